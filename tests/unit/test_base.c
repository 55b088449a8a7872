/* src/base: views, memory, tables, UTF-8, spelling mistakes, files. */
#define _XOPEN_SOURCE 700
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/chained.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/map.h"
#include "base/parallel.h"
#include "base/typo.h"
#include "base/utf8.h"
#include "base/vec.h"

/* ---- str ---- */

START_TEST(str_compares)
{
    ck_assert(cx_str_eq(CX_STR(""), CX_STR_NONE));
    ck_assert(cx_str_eq(CX_STR("a\0b"), CX_STR("a\0b")));
    ck_assert(!cx_str_eq(CX_STR("a\0b"), CX_STR("a\0c")));
    ck_assert(!cx_str_eq(CX_STR("a"), CX_STR("ab")));
    ck_assert(cx_str_is(CX_STR("topic"), "topic"));
    ck_assert(!cx_str_is(CX_STR("topic"), "topi"));
    ck_assert(!cx_str_is(CX_STR("topi"), "topic"));
    ck_assert(cx_str_starts(CX_STR("$SYS/a"), CX_STR("$SYS")));
    ck_assert(cx_str_starts(CX_STR("$SYS"), CX_STR("$SYS")));
    ck_assert(!cx_str_starts(CX_STR("$SY"), CX_STR("$SYS")));
    ck_assert(cx_str_has(CX_STR("a\0b"), 'b'));
    ck_assert(!cx_str_has(CX_STR_NONE, 'b'));
    ck_assert_uint_eq(cx_str_of(NULL).n, 0);
}
END_TEST

START_TEST(str_order_is_total)
{
    static const char *const sorted[] = {"", "A", "a", "aa", "ab", "b", "\x7F", "\x80", "\xFF", "\xFF\xFF"};
    size_t n = sizeof sorted / sizeof *sorted;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            int c = cx_str_cmp(cx_str_of(sorted[i]), cx_str_of(sorted[k]));
            must(i == k  ? c == 0
                 : i < k ? c < 0
                         : c > 0,
                 "'%s' against '%s' is %d", showz(sorted[i]), showz(sorted[k]), c);
        }
    }
}
END_TEST

/* isspace() of the C locale is six bytes and no other. */
START_TEST(str_trims_exactly_the_blanks)
{
    for (int c = 0; c < 256; c++) {
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r';
        char text[] = {(char)c, 'x', (char)c, 'y', (char)c, (char)c};
        cx_str s = {text, sizeof text};
        must(cx_is_space((char)c) == blank, "byte %d", c);
        cx_str end = cx_str_trim_end(s), both = cx_str_trim(s);
        must(end.p == text && end.n == (blank ? 4u : 6u), "trim_end with byte %d leaves %zu", c, end.n);
        must(both.p == text + blank && both.n == (blank ? 3u : 6u), "trim with byte %d leaves %zu", c, both.n);
    }
    ck_assert_uint_eq(cx_str_trim(CX_STR(" \t\r\n\v\f")).n, 0);
    ck_assert_uint_eq(cx_str_trim(CX_STR_NONE).n, 0);
}
END_TEST

/* ---- UTF-8 ---- */

/* Puts a code point down as the definition has it; no check. */
static size_t encode(uint32_t cp, char *out)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    static const unsigned head[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--, cp >>= 6) out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)(head[n] | cp);
    return n;
}

START_TEST(utf8_reads_every_code_point)
{
    for (uint32_t cp = 0; cp <= 0x110100; cp++) {
        char bytes[8] = "\x80\x80\x80\x80\x80\x80\x80";
        size_t n = encode(cp, bytes);
        bool valid = cp <= 0x10FFFF && !(cp >= 0xD800 && cp <= 0xDFFF);
        uint32_t got = 0;
        size_t len = cx_utf8_next((cx_str){bytes, n}, &got);
        must(valid ? len == n && got == cp : len == 0, "U+%04X: %zu bytes, U+%04X", cp, len, got);
        must(cx_utf8_valid((cx_str){bytes, n}) == valid, "U+%04X", cp);
        if (n > 1) must(cx_utf8_next((cx_str){bytes, n - 1}, &got) == 0, "U+%04X without its last byte", cp);
    }
}
END_TEST

