/* A view of bytes: pointer and length. Owns nothing; may hold any byte, NUL too. */
#ifndef CX_STR_H
#define CX_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct cx_str {
    const char *p;
    size_t n;
} cx_str;

#define CX_STR(literal) ((cx_str){"" literal, sizeof(literal) - 1})
#define CX_STR_NONE ((cx_str){NULL, 0})

static inline cx_str cx_str_of(const char *z) { return (cx_str){z, z ? strlen(z) : 0}; }

static inline bool cx_str_eq(cx_str a, cx_str b)
{
    return a.n == b.n && (b.n == 0 || memcmp(a.p, b.p, b.n) == 0); /* b.n: a constant for literals */
}

static inline bool cx_str_is(cx_str a, const char *z) { return cx_str_eq(a, cx_str_of(z)); }

static inline bool cx_str_starts(cx_str a, cx_str prefix)
{
    return a.n >= prefix.n && memcmp(a.p, prefix.p, prefix.n) == 0;
}

static inline bool cx_str_ends(cx_str a, const char *end)
{
    size_t n = strlen(end);
    return a.n >= n && memcmp(a.p + a.n - n, end, n) == 0;
}

/* Where WHAT begins in it; NULL: nowhere. */
const char *cx_str_find(cx_str a, const char *what);

static inline bool cx_str_has(cx_str a, char c) { return a.n > 0 && memchr(a.p, c, a.n) != NULL; }

/* From byte FROM on, LEN bytes; the caller keeps both inside. */
static inline cx_str cx_str_sub(cx_str a, size_t from, size_t len) { return (cx_str){a.p + from, len}; }

/* isspace() of the C locale, which is all a broker ever uses. */
static inline bool cx_is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static inline cx_str cx_str_trim_end(cx_str a)
{
    while (a.n > 0 && cx_is_space(a.p[a.n - 1])) a.n--;
    return a;
}
cx_str cx_str_trim(cx_str a);

/* Byte order, then length: a total order that does not depend on the locale. */
int cx_str_cmp(cx_str a, cx_str b);

#endif
