/* src/secret: password hashes of each scheme, broken ones, lengths of base64, secrets from files. */
#include "unit.h"

#include <argon2.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "secret/hash.h"
#include "secret/secret.h"

/* Of "pw", salt "saltsaltsalt"; as the brokers' own mosquitto_passwd writes them. */
#define SALT "c2FsdHNhbHRzYWx0"
#define DIGEST6 "upfVVfdk1wuq4oaO0WskiLMD8f29DsnYAbie2XwdOw4NXP6IO55bx2FJikHnOlHKP4NSNTDTTlFFWzDMm6RxhA=="
#define DIGEST7 "LLKkEbEE6A0ZzBgDD1a8DxtZgwjUsWayIyP80udI8/oy/V5JrBisQZnPkSqa7DTcD2GFAT9Bqc/9Z8XDXv/2PA=="
#define SALT64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="

/* Base64 with padding, written out. */
static void base64(const unsigned char *bytes, size_t n, char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        unsigned v = (unsigned)bytes[i] << 16 | (i + 1 < n ? (unsigned)bytes[i + 1] << 8 : 0) |
                     (i + 2 < n ? (unsigned)bytes[i + 2] : 0);
        *out++ = letters[v >> 18];
        *out++ = letters[v >> 12 & 63];
        *out++ = i + 1 < n ? letters[v >> 6 & 63] : '=';
        *out++ = i + 2 < n ? letters[v & 63] : '=';
    }
    *out = '\0';
}

/* The field a broker would write: "$6$…" or, with iterations, "$7$…". */
static void make_hash(char *out, size_t room, const char *password, const unsigned char *salt, size_t salt_n,
                      int iterations)
{
    unsigned char digest[64], together[256];
    char salt64[200], digest64[100];
    size_t n = strlen(password);
    if (iterations) {
        PKCS5_PBKDF2_HMAC(password, (int)n, salt, (int)salt_n, iterations, EVP_sha512(), sizeof digest, digest);
    } else {
        memcpy(together, password, n);
        memcpy(together + n, salt, salt_n);
        EVP_Digest(together, n + salt_n, digest, NULL, EVP_sha512(), NULL);
    }
    base64(salt, salt_n, salt64);
    base64(digest, sizeof digest, digest64);
    if (iterations) snprintf(out, room, "$7$%d$%s$%s", iterations, salt64, digest64);
    else snprintf(out, room, "$6$%s$%s", salt64, digest64);
}

static cx_hash_error read_as(const char *field, size_t release, cx_password_hash *hash)
{
    return cx_hash_read(cx_str_of(field), &cx_releases[release], false, hash);
}

START_TEST(known_hashes)
{
    static const char *const fields[] = {"$6$" SALT "$" DIGEST6, "$7$101$" SALT "$" DIGEST7};
    for (size_t i = 0; i < 2; i++) {
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            cx_password_hash hash;
            cx_hash_error e = read_as(fields[i], release, &hash);
            if (i == 1 && release == MODEL_1_6_15) {
                ck_assert_int_eq(e, CX_HASH_NOT_IN_TARGET);
                continue;
            }
            ck_assert_int_eq(e, CX_HASH_OK);
            ck_assert_int_eq(hash.scheme, i ? CX_HASH_SHA512_PBKDF2 : CX_HASH_SHA512);
            ck_assert_int_eq(hash.iterations, i ? 101 : 0);
            ck_assert_uint_eq(hash.salt_len, 12);
            ck_assert_mem_eq(hash.salt, "saltsaltsalt", 12);
            ck_assert(cx_hash_check(&hash, CX_STR("pw")));
            ck_assert(!cx_hash_check(&hash, CX_STR("pW")));
            if (i == 0) ck_assert(!cx_hash_check(&hash, CX_STR("pw\0"))); /* HMAC pads its key with NUL bytes */
            ck_assert(!cx_hash_check(&hash, CX_STR("p")));
            ck_assert(!cx_hash_check(&hash, CX_STR("")));
        }
    }
}
END_TEST

