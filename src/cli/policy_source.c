#include "cli/policy_source.h"

enum { REASONS_SHOWN = 3 };

static void put_reasons(cx_cli *cli, cx_source *source, const cx_findings *f, cx_targets refused_by, cx_hiding hiding,
                        size_t *shown)
{
    for (size_t i = 0; f && i < f->list.n && *shown < REASONS_SHOWN; i++) {
        if (!(f->list.items[i].refused & refused_by)) continue;
        cx_report_finding(&cli->err, (cx_style){.color = false}, source, &f->list.items[i], cli->targets, hiding);
        ++*shown;
    }
}

static int refused(cx_cli *cli, cx_source *source, const cx_findings *f, const char *what, cx_hiding hiding)
{
    size_t shown = 0;
    put_reasons(cli, source, f, cli->targets, hiding, &shown);
    cx_arena a = {0};
    cx_str who = cx_targets_text(&a, f->refused & cli->targets);
    int code =
        cx_cli_fail(cli, CX_EXIT_INPUT,
                    "%.*s: refused by %.*s, so there is no answer; 'culex check --kind %s %.*s' shows every error",
                    (int)source->name.n, source->name.p, (int)who.n, who.p, what, (int)source->name.n, source->name.p);
    cx_arena_clear(&a);
    return code;
}

/* The smallest broker of each asked release. Releases that refuse the file were left out by MAKE. */
static void add_targets(cx_policy_source *s, cx_cli *cli, void make(cx_policy_source *s, struct cx_policy_target *t))
{
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        if (!(cli->targets & CX_TARGET_BIT(&cx_releases[i]))) continue;
        struct cx_policy_target *t = &s->targets[s->target_count++];
        t->release = &cx_releases[i];
        make(s, t);
        t->broker = cx_broker_of(&t->own);
    }
}

static void make_from_acl(cx_policy_source *s, struct cx_policy_target *t)
{
    cx_policy_from_acl(&t->own, &s->acl, t->release);
}

static void make_from_dynsec(cx_policy_source *s, struct cx_policy_target *t)
{
    cx_dynsec *files[] = {&s->dynsec};
    cx_policy_from_dynsec(&t->own, files, 1, t->release);
}

static int not_a_policy(cx_cli *cli, const char *path, cx_kind kind)
{
    switch (kind) {
    case CX_KIND_ACL:
    case CX_KIND_DYNSEC:
    case CX_KIND_CONF: return -1;
    case CX_KIND_UNKNOWN:
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "%s: neither name nor content tells what kind of file it is; say --as acl, conf or dynsec",
                           path);
    case CX_KIND_PASSWD:
    case CX_KIND_PSK:
        return cx_cli_fail(cli, CX_EXIT_USAGE, "%s is a %s file and grants nothing; name the ACL file%s", path,
                           cx_kind_name(kind), kind == CX_KIND_PASSWD ? ", and this one with --passwd" : "");
    case CX_KIND_YAML: break;
    }
    return cx_cli_fail(cli, CX_EXIT_USAGE, "%s: a policy of kind %s is not in this version", path, cx_kind_name(kind));
}

static int open_acl(cx_policy_source *s, cx_cli *cli)
{
    cx_acl_read(&s->acl, &s->source, cli->targets, cli->threads);
    if (s->acl.findings.refused & cli->targets) return refused(cli, &s->source, &s->acl.findings, "acl", CX_SHOW_ALL);
    add_targets(s, cli, make_from_acl);
    return -1;
}

/* What the plug-in cannot read it takes for an empty policy, and so does the answer. */
static void note_not_loaded(cx_cli *cli, cx_source *source, const cx_findings *f)
{
    for (size_t i = 0; i < f->list.n; i++) {
        const cx_finding *x = &f->list.items[i];
        if (x->rule != CX_RULE_DYNSEC_INVALID_JSON && x->rule != CX_RULE_DYNSEC_NOT_LOADED) continue;
        cx_str name = source->name, why = x->note_count ? x->notes[0] : CX_STR("");
        cx_cli_note(cli, "%.*s:%zu: %.*s; %.*s", (int)name.n, name.p, cx_source_place(source, x->span.at).line,
                    (int)x->message.n, x->message.p, (int)why.n, why.p);
    }
}

