/* Roles that decide nothing: for everybody who has one, the roles asked before it decide all it is about. Exact, through
 * topic sets. */
#include "analysis/effective.h"
#include "analysis/rules.h"
#include "lint/dynsec_say.h"

/* Rules that are looked at, and nodes: what is larger is left alone. */
enum { WORK_MAX = 500000, SPACE = 200000 };

static const cx_access accesses[CX_ACCESS_KINDS] = {CX_ACCESS_READ, CX_ACCESS_WRITE, CX_ACCESS_SUBSCRIBE,
                                                    CX_ACCESS_UNSUBSCRIBE};

/* What is known of a role. */
struct role {
    bool speaks, decides;  /* its ACLs are about something; of that something is left to it */
    const cx_list *before; /* one that is asked before it */
    bool known[CX_ACCESS_KINDS];
    cx_set about[CX_ACCESS_KINDS]; /* what it decides, when its ACLs have no variables */
};

struct looking {
    const cx_policy *p;
    cx_sets *space;
    cx_filters filters;
    struct role *roles; /* by list */
    size_t work;
};

static cx_set decided_by(struct looking *k, const cx_list *list, const cx_client *c, unsigned access)
{
    struct role *r = &k->roles[list - k->p->lists.items];
    if (r->known[access]) return r->about[access];
    k->work += list->count;
    cx_decided d = cx_list_decides(k->space, k->p, list, c, accesses[access], k->filters);
    r->about[access] = cx_set_union(k->space, d.allow, d.deny);
    r->known[access] = !cx_list_has_variables(k->p, list, accesses[access]);
    return r->about[access];
}

/* The roles of one holder, in the order they are asked. */
static void look(struct looking *k, const cx_holder *h, const cx_client *c)
{
    cx_set before[CX_ACCESS_KINDS] = {CX_SET_NONE, CX_SET_NONE, CX_SET_NONE, CX_SET_NONE};
    const cx_list *first = NULL;
    cx_asking asking = cx_ask_lists(k->p, h);
    for (const cx_list *list; (list = cx_next_list(k->p, &asking)) && k->work < WORK_MAX;) {
        struct role *r = &k->roles[list - k->p->lists.items];
        if (list->count == 0) continue;
        for (unsigned i = 0; i < CX_ACCESS_KINDS; i++) {
            cx_set own = decided_by(k, list, c, i), all = cx_set_union(k->space, before[i], own);
            r->speaks |= own != CX_SET_NONE;
            r->decides |= all != before[i];
            before[i] = all;
        }
        if (!r->before) r->before = first;
        if (!first) first = list;
        k->work++;
    }
}

static bool all_decide(const struct looking *k, const cx_holder *h)
{
    cx_asking asking = cx_ask_lists(k->p, h);
    for (const cx_list *list; (list = cx_next_list(k->p, &asking));)
        if (!k->roles[list - k->p->lists.items].decides) return false;
    return true;
}

static void say(cx_dynsec_linting *c, const struct looking *k, size_t number, cx_targets target)
{
    const cx_dynsec_role *role = &c->d->roles.items[k->p->lists.items[number].holder];
    const cJSON *name = cJSON_GetObjectItem(role->item, "rolename");
    for (size_t i = c->said.n; i-- > 0;)
        if (c->said.items[i].rule == CX_RULE_DYNSEC_ROLE_WITHOUT_EFFECT && c->said.items[i].item == name) {
            c->said.items[i].targets |= target;
            return;
        }
    cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_ROLE_WITHOUT_EFFECT, name,
                           "the role '%.*s' decides nothing for those who have it", (int)role->name.n, role->name.p);
    s->targets = target;
    s->note = cx_str_of("all its ACLs are about what roles asked before it decide");
    const cx_dynsec_role *wins = &c->d->roles.items[k->roles[number].before->holder];
    s->other = cJSON_GetObjectItem(wins->item, "rolename");
    s->other_note =
        cx_arena_printf(&c->lint->arena, "the role '%.*s' is asked before it", (int)wins->name.n, wins->name.p);
    s->help = cx_str_of("give it a higher priority where it shall win, or take it away");
}

static void lint_release(cx_dynsec_linting *c, const cx_release *release)
{
    cx_policy p;
    cx_policy_from_dynsec(&p, (cx_dynsec *const[]){c->d}, 1, release);
    struct looking k = {.p = &p, .space = cx_sets_new(SPACE)};
    k.filters.wildcards = cx_set_intersection(k.space, CX_SET_WILD, cx_sets_universe(k.space));
    k.roles = cx_calloc(p.lists.n + 1, sizeof *k.roles);
    for (size_t i = 0; i < p.holders.n && k.work < WORK_MAX; i++) {
        const cx_holder *h = &p.holders.items[i];
        cx_client client = {.user = cx_policy_names(&p)->keys[i].key, .fresh = true};
        if (p.clients.items[i] && p.clients.items[i]->id.n) client.fresh = false, client.id = p.clients.items[i]->id;
        if (h->list_count != CX_HOLDER_NOBODY && !all_decide(&k, h)) look(&k, h, &client);
    }
    cx_client anonymous = {.anonymous = true, .fresh = true};
    look(&k, &p.anonymous, &anonymous);
    bool done = k.work < WORK_MAX && !cx_sets_full(k.space);
    for (size_t i = 0; i < p.lists.n && done; i++)
        if (k.roles[i].speaks && !k.roles[i].decides) say(c, &k, i, CX_TARGET_BIT(release));
    free(k.roles);
    cx_sets_free(k.space);
    cx_policy_clear(&p);
}

void cx_lint_dynsec_roles(cx_dynsec_linting *c)
{
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        if (c->targets & CX_TARGET_BIT(&cx_releases[i])) lint_release(c, &cx_releases[i]);
}
