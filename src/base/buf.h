/* Bytes being written: a growing buffer, with the few ways of escaping that
 * output needs. The caller sends it where it belongs (base/io.h). */
#ifndef CX_BUF_H
#define CX_BUF_H

#include <stddef.h>

#include "base/str.h"

typedef struct cx_buf {
    char *p;
    size_t n, cap;
} cx_buf;

void cx_buf_clear(cx_buf *b);
void cx_buf_put(cx_buf *b, cx_str s);
void cx_buf_puts(cx_buf *b, const char *z);
void cx_buf_putc(cx_buf *b, char c);
void cx_buf_fill(cx_buf *b, char c, size_t count);
void cx_buf_printf(cx_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For a person's terminal: control bytes, invisible characters and invalid UTF-8
 * as \xNN, so that no file content can drive the terminal or hide; TAB as \t. */
void cx_buf_put_safe(cx_buf *b, cx_str s);

static inline cx_str cx_buf_str(const cx_buf *b) { return (cx_str){b->p, b->n}; }

#endif
