#include "analysis/prove.h"

#include "analysis/diff.h"
#include "analysis/rivals.h"
#include "analysis/rules.h"
#include "topic/topic.h"

_Static_assert((int)CX_CLAIM_READ == CX_ACCESS_READ && (int)CX_CLAIM_WRITE == CX_ACCESS_WRITE &&
                   (int)CX_CLAIM_SUBSCRIBE == CX_ACCESS_SUBSCRIBE && (int)CX_CLAIM_UNSUBSCRIBE == CX_ACCESS_UNSUBSCRIBE,
               "one set of bits");

struct proving {
    cx_ground *g;
    const cx_claim *claim;
    cx_proof *proof;
    cx_whos whos;
    cx_beside beside;
};

/* ---- the ground ---- */

void cx_ground_close(cx_ground *g)
{
    for (size_t i = 0; i < g->other_count; i++) {
        cx_effective_free(g->others[i].effective);
        g->others[i].effective = NULL;
    }
    cx_effective_free(g->effective);
    cx_sets_free(g->space);
    g->effective = NULL;
    g->space = NULL;
}

void cx_ground_open(cx_ground *g)
{
    cx_ground_close(g);
    g->space = cx_sets_new(CX_SETS_NODES);
    g->effective = cx_effective_new(g->space, g->broker);
    for (size_t i = 0; i < g->other_count; i++)
        g->others[i].effective = cx_effective_new(g->space, g->others[i].broker);
}

static bool connects(const cx_ground *g, const cx_client *c)
{
    return !g->connects || g->connects(g->connects_context, c);
}

cx_set cx_ground_allowed(cx_ground *g, const cx_client *c, unsigned access, cx_set *unknown)
{
    if (unknown) *unknown = CX_SET_NONE;
    if (!connects(g, c)) return CX_SET_NONE;
    if (access == CX_CLAIM_REACH) return cx_effective_reach(g->effective, c, unknown);
    return cx_effective_set(g->effective, c, (cx_access)access, unknown);
}

/* ---- whom a claim is about ---- */

static bool matches(cx_str glob, cx_str name)
{
    size_t i = 0, k = 0, star = SIZE_MAX, from = 0;
    while (k < name.n) {
        if (i < glob.n && glob.p[i] == '*') {
            star = i++;
            from = k;
        } else if (i < glob.n && glob.p[i] == name.p[k]) {
            i++;
            k++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            k = ++from;
        } else {
            return false;
        }
    }
    while (i < glob.n && glob.p[i] == '*') i++;
    return i == glob.n;
}

static bool is_in(const cx_strs *list, cx_str name, bool globs)
{
    for (size_t i = 0; i < list->n; i++)
        if (globs ? matches(list->items[i], name) : cx_str_eq(list->items[i], name)) return true;
    return false;
}

static bool is_meant(const cx_whom *whom, const cx_who *w)
{
    if (w->client.anonymous) return whom->anonymous;
    if (w->unknown) return whom->others;
    return whom->users || is_in(&whom->names, w->client.user, false) || is_in(&whom->globs, w->client.user, true);
}

static void note_strangers(struct proving *p, const cx_whom *whom)
{
    const cx_ground *g = p->g;
    for (size_t i = 0; i < whom->names.n; i++)
        if (cx_map_get(&g->subjects->names, whom->names.items[i]) == CX_MAP_NONE)
            cx_vec_add(&p->proof->strangers, whom->names.items[i]);
    for (size_t i = 0; i < whom->globs.n; i++) {
        bool some = false;
        for (size_t k = 0; k < g->subjects->names.n && !some; k++)
            some = matches(whom->globs.items[i], g->subjects->names.keys[k].key);
        if (!some) cx_vec_add(&p->proof->strangers, whom->globs.items[i]);
    }
}

static void add_who(struct proving *p, cx_who w)
{
    if (p->claim->clientid.p) {
        w.client.fresh = false;
        w.client.id = p->claim->clientid;
    }
    cx_vec_add(&p->whos, w);
}

