#include "policy/trie.h"

#include <stdlib.h>

#include "base/hash.h"
#include "policy/match.h"
#include "topic/topic.h"

enum { ROOT = 0, INLINE = 16, NO_EDGE = 0 };

/* A node is known by its parent and the level that leads to it; literal children
 * are found through one open-addressed table, the others through the node. */
struct node {
    uint32_t parent;
    uint32_t hash;      /* of the level */
    uint32_t len;       /* of the level */
    uint32_t least;     /* the lowest rank in this node and below */
    uint32_t end;       /* the rank of the rule that ends here */
    uint32_t rest;      /* the rank of the rule with '#' here */
    uint32_t plus;      /* the child for '+'; ROOT = none */
    uint32_t variables; /* the first edge in trie.edges for %c, %u; NO_EDGE = none */
    union {
        char bytes[INLINE];
        const char *p;
    } level; /* inline when it fits, for one cache line a step */
};

struct edge {
    cx_str level;
    cx_matcher matcher;
    uint32_t child, next;
};

struct cx_trie {
    CX_VEC(struct node) nodes;
    CX_VEC(struct edge) edges; /* [0] is not used */
    uint32_t *table;           /* node numbers, ROOT = free */
    uint32_t mask;
};

static inline uint32_t slot_of(uint32_t parent, uint32_t hash) { return (parent * 0x9E3779B1u) ^ hash; }

static inline uint32_t hash_level(cx_str level)
{
    uint64_t h = cx_hash(level, 0);
    return (uint32_t)(h ^ h >> 32);
}

static inline bool is_level(const struct node *n, uint32_t parent, uint32_t hash, cx_str level)
{
    if (n->parent != parent || n->hash != hash || n->len != level.n) return false;
    return memcmp(level.n <= INLINE ? n->level.bytes : n->level.p, level.p, level.n) == 0;
}

static uint32_t add_node(cx_trie *t, uint32_t parent, uint32_t hash, cx_str level, uint32_t rank)
{
    struct node n = {.parent = parent, .hash = hash, .len = (uint32_t)level.n, .least = rank, .end = CX_RANK_NONE, .rest = CX_RANK_NONE};
    if (level.n > INLINE) n.level.p = level.p;
    else if (level.n) memcpy(n.level.bytes, level.p, level.n);
    cx_vec_add(&t->nodes, n);
    return (uint32_t)t->nodes.n - 1;
}

static void grow_table(cx_trie *t)
{
    size_t size = t->table ? ((size_t)t->mask + 1) * 2 : 64;
    free(t->table);
    t->table = cx_calloc(size, sizeof *t->table);
    t->mask = (uint32_t)size - 1;
    for (uint32_t i = 1; i < t->nodes.n; i++) {
        const struct node *n = &t->nodes.items[i];
        if (n->len == UINT32_MAX) continue; /* not a literal child */
        uint32_t at = slot_of(n->parent, n->hash) & t->mask;
        while (t->table[at] != ROOT) at = (at + 1) & t->mask;
        t->table[at] = i;
    }
}

static uint32_t literal_child(cx_trie *t, uint32_t parent, cx_str level, uint32_t rank)
{
    if (t->nodes.n * 2 > t->mask) grow_table(t);
    uint32_t hash = hash_level(level), at = slot_of(parent, hash) & t->mask;
    for (; t->table[at] != ROOT; at = (at + 1) & t->mask)
        if (is_level(&t->nodes.items[t->table[at]], parent, hash, level)) return t->table[at];
    uint32_t child = add_node(t, parent, hash, level, rank);
    t->table[at] = child;
    return child;
}

/* A child that is not in the table. */
static uint32_t other_child(cx_trie *t, uint32_t parent, uint32_t rank)
{
    uint32_t child = add_node(t, parent, 0, CX_STR(""), rank);
    t->nodes.items[child].len = UINT32_MAX;
    return child;
}

static uint32_t variable_child(cx_trie *t, uint32_t parent, cx_matcher matcher, cx_str level, uint32_t rank)
{
    for (uint32_t e = t->nodes.items[parent].variables; e != NO_EDGE; e = t->edges.items[e].next)
        if (t->edges.items[e].matcher == matcher && cx_str_eq(t->edges.items[e].level, level)) return t->edges.items[e].child;
    uint32_t child = other_child(t, parent, rank);
    struct edge edge = {level, matcher, child, t->nodes.items[parent].variables};
    cx_vec_add(&t->edges, edge);
    t->nodes.items[parent].variables = (uint32_t)t->edges.n - 1;
    return child;
}

