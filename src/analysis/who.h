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

/* Those who may ask a policy: named users first, whose numbers in NAMES are those in LIST, then clients without a user
 * name and any other user, where they get in. */
typedef struct cx_subjects {
    cx_whos list;
    cx_map names;
} cx_subjects;

void cx_subjects_add(cx_subjects *s, cx_who w);
void cx_subjects_clear(cx_subjects *s);
/* The subject of this name or kind; NULL: there is none. */
const cx_who *cx_subjects_find(const cx_subjects *s, const cx_who *w);
/* Do users get in whom no file names? */
static inline bool cx_subjects_any(const cx_subjects *s) { return s->list.n && s->list.items[s->list.n - 1].unknown; }

/* "alice", "clients without a user name", "any other user" */
cx_str cx_who_name(const cx_who *w);

/* A topic or filter of a set with these in the place of free names. The text itself where it has none. */
cx_str cx_with_names(cx_str text, cx_str id, cx_str user, cx_arena *arena);
/* The same with %c and %u. */
cx_str cx_without_free_names(cx_str text, cx_arena *arena);

#endif
