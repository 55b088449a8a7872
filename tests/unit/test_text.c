/* src/text: a source and its lines as a person counts them, lines as the broker
 * cuts them (against the model's fgets), records, findings. */
#include "unit.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "model.h"
#include "text/lines.h"
#include "text/records.h"

/* ---- source ---- */

static void check_places(const char *text, size_t n)
{
    unit_text t;
    unit_text_make(&t, (cx_str){text, n});
    size_t line = 1, column = 1, start = 0;
    for (size_t at = 0; at <= n; at++) {
        cx_place place = cx_source_place(&t.source, (uint32_t)at);
        must(place.line == line && place.column == column, "offset %zu of '%s' is %zu:%zu, want %zu:%zu", at,
             show((cx_str){text, n}), place.line, place.column, line, column);
        size_t end = at;
        while (end < n && text[end] != '\n') end++;
        for (uint32_t reach = 0; reach <= n + 1; reach++) {
            uint32_t from;
            size_t left = at - start > reach ? at - reach : start, right = end - at > reach ? at + reach : end;
            cx_str part = cx_source_line(&t.source, (uint32_t)at, reach, &from);
            must(from == left && part.p == t.bytes + left && part.n == right - left,
                 "line at %zu of '%s', reach %u, is '%s'", at, show((cx_str){text, n}), reach, show(part));
        }
        column++;
        if (at < n && text[at] == '\n') {
            line++;
            column = 1;
            start = at + 1;
        }
    }
    unit_text_free(&t);
}

START_TEST(source_places_are_counted)
{
    static const char letters[] = {'a', '\n', '\0', '\r'};
    for (size_t n = 0, count = 1; n <= 6; n++, count *= sizeof letters) {
        for (size_t number = 0; number < count; number++) {
            char text[8];
            for (size_t i = 0, rest = number; i < n; i++, rest /= sizeof letters)
                text[i] = letters[rest % sizeof letters];
            check_places(text, n);
        }
    }
}
END_TEST

START_TEST(source_opens_files)
{
    const char *path = unit_path("source");
    unit_write(path, CX_STR("a\n\0b\n"));
    cx_source s;
    cx_error e = {""};
    must(cx_source_open(&s, path, &e), "%s", e.text);
    ck_assert(cx_str_eq(s.text, CX_STR("a\n\0b\n")));
    ck_assert(cx_str_is(s.name, path));
    ck_assert_uint_eq(cx_source_place(&s, 5).line, 3);
    cx_source_clear(&s);
    ck_assert(!cx_source_open(&s, unit_path("missing"), &e));
    cx_source_clear(&s);
}
END_TEST

/* ---- lines ---- */

/* The library's reader and the model's, step by step. */
static void check_lines(cx_str text, size_t release)
{
    cx_lines lines;
    model_reader model;
    cx_lines_init(&lines, text, &cx_releases[release], CX_LINES_SECURITY);
    model_open(&model, text.p, text.n, 256);
    for (size_t step = 0;; step++) {
        bool got = model_gets(&model, (model_release)release);
        cx_line_status want = got ? CX_LINE : model.eof ? CX_LINE_END : CX_LINE_LOST;
        cx_str line = CX_STR_NONE;
        size_t start = SIZE_MAX;
        cx_line_status have = cx_lines_next(&lines, &line, &start);
        must(have == want, "%s, step %zu: status %d, want %d, of '%s'", cx_releases[release].name, step, have, want,
             show(text));
        must(start == model.begin && lines.at == model.at, "%s, step %zu: %zu to %zu, want %zu to %zu, of '%s'",
             cx_releases[release].name, step, start, lines.at, model.begin, model.at, show(text));
        if (have == CX_LINE) {
            must(cx_str_is(line, model.buf), "%s, step %zu: '%s', want '%s', of '%s'", cx_releases[release].name, step,
                 show(line), showz(model.buf), show(text));
            must(line.p == text.p + start, "%s, step %zu: the line is not a view of the text",
                 cx_releases[release].name, step);
            must(lines.ended == model.eof, "%s, step %zu: end of file %d of '%s'", cx_releases[release].name, step,
                 lines.ended, show(text));
        }
        if (have == CX_LINE_END) break;
        must(step <= text.n + 1, "%s: no end of '%s'", cx_releases[release].name, show(text));
    }
    model_close(&model);
}

