/* src/data: the JSON writer, read back with cJSON; where values stand that cJSON has read. */
#include "unit.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "data/json.h"
#include "data/json_places.h"

static cJSON *parse(const cx_buf *b)
{
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(b->p, b->n, &end, 0);
    must(root && end == b->p + b->n, "not JSON: '%s'", show(cx_buf_str(b)));
    return root;
}

START_TEST(json_nests_and_separates)
{
    cx_buf b = {0};
    cx_json j = {&b, false};
    cx_json_object(&j, NULL);
    cx_json_array(&j, "list");
    cx_json_int(&j, NULL, -5);
    cx_json_object(&j, NULL);
    cx_json_end_object(&j);
    cx_json_array(&j, NULL);
    cx_json_end_array(&j);
    cx_json_bool(&j, NULL, true);
    cx_json_null(&j, NULL);
    cx_json_end_array(&j);
    cx_json_str(&j, "text", CX_STR("x"));
    cx_json_str(&j, "empty", CX_STR(""));
    cx_json_str(&j, "none", CX_STR_NONE);
    cx_json_bool(&j, "no", false);
    cx_json_int(&j, "big", 9007199254740991);
    cx_json_end_object(&j);
    must(
        cx_str_is(
            cx_buf_str(&b),
            "{\"list\":[-5,{},[],true,null],\"text\":\"x\",\"empty\":\"\",\"none\":null,\"no\":false,\"big\":9007199254740991}"),
        "%s", show(cx_buf_str(&b)));
    cx_buf_clear(&b);
}
END_TEST

/* Every code point that a string can hold comes back as it was. */
START_TEST(json_strings_come_back)
{
    for (uint32_t cp = 1; cp <= 0x10FFFF; cp = cp < 0x3000 ? cp + 1 : cp + 97) {
        if (cp >= 0xD800 && cp <= 0xDFFF) continue;
        char text[8] = "<";
        size_t n = 1;
        if (cp < 0x80) text[n++] = (char)cp;
        else if (cp < 0x800) text[n++] = (char)(0xC0 | cp >> 6), text[n++] = (char)(0x80 | (cp & 0x3F));
        else if (cp < 0x10000)
            text[n++] = (char)(0xE0 | cp >> 12), text[n++] = (char)(0x80 | (cp >> 6 & 0x3F)),
            text[n++] = (char)(0x80 | (cp & 0x3F));
        else
            text[n++] = (char)(0xF0 | cp >> 18), text[n++] = (char)(0x80 | (cp >> 12 & 0x3F)),
            text[n++] = (char)(0x80 | (cp >> 6 & 0x3F)), text[n++] = (char)(0x80 | (cp & 0x3F));
        text[n++] = '>';
        cx_buf b = {0};
        cx_json j = {&b, false};
        cx_json_str(&j, NULL, (cx_str){text, n});
        for (size_t i = 0; i < b.n; i++)
            must((unsigned char)b.p[i] >= 0x20 && b.p[i] != 0x7F, "U+%04X is not escaped", cp);
        cJSON *root = parse(&b);
        must(strcmp(cJSON_GetStringValue(root), text) == 0, "U+%04X comes back as '%s'", cp,
             showz(cJSON_GetStringValue(root)));
        cJSON_Delete(root);
        cx_buf_clear(&b);
    }
}
END_TEST

/* Any bytes give valid JSON in valid UTF-8, and KEY_b64 has them when they are none. */
START_TEST(json_carries_any_bytes)
{
    rng r = rng_for("json");
    for (int round = 0; round < 5000; round++) {
        char bytes[40];
        size_t n = rng_below(&r, sizeof bytes);
        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)(rng_chance(&r, 30) ? 0x80 + rng_below(&r, 0x80) : 1 + rng_below(&r, 0x7F));
        cx_str s = {bytes, n};
        cx_buf b = {0};
        cx_json j = {&b, false};
        cx_json_object(&j, NULL);
        cx_json_str(&j, "key", s);
        cx_json_end_object(&j);
        must(cx_utf8_valid(cx_buf_str(&b)), "'%s'", show(s));
        cJSON *root = parse(&b);
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(root, "key")),
                   *b64 = cJSON_GetStringValue(cJSON_GetObjectItem(root, "key_b64"));
        must(text, "no string for '%s'", show(s));
        if (cx_utf8_valid(s)) {
            must(!b64 && cx_str_is(s, text), "'%s' comes back as '%s'", show(s), showz(text));
        } else {
            unsigned char back[64];
            must(b64, "no bytes for '%s'", show(s));
            int got = EVP_DecodeBlock(back, (const unsigned char *)b64, (int)strlen(b64));
            must(got >= (int)n && memcmp(back, bytes, n) == 0, "'%s' comes back as %s", show(s), b64);
            must(strstr(text, "\xEF\xBF\xBD"), "no mark for the bytes in '%s'", show(s));
        }
        cJSON_Delete(root);
        cx_buf_clear(&b);
    }
}
END_TEST

