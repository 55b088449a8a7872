#include "policy/trie.h"

#include <stdlib.h>

#include "base/hash.h"
#include "policy/match.h"
#include "topic/topic.h"

enum {
    ROOT = 0,
    NO_EDGE = 0,
    INLINE = 16, /* bytes of a level, or of a tail, kept in the node */
};

/* Where rules and wildcards lead from a node. */
struct ways {
    uint32_t end;       /* the rank of the rule that ends here */
    uint32_t rest;      /* the rank of the rule with '#' here */
    uint32_t plus;      /* the child for '+'; ROOT = none */
    uint32_t variables; /* the first edge in trie.edges for %c, %u; NO_EDGE = none */
};

/* A node is known by its parent and the level that leads to it. Literal children
 * are found through one open-addressed table by the hash of their path, the other
 * children through the node.
 *
 * Below a node that only one rule passes through there are no nodes: it keeps the
 * tail of that rule's filter, and `least` is its rank. */
struct node {
    uint32_t parent;
    uint32_t path;     /* hash of the levels from the root to here */
    uint32_t least;    /* the lowest rank in this node and below */
    uint16_t len;      /* of the level */
    uint16_t tail_len; /* 0: no tail, ways counts */
    union {
        char bytes[INLINE];
        const char *p;
    } level;
    union {
        struct ways ways;
        char tail[INLINE]; /* when it fits; else it is read from the rule */
    };
};
_Static_assert(sizeof(struct node) == 48, "a node fills three quarters of a cache line");
_Static_assert(CX_TOPIC_MAX <= UINT16_MAX, "levels and tails fit their lengths");

struct edge {
    cx_str level;
    cx_matcher matcher;
    uint32_t child, next;
};

struct slot {
    uint32_t path, node; /* ROOT = free */
};

struct cx_trie {
    const cx_rule *rules;
    CX_VEC(struct node) nodes;
    CX_VEC(struct edge) edges; /* [0] is not used */
    struct slot *table;
    uint32_t mask;
    size_t in_table;
};

static const struct ways no_ways = {CX_RANK_NONE, CX_RANK_NONE, ROOT, NO_EDGE};

/* The hash of a path with one more level; never seen outside, so any good mix will do. */
static inline uint32_t path_of(uint32_t parent_path, uint32_t level_hash)
{
    return (parent_path ^ level_hash) * 0x9E3779B1u ^ parent_path >> 15;
}

static inline uint32_t hash_level(cx_str level)
{
    uint64_t h = cx_hash(level, 0);
    return (uint32_t)(h ^ h >> 32);
}

__attribute__((noinline)) static bool is_long_level(const struct node *n, const char *text)
{
    return memcmp(n->level.p, text, n->len) == 0;
}

static inline bool is_level(const struct node *n, uint32_t parent, const char *text, size_t len)
{
    if (n->parent != parent || n->len != len) return false;
    return len <= INLINE ? cx_same_bytes(n->level.bytes, text, len) : is_long_level(n, text);
}

static uint32_t add_node(cx_trie *t, uint32_t parent, uint32_t path, cx_str level, uint32_t rank)
{
    struct node n = {.parent = parent, .path = path, .len = (uint16_t)level.n, .least = rank, .ways = no_ways};
    if (level.n > INLINE) n.level.p = level.p;
    else if (level.n) memcpy(n.level.bytes, level.p, level.n);
    cx_vec_add(&t->nodes, n);
    return (uint32_t)t->nodes.n - 1;
}

static void put_slot(cx_trie *t, struct slot slot)
{
    uint32_t at = slot.path & t->mask;
    while (t->table[at].node != ROOT) at = (at + 1) & t->mask;
    t->table[at] = slot;
}

