/* A dynamic-security.json as decision lists, in the plug-in's own order (dynsec.md 2).
 *
 * A role is a list, in which each kind of access finds its ACLs in the order they are
 * looked at: by priority, those of one priority as they stand, and for subscriptions the
 * literal ones before the patterns whatever their priority. A client asks its roles and
 * then those of its groups. The files are loaded as the plug-in does it, entry by entry,
 * since which of two entries of one name is found depends on that.
 */
#include "base/chained.h"
#include "policy/policy.h"
#include "topic/topic.h"

/* How entries of one kind are found by name. */
enum how {
    BY_NUMBER, /* the first of each name is the only one kept, and there is one file: by its numbers of names */
    BY_NAME,   /* the same for several files */
    CHAINED,   /* all are kept, and a chained table says which one is found */
};

struct names {
    enum how how;
    CX_VEC(uint32_t) entries; /* of each number, of each name in the map, or of each one in the table; may be NONE */
    cx_map map;               /* BY_NAME */
    cx_chained table;         /* CHAINED */
};
enum { NONE = CX_MAP_NONE };

/* What refers to a role or a group, with what it is ordered by. */
struct placed {
    uint32_t number;
    int32_t priority;
    cx_str name;
};

struct membership {
    uint32_t client;
    struct placed group;
};

struct client {
    const cx_dynsec_client *entry;
    cx_lists lists; /* its own */
};

struct build {
    cx_policy *p;
    cx_targets bit;
    bool clamps, wraps; /* priorities */
    bool skips_empty;
    struct names roles, clients, groups;
    uint32_t rule_count;
    CX_VEC(cx_lists) group_entries; /* the lists of each */
    CX_VEC(struct client) client_entries;
    CX_VEC(struct membership) memberships;
    CX_VEC(struct placed) order; /* scratch */
    uint32_t anonymous;          /* the group of clients without a user name, or NONE */
};

static void names_clear(struct names *n)
{
    cx_vec_clear(&n->entries);
    cx_map_clear(&n->map);
    cx_chained_clear(&n->table);
}

/* NAME has this NUMBER in its file. */
static uint32_t names_find(const struct names *n, cx_str name, uint32_t number)
{
    if (n->how == BY_NAME) number = cx_map_get(&n->map, name);
    if (n->how == CHAINED) number = cx_chained_find(&n->table, name); /* CX_CHAINED_END is as large as NONE */
    return number < n->entries.n ? n->entries.items[number] : NONE;
}

static void names_add(struct names *n, cx_str name, uint32_t number, uint32_t entry)
{
    if (n->how == BY_NAME) number = cx_map_put(&n->map, name);
    if (n->how == CHAINED) {
        number = (uint32_t)n->entries.n;
        cx_chained_add(&n->table, name);
    }
    while (n->entries.n <= number) cx_vec_add(&n->entries, NONE);
    n->entries.items[number] = entry;
}

/* Whether an entry is kept at all. */
static bool keeps(const struct build *b, const struct names *n, cx_str name, uint32_t number)
{
    if (name.n == 0 && b->skips_empty) return false;
    return n->how == CHAINED || names_find(n, name, number) == NONE;
}

/* ---- priorities ---- */

static int32_t priority_of(const struct build *b, int32_t priority)
{
    if (!b->clamps) return priority;
    const int32_t most = CX_DYNSEC_PRIORITY_MAX;
    return priority > most ? most : priority < -most ? -most : priority;
}

/* How roles and groups are compared: above 0, A comes behind B. The difference wraps. */
static int32_t compare(const struct placed *a, const struct placed *b)
{
    int32_t difference = (int32_t)((uint32_t)b->priority - (uint32_t)a->priority);
    return difference ? difference : cx_str_cmp(a->name, b->name);
}

