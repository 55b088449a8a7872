/* How a broker cuts a file into lines.
 *
 * Every release reads ACL, password, PSK and configuration files through the
 * same kind of buffer: 256 bytes, 1000 more each time it is full, never less
 * again, filled by fgets(). Three things follow that no editor shows
 * (observed on all four releases, spec acl-file.md 1.1 and 1.6):
 *  - an unterminated last line that just fills the buffer is lost;
 *  - a NUL byte hides the rest of its line, and what it does to the lines
 *    behind it depends on the release (behaviours nul_first, nul_inside);
 *  - a line that begins with NUL and is longer than the buffer is continued
 *    as a line of its own.
 */
#ifndef CX_LINES_H
#define CX_LINES_H

#include <stdint.h>

#include "base/str.h"
#include "grammar/grammar.h"

typedef enum {
    CX_LINE,      /* a line was read */
    CX_LINE_LOST, /* the reader gave up on a line; an ACL file ends here, a password file goes on */
    CX_LINE_END,  /* the file ends; bytes from the returned offset on were lost */
} cx_line_status;

typedef struct cx_lines {
    cx_str text;
    const cx_release *release;
    size_t at;   /* where the next read begins */
    size_t size; /* of the broker's buffer */
    bool ended;  /* the end of the file was seen while reading the last line */
} cx_lines;

void cx_lines_init(cx_lines *r, cx_str text, const cx_release *release);

/* The next line as the broker's C string: up to its line feed or first NUL.
 * *START is the offset at which it, or what was lost, begins. */
cx_line_status cx_lines_next(cx_lines *r, cx_str *line, size_t *start);

/* The releases that cut every text as RELEASE does. */
cx_targets cx_same_cutting(const cx_release *release);

/* For text without a NUL byte: does the unterminated last line, LENGTH bytes
 * long, vanish when the longest line before it has LONGEST bytes with its line
 * feed? The same in every release. */
bool cx_last_line_lost(size_t length, size_t longest);

#endif
