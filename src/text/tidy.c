#include "text/tidy.h"

void cx_tidy_blank(cx_tidy *t) { t->blank = t->any; }

void cx_tidy_begin(cx_tidy *t)
{
    if (t->blank) cx_buf_putc(t->out, '\n');
    t->blank = t->comment = false;
    t->any = true;
}

void cx_tidy_put(cx_tidy *t, cx_str part) { cx_buf_put(t->out, part); }

void cx_tidy_end(cx_tidy *t) { cx_buf_putc(t->out, '\n'); }

void cx_tidy_line(cx_tidy *t, cx_str line)
{
    cx_tidy_begin(t);
    t->comment = cx_line_is_comment(line);
    cx_buf_put(t->out, line);
    cx_tidy_end(t);
}

void cx_each_line(cx_str text, void each(void *context, cx_str line), void *context)
{
    for (size_t at = 0; at < text.n;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t end = feed ? (size_t)(feed - text.p) : text.n;
        each(context, cx_str_sub(text, at, end - at));
        at = end + 1;
    }
}
