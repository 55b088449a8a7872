/* What --explain adds: the trail, the nearest rule, the smallest change, other releases. */
#include "cli/aclcheck_explain.h"
#include "cli/cmd_aclcheck.h"
#include "policy/explain.h"

enum { LISTS_SHOWN = 20 };

static void add(struct cx_explained *e, cx_str line) { cx_vec_add(&e->trail, line); }

static cx_str place_alone(cx_arena *a, cx_rule_place place)
{
    return cx_arena_printf(a, "%.*s:%zu '%.*s'", (int)place.source->name.n, place.source->name.p, place.line,
                           (int)place.text.n, place.text.p);
}

cx_str cx_explained_place(cx_arena *a, const cx_policy *p, const cx_rule *r)
{
    cx_rule_place place = cx_policy_place(p, r, a);
    cx_str alone = place_alone(a, place);
    if (!place.role.p) return alone;
    return cx_arena_printf(a, "%.*s in role '%.*s'", (int)alone.n, alone.p, (int)place.role.n, place.role.p);
}

/* ---- the trail ---- */

static cx_str role_title(cx_arena *a, const cx_policy *p, const cx_list *list, const cx_lists *span)
{
    cx_str role = p->documents[list->document].dynsec->roles.items[list->holder].name;
    if (!span || span->group == CX_NO_GROUP) return cx_arena_printf(a, "role '%.*s'", (int)role.n, role.p);
    cx_str group = p->documents[span->document].dynsec->groups.items[span->group].name;
    return cx_arena_printf(a, "role '%.*s' of group '%.*s'", (int)role.n, role.p, (int)group.n, group.p);
}

static cx_str list_title(cx_arena *a, const cx_policy *p, const cx_list *list, const cx_lists *span)
{
    switch (list->kind) {
    case CX_LIST_ANONYMOUS: return CX_STR("the rules before the first 'user' line");
    case CX_LIST_PATTERNS: return CX_STR("the patterns");
    case CX_LIST_ROLE: return role_title(a, p, list, span);
    case CX_LIST_USER: break;
    }
    cx_str user = p->users.keys[list->holder].key;
    return cx_arena_printf(a, "the rules of user '%.*s'", (int)user.n, user.p);
}

/* How many rules of a list answer such questions; of an ACL file all of them count. */
static uint32_t count_asked(const cx_policy *p, const cx_list *list, cx_access access)
{
    if (list->kind != CX_LIST_ROLE) return list->count;
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->count; i++) n += (p->rules[list->first + i].access & access) != 0;
    return n;
}

static cx_str no_match(cx_arena *a, const cx_policy *p, const cx_list *list, cx_str title, cx_access access)
{
    uint32_t n = count_asked(p, list, access);
    if (n == 0)
        return cx_arena_printf(a, "%.*s: there are none%s%s", (int)title.n, title.p, list->count ? " for " : "",
                               list->count ? cx_access_name(access) : "");
    return cx_arena_printf(a, "%.*s: none of %u matches for %s", (int)title.n, title.p, n, cx_access_name(access));
}

static cx_str why_first(const cx_list *list, const cx_rule *r, cx_answer answer)
{
    if (answer.verdict.reason == CX_REASON_MALFORMED_RULE)
        return CX_STR(": its topic is malformed, and what reaches the malformed part is denied");
    if (r->matcher == CX_MATCH_LITERAL) return CX_STR(", and literal ACLs are asked before patterns");
    if (list->kind != CX_LIST_ROLE && r->outcome == CX_DENY) return CX_STR(", and denies are asked before allows");
    return CX_STR("");
}

