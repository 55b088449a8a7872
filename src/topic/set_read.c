/* What a set says: its shortest word, and a list of filters that denotes it.
 *
 * The list follows the diagram. Where every other level leads somewhere, a '+' goes there. A level that leads
 * elsewhere is an exception to that, as far as it leads to less, and has filters of its own, as far as it leads
 * to more. An exception is a filter without exceptions; what it takes too much is given back by further filters
 * below it. Each step looks at the levels below only, so it ends.
 */
#include <stdlib.h>

#include "topic/set_space.h"
#include "topic/topic.h"

/* ---- words ---- */

enum { ENDLESS = 255, UNKNOWN = 0 };

/* Levels of the shortest word below a node + 1. */
static uint8_t shortest(cx_sets *s, cx_set set)
{
    if (set == CX_SET_NONE) return ENDLESS;
    if (set == CX_SET_WILD) return 2;
    if (cx_set_ends(s, set)) return 1;
    while (s->shortest.n < s->nodes.n) cx_vec_add(&s->shortest, UNKNOWN);
    if (s->shortest.items[set] != UNKNOWN) return s->shortest.items[set];
    uint8_t best = shortest(s, s->nodes.items[set].other);
    const struct node *n = &s->nodes.items[set];
    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        uint8_t one = shortest(s, s->edges.items[i].target);
        if (one < best) best = one;
    }
    return s->shortest.items[set] = (uint8_t)(best < ENDLESS ? best + 1 : best);
}

/* Has the node an edge for this text, or for a beginning of it longer than SYMBOL's? */
static bool is_taken(const cx_sets *s, cx_set set, cx_str text, uint32_t symbol)
{
    const struct node *n = &s->nodes.items[set];
    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        uint32_t y = s->edges.items[i].symbol;
        const struct symbol *x = &s->symbols.items[y];
        if (x->beginning ? y != symbol && x->text.n >= (symbol == NO_SYMBOL ? 0 : s->symbols.items[symbol].text.n) &&
                               cx_str_starts(text, x->text)
                         : cx_str_eq(text, x->text))
            return true;
    }
    return false;
}

/* A level that only SYMBOL stands for, or, with NO_SYMBOL, every other level. */
static cx_str fresh_level(const cx_sets *s, cx_set set, uint32_t symbol, cx_arena *arena)
{
    static const char letters[] = "xyzabcdefghijklmnopqrstuvw";
    cx_str begin = symbol == NO_SYMBOL ? CX_STR("") : s->symbols.items[symbol].text;
    for (unsigned i = 0;; i++) {
        unsigned letter = i % (sizeof letters - 1), round = i / (sizeof letters - 1);
        cx_str text = round ? cx_arena_printf(arena, "%.*s%c%u", (int)begin.n, begin.p, letters[letter], round)
                            : cx_arena_printf(arena, "%.*s%c", (int)begin.n, begin.p, letters[letter]);
        if (!is_taken(s, set, text, symbol)) return text;
    }
}

/* The next level of a shortest word, and where it leads. */
static cx_str next_level(cx_sets *s, cx_set *set, cx_arena *arena)
{
    if (*set == CX_SET_WILD) {
        *set = CX_SET_ALL;
        return CX_STR("+");
    }
    const struct node *n = &s->nodes.items[*set];
    uint8_t best = shortest(s, *set);
    cx_set from = *set;
    if (shortest(s, n->other) + 1 == best) {
        *set = n->other;
        return fresh_level(s, from, NO_SYMBOL, arena);
    }
    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        const struct edge *e = &s->edges.items[i];
        if (shortest(s, e->target) + 1 != best) continue;
        const struct symbol *x = &s->symbols.items[e->symbol];
        *set = e->target;
        return x->beginning ? fresh_level(s, from, e->symbol, arena) : x->text;
    }
    cx_bug("no way to the end of a word");
}

cx_str cx_set_witness(cx_sets *s, cx_set set, cx_arena *arena)
{
    if (s->full || shortest(s, set) == ENDLESS) return CX_STR_NONE;
    cx_str word = CX_STR("");
    for (bool first = true; !cx_set_ends(s, set); first = false) {
        cx_str level = next_level(s, &set, arena);
        word = first ? cx_arena_dup(arena, level)
                     : cx_arena_printf(arena, "%.*s/%.*s", (int)word.n, word.p, (int)level.n, level.p);
    }
    return word;
}

/* ---- filters ---- */

/* A filter below some node: without a level, or with some. While a list is made, a byte in front of a level tells
 * what is special about it. */
struct part {
    bool no_level;
    cx_str filter;
};

