#include "secret/hash.h"

#include <argon2.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { DIGEST_LEN = 64 };

/* strtok(…, "$"): the next run of other bytes. */
static cx_str next_field(cx_str *rest)
{
    while (rest->n && rest->p[0] == '$') *rest = cx_str_sub(*rest, 1, rest->n - 1);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != '$') n++;
    cx_str field = cx_str_sub(*rest, 0, n);
    *rest = cx_str_sub(*rest, n, rest->n - n);
    return field;
}

/* 0: a byte of the alphabet; so that many can be looked at with one test. */
static const unsigned char not_base64[256] = {
#define X16 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
    X16, X16, 1,   1,   1,   1,   1,   1,   1, 1, 1, 1, 1, 0, 1, 1, 1, 0, /* + / */
    0,   0,   0,   0,   0,   0,   0,   0,   0, 0, 1, 1, 1, 1, 1, 1,       /* 0-9 */
    1,   0,   0,   0,   0,   0,   0,   0,   0, 0, 0, 0, 0, 0, 0, 0,       /* A-Z */
    0,   0,   0,   0,   0,   0,   0,   0,   0, 0, 0, 1, 1, 1, 1, 1,       /* … */
    1,   0,   0,   0,   0,   0,   0,   0,   0, 0, 0, 0, 0, 0, 0, 0,       /* a-z */
    0,   0,   0,   0,   0,   0,   0,   0,   0, 0, 0, 1, 1, 1, 1, 1,       /* … */
    X16, X16, X16, X16, X16, X16, X16, X16,
#undef X16
};

/* How many bytes a text in plain base64 stands for; 0: it is anything else. */
static size_t plain_base64(cx_str text)
{
    if (text.n == 0 || text.n % 4) return 0;
    size_t pads = text.p[text.n - 1] != '=' ? 0 : text.p[text.n - 2] != '=' ? 1 : 2;
    unsigned strange = 0;
    for (size_t i = 0; i < text.n - pads; i++) strange |= not_base64[(unsigned char)text.p[i]];
    return strange ? 0 : text.n / 4 * 3 - pads;
}

/* The very reader the broker uses, so that its leniency is the same; what is no
 * leniency goes the short way. */
static size_t decode64(cx_str text, unsigned char *out, size_t room)
{
    if (text.n == 0 || text.n > INT_MAX) return 0;
    unsigned char block[96];
    size_t plain = plain_base64(text);
    if (plain && plain + 2 <= sizeof block) {
        if (EVP_DecodeBlock(block, (const unsigned char *)text.p, (int)text.n) < 0) return 0;
        if (plain <= room) memcpy(out, block, plain);
        return plain;
    }
    BIO *b64 = BIO_new(BIO_f_base64()), *mem = BIO_new_mem_buf(text.p, (int)text.n);
    unsigned char *all = cx_alloc(text.n);
    if (!b64 || !mem) cx_bug("no base64 reader");
    BIO_set_flags(b64, BIO_FLAGS_BASE64_NO_NL);
    BIO_push(b64, mem);
    int n = BIO_read(b64, all, (int)text.n);
    BIO_free_all(b64);
    if (n > 0 && (size_t)n <= room) memcpy(out, all, (size_t)n);
    free(all);
    return n > 0 ? (size_t)n : 0;
}

size_t cx_base64_length(cx_str text)
{
    size_t plain = plain_base64(text);
    return plain ? plain : decode64(text, NULL, 0);
}

static bool salt_length_ok(const cx_release *release, size_t n)
{
    return n == 12 || (n == 64 && cx_behaves(release, CX_B_PASSWD_SALT) == CX_PASSWD_SALT_TWELVE_OR_64);
}

/* atoi() of a broker on a 64-bit machine: a long that stops at its limits, cut to an int. */
static int to_int(cx_str field)
{
    size_t i = 0;
    while (i < field.n && cx_is_space(field.p[i])) i++;
    bool minus = i < field.n && field.p[i] == '-';
    if (i < field.n && (field.p[i] == '-' || field.p[i] == '+')) i++;
    int64_t value = 0;
    bool over = false;
    for (; i < field.n && field.p[i] >= '0' && field.p[i] <= '9'; i++) {
        over |= __builtin_mul_overflow(value, 10, &value);
        over |= __builtin_add_overflow(value, (minus ? -1 : 1) * (field.p[i] - '0'), &value);
    }
    if (over) value = minus ? INT64_MIN : INT64_MAX;
    return (int)(uint32_t)(uint64_t)value;
}

