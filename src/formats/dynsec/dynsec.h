/* A dynamic-security.json (plugin_opt_config_file of the dynamic security plug-in), read
 * with the plug-in's own reader, cJSON, and by its rules: the first member of a name
 * counts, in any case of letters; what has the wrong type counts as absent; what has no
 * name is skipped. The broker starts with any such file, at worst with an empty policy.
 *
 * One reading serves all releases: where they differ, entries carry the releases that
 * keep them. What entries mean together is src/policy's. Facts: dynsec.md 1.
 */
#ifndef CX_DYNSEC_H
#define CX_DYNSEC_H

#include <cjson/cJSON.h>

#include "base/map.h"
#include "text/finding.h"
#include "text/source.h"

#define CX_DYNSEC_NO_ACL UINT32_MAX

/* Values that culex reads of one file; cJSON needs about 100 bytes for each. */
#define CX_DYNSEC_VALUES_MAX 20000000u

/* In the order the plug-in saves them in. */
typedef enum {
    CX_DYNSEC_SEND,
    CX_DYNSEC_RECEIVE,
    CX_DYNSEC_SUBSCRIBE_LITERAL,
    CX_DYNSEC_SUBSCRIBE_PATTERN,
    CX_DYNSEC_UNSUBSCRIBE_LITERAL,
    CX_DYNSEC_UNSUBSCRIBE_PATTERN,
    CX_DYNSEC_TYPES
} cx_dynsec_type;
const char *cx_dynsec_type_name(cx_dynsec_type type); /* "publishClientSend" */

static inline bool cx_dynsec_literal(unsigned type)
{
    return type == CX_DYNSEC_SUBSCRIBE_LITERAL || type == CX_DYNSEC_UNSUBSCRIBE_LITERAL;
}

/* 2.1 moves priorities beyond it, above and below 0, to it. */
#define CX_DYNSEC_PRIORITY_MAX 100000

/* All texts are views into the tree. */
typedef struct cx_dynsec_acl {
    const cJSON *item;
    cx_str topic;
    uint32_t place;   /* its number among the elements of "acls" */
    int32_t priority; /* as written; 2.1 clamps it */
    uint8_t type;
    bool allow;
    bool again;     /* an earlier one of the role has the same type and topic */
    bool malformed; /* the topic is no valid topic filter */
} cx_dynsec_acl;

typedef enum { CX_DYNSEC_ABSENT, CX_DYNSEC_FALSE, CX_DYNSEC_TRUE } cx_dynsec_default;

/* A role or client named by another entry. */
typedef struct cx_dynsec_ref {
    cx_str name;
    int32_t priority; /* -1 when there is none */
    uint32_t number;  /* of the name, in the file's role or client names */
} cx_dynsec_ref;

typedef struct cx_dynsec_role {
    const cJSON *item;
    cx_str name;
    uint32_t place;  /* its number among the elements of "roles" */
    uint32_t number; /* of the name, in the file's */
    uint32_t first_acl, acl_count;
    bool wildcard_subs; /* false: "allowwildcardsubs": false */
} cx_dynsec_role;

typedef struct cx_dynsec_client {
    const cJSON *item;
    cx_str name, id; /* id.p NULL: bound to no client id */
    uint32_t number; /* of the name, in the file's */
    uint32_t first_role, role_count;
    cx_targets kept;   /* the releases that keep the entry at all */
    cx_targets logins; /* those that can check a password with it */
    bool disabled;
} cx_dynsec_client;

typedef struct cx_dynsec_group {
    const cJSON *item;
    cx_str name;
    uint32_t number; /* of the name, in the file's */
    uint32_t first_role, role_count, first_member, member_count;
} cx_dynsec_group;

typedef struct cx_dynsec {
    cx_source *source;             /* the caller's; must outlive this */
    cJSON *tree;                   /* NULL: not JSON, and so an empty policy */
    cx_dynsec_default defaults[4]; /* publishClientSend, publishClientReceive, subscribe, unsubscribe */
    CX_VEC(cx_dynsec_role) roles;
    CX_VEC(cx_dynsec_client) clients;
    CX_VEC(cx_dynsec_group) groups;
    CX_VEC(cx_dynsec_acl) acls; /* of all roles, in file order */
    CX_VEC(cx_dynsec_ref) refs; /* of all clients and groups */
    struct cx_dynsec_names {
        cx_map map;
        uint32_t count; /* of names that an entry has; those behind it are only referred to */
    } role_names, client_names, group_names;
    cx_str anonymous_group; /* may be the name of none; .p NULL: there is no such name */
    cx_findings findings;   /* .refused: the releases that do not survive the file */
    bool argon2;
    uint32_t *acl_at, *role_at; /* where ACLs and roles stand, made when asked for */
} cx_dynsec;

/* Reads SOURCE, whose text is followed by a NUL byte, for TARGETS. False with E set: more values than culex reads. What is wrong
 * with the file is in the findings. ARGON2: the broker was built with argon2. */
bool cx_dynsec_read(cx_dynsec *d, cx_source *source, cx_targets targets, bool argon2, cx_error *e);
void cx_dynsec_clear(cx_dynsec *d);

/* What 2.1 writes where there is no file. DEMO: with a client for trying out, which it leaves out when it
 * is told the administrator's password. */
cx_str cx_dynsec_initial(bool demo);

/* The role that an ACL is of. */
uint32_t cx_dynsec_role_of(const cx_dynsec *d, uint32_t acl);
/* The ACL of a role with a type and a topic, the first; CX_DYNSEC_NO_ACL: it has none. */
uint32_t cx_dynsec_find_acl(const cx_dynsec *d, uint32_t role, cx_dynsec_type type, cx_str topic);

/* Where an ACL stands: a byte of the source. */
uint32_t cx_dynsec_acl_at(cx_dynsec *d, uint32_t acl);
/* Where a role stands. */
uint32_t cx_dynsec_role_at(cx_dynsec *d, uint32_t role);
/* "/roles/0/acls/1", in the arena: ACL counts within the file; of a role without it, CX_DYNSEC_NO_ACL. */
cx_str cx_dynsec_path(const cx_dynsec *d, uint32_t role, uint32_t acl, cx_arena *a);

#endif
