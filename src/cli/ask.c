#include "cli/ask.h"

#include "analysis/effective.h"

const unsigned cx_ask_order[] = {CX_ACCESS_WRITE,       CX_ACCESS_READ, CX_ACCESS_SUBSCRIBE,
                                 CX_ACCESS_UNSUBSCRIBE, CX_ASK_REACH,   0};

unsigned cx_ask_access(cx_str word)
{
    static const struct {
        const char *name;
        unsigned bits;
    } words[] = {
        {"read", CX_ACCESS_READ},
        {"write", CX_ACCESS_WRITE},
        {"readwrite", CX_ACCESS_READ | CX_ACCESS_WRITE},
        {"subscribe", CX_ACCESS_SUBSCRIBE},
        {"unsubscribe", CX_ACCESS_UNSUBSCRIBE},
        {"reach", CX_ASK_REACH},
        {"all", CX_ACCESS_READ | CX_ACCESS_WRITE | CX_ACCESS_SUBSCRIBE | CX_ACCESS_UNSUBSCRIBE | CX_ASK_REACH},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cx_str_is(word, words[i].name)) return words[i].bits;
    return 0;
}

const char *cx_ask_name(unsigned access)
{
    return access == CX_ASK_REACH ? "reach" : cx_access_name((cx_access)access);
}

const char *cx_answer_name(cx_answer a) { return a.allow ? "allow" : a.unknown ? "unknown" : "deny"; }

/* Some allowed subscription brings the topic, though one to the topic itself is not allowed. */
static bool is_brought(struct cx_policy_target *t, const cx_question *q)
{
    cx_sets *space = cx_sets_new(CX_SETS_NODES);
    cx_effective *e = cx_effective_new(space, &t->broker);
    bool brought = cx_set_has(space, cx_effective_reach(e, &q->client, NULL), q->topic);
    cx_effective_free(e);
    cx_sets_free(space);
    return brought;
}

cx_answer cx_ask(struct cx_policy_target *t, const cx_question *q, unsigned access)
{
    const char *why;
    if (t->door && cx_door_admits(t->start, t->door, &q->client, &why) == CX_NO)
        return (cx_answer){.verdict = {CX_DENY, CX_REASON_CANNOT_CONNECT, NULL}, .why = why};
    if (access != CX_ASK_REACH) return cx_broker_ask(&t->broker, &q->client, (cx_access)access, q->topic);
    cx_answer read = cx_broker_ask(&t->broker, &q->client, CX_ACCESS_READ, q->topic);
    if (!read.allow) return read;
    cx_answer subscribe = cx_broker_ask(&t->broker, &q->client, CX_ACCESS_SUBSCRIBE, q->topic);
    return subscribe.allow || is_brought(t, q) ? read : subscribe;
}

void cx_ask_put_json(cx_json *j, struct cx_policy_target *t, const char *listener, unsigned access, cx_answer a)
{
    cx_arena arena = {0};
    const cx_rule *r = a.verdict.rule;
    cx_rule_place place = {0};
    if (r) place = cx_policy_place(cx_answer_policy(&t->broker, a), r, &arena);
    cx_json_str(j, "target", cx_str_of(t->release->label));
    if (listener) cx_json_str(j, "listener", cx_str_of(listener));
    cx_json_str(j, "access", cx_str_of(cx_ask_name(access)));
    if (a.unknown) cx_json_null(j, "allow");
    else cx_json_bool(j, "allow", a.allow);
    cx_json_str(j, "reason", cx_str_of(cx_reason_name(a.verdict.reason)));
    cx_json_str(j, "file", r ? place.source->name : CX_STR_NONE);
    if (r) cx_json_int(j, "line", (long long)place.line);
    else cx_json_null(j, "line");
    cx_json_str(j, "path", place.path);
    cx_json_str(j, "rule", place.text);
    if (place.role.p) cx_json_str(j, "role", place.role);
    cx_arena_clear(&arena);
}

void cx_ask_put_place(cx_buf *out, const cx_policy *p, const cx_rule *r)
{
    cx_arena arena = {0};
    cx_rule_place place = cx_policy_place(p, r, &arena);
    cx_buf_put_safe(out, place.source->name);
    cx_buf_printf(out, ":%zu  '", place.line);
    cx_buf_put_safe(out, place.text);
    cx_buf_putc(out, '\'');
    if (place.role.p) {
        cx_buf_puts(out, " in role '");
        cx_buf_put_safe(out, place.role);
        cx_buf_putc(out, '\'');
    }
    cx_arena_clear(&arena);
}

static void put_user(cx_buf *out, const char *before, cx_str user, const char *behind)
{
    cx_buf_puts(out, before);
    cx_buf_put_safe(out, user);
    cx_buf_puts(out, behind);
}

