/* An ACL file being linted; used by the rules about ACL files. */
#ifndef CX_LINT_ACL_LISTS_H
#define CX_LINT_ACL_LISTS_H

#include "lint/lint.h"

typedef struct cx_acl_linting {
    cx_lint *lint;
    cx_source *source;
    cx_findings *findings;
    const cx_acl *acl;
    const cx_policy *policy;      /* of one release */
    cx_targets targets;           /* the releases that decide alike */
    uint32_t anonymous, patterns; /* numbers of lists */
} cx_acl_linting;

/* What rules of a list do to one another. */
void cx_lint_acl_lists(const cx_acl_linting *c);

/* "BEFOREline 4: 'topic read a/#'" as a note. */
void cx_acl_note_rule(const cx_acl_linting *c, cx_finding *x, const cx_rule *r, const char *before);

#endif
