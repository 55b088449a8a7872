/* How a space of sets is laid out: for topic/set, and for whoever makes nodes that no filter gives. */
#ifndef CX_SET_SPACE_H
#define CX_SET_SPACE_H

#include <stdint.h>

#include "base/map.h"
#include "topic/set.h"
#include "topic/topic.h"

/* What an edge is for: a level, or every other level that begins with some bytes. */
enum { SYMBOL_PLUS, SYMBOL_HASH, SYMBOL_EMPTY, SYMBOL_DOLLAR, SYMBOLS_GIVEN, NO_SYMBOL = UINT32_MAX };

struct symbol {
    cx_str text;
    uint32_t
        parent; /* the beginning that stands for it where a node has no edge for it; NO_SYMBOL: every other level */
    bool beginning;
};

struct edge {
    uint32_t symbol;
    cx_set target;
};

struct node {
    uint32_t hash, first, count; /* edges, by symbol */
    cx_set other;                /* where every other level leads */
    bool ends;                   /* the word may end here */
};

struct remembered {
    uint32_t operation; /* + 1; 0: free */
    cx_set a, b, result;
};

struct cx_sets {
    uint32_t limit;
    bool full;
    CX_VEC(struct node) nodes;
    CX_VEC(struct edge) edges;
    CX_VEC(struct edge) stack; /* edges of nodes that are being made */
    uint32_t *unique;          /* node + 1; 0: free */
    size_t unique_size;
    struct remembered *memo; /* the newest of all operations with one hash */
    size_t memo_size;
    CX_VEC(struct symbol) symbols;
    cx_map levels;                  /* texts of levels */
    CX_VEC(uint32_t) level_symbols; /* of each number in LEVELS */
    CX_VEC(uint32_t) beginnings;
    CX_VEC(uint8_t) shortest; /* of each node: levels of its shortest word + 1; 0: not known yet */
    cx_arena arena;           /* texts of beginnings, and others' */
};

/* The set of the edges pushed on the stack from BASE on, which are taken off it. They may be in any order, each
 * symbol once. */
cx_set cx_set_make(cx_sets *s, size_t base, bool ends, cx_set other);
static inline void cx_set_push(cx_sets *s, uint32_t symbol, cx_set target)
{
    struct edge e = {symbol, target};
    cx_vec_add(&s->stack, e);
}

uint32_t cx_set_symbol(cx_sets *s, cx_str level);
uint32_t cx_set_beginning(cx_sets *s, cx_str bytes); /* not empty */

/* Where a level leads that has no edge of its own. */
cx_set cx_set_default(const cx_sets *s, cx_set set, uint32_t symbol);
/* Where a level leads. */
cx_set cx_set_next(const cx_sets *s, cx_set set, uint32_t symbol);

static inline bool cx_set_ends(const cx_sets *s, cx_set set) { return s->nodes.items[set].ends; }

/* The set of the word without a level. */
cx_set cx_set_end(cx_sets *s);

#endif
