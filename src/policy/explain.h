/* Why a question was answered as it was, and what is near the answer. */
#ifndef CX_EXPLAIN_H
#define CX_EXPLAIN_H

#include "policy/decide.h"

/* A rule that would have allowed and did not match. */
typedef struct cx_near {
    const cx_rule *rule;        /* NULL: nothing comes near */
    bool other_access;          /* it matches the topic, for another access */
    size_t filter_at, topic_at; /* else: bytes of filter and topic that agree, whole levels */
} cx_near;

/* The allowing rule in the subject's lists that comes nearest to answering
 * ACCESS on TOPIC: one that matches, for another access, first; then the one for
 * ACCESS that agrees on most levels, the earlier of equals. */
cx_near cx_policy_nearest(const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic);

/* The answer if no rule denied: what an allow further down would say. */
const cx_rule *cx_policy_allow_behind(const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic);

/* Ordinary client ids that rules with %c may answer otherwise than a fresh one: taken from the
 * topic by way of such rules. Views into the topic, at most MOST of them; how many. */
unsigned cx_policy_other_ids(const cx_policy *p, const cx_subject *s, cx_str topic, cx_str *ids, unsigned most);

#endif
