/* src/topic/set against brute force: sets as bits, one for each word of up to four levels over a small alphabet. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "policy/match.h"
#include "topic/set.h"
#include "topic/topic.h"

/* The last ones are levels that no filter names, one for each beginning. */
static const char *const topic_levels[] = {"a", "b", "", "$", "$S", "$Sa", "q", "ax", "$q", "$Sq", "$Saq"};
static const char *const filter_levels[] = {"a", "b", "", "$", "$S", "$Sa", "+", "ax", "$q", "$Sq", "$Saq"};
enum { NAMED = 7, LEVELS = 11, DEPTH = 4, WORDS_MAX = 30000 };

typedef struct words {
    cx_str text[WORDS_MAX];
    size_t n;
    cx_arena arena;
} words;

static void add_words(words *w, const char *const *levels, bool hash, unsigned depth, cx_str before)
{
    for (size_t i = 0; i < (size_t)LEVELS + hash; i++) {
        const char *level = i == LEVELS ? "#" : levels[i];
        cx_str text = cx_arena_printf(&w->arena, "%s%s", before.p, level);
        must(w->n < WORDS_MAX, "more words than there is room for");
        if (text.n) w->text[w->n++] = text;
        if (depth > 1 && i < LEVELS) add_words(w, levels, hash, depth - 1, cx_arena_printf(&w->arena, "%s/", text.p));
    }
}

static words *words_of(bool filters)
{
    words *w = calloc(1, sizeof *w);
    must(w, "memory");
    add_words(w, filters ? filter_levels : topic_levels, filters, DEPTH, CX_STR(""));
    return w;
}

static void words_free(words *w)
{
    cx_arena_clear(&w->arena);
    free(w);
}

/* A set both ways. */
typedef struct both {
    cx_set set;
    bool *has;
} both;

static void hold(cx_sets *s, const both *x, const words *w, const char *what)
{
    for (size_t i = 0; i < w->n; i++)
        must(cx_set_has(s, x->set, w->text[i]) == x->has[i], "%s: '%s' is %s", what, w->text[i].p,
             x->has[i] ? "in" : "out");
}

static cx_str random_filter(rng *r, cx_arena *a)
{
    for (;;) {
        cx_str f = CX_STR("");
        size_t n = 1 + rng_below(r, DEPTH - 1); /* so that what differs does so on some word */
        for (size_t i = 0; i < n; i++) {
            const char *level = i + 1 == n && rng_chance(r, 30) ? "#" : filter_levels[rng_below(r, NAMED)];
            f = cx_arena_printf(a, "%s%s%s", f.p, i ? "/" : "", level);
        }
        if (f.n) return f;
    }
}

static bool stands_for(cx_str filter, cx_str word, cx_set_of of)
{
    if (of == CX_SET_TOPICS) return cx_filter_match(filter, word);
    if (of == CX_SET_ITSELF) return cx_str_eq(filter, word);
    const cx_release *release = cx_release_find(of == CX_SET_WIDE ? CX_STR("2.0.22") : CX_STR("2.1.2"));
    cx_query q = cx_query_of(release, CX_ACCESS_SUBSCRIBE, word);
    cx_rule rule = {.filter = filter.p, .filter_len = (uint32_t)filter.n, .matcher = CX_MATCH_FILTER};
    cx_client c = {.anonymous = true};
    return cx_rule_matches(&rule, &c, &q);
}

