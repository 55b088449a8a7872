#include "analysis/diff.h"

#include <stdlib.h>

#include "analysis/rivals.h"

enum { ACCESSES = 3 };
static const cx_access accesses[ACCESSES] = {CX_ACCESS_READ, CX_ACCESS_WRITE, CX_ACCESS_SUBSCRIBE};

struct pair {
    cx_set old, new;
};

static cx_set ask(cx_side side, const cx_client *c, cx_access access, bool *unknown)
{
    cx_set open = CX_SET_NONE, set = CX_SET_NONE;
    if (side.effective) set = cx_effective_set(side.effective, c, access, &open);
    *unknown |= open != CX_SET_NONE;
    return set;
}

/* What of a difference in subscriptions can deliver something: below $CONTROL that takes a right to read there. */
static cx_set that_delivers(cx_sets *s, cx_set difference, const struct pair *read, cx_changes *out)
{
    cx_set control = cx_set_of_beginning(s, CX_STR("$CONTROL"));
    cx_set heard = cx_set_intersection(s, control, cx_set_union(s, read->old, read->new));
    if (heard != CX_SET_NONE) return difference;
    cx_set rest = cx_set_difference(s, difference, control);
    out->remarks |= rest != difference;
    return rest;
}

static void add(cx_sets *s, cx_changes *out, const cx_client *c, cx_access access, bool gained, cx_set set,
                const cx_change *known, size_t count)
{
    if (set == CX_SET_NONE || cx_sets_full(s)) return;
    for (size_t i = 0; i < count; i++)
        if (known[i].access == access && known[i].gained == gained) return; /* said already of any id */
    cx_change x = {*c, access, gained, set};
    cx_vec_add(&out->items, x);
}

/* One client id. FROM: the changes of a free id, which need not be said again, begin there and are COUNT. */
static void compare(cx_sets *s, cx_side old, cx_side new, const cx_client *c, cx_changes *out, size_t from,
                    size_t count)
{
    struct pair read = {CX_SET_NONE, CX_SET_NONE};
    for (unsigned i = 0; i < ACCESSES; i++) {
        struct pair p = {ask(old, c, accesses[i], &out->unknown), ask(new, c, accesses[i], &out->unknown)};
        if (i == 0) read = p;
        if (p.old == p.new) continue;
        cx_set more = cx_set_difference(s, p.new, p.old), less = cx_set_difference(s, p.old, p.new);
        if (accesses[i] == CX_ACCESS_SUBSCRIBE) {
            more = that_delivers(s, more, &read, out);
            less = that_delivers(s, less, &read, out);
        }
        add(s, out, c, accesses[i], true, more, out->items.items + from, count);
        add(s, out, c, accesses[i], false, less, out->items.items + from, count);
    }
}

void cx_diff_client(cx_sets *s, cx_side old, cx_side new, const cx_who *who, cx_changes *out)
{
    if (old.effective && new.effective && cx_effective_same_rules(old.effective, new.effective, &who->client)) return;
    size_t from = out->items.n, count = 0;
    cx_cases cases = {0};
    cx_cases_of(&cases, s, who, &(cx_case_question){.brokers = {old.broker, new.broker}, .accesses = CX_ACCESS_ALL});
    for (size_t i = 0; i < cases.items.n && !cx_sets_full(s); i++) {
        compare(s, old, new, &cases.items.items[i], out, from, count);
        if (i == 0) count = out->items.n - from;
    }
    out->slashes |= cases.slashes;
    out->too_many |= cases.too_many;
    cx_cases_clear(&cases);
}
