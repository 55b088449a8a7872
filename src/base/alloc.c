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

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

enum { PAGE = 4096, LARGE_PAGE = 2 << 20 };

/* Memory that will be written from end to end: in large pages where one fits, and
 * all of it fetched from the system at once, since thousands of page faults cost
 * more than the work. Where the system knows neither, nothing is lost. */
static void prepare(void *p, size_t size)
{
    if (size < LARGE_PAGE / 4) return;
    uintptr_t from = (uintptr_t)p, to = from + size;
    uintptr_t large = (from + LARGE_PAGE - 1) & ~(uintptr_t)(LARGE_PAGE - 1),
              page = (from + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    if (large + LARGE_PAGE <= to) madvise((void *)large, (to - large) & ~(uintptr_t)(LARGE_PAGE - 1), MADV_HUGEPAGE);
    madvise((void *)page, (to - page) & ~(uintptr_t)(PAGE - 1), MADV_POPULATE_WRITE);
}

void *cx_alloc_large(size_t size)
{
    void *p = cx_alloc(size);
    prepare(p, size);
    return p;
}

cx_pages cx_pages_new(size_t count, size_t size)
{
    const size_t line = 64;
    if (size && count > (SIZE_MAX - LARGE_PAGE) / size) fatal(CX_FATAL_MEMORY, "out of memory");
    size_t total = count * size, align = total < LARGE_PAGE ? line : LARGE_PAGE;
    cx_pages pages = {NULL, calloc(1, total + align)}; /* what calloc takes fresh from the system it need not clear */
    if (!pages.block) fatal(CX_FATAL_MEMORY, "out of memory");
    uintptr_t start = ((uintptr_t)pages.block + align - 1) & ~(uintptr_t)(align - 1);
    pages.p = (void *)start;
    prepare(pages.p, total);
    return pages;
}

void cx_pages_free(cx_pages *pages)
{
    free(pages->block);
    *pages = (cx_pages){0};
}
