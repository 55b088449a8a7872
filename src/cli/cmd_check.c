/* culex check: would this broker load the file? */
#include "cli/cmd_check.h"
#include "formats/acl/acl.h"
#include "formats/dynsec/dynsec.h"
#include "formats/passwd/passwd.h"
#include "formats/psk/psk.h"

static const cx_option options[] = {
    {"kind", 0, "KIND", "conf, acl, passwd, psk or dynsec (default: by name, then content)"},
    {"as", 0, "KIND", "the same as --kind"},
    {"argon2", 0, NULL, "the broker is built with argon2 (stock builds are not)"},
    {"root", 0, "DIR", "of a conf: put before the absolute paths in it"},
    {"syntax", 0, NULL, "content of conf and included files only; the files a conf names are not opened"},
    {NULL, 0, NULL, NULL},
};

/* One file, read: whatever its kind, findings and a line that sums it up. */
struct checked {
    cx_source source;
    cx_kind kind;
    cx_acl acl;
    cx_passwd passwd;
    cx_psk psk;
    cx_dynsec dynsec;
    cx_findings *findings;
};

static bool read_kind(cx_cli *cli, struct checked *c, cx_error *e)
{
    if (c->kind == CX_KIND_ACL) {
        cx_acl_read(&c->acl, &c->source, cli->targets, cli->threads);
        c->findings = &c->acl.findings;
    } else if (c->kind == CX_KIND_PASSWD) {
        cx_passwd_read(&c->passwd, &c->source, cli->targets, cx_cli_value(cli, "argon2") != NULL);
        c->findings = &c->passwd.findings;
    } else if (c->kind == CX_KIND_DYNSEC) {
        c->findings = &c->dynsec.findings;
        return cx_dynsec_read(&c->dynsec, &c->source, cli->targets, cx_cli_value(cli, "argon2") != NULL, e);
    } else {
        cx_psk_read(&c->psk, &c->source, cli->targets);
        c->findings = &c->psk.findings;
    }
    return true;
}

static void clear(struct checked *c)
{
    cx_acl_clear(&c->acl);
    cx_passwd_clear(&c->passwd);
    cx_psk_clear(&c->psk);
    cx_dynsec_clear(&c->dynsec);
    cx_source_clear(&c->source);
}

void cx_check_put_count(cx_buf *out, size_t n, const char *what, const char **join)
{
    if (n == 0) return;
    cx_buf_printf(out, "%s%zu %s%s", *join, n, what, n == 1 ? "" : "s");
    *join = ", ";
}

/* How many entries there are, and how many of them every release that loads the file can use. */
static void put_users(cx_buf *out, const struct checked *c, cx_targets loaded, const char **join)
{
    size_t usable = 0, n = 0;
    for (size_t i = 0; i < c->passwd.entries.n; i++) {
        const cx_passwd_entry *e = &c->passwd.entries.items[i];
        n += e->user.n > 0;
        usable += (e->usable & loaded) == loaded;
    }
    if (usable == n) cx_check_put_count(out, n, "user", join);
    else cx_buf_printf(out, "%s%zu of %zu users can log in", *join, usable, n);
    *join = n ? ", " : *join;
}

static void put_content(cx_buf *out, const struct checked *c, cx_targets loaded)
{
    const char *join = " (";
    if (c->kind == CX_KIND_ACL) {
        cx_check_put_count(out, c->acl.rules, "topic rule", &join);
        cx_check_put_count(out, c->acl.patterns, "pattern", &join);
        cx_check_put_count(out, c->acl.users, "user line", &join);
    } else if (c->kind == CX_KIND_PASSWD) {
        put_users(out, c, loaded, &join);
    } else if (c->kind == CX_KIND_DYNSEC) {
        cx_check_put_count(out, c->dynsec.clients.n, "client", &join);
        cx_check_put_count(out, c->dynsec.groups.n, "group", &join);
        cx_check_put_count(out, c->dynsec.roles.n, "role", &join);
        cx_check_put_count(out, c->dynsec.acls.n, "ACL", &join);
    } else {
        size_t n = c->psk.identities;
        if (n) cx_buf_printf(out, "%s%zu %s", join, n, n == 1 ? "identity" : "identities");
        if (n) join = ", ";
    }
    if (join[0] == ',') cx_buf_putc(out, ')');
}

