/* One list compiled for one kind of question: a trie over topic levels that
 * finds the lowest-ranking matching rule without looking at the others. A rule's
 * rank is its place in the list. Built once, then only read. */
#ifndef CX_TRIE_H
#define CX_TRIE_H

#include "policy/policy.h"

#define CX_RANK_NONE UINT32_MAX

typedef struct cx_trie cx_trie;

/* The rules of RULES that answer ACCESS; those with a guard in SKIP_GUARD left out. */
cx_trie *cx_trie_new(const cx_rule *rules, uint32_t count, uint8_t access, uint8_t skip_guard);
void cx_trie_free(cx_trie *t);

/* A topic name cut into levels, once for all tries that are asked about it. */
enum { CX_LEVELS_MAX = 201 };
typedef struct cx_levels {
    cx_str topic;
    uint32_t count;
    uint32_t start[CX_LEVELS_MAX + 1]; /* start[count] = topic.n + 1 */
    uint32_t hash[CX_LEVELS_MAX];      /* of each level */
} cx_levels;

/* TOPIC is a valid topic name (cx_topic_ok), so it has no more levels than fit. */
void cx_levels_cut(cx_levels *l, cx_str topic);

uint32_t cx_trie_find(const cx_trie *t, const cx_levels *levels, const cx_client *client);

#endif
