/* A malformed filter is compared byte by byte (policy/match), and what is reached first decides. All words that are alike
 * as far as the filter looks at them get one answer, so it is asked for one word of each kind: level by level, one that
 * the filter's level is equal to, one that begins like it, any other one. Where a word has parted from the filter,
 * nothing behind it counts.
 */
#include "analysis/malformed.h"

#include "analysis/effective.h"
#include "policy/match.h"
#include "topic/set_space.h"
#include "topic/topic.h"

#define OTHER "\xFE" /* in no topic, and in no filter that is asked */

struct asking {
    cx_sets *s;
    const cx_rule *rule;
    cx_client client;
    cx_query query;
    bool variables, denies, shared;
    cx_outcome wanted; /* the words that get this are looked for */
    cx_arena arena;
};

static bool is_wanted(struct asking *a, cx_str word)
{
    a->query.text = a->query.whole = word;
    cx_malformed m = cx_malformed_matches(a->rule, &a->client, &a->query, a->variables);
    if (m == CX_MALFORMED_REACHED) return a->denies && a->wanted == CX_DENY;
    return m == CX_MALFORMED_YES && a->wanted == (cx_outcome)a->rule->outcome;
}

static cx_str with_level(struct asking *a, cx_str word, bool first, cx_str level)
{
    return first ? level : cx_arena_join(&a->arena, cx_arena_join(&a->arena, word, CX_STR("/")), level);
}

/* All words that go on from here, when nothing behind counts. */
static cx_set decided_at(struct asking *a, cx_str word) { return is_wanted(a, word) ? CX_SET_ALL : CX_SET_NONE; }

/* The bytes of a level that are compared as text; the name of a variable. */
static cx_str compared_part(struct asking *a, cx_str level)
{
    if (a->variables && level.n == 2 && level.p[0] == '%' && (level.p[1] == 'c' || level.p[1] == 'u'))
        return level.p[1] == 'c' ? a->client.id : a->client.anonymous ? CX_STR("") : a->client.user;
    size_t n = 0;
    while (n < level.n && level.p[n] != '+' && level.p[n] != '#') n++;
    return cx_str_sub(level, 0, n);
}

static cx_set words_from(struct asking *a, cx_str word, size_t at, bool first)
{
    cx_sets *s = a->s;
    size_t base = s->stack.n;
    cx_str level;
    bool ends = !first && is_wanted(a, word);
    if (!cx_next_level(cx_rule_filter(a->rule), &at, &level))
        return cx_set_make(s, base, ends, decided_at(a, with_level(a, word, first, CX_STR(OTHER))));
    bool plus = cx_str_is(level, "+"), filters = a->query.as == CX_AS_FILTER;
    cx_str part = compared_part(a, level);
    bool text = !plus && (part.n == level.n || cx_level_is_variable(CX_MATCH_LEVEL_VARIABLES, level));
    cx_str other = with_level(a, word, first, CX_STR(OTHER));
    cx_set rest = plus ? words_from(a, other, at, false) : decided_at(a, other);
    if (filters) {
        cx_set_push(s, SYMBOL_HASH, decided_at(a, with_level(a, word, first, CX_STR("#"))));
        if (!plus) cx_set_push(s, SYMBOL_PLUS, decided_at(a, with_level(a, word, first, CX_STR("+"))));
    }
    if (first) {
        cx_str dollar = CX_STR("$" OTHER);
        if (part.n == 0 || part.p[0] != '$' || part.n > 1) cx_set_push(s, SYMBOL_DOLLAR, decided_at(a, dollar));
    }
    if (part.n && !cx_str_has(part, '/')) {
        cx_str longer = cx_arena_join(&a->arena, part, CX_STR(OTHER));
        cx_set_push(s, cx_set_beginning(s, part), decided_at(a, with_level(a, word, first, longer)));
    }
    /* behind a mount point without a slash, a wildcard shares its level with what stands before it */
    for (const char *wildcard = "+#"; *wildcard && filters && a->shared && part.n && !text && !plus; wildcard++) {
        cx_str joined = cx_arena_join(cx_sets_arena(s), part, (cx_str){wildcard, 1});
        cx_str longer = with_level(a, word, first, joined);
        bool same = cx_str_eq(joined, level);
        cx_set target = same ? words_from(a, longer, at, false) : decided_at(a, longer);
        cx_set_push(s, cx_set_symbol(s, joined), target);
    }
    if (text && !cx_str_has(part, '/') && !(filters && cx_has_wildcard(part))) {
        cx_set same = words_from(a, with_level(a, word, first, part), at, false);
        cx_set_push(s, cx_set_symbol(s, part), same);
    }
    return cx_set_make(s, base, ends, rest);
}

/* Up to 2.0 subscriptions are compared with it level by level, as text: no valid filter has such a level, but one
 * behind a mount point may. */
static cx_decided text_decides(cx_sets *s, const cx_rule *r, bool shared)
{
    cx_str filter = cx_rule_filter(r), level;
    cx_decided d = {CX_SET_NONE, CX_SET_NONE};
    for (size_t at = 0; cx_next_level(filter, &at, &level);)
        if (cx_str_is(level, "#") && at <= filter.n) return d;
    if (shared) *(r->outcome == CX_ALLOW ? &d.allow : &d.deny) = cx_set_of_filters(s, &filter, 1, CX_SET_WIDE);
    return d;
}

cx_decided cx_malformed_decides(cx_sets *s, const cx_policy *p, const cx_rule *r, const cx_client *c, cx_access access,
                                bool shared)
{
    struct asking a = {
        .s = s, .rule = r, .client = *c, .query = cx_query_of(p->release, access, CX_STR("x")), .shared = shared};
    cx_decided d = {CX_SET_NONE, CX_SET_NONE};
    if (r->filter_len == 0) return d;
    if (a.query.as == CX_AS_LEVELS) return text_decides(s, r, shared);
    a.variables = cx_behaves(p->release, CX_B_DYNSEC_VARIABLES) == CX_DYNSEC_VARIABLES_LEVEL;
    a.denies = cx_behaves(p->release, CX_B_DYNSEC_MALFORMED) == CX_DYNSEC_MALFORMED_DENIES;
    if (a.client.fresh) {
        a.client.fresh = false;
        a.client.id = CX_STR(CX_FREE_ID);
    }
    cx_set universe = cx_sets_universe(s);
    a.wanted = CX_ALLOW;
    d.allow = cx_set_intersection(s, universe, words_from(&a, CX_STR(""), 0, true));
    a.wanted = CX_DENY;
    d.deny = cx_set_intersection(s, universe, words_from(&a, CX_STR(""), 0, true));
    cx_arena_clear(&a.arena);
    return d;
}
