/* One policy as a broker, asked question by question and as sets. */
#ifndef CX_UNIT_SETS_H
#define CX_UNIT_SETS_H

#include "analysis/diff.h"
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

/* Two policies, compared. */
typedef struct unit_diff {
    cx_sets *space;
    cx_broker old, new;
    cx_effective *before, *after;
    bool found[2][CX_ACCESS_KINDS]; /* for the last client: something is lost, gained */
    size_t differences;
} unit_diff;

void unit_diff_make(unit_diff *u, cx_policy *old, cx_policy *new);
void unit_diff_clear(unit_diff *u);

/* Compares for a client with a free id; each change has a witness that is really decided otherwise. USER NULL: anonymous;
 * "": any user that no file names. */
void unit_diff_client(unit_diff *u, const char *user);

/* A question of that client, by any ordinary id: where both answer otherwise, a change was found. */
void unit_diff_ask(unit_diff *u, const cx_client *client, cx_access access, cx_str word);

#endif