static int open_dynsec(cx_policy_source *s, cx_cli *cli)
{
    cx_error e;
    if (!cx_dynsec_read(&s->dynsec, &s->source, cli->targets, cx_cli_value(cli, "argon2") != NULL, &e))
        return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    if (s->dynsec.findings.refused & cli->targets)
        return refused(cli, &s->source, &s->dynsec.findings, "dynsec", CX_HIDE_JSON);
    note_not_loaded(cli, &s->source, &s->dynsec.findings);
    add_targets(s, cli, make_from_dynsec);
    return -1;
}

/* ---- a conf ---- */

/* The findings that leave nothing to answer with. */
static int conf_refused(cx_policy_source *s, cx_cli *cli, const char *path)
{
    cx_targets who_refuses = (s->setups.refused | s->start.unanswerable) & cli->targets;
    size_t shown = 0;
    for (size_t i = 0; i < s->conf.files.n; i++) {
        cx_conf_file *file = s->conf.files.items[i];
        cx_findings_sort(&file->findings);
        put_reasons(cli, &file->source, &file->findings, who_refuses, CX_HIDE_VALUES, &shown);
    }
    for (size_t i = 0; i < s->start.files.list.n; i++) {
        cx_named_file *file = s->start.files.list.items[i];
        put_reasons(cli, &file->source, file->findings, who_refuses, cx_hiding_of(file->kind), &shown);
    }
    cx_arena a = {0};
    cx_targets rest = cli->targets & (cx_targets)~who_refuses;
    cx_str who = cx_targets_text(&a, who_refuses), others = cx_targets_text(&a, rest);
    int code = cx_cli_fail(cli, CX_EXIT_INPUT,
                           "%s: refused by %.*s, so there is no answer; 'culex check %s' shows every error%s%.*s", path,
                           (int)who.n, who.p, path, rest ? ", --target asks a release that takes it: " : "",
                           (int)others.n, others.p);
    cx_arena_clear(&a);
    return code;
}

static const char *address(cx_arena *a, const cx_serving *v)
{
    bool v6 = cx_str_has(v->bind, ':');
    return cx_arena_printf(a, "%s%.*s%s:%u", v6 ? "[" : "", (int)v->bind.n, v->bind.p, v6 ? "]" : "", v->port).p;
}

static bool is_listener(const cx_serving *v, cx_str wanted, cx_arena *a)
{
    if (v->port == 0) return cx_str_eq(wanted, v->bind);
    return cx_str_eq(wanted, cx_arena_printf(a, "%u", v->port)) ||
           cx_str_eq(wanted, cx_arena_printf(a, "%.*s:%u", (int)v->bind.n, v->bind.p, v->port)) ||
           cx_str_is(wanted, address(a, v));
}

static const char *label(cx_policy_source *s, const cx_serving *v)
{
    if (v->port == 0) return cx_arena_dup(&s->arena, v->bind).p;
    for (size_t i = 0; i < s->start.doors.n; i++) {
        const cx_serving *other = &s->start.doors.items[i]->serving;
        if (other != v && other->setup == v->setup && other->port == v->port) return address(&s->arena, v);
    }
    return cx_arena_printf(&s->arena, "%u", v->port).p;
}

static bool add_door(cx_policy_source *s, const cx_door *d)
{
    for (unsigned i = 0; i < s->target_count; i++)
        if (s->targets[i].release == d->broker.release && cx_door_same(s->targets[i].door, d)) return true;
    if (s->target_count == CX_POLICY_TARGETS_MAX) return false;
    s->targets[s->target_count++] =
        (struct cx_policy_target){.release = d->broker.release, .broker = d->broker, .door = d, .start = &s->start};
    return true;
}

