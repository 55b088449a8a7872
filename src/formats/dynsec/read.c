#include "formats/dynsec/dynsec.h"

#include <stdlib.h>
#include <strings.h>

#include "data/json_places.h"
#include "data/json_pool.h"
#include "formats/dynsec/reading.h"

static const char *const type_names[CX_DYNSEC_TYPES] = {"publishClientSend",  "publishClientReceive",
                                                        "subscribeLiteral",   "subscribePattern",
                                                        "unsubscribeLiteral", "unsubscribePattern"};

const char *cx_dynsec_type_name(cx_dynsec_type type) { return type_names[type]; }

/* ---- members ---- */

/* The members of an object by their numbers in its shape: of one name the first, NULL when it
 * is missing or has the wrong type. */
static void take_members(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *object,
                         const cJSON *out[CX_MEMBERS_MAX])
{
    unsigned seen = 0;
    for (unsigned i = 0; i < CX_MEMBERS_MAX; i++) out[i] = NULL;
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        unsigned i = item->string ? cx_shape_find(shape, item->string) : CX_MEMBERS_MAX;
        if (i == CX_MEMBERS_MAX) {
            cx_dynsec_unknown_member(r, shape, item);
            continue;
        }
        if (seen & 1u << i) {
            cx_dynsec_repeated_member(r, shape, item);
            continue;
        }
        seen |= 1u << i;
        if (cx_json_has_type(item, shape->members[i].type)) out[i] = item;
        else cx_dynsec_wrong_type(r, shape, i, item);
    }
}

static cx_str text_of(const cJSON *item) { return item ? cx_str_of(item->valuestring) : CX_STR_NONE; }

/* Whether an element of a list is an object with a name; what is not is skipped. */
static bool take_entry(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *entry,
                       const cJSON *out[CX_MEMBERS_MAX])
{
    if (!cJSON_IsObject(entry)) {
        cx_dynsec_skipped(r, shape, entry);
        return false;
    }
    take_members(r, shape, entry, out);
    if (!out[0]) {
        cx_dynsec_skipped(r, shape, entry);
        return false;
    }
    bool entry_of_its_own = shape != &cx_shape_acl && shape != &cx_shape_role_ref && shape != &cx_shape_member;
    if (entry_of_its_own && out[0]->valuestring[0] == '\0') cx_dynsec_empty_name(r, shape, out[0]);
    return true;
}

/* Puts the name among those of its kind; says when it is there already. Its number. */
static uint32_t take_name(cx_dynsec_reading *r, const cx_shape *shape, struct cx_dynsec_names *names, const cJSON *name)
{
    uint32_t number = cx_map_put(&names->map, text_of(name));
    if (number < names->count) cx_dynsec_duplicate(r, shape, name);
    else names->count++;
    return number;
}

/* ---- lists of names with priorities ---- */

enum { OF_ROLES, OF_CLIENTS };

/* Whether the list at hand has the name already; what refers to one twice counts the first time. */
static bool named_before(cx_dynsec_reading *r, int kind, uint32_t number)
{
    while (r->in_list[kind].n <= number) cx_vec_add(&r->in_list[kind], 0);
    uint32_t *list = &r->in_list[kind].items[number];
    if (*list == r->list) return true;
    *list = r->list;
    return false;
}

static void take_ref(cx_dynsec_reading *r, const cJSON *entry, const cx_shape *shape, struct cx_dynsec_names *known)
{
    const cJSON *m[CX_MEMBERS_MAX];
    int kind = shape == &cx_shape_member ? OF_CLIENTS : OF_ROLES;
    if (!take_entry(r, shape, entry, m)) return;
    const cJSON *priority = m[CX_REF_PRIORITY];
    cx_dynsec_ref ref = {text_of(m[CX_REF_NAME]), priority ? priority->valueint : -1, 0};
    ref.number = cx_map_put(&known->map, ref.name);
    if (priority) cx_dynsec_priority(r, priority, true);
    if (ref.number >= known->count)
        cx_dynsec_unknown_reference(r, m[CX_REF_NAME], kind == OF_CLIENTS ? "client" : "role", known);
    if (named_before(r, kind, ref.number)) cx_dynsec_duplicate(r, shape, m[CX_REF_NAME]);
    else cx_vec_add(&r->d->refs, ref);
}

