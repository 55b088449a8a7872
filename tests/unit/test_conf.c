/* src/formats/conf: the C library's ways with words and numbers held against the C
 * library, texts and topic lines against a second reading of the description, lines
 * and included files against a model of the broker. */
#define _XOPEN_SOURCE 700
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <openssl/bn.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "model.h"

enum { ALL = 15, R16 = 1, R2011 = 2, R2022 = 4, R21 = 8 };

/* A random C string over LETTERS, in memory of its size; freed by the next call. */
static const char *random_text(rng *r, const char *letters, size_t most)
{
    static char *text;
    free(text);
    size_t n = rng_below(r, most + 1), count = strlen(letters);
    text = malloc(n + 1);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < n; i++) text[i] = letters[rng_below(r, count)];
    text[n] = '\0';
    return text;
}

/* A copy without the NUL behind it. */
static char *exact(const char *z)
{
    size_t n = strlen(z);
    char *copy = malloc(n ? n : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, z, n);
    return copy;
}

/* ---- words ---- */

START_TEST(words_are_those_of_strtok)
{
    rng r = rng_for("words");
    for (int i = 0; i < 20000; i++) {
        const char *text = random_text(&r, "  ab\t#\"\r", 14);
        char *copy = strdup(text), *bytes = exact(text), *behind = NULL;
        cx_str rest = {bytes, strlen(text)};
        for (char *from = copy;; from = NULL) {
            char *want = strtok_r(from, " ", &behind);
            cx_str have = cx_conf_word(&rest);
            must((want == NULL) == (have.p == NULL), "'%s'", showz(text));
            if (!want) break;
            must(have.n > 0 && cx_str_is(have, want) && have.p == bytes + (want - copy), "'%s': '%s', not '%s'",
                 showz(text), show(have), want);
            must(cx_str_is(rest, behind), "'%s': what is left behind '%s'", showz(text), want);
        }
        must(!cx_conf_word(&rest).p, "'%s'", showz(text));
        free(copy);
        free(bytes);
    }
}
END_TEST

START_TEST(booleans)
{
    static const char *const others[] = {
        "",       "True",  "TRUE",   "yes",   "no",   "on", "off",    "00",       "01", "2",  "true ", " true", "tru",
        "true\t", "truee", "false ", "False", "fals", "-1", "true\r", "\"true\"", "10", "11", "0x1",   "t",     "f"};
    bool value;
    ck_assert(cx_conf_bool(CX_STR("true"), &value) && value);
    ck_assert(cx_conf_bool(CX_STR("1"), &value) && value);
    ck_assert(cx_conf_bool(CX_STR("false"), &value) && !value);
    ck_assert(cx_conf_bool(CX_STR("0"), &value) && !value);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        must(!cx_conf_bool(cx_str_of(others[i]), &value), "'%s'", showz(others[i]));
    must(!cx_conf_bool(CX_STR("1\0"), &value) && !cx_conf_bool(CX_STR("true\0"), &value), "a NUL byte behind it");
}
END_TEST

/* ---- numbers ---- */

/* What 2.1 makes of a word. */
static cx_int_status strict(const char *word, int *value)
{
    char *end;
    long number = strtol(word, &end, 0);
    if (end == word || *end) return CX_INT_NOT_A_NUMBER;
    if (number > INT_MAX || number < INT_MIN) return CX_INT_OUT_OF_RANGE;
    *value = (int)number;
    return CX_INT_OK;
}

static void check_number(const char *word)
{
    char *bytes = exact(word);
    cx_str s = {bytes, strlen(word)};
    must(cx_conf_atol(s) == atol(word), "atol(\"%s\") is %ld, not %lld", showz(word), atol(word), cx_conf_atol(s));
    must(cx_conf_atoi(s) == atoi(word), "atoi(\"%s\") is %d, not %d", showz(word), atoi(word), cx_conf_atoi(s));
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        int want = atoi(word), have = 0;
        cx_int_status status = i == MODEL_2_1_2 ? strict(word, &want) : CX_INT_OK;
        cx_int_status got = cx_conf_int(&cx_releases[i], s, &have);
        must(got == status && (got != CX_INT_OK || have == want), "%s reads \"%s\" as %d (%d), not %d (%d)",
             cx_releases[i].name, showz(word), have, got, want, status);
    }
    free(bytes);
}