/* Some filters, or all that begins with some bytes, or one of the constants within the universe. */
static both random_set(cx_sets *s, rng *r, const words *w, bool filters, cx_arena *a)
{
    static const char *const beginnings[] = {"$", "$S", "$Sa", "a", "b/", "b/a", "a/$S"};
    both x = {CX_SET_NONE, calloc(w->n, sizeof(bool))};
    must(x.has, "memory");
    if (rng_chance(r, 15)) {
        cx_str bytes = cx_str_of(rng_pick(r, beginnings));
        x.set = cx_set_of_beginning(s, bytes);
        for (size_t i = 0; i < w->n; i++) x.has[i] = cx_str_starts(w->text[i], bytes);
        return x;
    }
    if (filters && rng_chance(r, 10)) {
        cx_set constant = 1 + (cx_set)rng_below(r, 3);
        x.set = cx_set_intersection(s, constant, cx_sets_universe(s));
        for (size_t i = 0; i < w->n; i++)
            x.has[i] = constant & (cx_has_wildcard(w->text[i]) ? CX_SET_WILD : CX_SET_PLAIN);
        return x;
    }
    static const cx_set_of kinds[] = {CX_SET_COVERED, CX_SET_WIDE, CX_SET_ITSELF};
    cx_set_of of = filters ? rng_pick(r, kinds) : CX_SET_TOPICS;
    cx_str list[6];
    size_t n = rng_below(r, 6);
    for (size_t i = 0; i < n; i++) list[i] = random_filter(r, a);
    x.set = cx_set_of_filters(s, list, n, of);
    for (size_t i = 0; i < w->n; i++)
        for (size_t k = 0; k < n && !x.has[i]; k++) x.has[i] = stands_for(list[k], w->text[i], of);
    return x;
}

static both operate(cx_sets *s, size_t o, both x, both y, size_t n)
{
    both z = {o == 0   ? cx_set_union(s, x.set, y.set)
              : o == 1 ? cx_set_intersection(s, x.set, y.set)
                       : cx_set_difference(s, x.set, y.set),
              calloc(n, sizeof(bool))};
    must(z.has, "memory");
    for (size_t i = 0; i < n; i++)
        z.has[i] = o == 0 ? x.has[i] || y.has[i] : o == 1 ? x.has[i] && y.has[i] : x.has[i] && !y.has[i];
    return z;
}

static size_t levels_of(cx_str word)
{
    size_t n = 1;
    for (size_t i = 0; i < word.n; i++) n += word.p[i] == '/';
    return n;
}

/* A word of the set, and none of the words is shorter. */
static void hold_witness(cx_sets *s, const both *x, const words *w, cx_arena *a)
{
    cx_str word = cx_set_witness(s, x->set, a);
    must((word.p == NULL) == (x->set == CX_SET_NONE), "a witness of nothing, or none of something");
    if (!word.p) return;
    must(cx_set_has(s, x->set, word), "the witness '%s' is not in the set", word.p);
    for (size_t i = 0; i < w->n; i++)
        must(!x->has[i] || levels_of(word) <= levels_of(w->text[i]), "'%s' is shorter than the witness '%s'",
             w->text[i].p, word.p);
}

/* The levels of an entry of a list against those of a word; in a set of filters '+' does not stand for '#'. */
static bool levels_match(cx_str f, cx_str word, bool filters)
{
    for (;;) {
        const char *fs = memchr(f.p, '/', f.n), *ws = memchr(word.p, '/', word.n);
        cx_str a = {f.p, fs ? (size_t)(fs - f.p) : f.n}, b = {word.p, ws ? (size_t)(ws - word.p) : word.n};
        if (cx_str_is(a, "#")) return true;
        if (cx_str_is(a, "#(no wildcard)")) return !cx_has_wildcard(word);
        if (cx_str_is(a, "#(wildcard)")) return cx_has_wildcard(word);
        if (a.n && a.p[0] == '=') a = cx_str_sub(a, 1, a.n - 1);
        else if (cx_str_is(a, "+")) a = filters && cx_str_is(b, "#") ? a : b;
        else if (a.n && a.p[a.n - 1] == '*') a = cx_str_starts(b, cx_str_sub(a, 0, a.n - 1)) ? b : a;
        if (!cx_str_eq(a, b)) return false;
        if (!ws && fs)
            return cx_str_is((cx_str){fs + 1, (size_t)(f.p + f.n - fs - 1)}, "#") ||
                   cx_str_is((cx_str){fs + 1, (size_t)(f.p + f.n - fs - 1)}, "#(no wildcard)");
        if (!ws || !fs) return !ws && !fs;
        f = (cx_str){fs + 1, (size_t)(f.p + f.n - fs - 1)};
        word = cx_str_sub(word, b.n + 1, word.n - b.n - 1);
    }
}

static bool is_listed(const cx_set_entry *e, cx_str word, bool filters)
{
    bool wild = e->filter.n && strchr("+#", e->filter.p[0]); /* which does not stand for '$' */
    return !(wild && word.p[0] == '$') && levels_match(e->filter, word, filters);
}

