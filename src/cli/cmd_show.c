/* culex show: the broker a conf makes. */
#include "cli/cli.h"
#include "report/setup.h"

static const cx_option options[] = {
    {"root", 0, "DIR", "put before absolute paths inside the files"},
    {NULL, 0, NULL, NULL},
};

/* The findings that keep a release from starting, on standard error. */
static void put_refusals(cx_cli *cli, cx_conf *conf, cx_targets asked)
{
    enum { MOST = 5 };
    size_t shown = 0;
    for (size_t i = 0; i < conf->files.n && shown < MOST; i++) {
        cx_conf_file *file = conf->files.items[i];
        cx_findings_sort(&file->findings);
        for (size_t k = 0; k < file->findings.list.n && shown < MOST; k++) {
            const cx_finding *x = &file->findings.list.items[k];
            if (!(x->refused & asked)) continue;
            cx_report_finding(&cli->err, (cx_style){.color = false}, &file->source, x, asked, CX_HIDE_VALUES);
            shown++;
        }
    }
}

static void put_text(cx_cli *cli, const cx_setups *s, cx_targets loaded)
{
    cx_targets refused = cli->targets & (cx_targets)~loaded;
    cx_buf text[CX_RELEASE_COUNT] = {0};
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        if (loaded & CX_TARGET_BIT(&cx_releases[i])) cx_report_setup(&text[i], cli->style, &s->of[i]);
    cx_arena a = {0};
    cx_targets done = 0;
    for (size_t i = CX_RELEASE_COUNT; i-- > 0;) {
        cx_targets same = 0;
        if (!(loaded & CX_TARGET_BIT(&cx_releases[i])) || done & CX_TARGET_BIT(&cx_releases[i])) continue;
        for (size_t k = 0; k < CX_RELEASE_COUNT; k++)
            if (loaded & CX_TARGET_BIT(&cx_releases[k]) && cx_str_eq(cx_buf_str(&text[i]), cx_buf_str(&text[k])))
                same |= CX_TARGET_BIT(&cx_releases[k]);
        cx_str who = cx_targets_text(&a, same);
        cx_put_painted(&cli->out, cli->style, CX_PAINT_BOLD, cx_arena_printf(&a, "Mosquitto %.*s", (int)who.n, who.p));
        cx_buf_puts(&cli->out, "\n\n");
        cx_buf_put(&cli->out, cx_buf_str(&text[i]));
        done |= same;
        if (done != loaded) cx_buf_putc(&cli->out, '\n');
    }
    if (refused) {
        cx_str who = cx_targets_text(&a, refused);
        cx_buf_putc(&cli->out, '\n');
        cx_put_painted(&cli->out, cli->style, CX_PAINT_BOLD, cx_arena_printf(&a, "Mosquitto %.*s", (int)who.n, who.p));
        cx_buf_puts(&cli->out, "\n\n");
        cx_put_painted(&cli->out, cli->style, CX_PAINT_BAD, CX_STR("does not start with this conf"));
        cx_buf_putc(&cli->out, '\n');
    }
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) cx_buf_clear(&text[i]);
    cx_arena_clear(&a);
}

static void put_json(cx_cli *cli, const cx_setups *s, cx_targets loaded)
{
    cx_json j = {&cli->out, false};
    bool one = cx_cli_value(cli, "target") && (cli->targets & (cli->targets - 1)) == 0;
    cx_json_object(&j, NULL);
    if (!one) cx_json_array(&j, "targets");
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        if (!(cli->targets & CX_TARGET_BIT(&cx_releases[i]))) continue;
        bool accepted = loaded & CX_TARGET_BIT(&cx_releases[i]);
        if (!one) cx_json_object(&j, NULL);
        if (accepted) cx_report_setup_json(&j, &s->of[i]);
        else cx_json_str(&j, "target", cx_str_of(cx_releases[i].label));
        cx_json_bool(&j, "accepted", accepted);
        if (!one) cx_json_end_object(&j);
    }
    if (!one) cx_json_end_array(&j);
    cx_json_end_object(&j);
    cx_buf_putc(&cli->out, '\n');
}

static int show(cx_cli *cli, cx_conf *conf, const cx_setups *s, const char *path)
{
    cx_targets refused = s->refused & cli->targets, loaded = cli->targets & (cx_targets)~refused;
    if (refused) {
        cx_arena a = {0};
        put_refusals(cli, conf, refused);
        cx_str who = cx_targets_text(&a, refused);
        bool named = cx_kind_guess(cx_str_of(path), CX_STR("")) == CX_KIND_CONF;
        cx_cli_fail(cli, CX_EXIT_INPUT, "%s: refused by %.*s; 'culex check --syntax %s%s' shows every error", path,
                    (int)who.n, who.p, named ? "" : "--kind conf ", path);
        cx_arena_clear(&a);
    }
    if (!loaded) return CX_EXIT_INPUT;
    if (cli->format == CX_FORMAT_JSON) put_json(cli, s, loaded);
    else put_text(cli, s, loaded);
    return refused ? CX_EXIT_NO : CX_EXIT_YES;
}

static int run(cx_cli *cli)
{
    cx_conf conf;
    cx_setups setups;
    cx_error e;
    const char *path = cli->operands[0];
    if (!cx_conf_open(&conf, path, &(cx_paths){.root = cx_cli_root(cli)}, &e)) {
        cx_conf_clear(&conf);
        return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    }
    cx_setups_read(&setups, &conf, cli->targets);
    int code = setups.limit
                   ? cx_cli_fail(cli, CX_EXIT_INPUT, "%s: more than %s, the most culex reads", path, setups.limit)
                   : show(cli, &conf, &setups, path);
    cx_setups_clear(&setups);
    cx_conf_clear(&conf);
    return code;
}

const cx_command cx_cmd_show = {
    .name = "show",
    .usage = "show [--target RELEASE] CONF",
    .summary = "the broker a mosquitto.conf makes: listeners, who decides, bridges, settings",
    .about = "Shows what each release makes of CONF and the files it includes: which sockets it\n"
             "opens, whether clients without a user name are let in, who is asked about passwords\n"
             "and topics and in which order, what the bridges exchange, and where each setting\n"
             "comes from. The files the conf names are not opened.\n\n"
             "  culex show mosquitto.conf\n"
             "  culex show --target 2.0 --format json mosquitto.conf\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
