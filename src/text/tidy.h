/* Lines in the layout of culex fmt: one after the other, at most one blank line between two, none at
 * the ends of the file, a line feed behind each. */
#ifndef CX_TIDY_H
#define CX_TIDY_H

#include "base/buf.h"

typedef struct cx_tidy {
    cx_buf *out;
    bool any;     /* a line was put */
    bool blank;   /* a blank line is due before the next one */
    bool comment; /* the last line is a comment */
} cx_tidy;

void cx_tidy_blank(cx_tidy *t);
void cx_tidy_line(cx_tidy *t, cx_str line);
/* A line of several parts. */
void cx_tidy_begin(cx_tidy *t);
void cx_tidy_put(cx_tidy *t, cx_str part);
void cx_tidy_end(cx_tidy *t);

/* Calls EACH for every line of TEXT, as an editor counts them; START is its first byte, its line feed is left out. */
void cx_each_line(cx_str text, void each(void *context, cx_str line), void *context);

/* A line in which nothing but blanks is, and one that every broker takes for a comment. */
static inline bool cx_line_is_blank(cx_str line) { return cx_str_trim(line).n == 0; }
static inline bool cx_line_is_comment(cx_str line) { return line.n > 0 && line.p[0] == '#'; }

#endif