START_TEST(numbers_are_those_of_the_c_library)
{
    static const char *const words[] = {
        "0",
        "1",
        "-1",
        "+1",
        "--1",
        "+-1",
        "-",
        "+",
        "",
        "0x",
        "0X",
        "0x1",
        "-0x1F",
        "0xg",
        "0x-1",
        "010",
        "08",
        "09",
        "0 1",
        "10k",
        "10.5",
        "1e3",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "4294967295",
        "4294967296",
        "4294967297",
        "-4294967295",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999999999",
        "-99999999999999999999999999999",
        "0x7fffffff",
        "0x80000000",
        "-0x80000000",
        "-0x80000001",
        "0x7fffffffffffffff",
        "0xffffffffffffffff",
        "0x10000000000000000",
        "017777777777",
        "020000000000",
        "\t5",
        "\v\f\r\n5",
        "5\t",
        "true",
        "none",
        "#5",
        "0b1",
        "1_000",
        "1,000",
        "00x1",
        "0x0x1",
        "٣",
        ("\xA0"
         "5"),
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) check_number(words[i]);
    rng r = rng_for("numbers");
    for (int i = 0; i < 30000; i++) check_number(random_text(&r, "0123456789", 24));
    for (int i = 0; i < 30000; i++) check_number(random_text(&r, "00112789abfxX+- \t\v.k", 12));
    for (int i = 0; i < 30000; i++) { /* around the ends */
        static const char *const ends[] = {
            "2147483647",          "2147483648", "4294967296",         "9223372036854775807",
            "9223372036854775808", "0x7fffffff", "0x8000000000000000", "01777777777777777777777"};
        char word[64];
        snprintf(word, sizeof word, "%s%s", rng_chance(&r, 50) ? "-" : "", rng_pick(&r, ends));
        size_t at = strlen(word) - 1 - rng_below(&r, 3);
        word[at] = (char)('0' + rng_below(&r, 10));
        check_number(word);
    }
}
END_TEST

/* ---- durations ---- */

/* Seconds; 0: not taken. */
static long long model_duration(const char *word, bool seconds)
{
    char copy[64];
    snprintf(copy, sizeof copy, "%s", word);
    char *last = copy + strlen(copy) - 1;
    long long unit;
    switch (*last) {
    case 'h': unit = 3600; break;
    case 'd': unit = 86400; break;
    case 'w': unit = 604800; break;
    case 'm': unit = 2592000; break;
    case 'y': unit = 31536000; break;
    case 's': unit = seconds ? 1 : 0; break;
    default: unit = 0;
    }
    *last = '\0';
    long long value = atoi(copy) * unit;
    return value > 0 ? value : 0;
}

START_TEST(durations)
{
    rng r = rng_for("durations");
    for (int i = 0; i < 40000; i++) {
        const char *word = random_text(&r, i & 1 ? "0123456789hdwmys" : "019-+xhdwmysH", i & 2 ? 12 : 4);
        if (!*word) continue;
        char *bytes = exact(word);
        for (size_t k = 0; k < CX_RELEASE_COUNT; k++) {
            long long want = model_duration(word, k == MODEL_2_1_2), have = 0;
            bool ok = cx_conf_duration(&cx_releases[k], (cx_str){bytes, strlen(word)}, &have);
            must(ok == (want > 0) && (!ok || have == want), "%s reads \"%s\" as %lld (%d), not %lld",
                 cx_releases[k].name, word, have, ok, want);
        }
        free(bytes);
    }
    long long have;
    ck_assert(cx_conf_duration(&cx_releases[MODEL_1_6_15], CX_STR("14d"), &have) && have == 14 * 86400);
    ck_assert(!cx_conf_duration(&cx_releases[MODEL_2_0_22], CX_STR("14s"), &have));
    ck_assert(!cx_conf_duration(&cx_releases[MODEL_2_1_2], CX_STR("14"), &have));
    ck_assert(!cx_conf_duration(&cx_releases[MODEL_2_1_2], CX_STR("0d"), &have));
    ck_assert(!cx_conf_duration(&cx_releases[MODEL_2_1_2], CX_STR("d"), &have));
}
END_TEST

/* ---- hexadecimal keys ---- */

/* The bytes the broker makes of a text with OpenSSL's help; 0: none. */
static size_t model_key(const char *hex)
{
    enum { ROOM = 20 };
    size_t zeros = 0;
    for (size_t i = 0; i < strlen(hex) && strncmp(hex + i, "00", 2) == 0; i += 2)
        if (zeros++ >= ROOM) return 0;
    BIGNUM *number = NULL;
    size_t n = BN_hex2bn(&number, hex) ? (size_t)BN_num_bytes(number) + zeros : 0;
    BN_free(number);
    return n > ROOM ? 0 : n;
}

START_TEST(keys_are_those_of_openssl)
{
    rng r = rng_for("keys");
    unsigned taken = 0;
    for (int i = 0; i < 60000; i++) {
        char text[100], *p = text;
        if (rng_chance(&r, 10)) *p++ = "-+ 0"[rng_below(&r, 4)];
        for (size_t n = rng_chance(&r, 50) ? rng_below(&r, 8) : 0; n; n--) *p++ = '0';
        if (rng_chance(&r, 10)) p += sprintf(p, "0000000000000000000000000000000000000");
        size_t left = rng_chance(&r, 80) ? 38 + rng_below(&r, 6) : rng_below(&r, 50);
        while ((size_t)(p - text) < left) *p++ = "0123456789abcdefABCDEF"[rng_below(&r, 22)];
        if (rng_chance(&r, 20)) p += sprintf(p, "%s", (const char *[]){" # c", "g", "x", " 12"}[rng_below(&r, 4)]);
        *p = '\0';
        char *bytes = exact(text);
        bool want = model_key(text) == 20, have = cx_conf_sha1_ok((cx_str){bytes, strlen(text)});
        taken += want;
        must(want == have, "\"%s\" is %staken", text, have ? "" : "not ");
        free(bytes);
    }
    ck_assert_uint_gt(taken, 1000);
    ck_assert(cx_conf_sha1_ok(CX_STR("da39a3ee5e6b4b0d3255bfef95601890afd80709")));
    ck_assert(!cx_conf_sha1_ok(CX_STR("")) && !cx_conf_sha1_ok(CX_STR("-")) && !cx_conf_sha1_ok(CX_STR("secret")));
}
END_TEST

