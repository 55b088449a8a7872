/* Starting a broker, as far as files tell: what a conf that is read without an error
 * still founders on, and the listeners clients then come in by. */
#ifndef CX_START_H
#define CX_START_H

#include "broker/broker.h"
#include "broker/files.h"
#include "broker/serve.h"

/* A listener with all that answers for its clients. */
typedef struct cx_door {
    const cx_setup *setup;
    cx_serving serving;
    cx_broker broker;
    uint32_t same_port; /* number + 1 of the door before it on its port */
} cx_door;

typedef struct cx_start {
    cx_setups *setups;
    cx_files files;                     /* the caller sets paths, targets, threads, argon2 */
    cx_policy shared[CX_RELEASE_COUNT]; /* what several plug-ins load together; .release NULL: not made */
    CX_VEC(cx_door *) doors;            /* listeners that open, release by release in their order */
    cx_targets refused;                 /* the releases that do not start, besides setups->refused */
    cx_targets unanswerable;            /* those of them for which the files of users and rules are not to be had */
} cx_start;

/* What is found is in the findings of the conf's files and of those it names. Releases
 * that refuse the conf as it is read are left out. */
void cx_start_all(cx_start *st, cx_setups *setups);
void cx_start_clear(cx_start *st);

/* Whether every client gets the same answers by both; of one release. */
bool cx_door_same(const cx_door *a, const cx_door *b);

/* Whether a client can connect. NO: *WHY says why not. UNKNOWN: a plug-in decides. */
cx_tristate cx_door_admits(cx_start *st, const cx_door *d, const cx_client *c, const char **why);

#endif
