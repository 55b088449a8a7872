/* culex lint: everything wrong, doubtful or open in a repository of configurations. */
#include "cli/cli.h"
#include "lint/run.h"

static const cx_option options[] = {
    {"kind", 0, "KIND", "of all operands: conf, acl, passwd, psk or dynsec (default: by name, then content)"},
    {"as", 0, "KIND", "the same as --kind"},
    {"argon2", 0, NULL, "the broker is built with argon2 (stock builds are not)"},
    {"root", 0, "DIR", "put before the absolute paths in confs; what is not there is missing"},
    {NULL, 0, NULL, NULL},
};

static cx_hiding hiding(cx_kind kind)
{
    return kind == CX_KIND_ACL      ? CX_SHOW_ALL
           : kind == CX_KIND_CONF   ? CX_HIDE_VALUES
           : kind == CX_KIND_DYNSEC ? CX_HIDE_JSON
                                    : CX_HIDE_RECORDS;
}

static void put_text(cx_cli *cli, cx_lint_run *run)
{
    for (size_t i = 0; i < run->files.n; i++) {
        cx_linted *file = &run->files.items[i];
        for (size_t k = 0; k < file->findings->list.n; k++) {
            cx_report_finding(&cli->out, cli->style, file->source, &file->findings->list.items[k], cli->targets,
                              hiding(file->kind));
            cx_buf_putc(&cli->out, '\n');
        }
    }
}

static int run_lint(cx_cli *cli)
{
    cx_kind forced;
    if (!cx_cli_kind(cli, &forced)) return CX_EXIT_USAGE;
    cx_lint_run run = {.options = {.targets = cli->targets,
                                   .argon2 = cx_cli_value(cli, "argon2") != NULL,
                                   .root = cx_cli_value(cli, "root"),
                                   .threads = cli->threads}};
    for (unsigned i = 0; i < cli->operand_count; i++) {
        cx_str path = cx_str_of(cli->operands[i]);
        cx_kind kind = forced != CX_KIND_UNKNOWN ? forced : cx_kind_guess(path, CX_STR(""));
        cx_lint_run_add(&run, kind == CX_KIND_UNKNOWN ? CX_KIND_ACL : kind, path);
    }
    cx_lint_run_units(&run);
    cx_lint_run_finish(&run);
    int code = CX_EXIT_YES;
    for (size_t i = 0; i < run.units.n; i++)
        if (run.units.items[i].error.text[0])
            code = cx_cli_fail(cli, CX_EXIT_INPUT, "%s", run.units.items[i].error.text);
    put_text(cli, &run);
    if (code == CX_EXIT_YES && run.sums.count[CX_WARNING] + run.sums.count[CX_ERROR]) code = CX_EXIT_NO;
    cx_lint_run_clear(&run);
    return code;
}

const cx_command cx_cmd_lint = {
    .name = "lint",
    .usage = "lint [-W RULE=LEVEL] PATH…",
    .summary = "what is wrong, doubtful or open in a repository of configurations",
    .about = "",
    .options = options,
    .least = 1,
    .most = 1000000,
    .run = run_lint,
};