/* ---- hosts ---- */

/* A name of letters that names have; with a ':' an IPv6 address, perhaps with an interface. */
START_TEST(hosts)
{
    for (int c = 0; c < 256; c++) {
        char host[3] = {'a', (char)c, 'b'};
        bool want = c && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._%", c) != NULL;
        must(cx_conf_host_possible((cx_str){host, 3}) == want, "a host name with the byte %d", c);
    }
    static const char *const good[] = {"::", "::1", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "FE80::a",
                                       "a",  "1",   "1.2.3.4"};
    static const char *const bad[] = {"",
                                      ":",
                                      "1:2",
                                      "a:b",
                                      "127.0.0.1:1883",
                                      "localhost:1883",
                                      "127.0.0.1 # loopback",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "::1::",
                                      "::12345",
                                      "[::1]",
                                      "::1 ",
                                      "::g",
                                      "a%:1",
                                      "%::1",
                                      "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        must(cx_conf_host_possible(cx_str_of(good[i])), "'%s' is possible", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        must(!cx_conf_host_possible(cx_str_of(bad[i])), "'%s' is not possible", bad[i]);
}
END_TEST

/* ---- texts ---- */

/* MQTT's UTF-8, code point by code point. */
static bool model_utf8(const unsigned char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        unsigned c = s[i], more = c < 0x80                ? 0
                                  : c >= 0xC2 && c < 0xE0 ? 1
                                  : c >= 0xE0 && c < 0xF0 ? 2
                                  : c >= 0xF0 && c < 0xF5 ? 3
                                                          : 9;
        static const unsigned least[] = {0, 0x80, 0x800, 0x10000};
        if (more == 9 || i + more >= n) return false;
        unsigned long code = more == 0 ? c : more == 1 ? c & 0x1F : more == 2 ? c & 0x0F : c & 0x07;
        for (unsigned k = 1; k <= more; k++) {
            if ((s[i + k] & 0xC0) != 0x80) return false;
            code = code << 6 | (s[i + k] & 0x3Fu);
        }
        if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        if (code < 0x20 || (code >= 0x7F && code <= 0x9F)) return false;
        if ((code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE) return false;
        i += 1 + more;
    }
    return true;
}

static cx_text_status model_text(model_release release, const char *bytes, size_t n, size_t *from, size_t *length)
{
    size_t at = 0;
    while (at < n && isspace((unsigned char)bytes[at])) at++;
    while (n > at && isspace((unsigned char)bytes[n - 1])) n--;
    *from = at;
    *length = n - at;
    if (at == n) return CX_TEXT_EMPTY;
    if (release != MODEL_1_6_15 && n - at > 65535) return CX_TEXT_LONG;
    if (n - at > 65536) return CX_TEXT_MALFORMED;
    return model_utf8((const unsigned char *)bytes + at, n - at) ? CX_TEXT_OK : CX_TEXT_MALFORMED;
}

static void check_text(const char *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1);
    memcpy(copy, bytes, n);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        size_t from, length;
        cx_str value;
        cx_text_status want = model_text((model_release)i, copy, n, &from, &length),
                       have = cx_conf_text(&cx_releases[i], (cx_str){copy, n}, &value);
        must(want == have, "%s: '%s' (%zu bytes) is %d, not %d", cx_releases[i].name, show((cx_str){copy, n}), n, have,
             want);
        must(value.n == length && (!length || value.p == copy + from), "%s: '%s'", cx_releases[i].name,
             show((cx_str){copy, n}));
    }
    free(copy);
}

START_TEST(texts)
{
    static const char *const pieces[] = {"a",
                                         " ",
                                         "\t",
                                         "\v",
                                         "\xC3\xA4",
                                         "\xE2\x82\xAC",
                                         "\xF0\x9F\x90\x9D",
                                         "\x7F",
                                         "\x01",
                                         "\xC2\x80",
                                         "\xC2\xA0",
                                         "\xED\xA0\x80",
                                         "\xEF\xB7\x90",
                                         "\xEF\xBF\xBF",
                                         "\xC0\x80",
                                         "\xE0\x80",
                                         "\xF4\x90\x80\x80",
                                         "\xF0\x9F\xBF\xBE",
                                         "\x80",
                                         "\xFF",
                                         "\xEF\xBB\xBF",
                                         "#",
                                         "\x1F"};
    rng r = rng_for("texts");
    for (int i = 0; i < 30000; i++) {
        cx_buf b = {0};
        for (size_t k = rng_below(&r, 7); k; k--) cx_buf_puts(&b, rng_chance(&r, 50) ? "a" : rng_pick(&r, pieces));
        check_text(b.n ? b.p : "", b.n);
        cx_buf_clear(&b);
    }
    /* the longest ones, with characters of every length over every place where something could be cut */
    static const char *const letters[] = {"a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x90\x9D"};
    for (size_t i = 0; i < 4; i++) {
        for (size_t first = 0; first < 4; first++) {
            cx_buf b = {0};
            cx_buf_fill(&b, 'x', first);
            while (b.n < 65530) cx_buf_puts(&b, letters[i]);
            while (b.n < 65540) {
                check_text(b.p, b.n);
                cx_buf_putc(&b, 'y');
            }
            b.p[32767] = (char)0xFF;
            b.n = 65535;
            check_text(b.p, b.n);
            cx_buf_clear(&b);
        }
    }
}
END_TEST