START_TEST(json_keeps_nul)
{
    cx_buf b = {0};
    cx_json j = {&b, false};
    cx_json_str(&j, NULL, CX_STR("a\0b"));
    ck_assert(cx_str_is(cx_buf_str(&b), "\"a\\u0000b\""));
    cx_buf_clear(&b);
}
END_TEST

/* ---- places ---- */

enum { PLACES = 4000 };

/* What cx_json_places said, in its order. */
typedef struct places {
    const cJSON *items[PLACES];
    cx_json_place at[PLACES];
    size_t n;
} places;

static void note_place(void *context, const cJSON *item, const cx_json_place *place)
{
    places *p = context;
    must(p->n < PLACES, "too many values");
    p->items[p->n] = item;
    p->at[p->n++] = *place;
}

/* The tree of a text, which may go on behind its first value; TEXT in memory of exactly its size. */
static cJSON *places_of(places *p, cx_str text)
{
    p->n = 0;
    cJSON *root = cJSON_ParseWithLengthOpts(text.p, text.n, NULL, 0);
    must(root, "not JSON: '%s'", show(text));
    cx_json_places(text, root, note_place, p);
    return root;
}

static cx_str slice(cx_str text, uint32_t at, uint32_t len)
{
    must((uint64_t)at + len <= text.n, "%u+%u of %zu bytes", at, len, text.n);
    return cx_str_sub(text, at, len);
}

#define BOM "\xEF\xBB\xBF"

/* A text, and for each of its values the member's name and the value, as they stand there. */
static const struct {
    const char *text;
    const char *values[12]; /* "name:value"; without a name ":value" */
} placed[] = {
    {"1", {":1"}},
    {" \t\r\n-1.5e+3\n", {":-1.5e+3"}},
    {"\"a\"", {":\"a\""}},
    {"null", {":null"}},
    {"{}", {":{"}},
    {"[ ]", {":["}},
    {"[1,2]", {":[", ":1", ":2"}},
    {"[ 1 , 1 ]", {":[", ":1", ":1"}},
    {"{\"a\":1}", {":{", "\"a\":1"}},
    {"{ \"a\" : \"b\" , \"a\" : \"b\" }", {":{", "\"a\":\"b\"", "\"a\":\"b\""}}, /* a name twice */
    {"{\"\":\"\"}", {":{", "\"\":\"\""}},
    {"[[],{},[[]],[{}]]", {":[", ":[", ":{", ":[", ":[", ":[", ":{"}},
    {"{\"a\":{\"b\":[true,false]},\"c\":null}", {":{", "\"a\":{", "\"b\":[", ":true", ":false", "\"c\":null"}},
    /* brackets, commas, colons and quotes in texts */
    {"{\"a]},:\":\"[{,:\"}", {":{", "\"a]},:\":\"[{,:\""}},
    {"[\"\\\"\",\"\\\\\",\"\\\\\\\"]\",2]", {":[", ":\"\\\"\"", ":\"\\\\\"", ":\"\\\\\\\"]\"", ":2"}},
    {"{\"\\\"\\u007b\\\\\":\"\\u005d\"}", {":{", "\"\\\"\\u007b\\\\\":\"\\u005d\""}},
    {"[\"\xC3\xA4\",\"\xFF\",\"a\nb\"]", {":[", ":\"\xC3\xA4\"", ":\"\xFF\"", ":\"a\nb\""}},
    /* what cJSON takes besides JSON: a byte order mark, any control character for a blank, odd numbers */
    {BOM "[1]", {":[", ":1"}},
    {BOM " 7", {":7"}},
    {"\x01[\x02"
     "1\x1F,\x0B\"\x0B\"\x0C]",
     {":[", ":1", ":\"\x0B\""}},
    {"[007,1.,-0]", {":[", ":007", ":1.", ":-0"}},
    /* text behind the value */
    {"[1] [2]", {":[", ":1"}},
    {"{\"a\":1}}", {":{", "\"a\":1"}},
    {"\"a\"\"b\"", {":\"a\""}},
};

