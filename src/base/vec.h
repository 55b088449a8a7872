/* A growing array of any type: CX_VEC(int) v = {0}; cx_vec_add(&v, 7);
 * v.items[i], v.n. cx_vec_clear frees it. Items move when it grows. */
#ifndef CX_VEC_H
#define CX_VEC_H

#include <stdlib.h>

#include "base/alloc.h"

#define CX_VEC(type)   \
    struct {           \
        type *items;   \
        size_t n, cap; \
    }

#define cx_vec_reserve(v, want)                                               \
    do {                                                                      \
        if ((v)->cap < (want)) {                                              \
            size_t cx_cap_ = (v)->cap ? (v)->cap * 2 : 8;                     \
            if (cx_cap_ < (want)) cx_cap_ = (want);                           \
            (v)->items = cx_realloc((v)->items, cx_cap_, sizeof *(v)->items); \
            (v)->cap = cx_cap_;                                               \
        }                                                                     \
    } while (0)

#define cx_vec_add(v, item)            \
    do {                               \
        cx_vec_reserve(v, (v)->n + 1); \
        (v)->items[(v)->n++] = (item); \
    } while (0)

#define cx_vec_clear(v)        \
    do {                       \
        free((v)->items);      \
        (v)->items = NULL;     \
        (v)->n = (v)->cap = 0; \
    } while (0)

#endif