static void check_lines_everywhere(cx_str text)
{
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) check_lines(text, release);
}

/* What the buffer could trip over: run lengths just around its sizes, line feeds
 * and NUL bytes in all the places relative to them. */
static const struct {
    char before[4];
    size_t before_n, run;
    char after[4];
    size_t after_n;
} pieces[] = {
    {"", 0, 0, "\n", 1},     {"", 0, 0, "\0", 1},       {"", 0, 0, "\0\n", 2},    {"", 0, 1, "\n", 1},
    {"", 0, 1, "\0x\n", 3},  {"", 0, 3, "\0", 1},       {"", 0, 254, "\n", 1},    {"", 0, 255, "\n", 1},
    {"", 0, 256, "\n", 1},   {"", 0, 253, "\0\n", 2},   {"", 0, 254, "\0", 1},    {"", 0, 254, "\0\n", 2},
    {"", 0, 255, "\0", 1},   {"", 0, 255, "\0\n", 2},   {"", 0, 256, "\0\n", 2},  {"\0", 1, 253, "\n", 1},
    {"\0", 1, 254, "\n", 1}, {"\0", 1, 255, "\n", 1},   {"\0", 1, 1254, "\n", 1}, {"", 0, 254, "", 0},
    {"", 0, 255, "", 0},     {"", 0, 1254, "\n", 1},    {"", 0, 1255, "\n", 1},   {"", 0, 1255, "", 0},
    {"", 0, 1000, "", 0},    {"", 0, 1256, "\0y\n", 3},
};
enum { PIECES = sizeof pieces / sizeof *pieces };

static size_t put_piece(char *to, size_t i)
{
    char *p = to;
    memcpy(p, pieces[i].before, pieces[i].before_n);
    p += pieces[i].before_n;
    memset(p, 'a' + (int)(i % 26), pieces[i].run);
    p += pieces[i].run;
    memcpy(p, pieces[i].after, pieces[i].after_n);
    return (size_t)(p + pieces[i].after_n - to);
}

START_TEST(lines_of_all_combinations_of_pieces)
{
    static char text[4 * 1300];
    size_t n[4];
    check_lines_everywhere((cx_str){text, 0});
    for (size_t a = 0; a < PIECES; a++) {
        n[0] = put_piece(text, a);
        check_lines_everywhere((cx_str){text, n[0]});
        for (size_t b = 0; b < PIECES; b++) {
            n[1] = n[0] + put_piece(text + n[0], b);
            check_lines_everywhere((cx_str){text, n[1]});
            for (size_t c = 0; c < PIECES; c++) {
                n[2] = n[1] + put_piece(text + n[1], c);
                check_lines_everywhere((cx_str){text, n[2]});
            }
        }
    }
}
END_TEST

START_TEST(lines_of_random_texts)
{
    rng r = rng_for("lines");
    static char text[8000];
    for (int round = 0; round < 30000; round++) {
        size_t n = 0, count = 1 + rng_below(&r, 6);
        for (size_t i = 0; i < count && n + 1300 < sizeof text; i++) {
            size_t run = rng_chance(&r, 40)
                             ? rng_below(&r, 5)
                             : rng_pick(&r, ((const size_t[]){253, 254, 255, 256, 1254, 1255, 1256, 999, 1000, 1001}));
            memset(text + n, 'a', run);
            if (run && rng_chance(&r, 30)) text[n + rng_below(&r, run)] = '\0';
            n += run;
            if (rng_chance(&r, 60)) text[n++] = '\n';
            if (rng_chance(&r, 15)) text[n++] = '\0';
        }
        unit_text t;
        unit_text_make(&t, (cx_str){text, n});
        check_lines_everywhere(t.source.text);
        unit_text_free(&t);
    }
}
END_TEST

