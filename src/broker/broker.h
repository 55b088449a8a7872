/* What the broker puts around a policy: the gates that come before every rule.
 * A lone ACL file is the smallest broker: one listener, one policy. */
#ifndef CX_BROKER_H
#define CX_BROKER_H

#include "policy/decide.h"

typedef struct cx_broker {
    const cx_release *release;
    cx_policy *policy; /* the caller's */
} cx_broker;

typedef struct cx_answer {
    bool allow;
    cx_verdict verdict;
} cx_answer;

/* TOPIC: a topic name for read and write, a topic filter for the others. */
cx_answer cx_broker_ask(const cx_broker *b, const cx_subject *s, cx_access access, cx_str topic);

#endif
