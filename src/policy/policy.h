/* A policy: what one document means for one release, as named decision lists and
 * holders that refer to them. Formats meet nowhere but here.
 *
 * A list is an array of rules; the first one that matches decides. A subject (a
 * connected client) asks the lists of its holder in order; when none decides, the
 * default of its kind of subject does. Rules are views into the document's source,
 * which must outlive the policy.
 */
#ifndef CX_POLICY_H
#define CX_POLICY_H

#include <stdint.h>

#include "base/map.h"
#include "base/vec.h"
#include "formats/acl/acl.h"
#include "grammar/grammar.h"
#include "text/source.h"

/* What is asked. Bits, so that a rule can answer several. */
typedef enum {
    CX_ACCESS_READ = 1,        /* receive a message on a topic */
    CX_ACCESS_WRITE = 2,       /* publish to a topic */
    CX_ACCESS_SUBSCRIBE = 4,   /* subscribe to a topic filter */
    CX_ACCESS_UNSUBSCRIBE = 8, /* unsubscribe from it */
} cx_access;
enum { CX_ACCESS_KINDS = 4 };

/* Defer and ignore leave the decision to whoever the broker asks next. */
typedef enum { CX_ALLOW, CX_DENY, CX_DEFER, CX_IGNORE } cx_outcome;

typedef enum {
    CX_REASON_RULE,
    CX_REASON_DEFAULT,
    CX_REASON_DOLLAR_TOPIC,     /* a gate before all rules, by the first bytes of the topic */
    CX_REASON_UNKNOWN_USER,     /* the default, for a user the policy does not name */
    CX_REASON_UNSAFE_ID,        /* '+' or '#' in the user name or client id, where patterns are asked */
    CX_REASON_SUBSCRIBE_ALWAYS, /* an ACL file never refuses a subscription */
    CX_REASON_INVALID_TOPIC,    /* the broker ends the connection at such a topic */
    CX_REASON_NO_ACL,           /* nobody is asked */
    CX_REASON_CANNOT_CONNECT,   /* the client is not let in */
    CX_REASON_UNKNOWN_PLUGIN,   /* a plug-in decides */
} cx_reason;

/* How a rule's filter is read. */
typedef enum {
    CX_MATCH_FILTER,          /* as a topic filter */
    CX_MATCH_TEXT_VARIABLES,  /* %c and %u replaced anywhere, then as a topic filter */
    CX_MATCH_LEVEL_VARIABLES, /* a level that is exactly %c or %u stands for one whole level */
} cx_matcher;

/* What a subject needs for a rule to be asked at all. */
enum { CX_GUARD_NAMED = 1 /* a user name */ };

typedef struct cx_rule {
    const char *filter;
    uint64_t probe; /* the last eight of the literal bytes, when there are as many */
    uint32_t filter_len;
    uint32_t at;      /* of the filter in the policy's source */
    uint16_t literal; /* bytes at the filter's beginning that every topic it matches has too */
    uint8_t access;   /* CX_ACCESS_… bits it answers */
    uint8_t outcome, matcher, guard;
} cx_rule;

static inline cx_str cx_rule_filter(const cx_rule *r) { return (cx_str){r->filter, r->filter_len}; }

typedef enum { CX_LIST_USER, CX_LIST_ANONYMOUS, CX_LIST_PATTERNS } cx_list_kind;

typedef struct cx_list {
    uint32_t first, count; /* in the policy's rules, in the order the broker asks them */
    uint32_t holder;       /* CX_LIST_USER: whose it is */
    cx_list_kind kind;
    bool refuses_unsafe;          /* denies subjects with '+' or '#' in user name or client id */
    bool has_guards;              /* some rule has a guard */
    struct cx_compiled *compiled; /* made at the first question; see decide.c */
} cx_list;

typedef enum { CX_SUBJECT_USER, CX_SUBJECT_ANONYMOUS, CX_SUBJECT_UNKNOWN } cx_subject_kind;

enum { CX_HOLDER_LISTS = 2 };
typedef struct cx_holder {
    uint32_t lists[CX_HOLDER_LISTS];
    uint32_t list_count;
} cx_holder;

typedef struct cx_default {
    cx_outcome outcome;
    cx_reason reason;
} cx_default;

typedef struct cx_policy {
    const cx_release *release;
    cx_source *source;
    cx_pages rule_pages;
    cx_rule *rules; /* of all lists, in them */
    CX_VEC(cx_list) lists;
    cx_map users;                            /* the number of a user is that of its holder */
    CX_VEC(cx_holder) holders;               /* of named users */
    uint32_t own_lists;                      /* about where the list of user 0 is, the next one follows: only a hint */
    cx_holder anonymous, unknown;            /* of clients without a user name; of users no holder names */
    cx_default defaults[3][CX_ACCESS_KINDS]; /* by cx_subject_kind and access */
} cx_policy;

/* The policy of an ACL file for one release that loads it. */
void cx_policy_from_acl(cx_policy *p, const cx_acl *acl, const cx_release *release);
void cx_policy_clear(cx_policy *p);

/* A connected client. */
typedef struct cx_client {
    bool anonymous; /* no user name, or one of no bytes, which a broker takes for none */
    bool fresh;     /* the client id is none that any rule or topic names */
    cx_str user, id;
} cx_client;

typedef struct cx_subject {
    cx_client client;
    cx_subject_kind kind;
    const cx_holder *holder;
} cx_subject;

cx_subject cx_policy_subject(const cx_policy *p, cx_client client);

/* Has the user name, or the client id, a '+' or '#'? Lists of patterns deny such clients. */
bool cx_client_unsafe_user(const cx_client *c);
bool cx_client_unsafe(const cx_client *c);

/* 0 … CX_ACCESS_KINDS-1 for an access bit, for arrays. */
static inline unsigned cx_access_index(cx_access a)
{
    return a == CX_ACCESS_READ ? 0 : a == CX_ACCESS_WRITE ? 1 : a == CX_ACCESS_SUBSCRIBE ? 2 : 3;
}
const char *cx_access_name(cx_access a);
const char *cx_reason_name(cx_reason r);

#endif
