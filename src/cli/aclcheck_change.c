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

/* An ACL that answers one question. */
struct new_acl {
    cx_dynsec_type type;
    cx_str topic;
    int priority;
    bool allow;
};

/* Where %c and %u are variables they cannot be written as text: '+' takes in more than that. */
static cx_str without_variables(cx_arena *a, const cx_policy *p, cx_str topic)
{
    if (cx_behaves(p->release, CX_B_DYNSEC_VARIABLES) == CX_DYNSEC_VARIABLES_NO) return topic;
    cx_buf out = {0};
    for (size_t i = 0; i < topic.n; i++) {
        bool level = (i == 0 || topic.p[i - 1] == '/') && (i + 2 == topic.n || (i + 2 < topic.n && topic.p[i + 2] == '/'));
        bool variable = level && topic.p[i] == '%' && (topic.p[i + 1] == 'c' || topic.p[i + 1] == 'u');
        cx_buf_putc(&out, variable ? '+' : topic.p[i]);
        i += variable;
    }
    cx_str text = cx_arena_dup(a, cx_buf_str(&out));
    cx_buf_clear(&out);
    return text;
}

static struct new_acl new_acl(cx_arena *a, const cx_policy *p, cx_access access, cx_str topic, bool allow)
{
    static const cx_dynsec_type types[CX_ACCESS_KINDS] = {CX_DYNSEC_RECEIVE, CX_DYNSEC_SEND,
                                                          CX_DYNSEC_SUBSCRIBE_LITERAL, CX_DYNSEC_UNSUBSCRIBE_LITERAL};
    bool publish = access == CX_ACCESS_READ || access == CX_ACCESS_WRITE;
    return (struct new_acl){.type = types[cx_access_index(access)],
                            .topic = publish ? without_variables(a, p, topic) : topic,
                            .allow = allow};
}

/* As the file has it. */
static cx_str acl_text(cx_arena *a, struct new_acl acl)
{
    cx_buf out = {0};
    cx_json j = {&out, false};
    cx_json_object(&j, NULL);
    cx_json_str(&j, "acltype", cx_str_of(cx_dynsec_type_name(acl.type)));
    cx_json_str(&j, "topic", acl.topic);
    if (acl.priority) cx_json_int(&j, "priority", acl.priority);
    cx_json_bool(&j, "allow", acl.allow);
    cx_json_end_object(&j);
    cx_str text = cx_arena_dup(a, cx_buf_str(&out));
    cx_buf_clear(&out);
    return text;
}

/* Puts the ACL into a role, or turns the one that is THERE for this type and topic, since a second is ignored. */
static cx_str in_role(cx_arena *a, cx_dynsec *d, uint32_t role, struct new_acl acl, uint32_t there)
{
    const char *to = acl.allow ? "to allow" : "to deny";
    cx_str name = d->roles.items[role].name, text = acl_text(a, acl);
    if (there == CX_DYNSEC_NO_ACL)
        return cx_arena_printf(a, "%s: %.*s in role '%.*s'", to, (int)text.n, text.p, (int)name.n, name.p);
    size_t line = cx_source_place(d->source, cx_dynsec_acl_at(d, there)).line;
    return cx_arena_printf(a, "%s: make %.*s:%zu, the ACL of role '%.*s' for this topic, %.*s", to,
                           (int)d->source->name.n, d->source->name.p, line, (int)name.n, name.p, (int)text.n, text.p);
}

/* Beats the rule that decides: in the same role, one that is asked before it. */
static cx_str against_rule(cx_arena *a, const cx_policy *p, cx_access access, cx_str topic, const cx_rule *r, bool allow)
{
    cx_str place = cx_explained_place(a, p, r);
    if (r->matcher == CX_MATCH_HAS_WILDCARD)
        return cx_arena_printf(a, "to allow: without %.*s its ACLs are asked", (int)place.n, place.p);
    cx_dynsec *d = p->documents[r->document].dynsec;
    const cx_dynsec_acl *acl = &d->acls.items[r->at];
    struct new_acl other = new_acl(a, p, access, topic, allow);
    bool publish = access == CX_ACCESS_READ || access == CX_ACCESS_WRITE; /* else literal ACLs come first anyway */
    bool same = acl->type == other.type && cx_str_eq(acl->topic, other.topic);
    if (publish) other.priority = same ? acl->priority : acl->priority + 1;
    if (publish && !same && acl->priority >= PRIORITY_MOST)
        return cx_arena_printf(a, "%s: narrow or remove %.*s, no ACL can come before it", allow ? "to allow" : "to deny",
                               (int)place.n, place.p);
    uint32_t role = cx_dynsec_role_of(d, r->at);
    return in_role(a, d, role, other, same ? r->at : cx_dynsec_find_acl(d, role, other.type, other.topic));
}

/* Where no ACL answers: one in the role that is asked first. */
static cx_str against_default(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                              bool allow)
{
    struct new_acl acl = new_acl(a, p, access, topic, allow);
    cx_asking asking = cx_ask_lists(p, s->holder);
    const cx_list *list = cx_next_list(p, &asking);
    if (list) {
        cx_dynsec *d = p->documents[list->document].dynsec;
        return in_role(a, d, list->holder, acl, cx_dynsec_find_acl(d, list->holder, acl.type, acl.topic));
    }
    const char *to = allow ? "to allow" : "to deny";
    cx_str text = acl_text(a, acl), user = s->client.user;
    if (s->kind == CX_SUBJECT_ANONYMOUS)
        return cx_arena_printf(a, "%s: an anonymousGroup with a role that has %.*s", to, (int)text.n, text.p);
    return cx_arena_printf(a, "%s: %s '%.*s' with a role that has %.*s", to,
                           s->kind == CX_SUBJECT_UNKNOWN ? "a client" : "client", (int)user.n, user.p, (int)text.n,
                           text.p);
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
