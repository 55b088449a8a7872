#include "topic/set.h"

#include <stdlib.h>

#include "topic/set_space.h"

enum operation { UNION, INTERSECTION, DIFFERENCE };

enum { EDGES_PER_NODE = 4 }; /* the limit of nodes is one of edges too */

/* ---- symbols ---- */

/* The longest beginning of a text, other than SELF. */
static uint32_t parent_of(const cx_sets *s, cx_str text, uint32_t self)
{
    uint32_t best = NO_SYMBOL;
    for (size_t i = 0; i < s->beginnings.n; i++) {
        uint32_t b = s->beginnings.items[i];
        if (b == self || !cx_str_starts(text, s->symbols.items[b].text)) continue;
        if (best == NO_SYMBOL || s->symbols.items[b].text.n > s->symbols.items[best].text.n) best = b;
    }
    return best;
}

uint32_t cx_set_symbol(cx_sets *s, cx_str level)
{
    uint32_t number = cx_map_put(&s->levels, level);
    if (number < s->level_symbols.n) return s->level_symbols.items[number];
    struct symbol x = {.text = level, .parent = parent_of(s, level, NO_SYMBOL)};
    cx_vec_add(&s->level_symbols, (uint32_t)s->symbols.n);
    cx_vec_add(&s->symbols, x);
    return (uint32_t)s->symbols.n - 1;
}

/* A new beginning stands between a level and what stood for it before. Nodes that are there have no edge for
 * it, so they mean what they meant. */
uint32_t cx_set_beginning(cx_sets *s, cx_str bytes)
{
    for (size_t i = 0; i < s->beginnings.n; i++)
        if (cx_str_eq(s->symbols.items[s->beginnings.items[i]].text, bytes)) return s->beginnings.items[i];
    uint32_t self = (uint32_t)s->symbols.n;
    struct symbol x = {.text = cx_arena_dup(&s->arena, bytes), .beginning = true};
    cx_vec_add(&s->symbols, x);
    cx_vec_add(&s->beginnings, self);
    for (uint32_t i = 0; i <= self; i++) {
        struct symbol *y = &s->symbols.items[i];
        if (i == self || cx_str_starts(y->text, bytes)) y->parent = parent_of(s, y->text, y->beginning ? i : NO_SYMBOL);
    }
    return self;
}

/* ---- nodes ---- */

static const struct edge *find_edge(const cx_sets *s, cx_set set, uint32_t symbol)
{
    const struct node *n = &s->nodes.items[set];
    const struct edge *edges = s->edges.items + n->first;
    uint32_t from = 0, to = n->count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (edges[middle].symbol < symbol) from = middle + 1;
        else to = middle;
    }
    return from < n->count && edges[from].symbol == symbol ? edges + from : NULL;
}

cx_set cx_set_default(const cx_sets *s, cx_set set, uint32_t symbol)
{
    for (uint32_t p = s->symbols.items[symbol].parent; p != NO_SYMBOL; p = s->symbols.items[p].parent) {
        const struct edge *e = find_edge(s, set, p);
        if (e) return e->target;
    }
    return s->nodes.items[set].other;
}

cx_set cx_set_next(const cx_sets *s, cx_set set, uint32_t symbol)
{
    const struct edge *e = find_edge(s, set, symbol);
    return e ? e->target : cx_set_default(s, set, symbol);
}

static int by_symbol(const void *x, const void *y)
{
    const struct edge *a = x, *b = y;
    return (a->symbol > b->symbol) - (a->symbol < b->symbol);
}

/* Where an edge leads as far as the other edges on the stack tell. */
static cx_set stacked_default(const cx_sets *s, size_t base, uint32_t symbol, cx_set other)
{
    for (uint32_t p = s->symbols.items[symbol].parent; p != NO_SYMBOL; p = s->symbols.items[p].parent)
        for (size_t i = base; i < s->stack.n; i++)
            if (s->stack.items[i].symbol == p) return s->stack.items[i].target;
    return other;
}

