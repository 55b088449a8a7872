/* src/formats: what the readers of ACL, password and PSK files find, entry by entry
 * and finding by finding; random files against the model; one reading for all
 * releases against one reading a release. */
#include "unit.h"

#include <stdlib.h>

#include "formats/acl/acl.h"
#include "formats/passwd/passwd.h"
#include "formats/psk/psk.h"
#include "model.h"
#include "secret/hash.h"

enum { ALL = 15, OLD = 7 /* 1.6.15, 2.0.11, 2.0.22 */, R16 = 1, R2011 = 2, R2022 = 4, R21 = 8 };

typedef struct wanted {
    unsigned rule;
    size_t line, column, len;
    cx_targets targets, refused;
} wanted;

/* The findings are exactly those wanted, in their order. */
static void check_wanted(const cx_findings *f, unit_text *t, const wanted *w, size_t n)
{
    const char *text = show(t->source.text);
    unit_check_findings(f, t->source.text, CX_TARGETS_ALL);
    for (size_t i = 0; i < f->list.n && i < n; i++) {
        const cx_finding *x = &f->list.items[i];
        cx_place place = cx_source_place(&t->source, x->span.at);
        must(x->rule == w[i].rule, "finding %zu is %s, want %s, of '%s'", i, cx_rules[x->rule].id,
             cx_rules[w[i].rule].id, text);
        must(place.line == w[i].line && place.column == w[i].column && x->span.len == w[i].len,
             "%s at %zu:%zu+%u, want %zu:%zu+%zu, of '%s'", cx_rules[x->rule].id, place.line, place.column, x->span.len,
             w[i].line, w[i].column, w[i].len, text);
        must(x->targets == w[i].targets && x->refused == w[i].refused,
             "%s true of %x, refused by %x, want %x and %x, of '%s'", cx_rules[x->rule].id, x->targets, x->refused,
             w[i].targets, w[i].refused, text);
    }
    must(f->list.n == n, "%zu findings, want %zu (the next is %s), of '%s'", f->list.n, n,
         f->list.n > n ? cx_rules[f->list.items[n].rule].id : cx_rules[w[f->list.n].rule].id, text);
}

/* ---- ACL ---- */

#define A250                                                                                                                        \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

_Static_assert(sizeof A250 == 251, "A250 has 250 bytes");

static const struct {
    const char *text; /* \0 stands for NUL */
    wanted findings[3];
    size_t n;
} acl_cases[] = {
    {"user alice\ntopic read a/#\npattern write b/%u\n", {{0}}, 0},
    {"topic read a\r\n\r\n# comment\r\nuser bob\r\ntopic a\r\n", {{0}}, 0},
    {"user alice\ntopics read a\n", {{CX_RULE_ACL_INVALID_LINE, 2, 1, 6, ALL, ALL}}, 1},
    {"topic a\nTopic read a\n", {{CX_RULE_ACL_INVALID_LINE, 2, 1, 5, ALL, ALL}}, 1},
    {"topic a\n   nonsense\n", {{CX_RULE_ACL_INVALID_LINE, 2, 4, 8, ALL, ALL}}, 1},
    {"topic a\nx\n\ny z\n",
     {{CX_RULE_ACL_INVALID_LINE, 2, 1, 1, ALL, ALL}, {CX_RULE_ACL_INVALID_LINE, 4, 1, 1, ALL, ALL}},
     2},
    {"topic Read a\n", {{CX_RULE_ACL_BAD_ACCESS, 1, 7, 4, ALL, ALL}}, 1},
    {"topic a read\n", {{CX_RULE_ACL_BAD_ACCESS, 1, 7, 1, ALL, ALL}}, 1},
    {"topic\n", {{CX_RULE_ACL_MISSING_TOPIC, 1, 1, 5, ALL, ALL}}, 1},
    {" pattern   \n", {{CX_RULE_ACL_MISSING_TOPIC, 1, 2, 7, ALL, ALL}}, 1},
    {"topic read\n", {{CX_RULE_ACL_WORD_AS_TOPIC, 1, 7, 4, ALL, 0}}, 1},
    {"topic deny\n", {{CX_RULE_ACL_WORD_AS_TOPIC, 1, 7, 4, ALL, 0}}, 1},
    {"topic living room/lamp\n", {{CX_RULE_ACL_TOPIC_NEEDS_ACCESS, 1, 7, 6, ALL, ALL}}, 1},
    {"topic read a+\n", {{CX_RULE_ACL_INVALID_FILTER, 1, 13, 1, ALL, ALL}}, 1},
    {"topic a#\n", {{CX_RULE_ACL_INVALID_FILTER, 1, 8, 1, ALL, ALL}}, 1},
    {"topic read a/#/b\n", {{CX_RULE_ACL_INVALID_FILTER, 1, 14, 1, ALL, ALL}}, 1},
    {"topic read a # x\n", {{CX_RULE_ACL_INLINE_COMMENT, 1, 14, 3, ALL, ALL}}, 1},
    {"topic read a // x\n", {{CX_RULE_ACL_INLINE_COMMENT, 1, 14, 4, ALL, 0}}, 1},
    {"user bob # x\ntopic a\n", {{CX_RULE_ACL_INLINE_COMMENT, 1, 10, 3, ALL, 0}}, 1},
    {"topic\tread a\n", {{CX_RULE_ACL_BAD_WHITESPACE, 1, 6, 1, ALL, ALL}}, 1},
    {"\ttopic a\n", {{CX_RULE_ACL_BAD_WHITESPACE, 1, 1, 1, ALL, ALL}}, 1},
    {"topic a\n # c\n", {{CX_RULE_ACL_BAD_WHITESPACE, 2, 2, 1, ALL, ALL}}, 1},
    {"\xEF\xBB\xBF# c\ntopic a\n", {{CX_RULE_ACL_BAD_WHITESPACE, 1, 1, 3, ALL, ALL}}, 1},
    {"topic read\ta\n", {{CX_RULE_ACL_BAD_WHITESPACE, 1, 11, 1, ALL, 0}}, 1},
    {"user\ntopic a\n", {{CX_RULE_ACL_BAD_USERNAME, 1, 1, 4, ALL, ALL}}, 1},
    {"user \t \ntopic a\n", {{CX_RULE_ACL_BAD_USERNAME, 1, 1, 4, ALL, ALL}}, 1},
    {"topic [read] a\n", {{CX_RULE_ACL_PLACEHOLDER, 1, 7, 6, ALL, ALL}}, 1},
    {"topic read <topic>\n", {{CX_RULE_ACL_PLACEHOLDER, 1, 12, 7, ALL, 0}}, 1},
    {"user <name>\ntopic a\n", {{CX_RULE_ACL_PLACEHOLDER, 1, 6, 6, ALL, 0}}, 1},
    {"topic deny a\n", {{CX_RULE_ACL_DENY_NOT_IN_TARGET, 1, 7, 4, R16, R16}}, 1},
    {"pattern read a\n", {{CX_RULE_ACL_PATTERN_WITHOUT_VARIABLE, 1, 14, 1, ALL, 0}}, 1},
    {"pattern read 50%\n", {{CX_RULE_ACL_PATTERN_WITHOUT_VARIABLE, 1, 14, 3, ALL, 0}}, 1},
    {"pattern read dev-%c\npattern read %u\n", {{0}}, 0},
    {"", {{CX_RULE_ACL_NO_RULES, 1, 1, 0, ALL, 0}}, 1},
    {"# c\nuser a\n", {{CX_RULE_ACL_NO_RULES, 1, 1, 0, ALL, 0}}, 1},
    {"topic read a\x01\n", {{CX_RULE_ACL_CONTROL_CHARACTER, 1, 12, 2, ALL, 0}}, 1},
    {"user \xFF\ntopic a\n", {{CX_RULE_ACL_CONTROL_CHARACTER, 1, 6, 1, ALL, 0}}, 1},
    {"topic a\n#" A250 "aaaa", {{CX_RULE_ACL_LOST_LAST_LINE, 2, 1, 255, ALL, 0}}, 1},
    {"topic a\n#" A250 "aaa", {{0}}, 0},
    {"topic a\n#" A250 "aaaaa", {{0}}, 0},
    {"topic a\n#" A250 "aaaa\n", {{0}}, 0},
    {"topic a\ntopic b\\0c\ntopic d\n", {{CX_RULE_ACL_NUL_BYTE, 2, 8, 1, ALL, 0}}, 1},
    {"topic a\n\\0\ntopic deny d\n", {{CX_RULE_ACL_NUL_BYTE, 2, 1, 1, ALL, 0}}, 1},
    {"topic a\n\\0\nbad\n",
     {{CX_RULE_ACL_NUL_BYTE, 2, 1, 1, ALL, 0}, {CX_RULE_ACL_INVALID_LINE, 3, 1, 3, R2022 | R21, R2022 | R21}},
     2},
};

