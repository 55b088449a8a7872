#include "formats/acl/print.h"

#include "text/tidy.h"

struct printing {
    cx_tidy tidy;
    const cx_acl *acl;
    size_t next;    /* entry */
    size_t finding; /* the next one by place */
};

/* Whether something is said about the line: it may not be read as it looks. */
static bool is_doubtful(struct printing *p, cx_str line)
{
    const cx_findings *f = &p->acl->findings;
    size_t from = (size_t)(line.p - p->acl->source->text.p), to = from + line.n;
    while (p->finding < f->list.n && f->list.items[p->finding].span.at < from) p->finding++;
    return p->finding < f->list.n && f->list.items[p->finding].span.at <= to;
}

static void put_entry(struct printing *p, cx_str line, const cx_acl_entry *e)
{
    static const char *const keywords[] = {
        [CX_ACL_USER] = "user", [CX_ACL_TOPIC] = "topic", [CX_ACL_PATTERN] = "pattern"};
    cx_str value = cx_source_str(p->acl->source, e->value), text = cx_str_trim(line);
    size_t word = strlen(keywords[e->kind]);
    cx_str access = cx_str_trim((cx_str){text.p + word, (size_t)(value.p - text.p) - word});
    bool section = e->kind == CX_ACL_USER && p->tidy.any && !p->tidy.comment;
    if (section) cx_tidy_blank(&p->tidy);
    cx_tidy_begin(&p->tidy);
    cx_tidy_put(&p->tidy, cx_str_of(keywords[e->kind]));
    cx_tidy_put(&p->tidy, CX_STR(" "));
    cx_tidy_put(&p->tidy, access);
    if (access.n) cx_tidy_put(&p->tidy, CX_STR(" "));
    cx_tidy_put(&p->tidy, value);
    cx_tidy_end(&p->tidy);
}

static void put_line(void *context, cx_str line)
{
    struct printing *p = context;
    const cx_acl *acl = p->acl;
    size_t end = (size_t)(line.p - acl->source->text.p) + line.n;
    const cx_acl_entry *e = p->next < acl->entries.n ? &acl->entries.items[p->next] : NULL;
    bool entry = e && e->value.at <= end;
    if (entry) p->next++;
    if (cx_line_is_blank(line)) cx_tidy_blank(&p->tidy);
    else if (cx_line_is_comment(line)) cx_tidy_line(&p->tidy, cx_str_trim_end(line));
    else if (entry && !is_doubtful(p, line)) put_entry(p, line, e);
    else cx_tidy_line(&p->tidy, line);
}

bool cx_acl_same(const cx_acl *a, const cx_acl *b)
{
    if (a->entries.n != b->entries.n || a->findings.refused != b->findings.refused) return false;
    for (size_t i = 0; i < a->entries.n; i++) {
        const cx_acl_entry *x = &a->entries.items[i], *y = &b->entries.items[i];
        if (x->kind != y->kind || x->access != y->access || x->targets != y->targets ||
            !cx_str_eq(cx_source_str(a->source, x->value), cx_source_str(b->source, y->value)))
            return false;
    }
    return true;
}

void cx_acl_print(cx_buf *out, const cx_acl *acl)
{
    size_t from = out->n;
    struct printing p = {.tidy = {.out = out}, .acl = acl};
    cx_str text = acl->source->text;
    cx_source after = {0};
    cx_acl again = {0};
    if (!cx_str_has(text, '\0') && !cx_findings_dropped(&acl->findings)) cx_each_line(text, put_line, &p);
    cx_source_over(&after, acl->source->name, cx_str_sub(cx_buf_str(out), from, out->n - from));
    cx_acl_read(&again, &after, CX_TARGETS_ALL, 1);
    if (!cx_acl_same(acl, &again)) {
        out->n = from;
        cx_buf_put(out, text);
    }
    cx_acl_clear(&again);
    cx_source_clear(&after);
}
