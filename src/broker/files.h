/* The files a conf names, each read once for all releases. */
#ifndef CX_BROKER_FILES_H
#define CX_BROKER_FILES_H

#include "base/map.h"
#include "formats/conf/paths.h"
#include "formats/passwd/passwd.h"
#include "formats/psk/psk.h"
#include "policy/policy.h"
#include "text/kind.h"

typedef struct cx_named_file {
    cx_kind kind;   /* CX_KIND_ACL, _PASSWD, _PSK or _DYNSEC */
    cx_str path;    /* where it was looked for */
    bool near;      /* it was not there: this is the one near the conf */
    bool elsewhere; /* it is not here, and may well be on the broker's host */
    bool directory, symlink;
    cx_error error; /* why it cannot be read; empty: it was */
    cx_source source;
    cx_acl acl;
    cx_passwd passwd;
    cx_psk psk;
    cx_dynsec dynsec;                     /* an empty one when it cannot be read */
    cx_findings *findings;                /* of what was read; NULL: nothing was */
    cx_policy policies[CX_RELEASE_COUNT]; /* of what has one, made when asked for; .release NULL: not yet */
} cx_named_file;

typedef struct cx_files {
    cx_paths paths;
    cx_targets targets;
    unsigned threads;
    bool argon2;
    cx_arena arena;
    cx_map keys;
    CX_VEC(cx_named_file *) list; /* in the order they were first named */
} cx_files;

/* The file PATH names, read now when it was not yet. Never NULL. */
cx_named_file *cx_files_open(cx_files *f, cx_kind kind, cx_str path);

/* Files of dynamic security that are none: what one has that forgot its file; and what 2.1 makes for itself, see
 * cx_dynsec_initial. */
typedef enum { CX_MADE_EMPTY, CX_MADE_ADMIN, CX_MADE_DEMO } cx_made;
cx_named_file *cx_files_made(cx_files *f, cx_made made);

/* The policy of an ACL file that RELEASE loads, or of a dynamic-security.json. */
cx_policy *cx_named_policy(cx_named_file *file, const cx_release *release);

void cx_files_clear(cx_files *f);

#endif
