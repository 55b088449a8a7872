/* One policy as a broker, asked question by question and as sets. */
#ifndef CX_UNIT_SETS_H
#define CX_UNIT_SETS_H

#include "analysis/effective.h"
#include "unit.h"

typedef struct unit_sets {
    cx_sets *space;
    cx_broker broker;
    cx_effective *effective;
} unit_sets;

/* Mostly none. */
const char *unit_mount(rng *r);

/* MOUNT: NULL: no mount point. The policy outlives it. */
void unit_sets_make(unit_sets *u, cx_policy *policy, const char *mount);
void unit_sets_clear(unit_sets *u);

/* The set of what the client may do holds the word exactly when the broker allows it. */
void unit_sets_ask(unit_sets *u, const cx_client *client, cx_access access, cx_str word);

#endif
