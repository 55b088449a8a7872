/* culex explain: what a word of a file or the id of a finding means. */
#include "cli/cli.h"

#include "base/typo.h"

static const cx_option options[] = {{NULL, 0, NULL, NULL}};

enum { WIDTH = 88 };

/* Prose, wrapped; paragraphs are kept. */
static void put_wrapped(cx_buf *out, const char *text)
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
        if (column && column + 1 + n > WIDTH) {
            cx_buf_putc(out, '\n');
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

static void explain_rule(cx_cli *cli, const cx_rule_info *r)
{
    cx_buf *out = &cli->out;
    static const char *const severities[] = {"advice", "warning", "error"};
    cx_put_painted(out, cli->style, CX_PAINT_BOLD, cx_str_of(r->id));
    cx_buf_printf(out, " (%s%s): %s\n\n", severities[r->severity], r->security ? ", security" : "", r->summary);
    put_wrapped(out, r->why);
    put_example(out, "wrong:", r->bad);
    put_example(out, "right:", r->good);
}

static void explain_word(cx_cli *cli, const cx_word *w)
{
    cx_buf *out = &cli->out;
    const cx_format_info *f = cx_format_find(cx_str_of(w->format));
    cx_put_painted(out, cli->style, CX_PAINT_BOLD, cx_str_of(w->name));
    cx_buf_printf(out, " (%s, %s)\n\n    %s\n\n", f ? f->title : w->format, w->kind, w->syntax);
    put_wrapped(out, w->doc);
    cx_arena a = {0};
    cx_str accepting = cx_targets_text(&a, w->accepted_by);
    bool everywhere = w->accepted_by == CX_TARGETS_ALL;
    put_example(
        out,
        cx_arena_printf(&a, "accepted%s%.*s:", everywhere ? "" : " by ", everywhere ? 0 : (int)accepting.n, accepting.p)
            .p,
        w->accepted);
    cx_str who = cx_targets_text(&a, w->refused_by);
    put_example(out, cx_arena_printf(&a, "refused%s%.*s:", who.n ? " by " : ", or lost", (int)who.n, who.p).p,
                w->refused);
    cx_arena_clear(&a);
}

static void explain_format(cx_cli *cli, const cx_format_info *f)
{
    cx_put_painted(&cli->out, cli->style, CX_PAINT_BOLD, cx_str_of(f->name));
    cx_buf_printf(&cli->out, " (%s)\n\n", f->title);
    put_wrapped(&cli->out, f->doc);
    put_example(&cli->out, "grammar:", f->ebnf);
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
    if (n.word.p) return cx_cli_fail(cli, CX_EXIT_USAGE, "nothing is called '%s', did you mean '%s'?", word, n.word.p);
    return cx_cli_fail(
        cli, CX_EXIT_USAGE,
        "nothing is called '%s'; name a finding such as acl-bad-access, a word such as topic, or a format: acl, passwd, psk",
        word);
}

static int run(cx_cli *cli)
{
    cx_str word = cx_str_of(cli->operands[0]);
    if (cli->format == CX_FORMAT_JSON) return cx_cli_fail(cli, CX_EXIT_USAGE, "explain has no format json");
    const cx_rule_info *rule = cx_rule_find(word);
    const cx_format_info *format = cx_format_find(word);
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
    if (shown) return CX_EXIT_YES;
    static const char *const formats[] = {"acl", "passwd", "psk"}, *const kinds[] = {"access", "keyword"};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 2; k++) {
            const cx_word *w = cx_word_alias(cx_str_of(formats[i]), cx_str_of(kinds[k]), word);
            if (w)
                return cx_cli_fail(cli, CX_EXIT_USAGE, "'%s' is no word of these files, did you mean '%s'?",
                                   cli->operands[0], w->name);
        }
    return nothing(cli, cli->operands[0]);
}

const cx_command cx_cmd_explain = {
    .name = "explain",
    .usage = "explain RULE|KEYWORD|FORMAT",
    .summary = "what a finding, a keyword or a file format means",
    .about = "  culex explain acl-bad-access\n"
             "  culex explain pattern\n"
             "  culex explain passwd\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
