/* What of the findings is left to say: comments that allow, levels, a baseline. */
#ifndef CX_LINT_SETTLE_H
#define CX_LINT_SETTLE_H

#include "lint/run.h"

void cx_lint_settle(cx_lint_run *run, cx_linted *file);

#endif
