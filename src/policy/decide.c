#include "policy/decide.h"

#include <stdlib.h>

#include "policy/match.h"

/* Lists up to this long are quicker to scan than to look up. */
enum { SHORT_LIST = 16 };

/* The tries of one list: by kind of question, and without the guarded rules for
 * clients without a user name. */
struct cx_compiled {
    cx_trie *tries[CX_ACCESS_KINDS][2];
};

void cx_compiled_free(struct cx_compiled *c)
{
    if (!c) return;
    for (int i = 0; i < CX_ACCESS_KINDS; i++)
        for (int j = 0; j < 2; j++) cx_trie_free(c->tries[i][j]);
    free(c);
}

static const cx_trie *trie_of(cx_policy *p, cx_list *list, const cx_client *c, cx_access access)
{
    if (!list->compiled) list->compiled = cx_calloc(1, sizeof *list->compiled);
    bool skip = c->anonymous && list->has_guards;
    cx_trie **t = &list->compiled->tries[cx_access_index(access)][skip];
    if (!*t) *t = cx_trie_new(p->rules + list->first, list->count, (uint8_t)access, skip ? CX_GUARD_NAMED : 0);
    return *t;
}

/* A quick no for most rules: the last bytes of what must be equal, which is where
 * the rules of one user differ. */
static inline bool literal_differs(const cx_rule *r, cx_str topic)
{
    uint64_t bytes;
    if (r->literal < sizeof bytes) return false;
    if (topic.n < r->literal) return true;
    memcpy(&bytes, topic.p + r->literal - sizeof bytes, sizeof bytes);
    return bytes != r->probe;
}

static const cx_rule *scan(const cx_policy *p, const cx_list *list, const cx_client *c, cx_access access, cx_str topic)
{
    const cx_rule *r = p->rules + list->first, *end = r + list->count;
    for (const cx_rule *line = r; line < end; line += 2) __builtin_prefetch(line); /* all on their way at once */
    for (; r < end; r++) {
        if (!(r->access & access) || literal_differs(r, topic)) continue;
        if (c->anonymous && (r->guard & CX_GUARD_NAMED)) continue;
        if (cx_rule_matches(r, c, topic)) return r;
    }
    return NULL;
}

/* The first rule of a list that matches, and what it says; NULL: none does. */
static const cx_rule *find(cx_policy *p, cx_list *list, const cx_client *c, cx_access access, cx_str topic,
                           cx_outcome *outcome)
{
    if (list->count <= SHORT_LIST) {
        const cx_rule *r = scan(p, list, c, access, topic);
        if (r) *outcome = (cx_outcome)r->outcome;
        return r;
    }
    const cx_trie *t = trie_of(p, list, c, access);
    uint32_t rank = cx_trie_find(t, topic, c);
    if (rank == CX_RANK_NONE) return NULL;
    *outcome = cx_trie_outcome(t, rank);
    return p->rules + list->first + rank;
}

cx_verdict cx_policy_decide(cx_policy *p, const cx_subject *s, cx_access access, cx_str topic)
{
    cx_default fallback = p->defaults[s->kind][cx_access_index(access)];
    if (fallback.reason == CX_REASON_SUBSCRIBE_ALWAYS) return (cx_verdict){fallback.outcome, fallback.reason, NULL};
    for (uint32_t i = 0; i < s->holder->list_count; i++) {
        cx_list *list = &p->lists.items[s->holder->lists[i]];
        if (list->count == 0) continue;
        if (list->refuses_unsafe && cx_client_unsafe(&s->client))
            return (cx_verdict){CX_DENY, CX_REASON_UNSAFE_ID, NULL};
        cx_outcome outcome;
        const cx_rule *r = find(p, list, &s->client, access, topic, &outcome);
        if (r) return (cx_verdict){outcome, CX_REASON_RULE, r};
    }
    return (cx_verdict){fallback.outcome, fallback.reason, NULL};
}