/* Texts of up to seven bytes out of a letter, a line feed and NUL: all of them. */
START_TEST(lines_of_all_short_texts)
{
    static const char letters[] = {'a', '\n', '\0'};
    for (size_t n = 0, count = 1; n <= 8; n++, count *= sizeof letters) {
        for (size_t number = 0; number < count; number++) {
            char text[8];
            for (size_t i = 0, rest = number; i < n; i++, rest /= sizeof letters)
                text[i] = letters[rest % sizeof letters];
            check_lines_everywhere((cx_str){text, n});
        }
    }
}
END_TEST

/* The model itself against the C library's fgets(): reads that never overflow. */
START_TEST(the_model_reads_as_fgets_does)
{
    rng r = rng_for("fgets");
    const char *path = unit_path("fgets");
    for (int round = 0; round < 300; round++) {
        char text[900];
        size_t n = rng_below(&r, sizeof text);
        for (size_t i = 0; i < n; i++) text[i] = rng_chance(&r, 1) ? '\0' : rng_chance(&r, 2) ? '\n' : 'a';
        if (rng_chance(&r, 30)) {
            n = 255;
            memset(text, 'a', n);
        }
        unit_write(path, (cx_str){text, n});
        FILE *f = fopen(path, "rb");
        ck_assert_ptr_nonnull(f);
        /* 2.0.22's loop around the real fgets() */
        size_t size = 256;
        char *buf = malloc(size);
        model_reader model;
        model_open(&model, text, n, 256);
        for (bool more = true; more;) {
            size_t offset = 0;
            char *rc;
            for (;;) {
                rc = fgets(buf + offset, (int)(size - offset), f);
                if (feof(f) || buf[0] == '\0' || buf[strlen(buf) - 1] == '\n') break;
                offset = size - 1;
                size += 1000;
                buf = realloc(buf, size);
            }
            bool got = model_gets(&model, MODEL_2_0_22);
            must(got == (rc != NULL), "round %d: fgets %s of '%s'", round, rc ? "reads" : "ends",
                 show((cx_str){text, n}));
            must(model.eof == (feof(f) != 0) && model.at == (size_t)ftell(f), "round %d: at %zu of '%s'", round,
                 model.at, show((cx_str){text, n}));
            if (got)
                must(strcmp(model.buf, buf) == 0, "round %d: '%s', want '%s'", round, showz(model.buf), showz(buf));
            more = rc != NULL;
        }
        model_close(&model);
        free(buf);
        fclose(f);
    }
}
END_TEST

/* The short cut for text without a NUL byte, for all lengths around the sizes. */
START_TEST(last_line_lost_is_what_the_reader_does)
{
    static const size_t longest[] = {0, 1, 2, 254, 255, 256, 257, 1254, 1255, 1256, 1257, 2254, 2255, 2256, 2257, 5000};
    static char text[9000];
    size_t lost = 0;
    for (size_t i = 0; i < sizeof longest / sizeof *longest; i++) {
        size_t before = longest[i]; /* with its line feed; 0: no line before */
        memset(text, 'a', sizeof text);
        if (before) text[before - 1] = '\n';
        for (size_t last = 0; last <= 3400; last++) {
            if (last > 5 && last % 1000 > 260 && last % 1000 < 990) continue;
            model_reader model;
            model_open(&model, text, before + last, 256);
            bool seen = false;
            while (model_gets(&model, MODEL_2_1_2)) seen |= model.begin == before;
            model_close(&model);
            bool want = last > 0 && !seen, have = last > 0 && cx_last_line_lost(last, before, CX_LINES_SECURITY);
            must(want == have, "a last line of %zu bytes behind one of %zu is %s", last, before,
                 have ? "lost" : "kept");
            lost += have;
        }
    }
    ck_assert_uint_gt(lost, 20);
}
END_TEST