static void grow_table(cx_trie *t)
{
    struct slot *old = t->table;
    size_t old_size = old ? (size_t)t->mask + 1 : 0, size = old ? old_size * 2 : 64;
    t->table = cx_calloc(size, sizeof *t->table);
    t->mask = (uint32_t)size - 1;
    for (size_t i = 0; i < old_size; i++)
        if (old[i].node != ROOT) put_slot(t, old[i]);
    free(old);
}

static uint32_t literal_child(cx_trie *t, uint32_t parent, cx_str level, uint32_t rank)
{
    uint32_t path = path_of(t->nodes.items[parent].path, hash_level(level));
    for (uint32_t at = path & t->mask; t->table[at].node != ROOT; at = (at + 1) & t->mask)
        if (t->table[at].path == path && is_level(&t->nodes.items[t->table[at].node], parent, level.p, level.n))
            return t->table[at].node;
    uint32_t child = add_node(t, parent, path, level, rank);
    if (++t->in_table * 2 > t->mask) grow_table(t);
    put_slot(t, (struct slot){path, child});
    return child;
}

/* Children that hang on the node alone; their path only has to be unlike others. */
static uint32_t other_child(cx_trie *t, uint32_t parent, uint32_t rank)
{
    return add_node(t, parent, path_of(t->nodes.items[parent].path, (uint32_t)t->nodes.n), CX_STR(""), rank);
}

static uint32_t plus_child(cx_trie *t, uint32_t parent, uint32_t rank)
{
    uint32_t plus = t->nodes.items[parent].ways.plus;
    if (plus == ROOT) plus = other_child(t, parent, rank);
    t->nodes.items[parent].ways.plus = plus;
    return plus;
}

static uint32_t variable_child(cx_trie *t, uint32_t parent, cx_matcher matcher, cx_str level, uint32_t rank)
{
    uint32_t first = t->nodes.items[parent].ways.variables;
    for (uint32_t e = first; e != NO_EDGE; e = t->edges.items[e].next)
        if (t->edges.items[e].matcher == matcher && cx_str_eq(t->edges.items[e].level, level))
            return t->edges.items[e].child;
    uint32_t child = other_child(t, parent, rank);
    struct edge edge = {level, matcher, child, first};
    cx_vec_add(&t->edges, edge);
    t->nodes.items[parent].ways.variables = (uint32_t)t->edges.n - 1;
    return child;
}

/* The filter's level at byte *AT; *AT moves behind its slash, or to the end. */
static cx_str take_level(cx_str f, size_t *at)
{
    const char *slash = memchr(f.p + *at, '/', f.n - *at);
    cx_str level = cx_str_sub(f, *at, (slash ? (size_t)(slash - f.p) : f.n) - *at);
    *at = slash ? *at + level.n + 1 : SIZE_MAX;
    return level;
}

static uint32_t child_for(cx_trie *t, uint32_t node, cx_matcher matcher, cx_str level, uint32_t rank)
{
    if (level.n == 1 && level.p[0] == '+') return plus_child(t, node, rank);
    if (cx_level_is_variable(matcher, level)) return variable_child(t, node, matcher, level, rank);
    return literal_child(t, node, level, rank);
}

static cx_str tail_of(const cx_trie *t, const struct node *n)
{
    const cx_rule *r = &t->rules[n->least];
    return cx_str_sub(cx_rule_filter(r), r->filter_len - n->tail_len, n->tail_len);
}

static bool is_rest(cx_str f, size_t at) { return at + 1 == f.n && f.p[at] == '#'; }

/* NODE is new and holds nothing: the rule's filter goes on at AT (SIZE_MAX: it ends). */
static void settle(struct node *n, cx_str f, size_t at, uint32_t rank)
{
    if (at == SIZE_MAX) {
        n->ways.end = rank;
    } else if (at < f.n && is_rest(f, at)) {
        n->ways.rest = rank;
    } else if (at < f.n) {
        n->tail_len = (uint16_t)(f.n - at);
        if (n->tail_len <= INLINE) memcpy(n->tail, f.p + at, n->tail_len);
    }
}

