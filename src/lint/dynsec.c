/* Rules about a dynamic-security.json: its defaults, clients, groups and roles. */
#include "lint/dynsec_say.h"
#include "topic/topic.h"

enum { ITERATIONS = 1000, ITERATIONS_OLD = 101, ADMINS = 3 };

/* ---- members ---- */

static const cJSON *member(const cJSON *object, const char *name) { return cJSON_GetObjectItem(object, name); }

static const cJSON *name_of(const cJSON *entry, const char *name)
{
    const cJSON *value = member(entry, name);
    return value ? value : entry;
}

static bool is_true(const cx_dynsec *d, unsigned access) { return d->defaults[access] == CX_DYNSEC_TRUE; }

static const cJSON *default_item(const cx_dynsec *d, const char *name)
{
    const cJSON *defaults = member(d->tree, "defaultACLAccess");
    return defaults ? name_of(defaults, name) : d->tree;
}

enum { SEND, RECEIVE, SUBSCRIBE };

/* ---- defaults ---- */

static void judge_defaults(cx_dynsec_linting *c)
{
    cx_dynsec *d = c->d;
    if (is_true(d, SEND)) {
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_OPEN_DEFAULT, default_item(d, "publishClientSend"),
                               "every client may publish to every topic");
        s->note = cx_str_of("the default counts where no ACL of the client's roles says otherwise");
        s->help = cx_str_of("\"publishClientSend\": false, and roles that allow what is needed");
    }
    if (is_true(d, SUBSCRIBE) && is_true(d, RECEIVE)) {
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_OPEN_DEFAULT, default_item(d, "subscribe"),
                               "every client may subscribe to every topic, and receives it");
        s->note = cx_str_of("the default counts where no ACL of the client's roles says otherwise");
        s->help = cx_str_of("\"subscribe\": false, and roles that allow what is needed");
    }
}

static bool ordinary(cx_str topic) { return topic.n && topic.p[0] != '$' && !cx_str_is(topic, "#"); }

/* With receive allowed by default, an ACL that allows it limits nothing. */
static void judge_receive(cx_dynsec_linting *c)
{
    cx_dynsec *d = c->d;
    if (!is_true(d, RECEIVE)) return;
    for (size_t i = 0; i < d->acls.n; i++) {
        const cx_dynsec_acl *a = &d->acls.items[i];
        if (a->type != CX_DYNSEC_RECEIVE || !a->allow || !ordinary(a->topic)) continue;
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_RECEIVE_NOT_ENFORCED, name_of(a->item, "topic"),
                               "'%.*s' is not all that clients with this role receive", (int)a->topic.n, a->topic.p);
        s->other = default_item(d, "publishClientReceive");
        s->other_note = cx_str_of("publishClientReceive is true by default, so nothing needs to be allowed");
        s->note = cx_str_of("what a client receives is up to its subscriptions alone");
        s->help = cx_str_of("\"publishClientReceive\": false in defaultACLAccess, when these ACLs shall count");
        return;
    }
}

/* ---- who holds roles ---- */

struct holders {
    bool *used, *group_used;
    uint32_t *clients; /* by number of the role's name: how many hold it, through groups too */
};

static const cx_dynsec_ref *refs(const cx_dynsec *d, uint32_t first) { return d->refs.items + first; }

static bool is_anonymous_group(const cx_dynsec *d, const cx_dynsec_group *g)
{
    return d->anonymous_group.p && cx_str_eq(d->anonymous_group, g->name);
}

static void count_holders(const cx_dynsec *d, struct holders *h)
{
    h->used = cx_calloc(d->role_names.map.n + 1, sizeof *h->used);
    h->clients = cx_calloc(d->role_names.map.n + 1, sizeof *h->clients);
    for (size_t i = 0; i < d->clients.n; i++)
        for (uint32_t k = 0; k < d->clients.items[i].role_count; k++) {
            uint32_t role = refs(d, d->clients.items[i].first_role)[k].number;
            h->used[role] = true;
            h->clients[role]++;
        }
    for (size_t i = 0; i < d->groups.n; i++)
        for (uint32_t k = 0; k < d->groups.items[i].role_count; k++) {
            uint32_t role = refs(d, d->groups.items[i].first_role)[k].number;
            h->used[role] = true;
            h->clients[role] += d->groups.items[i].member_count;
        }
}

static void judge_unused(cx_dynsec_linting *c, const struct holders *h)
{
    cx_dynsec *d = c->d;
    for (size_t i = 0; i < d->roles.n && !cx_findings_full(&d->findings, false); i++) {
        const cx_dynsec_role *r = &d->roles.items[i];
        if (h->used[r->number]) continue;
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_UNUSED, name_of(r->item, "rolename"),
                               "no client and no group has the role '%.*s'", (int)r->name.n, r->name.p);
        s->help = cx_str_of("give it to somebody, or take it away");
    }
    for (size_t i = 0; i < d->groups.n && !cx_findings_full(&d->findings, false); i++) {
        const cx_dynsec_group *g = &d->groups.items[i];
        if (g->member_count || is_anonymous_group(d, g)) continue;
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_UNUSED, name_of(g->item, "groupname"), "nobody is in the group '%.*s'",
                               (int)g->name.n, g->name.p);
        s->help = cx_str_of("put clients into it, or take it away");
    }
}