/* Ranks come in ascending order, so the first at a place is the lowest. */
static void insert(cx_trie *t, const cx_rule *r, uint32_t rank)
{
    cx_str f = cx_rule_filter(r);
    cx_matcher matcher = (cx_matcher)r->matcher;
    uint32_t node = ROOT;
    for (size_t i = 0;;) {
        const char *slash = memchr(f.p + i, '/', f.n - i);
        cx_str level = cx_str_sub(f, i, (slash ? (size_t)(slash - f.p) : f.n) - i);
        if (level.n == 1 && level.p[0] == '#') {
            if (t->nodes.items[node].rest == CX_RANK_NONE) t->nodes.items[node].rest = rank;
            return;
        }
        if (level.n == 1 && level.p[0] == '+') {
            uint32_t plus = t->nodes.items[node].plus;
            if (plus == ROOT) plus = other_child(t, node, rank);
            t->nodes.items[node].plus = plus;
            node = plus;
        } else if (cx_level_is_variable(matcher, level)) {
            node = variable_child(t, node, matcher, level, rank);
        } else {
            node = literal_child(t, node, level, rank);
        }
        if (!slash) break;
        i += level.n + 1;
    }
    if (t->nodes.items[node].end == CX_RANK_NONE) t->nodes.items[node].end = rank;
}

cx_trie *cx_trie_new(const cx_rule *rules, uint32_t count, uint8_t access, uint8_t skip_guard)
{
    cx_trie *t = cx_calloc(1, sizeof *t);
    add_node(t, ROOT, 0, CX_STR(""), 0);
    struct edge none = {0};
    cx_vec_add(&t->edges, none);
    grow_table(t);
    for (uint32_t i = 0; i < count; i++)
        if ((rules[i].access & access) && !(rules[i].guard & skip_guard)) insert(t, &rules[i], i);
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

bool cx_levels_cut(cx_levels *l, cx_str topic)
{
    if (!cx_topic_ok(topic)) return false;
    l->topic = topic;
    uint32_t n = 0, from = 0;
    for (;;) {
        const char *slash = memchr(topic.p + from, '/', topic.n - from);
        uint32_t to = slash ? (uint32_t)(slash - topic.p) : (uint32_t)topic.n;
        l->start[n] = from;
        l->hash[n++] = hash_level(cx_str_sub(topic, from, to - from));
        from = to + 1;
        if (!slash) break;
    }
    l->start[n] = from;
    l->count = n;
    return true;
}

struct search {
    const cx_trie *t;
    const cx_levels *l;
    const cx_client *client;
    uint32_t best;
};

static inline void better(struct search *s, uint32_t rank)
{
    if (rank < s->best) s->best = rank;
}

static void walk(struct search *s, uint32_t at, uint32_t level);

static void walk_variables(struct search *s, uint32_t first, uint32_t level, bool dollar)
{
    const cx_levels *l = s->l;
    for (uint32_t e = first; e != NO_EDGE; e = s->t->edges.items[e].next) {
        const struct edge *edge = &s->t->edges.items[e];
        if (dollar && edge->matcher == CX_MATCH_LEVEL_VARIABLES) continue;
        size_t end = cx_variable_match(edge->matcher, edge->level, s->client, l->topic, l->start[level]);
        if (end == SIZE_MAX) continue;
        uint32_t next = level + 1;
        while (l->start[next] <= end) next++; /* a client id may fill several levels */
        walk(s, edge->child, next);
    }
}

/* Everything below node AT that matches the levels from LEVEL on. */
static void walk(struct search *s, uint32_t at, uint32_t level)
{
    const struct node *n = &s->t->nodes.items[at];
    if (n->least >= s->best) return;
    const cx_levels *l = s->l;
    bool dollar = at == ROOT && l->topic.p[0] == '$'; /* wildcards do not reach topics with '$' */
    if (!dollar) better(s, n->rest);
    if (level == l->count) {
        better(s, n->end);
        return;
    }
    cx_str text = {l->topic.p + l->start[level], l->start[level + 1] - l->start[level] - 1};
    uint32_t hash = l->hash[level];
    for (uint32_t i = slot_of(at, hash) & s->t->mask; s->t->table[i] != ROOT; i = (i + 1) & s->t->mask) {
        if (!is_level(&s->t->nodes.items[s->t->table[i]], at, hash, text)) continue;
        walk(s, s->t->table[i], level + 1);
        break;
    }
    if (n->plus != ROOT && !dollar) walk(s, n->plus, level + 1);
    if (n->variables != NO_EDGE) walk_variables(s, n->variables, level, dollar);
}

uint32_t cx_trie_find(const cx_trie *t, const cx_levels *levels, const cx_client *client)
{
    struct search s = {t, levels, client, CX_RANK_NONE};
    walk(&s, ROOT, 0);
    return s.best;
}