/* Of all sequences of one, two and three bytes, valid are those that encode() makes. */
START_TEST(utf8_refuses_all_other_bytes)
{
    size_t valid[4] = {0};
    for (uint32_t bytes = 0; bytes < 1u << 24; bytes++) {
        char s[3] = {(char)(bytes >> 16), (char)(bytes >> 8), (char)bytes};
        uint32_t cp;
        size_t len = cx_utf8_next((cx_str){s, 3}, &cp);
        if (len == 0) continue;
        char again[4];
        must(encode(cp, again) == len && memcmp(again, s, len) == 0, "bytes %06X are read as U+%04X", bytes, cp);
        valid[len]++;
    }
    ck_assert_uint_eq(valid[1], (size_t)0x80 << 16);
    ck_assert_uint_eq(valid[2], (size_t)(0x800 - 0x80) << 8);
    ck_assert_uint_eq(valid[3], 0x10000 - 0x800 - 0x800);
}
END_TEST

START_TEST(utf8_refuses_long_forms)
{
    static const char *const bad[] = {"\xC0\x80",
                                      "\xC1\xBF",
                                      "\xE0\x80\x80",
                                      "\xE0\x9F\xBF",
                                      "\xF0\x80\x80\x80",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xF8\x88\x80\x80\x80",
                                      "\xFF",
                                      "\xFE",
                                      "\x80",
                                      "\xED\xA0\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint32_t cp;
        ck_assert_uint_eq(cx_utf8_next(cx_str_of(bad[i]), &cp), 0);
        ck_assert(!cx_utf8_valid(cx_str_of(bad[i])));
    }
    ck_assert(cx_utf8_valid(CX_STR("")));
    ck_assert(!cx_utf8_valid(CX_STR("ok\xC3")));
}
END_TEST

START_TEST(utf8_widths)
{
    ck_assert_int_eq(cx_utf8_width('a'), 1);
    ck_assert_int_eq(cx_utf8_width(0xE9), 1);
    ck_assert_int_eq(cx_utf8_width(0x301), 0);
    ck_assert_int_eq(cx_utf8_width(0x200B), 0);
    ck_assert_int_eq(cx_utf8_width(0xFEFF), 0);
    ck_assert_int_eq(cx_utf8_width(0x6F22), 2);
    ck_assert_int_eq(cx_utf8_width(0x1F600), 2);
}
END_TEST

/* ---- buf, arena, vec ---- */

START_TEST(buf_grows_and_keeps_bytes)
{
    rng r = rng_for("buf");
    cx_buf b = {0};
    static char want[200000];
    size_t n = 0;
    while (n + 3000 < sizeof want) {
        char piece[1000];
        size_t len = rng_below(&r, sizeof piece);
        for (size_t i = 0; i < len; i++) piece[i] = (char)rng_next(&r);
        switch (rng_below(&r, 4)) {
        case 0:
            cx_buf_put(&b, (cx_str){piece, len});
            memcpy(want + n, piece, len);
            n += len;
            break;
        case 1:
            cx_buf_putc(&b, (char)len);
            want[n++] = (char)len;
            break;
        case 2:
            cx_buf_fill(&b, '.', len);
            memset(want + n, '.', len);
            n += len;
            break;
        default: cx_buf_printf(&b, "%05zu-%s", len, "z"); n += (size_t)sprintf(want + n, "%05zu-%s", len, "z");
        }
        must(b.n == n && b.cap >= n, "%zu bytes, want %zu", b.n, n);
    }
    ck_assert_mem_eq(b.p, want, n);
    cx_buf_clear(&b);
    ck_assert_ptr_null(b.p);
    ck_assert_uint_eq(b.n, 0);
}
END_TEST

START_TEST(buf_put_safe_escapes_what_a_terminal_obeys)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"\x1B[31m", "\\x1B[31m"},
        {"a\tb\nc\r", "a\\tb\\x0Ac\\x0D"},
        {"\xE2\x80\xAE"
         "evil",
         "\\xE2\\x80\\xAE"
         "evil"}, /* turns the text around */
        {"\xE2\x80\x8B"
         "x",
         "\\xE2\\x80\\x8Bx"}, /* has no width */
        {"\xEF\xBB\xBF"
         "x",
         "\\xEF\\xBB\\xBFx"},
        {"\xE2\x81\xA6", "\\xE2\\x81\\xA6"},
        {"\xE2\x80\xA6", "\xE2\x80\xA6"},
        {"\x7F", "\\x7F"},
        {"\xC3\xA9", "\xC3\xA9"},
        {"\xC2\x9B", "\\xC2\\x9B"},
        {"\xC3", "\\xC3"},
        {"\xFF\xFE", "\\xFF\\xFE"},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"\xED\xA0\x80", "\\xED\\xA0\\x80"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cx_buf b = {0};
        cx_buf_put_safe(&b, cx_str_of(cases[i].in));
        must(cx_str_is(cx_buf_str(&b), cases[i].out), "'%s' comes out as '%s'", showz(cases[i].in),
             show(cx_buf_str(&b)));
        cx_buf_clear(&b);
    }
    cx_buf b = {0};
    cx_buf_put_safe(&b, CX_STR("a\0b"));
    ck_assert(cx_str_is(cx_buf_str(&b), "a\\x00b"));
    cx_buf_clear(&b);
}
END_TEST