/* The subjects that are meant, and those whom only the claim names. */
static void choose(struct proving *p)
{
    const cx_claim *c = p->claim;
    for (size_t i = 0; i < p->g->subjects->list.n; i++) {
        const cx_who *w = &p->g->subjects->list.items[i];
        if (is_meant(&c->whom, w) && !is_meant(&c->except, w)) add_who(p, *w);
    }
    cx_who nameless = {.client = {.anonymous = true, .fresh = true}};
    if (c->whom.anonymous && !c->whom.users && !cx_subjects_find(p->g->subjects, &nameless)) add_who(p, nameless);
    note_strangers(p, &c->whom);
    note_strangers(p, &c->except);
    for (size_t i = 0; i < c->whom.names.n; i++) {
        cx_str name = c->whom.names.items[i];
        cx_who w = {.client = {.user = name, .fresh = true}};
        if (cx_map_get(&p->g->subjects->names, name) == CX_MAP_NONE && !is_meant(&c->except, &w)) add_who(p, w);
    }
    p->proof->asked_of += p->whos.n;
}

/* ---- what it is about ---- */

/* DOLLAR: a variable at the beginning may stand for '$'. */
static cx_set filters_as(struct proving *p, const cx_strs *filters, const cx_client *c, cx_set_of how, bool dollar)
{
    cx_sets *s = p->g->space;
    CX_VEC(cx_str) texts = {0};
    for (size_t i = 0; i < filters->n; i++) {
        cx_str text = cx_with_variables(filters->items[i], c, cx_sets_arena(s));
        if (!text.p || cx_filter_check(text).error != CX_FILTER_OK) continue;
        if (dollar || text.p[0] != '$' || filters->items[i].p[0] == '$') cx_vec_add(&texts, text);
    }
    cx_set set = cx_set_of_filters(s, texts.items, texts.n, how);
    cx_vec_clear(&texts);
    return set;
}

/* The topics, or the filters of subscriptions, that a claim is about. That a subscription is allowed is said of the
 * filters themselves; that it is not, of all that they cover. That something is allowed is said of a variable as of a
 * wildcard: at the beginning it does not stand for '$', where brokers have rules of their own. */
static cx_set region(struct proving *p, const cx_client *c, unsigned access)
{
    bool filters = access == CX_CLAIM_SUBSCRIBE || access == CX_CLAIM_UNSUBSCRIBE;
    cx_set_of how = !filters ? CX_SET_TOPICS : p->claim->kind == CX_CLAIM_MAY ? CX_SET_ITSELF : CX_SET_COVERED;
    cx_set all = filters_as(p, &p->claim->filters, c, how, p->claim->kind != CX_CLAIM_MAY);
    cx_set but = filters_as(p, &p->claim->but, c, filters ? CX_SET_COVERED : CX_SET_TOPICS, true);
    return cx_set_difference(p->g->space, all, but);
}

/* MOST: what a plug-in decides, too. */
static cx_set allowed(struct proving *p, const cx_client *c, unsigned access, bool most)
{
    cx_set unknown, set = cx_ground_allowed(p->g, c, access, &unknown);
    return most ? cx_set_union(p->g->space, set, unknown) : set;
}

static void note(struct proving *p, const cx_client *c, unsigned access, cx_set set)
{
    if (!p->g->asked || set == CX_SET_NONE) return;
    cx_asked_set a = {*c, access, set};
    cx_vec_add(p->g->asked, a);
}

static void add(struct proving *p, const cx_who *w, const cx_client *c, unsigned access, bool is_allowed, cx_set set)
{
    cx_counterexample x = {.claim = p->claim,
                           .who = {*c, w->unknown && cx_str_eq(c->user, w->client.user)},
                           .access = access,
                           .allowed = is_allowed,
                           .set = set};
    cx_vec_add(&p->proof->against, x);
}

