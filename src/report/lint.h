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
    CX_LINT_JUNIT,  /* a test suite a file, a test case a rule */
} cx_lint_format;

void cx_report_lint(cx_buf *out, cx_lint_format format, cx_style style, const cx_lint_run *run);

#endif
