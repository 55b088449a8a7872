/* The smallest change to a file that turns an answer. */
#include "cli/aclcheck_explain.h"
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
        return CX_STR("to refuse subscriptions a broker needs the dynamic security plugin: an ACL file cannot");
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

enum { PRIORITY_MOST = 100000 };

/* An ACL that answers ACCESS on TOPIC alone, as the file has it. */
static cx_str new_acl(cx_arena *a, cx_access access, cx_str topic, int priority, bool allow)
{
    static const cx_dynsec_type types[CX_ACCESS_KINDS] = {CX_DYNSEC_RECEIVE, CX_DYNSEC_SEND,
                                                          CX_DYNSEC_SUBSCRIBE_LITERAL, CX_DYNSEC_UNSUBSCRIBE_LITERAL};
    cx_buf out = {0};
    cx_json j = {&out, false};
    cx_json_object(&j, NULL);
    cx_json_str(&j, "acltype", cx_str_of(cx_dynsec_type_name(types[cx_access_index(access)])));
    cx_json_str(&j, "topic", topic);
    if (priority) cx_json_int(&j, "priority", priority);
    cx_json_bool(&j, "allow", allow);
    cx_json_end_object(&j);
    cx_str text = cx_arena_dup(a, cx_buf_str(&out));
    cx_buf_clear(&out);
    return text;
}

/* The role whose ACLs are asked first; .p NULL: there is none. */
static cx_str first_role(const cx_policy *p, const cx_subject *s)
{
    cx_asking asking = cx_ask_lists(p, s->holder);
    const cx_list *list = cx_next_list(p, &asking);
    return list ? p->documents[list->document].dynsec->roles.items[list->holder].name : CX_STR_NONE;
}

/* Beats the rule that decides: in the same role, one that is asked before it. */
static cx_str against_rule(cx_arena *a, const cx_policy *p, cx_access access, cx_str topic, const cx_rule *r, bool allow)
{
    const char *to = allow ? "to allow" : "to deny";
    cx_str place = cx_explained_place(a, p, r);
    if (r->matcher == CX_MATCH_HAS_WILDCARD)
        return cx_arena_printf(a, "to allow: without %.*s its ACLs are asked", (int)place.n, place.p);
    const cx_dynsec_acl *acl = &p->documents[r->document].dynsec->acls.items[r->at];
    if (cx_str_eq(acl->topic, topic) || (access != CX_ACCESS_SUBSCRIBE && acl->priority >= PRIORITY_MOST))
        return cx_arena_printf(a, "%s: '\"allow\": %s' in %.*s%s", to, allow ? "true" : "false", (int)place.n, place.p,
                               cx_str_eq(acl->topic, topic) ? "" : ", or narrow it");
    bool publish = access == CX_ACCESS_READ || access == CX_ACCESS_WRITE; /* else literal ACLs come first anyway */
    cx_str acl_text = new_acl(a, access, topic, publish ? acl->priority + 1 : 0, allow);
    cx_rule_place where = cx_policy_place(p, r, a);
    return cx_arena_printf(a, "%s: %.*s in role '%.*s'", to, (int)acl_text.n, acl_text.p, (int)where.role.n,
                           where.role.p);
}

/* Where no ACL answers: one in the role that is asked first. */
static cx_str against_default(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                              bool allow)
{
    const char *to = allow ? "to allow" : "to deny";
    cx_str acl = new_acl(a, access, topic, 0, allow), role = first_role(p, s), user = s->client.user;
    if (role.p)
        return cx_arena_printf(a, "%s: %.*s in role '%.*s'", to, (int)acl.n, acl.p, (int)role.n, role.p);
    if (s->kind == CX_SUBJECT_ANONYMOUS)
        return cx_arena_printf(a, "%s: an anonymousGroup with a role that has %.*s", to, (int)acl.n, acl.p);
    return cx_arena_printf(a, "%s: %s '%.*s' with a role that has %.*s", to,
                           s->kind == CX_SUBJECT_UNKNOWN ? "a client" : "client", (int)user.n, user.p, (int)acl.n,
                           acl.p);
}

static cx_str dynsec_change(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                            cx_answer answer)
{
    const cx_rule *r = answer.verdict.rule;
    if (answer.verdict.reason == CX_REASON_MALFORMED_RULE) {
        cx_str place = cx_explained_place(a, p, r);
        return cx_arena_printf(a, "to ask the ACLs behind it: mend or remove %.*s", (int)place.n, place.p);
    }
    if (r) return against_rule(a, p, access, topic, r, !answer.allow);
    return against_default(a, p, s, access, topic, !answer.allow);
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
