/* culex explain: what a word of a file, an option or the id of a finding means. */
#include "cli/cli.h"

#include <limits.h>

#include "base/typo.h"

static const cx_option options[] = {{NULL, 0, NULL, NULL}};

enum { WIDTH = 88, LABEL = 14 };

/* Prose, wrapped; paragraphs are kept. INDENT blanks are put before each line but the first. */
static void put_indented(cx_buf *out, const char *text, size_t indent)
{
    size_t column = 0;
    for (const char *p = text; *p;) {
        if (*p == '\n') {
            bool paragraph = p[1] == '\n';
            while (*p == '\n') p++;
            if (column) cx_buf_puts(out, paragraph ? "\n\n" : *p ? "\n" : "");
            column = 0;
            continue;
        }
        size_t n = strcspn(p, " \n");
        if (column && indent + column + 1 + n > WIDTH) {
            cx_buf_putc(out, '\n');
            cx_buf_fill(out, ' ', indent);
            column = 0;
        }
        if (column) cx_buf_putc(out, ' ');
        cx_buf_put(out, (cx_str){p, n});
        column += n + (column ? 1 : 0);
        p += n;
        while (*p == ' ') p++;
    }
    cx_buf_putc(out, '\n');
}

static void put_wrapped(cx_buf *out, const char *text) { put_indented(out, text, 0); }

static void put_example(cx_buf *out, const char *title, const char *text)
{
    cx_buf_printf(out, "\n%s\n", title);
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\n");
        if (n) cx_buf_puts(out, "    ");
        cx_buf_put_safe(out, (cx_str){p, n});
        cx_buf_puts(out, p[n] ? "\n" : " (no line feed)\n");
        p += n + (p[n] ? 1 : 0);
    }
}

/* "label:       TEXT", wrapped. */
static void put_fact(cx_buf *out, const char *label, const char *text)
{
    size_t n = strlen(label) + 1;
    cx_buf_printf(out, "%s:", label);
    cx_buf_fill(out, ' ', n < LABEL ? LABEL - n : 1);
    put_indented(out, text, LABEL);
}

static void explain_rule(cx_cli *cli, const cx_rule_info *r)
{
    cx_buf *out = &cli->out;
    static const char *const severities[] = {"advice", "warning", "error"};
    cx_put_painted(out, cli->style, CX_PAINT_BOLD, cx_str_of(r->id));
    cx_buf_printf(out, " (%s%s): %s\n\n", severities[r->severity], r->security ? ", security" : "", r->summary);
    put_wrapped(out, r->why);
    cx_buf_puts(out, "\n");
    cx_arena a = {0};
    cx_str only = cx_targets_text(&a, r->targets);
    put_fact(out, "found by", r->by == CX_BY_LINT ? "lint" : "check and lint");
    if (r->targets != CX_TARGETS_ALL) put_fact(out, "releases", only.p);
    if (r->fix != CX_FIX_NONE) put_fact(out, "fix", r->fix == CX_FIX_SAFE ? "lint --fix" : "lint --fix --unsafe");
    if (r->options[0]) put_fact(out, "needs", r->options);
    cx_arena_clear(&a);
    put_example(out, "wrong:", r->bad);
    put_example(out, "right:", r->good);
}

/* "accepted by 2.0 and 2.1:" and the like, and the text; OTHERWISE when the releases are PLAIN. */
static void put_verdict(cx_buf *out, const char *verdict, cx_targets plain, const char *otherwise, cx_targets who,
                        const char *text)
{
    cx_arena a = {0};
    cx_str by = cx_targets_text(&a, who);
    put_example(out, who == plain ? otherwise : cx_arena_printf(&a, "%s by %.*s:", verdict, (int)by.n, by.p).p, text);
    cx_arena_clear(&a);
}

static void explain_word(cx_cli *cli, const cx_word *w)
{
    cx_buf *out = &cli->out;
    const cx_format_info *f = cx_format_find(cx_str_of(w->format));
    cx_put_painted(out, cli->style, CX_PAINT_BOLD, cx_str_of(w->name));
    cx_buf_printf(out, " (%s, %s)\n\n    %s\n\n", f ? f->title : w->format, w->kind, w->syntax);
    put_wrapped(out, w->doc);
    put_verdict(out, "accepted", CX_TARGETS_ALL, "accepted:", w->accepted_by, w->accepted);
    bool loads = strcmp(w->format, "dynsec") == 0; /* whatever is in it */
    put_verdict(out, loads ? "lost" : "refused", 0, "refused, or lost:", w->refused_by, w->refused);
}

/* ---- an option of mosquitto.conf ---- */

static const char *const scope_names[CX_SCOPE_COUNT] = {
    "option of the broker", "security option", "option of a listener", "option of a plug-in", "option of a bridge"};

