#include "analysis/effective.h"

#include <stdlib.h>

#include "analysis/rules.h"
#include "topic/set_space.h"
#include "topic/topic.h"

static const cx_access all_accesses[CX_ACCESS_KINDS] = {CX_ACCESS_READ, CX_ACCESS_WRITE, CX_ACCESS_SUBSCRIBE,
                                                        CX_ACCESS_UNSUBSCRIBE}; /* by cx_access_index */

/* What a list says to clients whose names do not matter to it. */
struct known {
    cx_decided decided;
    bool is_known;
};

/* What a list was compared with, and what came of it. */
struct twin {
    const cx_list *list;
    bool same;
};

struct cx_effective {
    cx_sets *s;
    const cx_broker *broker;
    cx_arena *arena;                   /* texts of filters with names in them */
    struct known *lists[CX_STEPS_MAX]; /* by list, access, and whether the client is anonymous */
    struct twin *twins[CX_STEPS_MAX];  /* by list; NULL: not asked for yet */
    cx_set gates[CX_ACCESS_KINDS];     /* what is denied before any rule */
    cx_filters filters;
    bool is_ready;
};

cx_effective *cx_effective_new(cx_sets *space, const cx_broker *broker)
{
    cx_effective *e = cx_calloc(1, sizeof *e);
    e->s = space;
    e->broker = broker;
    for (unsigned i = 0; i < broker->step_count; i++)
        if (broker->steps[i].policy)
            e->lists[i] = cx_calloc(broker->steps[i].policy->lists.n * CX_ACCESS_KINDS * 2, sizeof *e->lists[i]);
    return e;
}

void cx_effective_free(cx_effective *e)
{
    if (!e) return;
    for (unsigned i = 0; i < CX_STEPS_MAX; i++) {
        free(e->lists[i]);
        free(e->twins[i]);
    }
    free(e);
}

void cx_effective_forget(cx_effective *e, const cx_policy *p, const cx_list *list)
{
    for (unsigned i = 0; i < e->broker->step_count; i++) {
        free(e->twins[i]);
        e->twins[i] = NULL;
        if (e->broker->steps[i].policy == p)
            memset(e->lists[i] + (list - p->lists.items) * CX_ACCESS_KINDS * 2, 0,
                   CX_ACCESS_KINDS * 2 * sizeof *e->lists[i]);
    }
}

/* ---- policies ---- */

static cx_decided ask_list(cx_effective *e, unsigned step, const cx_list *list, const cx_client *c, cx_access access)
{
    const cx_policy *p = e->broker->steps[step].policy;
    size_t number = (size_t)(list - p->lists.items);
    struct known *k = &e->lists[step][(number * CX_ACCESS_KINDS + cx_access_index(access)) * 2 + c->anonymous];
    if (k->is_known) return k->decided;
    k->decided = cx_list_decides(e->s, p, list, c, access, e->filters);
    k->is_known = !cx_list_has_variables(p, list, access);
    return k->decided;
}

/* What a policy says; what it defers is in neither set. */
static cx_decided ask_policy(cx_effective *e, unsigned step, const cx_client *client, cx_access access)
{
    cx_sets *s = e->s;
    cx_policy *p = e->broker->steps[step].policy;
    cx_subject subject = cx_broker_subject(e->broker, p, *client);
    cx_default fallback = p->defaults[subject.kind][cx_access_index(access)];
    cx_decided d = {CX_SET_NONE, CX_SET_NONE}, rest = {CX_SET_NONE, CX_SET_NONE};
    cx_set all = cx_sets_universe(s);
    if (fallback.reason == CX_REASON_SUBSCRIBE_ALWAYS) return (cx_decided){.allow = all};
    cx_asking asking = cx_ask_lists(p, subject.holder);
    for (cx_list *list; (list = cx_next_list(p, &asking));) {
        if (list->count == 0) continue;
        if (list->refuses_unsafe && cx_client_unsafe(&subject.client))
            return cx_decided_then(s, d, (cx_decided){.deny = all});
        d = cx_decided_then(s, d, ask_list(e, step, list, &subject.client, access));
    }
    if (fallback.outcome == CX_DENY) rest.deny = all;
    if (fallback.outcome == CX_ALLOW) {
        rest.allow = all;
        if (p->never_by_default.n) rest.allow = cx_set_difference(s, all, cx_set_of_beginning(s, p->never_by_default));
    }
    return cx_decided_then(s, d, rest);
}

/* ---- the broker around them ---- */

/* Topics that begin with '$' meet a gate before any rule (broker/broker.c). */
cx_set cx_broker_gate(cx_sets *s, cx_access access)
{
    cx_str state = CX_STR("$SYS/broker/connection/+/state");
    cx_set shared = cx_set_of_beginning(s, CX_STR("$share"));
    if (access == CX_ACCESS_READ) return shared;
    if (access != CX_ACCESS_WRITE) return CX_SET_NONE;
    cx_set system = cx_set_of_beginning(s, CX_STR("$SYS"));
    return cx_set_union(s, shared, cx_set_difference(s, system, cx_set_of_filters(s, &state, 1, CX_SET_TOPICS)));
}

