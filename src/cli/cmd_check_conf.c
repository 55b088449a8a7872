/* culex check, for a mosquitto.conf and the files it includes. */
#include "cli/cmd_check.h"
#include "cli/policy_source.h"

/* A conf, what it sets up, and, unless --syntax, what it names. */
struct checked {
    cx_conf conf;
    cx_setups setups;
    cx_start start;
    cx_targets refused;
};

/* Calls EACH for every file that was read, the conf first. */
static void each_file(struct checked *c, void each(void *context, cx_source *source, cx_findings *f, cx_hiding hiding),
                      void *context)
{
    for (size_t i = 0; i < c->conf.files.n; i++) {
        cx_conf_file *file = c->conf.files.items[i];
        cx_findings_sort(&file->findings);
        each(context, &file->source, &file->findings, CX_HIDE_VALUES);
    }
    for (size_t i = 0; i < c->start.files.list.n; i++) {
        cx_named_file *file = c->start.files.list.items[i];
        if (file->findings) each(context, &file->source, file->findings, cx_hiding_of(file->kind));
    }
}

struct sums {
    size_t counts[3], dropped;
};

static void add_up(void *context, cx_source *source, cx_findings *f, cx_hiding hiding)
{
    struct sums *sums = context;
    (void)source, (void)hiding;
    for (int i = 0; i < 3; i++) sums->counts[i] += f->count[i];
    sums->dropped += cx_findings_dropped(f);
}

/* The setup of the newest asked release. */
static const cx_setup *newest(const struct checked *c)
{
    size_t i = CX_RELEASE_COUNT - 1;
    while (!c->setups.of[i].release) i--;
    return &c->setups.of[i];
}

static void put_content(cx_buf *out, const struct checked *c)
{
    const cx_setup *s = newest(c);
    const char *join = " (";
    cx_check_put_count(out, s->listeners.n - s->discarded, "listener", &join);
    cx_check_put_count(out, s->bridges.n, "bridge", &join);
    cx_check_put_count(out, s->plugins.n, "plug-in", &join);
    cx_check_put_count(out, c->conf.files.n - 1, "included file", &join);
    size_t named = 0;
    for (size_t i = 0; i < c->start.files.list.n; i++) {
        const cx_named_file *file = c->start.files.list.items[i];
        named += file->findings || file->kind != CX_KIND_DYNSEC; /* not one that the broker makes itself */
    }
    cx_check_put_count(out, named, "named file", &join);
    if (join[0] == ',') cx_buf_putc(out, ')');
}

/* So many of each kind, refusing or not, are shown of all files together. */
struct showing {
    cx_cli *cli;
    size_t shown[2];
};

static void put_findings(void *context, cx_source *source, cx_findings *f, cx_hiding hiding)
{
    struct showing *c = context;
    for (size_t i = 0; i < f->list.n; i++) {
        const cx_finding *x = &f->list.items[i];
        if (c->shown[x->refused != 0]++ >= CX_FINDINGS_MAX) continue;
        cx_report_finding(&c->cli->out, c->cli->style, source, x, c->cli->targets, hiding);
        cx_buf_putc(&c->cli->out, '\n');
    }
}

static void put_text(cx_cli *cli, struct checked *c)
{
    struct sums sums = {0};
    each_file(c, add_up, &sums);
    struct showing showing = {.cli = cli};
    each_file(c, put_findings, &showing);
    for (int i = 0; i < 2; i++)
        if (showing.shown[i] > CX_FINDINGS_MAX) sums.dropped += showing.shown[i] - CX_FINDINGS_MAX;
    cx_check_put_verdict(cli, c->conf.files.items[0]->source.name, c->refused, sums.counts);
    if (!c->refused) put_content(&cli->out, c);
    cx_check_put_counts(cli, sums.counts, sums.dropped);
}

static void put_findings_json(void *context, cx_source *source, cx_findings *f, cx_hiding hiding)
{
    (void)hiding;
    for (size_t i = 0; i < f->list.n; i++) cx_report_finding_json(context, source, &f->list.items[i]);
}

static void put_json(cx_cli *cli, struct checked *c)
{
    cx_json j = {&cli->out, false};
    struct sums sums = {0};
    const char *consequences[CX_RELEASE_COUNT];
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) consequences[i] = "does not start";
    cx_check_put_json_head(&j, cli, c->conf.files.items[0]->source.name, "conf", c->refused, consequences);
    each_file(c, put_findings_json, &j);
    each_file(c, add_up, &sums);
    cx_check_put_json_end(&j, sums.counts, sums.dropped);
    cx_buf_putc(&cli->out, '\n');
}

static void start(cx_cli *cli, struct checked *c)
{
    c->start.files = (cx_files){.paths = {.root = cx_cli_root(cli)},
                                .targets = cli->targets,
                                .threads = cli->threads,
                                .argon2 = cx_cli_value(cli, "argon2") != NULL};
    cx_start_all(&c->start, &c->setups);
}

static int check(cx_cli *cli, struct checked *c, const char *path)
{
    cx_setups_read(&c->setups, &c->conf, cli->targets);
    if (c->setups.limit)
        return cx_cli_fail(cli, CX_EXIT_INPUT, "%s: more than %s, the most culex reads", path, c->setups.limit);
    if (!cx_cli_value(cli, "syntax")) start(cli, c);
    c->refused = (c->setups.refused | c->start.refused) & cli->targets;
    if (cli->format == CX_FORMAT_JSON) put_json(cli, c);
    else put_text(cli, c);
    return c->refused ? CX_EXIT_NO : CX_EXIT_YES;
}

int cx_check_conf(cx_cli *cli, const char *path)
{
    struct checked c = {0};
    cx_error e;
    int code = cx_conf_open(&c.conf, path, &(cx_paths){.root = cx_cli_root(cli)}, &e)
                   ? check(cli, &c, path)
                   : cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    cx_start_clear(&c.start);
    cx_setups_clear(&c.setups);
    cx_conf_clear(&c.conf);
    return code;
}