static int by_priority_and_name(const void *x, const void *y)
{
    const struct placed *a = x, *b = y;
    if (a->priority != b->priority) return a->priority > b->priority ? -1 : 1;
    return cx_str_cmp(a->name, b->name);
}

static int by_priority_and_number(const void *x, const void *y)
{
    const struct placed *a = x, *b = y;
    if (a->priority != b->priority) return a->priority > b->priority ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Where differences wrap there is no order, and what comes where depends on who came first: each is
 * put before the first one that compares above 0 with it. */
static void insert_each(struct placed *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct placed x = items[i];
        size_t at = 0;
        while (at < i && compare(&items[at], &x) <= 0) at++;
        memmove(items + at + 1, items + at, (i - at) * sizeof x);
        items[at] = x;
    }
}

static void sort_placed(const struct build *b, struct placed *items, size_t n)
{
    if (n < 2) return;
    int32_t least = items[0].priority, most = least;
    for (size_t i = 1; i < n; i++) {
        if (items[i].priority < least) least = items[i].priority;
        if (items[i].priority > most) most = items[i].priority;
    }
    if (b->wraps && (int64_t)most - least > INT32_MAX) insert_each(items, n);
    else qsort(items, n, sizeof *items, by_priority_and_name);
}

/* ---- roles ---- */

static const uint8_t access_of[CX_DYNSEC_TYPES] = {
    CX_ACCESS_WRITE,     CX_ACCESS_READ,        CX_ACCESS_SUBSCRIBE,
    CX_ACCESS_SUBSCRIBE, CX_ACCESS_UNSUBSCRIBE, CX_ACCESS_UNSUBSCRIBE,
};

static void add_rule(struct build *b, const cx_dynsec *d, uint32_t number, uint8_t document)
{
    const cx_dynsec_acl *acl = &d->acls.items[number];
    cx_rule r = {.filter = acl->topic.p, .filter_len = (uint32_t)acl->topic.n, .at = number, .document = document};
    r.outcome = acl->allow ? CX_ALLOW : CX_DENY;
    r.access = access_of[acl->type];
    bool variables = cx_behaves(b->p->release, CX_B_DYNSEC_VARIABLES) == CX_DYNSEC_VARIABLES_LEVEL;
    if (cx_dynsec_literal(acl->type)) {
        r.matcher = CX_MATCH_LITERAL;
    } else if (acl->malformed) {
        r.matcher = CX_MATCH_MALFORMED;
        cx_list *list = &b->p->lists.items[b->p->lists.n - 1];
        list->has_malformed = true;
    } else {
        r.literal = (uint16_t)cx_filter_literal(acl->topic);
        if (r.literal >= sizeof r.probe) memcpy(&r.probe, acl->topic.p + r.literal - sizeof r.probe, sizeof r.probe);
        r.matcher = variables && cx_str_has(acl->topic, '%') ? CX_MATCH_LEVEL_VARIABLES : CX_MATCH_FILTER;
    }
    b->p->rules[b->rule_count++] = r;
}

/* Of literal ACLs with one topic, which all are kept, a look-up finds one. */
static void keep_found(struct build *b, const cx_dynsec *d)
{
    cx_chained table = {0};
    for (size_t i = 0; i < b->order.n; i++) cx_chained_add(&table, d->acls.items[b->order.items[i].number].topic);
    size_t kept = 0;
    for (size_t i = 0; i < b->order.n; i++)
        if (cx_chained_find(&table, table.entries.items[i].key) == i) b->order.items[kept++] = b->order.items[i];
    b->order.n = kept;
    cx_chained_clear(&table);
}

