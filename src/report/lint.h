/* A run of lint, for people and for machines. */
#ifndef CX_REPORT_LINT_H
#define CX_REPORT_LINT_H

#include "lint/run.h"
#include "report/report.h"

typedef enum {
    CX_LINT_TEXT,   /* each finding with its line and a caret, a summary at the end */
    CX_LINT_SHORT,  /* a line each */
    CX_LINT_JSON,   /* as CLI.md has it */
    CX_LINT_SARIF,  /* 2.1.0; paths from the run's base */
    CX_LINT_GITHUB, /* workflow commands */
    CX_LINT_JUNIT,  /* a suite a file, a case a finding */
} cx_lint_format;

void cx_report_lint(cx_buf *out, cx_lint_format format, cx_style style, const cx_lint_run *run);

/* A fixed file against what it was, as a unified diff; secrets are hidden. */
void cx_report_diff(cx_buf *out, cx_style style, const cx_linted *file, cx_str fixed);

/* ---- one format each ---- */

void cx_report_lint_sarif(cx_buf *out, const cx_lint_run *run);
void cx_report_lint_github(cx_buf *out, const cx_lint_run *run);
void cx_report_lint_junit(cx_buf *out, const cx_lint_run *run);

/* The notes and the help of a finding, each behind BEFORE. */
void cx_put_asides(cx_buf *out, const cx_finding *x, const char *before);

#endif