START_TEST(same_cutting_is_a_partition)
{
    cx_targets all = 0;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_targets set = cx_same_cutting(&cx_releases[i]);
        must(set & CX_TARGET_BIT(&cx_releases[i]), "%s is not in its own set", cx_releases[i].name);
        all |= set;
        for (size_t k = 0; k < CX_RELEASE_COUNT; k++)
            if (set & CX_TARGET_BIT(&cx_releases[k]))
                must(cx_same_cutting(&cx_releases[k]) == set, "%s and %s", cx_releases[i].name, cx_releases[k].name);
    }
    ck_assert_uint_eq(all, CX_TARGETS_ALL);
    /* 1.6.15 with 2.0.11, the others alone */
    ck_assert_uint_eq(cx_same_cutting(&cx_releases[MODEL_1_6_15]), 3);
    ck_assert_uint_eq(cx_same_cutting(&cx_releases[MODEL_2_0_22]), 4);
    ck_assert_uint_eq(cx_same_cutting(&cx_releases[MODEL_2_1_2]), 8);
}
END_TEST

/* ---- records ---- */

struct taken {
    const char *text;
    size_t n;
    cx_record items[64];
    size_t count;
};

static void take(const cx_record *record, void *context)
{
    struct taken *t = context;
    must(record->targets != 0, "a record for no release");
    must(t->count < 64, "too many records");
    if (record->kind == CX_RECORD) {
        must(record->line.p >= t->text && record->line.p + record->line.n <= t->text + t->n, "a line outside the text");
        must(!record->name.n || (record->name.p >= record->line.p &&
                                 record->name.p + record->name.n <= record->line.p + record->line.n),
             "a name outside its line");
        must(!record->secret.n || (record->secret.p >= record->line.p &&
                                   record->secret.p + record->secret.n <= record->line.p + record->line.n),
             "a secret outside its line");
    }
    t->items[t->count++] = *record;
}

static void check_records(const unit_text *t, cx_targets targets)
{
    struct taken got = {.text = t->bytes, .n = t->source.text.n};
    bool again = false;
    cx_records_read(&t->source, targets, &again, take, &got);
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[release]);
        if (!(targets & bit)) continue;
        model_records want;
        model_records_read(&want, t->bytes, t->source.text.n, (model_release)release);
        size_t k = 0;
        for (size_t i = 0; i < got.count; i++) {
            const cx_record *x = &got.items[i];
            must(!(x->targets & ~targets), "a record for a release that was not asked");
            if (x->kind != CX_RECORD || !(x->targets & bit)) continue;
            must(k < want.count, "%s: one record too many, '%s': '%s'", cx_releases[release].name, show(x->name),
                 show(t->source.text));
            const model_record *m = &want.items[k++];
            must(cx_str_is(x->name, m->name) && (x->secret.p != NULL) == (m->secret != NULL) &&
                     (!m->secret || cx_str_is(x->secret, m->secret)),
                 "%s: record '%s' '%s', want '%s' '%s', of '%s'", cx_releases[release].name, show(x->name),
                 show(x->secret), m->name, m->secret ? m->secret : "(none)", show(t->source.text));
            must((!x->name.n || x->name.p == t->bytes + m->name_at) &&
                     (!x->secret.n || x->secret.p == t->bytes + m->secret_at),
                 "%s: record '%s' stands elsewhere", cx_releases[release].name, m->name);
        }
        must(k == want.count, "%s: %zu records, want %zu, of '%s'", cx_releases[release].name, k, want.count,
             show(t->source.text));
        model_records_free(&want);
    }
}

START_TEST(records_of_all_short_texts)
{
    static const char letters[] = {'a', ':', '\n', ' ', '#', '\0'};
    for (size_t n = 0, count = 1; n <= 6; n++, count *= sizeof letters) {
        for (size_t number = 0; number < count; number++) {
            char text[8];
            for (size_t i = 0, rest = number; i < n; i++, rest /= sizeof letters)
                text[i] = letters[rest % sizeof letters];
            unit_text t;
            unit_text_make(&t, (cx_str){text, n});
            check_records(&t, CX_TARGETS_ALL);
            unit_text_free(&t);
        }
    }
}
END_TEST

