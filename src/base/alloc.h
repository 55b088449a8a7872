/* Memory, and the two ways the library can fail that are nobody's input.
 *
 * Allocation never returns NULL: out of memory and bugs both go to one handler,
 * which must not return (the command line's prints and exits 5). Without a
 * handler the program aborts.
 */
#ifndef CX_ALLOC_H
#define CX_ALLOC_H

#include <stddef.h>

typedef enum { CX_FATAL_MEMORY, CX_FATAL_BUG } cx_fatal;
typedef void cx_fatal_handler(cx_fatal kind, const char *what);

/* Set once, before anything else is called; not thread-safe. */
void cx_on_fatal(cx_fatal_handler *handler);

_Noreturn void cx_bug(const char *what);

void *cx_alloc(size_t size);                /* not zeroed */
void *cx_calloc(size_t count, size_t size); /* zeroed; overflow is out of memory */
void *cx_realloc(void *old, size_t count, size_t size);

/* Like cx_alloc, for memory that will be written from end to end. */
void *cx_alloc_large(size_t size);

/* Zeroed memory for a table that is filled and read here and there; it begins at a
 * cache line. */
typedef struct cx_pages {
    void *p;
    void *block; /* what is freed */
} cx_pages;
cx_pages cx_pages_new(size_t count, size_t size);
void cx_pages_free(cx_pages *pages);

#endif
