/* What --explain adds: the trail, the nearest rule, the smallest change. */
#include "cli/cmd_aclcheck.h"
#include "policy/explain.h"

static cx_str list_title(cx_arena *a, const cx_policy *p, const cx_list *list)
{
    switch (list->kind) {
    case CX_LIST_ANONYMOUS: return CX_STR("the rules before the first 'user' line");
    case CX_LIST_PATTERNS: return CX_STR("the patterns");
    case CX_LIST_USER: break;
    }
    cx_str user = p->users.keys[list->holder].key;
    return cx_arena_printf(a, "the rules of user '%.*s'", (int)user.n, user.p);
}

static cx_str place_of(cx_arena *a, const cx_policy *p, const cx_rule *r)
{
    cx_str text = cx_source_line_up_to(p->source, (cx_span){r->at, r->filter_len});
    return cx_arena_printf(a, "%.*s:%zu '%.*s'", (int)p->source->name.n, p->source->name.p,
                           cx_source_place(p->source, r->at).line, (int)text.n, text.p);
}

/* What the broker did, step by step: one line each. */
static void trail(cx_arena *a, cx_policy *p, const cx_subject *s, cx_access access, cx_str topic, cx_answer answer,
                  cx_str *lines, unsigned *n)
{
    cx_reason reason = answer.verdict.reason;
    if (reason == CX_REASON_INVALID_TOPIC) {
        lines[(*n)++] = CX_STR("the topic itself is not valid: no rule is asked");
        return;
    }
    if (reason == CX_REASON_DOLLAR_TOPIC) {
        lines[(*n)++] = CX_STR("the broker's own gate for topics that begin with '$' denies: no rule is asked");
        return;
    }
    if (topic.p[0] == '$')
        lines[(*n)++] =
            CX_STR("the topic begins with '$': only rules that begin with '$' can match it, '#' and '+' do not");
    if (reason == CX_REASON_SUBSCRIBE_ALWAYS) {
        lines[(*n)++] = CX_STR("subscriptions are not compared with any rule");
        return;
    }
    if (s->kind == CX_SUBJECT_UNKNOWN)
        lines[(*n)++] =
            cx_arena_printf(a, "user '%.*s' has no rules of its own", (int)s->client.user.n, s->client.user.p);
    for (uint32_t i = 0; i < s->holder->list_count; i++) {
        cx_list *list = &p->lists.items[s->holder->lists[i]];
        cx_str title = list_title(a, p, list);
        if (list->refuses_unsafe && cx_client_unsafe(&s->client)) {
            lines[(*n)++] =
                cx_arena_printf(a, "%.*s: denied before any is asked, since the %s has '+' or '#'", (int)title.n,
                                title.p, cx_client_unsafe_user(&s->client) ? "user name" : "client id");
            return;
        }
        const cx_rule *r = answer.verdict.rule;
        bool here = r && r >= p->rules + list->first && r < p->rules + list->first + list->count;
        if (!here) {
            lines[(*n)++] = list->count == 0 ? cx_arena_printf(a, "%.*s: there are none", (int)title.n, title.p)
                                             : cx_arena_printf(a, "%.*s: none of %u matches for %s", (int)title.n,
                                                               title.p, list->count, cx_access_name(access));
            continue;
        }
        cx_str place = place_of(a, p, r);
        lines[(*n)++] = cx_arena_printf(a, "%.*s: %.*s matches%s", (int)title.n, title.p, (int)place.n, place.p,
                                        r->outcome == CX_DENY ? ", and denies are asked before allows" : "");
        return;
    }
    lines[(*n)++] = CX_STR("nothing matched: denied by default");
}

static cx_str nearest(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic)
{
    cx_near near = cx_policy_nearest(p, s, access, topic);
    if (!near.rule) return CX_STR_NONE;
    cx_str place = place_of(a, p, near.rule);
    if (near.other_access)
        return cx_arena_printf(a, "%.*s matches the topic, but not for %s", (int)place.n, place.p,
                               cx_access_name(access));
    cx_str filter = cx_rule_filter(near.rule);
    cx_str f = cx_str_sub(filter, near.filter_at, filter.n - near.filter_at),
           t = cx_str_sub(topic, near.topic_at, topic.n - near.topic_at);
    return cx_arena_printf(a, "%.*s agrees up to '%.*s', then has '%.*s' where the topic has '%.*s'", (int)place.n,
                           place.p, (int)near.topic_at, topic.p, (int)f.n, f.p, (int)t.n, t.p);
}

static cx_str section_of(cx_arena *a, const cx_subject *s)
{
    if (s->client.anonymous) return CX_STR("before the first 'user' line");
    return cx_arena_printf(a, "below 'user %.*s'", (int)s->client.user.n, s->client.user.p);
}

static cx_str change_to_deny(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_str topic)
{
    cx_str section = section_of(a, s);
    if (cx_behaves(p->release, CX_B_ACL_DENY) == CX_ACL_DENY_NO)
        return CX_STR("to deny: remove the rule or narrow it; this release has no 'deny'");
    return cx_arena_printf(a, "to deny: 'topic deny %.*s' %.*s (a deny takes reading and writing away)", (int)topic.n,
                           topic.p, (int)section.n, section.p);
}