START_TEST(buf_put_safe_gives_clean_utf8_for_any_bytes)
{
    rng r = rng_for("put_safe");
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        size_t n = rng_below(&r, sizeof bytes);
        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)(rng_chance(&r, 50) ? 0x80 + rng_below(&r, 0x80) : rng_below(&r, 0x80));
        cx_buf b = {0};
        cx_buf_put_safe(&b, (cx_str){bytes, n});
        must(cx_utf8_valid(cx_buf_str(&b)), "'%s'", show((cx_str){bytes, n}));
        for (size_t i = 0; i < b.n; i++)
            must((unsigned char)b.p[i] >= 0x20 && b.p[i] != 0x7F, "'%s'", show((cx_str){bytes, n}));
        cx_buf_clear(&b);
    }
}
END_TEST

START_TEST(arena_keeps_what_it_gave)
{
    enum { PIECES = 3000 };
    rng r = rng_for("arena");
    cx_arena a = {0};
    static unsigned char *pieces[PIECES];
    static size_t sizes[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        sizes[i] = rng_chance(&r, 2) ? rng_below(&r, 40000) : rng_below(&r, 100);
        pieces[i] = cx_arena_alloc(&a, sizes[i]);
        must((uintptr_t)pieces[i] % _Alignof(max_align_t) == 0, "piece %zu is not aligned", i);
        memset(pieces[i], (int)(i & 0xFF), sizes[i]);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < sizes[i]; k++) must(pieces[i][k] == (i & 0xFF), "piece %zu was written over", i);
    cx_str copy = cx_arena_dup(&a, CX_STR("a\0b"));
    ck_assert(cx_str_eq(copy, CX_STR("a\0b")));
    ck_assert_int_eq(copy.p[3], '\0');
    ck_assert_int_eq(*cx_arena_dup(&a, CX_STR_NONE).p, '\0');
    cx_str text = cx_arena_printf(&a, "%s%20000d", "x", 7);
    ck_assert_uint_eq(text.n, 20001);
    ck_assert_int_eq(text.p[20000], '7');
    ck_assert_int_eq(text.p[20001], '\0');
    cx_arena_clear(&a);
    ck_assert_ptr_null(a.block);
    cx_arena_clear(&a);
}
END_TEST

START_TEST(arena_adopts_another)
{
    for (int way = 0; way < 4; way++) { /* each of the two with or without memory */
        cx_arena a = {0}, b = {0};
        const char *x = way & 1 ? cx_arena_printf(&a, "of %s", "a").p : NULL;
        const char *y = way & 2 ? cx_arena_printf(&b, "of %s", "b").p : NULL;
        cx_arena_adopt(&a, &b);
        ck_assert_ptr_null(b.block);
        for (int i = 0; i < 2000; i++) {
            cx_arena_printf(&a, "more %d", i);
            if (i % 100 == 0) cx_arena_printf(&b, "and more %d", i);
        }
        if (x) ck_assert_str_eq(x, "of a");
        if (y) ck_assert_str_eq(y, "of b");
        cx_arena_clear(&a);
        cx_arena_clear(&b);
    }
}
END_TEST

START_TEST(pages_are_zero_and_aligned)
{
    static const size_t counts[] = {0, 1, 63, 64, 65, 40000, 70000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        cx_pages pages = cx_pages_new(counts[i], 64);
        must((uintptr_t)pages.p % 64 == 0, "%zu lines are not aligned", counts[i]);
        for (size_t k = 0; k < counts[i] * 64; k++)
            must(((char *)pages.p)[k] == 0, "byte %zu of %zu lines", k, counts[i]);
        if (counts[i]) memset(pages.p, 1, counts[i] * 64);
        cx_pages_free(&pages);
        cx_pages_free(&pages);
    }
}
END_TEST

struct calls {
    unsigned count[CX_THREADS_MAX];
};

static void count_call(void *context, unsigned i) { ((struct calls *)context)->count[i]++; }

