/* The random numbers of the broker tests: splitmix64, so that a seed gives the same cases on every machine */
#ifndef BROKER_RNG_H
#define BROKER_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* 0 .. n-1; n is small, so the bias of the remainder does not matter */
static inline size_t rng_below(struct rng *r, size_t n) { return (size_t)(rng_next(r) % n); }

static inline bool rng_chance(struct rng *r, unsigned percent) { return rng_below(r, 100) < percent; }

#define RNG_PICK(r, array) ((array)[rng_below((r), sizeof(array) / sizeof *(array))])

#endif
