/* What kind of file it is: by name, then by content. */
#ifndef CX_KIND_H
#define CX_KIND_H

#include "base/str.h"

typedef enum {
    CX_KIND_UNKNOWN,
    CX_KIND_CONF,
    CX_KIND_ACL,
    CX_KIND_PASSWD,
    CX_KIND_PSK,
    CX_KIND_DYNSEC,
    CX_KIND_YAML
} cx_kind;

cx_kind cx_kind_guess(cx_str path, cx_str text);
const char *cx_kind_name(cx_kind kind);
/* CX_KIND_UNKNOWN: no kind has that name. */
cx_kind cx_kind_find(const char *name);

#endif