START_TEST(parallel_calls_each_once)
{
    for (unsigned n = 0; n <= CX_THREADS_MAX; n++) {
        struct calls calls = {{0}};
        cx_parallel(n, count_call, &calls);
        for (unsigned i = 0; i < CX_THREADS_MAX; i++)
            must(calls.count[i] == (i < n), "call %u of %u: %u times", i, n, calls.count[i]);
    }
}
END_TEST

START_TEST(vec_grows)
{
    CX_VEC(int) v = {0};
    for (int i = 0; i < 1000; i++) {
        cx_vec_add(&v, i * 3);
        must(v.cap >= v.n, "more items than room");
    }
    for (int i = 0; i < 1000; i++) must(v.items[i] == i * 3, "item %d is %d", i, v.items[i]);
    cx_vec_reserve(&v, 5000);
    ck_assert_uint_ge(v.cap, 5000);
    ck_assert_int_eq(v.items[999], 2997);
    cx_vec_clear(&v);
    ck_assert_ptr_null(v.items);
}
END_TEST

static void exit_7_or_8(cx_fatal kind, const char *what)
{
    (void)what;
    _exit(kind == CX_FATAL_MEMORY ? 7 : 8);
}

START_TEST(calloc_overflow_is_out_of_memory)
{
    cx_on_fatal(exit_7_or_8);
    cx_realloc(NULL, SIZE_MAX / 2, 3);
}
END_TEST

START_TEST(bug_calls_the_handler)
{
    cx_on_fatal(exit_7_or_8);
    cx_bug("on purpose");
}
END_TEST

/* ---- map ---- */

START_TEST(map_numbers_in_insertion_order)
{
    enum { KEYS = 3000, PUTS = 20000 };
    rng r = rng_for("map");
    static char keys[KEYS][40];
    static uint32_t number[KEYS];
    for (size_t i = 0; i < KEYS; i++) {
        /* long and short keys that differ in one place only */
        int n = snprintf(keys[i], sizeof keys[i], "%s%04zu%s", i % 3 ? "" : "a-long-common-prefix/", i,
                         i % 2 ? "" : "/tail");
        ck_assert_int_lt(n, (int)sizeof keys[i]);
        number[i] = CX_MAP_NONE;
    }
    cx_map m = {0};
    ck_assert_uint_eq(cx_map_get(&m, CX_STR("nothing")), CX_MAP_NONE);
    uint32_t next = 0;
    for (size_t i = 0; i < PUTS; i++) {
        size_t k = rng_below(&r, KEYS);
        cx_str key = cx_str_of(keys[k]);
        if (rng_chance(&r, 50)) {
            must(cx_map_get(&m, key) == number[k], "get of '%s'", keys[k]);
        } else {
            if (number[k] == CX_MAP_NONE) number[k] = next++;
            must(cx_map_put(&m, key) == number[k], "put of '%s'", keys[k]);
        }
    }
    ck_assert_uint_eq(m.n, next);
    for (size_t k = 0; k < KEYS; k++)
        if (number[k] != CX_MAP_NONE)
            must(cx_str_is(m.keys[number[k]].key, keys[k]), "key %u is not '%s'", number[k], keys[k]);
    ck_assert_uint_eq(cx_map_put(&m, CX_STR("")), next);
    ck_assert_uint_eq(cx_map_get(&m, CX_STR_NONE), next);
    ck_assert_uint_eq(cx_map_put(&m, CX_STR("a\0b")), next + 1);
    ck_assert_uint_eq(cx_map_get(&m, CX_STR("a\0c")), CX_MAP_NONE);
    cx_map_clear(&m);
    ck_assert_uint_eq(cx_map_get(&m, CX_STR("")), CX_MAP_NONE);
}
END_TEST

static uint64_t hash_of(const char *p, size_t n) { return cx_hash((cx_str){p, n}, cx_fold_str((cx_str){p, n})); }

/* Equal texts have equal hashes wherever they stand; the hash sees every byte. */
START_TEST(hash_sees_every_byte)
{
    char a[64], b[64 + 9];
    for (size_t n = 0; n <= sizeof a; n++) {
        for (size_t i = 0; i < n; i++) a[i] = (char)('a' + i % 26);
        for (size_t shift = 0; shift < 9; shift++) {
            memcpy(b + shift, a, n);
            must(hash_of(a, n) == hash_of(b + shift, n), "length %zu at %zu", n, shift);
            for (size_t i = 0; i < n; i++) {
                b[shift + i] ^= 1;
                must(hash_of(a, n) != hash_of(b + shift, n), "byte %zu of %zu is not seen", i, n);
                b[shift + i] ^= 1;
            }
        }
        if (n) must(hash_of(a, n) != hash_of(a, n - 1), "length %zu is not seen", n);
    }
}
END_TEST

