/* The smallest change to a dynamic-security.json that turns an answer. */
#ifndef CX_CHANGE_H
#define CX_CHANGE_H

#include "policy/decide.h"

typedef enum {
    CX_CHANGE_ADD,     /* the ACL to the role */
    CX_CHANGE_REPLACE, /* the ACL of the role that is there, since a second for its topic is ignored */
    CX_CHANGE_MEMBER,  /* the subject has no role: one with the ACL */
    CX_CHANGE_WITHOUT, /* the deciding rule must go: what comes after it then decides */
    CX_CHANGE_NARROW,  /* the deciding rule must go or be narrowed: its priority is the highest there is */
} cx_change_kind;

typedef struct cx_change {
    cx_change_kind kind;
    uint8_t document;
    uint32_t role, there; /* numbers in the document; of the ACL that is replaced */
    cx_dynsec_type type;  /* the ACL: it answers this one question, or as little more as can be said */
    cx_str topic;
    int priority;
    bool allow;
} cx_change;

/* What would turn VERDICT, which a policy of dynamic-security.json files gave. The topic is a view,
 * or in the arena. */
cx_change cx_policy_change(const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                           const cx_verdict *verdict, cx_arena *a);

#endif