START_TEST(records_of_random_texts)
{
    static const char *const parts[] = {":",    ":", "::",     "alice", "bob", " ",  "\t",       "\n", "\n",
                                        "\r\n", "#", "$6$x$y", "",      "\v",  "\f", "\xC3\xA9", "x y"};
    rng r = rng_for("records");
    static char text[6000];
    for (int round = 0; round < 40000; round++) {
        size_t n = 0, count = rng_below(&r, 25);
        for (size_t i = 0; i < count && n + 1400 < sizeof text; i++) {
            const char *part = rng_pick(&r, parts);
            memcpy(text + n, part, strlen(part));
            n += strlen(part);
            if (rng_chance(&r, 3)) text[n++] = '\0';
            if (!rng_chance(&r, 4)) continue;
            size_t run = rng_pick(&r, ((const size_t[]){250, 253, 254, 255, 256, 1254, 1255}));
            memset(text + n, 'z', run);
            n += run;
        }
        unit_text t;
        unit_text_make(&t, (cx_str){text, n});
        check_records(&t, CX_TARGETS_ALL);
        check_records(&t, (cx_targets)(1 + rng_below(&r, CX_TARGETS_ALL)));
        unit_text_free(&t);
    }
}
END_TEST

static struct taken records_of(unit_text *t, const char *text)
{
    static bool again;
    struct taken got = {0};
    again = false;
    unit_text_escaped(t, text);
    got.text = t->bytes;
    got.n = t->source.text.n;
    cx_records_read(&t->source, CX_TARGETS_ALL, &again, take, &got);
    must(again == (memchr(t->bytes, '\0', t->source.text.n) != NULL), "'again' of '%s'", text);
    return got;
}

START_TEST(records_tell_what_they_skip)
{
    unit_text t;
    struct taken got = records_of(&t, "garbage\n  \n# a:b\n a : b : c d \n:::\nx:\ny");
    ck_assert_uint_eq(got.count, 5);
    ck_assert_int_eq(got.items[0].kind, CX_RECORD_NO_COLON);
    ck_assert(cx_str_is(got.items[0].line, "garbage"));
    ck_assert_int_eq(got.items[1].kind, CX_RECORD);
    ck_assert(cx_str_is(got.items[1].name, "a") && cx_str_is(got.items[1].secret, "b") &&
              cx_str_is(got.items[1].extra, "c d"));
    ck_assert(cx_str_is(got.items[1].line, " a : b : c d "));
    ck_assert_int_eq(got.items[2].kind, CX_RECORD);
    ck_assert_uint_eq(got.items[2].name.n, 0); /* the line feed is a blank field */
    ck_assert_ptr_null(got.items[2].secret.p);
    ck_assert(cx_str_is(got.items[3].name, "x"));
    ck_assert_ptr_nonnull(got.items[3].secret.p); /* here too */
    ck_assert_uint_eq(got.items[3].secret.n, 0);
    ck_assert_int_eq(got.items[4].kind, CX_RECORD_NO_COLON);
    unit_text_free(&t);
    got = records_of(&t, "x:");
    ck_assert_uint_eq(got.count, 1);
    ck_assert_ptr_null(got.items[0].secret.p);
    unit_text_free(&t);

    char last[256];
    memset(last, 'u', 255);
    last[100] = ':';
    last[255] = '\0';
    got = records_of(&t, last);
    ck_assert_uint_eq(got.count, 1);
    ck_assert_int_eq(got.items[0].kind, CX_RECORD_LOST_LAST);
    ck_assert_uint_eq(got.items[0].line.n, 255);
    ck_assert_uint_eq(got.items[0].targets, CX_TARGETS_ALL);
    unit_text_free(&t);
}
END_TEST

/* For each release: bytes that no record, comment or blank line has are reported. */
START_TEST(records_tell_where_nul_hides_something)
{
    unit_text t;
    struct taken got = records_of(&t, "a:1\nb\\0:2\nc:3\n");
    cx_targets nul = 0, later = 0;
    for (size_t i = 0; i < got.count; i++) {
        if (got.items[i].kind == CX_RECORD_NUL) {
            nul |= got.items[i].targets;
            ck_assert_uint_gt(got.items[i].name.n, 0);
            ck_assert_ptr_eq(cx_record_nul(&got.items[i]).p, t.bytes + 5);
            ck_assert_uint_eq(cx_record_nul(&got.items[i]).n, 1);
        }
        if (got.items[i].kind == CX_RECORD && cx_str_is(got.items[i].name, "c")) later |= got.items[i].targets;
    }
    ck_assert_uint_eq(nul, CX_TARGETS_ALL);
    ck_assert_uint_eq(later, CX_TARGET_BIT(&cx_releases[MODEL_2_1_2]));
    unit_text_free(&t);
}
END_TEST