START_TEST(acl_findings)
{
    for (size_t i = 0; i < sizeof acl_cases / sizeof *acl_cases; i++) {
        unit_text t;
        cx_acl acl;
        unit_text_escaped(&t, acl_cases[i].text);
        cx_acl_read(&acl, &t.source, CX_TARGETS_ALL, 1);
        check_wanted(&acl.findings, &t, acl_cases[i].findings, acl_cases[i].n);
        cx_acl_clear(&acl);
        unit_text_free(&t);
    }
}
END_TEST

START_TEST(acl_limits)
{
    static char text[70000];
    unit_text t;
    cx_acl acl;
    size_t n = (size_t)sprintf(text, "topic read ");
    memset(text + n, 'a', 65536);
    for (size_t len = 65535; len <= 65536; len++) {
        unit_text_make(&t, (cx_str){text, n + len});
        cx_acl_read(&acl, &t.source, CX_TARGETS_ALL, 1);
        ck_assert_uint_eq(acl.findings.refused, len > 65535 ? CX_TARGETS_ALL : 0);
        cx_acl_clear(&acl);
        unit_text_free(&t);
    }
    memset(text + n, '/', 201);
    for (size_t slashes = 200; slashes <= 201; slashes++) {
        unit_text_make(&t, (cx_str){text, n + slashes});
        cx_acl_read(&acl, &t.source, CX_TARGETS_ALL, 1);
        ck_assert_uint_eq(acl.findings.refused, slashes > 200 ? CX_TARGETS_ALL : 0);
        ck_assert_uint_eq(unit_count_rule(&acl.findings, CX_RULE_ACL_INVALID_FILTER), slashes > 200);
        cx_acl_clear(&acl);
        unit_text_free(&t);
    }
    /* a user name has no limit */
    memset(text, 'u', sizeof text);
    memcpy(text, "topic a\nuser ", 13);
    unit_text_make(&t, (cx_str){text, sizeof text});
    cx_acl_read(&acl, &t.source, CX_TARGETS_ALL, 1);
    ck_assert_uint_eq(acl.findings.refused, 0);
    ck_assert_uint_eq(acl.users, 1);
    cx_acl_clear(&acl);
    unit_text_free(&t);
}
END_TEST

