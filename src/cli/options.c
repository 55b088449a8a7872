#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/typo.h"

static const cx_option common[] = {
    {"target", 0, "RELEASE",
     "the broker's release: 1.6, 2.0, 2.1 or an exact one; several with commas (default: 2.0,2.1)"},
    {"config", 0, "FILE", "settings (default: .culex.yaml, here or above, up to the repository's folder)"},
    {"no-config", 0, NULL, "no settings"},
    {"format", 0, "FORMAT", "text or json"},
    {"color", 0, "WHEN", "auto, always or never"},
    {"jobs", 'j', "N", "threads (default: all processors)"},
    {"quiet", 'q', NULL, "no notes on standard error"},
    {"verbose", 'v', NULL, "say more"},
    {"help", 'h', NULL, "this text"},
    {NULL, 0, NULL, NULL},
};

bool cx_cli_flush(cx_cli *cli)
{
    cx_error e = {{0}};
    bool ok = cx_write_all(STDOUT_FILENO, cx_buf_str(&cli->out), &e);
    cli->out.n = 0;
    if (!ok) cx_buf_printf(&cli->err, "culex: cannot write the answer: %s\n", e.text);
    ok &= cx_write_all(STDERR_FILENO, cx_buf_str(&cli->err), &e);
    cli->err.n = 0;
    return ok;
}

static void say(cx_cli *cli, const char *before, const char *message, va_list args)
{
    char text[2048];
    vsnprintf(text, sizeof text, message, args);
    cx_buf_puts(&cli->err, before);
    cx_buf_put_safe(&cli->err, cx_str_of(text));
    cx_buf_putc(&cli->err, '\n');
}

int cx_cli_fail(cx_cli *cli, int code, const char *message, ...)
{
    va_list args;
    va_start(args, message);
    say(cli, "culex: ", message, args);
    va_end(args);
    return code;
}

void cx_cli_note(cx_cli *cli, const char *message, ...)
{
    if (cli->quiet) return;
    va_list args;
    va_start(args, message);
    say(cli, "note: ", message, args);
    va_end(args);
}

const char *cx_cli_value(const cx_cli *cli, const char *name)
{
    for (unsigned i = cli->given_count; i-- > 0;)
        if (strcmp(cli->given[i].name, name) == 0) return cli->given[i].value;
    return NULL;
}

static const cx_option *find_option(const cx_command *command, cx_str name, char letter)
{
    const cx_option *tables[] = {command->options, common};
    for (int t = 0; t < 2; t++)
        for (const cx_option *o = tables[t]; o && o->name; o++)
            if (letter ? o->letter == letter : cx_str_is(name, o->name)) return o;
    return NULL;
}

static int unknown_option(cx_cli *cli, const char *word, cx_str name)
{
    const cx_option *tables[] = {cli->command->options, common};
    for (int t = 0; name.n && t < 2; t++)
        for (const cx_option *o = tables[t]; o && o->name; o++)
            if (o->help && cx_typo_near(name, cx_str_of(o->name)))
                return cx_cli_fail(cli, CX_EXIT_USAGE, "no option '%s', did you mean '--%s'?", word, o->name);
    return cx_cli_fail(cli, CX_EXIT_USAGE, "no option '%s'; 'culex %s --help' lists them", word, cli->command->name);
}

static int give(cx_cli *cli, const cx_option *o, const char *value)
{
    if (cli->given_count == CX_VALUES_MAX) return cx_cli_fail(cli, CX_EXIT_USAGE, "too many options");
    cli->given[cli->given_count].name = o->name;
    cli->given[cli->given_count++].value = value;
    return -1;
}

