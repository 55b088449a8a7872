#include "data/json_pool.h"

#include <stdatomic.h>
#include <stddef.h>

#include "base/alloc.h"

enum { BLOCK = 1 << 16, BLOCK_MAX = 16 << 20 };

/* The only things here that are not constant: the hooks get no context. Each thread has a block at hand of its own. */
static _Thread_local struct {
    char *next;
    size_t left, size; /* in the block; of it */
} pool;
static _Atomic(char *) blocks; /* so that all can be found: each begins with the address of the one before */
static int used;

static void *take(size_t n)
{
    n = (n + sizeof(double) - 1) & ~(sizeof(double) - 1);
    if (n > pool.left) {
        size_t size = pool.size == 0 ? BLOCK : pool.size < BLOCK_MAX ? pool.size * 2 : BLOCK_MAX;
        if (size < n + sizeof(char *)) size = n + sizeof(char *);
        char *block = cx_alloc_large(size);
        char **before = (char **)(void *)block;
        *before = atomic_load(&blocks);
        while (!atomic_compare_exchange_weak(&blocks, before, block)) {
        }
        pool.size = size;
        pool.next = block + sizeof(char *);
        pool.left = size - sizeof(char *);
    }
    void *p = pool.next;
    pool.next += n;
    pool.left -= n;
    return p;
}

static void give_back(void *p) { (void)p; }

void cx_json_use_pool(void)
{
    cJSON_Hooks hooks = {take, give_back};
    cJSON_InitHooks(&hooks);
    used = 1;
}

void cx_json_delete(cJSON *tree)
{
    if (!used) cJSON_Delete(tree);
}
