/* The bytes of one file and where lines begin in them. Everything that points
 * into a file is a span of offsets; lines and columns are only for people. */
#ifndef CX_SOURCE_H
#define CX_SOURCE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/str.h"

typedef struct cx_span {
    uint32_t at, len; /* bytes from the start of the source */
} cx_span;

typedef struct cx_place {
    size_t line, column; /* both from 1; a column is a byte */
} cx_place;

typedef struct cx_source {
    cx_str name; /* as the user gave it; must outlive the source */
    cx_str text; /* at most CX_FILE_MAX bytes, so offsets fit 32 bits */
    cx_buf bytes;
    uint32_t *line_starts; /* made at the first look-up */
    size_t line_count;
} cx_source;

/* Reads a file into a source; false with E set when it cannot be read. */
bool cx_source_open(cx_source *s, const char *path, cx_error *e);
/* A source over bytes that the caller keeps. */
void cx_source_over(cx_source *s, cx_str name, cx_str text);
void cx_source_clear(cx_source *s);

static inline cx_str cx_source_str(const cx_source *s, cx_span span) { return cx_str_sub(s->text, span.at, span.len); }

cx_place cx_source_place(cx_source *s, uint32_t at);
/* The line at an offset, without its line feed, and where it begins; of a longer
 * line the part within REACH bytes before and behind the offset. */
cx_str cx_source_line(const cx_source *s, uint32_t at, uint32_t reach, uint32_t *start);

/* The whole line, however long the keyword and topic in it are. */
#define CX_REACH_LINE 262144u

/* All of the line at an offset with its line feed: what goes when a line is taken away. */
cx_span cx_source_whole_line(const cx_source *s, uint32_t at);

/* The line at a span from its first word up to the span's end: "topic read a/#". */
cx_str cx_source_line_up_to(const cx_source *s, cx_span span);

#endif
