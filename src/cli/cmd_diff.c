/* culex diff: what users gain and lose between two policies. */
#include "analysis/diff.h"
#include "cli/subjects.h"

static const cx_option options[] = {
    {"no-new-access", 0, NULL, "exit 1 only when somebody gains something"},
    {"from-target", 0, "RELEASE", "with one POLICY: what it means for this release…"},
    {"to-target", 0, "RELEASE", "…and for this one"},
    {"listener", 0, "PORT", "of confs: the listener with this port, address:port or socket path"},
    {"root", 0, "DIR", "of confs: put before the absolute paths in them"},
    {"old-root", 0, "DIR", "the same for OLD alone"},
    {"new-root", 0, "DIR", "the same for NEW alone"},
    {"passwd", 0, "FILE", "the password file that goes with an ACL file"},
    {"argon2", 0, NULL, "the brokers are built with argon2 (stock builds are not)"},
    {"as", 0, "KIND", "the policies' kind, when their names do not tell"},
    {"kind", 0, "KIND", "the same as --as"},
    {NULL, 0, NULL, NULL},
};

/* A change, with all who have the same. */
struct change {
    CX_VEC(cx_who) users;
    cx_change change;
};

/* Two targets that are compared, and what was found. */
struct comparing {
    cx_cli *cli;
    struct cx_policy_target *old, *new;
    cx_sets *space;
    cx_effective *before, *after;
    CX_VEC(struct change) changes;
    cx_map keys;       /* of them: what makes two changes one */
    cx_changes of_one; /* reused */
    bool unknown_left_out, gained;
    cx_arena *arena;
};

/* ---- whom to compare ---- */

static void keep_change(struct comparing *c, const cx_change *x, const cx_who *w)
{
    cx_who who = *w;
    who.client = x->client;
    if (w->unknown) who.unknown = cx_str_eq(x->client.user, w->client.user);
    c->gained |= x->gained;
    cx_str id = x->client.fresh ? CX_STR("") : x->client.id;
    cx_str key = cx_arena_printf(c->arena, "%u %u %d %.*s", x->set, x->access, x->gained, (int)id.n, id.p);
    uint32_t number = cx_map_put(&c->keys, key);
    if (number == c->changes.n) {
        struct change new = {.change = *x};
        cx_vec_add(&c->changes, new);
    }
    cx_vec_add(&c->changes.items[number].users, who);
}

/* A side of a client: no rules where it cannot connect, but for a side that takes any user. */
static cx_side side_of(cx_effective *e, const struct cx_policy_target *t, bool connects)
{
    return (cx_side){connects ? e : NULL, &t->broker};
}

static void compare_one(struct comparing *c, const cx_who *in_old, const cx_who *in_new, bool old_takes_any,
                        bool new_takes_any)
{
    const cx_who *bound = in_old && (!in_new || !in_old->client.fresh) ? in_old : in_new;
    cx_who w = *bound;
    size_t from = c->of_one.items.n = 0;
    cx_diff_client(c->space, side_of(c->before, c->old, in_old || old_takes_any),
                   side_of(c->after, c->new, in_new || new_takes_any), &w, &c->of_one);
    for (size_t i = from; i < c->of_one.items.n; i++) keep_change(c, &c->of_one.items.items[i], &w);
}

static void compare(struct comparing *c, const cx_policy_source *old, const cx_policy_source *new)
{
    cx_subjects a = {0}, b = {0};
    c->before = cx_effective_new(c->space, &c->old->broker);
    c->after = cx_effective_new(c->space, &c->new->broker);
    cx_subjects_of(old, c->old, &a);
    cx_subjects_of(new, c->new, &b);
    bool any_a = cx_subjects_any(&a), any_b = cx_subjects_any(&b);
    c->unknown_left_out |= any_a != any_b;
    for (size_t i = 0; i < a.list.n && !cx_sets_full(c->space); i++) {
        const cx_who *w = &a.list.items[i];
        if (w->unknown && !any_b) continue;
        compare_one(c, w, cx_subjects_find(&b, w), false, any_b && !w->client.anonymous);
    }
    for (size_t i = 0; i < b.list.n && !cx_sets_full(c->space); i++) {
        const cx_who *w = &b.list.items[i];
        if (cx_subjects_find(&a, w) || (w->unknown && !any_a)) continue;
        compare_one(c, NULL, w, any_a && !w->client.anonymous, false);
    }
    cx_subjects_clear(&a);
    cx_subjects_clear(&b);
}

