#include "analysis/coverage.h"

#include "analysis/rivals.h"
#include "broker/broker.h"

/* Changes of a list's rules after which the space is made anew: old sets are never given back. */
enum { WORK_MAX = 4000000 };

/* What a client is allowed as the rules are. */
struct known {
    cx_client client;
    unsigned access; /* a CX_CLAIM_… bit */
    cx_set asked;    /* by tests; of subjects: all */
    cx_set allowed, unknown;
};

struct covering {
    cx_ground *g;
    const cx_test *tests;
    size_t count;
    bool mutate;
    CX_VEC(struct known) asked, subjects;
    cx_policy *policy; /* what is changed */
    cx_list *list;
    uint32_t rule;
    size_t work;
};

/* ---- what is known before ---- */

static bool same_client(const cx_client *a, const cx_client *b)
{
    return a->anonymous == b->anonymous && a->fresh == b->fresh && cx_str_eq(a->user, b->user) &&
           (a->fresh || cx_str_eq(a->id, b->id));
}

static void ask(struct covering *c, struct known *k)
{
    k->allowed = cx_ground_allowed(c->g, &k->client, k->access, &k->unknown);
}

/* What tests ask of one client is joined. */
static void know_asked(struct covering *c, const cx_asked_sets *asked)
{
    cx_map keys = {0};
    for (size_t i = 0; i < asked->n; i++) {
        const cx_asked_set *a = &asked->items[i];
        cx_str user = a->client.user, id = a->client.fresh ? CX_STR("") : a->client.id;
        cx_str key =
            cx_arena_printf(cx_sets_arena(c->g->space), "%u %d %d %zu %.*s %.*s", a->access, a->client.anonymous,
                            a->client.fresh, user.n, (int)user.n, user.p ? user.p : "", (int)id.n, id.p);
        uint32_t number = cx_map_put(&keys, key);
        if (number == c->asked.n) {
            struct known k = {.client = a->client, .access = a->access};
            ask(c, &k);
            cx_vec_add(&c->asked, k);
        }
        struct known *k = &c->asked.items[number];
        k->asked = cx_set_union(c->g->space, k->asked, a->set);
    }
    cx_map_clear(&keys);
}

static void know_subjects(struct covering *c)
{
    cx_cases cases = {0};
    cx_case_question q = {.brokers = {c->g->broker}, .accesses = CX_ACCESS_ALL};
    for (size_t i = 0; i < c->g->subjects->list.n; i++) {
        cx_cases_of(&cases, c->g->space, &c->g->subjects->list.items[i], &q);
        for (size_t k = 0; k < cases.items.n; k++)
            for (unsigned access = 1; access <= CX_CLAIM_UNSUBSCRIBE; access *= 2) {
                struct known x = {.client = cases.items.items[k], .access = access, .asked = CX_SET_ALL};
                ask(c, &x);
                cx_vec_add(&c->subjects, x);
            }
    }
    cx_cases_clear(&cases);
}

/* A new space, and in it what is allowed and asked as the rules are. */
static void know(struct covering *c)
{
    cx_asked_sets asked = {0};
    cx_proof proof = {0};
    cx_ground_open(c->g);
    c->asked.n = c->subjects.n = c->work = 0;
    c->g->asked = &asked;
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->tests[i].claims.n; k++) cx_prove(c->g, &c->tests[i].claims.items[k], &proof);
    c->g->asked = NULL;
    know_asked(c, &asked);
    know_subjects(c);
    cx_vec_clear(&asked);
    cx_proof_clear(&proof);
}

/* ---- what a change does ---- */

/* Does the client ask the list that is changed? */
static bool asks_list(void *context, const cx_client *client)
{
    struct covering *c = context;
    cx_subject s = cx_broker_subject(c->g->broker, c->policy, *client);
    cx_asking asking = cx_ask_lists(c->policy, s.holder);
    for (const cx_list *list; (list = cx_next_list(c->policy, &asking));)
        if (list == c->list) return true;
    return false;
}

static bool alters(struct covering *c, const struct known *all, size_t n)
{
    cx_sets *s = c->g->space;
    for (size_t i = 0; i < n; i++) {
        struct known now = all[i];
        if ((i == 0 || !same_client(&now.client, &all[i - 1].client)) && !asks_list(c, &now.client)) {
            while (i + 1 < n && same_client(&now.client, &all[i + 1].client)) i++;
            continue;
        }
        ask(c, &now);
        if (now.allowed == all[i].allowed && now.unknown == all[i].unknown) continue;
        cx_set more = cx_set_difference(s, now.allowed, all[i].allowed),
               less = cx_set_difference(s, all[i].allowed, now.allowed);
        cx_set changed = cx_set_union(s, more, less);
        if (now.asked == CX_SET_ALL || cx_set_intersection(s, changed, now.asked) != CX_SET_NONE) return true;
    }
    return false;
}

