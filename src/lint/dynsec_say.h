/* Findings about values of a dynamic-security.json: collected by value, placed all at once. */
#ifndef CX_LINT_DYNSEC_SAY_H
#define CX_LINT_DYNSEC_SAY_H

#include "lint/lint.h"

typedef struct cx_said {
    unsigned rule;
    cx_severity severity;
    const cJSON *item, *other; /* what it is about; what a note shall name the line of, NULL: nothing */
    cx_str message, note, other_note, help;
    cx_targets targets;
} cx_said;

typedef struct cx_dynsec_linting {
    cx_lint *lint;
    cx_dynsec *d;
    cx_targets targets;
    CX_VEC(cx_said) said;
} cx_dynsec_linting;

/* Texts live in the lint's arena. The pointer is good until the next one. */
cx_said *cx_say_of(cx_dynsec_linting *c, unsigned rule, const cJSON *item, const char *message, ...)
    __attribute__((format(printf, 4, 5)));
/* Into the file's findings, with lines. */
void cx_say_all(cx_dynsec_linting *c);

/* What ACLs of roles do to one another. */
void cx_lint_dynsec_acls(cx_dynsec_linting *c);
/* Roles that decide nothing. */
void cx_lint_dynsec_roles(cx_dynsec_linting *c);

#endif
