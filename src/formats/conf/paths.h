/* Where the paths in a conf lead. They are those of the host the broker runs on; the
 * files may be on another one, in a repository say. */
#ifndef CX_CONF_PATHS_H
#define CX_CONF_PATHS_H

#include "base/arena.h"

typedef struct cx_paths {
    const char *root; /* put before absolute ones; NULL: nothing */
    const char *conf; /* what leads nowhere is looked for beside this conf; NULL: it is not */
    bool
        elsewhere; /* they are of another host: what is not here may well be there, and what is here may lie around the conf */
} cx_paths;

/* What PATH leads to, a text in the arena; *NEAR: to this file near the conf. Beside the conf means the same name in its
 * folder. ELSEWHERE it is the longest end of PATH that leads somewhere from the conf's folder or one above it, up to the
 * repository's: /mosquitto/config/acls/site for config/mosquitto.conf is config/acls/site. For a conf in a repository
 * nothing else counts; for another one then what is at PATH on this host. */
cx_str cx_paths_find(const cx_paths *p, cx_arena *a, cx_str path, bool *near);

/* Whether PATH leads to nothing, as far as can be told. */
bool cx_paths_lacks(const cx_paths *p, cx_arena *a, cx_str path);

#endif