/* Every listener asked for, once each way of answering, the oldest release first. */
static int add_doors(cx_policy_source *s, cx_cli *cli, const char *path)
{
    const char *wanted = cx_cli_value(cli, "listener");
    cx_arena a = {0};
    bool few = true;
    for (size_t r = 0; r < CX_RELEASE_COUNT; r++)
        for (size_t i = 0; i < s->start.doors.n; i++) {
            const cx_door *d = s->start.doors.items[i];
            if (d->broker.release != &cx_releases[r] || !d->serving.opens ||
                d->serving.protocol == CX_PROTOCOL_IS_HTTP_API)
                continue;
            if (wanted && !is_listener(&d->serving, cx_str_of(wanted), &a)) continue;
            few &= add_door(s, d);
        }
    cx_arena_clear(&a);
    for (unsigned i = 0; i < s->target_count; i++)
        for (unsigned k = 0; k < s->target_count; k++)
            if (k != i && s->targets[i].release == s->targets[k].release)
                s->targets[i].listener = label(s, &s->targets[i].door->serving);
    if (!few)
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "%s: more than %d listeners answer differently; pick one with --listener", path,
                           CX_POLICY_TARGETS_MAX);
    if (s->target_count) return -1;
    if (wanted)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "%s: no listener '%s'; 'culex show %s' lists them", path, wanted, path);
    return cx_cli_fail(cli, CX_EXIT_INPUT, "%s: no listener that clients could use", path);
}

/* Files of dynamic security: a broker starts without one and with any, so culex must be sure that
 * it has what the broker would have. An exit code, or -1. */
static int look_at_dynsec(cx_policy_source *s, cx_cli *cli)
{
    for (size_t i = 0; i < s->start.files.list.n; i++) {
        cx_named_file *file = s->start.files.list.items[i];
        if (file->kind != CX_KIND_DYNSEC) continue;
        if (file->findings) note_not_loaded(cli, &file->source, file->findings);
        if (!file->error.text[0]) continue;
        bool no_file = !cx_exists(file->path.p) || file->directory || cx_is_pipe(file->path.p);
        if (!no_file) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", file->error.text);
        cx_cli_note(cli, "%s; the policy of the plug-in is empty, but for what 2.1 makes itself", file->error.text);
    }
    return -1;
}

/* Where two policies are compared, an option for one kind of file may be meant for the other one. */
static bool is_one_of_two(const cx_cli *cli)
{
    return strcmp(cli->command->name, "diff") == 0 || strcmp(cli->command->name, "test") == 0;
}

static int open_conf(cx_policy_source *s, cx_cli *cli, const char *path)
{
    cx_error e;
    const char *root = cx_cli_root(cli);
    s->has_conf = true;
    if (cx_cli_value(cli, "passwd") && !is_one_of_two(cli))
        return cx_cli_fail(cli, CX_EXIT_USAGE, "--passwd goes with an ACL file; a conf names its own password file");
    if (!cx_conf_open(&s->conf, path, &(cx_paths){.root = root}, &e))
        return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    cx_setups_read(&s->setups, &s->conf, cli->targets);
    s->start.files = (cx_files){.paths = {.root = root, .conf = path},
                                .targets = cli->targets,
                                .threads = cli->threads,
                                .argon2 = cx_cli_value(cli, "argon2") != NULL};
    if (s->setups.limit)
        return cx_cli_fail(cli, CX_EXIT_INPUT, "%s: more than %s, the most culex reads", path, s->setups.limit);
    cx_start_all(&s->start, &s->setups);
    for (size_t i = 0; i < s->start.files.list.n; i++) {
        const cx_named_file *file = s->start.files.list.items[i];
        if (file->near) cx_cli_note(cli, "read from beside the conf: %.*s", (int)file->path.n, file->path.p);
    }
    if ((s->setups.refused | s->start.unanswerable) & cli->targets) return conf_refused(s, cli, path);
    int code = look_at_dynsec(s, cli);
    return code >= 0 ? code : add_doors(s, cli, path);
}

/* ---- any policy ---- */

