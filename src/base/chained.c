/* A new entry goes to the front of its chain, and each time the table doubles every
 * chain is turned around: which of two entries is found depends on all of them. The table
 * is deterministic (Jenkins' hash without a seed, 32 chains at first, doubled when a chain
 * reaches ten entries for each unit of its allowance), so it is done here once more.
 * Compared with 2.0.11 and 2.0.22 on password files of 20 to 20,000 entries. */
#include "base/chained.h"

enum { FIRST_LOG2 = 5, CHAIN_MOST = 10 };

struct cx_chain {
    uint32_t head;
    uint32_t count, allowance; /* uthash: expand_mult */
};

static uint32_t word(const unsigned char *p, size_t n)
{
    uint32_t w = 0;
    for (size_t i = 0; i < n; i++) w += (uint32_t)p[i] << 8 * i;
    return w;
}

static void mix(uint32_t *a, uint32_t *b, uint32_t *c)
{
    static const struct {
        unsigned a, b, c;
    } shift[] = {{13, 8, 13}, {12, 16, 5}, {3, 10, 15}};
    for (int i = 0; i < 3; i++) {
        *a = (*a - *b - *c) ^ *c >> shift[i].a;
        *b = (*b - *c - *a) ^ *a << shift[i].b;
        *c = (*c - *a - *b) ^ *b >> shift[i].c;
    }
}

/* Bob Jenkins' hash of 1996, as the table uses it. */
static uint32_t jenkins(cx_str key)
{
    const unsigned char *p = (const unsigned char *)key.p;
    uint32_t a = 0x9E3779B9u, b = a, c = 0xFEEDBEEFu;
    size_t left = key.n;
    for (; left >= 12; p += 12, left -= 12) {
        a += word(p, 4);
        b += word(p + 4, 4);
        c += word(p + 8, 4);
        mix(&a, &b, &c);
    }
    a += word(p, left < 4 ? left : 4);
    if (left > 4) b += word(p + 4, left < 8 ? left - 4 : 4);
    c += (uint32_t)key.n;
    if (left > 8) c += word(p + 8, left - 8) << 8;
    mix(&a, &b, &c);
    return c;
}

static struct cx_chain *chain_of(const cx_chained *t, uint32_t hash)
{
    return &t->chains[hash & ((1u << t->log2) - 1)];
}

static void push(cx_chained *t, struct cx_chain *c, uint32_t entry)
{
    t->entries.items[entry].next = c->head;
    c->head = entry;
    c->count++;
}

static void new_chains(cx_chained *t, unsigned log2)
{
    t->log2 = log2;
    t->chains = cx_calloc((size_t)1 << log2, sizeof *t->chains);
    for (size_t i = 0; i < (size_t)1 << log2; i++) t->chains[i].head = CX_CHAINED_END;
}

static void double_table(cx_chained *t)
{
    struct cx_chain *old = t->chains;
    size_t old_count = (size_t)1 << t->log2;
    new_chains(t, t->log2 + 1);
    uint32_t items = (uint32_t)t->entries.n, over = 0;
    uint32_t ideal = (items >> t->log2) + ((items & ((1u << t->log2) - 1)) != 0);
    for (size_t i = 0; i < old_count; i++) {
        for (uint32_t e = old[i].head; e != CX_CHAINED_END;) {
            uint32_t next = t->entries.items[e].next;
            struct cx_chain *c = chain_of(t, t->entries.items[e].hash);
            push(t, c, e);
            if (c->count > ideal) {
                over++;
                if (c->count > c->allowance * ideal) c->allowance++;
            }
            e = next;
        }
    }
    t->useless_doublings = over > items / 2 ? t->useless_doublings + 1 : 0;
    t->fixed = t->useless_doublings > 1;
    free(old);
}

void cx_chained_add(cx_chained *t, cx_str key)
{
    if (!t->chains) new_chains(t, FIRST_LOG2);
    struct cx_chained_entry entry = {key, jenkins(key), CX_CHAINED_END};
    cx_vec_add(&t->entries, entry);
    struct cx_chain *c = chain_of(t, entry.hash);
    push(t, c, (uint32_t)t->entries.n - 1);
    if (c->count >= (c->allowance + 1) * CHAIN_MOST && !t->fixed) double_table(t);
}

/* The first entry of KEY from entry E on, in its chain. */
static uint32_t from(const cx_chained *t, uint32_t e, uint32_t hash, cx_str key)
{
    for (; e != CX_CHAINED_END; e = t->entries.items[e].next)
        if (t->entries.items[e].hash == hash && cx_str_eq(t->entries.items[e].key, key)) break;
    return e;
}

uint32_t cx_chained_find(const cx_chained *t, cx_str key)
{
    uint32_t hash = jenkins(key);
    return t->chains ? from(t, chain_of(t, hash)->head, hash, key) : CX_CHAINED_END;
}

uint32_t cx_chained_next(const cx_chained *t, uint32_t entry)
{
    const struct cx_chained_entry *e = &t->entries.items[entry];
    return from(t, e->next, e->hash, e->key);
}

void cx_chained_clear(cx_chained *t)
{
    cx_vec_clear(&t->entries);
    free(t->chains);
    *t = (cx_chained){0};
}
