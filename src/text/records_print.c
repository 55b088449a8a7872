#include "base/vec.h"
#include "text/records.h"
#include "text/tidy.h"

/* NAME:SECRET with blanks that every release cuts off; what else a line holds stays. */
static void put_line(void *context, cx_str line)
{
    cx_tidy *t = context;
    const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
    if (cx_line_is_blank(line)) {
        cx_tidy_blank(t);
    } else if (cx_line_is_comment(line)) {
        cx_tidy_line(t, cx_str_trim_end(line));
    } else if (!colon || memchr(colon + 1, ':', (size_t)(line.p + line.n - colon - 1))) {
        cx_tidy_line(t, line);
    } else {
        cx_tidy_begin(t);
        cx_tidy_put(t, cx_str_trim((cx_str){line.p, (size_t)(colon - line.p)}));
        cx_tidy_put(t, CX_STR(":"));
        cx_tidy_put(t, cx_str_trim((cx_str){colon + 1, (size_t)(line.p + line.n - colon - 1)}));
        cx_tidy_end(t);
    }
}

struct told {
    CX_VEC(cx_record) list;
};

static void tell(const cx_record *r, void *context)
{
    struct told *t = context;
    if (r->kind != CX_RECORD_NO_COLON) cx_vec_add(&t->list, *r);
}

static bool same_record(const cx_record *a, const cx_record *b)
{
    return a->kind == b->kind && a->targets == b->targets && !a->secret.p == !b->secret.p &&
           cx_str_eq(a->name, b->name) && cx_str_eq(a->secret, b->secret) && cx_str_eq(a->extra, b->extra);
}

/* Whether every release reads the same records of both. */
static bool same(cx_str a, cx_str b)
{
    struct told told[2] = {0};
    cx_source sources[2] = {0};
    bool again = false;
    cx_source_over(&sources[0], CX_STR(""), a);
    cx_source_over(&sources[1], CX_STR(""), b);
    for (int i = 0; i < 2; i++) cx_records_read(&sources[i], CX_TARGETS_ALL, &again, tell, &told[i]);
    bool equal = told[0].list.n == told[1].list.n;
    for (size_t i = 0; i < told[0].list.n && equal; i++)
        equal = same_record(&told[0].list.items[i], &told[1].list.items[i]);
    for (int i = 0; i < 2; i++) {
        cx_vec_clear(&told[i].list);
        cx_source_clear(&sources[i]);
    }
    return equal;
}

void cx_records_print(cx_buf *out, cx_str text)
{
    size_t from = out->n;
    cx_tidy t = {.out = out};
    if (!cx_str_has(text, '\0')) cx_each_line(text, put_line, &t);
    if (same(text, cx_str_sub(cx_buf_str(out), from, out->n - from))) return;
    out->n = from;
    cx_buf_put(out, text);
}