static cx_hash_error read_fields(cx_str rest, const cx_release *release, cx_password_hash *out)
{
    if (out->scheme == CX_HASH_SHA512_PBKDF2) {
        cx_str iterations = next_field(&rest);
        out->iterations = iterations.n ? to_int(iterations) : 0;
        if (out->iterations < 1) return CX_HASH_ITERATIONS;
    }
    out->salt_len = decode64(next_field(&rest), out->salt, sizeof out->salt);
    if (out->salt_len == 0) return CX_HASH_SALT;
    if (!salt_length_ok(release, out->salt_len)) return CX_HASH_SALT_LENGTH;
    size_t n = decode64(next_field(&rest), out->digest, sizeof out->digest);
    return n == DIGEST_LEN ? CX_HASH_OK : CX_HASH_DIGEST;
}

static bool looks_like_hash(cx_str field)
{
    return field.n > 3 && field.p[0] == '$' && memchr(field.p + 1, '$', field.n - 1) != NULL;
}

static cx_hash_error read_argon2id(cx_str field, const cx_release *release, bool argon2, cx_password_hash *out)
{
    if (cx_behaves(release, CX_B_PASSWD_ARGON2ID) == CX_PASSWD_ARGON2ID_NO) return CX_HASH_NOT_IN_TARGET;
    if (!argon2) return CX_HASH_NOT_BUILT;
    out->scheme = CX_HASH_ARGON2ID;
    out->encoded = field;
    return CX_HASH_OK;
}

cx_hash_error cx_hash_read(cx_str field, const cx_release *release, bool argon2, cx_password_hash *out)
{
    *out = (cx_password_hash){0};
    if (cx_str_starts(field, CX_STR("$argon2id$"))) return read_argon2id(field, release, argon2, out);
    if (cx_behaves(release, CX_B_PASSWD_HASH_PREFIX) == CX_PASSWD_HASH_PREFIX_STRICT &&
        !cx_str_starts(field, CX_STR("$6$")) && !cx_str_starts(field, CX_STR("$7$")))
        return looks_like_hash(field) ? CX_HASH_UNKNOWN : CX_HASH_PLAIN;
    cx_str rest = field, scheme = next_field(&rest);
    if (cx_str_is(scheme, "6")) out->scheme = CX_HASH_SHA512;
    else if (cx_str_is(scheme, "7")) out->scheme = CX_HASH_SHA512_PBKDF2;
    else return looks_like_hash(field) ? CX_HASH_UNKNOWN : CX_HASH_PLAIN;
    if (out->scheme == CX_HASH_SHA512_PBKDF2 && cx_behaves(release, CX_B_PASSWD_PBKDF2) == CX_PASSWD_PBKDF2_NO)
        return CX_HASH_NOT_IN_TARGET;
    return read_fields(rest, release, out);
}

static bool sha512(const cx_password_hash *hash, cx_str password, unsigned char *digest)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    unsigned int n = 0;
    bool ok = md && EVP_DigestInit_ex(md, EVP_sha512(), NULL) == 1 &&
              EVP_DigestUpdate(md, password.p, password.n) == 1 &&
              EVP_DigestUpdate(md, hash->salt, hash->salt_len) == 1 && EVP_DigestFinal_ex(md, digest, &n) == 1;
    EVP_MD_CTX_free(md);
    return ok && n == DIGEST_LEN;
}

static bool argon2id(const cx_password_hash *hash, cx_str password)
{
    char *encoded = cx_alloc(hash->encoded.n + 1);
    memcpy(encoded, hash->encoded.p, hash->encoded.n);
    encoded[hash->encoded.n] = '\0';
    bool ok = argon2id_verify(encoded, password.p, password.n) == ARGON2_OK;
    free(encoded);
    return ok;
}

bool cx_hash_check(const cx_password_hash *hash, cx_str password)
{
    if (password.n == 0 || password.n > INT_MAX) return false;
    if (hash->scheme == CX_HASH_ARGON2ID) return argon2id(hash, password);
    unsigned char digest[DIGEST_LEN];
    bool made = hash->scheme == CX_HASH_SHA512
                    ? sha512(hash, password, digest)
                    : PKCS5_PBKDF2_HMAC(password.p, (int)password.n, hash->salt, (int)hash->salt_len, hash->iterations,
                                        EVP_sha512(), DIGEST_LEN, digest) == 1;
    bool same = made && CRYPTO_memcmp(digest, hash->digest, DIGEST_LEN) == 0;
    OPENSSL_cleanse(digest, sizeof digest);
    return same;
}