/* "2.1: ", or nothing when TARGETS are all of KNOWN. */
static cx_str only(cx_arena *a, cx_targets targets, cx_targets known)
{
    if (targets == known) return CX_STR("");
    cx_str who = cx_targets_text(a, targets);
    return cx_arena_printf(a, "%.*s: ", (int)who.n, who.p);
}

/* MORE to TEXT, behind a ';' when there is something already. */
static cx_str join(cx_arena *a, cx_str text, cx_str more)
{
    if (more.n == 0) return text;
    return cx_arena_printf(a, "%.*s%s%.*s", (int)text.n, text.p, text.n ? "; " : "", (int)more.n, more.p);
}

static cx_str says(cx_arena *a, cx_targets targets, cx_targets known, const char *what)
{
    targets &= known;
    if (!targets) return CX_STR("");
    cx_str who = only(a, targets, known);
    return cx_arena_printf(a, "%.*s%s", (int)who.n, who.p, what);
}

static cx_str range_text(cx_arena *a, const cx_conf_option *o)
{
    cx_str text = CX_STR("");
    for (unsigned i = 0; i < o->range_count; i++) {
        const cx_range *r = &o->ranges[i];
        const char *what = r->refused ? "or the broker does not start" : "else adjusted";
        cx_str ends = r->max == LLONG_MAX   ? cx_arena_printf(a, "at least %lld, %s", r->min, what)
                      : r->min == LLONG_MIN ? cx_arena_printf(a, "at most %lld, %s", r->max, what)
                                            : cx_arena_printf(a, "%lld to %lld, %s", r->min, r->max, what);
        text = join(a, text, says(a, r->targets, o->targets, ends.p));
    }
    return text;
}

static cx_str choices_text(cx_arena *a, const cx_conf_option *o)
{
    cx_str text = CX_STR("");
    for (unsigned i = 0; i < o->choice_count; i++) {
        const cx_choice *c = &o->choices[i];
        cx_str who = cx_targets_text(a, c->targets);
        bool all = c->targets == o->targets;
        text = cx_arena_printf(a, "%.*s%s%s%s%.*s%s", (int)text.n, text.p, i ? ", " : "", c->word, all ? "" : " (",
                               all ? 0 : (int)who.n, who.p, all ? "" : " only)");
    }
    return text;
}

static cx_str again_text(cx_arena *a, const cx_conf_option *o)
{
    cx_targets refused = o->duplicate_refused;
    if (o->value == CX_VALUE_IGNORED) return CX_STR("");
    if (o->repeatable)
        return cx_arena_printf(a, "each line adds to those before%s",
                               refused ? ", but the same one again is refused" : "");
    return join(a, says(a, refused, o->targets, "a second line for the same place is refused"),
                says(a, o->targets & (cx_targets)~refused, o->targets, "the last line counts"));
}

/* What becomes of the line when no listener stands before it. */
static cx_str listener_text(cx_arena *a, const cx_conf_option *o)
{
    static const char *const needs[] = {
        [CX_NEEDS_NOTHING] = "",
        [CX_NEEDS_LISTENER] = "the broker does not start",
        [CX_NEEDS_LISTENER_OR_DEFAULT] = "it makes the default listener, which opens port 1883",
        [CX_NEEDS_LISTENER_IF_PER_LISTENER] = "the broker does not start while per_listener_settings is true",
        [CX_NEEDS_EXPLICIT_LISTENER] =
            "the broker does not start; \"port\" and \"bind_address\" make no listener for it",
    };
    unsigned number = (unsigned)(o - cx_conf_options);
    bool security = o->scope == CX_SCOPE_SECURITY;
    if (number == CX_OPT_MOUNT_POINT) return cx_str_of(needs[CX_NEEDS_LISTENER]);
    if (number == CX_OPT_PORT || number == CX_OPT_BIND_ADDRESS) return CX_STR("");
    if (o->needs == CX_NEEDS_NOTHING && o->opens == CX_OPENS_NEVER) return CX_STR("");
    cx_targets demand = cx_releases_where(CX_B_DEFAULT_LISTENER, CX_DEFAULT_LISTENER_ON_DEMAND);
    cx_targets opens = o->opens == CX_OPENS_NEVER ? 0 : o->opens_by, kept = (cx_targets)(~demand & ~opens);
    cx_targets gone = cx_releases_where(CX_B_LOCAL_ONLY, CX_LOCAL_ONLY_WITHOUT_LISTENER_LINES);
    if (o->needs != CX_NEEDS_LISTENER_OR_DEFAULT) gone &= (cx_targets)~demand;
    if (o->needs == CX_NEEDS_NOTHING) demand = 0;
    const char *when = security ? "while per_listener_settings is true " : "";
    const char *what = o->opens == CX_OPENS_SET ? "opens it" : "opens it when the value is not the default";
    cx_str text = CX_STR("");
    text =
        join(a, text,
             says(a, opens, o->targets, cx_arena_printf(a, "%sit goes to the default listener, and %s", when, what).p));
    text = join(a, text,
                says(a, kept, o->targets,
                     cx_arena_printf(a, "%sit goes to the default listener, and does not open it", when).p));
    text = join(a, text, says(a, demand, o->targets, needs[o->needs]));
    if (!opens && o->needs != CX_NEEDS_LISTENER_OR_DEFAULT) return text;
    return join(
        a, text,
        says(a, gone, o->targets, "it is thrown away when no listener, port or bind_address line is read at all"));
}