/* ---- topic lines ---- */

typedef struct model_topic {
    cx_topic_line_status status;
    char pattern[80], local[80], remote[80];
    bool has_local, has_remote;
    int direction, qos;
    bool undefined; /* the broker prints a null pointer */
} model_topic;

static void model_prefix(const char *word, char *to, bool *has)
{
    *has = strcmp(word, "\"\"") != 0 && word[0] != '#';
    if (*has) strcpy(to, word);
}

/* topic PATTERN [DIRECTION [QOS [LOCAL [REMOTE]]]], with strtok() as in the broker. */
static model_topic model_topic_line(model_release release, const char *rest)
{
    model_topic t = {.status = CX_TOPIC_LINE_OK};
    char line[80], *behind = NULL;
    strcpy(line, rest);
    char *word = strtok_r(line, " ", &behind);
    t.status = CX_TOPIC_LINE_EMPTY;
    if (!word) return t;
    strcpy(t.pattern, word);
    if (release == MODEL_2_1_2 && word[0] == '"' && word[1] != '"') {
        t.status = CX_TOPIC_LINE_QUOTE;
        if (!strchr(behind, '"')) return t;
        char *more = strtok_r(NULL, "\"", &behind);
        t.undefined = !more;
        if (!more) return t;
        snprintf(t.pattern, sizeof t.pattern, "%s %s", word + 1, more);
    }
    t.status = CX_TOPIC_LINE_OK;
    word = strtok_r(NULL, " ", &behind);
    if (!word) return t;
    t.status = CX_TOPIC_LINE_DIRECTION;
    if (strcasecmp(word, "out") == 0) t.direction = CX_BRIDGE_OUT;
    else if (strcasecmp(word, "in") == 0) t.direction = CX_BRIDGE_IN;
    else if (strcasecmp(word, "both") == 0) t.direction = CX_BRIDGE_BOTH;
    else return t;
    t.status = CX_TOPIC_LINE_OK;
    word = strtok_r(NULL, " ", &behind);
    if (!word) return t;
    if (word[0] == '#') behind = word + strlen(word);
    t.qos = atoi(word);
    if (release != MODEL_1_6_15) t.qos &= 0xFF;
    t.status = t.qos < 0 || t.qos > 2 ? CX_TOPIC_LINE_QOS : CX_TOPIC_LINE_OK;
    if (t.status == CX_TOPIC_LINE_QOS) return t;
    word = strtok_r(NULL, " ", &behind);
    if (!word) return t;
    model_prefix(word, t.local, &t.has_local);
    if (word[0] == '#') return t;
    word = strtok_r(NULL, " ", &behind);
    if (!word) return t;
    model_prefix(word, t.remote, &t.has_remote);
    return t;
}

static unsigned topic_line_compares;

static void check_topic_line(const char *text)
{
    char *bytes = exact(text);
    cx_arena a = {0};
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        model_topic want = model_topic_line((model_release)i, text);
        cx_topic_line have = cx_conf_topic(&a, &cx_releases[i], (cx_str){bytes, strlen(text)});
        if (want.undefined) continue;
        const char *name = cx_releases[i].name, *line = showz(text);
        must(have.status == want.status, "%s: topic %s is %d, not %d", name, line, have.status, want.status);
        topic_line_compares++;
        if (have.status == CX_TOPIC_LINE_EMPTY) continue;
        if (have.status == CX_TOPIC_LINE_QUOTE || have.status == CX_TOPIC_LINE_DIRECTION ||
            have.status == CX_TOPIC_LINE_QOS) {
            must(have.at.n == 0 || (have.at.p >= bytes && have.at.p + have.at.n <= bytes + strlen(text)),
                 "%s: topic %s", name, line);
            continue;
        }
        must(cx_str_is(have.pattern, want.pattern), "%s: topic %s has the pattern '%s', not '%s'", name, line,
             show(have.pattern), showz(want.pattern));
        must((int)have.direction == want.direction && have.qos == want.qos, "%s: topic %s is %d %d, not %d %d", name,
             line, have.direction, have.qos, want.direction, want.qos);
        must((have.local.p != NULL) == want.has_local && (!want.has_local || cx_str_is(have.local, want.local)),
             "%s: topic %s has the local prefix '%s'", name, line, show(have.local));
        must((have.remote.p != NULL) == want.has_remote && (!want.has_remote || cx_str_is(have.remote, want.remote)),
             "%s: topic %s has the remote prefix '%s'", name, line, show(have.remote));
    }
    cx_arena_clear(&a);
    free(bytes);
}

