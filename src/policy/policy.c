#include "policy/policy.h"

#include "policy/decide.h"
#include "topic/topic.h"

void cx_policy_clear(cx_policy *p)
{
    for (size_t i = 0; i < p->lists.n; i++) cx_compiled_free(p->lists.items[i].compiled);
    cx_pages_free(&p->rule_pages);
    cx_vec_clear(&p->lists);
    cx_vec_clear(&p->holders);
    cx_vec_clear(&p->spans);
    cx_vec_clear(&p->refs);
    cx_vec_clear(&p->clients);
    cx_map_clear(&p->users);
    *p = (cx_policy){0};
}

bool cx_client_unsafe_user(const cx_client *c) { return !c->anonymous && cx_has_wildcard(c->user); }

bool cx_client_unsafe(const cx_client *c) { return cx_client_unsafe_user(c) || (!c->fresh && cx_has_wildcard(c->id)); }

uint32_t cx_policy_user(const cx_policy *p, cx_str user)
{
    uint32_t number = cx_map_get(cx_policy_names(p), user);
    bool known = number < p->holders.n && p->holders.items[number].list_count != CX_HOLDER_NOBODY;
    return known ? number : CX_MAP_NONE;
}

cx_subject cx_policy_subject(const cx_policy *p, cx_client client)
{
    cx_subject s = {.client = client};
    if (client.user.n == 0) s.client.anonymous = true;
    if (s.client.anonymous) {
        s.kind = CX_SUBJECT_ANONYMOUS;
        s.holder = &p->anonymous;
        return s;
    }
    uint32_t number = cx_map_get(cx_policy_names(p), client.user);
    s.kind = CX_SUBJECT_UNKNOWN;
    s.holder = &p->unknown;
    if (number >= p->holders.n) return s;
    /* the list is asked for while the holder is still on its way from memory */
    if (p->own_lists) __builtin_prefetch(p->lists.items + p->own_lists + number);
    else if (p->holders.items[number].list_count == CX_HOLDER_NOBODY) return s;
    s.kind = CX_SUBJECT_USER;
    s.holder = &p->holders.items[number];
    return s;
}

const char *cx_access_name(cx_access a)
{
    static const char *const names[CX_ACCESS_KINDS] = {"read", "write", "subscribe", "unsubscribe"};
    return names[cx_access_index(a)];
}

const char *cx_reason_name(cx_reason r)
{
    switch (r) {
    case CX_REASON_RULE: return "rule";
    case CX_REASON_DEFAULT: return "default";
    case CX_REASON_MALFORMED_RULE: return "malformed-filter";
    case CX_REASON_DOLLAR_TOPIC: return "dollar-topic";
    case CX_REASON_UNKNOWN_USER: return "unknown-user";
    case CX_REASON_UNSAFE_ID: return "unsafe-id";
    case CX_REASON_SUBSCRIBE_ALWAYS: return "subscribe-always";
    case CX_REASON_INVALID_TOPIC: return "invalid-topic";
    case CX_REASON_NO_ACL: return "no-acl";
    case CX_REASON_CANNOT_CONNECT: return "cannot-connect";
    case CX_REASON_UNKNOWN_PLUGIN: return "unknown-plugin";
    }
    cx_bug("no such reason");
}

/* "publishClientSend deny cmds/#" */
static cx_rule_place place_in_dynsec(cx_dynsec *d, const cx_rule *r, cx_arena *a)
{
    cx_rule_place place = {.source = d->source};
    if (r->matcher == CX_MATCH_HAS_WILDCARD) {
        place.line = cx_source_place(d->source, cx_dynsec_role_at(d, r->at)).line;
        place.text = CX_STR("allowwildcardsubs false");
        place.path = cx_dynsec_path(d, r->at, CX_DYNSEC_NO_ACL, a);
        place.role = d->roles.items[r->at].name;
        return place;
    }
    const cx_dynsec_acl *acl = &d->acls.items[r->at];
    uint32_t role = cx_dynsec_role_of(d, r->at);
    place.line = cx_source_place(d->source, cx_dynsec_acl_at(d, r->at)).line;
    place.text = cx_arena_printf(a, "%s %s %.*s", cx_dynsec_type_name((cx_dynsec_type)acl->type),
                                 acl->allow ? "allow" : "deny", (int)acl->topic.n, acl->topic.p);
    place.path = cx_dynsec_path(d, role, r->at, a);
    place.role = d->roles.items[role].name;
    return place;
}

cx_rule_place cx_policy_place(const cx_policy *p, const cx_rule *r, cx_arena *a)
{
    const cx_document *d = &p->documents[r->document];
    if (d->dynsec) return place_in_dynsec(d->dynsec, r, a);
    return (cx_rule_place){.source = d->source,
                           .line = cx_source_place(d->source, r->at).line,
                           .text = cx_source_line_up_to(d->source, (cx_span){r->at, r->filter_len})};
}
