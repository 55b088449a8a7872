#include "policy/trie.h"

#include <stdlib.h>

#include "policy/level.h"
#include "policy/match.h"
#include "topic/topic.h"

enum {
    INLINE = 32, /* bytes of a tail kept in the node */
    NO_EDGE = 0,
};

/* Where rules and wildcards lead from a node. */
struct ways {
    uint32_t end;       /* the rank of the rule that ends here */
    uint32_t rest;      /* the rank of the rule with '#' here */
    uint32_t plus;      /* the id of the child for '+'; 0 = none */
    uint32_t variables; /* the first edge in trie.edges for %c, %u; NO_EDGE = none */
};

/* One cache line, and one memory access a level: nodes live in one open-addressed
 * table, at the hash of the levels that lead to them, and are known by their parent
 * and the last of these levels. Children for '+' and for variables live there too,
 * but are found through `ways` alone.
 *
 * Below a node that only one rule passes through there are no nodes: it keeps the
 * tail of that rule's filter, and `least` is its rank. */
struct node {
    uint32_t parent;   /* its id; 0 = this place is free */
    uint32_t least;    /* the lowest rank in this node and below */
    uint16_t len;      /* of the level */
    uint16_t tail_len; /* 0: no tail, ways counts */
    bool sideways;     /* a child for '+' or for a variable */
    bool tail_inline;  /* else the tail is read from the rule */
    uint64_t a, b;     /* the level, as in cx_level */
    union {
        struct {
            struct ways ways;
            const char *level; /* of more than CX_LEVEL_WORDS bytes */
        };
        char tail[INLINE];
    };
};
_Static_assert(sizeof(struct node) == 64, "a node is a cache line");
_Static_assert(CX_TOPIC_MAX <= UINT16_MAX, "levels and tails fit their lengths");

struct edge {
    cx_str level;
    cx_matcher matcher;
    uint32_t child, next;
};

struct cx_trie {
    const cx_rule *rules;
    uint8_t *outcomes; /* of each rule, so that a decision need not fetch the rule */
    cx_pages pages;
    struct node *nodes; /* in them: places 0 … size-1, and the root behind them; an id is a place + 1 */
    uint32_t size, used;
    bool variables;            /* some rule has any */
    CX_VEC(struct edge) edges; /* [0] is not used */
};

static const struct ways no_ways = {CX_RANK_NONE, CX_RANK_NONE, 0, NO_EDGE};
enum { ROOT_PATH = 0 };
static const cx_level plus_level = {'+', 0, 1}, variable_level = {'%', 0, 1};

static inline uint32_t place_of(uint64_t path, uint32_t size) { return (uint32_t)((path >> 32) * size >> 32); }

static inline struct node *node_at(const cx_trie *t, uint32_t id) { return &t->nodes[id - 1]; }

__attribute__((noinline)) static bool same_long_level(const struct node *n, const char *text)
{
    return memcmp(n->level, text, n->len) == 0;
}

/* Is N the child of PARENT for the level L, which stands at TEXT? */
static inline bool is_child(const struct node *n, uint32_t parent, cx_level l, const char *text)
{
    if (n->parent != parent || n->a != l.a || n->b != l.b || n->len != l.len || n->sideways) return false;
    return l.len <= CX_LEVEL_WORDS || same_long_level(n, text);
}

/* ---- building ---- */

/* A rule on its way into the trie: what is left of its filter, and the path so far. */
struct entering {
    uint32_t rank;
    uint64_t path;
    const cx_rule *rule;
    cx_str filter;
    size_t at; /* the level that comes next; beyond the filter's end: none */
};

static bool is_rest(const struct entering *e) { return e->at + 1 == e->filter.n && e->filter.p[e->at] == '#'; }

/* The id of a new node, at the first free place for the path. */
static uint32_t add_node(cx_trie *t, uint32_t parent, uint64_t path, uint32_t rank)
{
    uint32_t at = place_of(path, t->size);
    while (t->nodes[at].parent) at = at + 1 == t->size ? 0 : at + 1;
    t->used++;
    t->nodes[at] = (struct node){.parent = parent, .least = rank, .ways = no_ways};
    return at + 1;
}

static uint32_t literal_child(cx_trie *t, uint32_t parent, struct entering *e, cx_level l)
{
    const char *text = e->filter.p + e->at;
    e->path = cx_path_hash(e->path, l);
    uint32_t at = place_of(e->path, t->size);
    for (; t->nodes[at].parent; at = at + 1 == t->size ? 0 : at + 1)
        if (is_child(&t->nodes[at], parent, l, text)) return at + 1;
    uint32_t child = add_node(t, parent, e->path, e->rank);
    struct node *n = node_at(t, child);
    n->len = (uint16_t)l.len;
    n->a = l.a;
    n->b = l.b;
    if (l.len > CX_LEVEL_WORDS) n->level = text;
    return child;
}

static uint32_t sideways_child(cx_trie *t, uint32_t parent, struct entering *e)
{
    uint32_t child = add_node(t, parent, e->path, e->rank);
    node_at(t, child)->sideways = true;
    return child;
}