START_TEST(acl_entries)
{
    unit_text t;
    cx_acl acl;
    unit_text_escaped(
        &t,
        "topic  x\n  user  bob the # builder \t\ntopic write  a  b \r\npattern deny %c/x\ntopic read readwrite\ntopic readwrite $SYS/#");
    cx_acl_read(&acl, &t.source, CX_TARGETS_ALL, 1);
    static const struct {
        cx_acl_kind kind;
        unsigned access;
        const char *value, *line;
        bool literal;
    } entries[] = {
        {CX_ACL_TOPIC, CX_ACL_READ | CX_ACL_WRITE, "x", "topic  x", true},
        {CX_ACL_USER, 0, "bob the # builder", "user  bob the # builder", false},
        {CX_ACL_TOPIC, CX_ACL_WRITE, "a  b", "topic write  a  b", true},
        {CX_ACL_PATTERN, CX_ACL_DENY, "%c/x", "pattern deny %c/x", false},
        {CX_ACL_TOPIC, CX_ACL_READ, "readwrite", "topic read readwrite", true},
        {CX_ACL_TOPIC, CX_ACL_READ | CX_ACL_WRITE, "$SYS/#", "topic readwrite $SYS/#", false},
    };
    ck_assert_uint_eq(acl.entries.n, sizeof entries / sizeof *entries);
    for (size_t i = 0; i < acl.entries.n; i++) {
        const cx_acl_entry *e = &acl.entries.items[i];
        must(e->kind == entries[i].kind && e->access == entries[i].access && e->literal == entries[i].literal,
             "entry %zu", i);
        must(cx_str_is(cx_source_str(&t.source, e->value), entries[i].value), "entry %zu is '%s'", i,
             show(cx_source_str(&t.source, e->value)));
        must(cx_str_is(cx_acl_entry_line(&acl, e), entries[i].line), "line %zu is '%s'", i,
             show(cx_acl_entry_line(&acl, e)));
        must(e->targets == CX_TARGETS_ALL, "entry %zu is for %x", i, e->targets);
    }
    ck_assert_uint_eq(acl.users, 1);
    ck_assert_uint_eq(acl.rules, 4);
    ck_assert_uint_eq(acl.patterns, 1);
    cx_acl_clear(&acl);
    unit_text_free(&t);
}
END_TEST

/* A file that is nearly right: words of the format, blanks and damage. */
static size_t random_acl(rng *r, char *text, size_t room)
{
    static const char *const words[] = {"topic",  "topic", "pattern", "user",   "read", "write", "readwrite", "deny",
                                        "alice",  "a/b",   "#",       "+",      "a/#",  "%c/x",  "%u",        "a+",
                                        "$SYS/#", "#c",    "Topic",   "[read]", "",     "a//b",  "/",         "x%cy"};
    static const char *const blanks[] = {" ", " ", " ", " ", "  ", "\t", " \t", "\r", ""};
    static const char *const starts[] = {"topic ",      "topic read ", "topic write ", "pattern ", "pattern readwrite ",
                                         "user ",       "topic deny ", "# ",           " ",        "\t",
                                         "\xEF\xBB\xBF"};
    size_t n = 0, lines = rng_below(r, 7);
    for (size_t line = 0; line < lines && n + 2800 < room; line++) {
        const char *start = rng_chance(r, 92) ? starts[rng_below(r, 7)] : rng_pick(r, starts);
        n += (size_t)sprintf(text + n, "%s", start);
        size_t count = rng_chance(r, 80) ? 1 : rng_below(r, 4);
        for (size_t i = 0; i < count; i++)
            n += (size_t)sprintf(text + n, "%s%s", i ? rng_pick(r, blanks) : "",
                                 rng_chance(r, 85) ? words[rng_below(r, 11)] : rng_pick(r, words));
        if (rng_chance(r, 5)) {
            size_t run = rng_pick(r, ((const size_t[]){200, 235, 244, 250, 1240, 1255}));
            memset(text + n, 'z', run);
            n += run;
        }
        if (rng_chance(r, 2)) text[n++] = '\0';
        if (line + 1 < lines || rng_chance(r, 60))
            n += (size_t)sprintf(text + n, "%s", rng_chance(r, 10) ? "\r\n" : "\n");
        if (rng_chance(r, 2)) text[n++] = '\0';
    }
    /* an unterminated last line of a critical length */
    if (n && rng_chance(r, 10)) {
        size_t begin = n;
        while (begin > 0 && text[begin - 1] != '\n') begin--;
        size_t length = n - begin, fill = length < 255 ? 254 + rng_below(r, 3) : 1254 + rng_below(r, 3);
        for (; length < fill && n < room; length++) text[n++] = 'z';
    }
    return n;
}

/* The entries for one release are the rules of the model. */
static void check_acl_entries(const cx_acl *acl, size_t release, const model_acl *m)
{
    cx_str user = CX_STR_NONE;
    size_t k = 0;
    for (size_t i = 0; i < acl->entries.n; i++) {
        const cx_acl_entry *e = &acl->entries.items[i];
        cx_str value = cx_source_str(acl->source, e->value);
        if (!(e->targets & CX_TARGET_BIT(&cx_releases[release]))) continue;
        if (e->kind == CX_ACL_USER) {
            user = value;
            continue;
        }
        must(k < m->count, "%s: one rule too many, '%s', of '%s'", model_names[release], show(value),
             show(acl->source->text));
        const model_rule *rule = &m->rules[k++];
        unsigned access =
            rule->deny ? CX_ACL_DENY : (rule->read ? CX_ACL_READ : 0u) | (rule->write ? CX_ACL_WRITE : 0u);
        bool same_user = rule->pattern || (rule->user ? cx_str_is(user, rule->user) : user.p == NULL);
        must((e->kind == CX_ACL_PATTERN) == rule->pattern && e->access == access && e->value.at == rule->at &&
                 cx_str_is(value, rule->filter) && same_user,
             "%s: rule %zu is '%s', want '%s', of '%s'", model_names[release], k - 1, show(value), rule->filter,
             show(acl->source->text));
        must(e->literal == (strpbrk(rule->filter, "+#%") == NULL), "'%s'", rule->filter);
    }
    must(k == m->count, "%s: %zu rules, want %zu, of '%s'", model_names[release], k, m->count, show(acl->source->text));
}

START_TEST(acl_reads_as_the_model)
{
    rng r = rng_for("acl");
    static char text[20000];
    size_t loaded = 0, refused = 0, rules = 0;
    for (int round = 0; round < 40000; round++) {
        unit_text t;
        unit_text_make(&t, (cx_str){text, random_acl(&r, text, sizeof text)});
        cx_acl acl;
        cx_acl_read(&acl, &t.source, CX_TARGETS_ALL, 1);
        unit_check_findings(&acl.findings, t.source.text, CX_TARGETS_ALL);
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            model_acl m;
            model_acl_load(&m, t.bytes, t.source.text.n, (model_release)release);
            bool have = acl.findings.refused >> release & 1;
            must(have == m.refused, "%s %s '%s'", model_names[release], have ? "refuses" : "loads",
                 show(t.source.text));
            if (!have) check_acl_entries(&acl, release, &m);
            loaded += !have;
            refused += have;
            rules += m.count;
            model_acl_free(&m);
        }
        cx_acl_clear(&acl);
        unit_text_free(&t);
    }
    must(loaded > 40000 && refused > 20000 && rules > 80000,
         "the files are too dull: %zu loaded, %zu refused, %zu rules", loaded, refused, rules);
}
END_TEST