/* ---- administrators ---- */

static bool administers(const cx_dynsec *d, const cx_dynsec_role *r, const cx_dynsec_acl **acl)
{
    for (uint32_t i = r->first_acl; i < r->first_acl + r->acl_count; i++) {
        const cx_dynsec_acl *a = &d->acls.items[i];
        if (a->type != CX_DYNSEC_SEND || !a->allow || a->malformed) continue;
        *acl = a;
        if (cx_filter_match(a->topic, CX_STR("$CONTROL/dynamic-security/v1"))) return true;
    }
    return false;
}

static bool holds(const cx_dynsec *d, uint32_t first, uint32_t count, const bool *admin)
{
    for (uint32_t i = 0; i < count; i++)
        if (admin[refs(d, first)[i].number]) return true;
    return false;
}

/* Whether some client who can log in is an administrator, itself or by a group. */
static bool any_admin(const cx_dynsec *d, const bool *admin)
{
    bool *member = cx_calloc(d->client_names.map.n + 1, sizeof *member), any = false;
    for (size_t i = 0; i < d->groups.n; i++) {
        const cx_dynsec_group *g = &d->groups.items[i];
        if (!holds(d, g->first_role, g->role_count, admin)) continue;
        for (uint32_t k = 0; k < g->member_count; k++) member[refs(d, g->first_member)[k].number] = true;
    }
    for (size_t i = 0; i < d->clients.n && !any; i++) {
        const cx_dynsec_client *client = &d->clients.items[i];
        bool by_role = holds(d, client->first_role, client->role_count, admin);
        any = client->logins && !client->disabled && (by_role || member[client->number]);
    }
    free(member);
    return any;
}

static void judge_admins(cx_dynsec_linting *c, const struct holders *h)
{
    cx_dynsec *d = c->d;
    bool *admin = cx_calloc(d->role_names.map.n + 1, sizeof *admin);
    for (size_t i = 0; i < d->roles.n; i++) {
        const cx_dynsec_role *r = &d->roles.items[i];
        const cx_dynsec_acl *a = NULL;
        if (!administers(d, r, &a)) continue;
        admin[r->number] = true;
        if (h->clients[r->number] <= ADMINS) continue;
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_CONTROL_GRANTED, name_of(a->item, "topic"),
                               "%u clients administer the broker by the role '%.*s'", h->clients[r->number],
                               (int)r->name.n, r->name.p);
        s->severity = CX_WARNING;
        s->note = cx_str_of("each of them can give itself and others everything");
        s->help = cx_str_of("keep $CONTROL in a role of its own, for administrators");
    }
    for (size_t i = 0; i < d->groups.n; i++) {
        const cx_dynsec_group *g = &d->groups.items[i];
        if (!is_anonymous_group(d, g) || !holds(d, g->first_role, g->role_count, admin)) continue;
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_CONTROL_GRANTED, name_of(g->item, "groupname"),
                               "clients without a user name administer the broker");
        s->note = cx_str_of("the anonymous group has a role that may publish to $CONTROL/dynamic-security");
    }
    if (!any_admin(d, admin)) {
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_NO_ADMIN, d->tree, "nobody can administer the broker");
        s->note = cx_str_of(
            "no client that can log in may publish to $CONTROL/dynamic-security/v1, and the defaults never allow that");
        s->help =
            cx_str_of("give an administrator a role that allows publishClientSend to $CONTROL/dynamic-security/#");
    }
    free(admin);
}

/* ---- clients without a name ---- */

static bool anonymous_may_connect(const cx_lint *l)
{
    for (size_t i = 0; i < l->start.doors.n; i++)
        if (l->start.doors.items[i]->serving.anonymous == CX_YES) return true;
    return false;
}

static const cx_dynsec_acl *sends_everything(const cx_dynsec *d, const cx_dynsec_group *g)
{
    for (uint32_t k = 0; k < g->role_count; k++)
        for (size_t i = 0; i < d->roles.n; i++) {
            const cx_dynsec_role *r = &d->roles.items[i];
            if (r->number != refs(d, g->first_role)[k].number) continue;
            for (uint32_t n = r->first_acl; n < r->first_acl + r->acl_count; n++)
                if (d->acls.items[n].type == CX_DYNSEC_SEND && d->acls.items[n].allow &&
                    cx_str_is(d->acls.items[n].topic, "#"))
                    return &d->acls.items[n];
        }
    return NULL;
}