static uint32_t plus_child(cx_trie *t, uint32_t parent, struct entering *e)
{
    e->path = cx_path_hash(e->path, plus_level);
    uint32_t *plus = &node_at(t, parent)->ways.plus;
    if (!*plus) *plus = sideways_child(t, parent, e);
    return *plus;
}

static uint32_t variable_child(cx_trie *t, uint32_t parent, struct entering *e, cx_str level)
{
    e->path = cx_path_hash(e->path, variable_level);
    uint32_t *first = &node_at(t, parent)->ways.variables;
    for (uint32_t i = *first; i != NO_EDGE; i = t->edges.items[i].next)
        if (t->edges.items[i].matcher == e->rule->matcher && cx_str_eq(t->edges.items[i].level, level))
            return t->edges.items[i].child;
    struct edge edge = {level, (cx_matcher)e->rule->matcher, sideways_child(t, parent, e), *first};
    cx_vec_add(&t->edges, edge);
    *first = (uint32_t)t->edges.n - 1;
    return edge.child;
}

static uint32_t next_child(cx_trie *t, uint32_t node, struct entering *e)
{
    cx_level l = cx_level_at(e->filter, e->at);
    cx_str level = cx_str_sub(e->filter, e->at, l.len);
    uint32_t child;
    if (level.n == 1 && level.p[0] == '+') child = plus_child(t, node, e);
    else if (cx_level_is_variable((cx_matcher)e->rule->matcher, level)) child = variable_child(t, node, e, level);
    else child = literal_child(t, node, e, l);
    e->at += l.len + 1;
    return child;
}

/* NODE is new and holds nothing: what is left of the filter becomes its tail. A
 * tail has bytes; a filter that ends in an empty level gets a node for it. */
static bool settle(struct node *n, const struct entering *e)
{
    if (e->at >= e->filter.n || is_rest(e)) return false;
    n->tail_len = (uint16_t)(e->filter.n - e->at);
    n->tail_inline = n->len <= CX_LEVEL_WORDS && n->tail_len <= INLINE;
    if (n->tail_inline) memcpy(n->tail, e->filter.p + e->at, n->tail_len);
    return true;
}

static void arrive(cx_trie *t, uint32_t node, struct entering *e);

/* A second rule comes through: the tail moves one level down. */
static void push_tail_down(cx_trie *t, uint32_t node, uint64_t path)
{
    struct node *n = node_at(t, node);
    const cx_rule *r = &t->rules[n->least];
    struct entering e = {n->least, path, r, cx_rule_filter(r), r->filter_len - n->tail_len};
    n->tail_len = 0;
    n->ways = no_ways;
    uint32_t child = next_child(t, node, &e);
    if (!settle(node_at(t, child), &e)) arrive(t, child, &e);
}

/* The rule goes on from NODE to where it ends. Ranks come in ascending order, so
 * the first at a place is the lowest. */
static void arrive(cx_trie *t, uint32_t node, struct entering *e)
{
    for (;;) {
        if (node_at(t, node)->tail_len) push_tail_down(t, node, e->path);
        struct ways *w = &node_at(t, node)->ways;
        if (e->at > e->filter.n) {
            if (w->end == CX_RANK_NONE) w->end = e->rank;
            return;
        }
        if (is_rest(e)) {
            if (w->rest == CX_RANK_NONE) w->rest = e->rank;
            return;
        }
        uint32_t before = t->used;
        node = next_child(t, node, e);
        if (t->used > before && settle(node_at(t, node), e)) return;
    }
}

/* The most nodes one filter can add: one a level, and one a tail it pushes down. */
static uint32_t most_nodes(cx_str filter)
{
    uint32_t levels = 1;
    for (size_t i = 0; i < filter.n; i++) levels += filter.p[i] == '/';
    return 2 * levels;
}

static bool build(cx_trie *t, uint32_t count, uint8_t access, uint8_t skip_guard, uint32_t size)
{
    t->size = size;
    t->used = 0;
    t->pages = cx_pages_new((size_t)size + 1, sizeof *t->nodes);
    t->nodes = t->pages.p;
    t->edges.n = 0;
    struct edge none = {0};
    cx_vec_add(&t->edges, none);
    t->nodes[size] = (struct node){.parent = 1, .ways = no_ways};
    uint32_t limit = size / 8 * 7;
    for (uint32_t i = 0; i < count; i++) {
        const cx_rule *r = &t->rules[i];
        if (!(r->access & access) || (r->guard & skip_guard) || r->matcher > CX_MATCH_LEVEL_VARIABLES) continue;
        struct entering e = {i, ROOT_PATH, r, cx_rule_filter(r), 0};
        if (t->used + 2 * (CX_TOPIC_SLASHES + 1) > limit && t->used + most_nodes(e.filter) > limit) return false;
        arrive(t, size + 1, &e);
    }
    return true;
}