/* Of short texts, length and words tell all. */
START_TEST(fold_tells_short_texts_apart)
{
    rng r = rng_for("fold");
    for (int round = 0; round < 100000; round++) {
        char a[CX_FOLD_MAX], b[CX_FOLD_MAX];
        size_t n = rng_below(&r, sizeof a + 1);
        for (size_t i = 0; i < n; i++) a[i] = b[i] = (char)rng_next(&r);
        if (n && rng_chance(&r, 80)) b[rng_below(&r, n)] ^= (char)(1 << rng_below(&r, 8));
        cx_fold x = cx_fold_str((cx_str){a, n}), y = cx_fold_str((cx_str){b, n});
        must((x.a == y.a && x.b == y.b) == (memcmp(a, b, n) == 0), "'%s' and '%s'", show((cx_str){a, n}),
             show((cx_str){b, n}));
    }
}
END_TEST

/* ---- tables with chains ---- */

/* A key of its own for each number, of 1 to 33 bytes, with bytes above 0x7F. */
static size_t put_chained_key(unsigned number, char *out)
{
    size_t n = (size_t)sprintf(out, "%u", number);
    for (unsigned i = 0; i < number % 29; i++) out[n++] = (char)(0x80 | (number * 3 + i * 5));
    return n;
}

/* The key of each line: most are new, each comes back twice later on; with fewer distinct ones, more often. */
static unsigned chained_number(unsigned line, unsigned distinct)
{
    return (line % 7 >= 5 ? line / 7 : line) % distinct;
}

/* What uthash 2.3.0 itself finds for these keys, all entries of a key one after the other, as a
 * digest of their numbers. The table doubles between two neighbours; of few distinct keys it
 * doubles twice in vain, and then never again. */
static const struct {
    unsigned distinct, lines;
    uint32_t digest;
} uthash_finds[] = {
    {1, 9, 0x18FDA16F},          {1, 10, 0x146617BD},         {1, 99, 0xC2E1D060},        {1, 100, 0x4678FE7D},
    {1, 300, 0x45121C1D},        {1, 1500, 0x8C079BDD},       {2, 18, 0xA0215CB6},        {2, 19, 0xCF27D025},
    {2, 180, 0xBEB955A9},        {2, 181, 0x9CE21A90},        {9, 49, 0x0FFB598B},        {9, 50, 0x4702679B},
    {9, 367, 0xBBD939D6},        {9, 368, 0x98EBF50B},        {40, 95, 0x5D803111},       {40, 96, 0xA9707794},
    {40, 233, 0xFD73EADA},       {40, 234, 0xC4490511},       {100000, 111, 0x7C25F0BD},  {100000, 112, 0xD274B38D},
    {100000, 305, 0xDB0F788B},   {100000, 306, 0xA0379256},   {100000, 652, 0x02231FE3},  {100000, 653, 0xFBDF131D},
    {100000, 1311, 0x341409AC},  {100000, 1312, 0xDB6B15A1},  {100000, 2221, 0x073D8A85}, {100000, 2222, 0xEC5A5108},
    {100000, 3555, 0x6CB73EFD},  {100000, 3556, 0x8E4BF265},  {100000, 6966, 0x155CC542}, {100000, 6967, 0x451BF1EC},
    {100000, 11708, 0x9950EED6}, {100000, 11709, 0x9C29740E},
};

START_TEST(chained_finds_what_uthash_finds)
{
    enum { LINES = 12000, KEY = 40 };
    char(*bytes)[KEY] = calloc(LINES, sizeof *bytes);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < sizeof uthash_finds / sizeof *uthash_finds; i++) {
        cx_chained t = {0};
        uint32_t digest = 0x811C9DC5u;
        unsigned lines = uthash_finds[i].lines, distinct = uthash_finds[i].distinct;
        for (unsigned k = 0; k < lines; k++)
            cx_chained_add(&t, (cx_str){bytes[k], put_chained_key(chained_number(k, distinct), bytes[k])});
        for (unsigned k = 0; k < lines; k++) {
            uint32_t e = cx_chained_find(&t, t.entries.items[k].key);
            for (; e != CX_CHAINED_END; e = cx_chained_next(&t, e)) digest = (digest ^ e) * 0x01000193u;
        }
        must(digest == uthash_finds[i].digest, "%u lines of %u keys: 0x%08X, uthash has 0x%08X", lines, distinct,
             digest, uthash_finds[i].digest);
        cx_chained_clear(&t);
    }
    free(bytes);
}
END_TEST

