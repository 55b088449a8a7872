#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
    BLOCK = 8192,
    BLOCK_MAX = 1 << 20
}; /* the next one is twice the last, so that much memory comes in few pieces */

struct cx_arena_block {
    struct cx_arena_block *older;
    alignas(max_align_t) char bytes[];
};

void cx_arena_clear(cx_arena *a)
{
    struct cx_arena_block *b = a->block;
    while (b) {
        struct cx_arena_block *older = b->older;
        free(b);
        b = older;
    }
    *a = (cx_arena){0};
}

void cx_arena_adopt(cx_arena *a, cx_arena *from)
{
    if (!from->block) return;
    if (!a->block) {
        *a = *from;
    } else { /* behind the newest block, which stays the one that is filled */
        struct cx_arena_block *oldest = from->block;
        while (oldest->older) oldest = oldest->older;
        oldest->older = a->block->older;
        a->block->older = from->block;
    }
    *from = (cx_arena){0};
}

void *cx_arena_alloc(cx_arena *a, size_t size)
{
    size_t need = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (need > a->size - a->used) {
        size_t room = a->size < BLOCK ? BLOCK : a->size < BLOCK_MAX ? a->size * 2 : BLOCK_MAX;
        if (room < need) room = need;
        struct cx_arena_block *b = cx_alloc_large(sizeof *b + room);
        b->older = a->block;
        a->block = b;
        a->used = 0;
        a->size = room;
    }
    void *p = a->block->bytes + a->used;
    a->used += need;
    return p;
}

void *cx_arena_calloc(cx_arena *a, size_t size) { return memset(cx_arena_alloc(a, size), 0, size); }

cx_str cx_arena_dup(cx_arena *a, cx_str s)
{
    char *p = cx_arena_alloc(a, s.n + 1);
    if (s.n) memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return (cx_str){p, s.n};
}

cx_str cx_arena_join(cx_arena *a, cx_str first, cx_str second)
{
    char *p = cx_arena_alloc(a, first.n + second.n + 1);
    if (first.n) memcpy(p, first.p, first.n);
    if (second.n) memcpy(p + first.n, second.p, second.n);
    p[first.n + second.n] = '\0';
    return (cx_str){p, first.n + second.n};
}

cx_str cx_arena_printf(cx_arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) cx_bug("vsnprintf failed");
    char *p = cx_arena_alloc(a, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return (cx_str){p, (size_t)n};
}
