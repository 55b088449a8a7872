#include "report/xml.h"

#include "base/utf8.h"

/* XML 1.0 has no control characters but TAB, LF and CR, in no notation. */
void cx_xml_text(cx_buf *out, cx_str text)
{
    for (size_t i = 0; i < text.n;) {
        uint32_t cp = 0;
        size_t len = cx_utf8_next(cx_str_sub(text, i, text.n - i), &cp);
        bool bad = len == 0 || (cp < 0x20 && cp != '\n' && cp != '\t') || cp == 0xFFFE || cp == 0xFFFF;
        if (bad) cx_buf_puts(out, "\xEF\xBF\xBD");
        else if (cp == '&') cx_buf_puts(out, "&amp;");
        else if (cp == '<') cx_buf_puts(out, "&lt;");
        else if (cp == '>') cx_buf_puts(out, "&gt;");
        else if (cp == '"') cx_buf_puts(out, "&quot;");
        else if (cp == '\n' || cp == '\t') cx_buf_printf(out, "&#%u;", cp);
        else cx_buf_put(out, cx_str_sub(text, i, len));
        i += len ? len : 1;
    }
}

void cx_xml_attribute(cx_buf *out, const char *name, cx_str value)
{
    cx_buf_printf(out, " %s=\"", name);
    cx_xml_text(out, value);
    cx_buf_putc(out, '"');
}
