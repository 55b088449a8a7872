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
    const cx_subjects *subjects;
    cx_effective *effective; /* the ground's */
} cx_other;

enum { CX_OTHERS_MAX = 16 };

/* Where claims are tried: a broker of one release. */
typedef struct cx_ground {
    const cx_broker *broker;
    const cx_subjects *subjects;
    cx_other others[CX_OTHERS_MAX];
    size_t other_count;
    /* May a client connect? And is it one of those that matter now? Of two only one need matter. NULL: all. */
    bool (*connects)(void *context, const cx_client *c);
    void *connects_context;
    bool (*matters)(void *context, const cx_client *c);
    void *matters_context;
    cx_sets *space;
    cx_effective *effective;
    cx_asked_sets *asked; /* where what is asked is noted; NULL: nowhere */
} cx_ground;

/* A space for it; again: a new one, in which no set of the old one is left. */
void cx_ground_open(cx_ground *g);
void cx_ground_close(cx_ground *g);

/* What of ACCESS (a CX_CLAIM_… bit) a client is allowed, nothing when it cannot connect; *UNKNOWN (may be NULL): what a
 * plug-in decides. */
cx_set cx_ground_allowed(cx_ground *g, const cx_client *c, unsigned access, cx_set *unknown);

/* What shows that a claim does not hold. */
typedef struct cx_counterexample {
    const cx_claim *claim;
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

/* Adds to PROOF. The claim outlives the ground. Its OTHER, where it has one, is one of the ground's. */
void cx_prove(cx_ground *g, const cx_claim *claim, cx_proof *proof);
void cx_proof_clear(cx_proof *p);

#endif
