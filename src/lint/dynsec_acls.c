/* What the ACLs of a role, and of roles held together, do to one another. A role asks the
 * ACLs of a kind by priority, equal ones in the order of the file (dynsec.md 3). */
#include "lint/dynsec_say.h"
#include "topic/set.h"
#include "topic/topic.h"

enum { PAIRS_MAX = 20000, TOGETHER_MAX = 8 };

static const cJSON *topic_of(const cx_dynsec_acl *a)
{
    const cJSON *topic = cJSON_GetObjectItem(a->item, "topic");
    return topic ? topic : a->item;
}

static cx_str words_of(cx_dynsec_linting *c, const cx_dynsec_acl *a)
{
    return cx_arena_printf(&c->lint->arena, "'%s %s %.*s', priority %d", cx_dynsec_type_name((cx_dynsec_type)a->type),
                           a->allow ? "allow" : "deny", (int)a->topic.n, a->topic.p, a->priority);
}

/* Whether A is asked before B in their role. */
static bool before(const cx_dynsec_acl *a, const cx_dynsec_acl *b)
{
    return a->priority != b->priority ? a->priority > b->priority : a < b;
}

static void say_shadowed(cx_dynsec_linting *c, const cx_dynsec_acl *a, const cx_dynsec_acl *by)
{
    cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_SHADOWED_ACL, topic_of(a), "this ACL for '%.*s' never decides anything",
                           (int)a->topic.n, a->topic.p);
    s->other = by->item;
    s->other_note = cx_arena_join(&c->lint->arena, words_of(c, by), CX_STR(", is asked first and covers it"));
    s->note = a->allow == by->allow ? cx_str_of("it says the same, so it can go")
                                    : cx_str_of("it says the opposite, and has no effect");
    if (a->allow != by->allow)
        s->help = cx_arena_printf(&c->lint->arena, "give it a higher priority than %d", by->priority);
}

static void say_tie(cx_dynsec_linting *c, const cx_dynsec_acl *a, const cx_dynsec_acl *other)
{
    cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_PRIORITY_TIE, topic_of(other),
                           "'%.*s' and '%.*s' contradict each other at one priority", (int)a->topic.n, a->topic.p,
                           (int)other->topic.n, other->topic.p);
    s->other = a->item;
    s->other_note = words_of(c, a);
    s->note = cx_str_of("the order in the file decides, which tools do not keep");
    s->help = cx_str_of("give the one that shall win the higher priority");
}

static void say_shadowed_together(cx_dynsec_linting *c, const cx_dynsec_acl *a, const cx_dynsec_acl *const *by,
                                  size_t n)
{
    cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_SHADOWED_ACL, topic_of(a), "this ACL for '%.*s' never decides anything",
                           (int)a->topic.n, a->topic.p);
    cx_str all = CX_STR("asked first, and together covering it: ");
    for (size_t i = 0; i < n; i++)
        all = cx_arena_printf(&c->lint->arena, "%.*s%s%.*s", (int)all.n, all.p, i ? ", " : "",
                              (int)words_of(c, by[i]).n, words_of(c, by[i]).p);
    s->other = by[0]->item;
    s->other_note = all;
}

/* Whether several ACLs that are asked first cover one together; of subscriptions that is not so simple. */
static bool is_covered_together(const cx_dynsec_acl *a, const cx_dynsec_acl *const *by, size_t n)
{
    cx_str filters[TOGETHER_MAX];
    if (n < 2 || n > TOGETHER_MAX || (a->type != CX_DYNSEC_SEND && a->type != CX_DYNSEC_RECEIVE)) return false;
    if (cx_str_has(a->topic, '%')) return false;
    for (size_t i = 0; i < n; i++) filters[i] = by[i]->topic;
    return cx_filters_cover(filters, n, a->topic);
}

