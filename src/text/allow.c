#define _GNU_SOURCE /* memmem */
#include "text/allow.h"

#include "grammar/grammar.h"

/* Where the line at AT ends, its line feed not included. */
static size_t line_end(cx_str text, size_t at)
{
    const char *feed = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;
    return feed ? (size_t)(feed - text.p) : text.n;
}

/* The first line from AT on that is neither blank nor a comment. */
static cx_str next_line(cx_str text, size_t at)
{
    while (at < text.n) {
        size_t end = line_end(text, at);
        cx_str line = cx_str_sub(text, at, end - at);
        if (cx_str_trim(line).n && line.p[0] != '#') return line;
        at = end + 1;
    }
    return cx_str_sub(text, text.n, 0);
}

/* "allow(RULES) REASON", or "allow-file(…". */
static void read_words(cx_allow *a, cx_str words, cx_str text, size_t end)
{
    bool file = cx_str_starts(words, CX_STR("allow-file("));
    size_t n = file ? 11 : 6;
    const char *close = words.n ? memchr(words.p, ')', words.n) : NULL;
    if (!close || !(file || cx_str_starts(words, CX_STR("allow(")))) return;
    a->rules = cx_str_sub(words, n, (size_t)(close - words.p) - n);
    a->reason = cx_str_trim((cx_str){close + 1, (size_t)(words.p + words.n - close - 1)});
    cx_str line = next_line(text, end);
    a->from = file ? 0 : (uint32_t)(line.p - text.p);
    a->to = file ? (uint32_t)text.n + 1 : a->from + (uint32_t)line.n + 1;
}

void cx_allows_read(cx_allows *a, const cx_source *source)
{
    static const char word[] = "culex:";
    cx_str text = source->text;
    for (size_t at = 0; at < text.n;) {
        const char *found = memmem(text.p + at, text.n - at, word, sizeof word - 1);
        if (!found) return;
        size_t start = (size_t)(found - text.p), end = line_end(text, start);
        const char *feed = start ? memrchr(text.p, '\n', start) : NULL;
        size_t begin = feed ? (size_t)(feed - text.p) + 1 : 0;
        at = end;
        cx_str before = cx_str_trim(cx_str_sub(text, begin, start - begin));
        if (text.p[begin] != '#' || before.n != 1) continue;
        cx_str words = cx_str_trim(cx_str_sub(text, start + sizeof word - 1, end - start - (sizeof word - 1)));
        cx_allow allow = {.span = {(uint32_t)begin, (uint32_t)(end - begin)}};
        read_words(&allow, words, text, end);
        cx_vec_add(&a->list, allow);
    }
}

bool cx_allow_next(cx_str *rules, cx_str *name)
{
    while (rules->n) {
        const char *comma = memchr(rules->p, ',', rules->n);
        size_t n = comma ? (size_t)(comma - rules->p) : rules->n;
        *name = cx_str_trim(cx_str_sub(*rules, 0, n));
        *rules = cx_str_sub(*rules, n + (comma ? 1 : 0), rules->n - n - (comma ? 1 : 0));
        if (name->n) return true;
    }
    return false;
}

bool cx_glob(cx_str glob, cx_str name)
{
    size_t g = 0, n = 0, star = SIZE_MAX, resume = 0;
    while (n < name.n) {
        if (g < glob.n && glob.p[g] == '*') star = g++, resume = n;
        else if (g < glob.n && (glob.p[g] == '?' || glob.p[g] == name.p[n])) g++, n++;
        else if (star != SIZE_MAX) g = star + 1, n = ++resume;
        else return false;
    }
    while (g < glob.n && glob.p[g] == '*') g++;
    return g == glob.n;
}

bool cx_is_rule(cx_str glob, cx_nearest *near)
{
    *near = (cx_nearest){0};
    for (unsigned i = 0; i < CX_RULE_COUNT; i++) {
        cx_str id = cx_str_of(cx_rules[i].id);
        if (cx_glob(glob, id)) return true;
        cx_nearest_offer(near, glob, id);
    }
    return false;
}
