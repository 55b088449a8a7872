#include "analysis/rules.h"

#include <stdlib.h>

#include "analysis/effective.h"
#include "analysis/malformed.h"
#include "policy/match.h"
#include "topic/topic.h"

cx_decided cx_decided_then(cx_sets *s, cx_decided first, cx_decided next)
{
    cx_decided d = {cx_set_union(s, first.allow, cx_set_difference(s, next.allow, first.deny)),
                    cx_set_union(s, first.deny, cx_set_difference(s, next.deny, first.allow))};
    return d;
}

/* ---- filters of one client ---- */

/* The text of %c or %u; false: the client has none. */
static bool name_of(const cx_client *c, char which, cx_str *name)
{
    *name = which == 'u' ? c->user : c->fresh ? CX_STR(CX_FREE_ID) : c->id;
    return which == 'c' || !c->anonymous;
}

static bool is_variable(cx_str s, size_t i)
{
    return s.p[i] == '%' && i + 1 < s.n && (s.p[i + 1] == 'c' || s.p[i + 1] == 'u');
}

cx_str cx_with_variables(cx_str filter, const cx_client *c, cx_arena *arena)
{
    cx_str text = CX_STR("");
    if (!cx_str_has(filter, '%')) return filter;
    for (size_t i = 0; i < filter.n;) {
        cx_str part = cx_str_sub(filter, i, 1);
        if (is_variable(filter, i) && !name_of(c, filter.p[i + 1], &part)) return CX_STR_NONE;
        i += is_variable(filter, i) ? 2 : 1;
        text = cx_arena_join(arena, text, part);
    }
    return text;
}

/* The names put in for whole levels, which must be one level of a topic; .p NULL: nothing matches. */
static cx_str with_levels(cx_str filter, const cx_client *c, cx_arena *arena)
{
    cx_str text = CX_STR("");
    cx_str level;
    bool first = true;
    for (size_t at = 0; cx_next_level(filter, &at, &level); first = false) {
        if (level.n == 2 && is_variable(level, 0)) {
            if (!name_of(c, level.p[1], &level) || level.n == 0 || cx_has_wildcard(level) || cx_str_has(level, '/'))
                return CX_STR_NONE;
            if (first && level.p[0] == '$') return CX_STR_NONE; /* '%' is no '$' */
        }
        if (!first) text = cx_arena_join(arena, text, CX_STR("/"));
        text = cx_arena_join(arena, text, level);
    }
    return text;
}

/* What a rule's filter is for a client; .p NULL: nothing that is asked matches it. */
static cx_str filter_of(const cx_rule *r, const cx_client *c, cx_filters filters, cx_arena *arena)
{
    cx_str filter = cx_rule_filter(r);
    if (!cx_mqtt_text_ok(filter)) return CX_STR_NONE;
    switch ((cx_matcher)r->matcher) {
    case CX_MATCH_TEXT_VARIABLES: filter = cx_with_variables(filter, c, arena); break;
    case CX_MATCH_LEVEL_VARIABLES: filter = with_levels(filter, c, arena); break;
    case CX_MATCH_LITERAL:
        if (filters.shared) return filter; /* what is asked behind the mount point need be no valid filter */
        break;
    default: break;
    }
    if (!filter.p || cx_filter_check(filter).error != CX_FILTER_OK) return CX_STR_NONE;
    return filter;
}

/* ---- lists ---- */

static cx_set_of set_of(const cx_policy *p, const cx_rule *r, cx_access access)
{
    if (access == CX_ACCESS_READ || access == CX_ACCESS_WRITE) return CX_SET_TOPICS;
    if (r->matcher == CX_MATCH_LITERAL) return CX_SET_ITSELF;
    return cx_behaves(p->release, CX_B_DYNSEC_COVER) == CX_DYNSEC_COVER_WIDE ? CX_SET_WIDE : CX_SET_COVERED;
}

