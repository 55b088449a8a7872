/* Where entries stand, for answers that name one. */
#include "data/json_places.h"
#include "formats/dynsec/dynsec.h"

uint32_t cx_dynsec_role_of(const cx_dynsec *d, uint32_t acl)
{
    uint32_t from = 0, to = (uint32_t)d->roles.n; /* the last one whose first ACL is not behind it */
    while (to - from > 1) {
        uint32_t middle = from + (to - from) / 2;
        if (d->roles.items[middle].first_acl <= acl) from = middle;
        else to = middle;
    }
    return from;
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
    size_t acl, role; /* the next ones: both stand in the order of the file */
};

static void note(void *context, const cJSON *item, const cx_json_place *place)
{
    struct search *s = context;
    cx_dynsec *d = s->d;
    if (s->acl < d->acls.n && d->acls.items[s->acl].item == item) d->acl_at[s->acl++] = place->at;
    if (s->role < d->roles.n && d->roles.items[s->role].item == item) d->role_at[s->role++] = place->at;
}

static void find_all(cx_dynsec *d)
{
    if (d->acl_at) return;
    struct search s = {.d = d};
    d->acl_at = cx_calloc(d->acls.n, sizeof *d->acl_at);
    d->role_at = cx_calloc(d->roles.n, sizeof *d->role_at);
    cx_json_places(d->source->text, d->tree, note, &s);
}

uint32_t cx_dynsec_acl_at(cx_dynsec *d, uint32_t acl)
{
    find_all(d);
    return d->acl_at[acl];
}

uint32_t cx_dynsec_role_at(cx_dynsec *d, uint32_t role)
{
    find_all(d);
    return d->role_at[role];
}

cx_str cx_dynsec_path(const cx_dynsec *d, uint32_t role, uint32_t acl, cx_arena *a)
{
    const cx_dynsec_role *r = &d->roles.items[role];
    const cJSON *roles = cJSON_GetObjectItem(d->tree, "roles"), *acls = cJSON_GetObjectItem(r->item, "acls");
    if (acl == CX_DYNSEC_NO_ACL) return cx_arena_printf(a, "/%s/%u", roles->string, r->place);
    return cx_arena_printf(a, "/%s/%u/%s/%u", roles->string, r->place, acls->string, d->acls.items[acl].place);
}
