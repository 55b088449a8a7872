/* How far long work is, on a terminal: "linting  120/200 [#####     ]", after a moment, and gone at
 * the end. Nothing where standard error is no terminal, and nothing with -q. */
#ifndef CX_PROGRESS_H
#define CX_PROGRESS_H

#include "cli/cli.h"

typedef struct cx_progress {
    const char *what;    /* "linting"; NULL: nobody is to see it */
    double begun, drawn; /* seconds of a clock that never goes back; drawn 0: not yet */
} cx_progress;

cx_progress cx_progress_begin(const cx_cli *cli, const char *what);
/* CONTEXT is a cx_progress; by one thread at a time. */
void cx_progress_tell(void *context, size_t done, size_t all);
void cx_progress_end(cx_progress *p);

#endif