/* ---- one reading for all, one reading for each ---- */

static int by_place(const void *a, const void *b)
{
    const cx_finding *x = a, *y = b;
    if (x->span.at != y->span.at) return x->span.at < y->span.at ? -1 : 1;
    if (x->span.len != y->span.len) return x->span.len < y->span.len ? -1 : 1;
    return (x->rule > y->rule) - (x->rule < y->rule);
}

/* What F says of one release, by place. */
static size_t project(const cx_findings *f, cx_targets bit, cx_finding *out)
{
    size_t n = 0;
    for (size_t i = 0; i < f->list.n; i++)
        if (f->list.items[i].targets & bit) out[n++] = f->list.items[i];
    if (n) qsort(out, n, sizeof *out, by_place);
    return n;
}

static void check_projection(const cx_findings *all, const cx_findings *one, cx_targets bit, cx_str text)
{
    static cx_finding a[2 * CX_FINDINGS_MAX], b[2 * CX_FINDINGS_MAX];
    size_t n = project(all, bit, a), m = project(one, bit, b);
    must((all->refused & bit) == one->refused, "release bit %x: refused by %x together, %x alone, of '%s'", bit,
         all->refused & bit, one->refused, show(text));
    for (size_t i = 0; i < n || i < m; i++) {
        bool same = i < n && i < m && by_place(&a[i], &b[i]) == 0 && (a[i].refused & bit) == b[i].refused;
        must(same, "release bit %x: finding %zu is %s at %u together, %s at %u alone, of '%s'", bit, i,
             i < n ? cx_rules[a[i].rule].id : "none", i < n ? a[i].span.at : 0, i < m ? cx_rules[b[i].rule].id : "none",
             i < m ? b[i].span.at : 0, show(text));
    }
}

START_TEST(acl_one_reading_serves_all_releases)
{
    rng r = rng_for("acl-projection");
    static char text[20000];
    for (int round = 0; round < 20000; round++) {
        unit_text t;
        unit_text_make(&t, (cx_str){text, random_acl(&r, text, sizeof text)});
        cx_acl all, one;
        cx_acl_read(&all, &t.source, CX_TARGETS_ALL, 1);
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            cx_targets bit = CX_TARGET_BIT(&cx_releases[release]);
            cx_acl_read(&one, &t.source, bit, 1);
            check_projection(&all.findings, &one.findings, bit, t.source.text);
            size_t k = 0;
            for (size_t i = 0; i < all.entries.n; i++) {
                const cx_acl_entry *e = &all.entries.items[i];
                if (!(e->targets & bit)) continue;
                const cx_acl_entry *x = k < one.entries.n ? &one.entries.items[k++] : NULL;
                must(x && x->value.at == e->value.at && x->value.len == e->value.len && x->kind == e->kind &&
                         x->access == e->access && x->targets == bit,
                     "%s: entry %zu differs, of '%s'", model_names[release], k, show(t.source.text));
            }
            must(k == one.entries.n, "%s: %zu entries together, %zu alone, of '%s'", model_names[release], k,
                 one.entries.n, show(t.source.text));
            cx_acl_clear(&one);
        }
        cx_acl_clear(&all);
        unit_text_free(&t);
    }
}
END_TEST

/* Several threads read a large file as one does: entries, findings and which of
 * them are kept, and a last line that is kept for the sake of a long one far before. */
START_TEST(acl_threads_change_nothing)
{
    enum { SIZE = 9 << 20 };
    rng r = rng_for("threads");
    char *text = malloc(SIZE + 2000);
    ck_assert_ptr_nonnull(text);
    for (int way = 0; way < 4; way++) {
        size_t n = 0, line = 0;
        if (way == 3) {
            n += (size_t)sprintf(text, "topic read ");
            memset(text + n, 'l', 300);
            n += 300;
            text[n++] = '\n';
        }
        for (; n < SIZE; line++) {
            static const char *const bad[] = {"topics a\n", "pattern read a\n", "topic read a # b\n", "user\n", "\n"};
            if (line % 1500 == (size_t)way * 7) n += (size_t)sprintf(text + n, "%s", bad[line / 1500 % (way ? 5 : 2)]);
            else if (line % 50 == 0) n += (size_t)sprintf(text + n, "user user%zu\n", line / 50);
            else n += (size_t)sprintf(text + n, "topic read sensors/%zu/%zu\n", line, rng_below(&r, 1000));
        }
        if (way >= 2) { /* lost, unless the first line made the buffer larger */
            memset(text + n, 'z', 255);
            n += 255;
        }
        cx_source source;
        cx_acl one, many;
        cx_source_over(&source, CX_STR("file"), (cx_str){text, n});
        cx_acl_read(&one, &source, CX_TARGETS_ALL, 1);
        cx_acl_read(&many, &source, CX_TARGETS_ALL, (unsigned)(2 + way * 20));
        ck_assert_uint_gt(one.findings.list.n, 100);
        must(unit_count_rule(&one.findings, CX_RULE_ACL_LOST_LAST_LINE) == (way == 2), "the last line");
        must(one.entries.n == many.entries.n &&
                 memcmp(one.entries.items, many.entries.items, one.entries.n * sizeof *one.entries.items) == 0,
             "%zu entries with one thread, %zu with several", one.entries.n, many.entries.n);
        must(one.users == many.users && one.rules == many.rules && one.patterns == many.patterns, "other counts");
        must(one.findings.list.n == many.findings.list.n && one.findings.refused == many.findings.refused,
             "%zu findings with one thread, %zu with several", one.findings.list.n, many.findings.list.n);
        for (size_t i = 0; i < one.findings.list.n; i++) {
            const cx_finding *x = &one.findings.list.items[i], *y = &many.findings.list.items[i];
            must(x->rule == y->rule && x->span.at == y->span.at && cx_str_eq(x->message, y->message) &&
                     cx_str_eq(x->help, y->help),
                 "finding %zu", i);
        }
        for (int i = 0; i < 3; i++) must(one.findings.count[i] == many.findings.count[i], "other numbers of findings");
        cx_acl_clear(&one);
        cx_acl_clear(&many);
        cx_source_clear(&source);
    }
    free(text);
}
END_TEST

