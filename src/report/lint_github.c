/* Findings as GitHub's workflow commands, which mark the lines of a pull request:
 * "::error file=…,line=…::message". In them '%', CR and LF are written %25, %0D and
 * %0A, in what stands before the second "::" also ':' and ','. */
#include "report/lint.h"

static bool special(char c, bool property)
{
    return c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
}

static void put_escaped(cx_buf *out, cx_str text, bool property)
{
    size_t from = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && !special(text.p[i], property)) continue;
        cx_buf_put_safe(out, cx_str_sub(text, from, i - from));
        if (i < text.n) cx_buf_printf(out, "%%%02X", (unsigned)text.p[i]);
        from = i + 1;
    }
}

static void put_finding(cx_buf *out, const cx_linted *file, const cx_finding *x)
{
    static const char *const words[] = {"notice", "warning", "error"};
    cx_place from = cx_source_place(file->source, x->span.at),
             to = cx_source_place(file->source, x->span.at + x->span.len);
    cx_buf text = {0};
    cx_buf_put(&text, x->message);
    cx_put_asides(&text, x, "\n");
    cx_buf_printf(out, "::%s file=", words[x->severity]);
    put_escaped(out, file->below, true);
    cx_buf_printf(out, ",line=%zu,endLine=%zu", from.line, to.line);
    if (from.line == to.line) cx_buf_printf(out, ",col=%zu,endColumn=%zu", from.column, to.column);
    cx_buf_printf(out, ",title=%s::", cx_rules[x->rule].id);
    put_escaped(out, cx_buf_str(&text), false);
    cx_buf_putc(out, '\n');
    cx_buf_clear(&text);
}

void cx_report_lint_github(cx_buf *out, const cx_lint_run *run)
{
    for (size_t i = 0; i < run->files.n; i++)
        for (size_t k = 0; k < run->files.items[i].findings->list.n; k++)
            put_finding(out, &run->files.items[i], &run->files.items[i].findings->list.items[k]);
}
