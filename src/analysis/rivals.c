#include "analysis/rivals.h"

#include "policy/match.h"
#include "topic/topic.h"

/* Where a variable stands. */
struct place {
    size_t level;
    cx_str above;          /* the levels before it */
    cx_str before, behind; /* text around it in its level */
};

struct finding {
    cx_cases *out;
    cx_sets *s;
    const cx_case_question *question;
    char which; /* 'c': client id, 'u': user name */
    CX_VEC(struct place) places;
    CX_VEC(cx_str) long_ones; /* rules with it as text, where a name may be several levels */
    cx_map names;
};

typedef void each_filter(struct finding *f, cx_str filter, cx_matcher matcher);

/* Every rule that a client asks at the brokers. */
static void each_rule(struct finding *f, const cx_client *c, each_filter *visit)
{
    for (unsigned n = 0; n < 2 && f->question->brokers[n]; n++) {
        const cx_broker *b = f->question->brokers[n];
        for (unsigned i = 0; i < b->step_count; i++) {
            const cx_policy *p = b->steps[i].policy;
            if (!p) continue;
            cx_subject s = cx_broker_subject(b, p, *c);
            cx_asking asking = cx_ask_lists(p, s.holder);
            for (cx_list *list; (list = cx_next_list(p, &asking));)
                for (uint32_t k = 0; k < list->count; k++) {
                    const cx_rule *r = &p->rules[list->first + k];
                    if (r->access & f->question->accesses) visit(f, cx_rule_filter(r), (cx_matcher)r->matcher);
                }
        }
    }
}

static void each_of_question(struct finding *f, each_filter *visit)
{
    for (size_t i = 0; i < f->question->filter_count; i++) visit(f, f->question->filters[i], CX_MATCH_TEXT_VARIABLES);
}

/* ---- where variables stand ---- */

static void add_place(struct finding *f, size_t level, cx_str above, cx_str text, size_t at)
{
    struct place x = {level, above, cx_str_sub(text, 0, at), cx_str_sub(text, at + 2, text.n - at - 2)};
    for (size_t i = 0; i < f->places.n; i++) {
        const struct place *y = &f->places.items[i];
        if (y->level == level && cx_str_eq(y->above, above) && cx_str_eq(y->before, x.before) &&
            cx_str_eq(y->behind, x.behind))
            return;
    }
    cx_vec_add(&f->places, x);
}

static void find_places(struct finding *f, cx_str filter, cx_matcher matcher)
{
    bool text = matcher == CX_MATCH_TEXT_VARIABLES;
    cx_str level;
    if (!text && matcher != CX_MATCH_LEVEL_VARIABLES && matcher != CX_MATCH_MALFORMED) return;
    for (size_t at = 0, number = 0; cx_next_level(filter, &at, &level); number++)
        for (size_t i = 0; i + 1 < level.n; i++)
            if (level.p[i] == '%' && level.p[i + 1] == f->which && (text || level.n == 2))
                add_place(f, number, cx_str_sub(filter, 0, (size_t)(level.p - filter.p)), level, i);
}

static void find_long_ones(struct finding *f, cx_str filter, cx_matcher matcher)
{
    char variable[] = {'%', f->which, '\0'};
    if (matcher == CX_MATCH_TEXT_VARIABLES && cx_str_find(filter, variable)) cx_vec_add(&f->long_ones, filter);
}

/* ---- what stands there as text ---- */

static void add_name(struct finding *f, cx_str name)
{
    if (name.n == 0 || cx_has_wildcard(name) || !cx_mqtt_text_ok(name)) return;
    if (f->names.n < CX_CASES_MAX) cx_map_put(&f->names, name);
    else f->out->too_many = true;
}

/* Can the levels before a place, and those before a level of another filter, be the same? */
static bool may_meet(cx_str above, cx_str other)
{
    cx_str a, b;
    for (size_t i = 0, k = 0; i < above.n && cx_next_level(above, &i, &a) && cx_next_level(other, &k, &b);) {
        bool any = cx_has_wildcard(a) || cx_has_wildcard(b) || cx_str_has(a, '%') || cx_str_has(b, '%');
        if (!any && !cx_str_eq(a, b)) return false;
    }
    return true;
}