/* The list's part in the answer; true: it decides. */
static bool trail_of_list(struct cx_explained *e, const cx_policy *p, const cx_subject *s, const cx_list *list,
                          cx_str title, cx_access access, cx_answer answer)
{
    cx_arena *a = &e->arena;
    if (list->refuses_unsafe && cx_client_unsafe(&s->client)) {
        add(e, cx_arena_printf(a, "%.*s: denied before any is asked, since the %s has '+' or '#'", (int)title.n,
                               title.p, cx_client_unsafe_user(&s->client) ? "user name" : "client id"));
        return true;
    }
    const cx_rule *r = answer.verdict.rule;
    if (!r || r < p->rules + list->first || r >= p->rules + list->first + list->count) {
        add(e, no_match(a, p, list, title, access));
        return false;
    }
    cx_str place = place_alone(a, cx_policy_place(p, r, a)), why = why_first(list, r, answer);
    add(e,
        cx_arena_printf(a, "%.*s: %.*s matches%.*s", (int)title.n, title.p, (int)place.n, place.p, (int)why.n, why.p));
    return true;
}

static void trail_of_default(struct cx_explained *e, const cx_policy *p, const cx_subject *s, cx_access access,
                             bool allow, bool last)
{
    cx_arena *a = &e->arena;
    cx_default own = p->defaults[s->kind][cx_access_index(access)];
    const char *then = last ? "denied, since nobody else is asked" : "left to the next one";
    if (p->documents[0].acl) {
        add(e, CX_STR("nothing matched: denied by default"));
    } else if (allow) {
        add(e, cx_arena_printf(a, "defaultACLAccess '%s' is true", cx_ask_default_name(access)));
    } else if (s->kind == CX_SUBJECT_UNKNOWN) {
        cx_str user = s->client.user;
        add(e, cx_arena_printf(a, "there is no client '%.*s': %s", (int)user.n, user.p, then));
    } else if (own.outcome == CX_ALLOW) {
        add(e, cx_arena_printf(a, "what begins with $CONTROL is never allowed by default: %s", then));
    } else {
        add(e, cx_arena_printf(a, "defaultACLAccess '%s' is not true: %s", cx_ask_default_name(access), then));
    }
}

/* What one policy does; LAST: nobody is asked after it. */
static void trail_of_policy(struct cx_explained *e, const cx_policy *p, const cx_subject *s, cx_access access,
                            cx_answer answer, bool decides, bool last)
{
    cx_arena *a = &e->arena;
    if (!decides) answer.verdict.rule = NULL;
    if (decides && answer.verdict.reason == CX_REASON_SUBSCRIBE_ALWAYS) {
        add(e, CX_STR("subscriptions are not compared with any rule"));
        return;
    }
    if (s->kind == CX_SUBJECT_UNKNOWN && p->documents[0].acl)
        add(e, cx_arena_printf(a, "user '%.*s' has no rules of its own", (int)s->client.user.n, s->client.user.p));
    if (p->documents[0].dynsec && s->holder->list_count == 0 && s->kind != CX_SUBJECT_UNKNOWN)
        add(e, s->kind == CX_SUBJECT_ANONYMOUS
                   ? CX_STR("there is no anonymous group")
                   : cx_arena_printf(a, "client '%.*s' has no roles", (int)s->client.user.n, s->client.user.p));
    cx_asking asking = cx_ask_lists(p, s->holder);
    unsigned shown = 0, more = 0;
    for (const cx_list *list; (list = cx_next_list(p, &asking));) {
        const cx_rule *r = answer.verdict.rule;
        bool here = r && r >= p->rules + list->first && r < p->rules + list->first + list->count;
        if (!here && shown++ >= LISTS_SHOWN) {
            more++;
            continue;
        }
        if (more) add(e, cx_arena_printf(a, "%u more roles: none matches", more));
        more = 0;
        if (trail_of_list(e, p, s, list, list_title(a, p, list, asking.now), access, answer)) return;
    }
    if (more) add(e, cx_arena_printf(a, "%u more roles: none matches", more));
    trail_of_default(e, p, s, access, decides && answer.allow, last);
}

