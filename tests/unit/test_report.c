/* src/report: what findings look like, and what never stands in them. */
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "formats/acl/acl.h"
#include "formats/passwd/passwd.h"
#include "formats/psk/psk.h"
#include "report/report.h"

static const cx_style plain = {false};

/* One finding of TEXT at a place, as it is printed. */
static cx_buf print(const char *text, uint32_t at, uint32_t len, cx_targets asked, bool secret)
{
    unit_text t;
    unit_text_escaped(&t, text);
    cx_findings f = {0};
    cx_finding *x =
        cx_findings_add(&f, CX_RULE_ACL_BAD_ACCESS, (cx_span){at, len}, CX_TARGETS_ALL, CX_TARGETS_ALL, "the message");
    cx_finding_note(&f, x, "a note");
    cx_finding_help(&f, x, "some help");
    cx_buf out = {0};
    cx_report_finding(&out, plain, &t.source, x, asked, secret);
    cx_findings_clear(&f);
    unit_text_free(&t);
    cx_buf_putc(&out, '\0');
    return out;
}

START_TEST(a_finding_as_text)
{
    cx_buf out = print("topic a\ntopic rw b\n", 14, 2, CX_TARGETS_ALL, false);
    ck_assert_str_eq(out.p, "file:2:7: error: the message [acl-bad-access]\n"
                            "    2 | topic rw b\n"
                            "      |       ^~\n"
                            "      = note: a note\n"
                            "      = help: some help\n");
    cx_buf_clear(&out);
    /* a release was asked that it is not true of */
    out = print("x\n", 0, 1, CX_TARGET_BIT(&cx_releases[0]), false);
    ck_assert_ptr_nonnull(strstr(out.p, "      = note: refused by 1.6, 2.0.11, 2.0 and 2.1\n"));
    cx_buf_clear(&out);
}
END_TEST

START_TEST(a_caret_stands_under_its_byte)
{
    static const struct {
        const char *text;
        uint32_t at, len;
        const char *marks;
    } cases[] = {
        {"\tab", 1, 1, "      |     ^\n"},
        {"\xC3\xA9"
         "ab",
         2, 2, "      |  ^~\n"},
        {"\xE6\xBC\xA2"
         "ab",
         3, 1, "      |   ^\n"},
        {"\x01"
         "ab",
         1, 1, "      |     ^\n"},
        {"abc", 3, 0, "      |    ^\n"},
        {"abc\n", 3, 0, "      |    ^\n"},
        {"a\nbc", 0, 4, "      | ^\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cx_buf out = print(cases[i].text, cases[i].at, cases[i].len, CX_TARGETS_ALL, false);
        must(strstr(out.p, cases[i].marks), "case %zu: %s", i, out.p);
        cx_buf_clear(&out);
    }
}
END_TEST

START_TEST(long_lines_are_cut_around_the_place)
{
    char text[1001];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    for (uint32_t at = 0; at <= 1000; at += 50) {
        memset(text, 'x', 1000);
        if (at < 1000) text[at] = 'Q';
        cx_buf out = print(text, at, at < 1000, CX_TARGETS_ALL, false);
        char *line = strstr(out.p, "    1 | "), *marks = strstr(out.p, "      | ");
        must(line && marks, "%s", out.p);
        size_t width = strcspn(line, "\n");
        must(width < 140, "a line of %zu bytes", width);
        /* the dots are one column of three bytes */
        size_t column = strcspn(marks, "^");
        const char *q = strchr(line, 'Q');
        if (at < 1000)
            must(q && (size_t)(q - line) == column + (strncmp(line + 8, "…", 3) == 0 ? 2 : 0), "at %u:\n%s", at, out.p);
        cx_buf_clear(&out);
    }
}
END_TEST

START_TEST(secrets_are_masked)
{
    static const struct {
        uint32_t at, len;
    } spans[] = {{0, 5}, {6, 3}, {0, 11}, {5, 1}, {6, 0}, {11, 0}, {8, 2}};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        cx_buf out = print("alice:S3cret\nbob:Other\n", spans[i].at, spans[i].len, CX_TARGETS_ALL, true);
        must(!strstr(out.p, "S3c") && !strstr(out.p, "ret"), "case %zu: %s", i, out.p);
        must(strstr(out.p, "    1 | alice:********\n"), "case %zu: %s", i, out.p);
        cx_buf_clear(&out);
        out = print("alice:S3cret\nbob:Other\n", spans[i].at, spans[i].len, CX_TARGETS_ALL, false);
        must(strstr(out.p, "alice:S3cret"), "case %zu: %s", i, out.p);
        cx_buf_clear(&out);
    }
    /* without a colon nothing can be told from a secret */
    cx_buf out = print("alice S3cret\n", 0, 5, CX_TARGETS_ALL, true);
    ck_assert_ptr_null(strstr(out.p, "S3cret"));
    cx_buf_clear(&out);
}
END_TEST