START_TEST(made_hashes)
{
    rng r = rng_for("hashes");
    for (int round = 0; round < 400; round++) {
        char password[40], other[40], field[512];
        size_t n = 1 + rng_below(&r, 30);
        for (size_t i = 0; i < n; i++) password[i] = (char)(1 + rng_below(&r, 255));
        password[n] = '\0';
        memcpy(other, password, n + 1);
        other[rng_below(&r, n)] ^= 0x40;
        unsigned char salt[64];
        for (size_t i = 0; i < sizeof salt; i++) salt[i] = (unsigned char)rng_next(&r);
        bool wide = rng_chance(&r, 50), pbkdf2 = rng_chance(&r, 50);
        make_hash(field, sizeof field, password, salt, wide ? 64 : 12, pbkdf2 ? 1 + (int)rng_below(&r, 40) : 0);
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            cx_password_hash hash;
            cx_hash_error want = pbkdf2 && release == MODEL_1_6_15 ? CX_HASH_NOT_IN_TARGET
                                 : wide && release != MODEL_2_1_2  ? CX_HASH_SALT_LENGTH
                                                                   : CX_HASH_OK;
            cx_hash_error have = read_as(field, release, &hash);
            must(have == want, "%s: %s is %d, want %d", cx_releases[release].name, field, have, want);
            if (have != CX_HASH_OK) continue;
            must(cx_hash_check(&hash, cx_str_of(password)), "%s: '%s' is not the password of %s",
                 cx_releases[release].name, showz(password), field);
            must(strlen(other) != n || !cx_hash_check(&hash, cx_str_of(other)), "%s: '%s' is a password of %s",
                 cx_releases[release].name, showz(other), field);
        }
    }
}
END_TEST

/* A hash of the empty password checks out for nobody. */
START_TEST(empty_password)
{
    char field[512];
    make_hash(field, sizeof field, "", (const unsigned char *)"saltsaltsalt", 12, 0);
    cx_password_hash hash;
    ck_assert_int_eq(read_as(field, MODEL_2_0_22, &hash), CX_HASH_OK);
    ck_assert(!cx_hash_check(&hash, CX_STR("")));
    ck_assert(!cx_hash_check(&hash, CX_STR_NONE));
}
END_TEST

#define OK CX_HASH_OK
#define SIX "$6$" SALT "$" DIGEST6
#define SEVEN(iterations) "$7$" iterations "$" SALT "$" DIGEST7
#define ZEROS70 "0000000000000000000000000000000000000000000000000000000000000000000000"