/* What the broker did, step by step: one line each. */
static void trail(struct cx_explained *e, const cx_broker *b, const cx_question *q, cx_access access, cx_str topic,
                  cx_answer answer)
{
    cx_arena *a = &e->arena;
    cx_reason reason = answer.verdict.reason;
    if (reason == CX_REASON_INVALID_TOPIC) {
        add(e, CX_STR("the topic itself is not valid: no rule is asked"));
        return;
    }
    if (reason == CX_REASON_DOLLAR_TOPIC) {
        add(e, CX_STR("the broker's own gate for topics that begin with '$' denies: no rule is asked"));
        return;
    }
    if (topic.p[0] == '$' && reason != CX_REASON_SUBSCRIBE_ALWAYS &&
        (access == CX_ACCESS_READ || access == CX_ACCESS_WRITE))
        add(e, CX_STR("the topic begins with '$': only rules that begin with '$' can match it, '#' and '+' do not"));
    for (unsigned i = 0; i <= answer.step && i < b->step_count; i++) {
        cx_policy *p = b->steps[i].policy;
        if (!p) break;
        cx_subject s = cx_broker_subject(b, p, q->client);
        cx_str name = p->documents[0].source->name;
        if (b->step_count > 1)
            add(e, cx_arena_printf(a, "%s asked: %.*s", i == 0 ? "first" : "then", (int)name.n, name.p));
        trail_of_policy(e, p, &s, access, answer, i == answer.step, i + 1 == b->step_count);
    }
}

/* ---- the nearest rule ---- */

static cx_str nearest(cx_arena *a, const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic)
{
    cx_near near = cx_policy_nearest(p, s, access, topic);
    if (!near.rule) return CX_STR_NONE;
    cx_str place = cx_explained_place(a, p, near.rule);
    if (near.other_access)
        return cx_arena_printf(a, "%.*s matches the topic, but not for %s", (int)place.n, place.p,
                               cx_access_name(access));
    cx_str filter = cx_rule_filter(near.rule);
    cx_str f = cx_str_sub(filter, near.filter_at, filter.n - near.filter_at),
           t = cx_str_sub(topic, near.topic_at, topic.n - near.topic_at);
    if (f.n == 0) f = CX_STR("nothing");
    if (t.n == 0) t = CX_STR("nothing");
    return cx_arena_printf(a, "%.*s agrees up to '%.*s', then has '%.*s' where the topic has '%.*s'", (int)place.n,
                           place.p, (int)near.topic_at, topic.p, (int)f.n, f.p, (int)t.n, t.p);
}

/* In the policy that answers, else in those asked before it. */
static cx_str nearest_of_all(cx_arena *a, const cx_broker *b, const cx_question *q, cx_access access, cx_str topic,
                             cx_answer answer)
{
    cx_str text = CX_STR_NONE;
    for (unsigned i = answer.step + 1; i-- > 0 && text.n == 0;) {
        cx_subject s = cx_broker_subject(b, b->steps[i].policy, q->client);
        text = nearest(a, b->steps[i].policy, &s, access, topic);
    }
    return text;
}

/* ---- all of it ---- */

/* Answers that no policy gives. */
static cx_str without_rules(cx_arena *a, struct cx_policy_target *t, const cx_question *q, unsigned access,
                            cx_answer answer)
{
    cx_buf why = {0};
    cx_ask_put_why(&why, t, q, access, answer);
    cx_str text = cx_arena_dup(a, cx_buf_str(&why));
    cx_buf_clear(&why);
    return text;
}

