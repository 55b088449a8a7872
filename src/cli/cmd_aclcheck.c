/* culex aclcheck: may this user do this on this topic? */
#include "cli/cmd_aclcheck.h"

#include "base/typo.h"
#include "cli/ask.h"
#include "policy/explain.h"
#include "topic/topic.h"

static const cx_option options[] = {
    {"access", 'a', "ACCESS", "read, write, readwrite, subscribe, unsubscribe, reach or all"},
    {"clientid", 'i', "ID", "the client id (default: one that no rule names)"},
    {"anonymous", 0, NULL, "a client without a user name; USER is left out"},
    {"acl", 0, "FILE", "the ACL file, when it is not an operand"},
    {"conf", 0, "FILE", "the mosquitto.conf, when it is not an operand"},
    {"dynsec", 0, "FILE", "the dynamic-security.json, when it is not an operand"},
    {"listener", 0, "PORT", "of a conf: the listener with this port, address:port or socket path"},
    {"root", 0, "DIR", "of a conf: put before the absolute paths in it"},
    {"passwd", 0, "FILE", "the password file that goes with it"},
    {"password-file", 0, "FILE", NULL},
    {"argon2", 0, NULL, "the broker is built with argon2 (stock builds are not)"},
    {"explain", 0, NULL, "the whole trail, the nearest rule, the smallest change"},
    {"batch", 0, "FILE", "many questions: lines of user TAB clientid TAB access TAB topic"},
    {"as", 0, "KIND", "the policy's kind, when its name does not tell"},
    {"kind", 0, "KIND", "the same as --as"},
    {NULL, 0, NULL, NULL},
};

static void note_text(cx_cli *cli, const char *what, cx_str text)
{
    if (!cx_mqtt_text_ok(text)) cx_cli_note(cli, "no client can use this %s: it is not valid in MQTT", what);
}

/* Releases whose password file has no usable entry for the user. */
static void note_no_login(cx_cli *cli, const cx_policy_source *s, cx_str user)
{
    cx_targets without = 0;
    for (unsigned i = 0; s->has_passwd && i < s->target_count; i++)
        if (!cx_passwd_find(&s->passwd, user, s->targets[i].release)) without |= CX_TARGET_BIT(s->targets[i].release);
    if (!without) return;
    cx_arena a = {0};
    cx_str who = cx_targets_text(&a, without), file = s->passwd_source.name;
    bool all = without == cli->targets;
    cx_cli_note(cli, "user '%.*s' could not connect%s%.*s: no usable entry in %.*s", (int)user.n, user.p,
                all ? "" : " to ", all ? 0 : (int)who.n, who.p, (int)file.n, file.p);
    cx_arena_clear(&a);
}

/* The name that was meant, among those of all that the first target asks. */
static void note_near_user(cx_cli *cli, const cx_policy_source *s, cx_str user)
{
    const cx_broker *b = &s->targets[0].broker;
    cx_nearest n = {0};
    cx_str file = CX_STR_NONE;
    for (unsigned k = 0; k < b->step_count; k++) {
        const cx_policy *p = b->steps[k].policy;
        if (!p) continue;
        if (cx_policy_user(p, user) != CX_MAP_NONE) return;
        for (size_t i = 0; i < p->holders.n; i++) {
            cx_str name = cx_policy_names(p)->keys[i].key;
            if (p->holders.items[i].list_count != CX_HOLDER_NOBODY) cx_nearest_offer(&n, user, name);
        }
        file = p->documents[0].source->name;
    }
    if (n.word.p)
        cx_cli_note(cli, "no user '%.*s' in %.*s, did you mean '%.*s'?", (int)user.n, user.p, (int)file.n, file.p,
                    (int)n.word.n, n.word.p);
}

