/* src/topic, against matchers and checks that cut a text into levels. */
#include "unit.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "model.h"
#include "topic/topic.h"

/* All texts of up to LEVELS levels out of an alphabet; a '#' only at the end. */
typedef struct words {
    char (*text)[48];
    size_t n;
} words;

static void add_words(words *w, const char *const *alphabet, size_t letters, unsigned levels, const char *before)
{
    for (size_t i = 0; i < letters; i++) {
        char text[48];
        int n = snprintf(text, sizeof text, "%s%s", before, alphabet[i]);
        ck_assert_int_lt(n, (int)sizeof text);
        if (n) strcpy(w->text[w->n++], text);
        if (levels == 1 || strcmp(alphabet[i], "#") == 0) continue;
        strcat(text, "/");
        add_words(w, alphabet, letters, levels - 1, text);
    }
}

static words words_of(const char *const *alphabet, size_t letters, unsigned levels)
{
    size_t most = 0, power = 1;
    for (unsigned i = 0; i < levels; i++) most += power *= letters;
    words w = {calloc(most, sizeof *w.text), 0};
    ck_assert_ptr_nonnull(w.text);
    add_words(&w, alphabet, letters, levels, "");
    return w;
}

static void match_all(const char *const *filters, size_t nf, const char *const *topics, size_t nt, unsigned levels)
{
    words f = words_of(filters, nf, levels), t = words_of(topics, nt, levels);
    size_t matches = 0;
    for (size_t i = 0; i < f.n; i++) {
        for (size_t k = 0; k < t.n; k++) {
            bool want = model_match(f.text[i], t.text[k]),
                 have = cx_filter_match(cx_str_of(f.text[i]), cx_str_of(t.text[k]));
            must(want == have, "'%s' %s '%s'", f.text[i], have ? "matches" : "does not match", t.text[k]);
            matches += have;
        }
    }
    ck_assert_uint_gt(matches, t.n); /* the loop above did see both answers */
    ck_assert_uint_lt(matches, f.n * t.n / 2);
    free(f.text);
    free(t.text);
}

START_TEST(match_is_level_by_level)
{
    static const char *const filters[] = {"", "a", "b", "$", "$a", "+", "#"}, *const topics[] = {"", "a", "b", "$",
                                                                                                 "$a"};
    match_all(filters, 7, topics, 5, 4);
}
END_TEST

/* Levels longer than a machine word, alike but for one place. */
START_TEST(match_looks_at_every_byte)
{
    static const char *const filters[] = {"", "abcdefgh", "abcdefgX", "Xbcdefgh", "abcdefghi", "abcdefghijk", "+", "#"};
    match_all(filters, 8, filters, 6, 3);
}
END_TEST

/* What is left of filter and topic behind the same number of levels. */
START_TEST(match_of_what_is_left)
{
    static const char *const filters[] = {"", "a", "$", "+", "#"}, *const topics[] = {"", "a", "$"};
    words f = words_of(filters, 5, 3), t = words_of(topics, 3, 3);
    for (size_t i = 0; i < f.n; i++) {
        for (size_t k = 0; k < t.n; k++) {
            char filter[64], topic[64];
            snprintf(filter, sizeof filter, "x/%s", f.text[i]);
            snprintf(topic, sizeof topic, "x/%s", t.text[k]);
            bool want = model_match(filter, topic),
                 have = cx_filter_match_levels(cx_str_of(f.text[i]), cx_str_of(t.text[k]));
            must(want == have, "'%s' behind 'x/' %s '%s'", f.text[i], have ? "matches" : "does not match", t.text[k]);
        }
        bool empty = model_match(strcat(strcpy((char[64]){0}, "x/"), f.text[i]), "x/");
        must(cx_filter_match_levels(cx_str_of(f.text[i]), CX_STR("")) == empty, "'%s' and an empty level", f.text[i]);
    }
    free(f.text);
    free(t.text);
}
END_TEST

