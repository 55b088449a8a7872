#include "base/map.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"

void cx_map_clear(cx_map *m)
{
    free(m->keys);
    free(m->slots);
    *m = (cx_map){0};
}

static void grow(cx_map *m)
{
    size_t count = m->slot_count ? m->slot_count * 2 : 16;
    free(m->slots);
    m->slots = cx_calloc(count, sizeof *m->slots);
    m->slot_count = count;
    for (size_t i = 0; i < m->n; i++) {
        size_t at = m->keys[i].hash & (count - 1);
        while (m->slots[at]) at = (at + 1) & (count - 1);
        m->slots[at] = (uint32_t)i + 1;
    }
}

static uint32_t find(const cx_map *m, cx_str key, uint32_t hash, size_t *slot)
{
    size_t at = hash & (m->slot_count - 1);
    for (; m->slots[at]; at = (at + 1) & (m->slot_count - 1)) {
        const struct cx_map_key *k = &m->keys[m->slots[at] - 1];
        if (k->hash == hash && cx_str_eq(k->key, key)) return m->slots[at] - 1;
    }
    *slot = at;
    return CX_MAP_NONE;
}

uint32_t cx_map_put(cx_map *m, cx_str key)
{
    if (m->n * 2 >= m->slot_count) grow(m);
    uint32_t hash = (uint32_t)cx_hash(key, 0);
    size_t slot = 0;
    uint32_t old = find(m, key, hash, &slot);
    if (old != CX_MAP_NONE) return old;
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->keys = cx_realloc(m->keys, m->cap, sizeof *m->keys);
    }
    m->keys[m->n] = (struct cx_map_key){key, hash};
    m->slots[slot] = (uint32_t)++m->n;
    return (uint32_t)m->n - 1;
}

uint32_t cx_map_get(const cx_map *m, cx_str key)
{
    size_t slot;
    return m->n ? find(m, key, (uint32_t)cx_hash(key, 0), &slot) : CX_MAP_NONE;
}