/* ---- findings ---- */

START_TEST(findings_take_the_rules_severity)
{
    cx_findings f = {0};
    cx_finding *x = cx_findings_add(&f, CX_RULE_ACL_INVALID_LINE, (cx_span){3, 4}, 7, 5, "message %d of %s", 1, "two");
    ck_assert_int_eq(x->severity, CX_ERROR);
    ck_assert(cx_str_is(x->message, "message 1 of two"));
    ck_assert_uint_eq(x->span.at, 3);
    ck_assert_uint_eq(x->targets, 7);
    ck_assert_uint_eq(x->refused, 5);
    ck_assert_uint_eq(f.refused, 5);
    x = cx_findings_add(&f, CX_RULE_ACL_NO_RULES, (cx_span){0, 0}, 2, 2, "x");
    ck_assert_int_eq(x->severity, CX_WARNING);
    ck_assert_uint_eq(f.refused, 7);
    ck_assert_uint_eq(f.list.n, 2);
    ck_assert_uint_eq(f.count[CX_ERROR], 1);
    ck_assert_uint_eq(f.count[CX_WARNING], 1);
    ck_assert_uint_eq(f.count[CX_ADVICE], 0);
    ck_assert_uint_eq(cx_findings_dropped(&f), 0);
    cx_finding_help(&f, x, "help %s", "text");
    ck_assert(cx_str_is(x->help, "help text"));
    cx_findings_clear(&f);
    ck_assert_uint_eq(f.list.n, 0);
    ck_assert_uint_eq(f.refused, 0);
}
END_TEST

START_TEST(findings_keep_four_different_notes)
{
    cx_findings f = {0};
    cx_finding *x = cx_findings_add(&f, CX_RULE_ACL_NUL_BYTE, (cx_span){0, 0}, 1, 0, "x");
    for (int i = 0; i < 3; i++) cx_finding_note(&f, x, "same");
    ck_assert_uint_eq(x->note_count, 1);
    for (int i = 0; i < 9; i++) cx_finding_note(&f, x, "note %d", i);
    ck_assert_uint_eq(x->note_count, CX_NOTES_MAX);
    ck_assert(cx_str_is(x->notes[0], "same"));
    ck_assert(cx_str_is(x->notes[3], "note 2"));
    cx_findings_clear(&f);
}
END_TEST

/* So many that refuse and so many that do not are kept, each with its text; the
 * others are counted. */
START_TEST(findings_stop_at_their_maximum)
{
    cx_findings f = {0};
    for (unsigned i = 0; i < CX_FINDINGS_MAX + 50; i++) {
        cx_findings_add(&f, CX_RULE_ACL_NO_RULES, (cx_span){i, 1}, 15, 0, "number %s", cx_quote(&f, CX_STR("a")));
        must(cx_findings_full(&f, false) == (i + 1 >= CX_FINDINGS_MAX) && !cx_findings_full(&f, true), "full after %u",
             i);
    }
    ck_assert_uint_eq(f.list.n, CX_FINDINGS_MAX);
    for (unsigned i = 0; i < CX_FINDINGS_MAX + 7; i++) {
        cx_finding *x = cx_findings_add(&f, CX_RULE_ACL_INVALID_LINE, (cx_span){i, 1}, 15, i < CX_FINDINGS_MAX ? 1 : 8,
                                        "number %u", i);
        cx_finding_note(&f, x, "a note");
        cx_finding_help(&f, x, "help");
        must(cx_findings_full(&f, true) == (i + 1 >= CX_FINDINGS_MAX), "full after %u", i);
    }
    ck_assert_uint_eq(f.list.n, 2 * CX_FINDINGS_MAX);
    ck_assert_uint_eq(cx_findings_dropped(&f), 57);
    ck_assert_uint_eq(f.count[CX_WARNING], CX_FINDINGS_MAX + 50);
    ck_assert_uint_eq(f.count[CX_ERROR], CX_FINDINGS_MAX + 7);
    ck_assert_uint_eq(f.refused, 9); /* of those not kept, too */
    for (size_t i = 0; i < f.list.n; i++)
        must(f.list.items[i].message.n > 0 && f.list.items[i].span.at == i % CX_FINDINGS_MAX, "finding %zu", i);
    cx_findings_drop(&f, CX_ADVICE, 2);
    ck_assert_uint_eq(f.count[CX_ADVICE], 1);
    ck_assert_uint_eq(cx_findings_dropped(&f), 58);
    ck_assert_uint_eq(f.refused, 11);
    cx_findings_clear(&f);
}
END_TEST