START_TEST(json_places_by_hand)
{
    static places p;
    for (size_t i = 0; i < sizeof placed / sizeof *placed; i++) {
        unit_text t;
        unit_text_make(&t, cx_str_of(placed[i].text));
        cx_str text = t.source.text;
        cJSON *root = places_of(&p, text);
        uint32_t from = 0;
        size_t n = 0;
        for (; n < 12 && placed[i].values[n]; n++) {
            cx_buf have = {0};
            must(n < p.n, "'%s': only %zu values", show(text), p.n);
            const cx_json_place *at = &p.at[n];
            if (at->key_len) cx_buf_put(&have, slice(text, at->key_at, at->key_len));
            cx_buf_putc(&have, ':');
            cx_buf_put(&have, slice(text, at->at, at->len));
            must(cx_str_is(cx_buf_str(&have), placed[i].values[n]), "'%s': value %zu is '%s', want '%s'", show(text), n,
                 show(cx_buf_str(&have)), showz(placed[i].values[n]));
            /* of equal ones the next */
            must(at->at >= from && (!at->key_len || at->key_at >= from), "'%s': value %zu at %u", show(text), n,
                 at->at);
            from = at->at + at->len;
            cx_buf_clear(&have);
        }
        must(p.n == n, "'%s': %zu values, want %zu", show(text), p.n, n);
        ck_assert_ptr_eq(p.items[0], root);
        cJSON_Delete(root);
        unit_text_free(&t);
    }
}
END_TEST

/* Texts that would lead a reader astray that does not follow quotes. */
static const char *const odd_texts[] = {"",         "a",        "[1,2]",    "{\"a\": 1}", "\"", "\\",
                                        "\\\"",     ",",        ": 1",      "x\ny\t",     "]",  "}}",
                                        "\xC3\xA4", "\\\\\"},", "\x01\x1F", "null"};

static cJSON *random_scalar(rng *r)
{
    switch (rng_below(r, 5)) {
    case 0: return cJSON_CreateNull();
    case 1: return cJSON_CreateBool(rng_chance(r, 50));
    case 2: return cJSON_CreateNumber((double)rng_below(r, 1000) - 500);
    case 3: return cJSON_CreateNumber(((double)rng_below(r, 1000000) - 500000) * 1e-3 * (rng_chance(r, 30) ? 1e20 : 1));
    default: return cJSON_CreateString(rng_pick(r, odd_texts));
    }
}

/* Members may have one name twice. */
static cJSON *random_tree(rng *r, int depth)
{
    if (depth == 0 || rng_chance(r, 25)) return random_scalar(r);
    bool object = rng_chance(r, 50);
    cJSON *tree = object ? cJSON_CreateObject() : cJSON_CreateArray();
    for (size_t n = rng_below(r, 5); n; n--) {
        cJSON *child = random_tree(r, depth - 1);
        if (object) cJSON_AddItemToObject(tree, rng_pick(r, odd_texts), child);
        else cJSON_AddItemToArray(tree, child);
    }
    return tree;
}

/* A printed tree with other blanks: cJSON's own are few. Those in texts stay. */
static void put_blanks(rng *r, const char *printed, cx_buf *out)
{
    static const char blanks[] = {' ', '\t', '\n', '\r', '\x02', '\0'}; /* any control character, for cJSON */
    bool in_text = false;
    if (printed[1] && rng_chance(r, 20)) cx_buf_puts(out, BOM); /* cJSON wants two bytes behind it */
    for (const char *p = printed; *p; p++) {
        if (!in_text && strchr("{}[],:", *p) && rng_chance(r, 40)) cx_buf_fill(out, rng_pick(r, blanks), 1);
        cx_buf_putc(out, *p);
        if (in_text && *p == '\\') cx_buf_putc(out, *++p);
        else if (*p == '"') in_text = !in_text;
        if (!in_text && strchr("{}[],:", *p) && rng_chance(r, 40)) cx_buf_fill(out, rng_pick(r, blanks), 2);
    }
    if (rng_chance(r, 20)) cx_buf_puts(out, " [\"behind\", 1]");
}

