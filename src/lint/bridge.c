/* Rules about bridges. */
#include "lint/conf_listen.h"
#include "topic/topic.h"

static bool sends(const cx_bridge_topic *t) { return t->direction == CX_BRIDGE_OUT || t->direction == CX_BRIDGE_BOTH; }
static bool takes(const cx_bridge_topic *t) { return t->direction == CX_BRIDGE_IN || t->direction == CX_BRIDGE_BOTH; }

static bool leaves_host(const cx_bridge *b)
{
    for (size_t i = 0; i < b->addresses.n; i++)
        if (!cx_host_is_loopback(b->addresses.items[i].host)) return true;
    return false;
}

/* ---- one bridge ---- */

static void judge_plain(const cx_setup *s, const cx_bridge *b)
{
    if (!leaves_host(b) || cx_bridge_has_tls(s, b)) return;
    bool password = cx_bridge_of(b, CX_OPT_REMOTE_PASSWORD) != NULL;
    cx_finding *x = cx_lint_line(s, b->line, CX_RULE_BRIDGE_PLAINTEXT, cx_setting_text(s, b->line),
                                 "the bridge speaks without TLS%s", password ? ", and sends a password" : "");
    cx_lint_note(s, b->line, x, "whoever sees the traffic reads the messages, and may change them");
    cx_lint_help(s, b->line, x, "bridge_cafile, and the port of the other broker's TLS listener");
}

static void judge_insecure(const cx_setup *s, const cx_bridge *b)
{
    cx_setting line = cx_bridge_of(b, CX_OPT_BRIDGE_INSECURE);
    if (!line || !cx_setting_bool(s, line, false)) return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_BRIDGE_INSECURE, CX_STR_NONE,
                                 "the name in the other broker's certificate is not checked");
    cx_lint_note(s, line, x,
                 "whoever has any certificate of the authority can be that broker; the broker warns of it itself");
    cx_lint_help(s, line, x, "take the line away, and connect to the name that is in the certificate");
}

static void judge_queue(const cx_setup *s, const cx_bridge *b)
{
    cx_setting limit = cx_setup_of(s, CX_OPT_MAX_QUEUED_MESSAGES);
    if (!limit || cx_setting_int(s, limit, 1000) != 0 ||
        cx_setting_bool(s, cx_bridge_of(b, CX_OPT_CLEANSESSION), false))
        return;
    for (size_t i = 0; i < b->topics.n; i++) {
        const cx_bridge_topic *t = &b->topics.items[i];
        if (!sends(t) || t->qos == 0) continue;
        cx_finding *x = cx_lint_line(s, t->line, CX_RULE_BRIDGE_UNBOUNDED_QUEUE, t->pattern,
                                     "messages pile up without a limit while the other broker is away");
        cx_lint_note(s, t->line, x, "line %zu: max_queued_messages 0 means no limit", cx_lint_line_number(s, limit));
        cx_lint_help(s, t->line, x, "a limit, max_queued_bytes, or cleansession true");
        return;
    }
}

static void judge_inbound(const cx_setup *s, const cx_bridge *b)
{
    for (size_t i = 0; i < b->topics.n; i++) {
        const cx_bridge_topic *t = &b->topics.items[i];
        if (!takes(t) || !cx_str_is(t->local, "#")) continue;
        cx_finding *x = cx_lint_line(s, t->line, CX_RULE_BRIDGE_OPEN_INBOUND, t->pattern,
                                     "the other broker writes every topic of this one");
        cx_lint_note(s, t->line, x, "what comes over a bridge is not checked by an ACL file");
        cx_lint_help(s, t->line, x, "name the topics, or give them a local prefix: topic # in 0 remote/");
    }
}

/* ---- loops ---- */

static bool same_address(const cx_bridge *a, const cx_bridge *b)
{
    for (size_t i = 0; i < a->addresses.n; i++)
        for (size_t k = 0; k < b->addresses.n; k++)
            if (a->addresses.items[i].port == b->addresses.items[k].port &&
                cx_str_eq(a->addresses.items[i].host, b->addresses.items[k].host))
                return true;
    return false;
}

