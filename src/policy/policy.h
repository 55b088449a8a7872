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
#include "formats/dynsec/dynsec.h"
#include "grammar/grammar.h"
#include "text/source.h"

/* What is asked. Bits, so that a rule can answer several. */
typedef enum {
    CX_ACCESS_READ = 1,        /* receive a message on a topic */
    CX_ACCESS_WRITE = 2,       /* publish to a topic */
    CX_ACCESS_SUBSCRIBE = 4,   /* subscribe to a topic filter */
    CX_ACCESS_UNSUBSCRIBE = 8, /* unsubscribe from it */
} cx_access;
enum { CX_ACCESS_KINDS = 4, CX_ACCESS_ALL = 15 };

/* Defer and ignore leave the decision to whoever the broker asks next. */
typedef enum { CX_ALLOW, CX_DENY, CX_DEFER, CX_IGNORE } cx_outcome;

typedef enum {
    CX_REASON_RULE,
    CX_REASON_DEFAULT,
    CX_REASON_MALFORMED_RULE,   /* a rule with a malformed filter that ends the search */
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
    CX_MATCH_LITERAL,         /* as text: equal to the filter of a subscription */
    CX_MATCH_HAS_WILDCARD,    /* every filter with '+' or '#' */
    CX_MATCH_MALFORMED,       /* no valid topic filter: character by character, as far as that goes */
} cx_matcher;

/* What a subject needs for a rule to be asked at all. */
enum { CX_GUARD_NAMED = 1 /* a user name */ };

typedef struct cx_rule {
    const char *filter;
    uint64_t probe; /* the last eight of the literal bytes, when there are as many */
    uint32_t filter_len;
    uint32_t at;      /* where it stands: see cx_policy_place */
    uint16_t literal; /* bytes at the filter's beginning that every topic it matches has too */
    uint8_t access;   /* CX_ACCESS_… bits it answers */
    uint8_t outcome, matcher, guard;
    uint8_t document; /* of which of the policy's documents */
} cx_rule;

static inline cx_str cx_rule_filter(const cx_rule *r) { return (cx_str){r->filter, r->filter_len}; }

typedef enum { CX_LIST_USER, CX_LIST_ANONYMOUS, CX_LIST_PATTERNS, CX_LIST_ROLE } cx_list_kind;

typedef struct cx_list {
    uint32_t first, count; /* in the policy's rules, in the order the broker asks them */
    uint32_t holder;       /* CX_LIST_USER: whose it is; CX_LIST_ROLE: the role's number in its document */
    cx_list_kind kind;
    uint8_t document;
    bool refuses_unsafe;          /* denies subjects with '+' or '#' in user name or client id */
    bool has_guards;              /* some rule has a guard */
    bool has_malformed;           /* some rule has a malformed filter */
    struct cx_compiled *compiled; /* made at the first question; see decide.c */
} cx_list;

typedef enum { CX_SUBJECT_USER, CX_SUBJECT_ANONYMOUS, CX_SUBJECT_UNKNOWN } cx_subject_kind;

/* Lists in the order they are asked: those of a client, then those of its groups. */
typedef struct cx_lists {
    uint32_t first, count; /* in the policy's refs */
    uint32_t group;        /* whose they are: its number in its document; CX_NO_GROUP: the client's own */
    uint8_t document;
} cx_lists;
#define CX_NO_GROUP UINT32_MAX

/* Whoever asks lists. Up to two lists stand in the holder itself, so that most questions fetch
 * nothing else; more are spans. */
enum { CX_HOLDER_LISTS = 2, CX_HOLDER_SPANS = 3, CX_HOLDER_NOBODY = 4 };
typedef struct cx_holder {
    uint32_t lists[CX_HOLDER_LISTS]; /* with CX_HOLDER_SPANS: the first span, how many; with _NOBODY: no such user */
    uint32_t list_count;
} cx_holder;

typedef struct cx_default {
    cx_outcome outcome;
    cx_reason reason;
} cx_default;

/* What a policy was made of. One of both is there. */
typedef struct cx_document {
    const cx_acl *acl;
    cx_dynsec *dynsec;
    cx_source *source;
} cx_document;

