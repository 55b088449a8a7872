#define _GNU_SOURCE /* memmem */
#include "base/str.h"

cx_str cx_str_trim(cx_str a)
{
    while (a.n > 0 && cx_is_space(a.p[0])) {
        a.p++;
        a.n--;
    }
    return cx_str_trim_end(a);
}

int cx_str_cmp(cx_str a, cx_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c != 0) return c;
    return (a.n > b.n) - (a.n < b.n);
}

const char *cx_str_find(cx_str a, const char *what) { return a.n ? memmem(a.p, a.n, what, strlen(what)) : NULL; }
