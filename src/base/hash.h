/* Short byte strings as two machine words, and a fast hash of any: for tables in
 * memory only, the values are never stored or shown. */
#ifndef CX_HASH_H
#define CX_HASH_H

#include <stdint.h>

#include "base/str.h"

enum { CX_FOLD_MAX = 16 };

/* With its length, all of a string of up to CX_FOLD_MAX bytes: two such strings are
 * equal exactly when lengths and words are. Of a longer one, its two ends. */
typedef struct cx_fold {
    uint64_t a, b;
} cx_fold;

static inline cx_fold cx_fold_str(cx_str s)
{
    cx_fold f = {0, 0};
    if (s.n >= 8) {
        memcpy(&f.a, s.p, 8);
        memcpy(&f.b, s.p + s.n - 8, 8);
    } else if (s.n >= 4) {
        memcpy(&f.a, s.p, 4);
        memcpy(&f.b, s.p + s.n - 4, 4);
    } else if (s.n > 0) {
        const unsigned char *p = (const unsigned char *)s.p;
        f.a = (uint64_t)p[0] << 16 | (uint64_t)p[s.n / 2] << 8 | p[s.n - 1];
    }
    return f;
}

static inline uint64_t cx_hash_mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 u128;
    u128 m = (u128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t cx_hash(cx_str s, cx_fold ends)
{
    const uint64_t k0 = 0x9E3779B97F4A7C15u, k1 = 0xD6E8FEB86659FD93u;
    uint64_t h = k0 ^ s.n * k1;
    for (size_t i = 8; i + 8 < s.n; i += 8) { /* what lies between the ends */
        uint64_t x;
        memcpy(&x, s.p + i, 8);
        h = cx_hash_mix(x ^ k1, h);
    }
    return cx_hash_mix(ends.a ^ k1, ends.b ^ h);
}

#endif
