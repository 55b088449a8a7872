/* .culex.yaml: what a repository says to culex once, instead of every command line.
 *
 *   target: [2.0, 2.1]          # or one release, exact ones too
 *   root: etc                   # the folder that absolute paths in confs begin at
 *   paths: [brokers]            # what culex lint without operands lints
 *   exclude: ["*.bak"]         # and what it leaves out
 *   rules: {conf-no-limits: "off", "acl-*-grant": error}
 *   fail-on: warning
 *   baseline: baseline.json
 *   naming:                     # PCRE2 patterns that names must match
 *     topics: "^[a-z0-9/+#%_-]+$"
 *     users: {pattern: "^[a-z]+-[0-9]+$", message: role and number}
 *     client-ids: "^[a-z]"
 *
 * Paths begin at the file's own folder. */
#ifndef CX_SETTINGS_H
#define CX_SETTINGS_H

#include "data/yaml.h"
#include "grammar/grammar.h"

typedef enum { CX_NAMING_TOPICS, CX_NAMING_USERS, CX_NAMING_CLIENT_IDS, CX_NAMINGS } cx_naming_kind;

/* What names of a kind must look like. */
typedef struct cx_naming {
    cx_str pattern; /* .p NULL: anything */
    cx_str message; /* in words; .p NULL: none */
    void *compiled; /* pcre2_code */
} cx_naming;

typedef struct cx_rule_level {
    cx_str glob, level;
} cx_rule_level;

typedef struct cx_settings {
    cx_yaml yaml; /* texts are views into it, or into its arena; .root NULL: there is no file */
    cx_str path, folder;
    cx_str target; /* the words of --target; .p NULL: not said, as below */
    const char *root, *baseline, *fail_on;
    CX_VEC(cx_str) paths, exclude;
    CX_VEC(cx_rule_level) rules; /* in order: the last one that matches counts */
    cx_naming naming[CX_NAMINGS];
} cx_settings;

/* Reads PATH. False with E set, with the place of what is wrong. */
bool cx_settings_open(cx_settings *s, const char *path, cx_error *e);
void cx_settings_clear(cx_settings *s);

/* The nearest .culex.yaml from the working directory up to the repository's folder; outside of one, in the working
 * directory alone. .p NULL: there is none. In the arena. */
cx_str cx_settings_find(cx_arena *a);

/* Whether the user leaves PATH out; it and the folders above it are compared, from the settings' folder on. */
bool cx_settings_excludes(const cx_settings *s, cx_str path);

/* Whether a name is as it must be. */
bool cx_naming_matches(const cx_naming *n, cx_str name);

#endif
