/* Sets of topic names, and of the topic filters of subscriptions, as canonical decision diagrams:
 * all questions at once.
 *
 * A topic is a word whose letters are its levels. A node tells whether the word may end here, and
 * where each next level leads: an edge for each level it knows, and one for all others. Nodes are
 * kept once (hash-consed), so two sets of one space are equal when their numbers are, and an
 * operation on two nodes is done once and remembered. Nothing is sampled: what a set says, it says
 * of every topic of any length.
 *
 * The laws, held by tests/unit/test_set.c against brute force:
 *   union, intersection and difference are those of sets, on every word;
 *   A == B  if and only if  they hold the same words;
 *   a witness of a set is in it, and a set without one is CX_SET_NONE;
 *   the filters that cx_set_list gives denote the set exactly.
 *
 * Four sets are constants, since no finite number of nodes could tell them:
 * CX_SET_ALL and CX_SET_NONE, and of filters those without and those with a wildcard. In a set of
 * filters the levels "+" and "#" are levels like others, and nothing follows "#".
 *
 * Bytes: an edge may also stand for every other level that begins with some bytes (`$`, `$SYS`),
 * since brokers ask topics for their first bytes.
 *
 * A space belongs to one thread. It holds at most so many nodes as it was given; where they do not
 * suffice, every operation from then on gives CX_SET_NONE and cx_sets_full is true: no answer then.
 */
#ifndef CX_SET_H
#define CX_SET_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

typedef struct cx_sets cx_sets;
typedef uint32_t cx_set; /* a set of the space it was made in */

/* As bits: the words without a wildcard, and those with one. A topic has none. */
enum { CX_SET_NONE = 0, CX_SET_PLAIN = 1, CX_SET_WILD = 2, CX_SET_ALL = 3 };

enum { CX_SETS_NODES = 4000000 }; /* what suffices for any policy that people write: less than 1 GiB */

cx_sets *cx_sets_new(uint32_t nodes);
void cx_sets_free(cx_sets *s);
bool cx_sets_full(const cx_sets *s);
uint32_t cx_sets_count(const cx_sets *s); /* nodes made so far */

/* For texts that must live as long as the space. */
cx_arena *cx_sets_arena(cx_sets *s);

/* Every valid topic name, and every valid filter: all words but the empty one. */
cx_set cx_sets_universe(cx_sets *s);

cx_set cx_set_union(cx_sets *s, cx_set a, cx_set b);
cx_set cx_set_intersection(cx_sets *s, cx_set a, cx_set b);
cx_set cx_set_difference(cx_sets *s, cx_set a, cx_set b);
cx_set cx_set_union_of(cx_sets *s, const cx_set *sets, size_t count);

/* Is the word in it? The bytes need not be a valid topic. */
bool cx_set_has(const cx_sets *s, cx_set set, cx_str word);

/* ---- making them ---- */

/* How a filter stands for words. */
typedef enum {
    CX_SET_TOPICS,  /* the topics it matches */
    CX_SET_COVERED, /* the filters it covers: '+' every level but '#', and '$' as for topics */
    CX_SET_WIDE,    /* as up to 2.0: a final '#' is cut off, what is left is compared like any text, '$' too */
    CX_SET_ITSELF,  /* the filter itself, as text */
} cx_set_of;

/* The union of filters, in one pass. All are valid; the bytes must outlive the space. */
cx_set cx_set_of_filters(cx_sets *s, const cx_str *filters, size_t count, cx_set_of of);

/* Do several filters together match every topic that FILTER matches? Asked in a space of their own; false where that
 * takes too many nodes. */
bool cx_filters_cover(const cx_str *filters, size_t count, cx_str filter);

/* The words that begin with BYTES (which have no '/' in them, but may have some before the last level). */
cx_set cx_set_of_beginning(cx_sets *s, cx_str bytes);

/* ---- reading them ---- */

/* A shortest word of the set, of ordinary levels where it may have any: `x`, `y`. In ARENA; .p NULL: the
 * set is empty. */
cx_str cx_set_witness(cx_sets *s, cx_set set, cx_arena *arena);

/* A filter, and what of it is not meant. It stands for the topics it matches; in a list of filters, for those it
 * covers as CX_SET_COVERED has it. Some sets need more than filters can say: with PSEUDO a level may be `x*`, every
 * level that begins with x; in a list of filters `=+` and `=#`, that level itself; and last `#(no wildcard)` or
 * `#(wildcard)`, any levels without one, or with one. */
typedef struct cx_set_entry {
    cx_str filter;
    bool pseudo;
    const struct cx_set_entry *except; /* without exceptions */
    size_t except_count;
} cx_set_entry;

typedef struct cx_set_entries {
    CX_VEC(cx_set_entry) items;
} cx_set_entries;

/* A small list of filters that together denote the set exactly: of topics, or of filters. '#' and '+' at the beginning do
 * not stand for what begins with '$'. In the order of their bytes; texts are in ARENA. A list that
 * would be very long makes the space full. */
void cx_set_list(cx_sets *s, cx_set set, bool filters, cx_arena *arena, cx_set_entries *out);

#endif