/* Does what A sends come back by B, to where A takes it from? */
static bool comes_back(const cx_bridge_topic *a, const cx_bridge_topic *b)
{
    if (!sends(a) || !takes(b) || !a->local.p || !b->local.p) return false;
    return cx_filter_overlaps(a->remote, b->remote) && cx_filter_overlaps(b->local, a->local);
}

static void judge_pair(const cx_setup *s, const cx_bridge *a, const cx_bridge *b)
{
    for (size_t i = 0; i < a->topics.n && i < 200; i++)
        for (size_t k = 0; k < b->topics.n && k < 200; k++) {
            if (!comes_back(&a->topics.items[i], &b->topics.items[k])) continue;
            cx_setting line = a->topics.items[i].line, other = b->topics.items[k].line;
            cx_finding *x = cx_lint_line(s, line, CX_RULE_BRIDGE_LOOP, a->topics.items[i].pattern,
                                         "messages go round: what this line sends comes back");
            cx_lint_note(s, line, x, "line %zu: another connection to the same broker takes it in again",
                         cx_lint_line_number(s, other));
            cx_lint_note(s, line, x, "a broker keeps from a connection only what came by that same one");
            cx_lint_help(s, line, x, "one connection with both topics, or prefixes that keep them apart");
            return;
        }
}

/* A bridge to the broker it belongs to. */
static void judge_self(cx_lint *l, const cx_setup *s, const cx_bridge *b)
{
    const cx_door *d;
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));) {
        const cx_serving *v = &d->serving;
        for (size_t i = 0; i < b->addresses.n && v->opens && v->port; i++) {
            if (b->addresses.items[i].port != v->port || !cx_host_is_loopback(b->addresses.items[i].host)) continue;
            for (size_t k = 0; k < b->topics.n; k++) {
                const cx_bridge_topic *t = &b->topics.items[k];
                if (!sends(t) || !cx_filter_overlaps(t->local, t->remote)) continue;
                cx_finding *x = cx_lint_line(s, t->line, CX_RULE_BRIDGE_LOOP, t->pattern,
                                             "messages go round: the bridge leads to this broker itself");
                cx_lint_note(s, t->line, x, "it listens on port %u, where the connection goes", v->port);
                cx_lint_help(s, t->line, x, "the address of the other broker");
                return;
            }
        }
    }
}

/* ---- old names ---- */

static void judge_names(const cx_setup *s)
{
    for (size_t i = 0; i < s->conf->files.n; i++) {
        cx_conf_file *file = s->conf->files.items[i];
        for (size_t k = 0; k < file->lines.n; k++) {
            cx_setting line = &file->lines.items[k];
            if (line->kind != CX_CONF_OPTION || !(line->targets & CX_TARGET_BIT(s->release))) continue;
            const cx_conf_option *o = cx_conf_line_option(line);
            const char *name = cx_conf_names[line->name].name;
            if (o->scope != CX_SCOPE_BRIDGE || strcmp(name, o->name) == 0) continue;
            cx_finding *x = cx_lint_line(s, line, CX_RULE_BRIDGE_OLD_OPTION, CX_STR_NONE, "'%s' is an old name of '%s'",
                                         name, o->name);
            cx_lint_note(s, line, x, "it does the same, and does not say to whom it belongs");
            cx_fix *fix = cx_finding_fix(&file->findings, x, true, "write '%s'", o->name);
            cx_fix_edit(&file->findings, fix, (cx_span){line->at, line->word_len}, "%s", o->name);
        }
    }
}

void cx_lint_bridges(cx_lint *l, cx_setup *s)
{
    judge_names(s);
    for (size_t i = 0; i < s->bridges.n; i++) {
        const cx_bridge *b = s->bridges.items[i];
        if (b->broken || !b->line) continue;
        judge_plain(s, b);
        judge_insecure(s, b);
        judge_queue(s, b);
        judge_inbound(s, b);
        judge_self(l, s, b);
        for (size_t k = 0; k < s->bridges.n && s->bridges.n <= 100; k++)
            if (k != i && !s->bridges.items[k]->broken && same_address(b, s->bridges.items[k]))
                judge_pair(s, b, s->bridges.items[k]);
    }
}