START_TEST(topic_lines)
{
    static const char *const lines[] = {
        "",
        " ",
        "a",
        "a out",
        "a OUT 0",
        "a oUt 1 l/ r/",
        "a both 2 \"\" r/",
        "a in 0 l/ \"\"",
        "a in 0 l/ r/ more",
        "a # c",
        "a out # c",
        "a out 1 # c",
        "a out 1 l/ # c",
        "a out #1 l/ r/",
        "a out \"\" r/",
        "a out 3",
        "a out -1",
        "a out 256",
        "a out 258 l/",
        "a out 4294967296",
        "\"a b\"",
        "\"a  b\" out 1",
        "\"a b\"out 1 l/",
        "\"a b",
        "\"a\" out 0",
        "\"a\" out 0 \"x\" y",
        "\"\" out 0 l/ r/",
        "\"\"a b\" out",
        "\"a \"\" b\" in",
        "\" a\" out",
        "\" \" out",
        "a\"b c\" out",
        "\"a b\" \"out\"",
        "\"a b c d\" both 1 \"\" \"\"",
        "\"a #\" out",
        "# out",
        "a\tout",
        "a out\t",
        "a out 1\t2",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) check_topic_line(lines[i]);
    static const char *const words[] = {"a",    "a/#", "\"a", "\"", "\"\"", "b\"", "c\"out", "out", "in",
                                        "both", "Out", "0",   "1",  "2",    "3",   "257",    "-1",  "#",
                                        "#x",   "l/",  "r/",  " ",  "  ",   "\t",  "qos"};
    rng r = rng_for("topic lines");
    topic_line_compares = 0;
    for (int i = 0; i < 60000; i++) {
        char text[80] = "";
        for (size_t k = rng_below(&r, 8); k; k--) {
            strcat(text, rng_pick(&r, words));
            if (rng_chance(&r, 90)) strcat(text, " ");
        }
        check_topic_line(text);
    }
    ck_assert_uint_gt(topic_line_compares, 200000);
}
END_TEST

/* ---- lines ---- */

/* A text of options, comments and blanks; NULS: with NUL bytes, of at most SIZE bytes or so. */
static void random_conf(rng *r, cx_buf *out, bool nuls, size_t size)
{
    static const char *const pieces[] = {"listener",
                                         "listener 1883",
                                         "acl_file /a b",
                                         "topic a out 0",
                                         "bogus",
                                         "#",
                                         "# c",
                                         " # c",
                                         "\r",
                                         "\rallow_anonymous true",
                                         "\t",
                                         "   ",
                                         "allow_anonymous  true ",
                                         " port 1",
                                         "\xEF\xBB\xBF",
                                         "plugin_opt_x  y"};
    static const char *const ends[] = {"\n", "\n", "\n", "\r\n", "\n\r", "\r", "\n\n"};
    while (out->n < size) {
        cx_buf_puts(out, rng_pick(r, pieces));
        if (rng_chance(r, 4)) cx_buf_fill(out, 'x', 980 + rng_below(r, 40));
        if (rng_chance(r, 1)) cx_buf_fill(out, 'x', 1980 + rng_below(r, 40));
        if (nuls && rng_chance(r, 5)) cx_buf_putc(out, '\0');
        if (rng_chance(r, 90)) cx_buf_puts(out, rng_pick(r, ends));
        if (nuls && rng_chance(r, 4)) cx_buf_putc(out, '\0');
    }
    if (rng_chance(r, 20)) { /* a last line about as long as the buffer */
        cx_buf_puts(out, "\n");
        cx_buf_fill(out, 'y', 1000 * (1 + rng_below(r, 2)) - 3 + rng_below(r, 6));
    }
}

static void check_lines(cx_str text)
{
    unit_text t;
    cx_conf c;
    unit_text_make(&t, text);
    cx_conf_over(&c, CX_STR("file"), t.source.text);
    ck_assert_uint_eq(c.files.n, 1);
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        const cx_conf_file *file = c.files.items[0];
        model_lines m;
        model_conf_read(&m, t.source.text.p, text.n, (model_release)release);
        size_t k = 0;
        for (size_t i = 0; i < file->lines.n; i++) {
            const cx_conf_line *l = &file->lines.items[i];
            if (!(l->targets >> release & 1) || (l->kind != CX_CONF_OPTION && l->kind != CX_CONF_UNKNOWN)) continue;
            must(k < m.count, "%s: a line too many at %u of '%s'", cx_releases[release].name, l->at, show(text));
            const model_line *want = &m.items[k++];
            must(l->at == want->at && l->word_len == want->word_len && l->value_len == want->value_len,
                 "%s: line %zu at %u+%u+%u, not %zu+%zu+%zu, of '%s'", cx_releases[release].name, k, l->at, l->word_len,
                 l->value_len, want->at, want->word_len, want->value_len, show(text));
            must(l->value_len == 0 || t.bytes[l->at + l->word_len] == ' ', "at %u of '%s'", l->at, show(text));
            cx_str word = cx_conf_line_word(&c, l), rest = cx_conf_line_rest(&c, l);
            must(word.p == t.bytes + l->at && word.n == l->word_len && rest.n == l->value_len, "'%s'", show(text));
            must((cx_conf_name_find(word) != NULL) == (l->kind == CX_CONF_OPTION), "'%s'", show(word));
        }
        must(k == m.count, "%s: %zu lines, not %zu, of '%s'", cx_releases[release].name, k, m.count, show(text));
        model_conf_free(&m);
    }
    cx_conf_clear(&c);
    unit_text_free(&t);
}

