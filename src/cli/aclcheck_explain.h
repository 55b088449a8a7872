/* An answer explained. */
#ifndef CX_ACLCHECK_EXPLAIN_H
#define CX_ACLCHECK_EXPLAIN_H

#include "cli/ask.h"

struct cx_explained {
    cx_arena arena;
    CX_VEC(cx_str) trail;
    cx_str nearest, change; /* .p NULL: none */
};

/* "acl:12 'topic deny cmds/#'", in the arena. */
cx_str cx_explained_place(cx_arena *a, const cx_policy *p, const cx_rule *r);

/* One line that says what would turn the answer of a policy; .p NULL: nothing in its file can. */
cx_str cx_explained_change(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                           cx_answer answer);

#endif