/* The values of a tree in the order they are printed in. */
static void put_items(const cJSON *item, const cJSON **out, size_t *n)
{
    out[(*n)++] = item;
    const cJSON *child;
    cJSON_ArrayForEach(child, item) put_items(child, out, n);
}

/* The text of one value or name, read by cJSON alone. */
static cJSON *read_slice(cx_str text)
{
    cJSON *one = cJSON_ParseWithLengthOpts(text.p, text.n, NULL, 0);
    must(one, "'%s' is no value", show(text));
    return one;
}

/* From byte FROM to byte TO there is nothing but what stands between values; COLONS of it are colons. */
static void check_between(cx_str text, size_t from, size_t to, size_t colons)
{
    must(from <= to && to <= text.n, "from %zu to %zu of %zu bytes", from, to, text.n);
    for (size_t i = from; i < to; i++) {
        must((unsigned char)text.p[i] <= ' ' || strchr("{}[],:", text.p[i]), "byte %zu of '%s' is left out", i,
             show(text));
        colons -= text.p[i] == ':';
    }
    must(colons == 0, "a colon before byte %zu of '%s'", to, show(text));
}

/* Every value is visited once and in order; what stands at its place is that value and at the place
 * of the name that name; and nothing of the text is left out. */
static void check_places(cx_str text, const cJSON *root, const places *p)
{
    static const cJSON *items[PLACES];
    size_t n = 0, end = cx_str_starts(text, CX_STR(BOM)) ? 3 : 0;
    put_items(root, items, &n);
    must(p->n == n, "%zu of %zu values of '%s'", p->n, n, show(text));
    for (size_t i = 0; i < n; i++) {
        const cJSON *item = items[i];
        const cx_json_place *at = &p->at[i];
        must(p->items[i] == item, "value %zu of '%s'", i, show(text));
        must((at->key_len != 0) == (item->string != NULL), "the name of value %zu of '%s'", i, show(text));
        if (at->key_len) {
            check_between(text, end, at->key_at, 0);
            end = at->key_at + at->key_len;
            cJSON *name = read_slice(slice(text, at->key_at, at->key_len));
            must(cJSON_IsString(name) && strcmp(name->valuestring, item->string) == 0, "'%s' is not the name '%s'",
                 show(slice(text, at->key_at, at->key_len)), showz(item->string));
            cJSON_Delete(name);
        }
        check_between(text, end, at->at, at->key_len != 0);
        end = at->at + at->len;
        cx_str own = slice(text, at->at, at->len);
        if (cJSON_IsObject(item) || cJSON_IsArray(item)) {
            must(cx_str_is(own, cJSON_IsObject(item) ? "{" : "["), "value %zu of '%s' at '%s'", i, show(text),
                 show(own));
            continue;
        }
        cJSON *one = read_slice(own);
        must(cJSON_Compare(one, item, true), "value %zu of '%s' at '%s'", i, show(text), show(own));
        must((unsigned char)own.p[own.n - 1] > ' ', "blanks behind value %zu of '%s'", i, show(text));
        cJSON_Delete(one);
    }
}

static size_t count_empty(const cJSON *item)
{
    size_t n = (cJSON_IsObject(item) || cJSON_IsArray(item)) && !item->child;
    const cJSON *child;
    cJSON_ArrayForEach(child, item) n += count_empty(child);
    return n;
}