/* Of a line longer than what is looked at around a place, the part may begin behind
 * the first colon; a line of the broker may end, with a NUL byte, before its colon. */
START_TEST(secrets_are_masked_in_odd_lines)
{
    static const char *const lines[] = {
        "alice S3cret\\0:x\n", "S3cret\\0alice:x\n", ":S3cret\n",          ":S3cret",
        "alice::S3cret:x\n",   "alice:x:S3cret\n",   "#alice:S3cret\\0\n", "alice:S3cret\\0:y\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines + 2; i++) {
        static char text[12000];
        if (i < sizeof lines / sizeof *lines) {
            strcpy(text, lines[i]);
        } else {
            size_t n = (size_t)sprintf(text, "alice:");
            for (int k = 0; k < 1200; k++) n += (size_t)sprintf(text + n, "S3cret");
            sprintf(text + n, i % 2 ? ":x\\0\n" : "\\0:x\n");
        }
        unit_text t;
        unit_text_escaped(&t, text);
        cx_passwd pw;
        cx_psk psk;
        cx_passwd_read(&pw, &t.source, CX_TARGETS_ALL, false);
        cx_psk_read(&psk, &t.source, CX_TARGETS_ALL);
        for (int k = 0; k < 2; k++) {
            const cx_findings *f = k ? &psk.findings : &pw.findings;
            for (size_t l = 0; l < f->list.n; l++) {
                cx_buf out = {0};
                cx_report_finding(&out, plain, &t.source, &f->list.items[l], CX_TARGETS_ALL, true);
                cx_buf_putc(&out, '\0');
                must(!strstr(out.p, "S3cret"), "case %zu: %s", i, out.p);
                cx_buf_clear(&out);
            }
        }
        cx_passwd_clear(&pw);
        cx_psk_clear(&psk);
        unit_text_free(&t);
    }
}
END_TEST

/* Every byte in every place: what is printed is text, whatever the file holds. */
static void check_all(unit_text *t, const cx_findings *f, bool secret)
{
    for (size_t i = 0; i < f->list.n; i++) {
        const cx_finding *x = &f->list.items[i];
        cx_buf out = {0};
        cx_report_finding(&out, plain, &t->source, x, CX_TARGETS_ALL, secret);
        must(cx_utf8_valid(cx_buf_str(&out)), "not UTF-8: '%s'", show(cx_buf_str(&out)));
        for (size_t k = 0; k < out.n; k++)
            must(out.p[k] == '\n' || ((unsigned char)out.p[k] >= 0x20 && out.p[k] != 0x7F), "a control byte in '%s'",
                 show(cx_buf_str(&out)));
        must(out.n > 0 && out.p[out.n - 1] == '\n', "no line feed at the end");
        out.n = 0;
        cx_json j = {&out, false};
        cx_report_finding_json(&j, &t->source, x);
        cJSON *root = cJSON_ParseWithLengthOpts(out.p, out.n, NULL, 0);
        must(root && cx_utf8_valid(cx_buf_str(&out)), "not JSON: '%s'", show(cx_buf_str(&out)));
        must(strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(root, "rule")), cx_rules[x->rule].id) == 0,
             "another rule");
        cx_place from = cx_source_place(&t->source, x->span.at),
                 to = cx_source_place(&t->source, x->span.at + x->span.len);
        must(cJSON_GetNumberValue(cJSON_GetObjectItem(root, "line")) == (double)from.line, "another line");
        must(cJSON_GetNumberValue(cJSON_GetObjectItem(root, "column")) == (double)from.column, "another column");
        must(cJSON_GetNumberValue(cJSON_GetObjectItem(root, "end_line")) == (double)to.line, "another end");
        must(cJSON_GetNumberValue(cJSON_GetObjectItem(root, "end_column")) == (double)to.column, "another end");
        must(cJSON_GetArraySize(cJSON_GetObjectItem(root, "targets")) == __builtin_popcount(x->targets),
             "other targets");
        must(cJSON_GetArraySize(cJSON_GetObjectItem(root, "refused_by")) == __builtin_popcount(x->refused),
             "other targets");
        cJSON_Delete(root);
        cx_buf_clear(&out);
    }
}

/* One text read as a file of each kind; what is found in the last two is secret. */
struct readings {
    cx_acl acl;
    cx_passwd passwd;
    cx_psk psk;
    const cx_findings *findings[3];
};

static void read_as_all(struct readings *all, cx_source *source)
{
    cx_acl_read(&all->acl, source, CX_TARGETS_ALL, 1);
    cx_passwd_read(&all->passwd, source, CX_TARGETS_ALL, false);
    cx_psk_read(&all->psk, source, CX_TARGETS_ALL);
    all->findings[0] = &all->acl.findings;
    all->findings[1] = &all->passwd.findings;
    all->findings[2] = &all->psk.findings;
}