static void add_level(struct finding *f, size_t number, cx_str above, cx_str level)
{
    for (size_t i = 0; i < f->places.n; i++) {
        const struct place *x = &f->places.items[i];
        if (x->level != number || !may_meet(x->above, above) || level.n < x->before.n + x->behind.n ||
            !cx_str_starts(level, x->before))
            continue;
        cx_str name = cx_str_sub(level, x->before.n, level.n - x->before.n - x->behind.n);
        if (x->behind.n == 0 || memcmp(name.p + name.n, x->behind.p, x->behind.n) == 0) add_name(f, name);
    }
}

static void find_names(struct finding *f, cx_str filter, cx_matcher matcher)
{
    cx_str level;
    for (size_t at = 0, number = 0; cx_next_level(filter, &at, &level); number++)
        if (!cx_has_wildcard(level) && !cx_level_is_variable(matcher, level))
            add_level(f, number, cx_str_sub(filter, 0, (size_t)(level.p - filter.p)), level);
}

/* ---- names of several levels ---- */

/* A rule's filter where the variable is so many levels, and any other one is anything; .p NULL: it has text around it. */
static cx_str with_levels(struct finding *f, cx_str filter, size_t levels, size_t *from)
{
    cx_arena *arena = cx_sets_arena(f->s);
    cx_str text = CX_STR(""), level, found = CX_STR_NONE;
    for (size_t at = 0, number = 0; cx_next_level(filter, &at, &level); number++) {
        bool variable = level.n == 2 && level.p[0] == '%';
        bool own = variable && level.p[1] == f->which && !found.p;
        if (own) *from = number, found = level;
        for (size_t i = 0; i < (own ? levels : 1); i++) {
            if (number + i) text = cx_arena_join(arena, text, CX_STR("/"));
            text = cx_arena_join(arena, text, cx_str_has(level, '%') ? CX_STR("+") : level);
        }
    }
    return found.p ? text : CX_STR_NONE;
}

/* So many levels of a topic, from the one with this number on. */
static cx_str levels_of(cx_str topic, size_t from, size_t levels)
{
    cx_str level;
    size_t begin = 0, at = 0;
    for (size_t number = 0; number < from + levels && cx_next_level(topic, &at, &level); number++)
        if (number < from) begin = at;
    return begin < at && at <= topic.n + 1 ? cx_str_sub(topic, begin, at - 1 - begin) : CX_STR("");
}

/* Names with which a rule matches something of a filter, one of each length. Longer ones than the filter has levels
 * are like those of one level more. */
static void find_long_names(struct finding *f, cx_str rule, cx_str filter)
{
    size_t most = 2, from = 0;
    for (size_t i = 0; i < filter.n; i++) most += filter.p[i] == '/';
    if (!with_levels(f, rule, 2, &from).p) f->out->slashes = true;
    cx_set wanted = cx_set_of_filters(f->s, &filter, 1, CX_SET_TOPICS);
    for (size_t levels = 2; levels <= most; levels++) {
        cx_str text = with_levels(f, rule, levels, &from);
        if (!text.p || cx_filter_check(text).error != CX_FILTER_OK) return;
        cx_set both = cx_set_intersection(f->s, wanted, cx_set_of_filters(f->s, &text, 1, CX_SET_TOPICS));
        if (both == CX_SET_NONE) continue;
        f->out->slashes = true;
        add_name(f, levels_of(cx_set_witness(f->s, both, cx_sets_arena(f->s)), from, levels));
    }
}

/* ---- cases ---- */

static bool same_places(const struct finding *f, const struct cx_beside_found *found)
{
    if (found->places.n != f->places.n * 3) return false;
    for (size_t i = 0; i < f->places.n; i++) {
        const struct place *x = &f->places.items[i];
        const cx_str *y = found->places.items + i * 3;
        if (!cx_str_eq(x->above, y[0]) || !cx_str_eq(x->before, y[1]) || !cx_str_eq(x->behind, y[2])) return false;
    }
    return true; /* the level is that behind ABOVE */
}

