/* The 2.0 releases put every entry into a chained hash table (uthash) and do not
 * look for the name first, so a name can be there twice. A new entry goes to the
 * front of its chain, and each time the table doubles every chain is turned around:
 * which of two entries is found depends on the whole file. The table is deterministic
 * (Jenkins' hash without a seed, 32 chains at first, doubled when a chain reaches ten
 * entries for each unit of its allowance), so it is done here once more.
 * Compared with 2.0.11 and 2.0.22 on files of 20 to 20,000 entries. */
#include "formats/passwd/hash_order.h"

enum { FIRST_LOG2 = 5, CHAIN_MOST = 10, END = -1 };

struct chain {
    int head;
    uint32_t count, allowance; /* uthash: expand_mult */
};

struct table {
    struct chain *chains;
    unsigned log2;
    uint32_t items, useless_doublings;
    bool fixed; /* doubling did not help twice running: never again */
    int *next;  /* of each entry, in its chain */
    uint32_t *hash;
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

static struct chain *chain_of(struct table *t, uint32_t hash) { return &t->chains[hash & ((1u << t->log2) - 1)]; }

static void push(struct table *t, struct chain *c, int entry)
{
    t->next[entry] = c->head;
    c->head = entry;
    c->count++;
}

static struct chain *new_chains(unsigned log2)
{
    struct chain *chains = cx_calloc((size_t)1 << log2, sizeof *chains);
    for (size_t i = 0; i < (size_t)1 << log2; i++) chains[i].head = END;
    return chains;
}

static void double_table(struct table *t)
{
    struct chain *old = t->chains;
    size_t old_count = (size_t)1 << t->log2;
    t->log2++;
    t->chains = new_chains(t->log2);
    uint32_t ideal = (t->items >> t->log2) + ((t->items & ((1u << t->log2) - 1)) != 0), over = 0;
    for (size_t i = 0; i < old_count; i++) {
        for (int e = old[i].head; e != END;) {
            int next = t->next[e];
            struct chain *c = chain_of(t, t->hash[e]);
            push(t, c, e);
            if (c->count > ideal) {
                over++;
                if (c->count > c->allowance * ideal) c->allowance++;
            }
            e = next;
        }
    }
    t->useless_doublings = over > t->items / 2 ? t->useless_doublings + 1 : 0;
    t->fixed = t->useless_doublings > 1;
    free(old);
}

static void add(struct table *t, int entry)
{
    t->items++;
    struct chain *c = chain_of(t, t->hash[entry]);
    push(t, c, entry);
    if (c->count >= (c->allowance + 1) * CHAIN_MOST && !t->fixed) double_table(t);
}

const cx_passwd_entry *cx_passwd_first_in_chain(const cx_passwd *pw, cx_str user, const cx_release *release)
{
    cx_targets bit = CX_TARGET_BIT(release);
    struct table t = {.log2 = FIRST_LOG2, .chains = new_chains(FIRST_LOG2)};
    t.next = cx_calloc(pw->entries.n, sizeof *t.next);
    t.hash = cx_calloc(pw->entries.n, sizeof *t.hash);
    for (size_t i = 0; i < pw->entries.n; i++) {
        if (!(pw->entries.items[i].targets & bit)) continue;
        t.hash[i] = jenkins(pw->entries.items[i].user);
        add(&t, (int)i);
    }
    const cx_passwd_entry *found = NULL;
    for (int e = chain_of(&t, jenkins(user))->head; e != END && !found; e = t.next[e]) {
        const cx_passwd_entry *x = &pw->entries.items[e];
        if ((x->usable & bit) && cx_str_eq(x->user, user)) found = x;
    }
    free(t.chains);
    free(t.next);
    free(t.hash);
    return found;
}