/* The last one in is found first; at the tenth in one chain the table doubles and the order turns around. */
START_TEST(chained_turns_around)
{
    cx_chained t = {0};
    ck_assert_uint_eq(cx_chained_find(&t, CX_STR("key")), CX_CHAINED_END);
    for (uint32_t n = 1; n <= 12; n++) {
        cx_chained_add(&t, CX_STR("key"));
        uint32_t e = cx_chained_find(&t, CX_STR("key"));
        for (uint32_t i = 0; i < n; i++, e = cx_chained_next(&t, e)) {
            uint32_t last = n - 1 - i; /* the numbers from the last one down */
            uint32_t want = n < 10 || last >= 10 ? last : i - (n - 10);
            must(e == want, "of %u entries the one at %u is %u, want %u", n, i, e, want);
        }
        ck_assert_uint_eq(e, CX_CHAINED_END);
        ck_assert_uint_eq(cx_chained_find(&t, CX_STR("other")), CX_CHAINED_END);
    }
    cx_chained_clear(&t);
    ck_assert(t.chains == NULL && t.entries.n == 0);
    cx_chained_add(&t, CX_STR("")); /* a cleared table is an empty one; no bytes are a key too */
    ck_assert_uint_eq(cx_chained_find(&t, CX_STR_NONE), 0);
    ck_assert_uint_eq(cx_chained_find(&t, CX_STR("key")), CX_CHAINED_END);
    cx_chained_clear(&t);
}
END_TEST

/* These have one hash, of 32 bits, and so one chain in every table. */
START_TEST(chained_keys_of_one_hash)
{
    cx_chained t = {0};
    cx_chained_add(&t, CX_STR("client146214"));
    ck_assert_uint_eq(cx_chained_find(&t, CX_STR("client197494")), CX_CHAINED_END);
    cx_chained_add(&t, CX_STR("client197494"));
    cx_chained_add(&t, CX_STR("client146214"));
    ck_assert_uint_eq(t.entries.items[0].hash, t.entries.items[1].hash);
    ck_assert_uint_eq(cx_chained_find(&t, CX_STR("client197494")), 1);
    ck_assert_uint_eq(cx_chained_next(&t, 1), CX_CHAINED_END);
    ck_assert_uint_eq(cx_chained_find(&t, CX_STR("client146214")), 2);
    ck_assert_uint_eq(cx_chained_next(&t, 2), 0);
    ck_assert_uint_eq(cx_chained_next(&t, 0), CX_CHAINED_END);
    cx_chained_clear(&t);
}
END_TEST

/* Of random keys, some alike in all but the last byte, each walk meets exactly the entries of its key. */
START_TEST(chained_finds_all_of_a_key)
{
    enum { ENTRIES = 1500, LONGEST = 30 };
    rng r = rng_for("chained");
    static char bytes[ENTRIES][LONGEST];
    for (int round = 0; round < 20; round++) {
        cx_chained t = {0};
        size_t twice = 0, count = 1 + rng_below(&r, ENTRIES);
        for (size_t i = 0; i < count; i++) {
            size_t n = rng_below(&r, LONGEST);
            memset(bytes[i], 'k', n);
            if (n) bytes[i][n - 1] = (char)rng_below(&r, 256);
            cx_chained_add(&t, (cx_str){bytes[i], n});
        }
        for (size_t i = 0; i < count; i++) {
            bool met[ENTRIES] = {0};
            cx_str key = t.entries.items[i].key;
            size_t all = 0, walked = 0;
            for (size_t k = 0; k < count; k++) all += cx_str_eq(t.entries.items[k].key, key);
            for (uint32_t e = cx_chained_find(&t, key); e != CX_CHAINED_END; e = cx_chained_next(&t, e)) {
                must(e < count && !met[e] && cx_str_eq(t.entries.items[e].key, key), "entry %u for '%s'", e, show(key));
                met[e] = true;
                walked++;
            }
            must(walked == all, "%zu of %zu entries of '%s'", walked, all, show(key));
            twice += all > 1;
        }
        ck_assert(count < 200 || twice > 0);
        ck_assert_uint_eq(cx_chained_find(&t, CX_STR("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk")), CX_CHAINED_END);
        cx_chained_clear(&t);
    }
}
END_TEST

