/* Memory that is given back all at once: one arena for a document and what is
 * derived from it. cx_arena_clear frees everything; pointers never move. */
#ifndef CX_ARENA_H
#define CX_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/str.h"

typedef struct cx_arena {
    struct cx_arena_block *block;
    size_t used, size; /* of the newest block */
} cx_arena;

void cx_arena_clear(cx_arena *a);
/* Everything in FROM becomes A's; FROM is empty then. */
void cx_arena_adopt(cx_arena *a, cx_arena *from);
void *cx_arena_alloc(cx_arena *a, size_t size); /* aligned for any type, not zeroed */
void *cx_arena_calloc(cx_arena *a, size_t size);
cx_str cx_arena_dup(cx_arena *a, cx_str s);                     /* a copy, followed by a NUL byte */
cx_str cx_arena_join(cx_arena *a, cx_str first, cx_str second); /* one behind the other, and a NUL byte */
cx_str cx_arena_printf(cx_arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