/* A list of references; the number of them goes to *COUNT. */
static uint32_t take_refs(cx_dynsec_reading *r, const cJSON *list, const cx_shape *shape, uint32_t *count)
{
    uint32_t first = (uint32_t)r->d->refs.n;
    const cJSON *entry;
    r->list++;
    cJSON_ArrayForEach(entry, list)
        take_ref(r, entry, shape, shape == &cx_shape_member ? &r->d->client_names : &r->d->role_names);
    *count = (uint32_t)r->d->refs.n - first;
    return first;
}

/* ---- roles ---- */

enum { FEW = 16 };

static bool has_variable_level(cx_str filter)
{
    for (size_t i = 0; i + 1 < filter.n; i++)
        if (filter.p[i] == '%' && (filter.p[i + 1] == 'c' || filter.p[i + 1] == 'u') &&
            (i == 0 || filter.p[i - 1] == '/') && (i + 2 == filter.n || filter.p[i + 2] == '/'))
            return true;
    return false;
}

static void judge_topic(cx_dynsec_reading *r, cx_dynsec_acl *acl, const cJSON *topic)
{
    cx_filter_info info = cx_filter_check(acl->topic);
    acl->malformed = info.error != CX_FILTER_OK;
    if (acl->malformed) cx_dynsec_bad_filter(r, topic, info, cx_dynsec_literal(acl->type));
    else if (info.percent && !cx_dynsec_literal(acl->type) && has_variable_level(acl->topic))
        cx_dynsec_variable(r, topic);
}

/* Whether the role has an ACL of this type and topic already. */
static bool granted_before(const cx_dynsec *d, const cx_dynsec_role *role, cx_map *topics, const cx_dynsec_acl *acl)
{
    if (d->acls.n - role->first_acl < FEW) {
        for (size_t i = role->first_acl; i < d->acls.n; i++)
            if (d->acls.items[i].type == acl->type && cx_str_eq(d->acls.items[i].topic, acl->topic)) return true;
        return false;
    }
    if (d->acls.n - role->first_acl == FEW)
        for (size_t i = role->first_acl; i < d->acls.n; i++)
            cx_map_put(&topics[d->acls.items[i].type], d->acls.items[i].topic);
    size_t known = topics[acl->type].n;
    return cx_map_put(&topics[acl->type], acl->topic) < known;
}

static bool take_type(cx_dynsec_reading *r, const cJSON *name, bool allow, uint8_t *type)
{
    for (unsigned i = 0; i < CX_DYNSEC_TYPES; i++) {
        if (strcasecmp(name->valuestring, type_names[i]) != 0) continue;
        *type = (uint8_t)i;
        return true;
    }
    cx_dynsec_unknown_type(r, name, allow);
    return false;
}

static void take_acl(cx_dynsec_reading *r, const cx_dynsec_role *role, cx_map *topics, const cJSON *entry,
                     uint32_t place)
{
    const cJSON *m[CX_MEMBERS_MAX];
    if (!take_entry(r, &cx_shape_acl, entry, m)) return;
    cx_dynsec_acl acl = {.item = entry, .topic = text_of(m[CX_ACL_MEMBER_TOPIC]), .place = place};
    acl.allow = m[CX_ACL_MEMBER_ALLOW] && cJSON_IsTrue(m[CX_ACL_MEMBER_ALLOW]);
    if (!take_type(r, m[CX_ACL_MEMBER_TYPE], acl.allow, &acl.type)) return;
    if (acl.topic.n == 0) { /* none, or one that matches nothing and that 2.1 skips */
        cx_dynsec_skipped(r, &cx_shape_acl, entry);
        return;
    }
    if (m[CX_ACL_MEMBER_PRIORITY]) {
        acl.priority = m[CX_ACL_MEMBER_PRIORITY]->valueint;
        cx_dynsec_priority(r, m[CX_ACL_MEMBER_PRIORITY], false);
    }
    judge_topic(r, &acl, m[CX_ACL_MEMBER_TOPIC]);
    acl.again = granted_before(r->d, role, topics, &acl);
    if (acl.again) cx_dynsec_duplicate(r, &cx_shape_acl, entry);
    cx_vec_add(&r->d->acls, acl);
}

/* 2.0.11 copies these texts without a look at their type. */
static void judge_crash(cx_dynsec_reading *r, const cJSON *role)
{
    static const char *const texts[] = {"rolename", "textname", "textdescription"};
    for (size_t i = 0; i < 3; i++) {
        const cJSON *item = cJSON_GetObjectItem(role, texts[i]);
        if (item && !cJSON_IsString(item)) cx_dynsec_crash(r, item);
        if (!item && i == 0) return; /* skipped before */
    }
}

