/* culex who: everybody who may do something. */
#include "analysis/rivals.h"
#include "cli/subjects.h"
#include "topic/topic.h"

static const cx_option options[] = {
    {"listener", 0, "PORT", "of a conf: the listener with this port, address:port or socket path"},
    {"root", 0, "DIR", "of a conf: put before the absolute paths in it"},
    {"passwd", 0, "FILE", "the password file that goes with an ACL file"},
    {"argon2", 0, NULL, "the broker is built with argon2 (stock builds are not)"},
    {"as", 0, "KIND", "the policy's kind, when its name does not tell"},
    {"kind", 0, "KIND", "the same as --as"},
    {NULL, 0, NULL, NULL},
};

struct question {
    cx_cli *cli;
    unsigned access; /* CX_ACCESS_… or CX_ASK_REACH */
    cx_str filter;
    cx_sets *space;
    struct cx_policy_target *target;
    cx_effective *effective;
    cx_set any, all; /* what counts as some of it, and as all of it */
    cx_arena arena;
    bool somebody;
    bool slashes, too_many; /* not all client ids were tried */
};

/* What one subject may do of it. */
struct found {
    cx_who who;
    bool all;
    cx_str witness; /* a topic, or a filter */
    cx_answer answer;
};

/* As one of the cases of a subject. */
static bool find_as(struct question *q, const cx_who *w, const cx_client *c, struct found *f)
{
    cx_set set = q->access == CX_ASK_REACH ? cx_effective_reach(q->effective, c, NULL)
                                           : cx_effective_set(q->effective, c, (cx_access)q->access, NULL);
    cx_set some = cx_set_intersection(q->space, set, q->any);
    if (some == CX_SET_NONE || !cx_client_connects(q->target, c)) return false;
    f->who = (cx_who){*c, w->unknown && cx_str_eq(c->user, w->client.user)};
    f->all = cx_set_difference(q->space, q->all, set) == CX_SET_NONE;
    f->witness = cx_set_witness(q->space, f->all ? cx_set_intersection(q->space, set, q->all) : some, &q->arena);
    return true;
}

static bool find(struct question *q, const cx_who *w, struct found *f)
{
    cx_cases cases = {0};
    bool found = false;
    unsigned rules = q->access == CX_ASK_REACH ? CX_ACCESS_READ | CX_ACCESS_SUBSCRIBE : q->access;
    cx_case_question asks = {
        .brokers = {&q->target->broker}, .accesses = rules, .filters = &q->filter, .filter_count = 1};
    cx_cases_of(&cases, q->space, w, &asks);
    for (size_t i = 0; i < cases.items.n && !found; i++) found = find_as(q, w, &cases.items.items[i], f);
    q->slashes |= cases.slashes;
    q->too_many |= cases.too_many;
    cx_cases_clear(&cases);
    if (!found) return false;
    cx_question asked = cx_concrete(q->target, &f->who, f->witness, q->access, true, &q->arena);
    f->answer = cx_ask(q->target, &asked, q->access);
    return true;
}

static void put_text(struct question *q, cx_buf *out, const struct found *f, int width)
{
    cx_str name = cx_who_name(&f->who);
    cx_buf_put_safe(out, name);
    cx_buf_fill(out, ' ', (size_t)width > name.n ? (size_t)width - name.n : 0);
    cx_buf_puts(out, "  ");
    cx_put_painted(out, q->cli->style, f->all ? CX_PAINT_GOOD : CX_PAINT_WARN, cx_str_of(f->all ? "all " : "some"));
    cx_buf_puts(out, "  ");
    if (!f->all) {
        cx_buf_put_safe(out, cx_without_free_names(f->witness, &q->arena));
        cx_buf_puts(out, "  ");
    }
    cx_question asked = {.client = f->who.client, .topic = f->witness, .accesses = q->access};
    cx_ask_put_why(out, q->target, &asked, q->access, f->answer);
    if (!f->who.client.fresh) cx_buf_printf(out, "  (client id %.*s)", (int)f->who.client.id.n, f->who.client.id.p);
    cx_buf_putc(out, '\n');
}

static void put_json(struct question *q, cx_json *j, const struct found *f)
{
    cx_json_object(j, NULL);
    cx_who_json(j, &f->who);
    cx_json_str(j, "grade", cx_str_of(f->all ? "all" : "some"));
    cx_json_str(j, "witness", cx_without_free_names(f->witness, &q->arena));
    cx_ask_put_json(j, q->target, q->target->listener, q->access, f->answer);
    cx_json_end_object(j);
}

