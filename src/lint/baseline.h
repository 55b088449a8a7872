/* A baseline: what was found when somebody began to lint, so that only what is new is
 * said. Findings are known by file, rule and message, so that lines may move:
 *
 *   {"culex_baseline": 1, "findings": [{"file": "site/acl", "rule": "acl-…", "message": "…", "count": 2}]}
 */
#ifndef CX_LINT_BASELINE_H
#define CX_LINT_BASELINE_H

#include "lint/run.h"

typedef struct cx_baseline {
    cx_arena arena;
    cx_map keys;
    CX_VEC(size_t) all, left; /* how many of each there are, and were not met yet */
} cx_baseline;

bool cx_baseline_open(cx_baseline *b, const char *path, cx_error *e);
void cx_baseline_clear(cx_baseline *b);

/* Whether it is in there; each entry is taken as often as it was counted. */
bool cx_baseline_take(cx_baseline *b, cx_str file, const cx_finding *x);
/* Nothing was met yet. */
void cx_baseline_again(cx_baseline *b);
/* How many were not met. */
size_t cx_baseline_left(const cx_baseline *b);

/* All that a run lists, as a baseline. */
void cx_baseline_put(cx_buf *out, const cx_lint_run *run);

#endif