enum { CX_DOCUMENTS_MAX = 16 };

typedef struct cx_policy {
    const cx_release *release;
    cx_document documents[CX_DOCUMENTS_MAX]; /* the caller's; they outlive the policy */
    unsigned document_count;
    cx_pages rule_pages;
    cx_rule *rules; /* of all lists, in them */
    CX_VEC(cx_list) lists;
    cx_map users;              /* the number of a user is that of its holder */
    const cx_map *names;       /* instead, the names of the file, where holders has one for each; NULL: users */
    CX_VEC(cx_holder) holders; /* of named users */
    CX_VEC(cx_lists) spans;
    CX_VEC(uint32_t) refs;                    /* numbers of lists */
    CX_VEC(const cx_dynsec_client *) clients; /* of dynamic security: the entry of each user */
    uint32_t own_lists;                       /* about where the list of user 0 is, the next one follows: only a hint */
    cx_holder anonymous, unknown;             /* of clients without a user name; of users no holder names */
    cx_default defaults[3][CX_ACCESS_KINDS];  /* by cx_subject_kind and access */
    cx_str never_by_default; /* topics that begin so are deferred where the default allows; .n 0: none */
} cx_policy;

/* The policy of an ACL file for one release that loads it. */
void cx_policy_from_acl(cx_policy *p, const cx_acl *acl, const cx_release *release);

/* The policy of a dynamic-security.json; of several, the one they make together when one
 * plug-in loads them one after the other (behaviour dynsec_instances: shared). */
void cx_policy_from_dynsec(cx_policy *p, cx_dynsec *const *files, unsigned count, const cx_release *release);
void cx_policy_clear(cx_policy *p);

/* A connected client. */
typedef struct cx_client {
    bool anonymous; /* no user name, or one of no bytes, which a broker takes for none */
    bool fresh;     /* the client id is none that any rule or topic names */
    cx_str user, id;
} cx_client;

/* The lists of a holder, one after the other. */
typedef struct cx_asking {
    const uint32_t *at, *end;         /* of the lists at hand */
    const cx_lists *span, *spans_end; /* those that follow; NULL: there are none */
    const cx_lists *now;              /* the span at hand; NULL: the holder's own lists */
} cx_asking;

static inline cx_asking cx_ask_lists(const cx_policy *p, const cx_holder *h)
{
    if (h->list_count <= CX_HOLDER_LISTS) return (cx_asking){.at = h->lists, .end = h->lists + h->list_count};
    const cx_lists *first = p->spans.items + h->lists[0];
    return (cx_asking){.span = first, .spans_end = first + h->lists[1]};
}

/* NULL: no list is left. */
static inline cx_list *cx_next_list(const cx_policy *p, cx_asking *a)
{
    while (a->at == a->end) {
        if (a->span == a->spans_end) return NULL;
        a->now = a->span++;
        if (a->now->count == 0) continue;
        a->at = p->refs.items + a->now->first;
        a->end = a->at + a->now->count;
    }
    return p->lists.items + *a->at++;
}

typedef struct cx_subject {
    cx_client client;
    cx_subject_kind kind;
    const cx_holder *holder;
} cx_subject;

cx_subject cx_policy_subject(const cx_policy *p, cx_client client);

/* The number of a named user's holder; CX_MAP_NONE: the policy does not know it. */
uint32_t cx_policy_user(const cx_policy *p, cx_str user);
/* The names it may know. */
static inline const cx_map *cx_policy_names(const cx_policy *p) { return p->names ? p->names : &p->users; }

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

/* A rule as people look for it. */
typedef struct cx_rule_place {
    cx_source *source;
    size_t line;
    cx_str text; /* "topic deny cmds/#", "publishClientSend deny cmds/#" */
    cx_str path; /* "/roles/0/acls/1"; .p NULL: the file is no JSON */
    cx_str role; /* .p NULL: none */
} cx_rule_place;

/* Texts are views, or in the arena. */
cx_rule_place cx_policy_place(const cx_policy *p, const cx_rule *r, cx_arena *a);

#endif
