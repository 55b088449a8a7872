/* The table behind cx_conf_name_find: made by compile.c, read by grammar.c, which
 * must agree on where a word goes. */
#ifndef CX_GRAMMAR_NAMES_H
#define CX_GRAMMAR_NAMES_H

#include <stddef.h>
#include <stdint.h>

enum { CX_NAME_SLOT_BITS = 10, CX_NAME_SLOTS = 1 << CX_NAME_SLOT_BITS };

/* Where the word of N > 0 bytes would be. The factor is chosen so that no two
 * spellings share a place; the same on every machine, whatever its byte order. */
static inline unsigned cx_name_slot(const char *word, size_t n, uint64_t factor)
{
    const unsigned char *p = (const unsigned char *)word;
    uint64_t key = (uint64_t)n << 40 | (uint64_t)p[0] << 32 | (uint64_t)p[n / 4] << 24 | (uint64_t)p[n / 2] << 16 |
                   (uint64_t)p[n - 1 - n / 4] << 8 | p[n - 1];
    return (unsigned)(key * factor >> (64 - CX_NAME_SLOT_BITS));
}

extern const uint64_t cx_conf_name_factor;
/* 0: no such word; else the number of the only name it can be, from 1. */
extern const unsigned char cx_conf_name_slots[CX_NAME_SLOTS];
/* The names that are prefixes. */
extern const unsigned char cx_conf_name_prefixes[];
extern const size_t cx_conf_name_prefix_count;

#endif
