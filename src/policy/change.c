#include "policy/change.h"

#include "policy/explain.h"

static bool is_publish(cx_access access) { return access == CX_ACCESS_READ || access == CX_ACCESS_WRITE; }

/* Where %c and %u are variables they cannot be written as text: '+' takes in more than that. */
static cx_str without_variables(const cx_policy *p, cx_str topic, cx_arena *a)
{
    if (cx_behaves(p->release, CX_B_DYNSEC_VARIABLES) == CX_DYNSEC_VARIABLES_NO) return topic;
    char *text = cx_arena_alloc(a, topic.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < topic.n; i++) {
        bool begins = i == 0 || topic.p[i - 1] == '/';
        bool ends = i + 2 == topic.n || (i + 2 < topic.n && topic.p[i + 2] == '/');
        bool variable = begins && ends && topic.p[i] == '%' && (topic.p[i + 1] == 'c' || topic.p[i + 1] == 'u');
        text[n++] = variable ? '+' : topic.p[i];
        i += variable;
    }
    return (cx_str){text, n};
}

/* The ACL into a role, or in the place of ONE that is there already. */
static void put_into(cx_change *c, const cx_policy *p, uint8_t document, uint32_t role, uint32_t one)
{
    c->document = document;
    c->role = role;
    c->there =
        one != CX_DYNSEC_NO_ACL ? one : cx_dynsec_find_acl(p->documents[document].dynsec, role, c->type, c->topic);
    c->kind = c->there == CX_DYNSEC_NO_ACL ? CX_CHANGE_ADD : CX_CHANGE_REPLACE;
}

/* In the role of the rule that decides, one that is asked before it. */
static void beat_rule(cx_change *c, const cx_policy *p, cx_access access, const cx_rule *r)
{
    const cx_dynsec *d = p->documents[r->document].dynsec;
    const cx_dynsec_acl *acl = &d->acls.items[r->at];
    bool same = acl->type == c->type && cx_str_eq(acl->topic, c->topic);
    if (is_publish(access))
        c->priority = same ? acl->priority : acl->priority + 1; /* else literal ACLs come first anyway */
    if (is_publish(access) && !same && acl->priority >= CX_DYNSEC_PRIORITY_MAX) c->kind = CX_CHANGE_NARROW;
    else put_into(c, p, r->document, cx_dynsec_role_of(d, r->at), same ? r->at : CX_DYNSEC_NO_ACL);
}

cx_change cx_policy_change(const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                           const cx_verdict *verdict, cx_arena *a)
{
    static const cx_dynsec_type types[CX_ACCESS_KINDS] = {CX_DYNSEC_RECEIVE, CX_DYNSEC_SEND,
                                                          CX_DYNSEC_SUBSCRIBE_LITERAL, CX_DYNSEC_UNSUBSCRIBE_LITERAL};
    const cx_rule *r = verdict->rule;
    cx_change c = {.kind = CX_CHANGE_MEMBER, .type = types[cx_access_index(access)]};
    c.topic = is_publish(access) ? without_variables(p, topic, a) : topic;
    c.allow = verdict->outcome != CX_ALLOW;
    if (verdict->reason == CX_REASON_MALFORMED_RULE || (r && r->matcher == CX_MATCH_HAS_WILDCARD)) {
        c.kind = CX_CHANGE_WITHOUT;
    } else if (r) {
        beat_rule(&c, p, access, r);
    } else {
        cx_asking asking = cx_ask_lists(p, s->holder);
        const cx_list *list = cx_next_list(p, &asking);
        const cx_rule *near = c.allow ? cx_policy_nearest(p, s, access, topic).rule : NULL;
        if (near)
            put_into(&c, p, near->document, cx_dynsec_role_of(p->documents[near->document].dynsec, near->at),
                     CX_DYNSEC_NO_ACL);
        else if (list) put_into(&c, p, list->document, list->holder, CX_DYNSEC_NO_ACL);
    }
    return c;
}