static void put_no_rule(cx_buf *out, const cx_subject *s, cx_str user)
{
    if (s->kind == CX_SUBJECT_ANONYMOUS)
        cx_buf_puts(out, "no rule for clients without a user name, and no pattern, matches");
    else if (s->kind == CX_SUBJECT_UNKNOWN)
        put_user(out, "user '", user, "' has no rules here, and no pattern matches");
    else put_user(out, "no rule of user '", user, "', and no pattern, matches");
}

const char *cx_ask_default_name(cx_access access)
{
    static const char *const names[CX_ACCESS_KINDS] = {"publishClientReceive", "publishClientSend", "subscribe",
                                                       "unsubscribe"};
    return names[cx_access_index(access)];
}

/* What dynamic security does with a question that no ACL answers. */
static void put_no_acl(cx_buf *out, const cx_policy *p, const cx_subject *s, cx_access access, const cx_question *q,
                       bool allow)
{
    cx_buf_put_safe(out, p->documents[0].source->name);
    if (s->kind == CX_SUBJECT_UNKNOWN) {
        put_user(out, ": there is no client '", q->client.user, "', and nobody else decides");
        return;
    }
    cx_buf_puts(out, ": no ACL matches");
    bool by_default = p->defaults[s->kind][cx_access_index(access)].outcome == CX_ALLOW;
    if (by_default && !allow) cx_buf_puts(out, ", and what begins with $CONTROL is never allowed by default");
    else
        cx_buf_printf(out, ", and defaultACLAccess '%s' is %s", cx_ask_default_name(access),
                      allow ? "true" : "not true");
}

static void put_dollar(cx_buf *out, cx_str topic)
{
    if (cx_str_starts(topic, CX_STR("$SYS")))
        cx_buf_puts(out, "no client may publish to a topic that begins with $SYS, whatever the rules say");
    else
        cx_buf_puts(
            out,
            "a topic that begins with $share names a shared subscription: nothing is published or delivered on it");
}

static void put_unsafe(cx_buf *out, const cx_question *q)
{
    bool user = cx_client_unsafe_user(&q->client);
    cx_buf_puts(out, user ? "the user name '" : "the client id '");
    cx_buf_put_safe(out, user ? q->client.user : q->client.id);
    cx_buf_puts(out, "' has '+' or '#': the broker denies such a client all that its own rules do not allow");
}

static void put_unknown(cx_buf *out, const struct cx_policy_target *t)
{
    cx_buf_puts(out, "a plug-in decides that culex cannot ask: ");
    cx_buf_put_safe(out, t->broker.steps[t->broker.step_count - 1].who);
}

/* Nothing in the policy that answers says anything of it. */
static void put_default(cx_buf *out, struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a)
{
    cx_policy *p = cx_answer_policy(&t->broker, a);
    cx_subject s = cx_broker_subject(&t->broker, p, q->client);
    cx_access asked = access == CX_ASK_REACH ? CX_ACCESS_READ : (cx_access)access;
    if (p->documents[0].acl) put_no_rule(out, &s, q->client.user);
    else put_no_acl(out, p, &s, asked, q, a.allow);
}

void cx_ask_put_why(cx_buf *out, struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a)
{
    switch (a.verdict.reason) {
    case CX_REASON_RULE:
    case CX_REASON_MALFORMED_RULE:
        cx_ask_put_place(out, cx_answer_policy(&t->broker, a), a.verdict.rule);
        if (a.verdict.reason == CX_REASON_MALFORMED_RULE)
            cx_buf_puts(out, ", whose topic is malformed: what reaches it is denied");
        return;
    case CX_REASON_DEFAULT:
    case CX_REASON_UNKNOWN_USER: put_default(out, t, q, access, a); return;
    case CX_REASON_DOLLAR_TOPIC: put_dollar(out, q->topic); return;
    case CX_REASON_UNSAFE_ID: put_unsafe(out, q); return;
    case CX_REASON_SUBSCRIBE_ALWAYS:
        cx_buf_puts(out, "an ACL file never refuses it");
        if (access == CX_ACCESS_SUBSCRIBE)
            cx_buf_puts(out, "; what is delivered is decided by 'read', message by message");
        return;
    case CX_REASON_NO_ACL: cx_buf_puts(out, "no ACL file and no plug-in is asked about topics"); return;
    case CX_REASON_CANNOT_CONNECT: cx_buf_printf(out, "the client cannot connect: %s", a.why); return;
    case CX_REASON_UNKNOWN_PLUGIN: put_unknown(out, t); return;
    case CX_REASON_INVALID_TOPIC:
        cx_buf_printf(out, "not a valid topic%s: the broker ends a connection that uses it",
                      access == CX_ACCESS_SUBSCRIBE || access == CX_ACCESS_UNSUBSCRIBE ? " filter" : " name");
        return;
    }
}