/* ---- typo ---- */

static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* The definition, in half edits, by trying everything. */
static unsigned slow_distance(const char *a, size_t n, const char *b, size_t m)
{
    if (n == 0) return (unsigned)m * 2;
    if (m == 0) return (unsigned)n * 2;
    char x = a[n - 1], y = b[m - 1];
    unsigned best = slow_distance(a, n - 1, b, m - 1) + (x == y ? 0 : small(x) == small(y) ? 1 : 2);
    unsigned other = slow_distance(a, n - 1, b, m) + 2;
    if (other < best) best = other;
    other = slow_distance(a, n, b, m - 1) + 2;
    if (other < best) best = other;
    if (n > 1 && m > 1 && x == b[m - 2] && y == a[n - 2]) {
        other = slow_distance(a, n - 2, b, m - 2) + 2;
        if (other < best) best = other;
    }
    return best;
}

START_TEST(typo_distance_is_the_definition)
{
    rng r = rng_for("typo");
    for (int round = 0; round < 3000; round++) {
        char a[6], b[6];
        size_t n = rng_below(&r, 7), m = rng_below(&r, 7);
        for (size_t i = 0; i < n; i++) a[i] = rng_pick(&r, ((const char[]){'a', 'b', 'A', 'B', 'c'}));
        for (size_t i = 0; i < m; i++) b[i] = rng_pick(&r, ((const char[]){'a', 'b', 'A', 'B', 'c'}));
        unsigned want = (slow_distance(a, n, b, m) + 1) / 2, have = cx_typo_distance((cx_str){a, n}, (cx_str){b, m});
        must(want == have, "'%s' and '%s': %u, want %u", show((cx_str){a, n}), show((cx_str){b, m}), have, want);
    }
}
END_TEST

START_TEST(typo_near_words)
{
    static const struct {
        const char *a, *b;
        bool near;
    } cases[] = {
        {"topic", "topci", true},
        {"topics", "topic", true},
        {"TOPIC", "topic", true},
        {"raed", "read", true},
        {"reed", "read", true},
        {"rw", "read", false},
        {"wri", "write", true},
        {"readwrit", "readwrite", true},
        {"user", "topic", false},
        {"abc", "xbc", true},
        {"ab", "xb", false},
        {"abc", "xyc", false},
        {"pattern", "topic", false},
        {"a", "a", true},
        {"", "", true},
        {"", "a", false},
        {"readwrxxx", "readwrite", true},
        {"readwxxxx", "readwrite", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        must(cx_typo_near(cx_str_of(cases[i].a), cx_str_of(cases[i].b)) == cases[i].near, "'%s' and '%s'", cases[i].a,
             cases[i].b);
    char word[65];
    memset(word, 'a', sizeof word);
    ck_assert_uint_eq(cx_typo_distance((cx_str){word, 64}, (cx_str){word, 63}), 1);
    ck_assert_uint_eq(cx_typo_distance((cx_str){word, 65}, (cx_str){word, 65}), UINT32_MAX);
}
END_TEST

/* ---- io ---- */

START_TEST(io_reads_whole_files)
{
    rng r = rng_for("io");
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *bytes = malloc(sizes[i] + 1);
        for (size_t k = 0; k < sizes[i]; k++) bytes[k] = (char)rng_next(&r);
        const char *path = unit_path("plain");
        unit_write(path, (cx_str){bytes, sizes[i]});
        cx_buf b;
        cx_error e = {""};
        must(cx_read_file(path, 100000, &b, &e), "%s", e.text);
        ck_assert(cx_str_eq(cx_buf_str(&b), (cx_str){bytes, sizes[i]}));
        ck_assert_int_eq(b.p[b.n], '\0');
        cx_buf_clear(&b);
        if (sizes[i] > 1) ck_assert(!cx_read_file(path, sizes[i] - 1, &b, &e));
        free(bytes);
    }
}
END_TEST

static void refuses(const char *path, const char *why)
{
    cx_buf b = {(char *)1, 1, 1};
    cx_error e = {""};
    must(!cx_read_file(path, 1000, &b, &e), "'%s' is read", path);
    must(strstr(e.text, why) && strncmp(e.text, path, strlen(path)) == 0, "'%s': \"%s\"", path, e.text);
    ck_assert_ptr_null(b.p);
}

START_TEST(io_says_why_it_cannot_read)
{
    refuses(unit_path("missing"), "no such file");
    refuses(unit_path(""), "is a directory");
    const char *loop = unit_path("loop");
    ck_assert_int_eq(symlink(loop, loop), 0);
    refuses(loop, "loop of symbolic links");
    const char *file = unit_path("file");
    unit_write(file, CX_STR("x"));
    refuses(unit_path("file/below"), "not a directory");
    const char *closed = unit_path("closed");
    unit_write(closed, CX_STR("x"));
    ck_assert_int_eq(chmod(closed, 0), 0);
    if (geteuid() != 0) refuses(closed, "permission denied");
    cx_error e = {""};
    cx_buf b;
    char big[2000] = "";
    unit_write(unit_path("big"), (cx_str){big, sizeof big});
    ck_assert(!cx_read_file(unit_path("big"), 1999, &b, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "larger"));
}
END_TEST

START_TEST(io_knows_links_and_folders)
{
    const char *target = unit_path("target"), *link = unit_path("link");
    unit_write(target, CX_STR("x"));
    ck_assert_int_eq(symlink(target, link), 0);
    ck_assert(cx_is_symlink(link));
    ck_assert(!cx_is_symlink(target));
    ck_assert(!cx_is_symlink(unit_path("missing")));
    ck_assert(cx_is_directory(unit_path("")));
    ck_assert(!cx_is_directory(target));
    ck_assert(!cx_is_directory(unit_path("missing")));
    cx_buf b;
    cx_error e;
    ck_assert(cx_read_file(link, 10, &b, &e));
    cx_buf_clear(&b);
}
END_TEST

START_TEST(io_writes_all_and_reads_pipes)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    cx_error e = {""};
    ck_assert(cx_write_all(ends[1], CX_STR("through a pipe"), &e));
    close(ends[1]);
    char path[32];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    cx_buf b;
    must(cx_read_file(path, 1000, &b, &e), "%s", e.text);
    ck_assert(cx_str_is(cx_buf_str(&b), "through a pipe"));
    cx_buf_clear(&b);
    close(ends[0]);
    ck_assert(!cx_write_all(ends[0], CX_STR("x"), &e));
    ck_assert_int_ne(e.text[0], '\0');
}
END_TEST

