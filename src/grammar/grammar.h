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

/* Who finds it: the reader of a format, so that check has it too, or lint alone. */
typedef enum { CX_BY_READER, CX_BY_LINT } cx_rule_by;

/* What a fix of it may change: nothing that worked, or more than a program can know. */
typedef enum { CX_FIX_NONE, CX_FIX_SAFE, CX_FIX_UNSAFE } cx_rule_fix;

/* One kind of finding (rules.yaml). */
typedef struct cx_rule_info {
    const char *id;   /* "acl-bad-access" */
    const char *area; /* "acl", "passwd", "psk": also the --kind its examples are for */
    cx_severity severity;
    int security; /* 1: it can open access or leak a secret */
    cx_rule_by by;
    cx_rule_fix fix;
    cx_targets targets;  /* the releases it can be true of */
    const char *options; /* further words for culex lint that its examples need; "": none */
    const char *summary; /* one line, lower case, no full stop */
    const char *why;     /* prose: what the broker makes of it, per release */
    const char *bad;     /* an example that has the finding; a line "==> NAME <==" begins a further file */
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

/* ---- the options of mosquitto.conf (format "conf") ---- */

/* Where a setting is kept. */
typedef enum {
    CX_SCOPE_GLOBAL,
    CX_SCOPE_SECURITY, /* global, or of the current listener while per_listener_settings is true */
    CX_SCOPE_LISTENER, /* of the current listener */
    CX_SCOPE_PLUGIN,   /* of the plug-in named last */
    CX_SCOPE_BRIDGE,   /* of the connection named last */
    CX_SCOPE_COUNT
} cx_scope;

/* How the value is read. */
typedef enum {
    CX_VALUE_IGNORED, /* not looked at */
    CX_VALUE_BOOL,    /* one word: true, false, 1 or 0 */
    CX_VALUE_INT,     /* one word; behaviour int_syntax says how */
    CX_VALUE_ATOL,    /* one word, as atol() reads it, in every release */
    CX_VALUE_STRING,  /* the rest of the line, trimmed: valid UTF-8 of 1 to 65535 bytes */
    CX_VALUE_WORD,    /* one word, one of the option's choices */
    CX_VALUE_OTHER,   /* a shape of its own, with its own reader in formats/conf */
} cx_value_kind;

/* What must stand before the line in releases that keep no settings for a listener
 * still to come (behaviour default_listener: on_demand). A bridge option needs its
 * connection, and a plug-in option its plug-in, in every release. */
typedef enum {
    CX_NEEDS_NOTHING,
    CX_NEEDS_LISTENER,                 /* any, or the broker does not start */
    CX_NEEDS_LISTENER_OR_DEFAULT,      /* without one, the default listener is made */
    CX_NEEDS_LISTENER_IF_PER_LISTENER, /* any, while per_listener_settings is true */
    CX_NEEDS_EXPLICIT_LISTENER,        /* one made by "listener" */
} cx_needs;

/* When a setting for the default listener makes a broker of the other releases
 * (default_listener: prepared) open that listener. */
typedef enum {
    CX_OPENS_NEVER,
    CX_OPENS_SET,     /* whenever it is set */
    CX_OPENS_CHANGED, /* when its value differs from the default */
} cx_opens;

typedef enum { CX_PATH_NONE, CX_PATH_FILE, CX_PATH_DIRECTORY } cx_path_kind;

/* Numbers outside are refused, or moved to the nearest end. */
typedef struct cx_range {
    long long min, max; /* LLONG_MIN, LLONG_MAX: no such end */
    int refused;        /* 1: outside is refused; 0: adjusted */
    cx_targets targets;
} cx_range;

typedef struct cx_choice {
    const char *word;
    cx_targets targets; /* the releases that take it */
} cx_choice;

enum { CX_RANGES_MAX = 3 };

typedef struct cx_conf_option {
    const char *name; /* "acl_file"; the number of the option is CX_OPT_ACL_FILE, of "plugin_opt_*" CX_OPT_PLUGIN_OPT */
    cx_scope scope;
    unsigned slot; /* its number within its scope, from 0 */
    cx_value_kind value;
    cx_needs needs;
    cx_opens opens;
    cx_targets opens_by;
    cx_path_kind path;
    int secret;                   /* 1: never show the value */
    int repeatable;               /* 1: every line adds something */
    cx_targets targets;           /* the releases that know it by any of its names */
    cx_targets duplicate_refused; /* a second one for the same place is refused */
    cx_targets empty_accepted;    /* without a value the line is complained about and skipped */
    cx_targets security;          /* the line is one that per_listener_settings must come before */
    cx_targets deprecated;        /* the broker, or its documentation, says so */
    const char *replaced_by;      /* what to write instead; may be "" */
    const char *broker_name;      /* what the broker's messages call it: mostly its name */
    const char *fallback;         /* the value when it is not set, in words; may be "" */
    long long default_number; /* that value of a bool or int, -1 for "unlimited"; the number of the choice of a word */
    const char *syntax, *doc; /* one line; prose */
    const char *reload;       /* what SIGHUP does with it */
    cx_range ranges[CX_RANGES_MAX];
    unsigned range_count;
    const cx_choice *choices;
    unsigned choice_count;
    const char *accepted; /* a whole conf that is accepted (check --syntax) … */
    cx_targets accepted_by;
    const char *refused; /* a whole conf that is refused … */
    cx_targets refused_by;
} cx_conf_option;

/* CX_OPT_COUNT options; CX_SLOTS_<SCOPE> slots in each scope. */
extern const cx_conf_option cx_conf_options[CX_OPT_COUNT];

/* Every spelling of every option, in byte order. */
typedef struct cx_conf_name {
    const char *name; /* "auth_plugin", "plugin_opt_" */
    unsigned option;
    int prefix;         /* 1: any word that begins with it */
    cx_targets targets; /* the releases that know this spelling */
} cx_conf_name;

extern const cx_conf_name cx_conf_names[];
extern const size_t cx_conf_name_count;

/* The spelling that WORD is; case matters. NULL: in no release. */
const cx_conf_name *cx_conf_name_find(cx_str word);

/* Whether WORD is, or was meant to be, an option whose value is secret: in any case,
 * misspelt, or with the value joined on. *NAME_LEN: how much of it is the name. */
bool cx_conf_word_secret(cx_str word, size_t *name_len);

#endif
