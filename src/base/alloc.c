#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>

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
