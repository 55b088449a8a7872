#include "cli/ask.h"

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

cx_answer cx_ask(struct cx_policy_target *t, const cx_question *q, unsigned access)
{
    const char *why;
    if (t->door && cx_door_admits(t->start, t->door, &q->client, &why) == CX_NO)
        return (cx_answer){.verdict = {CX_DENY, CX_REASON_CANNOT_CONNECT, NULL}, .why = why};
    if (access != CX_ASK_REACH) return cx_broker_ask(&t->broker, &q->client, (cx_access)access, q->topic);
    cx_answer read = cx_broker_ask(&t->broker, &q->client, CX_ACCESS_READ, q->topic);
    if (!read.allow) return read;
    cx_answer subscribe = cx_broker_ask(&t->broker, &q->client, CX_ACCESS_SUBSCRIBE, q->topic);
    return subscribe.allow ? read : subscribe;
}

/* The text of a rule's line, and its number. */
static cx_str rule_line(const struct cx_policy_target *t, const cx_rule *r, size_t *line)
{
    cx_source *source = cx_target_policy(t)->source;
    *line = cx_source_place(source, r->at).line;
    return cx_source_line_up_to(source, (cx_span){r->at, r->filter_len});
}

void cx_ask_put_json(cx_json *j, struct cx_policy_target *t, const char *listener, unsigned access, cx_answer a)
{
    cx_json_str(j, "target", cx_str_of(t->release->label));
    if (listener) cx_json_str(j, "listener", cx_str_of(listener));
    cx_json_str(j, "access", cx_str_of(cx_ask_name(access)));
    if (a.unknown) cx_json_null(j, "allow");
    else cx_json_bool(j, "allow", a.allow);
    cx_json_str(j, "reason", cx_str_of(cx_reason_name(a.verdict.reason)));
    size_t line = 0;
    const cx_rule *r = a.verdict.rule;
    cx_str text = r ? rule_line(t, r, &line) : CX_STR_NONE;
    cx_json_str(j, "file", r ? cx_target_policy(t)->source->name : CX_STR_NONE);
    if (r) cx_json_int(j, "line", (long long)line);
    else cx_json_null(j, "line");
    cx_json_null(j, "path");
    cx_json_str(j, "rule", text);
}

static void put_no_rule(cx_buf *out, struct cx_policy_target *t, const cx_question *q)
{
    cx_subject s = cx_broker_subject(&t->broker, cx_target_policy(t), q->client);
    if (s.kind == CX_SUBJECT_ANONYMOUS)
        cx_buf_puts(out, "no rule for clients without a user name, and no pattern, matches");
    else if (s.kind == CX_SUBJECT_UNKNOWN) {
        cx_buf_puts(out, "user '");
        cx_buf_put_safe(out, q->client.user);
        cx_buf_puts(out, "' has no rules here, and no pattern matches");
    } else {
        cx_buf_puts(out, "no rule of user '");
        cx_buf_put_safe(out, q->client.user);
        cx_buf_puts(out, "', and no pattern, matches");
    }
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

void cx_ask_put_why(cx_buf *out, struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a)
{
    switch (a.verdict.reason) {
    case CX_REASON_RULE: {
        size_t line;
        cx_str text = rule_line(t, a.verdict.rule, &line);
        cx_buf_put_safe(out, cx_target_policy(t)->source->name);
        cx_buf_printf(out, ":%zu  '", line);
        cx_buf_put_safe(out, text);
        cx_buf_putc(out, '\'');
        return;
    }
    case CX_REASON_DEFAULT:
    case CX_REASON_UNKNOWN_USER: put_no_rule(out, t, q); return;
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