Suite *suite_base(void)
{
    Suite *s = suite_create("base");
    TCase *t = tcase_create("str");
    tcase_add_test(t, str_compares);
    tcase_add_test(t, str_order_is_total);
    tcase_add_test(t, str_trims_exactly_the_blanks);
    suite_add_tcase(s, t);
    t = tcase_create("utf8");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, utf8_reads_every_code_point);
    tcase_add_test(t, utf8_refuses_all_other_bytes);
    tcase_add_test(t, utf8_refuses_long_forms);
    tcase_add_test(t, utf8_widths);
    suite_add_tcase(s, t);
    t = tcase_create("memory");
    tcase_add_test(t, buf_grows_and_keeps_bytes);
    tcase_add_test(t, buf_put_safe_escapes_what_a_terminal_obeys);
    tcase_add_test(t, buf_put_safe_gives_clean_utf8_for_any_bytes);
    tcase_add_test(t, arena_keeps_what_it_gave);
    tcase_add_test(t, arena_adopts_another);
    tcase_add_test(t, pages_are_zero_and_aligned);
    tcase_add_test(t, parallel_calls_each_once);
    tcase_add_test(t, vec_grows);
    if (unit_forks()) tcase_add_exit_test(t, calloc_overflow_is_out_of_memory, 7);
    if (unit_forks()) tcase_add_exit_test(t, bug_calls_the_handler, 8);
    suite_add_tcase(s, t);
    t = tcase_create("tables");
    tcase_add_test(t, map_numbers_in_insertion_order);
    tcase_add_test(t, hash_sees_every_byte);
    tcase_add_test(t, fold_tells_short_texts_apart);
    tcase_add_test(t, chained_finds_what_uthash_finds);
    tcase_add_test(t, chained_turns_around);
    tcase_add_test(t, chained_keys_of_one_hash);
    tcase_add_test(t, chained_finds_all_of_a_key);
    tcase_add_test(t, typo_distance_is_the_definition);
    tcase_add_test(t, typo_near_words);
    suite_add_tcase(s, t);
    t = tcase_create("io");
    tcase_add_test(t, io_reads_whole_files);
    tcase_add_test(t, io_says_why_it_cannot_read);
    tcase_add_test(t, io_knows_links_and_folders);
    tcase_add_test(t, io_writes_all_and_reads_pipes);
    suite_add_tcase(s, t);
    return s;
}
