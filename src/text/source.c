#define _GNU_SOURCE /* memrchr */
#include "text/source.h"

#include <stdlib.h>

#include "base/alloc.h"

bool cx_source_open(cx_source *s, const char *path, cx_error *e)
{
    *s = (cx_source){0};
    if (!cx_read_file(path, CX_FILE_MAX, &s->bytes, e)) return false;
    s->name = strcmp(path, "-") == 0 ? CX_STR("<stdin>") : cx_str_of(path);
    s->text = cx_buf_str(&s->bytes);
    return true;
}

void cx_source_over(cx_source *s, cx_str name, cx_str text) { *s = (cx_source){.name = name, .text = text}; }

void cx_source_clear(cx_source *s)
{
    cx_buf_clear(&s->bytes);
    free(s->line_starts);
    *s = (cx_source){0};
}

static void index_lines(cx_source *s)
{
    size_t n = 1;
    const char *end = s->text.p + s->text.n;
    for (const char *p = s->text.p; p && p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++) n++;
    s->line_starts = cx_calloc(n, sizeof *s->line_starts);
    s->line_count = n;
    size_t i = 1;
    for (const char *p = s->text.p; i < n && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        s->line_starts[i++] = (uint32_t)(p - s->text.p) + 1;
}

cx_place cx_source_place(cx_source *s, uint32_t at)
{
    if (!s->line_starts) index_lines(s);
    size_t low = 0, high = s->line_count;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (s->line_starts[mid] <= at) low = mid;
        else high = mid;
    }
    return (cx_place){low + 1, at - s->line_starts[low] + 1};
}

cx_str cx_source_line(const cx_source *s, uint32_t at, uint32_t reach, uint32_t *start)
{
    const char *text = s->text.p;
    size_t low = at > reach ? at - reach : 0, high = s->text.n - at > reach ? at + (size_t)reach : s->text.n;
    const char *before = at > low ? memrchr(text + low, '\n', at - low) : NULL;
    size_t from = before ? (size_t)(before - text) + 1 : low;
    const char *after = high > at ? memchr(text + at, '\n', high - at) : NULL;
    size_t to = after ? (size_t)(after - text) : high;
    *start = (uint32_t)from;
    return cx_str_sub(s->text, from, to - from);
}

cx_str cx_source_line_up_to(const cx_source *s, cx_span span)
{
    uint32_t start;
    cx_source_line(s, span.at, CX_REACH_LINE, &start);
    return cx_str_trim(cx_str_sub(s->text, start, span.at - start + span.len));
}

cx_span cx_source_whole_line(const cx_source *s, uint32_t at)
{
    cx_str text = s->text;
    uint32_t from = at;
    while (from > 0 && text.p[from - 1] != '\n') from--;
    const char *feed = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;
    size_t end = feed ? (size_t)(feed - text.p) + 1 : text.n;
    return (cx_span){from, (uint32_t)end - from};
}