static bool matters(const struct proving *p, const cx_client *c)
{
    return !p->g->matters || p->g->matters(p->g->matters_context, c);
}

/* The rules that answer it. */
static unsigned rules_of(unsigned access)
{
    return access & CX_CLAIM_REACH ? access | CX_ACCESS_READ | CX_ACCESS_SUBSCRIBE : access;
}

static void find_cases(struct proving *p, cx_cases *cases, const cx_who *w, cx_beside *beside)
{
    CX_VEC(cx_str) filters = {0};
    for (size_t i = 0; i < p->claim->filters.n; i++) cx_vec_add(&filters, p->claim->filters.items[i]);
    for (size_t i = 0; i < p->claim->but.n; i++) cx_vec_add(&filters, p->claim->but.items[i]);
    cx_case_question q = {.brokers = {p->g->broker},
                          .accesses = rules_of(p->claim->access),
                          .filters = filters.items,
                          .filter_count = filters.n,
                          .beside = beside};
    cx_cases_of(cases, p->g->space, w, &q);
    p->proof->slashes |= cases->slashes;
    p->proof->too_many |= cases->too_many;
    cx_vec_clear(&filters);
}

/* ---- may, may not, may only ---- */

/* False: it does not hold of this client. */
static bool prove_case(struct proving *p, const cx_who *w, const cx_client *c, unsigned access)
{
    cx_sets *s = p->g->space;
    cx_claim_kind kind = p->claim->kind;
    cx_set about = region(p, c, access), open = allowed(p, c, access, kind != CX_CLAIM_MAY), wrong;
    if (kind == CX_CLAIM_MAY) wrong = cx_set_difference(s, about, open);
    else if (kind == CX_CLAIM_MAY_NOT) wrong = cx_set_intersection(s, about, open);
    else wrong = cx_set_difference(s, open, about);
    note(p, c, access, kind == CX_CLAIM_MAY_ONLY ? cx_set_difference(s, cx_sets_universe(s), about) : about);
    if (wrong == CX_SET_NONE) return true;
    add(p, w, c, access, kind != CX_CLAIM_MAY, wrong);
    return false;
}

/* Of all cases of a subject the first one is shown that is wrong. */
static void prove_subject(struct proving *p, const cx_who *w, cx_cases *cases)
{
    if (!matters(p, &w->client)) return;
    find_cases(p, cases, w, NULL);
    for (unsigned access = 1; access <= CX_CLAIM_REACH; access *= 2)
        for (size_t i = 0; (p->claim->access & access) && i < cases->items.n; i++) {
            const cx_client *c = &cases->items.items[i];
            bool may_be = i == 0 || connects(p->g, c);
            if (may_be && !prove_case(p, w, c, access)) break;
        }
}

/* ---- never share ---- */

/* All that a subject may, whoever of its cases it is. */
static cx_set of_all_cases(struct proving *p, const cx_who *w, cx_cases *cases)
{
    cx_sets *s = p->g->space;
    cx_set all = CX_SET_NONE;
    find_cases(p, cases, w, &p->beside);
    for (size_t i = 0; i < cases->items.n; i++) {
        const cx_client *c = &cases->items.items[i];
        cx_set about = region(p, c, p->claim->access);
        note(p, c, p->claim->access, about);
        all = cx_set_union(s, all, cx_set_intersection(s, about, allowed(p, c, p->claim->access, true)));
    }
    return all;
}

/* The case of a subject that may something of a set. */
static cx_who who_of_cases(struct proving *p, const cx_who *w, cx_cases *cases, cx_set *some)
{
    find_cases(p, cases, w, &p->beside);
    for (size_t i = 0; i < cases->items.n; i++) {
        const cx_client *c = &cases->items.items[i];
        cx_set set = cx_set_intersection(p->g->space, *some, allowed(p, c, p->claim->access, true));
        if (set == CX_SET_NONE) continue;
        *some = set;
        return (cx_who){*c, w->unknown && cx_str_eq(c->user, w->client.user)};
    }
    return *w;
}