/* Behind a mount point without a slash at its end, a wildcard shares its level with what stands before it. */
static void make_wildcards(cx_effective *e)
{
    cx_sets *s = e->s;
    cx_str mount = e->broker->mount_point;
    e->filters.shared = mount.n && mount.p[mount.n - 1] != '/';
    e->filters.wildcards = cx_set_intersection(s, CX_SET_WILD, cx_sets_universe(s));
    for (const char *wildcard = "+#"; *wildcard && mount.n; wildcard++) {
        cx_str text = cx_arena_join(&s->arena, mount, (cx_str){wildcard, 1});
        cx_set more = cx_set_of_beginning(s, cx_arena_join(&s->arena, text, CX_STR("/")));
        e->filters.wildcards =
            cx_set_union(s, e->filters.wildcards, cx_set_union(s, more, cx_set_of_filters(s, &text, 1, CX_SET_ITSELF)));
    }
}

/* The words that, behind BYTES, make a level of which SET knows where it leads. */
static cx_set behind_bytes(cx_sets *s, cx_set set, cx_str bytes)
{
    cx_set other = cx_set_next(s, set, cx_set_beginning(s, bytes));
    size_t base = s->stack.n;
    uint32_t first = s->nodes.items[set].first, count = s->nodes.items[set].count;
    for (uint32_t wildcard = SYMBOL_PLUS; wildcard <= SYMBOL_HASH; wildcard++) {
        cx_str joined = cx_arena_join(&s->arena, bytes, s->symbols.items[wildcard].text);
        cx_set_push(s, wildcard, cx_set_next(s, set, cx_set_symbol(s, joined)));
    }
    for (uint32_t i = first; i < first + count; i++) {
        struct edge e = s->edges.items[i];
        struct symbol x = s->symbols.items[e.symbol];
        if (!cx_str_starts(x.text, bytes)) continue;
        cx_str rest = cx_str_sub(x.text, bytes.n, x.text.n - bytes.n);
        if (cx_has_wildcard(rest)) continue;
        if (!x.beginning) cx_set_push(s, cx_set_symbol(s, rest), e.target);
        else if (rest.n) cx_set_push(s, cx_set_beginning(s, rest), e.target);
    }
    return cx_set_make(s, base, false, other);
}

/* The words that are in SET when the mount point stands before them. */
static cx_set unmounted(cx_sets *s, cx_set set, cx_str mount)
{
    cx_str level;
    for (size_t at = 0; cx_next_level(mount, &at, &level) && at <= mount.n;)
        set = cx_set_next(s, set, cx_set_symbol(s, level));
    if (level.n) set = behind_bytes(s, set, level);
    return cx_set_intersection(s, set, cx_sets_universe(s));
}

cx_set cx_effective_set(cx_effective *e, const cx_client *client, cx_access access, cx_set *unknown)
{
    cx_sets *s = e->s;
    const cx_broker *b = e->broker;
    if (!e->is_ready) {
        for (unsigned i = 0; i < CX_ACCESS_KINDS; i++) e->gates[i] = cx_broker_gate(e->s, all_accesses[i]);
        make_wildcards(e);
        e->is_ready = true;
    }
    cx_set all = cx_sets_universe(s), open = CX_SET_NONE;
    cx_decided d = {.deny = e->gates[cx_access_index(access)]};
    if (b->step_count == 0) d.allow = cx_set_difference(s, all, d.deny);
    for (unsigned i = 0; i < b->step_count; i++) {
        if (!b->steps[i].policy) {
            open = cx_set_difference(s, all, cx_set_union(s, d.allow, d.deny));
            break;
        }
        d = cx_decided_then(s, d, ask_policy(e, i, client, access));
    }
    bool mounted = b->mount_point.p && access != CX_ACCESS_UNSUBSCRIBE;
    if (unknown) *unknown = mounted ? unmounted(s, open, b->mount_point) : open;
    return mounted ? unmounted(s, d.allow, b->mount_point) : d.allow;
}

/* ---- what subscriptions bring ---- */