/* The ACLs of one type, in the order they are looked at. */
static void add_type(struct build *b, const cx_dynsec *d, const cx_dynsec_role *role, unsigned type, uint8_t document)
{
    bool all = b->roles.how == CHAINED, again = false, sorted = true;
    b->order.n = 0;
    for (uint32_t i = role->first_acl; i < role->first_acl + role->acl_count; i++) {
        const cx_dynsec_acl *acl = &d->acls.items[i];
        if (acl->type != type || (acl->again && !all)) continue;
        struct placed x = {.number = i, .priority = priority_of(b, acl->priority)};
        sorted &= b->order.n == 0 || b->order.items[b->order.n - 1].priority >= x.priority;
        again |= acl->again;
        cx_vec_add(&b->order, x);
    }
    if (again && cx_dynsec_literal(type)) keep_found(b, d);
    if (!sorted) qsort(b->order.items, b->order.n, sizeof *b->order.items, by_priority_and_number);
    for (size_t i = 0; i < b->order.n; i++) add_rule(b, d, b->order.items[i].number, document);
}

static void load_roles(struct build *b, const cx_dynsec *d, uint8_t document)
{
    cx_policy *p = b->p;
    bool wildcards = cx_behaves(p->release, CX_B_DYNSEC_WILDCARD_SUBS) == CX_DYNSEC_WILDCARD_SUBS_YES;
    for (uint32_t i = 0; i < d->roles.n; i++) {
        const cx_dynsec_role *role = &d->roles.items[i];
        if (!keeps(b, &b->roles, role->name, role->number)) continue;
        cx_list list = {.first = b->rule_count, .holder = i, .kind = CX_LIST_ROLE, .document = document};
        names_add(&b->roles, role->name, role->number, (uint32_t)p->lists.n);
        cx_vec_add(&p->lists, list);
        if (wildcards && !role->wildcard_subs)
            p->rules[b->rule_count++] = (cx_rule){.filter = "",
                                                  .at = i,
                                                  .access = CX_ACCESS_SUBSCRIBE,
                                                  .outcome = CX_DENY,
                                                  .matcher = CX_MATCH_HAS_WILDCARD,
                                                  .document = document};
        for (unsigned type = 0; type < CX_DYNSEC_TYPES; type++) add_type(b, d, role, type, document);
        p->lists.items[p->lists.n - 1].count = b->rule_count - list.first;
    }
}

/* ---- clients and groups ---- */

/* Roles that are not there are left out. */
static cx_lists take_roles(struct build *b, const cx_dynsec *d, uint32_t first, uint32_t count, uint32_t group,
                           uint8_t document)
{
    cx_policy *p = b->p;
    b->order.n = 0;
    for (uint32_t i = first; i < first + count; i++) {
        const cx_dynsec_ref *ref = &d->refs.items[i];
        struct placed x = {names_find(&b->roles, ref->name, ref->number), priority_of(b, ref->priority), ref->name};
        if (x.number != NONE) cx_vec_add(&b->order, x);
    }
    sort_placed(b, b->order.items, b->order.n);
    cx_lists lists = {(uint32_t)p->refs.n, (uint32_t)b->order.n, group, document};
    for (size_t i = 0; i < b->order.n; i++) cx_vec_add(&p->refs, b->order.items[i].number);
    return lists;
}

static void load_clients(struct build *b, const cx_dynsec *d, uint8_t document)
{
    for (size_t i = 0; i < d->clients.n; i++) {
        const cx_dynsec_client *c = &d->clients.items[i];
        if (!(c->kept & b->bit) || !keeps(b, &b->clients, c->name, c->number)) continue;
        struct client entry = {c, take_roles(b, d, c->first_role, c->role_count, CX_NO_GROUP, document)};
        names_add(&b->clients, c->name, c->number, (uint32_t)b->client_entries.n);
        cx_vec_add(&b->client_entries, entry);
    }
}

