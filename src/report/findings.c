#include "report/report.h"

#include "base/utf8.h"
#include "report/hide_json.h"

enum { EXCERPT = 120, BEFORE = 60, TAB_WIDTH = 4, REACH = 4096 };

void cx_put_painted(cx_buf *out, cx_style style, cx_paint paint, cx_str text)
{
    static const char *const codes[] = {"", "1", "32", "1;31", "1;33", "2", "1;34"};
    bool colored = style.color && paint != CX_PAINT_PLAIN;
    if (colored) cx_buf_printf(out, "\033[%sm", codes[paint]);
    cx_buf_put_safe(out, text);
    if (colored) cx_buf_puts(out, "\033[0m");
}

cx_hiding cx_hiding_of(cx_kind kind)
{
    return kind == CX_KIND_ACL      ? CX_SHOW_ALL
           : kind == CX_KIND_CONF   ? CX_HIDE_VALUES
           : kind == CX_KIND_DYNSEC ? CX_HIDE_JSON
                                    : CX_HIDE_RECORDS;
}

const char *cx_severity_name(cx_severity s) { return s == CX_ERROR ? "error" : s == CX_WARNING ? "warning" : "advice"; }

cx_paint cx_severity_paint(cx_severity s)
{
    return s == CX_ERROR ? CX_PAINT_BAD : s == CX_WARNING ? CX_PAINT_WARN : CX_PAINT_BLUE;
}

/* As it will stand on the terminal; the number of columns it takes. */
static size_t put_expanded(cx_buf *out, cx_str text)
{
    size_t columns = 0;
    cx_buf safe = {0};
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\t') cx_buf_fill(&safe, ' ', TAB_WIDTH);
        else {
            uint32_t cp;
            size_t len = cx_utf8_next(cx_str_sub(text, i, text.n - i), &cp);
            cx_buf_put_safe(&safe, cx_str_sub(text, i, len ? len : 1));
            if (len > 1) i += len - 1;
        }
    }
    for (size_t i = 0; i < safe.n;) {
        uint32_t cp = 0;
        size_t len = cx_utf8_next(cx_str_sub(cx_buf_str(&safe), i, safe.n - i), &cp);
        columns += (size_t)cx_utf8_width(cp);
        i += len ? len : 1;
    }
    if (out) cx_buf_put(out, cx_buf_str(&safe));
    cx_buf_clear(&safe);
    return columns;
}

/* How much of a line may be shown. A part of one that does not hold its beginning shows nothing. */
static size_t shown_of(cx_str line, bool from_start, cx_hiding hiding)
{
    if (hiding == CX_SHOW_ALL || hiding == CX_HIDE_JSON) return line.n;
    if (hiding == CX_HIDE_RECORDS) {
        const char *nul = line.n ? memchr(line.p, '\0', line.n) : NULL; /* a ':' behind it is none to a broker */
        const char *colon = line.n ? memchr(line.p, ':', nul ? (size_t)(nul - line.p) : line.n) : NULL;
        return colon && from_start ? (size_t)(colon - line.p) + 1 : 0;
    }
    size_t at = 0, end;
    while (at < line.n && line.p[at] == ' ') at++;
    for (end = at; end < line.n && line.p[end] != ' ';) end++;
    size_t name;
    if (!from_start) return 0;
    if (!cx_conf_word_secret(cx_str_sub(line, at, end - at), &name)) return line.n;
    at += name;
    return at < line.n && line.p[at] == ' ' ? at + 1 : at;
}

/* A line of a file with secrets: the name stays, the rest becomes stars. */
static cx_str masked(cx_buf *scratch, cx_str line, size_t shown, size_t *at, size_t *len)
{
    cx_buf_put(scratch, cx_str_sub(line, 0, shown));
    if (line.n > shown) cx_buf_puts(scratch, "********");
    if (*at >= shown) {
        *at = shown;
        *len = scratch->n - shown;
    } else if (*at + *len > shown) {
        *len = scratch->n - *at;
    }
    return cx_buf_str(scratch);
}

