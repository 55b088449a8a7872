/* Files of "name:secret" lines (password and PSK files), as every release cuts
 * them: '#' in the first column is a comment, a line without ':' says nothing,
 * runs of ':' count as one and leading ones are skipped, both fields are trimmed,
 * what follows a third one is ignored (spec password-file.md 1). */
#ifndef CX_RECORDS_H
#define CX_RECORDS_H

#include "grammar/grammar.h"
#include "text/source.h"

typedef enum {
    CX_RECORD,           /* name, and secret when there is one */
    CX_RECORD_NO_COLON,  /* a line that is not blank and has no ':' */
    CX_RECORD_LOST_LAST, /* an unterminated last line that the buffer loses */
    CX_RECORD_NUL,       /* a NUL byte; name = what is lost because of it */
} cx_record_kind;

typedef struct cx_record {
    cx_record_kind kind;
    cx_targets targets;         /* the releases that read it like this */
    cx_str name, secret, extra; /* views into the source; secret.p NULL: there is none */
    cx_str line;                /* without its line feed */
} cx_record;

/* Where the NUL byte of a CX_RECORD_NUL stands. */
cx_str cx_record_nul(const cx_record *record);

typedef void cx_record_handler(const cx_record *record, void *context);

/* Reads SOURCE once, or once for each way the TARGETS cut it when it holds a NUL
 * byte; *AGAIN is set before a second reading begins. */
void cx_records_read(const cx_source *source, cx_targets targets, bool *again, cx_record_handler *handler,
                     void *context);

/* The file in the layout of culex fmt: no blanks around name and secret, at most one blank line between two, a
 * line feed at the end. Every release reads the same records. */
void cx_records_print(cx_buf *out, cx_str text);

#endif