static int open_policy(cx_policy_source *s, cx_cli *cli, const char *path, cx_kind kind)
{
    cx_error e;
    if (kind == CX_KIND_UNKNOWN) kind = cx_kind_guess(cx_str_of(path), CX_STR(""));
    if (kind == CX_KIND_CONF) return open_conf(s, cli, path);
    if (!cx_source_open(&s->source, path, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    if (kind == CX_KIND_UNKNOWN) kind = cx_kind_guess(s->source.name, s->source.text);
    int code = not_a_policy(cli, path, kind);
    if (code >= 0) return code;
    if (kind == CX_KIND_CONF) {
        cx_source_clear(&s->source);
        return open_conf(s, cli, path);
    }
    const char *conf_only = cx_cli_value(cli, "listener") ? "listener" : cx_cli_value(cli, "root") ? "root" : NULL;
    if (conf_only && !is_one_of_two(cli))
        return cx_cli_fail(cli, CX_EXIT_USAGE, "option '--%s' goes with a conf, %s is %s", conf_only, path,
                           kind == CX_KIND_ACL ? "an ACL file" : "a file of dynamic security");
    if (kind == CX_KIND_ACL) return open_acl(s, cli);
    if (cx_cli_value(cli, "passwd") && !is_one_of_two(cli))
        return cx_cli_fail(cli, CX_EXIT_USAGE, "--passwd goes with an ACL file; a conf names what is asked together");
    return open_dynsec(s, cli);
}

static int open_passwd(cx_policy_source *s, cx_cli *cli, const char *path)
{
    cx_error e;
    if (!cx_source_open(&s->passwd_source, path, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    cx_passwd_read(&s->passwd, &s->passwd_source, cli->targets, cx_cli_value(cli, "argon2") != NULL);
    if (s->passwd.findings.refused & cli->targets)
        return refused(cli, &s->passwd_source, &s->passwd.findings, "passwd", CX_HIDE_RECORDS);
    if (s->passwd.entries.n == 0 && cx_kind_guess(CX_STR(""), s->passwd_source.text) == CX_KIND_ACL)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "%s is an ACL file, not the password file", path);
    s->has_passwd = true;
    return -1;
}

int cx_policy_open(cx_policy_source *s, cx_cli *cli, const char *policy)
{
    *s = (cx_policy_source){0};
    if (cx_cli_value(cli, "password-file"))
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "--password-file holds one password; Mosquitto's password file is --passwd");
    static const struct {
        const char *option;
        cx_kind kind;
    } named[] = {{"acl", CX_KIND_ACL}, {"conf", CX_KIND_CONF}, {"dynsec", CX_KIND_DYNSEC}};
    const char *passwd = cx_cli_value(cli, "passwd"), *file = NULL, *second = policy;
    cx_kind kind = CX_KIND_UNKNOWN;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        const char *value = cx_cli_value(cli, named[i].option);
        if (!value) continue;
        if (file) second = value;
        else kind = named[i].kind, file = value;
    }
    if (file && second) return cx_cli_fail(cli, CX_EXIT_USAGE, "two policies: '%s' and '%s'", file, second);
    bool as = !file;
    if (!file) file = policy;
    if (!file)
        return cx_cli_fail(
            cli, CX_EXIT_USAGE,
            "no policy: name an ACL file, a dynamic-security.json or a mosquitto.conf, as in 'culex aclcheck alice sensors/door acl'");
    const char *batch = cx_cli_value(cli, "batch");
    if ((strcmp(file, "-") == 0) + (batch && strcmp(batch, "-") == 0) + (passwd && strcmp(passwd, "-") == 0) > 1)
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "standard input can be only one of the policy, the password file and the batch");
    if (strstr(file, "://"))
        return cx_cli_fail(cli, CX_EXIT_USAGE, "a live broker as the policy is not in this version");
    if (as && !cx_cli_kind(cli, &kind)) return CX_EXIT_USAGE;
    int code = open_policy(s, cli, file, kind);
    if (code < 0 && passwd && s->acl.source) code = open_passwd(s, cli, passwd);
    return code;
}

void cx_policy_close(cx_policy_source *s)
{
    for (unsigned i = 0; i < s->target_count; i++)
        if (s->targets[i].own.release) cx_policy_clear(&s->targets[i].own);
    cx_start_clear(&s->start);
    cx_setups_clear(&s->setups);
    cx_conf_clear(&s->conf);
    cx_arena_clear(&s->arena);
    cx_acl_clear(&s->acl);
    cx_dynsec_clear(&s->dynsec);
    cx_passwd_clear(&s->passwd);
    cx_source_clear(&s->source);
    cx_source_clear(&s->passwd_source);
}
