/* Which rules of a policy tests depend on: each is dropped, and turned round, in turn, and the tests are tried again.
 *
 * A change that alters nothing for anybody is known to be one, so a change that no test notices is always one that a test
 * could notice. */
#ifndef CX_COVERAGE_H
#define CX_COVERAGE_H

#include "analysis/prove.h"

typedef struct cx_altered {
    bool tried;
    bool matters; /* somebody is allowed something else */
    bool noticed; /* a test does not hold any more */
} cx_altered;

typedef struct cx_covered {
    const cx_policy *policy;
    const cx_rule *rule;
    bool asked; /* a test asks for something that the rule decides */
    cx_altered dropped, turned;
} cx_covered;

typedef CX_VEC(cx_covered) cx_coverage;

/* Every rule of the ground's policies, in the order of the lists, which are put back as they were. The tests hold on the ground.
 * MUTATE false: only `asked` and turned.matters (does it decide anything at all?) are found out. PROGRESS may be NULL. False: too many nodes. */
bool cx_coverage_of(cx_ground *g, const cx_test *tests, size_t count, bool mutate, cx_coverage *out,
                    void (*progress)(void *context, size_t done, size_t all), void *context);

/* ---- rules that can go ---- */

/* A policy of dynamic security whose ACLs are left out, one after the other. */
typedef struct cx_pruning cx_pruning;

/* Of the ground's first policy; both outlive it. */
cx_pruning *cx_pruning_new(cx_ground *g);
void cx_pruning_free(cx_pruning *p);
/* Leaves out the ACL with this number where that alters nothing for anybody, whoever is asked behind; false: it stays. Those of roles
 * that nobody has stay, those of roles that have one twice, and malformed ones. */
bool cx_pruning_leave_out(cx_pruning *p, uint32_t acl);
/* Puts it back. */
void cx_pruning_put_back(cx_pruning *p, uint32_t acl);

#endif
