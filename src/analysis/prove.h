/* Whether claims hold: for every topic, every user and every client id at once, at one broker. */
#ifndef CX_PROVE_H
#define CX_PROVE_H

#include "analysis/who.h"
#include "formats/claims/claims.h"

/* What a test asks of one client: of these topics, or filters, it depends what the rules say. */
typedef struct cx_asked_set {
    cx_client client;
    unsigned access; /* a CX_CLAIM_… bit */
    cx_set set;
} cx_asked_set;

typedef CX_VEC(cx_asked_set) cx_asked_sets;

/* Another policy that claims compare with. */
typedef struct cx_other {
    const char *path;
    const cx_broker *broker;
    cx_effective *effective;
    const cx_subjects *subjects;
} cx_other;

/* Where claims are tried. */
typedef struct cx_ground {
    cx_sets *space;
    const cx_broker *broker;
    cx_effective *effective;
    const cx_subjects *subjects; /* of the policy */
    const cx_other *others;
    size_t other_count;
    /* May a client connect? And is it one of those that matter now? Of two only one need matter. NULL: all. */
    bool (*connects)(void *context, const cx_client *c);
    bool (*matters)(void *context, const cx_client *c);
    void *context;
    cx_asked_sets *asked; /* where what is asked is noted; NULL: nowhere */
} cx_ground;

/* What shows that a claim does not hold. */
typedef struct cx_counterexample {
    cx_who who, other; /* OTHER: of two who share a topic the second */
    unsigned access;   /* a CX_CLAIM_… bit */
    bool allowed;      /* the rules allow it, and should not; else the other way round */
    cx_set set;        /* the topics, or the filters of subscriptions */
} cx_counterexample;

typedef struct cx_proof {
    CX_VEC(cx_counterexample) against; /* empty: the claim holds */
    size_t asked_of;                   /* how many subjects it is about */
    cx_strs strangers;                 /* names that the policy does not have, and globs that match none */
    bool slashes, too_many;            /* not all client ids were tried */
    bool unknown;                      /* a plug-in that culex cannot ask decides some of what is compared */
} cx_proof;

/* Adds to PROOF. The claim's OTHER, when it has one, is one of the ground's. */
void cx_prove(cx_ground *g, const cx_claim *claim, cx_proof *proof);
void cx_proof_clear(cx_proof *p);

/* What of ACCESS (a CX_CLAIM_… bit) a client is allowed; and, in *UNKNOWN, what a plug-in decides. */
cx_set cx_claim_allowed(cx_effective *e, const cx_client *c, unsigned access, cx_set *unknown);

#endif