static void take_role(cx_dynsec_reading *r, const cJSON *entry, uint32_t number)
{
    const cJSON *m[CX_MEMBERS_MAX], *acl;
    if (cJSON_IsObject(entry)) judge_crash(r, entry);
    if (!take_entry(r, &cx_shape_role, entry, m)) return;
    cx_dynsec_role role = {
        .item = entry, .name = text_of(m[CX_ROLE_NAME]), .first_acl = (uint32_t)r->d->acls.n, .place = number};
    role.number = take_name(r, &cx_shape_role, &r->d->role_names, m[CX_ROLE_NAME]);
    if (m[CX_ROLE_WILDCARDS]) cx_dynsec_wildcards(r, m[CX_ROLE_WILDCARDS]);
    role.wildcard_subs = !m[CX_ROLE_WILDCARDS] || cJSON_IsTrue(m[CX_ROLE_WILDCARDS]);
    cx_map topics[CX_DYNSEC_TYPES] = {0};
    uint32_t place = 0;
    cJSON_ArrayForEach(acl, m[CX_ROLE_ACLS]) take_acl(r, &role, topics, acl, place++);
    for (int i = 0; i < CX_DYNSEC_TYPES; i++) cx_map_clear(&topics[i]);
    role.acl_count = (uint32_t)r->d->acls.n - role.first_acl;
    cx_vec_add(&r->d->roles, role);
}

/* ---- clients, groups ---- */

static void take_client(cx_dynsec_reading *r, const cJSON *entry, uint32_t number)
{
    (void)number;
    const cJSON *m[CX_MEMBERS_MAX];
    if (!take_entry(r, &cx_shape_client, entry, m)) return;
    cx_dynsec_client c = {.item = entry, .name = text_of(m[CX_CLIENT_NAME]), .id = text_of(m[CX_CLIENT_ID])};
    c.number = take_name(r, &cx_shape_client, &r->d->client_names, m[CX_CLIENT_NAME]);
    c.disabled = m[CX_CLIENT_DISABLED] && cJSON_IsTrue(m[CX_CLIENT_DISABLED]);
    cx_dynsec_judge_password(r, &c, m);
    c.first_role = take_refs(r, m[CX_CLIENT_ROLES], &cx_shape_role_ref, &c.role_count);
    cx_vec_add(&r->d->clients, c);
}

static void take_group(cx_dynsec_reading *r, const cJSON *entry, uint32_t number)
{
    (void)number;
    const cJSON *m[CX_MEMBERS_MAX];
    if (!take_entry(r, &cx_shape_group, entry, m)) return;
    cx_dynsec_group g = {.item = entry, .name = text_of(m[CX_GROUP_NAME])};
    g.number = take_name(r, &cx_shape_group, &r->d->group_names, m[CX_GROUP_NAME]);
    g.first_role = take_refs(r, m[CX_GROUP_ROLES], &cx_shape_role_ref, &g.role_count);
    g.first_member = take_refs(r, m[CX_GROUP_CLIENTS], &cx_shape_member, &g.member_count);
    cx_vec_add(&r->d->groups, g);
}

/* ---- the file ---- */

static void take_defaults(cx_dynsec_reading *r, const cJSON *defaults)
{
    const cJSON *m[CX_MEMBERS_MAX];
    if (!defaults) return;
    take_members(r, &cx_shape_defaults, defaults, m);
    for (unsigned i = 0; i < 4; i++)
        if (m[i]) r->d->defaults[i] = cJSON_IsTrue(m[i]) ? CX_DYNSEC_TRUE : CX_DYNSEC_FALSE;
}

/* A list of the root. False: it is there and no list, so that what comes after it is not
 * loaded either. */
static bool take_list(cx_dynsec_reading *r, const cJSON *root, const char *name, const char *lost,
                      void take(cx_dynsec_reading *r, const cJSON *entry, uint32_t number))
{
    const cJSON *list = cJSON_GetObjectItem(root, name), *entry;
    if (list && !cJSON_IsArray(list)) {
        cx_dynsec_not_loaded(r, list, lost);
        return false;
    }
    uint32_t number = 0;
    cJSON_ArrayForEach(entry, list) take(r, entry, number++);
    return true;
}

