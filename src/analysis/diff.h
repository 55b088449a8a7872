/* What one client may do at one broker and not at another, on all topics at once. */
#ifndef CX_DIFF_H
#define CX_DIFF_H

#include "analysis/who.h"

typedef struct cx_change {
    cx_client client; /* with a free id, or one that is treated otherwise than any other */
    cx_access access;
    bool gained; /* else lost */
    cx_set set;
} cx_change;

typedef struct cx_changes {
    CX_VEC(cx_change) items;
    bool slashes;  /* not proven for client ids (or names of unknown users) with '/' */
    bool too_many; /* not proven for all ids that are treated otherwise: there are too many */
    bool remarks;  /* subscriptions that can deliver nothing differ */
    bool unknown;  /* a plug-in that culex cannot ask decides some of it */
} cx_changes;

/* One side: NULL as EFFECTIVE: the client cannot connect there. */
typedef struct cx_side {
    cx_effective *effective;
    const cx_broker *broker;
} cx_side;

/* Adds the changes of a subject in read, write and subscribe: those of its free names, then those that only some of its
 * cases have (analysis/rivals). Filters below $CONTROL that nobody who gets them may read are no change, but a remark. */
void cx_diff_client(cx_sets *s, cx_side old, cx_side new, const cx_who *who, cx_changes *out);

#endif