START_TEST(match_at_any_place_in_memory)
{
    rng r = rng_for("match");
    for (int round = 0; round < 20000; round++) {
        char topic[64], filter[64];
        size_t n = 1 + rng_below(&r, 40), at = rng_below(&r, 9);
        for (size_t i = 0; i < n; i++) topic[i] = rng_pick(&r, ((const char[]){'a', 'b', '/', '$'}));
        topic[n] = '\0';
        memcpy(filter + at, topic, n + 1);
        if (rng_chance(&r, 70)) filter[at + rng_below(&r, n)] = rng_pick(&r, ((const char[]){'a', '/', '$'}));
        if (rng_chance(&r, 50)) {
            char *slash = strchr(filter + at, '/');
            if (slash) strcpy(slash, rng_chance(&r, 50) ? "/#" : "/+");
        }
        bool want = model_match(filter + at, topic), have = cx_filter_match(cx_str_of(filter + at), (cx_str){topic, n});
        must(want == have, "'%s' %s '%s'", filter + at, have ? "matches" : "does not match", topic);
    }
}
END_TEST

/* ---- what is valid ---- */

/* The first thing wrong, level by level, then the two limits. */
static cx_filter_info slow_check(const char *f, size_t n)
{
    cx_filter_info info = {0};
    if (n == 0) {
        info.error = CX_FILTER_EMPTY;
        return info;
    }
    size_t slashes = 0;
    for (size_t begin = 0; begin <= n;) {
        size_t end = begin;
        while (end < n && f[end] != '/') end++;
        bool last = end == n;
        slashes += !last;
        for (size_t i = begin; i < end; i++) {
            unsigned char c = (unsigned char)f[i];
            bool alone = end == begin + 1;
            if (c == '%') info.percent = true;
            if (c == ' ') info.blank = true;
            if (c < 0x20 || c >= 0x7F) info.unusual = true;
            if (c != '+' && c != '#') continue;
            info.wildcard = true;
            if (c == '+' && alone) continue;
            if (c == '#' && alone && last) continue;
            info.error = c == '+' ? CX_FILTER_PLUS : alone ? CX_FILTER_NOT_LAST : CX_FILTER_HASH;
            info.at = i;
            return info;
        }
        begin = end + 1;
    }
    if (n > 65535) {
        info.error = CX_FILTER_LONG;
        info.at = 65535;
    } else if (slashes > 200) {
        info.error = CX_FILTER_DEEP;
        info.at = n - 1;
    }
    return info;
}

static void check_one(cx_str f)
{
    cx_filter_info want = slow_check(f.p, f.n), have = cx_filter_check(f);
    must(want.error == have.error && want.at == have.at, "'%s': error %d at %zu, want %d at %zu", show(f), have.error,
         have.at, want.error, want.at);
    if (want.error != CX_FILTER_OK) return;
    must(want.wildcard == have.wildcard, "'%s': wildcard %d", show(f), have.wildcard);
    must(want.percent == have.percent, "'%s': percent %d", show(f), have.percent);
    must(want.blank == have.blank, "'%s': blank %d", show(f), have.blank);
    must(want.unusual == have.unusual, "'%s': unusual %d", show(f), have.unusual);
    must(cx_topic_ok(f) == (!want.wildcard && cx_mqtt_text_ok(f)), "'%s' as a topic name", show(f));
    /* every topic the filter matches begins with its literal bytes */
    size_t literal = 0;
    while (literal < f.n && f.p[literal] != '%' && f.p[literal] != '+' && f.p[literal] != '#') literal++;
    if (literal < f.n && f.p[literal] == '#' && literal > 0) literal--;
    must(cx_filter_literal(f) == literal, "'%s': %zu literal bytes, want %zu", show(f), cx_filter_literal(f), literal);
}

START_TEST(check_agrees_on_short_texts)
{
    /* every text of up to seven of these bytes */
    static const char letters[] = {'a', '/', '+', '#', '%', '\x01'};
    for (size_t n = 0, count = 1; n <= 7; n++, count *= sizeof letters) {
        for (size_t number = 0; number < count; number++) {
            char text[8];
            for (size_t i = 0, rest = number; i < n; i++, rest /= sizeof letters)
                text[i] = letters[rest % sizeof letters];
            check_one((cx_str){text, n});
        }
    }
}
END_TEST