/* One ACL against those of its kind in its role that are asked before it. */
static void judge_acl(cx_dynsec_linting *c, const cx_dynsec_role *r, const cx_dynsec_acl *a, size_t *pairs)
{
    const cx_dynsec_acl *tie = NULL, *first[TOGETHER_MAX];
    size_t n = 0;
    for (uint32_t i = r->first_acl; i<r->first_acl + r->acl_count && * pairs> 0; i++, --*pairs) {
        const cx_dynsec_acl *b = &c->d->acls.items[i];
        if (b == a || b->type != a->type || b->malformed || b->again || !before(b, a)) continue;
        bool equal = cx_str_eq(a->topic, b->topic);
        if (equal) continue; /* a duplicate, which the reader tells of */
        if (!cx_dynsec_literal(a->type) && cx_filter_covers(b->topic, a->topic)) {
            say_shadowed(c, a, b);
            return;
        }
        bool part = !cx_str_has(b->topic, '%') && cx_filter_overlaps(a->topic, b->topic);
        if (part && n++ < TOGETHER_MAX) first[n - 1] = b;
        if (!tie && b->priority == a->priority && a->allow != b->allow && !cx_dynsec_literal(a->type) &&
            cx_filter_overlaps(a->topic, b->topic))
            tie = b;
    }
    if (is_covered_together(a, first, n)) say_shadowed_together(c, a, first, n);
    else if (tie) say_tie(c, tie, a);
}

static void judge_role(cx_dynsec_linting *c, const cx_dynsec_role *r)
{
    size_t pairs = PAIRS_MAX;
    for (uint32_t i = r->first_acl; i < r->first_acl + r->acl_count; i++) {
        const cx_dynsec_acl *a = &c->d->acls.items[i];
        if (a->malformed || a->again) continue;
        judge_acl(c, r, a, &pairs);
        if (a->type != CX_DYNSEC_SUBSCRIBE_LITERAL || cx_has_wildcard(a->topic)) continue;
        uint32_t pattern = cx_dynsec_find_acl(c->d, c->d->roles.n ? (uint32_t)(r - c->d->roles.items) : 0,
                                              CX_DYNSEC_SUBSCRIBE_PATTERN, a->topic);
        if (pattern == CX_DYNSEC_NO_ACL || c->d->acls.items[pattern].allow != a->allow) continue;
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_REDUNDANT_LITERAL, topic_of(a),
                               "subscribeLiteral says what a subscribePattern says too");
        s->other = c->d->acls.items[pattern].item;
        s->other_note = words_of(c, &c->d->acls.items[pattern]);
        s->help = cx_str_of("one of the two is enough");
    }
}

/* ---- subscribing without receiving, and the other way round ---- */

static bool any_overlaps(const cx_dynsec *d, cx_str topic, bool receive, size_t *pairs)
{
    for (size_t i = 0; i < d->acls.n; i++, --*pairs) {
        const cx_dynsec_acl *a = &d->acls.items[i];
        if (*pairs == 0) return true;
        bool kind = receive ? a->type == CX_DYNSEC_RECEIVE
                            : a->type == CX_DYNSEC_SUBSCRIBE_LITERAL || a->type == CX_DYNSEC_SUBSCRIBE_PATTERN;
        if (kind && a->allow && !a->malformed && cx_filter_overlaps(a->topic, topic)) return true;
    }
    return false;
}

static cx_str without_share(cx_str topic)
{
    if (!cx_str_starts(topic, CX_STR("$share/"))) return topic;
    const char *slash = memchr(topic.p + 7, '/', topic.n - 7);
    return slash ? (cx_str){slash + 1, (size_t)(topic.p + topic.n - slash - 1)} : topic;
}

static void judge_delivery(cx_dynsec_linting *c)
{
    cx_dynsec *d = c->d;
    size_t pairs = PAIRS_MAX * 50;
    bool receives = d->defaults[1] == CX_DYNSEC_TRUE, subscribes = d->defaults[2] == CX_DYNSEC_TRUE;
    for (size_t i = 0; i < d->acls.n; i++) {
        const cx_dynsec_acl *a = &d->acls.items[i];
        bool subscribe = a->type == CX_DYNSEC_SUBSCRIBE_LITERAL || a->type == CX_DYNSEC_SUBSCRIBE_PATTERN;
        if (!a->allow || a->malformed || (!subscribe && a->type != CX_DYNSEC_RECEIVE)) continue;
        if (subscribe ? receives : subscribes) continue;
        if (any_overlaps(d, without_share(a->topic), subscribe, &pairs)) continue;
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_SUBSCRIBE_RECEIVE_MISMATCH, topic_of(a),
                               subscribe ? "clients may subscribe to '%.*s' and receive nothing of it"
                                         : "clients may receive '%.*s' and cannot subscribe to it",
                               (int)a->topic.n, a->topic.p);
        s->note = cx_str_of(subscribe ? "no role allows publishClientReceive there, and the default does not"
                                      : "no role allows a subscription that reaches it, and the default does not");
        s->help = cx_arena_printf(&c->lint->arena, "add an ACL '%s' for it",
                                  subscribe ? "publishClientReceive" : "subscribePattern");
    }
}