/* What is asked as sets. Of subscriptions, all of it is the filter itself, some of it what it covers. */
static void make_sets(struct question *q)
{
    bool filters = q->access == CX_ACCESS_SUBSCRIBE;
    q->any = cx_set_of_filters(q->space, &q->filter, 1, filters ? CX_SET_COVERED : CX_SET_TOPICS);
    q->all = filters ? cx_set_of_filters(q->space, &q->filter, 1, CX_SET_ITSELF) : q->any;
}

static void ask(struct question *q, cx_policy_source *s, cx_buf *text, cx_json *j)
{
    cx_subjects who = {0};
    CX_VEC(struct found) all = {0};
    int width = 0;
    cx_subjects_of(s, q->target, &who);
    for (size_t i = 0; i < who.list.n && !cx_sets_full(q->space); i++) {
        struct found f = {0};
        if (!find(q, &who.list.items[i], &f)) continue;
        int n = (int)cx_who_name(&f.who).n;
        if (n > width) width = n > 40 ? 40 : n;
        cx_vec_add(&all, f);
    }
    if (j->out->n && q->cli->format == CX_FORMAT_JSON) {
        cx_json_object(j, NULL);
        cx_target_json(j, q->target);
        cx_json_array(j, "subjects");
        for (size_t i = 0; i < all.n; i++) put_json(q, j, &all.items[i]);
        cx_json_end_array(j);
        cx_json_end_object(j);
    }
    for (size_t i = 0; i < all.n; i++) put_text(q, text, &all.items[i], width);
    if (all.n == 0) cx_buf_puts(text, "nobody\n");
    q->somebody |= all.n > 0;
    cx_subjects_clear(&who);
    cx_vec_clear(&all);
}

static int answer(struct question *q, cx_policy_source *s)
{
    cx_cli *cli = q->cli;
    cx_buf texts[CX_POLICY_TARGETS_MAX] = {0};
    cx_json j = {&cli->out, false};
    bool json = cli->format == CX_FORMAT_JSON;
    q->space = cx_sets_new(CX_SETS_NODES);
    make_sets(q);
    if (json) {
        cx_json_object(&j, NULL);
        cx_json_str(&j, "access", cx_str_of(cx_ask_name(q->access)));
        cx_json_str(&j, "filter", q->filter);
        cx_json_array(&j, "targets");
    }
    for (unsigned i = 0; i < s->target_count; i++) {
        q->target = &s->targets[i];
        q->effective = cx_effective_new(q->space, &q->target->broker);
        ask(q, s, &texts[i], &j);
        cx_effective_free(q->effective);
    }
    if (json) {
        cx_json_end_array(&j);
        cx_json_end_object(&j);
        cx_buf_putc(&cli->out, '\n');
    } else {
        cx_put_by_target(cli, s, texts);
    }
    for (unsigned i = 0; i < s->target_count; i++) cx_buf_clear(&texts[i]);
    cx_say_limits(cli, q->slashes, q->too_many, false);
    int code = cx_sets_full(q->space) ? cx_sets_are_full(cli) : q->somebody ? CX_EXIT_YES : CX_EXIT_NO;
    cx_arena_clear(&q->arena);
    cx_sets_free(q->space);
    return code;
}

static int who(cx_cli *cli)
{
    struct question q = {
        .cli = cli, .access = cx_ask_access(cx_str_of(cli->operands[0])), .filter = cx_str_of(cli->operands[1])};
    if (q.access == 0 || (q.access & (q.access - 1)))
        return cx_cli_fail(cli, CX_EXIT_USAGE, "'%s' is no access to ask for; say read, write, subscribe or reach",
                           cli->operands[0]);
    if (cx_filter_check(q.filter).error != CX_FILTER_OK)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "'%s' is no valid topic filter", cli->operands[1]);
    cx_policy_source s = {0};
    int code = cx_policy_open(&s, cli, cli->operands[2]);
    if (code < 0) code = answer(&q, &s);
    cx_policy_close(&s);
    return code;
}

const cx_command cx_cmd_who = {
    .name = "who",
    .usage = "who read|write|subscribe|reach TOPIC-OR-FILTER POLICY",
    .summary = "everybody who may do it, and by which rule",
    .about = "Lists every user who may do it on all topics of the filter, or on some; of those the\n"
             "shortest one is named. Nobody else may: it is no sample. Exit code: 0 somebody may, 1\n"
             "nobody may.\n\n"
             "  culex who write 'cmds/#' acl\n"
             "  culex who read '$SYS/#' mosquitto.conf --target 2.1\n",
    .options = options,
    .least = 3,
    .most = 3,
    .run = who,
};
