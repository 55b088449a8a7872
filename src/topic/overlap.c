#include <stdint.h>

#include "topic/topic.h"

/* The level at *AT, which moves behind it and its slash; SIZE_MAX: that was the last one. */
static cx_str next_level(cx_str filter, size_t *at)
{
    size_t end = *at;
    while (end < filter.n && filter.p[end] != '/') end++;
    cx_str level = cx_str_sub(filter, *at, end - *at);
    *at = end < filter.n ? end + 1 : SIZE_MAX;
    return level;
}

static bool is_hash(cx_str level) { return level.n == 1 && level.p[0] == '#'; }
static bool is_plus(cx_str level) { return level.n == 1 && level.p[0] == '+'; }

/* What the rest of a filter still matches when the other one has ended: nothing more, or "/#". */
static bool may_end(cx_str filter, size_t at) { return at == SIZE_MAX || (at + 1 == filter.n && filter.p[at] == '#'); }

static bool begins_with_dollar(cx_str filter) { return filter.n > 0 && filter.p[0] == '$'; }

bool cx_filter_covers(cx_str filter, cx_str other)
{
    if (begins_with_dollar(filter) != begins_with_dollar(other)) return false;
    for (size_t i = 0, k = 0;;) {
        if (k == SIZE_MAX) return may_end(filter, i);
        if (i == SIZE_MAX) return false;
        cx_str a = next_level(filter, &i), b = next_level(other, &k);
        if (is_hash(a)) return true;
        if (is_hash(b) || (!is_plus(a) && !cx_str_eq(a, b))) return false;
    }
}

static bool any_level(cx_str level)
{
    for (size_t i = 0; i + 1 < level.n; i++)
        if (level.p[i] == '%' && (level.p[i + 1] == 'c' || level.p[i + 1] == 'u')) return true;
    return is_plus(level);
}

bool cx_filter_overlaps(cx_str filter, cx_str other)
{
    return begins_with_dollar(filter) == begins_with_dollar(other) && cx_filter_overlaps_levels(filter, other);
}

bool cx_filter_overlaps_levels(cx_str filter, cx_str other)
{
    for (size_t i = 0, k = 0;;) {
        if (i == SIZE_MAX) return may_end(other, k);
        if (k == SIZE_MAX) return may_end(filter, i);
        cx_str a = next_level(filter, &i), b = next_level(other, &k);
        if (is_hash(a) || is_hash(b)) return true;
        if (!any_level(a) && !any_level(b) && !cx_str_eq(a, b)) return false;
    }
}
