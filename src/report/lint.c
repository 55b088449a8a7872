#include "report/lint.h"

#include "text/diff.h"

void cx_put_asides(cx_buf *out, const cx_finding *x, const char *before)
{
    for (unsigned i = 0; i < x->note_count; i++) {
        cx_buf_puts(out, before);
        cx_buf_put(out, x->notes[i]);
    }
    if (!x->help.n) return;
    cx_buf_printf(out, "%shelp: ", before);
    cx_buf_put(out, x->help);
}

/* "3 errors", behind *JOIN. */
static void put_count(cx_buf *out, const char **join, size_t n, const char *one, const char *more)
{
    if (n == 0) return;
    cx_buf_printf(out, "%s%zu %s", *join, n, n == 1 ? one : more);
    *join = ", ";
}

static void put_summary(cx_buf *out, const cx_lint_run *run)
{
    const struct cx_lint_sums *s = &run->sums;
    const char *join = ": ";
    cx_buf_printf(out, "%zu %s", run->files.n, run->files.n == 1 ? "file" : "files");
    put_count(out, &join, s->count[CX_ERROR], "error", "errors");
    put_count(out, &join, s->count[CX_WARNING], "warning", "warnings");
    put_count(out, &join, s->count[CX_ADVICE], "advice", "advice");
    if (join[0] == ':') cx_buf_puts(out, ": nothing found");
    else if (s->security) cx_buf_printf(out, " (%zu of them security)", s->security);
    join = "; ";
    put_count(out, &join, s->safe_fixes, "can be fixed with --fix", "can be fixed with --fix");
    put_count(out, &join, s->unsafe_fixes, "with --fix --unsafe", "with --fix --unsafe");
    put_count(out, &join, s->allowed, "allowed by a comment", "allowed by comments");
    put_count(out, &join, s->in_baseline, "in the baseline", "in the baseline");
    put_count(out, &join, s->not_listed, "not listed", "not listed");
    cx_buf_putc(out, '\n');
}

static void put_text(cx_buf *out, cx_style style, const cx_lint_run *run)
{
    style.fixes = true;
    for (size_t i = 0; i < run->files.n; i++) {
        const cx_linted *file = &run->files.items[i];
        for (size_t k = 0; k < file->findings->list.n; k++) {
            cx_report_finding(out, style, file->source, &file->findings->list.items[k], run->options.targets,
                              cx_hiding_of(file->kind));
            cx_buf_putc(out, '\n');
        }
    }
    put_summary(out, run);
}

static void put_short(cx_buf *out, cx_style style, const cx_lint_run *run)
{
    for (size_t i = 0; i < run->files.n; i++) {
        const cx_linted *file = &run->files.items[i];
        for (size_t k = 0; k < file->findings->list.n; k++) {
            const cx_finding *x = &file->findings->list.items[k];
            cx_place place = cx_source_place(file->source, x->span.at);
            cx_buf_put_safe(out, file->source->name);
            cx_buf_printf(out, ":%zu:%zu: ", place.line, place.column);
            cx_put_painted(out, style, cx_severity_paint(x->severity), cx_str_of(cx_severity_name(x->severity)));
            cx_buf_puts(out, ": ");
            cx_buf_put_safe(out, x->message);
            cx_buf_printf(out, " [%s]\n", cx_rules[x->rule].id);
        }
    }
}

static void put_json(cx_buf *out, const cx_lint_run *run)
{
    const struct cx_lint_sums *s = &run->sums;
    cx_json j = {out, false};
    cx_json_object(&j, NULL);
    cx_json_array(&j, "findings");
    for (size_t i = 0; i < run->files.n; i++)
        for (size_t k = 0; k < run->files.items[i].findings->list.n; k++)
            cx_report_finding_json(&j, run->files.items[i].source, &run->files.items[i].findings->list.items[k]);
    cx_json_end_array(&j);
    cx_json_object(&j, "summary");
    cx_json_int(&j, "files", (long long)run->files.n);
    cx_json_int(&j, "errors", (long long)s->count[CX_ERROR]);
    cx_json_int(&j, "warnings", (long long)s->count[CX_WARNING]);
    cx_json_int(&j, "advice", (long long)s->count[CX_ADVICE]);
    cx_json_int(&j, "security", (long long)s->security);
    cx_json_int(&j, "fixable", (long long)s->safe_fixes);
    cx_json_int(&j, "fixable_unsafe", (long long)s->unsafe_fixes);
    cx_json_int(&j, "allowed", (long long)s->allowed);
    cx_json_int(&j, "in_baseline", (long long)s->in_baseline);
    cx_json_int(&j, "not_listed", (long long)s->not_listed);
    cx_json_end_object(&j);
    cx_json_end_object(&j);
    cx_buf_putc(out, '\n');
}

/* ---- what fixes change ---- */

static void put_diff_line(cx_buf *out, cx_style style, cx_str line)
{
    char first = line.n ? line.p[0] : ' ';
    cx_paint paint = first == '-'   ? CX_PAINT_BAD
                     : first == '+' ? CX_PAINT_GOOD
                     : first == '@' ? CX_PAINT_BLUE
                                    : CX_PAINT_PLAIN;
    if (style.color && paint != CX_PAINT_PLAIN) cx_put_painted(out, style, paint, line);
    else cx_buf_put(out, line);
    cx_buf_putc(out, '\n');
}

void cx_report_diff(cx_buf *out, cx_style style, const cx_linted *file, cx_str fixed)
{
    cx_buf before = {0}, after = {0}, diff = {0};
    cx_put_hidden(&before, file->source->text, cx_hiding_of(file->kind));
    cx_put_hidden(&after, fixed, cx_hiding_of(file->kind));
    cx_diff(&diff, file->source->name, file->source->name, cx_buf_str(&before), cx_buf_str(&after));
    for (size_t at = 0; at < diff.n;) {
        const char *feed = memchr(diff.p + at, '\n', diff.n - at);
        size_t end = feed ? (size_t)(feed - diff.p) : diff.n;
        put_diff_line(out, style, cx_str_sub(cx_buf_str(&diff), at, end - at));
        at = end + 1;
    }
    cx_buf_clear(&before);
    cx_buf_clear(&after);
    cx_buf_clear(&diff);
}

void cx_report_lint(cx_buf *out, cx_lint_format format, cx_style style, const cx_lint_run *run)
{
    switch (format) {
    case CX_LINT_TEXT: put_text(out, style, run); return;
    case CX_LINT_SHORT: put_short(out, style, run); return;
    case CX_LINT_JSON: put_json(out, run); return;
    case CX_LINT_SARIF: cx_report_lint_sarif(out, run); return;
    case CX_LINT_GITHUB: cx_report_lint_github(out, run); return;
    case CX_LINT_JUNIT: cx_report_lint_junit(out, run); return;
    }
}
