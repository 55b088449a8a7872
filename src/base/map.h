/* Names to small numbers: the first name put in is 0, the next new one 1, …, so
 * iterating 0 … n-1 is insertion order. Keys are views; their bytes must outlive
 * the map. */
#ifndef CX_MAP_H
#define CX_MAP_H

#include <stdint.h>

#include "base/hash.h"
#include "base/str.h"

#define CX_MAP_NONE UINT32_MAX

typedef struct cx_map {
    struct cx_map_key {
        cx_str key;
        cx_fold fold; /* so that short keys are compared without fetching their bytes */
    } * keys;
    struct cx_map_slot {
        uint32_t hash, number; /* number + 1, 0 = free */
    } * slots;
    size_t n, cap, slot_count;
} cx_map;

void cx_map_clear(cx_map *m);
uint32_t cx_map_put(cx_map *m, cx_str key);       /* the old number when it is there already */
uint32_t cx_map_get(const cx_map *m, cx_str key); /* CX_MAP_NONE: not there */

#endif
