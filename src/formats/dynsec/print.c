#include "formats/dynsec/print.h"

#include <stdint.h>

enum { WIDTH = 100, DEPTH_MAX = 1000 };

struct printing {
    cx_buf *out;
    cx_str text;
    size_t at;
    unsigned depth;
};

/* cJSON takes every byte up to ' ' for a blank. */
static bool is_blank(char c) { return (unsigned char)c <= ' '; }

static void skip_blanks(struct printing *p)
{
    while (p->at < p->text.n && is_blank(p->text.p[p->at])) p->at++;
}

/* The string, number or word at hand. */
static cx_str token(struct printing *p)
{
    size_t from = p->at;
    if (p->at < p->text.n && p->text.p[p->at] == '"') {
        for (p->at++; p->at < p->text.n && p->text.p[p->at] != '"'; p->at++)
            if (p->text.p[p->at] == '\\') p->at++;
        p->at++;
        if (p->at > p->text.n) p->at = p->text.n;
    } else {
        while (p->at < p->text.n && !is_blank(p->text.p[p->at]) && !strchr(",:[]{}\"", p->text.p[p->at])) p->at++;
        if (p->at == from) p->at++; /* no JSON, but this ends */
    }
    return cx_str_sub(p->text, from, p->at - from);
}

/* A container as one line, when nothing is nested in it and it is short enough. */
static bool put_on_line(struct printing *p, size_t column)
{
    size_t from = p->out->n, at = p->at;
    char open = p->text.p[p->at++], close = open == '{' ? '}' : ']';
    cx_buf_putc(p->out, open);
    for (;;) {
        skip_blanks(p);
        if (p->at >= p->text.n) break;
        char c = p->text.p[p->at];
        if (c == '{' || c == '[' || column + (p->out->n - from) > WIDTH) break;
        if (c == close) {
            p->at++;
            cx_buf_putc(p->out, close);
            if (column + (p->out->n - from) > WIDTH) break;
            return true;
        }
        if (c == ',') cx_buf_puts(p->out, ", ");
        else if (c == ':') cx_buf_puts(p->out, ": ");
        else cx_buf_put(p->out, token(p)), p->at--;
        p->at++;
    }
    p->out->n = from;
    p->at = at;
    return false;
}

static void new_line(struct printing *p)
{
    cx_buf_putc(p->out, '\n');
    cx_buf_fill(p->out, ' ', (size_t)p->depth * 2);
}

static size_t column_of(const struct printing *p)
{
    size_t n = p->out->n;
    while (n > 0 && p->out->p[n - 1] != '\n') n--;
    return p->out->n - n;
}

static void put_value(struct printing *p);

static void put_container(struct printing *p)
{
    if (put_on_line(p, column_of(p))) return;
    char open = p->text.p[p->at++], close = open == '{' ? '}' : ']';
    cx_buf_putc(p->out, open);
    p->depth++;
    for (;;) {
        skip_blanks(p);
        if (p->at >= p->text.n || p->text.p[p->at] == close) break;
        if (p->text.p[p->at] == ',') {
            cx_buf_putc(p->out, ',');
            p->at++;
            continue;
        }
        new_line(p);
        if (open == '{') {
            cx_buf_put(p->out, token(p));
            skip_blanks(p);
            if (p->at < p->text.n && p->text.p[p->at] == ':') p->at++;
            cx_buf_puts(p->out, ": ");
        }
        put_value(p);
    }
    p->depth--;
    if (p->at < p->text.n) p->at++;
    new_line(p);
    cx_buf_putc(p->out, close);
}

static void put_value(struct printing *p)
{
    skip_blanks(p);
    if (p->at >= p->text.n) return;
    char c = p->text.p[p->at];
    if ((c == '{' || c == '[') && p->depth < DEPTH_MAX) put_container(p);
    else cx_buf_put(p->out, token(p));
}

void cx_dynsec_print(cx_buf *out, cx_str text)
{
    struct printing p = {.out = out, .text = text};
    if (cx_str_starts(text, CX_STR("\xEF\xBB\xBF"))) p.at = 3; /* cJSON skips the mark too */
    put_value(&p);
    cx_buf_putc(out, '\n');
}
