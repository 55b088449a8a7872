#define _DEFAULT_SOURCE /* madvise */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static cx_fatal_handler *fatal_handler;

void cx_on_fatal(cx_fatal_handler *handler) { fatal_handler = handler; }

static _Noreturn void fatal(cx_fatal kind, const char *what)
{
    if (fatal_handler) fatal_handler(kind, what);
    abort();
}

void cx_bug(const char *what) { fatal(CX_FATAL_BUG, what); }

void *cx_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p) fatal(CX_FATAL_MEMORY, "out of memory");
    return p;
}

void *cx_calloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p) fatal(CX_FATAL_MEMORY, "out of memory");
    return p;
}

void *cx_realloc(void *old, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) fatal(CX_FATAL_MEMORY, "out of memory");
    size_t total = count * size;
    void *p = realloc(old, total ? total : 1);
    if (!p) fatal(CX_FATAL_MEMORY, "out of memory");
    return p;
}

void *cx_calloc_pages(size_t count, size_t size)
{
    const size_t page = (size_t)2 << 20;
    if (size && count > (SIZE_MAX - page) / size) fatal(CX_FATAL_MEMORY, "out of memory");
    size_t total = count * size;
    if (total < page) {
        void *small = aligned_alloc(64, (total + 63) / 64 * 64);
        if (!small) fatal(CX_FATAL_MEMORY, "out of memory");
        return memset(small, 0, total);
    }
    total = (total + page - 1) / page * page;
    void *p = aligned_alloc(page, total);
    if (!p) fatal(CX_FATAL_MEMORY, "out of memory");
    madvise(p, total, MADV_HUGEPAGE);
    return memset(p, 0, total);
}