/* Of the clients of a lone dynamic-security.json, one that could not connect. */
static void note_entry(cx_cli *cli, const cx_dynsec_client *entry, const cx_client *c)
{
    int n = (int)c->user.n;
    const char *user = c->user.p;
    if (entry->disabled) cx_cli_note(cli, "client '%.*s' is disabled and could not connect", n, user);
    else if (entry->id.p && entry->id.n == 0)
        cx_cli_note(cli, "client '%.*s' is bound to an empty client id and could not connect", n, user);
    else if (entry->id.p && (c->fresh || !cx_str_eq(entry->id, c->id)))
        cx_cli_note(cli, "client '%.*s' can connect with client id '%.*s' only (-i)", n, user, (int)entry->id.n,
                    entry->id.p);
    else if (!entry->logins)
        cx_cli_note(cli, "client '%.*s' has no usable password and could not connect with one", n, user);
}

static void note_no_client(cx_cli *cli, const cx_policy_source *s, const cx_client *c)
{
    const cx_policy *p = s->targets[0].broker.steps[0].policy;
    if (!p || !p->documents[0].dynsec || s->has_conf) return;
    uint32_t number = cx_policy_user(p, c->user), name = cx_map_get(&s->dynsec.client_names.map, c->user);
    if (number != CX_MAP_NONE) note_entry(cli, p->clients.items[number], c);
    else if (name < s->dynsec.client_names.count)
        cx_cli_note(cli, "the plug-in of %s skips client '%.*s'; 'culex check' says why", p->release->label,
                    (int)c->user.n, c->user.p);
}

static void note_question(cx_cli *cli, const cx_policy_source *s, const cx_question *q)
{
    const cx_client *c = &q->client;
    note_text(cli, "topic", q->topic);
    if (!c->fresh) note_text(cli, "client id", c->id);
    if (c->anonymous) return;
    if (c->user.n == 0) {
        cx_cli_note(cli, "a broker takes an empty user name for none: answered as for an anonymous client");
        return;
    }
    note_text(cli, "user name", c->user);
    note_no_login(cli, s, c->user);
    note_no_client(cli, s, c);
    note_near_user(cli, s, c->user);
}

static bool same_answer(cx_answer a, cx_answer b)
{
    if (a.allow != b.allow || a.unknown != b.unknown || a.verdict.reason != b.verdict.reason) return false;
    if (a.why && strcmp(a.why, b.why) != 0) return false;
    return !a.verdict.rule == !b.verdict.rule && (!a.verdict.rule || a.verdict.rule->at == b.verdict.rule->at);
}

enum { IDS_TRIED = 64 };

/* Client ids that may be answered otherwise: of rules with %c, and the one a client is bound to. */
static unsigned other_ids(struct cx_policy_target *t, const cx_question *q, cx_arena *a, cx_str ids[IDS_TRIED])
{
    unsigned n = 0;
    cx_str mount = t->broker.mount_point;
    cx_str topic = mount.p ? cx_arena_join(a, mount, q->topic) : q->topic;
    for (unsigned i = 0; i < t->broker.step_count; i++) {
        const cx_policy *p = t->broker.steps[i].policy;
        if (!p) continue;
        cx_subject s = cx_policy_subject(p, q->client);
        uint32_t number = s.kind == CX_SUBJECT_USER ? cx_policy_user(p, q->client.user) : CX_MAP_NONE;
        if (n < IDS_TRIED && number < p->clients.n && p->clients.items[number]->id.n)
            ids[n++] = p->clients.items[number]->id;
        n += cx_policy_other_ids(p, &s, topic, ids + n, IDS_TRIED - n);
    }
    return n;
}

/* The answer another, ordinary client id gets from one target; false: the same. */
static bool other_id(struct cx_policy_target *t, const cx_question *q, unsigned access, cx_arena *a, cx_str *id,
                     cx_answer *other)
{
    cx_str ids[IDS_TRIED];
    if (!q->client.fresh || t->broker.username_as_clientid || q->topic.n == 0) return false;
    cx_answer fresh = cx_ask(t, q, access);
    unsigned n = other_ids(t, q, a, ids);
    for (unsigned i = 0; i < n; i++) {
        cx_question with = *q;
        with.client.fresh = false;
        with.client.id = ids[i];
        *id = ids[i];
        *other = cx_ask(t, &with, access);
        if (other->allow != fresh.allow) return true;
    }
    return false;
}