static void judge_anonymous(cx_dynsec_linting *c)
{
    cx_dynsec *d = c->d;
    bool found = false;
    for (size_t i = 0; i < d->groups.n; i++) {
        const cx_dynsec_group *g = &d->groups.items[i];
        if (!is_anonymous_group(d, g)) continue;
        found = true;
        const cx_dynsec_acl *a = sends_everything(d, g);
        if (!a) continue;
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_ANONYMOUS_GROUP, name_of(g->item, "groupname"),
                               "clients without a user name may publish everything");
        s->other = a->item;
        s->other_note = cx_str_of("an ACL of a role that the anonymous group has");
        s->help = cx_str_of("give the anonymous group a role of its own, with the topics that are for everybody");
    }
    if (found || !c->lint->has_conf || !anonymous_may_connect(c->lint)) return;
    cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_ANONYMOUS_GROUP, d->tree,
                           "clients without a user name may connect, and there is no anonymous group");
    s->severity = CX_ADVICE;
    s->note = cx_str_of("they get what the defaults allow");
    s->help = cx_str_of("name one with \"anonymousGroup\", or set allow_anonymous false");
}

/* ---- clients ---- */

static void judge_bindings(cx_dynsec_linting *c)
{
    cx_dynsec *d = c->d;
    cx_map ids = {0};
    CX_VEC(uint32_t) first = {0};
    for (size_t i = 0; i < d->clients.n; i++) {
        const cx_dynsec_client *client = &d->clients.items[i];
        if (!client->id.p || client->id.n == 0) continue;
        uint32_t number = cx_map_put(&ids, client->id);
        if (number == first.n) {
            cx_vec_add(&first, (uint32_t)i);
            continue;
        }
        const cx_dynsec_client *other = &d->clients.items[first.items[number]];
        cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_UNBOUND_CLIENTID, name_of(client->item, "clientid"),
                               "two clients are bound to the client id '%.*s'", (int)client->id.n, client->id.p);
        s->other = name_of(other->item, "clientid");
        s->other_note = cx_arena_printf(&c->lint->arena, "client '%.*s'", (int)other->name.n, other->name.p);
        s->note = cx_str_of("each of them disconnects the other, and takes its session over");
    }
    cx_map_clear(&ids);
    cx_vec_clear(&first);
}

static void judge_hashes(cx_dynsec_linting *c)
{
    const cJSON *first = NULL;
    double fewest = ITERATIONS;
    size_t count = 0;
    for (size_t i = 0; i < c->d->clients.n; i++) {
        const cJSON *iterations = member(c->d->clients.items[i].item, "iterations");
        if (!cJSON_IsNumber(iterations) || iterations->valuedouble >= ITERATIONS || iterations->valuedouble < 1)
            continue;
        if (!first) first = iterations;
        if (iterations->valuedouble < fewest) fewest = iterations->valuedouble;
        count++;
    }
    if (!first) return;
    cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_WEAK_HASH, first, "%zu password%s %s quickly guessed, with %d iterations",
                           count, count == 1 ? "" : "s", count == 1 ? "is" : "are", (int)fewest);
    if (fewest >= ITERATIONS_OLD) s->severity = CX_ADVICE;
    s->note = cx_str_of("101 is what 2.0 makes; 2.1 makes 1000");
    s->help = cx_str_of("set the passwords anew on 2.1");
}

static void judge_wildcards(cx_dynsec_linting *c)
{
    cx_dynsec *d = c->d;
    cx_targets targets = c->targets & cx_rules[CX_RULE_DYNSEC_WILDCARD_FORBIDDEN].targets;
    for (size_t i = 0; targets && i < d->roles.n; i++) {
        const cx_dynsec_role *r = &d->roles.items[i];
        for (uint32_t n = r->first_acl; !r->wildcard_subs && n < r->first_acl + r->acl_count; n++) {
            const cx_dynsec_acl *a = &d->acls.items[n];
            if (a->type != CX_DYNSEC_SUBSCRIBE_LITERAL || !a->allow || !cx_has_wildcard(a->topic)) continue;
            cx_said *s = cx_say_of(c, CX_RULE_DYNSEC_WILDCARD_FORBIDDEN, name_of(a->item, "topic"),
                                   "the subscription '%.*s' is allowed and forbidden", (int)a->topic.n, a->topic.p);
            s->targets = targets;
            s->other = name_of(r->item, "allowwildcardsubs");
            s->other_note =
                cx_str_of("allowwildcardsubs false refuses every subscription with a wildcard, before all ACLs");
        }
    }
}

void cx_lint_dynsec(cx_lint *l, cx_named_file *file, const cx_release *release)
{
    cx_targets bit = CX_TARGET_BIT(release),
               targets = l->options->targets & (cx_targets)~cx_releases_where(CX_B_OWN_PLUGINS, CX_OWN_PLUGINS_NONE);
    bool newest = !(targets & (cx_targets) ~((bit << 1) - 1));
    if (!file->dynsec.tree || !newest) return; /* what is asked here is the same in every release */
    cx_dynsec_linting c = {.lint = l, .d = &file->dynsec, .targets = targets};
    struct holders h = {0};
    file->dynsec.findings.merge = false;
    count_holders(c.d, &h);
    judge_defaults(&c);
    judge_receive(&c);
    judge_unused(&c, &h);
    judge_admins(&c, &h);
    judge_anonymous(&c);
    judge_bindings(&c);
    judge_hashes(&c);
    judge_wildcards(&c);
    cx_lint_dynsec_acls(&c);
    cx_lint_dynsec_roles(&c);
    cx_say_all(&c);
    free(h.used);
    free(h.clients);
}
