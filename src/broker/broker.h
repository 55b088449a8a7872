/* What the broker puts around policies: the gates that come before every rule, the
 * mount point, and the order in which policies are asked.
 * A lone ACL file is the smallest broker: one listener, one policy. */
#ifndef CX_BROKER_H
#define CX_BROKER_H

#include "policy/decide.h"

/* One that is asked about topics. */
typedef struct cx_step {
    cx_policy *policy; /* the caller's; NULL: a plug-in that culex cannot ask */
    cx_str who;        /* that plug-in's path */
} cx_step;

enum { CX_STEPS_MAX = 4 };

typedef struct cx_broker {
    const cx_release *release;
    cx_step steps[CX_STEPS_MAX]; /* asked in this order; the first that does not defer decides */
    unsigned step_count;         /* 0: nobody is asked, all is allowed */
    cx_str mount_point;          /* .p NULL: none */
    bool username_as_clientid;
} cx_broker;

typedef struct cx_answer {
    bool allow;
    bool unknown; /* allow is false, and may be true at the broker */
    cx_verdict verdict;
    unsigned step;   /* whose verdict it is: the one that decided, or the last one asked; CX_STEPS_MAX: nobody's */
    const char *why; /* CX_REASON_CANNOT_CONNECT: why not; else NULL */
} cx_answer;

/* TOPIC: a topic name for read and write, a topic filter for the others, as the
 * client writes it. */
cx_answer cx_broker_ask(const cx_broker *b, const cx_client *c, cx_access access, cx_str topic);

/* The broker of one policy and nothing else. */
cx_broker cx_broker_of(cx_policy *p);

/* The policy behind an answer; NULL: none. */
cx_policy *cx_answer_policy(const cx_broker *b, cx_answer a);

/* The subject a client is to a policy of this broker. */
cx_subject cx_broker_subject(const cx_broker *b, const cx_policy *p, cx_client c);

#endif
