/* A decision list as sets. */
#ifndef CX_RULES_H
#define CX_RULES_H

#include "policy/policy.h"
#include "topic/set.h"

/* What a list, or several, allow and deny; the rest is left to whoever is asked next. */
typedef struct cx_decided {
    cx_set allow, deny;
} cx_decided;

/* What FIRST leaves open, NEXT decides. */
cx_decided cx_decided_then(cx_sets *s, cx_decided first, cx_decided next);

/* Does what the list says depend on the client's name or id? */
bool cx_list_has_variables(const cx_policy *p, const cx_list *list, cx_access access);

/* A filter with the client's id and user name in the place of %c and %u; .p NULL: it has no user name. */
cx_str cx_with_variables(cx_str filter, const cx_client *c, cx_arena *arena);

/* What a broker takes the filters of its clients for. */
typedef struct cx_filters {
    cx_set wildcards; /* those that have a wildcard */
    bool shared;      /* a wildcard may share its level with other bytes: those of the mount point */
} cx_filters;

cx_decided cx_list_decides(cx_sets *s, const cx_policy *p, const cx_list *list, const cx_client *c, cx_access access,
                           cx_filters filters);

#endif