/* ---- how it is told ---- */

/* The question that shows a change, where there is one with a topic that is delivered, and both answers. */
struct shown {
    cx_question question;
    cx_answer old, new;
    bool undelivered; /* it may be read, but no allowed subscription brings it */
};

static struct shown show_change(struct comparing *c, const struct change *x)
{
    struct cx_policy_target *allowing = x->change.gained ? c->new : c->old;
    cx_set set = x->change.set;
    struct shown s = {.undelivered = false};
    if (x->change.access == CX_ACCESS_READ) {
        cx_effective *e = x->change.gained ? c->after : c->before;
        cx_set delivered = cx_set_intersection(c->space, set, cx_effective_reach(e, &x->change.client, NULL));
        s.undelivered = delivered == CX_SET_NONE;
        if (!s.undelivered) set = delivered;
    }
    cx_str word = cx_set_witness(c->space, set, c->arena);
    s.question = cx_concrete(allowing, &x->users.items[0], word, x->change.access, true, c->arena);
    s.old = cx_ask(c->old, &s.question, x->change.access);
    s.new = cx_ask(c->new, &s.question, x->change.access);
    return s;
}

static void put_users(struct comparing *c, cx_buf *out, const struct change *x)
{
    enum { SHOWN = 8 };
    cx_buf line = {0};
    for (size_t i = 0; i < x->users.n && i < SHOWN; i++) {
        if (i) cx_buf_puts(&line, ", ");
        cx_buf_put(&line, cx_who_name(&x->users.items[i]));
    }
    if (x->users.n > SHOWN) cx_buf_printf(&line, " and %zu others", x->users.n - SHOWN);
    if (!x->change.client.fresh)
        cx_buf_printf(&line, " with client id %.*s", (int)x->change.client.id.n, x->change.client.id.p);
    cx_put_painted(out, c->cli->style, CX_PAINT_BOLD, cx_buf_str(&line));
    cx_buf_putc(out, '\n');
    cx_buf_clear(&line);
}

static void put_filters(struct comparing *c, cx_buf *out, const struct change *x)
{
    cx_set_entries list = {0};
    const char *verb = x->change.gained ? "gain" : "lose";
    cx_set_list(c->space, x->change.set, x->change.access == CX_ACCESS_SUBSCRIBE, c->arena, &list);
    for (size_t i = 0; i < list.items.n; i++) {
        cx_buf_puts(out, "  ");
        cx_put_painted(out, c->cli->style, x->change.gained ? CX_PAINT_WARN : CX_PAINT_GOOD, cx_str_of(verb));
        cx_buf_printf(out, " %s  ", cx_access_name(x->change.access));
        cx_put_entry(out, &list.items.items[i], c->arena);
        cx_buf_putc(out, '\n');
    }
    cx_vec_clear(&list.items);
}

static void put_side(struct comparing *c, cx_buf *out, const char *when, struct cx_policy_target *t,
                     const struct shown *s, cx_answer a)
{
    cx_buf_printf(out, "    %s  ", when);
    cx_put_painted(out, c->cli->style, a.allow ? CX_PAINT_GOOD : CX_PAINT_BAD, cx_str_of(cx_answer_name(a)));
    cx_buf_puts(out, a.allow ? "  " : "   ");
    cx_ask_put_why(out, t, &s->question, s->question.accesses, a);
    cx_buf_putc(out, '\n');
}

