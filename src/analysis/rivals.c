#include "analysis/rivals.h"

#include "policy/match.h"
#include "topic/topic.h"

typedef void each_rule(void *context, const cx_rule *r);

/* Every rule that a client asks at a broker. */
static void each(const cx_broker *b, const cx_client *c, each_rule *visit, void *context)
{
    for (unsigned i = 0; i < b->step_count; i++) {
        const cx_policy *p = b->steps[i].policy;
        if (!p) continue;
        cx_subject s = cx_broker_subject(b, p, *c);
        cx_asking asking = cx_ask_lists(p, s.holder);
        for (cx_list *list; (list = cx_next_list(p, &asking));)
            for (uint32_t k = 0; k < list->count; k++) visit(context, &p->rules[list->first + k]);
    }
}

/* The level of S at *AT, which moves behind it; false: there is none. */
static bool next_level(cx_str s, size_t *at, cx_str *level)
{
    if (*at > s.n) return false;
    const char *slash = *at < s.n ? memchr(s.p + *at, '/', s.n - *at) : NULL;
    size_t end = slash ? (size_t)(slash - s.p) : s.n;
    *level = cx_str_sub(s, *at, end - *at);
    *at = end + 1;
    return true;
}

/* ---- where variables stand ---- */

struct placing {
    cx_variable_places *places;
    cx_rivals *rivals;
    char which;
};

static void add_place(cx_variable_places *v, size_t level, cx_str text, size_t at)
{
    cx_variable_place x = {level, cx_str_sub(text, 0, at), cx_str_sub(text, at + 2, text.n - at - 2)};
    for (size_t i = 0; i < v->items.n; i++)
        if (v->items.items[i].level == level && cx_str_eq(v->items.items[i].before, x.before) &&
            cx_str_eq(v->items.items[i].behind, x.behind))
            return;
    cx_vec_add(&v->items, x);
}

static void place(void *context, const cx_rule *r)
{
    struct placing *p = context;
    bool text = r->matcher == CX_MATCH_TEXT_VARIABLES;
    cx_str level;
    if (!text && r->matcher != CX_MATCH_LEVEL_VARIABLES && r->matcher != CX_MATCH_MALFORMED) return;
    for (size_t at = 0, number = 0; next_level(cx_rule_filter(r), &at, &level); number++)
        for (size_t i = 0; i + 1 < level.n; i++) {
            if (level.p[i] != '%' || level.p[i + 1] != p->which || (!text && level.n != 2)) continue;
            add_place(p->places, number, level, i);
            p->rivals->slashes |= text;
        }
}

void cx_variable_places_add(cx_variable_places *v, const cx_broker *b, const cx_client *c, char which, cx_rivals *r)
{
    struct placing p = {v, r, which};
    each(b, c, place, &p);
}

/* ---- what stands there as text ---- */

struct finding {
    cx_rivals *rivals;
    const cx_variable_places *places;
};

static void add_name(cx_rivals *r, cx_str name)
{
    if (name.n == 0 || cx_has_wildcard(name) || cx_str_has(name, '/') || !cx_mqtt_text_ok(name)) return;
    if (r->names.n < CX_RIVALS_MAX) cx_map_put(&r->names, name);
    else r->too_many = true;
}

static void add_level(struct finding *f, size_t number, cx_str level)
{
    for (size_t i = 0; i < f->places->items.n; i++) {
        const cx_variable_place *x = &f->places->items.items[i];
        if (x->level != number || level.n < x->before.n + x->behind.n || !cx_str_starts(level, x->before)) continue;
        cx_str name = cx_str_sub(level, x->before.n, level.n - x->before.n - x->behind.n);
        if (memcmp(name.p + name.n, x->behind.p, x->behind.n) == 0) add_name(f->rivals, name);
    }
}

static void find(void *context, const cx_rule *r)
{
    struct finding *f = context;
    cx_str level;
    for (size_t at = 0, number = 0; next_level(cx_rule_filter(r), &at, &level); number++)
        if (!cx_has_wildcard(level) && !cx_level_is_variable((cx_matcher)r->matcher, level))
            add_level(f, number, level);
}

void cx_rivals_add(cx_rivals *r, const cx_broker *b, const cx_client *c, const cx_variable_places *v)
{
    struct finding f = {r, v};
    if (v->items.n == 0) return;
    each(b, c, find, &f);
    if (!c->anonymous) add_name(r, c->user);
}

void cx_rivals_clear(cx_rivals *r) { cx_map_clear(&r->names); }
