/* A file of tests: claims about what a policy must and must not allow, for `culex test`.
 *
 *   policy: mosquitto.conf            # from this file's folder; so is passwd
 *   passwd: passwd
 *   target: [2.0, 2.1]
 *   sets: {admins: [alice, bob], sensors: [sensor-*]}
 *   variables: {site: [berlin, paris]}
 *   tests:
 *     - no one except [admins] may write cmds/#
 *     - name: a door tells where it is
 *       user: door
 *       clientid: d1
 *       may: {write: 'doors/${site}/state'}
 *       may not: {write: [cmds/#, doors/+/key]}
 *
 * A statement is a sentence; the grammar of sentences stands above sentence.c. A test with variables is one
 * test, whose claims are made for every value of each. Only what stands in the file is known here: which users there
 * are is the business of who asks.
 */
#ifndef CX_CLAIMS_H
#define CX_CLAIMS_H

#include "base/vec.h"
#include "data/yaml.h"

typedef CX_VEC(cx_str) cx_strs;

/* Some of the subjects of a policy. */
typedef struct cx_whom {
    bool users;     /* every user whom the policy names */
    bool anonymous; /* clients without a user name */
    bool others;    /* any user whom no file names */
    cx_strs names;  /* of users, as they are */
    cx_strs globs;  /* of users, with '*' for any bytes */
} cx_whom;

typedef enum {
    CX_CLAIM_MAY,      /* all of the filters */
    CX_CLAIM_MAY_NOT,  /* nothing of them */
    CX_CLAIM_MAY_ONLY, /* nothing else */
    CX_CLAIM_NO_SHARE, /* no topic of the filters is open to two of them */
    CX_CLAIM_NO_GAIN,  /* nothing that OTHER does not allow */
    CX_CLAIM_NO_LOSS,  /* all that OTHER allows */
} cx_claim_kind;

/* What is asked for. The first four are the bits of cx_access. */
typedef enum {
    CX_CLAIM_READ = 1,
    CX_CLAIM_WRITE = 2,
    CX_CLAIM_SUBSCRIBE = 4,
    CX_CLAIM_UNSUBSCRIBE = 8,
    CX_CLAIM_REACH = 16, /* read, and some allowed subscription brings it */
} cx_claim_access;

typedef struct cx_claim {
    cx_claim_kind kind;
    cx_whom whom, except;
    cx_str clientid;   /* .p NULL: any that the user may have */
    unsigned access;   /* CX_CLAIM_… bits */
    cx_strs filters;   /* valid topic filters; %c and %u in them are the client's own id and name */
    cx_strs but;       /* what of the filters is not meant */
    const char *other; /* a policy's path */
} cx_claim;

typedef struct cx_test {
    size_t line;
    cx_str name; /* the statement, or what `name` says */
    CX_VEC(cx_claim) claims;
} cx_test;

struct cx_claims_set {
    cx_str name;
    cx_whom whom;
};

struct cx_claims_variable {
    cx_str name;
    cx_strs values; /* at least one */
    size_t at;      /* the value at hand, while a test is read */
    bool used;      /* in that test */
};

typedef struct cx_claims {
    cx_yaml yaml;
    const char *policy, *passwd; /* paths; NULL: not said */
    cx_str target;               /* as after --target; .p NULL: not said */
    CX_VEC(cx_test) tests;
    CX_VEC(struct cx_claims_set) sets;
    CX_VEC(struct cx_claims_variable) variables;
} cx_claims;

/* Claims that variables may make of one test. */
enum { CX_CLAIMS_OF_TEST_MAX = 10000 };

/* Reads a file. False with E set, as "file:line:column: what is wrong". PATH must outlive C. */
bool cx_claims_open(cx_claims *c, const char *path, cx_error *e);
void cx_claims_clear(cx_claims *c);

/* ---- of this room ---- */

/* A claim of a sentence, variables replaced by the values at hand. */
bool cx_claims_sentence(cx_claims *c, const cx_yaml_node *at, cx_claim *claim, cx_error *e);

/* Whom some words mean, as in a sentence. */
bool cx_claims_whom(cx_claims *c, const cx_yaml_node *at, cx_whom *whom, cx_error *e);

/* TEXT with the values at hand; .p NULL: E says which variable is not known. */
cx_str cx_claims_value(cx_claims *c, const cx_yaml_node *at, cx_str text, cx_error *e);

/* 0: no such access, E says so. */
unsigned cx_claims_access(cx_claims *c, const cx_yaml_node *at, cx_str word, cx_error *e);

bool cx_claims_filter(cx_claims *c, const cx_yaml_node *at, cx_str filter, cx_strs *list, cx_error *e);

/* A path, from the file's folder. */
const char *cx_claims_path(cx_claims *c, cx_str path);

void cx_whom_add(cx_whom *to, const cx_whom *more);
void cx_whom_clear(cx_whom *w);
void cx_claim_clear(cx_claim *c);

#endif