/* ---- password files ---- */

#define GOOD \
    "$6$c2FsdHNhbHRzYWx0$upfVVfdk1wuq4oaO0WskiLMD8f29DsnYAbie2XwdOw4NXP6IO55bx2FJikHnOlHKP4NSNTDTTlFFWzDMm6RxhA=="
#define GOOD2 \
    "$6$c2FsdHNhbHRzYWx0$GrJw3Eg8fLduCy3xN10Vmyy5+R9UQ/b83dfMNqExTTrxEjVaFz4du/wFxmLkDyNQTWgdl74WBxrHPJH2U6U1aw=="
#define GOOD7 \
    "$7$101$c2FsdHNhbHRzYWx0$LLKkEbEE6A0ZzBgDD1a8DxtZgwjUsWayIyP80udI8/oy/V5JrBisQZnPkSqa7DTcD2GFAT9Bqc/9Z8XDXv/2PA=="
#define GOOD64                                                                                                                         \
    "$6$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==$EyvvrCxZdE93qPq6vRD/XEMqaf3E82N5TGF+" \
    "SSQIquzx+Z9UFIzyim7HxC6PpgyoVyGs9/HB+9DfTo1geoJ+HA=="
#define OK_LINE "ok:" GOOD "\n"

static const struct {
    const char *text;
    wanted findings[4];
    size_t n;
} passwd_cases[] = {
    {OK_LINE, {{0}}, 0},
    {"# c\n\n" OK_LINE, {{0}}, 0},
    {OK_LINE "a:pw\n", {{CX_RULE_PASSWD_PLAINTEXT, 2, 1, 1, ALL, R21}}, 1},
    {OK_LINE " a : pw : x\n",
     {{CX_RULE_PASSWD_EXTRA_FIELD, 2, 2, 1, ALL, 0}, {CX_RULE_PASSWD_PLAINTEXT, 2, 2, 1, ALL, R21}},
     2},
    {OK_LINE "a:$6$x$y\n", {{CX_RULE_PASSWD_BROKEN_HASH, 2, 1, 1, ALL, R21}}, 1},
    {OK_LINE "a:$9$x$y\n", {{CX_RULE_PASSWD_BROKEN_HASH, 2, 1, 1, ALL, R21}}, 1},
    {OK_LINE "a:" GOOD7 "\n", {{CX_RULE_PASSWD_HASH_NOT_IN_TARGET, 2, 1, 1, R16, 0}}, 1},
    {OK_LINE "a:" GOOD64 "\n", {{CX_RULE_PASSWD_HASH_NOT_IN_TARGET, 2, 1, 1, OLD, 0}}, 1},
    {OK_LINE "a:$6$c2FsdHNhbHQ=$x\n", {{CX_RULE_PASSWD_BROKEN_HASH, 2, 1, 1, ALL, R21}}, 1},
    {OK_LINE "a:$argon2id$x\n",
     {{CX_RULE_PASSWD_HASH_NOT_IN_TARGET, 2, 1, 1, OLD, 0}, {CX_RULE_PASSWD_ARGON2_NOT_BUILT, 2, 1, 1, R21, R21}},
     2},
    {OK_LINE "a:\n", {{CX_RULE_PASSWD_MISSING_HASH, 2, 1, 1, ALL, R21}}, 1},
    {OK_LINE "a:", {{CX_RULE_PASSWD_MISSING_HASH, 2, 1, 1, ALL, R21}}, 1},
    {OK_LINE ":a", {{CX_RULE_PASSWD_MISSING_HASH, 2, 1, 1, ALL, R21}}, 1},
    {OK_LINE "  :" GOOD "\n", {{CX_RULE_PASSWD_BAD_USERNAME, 2, 1, 0, ALL, R21}}, 1},
    {OK_LINE "\x01:" GOOD "\n", {{CX_RULE_PASSWD_BAD_USERNAME, 2, 1, 1, ALL, 0}}, 1},
    {"\xEF\xBB\xBF" OK_LINE, {{CX_RULE_PASSWD_BAD_USERNAME, 1, 1, 3, ALL, 0}}, 1},
    {OK_LINE "ok:" GOOD2 "\n", {{CX_RULE_PASSWD_DUPLICATE_USER, 2, 1, 2, ALL, R21}}, 1},
    {OK_LINE "nobody\n", {{CX_RULE_PASSWD_IGNORED_LINE, 2, 1, 0, ALL, 0}}, 1},
    {OK_LINE "a:" GOOD ":x y\n", {{CX_RULE_PASSWD_EXTRA_FIELD, 2, 1, 1, ALL, 0}}, 1},
    {OK_LINE "#" A250 "aaaa", {{CX_RULE_PASSWD_LOST_LAST_LINE, 2, 1, 0, ALL, 0}}, 1},
    {OK_LINE "#" A250 "aaa", {{0}}, 0},
    {OK_LINE "b\\0:x\nc:" GOOD "\n", {{CX_RULE_PASSWD_NUL_BYTE, 2, 2, 1, ALL, 0}}, 1},
    {OK_LINE "a:pw\n\\0\n",
     {{CX_RULE_PASSWD_PLAINTEXT, 2, 1, 1, ALL, R21}, {CX_RULE_PASSWD_NUL_BYTE, 3, 1, 1, ALL, 0}},
     2},
    {"", {{CX_RULE_PASSWD_NO_USERS, 1, 1, 0, ALL, 0}}, 1},
    {"a:pw\n", {{CX_RULE_PASSWD_PLAINTEXT, 1, 1, 1, ALL, R21}, {CX_RULE_PASSWD_NO_USERS, 1, 1, 0, OLD, 0}}, 2},
    {"a:" GOOD7 "\n",
     {{CX_RULE_PASSWD_HASH_NOT_IN_TARGET, 1, 1, 1, R16, 0}, {CX_RULE_PASSWD_NO_USERS, 1, 1, 0, R16, 0}},
     2},
};

