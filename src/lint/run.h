/* A run of lint over many files: units side by side, then one list of files with what was
 * found in each, in the order of their paths, whatever the threads did. */
#ifndef CX_LINT_RUN_H
#define CX_LINT_RUN_H

#include "lint/lint.h"

/* A file that was linted, with what is left to say of it. */
typedef struct cx_linted {
    cx_kind kind;
    cx_source *source;     /* its name is how the file is shown */
    cx_findings *findings; /* by place */
    cx_str below;          /* its path from the run's base */
} cx_linted;

/* A unit to come, or one that is done. */
typedef struct cx_lint_unit_of {
    cx_kind kind;
    cx_str path;
    const char *shown; /* how the file is called; NULL: by its path */
    cx_lint *lint;     /* NULL: not yet, or ERROR */
    cx_error error;    /* why it cannot be read; empty: it was */
} cx_lint_unit_of;

typedef struct cx_lint_run {
    cx_lint_options options;
    unsigned threads; /* side by side; options.threads is for within a unit */
    cx_arena arena;
    cx_str base;                  /* a real folder: the repository's, or where the work is done; .p NULL: none */
    struct cx_baseline *baseline; /* the caller's; NULL: none */
    CX_VEC(cx_lint_unit_of) units;
    CX_VEC(cx_linted) files;
    void (*progress)(void *context, size_t done, size_t all); /* called by one thread at a time; NULL: nobody asks */
    void *progress_context;
    struct cx_lint_sums {
        size_t count[3]; /* by cx_severity, those that are not listed too */
        size_t security, not_listed, allowed, in_baseline, safe_fixes, unsafe_fixes;
    } sums;
} cx_lint_run;

/* SHOWN: what the file is called instead of PATH, NULL: nothing. */
void cx_lint_run_add(cx_lint_run *run, cx_kind kind, cx_str path, const char *shown);
/* Reads and judges all units that were not yet. */
void cx_lint_run_units(cx_lint_run *run);
/* Makes the list of files, levels and comments that allow counted in. */
void cx_lint_run_finish(cx_lint_run *run);
/* Forgets all units and what was found, so that the same files can be read anew. */
void cx_lint_run_again(cx_lint_run *run);
void cx_lint_run_clear(cx_lint_run *run);

#endif