static void readings_clear(struct readings *all)
{
    cx_acl_clear(&all->acl);
    cx_passwd_clear(&all->passwd);
    cx_psk_clear(&all->psk);
}

START_TEST(any_bytes_are_printed_as_text)
{
    static const char *const starts[] = {"topic ", "topic read ", "user ", "pattern ",    "",
                                         "x:",     "a:$6$",       ":",     "\xEF\xBB\xBF"};
    rng r = rng_for("report");
    static char text[4000];
    size_t findings = 0;
    for (int round = 0; round < 8000; round++) {
        size_t n = 0, lines = 1 + rng_below(&r, 3);
        for (size_t i = 0; i < lines; i++) {
            n += (size_t)sprintf(text + n, "%s", rng_pick(&r, starts));
            size_t run = rng_chance(&r, 10) ? rng_below(&r, 300) : rng_below(&r, 12);
            for (size_t k = 0; k < run; k++)
                text[n++] = (char)(rng_chance(&r, 50) ? rng_next(&r) : 'a' + rng_below(&r, 26));
            if (rng_chance(&r, 80)) text[n++] = '\n';
        }
        unit_text t;
        unit_text_make(&t, (cx_str){text, n});
        struct readings all;
        read_as_all(&all, &t.source);
        for (int k = 0; k < 3; k++) {
            check_all(&t, all.findings[k], k > 0);
            findings += all.findings[k]->list.n;
        }
        readings_clear(&all);
        unit_text_free(&t);
    }
    ck_assert_uint_gt(findings, 20000);
}
END_TEST

/* Runs of each byte, of lengths around what is shown at once: also of those that
 * look like the middle of a character. What is printed stays short. */
START_TEST(runs_of_one_byte)
{
    static const size_t lengths[] = {1, 2, 39, 59, 60, 61, 80, 81, 119, 120, 121, 122, 180, 300, 9000};
    static const char *const starts[] = {"topic read ", "topic ", "user ", "x", "a:", "", "a", ":"};
    static char text[9100];
    for (int c = 0; c < 256; c++) {
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths * 8; i++) {
            size_t n = (size_t)sprintf(text, "%s", starts[i % 8]), run = lengths[i / 8];
            if (run == 9000 && c % 16) continue;
            memset(text + n, c, run);
            n += run;
            text[n++] = '\n';
            unit_text t;
            unit_text_make(&t, (cx_str){text, n});
            struct readings all;
            read_as_all(&all, &t.source);
            for (int k = 0; k < 3; k++) {
                check_all(&t, all.findings[k], k > 0);
                for (size_t l = 0; l < all.findings[k]->list.n; l++) {
                    cx_buf out = {0};
                    cx_report_finding(&out, plain, &t.source, &all.findings[k]->list.items[l], CX_TARGETS_ALL, k > 0);
                    must(out.n < 4000 && all.findings[k]->list.items[l].message.n < 400,
                         "%zu bytes are printed of %zu times byte %02X behind '%s'", out.n, run, c, starts[i % 8]);
                    cx_buf_clear(&out);
                }
            }
            readings_clear(&all);
            unit_text_free(&t);
        }
    }
}
END_TEST

START_TEST(colours_only_when_asked)
{
    cx_buf out = {0};
    cx_put_painted(&out, (cx_style){.color = false}, CX_PAINT_BAD, CX_STR("x"));
    ck_assert(cx_str_is(cx_buf_str(&out), "x"));
    out.n = 0;
    cx_put_painted(&out, (cx_style){.color = true}, CX_PAINT_PLAIN, CX_STR("x"));
    ck_assert(cx_str_is(cx_buf_str(&out), "x"));
    out.n = 0;
    cx_put_painted(&out, (cx_style){.color = true}, CX_PAINT_BAD, CX_STR("\033[0m"));
    ck_assert(cx_str_is(cx_buf_str(&out), "\033[1;31m\\x1B[0m\033[0m"));
    cx_buf_clear(&out);
}
END_TEST

Suite *suite_report(void)
{
    Suite *s = suite_create("report");
    TCase *t = tcase_create("findings");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_finding_as_text);
    tcase_add_test(t, a_caret_stands_under_its_byte);
    tcase_add_test(t, long_lines_are_cut_around_the_place);
    tcase_add_test(t, secrets_are_masked);
    tcase_add_test(t, secrets_are_masked_in_odd_lines);
    tcase_add_test(t, any_bytes_are_printed_as_text);
    tcase_add_test(t, runs_of_one_byte);
    tcase_add_test(t, colours_only_when_asked);
    suite_add_tcase(s, t);
    return s;
}