START_TEST(passwd_findings)
{
    for (size_t i = 0; i < sizeof passwd_cases / sizeof *passwd_cases; i++) {
        unit_text t;
        cx_passwd pw;
        unit_text_escaped(&t, passwd_cases[i].text);
        cx_passwd_read(&pw, &t.source, CX_TARGETS_ALL, false);
        check_wanted(&pw.findings, &t, passwd_cases[i].findings, passwd_cases[i].n);
        cx_passwd_clear(&pw);
        unit_text_free(&t);
    }
}
END_TEST

START_TEST(passwd_logins)
{
    unit_text t;
    cx_passwd pw;
    unit_text_escaped(&t, "a:" GOOD "\nb:" GOOD7 "\nc:" GOOD64 "\nd:plain\n e e : " GOOD
                          " \nf:$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$x\n");
    cx_passwd_read(&pw, &t.source, CX_TARGETS_ALL, false);
    static const struct {
        const char *user, *password;
        cx_targets yes;
    } logins[] = {
        {"a", "pw", ALL}, {"a", "pW", 0},    {"a", "", 0},       {"b", "pw", R2011 | R2022 | R21},
        {"c", "pw", R21}, {"d", "plain", 0}, {"e e", "pw", ALL}, {" e e", "pw", 0},
        {"A", "pw", 0},   {"f", "x", 0},     {"", "pw", 0},      {"g", "pw", 0},
    };
    for (size_t i = 0; i < sizeof logins / sizeof *logins; i++)
        for (size_t k = 0; k < CX_RELEASE_COUNT; k++) {
            bool have = cx_passwd_login(&pw, cx_str_of(logins[i].user), cx_str_of(logins[i].password), &cx_releases[k]);
            must(have == (logins[i].yes >> k & 1), "%s: '%s' with '%s' is %d", cx_releases[k].name, logins[i].user,
                 logins[i].password, have);
        }
    static const cx_targets usable[] = {ALL, R2011 | R2022 | R21, R21, 0, ALL, 0};
    ck_assert_uint_eq(pw.entries.n, 6);
    for (size_t i = 0; i < 6; i++)
        must(pw.entries.items[i].usable == usable[i], "entry %zu is usable by %x", i, pw.entries.items[i].usable);
    cx_passwd_clear(&pw);
    unit_text_free(&t);
}
END_TEST

static size_t random_passwd(rng *r, char *text, size_t room)
{
    static const char *const names[] = {"a", "a",  "b",  "c",   " a",   "b ",          "",
                                        " ", "#x", "\t", "x y", "\x01", "\xEF\xBB\xBF"};
    static const char *const hashes[] = {
        GOOD,     GOOD,       GOOD2, GOOD7, GOOD64, "pw", "", " ", "$6$x$y", "$argon2id$x", "6$c2FsdHNhbHRzYWx0",
        GOOD "x", "$7$0$a$b", "\r"};
    size_t n = 0, lines = rng_below(r, 6);
    for (size_t line = 0; line < lines && n + 2800 < room; line++) {
        if (rng_chance(r, 5))
            n += (size_t)sprintf(text + n, "%s",
                                 rng_pick(r, ((const char *const[]){"#", "# a:b", "garbage", ":", "::", "a"})));
        else {
            n += (size_t)sprintf(text + n, "%s", rng_chance(r, 80) ? names[rng_below(r, 4)] : rng_pick(r, names));
            n += (size_t)sprintf(text + n, "%s", rng_chance(r, 90) ? ":" : "::");
            n += (size_t)sprintf(text + n, "%s", rng_chance(r, 60) ? hashes[rng_below(r, 5)] : rng_pick(r, hashes));
        }
        if (rng_chance(r, 4)) n += (size_t)sprintf(text + n, ":extra");
        if (rng_chance(r, 3)) text[n++] = '\0';
        if (rng_chance(r, 3)) {
            size_t run = rng_pick(r, ((const size_t[]){100, 140, 250, 1100, 1255}));
            memset(text + n, 'z', run);
            n += run;
        }
        if (line + 1 < lines || rng_chance(r, 60)) n += (size_t)sprintf(text + n, "\n");
    }
    if (n && rng_chance(r, 10)) {
        size_t begin = n;
        while (begin > 0 && text[begin - 1] != '\n') begin--;
        size_t length = n - begin, fill = length < 255 ? 254 + rng_below(r, 3) : 1254 + rng_below(r, 3);
        for (; length < fill && n < room; length++) text[n++] = 'z';
    }
    return n;
}

static bool usable(const model_record *x, size_t release)
{
    cx_password_hash hash;
    return *x->name && x->secret && strlen(x->name) <= 65535 && strlen(x->secret) <= 65535 &&
           cx_hash_read(cx_str_of(x->secret), &cx_releases[release], false, &hash) == CX_HASH_OK;
}

static void check_passwd(const cx_passwd *pw, size_t release, const model_records *m)
{
    bool refused = false;
    for (size_t i = 0; i < m->count; i++) {
        /* 2.1.2 ends at the first line it cannot use and at a name seen before */
        bool bad = !usable(&m->items[i], release);
        for (size_t k = 0; k < i; k++) bad |= strcmp(m->items[i].name, m->items[k].name) == 0;
        refused |= bad && release == MODEL_2_1_2;
    }
    must(((pw->findings.refused >> release) & 1) == refused, "%s %s '%s'", model_names[release],
         refused ? "loads" : "refuses", show(pw->source->text));
    for (size_t i = 0; i < m->count && !refused; i++) {
        const model_record *found = NULL;
        if (!*m->items[i].name) continue; /* no client can have that name */
        for (size_t k = 0; k < m->count; k++) {
            if (strcmp(m->items[k].name, m->items[i].name) != 0 || !usable(&m->items[k], release)) continue;
            if (!found || release != MODEL_1_6_15) found = &m->items[k];
        }
        const cx_passwd_entry *e = cx_passwd_find(pw, cx_str_of(m->items[i].name), &cx_releases[release]);
        must((e != NULL) == (found != NULL), "%s: user '%s' is %s, of '%s'", model_names[release], m->items[i].name,
             e ? "known" : "unknown", show(pw->source->text));
        if (e)
            must(e->hash.p == pw->source->text.p + found->secret_at, "%s: another entry of user '%s' counts, of '%s'",
                 model_names[release], m->items[i].name, show(pw->source->text));
    }
}

