/* A run of tests, and how it is told. */
#ifndef CX_TEST_RUN_H
#define CX_TEST_RUN_H

#include "analysis/coverage.h"
#include "cli/subjects.h"

enum { CX_TEST_TEXT, CX_TEST_JSON, CX_TEST_JUNIT };

/* One target of the policy. */
struct cx_tried {
    struct cx_policy_target *target;
    struct cx_policy_target *other_targets[CX_OTHERS_MAX];
    cx_subjects subjects, other_subjects[CX_OTHERS_MAX];
    cx_ground ground;
    cx_proof *proofs; /* one for each test */
    cx_coverage coverage;
};

typedef struct cx_test_run {
    cx_cli *cli;
    cx_claims claims;
    cx_policy_source policy;
    cx_policy_source others[CX_OTHERS_MAX]; /* policies that claims compare with */
    const char *other_paths[CX_OTHERS_MAX];
    unsigned other_count;
    struct cx_tried *tried; /* one for each target */
    bool covered, mutated;  /* coverage was found out; and by changes */
    size_t failed;          /* tests */
    cx_arena arena;
} cx_test_run;

bool cx_test_failed(const cx_test_run *run, size_t test);

void cx_test_put_text(cx_test_run *run, cx_buf *out);
void cx_test_put_json(cx_test_run *run, cx_buf *out);
void cx_test_put_junit(cx_test_run *run, cx_buf *out);

#endif