/* Nothing follows '#', so all that counts of where it leads is whether the word may end. */
static bool is_needed(const cx_sets *s, size_t base, struct edge *e, cx_set other)
{
    if (e->symbol != SYMBOL_HASH) return e->target != stacked_default(s, base, e->symbol, other);
    bool ends = cx_set_ends(s, e->target);
    e->target = ends ? CX_SET_ALL : CX_SET_NONE;
    return ends != cx_set_ends(s, other);
}

/* An edge that leads where the level leads without it is left out. Which ones those are does not depend on the
 * others left out, since what stands for one of them leads to the same. */
static void leave_out(cx_sets *s, size_t base, cx_set other)
{
    bool sorted = true, beginnings = false;
    for (size_t i = base; i < s->stack.n; i++) {
        sorted &= i == base || s->stack.items[i - 1].symbol < s->stack.items[i].symbol;
        beginnings |= s->symbols.items[s->stack.items[i].symbol].beginning;
    }
    if (!sorted) qsort(s->stack.items + base, s->stack.n - base, sizeof *s->stack.items, by_symbol);
    size_t kept = base;
    for (size_t i = base; i < s->stack.n; i++) {
        struct edge e = s->stack.items[i];
        bool simple = !beginnings && e.symbol != SYMBOL_HASH;
        if (simple ? e.target != other : is_needed(s, base, &e, other)) s->stack.items[kept++] = e;
    }
    s->stack.n = kept;
}

static uint32_t mix(uint32_t h, uint32_t x)
{
    h = (h ^ x) * 0x9E3779B1u;
    return h ^ h >> 15;
}

static void grow_unique(cx_sets *s)
{
    size_t size = s->unique_size ? s->unique_size * 2 : 1024;
    free(s->unique);
    s->unique = cx_calloc(size, sizeof *s->unique);
    s->unique_size = size;
    for (uint32_t i = 0; i < s->nodes.n; i++) {
        size_t at = s->nodes.items[i].hash & (size - 1);
        while (s->unique[at]) at = (at + 1) & (size - 1);
        s->unique[at] = i + 1;
    }
}

static cx_set keep(cx_sets *s, size_t base, bool ends, cx_set other)
{
    const struct edge *edges = s->stack.items + base;
    uint32_t count = (uint32_t)(s->stack.n - base), h = mix(mix(ends, other), count);
    for (uint32_t i = 0; i < count; i++) h = mix(mix(h, edges[i].symbol), edges[i].target);
    if ((s->nodes.n + 1) * 2 > s->unique_size) grow_unique(s);
    size_t at = h & (s->unique_size - 1);
    for (; s->unique[at]; at = (at + 1) & (s->unique_size - 1)) {
        const struct node *n = &s->nodes.items[s->unique[at] - 1];
        if (n->hash == h && n->ends == ends && n->other == other && n->count == count &&
            (count == 0 || !memcmp(s->edges.items + n->first, edges, count * sizeof *edges)))
            return s->unique[at] - 1;
    }
    if (s->nodes.n >= s->limit || s->edges.n + count > (size_t)s->limit * EDGES_PER_NODE) {
        s->full = true;
        return CX_SET_NONE;
    }
    struct node n = {.hash = h, .first = (uint32_t)s->edges.n, .count = count, .other = other, .ends = ends};
    cx_vec_reserve(&s->edges, s->edges.n + count);
    if (count) memcpy(s->edges.items + s->edges.n, edges, count * sizeof *edges);
    s->edges.n += count;
    cx_vec_add(&s->nodes, n);
    s->unique[at] = (uint32_t)s->nodes.n;
    return (cx_set)s->nodes.n - 1;
}

cx_set cx_set_make(cx_sets *s, size_t base, bool ends, cx_set other)
{
    leave_out(s, base, other);
    cx_set set = s->full ? CX_SET_NONE : keep(s, base, ends, other);
    s->stack.n = base;
    return set;
}