START_TEST(findings_of_a_later_part_go_behind)
{
    cx_findings a = {0}, b = {0};
    for (unsigned i = 0; i < CX_FINDINGS_MAX - 1; i++)
        cx_findings_add(&a, CX_RULE_ACL_NO_RULES, (cx_span){i, 0}, 1, 0, "a");
    for (unsigned i = 0; i < 3; i++) cx_findings_add(&b, CX_RULE_ACL_NO_RULES, (cx_span){5000 + i, 0}, 1, 0, "b%u", i);
    cx_findings_add(&b, CX_RULE_ACL_BAD_ACCESS, (cx_span){6000, 0}, 4, 4, "c");
    cx_findings_append(&a, &b);
    ck_assert_uint_eq(a.list.n, CX_FINDINGS_MAX + 1);
    ck_assert(cx_str_is(a.list.items[CX_FINDINGS_MAX - 1].message, "b0"));
    ck_assert(cx_str_is(a.list.items[CX_FINDINGS_MAX].message, "c"));
    ck_assert_uint_eq(a.refused, 4);
    ck_assert_uint_eq(cx_findings_dropped(&a), 2);
    ck_assert_uint_eq(a.count[CX_WARNING], CX_FINDINGS_MAX + 2);
    ck_assert_uint_eq(a.count[CX_ERROR], 1);
    ck_assert_uint_eq(b.list.n, 0);
    cx_findings_clear(&a);
    cx_findings_clear(&b);
}
END_TEST

START_TEST(findings_leave_out_long_texts)
{
    cx_findings f = {0};
    cx_finding *x = cx_findings_add(&f, CX_RULE_ACL_NO_RULES, (cx_span){0, 0}, 1, 0, "x");
    cx_finding_help(&f, x, "%*d", CX_FINDING_TEXT_MAX, 1);
    ck_assert_uint_eq(x->help.n, CX_FINDING_TEXT_MAX);
    cx_finding_help(&f, x, "%*d", CX_FINDING_TEXT_MAX + 1, 1);
    ck_assert_uint_eq(x->help.n, 0);
    cx_finding_note(&f, x, "%*d", CX_FINDING_TEXT_MAX + 1, 1);
    ck_assert_uint_eq(x->note_count, 0);
    cx_finding_note(&f, x, "%*d", CX_FINDING_TEXT_MAX, 1);
    ck_assert_uint_eq(x->note_count, 1);
    cx_findings_clear(&f);
}
END_TEST

START_TEST(findings_merge_readings_of_one_place)
{
    cx_findings f = {.merge = true};
    cx_finding *x = cx_findings_add(&f, CX_RULE_PASSWD_PLAINTEXT, (cx_span){3, 4}, 1, 0, "first");
    cx_findings_add(&f, CX_RULE_PASSWD_PLAINTEXT, (cx_span){3, 5}, 1, 0, "another length");
    cx_findings_add(&f, CX_RULE_PASSWD_BROKEN_HASH, (cx_span){3, 4}, 1, 0, "another rule");
    ck_assert_uint_eq(f.list.n, 3);
    x = cx_findings_add(&f, CX_RULE_PASSWD_PLAINTEXT, (cx_span){3, 4}, 8, 8, "second");
    ck_assert_uint_eq(f.list.n, 3);
    ck_assert_uint_eq(x->targets, 9);
    ck_assert_uint_eq(x->refused, 8);
    ck_assert_uint_eq(f.refused, 8);
    ck_assert(cx_str_is(x->message, "first"));
    ck_assert_uint_eq(f.count[CX_ERROR], 3);
    cx_findings_clear(&f);
}
END_TEST

