#include "base/typo.h"

#include <limits.h>

enum { LONGEST = 64 };

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

unsigned cx_typo_distance(cx_str a, cx_str b)
{
    if (a.n > LONGEST || b.n > LONGEST) return UINT_MAX;
    unsigned rows[3][LONGEST + 1]; /* in half edits; row i holds distances of a[0..i) */
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.n; j++) last[j] = (unsigned)j * 2;
    for (size_t i = 1; i <= a.n; i++) {
        now[0] = (unsigned)i * 2;
        for (size_t j = 1; j <= b.n; j++) {
            char x = a.p[i - 1], y = b.p[j - 1];
            unsigned change = x == y ? 0 : lower(x) == lower(y) ? 1 : 2;
            now[j] = min3(last[j] + 2, now[j - 1] + 2, last[j - 1] + change);
            if (i > 1 && j > 1 && x == b.p[j - 2] && a.p[i - 2] == y && now[j] > before[j - 2] + 2)
                now[j] = before[j - 2] + 2;
        }
        unsigned *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return (last[b.n] + 1) / 2;
}

bool cx_typo_near(cx_str a, cx_str b)
{
    bool same_but_case = a.n == b.n;
    for (size_t i = 0; same_but_case && i < a.n; i++) same_but_case = lower(a.p[i]) == lower(b.p[i]);
    if (same_but_case) return true;
    size_t n = a.n > b.n ? a.n : b.n;
    unsigned most = n < 3 ? 0 : n < 5 ? 1 : n < 9 ? 2 : 3;
    return cx_typo_distance(a, b) <= most;
}

void cx_nearest_offer(cx_nearest *n, cx_str written, cx_str word)
{
    if (!cx_typo_near(written, word)) return;
    unsigned distance = cx_typo_distance(written, word);
    if (!n->word.p || distance < n->distance) *n = (cx_nearest){word, distance};
}