/* ---- roles held together ---- */

/* Two roles of one priority whose ACLs contradict each other: their names decide. */
static bool contradict(cx_dynsec_linting *c, const cx_dynsec_role *a, const cx_dynsec_role *b, size_t *pairs,
                       const cx_dynsec_acl **x, const cx_dynsec_acl **y)
{
    for (uint32_t i = a->first_acl; i < a->first_acl + a->acl_count; i++)
        for (uint32_t k = b->first_acl; k<b->first_acl + b->acl_count && * pairs> 0; k++, --*pairs) {
            *x = &c->d->acls.items[i], *y = &c->d->acls.items[k];
            if ((*x)->type == (*y)->type && (*x)->allow != (*y)->allow && !(*x)->malformed && !(*y)->malformed &&
                !cx_dynsec_literal((*x)->type) && cx_filter_overlaps((*x)->topic, (*y)->topic))
                return true;
        }
    return false;
}

struct together {
    const cx_dynsec_role **by_number;
    cx_map seen; /* pairs of roles */
    size_t pairs;
};

static void judge_refs(cx_dynsec_linting *c, struct together *t, uint32_t first, uint32_t count, const cJSON *holder)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = i + 1; k < count && t->pairs > 0; k++, t->pairs--) {
            const cx_dynsec_ref *a = &c->d->refs.items[first + i], *b = &c->d->refs.items[first + k];
            const cx_dynsec_role *r = t->by_number[a->number], *q = t->by_number[b->number];
            const cx_dynsec_acl *x, *y;
            if (a->priority != b->priority || !r || !q || r == q) continue;
            cx_str key = cx_arena_printf(&c->lint->arena, "%u %u", a->number < b->number ? a->number : b->number,
                                         a->number < b->number ? b->number : a->number);
            size_t known = t->seen.n;
            if (cx_map_put(&t->seen, key) < known || !contradict(c, r, q, &t->pairs, &x, &y)) continue;
            const cx_dynsec_role *wins = cx_str_cmp(r->name, q->name) < 0 ? r : q;
            cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_PRIORITY_TIE, holder,
                                   "the roles '%.*s' and '%.*s' contradict each other at one priority", (int)r->name.n,
                                   r->name.p, (int)q->name.n, q->name.p);
            s->other = y->item;
            s->other_note = cx_arena_printf(&c->lint->arena, "%.*s against %.*s", (int)words_of(c, y).n,
                                            words_of(c, y).p, (int)words_of(c, x).n, words_of(c, x).p);
            s->note = cx_arena_printf(&c->lint->arena, "the role that comes first in the alphabet wins: '%.*s'",
                                      (int)wins->name.n, wins->name.p);
            s->help = cx_str_of("give the role that shall win the higher priority");
        }
}

static void judge_together(cx_dynsec_linting *c)
{
    cx_dynsec *d = c->d;
    struct together t = {.by_number = cx_calloc(d->role_names.map.n + 1, sizeof *t.by_number), .pairs = PAIRS_MAX * 10};
    for (size_t i = 0; i < d->roles.n; i++) t.by_number[d->roles.items[i].number] = &d->roles.items[i];
    for (size_t i = 0; i < d->clients.n && t.pairs > 0; i++) {
        const cJSON *name = cJSON_GetObjectItem(d->clients.items[i].item, "username");
        if (name) judge_refs(c, &t, d->clients.items[i].first_role, d->clients.items[i].role_count, name);
    }
    for (size_t i = 0; i < d->groups.n && t.pairs > 0; i++) {
        const cJSON *name = cJSON_GetObjectItem(d->groups.items[i].item, "groupname");
        if (name) judge_refs(c, &t, d->groups.items[i].first_role, d->groups.items[i].role_count, name);
    }
    cx_map_clear(&t.seen);
    free(t.by_number);
}

void cx_lint_dynsec_acls(cx_dynsec_linting *c)
{
    for (size_t i = 0; i < c->d->roles.n && !cx_findings_full(&c->d->findings, false); i++)
        judge_role(c, &c->d->roles.items[i]);
    judge_delivery(c);
    judge_together(c);
}