void cx_put_hidden(cx_buf *out, cx_str text, cx_hiding hiding)
{
    cx_buf scratch = {0};
    for (size_t start = 0; start < text.n;) {
        const char *feed = memchr(text.p + start, '\n', text.n - start);
        size_t end = feed ? (size_t)(feed - text.p) : text.n, at = 0, len = 0;
        cx_str line = cx_str_sub(text, start, end - start);
        size_t shown = shown_of(line, true, hiding);
        scratch.n = 0;
        if (shown < line.n) line = masked(&scratch, line, shown, &at, &len);
        else if (hiding == CX_HIDE_JSON) line = cx_hide_json(&scratch, text, (uint32_t)start, line, &at, &len);
        cx_buf_put(out, line);
        if (feed) cx_buf_putc(out, '\n');
        start = end + 1;
    }
    cx_buf_clear(&scratch);
}

static void put_excerpt(cx_buf *out, cx_style style, cx_source *source, const cx_finding *x, cx_hiding hiding)
{
    uint32_t start;
    cx_str line = cx_source_line(source, x->span.at, REACH, &start);
    if (line.n && line.p[line.n - 1] == '\r' && x->span.at - start < line.n) line.n--;
    size_t at = x->span.at - start, len = x->span.len;
    if (at > line.n) at = line.n;
    if (len > line.n - at) len = line.n - at;
    cx_buf scratch = {0}, gutter = {0};
    bool from_start = start == 0 || source->text.p[start - 1] == '\n';
    size_t shown = shown_of(line, from_start, hiding);
    if (shown < line.n) line = masked(&scratch, line, shown, &at, &len);
    else if (hiding == CX_HIDE_JSON && x->rule == CX_RULE_DYNSEC_INVALID_JSON && cx_maybe_secret(line)) return;
    else if (hiding == CX_HIDE_JSON && x->rule != CX_RULE_DYNSEC_INVALID_JSON)
        line = cx_hide_json(&scratch, source->text, start, line, &at, &len);
    size_t from = line.n > EXCERPT && at > BEFORE ? cx_utf8_boundary(line, at - BEFORE) : 0;
    size_t to = line.n - from > EXCERPT ? cx_utf8_boundary(line, from + EXCERPT) : line.n;
    if (to < at) to = at;
    if (at + len > to) len = to - at;
    if (line.n == 0 || (x->span.len == 0 && x->span.at == 0)) goto done; /* about the file as a whole */

    cx_buf_printf(&gutter, "%5zu | ", cx_source_place(source, x->span.at).line);
    cx_put_painted(out, style, CX_PAINT_BLUE, cx_buf_str(&gutter));
    if (from) cx_buf_puts(out, "…");
    put_expanded(out, cx_str_sub(line, from, to - from));
    cx_buf_puts(out, to < line.n ? "…\n" : "\n");
    cx_put_painted(out, style, CX_PAINT_BLUE, CX_STR("      | "));
    size_t before = put_expanded(NULL, cx_str_sub(line, from, at - from)) + (from ? 1 : 0);
    size_t wide = put_expanded(NULL, cx_str_sub(line, at, len));
    cx_buf_fill(out, ' ', before);
    cx_buf marks = {0};
    cx_buf_putc(&marks, '^');
    if (wide > 1) cx_buf_fill(&marks, '~', wide - 1);
    cx_put_painted(out, style, cx_severity_paint(x->severity), cx_buf_str(&marks));
    cx_buf_putc(out, '\n');
    cx_buf_clear(&marks);
done:
    cx_buf_clear(&scratch);
    cx_buf_clear(&gutter);
}

static void put_aside(cx_buf *out, cx_style style, const char *word, cx_str text)
{
    cx_buf_puts(out, "      = ");
    cx_put_painted(out, style, CX_PAINT_BOLD, cx_str_of(word));
    cx_buf_puts(out, ": ");
    cx_buf_put_safe(out, text);
    cx_buf_putc(out, '\n');
}

