/* The smallest change to a file that turns an answer. */
#include "cli/aclcheck_explain.h"
#include "policy/change.h"
#include "policy/explain.h"

/* ---- ACL files ---- */

static cx_str section_of(cx_arena *a, const cx_subject *s)
{
    if (s->client.anonymous) return CX_STR("before the first 'user' line");
    return cx_arena_printf(a, "below 'user %.*s'", (int)s->client.user.n, s->client.user.p);
}

static cx_str acl_to_deny(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_str topic)
{
    cx_str section = section_of(a, s);
    if (cx_behaves(p->release, CX_B_ACL_DENY) == CX_ACL_DENY_NO)
        return CX_STR("to deny: remove the rule or narrow it; this release has no 'deny'");
    return cx_arena_printf(a, "to deny: 'topic deny %.*s' %.*s (a deny takes reading and writing away)", (int)topic.n,
                           topic.p, (int)section.n, section.p);
}

static cx_str acl_without_deny(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                               const cx_rule *deny)
{
    cx_str place = cx_explained_place(a, p, deny);
    const cx_rule *behind = cx_policy_allow_behind(p, s, access, topic);
    cx_str then = behind ? cx_explained_place(a, p, behind) : CX_STR("");
    return cx_arena_printf(a, "to allow: narrow or remove %.*s; %s%.*s%s", (int)place.n, place.p,
                           behind ? "without it " : "a rule that allows is needed besides", (int)then.n, then.p,
                           behind ? " would allow" : "");
}

static cx_str acl_change(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                         cx_answer answer)
{
    if (answer.verdict.reason == CX_REASON_SUBSCRIBE_ALWAYS)
        return CX_STR("to refuse subscriptions a broker needs the dynamic security plug-in: an ACL file cannot");
    if (answer.verdict.reason == CX_REASON_UNSAFE_ID)
        return cx_arena_printf(a, "to allow: use a %s without '+' and '#', or grant it in rules of the user's own",
                               cx_client_unsafe_user(&s->client) ? "user name" : "client id");
    if (answer.allow) return acl_to_deny(a, p, s, topic);
    if (answer.verdict.rule) return acl_without_deny(a, p, s, access, topic, answer.verdict.rule);
    cx_near near = cx_policy_nearest(p, s, access, topic);
    if (near.other_access && near.rule->matcher == CX_MATCH_FILTER) {
        cx_str place = cx_explained_place(a, p, near.rule), filter = cx_rule_filter(near.rule);
        return cx_arena_printf(a, "to allow: make %.*s 'topic readwrite %.*s'", (int)place.n, place.p, (int)filter.n,
                               filter.p);
    }
    cx_str section = section_of(a, s);
    return cx_arena_printf(a, "to allow: 'topic %s %.*s' %.*s", cx_access_name(access), (int)topic.n, topic.p,
                           (int)section.n, section.p);
}

/* ---- dynamic security ---- */

/* The ACL as the file has it. */
static cx_str acl_text(cx_arena *a, const cx_change *c)
{
    cx_buf out = {0};
    cx_json j = {&out, false};
    cx_json_object(&j, NULL);
    cx_json_str(&j, "acltype", cx_str_of(cx_dynsec_type_name(c->type)));
    cx_json_str(&j, "topic", c->topic);
    if (c->priority) cx_json_int(&j, "priority", c->priority);
    cx_json_bool(&j, "allow", c->allow);
    cx_json_end_object(&j);
    cx_str text = cx_arena_dup(a, cx_buf_str(&out));
    cx_buf_clear(&out);
    return text;
}

static cx_str in_role(cx_arena *a, const cx_policy *p, const cx_change *c, const char *to)
{
    cx_dynsec *d = p->documents[c->document].dynsec;
    cx_str role = d->roles.items[c->role].name, text = acl_text(a, c);
    if (c->kind == CX_CHANGE_ADD)
        return cx_arena_printf(a, "%s: %.*s in role '%.*s'", to, (int)text.n, text.p, (int)role.n, role.p);
    return cx_arena_printf(a, "%s: make %.*s:%zu, the ACL of role '%.*s' for this topic, %.*s", to,
                           (int)d->source->name.n, d->source->name.p,
                           cx_source_place(d->source, cx_dynsec_acl_at(d, c->there)).line, (int)role.n, role.p,
                           (int)text.n, text.p);
}

/* For a subject that has no role. */
static cx_str with_role(cx_arena *a, const cx_subject *s, const cx_change *c, const char *to)
{
    cx_str text = acl_text(a, c), user = s->client.user;
    if (s->kind == CX_SUBJECT_ANONYMOUS)
        return cx_arena_printf(a, "%s: an anonymousGroup with a role that has %.*s", to, (int)text.n, text.p);
    return cx_arena_printf(a, "%s: %s '%.*s' with a role that has %.*s", to,
                           s->kind == CX_SUBJECT_UNKNOWN ? "a client" : "client", (int)user.n, user.p, (int)text.n,
                           text.p);
}

static cx_str dynsec_change(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                            cx_answer answer)
{
    cx_change c = cx_policy_change(p, s, access, topic, &answer.verdict, a);
    const char *to = c.allow ? "to allow" : "to deny";
    cx_str place = answer.verdict.rule ? cx_explained_place(a, p, answer.verdict.rule) : CX_STR("");
    switch (c.kind) {
    case CX_CHANGE_ADD:
    case CX_CHANGE_REPLACE: return in_role(a, p, &c, to);
    case CX_CHANGE_MEMBER: return with_role(a, s, &c, to);
    case CX_CHANGE_WITHOUT:
        return cx_arena_printf(a, "to ask the ACLs behind it: mend or remove %.*s", (int)place.n, place.p);
    case CX_CHANGE_NARROW: break;
    }
    return cx_arena_printf(a, "%s: narrow or remove %.*s, no ACL can come before it", to, (int)place.n, place.p);
}

cx_str cx_explained_change(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                           cx_answer answer)
{
    switch (answer.verdict.reason) {
    case CX_REASON_DOLLAR_TOPIC:
    case CX_REASON_INVALID_TOPIC:
    case CX_REASON_NO_ACL:
    case CX_REASON_CANNOT_CONNECT:
    case CX_REASON_UNKNOWN_PLUGIN: return CX_STR_NONE;
    default: break;
    }
    return p->documents[0].acl ? acl_change(a, p, s, access, topic, answer)
                               : dynsec_change(a, p, s, access, topic, answer);
}