/* The names in the rules of all others. */
static void find_beside(struct finding *f, cx_beside *b)
{
    struct cx_beside_found *found = &b->found[f->which == 'u'];
    if (!same_places(f, found)) {
        struct finding all = *f;
        all.names = (cx_map){0};
        cx_cases limits = {0};
        all.out = &limits;
        for (size_t i = 0; i < b->whos->n; i++) each_rule(&all, &b->whos->items[i].client, find_names);
        cx_map_clear(&found->names);
        found->names = all.names;
        found->too_many = limits.too_many;
        found->places.n = 0;
        for (size_t i = 0; i < f->places.n; i++) {
            cx_vec_add(&found->places, f->places.items[i].above);
            cx_vec_add(&found->places, f->places.items[i].before);
            cx_vec_add(&found->places, f->places.items[i].behind);
        }
    }
    for (size_t i = 0; i < found->names.n; i++) add_name(f, found->names.keys[i].key);
    f->out->too_many |= found->too_many;
}

void cx_beside_clear(cx_beside *b)
{
    for (unsigned i = 0; i < 2; i++) {
        cx_vec_clear(&b->found[i].places);
        cx_map_clear(&b->found[i].names);
    }
}

/* Names other than the free one that variable WHICH may stand for. */
static void find(struct finding *f, const cx_who *who)
{
    const cx_case_question *q = f->question;
    each_rule(f, &who->client, find_places);
    each_rule(f, &who->client, find_long_ones);
    f->out->slashes |= f->long_ones.n > 0 && q->filter_count == 0;
    each_of_question(f, find_places);
    if (f->places.n) {
        each_rule(f, &who->client, find_names);
        each_of_question(f, find_names);
        if (q->beside) find_beside(f, q->beside);
        if (f->which == 'c' && !who->client.anonymous && !who->unknown) add_name(f, who->client.user);
    }
    for (size_t i = 0; i < f->places.n; i++)
        if (f->places.items[i].level == 0 && f->places.items[i].before.n == 0)
            add_name(f, f->which == 'c' ? CX_STR("$id") : CX_STR("$user"));
    for (size_t i = 0; i < f->long_ones.n; i++)
        for (size_t k = 0; k < q->filter_count; k++) find_long_names(f, f->long_ones.items[i], q->filters[k]);
    cx_vec_clear(&f->places);
    cx_vec_clear(&f->long_ones);
}

static bool is_known(const cx_case_question *q, cx_str user)
{
    for (unsigned k = 0; k < 2 && q->brokers[k]; k++)
        for (unsigned i = 0; i < q->brokers[k]->step_count; i++) {
            const cx_policy *p = q->brokers[k]->steps[i].policy;
            if (p && cx_policy_user(p, user) != CX_MAP_NONE) return true;
        }
    return false;
}

void cx_cases_of(cx_cases *out, cx_sets *s, const cx_who *who, const cx_case_question *q)
{
    bool id_is_user = q->brokers[0]->username_as_clientid && (!q->brokers[1] || q->brokers[1]->username_as_clientid);
    struct finding ids = {.out = out, .s = s, .question = q, .which = 'c'}, users = ids;
    users.which = 'u';
    out->items.n = 0;
    cx_vec_add(&out->items, who->client);
    if (who->unknown) find(&users, who);
    if (who->client.fresh && !id_is_user) find(&ids, who);
    for (size_t i = 0; i < users.names.n; i++) {
        cx_client c = who->client;
        c.user = users.names.keys[i].key;
        if (!is_known(q, c.user)) cx_vec_add(&out->items, c);
    }
    for (size_t i = 0; i < ids.names.n; i++) {
        cx_client c = who->client;
        c.fresh = false;
        c.id = ids.names.keys[i].key;
        cx_vec_add(&out->items, c);
    }
    cx_map_clear(&ids.names);
    cx_map_clear(&users.names);
}

void cx_cases_clear(cx_cases *c) { cx_vec_clear(&c->items); }
