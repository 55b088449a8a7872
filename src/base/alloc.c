#define _DEFAULT_SOURCE /* madvise */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
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

enum { LARGE_PAGE = 2 << 20 };

void *cx_alloc_large(size_t size)
{
    char *p = cx_alloc(size);
    uintptr_t start = ((uintptr_t)p + LARGE_PAGE - 1) & ~(uintptr_t)(LARGE_PAGE - 1), end = (uintptr_t)p + size;
    if (size >= 4 * (size_t)LARGE_PAGE && start < end)
        madvise((void *)start, (end - start) & ~(uintptr_t)(LARGE_PAGE - 1), MADV_HUGEPAGE);
    return p;
}

cx_pages cx_pages_new(size_t count, size_t size)
{
    const size_t large = (size_t)2 << 20, line = 64;
    if (size && count > (SIZE_MAX - large) / size) fatal(CX_FATAL_MEMORY, "out of memory");
    size_t total = count * size, align = total < large ? line : large;
    cx_pages pages = {NULL, calloc(1, total + align)}; /* what calloc takes fresh from the system it need not clear */
    if (!pages.block) fatal(CX_FATAL_MEMORY, "out of memory");
    uintptr_t start = ((uintptr_t)pages.block + align - 1) & ~(uintptr_t)(align - 1);
    pages.p = (void *)start;
    if (align == large) madvise(pages.p, total & ~(large - 1), MADV_HUGEPAGE);
    return pages;
}

void cx_pages_free(cx_pages *pages)
{
    free(pages->block);
    *pages = (cx_pages){0};
}