static void load_groups(struct build *b, const cx_dynsec *d, uint8_t document)
{
    for (uint32_t i = 0; i < d->groups.n; i++) {
        const cx_dynsec_group *g = &d->groups.items[i];
        if (!keeps(b, &b->groups, g->name, g->number)) continue;
        cx_lists entry = take_roles(b, d, g->first_role, g->role_count, i, document);
        names_add(&b->groups, g->name, g->number, (uint32_t)b->group_entries.n);
        cx_vec_add(&b->group_entries, entry);
        uint32_t number = names_find(&b->groups, g->name, g->number); /* itself, but for one of several in a chain */
        for (uint32_t k = g->first_member; k < g->first_member + g->member_count; k++) {
            const cx_dynsec_ref *ref = &d->refs.items[k];
            struct membership m = {names_find(&b->clients, ref->name, ref->number),
                                   {number, priority_of(b, ref->priority), g->name}};
            if (m.client != NONE) cx_vec_add(&b->memberships, m);
        }
    }
    if (d->anonymous_group.p)
        b->anonymous = names_find(&b->groups, d->anonymous_group, cx_map_get(&d->group_names.map, d->anonymous_group));
}

/* ---- who asks which lists ---- */

/* The memberships in the order of the clients; those of one client stay as they are. */
static uint32_t *memberships_by_client(struct build *b, struct placed **groups)
{
    size_t clients = b->client_entries.n, n = b->memberships.n;
    uint32_t *first = cx_calloc(clients + 2, sizeof *first);
    *groups = cx_calloc(n, sizeof **groups);
    for (size_t i = 0; i < n; i++) first[b->memberships.items[i].client + 2]++;
    for (size_t i = 2; i < clients + 2; i++) first[i] += first[i - 1];
    for (size_t i = 0; i < n; i++)
        (*groups)[first[b->memberships.items[i].client + 1]++] = b->memberships.items[i].group;
    return first;
}

/* Only a chained table has several groups of one name, and a client is in one of them. */
static size_t drop_repeated(const struct build *b, struct placed *groups, size_t n)
{
    if (b->groups.how != CHAINED || n < 2) return n;
    cx_map names = {0};
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (cx_map_put(&names, groups[i].name) == kept) groups[kept++] = groups[i];
    cx_map_clear(&names);
    return kept;
}

static cx_holder holder_of(struct build *b, cx_lists own, struct placed *groups, size_t n)
{
    cx_policy *p = b->p;
    n = drop_repeated(b, groups, n);
    if (n == 0 && own.count <= CX_HOLDER_LISTS) {
        cx_holder h = {.list_count = own.count};
        for (uint32_t i = 0; i < own.count; i++) h.lists[i] = p->refs.items[own.first + i];
        return h;
    }
    cx_holder h = {{(uint32_t)p->spans.n, (uint32_t)n + 1}, CX_HOLDER_SPANS};
    cx_vec_add(&p->spans, own);
    sort_placed(b, groups, n);
    for (size_t i = 0; i < n; i++) cx_vec_add(&p->spans, b->group_entries.items[groups[i].number]);
    return h;
}

static void add_holder(struct build *b, uint32_t entry, const uint32_t *first, struct placed *groups)
{
    const struct client *c = &b->client_entries.items[entry];
    cx_holder h = holder_of(b, c->lists, groups + first[entry], first[entry + 1] - first[entry]);
    cx_vec_add(&b->p->holders, h);
    cx_vec_add(&b->p->clients, c->entry);
}

/* One for every name that an entry has. */
static void make_holders(struct build *b, const cx_dynsec *file)
{
    cx_policy *p = b->p;
    struct placed *groups;
    uint32_t *first = memberships_by_client(b, &groups);
    if (b->clients.how != BY_NUMBER) {
        for (size_t i = 0; i < b->client_entries.n; i++) {
            cx_str name = b->client_entries.items[i].entry->name;
            if (cx_map_put(&p->users, name) == p->holders.n)
                add_holder(b, names_find(&b->clients, name, NONE), first, groups);
        }
    } else {
        static const cx_holder nobody = {.list_count = CX_HOLDER_NOBODY};
        p->names = &file->client_names.map;
        cx_vec_reserve(&p->holders, file->client_names.count);
        cx_vec_reserve(&p->clients, file->client_names.count);
        for (uint32_t i = 0; i < file->client_names.count; i++) {
            uint32_t entry = names_find(&b->clients, CX_STR_NONE, i);
            if (entry != NONE) {
                add_holder(b, entry, first, groups);
                continue;
            }
            cx_vec_add(&p->holders, nobody);
            cx_vec_add(&p->clients, NULL);
        }
    }
    free(first);
    free(groups);
    if (b->anonymous == NONE) return;
    p->anonymous = (cx_holder){{(uint32_t)p->spans.n, 1}, CX_HOLDER_SPANS};
    cx_vec_add(&p->spans, b->group_entries.items[b->anonymous]);
}