START_TEST(check_agrees_on_random_texts)
{
    rng r = rng_for("check");
    size_t valid = 0;
    for (int round = 0; round < 300000; round++) {
        char buffer[80];
        size_t at = rng_below(&r, 9), n = rng_below(&r, 60);
        unsigned odd = (unsigned)rng_below(&r, 12);
        for (size_t i = 0; i < n; i++) {
            bool level = i == 0 || buffer[at + i - 1] == '/';
            if (!rng_chance(&r, odd))
                buffer[at + i] = level && rng_chance(&r, 10)
                                     ? '+'
                                     : rng_pick(&r, ((const char[]){'a', 'z', '/', '~', '-', '_', ',', '.'}));
            else
                buffer[at + i] = rng_chance(&r, 50)
                                     ? (char)rng_next(&r)
                                     : rng_pick(&r, ((const char[]){'+', '#', '%', '$', '!', '*', ' ', '&'}));
            if (i && buffer[at + i - 1] == '+' && level == false && rng_chance(&r, 90)) buffer[at + i] = '/';
        }
        check_one((cx_str){buffer + at, n});
        valid += cx_filter_check((cx_str){buffer + at, n}).error == CX_FILTER_OK;
    }
    ck_assert_uint_gt(valid, 60000);
    ck_assert_uint_lt(valid, 240000);
}
END_TEST

/* Each byte alone at each place of a text of several words. */
START_TEST(check_sees_each_byte_at_each_place)
{
    for (int c = 0; c < 256; c++) {
        for (size_t i = 0; i < 33; i++) {
            char text[33];
            memset(text, 'x', sizeof text);
            text[i] = (char)c;
            check_one((cx_str){text, sizeof text});
            must(cx_has_wildcard((cx_str){text, sizeof text}) == (c == '+' || c == '#'), "byte %d at %zu", c, i);
        }
    }
}
END_TEST

START_TEST(check_knows_the_limits)
{
    static char text[65537];
    memset(text, 'x', sizeof text);
    check_one((cx_str){text, 65535});
    check_one((cx_str){text, 65536});
    ck_assert_int_eq(cx_filter_check((cx_str){text, 65535}).error, CX_FILTER_OK);
    ck_assert_int_eq(cx_filter_check((cx_str){text, 65536}).error, CX_FILTER_LONG);
    memset(text, '/', 210);
    for (size_t n = 195; n <= 205; n++) check_one((cx_str){text, n});
    ck_assert_int_eq(cx_filter_check((cx_str){text, 200}).error, CX_FILTER_OK);
    ck_assert_int_eq(cx_filter_check((cx_str){text, 201}).error, CX_FILTER_DEEP);
    ck_assert(cx_topic_ok((cx_str){text, 200}));
    ck_assert(!cx_topic_ok((cx_str){text, 201}));
    ck_assert(!cx_topic_ok(CX_STR("")));
    ck_assert(!cx_topic_ok(CX_STR("a/+")));
    ck_assert(cx_topic_ok(CX_STR("$SYS/a")));
}
END_TEST

START_TEST(wildcards_are_found_anywhere)
{
    rng r = rng_for("wildcard");
    for (int round = 0; round < 100000; round++) {
        char text[40];
        size_t n = rng_below(&r, sizeof text);
        bool want = false;
        for (size_t i = 0; i < n; i++) {
            text[i] = (char)rng_next(&r);
            want |= text[i] == '+' || text[i] == '#';
        }
        must(cx_has_wildcard((cx_str){text, n}) == want, "'%s'", show((cx_str){text, n}));
    }
}
END_TEST