/* ---- operations ---- */

/* The answer where no edge need be looked at; constants are two bits. */
static bool is_plain(enum operation o, cx_set a, cx_set b, cx_set *result)
{
    if (a <= CX_SET_ALL && b <= CX_SET_ALL) {
        *result = o == UNION ? a | b : o == INTERSECTION ? a & b : a & ~b;
        return true;
    }
    if (a == b) {
        *result = o == DIFFERENCE ? CX_SET_NONE : a;
        return true;
    }
    bool none = a == CX_SET_NONE || b == CX_SET_NONE, all = a == CX_SET_ALL || b == CX_SET_ALL;
    cx_set one = a == CX_SET_NONE || a == CX_SET_ALL ? b : a; /* where the other is one of both */
    switch (o) {
    case UNION: *result = all ? CX_SET_ALL : one; return none || all;
    case INTERSECTION: *result = none ? CX_SET_NONE : one; return none || all;
    case DIFFERENCE:
        *result = b == CX_SET_NONE ? a : CX_SET_NONE;
        return a == CX_SET_NONE || b == CX_SET_NONE || b == CX_SET_ALL;
    }
    return false;
}

static struct remembered *place_of(cx_sets *s, enum operation o, cx_set a, cx_set b)
{
    if (s->memo_size < s->nodes.n) {
        free(s->memo);
        s->memo_size = s->unique_size;
        s->memo = cx_calloc(s->memo_size, sizeof *s->memo);
    }
    return &s->memo[mix(mix(mix(0, a), b), o) & (s->memo_size - 1)];
}

static cx_set combine(cx_sets *s, enum operation o, cx_set a, cx_set b);

/* The edges that either has. */
static void combine_edges(cx_sets *s, enum operation o, cx_set a, cx_set b)
{
    const uint32_t a_count = s->nodes.items[a].count, b_count = s->nodes.items[b].count;
    const size_t a_first = s->nodes.items[a].first, b_first = s->nodes.items[b].first;
    for (uint32_t i = 0, j = 0; i < a_count || j < b_count;) {
        struct edge x = {NO_SYMBOL, 0}, y = {NO_SYMBOL, 0};
        if (i < a_count) x = s->edges.items[a_first + i];
        if (j < b_count) y = s->edges.items[b_first + j];
        uint32_t symbol = x.symbol < y.symbol ? x.symbol : y.symbol;
        cx_set from_a = x.symbol == symbol ? x.target : cx_set_default(s, a, symbol);
        cx_set from_b = y.symbol == symbol ? y.target : cx_set_default(s, b, symbol);
        i += x.symbol == symbol;
        j += y.symbol == symbol;
        if (symbol == SYMBOL_HASH) {
            from_a = cx_set_ends(s, from_a) ? CX_SET_ALL : CX_SET_NONE;
            from_b = cx_set_ends(s, from_b) ? CX_SET_ALL : CX_SET_NONE;
        }
        cx_set target = combine(s, o, from_a, from_b);
        cx_set_push(s, symbol, target);
    }
}

static cx_set combine(cx_sets *s, enum operation o, cx_set a, cx_set b)
{
    cx_set result;
    if (s->full) return CX_SET_NONE;
    if (is_plain(o, a, b, &result)) return result;
    if (o != DIFFERENCE && a > b) {
        cx_set swap = a;
        a = b;
        b = swap;
    }
    const struct remembered *known = place_of(s, o, a, b);
    if (known->operation == o + 1u && known->a == a && known->b == b) return known->result;
    size_t base = s->stack.n;
    bool x = cx_set_ends(s, a), y = cx_set_ends(s, b);
    bool ends = o == UNION ? x || y : o == INTERSECTION ? x && y : x && !y;
    cx_set other = combine(s, o, s->nodes.items[a].other, s->nodes.items[b].other);
    combine_edges(s, o, a, b);
    result = cx_set_make(s, base, ends, other);
    if (!s->full) *place_of(s, o, a, b) = (struct remembered){o + 1u, a, b, result};
    return result;
}