static bool fails(struct covering *c)
{
    cx_proof proof = {0};
    for (size_t i = 0; i < c->count && proof.against.n == 0; i++)
        for (size_t k = 0; k < c->tests[i].claims.n && proof.against.n == 0; k++)
            cx_prove(c->g, &c->tests[i].claims.items[k], &proof);
    bool failed = proof.against.n > 0;
    cx_proof_clear(&proof);
    return failed;
}

static cx_altered judge(struct covering *c)
{
    cx_altered a = {.tried = true};
    c->g->matters = asks_list;
    c->g->matters_context = c;
    a.noticed = fails(c);
    c->g->matters = NULL;
    a.matters = a.noticed || alters(c, c->subjects.items, c->subjects.n);
    return a;
}

/* ---- changes ---- */

/* A rule to another place of its list; those between move up. */
static void move(cx_rule *rules, uint32_t from, uint32_t to)
{
    cx_rule r = rules[from];
    if (from < to) memmove(rules + from, rules + from + 1, (to - from) * sizeof r);
    else memmove(rules + to + 1, rules + to, (from - to) * sizeof r);
    rules[to] = r;
}

static void forget(struct covering *c)
{
    cx_effective_forget(c->g->effective, c->policy, c->list);
    for (size_t i = 0; i < c->g->other_count; i++) cx_effective_forget(c->g->others[i].effective, c->policy, c->list);
    c->work += c->list->count;
}

static void drop(struct covering *c, cx_covered *out)
{
    cx_rule *r = &c->policy->rules[c->rule];
    uint8_t access = r->access;
    r->access = 0;
    forget(c);
    out->dropped = judge(c);
    r->access = access;
    forget(c);
}

/* An allow becomes a deny, and the other way round. In an ACL file denies come first (policy/from_acl). */
static void turn(struct covering *c, cx_covered *out)
{
    cx_rule *rules = c->policy->rules, *r = &rules[c->rule];
    bool allowed = r->outcome == CX_ALLOW;
    uint32_t to = c->rule;
    if (c->policy->documents[r->document].acl) to = allowed ? c->list->first : c->list->first + c->list->count - 1;
    r->outcome = allowed ? CX_DENY : CX_ALLOW;
    move(rules, c->rule, to);
    forget(c);
    out->asked = alters(c, c->asked.items, c->asked.n);
    if (c->mutate) out->turned = judge(c);
    else out->turned.matters = out->asked || alters(c, c->subjects.items, c->subjects.n);
    out->asked |= out->turned.noticed;
    move(rules, to, c->rule);
    rules[c->rule].outcome = allowed ? CX_ALLOW : CX_DENY;
    forget(c);
}

static void cover(struct covering *c, cx_coverage *out)
{
    cx_covered x = {.policy = c->policy, .rule = &c->policy->rules[c->rule]};
    if (c->work > WORK_MAX || cx_sets_count(c->g->space) > CX_SETS_NODES / 2) know(c);
    turn(c, &x);
    if (c->mutate) drop(c, &x);
    x.asked |= x.dropped.noticed;
    cx_vec_add(out, x);
}

bool cx_coverage_of(cx_ground *g, const cx_test *tests, size_t count, bool mutate, cx_coverage *out,
                    void (*progress)(void *context, size_t done, size_t all), void *context)
{
    struct covering c = {.g = g, .tests = tests, .count = count, .mutate = mutate};
    size_t all = 0, done = 0;
    for (unsigned i = 0; i < g->broker->step_count; i++)
        for (size_t k = 0; g->broker->steps[i].policy && k < g->broker->steps[i].policy->lists.n; k++)
            all += g->broker->steps[i].policy->lists.items[k].count;
    know(&c);
    for (unsigned i = 0; i < g->broker->step_count; i++) {
        c.policy = g->broker->steps[i].policy;
        for (size_t k = 0; c.policy && k < c.policy->lists.n; k++) {
            c.list = &c.policy->lists.items[k];
            for (c.rule = c.list->first; c.rule < c.list->first + c.list->count && !cx_sets_full(g->space); c.rule++) {
                if (progress) progress(context, done++, all);
                cover(&c, out);
            }
        }
    }
    cx_vec_clear(&c.asked);
    cx_vec_clear(&c.subjects);
    return !cx_sets_full(g->space);
}