START_TEST(quotes_are_shortened)
{
    cx_findings f = {0};
    char text[200];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (char)('a' + i % 26);
    ck_assert_str_eq(cx_quote(&f, CX_STR("a b")), "'a b'");
    ck_assert_str_eq(cx_quote(&f, CX_STR_NONE), "''");
    ck_assert_uint_eq(strlen(cx_quote(&f, (cx_str){text, 80})), 82);
    const char *quote = cx_quote(&f, (cx_str){text, 81});
    ck_assert_ptr_nonnull(strstr(quote, "…"));
    ck_assert_ptr_nonnull(strstr(quote, "(81 bytes)"));
    ck_assert(strncmp(quote + 1, text, 40) == 0);
    ck_assert_uint_lt(strlen(cx_quote(&f, (cx_str){text, 200})), 100);
    for (size_t shift = 0; shift < 4; shift++) { /* no character is cut */
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 <= sizeof text; i += 3) memcpy(text + i, "\xE2\x82\xAC", 3);
        size_t n = shift + (sizeof text - shift) / 3 * 3;
        quote = cx_quote(&f, (cx_str){text, n});
        must(cx_utf8_valid(cx_str_of(quote)), "'%s'", showz(quote));
    }
    cx_findings_clear(&f);
}
END_TEST

START_TEST(targets_as_text)
{
    cx_arena a = {0};
    for (unsigned set = 0; set <= CX_TARGETS_ALL; set++) {
        char want[100] = "";
        unsigned left = (unsigned)__builtin_popcount(set);
        for (size_t i = 0, put = 0; i < CX_RELEASE_COUNT; i++) {
            if (!(set >> i & 1)) continue;
            if (put++) strcat(want, left == 1 ? " and " : ", ");
            strcat(want, cx_releases[i].label);
            left--;
        }
        must(cx_str_is(cx_targets_text(&a, (cx_targets)set), want), "%x is '%s'", set,
             show(cx_targets_text(&a, (cx_targets)set)));
    }
    cx_arena_clear(&a);
}
END_TEST

Suite *suite_text(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("source");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, source_places_are_counted);
    tcase_add_test(t, source_opens_files);
    suite_add_tcase(s, t);
    t = tcase_create("lines");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, lines_of_all_combinations_of_pieces);
    tcase_add_test(t, lines_of_random_texts);
    tcase_add_test(t, lines_of_all_short_texts);
    tcase_add_test(t, the_model_reads_as_fgets_does);
    tcase_add_test(t, last_line_lost_is_what_the_reader_does);
    tcase_add_test(t, same_cutting_is_a_partition);
    suite_add_tcase(s, t);
    t = tcase_create("records");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, records_of_all_short_texts);
    tcase_add_test(t, records_of_random_texts);
    tcase_add_test(t, records_tell_what_they_skip);
    tcase_add_test(t, records_tell_where_nul_hides_something);
    suite_add_tcase(s, t);
    t = tcase_create("findings");
    tcase_add_test(t, findings_take_the_rules_severity);
    tcase_add_test(t, findings_keep_four_different_notes);
    tcase_add_test(t, findings_stop_at_their_maximum);
    tcase_add_test(t, findings_of_a_later_part_go_behind);
    tcase_add_test(t, findings_leave_out_long_texts);
    tcase_add_test(t, findings_merge_readings_of_one_place);
    tcase_add_test(t, quotes_are_shortened);
    tcase_add_test(t, targets_as_text);
    suite_add_tcase(s, t);
    return s;
}