/* Says when another id is answered otherwise, once for releases that say the same. */
static void note_other_id(cx_cli *cli, cx_policy_source *s, const cx_question *q, unsigned access)
{
    cx_str ids[CX_POLICY_TARGETS_MAX];
    cx_answer others[CX_POLICY_TARGETS_MAX];
    cx_targets differs[CX_POLICY_TARGETS_MAX] = {0}; /* releases that say what the one with this index says */
    cx_arena a = {0};
    for (unsigned i = 0; i < s->target_count; i++) {
        if (!other_id(&s->targets[i], q, access, &a, &ids[i], &others[i])) continue;
        unsigned k = 0;
        while (k < i && !(differs[k] && cx_str_eq(ids[k], ids[i]) && same_answer(others[k], others[i]))) k++;
        differs[k] |= CX_TARGET_BIT(s->targets[i].release);
    }
    for (unsigned i = 0; i < s->target_count; i++) {
        if (!differs[i]) continue;
        cx_buf why = {0};
        cx_str who = cx_targets_text(&a, differs[i]);
        bool all = differs[i] == cli->targets;
        cx_ask_put_why(&why, &s->targets[i], q, access, others[i]);
        cx_cli_note(cli, "with client id '%.*s' (-i): %s %s%s%.*s, %.*s", (int)ids[i].n, ids[i].p, cx_ask_name(access),
                    others[i].allow ? "allow" : "deny", all ? "" : " on ", all ? 0 : (int)who.n, who.p, (int)why.n,
                    why.p);
        cx_buf_clear(&why);
    }
    cx_arena_clear(&a);
}

static void put_line(cx_cli *cli, struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a,
                     int width, bool with_target, bool with_listener)
{
    cx_buf *out = &cli->out;
    const char *word = cx_answer_name(a);
    cx_buf_printf(out, "%-*s  ", width, cx_ask_name(access));
    cx_put_painted(out, cli->style, a.allow ? CX_PAINT_GOOD : CX_PAINT_BAD, cx_str_of(word));
    cx_buf_fill(out, ' ', strlen(word) < 5 ? 7 - strlen(word) : 2);
    if (with_target) cx_buf_printf(out, "%-6s  ", t->release->label);
    if (with_listener) cx_buf_printf(out, "listener %s  ", t->listener);
    cx_ask_put_why(out, t, q, access, a);
    cx_buf_putc(out, '\n');
}

/* Whether the targets of one release, from I on, say the same. */
static bool release_agrees(const cx_policy_source *s, const cx_answer *answers, unsigned i)
{
    for (unsigned k = i + 1; k < s->target_count; k++)
        if (s->targets[k].release == s->targets[i].release && !same_answer(answers[i], answers[k])) return false;
    return true;
}

static bool is_first(const cx_policy_source *s, unsigned i)
{
    return i == 0 || s->targets[i - 1].release != s->targets[i].release;
}

/* The listener to name beside answer I; NULL: all of its release answer alike. *SKIP: another one spoke for it. */
static const char *listener_of(const cx_policy_source *s, const cx_answer *answers, unsigned i, bool *skip)
{
    unsigned first = i;
    while (!is_first(s, first)) first--;
    bool agree = release_agrees(s, answers, first);
    *skip = agree && i > first;
    return agree ? NULL : s->targets[i].listener;
}

static void put_text(cx_cli *cli, cx_policy_source *s, cx_policy_source *others, const cx_question *q, unsigned access,
                     const cx_answer *answers, int width)
{
    bool agree = true, explain = cx_cli_value(cli, "explain") != NULL, releases = false;
    for (unsigned i = 1; i < s->target_count; i++) {
        agree &= same_answer(answers[0], answers[i]);
        releases |= s->targets[i].release != s->targets[0].release;
    }
    for (unsigned i = 0; i < (agree ? 1 : s->target_count); i++) {
        bool skip;
        const char *listener = listener_of(s, answers, i, &skip);
        if (skip) continue;
        put_line(cli, &s->targets[i], q, access, answers[i], width, !agree && releases, !agree && listener);
        if (explain) cx_aclcheck_explain(&cli->out, &s->targets[i], q, access, answers[i]);
    }
    if (agree && s->target_count) cx_aclcheck_others(&cli->out, others, q, access, answers[0]);
}