/* A second rule comes through: the tail moves one level down. */
static void push_tail_down(cx_trie *t, uint32_t node)
{
    struct node *n = &t->nodes.items[node];
    uint32_t rank = n->least;
    const cx_rule *r = &t->rules[rank];
    cx_str f = cx_rule_filter(r);
    size_t at = f.n - n->tail_len;
    n->tail_len = 0;
    n->ways = no_ways;
    cx_str level = take_level(f, &at);
    uint32_t child = child_for(t, node, (cx_matcher)r->matcher, level, rank);
    settle(&t->nodes.items[child], f, at, rank);
}

/* Ranks come in ascending order, so the first at a place is the lowest. A filter
 * that ends in an empty level has no bytes left for a tail: its node is made. */
static void insert(cx_trie *t, uint32_t rank)
{
    const cx_rule *r = &t->rules[rank];
    cx_str f = cx_rule_filter(r);
    uint32_t node = ROOT;
    for (size_t at = 0; at != SIZE_MAX;) {
        if (t->nodes.items[node].tail_len) push_tail_down(t, node);
        if (is_rest(f, at)) {
            struct ways *w = &t->nodes.items[node].ways;
            if (w->rest == CX_RANK_NONE) w->rest = rank;
            return;
        }
        size_t before = t->nodes.n;
        node = child_for(t, node, (cx_matcher)r->matcher, take_level(f, &at), rank);
        if (t->nodes.n > before && at != f.n) {
            settle(&t->nodes.items[node], f, at, rank);
            return;
        }
    }
    if (t->nodes.items[node].tail_len) push_tail_down(t, node);
    struct ways *w = &t->nodes.items[node].ways;
    if (w->end == CX_RANK_NONE) w->end = rank;
}

cx_trie *cx_trie_new(const cx_rule *rules, uint32_t count, uint8_t access, uint8_t skip_guard)
{
    cx_trie *t = cx_calloc(1, sizeof *t);
    t->rules = rules;
    add_node(t, ROOT, 0, CX_STR(""), 0);
    struct edge none = {0};
    cx_vec_add(&t->edges, none);
    grow_table(t);
    for (uint32_t i = 0; i < count; i++)
        if ((rules[i].access & access) && !(rules[i].guard & skip_guard)) insert(t, i);
    return t;
}

void cx_trie_free(cx_trie *t)
{
    if (!t) return;
    cx_vec_clear(&t->nodes);
    cx_vec_clear(&t->edges);
    free(t->table);
    free(t);
}

static inline void add_level(cx_levels *l, uint32_t to)
{
    uint32_t from = l->start[l->count];
    l->hash[l->count++] = hash_level(cx_str_sub(l->topic, from, to - from));
    l->start[l->count] = to + 1;
}

void cx_levels_cut(cx_levels *l, cx_str topic)
{
    const uint64_t slashes = 0x2F2F2F2F2F2F2F2Fu, low = 0x7F7F7F7F7F7F7F7Fu;
    l->topic = topic;
    l->count = 0;
    l->start[0] = 0;
    uint32_t i = 0;
    for (; i + 8 <= topic.n; i += 8) {
        uint64_t x;
        memcpy(&x, topic.p + i, 8);
        x ^= slashes;
        x = ~(((x & low) + low) | x | low); /* the top bit of each byte that is '/' */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        for (; x; x &= x - 1) add_level(l, i + (uint32_t)__builtin_ctzll(x) / 8);
#else
        for (uint32_t k = 0; x && k < 8; k++, x <<= 8)
            if (x >> 63) add_level(l, i + k);
#endif
    }
    for (; i < topic.n; i++)
        if (topic.p[i] == '/') add_level(l, i);
    add_level(l, (uint32_t)topic.n);
}

/* What stays the same during one search. */
struct search {
    const struct node *nodes;
    const struct slot *table;
    uint32_t mask;
    const cx_trie *t;
    const cx_levels *l;
    const cx_client *client;
};

