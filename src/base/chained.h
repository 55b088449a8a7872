/* Which of several entries with one key a broker of the 2.0 line finds that keeps them
 * in a hash table with chains (uthash) and did not look for the key first. */
#ifndef CX_CHAINED_H
#define CX_CHAINED_H

#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"

#define CX_CHAINED_END UINT32_MAX

struct cx_chained_entry {
    cx_str key; /* a view; its bytes must outlive the table */
    uint32_t hash, next;
};

typedef struct cx_chained {
    CX_VEC(struct cx_chained_entry) entries;
    struct cx_chain *chains; /* NULL: the table is empty */
    unsigned log2;
    uint32_t useless_doublings;
    bool fixed; /* doubling did not help twice running: never again */
} cx_chained;

/* Entries are numbered 0, 1, … as they are added. */
void cx_chained_add(cx_chained *t, cx_str key);
void cx_chained_clear(cx_chained *t);

/* The entry of KEY that a look-up finds, and those it would find without it. */
uint32_t cx_chained_find(const cx_chained *t, cx_str key);
uint32_t cx_chained_next(const cx_chained *t, uint32_t entry);

#endif
