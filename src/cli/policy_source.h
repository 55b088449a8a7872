/* Opens a POLICY: the files named on the command line, read once, as a broker of
 * each asked release. */
#ifndef CX_POLICY_SOURCE_H
#define CX_POLICY_SOURCE_H

#include "broker/broker.h"
#include "cli/cli.h"
#include "formats/passwd/passwd.h"

typedef struct cx_policy_source {
    cx_source acl_source, passwd_source;
    cx_acl acl;
    cx_passwd passwd;
    bool has_passwd;
    struct cx_policy_target {
        const cx_release *release;
        cx_policy policy;
        cx_broker broker;
    } targets[CX_RELEASE_COUNT];
    unsigned target_count;
} cx_policy_source;

/* From --acl, --passwd, or the operand POLICY (may be NULL). Returns -1, or the
 * exit code of what went wrong, which was reported. */
int cx_policy_open(cx_policy_source *s, cx_cli *cli, const char *policy);
void cx_policy_close(cx_policy_source *s);

#endif
