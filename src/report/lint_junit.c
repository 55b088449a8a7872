/* Findings as JUnit XML, which every CI shows: a test suite for each file, a failed case
 * for each finding; a file with nothing to say has one case that passes. */
#include "report/lint.h"
#include "report/xml.h"

static void put_case(cx_buf *out, const cx_linted *file, const cx_finding *x)
{
    cx_place place = cx_source_place(file->source, x->span.at);
    cx_buf text = {0};
    cx_buf_puts(out, "    <testcase");
    cx_xml_attribute(out, "classname", file->below);
    cx_buf_printf(out, " name=\"%s (line %zu)\" line=\"%zu\">\n      <failure type=\"%s\"", cx_rules[x->rule].id,
                  place.line, place.line, cx_severity_name(x->severity));
    cx_xml_attribute(out, "message", x->message);
    cx_buf_put(&text, file->below);
    cx_buf_printf(&text, ":%zu:%zu: %s: ", place.line, place.column, cx_severity_name(x->severity));
    cx_buf_put(&text, x->message);
    cx_put_asides(&text, x, "\n");
    cx_buf_putc(out, '>');
    cx_xml_text(out, cx_buf_str(&text));
    cx_buf_puts(out, "</failure>\n    </testcase>\n");
    cx_buf_clear(&text);
}

static void put_suite(cx_buf *out, const cx_linted *file)
{
    size_t n = file->findings->list.n;
    cx_buf_puts(out, "  <testsuite");
    cx_xml_attribute(out, "name", file->below);
    cx_buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", n ? n : 1, n);
    for (size_t k = 0; k < n; k++) put_case(out, file, &file->findings->list.items[k]);
    if (n == 0) {
        cx_buf_puts(out, "    <testcase");
        cx_xml_attribute(out, "classname", file->below);
        cx_buf_puts(out, " name=\"lint\"/>\n");
    }
    cx_buf_puts(out, "  </testsuite>\n");
}

void cx_report_lint_junit(cx_buf *out, const cx_lint_run *run)
{
    size_t tests = 0, failures = 0;
    for (size_t i = 0; i < run->files.n; i++) {
        size_t n = run->files.items[i].findings->list.n;
        tests += n ? n : 1;
        failures += n;
    }
    cx_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    cx_buf_printf(out, "<testsuites name=\"culex lint\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", tests,
                  failures);
    for (size_t i = 0; i < run->files.n; i++) put_suite(out, &run->files.items[i]);
    cx_buf_puts(out, "</testsuites>\n");
}