void cx_report_finding(cx_buf *out, cx_style style, cx_source *source, const cx_finding *x, cx_targets asked,
                       cx_hiding hiding)
{
    cx_place place = cx_source_place(source, x->span.at);
    cx_buf_put_safe(out, source->name);
    cx_buf_printf(out, ":%zu:%zu: ", place.line, place.column);
    cx_put_painted(out, style, cx_severity_paint(x->severity), cx_str_of(cx_severity_name(x->severity)));
    cx_buf_puts(out, ": ");
    cx_put_painted(out, style, CX_PAINT_BOLD, x->message);
    cx_buf_printf(out, " [%s]\n", cx_rules[x->rule].id);
    put_excerpt(out, style, source, x, hiding);
    cx_arena a = {0};
    cx_targets about = x->refused ? x->refused : x->targets;
    bool named = x->note_count && hiding != CX_HIDE_VALUES; /* the notes name releases, except those about confs */
    if (about != asked && (x->refused || !named)) {
        cx_str who = cx_targets_text(&a, about);
        put_aside(out, style, "note",
                  cx_arena_printf(&a, x->refused ? "refused by %.*s" : "on %.*s only", (int)who.n, who.p));
    }
    cx_arena_clear(&a);
    for (unsigned i = 0; i < x->note_count; i++) put_aside(out, style, "note", x->notes[i]);
    if (x->help.n) put_aside(out, style, "help", x->help);
    if (!style.fixes || !x->fix || !x->fix->count) return;
    put_aside(out, style, "fix",
              cx_arena_printf(&a, "%.*s (%s)", (int)x->fix->what.n, x->fix->what.p,
                              x->fix->safe ? "--fix" : "--fix --unsafe"));
    cx_arena_clear(&a);
}

void cx_report_targets_json(cx_json *j, const char *key, cx_targets targets)
{
    cx_json_array(j, key);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        if (targets & CX_TARGET_BIT(&cx_releases[i])) cx_json_str(j, NULL, cx_str_of(cx_releases[i].label));
    cx_json_end_array(j);
}

static void put_places_json(cx_json *j, cx_source *source, cx_span span)
{
    cx_place from = cx_source_place(source, span.at), to = cx_source_place(source, span.at + span.len);
    cx_json_int(j, "line", (long long)from.line);
    cx_json_int(j, "column", (long long)from.column);
    cx_json_int(j, "end_line", (long long)to.line);
    cx_json_int(j, "end_column", (long long)to.column);
}

static void put_fix_json(cx_json *j, cx_source *source, const cx_fix *fix)
{
    if (!fix || !fix->count) {
        cx_json_null(j, "fix");
        return;
    }
    cx_json_object(j, "fix");
    cx_json_bool(j, "safe", fix->safe);
    cx_json_str(j, "what", fix->what);
    cx_json_array(j, "edits");
    for (unsigned i = 0; i < fix->count; i++) {
        cx_json_object(j, NULL);
        put_places_json(j, source, fix->edits[i].span);
        cx_json_str(j, "text", fix->edits[i].text);
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
    cx_json_end_object(j);
}

void cx_report_finding_json(cx_json *j, cx_source *source, const cx_finding *x)
{
    cx_json_object(j, NULL);
    cx_json_str(j, "rule", cx_str_of(cx_rules[x->rule].id));
    cx_json_str(j, "severity", cx_str_of(cx_severity_name(x->severity)));
    cx_json_bool(j, "security", cx_rules[x->rule].security);
    cx_json_str(j, "file", source->name);
    put_places_json(j, source, x->span);
    cx_json_str(j, "message", x->message);
    cx_json_str(j, "help", x->help);
    cx_json_array(j, "notes");
    for (unsigned i = 0; i < x->note_count; i++) cx_json_str(j, NULL, x->notes[i]);
    cx_json_end_array(j);
    cx_report_targets_json(j, "targets", x->targets);
    cx_report_targets_json(j, "refused_by", x->refused);
    put_fix_json(j, source, x->fix);
    cx_json_end_object(j);
}