/* One word beginning with '-'; *I moves on when it takes the next word as its value. */
static int take_option(cx_cli *cli, int argc, char **argv, int *i)
{
    const char *word = argv[*i];
    bool is_long = word[1] == '-';
    const char *equals = is_long ? strchr(word, '=') : NULL;
    cx_str name = is_long ? (cx_str){word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word + 2)} : CX_STR_NONE;
    for (const char *letter = word + 1;; letter++) {
        const cx_option *o = find_option(cli->command, name, is_long ? '\0' : *letter);
        if (!o) return unknown_option(cli, word, name);
        const char *value = equals ? equals + 1 : NULL;
        if (!o->value) {
            if (value) return cx_cli_fail(cli, CX_EXIT_USAGE, "option '--%s' takes no value", o->name);
            int code = give(cli, o, "");
            if (is_long || !letter[1] || code >= 0) return code;
            continue;
        }
        if (!is_long && letter[1]) value = letter + 1;
        if (!value && *i + 1 < argc) value = argv[++*i];
        if (!value) return cx_cli_fail(cli, CX_EXIT_USAGE, "option '%s' needs a value: %s", word, o->value);
        return give(cli, o, value);
    }
}

cx_targets cx_targets_usual(void)
{
    return CX_TARGET_BIT(cx_release_find(CX_STR("2.0"))) | CX_TARGET_BIT(cx_release_find(CX_STR("2.1")));
}

int cx_cli_targets(cx_cli *cli, const char *value)
{
    cx_str rest = cx_str_of(value);
    cli->targets = 0;
    cli->exact_target = NULL;
    while (rest.n) {
        const char *comma = memchr(rest.p, ',', rest.n);
        cx_str one = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
        const cx_release *release = cx_release_find(one);
        if (!release)
            return cx_cli_fail(cli, CX_EXIT_USAGE,
                               "no such release: '%.*s'; say 1.6, 2.0, 2.1 or an exact one from 1.6.15 on", (int)one.n,
                               one.p);
        bool alone = one.n == rest.n && !cli->targets;
        if (alone && !cx_str_is(one, release->label)) cli->exact_target = value;
        if (!cx_str_is(one, release->name) && !cx_str_is(one, release->label))
            cx_cli_note(cli, "%.*s is answered as %s, the newest observed release not above it", (int)one.n, one.p,
                        release->name);
        cli->targets |= CX_TARGET_BIT(release);
        rest = cx_str_sub(rest, one.n + (comma ? 1 : 0), rest.n - one.n - (comma ? 1 : 0));
    }
    return cli->targets ? -1 : cx_cli_fail(cli, CX_EXIT_USAGE, "option '--target' needs a release");
}

static int read_targets(cx_cli *cli)
{
    const char *value = cx_cli_value(cli, "target");
    if (!value) value = cli->settings.target.p;
    return cx_cli_targets(cli, value ? value : "2.0,2.1");
}

/* The one of the command's formats that --format names. */
static int read_format(cx_cli *cli)
{
    static const char *const usual[] = {"text", "json", NULL};
    const char *const *formats = cli->command->formats ? cli->command->formats : usual;
    const char *word = cx_cli_value(cli, "format");
    cx_buf list = {0};
    for (unsigned i = 0; word && formats[i]; i++) {
        if (strcmp(word, formats[i]) == 0) return cli->format = i, cx_buf_clear(&list), -1;
        cx_buf_printf(&list, "%s%s", i == 0 ? "" : formats[i + 1] ? ", " : " or ", formats[i]);
    }
    if (!word) return -1;
    cx_buf_putc(&list, '\0');
    int code = cx_cli_fail(cli, CX_EXIT_USAGE, "no such format: '%s'; say %s", word, list.p);
    cx_buf_clear(&list);
    return code;
}

static int read_settings(cx_cli *cli)
{
    cx_error e = {""};
    cx_arena a = {0};
    const char *named = cx_cli_value(cli, "config");
    bool none = cx_cli_value(cli, "no-config") != NULL;
    if (named && none) return cx_cli_fail(cli, CX_EXIT_USAGE, "--config and --no-config");
    cx_str path = none ? CX_STR_NONE : named ? cx_str_of(named) : cx_settings_find(&a);
    bool ok = true;
    if (path.p) {
        cli->settings_path = cx_arena_dup(&cli->arena, path).p;
        ok = cx_settings_open(&cli->settings, cli->settings_path, &e);
        if (ok && cli->verbose) cx_cli_note(cli, "settings of %s", cli->settings_path);
    }
    cx_arena_clear(&a);
    return ok ? -1 : cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
}

const char *cx_cli_root(const cx_cli *cli)
{
    const char *root = cx_cli_value(cli, "root");
    return root ? root : cli->settings.root;
}

