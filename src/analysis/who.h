/* Whom questions are about. */
#ifndef CX_WHO_H
#define CX_WHO_H

#include "analysis/effective.h"

/* The name of any user whom no file names: these bytes, which no topic can have. As CX_FREE_ID for client ids. */
#define CX_FREE_USER \
    "\xFF"           \
    "user"

typedef struct cx_who {
    cx_client client; /* its id fixed, or free */
    bool unknown;     /* any user whom no file names, CX_FREE_USER */
} cx_who;

typedef CX_VEC(cx_who) cx_whos;

/* "alice", "clients without a user name", "any other user" */
cx_str cx_who_name(const cx_who *w);

/* A topic or filter of a set with these in the place of free names. The text itself where it has none. */
cx_str cx_with_names(cx_str text, cx_str id, cx_str user, cx_arena *arena);
/* The same with %c and %u. */
cx_str cx_without_free_names(cx_str text, cx_arena *arena);

#endif