/* One subject after the other, against all before it; of those the first is shown. */
static void prove_share(struct proving *p, cx_cases *cases)
{
    cx_sets *s = p->g->space;
    cx_set so_far = CX_SET_NONE;
    CX_VEC(cx_set) sets = {0};
    for (size_t i = 0; i < p->whos.n && !cx_sets_full(s); i++) {
        cx_set own = of_all_cases(p, &p->whos.items[i], cases);
        bool shares = cx_set_intersection(s, so_far, own) != CX_SET_NONE;
        for (size_t k = 0; k < i && shares; k++) {
            cx_set both = cx_set_intersection(s, sets.items[k], own);
            const cx_who *first = &p->whos.items[k], *second = &p->whos.items[i];
            if (both == CX_SET_NONE || !(matters(p, &first->client) || matters(p, &second->client))) continue;
            cx_counterexample x = {.claim = p->claim, .access = p->claim->access, .allowed = true};
            x.who = who_of_cases(p, first, cases, &both);
            x.other = who_of_cases(p, second, cases, &both);
            x.set = both;
            cx_vec_add(&p->proof->against, x);
            break;
        }
        cx_vec_add(&sets, own);
        so_far = cx_set_union(s, so_far, own);
    }
    cx_vec_clear(&sets);
}

/* ---- gains and loses nothing ---- */

static const cx_other *find_other(const struct proving *p)
{
    for (size_t i = 0; i < p->g->other_count; i++)
        if (strcmp(p->g->others[i].path, p->claim->other) == 0) return &p->g->others[i];
    cx_bug("a claim about a policy that was not opened");
}

static void prove_change(struct proving *p, const cx_who *w, const cx_other *o)
{
    bool gain = p->claim->kind == CX_CLAIM_NO_GAIN, gets_in = connects(p->g, &w->client);
    bool has_subject = cx_subjects_find(o->subjects, w) || (cx_subjects_any(o->subjects) && !w->client.anonymous);
    cx_changes changes = {0};
    if (!matters(p, &w->client)) return;
    for (unsigned access = CX_CLAIM_READ; access <= CX_CLAIM_SUBSCRIBE; access *= 2)
        note(p, &w->client, access, cx_sets_universe(p->g->space));
    cx_diff_client(p->g->space, (cx_side){has_subject ? o->effective : NULL, o->broker},
                   (cx_side){gets_in ? p->g->effective : NULL, p->g->broker}, w, &changes);
    for (size_t i = 0; i < changes.items.n; i++) {
        const cx_change *x = &changes.items.items[i];
        if (x->gained == gain) add(p, w, &x->client, x->access, gain, x->set);
    }
    p->proof->slashes |= changes.slashes;
    p->proof->too_many |= changes.too_many;
    p->proof->unknown |= changes.unknown;
    cx_vec_clear(&changes.items);
}

void cx_prove(cx_ground *g, const cx_claim *claim, cx_proof *proof)
{
    struct proving p = {.g = g, .claim = claim, .proof = proof};
    cx_cases cases = {0};
    choose(&p);
    p.beside.whos = &p.whos;
    if (claim->kind == CX_CLAIM_NO_SHARE) {
        prove_share(&p, &cases);
    } else {
        for (size_t i = 0; i < p.whos.n && !cx_sets_full(g->space); i++) {
            if (claim->kind <= CX_CLAIM_MAY_ONLY) prove_subject(&p, &p.whos.items[i], &cases);
            else prove_change(&p, &p.whos.items[i], find_other(&p));
        }
    }
    cx_cases_clear(&cases);
    cx_beside_clear(&p.beside);
    cx_vec_clear(&p.whos);
}

void cx_proof_clear(cx_proof *p)
{
    cx_vec_clear(&p->against);
    cx_vec_clear(&p->strangers);
}
