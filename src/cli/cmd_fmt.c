/* culex fmt: files in one layout, without a change of what they mean. */
#include "cli/cli.h"
#include "formats/acl/print.h"
#include "formats/conf/print.h"
#include "formats/dynsec/dynsec.h"
#include "formats/dynsec/print.h"
#include "report/lint.h"
#include "text/records.h"

static const cx_option options[] = {
    {"check", 0, NULL, "name the files that are laid out otherwise, and change nothing"},
    {"diff", 0, NULL, "show what would be changed, and change nothing"},
    {"write", 'w', NULL, "change the files"},
    {"kind", 0, "KIND", "of all operands: conf, acl, passwd, psk or dynsec (default: by name, then content)"},
    {"as", 0, "KIND", "the same as --kind"},
    {NULL, 0, NULL, NULL},
};

static void print_acl(cx_buf *out, cx_source *source)
{
    cx_acl acl = {0};
    cx_acl_read(&acl, source, CX_TARGETS_ALL, 1);
    cx_acl_print(out, &acl);
    cx_acl_clear(&acl);
}

static void print_conf(cx_buf *out, cx_source *source)
{
    cx_conf conf;
    cx_conf_over(&conf, source->name, source->text);
    cx_conf_print(out, &conf, 0);
    cx_conf_clear(&conf);
}

/* What is no JSON has no layout; neither has what stands behind it. False: it was said so. */
static bool print_dynsec(cx_cli *cli, cx_buf *out, cx_source *source)
{
    cx_error e = {""};
    cx_dynsec d = {0};
    bool ok = cx_dynsec_read(&d, source, CX_TARGETS_ALL, false, &e);
    for (size_t i = 0; ok && i < d.findings.list.n; i++) {
        const cx_finding *x = &d.findings.list.items[i];
        if (x->rule != CX_RULE_DYNSEC_INVALID_JSON && x->rule != CX_RULE_DYNSEC_TRAILING_TEXT) continue;
        cx_report_finding(&cli->err, (cx_style){0}, source, x, CX_TARGETS_ALL, CX_HIDE_JSON);
        ok = false;
    }
    if (ok && d.tree) cx_dynsec_print(out, source->text);
    else if (e.text[0]) cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    ok &= d.tree != NULL;
    cx_dynsec_clear(&d);
    return ok;
}

static bool print(cx_cli *cli, cx_buf *out, cx_kind kind, cx_source *source)
{
    switch (kind) {
    case CX_KIND_ACL: print_acl(out, source); return true;
    case CX_KIND_CONF: print_conf(out, source); return true;
    case CX_KIND_PASSWD:
    case CX_KIND_PSK: cx_records_print(out, source->text); return true;
    case CX_KIND_DYNSEC: return print_dynsec(cli, out, source);
    default: return false;
    }
}

/* What is done with the text: an exit code, or -1. */
static int deliver(cx_cli *cli, cx_source *source, cx_kind kind, cx_str text, const char *path)
{
    bool same = cx_str_eq(text, source->text);
    cx_error e;
    if (cx_cli_value(cli, "write")) {
        if (same) return CX_EXIT_YES;
        if (!cx_write_file(path, text, 0644, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
        cx_cli_note(cli, "%s was laid out", path);
        return CX_EXIT_YES;
    }
    if (cx_cli_value(cli, "check") || cx_cli_value(cli, "diff")) {
        cx_findings none = {0};
        cx_linted file = {kind, source, &none, source->name};
        if (cx_cli_value(cli, "diff")) cx_report_diff(&cli->out, cli->style, &file, text);
        else if (!same) cx_buf_printf(&cli->out, "%s\n", path);
        return same ? CX_EXIT_YES : CX_EXIT_NO;
    }
    cx_buf_put(&cli->out, text);
    return CX_EXIT_YES;
}

static int format_file(cx_cli *cli, const char *path, cx_kind kind)
{
    cx_error e;
    cx_source source = {0};
    cx_buf text = {0};
    if (!cx_source_open(&source, path, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    if (kind == CX_KIND_UNKNOWN) kind = cx_kind_guess(source.name, source.text);
    int code;
    if (kind == CX_KIND_UNKNOWN || kind == CX_KIND_YAML) code = cx_cli_no_kind(cli, path);
    else if (!print(cli, &text, kind, &source))
        code = cx_cli_fail(cli, CX_EXIT_INPUT, "%s: nothing was laid out", path);
    else code = deliver(cli, &source, kind, cx_buf_str(&text), path);
    cx_buf_clear(&text);
    cx_source_clear(&source);
    return code;
}

static int run(cx_cli *cli)
{
    cx_kind kind;
    int code = CX_EXIT_YES;
    bool write = cx_cli_value(cli, "write") != NULL;
    if (!cx_cli_kind(cli, &kind)) return CX_EXIT_USAGE;
    if (write + (cx_cli_value(cli, "check") != NULL) + (cx_cli_value(cli, "diff") != NULL) > 1)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "one of --check, --diff and --write");
    for (unsigned i = 0; i < cli->operand_count; i++) {
        if (write && strcmp(cli->operands[i], "-") == 0)
            return cx_cli_fail(cli, CX_EXIT_USAGE, "--write cannot change standard input");
        int now = format_file(cli, cli->operands[i], kind);
        if (now > code) code = now;
    }
    return code;
}

static const char *const formats[] = {"text", NULL};

const cx_command cx_cmd_fmt = {
    .name = "fmt",
    .usage = "fmt [--check | --diff | -w] FILE…",
    .summary = "files in one layout, without a change of what they mean",
    .about = "Lays out a mosquitto.conf, an ACL, password or PSK file, or a dynamic-security.json: one\n"
             "space between words, blank lines where sections begin, an ACL of dynamic security on a\n"
             "line. Comments and the order stay, and a line that some release does not read stays as\n"
             "it is. Every release reads the same of the file before and after. Without an option the\n"
             "text goes to standard output. Exit code: 0, or with --check and --diff 1 when a file\n"
             "would change; 3 a file cannot be read.\n\n"
             "  culex fmt acl\n"
             "  culex fmt --check mosquitto.conf acl\n"
             "  culex fmt -w dynamic-security.json\n",
    .options = options,
    .least = 1,
    .most = 1000000,
    .run = run,
    .formats = formats,
};