/* One line that says what would turn the answer; empty: nothing in the file can. */
static cx_str change(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic,
                     cx_answer answer)
{
    switch (answer.verdict.reason) {
    case CX_REASON_SUBSCRIBE_ALWAYS:
        return CX_STR("to refuse subscriptions a broker needs the dynamic security plugin: an ACL file cannot");
    case CX_REASON_DOLLAR_TOPIC:
    case CX_REASON_INVALID_TOPIC:
    case CX_REASON_NO_ACL:
    case CX_REASON_CANNOT_CONNECT:
    case CX_REASON_UNKNOWN_PLUGIN: return CX_STR_NONE;
    case CX_REASON_UNSAFE_ID:
        return cx_arena_printf(a, "to allow: use a %s without '+' and '#', or grant it in rules of the user's own",
                               cx_client_unsafe_user(&s->client) ? "user name" : "client id");
    case CX_REASON_RULE:
    case CX_REASON_DEFAULT:
    case CX_REASON_UNKNOWN_USER: break;
    }
    if (answer.allow) return change_to_deny(a, p, s, topic);
    const cx_rule *deny = answer.verdict.rule;
    if (deny) {
        cx_str place = place_of(a, p, deny);
        const cx_rule *behind = cx_policy_allow_behind(p, s, access, topic);
        cx_str then = behind ? place_of(a, p, behind) : CX_STR("");
        return cx_arena_printf(a, "to allow: narrow or remove %.*s; %s%.*s%s", (int)place.n, place.p,
                               behind ? "without it " : "a rule that allows is needed besides", (int)then.n, then.p,
                               behind ? " would allow" : "");
    }
    cx_near near = cx_policy_nearest(p, s, access, topic);
    if (near.other_access && near.rule->matcher == CX_MATCH_FILTER) {
        cx_str place = place_of(a, p, near.rule), filter = cx_rule_filter(near.rule);
        return cx_arena_printf(a, "to allow: make %.*s 'topic readwrite %.*s'", (int)place.n, place.p, (int)filter.n,
                               filter.p);
    }
    cx_str section = section_of(a, s);
    return cx_arena_printf(a, "to allow: 'topic %s %.*s' %.*s", cx_access_name(access), (int)topic.n, topic.p,
                           (int)section.n, section.p);
}

enum { TRAIL_MAX = 8 };

struct explained {
    cx_arena arena;
    cx_str trail[TRAIL_MAX];
    unsigned trail_count;
    cx_str nearest, change;
};

/* Answers that no rule gives. */
static cx_str without_rules(cx_arena *a, struct cx_policy_target *t, const cx_question *q, unsigned access,
                            cx_answer answer)
{
    cx_buf why = {0};
    cx_ask_put_why(&why, t, q, access, answer);
    cx_str text = cx_arena_dup(a, cx_buf_str(&why));
    cx_buf_clear(&why);
    return text;
}

static struct explained explain(struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a)
{
    struct explained e = {0};
    cx_policy *p = cx_target_policy(t);
    cx_reason reason = a.verdict.reason;
    if (!p || reason == CX_REASON_CANNOT_CONNECT || reason == CX_REASON_NO_ACL || reason == CX_REASON_UNKNOWN_PLUGIN) {
        e.trail[e.trail_count++] = without_rules(&e.arena, t, q, access, a);
        return e;
    }
    cx_subject s = cx_broker_subject(&t->broker, p, q->client);
    cx_access asked = access == CX_ASK_REACH ? CX_ACCESS_READ : (cx_access)access;
    cx_str topic = q->topic, mount = t->broker.mount_point;
    if (mount.p) {
        topic = cx_arena_printf(&e.arena, "%.*s%.*s", (int)mount.n, mount.p, (int)topic.n, topic.p);
        e.trail[e.trail_count++] =
            cx_arena_printf(&e.arena, "the listener's mount point makes it '%.*s'", (int)topic.n, topic.p);
    }
    trail(&e.arena, p, &s, asked, topic, a, e.trail, &e.trail_count);
    bool by_default = reason == CX_REASON_DEFAULT || reason == CX_REASON_UNKNOWN_USER;
    if (by_default && !a.allow) e.nearest = nearest(&e.arena, p, &s, asked, topic);
    e.change = change(&e.arena, p, &s, asked, topic, a);
    return e;
}

static void put_aside(cx_buf *out, const char *word, cx_str text)
{
    if (text.n == 0) return;
    cx_buf_printf(out, "    %-8s ", word);
    cx_buf_put_safe(out, text);
    cx_buf_putc(out, '\n');
}

void cx_aclcheck_explain(cx_buf *out, struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a)
{
    struct explained e = explain(t, q, access, a);
    for (unsigned i = 0; i < e.trail_count; i++) put_aside(out, i ? "" : "trail", e.trail[i]);
    put_aside(out, "nearest", e.nearest);
    put_aside(out, "change", e.change);
    cx_arena_clear(&e.arena);
}

void cx_aclcheck_explain_json(cx_json *j, struct cx_policy_target *t, const cx_question *q, unsigned access,
                              cx_answer a)
{
    struct explained e = explain(t, q, access, a);
    cx_json_array(j, "trail");
    for (unsigned i = 0; i < e.trail_count; i++) cx_json_str(j, NULL, e.trail[i]);
    cx_json_end_array(j);
    cx_json_str(j, "nearest", e.nearest);
    cx_json_str(j, "change", e.change);
    cx_arena_clear(&e.arena);
}