static bool answers(const cx_rule *r, const cx_client *c, cx_access access)
{
    return (r->access & access) && !(c->anonymous && (r->guard & CX_GUARD_NAMED));
}

/* Rules that follow each other, say the same, and are read alike need no order. */
static bool is_alike(const cx_policy *p, const cx_rule *a, const cx_rule *b, cx_access access)
{
    bool plain = a->matcher != CX_MATCH_HAS_WILDCARD && a->matcher != CX_MATCH_MALFORMED &&
                 b->matcher != CX_MATCH_HAS_WILDCARD && b->matcher != CX_MATCH_MALFORMED;
    return plain && a->outcome == b->outcome && set_of(p, a, access) == set_of(p, b, access);
}

typedef CX_VEC(const cx_rule *) rules;

static cx_decided decided(const cx_rule *r, cx_set set)
{
    bool allow = r->outcome == CX_ALLOW;
    return (cx_decided){allow ? set : CX_SET_NONE, allow ? CX_SET_NONE : set};
}

/* Rules that are alike. */
static cx_decided run_decides(cx_sets *s, const cx_policy *p, const cx_rule *const *from, size_t n, const cx_client *c,
                              cx_access access, cx_filters filters)
{
    const cx_rule *r = from[0];
    if (r->matcher == CX_MATCH_HAS_WILDCARD) return decided(r, filters.wildcards);
    if (r->matcher == CX_MATCH_MALFORMED) return cx_malformed_decides(s, p, r, c, access, filters.shared);
    CX_VEC(cx_str) texts = {0};
    for (size_t i = 0; i < n; i++) {
        cx_str f = filter_of(from[i], c, filters, cx_sets_arena(s));
        if (f.p) cx_vec_add(&texts, f);
    }
    cx_set set = cx_set_of_filters(s, texts.items, texts.n, set_of(p, r, access));
    cx_vec_clear(&texts);
    return decided(r, set);
}

/* By halves, as with unions. */
static cx_decided all_decide(cx_sets *s, const cx_decided *runs, size_t n)
{
    if (n == 0) return (cx_decided){CX_SET_NONE, CX_SET_NONE};
    if (n == 1) return runs[0];
    return cx_decided_then(s, all_decide(s, runs, n / 2), all_decide(s, runs + n / 2, n - n / 2));
}

bool cx_list_has_variables(const cx_policy *p, const cx_list *list, cx_access access)
{
    bool malformed = cx_behaves(p->release, CX_B_DYNSEC_VARIABLES) == CX_DYNSEC_VARIABLES_LEVEL;
    for (uint32_t i = list->first; i < list->first + list->count; i++) {
        const cx_rule *r = &p->rules[i];
        if (!(r->access & access)) continue;
        if (r->matcher == CX_MATCH_TEXT_VARIABLES || r->matcher == CX_MATCH_LEVEL_VARIABLES) return true;
        if (malformed && r->matcher == CX_MATCH_MALFORMED) return true;
    }
    return false;
}

cx_decided cx_list_decides(cx_sets *s, const cx_policy *p, const cx_list *list, const cx_client *c, cx_access access,
                           cx_filters filters)
{
    rules asked = {0};
    CX_VEC(cx_decided) runs = {0};
    for (uint32_t i = list->first; i < list->first + list->count; i++)
        if (answers(&p->rules[i], c, access)) cx_vec_add(&asked, &p->rules[i]);
    for (size_t from = 0, to; from < asked.n; from = to) {
        to = from + 1;
        while (to < asked.n && is_alike(p, asked.items[from], asked.items[to], access)) to++;
        cx_decided d = run_decides(s, p, asked.items + from, to - from, c, access, filters);
        cx_vec_add(&runs, d);
    }
    cx_decided all = all_decide(s, runs.items, runs.n);
    cx_vec_clear(&asked);
    cx_vec_clear(&runs);
    return all;
}