static inline uint32_t lower(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint32_t walk(const struct search *s, uint32_t at, uint32_t level, uint32_t best);

/* Seldom taken, and kept out of the way of walk(). */
#define SELDOM __attribute__((noinline))

SELDOM static uint32_t walk_variables(const struct search *s, uint32_t first, uint32_t level, bool dollar, uint32_t best)
{
    const cx_levels *l = s->l;
    for (uint32_t e = first; e != NO_EDGE; e = s->t->edges.items[e].next) {
        const struct edge *edge = &s->t->edges.items[e];
        if (dollar && edge->matcher == CX_MATCH_LEVEL_VARIABLES) continue;
        size_t end = cx_variable_match(edge->matcher, edge->level, s->client, l->topic, l->start[level]);
        if (end == SIZE_MAX) continue;
        uint32_t next = level + 1;
        while (l->start[next] <= end) next++; /* a client id may fill several levels */
        best = walk(s, edge->child, next, best);
    }
    return best;
}

/* The literal child of AT for a level of the topic; ROOT: none. */
static inline uint32_t step(const struct search *s, uint32_t at, uint32_t level)
{
    const cx_levels *l = s->l;
    const char *text = l->topic.p + l->start[level];
    uint32_t len = l->start[level + 1] - l->start[level] - 1;
    uint32_t path = path_of(s->nodes[at].path, l->hash[level]);
    for (uint32_t i = path & s->mask; s->table[i].node != ROOT; i = (i + 1) & s->mask)
        if (s->table[i].path == path && is_level(&s->nodes[s->table[i].node], at, text, len)) return s->table[i].node;
    return ROOT;
}

SELDOM static bool tail_matches(const struct search *s, const struct node *n, uint32_t level)
{
    const cx_levels *l = s->l;
    if (level == l->count) return false; /* a tail of '#' alone is never kept as one */
    const cx_rule *r = &s->t->rules[n->least];
    cx_str rest = cx_str_sub(l->topic, l->start[level], l->topic.n - l->start[level]);
    cx_str tail = n->tail_len <= INLINE ? (cx_str){n->tail, n->tail_len} : tail_of(s->t, n);
    if (r->matcher == CX_MATCH_FILTER) return cx_filter_match_levels(tail, rest);
    return cx_rule_matches_from(r, s->client, l->topic, r->filter_len - tail.n, l->start[level]);
}

SELDOM static uint32_t walk_sideways(const struct search *s, const struct node *n, uint32_t level, bool dollar,
                                     uint32_t best)
{
    if (n->ways.plus != ROOT && !dollar) best = walk(s, n->ways.plus, level + 1, best);
    if (n->ways.variables != NO_EDGE) best = walk_variables(s, n->ways.variables, level, dollar, best);
    return best;
}

/* The lowest rank, below BEST, of what matches from node AT on the levels from LEVEL on. */
static uint32_t walk(const struct search *s, uint32_t at, uint32_t level, uint32_t best)
{
    bool dollar = at == ROOT && s->l->topic.p[0] == '$'; /* wildcards do not reach topics with '$' */
    for (;; level++) {
        const struct node *n = &s->nodes[at];
        if (n->least >= best) return best;
        if (n->tail_len) return tail_matches(s, n, level) ? n->least : best;
        if (!dollar) best = lower(best, n->ways.rest);
        if (level == s->l->count) return lower(best, n->ways.end);
        if (n->ways.plus | n->ways.variables) best = walk_sideways(s, n, level, dollar, best);
        at = step(s, at, level);
        if (at == ROOT) return best;
        dollar = false;
    }
}

uint32_t cx_trie_find(const cx_trie *t, const cx_levels *levels, const cx_client *client)
{
    struct search s = {t->nodes.items, t->table, t->mask, t, levels, client};
    return walk(&s, ROOT, 0, CX_RANK_NONE);
}
