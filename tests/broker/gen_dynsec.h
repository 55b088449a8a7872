/* Random deployments: a mosquitto.conf with one or two listeners, the dynamic-security.json, the ACL file and the
 * password file it names, and who logs in where. The files share users, levels and filters, so that each of them often
 * has something to say about the same question. */
#ifndef BROKER_GEN_DYNSEC_H
#define BROKER_GEN_DYNSEC_H

#include "gen.h"

enum {
    GEN_DOORS = 2,
    GEN_CLIENTS = 12,
    GEN_ACCOUNTS = 40,
    GEN_KNOCKS = 20,            /* logins, over all listeners */
    GEN_ASKED = GEN_TOPICS + 2, /* topics */
    GEN_SUBSCRIPTIONS = 12      /* filters that are subscribed to and unsubscribed from by themselves */
};

/* The plug-ins that came with the broker; NULL: there is none */
struct gen_plugins {
    unsigned release; /* one of conf_table.h's bits */
    bool root;        /* the test runs as root: the broker is told to stay it */
    const char *dynsec, *acl, *passwords;
};

/* A user of the JSON */
struct gen_client {
    const char *user;
    const char *clientid; /* the one it is bound to, NULL: any */
};

struct gen_door {
    struct buf lines;  /* behind its listener line */
    const char *mount; /* "": none */
    struct gen_subject knocks[GEN_KNOCKS];
    size_t knock_count;
};

struct gen_deployment {
    unsigned release;
    struct gen_acl acl; /* its text is the ACL file; the topics and filters are those of the whole deployment */
    struct buf json, passwords;
    struct buf global; /* the conf before the first listener */
    struct gen_door doors[GEN_DOORS];
    size_t door_count;
    bool no_json;      /* the file is not there */
    bool retained;     /* whether messages are kept for the subscribers or sent to them */
    struct names subs; /* filters, some of which have ACLs of their own */
    struct names mounts;
    struct gen_client clients[GEN_CLIENTS];
    size_t client_count;
    struct gen_login accounts[GEN_ACCOUNTS]; /* each password a file has for a user; the broker need not heed it */
    size_t account_count;
};

void gen_deployment(struct gen_deployment *g, struct rng *r, const struct gen_plugins *plugins);
void gen_deployment_free(struct gen_deployment *g);
/* The conf with these ports */
void gen_deployment_conf(const struct gen_deployment *g, const int ports[GEN_DOORS], struct buf *conf);

/* gen_roles.c */
struct pen;
void gen_roles(struct pen *p, struct gen_deployment *g);
void gen_references(struct pen *p);
void gen_priority(struct pen *p);
/* An ACL as it should be, that allows */
void gen_grant(struct pen *p, const char *type, const char *topic);
/* A filter that covers much */
const char *gen_wide(struct rng *r);

/* gen_dynsec.c, in this order: who the clients are and what they may do; then, when the topics are known, the file */
struct gen_parts {
    struct buf roles, clients, groups, rest;
};
void gen_dynsec_parts(struct gen_parts *p, struct gen_deployment *g, struct rng *r);
void gen_dynsec(struct gen_deployment *g, struct gen_parts *p, struct rng *r);

#endif
