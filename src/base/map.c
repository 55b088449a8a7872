#include "base/map.h"

#include <stdlib.h>

#include "base/alloc.h"

void cx_map_clear(cx_map *m)
{
    free(m->keys);
    free(m->slots);
    *m = (cx_map){0};
}

static void grow(cx_map *m)
{
    struct cx_map_slot *old = m->slots;
    size_t old_count = m->slot_count;
    m->slot_count = old_count ? old_count * 2 : 16;
    m->slots = cx_calloc(m->slot_count, sizeof *m->slots);
    for (size_t i = 0; i < old_count; i++) {
        if (!old[i].number) continue;
        size_t at = old[i].hash & (m->slot_count - 1);
        while (m->slots[at].number) at = (at + 1) & (m->slot_count - 1);
        m->slots[at] = old[i];
    }
    free(old);
}

static bool is_key(const struct cx_map_key *k, cx_str key, cx_fold fold)
{
    if (k->key.n != key.n || k->fold.a != fold.a || k->fold.b != fold.b) return false;
    return key.n <= CX_FOLD_MAX || memcmp(k->key.p, key.p, key.n) == 0;
}

/* The number of KEY; CX_MAP_NONE: not there, and *SLOT is free for it. */
static uint32_t find(const cx_map *m, cx_str key, cx_fold fold, uint32_t hash, size_t *slot)
{
    size_t at = hash & (m->slot_count - 1);
    for (; m->slots[at].number; at = (at + 1) & (m->slot_count - 1))
        if (m->slots[at].hash == hash && is_key(&m->keys[m->slots[at].number - 1], key, fold))
            return m->slots[at].number - 1;
    *slot = at;
    return CX_MAP_NONE;
}

uint32_t cx_map_put(cx_map *m, cx_str key)
{
    if (m->n * 2 >= m->slot_count) grow(m);
    cx_fold fold = cx_fold_str(key);
    uint32_t hash = (uint32_t)cx_hash(key, fold);
    size_t slot = 0;
    uint32_t old = find(m, key, fold, hash, &slot);
    if (old != CX_MAP_NONE) return old;
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->keys = cx_realloc(m->keys, m->cap, sizeof *m->keys);
    }
    m->keys[m->n] = (struct cx_map_key){key, fold};
    m->slots[slot] = (struct cx_map_slot){hash, (uint32_t)++m->n};
    return (uint32_t)m->n - 1;
}

uint32_t cx_map_get(const cx_map *m, cx_str key)
{
    if (m->n == 0) return CX_MAP_NONE;
    cx_fold fold = cx_fold_str(key);
    size_t slot;
    return find(m, key, fold, (uint32_t)cx_hash(key, fold), &slot);
}
