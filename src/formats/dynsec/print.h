/* A dynamic-security.json in the layout of culex fmt. */
#ifndef CX_DYNSEC_PRINT_H
#define CX_DYNSEC_PRINT_H

#include "base/buf.h"

/* JSON with two blanks a level; what holds no further object or array and fits on a line stands on one, so that an ACL
 * is a line. Members, their order and every value stay as they are written. TEXT is JSON that cJSON reads, with nothing behind it
 * but blanks. */
void cx_dynsec_print(cx_buf *out, cx_str text);

#endif
