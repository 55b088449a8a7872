/* Where entries stand, for answers that name one. */
#include "data/json_places.h"
#include "formats/dynsec/dynsec.h"

uint32_t cx_dynsec_role_of(const cx_dynsec *d, uint32_t acl)
{
    uint32_t role = 0;
    while (role + 1 < d->roles.n && d->roles.items[role + 1].first_acl <= acl) role++;
    return role;
}

uint32_t cx_dynsec_find_acl(const cx_dynsec *d, uint32_t role, cx_dynsec_type type, cx_str topic)
{
    const cx_dynsec_role *r = &d->roles.items[role];
    for (uint32_t i = r->first_acl; i < r->first_acl + r->acl_count; i++)
        if (d->acls.items[i].type == type && cx_str_eq(d->acls.items[i].topic, topic)) return i;
    return CX_DYNSEC_NO_ACL;
}

struct search {
    cx_dynsec *d;
    size_t next; /* ACLs stand in the order of the file */
};

static void note_acl(void *context, const cJSON *item, const cx_json_place *place)
{
    struct search *s = context;
    if (s->next < s->d->acls.n && s->d->acls.items[s->next].item == item) s->d->acl_at[s->next++] = place->at;
}

uint32_t cx_dynsec_acl_at(cx_dynsec *d, uint32_t acl)
{
    if (!d->acl_at) {
        struct search s = {.d = d};
        d->acl_at = cx_calloc(d->acls.n, sizeof *d->acl_at);
        cx_json_places(d->source->text, d->tree, note_acl, &s);
    }
    return d->acl_at[acl];
}

struct role_search {
    const cJSON *item;
    uint32_t at;
};

static void note_role(void *context, const cJSON *item, const cx_json_place *place)
{
    struct role_search *s = context;
    if (item == s->item) s->at = place->at;
}

uint32_t cx_dynsec_role_at(const cx_dynsec *d, uint32_t role)
{
    struct role_search s = {.item = d->roles.items[role].item};
    cx_json_places(d->source->text, d->tree, note_role, &s);
    return s.at;
}

/* Its number among the children of LIST. */
static int index_in(const cJSON *list, const cJSON *item)
{
    int n = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, list)
    {
        if (child == item) break;
        n++;
    }
    return n;
}

cx_str cx_dynsec_path(const cx_dynsec *d, uint32_t role, uint32_t acl, cx_arena *a)
{
    const cx_dynsec_role *r = &d->roles.items[role];
    const cJSON *roles = cJSON_GetObjectItem(d->tree, "roles"), *acls = cJSON_GetObjectItem(r->item, "acls");
    int number = index_in(roles, r->item);
    if (acl == CX_DYNSEC_NO_ACL) return cx_arena_printf(a, "/%s/%d", roles->string, number);
    return cx_arena_printf(a, "/%s/%d/%s/%d", roles->string, number, acls->string,
                           index_in(acls, d->acls.items[acl].item));
}