#define ITSELF "\x01"    /* the level '+' or '#' of a filter */
#define BEGINNING "\x02" /* every level that begins so */
#define PLAIN "\x03"     /* a '#' that covers what has no wildcard */
#define WILD "\x04"      /* a '#' that covers what has one */

static bool is_special(cx_str filter)
{
    for (size_t i = 0; i < filter.n; i++)
        if (filter.p[i] > '\0' && filter.p[i] <= '\x04') return true;
    return false;
}

struct entry {
    struct part part;
    CX_VEC(struct part) except;
};

struct list {
    CX_VEC(struct entry) entries;
};

static void list_clear(struct list *l)
{
    for (size_t i = 0; i < l->entries.n; i++) cx_vec_clear(&l->entries.items[i].except);
    cx_vec_clear(&l->entries);
}

static struct part below(cx_str level, struct part p, cx_arena *arena)
{
    cx_str filter = level;
    if (!p.no_level) filter = cx_arena_printf(arena, "%.*s/%.*s", (int)level.n, level.p, (int)p.filter.n, p.filter.p);
    return (struct part){false, filter};
}

static struct entry *add_entry(struct list *l, struct part part)
{
    struct entry e = {.part = part};
    cx_vec_add(&l->entries, e);
    return &l->entries.items[l->entries.n - 1];
}

/* Do both stand for some word? What is special is taken to. */
static bool overlap(struct part a, struct part b)
{
    if ((!a.no_level && is_special(a.filter)) || (!b.no_level && is_special(b.filter))) return true;
    if (a.no_level && b.no_level) return true;
    if (a.no_level || b.no_level) return cx_str_is(a.no_level ? b.filter : a.filter, "#");
    return cx_filter_overlaps_levels(a.filter, b.filter);
}

/* The words that begin with a level and go on with those of SET. */
static cx_set set_of_level(cx_sets *s, cx_str level, cx_set set, bool filters)
{
    size_t base = s->stack.n;
    cx_str rest = level.n ? cx_str_sub(level, 1, level.n - 1) : level;
    cx_set other = CX_SET_NONE;
    if (cx_str_is(level, "#")) return CX_SET_ALL;
    if (cx_str_is(level, PLAIN "#")) return CX_SET_PLAIN;
    if (cx_str_is(level, WILD "#")) return CX_SET_WILD;
    if (cx_str_is(level, "+")) {
        other = set;
        if (filters) cx_set_push(s, SYMBOL_HASH, CX_SET_NONE);
    } else if (cx_str_is(level, ITSELF "+") || cx_str_is(level, ITSELF "#")) {
        cx_set_push(s, rest.p[0] == '+' ? SYMBOL_PLUS : SYMBOL_HASH, set);
    } else if (cx_str_starts(level, CX_STR(BEGINNING))) {
        cx_set_push(s, cx_set_beginning(s, rest), set);
    } else {
        cx_set_push(s, cx_set_symbol(s, level), set);
    }
    return cx_set_make(s, base, false, other);
}

/* The words below a node that a part stands for. */
static cx_set set_of_part(cx_sets *s, struct part p, bool filters)
{
    CX_VEC(cx_str) levels = {0};
    cx_str level;
    for (size_t at = 0; !p.no_level && cx_next_level(p.filter, &at, &level);) cx_vec_add(&levels, level);
    cx_set set = cx_set_end(s);
    for (size_t i = levels.n; i-- > 0;) set = set_of_level(s, levels.items[i], set, filters);
    cx_vec_clear(&levels);
    return set;
}

struct lister {
    cx_sets *s;
    cx_arena *arena;
    bool filters;
    uint32_t steps; /* that are left */
};

enum { LIST_STEPS = 300000 }; /* a small diagram may need a list without end */

static void list_node(struct lister *w, cx_set set, bool root, struct list *out);

/* The filters of L below LEVEL go to OUT with their exceptions. */
static void add_below(struct lister *w, struct list *out, cx_str level, const struct list *l)
{
    for (size_t i = 0; i < l->entries.n; i++) {
        const struct entry *from = &l->entries.items[i];
        struct entry *e = add_entry(out, below(level, from->part, w->arena));
        for (size_t k = 0; k < from->except.n; k++)
            cx_vec_add(&e->except, below(level, from->except.items[k], w->arena));
    }
}

/* The part of a filter behind its first level. */
static struct part behind(struct part p)
{
    if (cx_str_is(p.filter, "#")) return p; /* for no level too */
    const char *slash = memchr(p.filter.p, '/', p.filter.n);
    if (!slash) return (struct part){.no_level = true};
    size_t from = (size_t)(slash - p.filter.p) + 1;
    return (struct part){false, cx_str_sub(p.filter, from, p.filter.n - from)};
}