/* The plug-in's order: defaults, roles, clients, groups, the anonymous group. */
static void take_root(cx_dynsec_reading *r, const cJSON *root)
{
    const cJSON *m[CX_MEMBERS_MAX];
    if (!cJSON_IsObject(root)) {
        cx_dynsec_not_loaded(r, root, "nothing");
        return;
    }
    take_members(r, &cx_shape_root, root, m);
    take_defaults(r, m[CX_ROOT_DEFAULTS]);
    if (!take_list(r, root, "roles", "no role, no client and no group", take_role) ||
        !take_list(r, root, "clients", "no client and no group", take_client) ||
        !take_list(r, root, "groups", "no group", take_group))
        return;
    cx_dynsec_judge_many(r);
    if (!m[CX_ROOT_ANONYMOUS]) return;
    if (!m[CX_ROOT_GROUPS]) {
        cx_dynsec_no_groups(r, m[CX_ROOT_ANONYMOUS]);
        return;
    }
    r->d->anonymous_group = text_of(m[CX_ROOT_ANONYMOUS]);
    if (r->d->anonymous_group.n == 0) return; /* a way to say that there is none */
    if (cx_map_get(&r->d->group_names.map, r->d->anonymous_group) == CX_MAP_NONE)
        cx_dynsec_unknown_reference(r, m[CX_ROOT_ANONYMOUS], "group", &r->d->group_names);
}

/* What stands behind the first value is not looked at. */
static void judge_rest(cx_dynsec_reading *r, cx_str text, size_t at)
{
    while (at < text.n && (unsigned char)text.p[at] <= ' ' && text.p[at] != '\0') at++;
    if (at == text.n) return;
    cx_finding *x = cx_findings_add(&r->d->findings, CX_RULE_DYNSEC_TRAILING_TEXT, (cx_span){(uint32_t)at, 0},
                                    r->targets, 0, "what follows the closing bracket is not read");
    cx_finding_help(&r->d->findings, x, "remove it");
}

/* As the plug-in does it: the text ends at the first NUL byte. */
static void parse(cx_dynsec_reading *r, cx_str text)
{
    const char *nul = text.n ? memchr(text.p, '\0', text.n) : NULL, *end = NULL;
    size_t n = nul ? (size_t)(nul - text.p) : text.n;
    if (text.n == 0) {
        cx_dynsec_not_json(r, text, 0, false);
        return;
    }
    r->d->tree = cJSON_ParseWithLengthOpts(text.p, n + 1, &end, false);
    size_t at = end ? (size_t)(end - text.p) : 0;
    if (r->d->tree) judge_rest(r, text, at);
    else cx_dynsec_not_json(r, cx_str_sub(text, 0, n), at < n ? at : n, n < text.n);
}

bool cx_dynsec_read(cx_dynsec *d, cx_source *source, cx_targets targets, bool argon2, cx_error *e)
{
    *d = (cx_dynsec){.source = source, .argon2 = argon2};
    cx_targets without = cx_releases_where(CX_B_OWN_PLUGINS, CX_OWN_PLUGINS_NONE) & targets;
    cx_dynsec_reading r = {.d = d, .targets = targets & (cx_targets)~without};
    if (source->text.n / 2 > CX_DYNSEC_VALUES_MAX && cx_json_count_values(source->text) > CX_DYNSEC_VALUES_MAX) {
        cx_error_set(e, "%.*s: more than %u values, the most culex reads", (int)source->name.n, source->name.p,
                     CX_DYNSEC_VALUES_MAX);
        return false;
    }
    if (without)
        cx_findings_add(&d->findings, CX_RULE_DYNSEC_NOT_LOADED, (cx_span){0, 0}, without, without,
                        "this release has no dynamic security plug-in");
    if (!r.targets) return true;
    parse(&r, source->text);
    if (d->tree) take_root(&r, d->tree);
    cx_dynsec_place_findings(&r);
    cx_vec_clear(&r.pending);
    cx_vec_clear(&r.in_list[OF_ROLES]);
    cx_vec_clear(&r.in_list[OF_CLIENTS]);
    return true;
}

void cx_dynsec_clear(cx_dynsec *d)
{
    cx_json_delete(d->tree);
    cx_vec_clear(&d->roles);
    cx_vec_clear(&d->clients);
    cx_vec_clear(&d->groups);
    cx_vec_clear(&d->acls);
    cx_vec_clear(&d->refs);
    cx_map_clear(&d->role_names.map);
    cx_map_clear(&d->client_names.map);
    cx_map_clear(&d->group_names.map);
    cx_findings_clear(&d->findings);
    free(d->acl_at);
    free(d->role_at);
    *d = (cx_dynsec){0};
}