cx_set cx_set_union(cx_sets *s, cx_set a, cx_set b) { return combine(s, UNION, a, b); }
cx_set cx_set_intersection(cx_sets *s, cx_set a, cx_set b) { return combine(s, INTERSECTION, a, b); }
cx_set cx_set_difference(cx_sets *s, cx_set a, cx_set b) { return combine(s, DIFFERENCE, a, b); }

/* By halves: one by one, a node with many edges would be copied for each of them. */
cx_set cx_set_union_of(cx_sets *s, const cx_set *sets, size_t count)
{
    if (count == 0) return CX_SET_NONE;
    if (count == 1) return sets[0];
    size_t half = count / 2;
    return cx_set_union(s, cx_set_union_of(s, sets, half), cx_set_union_of(s, sets + half, count - half));
}

/* ---- spaces ---- */

bool cx_set_has(const cx_sets *s, cx_set set, cx_str word)
{
    cx_str level;
    for (size_t at = 0; cx_next_level(word, &at, &level);) {
        uint32_t number = cx_map_get(&s->levels, level);
        if (number != CX_MAP_NONE) {
            set = cx_set_next(s, set, s->level_symbols.items[number]);
            continue;
        }
        uint32_t beginning = parent_of(s, level, NO_SYMBOL);
        set = beginning == NO_SYMBOL ? s->nodes.items[set].other : cx_set_next(s, set, beginning);
    }
    return cx_set_ends(s, set);
}

cx_set cx_set_end(cx_sets *s) { return cx_set_make(s, s->stack.n, true, CX_SET_NONE); }

cx_set cx_sets_universe(cx_sets *s)
{
    size_t base = s->stack.n;
    cx_set one_more = cx_set_make(s, base, false, CX_SET_ALL);
    cx_set_push(s, SYMBOL_EMPTY, one_more);
    return cx_set_make(s, base, false, CX_SET_ALL);
}

static void add_constant(cx_sets *s, bool ends, cx_set self, cx_set wildcard)
{
    size_t base = s->stack.n;
    if (wildcard != self) {
        cx_set_push(s, SYMBOL_PLUS, wildcard);
        cx_set_push(s, SYMBOL_HASH, wildcard);
    }
    keep(s, base, ends, self);
    s->stack.n = base;
}

cx_sets *cx_sets_new(uint32_t nodes)
{
    cx_sets *s = cx_calloc(1, sizeof *s);
    s->limit = nodes;
    cx_set_symbol(s, CX_STR("+"));
    cx_set_symbol(s, CX_STR("#"));
    cx_set_symbol(s, CX_STR(""));
    cx_set_beginning(s, CX_STR("$"));
    add_constant(s, false, CX_SET_NONE, CX_SET_NONE);
    add_constant(s, true, CX_SET_PLAIN, CX_SET_NONE);
    add_constant(s, false, CX_SET_WILD, CX_SET_ALL);
    add_constant(s, true, CX_SET_ALL, CX_SET_ALL);
    return s;
}

void cx_sets_free(cx_sets *s)
{
    if (!s) return;
    cx_vec_clear(&s->nodes);
    cx_vec_clear(&s->edges);
    cx_vec_clear(&s->stack);
    cx_vec_clear(&s->symbols);
    cx_vec_clear(&s->level_symbols);
    cx_vec_clear(&s->beginnings);
    cx_vec_clear(&s->shortest);
    cx_map_clear(&s->levels);
    cx_arena_clear(&s->arena);
    free(s->unique);
    free(s->memo);
    free(s);
}

cx_arena *cx_sets_arena(cx_sets *s) { return &s->arena; }

bool cx_sets_full(const cx_sets *s) { return s->full; }
uint32_t cx_sets_count(const cx_sets *s) { return (uint32_t)s->nodes.n; }
