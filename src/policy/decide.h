/* One concrete question to a policy: the rule that decides, and what it says. */
#ifndef CX_DECIDE_H
#define CX_DECIDE_H

#include "policy/policy.h"
#include "policy/trie.h"

typedef struct cx_verdict {
    cx_outcome outcome;
    cx_reason reason;
    const cx_rule *rule; /* CX_REASON_RULE, CX_REASON_MALFORMED_RULE: the one that decided */
} cx_verdict;

/* TOPIC: for READ and WRITE a valid topic name, else a valid topic filter. Lists are compiled at
 * the first question that needs them, so a policy is asked by one thread at a time. */
cx_verdict cx_policy_decide(cx_policy *p, const cx_subject *s, cx_access access, cx_str topic);

struct cx_compiled;
void cx_compiled_free(struct cx_compiled *c);

#endif
