/* Whether two policies decide alike, by asking both: about the topics that their own rules
 * name, for whom the rules are for. No proof, but what differs in a rule shows in one of these. */
#ifndef CX_LINT_COMPARE_H
#define CX_LINT_COMPARE_H

#include "broker/broker.h"

/* A question that is answered in two ways. */
typedef struct cx_witness {
    cx_client client;
    cx_access access;
    cx_str topic; /* in ARENA */
    bool allowed[2];
    const cx_rule *rule; /* the one the question was made from; of the first policy or the second */
    int of;              /* 0 or 1: which */
    cx_arena arena;
} cx_witness;

/* At most so many questions are asked; what is left open counts as equal. */
enum { CX_COMPARE_QUESTIONS = 200000 };

/* W may be NULL; else the caller clears its arena. */
bool cx_policies_agree(cx_policy *a, cx_policy *b, cx_witness *w);

#endif