/* What a file that is refused does to a broker: when it starts, and when it runs. */
static const char *consequence(cx_kind kind, const cx_release *release)
{
    if (kind == CX_KIND_DYNSEC)
        return cx_behaves(release, CX_B_OWN_PLUGINS) == CX_OWN_PLUGINS_NONE ? "does not start with the plug-in"
                                                                            : "crashes at start";
    unsigned reload = cx_behaves(release, CX_B_RELOAD_BAD_ACL);
    if (reload == CX_RELOAD_BAD_ACL_EXIT)
        return "does not start; a running broker ends when it is told to reload (SIGHUP)";
    if (kind != CX_KIND_ACL) return "does not start; a running broker told to reload (SIGHUP) stops checking topics";
    if (reload == CX_RELOAD_BAD_ACL_OPEN)
        return "does not start; a running broker told to reload (SIGHUP) goes on and allows every topic to everybody";
    return "does not start; a running broker told to reload (SIGHUP) keeps the rules before the error and denies the rest";
}

void cx_check_put_verdict(cx_cli *cli, cx_str name, cx_targets refused, const size_t counts[3])
{
    cx_buf *out = &cli->out;
    refused &= cli->targets;
    cx_targets loaded = cli->targets & (cx_targets)~refused;
    cx_arena a = {0};
    cx_buf_put_safe(out, name);
    cx_buf_puts(out, ": ");
    if (loaded) {
        cx_put_painted(out, cli->style, CX_PAINT_GOOD, refused || counts[CX_ERROR] ? CX_STR("loads") : CX_STR("ok"));
        cx_str who = cx_targets_text(&a, loaded);
        cx_buf_printf(out, " on %.*s", (int)who.n, who.p);
    }
    if (refused) {
        if (loaded) cx_buf_puts(out, ", ");
        cx_put_painted(out, cli->style, CX_PAINT_BAD, CX_STR("refused"));
        cx_str who = cx_targets_text(&a, refused);
        cx_buf_printf(out, " by %.*s", (int)who.n, who.p);
    }
    cx_arena_clear(&a);
}

void cx_check_put_counts(cx_cli *cli, const size_t counts[3], size_t dropped)
{
    const char *join = ": ";
    cx_check_put_count(&cli->out, counts[CX_ERROR], "error", &join);
    cx_check_put_count(&cli->out, counts[CX_WARNING], "warning", &join);
    if (counts[CX_ADVICE]) cx_buf_printf(&cli->out, "%s%zu advice", join, counts[CX_ADVICE]);
    if (dropped) cx_buf_printf(&cli->out, ", %zu of them not shown", dropped);
    cx_buf_putc(&cli->out, '\n');
}

static void put_text(cx_cli *cli, struct checked *c)
{
    cx_buf *out = &cli->out;
    for (size_t i = 0; i < c->findings->list.n; i++) {
        cx_report_finding(out, cli->style, &c->source, &c->findings->list.items[i], cli->targets,
                          cx_hiding_of(c->kind));
        cx_buf_putc(out, '\n');
    }
    cx_targets refused = c->findings->refused & cli->targets;
    cx_check_put_verdict(cli, c->source.name, refused, c->findings->count);
    if (!refused) put_content(out, c, cli->targets);
    cx_check_put_counts(cli, c->findings->count, cx_findings_dropped(c->findings));
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        if (refused & CX_TARGET_BIT(&cx_releases[i]))
            cx_buf_printf(out, "  %-7s%s\n", cx_releases[i].label, consequence(c->kind, &cx_releases[i]));
}

void cx_check_put_json_head(cx_json *j, cx_cli *cli, cx_str name, const char *kind, cx_targets refused,
                            const char *consequences[CX_RELEASE_COUNT])
{
    cx_json_object(j, NULL);
    cx_json_str(j, "file", name);
    cx_json_str(j, "kind", cx_str_of(kind));
    cx_json_array(j, "targets");
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[i]);
        if (!(cli->targets & bit)) continue;
        bool accepted = !(refused & bit);
        cx_json_object(j, NULL);
        cx_json_str(j, "target", cx_str_of(cx_releases[i].label));
        cx_json_bool(j, "accepted", accepted);
        cx_json_str(j, "consequence", accepted ? CX_STR_NONE : cx_str_of(consequences[i]));
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
    cx_json_array(j, "findings");
}