/* What 1.6.15, the 2.0 releases and 2.1.2 make of a field. */
static const struct {
    const char *field;
    cx_hash_error in_1_6, in_2_0, in_2_1;
} broken[] = {
    {"", CX_HASH_PLAIN, CX_HASH_PLAIN, CX_HASH_PLAIN},
    {"secret", CX_HASH_PLAIN, CX_HASH_PLAIN, CX_HASH_PLAIN},
    {"$", CX_HASH_PLAIN, CX_HASH_PLAIN, CX_HASH_PLAIN},
    {"$$$", CX_HASH_PLAIN, CX_HASH_PLAIN, CX_HASH_PLAIN},
    {"66", CX_HASH_PLAIN, CX_HASH_PLAIN, CX_HASH_PLAIN},
    {"pa$$word", CX_HASH_PLAIN, CX_HASH_PLAIN, CX_HASH_PLAIN},
    {"$1$abc$def", CX_HASH_UNKNOWN, CX_HASH_UNKNOWN, CX_HASH_UNKNOWN},
    {"$2y$10$abcdefghijklmnopqrstuv", CX_HASH_UNKNOWN, CX_HASH_UNKNOWN, CX_HASH_UNKNOWN},
    {"$argon2i$v=19$m=4096,t=1,p=1$c2FsdHNhbHQ$AAAA", CX_HASH_UNKNOWN, CX_HASH_UNKNOWN, CX_HASH_UNKNOWN},
    {"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA", CX_HASH_NOT_IN_TARGET, CX_HASH_NOT_IN_TARGET, CX_HASH_NOT_BUILT},
    {"$66$" SALT "$" DIGEST6, CX_HASH_UNKNOWN, CX_HASH_UNKNOWN, CX_HASH_UNKNOWN},
    /* fields missing */
    {"$6$", CX_HASH_SALT, CX_HASH_SALT, CX_HASH_SALT},
    {"$6", CX_HASH_SALT, CX_HASH_SALT, CX_HASH_PLAIN},
    {"$6$" SALT, CX_HASH_DIGEST, CX_HASH_DIGEST, CX_HASH_DIGEST},
    {"$6$" SALT "$", CX_HASH_DIGEST, CX_HASH_DIGEST, CX_HASH_DIGEST},
    {"$7$", CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    {"$7$101", CX_HASH_NOT_IN_TARGET, CX_HASH_SALT, CX_HASH_SALT},
    {"$7$101$" SALT, CX_HASH_NOT_IN_TARGET, CX_HASH_DIGEST, CX_HASH_DIGEST},
    {"$7$" SALT "$" DIGEST7, CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    /* base64 */
    {"$6$!!!!$" DIGEST6, CX_HASH_SALT, CX_HASH_SALT, CX_HASH_SALT},
    /* of a group that is not complete nothing is decoded, so without their padding 11 bytes are 9 and 14 are 12 */
    {"$6$c2FsdHNhbHRzYWw$" DIGEST6, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH},
    {"$6$" SALT "eHk$" DIGEST6, OK, OK, OK},
    {"$6$" SALT "$upfVVfdk1wuq4oaO0WskiLMD8f29DsnYAbie2XwdOw4NXP6IO55bx2FJikHnOlHKP4NSNTDTTlFFWzDMm6RxhA",
     CX_HASH_DIGEST, CX_HASH_DIGEST, CX_HASH_DIGEST},
    {"$6$" SALT "$%%%%", CX_HASH_DIGEST, CX_HASH_DIGEST, CX_HASH_DIGEST},
    /* lengths: salts of 11, 13, 16, 63, 64, 65 and 99 bytes, digests of 63 and 66 */
    {"$6$c2FsdHNhbHRzYWw=$" DIGEST6, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH},
    {"$6$c2FsdHNhbHRzYWx0eA==$" DIGEST6, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH},
    {"$6$c2FsdHNhbHRzYWx0c2FsdA==$" DIGEST6, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH},
    {"$6$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+$" DIGEST6,
     CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH},
    {"$6$" SALT64 "$" DIGEST6, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH, OK},
    {"$6$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=$" DIGEST6,
     CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH},
    {"$6$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIS$" DIGEST6,
     CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH, CX_HASH_SALT_LENGTH},
    {"$6$" SALT "$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+", CX_HASH_DIGEST,
     CX_HASH_DIGEST, CX_HASH_DIGEST},
    {"$6$" SALT "$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BB",
     CX_HASH_DIGEST, CX_HASH_DIGEST, CX_HASH_DIGEST},
    /* runs of '$', a missing one, text behind the digest */
    {"6$" SALT "$" DIGEST6, OK, OK, CX_HASH_PLAIN},
    {"$$6$$" SALT "$$" DIGEST6, OK, OK, CX_HASH_UNKNOWN},
    {"$6$$" SALT "$$$" DIGEST6, OK, OK, OK},
    {SIX "$", OK, OK, OK},
    {SIX "$more$and$more", OK, OK, OK},
    {"$6$" SALT "$" DIGEST6 "x", CX_HASH_OK, CX_HASH_OK, CX_HASH_OK},
    {"7$101$" SALT "$" DIGEST7, CX_HASH_NOT_IN_TARGET, OK, CX_HASH_PLAIN},
    /* atoi() */
    {SEVEN("101"), CX_HASH_NOT_IN_TARGET, OK, OK},
    {SEVEN("101abc"), CX_HASH_NOT_IN_TARGET, OK, OK},
    {SEVEN(" 101"), CX_HASH_NOT_IN_TARGET, OK, OK},
    {SEVEN("\t+101"), CX_HASH_NOT_IN_TARGET, OK, OK},
    {SEVEN("0101"), CX_HASH_NOT_IN_TARGET, OK, OK},
    {SEVEN(ZEROS70 "101"), CX_HASH_NOT_IN_TARGET, OK, OK},
    {SEVEN("4294967397"), CX_HASH_NOT_IN_TARGET, OK, OK},
    {SEVEN("0"), CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    {SEVEN("-1"), CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    {SEVEN("x101"), CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    {SEVEN("- 101"), CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    {SEVEN("2147483648"), CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    {SEVEN("4294967296"), CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    {SEVEN("99999999999999999999"), CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    {SEVEN("9223372036854775908"), CX_HASH_NOT_IN_TARGET, CX_HASH_ITERATIONS, CX_HASH_ITERATIONS},
    {SEVEN("9223372032559808613"), CX_HASH_NOT_IN_TARGET, OK, OK},
    {SEVEN("2147483647"), CX_HASH_NOT_IN_TARGET, OK, OK},
    {SEVEN("1"), CX_HASH_NOT_IN_TARGET, OK, OK},
};

START_TEST(broken_forms)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            cx_hash_error want = release == MODEL_1_6_15  ? broken[i].in_1_6
                                 : release == MODEL_2_1_2 ? broken[i].in_2_1
                                                          : broken[i].in_2_0;
            /* a copy of its very size: nothing behind the field may be looked at */
            size_t n = strlen(broken[i].field);
            char *field = malloc(n ? n : 1);
            memcpy(field, broken[i].field, n);
            cx_password_hash hash;
            cx_hash_error have = cx_hash_read((cx_str){field, n}, &cx_releases[release], false, &hash);
            must(have == want, "%s: '%s' is %d, want %d", cx_releases[release].name, broken[i].field, have, want);
            free(field);
        }
    }
}
END_TEST

START_TEST(atoi_values)
{
    static const struct {
        const char *text;
        int value;
    } cases[] = {{"101", 101},
                 {"101abc", 101},
                 {" 101", 101},
                 {"4294967397", 101},
                 {"0x10", 0},
                 {"1", 1},
                 {"2147483647", 2147483647},
                 {"8589934599", 7},
                 {"+5", 5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char field[300];
        snprintf(field, sizeof field, "$7$%s$" SALT "$" DIGEST7, cases[i].text);
        cx_password_hash hash;
        cx_hash_error e = read_as(field, MODEL_2_1_2, &hash);
        must((e == CX_HASH_OK) == (cases[i].value > 0), "'%s' is %d", cases[i].text, e);
        if (e == CX_HASH_OK) ck_assert_int_eq(hash.iterations, cases[i].value);
    }
}
END_TEST

START_TEST(iterations_count)
{
    cx_password_hash hash;
    ck_assert_int_eq(read_as(SEVEN("101"), MODEL_2_0_22, &hash), CX_HASH_OK);
    ck_assert(cx_hash_check(&hash, CX_STR("pw")));
    ck_assert_int_eq(read_as(SEVEN("102"), MODEL_2_0_22, &hash), CX_HASH_OK);
    ck_assert(!cx_hash_check(&hash, CX_STR("pw")));
    ck_assert_int_eq(read_as(SEVEN("4294967397"), MODEL_2_0_22, &hash), CX_HASH_OK);
    ck_assert(cx_hash_check(&hash, CX_STR("pw")));
}
END_TEST

START_TEST(argon2id_of_a_broker_built_with_it)
{
    char field[300];
    ck_assert_int_eq(argon2id_hash_encoded(1, 64, 1, "pw", 2, "saltsaltsaltsalt", 16, 32, field, sizeof field),
                     ARGON2_OK);
    cx_password_hash hash;
    for (size_t release = 0; release < MODEL_2_1_2; release++)
        ck_assert_int_eq(cx_hash_read(cx_str_of(field), &cx_releases[release], true, &hash), CX_HASH_NOT_IN_TARGET);
    ck_assert_int_eq(cx_hash_read(cx_str_of(field), &cx_releases[MODEL_2_1_2], false, &hash), CX_HASH_NOT_BUILT);
    ck_assert_int_eq(cx_hash_read(cx_str_of(field), &cx_releases[MODEL_2_1_2], true, &hash), CX_HASH_OK);
    ck_assert_int_eq(hash.scheme, CX_HASH_ARGON2ID);
    ck_assert(cx_hash_check(&hash, CX_STR("pw")));
    ck_assert(!cx_hash_check(&hash, CX_STR("pq")));
    ck_assert(!cx_hash_check(&hash, CX_STR("")));
    /* loads, and nobody can log in */
    ck_assert_int_eq(cx_hash_read(CX_STR("$argon2id$garbage"), &cx_releases[MODEL_2_1_2], true, &hash), CX_HASH_OK);
    ck_assert(!cx_hash_check(&hash, CX_STR("pw")));
    ck_assert_int_eq(
        cx_hash_read(CX_STR("$argon2i$v=19$m=64,t=1,p=1$c2FsdA$AAAA"), &cx_releases[MODEL_2_1_2], true, &hash),
        CX_HASH_UNKNOWN);
}
END_TEST

START_TEST(secrets_from_files)
{
    static const struct {
        cx_str file, secret;
    } cases[] = {
        {{"", 0}, {"", 0}},           {{"pw", 2}, {"pw", 2}},         {{"pw\n", 3}, {"pw", 2}},
        {{"pw\r\n", 4}, {"pw", 2}},   {{"pw\r", 3}, {"pw", 2}},       {{"\n", 1}, {"", 0}},
        {{"\r\n", 2}, {"", 0}},       {{" p w \n", 6}, {" p w ", 5}}, {{"a\nb\n", 4}, {"a", 1}},
        {{"a\rb\n", 4}, {"a\rb", 3}}, {{"a\0b\n", 4}, {"a\0b", 3}},   {{"\xC3\xA9\n", 3}, {"\xC3\xA9", 2}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = unit_path("secret");
        unit_write(path, cases[i].file);
        cx_buf b;
        cx_error e = {""};
        must(cx_secret_from_file(path, &b, &e), "%s", e.text);
        must(cx_str_eq(cx_buf_str(&b), cases[i].secret), "'%s' gives '%s'", show(cases[i].file), show(cx_buf_str(&b)));
        cx_secret_clear(&b);
        ck_assert_ptr_null(b.p);
    }
    cx_buf b = {0};
    cx_error e;
    ck_assert(!cx_secret_from_file(unit_path("missing"), &b, &e));
    cx_secret_clear(&b);
}
END_TEST

/* ---- base64 ---- */

/* What the brokers call. */
static size_t length_by_bio(cx_str text)
{
    unsigned char out[400];
    if (text.n == 0) return 0;
    BIO *b64 = BIO_new(BIO_f_base64()), *mem = BIO_new_mem_buf(text.p, (int)text.n);
    ck_assert(b64 && mem);
    BIO_set_flags(b64, BIO_FLAGS_BASE64_NO_NL);
    BIO_push(b64, mem);
    int n = BIO_read(b64, out, sizeof out);
    BIO_free_all(b64);
    return n > 0 ? (size_t)n : 0;
}

START_TEST(base64_lengths)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {
        {"", 0},      {"AAAA", 3},     {"AAA=", 2},     {"AA==", 1},     {"AB==", 1}, /* bits to spare */
        {"+/+/", 3},  {"AAAAAAAA", 6}, {"AAAAAAA=", 5}, {"AAAAAA==", 4}, {SALT, 12},
        {SALT64, 64}, {DIGEST7, 64},   {DIGEST6, 64},   {"AAA", 0}, /* of a group that is not whole nothing */
        {"AAAAA", 3}, {"AAAAAA", 3},   {"!!!!", 0},     {"pw", 0},       {"\xFF\xFF\xFF\xFF", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        must(cx_base64_length(cx_str_of(cases[i].text)) == cases[i].n, "'%s': %zu, not %zu", cases[i].text,
             cx_base64_length(cx_str_of(cases[i].text)), cases[i].n);
    unsigned char bytes[200];
    char text[300];
    memset(bytes, 0xA7, sizeof bytes);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        base64(bytes, n, text);
        must(cx_base64_length(cx_str_of(text)) == n, "%zu bytes: %zu", n, cx_base64_length(cx_str_of(text)));
    }
}
END_TEST

/* Texts that are base64, nearly, or not at all: as the brokers' reader has it, which is not the same
 * in every release of OpenSSL. */
START_TEST(base64_lengths_as_openssl)
{
    static const char usual[] = "ABCXYZabcxyz0189+/", strange[] = "-_= \n\r\t.$%!\x01\x7F\x80\xFF";
    rng r = rng_for("base64");
    size_t some = 0, none = 0;
    for (int i = 0; i < 100000; i++) {
        char text[200];
        size_t n = rng_below(&r, rng_chance(&r, 20) ? sizeof text : 20);
        if (rng_chance(&r, 70)) n -= n % 4;
        for (size_t k = 0; k < n; k++) text[k] = usual[rng_below(&r, sizeof usual - 1)];
        for (size_t k = rng_below(&r, 4); k && n; k--) text[n - 1 - rng_below(&r, n < 4 ? n : 4)] = '=';
        for (size_t k = rng_chance(&r, 30) ? rng_below(&r, 4) : 0; k && n; k--)
            text[rng_below(&r, n)] = strange[rng_below(&r, sizeof strange - 1)];
        size_t have = cx_base64_length((cx_str){text, n}), want = length_by_bio((cx_str){text, n});
        must(have == want, "'%s': %zu, OpenSSL says %zu", show((cx_str){text, n}), have, want);
        *(have ? &some : &none) += 1;
    }
    must(some > 20000 && none > 20000, "%zu and %zu", some, none);
}
END_TEST

Suite *suite_secret(void)
{
    Suite *s = suite_create("secret");
    TCase *t = tcase_create("hash");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, known_hashes);
    tcase_add_test(t, made_hashes);
    tcase_add_test(t, empty_password);
    tcase_add_test(t, broken_forms);
    tcase_add_test(t, atoi_values);
    tcase_add_test(t, iterations_count);
    tcase_add_test(t, argon2id_of_a_broker_built_with_it);
    suite_add_tcase(s, t);
    t = tcase_create("base64");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, base64_lengths);
    tcase_add_test(t, base64_lengths_as_openssl);
    suite_add_tcase(s, t);
    t = tcase_create("files");
    tcase_add_test(t, secrets_from_files);
    suite_add_tcase(s, t);
    return s;
}