cx_trie *cx_trie_new(const cx_rule *rules, uint32_t count, uint8_t access, uint8_t skip_guard)
{
    cx_trie *t = cx_calloc(1, sizeof *t);
    t->rules = rules;
    t->outcomes = cx_alloc(count);
    for (uint32_t i = 0; i < count; i++) {
        t->outcomes[i] = rules[i].outcome;
        t->variables |= rules[i].matcher != CX_MATCH_FILTER;
    }
    /* most filters end in one node of their own; where that is not enough, once more with twice the room */
    for (uint32_t size = count / 5 * 8 + 32; !build(t, count, access, skip_guard, size); size *= 2)
        cx_pages_free(&t->pages);
    return t;
}

void cx_trie_free(cx_trie *t)
{
    if (!t) return;
    cx_vec_clear(&t->edges);
    cx_pages_free(&t->pages);
    free(t->outcomes);
    free(t);
}

/* ---- asking ---- */

/* What stays the same during one search. */
struct search {
    const struct node *nodes;
    uint32_t size;
    const cx_trie *t;
    const cx_query *query;
    cx_str topic; /* its text */
    const cx_client *client;
};

/* Where it is: a node, and the level of the topic that comes next. */
struct point {
    uint32_t id;
    uint64_t path;
    size_t at; /* a byte; beyond the topic's end: no level is left */
};

/* Seldom taken, and kept out of the way of walk(). */
#define SELDOM __attribute__((noinline))

static inline uint32_t lower(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint32_t walk(const struct search *s, struct point at, uint32_t best);

/* Children that are not found by the level's text, which has LEN bytes. */
SELDOM static uint32_t walk_sideways(const struct search *s, const struct ways *w, struct point at, uint32_t len,
                                     bool dollar, uint32_t best)
{
    if (w->plus && !dollar && cx_plus_matches(s->query, cx_str_sub(s->topic, at.at, len)))
        best = walk(s, (struct point){w->plus, cx_path_hash(at.path, plus_level), at.at + len + 1}, best);
    for (uint32_t e = w->variables; e != NO_EDGE; e = s->t->edges.items[e].next) {
        const struct edge *edge = &s->t->edges.items[e];
        if (dollar && edge->matcher == CX_MATCH_LEVEL_VARIABLES) continue;
        size_t end = cx_variable_match(edge->matcher, edge->level, s->client, s->topic, at.at);
        if (end == SIZE_MAX) continue; /* else END may be levels further: a client id can have '/' */
        best = walk(s, (struct point){edge->child, cx_path_hash(at.path, variable_level), end + 1}, best);
    }
    return best;
}

SELDOM static bool tail_matches(const struct search *s, const struct node *n, size_t at)
{
    if (at > s->topic.n) return false; /* '#' alone is never kept as a tail */
    bool plain = s->query->as == CX_AS_TOPIC;
    cx_str rest = cx_str_sub(s->topic, at, s->topic.n - at);
    if (n->tail_inline && plain && !s->t->variables)
        return cx_filter_match_levels((cx_str){n->tail, n->tail_len}, rest);
    const cx_rule *r = &s->t->rules[n->least];
    size_t from = r->filter_len - n->tail_len;
    if (!plain || r->matcher != CX_MATCH_FILTER) return cx_rule_matches_from(r, s->client, s->query, from, at);
    return cx_filter_match_levels(cx_str_sub(cx_rule_filter(r), from, n->tail_len), rest);
}

/* The lowest rank, below BEST, of what matches from a point on. */
static uint32_t walk(const struct search *s, struct point at, uint32_t best)
{
    bool dollar = at.at == 0 && cx_query_dollar(s->query); /* wildcards do not reach topics with '$' */
    for (;;) {
        const struct node *n = &s->nodes[at.id - 1];
        if (n->least >= best) return best;
        if (n->tail_len) return tail_matches(s, n, at.at) ? n->least : best;
        if (!dollar) best = lower(best, n->ways.rest);
        if (at.at > s->topic.n) return s->query->cut ? best : lower(best, n->ways.end);

        cx_level l = cx_level_at(s->topic, at.at);
        if (n->ways.plus | n->ways.variables) best = walk_sideways(s, &n->ways, at, l.len, dollar, best);
        at.path = cx_path_hash(at.path, l);
        uint32_t place = place_of(at.path, s->size);
        while (!is_child(&s->nodes[place], at.id, l, s->topic.p + at.at)) {
            if (!s->nodes[place].parent) return best;
            place = place + 1 == s->size ? 0 : place + 1;
        }
        at.id = place + 1;
        at.at += l.len + 1;
        dollar = false;
    }
}

uint32_t cx_trie_find(const cx_trie *t, const cx_query *q, const cx_client *client)
{
    struct search s = {t->nodes, t->size, t, q, q->text, client};
    return walk(&s, (struct point){t->size + 1, ROOT_PATH, 0}, CX_RANK_NONE);
}

cx_outcome cx_trie_outcome(const cx_trie *t, uint32_t rank) { return (cx_outcome)t->outcomes[rank]; }