/* ---- rules that can go ---- */

/* Where the rule of an ACL is, and what it answers. */
struct place {
    uint32_t rule, list; /* RULE is UINT32_MAX where the policy has none */
    uint8_t access;
};

struct cx_pruning {
    struct covering c;
    CX_VEC(struct place) places; /* of each ACL */
    bool *held;                  /* of each list: somebody asks it */
};

static void place_rules(cx_pruning *p)
{
    const cx_policy *policy = p->c.policy;
    for (uint32_t i = 0; i < policy->lists.n; i++)
        for (uint32_t k = policy->lists.items[i].first; k < policy->lists.items[i].first + policy->lists.items[i].count;
             k++) {
            const cx_rule *r = &policy->rules[k];
            if (r->matcher == CX_MATCH_HAS_WILDCARD) continue;
            while (p->places.n <= r->at) cx_vec_add(&p->places, ((struct place){.rule = UINT32_MAX}));
            p->places.items[r->at] = (struct place){k, i, r->access};
        }
}

static void mark_held(cx_pruning *p)
{
    const cx_policy *policy = p->c.policy;
    for (size_t i = 0; i < p->c.g->subjects->list.n; i++) {
        cx_subject s = cx_broker_subject(p->c.g->broker, policy, p->c.g->subjects->list.items[i].client);
        cx_asking asking = cx_ask_lists(policy, s.holder);
        for (const cx_list *list; (list = cx_next_list(policy, &asking));) p->held[list - policy->lists.items] = true;
    }
}

cx_pruning *cx_pruning_new(cx_ground *g)
{
    cx_pruning *p = cx_calloc(1, sizeof *p);
    p->c = (struct covering){.g = g, .policy = g->broker->steps[0].policy};
    p->held = cx_calloc(p->c.policy->lists.n + 1, sizeof *p->held);
    place_rules(p);
    mark_held(p);
    know(&p->c);
    return p;
}

void cx_pruning_free(cx_pruning *p)
{
    if (!p) return;
    cx_vec_clear(&p->c.asked);
    cx_vec_clear(&p->c.subjects);
    cx_vec_clear(&p->places);
    free(p->held);
    free(p);
}

static void set_access(cx_pruning *p, const struct place *at, uint8_t access)
{
    p->c.policy->rules[at->rule].access = access;
    p->c.list = &p->c.policy->lists.items[at->list];
    forget(&p->c);
}

void cx_pruning_put_back(cx_pruning *p, uint32_t acl)
{
    if (acl >= p->places.n || p->places.items[acl].rule == UINT32_MAX) return;
    set_access(p, &p->places.items[acl], p->places.items[acl].access);
}

/* Where nothing decides, whoever is asked behind dynamic security does; so a deny that decides something has to stay,
 * though nobody gets more without it: would anything be allowed if it allowed? */
static bool decides(cx_pruning *p, const struct place *at)
{
    cx_rule *r = &p->c.policy->rules[at->rule];
    r->outcome = CX_ALLOW;
    set_access(p, at, at->access);
    bool does = alters(&p->c, p->c.subjects.items, p->c.subjects.n);
    r->outcome = CX_DENY;
    return does;
}

/* Of ACLs that are there twice, which one counts depends on all that are left. */
static bool has_twice(const cx_dynsec *d, uint32_t acl)
{
    const cx_dynsec_role *r = &d->roles.items[cx_dynsec_role_of(d, acl)];
    for (uint32_t i = r->first_acl; i < r->first_acl + r->acl_count; i++)
        if (d->acls.items[i].again) return true;
    return false;
}

bool cx_pruning_leave_out(cx_pruning *p, uint32_t acl)
{
    if (has_twice(p->c.policy->documents[0].dynsec, acl)) return false;
    if (acl >= p->places.n || p->places.items[acl].rule == UINT32_MAX) return true;
    const struct place *at = &p->places.items[acl];
    if (!p->held[at->list] || p->c.policy->rules[at->rule].matcher == CX_MATCH_MALFORMED) return false;
    if (p->c.work > WORK_MAX || cx_sets_count(p->c.g->space) > CX_SETS_NODES / 2) know(&p->c);
    bool needed = p->c.policy->rules[at->rule].outcome == CX_DENY && decides(p, at);
    set_access(p, at, 0);
    if (!needed && !alters(&p->c, p->c.subjects.items, p->c.subjects.n) && !cx_sets_full(p->c.g->space)) return true;
    cx_pruning_put_back(p, acl);
    return false;
}