static int read_common(cx_cli *cli)
{
    cli->quiet = cx_cli_value(cli, "quiet") != NULL;
    cli->verbose = cx_cli_value(cli, "verbose") != NULL;
    int code = read_format(cli);
    if (code < 0) code = read_settings(cli);
    if (code >= 0) return code;
    const char *color = cx_cli_value(cli, "color"), *no_color = getenv("NO_COLOR");
    if (color && strcmp(color, "always") == 0) cli->style.color = true;
    else if (color && strcmp(color, "never") != 0 && strcmp(color, "auto") != 0)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "no such colour setting: '%s'; say auto, always or never", color);
    else if (!color || strcmp(color, "auto") == 0) cli->style.color = !(no_color && *no_color) && isatty(STDOUT_FILENO);
    const char *jobs = cx_cli_value(cli, "jobs");
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    if (jobs) {
        char *end;
        n = strtol(jobs, &end, 10);
        if (*end || n < 1 || n > 1024) return cx_cli_fail(cli, CX_EXIT_USAGE, "'%s' is not a number of threads", jobs);
    }
    cli->threads = n < 1 ? 1 : (unsigned)n;
    return read_targets(cli);
}

int cx_cli_parse(cx_cli *cli, const cx_command *command, int argc, char **argv)
{
    cli->command = command;
    cli->operands = cx_calloc((size_t)argc + 1, sizeof *cli->operands);
    bool only_operands = false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            cli->operands[cli->operand_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else {
            int code = take_option(cli, argc, argv, &i);
            if (code >= 0) return code;
        }
    }
    if (cx_cli_value(cli, "help")) {
        cx_help_command(cli, command);
        return CX_EXIT_YES;
    }
    int code = read_common(cli);
    if (code >= 0) return code;
    if (cli->operand_count < command->least || cli->operand_count > command->most) {
        cx_cli_fail(cli, CX_EXIT_USAGE, "%s operands; usage: culex %s",
                    cli->operand_count < command->least ? "too few" : "too many", command->usage);
        return CX_EXIT_USAGE;
    }
    return -1;
}

static bool is_among(const cx_option *options, const cx_option *wanted)
{
    for (const cx_option *o = options; o && o->name; o++)
        if (o != wanted && strcmp(o->name, wanted->name) == 0) return true;
    return false;
}

/* Those that the command has in its own way are shown there. */
static void help_options(cx_buf *out, const cx_option *options, const cx_option *shown)
{
    for (const cx_option *o = options; o && o->name; o++) {
        if (is_among(shown, o)) continue;
        if (!o->help) continue; /* known, but for a later version or another command */
        char left[64];
        snprintf(left, sizeof left, "%c%c%s --%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
                 o->letter ? "," : " ", o->name, o->value ? " " : "", o->value ? o->value : "");
        cx_buf_printf(out, "  %-28s %s\n", left, o->help);
    }
}

void cx_help_command(cx_cli *cli, const cx_command *command)
{
    cx_buf *out = &cli->out;
    cx_buf_printf(out, "culex %s - %s\n\nusage: culex %s\n\n%s", command->name, command->summary, command->usage,
                  command->about);
    cx_buf_puts(out, "\noptions:\n");
    help_options(out, command->options, NULL);
    help_options(out, common, command->options);
}

bool cx_cli_kind(cx_cli *cli, cx_kind *kind)
{
    const char *word = cx_cli_value(cli, "kind");
    if (!word) word = cx_cli_value(cli, "as");
    *kind = word ? cx_kind_find(word) : CX_KIND_UNKNOWN;
    if (!word || *kind != CX_KIND_UNKNOWN) return true;
    cx_cli_fail(cli, CX_EXIT_USAGE, "no such kind: '%s'; say conf, acl, passwd, psk, dynsec or yaml", word);
    return false;
}

int cx_cli_no_kind(cx_cli *cli, const char *path)
{
    return cx_cli_fail(
        cli, CX_EXIT_USAGE,
        "%s: neither name nor content tells what kind of file it is; say --kind conf, acl, passwd, psk or dynsec",
        path);
}