static void put_json(cx_cli *cli, cx_json *j, cx_policy_source *s, cx_policy_source *others, const cx_question *q,
                     unsigned access, const cx_answer *answers)
{
    for (unsigned i = 0; i < s->target_count; i++) {
        bool skip;
        const char *listener = listener_of(s, answers, i, &skip);
        if (skip) continue;
        cx_json_object(j, NULL);
        cx_ask_put_json(j, &s->targets[i], listener, access, answers[i]);
        if (cx_cli_value(cli, "explain")) {
            cx_aclcheck_explain_json(j, &s->targets[i], q, access, answers[i]);
            cx_aclcheck_others_json(j, others, q, access, answers[i]);
        }
        cx_json_end_object(j);
    }
}

static int ask_one(cx_cli *cli, cx_policy_source *s, cx_policy_source *others, const cx_question *q)
{
    bool denied = false, json = cli->format == CX_FORMAT_JSON;
    int width = 0;
    for (const unsigned *access = cx_ask_order; *access; access++)
        if ((q->accesses & *access) && (int)strlen(cx_ask_name(*access)) > width)
            width = (int)strlen(cx_ask_name(*access));
    cx_json j = {&cli->out, false};
    if (json) cx_aclcheck_begin_json(&j, q);
    for (const unsigned *access = cx_ask_order; *access; access++) {
        if (!(q->accesses & *access)) continue;
        cx_answer answers[CX_POLICY_TARGETS_MAX];
        for (unsigned i = 0; i < s->target_count; i++) {
            answers[i] = cx_ask(&s->targets[i], q, *access);
            denied |= !answers[i].allow;
        }
        if (json) put_json(cli, &j, s, others, q, *access, answers);
        else put_text(cli, s, others, q, *access, answers, width);
        note_other_id(cli, s, q, *access);
    }
    if (json) cx_aclcheck_end_json(&j);
    return denied ? CX_EXIT_NO : CX_EXIT_YES;
}

void cx_aclcheck_begin_json(cx_json *j, const cx_question *q)
{
    cx_json_object(j, NULL);
    cx_json_str(j, "user", q->client.anonymous ? CX_STR_NONE : q->client.user);
    cx_json_str(j, "clientid", q->client.fresh ? CX_STR_NONE : q->client.id);
    cx_json_str(j, "topic", q->topic);
    cx_json_array(j, "answers");
}

void cx_aclcheck_end_json(cx_json *j)
{
    cx_json_end_array(j);
    cx_json_end_object(j);
    cx_buf_putc(j->out, '\n');
}

/* The words of the command line as a question; *POLICY what is left of them. */
static int read_question(cx_cli *cli, cx_question *q, const char **policy)
{
    unsigned at = 0;
    bool anonymous = cx_cli_value(cli, "anonymous") != NULL;
    unsigned least = anonymous ? 1 : 2;
    if (cli->operand_count < least || cli->operand_count > least + 1)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "%s operands; usage: culex %s",
                           cli->operand_count < least ? "too few" : "too many",
                           anonymous ? "aclcheck --anonymous TOPIC [POLICY]" : cli->command->usage);
    q->client.anonymous = anonymous;
    if (!anonymous) q->client.user = cx_str_of(cli->operands[at++]);
    q->topic = cx_str_of(cli->operands[at++]);
    *policy = cli->operand_count > at ? cli->operands[at] : NULL;
    const char *id = cx_cli_value(cli, "clientid"), *access = cx_cli_value(cli, "access");
    q->client.fresh = !id || !*id;
    q->client.id = cx_str_of(id);
    if (id && !*id) cx_cli_note(cli, "the broker gives a client without an id one of its own: answered as without -i");
    bool wildcard = cx_str_has(q->topic, '+') || cx_str_has(q->topic, '#');
    q->accesses = wildcard ? CX_ACCESS_SUBSCRIBE : CX_ACCESS_WRITE | CX_ACCESS_READ | CX_ACCESS_SUBSCRIBE;
    if (access) q->accesses = cx_ask_access(cx_str_of(access));
    if (q->accesses == 0)
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "no such access: '%s'; say read, write, readwrite, subscribe, unsubscribe, reach or all",
                           access);
    if (q->topic.n == 0) return cx_cli_fail(cli, CX_EXIT_USAGE, "the topic is empty");
    if (wildcard && (q->accesses & ~(unsigned)(CX_ACCESS_SUBSCRIBE | CX_ACCESS_UNSUBSCRIBE)))
        cx_cli_note(cli,
                    "'%.*s' is a filter: messages are published and delivered on topics, which have no '+' and '#'",
                    (int)q->topic.n, q->topic.p);
    return -1;
}

