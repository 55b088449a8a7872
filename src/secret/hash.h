/* Password hashes as the releases read and check them (password-file.md 2). */
#ifndef CX_SECRET_HASH_H
#define CX_SECRET_HASH_H

#include "base/str.h"
#include "grammar/grammar.h"

typedef enum { CX_HASH_SHA512, CX_HASH_SHA512_PBKDF2, CX_HASH_ARGON2ID } cx_hash_scheme;

typedef enum {
    CX_HASH_OK,
    CX_HASH_PLAIN,         /* no hash at all: a password in clear */
    CX_HASH_UNKNOWN,       /* looks like a hash of a scheme this release never reads */
    CX_HASH_NOT_IN_TARGET, /* a scheme that came with a later release */
    CX_HASH_NOT_BUILT,     /* argon2id, and the broker is a stock build */
    CX_HASH_ITERATIONS,    /* missing, no number, or below 1 */
    CX_HASH_SALT,          /* missing or not base64 with padding */
    CX_HASH_SALT_LENGTH,   /* a length this release does not read */
    CX_HASH_DIGEST,        /* missing, not base64, or not 64 bytes */
} cx_hash_error;

typedef struct cx_password_hash {
    cx_hash_scheme scheme;
    int iterations;
    unsigned char salt[64];
    size_t salt_len;
    unsigned char digest[64];
    cx_str encoded; /* argon2id: the whole field, a view */
} cx_password_hash;

/* Reads the second field of a password file line. ARGON2: the broker was built with it. */
cx_hash_error cx_hash_read(cx_str field, const cx_release *release, bool argon2, cx_password_hash *out);

/* Is it the hash of PASSWORD? An empty password never is: a broker takes it for none. */
bool cx_hash_check(const cx_password_hash *hash, cx_str password);

/* How many bytes a text in base64 stands for, as the brokers' reader takes it; 0: it is none. */
size_t cx_base64_length(cx_str text);

#endif
