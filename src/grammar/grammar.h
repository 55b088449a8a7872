/* The tables made at build time from the YAML files of grammars/, and look-ups in them.
 *
 * Everything here is constant, lives as long as the program and needs no
 * initialisation. Look-ups return NULL when there is no such thing.
 */
#ifndef CX_GRAMMAR_H
#define CX_GRAMMAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Enumerations CX_B_<BEHAVIOUR> with their values CX_<BEHAVIOUR>_<VALUE>,
 * CX_RULE_<ID> with CX_RULE_COUNT, CX_RELEASE_COUNT and CX_BEHAVIOUR_COUNT. */
#include "grammar_tables.h"

/* One observed release, the sum of its named behaviours (versions.yaml). */
typedef struct cx_release {
    const char *name;  /* "2.0.22" */
    const char *label; /* how people say it: "2.0", or the name where no short form exists */
    unsigned index;    /* 0 … CX_RELEASE_COUNT - 1, oldest first; its bit in a cx_targets */
    unsigned char behaviour[CX_BEHAVIOUR_COUNT];
} cx_release;

/* A set of releases: bit i is the release with index i. */
typedef uint8_t cx_targets;
#define CX_TARGETS_ALL ((cx_targets)((1u << CX_RELEASE_COUNT) - 1u))
#define CX_TARGET_BIT(rel) ((cx_targets)(1u << (rel)->index))

extern const cx_release cx_releases[CX_RELEASE_COUNT];

/* The value of a behaviour: cx_behaves(rel, CX_B_ACL_DENY) == CX_ACL_DENY_YES. */
static inline unsigned cx_behaves(const cx_release *rel, unsigned behaviour) { return rel->behaviour[behaviour]; }

/* The releases for which a behaviour has a value. */
cx_targets cx_releases_where(unsigned behaviour, unsigned value);

/* "1.6", "2.0", "2.1", or an exact release such as "2.0.15", which is the newest
 * observed one not above it. NULL: not a version, or older than all observed. */
const cx_release *cx_release_find(cx_str version);

/* How sure a finding is to hurt. */
typedef enum { CX_ADVICE, CX_WARNING, CX_ERROR } cx_severity;

/* One kind of finding (rules.yaml). */
typedef struct cx_rule_info {
    const char *id;   /* "acl-bad-access" */
    const char *area; /* "acl", "passwd", "psk": also the --kind its examples are for */
    cx_severity severity;
    int security;        /* 1: it can open access or leak a secret */
    const char *summary; /* one line, lower case, no full stop */
    const char *why;     /* prose: what the broker makes of it, per release */
    const char *bad;     /* an example that has the finding */
    const char *good;    /* the same, mended */
} cx_rule_info;

extern const cx_rule_info cx_rules[CX_RULE_COUNT]; /* indexed by CX_RULE_… */
const cx_rule_info *cx_rule_find(cx_str id);

/* A word of a format: a keyword, an access word, a variable, a field. */
typedef struct cx_word {
    const char *format;     /* "acl", "passwd", "psk" */
    const char *name;       /* "topic" */
    const char *kind;       /* "keyword", "access", "variable", "field", "hash" */
    const char *syntax;     /* one line */
    const char *doc;        /* prose */
    const char *aliases;    /* words people write instead, separated by spaces; may be "" */
    const char *accepted;   /* a whole file in that format that loads … */
    cx_targets accepted_by; /* … on these releases */
    const char *refused;    /* a whole file that is refused, or loses the entry … */
    cx_targets refused_by;  /* … on these releases */
} cx_word;

extern const cx_word cx_words[];
extern const size_t cx_word_count;
const cx_word *cx_word_find(cx_str format, cx_str name); /* format.n == 0: any format */
/* The word of that format and kind that has NAME among its aliases. */
const cx_word *cx_word_alias(cx_str format, cx_str kind, cx_str name);

/* One format: its name for people and its grammar. */
typedef struct cx_format_info {
    const char *name;  /* "acl" */
    const char *title; /* "ACL file" */
    const char *ebnf;
    const char *doc;
} cx_format_info;

extern const cx_format_info cx_formats[];
extern const size_t cx_format_count;
const cx_format_info *cx_format_find(cx_str name);

#endif
