#include "cli/cmd_aclcheck.h"

enum { FLUSH_AT = 1 << 16 };

/* user TAB clientid TAB access TAB topic, exactly three TABs; false: malformed. */
static bool read_line(cx_str line, cx_question *q)
{
    cx_str fields[4];
    for (int i = 0; i < 3; i++) {
        const char *tab = line.n ? memchr(line.p, '\t', line.n) : NULL;
        if (!tab) return false;
        fields[i] = (cx_str){line.p, (size_t)(tab - line.p)};
        line = cx_str_sub(line, fields[i].n + 1, line.n - fields[i].n - 1);
    }
    if (cx_str_has(line, '\t')) return false;
    *q = (cx_question){
        .client = {.anonymous = fields[0].n == 0, .user = fields[0], .fresh = fields[1].n == 0, .id = fields[1]},
        .topic = line,
        .accesses = cx_ask_access(fields[2]),
    };
    return q->accesses != 0;
}

/* All that is asked, allowed? A denial is surer than what is not known. */
static cx_answer answer(struct cx_policy_target *t, const cx_question *q)
{
    cx_answer worst = {.allow = true};
    for (const unsigned *access = cx_ask_order; *access; access++) {
        if (!(q->accesses & *access)) continue;
        cx_answer a = cx_ask(t, q, *access);
        if (!a.allow && (worst.allow || worst.unknown)) worst = a;
    }
    return worst;
}

static void put_text(cx_cli *cli, cx_policy_source *s, const cx_question *q)
{
    cx_answer each[CX_RELEASE_COUNT];
    bool same = true;
    for (unsigned i = 0; i < s->target_count; i++) {
        each[i] = answer(&s->targets[i], q);
        same &= each[i].allow == each[0].allow && each[i].unknown == each[0].unknown;
    }
    cx_buf_puts(&cli->out, same ? cx_answer_name(each[0]) : "deny");
    for (unsigned i = 0; !same && i < s->target_count; i++)
        cx_buf_printf(&cli->out, "%c%s=%s", i ? ' ' : '\t', s->targets[i].release->label, cx_answer_name(each[i]));
    cx_buf_putc(&cli->out, '\n');
}

static void put_json(cx_cli *cli, cx_policy_source *s, const cx_question *q)
{
    cx_json j = {&cli->out, false};
    cx_aclcheck_begin_json(&j, q);
    for (const unsigned *access = cx_ask_order; *access; access++) {
        for (unsigned i = 0; (q->accesses & *access) && i < s->target_count; i++) {
            cx_json_object(&j, NULL);
            cx_ask_put_json(&j, &s->targets[i], NULL, *access, cx_ask(&s->targets[i], q, *access));
            cx_json_end_object(&j);
        }
    }
    cx_aclcheck_end_json(&j);
}

static void put_error(cx_cli *cli, size_t number)
{
    if (cli->format == CX_FORMAT_JSON)
        cx_buf_printf(&cli->out, "{\"error\":\"malformed line\",\"line\":%zu}\n", number);
    else cx_buf_puts(&cli->out, "error\n");
}

int cx_aclcheck_batch(cx_cli *cli, cx_policy_source *s, const char *file)
{
    cx_buf text;
    cx_error e;
    for (unsigned i = 1; i < s->target_count; i++)
        if (s->targets[i].release == s->targets[i - 1].release)
            return cx_cli_fail(cli, CX_EXIT_USAGE, "listeners %s and %s answer differently: pick one with --listener",
                               s->targets[i - 1].listener, s->targets[i].listener);
    if (!cx_read_file(file, CX_FILE_MAX, &text, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    size_t malformed = 0, number = 0, first = 0;
    for (size_t at = 0; at < text.n;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t end = feed ? (size_t)(feed - text.p) : text.n;
        cx_question q;
        number++;
        if (!read_line((cx_str){text.p + at, end - at}, &q)) {
            if (!malformed++) first = number;
            put_error(cli, number);
        } else if (cli->format == CX_FORMAT_JSON) {
            put_json(cli, s, &q);
        } else {
            put_text(cli, s, &q);
        }
        if (cli->out.n >= FLUSH_AT && !cx_cli_flush(cli)) {
            cx_buf_clear(&text);
            return CX_EXIT_FAILED;
        }
        at = end + 1;
    }
    cx_buf_clear(&text);
    if (!malformed) return CX_EXIT_YES;
    return cx_cli_fail(
        cli, CX_EXIT_INPUT,
        "%s: %zu malformed line%s, the first is line %zu; a line is user TAB clientid TAB access TAB topic", file,
        malformed, malformed == 1 ? "" : "s", first);
}