START_TEST(passwd_reads_as_the_model)
{
    rng r = rng_for("passwd");
    static char text[20000];
    for (int round = 0; round < 20000; round++) {
        unit_text t;
        unit_text_make(&t, (cx_str){text, random_passwd(&r, text, sizeof text)});
        cx_passwd all, one;
        cx_passwd_read(&all, &t.source, CX_TARGETS_ALL, false);
        unit_check_findings(&all.findings, t.source.text, CX_TARGETS_ALL);
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            cx_targets bit = CX_TARGET_BIT(&cx_releases[release]);
            model_records m;
            model_records_read(&m, t.bytes, t.source.text.n, (model_release)release);
            check_passwd(&all, release, &m);
            cx_passwd_read(&one, &t.source, bit, false);
            check_passwd(&one, release, &m);
            check_projection(&all.findings, &one.findings, bit, t.source.text);
            cx_passwd_clear(&one);
            model_records_free(&m);
        }
        cx_passwd_clear(&all);
        unit_text_free(&t);
    }
}
END_TEST

/* Twelve names, the same again, and others behind them: which of the two a 2.0 broker
 * finds, as the hash table it uses (uthash) said for these names. */
static const struct {
    unsigned lines;
    const char *which;
} chained[] = {
    /* the table doubles between two neighbours */
    {24, "222222222222"},   {146, "222222222222"},  {147, "111111111111"},  {356, "111111111111"},
    {357, "222222222222"},  {606, "222222222222"},  {607, "111111111111"},  {1252, "111111111111"},
    {1253, "222222222222"}, {2288, "222222222222"}, {2289, "111111111111"}, {3330, "111111111111"},
    {3331, "222222222222"}, {7655, "222222222222"}, {7656, "111111111111"},
};

START_TEST(passwd_names_twice_in_large_files)
{
    for (size_t i = 0; i < sizeof chained / sizeof *chained; i++) {
        char *text = malloc(chained[i].lines * (sizeof GOOD + 16));
        size_t n = 0, starts[24];
        for (unsigned k = 0; k < chained[i].lines; k++) {
            if (k < 24) starts[k] = n;
            n += (size_t)sprintf(text + n, "user%05u:" GOOD "\n", k < 24 ? k % 12 : k);
        }
        unit_text t;
        cx_passwd pw;
        unit_text_make(&t, (cx_str){text, n});
        cx_passwd_read(&pw, &t.source, CX_TARGETS_ALL, false);
        for (unsigned k = 0; k < 12; k++) {
            for (size_t release = MODEL_1_6_15; release < MODEL_2_1_2; release++) {
                bool second = release != MODEL_1_6_15 && chained[i].which[k] == '2';
                const cx_passwd_entry *e =
                    cx_passwd_find(&pw, cx_str_sub(t.source.text, starts[k], 9), &cx_releases[release]);
                must(e && e->user.p == t.bytes + starts[second ? k + 12 : k],
                     "%s: of %u lines the %s 'user%05u' should count", model_names[release], chained[i].lines,
                     second ? "second" : "first", k);
            }
        }
        cx_passwd_clear(&pw);
        unit_text_free(&t);
        free(text);
    }
}
END_TEST

START_TEST(passwd_long_fields)
{
    static char text[140000];
    for (int which = 0; which < 4; which++) {
        size_t name = which == 1 ? 65536 : 65535, hash = which == 2 ? 65536 : which == 3 ? 65535 : 0, n = 0;
        if (which >= 2) name = 1;
        memset(text, 'u', name);
        n = name;
        text[n++] = ':';
        if (hash) {
            n += (size_t)sprintf(text + n, GOOD "$");
            memset(text + n, 'x', hash - (sizeof GOOD - 1) - 1);
            n = name + 1 + hash;
        } else {
            n += (size_t)sprintf(text + n, GOOD);
        }
        text[n++] = '\n';
        bool bad = which == 1 || which == 2;
        unit_text t;
        cx_passwd pw;
        unit_text_make(&t, (cx_str){text, n});
        cx_passwd_read(&pw, &t.source, CX_TARGETS_ALL, false);
        must(pw.findings.refused == (bad ? R21 : 0), "case %d: refused by %x", which, pw.findings.refused);
        must(pw.entries.n == !bad && (bad || pw.entries.items[0].usable == ALL), "case %d: %zu entries", which,
             pw.entries.n);
        cx_passwd_clear(&pw);
        unit_text_free(&t);
    }
}
END_TEST

/* ---- PSK files ---- */