/* "1.6 and 2.1", "every release". */
static cx_str releases_text(cx_arena *a, cx_targets targets)
{
    return targets == CX_TARGETS_ALL ? CX_STR("every release") : cx_targets_text(a, targets);
}

/* Its other names, each with the releases that know it. */
static cx_str names_text(cx_arena *a, const cx_conf_option *o)
{
    cx_str text = CX_STR("");
    unsigned number = (unsigned)(o - cx_conf_options), count = 0;
    for (size_t i = 0; i < cx_conf_name_count; i++) count += cx_conf_names[i].option == number;
    for (size_t i = 0; i < cx_conf_name_count && count > 1; i++) {
        const cx_conf_name *n = &cx_conf_names[i];
        if (n->option != number) continue;
        cx_str who = releases_text(a, n->targets);
        text = join(a, text, cx_arena_printf(a, "%s%s (%.*s)", n->name, n->prefix ? "*" : "", (int)who.n, who.p));
    }
    return text;
}

static void put_facts(cx_buf *out, const cx_conf_option *o)
{
    cx_arena a = {0};
    cx_str deprecated = cx_targets_text(&a, o->deprecated);
    if (deprecated.n)
        deprecated = cx_arena_printf(&a, "in %.*s%s%s", (int)deprecated.n, deprecated.p,
                                     *o->replaced_by ? "; write instead: " : "", o->replaced_by);
    cx_targets early = o->security;
    if (o->scope == CX_SCOPE_SECURITY && early == o->targets) early = 0; /* what its kind says already */
    struct {
        const char *label;
        cx_str text;
    } facts[] = {
        {"names", names_text(&a, o)},
        {"default", cx_str_of(o->fallback)},
        {"values", choices_text(&a, o)},
        {"range", range_text(&a, o)},
        {"again", again_text(&a, o)},
        {"no value", says(&a, o->empty_accepted, o->targets, "an error message, and the broker starts all the same")},
        {"no listener", listener_text(&a, o)},
        {"order", says(&a, early, o->targets, "\"per_listener_settings true\" must stand before it")},
        {"deprecated", deprecated},
        {"reload", cx_str_of(o->reload)},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (facts[i].text.n) put_fact(out, facts[i].label, facts[i].text.p);
    cx_arena_clear(&a);
}

/* NAME is the spelling that was asked for. */
static void explain_option(cx_cli *cli, const cx_conf_name *name)
{
    cx_buf *out = &cli->out;
    cx_arena a = {0};
    const cx_conf_option *o = &cx_conf_options[name->option];
    cx_str who = releases_text(&a, o->targets), spelled = releases_text(&a, name->targets);
    if (strncmp(name->name, o->name, strlen(name->name)) != 0)
        cx_buf_printf(out, "%s%s is another name of %s, in %.*s.\n\n", name->name, name->prefix ? "*" : "", o->name,
                      (int)spelled.n, spelled.p);
    cx_put_painted(out, cli->style, CX_PAINT_BOLD, cx_str_of(o->name));
    cx_buf_printf(out, " (mosquitto.conf, %s; %.*s)\n\n    %s\n\n", scope_names[o->scope], (int)who.n, who.p,
                  o->syntax);
    put_wrapped(out, o->doc);
    cx_buf_putc(out, '\n');
    put_facts(out, o);
    put_verdict(out, "accepted", CX_TARGETS_ALL, "accepted:", o->accepted_by, o->accepted);
    put_verdict(out, "refused", CX_TARGETS_ALL, "refused:", o->refused_by, o->refused);
    cx_arena_clear(&a);
}

/* The names of the options, by scope. */
static void put_options(cx_buf *out)
{
    static const char *const titles[CX_SCOPE_COUNT] = {"options of the broker", "security options",
                                                       "options of a listener", "options of a plug-in",
                                                       "options of a bridge"};
    for (unsigned scope = 0; scope < CX_SCOPE_COUNT; scope++) {
        cx_buf names = {0};
        for (size_t i = 0; i < CX_OPT_COUNT; i++)
            if (cx_conf_options[i].scope == scope)
                cx_buf_printf(&names, "%s%s", names.n ? " " : "", cx_conf_options[i].name);
        cx_buf_putc(&names, '\0');
        cx_buf_printf(out, "\n%s:\n    ", titles[scope]);
        put_indented(out, names.p, 4);
        cx_buf_clear(&names);
    }
}

static void explain_format(cx_cli *cli, const cx_format_info *f)
{
    cx_put_painted(&cli->out, cli->style, CX_PAINT_BOLD, cx_str_of(f->name));
    cx_buf_printf(&cli->out, " (%s)\n\n", f->title);
    put_wrapped(&cli->out, f->doc);
    put_example(&cli->out, "grammar:", f->ebnf);
    if (strcmp(f->name, "conf") == 0) put_options(&cli->out);
    bool any = false;
    for (size_t i = 0; i < cx_word_count; i++) any |= strcmp(cx_words[i].format, f->name) == 0;
    if (!any) return;
    cx_buf_puts(&cli->out, "\nwords:");
    for (size_t i = 0; i < cx_word_count; i++)
        if (strcmp(cx_words[i].format, f->name) == 0) cx_buf_printf(&cli->out, " %s", cx_words[i].name);
    cx_buf_putc(&cli->out, '\n');
}

static int nothing(cx_cli *cli, const char *word)
{
    cx_nearest n = {0};
    for (size_t i = 0; i < CX_RULE_COUNT; i++) cx_nearest_offer(&n, cx_str_of(word), cx_str_of(cx_rules[i].id));
    for (size_t i = 0; i < cx_word_count; i++) cx_nearest_offer(&n, cx_str_of(word), cx_str_of(cx_words[i].name));
    for (size_t i = 0; i < cx_conf_name_count; i++)
        cx_nearest_offer(&n, cx_str_of(word), cx_str_of(cx_conf_names[i].name));
    if (n.word.p) return cx_cli_fail(cli, CX_EXIT_USAGE, "nothing is called '%s', did you mean '%s'?", word, n.word.p);
    return cx_cli_fail(
        cli, CX_EXIT_USAGE,
        "nothing is called '%s'; name a finding such as acl-bad-access, a word such as pattern, an option such as listener, or a format: conf, acl, passwd, psk, dynsec",
        word);
}

static int run(cx_cli *cli)
{
    cx_str word = cx_str_of(cli->operands[0]);
    if (cli->format == CX_FORMAT_JSON) return cx_cli_fail(cli, CX_EXIT_USAGE, "explain has no format json");
    const cx_rule_info *rule = cx_rule_find(word);
    const cx_format_info *format = cx_format_find(cx_str_is(word, "mosquitto.conf") ? CX_STR("conf") : word);
    if (rule) {
        explain_rule(cli, rule);
        return CX_EXIT_YES;
    }
    if (format) {
        explain_format(cli, format);
        return CX_EXIT_YES;
    }
    unsigned shown = 0;
    for (size_t i = 0; i < cx_word_count; i++) {
        if (!cx_str_is(word, cx_words[i].name)) continue;
        if (shown++) cx_buf_putc(&cli->out, '\n');
        explain_word(cli, &cx_words[i]);
    }
    const cx_conf_name *name = cx_conf_name_find(word);
    if (!name && word.n > 2 && cx_str_eq(cx_str_sub(word, word.n - 2, 2), CX_STR("_*")))
        name = cx_conf_name_find(cx_str_sub(word, 0, word.n - 1)); /* "plugin_opt_*", as it is listed */
    if (name) {
        if (shown++) cx_buf_putc(&cli->out, '\n');
        explain_option(cli, name);
    }
    if (shown) return CX_EXIT_YES;
    static const char *const formats[] = {"acl", "passwd", "psk", "dynsec"}, *const kinds[] = {"access", "keyword",
                                                                                               "acltype", "field"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            const cx_word *w = cx_word_alias(cx_str_of(formats[i]), cx_str_of(kinds[k]), word);
            if (w)
                return cx_cli_fail(cli, CX_EXIT_USAGE, "'%s' is no word of these files, did you mean '%s'?",
                                   cli->operands[0], w->name);
        }
    return nothing(cli, cli->operands[0]);
}

const cx_command cx_cmd_explain = {
    .name = "explain",
    .usage = "explain RULE|KEYWORD|OPTION|FORMAT",
    .summary = "what a finding, a keyword, an option or a file format means",
    .about = "  culex explain acl-bad-access\n"
             "  culex explain pattern\n"
             "  culex explain listener_allow_anonymous\n"
             "  culex explain passwd\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
