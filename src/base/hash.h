/* A fast hash of short byte strings, for tables in memory only: its values are
 * never stored or shown. */
#ifndef CX_HASH_H
#define CX_HASH_H

#include <stdint.h>

#include "base/str.h"

static inline uint64_t cx_hash_mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 u128;
    u128 m = (u128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t cx_hash(cx_str s, uint64_t seed)
{
    const uint64_t k0 = 0x9E3779B97F4A7C15u, k1 = 0xD6E8FEB86659FD93u;
    uint64_t h = seed ^ k0 ^ s.n * k1, a = 0, b = 0;
    const char *p = s.p;
    size_t n = s.n;
    for (; n > 16; p += 16, n -= 16) {
        memcpy(&a, p, 8);
        memcpy(&b, p + 8, 8);
        h = cx_hash_mix(a ^ k1, b ^ h);
    }
    if (n >= 8) {
        memcpy(&a, p, 8);
        memcpy(&b, p + n - 8, 8);
    } else if (n >= 4) {
        uint32_t x, y;
        memcpy(&x, p, 4);
        memcpy(&y, p + n - 4, 4);
        a = x;
        b = y;
    } else if (n > 0) {
        a = (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 | (unsigned char)p[n - 1];
    }
    return cx_hash_mix(a ^ k1, b ^ h);
}

/* memcmp() == 0 for the at most 16 bytes a short name or level has, without the call. */
static inline bool cx_same_bytes(const char *x, const char *y, size_t n)
{
    uint64_t a = 0, b = 0, c = 0, d = 0;
    if (n >= 8) {
        memcpy(&a, x, 8);
        memcpy(&b, y, 8);
        memcpy(&c, x + n - 8, 8);
        memcpy(&d, y + n - 8, 8);
    } else if (n >= 4) {
        memcpy(&a, x, 4);
        memcpy(&b, y, 4);
        memcpy(&c, x + n - 4, 4);
        memcpy(&d, y + n - 4, 4);
    } else {
        for (size_t i = 0; i < n; i++)
            if (x[i] != y[i]) return false;
    }
    return ((a ^ b) | (c ^ d)) == 0;
}

#endif
