/* src/data: the JSON writer, read back with cJSON. */
#include "unit.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "data/json.h"

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

Suite *suite_data(void)
{
    Suite *s = suite_create("data");
    TCase *t = tcase_create("json");
    tcase_add_test(t, json_nests_and_separates);
    tcase_add_test(t, json_strings_come_back);
    tcase_add_test(t, json_carries_any_bytes);
    tcase_add_test(t, json_keeps_nul);
    suite_add_tcase(s, t);
    return s;
}