static const struct {
    const char *text;
    wanted findings[3];
    size_t n;
} psk_cases[] = {
    {"a:00ff\n", {{0}}, 0},
    {"", {{0}}, 0},
    {"a:0x00\n", {{CX_RULE_PSK_BAD_KEY, 1, 1, 1, ALL, ALL}}, 1},
    {"a b:00 11\n", {{CX_RULE_PSK_BAD_KEY, 1, 1, 3, ALL, ALL}}, 1},
    {"a:\n", {{CX_RULE_PSK_UNUSABLE_KEY, 1, 1, 1, ALL, 0}}, 1},
    {"a:", {{CX_RULE_PSK_MISSING_KEY, 1, 1, 1, ALL, 0}}, 1},
    {":a", {{CX_RULE_PSK_MISSING_KEY, 1, 1, 0, ALL, 0}}, 1},
    {"a:123\n", {{CX_RULE_PSK_UNUSABLE_KEY, 1, 1, 1, ALL, 0}}, 1},
    {" :12\n", {{CX_RULE_PSK_BAD_IDENTITY, 1, 1, 0, ALL, 0}}, 1},
    {" :zz\n", {{CX_RULE_PSK_BAD_IDENTITY, 1, 1, 0, ALL, 0}, {CX_RULE_PSK_BAD_KEY, 1, 1, 0, OLD, OLD}}, 2},
    {"a:12\na:34\n", {{CX_RULE_PSK_DUPLICATE_IDENTITY, 2, 1, 1, ALL, 0}}, 1},
    {"a:12\na:zz\n", {{CX_RULE_PSK_DUPLICATE_IDENTITY, 2, 1, 1, ALL, 0}, {CX_RULE_PSK_BAD_KEY, 2, 1, 1, OLD, OLD}}, 2},
    {"a 12\n", {{CX_RULE_PSK_IGNORED_LINE, 1, 1, 0, ALL, 0}}, 1},
    {"a\\0:12\nb:zz\n", {{CX_RULE_PSK_NUL_BYTE, 1, 2, 1, ALL, 0}, {CX_RULE_PSK_BAD_KEY, 2, 1, 1, R21, R21}}, 2},
    {"#" A250 "aaaa", {{CX_RULE_PSK_LOST_LAST_LINE, 1, 1, 0, ALL, 0}}, 1},
};

START_TEST(psk_findings)
{
    for (size_t i = 0; i < sizeof psk_cases / sizeof *psk_cases; i++) {
        unit_text t;
        cx_psk psk;
        unit_text_escaped(&t, psk_cases[i].text);
        cx_psk_read(&psk, &t.source, CX_TARGETS_ALL);
        check_wanted(&psk.findings, &t, psk_cases[i].findings, psk_cases[i].n);
        cx_psk_clear(&psk);
        unit_text_free(&t);
    }
}
END_TEST

START_TEST(psk_reads_as_the_model)
{
    static const char *const parts[] = {"a",    "a",    "b", " ", "\t", ":",  ":",  ":",    "::", "12",
                                        "abCD", "0x12", "z", "#", "\n", "\n", "\n", "\r\n", ""};
    rng r = rng_for("psk");
    static char text[8000];
    size_t refused = 0;
    for (int round = 0; round < 60000; round++) {
        size_t n = 0, count = rng_below(&r, 24);
        for (size_t i = 0; i < count && n + 1400 < sizeof text; i++) {
            n += (size_t)sprintf(text + n, "%s", rng_pick(&r, parts));
            if (rng_chance(&r, 2)) text[n++] = '\0';
            if (rng_chance(&r, 1)) {
                size_t run = rng_pick(&r, ((const size_t[]){200, 250, 254, 255, 1250}));
                memset(text + n, '1', run);
                n += run;
            }
        }
        unit_text t;
        unit_text_make(&t, (cx_str){text, n});
        cx_psk all, one;
        cx_psk_read(&all, &t.source, CX_TARGETS_ALL);
        unit_check_findings(&all.findings, t.source.text, CX_TARGETS_ALL);
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            cx_targets bit = CX_TARGET_BIT(&cx_releases[release]);
            bool want = model_psk_refused(t.bytes, n, (model_release)release);
            must(((all.findings.refused >> release) & 1) == want, "%s %s '%s'", model_names[release],
                 want ? "loads" : "refuses", show(t.source.text));
            cx_psk_read(&one, &t.source, bit);
            check_projection(&all.findings, &one.findings, bit, t.source.text);
            refused += want;
            cx_psk_clear(&one);
        }
        cx_psk_clear(&all);
        unit_text_free(&t);
    }
    ck_assert_uint_gt(refused, 10000);
    ck_assert_uint_lt(refused, 200000);
}
END_TEST

/* A name twice at the top of a file with so many others: the broker 2.0.22 let in
 * with the second entry's password below 400 others, with the first one's from 1000 on. */
START_TEST(passwd_equal_names_in_large_files)
{
    static const struct {
        unsigned others;
        bool first;
    } seen[] = {{100, false}, {400, false}, {1000, true}, {3000, true}};
    static const char hash[] = "$7$1$c2FsdHNhbHRzYWx0$LLKkEbEE6A0ZzBgDD1a8DxtZgwjUsWayIyP80udI8/"
                               "oy/V5JrBisQZnPkSqa7DTcD2GFAT9Bqc/9Z8XDXv/2PA==";
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        cx_buf text = {0};
        cx_buf_printf(&text, "dup:%s\ndup:%s\n", hash, hash);
        for (unsigned k = 0; k < seen[i].others; k++) cx_buf_printf(&text, "user%u:%s\n", k, hash);
        unit_text t;
        unit_text_make(&t, cx_buf_str(&text));
        cx_passwd pw;
        cx_passwd_read(&pw, &t.source, CX_TARGETS_ALL, false);
        const cx_passwd_entry *found = cx_passwd_find(&pw, CX_STR("dup"), cx_release_find(CX_STR("2.0.22")));
        must(found == &pw.entries.items[seen[i].first ? 0 : 1], "%u others", seen[i].others);
        cx_passwd_clear(&pw);
        unit_text_free(&t);
        cx_buf_clear(&text);
    }
}
END_TEST

Suite *suite_formats(void)
{
    Suite *s = suite_create("formats");
    TCase *t = tcase_create("acl");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, acl_findings);
    tcase_add_test(t, acl_limits);
    tcase_add_test(t, acl_entries);
    tcase_add_test(t, acl_reads_as_the_model);
    tcase_add_test(t, acl_threads_change_nothing);
    tcase_add_test(t, acl_one_reading_serves_all_releases);
    suite_add_tcase(s, t);
    t = tcase_create("passwd");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, passwd_findings);
    tcase_add_test(t, passwd_logins);
    tcase_add_test(t, passwd_reads_as_the_model);
    tcase_add_test(t, passwd_names_twice_in_large_files);
    tcase_add_test(t, passwd_long_fields);
    tcase_add_test(t, passwd_equal_names_in_large_files);
    suite_add_tcase(s, t);
    t = tcase_create("psk");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, psk_findings);
    tcase_add_test(t, psk_reads_as_the_model);
    suite_add_tcase(s, t);
    return s;
}
