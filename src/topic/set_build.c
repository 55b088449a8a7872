/* Filters as sets: all of them are put in order and become a node at once, level by level, so that no node is made
 * that the result does not need (but for levels with '+', which others of the same node are joined with). */
#include <stdlib.h>

#include "topic/set_space.h"

/* A filter, step by step: symbols, and these. Both sort behind all symbols. */
enum { ANY_LEVEL = UINT32_MAX - 1, ALL_LEVELS = UINT32_MAX };

struct path {
    const uint32_t *steps;
    size_t n;
};

struct build {
    cx_sets *s;
    bool dollar;  /* wildcards at the beginning do not stand for a '$' there */
    bool filters; /* '+' does not stand for '#' */
};

static int compare(const void *x, const void *y)
{
    const struct path *a = x, *b = y;
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (a->steps[i] != b->steps[i]) return a->steps[i] < b->steps[i] ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}

static cx_set make(struct build *b, const struct path *from, const struct path *to, size_t depth);

/* Where all levels lead but those with an edge; what begins with '$' is none of them where that matters. */
static cx_set push_wild(struct build *b, cx_set wild, size_t depth)
{
    if (b->dollar && depth == 0 && wild != CX_SET_NONE) cx_set_push(b->s, SYMBOL_DOLLAR, CX_SET_NONE);
    return wild;
}

static bool stands_for(const struct build *b, uint32_t symbol, size_t depth)
{
    if (b->filters && symbol == SYMBOL_HASH) return false;
    const struct symbol *x = &b->s->symbols.items[symbol];
    return !(b->dollar && depth == 0 && x->text.n && x->text.p[0] == '$');
}

/* The paths whose step at DEPTH is a symbol. */
static void push_levels(struct build *b, const struct path *from, const struct path *to, size_t depth, cx_set wild)
{
    while (from < to) {
        const struct path *end = from;
        uint32_t symbol = from->steps[depth];
        while (end < to && end->steps[depth] == symbol) end++;
        cx_set target = make(b, from, end, depth + 1);
        if (wild != CX_SET_NONE && stands_for(b, symbol, depth)) target = cx_set_union(b->s, target, wild);
        cx_set_push(b->s, symbol, target);
        from = end;
    }
}

static cx_set make(struct build *b, const struct path *from, const struct path *to, size_t depth)
{
    size_t base = b->s->stack.n;
    bool ends = false, all = from < to && to[-1].n > depth && to[-1].steps[depth] == ALL_LEVELS;
    if (all && (depth || !b->dollar)) return CX_SET_ALL;
    for (; from < to && from->n == depth; from++) ends = true;
    while (from < to && to[-1].steps[depth] == ALL_LEVELS) to--;
    const struct path *any = to;
    while (from < any && any[-1].steps[depth] == ANY_LEVEL) any--;
    cx_set wild = all ? CX_SET_ALL : any < to ? make(b, any, to, depth + 1) : CX_SET_NONE;
    push_levels(b, from, any, depth, wild);
    bool hash = false;
    for (const struct path *p = from; p < any && p->steps[depth] <= SYMBOL_HASH; p++)
        hash |= p->steps[depth] == SYMBOL_HASH;
    if (b->filters && !all && !hash) cx_set_push(b->s, SYMBOL_HASH, CX_SET_NONE);
    push_wild(b, wild, depth);
    return cx_set_make(b->s, base, ends || all, wild);
}

/* ---- filters as paths ---- */

struct paths {
    CX_VEC(uint32_t) steps;
    CX_VEC(size_t) ends; /* of each path */
};

static void add_levels(cx_sets *s, struct paths *p, cx_str filter, bool as_text)
{
    cx_str level;
    for (size_t at = 0; cx_next_level(filter, &at, &level);) {
        bool plus = !as_text && cx_str_is(level, "+"), hash = !as_text && cx_str_is(level, "#");
        cx_vec_add(&p->steps, plus ? ANY_LEVEL : hash ? ALL_LEVELS : cx_set_symbol(s, level));
    }
    cx_vec_add(&p->ends, p->steps.n);
}

/* A final '#' cut off leaves the empty level of "#" and of "/#", which one level more than that covers. */
static void add_wide(cx_sets *s, struct paths *p, cx_str filter)
{
    add_levels(s, p, filter, false);
    if (!cx_str_is(filter, "+/#") && !cx_str_is(filter, "/#")) return;
    cx_vec_add(&p->steps, SYMBOL_HASH);
    cx_vec_add(&p->ends, p->steps.n);
}

static cx_set without_the_empty_word(cx_sets *s, cx_set set)
{
    return set == CX_SET_NONE ? set : cx_set_intersection(s, set, cx_sets_universe(s));
}

cx_set cx_set_of_filters(cx_sets *s, const cx_str *filters, size_t count, cx_set_of of)
{
    struct paths p = {0};
    for (size_t i = 0; i < count; i++) {
        if (of == CX_SET_WIDE) add_wide(s, &p, filters[i]);
        else add_levels(s, &p, filters[i], of == CX_SET_ITSELF);
    }
    struct path *paths = cx_calloc(p.ends.n, sizeof *paths);
    for (size_t i = 0, from = 0; i < p.ends.n; from = p.ends.items[i++])
        paths[i] = (struct path){p.steps.items + from, p.ends.items[i] - from};
    qsort(paths, p.ends.n, sizeof *paths, compare);
    struct build b = {s, of == CX_SET_TOPICS || of == CX_SET_COVERED, of == CX_SET_COVERED || of == CX_SET_WIDE};
    cx_set set = without_the_empty_word(s, make(&b, paths, paths + p.ends.n, 0));
    free(paths);
    cx_vec_clear(&p.steps);
    cx_vec_clear(&p.ends);
    return set;
}

cx_set cx_set_of_beginning(cx_sets *s, cx_str bytes)
{
    CX_VEC(uint32_t) levels = {0};
    cx_str level = bytes;
    for (size_t at = 0; cx_next_level(bytes, &at, &level) && at <= bytes.n;)
        cx_vec_add(&levels, cx_set_symbol(s, level));
    size_t base = s->stack.n;
    cx_set set;
    if (level.n) {
        cx_set_push(s, cx_set_beginning(s, level), CX_SET_ALL);
        set = cx_set_make(s, base, false, CX_SET_NONE);
    } else {
        set = cx_set_make(s, base, false, CX_SET_ALL);
    }
    for (size_t i = levels.n; i-- > 0;) {
        cx_set_push(s, levels.items[i], set);
        set = cx_set_make(s, base, false, CX_SET_NONE);
    }
    cx_vec_clear(&levels);
    return without_the_empty_word(s, set);
}

bool cx_filters_cover(const cx_str *filters, size_t count, cx_str filter)
{
    enum { SPACE = 10000 };
    cx_sets *s = cx_sets_new(SPACE);
    cx_set wanted = cx_set_of_filters(s, &filter, 1, CX_SET_TOPICS),
           found = cx_set_of_filters(s, filters, count, CX_SET_TOPICS);
    bool all = cx_set_difference(s, wanted, found) == CX_SET_NONE && !cx_sets_full(s);
    cx_sets_free(s);
    return all;
}
