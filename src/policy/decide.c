#include "policy/decide.h"

#include <stdlib.h>

#include "policy/match.h"

/* Lists up to this long are quicker to scan than to look up. */
enum { SHORT_LIST = 16 };

/* The tries of one list: by kind of question, and without the guarded rules for
 * clients without a user name. Literal filters are looked up as texts. */
struct cx_compiled {
    cx_trie *tries[CX_ACCESS_KINDS][2];
    struct literals {
        cx_map filters;
        CX_VEC(uint32_t) ranks;
        bool made;
    } literals[CX_ACCESS_KINDS];
};

void cx_compiled_free(struct cx_compiled *c)
{
    if (!c) return;
    for (int i = 0; i < CX_ACCESS_KINDS; i++) {
        for (int j = 0; j < 2; j++) cx_trie_free(c->tries[i][j]);
        cx_map_clear(&c->literals[i].filters);
        cx_vec_clear(&c->literals[i].ranks);
    }
    free(c);
}

static const cx_trie *trie_of(cx_policy *p, cx_list *list, const cx_client *c, cx_access access)
{
    bool skip = c->anonymous && list->has_guards;
    cx_trie **t = &list->compiled->tries[cx_access_index(access)][skip];
    if (!*t) *t = cx_trie_new(p->rules + list->first, list->count, (uint8_t)access, skip ? CX_GUARD_NAMED : 0);
    return *t;
}

/* The rank of the literal rule that is the subscription's filter. */
static uint32_t find_literal(const cx_policy *p, cx_list *list, cx_access access, cx_str filter)
{
    struct literals *l = &list->compiled->literals[cx_access_index(access)];
    for (uint32_t i = 0; i < list->count && !l->made; i++) {
        const cx_rule *r = &p->rules[list->first + i];
        if (!(r->access & access) || r->matcher != CX_MATCH_LITERAL) continue;
        if (cx_map_put(&l->filters, cx_rule_filter(r)) == l->ranks.n) cx_vec_add(&l->ranks, i);
    }
    l->made = true;
    uint32_t number = cx_map_get(&l->filters, filter);
    return number == CX_MAP_NONE ? CX_RANK_NONE : l->ranks.items[number];
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

static uint32_t scan(const cx_policy *p, const cx_list *list, const cx_client *c, cx_access access, const cx_query *q)
{
    const cx_rule *first = p->rules + list->first, *end = first + list->count;
    for (const cx_rule *line = first; line < end; line += 2) __builtin_prefetch(line); /* all on their way at once */
    for (const cx_rule *r = first; r < end; r++) {
        if (!(r->access & access) || literal_differs(r, q->whole)) continue;
        if (c->anonymous && (r->guard & CX_GUARD_NAMED)) continue;
        if (cx_rule_matches(r, c, q)) return (uint32_t)(r - first);
    }
    return CX_RANK_NONE;
}

/* The same for a long list: what denies wildcards, literal filters, and the rest, which is the
 * order of their ranks too. */
static uint32_t look_up(cx_policy *p, cx_list *list, const cx_client *c, cx_access access, const cx_query *q)
{
    if (!list->compiled) list->compiled = cx_calloc(1, sizeof *list->compiled);
    if (q->as != CX_AS_TOPIC) {
        const cx_rule *r = &p->rules[list->first];
        if (r->matcher == CX_MATCH_HAS_WILDCARD && (r->access & access) && cx_rule_matches(r, c, q)) return 0;
        uint32_t rank = find_literal(p, list, access, q->whole);
        if (rank != CX_RANK_NONE) return rank;
    }
    return cx_trie_find(trie_of(p, list, c, access), q, c);
}

/* A rule with a malformed filter that comes before BEST and matches, or is the end of the search. */
static uint32_t find_malformed(const cx_policy *p, const cx_list *list, const cx_client *c, cx_access access,
                               const cx_query *q, uint32_t best, bool *reached)
{
    bool denies = cx_behaves(p->release, CX_B_DYNSEC_MALFORMED) == CX_DYNSEC_MALFORMED_DENIES;
    bool variables = cx_behaves(p->release, CX_B_DYNSEC_VARIABLES) == CX_DYNSEC_VARIABLES_LEVEL;
    for (uint32_t i = 0; i < list->count && i < best; i++) {
        const cx_rule *r = &p->rules[list->first + i];
        if (r->matcher != CX_MATCH_MALFORMED || !(r->access & access)) continue;
        cx_malformed m = cx_malformed_matches(r, c, q, variables);
        *reached = m == CX_MALFORMED_REACHED;
        if (m == CX_MALFORMED_YES || (*reached && denies)) return i;
    }
    *reached = false;
    return best;
}

/* What a list says; the outcome is CX_IGNORE when nothing in it matches. */
static cx_verdict ask_list(cx_policy *p, cx_list *list, const cx_client *c, cx_access access, const cx_query *q)
{
    bool is_short = list->count <= SHORT_LIST, reached = false;
    uint32_t rank = is_short ? scan(p, list, c, access, q) : look_up(p, list, c, access, q);
    if (list->has_malformed) rank = find_malformed(p, list, c, access, q, rank, &reached);
    if (rank == CX_RANK_NONE) return (cx_verdict){.outcome = CX_IGNORE};
    cx_verdict v = {.reason = CX_REASON_RULE, .rule = p->rules + list->first + rank};
    if (reached) {
        v.outcome = CX_DENY;
        v.reason = CX_REASON_MALFORMED_RULE;
    } else if (is_short || q->as != CX_AS_TOPIC || list->has_malformed) {
        v.outcome = (cx_outcome)v.rule->outcome;
    } else {
        v.outcome = cx_trie_outcome(trie_of(p, list, c, access), rank); /* the rule need not be fetched */
    }
    return v;
}

cx_verdict cx_policy_decide(cx_policy *p, const cx_subject *s, cx_access access, cx_str topic)
{
    cx_default fallback = p->defaults[s->kind][cx_access_index(access)];
    if (fallback.reason == CX_REASON_SUBSCRIBE_ALWAYS) return (cx_verdict){fallback.outcome, fallback.reason, NULL};
    cx_query q = cx_query_of(p->release, access, topic);
    cx_asking asking = cx_ask_lists(p, s->holder);
    for (cx_list *list; (list = cx_next_list(p, &asking));) {
        if (list->count == 0) continue;
        if (list->refuses_unsafe && cx_client_unsafe(&s->client))
            return (cx_verdict){CX_DENY, CX_REASON_UNSAFE_ID, NULL};
        cx_verdict v = ask_list(p, list, &s->client, access, &q);
        if (v.outcome != CX_IGNORE) return v;
    }
    if (fallback.outcome == CX_ALLOW && p->never_by_default.n && cx_str_starts(topic, p->never_by_default))
        fallback.outcome = CX_DEFER;
    return (cx_verdict){fallback.outcome, fallback.reason, NULL};
}
