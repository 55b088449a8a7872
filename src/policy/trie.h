/* One list compiled for one kind of question: a trie over topic levels that
 * finds the lowest-ranking matching rule without looking at the others. A rule's
 * rank is its place in the list. Built once, then only read. */
#ifndef CX_TRIE_H
#define CX_TRIE_H

#include "policy/match.h"

#define CX_RANK_NONE UINT32_MAX

typedef struct cx_trie cx_trie;

/* The rules of RULES that answer ACCESS and whose filter is compared level by level;
 * those with a guard in SKIP_GUARD left out. RULES must outlive the trie. */
cx_trie *cx_trie_new(const cx_rule *rules, uint32_t count, uint8_t access, uint8_t skip_guard);
void cx_trie_free(cx_trie *t);

/* CX_RANK_NONE: no rule matches. */
uint32_t cx_trie_find(const cx_trie *t, const cx_query *q, const cx_client *client);

/* What the rule of a rank says; quicker than fetching the rule. */
cx_outcome cx_trie_outcome(const cx_trie *t, uint32_t rank);

#endif
