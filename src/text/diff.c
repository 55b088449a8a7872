#include "text/diff.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/vec.h"

enum { CONTEXT = 3, EDITS_MAX = 4000 }; /* texts that differ more are replaced as a whole */

struct lines {
    CX_VEC(cx_str) list; /* with their line feeds */
};

static void split(struct lines *l, cx_str text)
{
    for (size_t at = 0; at < text.n;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t n = feed ? (size_t)(feed - text.p) + 1 - at : text.n - at;
        cx_vec_add(&l->list, cx_str_sub(text, at, n));
        at += n;
    }
}

/* What becomes of lines: kept, or not. */
struct diff {
    struct lines a, b;
    bool *gone, *new; /* by line of A, of B */
};

static bool same(const struct diff *d, size_t i, size_t k) { return cx_str_eq(d->a.list.items[i], d->b.list.items[k]); }

static void mark(bool *flags, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) flags[i] = true;
}

/* Myers' shortest edit script for A[A0…A1) and B[B0…B1), by keeping the furthest
 * reaching paths of every number of edits. False: more than EDITS_MAX. */
static bool shortest(struct diff *d, size_t a0, size_t a1, size_t b0, size_t b1)
{
    long n = (long)(a1 - a0), m = (long)(b1 - b0), most = n + m < EDITS_MAX ? n + m : EDITS_MAX, found = -1;
    CX_VEC(long *) trail = {0};
    long *v = cx_calloc((size_t)(2 * most + 3), sizeof *v), *mid = v + most + 1;
    for (long edits = 0; edits <= most && found < 0; edits++) {
        long *kept = cx_calloc((size_t)(2 * edits + 1), sizeof *kept);
        for (long k = -edits; k <= edits; k += 2) {
            long x = k == -edits || (k != edits && mid[k - 1] < mid[k + 1]) ? mid[k + 1] : mid[k - 1] + 1, y = x - k;
            while (x < n && y < m && same(d, a0 + (size_t)x, b0 + (size_t)y)) x++, y++;
            mid[k] = kept[k + edits] = x;
            if (x >= n && y >= m) found = edits;
        }
        cx_vec_add(&trail, kept);
    }
    for (long edits = found, x = n, y = m; edits > 0; edits--) {
        long k = x - y, *last = trail.items[edits - 1] + edits - 1;
        bool down = k == -edits || (k != edits && last[k - 1] < last[k + 1]);
        long from_x = down ? last[k + 1] : last[k - 1], from_y = from_x - (down ? k + 1 : k - 1);
        if (down) d->new[b0 + (size_t)from_y] = true;
        else d->gone[a0 + (size_t)from_x] = true;
        x = from_x, y = from_y;
    }
    for (size_t i = 0; i < trail.n; i++) free(trail.items[i]);
    cx_vec_clear(&trail);
    free(v);
    return found >= 0;
}

static void compare(struct diff *d)
{
    size_t a1 = d->a.list.n, b1 = d->b.list.n, from = 0;
    while (from < a1 && from < b1 && same(d, from, from)) from++;
    while (a1 > from && b1 > from && same(d, a1 - 1, b1 - 1)) a1--, b1--;
    if (shortest(d, from, a1, from, b1)) return;
    mark(d->gone, from, a1);
    mark(d->new, from, b1);
}

static void put_line(cx_buf *out, char sign, cx_str line)
{
    cx_buf_putc(out, sign);
    cx_buf_put(out, line);
    if (line.n == 0 || line.p[line.n - 1] != '\n') cx_buf_puts(out, "\n\\ No newline at end of file\n");
}

/* "@@ -3,7 +3,6 @@" counts from 1, and from 0 where there is no line. */
static void put_range(cx_buf *out, char sign, size_t from, size_t n)
{
    cx_buf_printf(out, "%c%zu", sign, n ? from + 1 : from);
    if (n != 1) cx_buf_printf(out, ",%zu", n);
}

/* From line I of A and K of B, where the next change is, with what is near it; both move behind the hunk. */
static void put_hunk(cx_buf *out, const struct diff *d, size_t *at_a, size_t *at_b)
{
    size_t i = *at_a, k = *at_b, before = i < CONTEXT ? i : CONTEXT, kept = 0;
    size_t from_a = i - before, from_b = k - before, end_a = i, end_b = k;
    while ((i < d->a.list.n || k < d->b.list.n) && kept <= 2 * CONTEXT) {
        bool gone = i < d->a.list.n && d->gone[i], new = k < d->b.list.n && d->new[k];
        if (gone || new) {
            i += gone, k += !gone;
            end_a = i, end_b = k, kept = 0;
        } else {
            i++, k++, kept++;
        }
    }
    size_t after = d->a.list.n - end_a < CONTEXT ? d->a.list.n - end_a : CONTEXT;
    cx_buf_puts(out, "@@ ");
    put_range(out, '-', from_a, end_a + after - from_a);
    cx_buf_putc(out, ' ');
    put_range(out, '+', from_b, end_b + after - from_b);
    cx_buf_puts(out, " @@\n");
    for (i = from_a, k = from_b; i < end_a + after || k < end_b + after;) {
        if (i < end_a && d->gone[i]) put_line(out, '-', d->a.list.items[i++]);
        else if (k < end_b && d->new[k]) put_line(out, '+', d->b.list.items[k++]);
        else put_line(out, ' ', d->a.list.items[i++]), k++;
    }
    *at_a = end_a + after, *at_b = end_b + after;
}

void cx_diff(cx_buf *out, cx_str old_name, cx_str new_name, cx_str old, cx_str new)
{
    if (cx_str_eq(old, new)) return;
    struct diff d = {0};
    split(&d.a, old);
    split(&d.b, new);
    d.gone = cx_calloc(d.a.list.n + 1, sizeof *d.gone);
    d.new = cx_calloc(d.b.list.n + 1, sizeof *d.new);
    compare(&d);
    cx_buf_puts(out, "--- ");
    cx_buf_put_safe(out, old_name);
    cx_buf_puts(out, "\n+++ ");
    cx_buf_put_safe(out, new_name);
    cx_buf_putc(out, '\n');
    for (size_t i = 0, k = 0; i < d.a.list.n || k < d.b.list.n;) {
        bool change = (i < d.a.list.n && d.gone[i]) || (k < d.b.list.n && d.new[k]);
        if (change) put_hunk(out, &d, &i, &k);
        else i++, k++;
    }
    free(d.gone);
    free(d.new);
    cx_vec_clear(&d.a.list);
    cx_vec_clear(&d.b.list);
}
