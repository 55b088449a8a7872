#include "policy/explain.h"

#include "policy/match.h"
#include "topic/topic.h"

static size_t count_levels(cx_str s, size_t end)
{
    size_t n = end ? 1 : 0;
    for (size_t i = 0; i < end; i++) n += s.p[i] == '/';
    return n;
}

static bool can_ask(const cx_rule *r, const cx_subject *s)
{
    return !(r->guard & CX_GUARD_NAMED) || !s->client.anonymous;
}

cx_near cx_policy_nearest(const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic)
{
    cx_near best = {0};
    size_t best_levels = 0;
    cx_query q = cx_query_of(p->release, access, topic);
    cx_asking asking = cx_ask_lists(p, s->holder);
    for (const cx_list *list; (list = cx_next_list(p, &asking));) {
        for (uint32_t k = 0; k < list->count; k++) {
            const cx_rule *r = &p->rules[list->first + k];
            if (r->outcome != CX_ALLOW || !can_ask(r, s)) continue;
            cx_near near = {.rule = r};
            bool matches = cx_rule_matches_up_to(r, &s->client, &q, &near.filter_at, &near.topic_at);
            if (matches && !(r->access & access)) {
                near.other_access = true;
                return near;
            }
            size_t levels = matches || !(r->access & access) ? 0 : count_levels(topic, near.topic_at);
            if (levels <= best_levels) continue;
            best = near;
            best_levels = levels;
        }
    }
    return best;
}

const cx_rule *cx_policy_allow_behind(const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic)
{
    cx_query q = cx_query_of(p->release, access, topic);
    cx_asking asking = cx_ask_lists(p, s->holder);
    for (const cx_list *list; (list = cx_next_list(p, &asking));) {
        if (list->refuses_unsafe && cx_client_unsafe(&s->client)) return NULL;
        for (uint32_t k = 0; k < list->count; k++) {
            const cx_rule *r = &p->rules[list->first + k];
            if (r->outcome == CX_ALLOW && (r->access & access) && can_ask(r, s) && cx_rule_matches(r, &s->client, &q))
                return r;
        }
    }
    return NULL;
}

/* Where the level of S at byte AT ends. */
static size_t level_end(cx_str s, size_t at)
{
    while (at < s.n && s.p[at] != '/') at++;
    return at;
}

/* The client id that makes the rule's first level with %c equal to the topic's
 * level at the same depth; empty when none does. */
static cx_str bound_id(const cx_rule *r, cx_str topic)
{
    cx_str f = cx_rule_filter(r);
    for (size_t i = 0, j = 0; i <= f.n && j <= topic.n;) {
        cx_str own = cx_str_sub(f, i, level_end(f, i) - i), theirs = cx_str_sub(topic, j, level_end(topic, j) - j);
        for (size_t k = 0; k + 1 < own.n; k++) {
            if (own.p[k] != '%' || own.p[k + 1] != 'c' || !cx_level_is_variable((cx_matcher)r->matcher, own)) continue;
            size_t fixed = own.n - 2; /* the text around %c */
            return theirs.n > fixed ? cx_str_sub(theirs, k, theirs.n - fixed) : CX_STR_NONE;
        }
        i += own.n + 1;
        j += theirs.n + 1;
    }
    return CX_STR_NONE;
}

unsigned cx_policy_other_ids(const cx_policy *p, const cx_subject *s, cx_str topic, cx_str *ids, unsigned most)
{
    unsigned n = 0;
    cx_asking asking = cx_ask_lists(p, s->holder);
    for (const cx_list *list; (list = cx_next_list(p, &asking));) {
        for (uint32_t k = 0; k < list->count && n < most; k++) {
            const cx_rule *r = &p->rules[list->first + k];
            if (r->matcher != CX_MATCH_TEXT_VARIABLES && r->matcher != CX_MATCH_LEVEL_VARIABLES) continue;
            cx_str bound = bound_id(r, topic);
            if (bound.n == 0 || cx_has_wildcard(bound) || (n && cx_str_eq(bound, ids[n - 1]))) continue;
            ids[n++] = bound;
        }
    }
    return n;
}
