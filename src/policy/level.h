/* One level of a topic or filter as two machine words, for hashing and comparing
 * without a loop over its bytes. */
#ifndef CX_LEVEL_H
#define CX_LEVEL_H

#include <stdint.h>

#include "base/str.h"

enum { CX_LEVEL_WORDS = 16 }; /* bytes of a level that the words hold */

typedef struct cx_level {
    uint64_t a, b; /* its first sixteen bytes, zero behind its end */
    uint32_t len;
} cx_level;

/* The top bit of each byte of X that is '/'. */
static inline uint64_t cx_slashes_in(uint64_t x)
{
    const uint64_t slashes = 0x2F2F2F2F2F2F2F2Fu, low = 0x7F7F7F7F7F7F7F7Fu;
    x ^= slashes;
    return ~(((x & low) + low) | x | low);
}

/* Bytes before the first marked one, in memory order; MARKS is not 0. */
static inline uint32_t cx_bytes_before(uint64_t marks)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (uint32_t)__builtin_ctzll(marks) / 8;
#else
    return (uint32_t)__builtin_clzll(marks) / 8;
#endif
}

/* X with the bytes from the Nth on made zero; N < 8. */
static inline uint64_t cx_first_bytes(uint64_t x, uint32_t n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return x & ~(~(uint64_t)0 << 8 * n);
#else
    return n ? x & ~(~(uint64_t)0 >> 8 * n) : 0;
#endif
}

/* The level of S that begins at byte AT <= s.n. */
static inline cx_level cx_level_at(cx_str s, size_t at)
{
    const char *p = s.p + at;
    char padded[CX_LEVEL_WORDS];
    size_t left = s.n - at;
    if (left < CX_LEVEL_WORDS) {
        memset(padded, '/', sizeof padded);
        memcpy(padded, p, left);
        p = padded;
    }
    uint64_t a, b;
    memcpy(&a, p, 8);
    memcpy(&b, p + 8, 8);
    uint64_t marks = cx_slashes_in(a);
    if (marks) {
        uint32_t len = cx_bytes_before(marks);
        return (cx_level){cx_first_bytes(a, len), 0, len};
    }
    marks = cx_slashes_in(b);
    if (marks) {
        uint32_t len = cx_bytes_before(marks);
        return (cx_level){a, cx_first_bytes(b, len), 8 + len};
    }
    const char *slash = left > CX_LEVEL_WORDS ? memchr(p + CX_LEVEL_WORDS, '/', left - CX_LEVEL_WORDS) : NULL;
    return (cx_level){a, b, (uint32_t)(slash ? (size_t)(slash - p) : left)};
}

/* The hash of a path with one more level, never seen outside. Levels that differ
 * behind their sixteenth byte only share it; whoever looks up compares. */
static inline uint64_t cx_path_hash(uint64_t path, cx_level l)
{
    const uint64_t k = 0x9E3779B97F4A7C15u;
    uint64_t h = (path ^ l.a ^ (uint64_t)l.len << 56) * k;
    h ^= h >> 32;
    h = (h ^ l.b) * k;
    return h ^ h >> 29;
}

#endif