/* What is not allowed by default is left to whoever is asked next, and so is all that a user
 * asks whom the file does not name. */
static void set_defaults(cx_policy *p, const cx_dynsec *d, bool first)
{
    static const cx_access access[4] = {CX_ACCESS_WRITE, CX_ACCESS_READ, CX_ACCESS_SUBSCRIBE, CX_ACCESS_UNSUBSCRIBE};
    for (unsigned i = 0; i < 4; i++) {
        unsigned a = cx_access_index(access[i]);
        cx_default own = {d->defaults[i] == CX_DYNSEC_TRUE ? CX_ALLOW : CX_DEFER, CX_REASON_DEFAULT};
        p->defaults[CX_SUBJECT_UNKNOWN][a] = (cx_default){CX_DEFER, CX_REASON_UNKNOWN_USER};
        if (d->defaults[i] == CX_DYNSEC_ABSENT && !first) continue; /* what an earlier file says holds */
        p->defaults[CX_SUBJECT_USER][a] = p->defaults[CX_SUBJECT_ANONYMOUS][a] = own;
    }
    p->never_by_default = CX_STR("$CONTROL");
}

static void build_clear(struct build *b)
{
    names_clear(&b->roles);
    names_clear(&b->clients);
    names_clear(&b->groups);
    cx_vec_clear(&b->group_entries);
    cx_vec_clear(&b->client_entries);
    cx_vec_clear(&b->memberships);
    cx_vec_clear(&b->order);
}

void cx_policy_from_dynsec(cx_policy *p, cx_dynsec *const *files, unsigned count, const cx_release *release)
{
    *p = (cx_policy){.release = release, .document_count = count};
    struct build b = {.p = p, .bit = CX_TARGET_BIT(release), .anonymous = NONE};
    b.clamps = cx_behaves(release, CX_B_DYNSEC_PRIORITY) == CX_DYNSEC_PRIORITY_CLAMPED;
    b.wraps = !b.clamps;
    b.skips_empty = cx_behaves(release, CX_B_DYNSEC_EMPTY_NAME) == CX_DYNSEC_EMPTY_NAME_SKIPPED;
    b.roles.how = count > 1 ? BY_NAME : BY_NUMBER;
    if (cx_behaves(release, CX_B_DYNSEC_DUPLICATE) == CX_DYNSEC_DUPLICATE_CHAINED) b.roles.how = CHAINED;
    b.clients.how = b.groups.how = b.roles.how;
    size_t rules = 0;
    for (unsigned i = 0; i < count; i++) rules += files[i]->acls.n + files[i]->roles.n;
    p->rule_pages = cx_pages_new(rules, sizeof *p->rules);
    p->rules = p->rule_pages.p;
    for (unsigned i = 0; i < count; i++) {
        p->documents[i] = (cx_document){.dynsec = files[i], .source = files[i]->source};
        load_roles(&b, files[i], (uint8_t)i);
        load_clients(&b, files[i], (uint8_t)i);
        load_groups(&b, files[i], (uint8_t)i);
        set_defaults(p, files[i], i == 0);
    }
    make_holders(&b, files[0]);
    build_clear(&b);
}
