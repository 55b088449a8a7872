/* How a broker cuts a file into lines.
 *
 * Every release reads ACL, password, PSK and configuration files through the
 * same kind of buffer: 256 bytes (1000 for a configuration), 1000 more each time it is
 * full, never less again, filled by fgets(). Three things follow that no editor shows
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

/* The size of the buffer at the beginning. */
enum { CX_LINES_SECURITY = 256, CX_LINES_CONF = 1000 };

void cx_lines_init(cx_lines *r, cx_str text, const cx_release *release, size_t size);

/* The next line as the broker's C string: up to its line feed or first NUL.
 * *START is the offset at which it, or what was lost, begins. */
cx_line_status cx_lines_next(cx_lines *r, cx_str *line, size_t *start);

/* The releases that cut every text as RELEASE does. */
cx_targets cx_same_cutting(const cx_release *release);

/* For text without a NUL byte: does the unterminated last line, LENGTH bytes
 * long, vanish when the longest line before it has LONGEST bytes with its line
 * feed? The same in every release. */
bool cx_last_line_lost(size_t length, size_t longest, size_t size);

/* One piece of a file as brokers cut it. */
typedef enum {
    CX_CUT_LINE,      /* a line, with its line feed when it has one */
    CX_CUT_LOST_LAST, /* an unterminated last line that the buffer loses */
    CX_CUT_NUL,       /* what a NUL byte hides */
} cx_cut_kind;

typedef struct cx_cut {
    cx_cut_kind kind;
    cx_targets targets; /* the releases that cut the file like this */
    cx_str text;        /* in the file */
    cx_str fate;        /* CX_CUT_NUL: what is lost, in words */
    bool gave_up;       /* CX_CUT_NUL: CX_LINE_LOST was the reader's answer */
} cx_cut;

/* Calls CUT for every piece of TEXT, once through, or once through for each way the
 * TARGETS cut it when it holds a NUL byte; *AGAIN is set before the second time.
 * What CUT returns: whether these releases go on reading. */
void cx_lines_each(cx_str text, size_t size, cx_targets targets, bool *again, bool cut(void *context, const cx_cut *c),
                   void *context);

#endif
