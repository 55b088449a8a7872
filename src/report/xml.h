/* Texts in XML. */
#ifndef CX_XML_H
#define CX_XML_H

#include "base/buf.h"

/* What XML 1.0 cannot say becomes U+FFFD. */
void cx_xml_text(cx_buf *out, cx_str text);
/* ' name="value"' */
void cx_xml_attribute(cx_buf *out, const char *name, cx_str value);

#endif