/* Random trees as cJSON prints them, in lines and in one, and with other blanks. */
START_TEST(json_places_of_random_trees)
{
    rng r = rng_for("places");
    static places p;
    size_t values = 0, names = 0;
    for (int round = 0; round < 3000; round++) {
        cJSON *tree = random_tree(&r, 1 + (int)rng_below(&r, 5));
        char *printed = rng_chance(&r, 50) ? cJSON_Print(tree) : cJSON_PrintUnformatted(tree);
        ck_assert_ptr_nonnull(printed);
        cx_buf other = {0};
        put_blanks(&r, printed, &other);
        cx_str texts[] = {cx_str_of(printed), cx_buf_str(&other)};
        for (int i = 0; i < 2; i++) {
            unit_text t;
            unit_text_make(&t, texts[i]);
            cJSON *root = places_of(&p, t.source.text);
            check_places(t.source.text, root, &p);
            values += p.n;
            for (size_t k = 0; k < p.n; k++) names += p.at[k].key_len != 0;
            cJSON_Delete(root);
            unit_text_free(&t);
        }
        /* all of them are counted, an empty list or object perhaps for two */
        size_t n = 0, count = cx_json_count_values(texts[0]);
        static const cJSON *items[PLACES];
        put_items(tree, items, &n);
        must(count >= n && count <= n + count_empty(tree), "%zu values of '%s' counted, there are %zu", count,
             show(texts[0]), n);
        cx_buf_clear(&other);
        cJSON_free(printed);
        cJSON_Delete(tree);
    }
    must(values > 20000 && names > 5000, "%zu values, %zu with names", values, names);
}
END_TEST

/* As deep as cJSON reads. */
START_TEST(json_places_deep_down)
{
    enum { DEEP = CJSON_NESTING_LIMIT - 1 };
    static places p;
    static char text[2 * DEEP + 2];
    memset(text, '[', DEEP);
    text[DEEP] = '7';
    memset(text + DEEP + 1, ']', DEEP);
    cJSON *root = places_of(&p, (cx_str){text, 2 * DEEP + 1});
    ck_assert_uint_eq(p.n, DEEP + 1);
    for (size_t i = 0; i <= DEEP; i++) must(p.at[i].at == i && p.at[i].len == 1, "value %zu at %u", i, p.at[i].at);
    ck_assert_uint_eq(cx_json_count_values((cx_str){text, 2 * DEEP + 1}), DEEP + 1);
    cJSON_Delete(root);
}
END_TEST

START_TEST(json_counts_values)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {
        {"1", 1},         {"\"a,b,[{\"", 1},
        {"[1]", 2},       {"[1,2,3]", 4},
        {"{\"a\":1}", 2}, {"{\"a,{[\":\"\\\",[{\\\\\",\"b\":[1,2]}", 5},
        {"[[[1]]]", 4},   {"{\"a\":{\"b\":{\"c\":null}}}", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t have = cx_json_count_values(cx_str_of(cases[i].text));
        must(have == cases[i].n, "'%s': %zu, want %zu", cases[i].text, have, cases[i].n);
    }
    /* any text can be counted, and ends where it ends */
    static const char bytes[] = "\"\\{}[],:1 \n";
    rng r = rng_for("counts");
    for (int i = 0; i < 20000; i++) {
        char any[30];
        size_t n = rng_below(&r, sizeof any);
        for (size_t k = 0; k < n; k++) any[k] = bytes[rng_below(&r, sizeof bytes - 1)];
        unit_text t;
        unit_text_make(&t, (cx_str){any, n});
        size_t have = cx_json_count_values(t.source.text);
        must(have >= 1 && have <= n + 1, "'%s': %zu", show(t.source.text), have);
        cJSON *root = cJSON_ParseWithLengthOpts(t.bytes, n, NULL, 1);
        if (root) {
            static const cJSON *items[PLACES];
            size_t want = 0;
            put_items(root, items, &want);
            must(have >= want, "'%s': %zu, not %zu", show(t.source.text), have, want);
            cJSON_Delete(root);
        }
        unit_text_free(&t);
    }
}
END_TEST

Suite *suite_data(void)
{
    Suite *s = suite_create("data");
    TCase *t = tcase_create("json");
    tcase_add_test(t, json_nests_and_separates);
    tcase_add_test(t, json_strings_come_back);
    tcase_add_test(t, json_carries_any_bytes);
    tcase_add_test(t, json_keeps_nul);
    suite_add_tcase(s, t);
    t = tcase_create("places");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, json_places_by_hand);
    tcase_add_test(t, json_places_of_random_trees);
    tcase_add_test(t, json_places_deep_down);
    tcase_add_test(t, json_counts_values);
    suite_add_tcase(s, t);
    return s;
}
