/* Random cases. The same seed gives the same case everywhere; nothing here looks at what the broker answered. */
#ifndef BROKER_GEN_H
#define BROKER_GEN_H

#include "buf.h"
#include "rng.h"

enum {
    GEN_SUBJECTS = 8,
    GEN_TOPICS = 14,
    GEN_ROOTS = GEN_TOPICS + 2,
    GEN_FILTERS = 3, /* to subscribe, for each subject */
    GEN_LOGINS = 8
};

/* The topic that the broker itself keeps a retained message on */
#define GEN_VERSION_TOPIC "$SYS/broker/version"

struct gen_subject {
    const char *user; /* NULL: anonymous */
    const char *clientid;
};

struct gen_acl {
    struct buf text;
    char publisher[32];   /* a user nobody else is, who may write everything */
    struct names users;   /* as written in the file */
    struct names filters; /* as written in the file */
    struct names words;   /* the levels of this case */
    struct names topics;  /* to ask about; each can be published */
    struct names roots;   /* filters that together cover the topics */
    struct gen_subject subjects[GEN_SUBJECTS];
};

/* An ACL file every release of the target's line takes, and what to ask about it. Without denies when the target
 * does not know them */
void gen_acl(struct gen_acl *g, struct rng *r, bool denies);
/* The same in two steps; topics are made from what `users`, `filters` and `subjects` hold by then */
void gen_acl_begin(struct gen_acl *g, struct rng *r, bool denies);
void gen_acl_end(struct gen_acl *g, struct rng *r);
void gen_acl_free(struct gen_acl *g);
/* A filter as a rule has it: valid, not empty, no blanks at its ends; as a pattern with variables */
void gen_filter(struct buf *b, const struct gen_acl *g, struct rng *r, bool pattern);
/* A user name or a client id */
const char *gen_identity(struct rng *r);
/* A filter that can be subscribed to, sometimes shared */
void gen_subscription(struct buf *b, const struct gen_acl *g, struct rng *r);

/* Damages the file: the broker may take the result or not */
void gen_damage_acl(struct buf *text, struct rng *r);
void gen_damage_passwords(struct buf *text, struct rng *r);
void gen_damage_conf(struct buf *text, struct rng *r);

struct gen_login {
    const char *user;
    const char *password;
};

/* A hash as it stands in a password file and the password it is of */
struct gen_hash {
    const char *field;
    const char *password;
};

/* One of the fixed hashes: PBKDF2 or either kind; all releases can read it, those with dynamic security, unless odd */
const struct gen_hash *gen_hash(struct rng *r, bool pbkdf2, bool odd);

struct gen_passwords {
    struct buf text;
    struct gen_login logins[GEN_LOGINS];
    bool anonymous; /* whether the broker lets anonymous clients in, which must not matter */
};

/* A password file; `fresh` are hashes this broker's own tool made, used besides the fixed ones */
void gen_passwords(struct gen_passwords *g, struct rng *r, const struct gen_hash *fresh, size_t fresh_count);

#endif
