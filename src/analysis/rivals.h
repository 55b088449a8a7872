/* Who a client with a free name may be.
 *
 * A free name is none that files name. Where a rule has %c, names that stand as text where the variable does are treated
 * otherwise, so they are cases of their own: with `pattern write dev/%c/state` and `topic deny dev/admin/#`, the id
 * "admin" is one. Where a variable begins a filter, wildcards treat names with '$' at their beginning otherwise: one such
 * name stands for all. */
#ifndef CX_RIVALS_H
#define CX_RIVALS_H

#include "analysis/who.h"

/* Others whose rules name names. What was found for a variable is kept: mostly all clients share the rules that have some. */
typedef struct cx_beside {
    const cx_whos *whos;
    struct cx_beside_found {
        CX_VEC(cx_str) places; /* of the variable, three texts each */
        cx_map names;
        bool too_many;
    } found[2]; /* for client ids, for user names */
} cx_beside;

void cx_beside_clear(cx_beside *b);

/* What is asked, as far as names can stand in it. */
typedef struct cx_case_question {
    const cx_broker *brokers[2]; /* the second may be NULL */
    unsigned accesses;           /* CX_ACCESS_… bits of rules that count */
    const cx_str *filters;       /* of the question itself; %c and %u in them are variables */
    size_t filter_count;
    cx_beside *beside; /* NULL: none */
} cx_case_question;

typedef struct cx_cases {
    CX_VEC(cx_client) items; /* the first is the client itself */
    bool slashes;            /* names with '/' may matter, where a variable is replaced as text: only some are here */
    bool too_many;           /* there are more than CX_CASES_MAX, and some were left out */
} cx_cases;

enum { CX_CASES_MAX = 256 };

/* The cases of a client; of an unknown one also those of user names. Those found before are dropped; names are views,
 * or in the space's arena. */
void cx_cases_of(cx_cases *out, cx_sets *s, const cx_who *who, const cx_case_question *q);
void cx_cases_clear(cx_cases *c);

#endif