static void put_text(struct comparing *c, cx_buf *out)
{
    for (size_t i = 0; i < c->changes.n; i++) {
        const struct change *x = &c->changes.items[i];
        struct shown s = show_change(c, x);
        if (i) cx_buf_putc(out, '\n');
        put_users(c, out, x);
        put_filters(c, out, x);
        cx_buf_puts(out, "    such as ");
        cx_buf_put_safe(out, s.question.topic);
        cx_buf_puts(out, s.undelivered ? ", which no allowed subscription brings\n" : "\n");
        put_side(c, out, "old", c->old, &s, s.old);
        put_side(c, out, "new", c->new, &s, s.new);
    }
}

static void put_rule_json(struct comparing *c, cx_json *j, const char *key, struct cx_policy_target *t, cx_answer a)
{
    cx_json_array(j, key);
    if (a.verdict.rule) {
        cx_rule_place place = cx_policy_place(cx_answer_policy(&t->broker, a), a.verdict.rule, c->arena);
        cx_json_object(j, NULL);
        cx_json_str(j, "file", place.source->name);
        cx_json_int(j, "line", (long long)place.line);
        if (place.path.p) cx_json_str(j, "path", place.path);
        cx_json_str(j, "rule", place.text);
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
}

static void put_filters_json(struct comparing *c, cx_json *j, const char *key, const struct change *x, bool said)
{
    cx_set_entries list = {0};
    if (said) cx_set_list(c->space, x->change.set, x->change.access == CX_ACCESS_SUBSCRIBE, c->arena, &list);
    cx_entries_json(j, key, &list, c->arena);
    cx_vec_clear(&list.items);
}

static void put_json(struct comparing *c, cx_json *j, bool with_target)
{
    for (size_t i = 0; i < c->changes.n; i++) {
        const struct change *x = &c->changes.items[i];
        const cx_who *first = &x->users.items[0];
        struct shown s = show_change(c, x);
        cx_json_object(j, NULL);
        if (with_target) cx_target_json(j, c->new);
        cx_json_array(j, "users");
        bool anonymous = false, unknown = false;
        for (size_t k = 0; k < x->users.n; k++) {
            const cx_who *w = &x->users.items[k];
            anonymous |= w->client.anonymous;
            unknown |= w->unknown;
            if (!w->client.anonymous && !w->unknown) cx_json_str(j, NULL, w->client.user);
        }
        cx_json_end_array(j);
        cx_json_bool(j, "anonymous", anonymous);
        cx_json_bool(j, "unknown_users", unknown);
        cx_json_str(j, "clientid", x->change.client.fresh ? CX_STR_NONE : x->change.client.id);
        cx_json_str(j, "access", cx_str_of(cx_access_name(x->change.access)));
        put_filters_json(c, j, "gained", x, x->change.gained);
        put_filters_json(c, j, "lost", x, !x->change.gained);
        cx_json_object(j, "witness");
        cx_json_str(j, "user", first->client.anonymous ? CX_STR_NONE : s.question.client.user);
        cx_json_str(j, "clientid", s.question.client.id);
        cx_json_str(j, "topic", s.question.topic);
        if (x->change.access == CX_ACCESS_READ) cx_json_bool(j, "delivered", !s.undelivered);
        cx_json_str(j, "old", cx_str_of(cx_answer_name(s.old)));
        cx_json_str(j, "new", cx_str_of(cx_answer_name(s.new)));
        cx_json_end_object(j);
        put_rule_json(c, j, "old_rules", c->old, s.old);
        put_rule_json(c, j, "new_rules", c->new, s.new);
        cx_json_end_object(j);
    }
}

static void comparing_clear(struct comparing *c)
{
    for (size_t i = 0; i < c->changes.n; i++) cx_vec_clear(&c->changes.items[i].users);
    cx_vec_clear(&c->changes);
    cx_map_clear(&c->keys);
    cx_vec_clear(&c->of_one.items);
    cx_effective_free(c->before);
    cx_effective_free(c->after);
}

/* ---- the command ---- */

enum { PAIRS_MAX = CX_POLICY_TARGETS_MAX };

/* Which targets are compared: of one release (or of the two asked for), and of listeners those with one name. */
static unsigned pair_targets(cx_policy_source *old, cx_policy_source *new, bool releases, struct comparing *pairs)
{
    unsigned n = 0;
    for (unsigned i = 0; i < old->target_count; i++)
        for (unsigned k = 0; k < new->target_count &&n < PAIRS_MAX; k++) {
            struct cx_policy_target *a = &old->targets[i], *b = &new->targets[k];
            if (!releases && a->release != b->release) continue;
            if (a->listener && b->listener && strcmp(a->listener, b->listener) != 0) continue;
            pairs[n].old = a;
            pairs[n++].new = b;
        }
    return n;
}

static void say_limits(cx_cli *cli, const struct comparing *pairs, unsigned n)
{
    bool slashes = false, many = false, remarks = false, unknown = false, left_out = false;
    for (unsigned i = 0; i < n; i++) {
        slashes |= pairs[i].of_one.slashes;
        many |= pairs[i].of_one.too_many;
        remarks |= pairs[i].of_one.remarks;
        unknown |= pairs[i].of_one.unknown;
        left_out |= pairs[i].unknown_left_out;
    }
    if (left_out) cx_cli_note(cli, "users whom no file names get in on one side only, and are left out");
    if (remarks) cx_cli_note(cli, "subscriptions below $CONTROL differ that can deliver nothing");
    cx_say_limits(cli, slashes, many, unknown);
}

static int tell(cx_cli *cli, const cx_policy_source *new, struct comparing *pairs, unsigned n)
{
    cx_buf texts[PAIRS_MAX] = {0};
    cx_json j = {&cli->out, false};
    bool same = true, gained = false, agree = true, all_proven = true;
    for (unsigned i = 0; i < n; i++) {
        same &= pairs[i].changes.n == 0;
        gained |= pairs[i].gained;
        put_text(&pairs[i], &texts[i]);
        const cx_changes *c = &pairs[i].of_one;
        bool proven = !c->slashes && !c->too_many && !c->unknown;
        all_proven &= proven;
        if (pairs[i].changes.n == 0)
            cx_buf_puts(&texts[i], proven ? "same access\n" : "same access, as far as it is compared\n");
        agree &= cx_str_eq(cx_buf_str(&texts[0]), cx_buf_str(&texts[i]));
    }
    if (cli->format == CX_FORMAT_JSON) {
        cx_json_object(&j, NULL);
        cx_json_bool(&j, "same", same);
        cx_json_bool(&j, "proven", all_proven); /* nothing was left uncompared */
        cx_json_array(&j, "changes");
        for (unsigned i = 0; i < (agree ? 1 : n); i++) put_json(&pairs[i], &j, !agree);
        cx_json_end_array(&j);
        cx_json_end_object(&j);
        cx_buf_putc(&cli->out, '\n');
    } else if (n == new->target_count) {
        cx_put_by_target(cli, new, texts);
    } else {
        for (unsigned i = 0; i < n; i++) cx_buf_put(&cli->out, cx_buf_str(&texts[i]));
    }
    for (unsigned i = 0; i < n; i++) cx_buf_clear(&texts[i]);
    return (cx_cli_value(cli, "no-new-access") ? gained : !same) ? CX_EXIT_NO : CX_EXIT_YES;
}

static int compare_all(cx_cli *cli, cx_policy_source *old, cx_policy_source *new, bool releases)
{
    static struct comparing none;
    struct comparing pairs[PAIRS_MAX];
    for (unsigned i = 0; i < PAIRS_MAX; i++) pairs[i] = none;
    unsigned n = pair_targets(old, new, releases, pairs);
    if (n == 0)
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "no listener of the one conf is one of the other; pick one with --listener");
    cx_arena arena = {0};
    cx_sets *space = cx_sets_new(CX_SETS_NODES);
    for (unsigned i = 0; i < n && !cx_sets_full(space); i++) {
        pairs[i].cli = cli;
        pairs[i].space = space;
        pairs[i].arena = &arena;
        compare(&pairs[i], old, new);
    }
    int code = cx_sets_full(space) ? CX_EXIT_FAILED : tell(cli, new, pairs, n);
    if (cx_sets_full(space)) code = cx_sets_are_full(cli);
    else say_limits(cli, pairs, n);
    for (unsigned i = 0; i < n; i++) comparing_clear(&pairs[i]);
    cx_sets_free(space);
    cx_arena_clear(&arena);
    return code;
}

