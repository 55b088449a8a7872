#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"

void cx_buf_clear(cx_buf *b)
{
    free(b->p);
    *b = (cx_buf){0};
}

static char *room(cx_buf *b, size_t need)
{
    if (b->cap - b->n < need) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        while (cap - b->n < need) cap *= 2;
        b->p = cx_realloc(b->p, cap, 1);
        b->cap = cap;
    }
    return b->p + b->n;
}

void cx_buf_put(cx_buf *b, cx_str s)
{
    if (s.n == 0) return;
    memcpy(room(b, s.n), s.p, s.n);
    b->n += s.n;
}

void cx_buf_puts(cx_buf *b, const char *z) { cx_buf_put(b, cx_str_of(z)); }

void cx_buf_putc(cx_buf *b, char c)
{
    *room(b, 1) = c;
    b->n++;
}

void cx_buf_fill(cx_buf *b, char c, size_t count)
{
    if (count == 0) return;
    memset(room(b, count), c, count);
    b->n += count;
}

void cx_buf_printf(cx_buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) cx_bug("vsnprintf failed");
    char *p = room(b, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

/* Invisible characters and those that turn the direction of the text around. */
static bool hidden(uint32_t cp)
{
    return cp == 0xFEFF || (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

/* How many printable ASCII bytes there are from AT on. */
static size_t plain_run(cx_str s, size_t at)
{
    size_t n = at;
    while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7F) n++;
    return n - at;
}

void cx_buf_put_safe(cx_buf *b, cx_str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t plain = plain_run(s, i);
        if (plain) {
            cx_buf_put(b, cx_str_sub(s, i, plain));
            i += plain;
            continue;
        }
        uint32_t cp = 0;
        size_t len = cx_utf8_next(cx_str_sub(s, i, s.n - i), &cp);
        if (len && cp >= 0x20 && !(cp >= 0x7F && cp < 0xA0) && !hidden(cp)) {
            cx_buf_put(b, cx_str_sub(s, i, len));
        } else if (cp == '\t') {
            cx_buf_puts(b, "\\t");
        } else {
            for (size_t k = 0; k < (len ? len : 1); k++) cx_buf_printf(b, "\\x%02X", (unsigned char)s.p[i + k]);
        }
        i += len ? len : 1;
    }
}
