/* Opens a POLICY: the files named on the command line, read once, as a broker of
 * each asked release. */
#ifndef CX_POLICY_SOURCE_H
#define CX_POLICY_SOURCE_H

#include "broker/start.h"
#include "cli/cli.h"

/* Listeners of one conf that answer differently, all releases together. */
enum { CX_POLICY_TARGETS_MAX = 64 };

typedef struct cx_policy_source {
    cx_source source, passwd_source; /* of an ACL file or a dynamic-security.json; of the password file */
    cx_acl acl;
    cx_dynsec dynsec;
    cx_passwd passwd;
    bool has_passwd;
    cx_conf conf; /* of a conf, with all it names */
    cx_setups setups;
    cx_start start;
    bool has_conf;
    cx_arena arena;
    struct cx_policy_target {
        const cx_release *release;
        cx_policy own; /* of a lone file */
        cx_broker broker;
        const cx_door *door; /* of a conf; NULL: none */
        cx_start *start;
        const char *listener; /* "1883", where several listeners of a release answer differently; else NULL */
    } targets[CX_POLICY_TARGETS_MAX];
    unsigned target_count;
} cx_policy_source;

/* From --acl, --conf, --dynsec, --passwd, or the operand POLICY (may be NULL). Returns -1, or the
 * exit code of what went wrong, which was reported. */
int cx_policy_open(cx_policy_source *s, cx_cli *cli, const char *policy);
void cx_policy_close(cx_policy_source *s);

#endif