/* The topics that some filter below a node matches; DOLLAR: at the beginning, where wildcards do not stand for '$'. */
static cx_set brought(cx_sets *s, cx_set set, bool dollar)
{
    if (set <= CX_SET_ALL) return set == CX_SET_NONE ? CX_SET_NONE : CX_SET_ALL;
    cx_set plus = cx_set_next(s, set, SYMBOL_PLUS), hash = cx_set_next(s, set, SYMBOL_HASH);
    bool all = cx_set_ends(s, hash);
    if (all && !dollar) return CX_SET_ALL;
    cx_set wild = all ? CX_SET_ALL : brought(s, plus, false);
    cx_set other = cx_set_union(s, brought(s, s->nodes.items[set].other, false), wild);
    size_t base = s->stack.n;
    uint32_t first = s->nodes.items[set].first, count = s->nodes.items[set].count;
    bool has_dollar = false;
    for (uint32_t i = first; i < first + count; i++) {
        struct edge e = s->edges.items[i];
        if (e.symbol == SYMBOL_PLUS || e.symbol == SYMBOL_HASH) continue;
        cx_str text = s->symbols.items[e.symbol].text;
        cx_set target = brought(s, e.target, false);
        if (!(dollar && text.n && text.p[0] == '$')) target = cx_set_union(s, target, wild);
        has_dollar |= e.symbol == SYMBOL_DOLLAR;
        cx_set_push(s, e.symbol, target);
    }
    if (dollar && !has_dollar) cx_set_push(s, SYMBOL_DOLLAR, brought(s, s->nodes.items[set].other, false));
    return cx_set_make(s, base, cx_set_ends(s, set), other);
}

/* The same of the filters in shared subscriptions, of any group. */
static cx_set brought_to_groups(cx_sets *s, cx_set set)
{
    set = cx_set_next(s, set, cx_set_symbol(s, CX_STR("$share")));
    cx_set all = brought(s, s->nodes.items[set].other, true);
    uint32_t first = s->nodes.items[set].first, count = s->nodes.items[set].count;
    for (uint32_t i = first; i < first + count; i++) {
        struct edge e = s->edges.items[i];
        if (e.symbol != SYMBOL_PLUS && e.symbol != SYMBOL_HASH) all = cx_set_union(s, all, brought(s, e.target, true));
    }
    return all;
}

cx_set cx_effective_reach(cx_effective *e, const cx_client *client, cx_set *unknown)
{
    cx_sets *s = e->s;
    cx_set unread, unsubscribed;
    bool mounted = e->broker->mount_point.p != NULL;
    cx_set read = cx_effective_set(e, client, CX_ACCESS_READ, &unread);
    cx_set filters = cx_effective_set(e, client, CX_ACCESS_SUBSCRIBE, &unsubscribed);
    cx_set topics = brought(s, filters, !mounted);
    if (!mounted) topics = cx_set_union(s, topics, brought_to_groups(s, filters));
    if (unknown) *unknown = cx_set_union(s, unread, cx_set_intersection(s, read, brought(s, unsubscribed, !mounted)));
    return cx_set_intersection(s, read, topics);
}

/* ---- the same rules ---- */

static bool same_rule(const cx_rule *a, const cx_rule *b)
{
    return a->outcome == b->outcome && a->access == b->access && a->matcher == b->matcher && a->guard == b->guard &&
           cx_str_eq(cx_rule_filter(a), cx_rule_filter(b));
}

/* Many clients ask one list, which is looked at once. */
static bool same_list(cx_effective *e, unsigned step, const cx_policy *p, const cx_list *a, const cx_policy *q,
                      const cx_list *b)
{
    if (!e->twins[step]) e->twins[step] = cx_calloc(p->lists.n, sizeof *e->twins[step]);
    struct twin *t = &e->twins[step][a - p->lists.items];
    if (t->list == b) return t->same;
    t->list = b;
    t->same = a->count == b->count && a->refuses_unsafe == b->refuses_unsafe;
    for (uint32_t i = 0; i < a->count && t->same; i++)
        t->same = same_rule(&p->rules[a->first + i], &q->rules[b->first + i]);
    return t->same;
}

static bool same_step(cx_effective *x, cx_effective *y, unsigned step, const cx_client *client)
{
    const cx_policy *p = x->broker->steps[step].policy, *q = y->broker->steps[step].policy;
    if (!p || !q || !cx_str_eq(p->never_by_default, q->never_by_default)) return false;
    cx_subject s = cx_broker_subject(x->broker, p, *client), t = cx_broker_subject(y->broker, q, *client);
    for (unsigned i = 0; i < CX_ACCESS_KINDS; i++) {
        cx_default a = p->defaults[s.kind][i], b = q->defaults[t.kind][i];
        bool always = a.reason == CX_REASON_SUBSCRIBE_ALWAYS;
        if (a.outcome != b.outcome || always != (b.reason == CX_REASON_SUBSCRIBE_ALWAYS)) return false;
    }
    cx_asking one = cx_ask_lists(p, s.holder), other = cx_ask_lists(q, t.holder);
    for (;;) {
        const cx_list *a = cx_next_list(p, &one), *b = cx_next_list(q, &other);
        if (!a || !b) return a == b;
        if (!same_list(x, step, p, a, q, b)) return false;
    }
}

bool cx_effective_same_rules(cx_effective *a, cx_effective *b, const cx_client *client)
{
    const cx_broker *x = a->broker, *y = b->broker;
    if (x->release != y->release || x->step_count != y->step_count || !cx_str_eq(x->mount_point, y->mount_point) ||
        x->username_as_clientid != y->username_as_clientid)
        return false;
    for (unsigned i = 0; i < x->step_count; i++)
        if (!same_step(a, b, i, client)) return false;
    return true;
}