/* Opens one side, with the root that is its own. */
static int open_side(cx_policy_source *s, cx_cli *cli, const char *path, const char *root_option)
{
    const char *root = cx_cli_value(cli, root_option);
    unsigned given = cli->given_count;
    if (root && given < CX_VALUES_MAX) {
        cli->given[cli->given_count].name = "root";
        cli->given[cli->given_count++].value = root;
    }
    int code = cx_policy_open(s, cli, path);
    cli->given_count = given;
    return code;
}

/* The two releases of --from-target and --to-target; -1, or an exit code. */
static int read_releases(cx_cli *cli, const char *from, const char *to, cx_targets *old, cx_targets *new)
{
    const cx_release *a = cx_release_find(cx_str_of(from)), *b = cx_release_find(cx_str_of(to));
    if (!a || !b)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "no such release: '%s'; say 1.6, 2.0, 2.1 or an exact one",
                           a ? to : from);
    *old = CX_TARGET_BIT(a);
    *new = CX_TARGET_BIT(b);
    return -1;
}

static int diff(cx_cli *cli)
{
    const char *from = cx_cli_value(cli, "from-target"), *to = cx_cli_value(cli, "to-target");
    bool releases = from || to;
    if (releases && (!from || !to || cli->operand_count != 1))
        return cx_cli_fail(cli, CX_EXIT_USAGE, "--from-target and --to-target go together, with one POLICY");
    if (!releases && cli->operand_count != 2)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "too few operands; usage: culex %s", cli->command->usage);
    cx_targets old_targets = cli->targets, new_targets = cli->targets, asked = cli->targets;
    int code = releases ? read_releases(cli, from, to, &old_targets, &new_targets) : -1;
    if (code >= 0) return code;
    cx_policy_source old = {0}, new = {0};
    cli->targets = old_targets;
    code = open_side(&old, cli, cli->operands[0], "old-root");
    cli->targets = new_targets;
    if (code < 0) code = open_side(&new, cli, cli->operands[releases ? 0 : 1], "new-root");
    cli->targets = asked;
    if (code < 0) code = compare_all(cli, &old, &new, releases);
    cx_policy_close(&old);
    cx_policy_close(&new);
    return code;
}

const cx_command cx_cmd_diff = {
    .name = "diff",
    .usage = "diff OLD NEW",
    .summary = "what every user gains and loses between two policies",
    .about = "Compares what two policies allow, on all topics and for all users at once: no sample,\n"
             "and whatever their formats are. Each change names a topic that shows it and the rules\n"
             "behind it. Exit code: 0 the same access, 1 different.\n\n"
             "  culex diff old/acl new/acl\n"
             "  culex diff acl dynamic-security.json\n"
             "  culex diff --no-new-access main/mosquitto.conf branch/mosquitto.conf\n"
             "  culex diff --from-target 2.0 --to-target 2.1 acl\n",
    .options = options,
    .least = 1,
    .most = 2,
    .run = diff,
};