static void hold_list(cx_sets *s, const both *x, const words *w, bool filters, cx_arena *a)
{
    cx_set_entries list = {0};
    cx_set_list(s, x->set, filters, a, &list);
    for (size_t i = 0; i < w->n; i++) {
        bool in = false;
        for (size_t k = 0; k < list.items.n && !in; k++) {
            const cx_set_entry *e = &list.items.items[k];
            in = is_listed(e, w->text[i], filters);
            for (size_t n = 0; n < e->except_count && in; n++) in = !is_listed(&e->except[n], w->text[i], filters);
        }
        if (in == x->has[i]) continue;
        for (size_t k = 0; k < list.items.n; k++) {
            const cx_set_entry *e = &list.items.items[k];
            fprintf(stderr, "%.*s except", (int)e->filter.n, e->filter.p);
            for (size_t n = 0; n < e->except_count; n++)
                fprintf(stderr, " %.*s", (int)e->except[n].filter.n, e->except[n].filter.p);
            fputc('\n', stderr);
        }
        must(false, "'%s' is %s the set, not so the list", w->text[i].p, x->has[i] ? "in" : "not in");
    }
    cx_vec_clear(&list.items);
}

static void hold_algebra(const char *test, bool filters)
{
    enum { ROUNDS = 40, KEPT = 12 };
    rng r = rng_for(test);
    words *w = words_of(filters);
    for (int round = 0; round < ROUNDS; round++) {
        cx_sets *s = cx_sets_new(CX_SETS_NODES);
        cx_arena a = {0};
        both kept[KEPT];
        for (size_t i = 0; i < KEPT; i++) {
            kept[i] = i < 6 ? random_set(s, &r, w, filters, &a)
                            : operate(s, rng_below(&r, 3), kept[rng_below(&r, i)], kept[rng_below(&r, i)], w->n);
            hold(s, &kept[i], w, i < 6 ? "made" : "combined");
            hold_witness(s, &kept[i], w, &a);
            hold_list(s, &kept[i], w, filters, &a);
            for (size_t k = 0; k < i; k++) {
                bool same = !memcmp(kept[i].has, kept[k].has, w->n * sizeof(bool));
                must(same || kept[i].set != kept[k].set, "two sets are one");
                if (same && kept[i].set != kept[k].set) {
                    cx_str x = cx_set_witness(s, cx_set_difference(s, kept[i].set, kept[k].set), &a);
                    cx_str y = cx_set_witness(s, cx_set_difference(s, kept[k].set, kept[i].set), &a);
                    must(false, "one set is two: '%s' is in one, '%s' in the other", x.p ? x.p : "", y.p ? y.p : "");
                }
            }
        }
        for (size_t i = 0; i < KEPT; i++) free(kept[i].has);
        cx_arena_clear(&a);
        cx_sets_free(s);
    }
    words_free(w);
}

START_TEST(topics_are_sets) { hold_algebra("topics_are_sets", false); }
END_TEST

START_TEST(filters_are_sets) { hold_algebra("filters_are_sets", true); }
END_TEST

START_TEST(a_full_space_says_so)
{
    cx_sets *s = cx_sets_new(50);
    cx_arena a = {0};
    cx_set all = CX_SET_NONE;
    for (int i = 0; i < 100 && !cx_sets_full(s); i++) {
        cx_str f = cx_arena_printf(&a, "a/%d/+/b%d", i, i);
        all = cx_set_union(s, all, cx_set_of_filters(s, &f, 1, CX_SET_TOPICS));
    }
    ck_assert(cx_sets_full(s));
    ck_assert_uint_eq(cx_set_union(s, CX_SET_PLAIN, CX_SET_WILD), CX_SET_NONE);
    ck_assert_ptr_null(cx_set_witness(s, all, &a).p);
    cx_arena_clear(&a);
    cx_sets_free(s);
}
END_TEST

Suite *suite_set(void)
{
    Suite *s = suite_create("set");
    TCase *t = tcase_create("algebra");
    tcase_set_timeout(t, 600);
    tcase_add_test(t, topics_are_sets);
    tcase_add_test(t, filters_are_sets);
    tcase_add_test(t, a_full_space_says_so);
    suite_add_tcase(s, t);
    return s;
}