START_TEST(lines_are_the_models)
{
    rng r = rng_for("conf lines");
    for (int i = 0; i < 6000; i++) {
        cx_buf b = {0};
        random_conf(&r, &b, i & 1, rng_below(&r, i % 50 ? 200 : 6000));
        check_lines((cx_str){b.n ? b.p : "", b.n});
        cx_buf_clear(&b);
    }
}
END_TEST

/* Last lines of every length around the buffer's, behind a long line or none. */
START_TEST(last_lines_that_fill_the_buffer)
{
    static const size_t befores[] = {0, 1, 998, 999, 1000, 1001, 1998, 1999, 2000};
    for (size_t i = 0; i < sizeof befores / sizeof *befores; i++) {
        for (size_t n = 990; n < 3010; n += n % 1000 == 10 ? 980 : 1) {
            cx_buf b = {0};
            if (befores[i]) {
                cx_buf_fill(&b, '#', befores[i] - 1);
                cx_buf_putc(&b, '\n');
            }
            cx_buf_puts(&b, "clientid_prefixes ");
            cx_buf_fill(&b, 'x', n - 18);
            check_lines(cx_buf_str(&b));
            cx_buf_clear(&b);
        }
    }
}
END_TEST

/* A NUL byte at every place of a small file and of one with a long line. */
START_TEST(a_nul_byte_anywhere)
{
    static const char small[] = "port 1\n# c\nacl_file a\n\nbogus\nuser x";
    for (int feed = 0; feed < 2; feed++) {
        for (size_t i = 0; i < sizeof small - 1; i++) {
            for (size_t k = i; k < sizeof small - 1; k++) {
                char text[sizeof small];
                memcpy(text, small, sizeof small);
                text[i] = text[k] = '\0';
                text[sizeof small - 1] = '\n';
                check_lines((cx_str){text, sizeof small - 1 + (size_t)feed});
            }
        }
    }
    for (size_t n = 990; n < 1012; n++) {
        for (size_t at = 0; at < n; at += at < 3 || at > 980 ? 1 : 97) {
            cx_buf b = {0};
            cx_buf_fill(&b, 'x', n);
            cx_buf_puts(&b, "\nport 1\nuser a\n");
            b.p[at] = '\0';
            check_lines(cx_buf_str(&b));
            cx_buf_clear(&b);
        }
    }
}
END_TEST

/* Without NUL bytes a file is its lines and what lies between them, and nothing but
 * comments and blanks lies there. */
START_TEST(nothing_is_lost)
{
    rng r = rng_for("lossless");
    for (int i = 0; i < 4000; i++) {
        cx_buf b = {0}, again = {0};
        random_conf(&r, &b, false, rng_below(&r, 300));
        cx_str text = {b.n ? b.p : "", b.n};
        unit_text t;
        cx_conf c;
        unit_text_make(&t, text);
        cx_conf_over(&c, CX_STR("file"), t.source.text);
        const cx_conf_file *file = c.files.items[0];
        size_t at = 0;
        for (size_t k = 0; k <= file->lines.n; k++) {
            const cx_conf_line *l = k < file->lines.n ? &file->lines.items[k] : NULL;
            if (l && l->kind == CX_CONF_SKIPPED) continue; /* what a carriage return hides is as a comment */
            size_t next = l ? l->at : text.n;
            must(next >= at, "lines overlap at %zu of '%s'", next, show(text));
            for (size_t from = at; from < next;) { /* the lines of the gap */
                const char *feed = memchr(text.p + from, '\n', next - from);
                size_t end = feed ? (size_t)(feed - text.p) : next;
                bool begins = from == 0 || text.p[from - 1] == '\n';
                bool hidden = begins && (text.p[from] == '#' || text.p[from] == '\r');
                for (size_t x = from; x < end && !hidden; x++)
                    must(text.p[x] == ' ' || (text.p[x] == '\r' && !(l && !feed)), "'%s' lies between lines of '%s'",
                         show(cx_str_sub(text, from, end - from)), show(text));
                from = feed ? end + 1 : end;
            }
            cx_buf_put(&again, cx_str_sub(text, at, next - at));
            if (!l) break;
            ck_assert_uint_eq(l->targets, CX_TARGETS_ALL);
            at = next + l->word_len + (l->value_len ? 1 + l->value_len : 0);
            cx_buf_put(&again, cx_str_sub(text, next, at - next));
        }
        must(cx_str_eq(cx_buf_str(&again), text) || text.n == 0, "'%s' became '%s'", show(text),
             show(cx_buf_str(&again)));
        cx_conf_clear(&c);
        unit_text_free(&t);
        cx_buf_clear(&b);
        cx_buf_clear(&again);
    }
}
END_TEST

/* ---- paths ---- */