static struct cx_explained explain(struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a)
{
    struct cx_explained e = {0};
    cx_policy *p = cx_answer_policy(&t->broker, a);
    cx_access asked = access == CX_ASK_REACH ? CX_ACCESS_READ : (cx_access)access;
    cx_str topic = q->topic, mount = t->broker.mount_point;
    if (a.verdict.reason == CX_REASON_CANNOT_CONNECT || t->broker.step_count == 0) {
        add(&e, without_rules(&e.arena, t, q, access, a));
        return e;
    }
    if (mount.p) {
        topic = cx_arena_printf(&e.arena, "%.*s%.*s", (int)mount.n, mount.p, (int)topic.n, topic.p);
        add(&e, cx_arena_printf(&e.arena, "the listener's mount point makes it '%.*s'", (int)topic.n, topic.p));
    }
    trail(&e, &t->broker, q, asked, topic, a);
    if (!p) {
        if (a.unknown) add(&e, without_rules(&e.arena, t, q, access, a));
        return e;
    }
    if (a.verdict.reason == CX_REASON_SUBSCRIBE_ALWAYS && a.step > 0) { /* the one asked before can refuse it */
        p = t->broker.steps[a.step - 1].policy;
        a.verdict = (cx_verdict){CX_ALLOW, CX_REASON_DEFAULT, NULL};
    }
    cx_subject s = cx_broker_subject(&t->broker, p, q->client);
    bool by_default = a.verdict.reason == CX_REASON_DEFAULT || a.verdict.reason == CX_REASON_UNKNOWN_USER;
    if (by_default && !a.allow) e.nearest = nearest_of_all(&e.arena, &t->broker, q, asked, topic, a);
    e.change = cx_explained_change(&e.arena, p, &s, asked, topic, a);
    return e;
}

static void explained_clear(struct cx_explained *e)
{
    cx_vec_clear(&e->trail);
    cx_arena_clear(&e->arena);
}

static void put_aside(cx_buf *out, const char *word, cx_str text)
{
    if (text.n == 0) return;
    cx_buf_printf(out, "    %-8s ", word);
    cx_buf_put_safe(out, text);
    cx_buf_putc(out, '\n');
}

/* "allow, acl:3  'topic read a/#'" */
static void put_other(cx_buf *out, struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a)
{
    cx_buf_printf(out, "    %-8s on %s%s%s: %s, ", "other", t->release->label, t->listener ? " listener " : "",
                  t->listener ? t->listener : "", cx_answer_name(a));
    cx_ask_put_why(out, t, q, access, a);
    cx_buf_putc(out, '\n');
}

static bool differs(cx_answer a, cx_answer b) { return a.allow != b.allow || a.unknown != b.unknown; }

void cx_aclcheck_others(cx_buf *out, cx_policy_source *others, const cx_question *q, unsigned access, cx_answer a)
{
    for (unsigned i = 0; i < others->target_count; i++) {
        cx_answer other = cx_ask(&others->targets[i], q, access);
        if (differs(a, other)) put_other(out, &others->targets[i], q, access, other);
    }
}

void cx_aclcheck_others_json(cx_json *j, cx_policy_source *others, const cx_question *q, unsigned access, cx_answer a)
{
    cx_json_array(j, "others");
    for (unsigned i = 0; i < others->target_count; i++) {
        struct cx_policy_target *t = &others->targets[i];
        cx_answer other = cx_ask(t, q, access);
        if (!differs(a, other)) continue;
        cx_json_object(j, NULL);
        cx_ask_put_json(j, t, t->listener, access, other);
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
}

void cx_aclcheck_explain(cx_buf *out, struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a)
{
    struct cx_explained e = explain(t, q, access, a);
    for (size_t i = 0; i < e.trail.n; i++) put_aside(out, i ? "" : "trail", e.trail.items[i]);
    put_aside(out, "nearest", e.nearest);
    put_aside(out, "change", e.change);
    explained_clear(&e);
}

void cx_aclcheck_explain_json(cx_json *j, struct cx_policy_target *t, const cx_question *q, unsigned access,
                              cx_answer a)
{
    struct cx_explained e = explain(t, q, access, a);
    cx_json_array(j, "trail");
    for (size_t i = 0; i < e.trail.n; i++) cx_json_str(j, NULL, e.trail.items[i]);
    cx_json_end_array(j);
    cx_json_str(j, "nearest", e.nearest);
    cx_json_str(j, "change", e.change);
    explained_clear(&e);
}
