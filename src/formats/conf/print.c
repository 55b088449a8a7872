#include "formats/conf/print.h"

#include "text/tidy.h"

struct printing {
    cx_tidy tidy;
    const cx_conf *conf;
    const cx_conf_file *file;
    size_t next; /* line that says something */
};

/* Blanks at the ends of the value are a part of it, in some release. */
static bool blanks_count(const cx_conf_option *o)
{
    size_t number = (size_t)(o - cx_conf_options);
    return number == CX_OPT_PLUGIN || number == CX_OPT_GLOBAL_PLUGIN || number == CX_OPT_PLUGIN_LOAD ||
           number == CX_OPT_PLUGIN_OPT || number == CX_OPT_INCLUDE_DIR || o->value == CX_VALUE_IGNORED;
}

/* What of the rest of a line counts. Words end at spaces alone: a tab behind one is a part of it. */
static cx_str counting(const cx_conf_option *o, cx_str rest)
{
    if (o->value == CX_VALUE_STRING) return cx_str_trim(rest);
    while (rest.n > 0 && rest.p[rest.n - 1] == ' ') rest.n--;
    while (rest.n > 0 && rest.p[0] == ' ') rest = cx_str_sub(rest, 1, rest.n - 1);
    return rest;
}

static bool begins(const cx_conf_option *o)
{
    size_t number = (size_t)(o - cx_conf_options);
    return number == CX_OPT_LISTENER || number == CX_OPT_CONNECTION || number == CX_OPT_PLUGIN ||
           number == CX_OPT_GLOBAL_PLUGIN || number == CX_OPT_PLUGIN_LOAD;
}

static void put_option(struct printing *p, cx_str line, const cx_conf_line *l)
{
    const cx_conf_option *o = cx_conf_line_option(l);
    cx_str rest = cx_conf_line_rest(p->conf, l), value = counting(o, rest);
    if (begins(o) && p->tidy.any && !p->tidy.comment) cx_tidy_blank(&p->tidy);
    if (blanks_count(o) || value.n == 0) {
        cx_tidy_line(&p->tidy, line);
        return;
    }
    cx_tidy_begin(&p->tidy);
    cx_tidy_put(&p->tidy, cx_conf_line_word(p->conf, l));
    cx_tidy_put(&p->tidy, CX_STR(" "));
    cx_tidy_put(&p->tidy, value);
    cx_tidy_end(&p->tidy);
}

static void put_line(void *context, cx_str line)
{
    struct printing *p = context;
    size_t end = (size_t)(line.p - p->file->source.text.p) + line.n;
    const cx_conf_line *l = p->next < p->file->lines.n ? &p->file->lines.items[p->next] : NULL;
    bool says = l && l->at <= end;
    if (says) p->next++;
    if (says && l->kind == CX_CONF_OPTION && l->targets == CX_TARGETS_ALL) put_option(p, line, l);
    else if (says) cx_tidy_line(&p->tidy, line);
    else if (cx_line_is_blank(line)) cx_tidy_blank(&p->tidy);
    else cx_tidy_line(&p->tidy, cx_line_is_comment(line) ? cx_str_trim_end(line) : line);
}

static bool same_line(const cx_conf *a, const cx_conf_line *x, const cx_conf *b, const cx_conf_line *y)
{
    cx_str v = cx_conf_line_rest(a, x), w = cx_conf_line_rest(b, y);
    bool trim = x->kind == CX_CONF_OPTION && !blanks_count(cx_conf_line_option(x));
    return x->kind == y->kind && x->name == y->name && x->targets == y->targets &&
           cx_str_eq(cx_conf_line_word(a, x), cx_conf_line_word(b, y)) &&
           (trim ? cx_str_eq(counting(cx_conf_line_option(x), v), counting(cx_conf_line_option(x), w))
                 : cx_str_eq(v, w));
}

/* Whether every release reads the same lines of both; B has one file. */
static bool same(const cx_conf *a, const cx_conf_file *x, const cx_conf *b)
{
    const cx_conf_file *y = b->files.items[0];
    bool equal = x->lines.n == y->lines.n;
    for (size_t i = 0; i < x->lines.n && equal; i++) equal = same_line(a, &x->lines.items[i], b, &y->lines.items[i]);
    return equal;
}

void cx_conf_print(cx_buf *out, const cx_conf *c, uint32_t file)
{
    size_t from = out->n;
    const cx_conf_file *f = c->files.items[file];
    struct printing p = {.tidy = {.out = out}, .conf = c, .file = f};
    cx_conf again;
    if (!cx_str_has(f->source.text, '\0')) cx_each_line(f->source.text, put_line, &p);
    cx_conf_over(&again, f->source.name, cx_str_sub(cx_buf_str(out), from, out->n - from));
    if (!same(c, f, &again)) {
        out->n = from;
        cx_buf_put(out, f->source.text);
    }
    cx_conf_clear(&again);
}