void cx_check_put_json_end(cx_json *j, const size_t counts[3], size_t dropped)
{
    cx_json_end_array(j);
    cx_json_object(j, "summary");
    cx_json_int(j, "errors", (long long)counts[CX_ERROR]);
    cx_json_int(j, "warnings", (long long)counts[CX_WARNING]);
    cx_json_int(j, "advice", (long long)counts[CX_ADVICE]);
    cx_json_int(j, "not_shown", (long long)dropped);
    cx_json_end_object(j);
    cx_json_end_object(j);
}

static void put_json(cx_cli *cli, struct checked *c)
{
    cx_json j = {&cli->out, false};
    const char *consequences[CX_RELEASE_COUNT];
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) consequences[i] = consequence(c->kind, &cx_releases[i]);
    cx_check_put_json_head(&j, cli, c->source.name, cx_kind_name(c->kind), c->findings->refused, consequences);
    for (size_t i = 0; i < c->findings->list.n; i++)
        cx_report_finding_json(&j, &c->source, &c->findings->list.items[i]);
    cx_check_put_json_end(&j, c->findings->count, cx_findings_dropped(c->findings));
    cx_buf_putc(&cli->out, '\n');
}

/* The open functions of the newer releases look at the path before the content. */
static void note_path(cx_cli *cli, const char *path)
{
    cx_targets refuse = cli->targets & cx_releases_where(CX_B_SYMLINK, CX_SYMLINK_REFUSE);
    if (!refuse || !cx_is_symlink(path)) return;
    cx_arena a = {0};
    cx_str who = cx_targets_text(&a, refuse);
    cx_cli_note(
        cli,
        "%s is a symbolic link: named like this in a conf, %.*s does not open it unless MOSQUITTO_UNSAFE_ALLOW_SYMLINKS is set",
        path, (int)who.n, who.p);
    cx_arena_clear(&a);
}

static int check_file(cx_cli *cli, const char *path, cx_kind kind)
{
    cx_error e;
    if (kind == CX_KIND_UNKNOWN) kind = cx_kind_guess(cx_str_of(path), CX_STR(""));
    if (kind == CX_KIND_CONF) return cx_check_conf(cli, path);
    struct checked c = {.kind = kind};
    if (!cx_source_open(&c.source, path, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    if (kind == CX_KIND_UNKNOWN) c.kind = cx_kind_guess(c.source.name, c.source.text);
    int code;
    if (c.kind == CX_KIND_CONF) {
        clear(&c);
        return cx_check_conf(cli, path);
    }
    if (c.kind == CX_KIND_UNKNOWN) {
        code = cx_cli_no_kind(cli, path);
    } else if (c.kind == CX_KIND_YAML) {
        code =
            cx_cli_fail(cli, CX_EXIT_USAGE, "%s: files of kind %s are not in this version", path, cx_kind_name(c.kind));
    } else if (note_path(cli, path), !read_kind(cli, &c, &e)) {
        code = cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    } else {
        if (cli->format == CX_FORMAT_JSON) put_json(cli, &c);
        else put_text(cli, &c);
        code = c.findings->refused & cli->targets ? CX_EXIT_NO : CX_EXIT_YES;
    }
    clear(&c);
    return code;
}

static int run(cx_cli *cli)
{
    cx_kind kind;
    if (!cx_cli_kind(cli, &kind)) return CX_EXIT_USAGE;
    return check_file(cli, cli->operands[0], kind);
}

const cx_command cx_cmd_check = {
    .name = "check",
    .usage = "check [--kind KIND] [--target RELEASE] FILE",
    .summary = "would this broker start with it? Every reason, not only the first",
    .about = "Says whether each release takes the file, and everything that is wrong with it. A\n"
             "mosquitto.conf is read as at start, with the files it includes and names; --syntax\n"
             "stops where the broker's own --test-config does. FILE '-' is standard input. Exit\n"
             "code: 0 all asked releases start, 1 one does not, 3 culex cannot read the file.\n"
             "Warnings never change the code. A broker starts with any dynamic-security.json,\n"
             "whatever its plug-in drops: the code is 0, and the findings tell.\n\n"
             "  culex check mosquitto.conf\n"
             "  culex check acl\n"
             "  culex check dynamic-security.json\n"
             "  culex check --kind passwd --target 2.1 /etc/mosquitto/pw\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