START_TEST(paths)
{
    static const struct {
        const char *root, *path, *want;
    } cases[] = {
        {NULL, "/etc/a", "/etc/a"},
        {NULL, "a", "a"},
        {"/r", "/etc/a", "/r/etc/a"},
        {"/r/", "/etc/a", "/r/etc/a"},
        {"/r//", "/a", "/r/a"},
        {"r", "/a", "r/a"},
        {"/r", "a", "a"},
        {"/r", "./a", "./a"},
        {"/", "/a", "/a"},
        {"/r", "", ""},
        {"", "/a", "/a"},
        {"/r", "/", "/r/"},
    };
    cx_arena a = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool near;
        cx_str have = cx_paths_find(&(cx_paths){.root = cases[i].root}, &a, cx_str_of(cases[i].path), &near);
        must(cx_str_is(have, cases[i].want) && have.p[have.n] == '\0', "%s under %s is %s", cases[i].path,
             cases[i].root, show(have));
    }
    cx_arena_clear(&a);
}
END_TEST

/* ---- include_dir ---- */

/* Which name a broker reads first: at the first place where they differ, letters as
 * capitals and bytes as toupper() gives them, unsigned; capitals before small ones;
 * where one of them ends, bytes are signed, so that it comes behind what is above 0x7F.
 * (That is no order when such a byte follows a whole name; no name here has one there.) */
static int model_before(const char *a, const char *b)
{
    size_t i = 0;
    while (a[i] && a[i] == b[i]) i++;
    unsigned char x = (unsigned char)a[i], y = (unsigned char)b[i];
    if (!x) return y > 0x7F ? 1 : -1;
    if (!y) return x > 0x7F ? -1 : 1;
    unsigned char upper_x = x >= 'a' && x <= 'z' ? x & 0xDF : x, upper_y = y >= 'a' && y <= 'z' ? y & 0xDF : y;
    return upper_x == upper_y ? x - y : upper_x - upper_y;
}

static bool model_included(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".conf") == 0;
}

enum { NAMES = 60 };

START_TEST(included_files_are_read_in_the_brokers_order)
{
    static const char *const fixed[] = {
        "10.conf", "9.conf",  "A.conf",        "a.conf",         "B.conf",  "b.conf",      "Z.conf",      "_x.conf",
        ".x.conf", ".conf",   "x.CONF",        "x.conf~",        "xconf",   "a.conf.conf", "a-.conf",     "aa.conf",
        "Aa.conf", "aA.conf", "\xC3\xA4.conf", "a\xC3\xA4.conf", "a .conf", "a..conf",     "a.conf~.conf"};
    rng r = rng_for("include order");
    for (int round = 0; round < 30; round++) {
        static char names[NAMES][40];
        size_t n = 0;
        const char *folder = tree_enter();
        tree_write("mosquitto.conf", CX_STR("include_dir d\n"));
        while (n < NAMES) {
            char name[40];
            if (n < sizeof fixed / sizeof *fixed) snprintf(name, sizeof name, "%s", fixed[n]);
            else
                snprintf(name, sizeof name, "%s%s", random_text(&r, "aAbBzZ_.-09~\xC3\xA4\x7F[", 5),
                         rng_chance(&r, 85) ? ".conf" : "");
            bool twice = !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
            for (size_t i = 0; i < n; i++) twice |= strcmp(names[i], name) == 0;
            if (twice && n >= sizeof fixed / sizeof *fixed) {
                if (rng_chance(&r, 20)) break;
                continue;
            }
            memcpy(names[n++], name, sizeof name);
        }
        for (size_t i = 0; i < n; i++) { /* written in an order of chance, then put in the broker's */
            size_t k = i + rng_below(&r, n - i);
            char name[40], path[60];
            memcpy(name, names[k], sizeof name);
            memcpy(names[k], names[i], sizeof name);
            memcpy(names[i], name, sizeof name);
            snprintf(path, sizeof path, "d/%s", name);
            tree_write(path, CX_STR("log_type all\n"));
        }
        size_t kept = 0;
        for (size_t i = 0; i < n; i++)
            if (model_included(names[i])) memmove(names[kept++], names[i], sizeof names[i]);
        for (size_t i = 0; i < kept; i++) {
            for (size_t k = i + 1; k < kept; k++) {
                char name[40];
                if (model_before(names[i], names[k]) < 0) continue;
                memcpy(name, names[i], sizeof name);
                memcpy(names[i], names[k], sizeof name);
                memcpy(names[k], name, sizeof name);
            }
        }
        cx_conf c;
        cx_error e;
        must(cx_conf_open(&c, "mosquitto.conf", NULL, &e), "%s", e.text);
        ck_assert_uint_eq(c.folders.n, 1);
        ck_assert_uint_eq(c.folders.items[0].first, 1);
        must(c.folders.items[0].count == kept && c.files.n == kept + 1, "%zu files, not %zu", c.files.n - 1, kept);
        for (size_t i = 0; i < kept; i++) {
            char path[60];
            snprintf(path, sizeof path, "d/%s", names[i]);
            const cx_conf_file *file = c.files.items[1 + i];
            must(cx_str_is(file->source.name, path), "file %zu is %s, not %s", i, show(file->source.name), showz(path));
            must(file->lines.n == 1 && file->lines.items[0].file == 1 + i && !file->error.text[0], "%s", showz(path));
        }
        cx_conf_clear(&c);
        tree_leave();
        tree_remove(folder);
    }
}
END_TEST