/* Does the first level of a filter stand for LEVEL, an edge of its node? */
static bool begins_with(struct part p, cx_str level, bool root)
{
    size_t at = 0;
    cx_str first = CX_STR("");
    cx_next_level(p.filter, &at, &first);
    cx_str text = cx_str_starts(level, CX_STR(BEGINNING)) ? cx_str_sub(level, 1, level.n - 1) : level;
    if (cx_str_is(first, "+") || cx_str_is(first, "#")) return !(root && cx_str_starts(text, CX_STR("$")));
    return cx_str_starts(first, CX_STR(BEGINNING)) && cx_str_starts(text, cx_str_sub(first, 1, first.n - 1));
}

/* A level that leads to TARGET, where the filters of OUT that stand for it too say LEFT. */
static void add_level(struct lister *w, struct list *out, bool root, cx_str level, cx_set left, cx_set target)
{
    cx_set missing = cx_set_difference(w->s, left, target), said = left;
    struct list l = {0};
    if (missing != CX_SET_NONE) {
        list_node(w, missing, false, &l);
        for (size_t i = 0; i < l.entries.n; i++) {
            struct part out_of = l.entries.items[i].part, whole = below(level, out_of, w->arena);
            said = cx_set_difference(w->s, said, set_of_part(w->s, out_of, w->filters));
            for (size_t k = 0; k < out->entries.n; k++)
                if (begins_with(out->entries.items[k].part, level, root) &&
                    overlap(behind(out->entries.items[k].part), out_of))
                    cx_vec_add(&out->entries.items[k].except, whole);
        }
        list_clear(&l);
    }
    cx_set more = cx_set_difference(w->s, target, said);
    if (more == CX_SET_NONE) return;
    /* what is said already may be said again, where that takes fewer words */
    if (w->s->nodes.items[target].count < w->s->nodes.items[more].count) more = target;
    list_node(w, more, false, &l);
    add_below(w, out, level, &l);
    list_clear(&l);
}

/* "+/#" where the word may end too is "#". */
static bool join_end(struct list *out)
{
    for (size_t i = 0; i < out->entries.n; i++) {
        if (!cx_str_is(out->entries.items[i].part.filter, "+/#")) continue;
        out->entries.items[i].part.filter = CX_STR("#");
        return true;
    }
    return false;
}

static int by_beginning(const cx_sets *s, const struct edge *a, const struct edge *b)
{
    const struct symbol *x = &s->symbols.items[a->symbol], *y = &s->symbols.items[b->symbol];
    if (x->beginning != y->beginning) return x->beginning ? -1 : 1;
    if (x->beginning && x->text.n != y->text.n) return x->text.n < y->text.n ? -1 : 1;
    return (a->symbol > b->symbol) - (a->symbol < b->symbol);
}

/* The edges of a node, beginnings first, the short ones before the long. */
static struct edge *ordered_edges(const cx_sets *s, cx_set set)
{
    const struct node *n = &s->nodes.items[set];
    struct edge *edges = cx_calloc(n->count, sizeof *edges);
    uint32_t beginnings = 0;
    if (n->count) memcpy(edges, s->edges.items + n->first, n->count * sizeof *edges);
    for (uint32_t i = 0; i < n->count; i++) {
        struct edge e = edges[i];
        if (!s->symbols.items[e.symbol].beginning) continue;
        uint32_t at = i;
        for (; at > beginnings; at--) edges[at] = edges[at - 1];
        edges[at] = e;
        for (; at > 0 && by_beginning(s, &edges[at - 1], &edges[at]) > 0; at--) {
            edges[at] = edges[at - 1];
            edges[at - 1] = e;
        }
        beginnings++;
    }
    return edges;
}

/* What the filters before it say of a level: at the beginning of a word, '+' and '#' do not stand for '$', and of
 * filters '+' does not stand for '#'. */
static cx_set said_of(const struct lister *w, cx_set set, uint32_t symbol, bool root)
{
    const cx_sets *s = w->s;
    const struct symbol *x = &s->symbols.items[symbol];
    if (w->filters && symbol == SYMBOL_HASH) return CX_SET_NONE;
    if (!root || x->text.n == 0 || x->text.p[0] != '$') return cx_set_default(s, set, symbol);
    for (uint32_t p = x->parent; p != NO_SYMBOL; p = s->symbols.items[p].parent)
        if (cx_set_next(s, set, p) != cx_set_default(s, set, p) || p == SYMBOL_DOLLAR) return cx_set_next(s, set, p);
    return CX_SET_NONE;
}

/* How a level is written while a list is made. */
static cx_str listed_level(const struct lister *w, uint32_t symbol)
{
    const struct symbol *x = &w->s->symbols.items[symbol];
    bool itself = symbol == SYMBOL_PLUS || symbol == SYMBOL_HASH;
    if (!x->beginning && !itself) return x->text;
    return cx_arena_join(w->arena, cx_str_of(itself ? ITSELF : BEGINNING), x->text);
}

