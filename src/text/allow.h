/* Comments that allow what is found in a file: on the line before,
 *
 *   # culex: allow(acl-unlimited-user) the backup reads everything
 *
 * several rules with commas between them, '*' and '?' in their names; allow-file(…) holds for the
 * whole file. A comment begins in the first column, as brokers want it. JSON has no comments. */
#ifndef CX_ALLOW_H
#define CX_ALLOW_H

#include "base/typo.h"
#include "base/vec.h"
#include "text/source.h"

typedef struct cx_allow {
    cx_span span;      /* the comment, without its line feed */
    cx_str rules;      /* what stands in the parentheses; .p NULL: the comment cannot be read */
    cx_str reason;     /* .n 0: none is given */
    uint32_t from, to; /* the bytes it holds for */
} cx_allow;

typedef struct cx_allows {
    CX_VEC(cx_allow) list; /* in the order of the file */
} cx_allows;

void cx_allows_read(cx_allows *a, const cx_source *source);

/* The next name of RULES, without blanks around it; false: there is none. */
bool cx_allow_next(cx_str *rules, cx_str *name);

/* Whether '*' (any text) and '?' (any byte) make NAME of GLOB. */
bool cx_glob(cx_str glob, cx_str name);

/* Whether some rule has a name like that; else NEAR is what was probably meant. */
bool cx_is_rule(cx_str glob, cx_nearest *near);

#endif