START_TEST(folders_that_cannot_be_read)
{
    tree_enter();
    tree_write("d/a.conf", CX_STR("port 1\n"));
    tree_folder("d/b.conf");
    tree_folder("empty");
    tree_write("file", CX_STR(""));
    tree_write("mosquitto.conf",
               CX_STR("include_dir d\ninclude_dir missing\ninclude_dir empty\ninclude_dir file\ninclude_dir d\n"
                      "include_dir\ninclude_dir d \nbogus\n"));
    cx_conf c;
    cx_error e;
    must(cx_conf_open(&c, "mosquitto.conf", NULL, &e), "%s", e.text);
    const cx_conf_file *main = c.files.items[0];
    static const uint32_t folders[] = {1, 2, 3, 4, 5, 0, 6, 0};
    ck_assert_uint_eq(main->lines.n, 8);
    for (size_t i = 0; i < 8; i++) ck_assert_uint_eq(main->lines.items[i].include, folders[i]);
    ck_assert_uint_eq(c.includes.n, 6);
    ck_assert_uint_eq(c.includes.items[0], 0);
    ck_assert_uint_eq(c.includes.items[4], 0); /* the same folder: read once */
    ck_assert_uint_eq(c.folders.n, 5);
    ck_assert_uint_eq(c.files.n, 3);
    const cx_conf_folder *f = c.folders.items;
    ck_assert(!f[0].error.text[0] && f[0].first == 1 && f[0].count == 2);
    ck_assert(f[1].error.text[0] && f[1].count == 0);
    ck_assert(!f[2].error.text[0] && f[2].count == 0);
    ck_assert(f[3].error.text[0] && f[3].count == 0);
    ck_assert(f[4].error.text[0] && cx_str_is(f[4].path, "d ")); /* not trimmed */
    ck_assert(!c.files.items[1]->directory && c.files.items[2]->directory && c.files.items[2]->error.text[0]);
    cx_conf_clear(&c);
    ck_assert(!cx_conf_open(&c, "nonexistent.conf", NULL, &e) && e.text[0]);
    cx_conf_clear(&c);
    ck_assert(!cx_conf_open(&c, "d", NULL, &e) && e.text[0]);
    cx_conf_clear(&c);
    tree_leave();
}
END_TEST

/* Included files do not include; absolute folders are looked for below the root. */
START_TEST(includes_below_a_root)
{
    const char *folder = tree_enter();
    char root[400];
    snprintf(root, sizeof root, "%s/", folder);
    tree_write("etc/conf.d/a.conf", CX_STR("include_dir /etc/conf.d\nport 1\n"));
    tree_write("mosquitto.conf", CX_STR("include_dir /etc/conf.d\n"));
    cx_conf c;
    cx_error e;
    must(cx_conf_open(&c, "mosquitto.conf", &(cx_paths){.root = root}, &e), "%s", e.text);
    ck_assert_uint_eq(c.files.n, 2);
    ck_assert_uint_eq(c.files.items[1]->lines.n, 2);
    ck_assert_uint_eq(c.files.items[1]->lines.items[0].include, 0);
    ck_assert_str_eq(c.folders.items[0].path.p, "/etc/conf.d");
    char want[500];
    snprintf(want, sizeof want, "%s/etc/conf.d/a.conf", folder);
    ck_assert(cx_str_is(c.files.items[1]->source.name, want));
    cx_conf_clear(&c);
    must(cx_conf_open(&c, "mosquitto.conf", &(cx_paths){.root = "/nonexistent"}, &e), "%s", e.text);
    ck_assert(c.folders.items[0].error.text[0]);
    cx_conf_clear(&c);
    cx_conf_over(&c, CX_STR("x"), CX_STR("include_dir /etc/conf.d\n"));
    ck_assert(c.files.n == 1 && c.folders.n == 0 && c.files.items[0]->lines.items[0].include == 0);
    cx_conf_clear(&c);
    tree_leave();
}
END_TEST

Suite *suite_conf(void)
{
    Suite *s = suite_create("conf");
    TCase *t = tcase_create("values");
    tcase_add_test(t, words_are_those_of_strtok);
    tcase_add_test(t, booleans);
    tcase_add_test(t, numbers_are_those_of_the_c_library);
    tcase_add_test(t, durations);
    tcase_add_test(t, keys_are_those_of_openssl);
    tcase_add_test(t, hosts);
    tcase_add_test(t, texts);
    tcase_add_test(t, topic_lines);
    suite_add_tcase(s, t);
    t = tcase_create("lines");
    tcase_add_test(t, lines_are_the_models);
    tcase_add_test(t, last_lines_that_fill_the_buffer);
    tcase_add_test(t, a_nul_byte_anywhere);
    tcase_add_test(t, nothing_is_lost);
    suite_add_tcase(s, t);
    t = tcase_create("files");
    tcase_add_test(t, paths);
    tcase_add_test(t, included_files_are_read_in_the_brokers_order);
    tcase_add_test(t, folders_that_cannot_be_read);
    tcase_add_test(t, includes_below_a_root);
    suite_add_tcase(s, t);
    return s;
}