/* For --explain: the usual releases that were not asked. One that refuses the policy is none. */
static void open_others(cx_cli *cli, cx_policy_source *others, const char *policy)
{
    cx_cli quiet = *cli;
    *others = (cx_policy_source){0};
    quiet.out = quiet.err = (cx_buf){0};
    quiet.targets = cx_targets_usual() & (cx_targets)~cli->targets;
    if (!cx_cli_value(cli, "explain") || !quiet.targets || (policy && strcmp(policy, "-") == 0)) return;
    if (cx_policy_open(others, &quiet, policy) >= 0) others->target_count = 0;
    cx_buf_clear(&quiet.err);
}

static int run(cx_cli *cli)
{
    const char *batch = cx_cli_value(cli, "batch"), *policy = NULL;
    cx_question q = {0};
    int code = -1;
    if (batch) {
        static const char *const single[] = {"access", "clientid", "anonymous", "explain"};
        for (size_t i = 0; i < sizeof single / sizeof *single; i++)
            if (cx_cli_value(cli, single[i]))
                return cx_cli_fail(cli, CX_EXIT_USAGE, "option '--%s' does not go with --batch, whose lines say it",
                                   single[i]);
        if (cli->operand_count > 1)
            return cx_cli_fail(cli, CX_EXIT_USAGE, "with --batch the only operand is the policy");
        policy = cli->operand_count ? cli->operands[0] : NULL;
    } else {
        code = read_question(cli, &q, &policy);
    }
    if (code >= 0) return code;
    cx_policy_source s;
    code = cx_policy_open(&s, cli, policy);
    if (code < 0 && batch) {
        code = cx_aclcheck_batch(cli, &s, batch);
    } else if (code < 0) {
        cx_policy_source others;
        open_others(cli, &others, policy);
        note_question(cli, &s, &q);
        code = ask_one(cli, &s, &others, &q);
        cx_policy_close(&others);
    }
    cx_policy_close(&s);
    return code;
}

const cx_command cx_cmd_aclcheck = {
    .name = "aclcheck",
    .usage = "aclcheck USER TOPIC [POLICY]",
    .summary = "may this user publish, receive, subscribe? And which rule says so",
    .about = "Answers as the broker of the target would, for a connected client. POLICY is an ACL\n"
             "file, a dynamic-security.json, or a mosquitto.conf with all it names. Without -a:\n"
             "write, read and subscribe; for a filter with '+' or '#': subscribe. 'reach' is read\n"
             "with a subscription that is allowed. Exit code: 0 all allowed, 1 something denied,\n"
             "3 the policy cannot be read or the target refuses it.\n\n"
             "  culex aclcheck alice sensors/door acl\n"
             "  culex aclcheck alice sensors/door acl -a write --explain --target 2.1\n"
             "  culex aclcheck --anonymous '$SYS/broker/uptime' acl\n"
             "  culex aclcheck alice sensors/door mosquitto.conf --listener 1883\n"
             "  culex aclcheck --batch questions.tsv acl\n\n"
             "A batch has four fields a line, user TAB clientid TAB access TAB topic; an empty user\n"
             "is an anonymous client, an empty client id one that no rule names. One line is\n"
             "answered for each, in order: allow, deny, or error when it is malformed.\n",
    .options = options,
    .least = 0,
    .most = 3,
    .run = run,
};