START_TEST(mqtt_text)
{
    static const char *const good[] = {"",  "a", "\xC3\xA9", "\xF0\x9F\x98\x80", "\xEF\xBB\xBF",
                                       " ", "~", "\xC2\xA0", "\xEF\xB7\x8F"};
    static const char *const bad[] = {"\x01",
                                      "\x1F",
                                      "\x7F",
                                      "\t",
                                      "a\n",
                                      "\xC2\x80",
                                      "\xC2\x9F",
                                      "\xC3",
                                      "\xFF",
                                      "\xED\xA0\x80",
                                      "\xEF\xBF\xBE",
                                      "\xEF\xBF\xBF",
                                      "\xEF\xB7\x90",
                                      "\xEF\xB7\xAF",
                                      "\xF0\x9F\xBF\xBE",
                                      "\xF4\x8F\xBF\xBF",
                                      "\xC0\x80"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        must(cx_mqtt_text_ok(cx_str_of(good[i])), "'%s'", showz(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        must(!cx_mqtt_text_ok(cx_str_of(bad[i])), "'%s'", showz(bad[i]));
    ck_assert(!cx_mqtt_text_ok(CX_STR("a\0b")));
    static char text[65536];
    memset(text, 'x', sizeof text);
    ck_assert(cx_mqtt_text_ok((cx_str){text, 65535}));
    ck_assert(!cx_mqtt_text_ok((cx_str){text, 65536}));
}
END_TEST

/* Any bytes, character by character as the standard has it. */
START_TEST(mqtt_text_of_random_bytes)
{
    static const char *const parts[] = {"a",
                                        "sensors/",
                                        "abcdefghijklmnopqrstuvwxyz",
                                        "\xC3\xA9",
                                        "\xE6\xBC\xA2",
                                        "\xF0\x9F\x98\x80",
                                        "\xC2\x80",
                                        "\xEF\xBF\xBE",
                                        "\x7F",
                                        "\x1F",
                                        "\xC3",
                                        "\xA9",
                                        " ",
                                        "%",
                                        "+"};
    rng r = rng_for("mqtt");
    size_t good = 0;
    enum { ROUNDS = 200000 };
    for (int round = 0; round < ROUNDS; round++) {
        char text[300];
        size_t n = 0, count = rng_below(&r, 9);
        for (size_t i = 0; i < count; i++) {
            const char *part = rng_chance(&r, 75) ? parts[rng_below(&r, 6)] : rng_pick(&r, parts);
            n += (size_t)sprintf(text + n, "%s", part);
        }
        bool want = true;
        for (size_t i = 0; i < n && want;) {
            uint32_t cp = 0;
            size_t len = cx_utf8_next((cx_str){text + i, n - i}, &cp);
            want = len && cp >= 0x20 && !(cp >= 0x7F && cp <= 0x9F) && !(cp >= 0xFDD0 && cp <= 0xFDEF) &&
                   (cp & 0xFFFF) < 0xFFFE;
            i += len;
        }
        must(cx_mqtt_text_ok((cx_str){text, n}) == want, "'%s' is %s", show((cx_str){text, n}),
             want ? "refused" : "taken");
        good += want;
    }
    must(good > ROUNDS / 4 && good < ROUNDS * 3 / 4 + ROUNDS / 8, "%zu are good", good);
}
END_TEST

Suite *suite_topic(void)
{
    Suite *s = suite_create("topic");
    TCase *t = tcase_create("match");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, match_is_level_by_level);
    tcase_add_test(t, match_looks_at_every_byte);
    tcase_add_test(t, match_of_what_is_left);
    tcase_add_test(t, match_at_any_place_in_memory);
    suite_add_tcase(s, t);
    t = tcase_create("check");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, check_agrees_on_short_texts);
    tcase_add_test(t, check_agrees_on_random_texts);
    tcase_add_test(t, check_sees_each_byte_at_each_place);
    tcase_add_test(t, check_knows_the_limits);
    tcase_add_test(t, wildcards_are_found_anywhere);
    tcase_add_test(t, mqtt_text);
    tcase_add_test(t, mqtt_text_of_random_bytes);
    suite_add_tcase(s, t);
    return s;
}
