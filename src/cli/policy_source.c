#include "cli/policy_source.h"

static int refused(cx_cli *cli, cx_source *source, const cx_findings *f, const char *what, bool secret)
{
    cx_buf *err = &cli->err;
    size_t shown = 0;
    for (size_t i = 0; i < f->list.n && shown < 3; i++) {
        if (!(f->list.items[i].refused & cli->targets)) continue;
        cx_report_finding(err, (cx_style){false}, source, &f->list.items[i], cli->targets, secret);
        shown++;
    }
    cx_arena a = {0};
    cx_str who = cx_targets_text(&a, f->refused & cli->targets);
    int code =
        cx_cli_fail(cli, CX_EXIT_INPUT,
                    "%.*s: refused by %.*s, so there is no answer; 'culex check --kind %s %.*s' shows every error",
                    (int)source->name.n, source->name.p, (int)who.n, who.p, what, (int)source->name.n, source->name.p);
    cx_arena_clear(&a);
    return code;
}

static void load_acl(cx_policy_source *s, cx_cli *cli)
{
    cx_acl_read(&s->acl, &s->acl_source, cli->targets, cli->threads);
    if (s->acl.findings.refused & cli->targets) return;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        if (!(cli->targets & CX_TARGET_BIT(&cx_releases[i]))) continue;
        struct cx_policy_target *t = &s->targets[s->target_count++];
        t->release = &cx_releases[i];
        cx_policy_from_acl(&t->policy, &s->acl, t->release);
        t->broker = (cx_broker){t->release, &t->policy};
    }
}

/* Only an ACL file is a policy so far. */
static int not_a_policy(cx_cli *cli, const char *path, cx_kind kind)
{
    switch (kind) {
    case CX_KIND_ACL: return -1;
    case CX_KIND_UNKNOWN:
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "%s: neither name nor content tells what kind of file it is; say --as acl", path);
    case CX_KIND_PASSWD:
    case CX_KIND_PSK:
        return cx_cli_fail(cli, CX_EXIT_USAGE, "%s is a %s file and grants nothing; name the ACL file%s", path,
                           cx_kind_name(kind), kind == CX_KIND_PASSWD ? ", and this one with --passwd" : "");
    case CX_KIND_CONF:
    case CX_KIND_DYNSEC:
    case CX_KIND_YAML: break;
    }
    return cx_cli_fail(cli, CX_EXIT_USAGE, "%s: a policy of kind %s is not in this version", path, cx_kind_name(kind));
}

static int open_acl(cx_policy_source *s, cx_cli *cli, const char *path, bool named)
{
    cx_error e;
    cx_kind kind = CX_KIND_ACL;
    if (!named && !cx_cli_kind(cli, &kind)) return CX_EXIT_USAGE;
    if (!cx_source_open(&s->acl_source, path, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    if (kind == CX_KIND_UNKNOWN) kind = cx_kind_guess(s->acl_source.name, s->acl_source.text);
    int code = not_a_policy(cli, path, kind);
    if (code >= 0) return code;
    load_acl(s, cli);
    return s->target_count ? -1 : refused(cli, &s->acl_source, &s->acl.findings, "acl", false);
}

static int open_passwd(cx_policy_source *s, cx_cli *cli, const char *path)
{
    cx_error e;
    if (!cx_source_open(&s->passwd_source, path, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    cx_passwd_read(&s->passwd, &s->passwd_source, cli->targets, cx_cli_value(cli, "argon2") != NULL);
    if (s->passwd.findings.refused & cli->targets)
        return refused(cli, &s->passwd_source, &s->passwd.findings, "passwd", true);
    if (s->passwd.entries.n == 0 && cx_kind_guess(CX_STR(""), s->passwd_source.text) == CX_KIND_ACL)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "%s is an ACL file, not the password file", path);
    s->has_passwd = true;
    return -1;
}

int cx_policy_open(cx_policy_source *s, cx_cli *cli, const char *policy)
{
    *s = (cx_policy_source){0};
    static const char *const later[] = {"conf", "dynsec", "root", "listener"};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (cx_cli_value(cli, later[i]))
            return cx_cli_fail(cli, CX_EXIT_USAGE, "option '--%s' is not in this version", later[i]);
    if (cx_cli_value(cli, "password-file"))
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "--password-file holds one password; Mosquitto's password file is --passwd");
    const char *acl = cx_cli_value(cli, "acl"), *passwd = cx_cli_value(cli, "passwd");
    if (acl && policy) return cx_cli_fail(cli, CX_EXIT_USAGE, "two policies: '%s' and '%s'", acl, policy);
    if (!acl && !policy)
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "no policy: name an ACL file, as in 'culex aclcheck alice sensors/door acl'");
    const char *batch = cx_cli_value(cli, "batch"), *file = acl ? acl : policy;
    if ((strcmp(file, "-") == 0) + (batch && strcmp(batch, "-") == 0) + (passwd && strcmp(passwd, "-") == 0) > 1)
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "standard input can be only one of the policy, the password file and the batch");
    if (policy && strstr(policy, "://"))
        return cx_cli_fail(cli, CX_EXIT_USAGE, "a live broker as the policy is not in this version");
    int code = open_acl(s, cli, acl ? acl : policy, acl != NULL);
    if (code < 0 && passwd) code = open_passwd(s, cli, passwd);
    return code;
}

void cx_policy_close(cx_policy_source *s)
{
    for (unsigned i = 0; i < s->target_count; i++) cx_policy_clear(&s->targets[i].policy);
    cx_acl_clear(&s->acl);
    cx_passwd_clear(&s->passwd);
    cx_source_clear(&s->acl_source);
    cx_source_clear(&s->passwd_source);
}