/* Words that need no look at levels. */
static bool list_constant(struct list *out, cx_set set, bool root)
{
    static const char *const filters[] = {"", PLAIN "#", WILD "#", "#"};
    if (set > CX_SET_ALL || root) return false;
    if (set != CX_SET_NONE) add_entry(out, (struct part){false, cx_str_of(filters[set])});
    return true;
}

static void list_levels(struct lister *w, cx_set set, bool root, struct list *out)
{
    cx_sets *s = w->s;
    uint32_t count = s->nodes.items[set].count;
    struct edge *edges = ordered_edges(s, set);
    for (uint32_t i = 0; i < count; i++) {
        struct edge e = edges[i];
        cx_set target = e.target;
        if (w->filters && e.symbol == SYMBOL_HASH) continue;
        if (root && e.symbol == SYMBOL_EMPTY && cx_set_ends(s, cx_set_default(s, set, e.symbol)))
            target = cx_set_union(s, target, cx_set_end(s)); /* the empty word is no topic: nobody asks */
        add_level(w, out, root, listed_level(w, e.symbol), said_of(w, set, e.symbol, root), target);
    }
    free(edges);
}

static void list_node(struct lister *w, cx_set set, bool root, struct list *out)
{
    cx_sets *s = w->s;
    if (s->full || list_constant(out, set, root)) return;
    if (w->steps-- == 0) {
        s->full = true;
        return;
    }
    cx_set other = s->nodes.items[set].other;
    bool ends = cx_set_ends(s, set), hash = w->filters && cx_set_ends(s, cx_set_next(s, set, SYMBOL_HASH));
    struct list l = {0};
    list_node(w, other, false, &l);
    add_below(w, out, CX_STR("+"), &l);
    list_clear(&l);
    bool joined = (ends || root) && (hash || !w->filters) && join_end(out);
    if (root && cx_set_next(s, set, SYMBOL_DOLLAR) == other)
        add_level(w, out, root, CX_STR(BEGINNING "$"), CX_SET_NONE, other);
    list_levels(w, set, root, out);
    if (hash && !joined) add_level(w, out, root, CX_STR(ITSELF "#"), CX_SET_NONE, cx_set_end(s));
    if (ends && !joined) add_entry(out, (struct part){.no_level = true});
}

/* ---- the list as it is told ---- */

static cx_set_entry told(cx_str filter, cx_arena *arena)
{
    cx_str text = CX_STR(""), level;
    if (!is_special(filter)) return (cx_set_entry){.filter = filter};
    for (size_t at = 0; cx_next_level(filter, &at, &level);) {
        const char *before = "", *behind = at <= filter.n ? "/" : "";
        cx_str rest = is_special(level) ? cx_str_sub(level, 1, level.n - 1) : level;
        if (cx_str_starts(level, CX_STR(ITSELF))) before = "=";
        if (cx_str_starts(level, CX_STR(BEGINNING))) behind = *behind ? "*/" : "*";
        if (cx_str_starts(level, CX_STR(PLAIN))) behind = "(no wildcard)";
        if (cx_str_starts(level, CX_STR(WILD))) behind = "(wildcard)";
        text = cx_arena_printf(arena, "%.*s%s%.*s%s", (int)text.n, text.p, before, (int)rest.n, rest.p, behind);
    }
    return (cx_set_entry){.filter = text, .pseudo = true};
}

/* Symbols have numbers in the order in which they were first met; a list does not depend on that. */
static int by_filter(const void *x, const void *y)
{
    const cx_set_entry *a = x, *b = y;
    return cx_str_cmp(a->filter, b->filter);
}

void cx_set_list(cx_sets *s, cx_set set, bool filters, cx_arena *arena, cx_set_entries *out)
{
    struct lister w = {s, arena, filters, LIST_STEPS};
    struct list l = {0};
    list_node(&w, set, true, &l);
    for (size_t i = 0; i < l.entries.n; i++) {
        const struct entry *e = &l.entries.items[i];
        cx_set_entry *except = cx_arena_alloc(arena, (e->except.n + 1) * sizeof *except);
        for (size_t k = 0; k < e->except.n; k++) except[k] = told(e->except.items[k].filter, arena);
        qsort(except, e->except.n, sizeof *except, by_filter);
        cx_set_entry x = told(e->part.filter, arena);
        x.except = except;
        x.except_count = e->except.n;
        cx_vec_add(&out->items, x);
    }
    if (out->items.n) qsort(out->items.items, out->items.n, sizeof *out->items.items, by_filter);
    list_clear(&l);
}
