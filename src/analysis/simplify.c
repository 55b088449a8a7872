#include "analysis/simplify.h"

#include <stdlib.h>

#include "analysis/effective.h"
#include "text/tidy.h"

enum { READ, WRITE, BOTH };

/* A rule, and the topics it is about. */
struct part {
    size_t entry;
    bool access[BOTH];
    cx_set set;
    bool gone;
};

typedef CX_VEC(struct part) parts;

struct simplifying {
    cx_sets *s;
    const cx_policy *p;
    const cx_acl *acl;
    cx_fate *fates;
    cx_set gates[BOTH];
    cx_set patterns; /* at least all that patterns may allow somebody */
};

/* Entries stand in the order of the file. */
static size_t entry_of(const cx_acl *acl, const cx_rule *r)
{
    size_t from = 0, to = acl->entries.n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (acl->entries.items[middle].value.at < r->at) from = middle + 1;
        else to = middle;
    }
    return from;
}

static bool has_variable(cx_str filter) { return cx_str_find(filter, "%c") || cx_str_find(filter, "%u"); }

static bool is_deny(const cx_rule *r) { return r->outcome == CX_DENY; }

/* More topics than a filter with variables can match, whatever the names are. */
static cx_set at_least(cx_sets *s, cx_str filter)
{
    size_t end = 0, last = 0;
    for (; end < filter.n && filter.p[end] != '%'; end++)
        if (filter.p[end] == '/') last = end + 1;
    if (end == filter.n) return cx_set_of_filters(s, &filter, 1, CX_SET_TOPICS);
    if (last == 0) return cx_sets_universe(s);
    cx_str wide = cx_arena_join(cx_sets_arena(s), cx_str_sub(filter, 0, last), CX_STR("#"));
    return cx_set_of_filters(s, &wide, 1, CX_SET_TOPICS);
}

/* The topics of rules of a list that is_deny() says of, with one access. */
static cx_set all_of(const struct simplifying *x, const parts *all, unsigned access)
{
    CX_VEC(cx_set) sets = {0};
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].access[access] && !all->items[i].gone) cx_vec_add(&sets, all->items[i].set);
    cx_set set = cx_set_union_of(x->s, sets.items, sets.n);
    cx_vec_clear(&sets);
    return set;
}

struct sets {
    cx_set of[BOTH];
};

static struct sets together(cx_sets *s, struct sets a, struct sets b)
{
    return (struct sets){{cx_set_union(s, a.of[READ], b.of[READ]), cx_set_union(s, a.of[WRITE], b.of[WRITE])}};
}

static struct sets said_by(cx_sets *s, const struct part *from, size_t n)
{
    if (n == 1)
        return (struct sets){
            {from->access[READ] ? from->set : CX_SET_NONE, from->access[WRITE] ? from->set : CX_SET_NONE}};
    return together(s, said_by(s, from, n / 2), said_by(s, from + n / 2, n - n / 2));
}

/* Marks those that say no more than OUTSIDE and the others do, the later ones first; what is left of them is the answer. By halves, so
 * that a list of n rules takes n log n unions. */
static struct sets mark(cx_sets *s, struct part *from, size_t n, struct sets outside)
{
    if (n == 1) {
        bool more = false;
        for (unsigned a = 0; a < BOTH; a++)
            more |= from->access[a] && cx_set_difference(s, from->set, outside.of[a]) != CX_SET_NONE;
        from->gone |= !more && !cx_sets_full(s);
        if (from->gone) return (struct sets){{CX_SET_NONE, CX_SET_NONE}};
        return said_by(s, from, 1);
    }
    size_t half = n / 2;
    struct sets late = mark(s, from + half, n - half, together(s, outside, said_by(s, from, half)));
    struct sets early = mark(s, from, half, together(s, outside, late));
    return together(s, early, late);
}

static void add_part(const struct simplifying *x, parts *out, const cx_rule *r)
{
    cx_str filter = cx_rule_filter(r);
    struct part part = {.entry = entry_of(x->acl, r), .set = cx_set_of_filters(x->s, &filter, 1, CX_SET_TOPICS)};
    part.access[READ] = r->access & CX_ACCESS_READ;
    part.access[WRITE] = r->access & CX_ACCESS_WRITE;
    cx_vec_add(out, part);
}

static int by_entry(const void *x, const void *y)
{
    const struct part *a = x, *b = y;
    return (a->entry > b->entry) - (a->entry < b->entry);
}

/* The rules of a list without variables, allows or denies, in the order of the file. */
static parts parts_of(const struct simplifying *x, const cx_list *list, bool denies)
{
    parts out = {0};
    for (uint32_t i = list->first; i < list->first + list->count; i++) {
        const cx_rule *r = &x->p->rules[i];
        if (is_deny(r) == denies && !has_variable(cx_rule_filter(r))) add_part(x, &out, r);
    }
    if (out.n) qsort(out.items, out.n, sizeof *out.items, by_entry);
    return out;
}

static void carry_out(const struct simplifying *x, const parts *all)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].gone) x->fates[all->items[i].entry] = CX_RULE_SAYS_NOTHING;
}

/* At least all that a list may allow somebody, by its rules with variables. */
static cx_set variables_of(const struct simplifying *x, const cx_list *list)
{
    cx_set set = CX_SET_NONE;
    for (uint32_t i = list->first; i < list->first + list->count; i++) {
        cx_str filter = cx_rule_filter(&x->p->rules[i]);
        if (!is_deny(&x->p->rules[i]) && has_variable(filter)) set = cx_set_union(x->s, set, at_least(x->s, filter));
    }
    return set;
}

/* Of rules with variables and one topic, one that says no more than an earlier one. */
static void mark_variables(const struct simplifying *x, const cx_list *list)
{
    cx_map first = {0};
    CX_VEC(const cx_rule *) rules = {0};
    for (uint32_t i = list->first; i < list->first + list->count; i++) {
        const cx_rule *r = &x->p->rules[i];
        if (!has_variable(cx_rule_filter(r))) continue;
        cx_str key = cx_arena_printf(cx_sets_arena(x->s), "%d %.*s", r->outcome, (int)r->filter_len, r->filter);
        uint32_t number = cx_map_put(&first, key);
        if (number == rules.n) cx_vec_add(&rules, r);
        else if ((r->access & ~rules.items[number]->access) == 0) x->fates[entry_of(x->acl, r)] = CX_RULE_SAYS_NOTHING;
    }
    cx_map_clear(&first);
    cx_vec_clear(&rules);
}

static void simplify_list(const struct simplifying *x, const cx_list *list)
{
    parts allows = parts_of(x, list, false), denies = parts_of(x, list, true);
    cx_set allowed = cx_set_union(x->s, all_of(x, &allows, READ), all_of(x, &allows, WRITE));
    allowed = cx_set_union(x->s, allowed, variables_of(x, list));
    if (list->kind != CX_LIST_PATTERNS) allowed = cx_set_union(x->s, allowed, x->patterns);
    for (size_t i = 0; i < denies.n; i++) /* nobody has what it takes */
        denies.items[i].gone = cx_set_intersection(x->s, denies.items[i].set, allowed) == CX_SET_NONE;
    cx_set none = CX_SET_NONE;
    if (denies.n) mark(x->s, denies.items, denies.n, (struct sets){{none, none}});
    struct sets outside = {{all_of(x, &denies, READ), all_of(x, &denies, WRITE)}};
    if (allows.n)
        mark(x->s, allows.items, allows.n, together(x->s, outside, (struct sets){{x->gates[READ], x->gates[WRITE]}}));
    if (!cx_sets_full(x->s)) {
        carry_out(x, &allows);
        carry_out(x, &denies);
        mark_variables(x, list);
    }
    cx_vec_clear(&allows);
    cx_vec_clear(&denies);
}

void cx_simplify_acl(cx_sets *s, const cx_policy *p, cx_fate *fates)
{
    struct simplifying x = {.s = s, .p = p, .acl = p->documents[0].acl, .fates = fates};
    x.gates[READ] = cx_broker_gate(s, CX_ACCESS_READ);
    x.gates[WRITE] = cx_broker_gate(s, CX_ACCESS_WRITE);
    for (size_t i = 0; i < p->lists.n; i++) {
        const cx_list *list = &p->lists.items[i];
        if (list->kind != CX_LIST_PATTERNS) continue;
        parts plain = parts_of(&x, list, false);
        x.patterns = cx_set_union(s, all_of(&x, &plain, READ), all_of(&x, &plain, WRITE));
        x.patterns = cx_set_union(s, x.patterns, variables_of(&x, list));
        cx_vec_clear(&plain);
    }
    for (size_t i = 0; i < p->lists.n && !cx_sets_full(s); i++) simplify_list(&x, &p->lists.items[i]);
}

/* ---- joining ---- */

void cx_simplify_join(const cx_policy *p, cx_fate *fates)
{
    const cx_acl *acl = p->documents[0].acl;
    for (size_t i = 0; i < p->lists.n; i++) {
        const cx_list *list = &p->lists.items[i];
        cx_map topics = {0};
        CX_VEC(size_t) first = {0};
        for (uint32_t k = list->first; k < list->first + list->count; k++) {
            const cx_rule *r = &p->rules[k];
            size_t entry = entry_of(acl, r);
            if (is_deny(r) || fates[entry] != CX_RULE_STAYS) continue;
            uint32_t number = cx_map_put(&topics, cx_rule_filter(r));
            if (number == first.n) {
                cx_vec_add(&first, entry);
            } else if (fates[first.items[number]] == CX_RULE_STAYS &&
                       acl->entries.items[first.items[number]].access != acl->entries.items[entry].access) {
                fates[first.items[number]] = CX_RULE_READS_AND_WRITES;
                fates[entry] = CX_RULE_SAYS_NOTHING;
            }
        }
        cx_map_clear(&topics);
        cx_vec_clear(&first);
    }
}

/* ---- printing ---- */

struct printing {
    const cx_acl *acl;
    const cx_fate *fates;
    cx_buf *out;
    size_t entry;    /* the next one */
    cx_buf comments; /* right above the line at hand */
    bool left_out;   /* the rules since the comments were left out, all of them, and there was one */
};

/* Comments go with the rules right below them, when all of those go. */
static void settle_comments(struct printing *w, bool stay)
{
    if (stay || !w->left_out) cx_buf_put(w->out, cx_buf_str(&w->comments));
    w->comments.n = 0;
    w->left_out = false;
}

static void print_joined(struct printing *w, cx_str line, const cx_acl_entry *e)
{
    size_t indent = 0;
    while (indent < line.n && line.p[indent] == ' ') indent++;
    cx_buf_put(w->out, cx_str_sub(line, 0, indent));
    cx_buf_puts(w->out, e->kind == CX_ACL_PATTERN ? "pattern readwrite " : "topic readwrite ");
    cx_buf_put(w->out, cx_source_str(w->acl->source, e->value));
}

static void print_line(void *context, cx_str line)
{
    struct printing *w = context;
    size_t end = (size_t)(line.p + line.n - w->acl->source->text.p);
    bool has_end = end < w->acl->source->text.n;
    const cx_acl_entry *e = NULL;
    cx_fate fate = CX_RULE_STAYS;
    if (w->entry < w->acl->entries.n && w->acl->entries.items[w->entry].value.at <= end) {
        fate = w->fates[w->entry];
        e = &w->acl->entries.items[w->entry++];
    }
    if (fate == CX_RULE_SAYS_NOTHING) {
        w->left_out = true;
        return;
    }
    if (cx_line_is_comment(line)) {
        if (w->left_out) settle_comments(w, false);
        cx_buf_put(&w->comments, line);
        if (has_end) cx_buf_putc(&w->comments, '\n');
        return;
    }
    settle_comments(w, e && e->kind != CX_ACL_USER);
    if (fate == CX_RULE_READS_AND_WRITES) print_joined(w, line, e);
    else cx_buf_put(w->out, line);
    if (has_end) cx_buf_putc(w->out, '\n');
}

void cx_simplify_print(const cx_acl *acl, const cx_fate *fates, cx_buf *out)
{
    struct printing w = {.acl = acl, .fates = fates, .out = out};
    cx_each_line(acl->source->text, print_line, &w);
    settle_comments(&w, false);
    cx_buf_clear(&w.comments);
}

/* ---- a dynamic-security.json ---- */

/* Where the object that begins at AT ends. */
static size_t object_end(cx_str text, size_t at)
{
    size_t depth = 0;
    bool quoted = false;
    for (; at < text.n; at++) {
        char c = text.p[at];
        if (quoted) {
            if (c == '\\') at++;
            else if (c == '"') quoted = false;
        } else if (c == '"') quoted = true;
        else if (c == '{' || c == '[') depth++;
        else if ((c == '}' || c == ']') && --depth == 0) return at + 1;
    }
    return text.n;
}

static size_t behind_blanks(cx_str text, size_t at)
{
    while (at < text.n && cx_is_space(text.p[at])) at++;
    return at;
}

void cx_simplify_print_dynsec(cx_dynsec *d, const bool *gone, cx_buf *out)
{
    cx_str text = d->source->text;
    size_t at = 0;
    for (uint32_t i = 0; i < d->acls.n; i++) {
        if (!gone[i]) continue;
        size_t begin = cx_dynsec_acl_at(d, i), end = object_end(text, begin), next = behind_blanks(text, end);
        cx_buf_put(out, cx_str_sub(text, at, begin - at));
        if (next < text.n && text.p[next] == ',') {
            at = behind_blanks(text, next + 1);
            continue;
        }
        /* the last of its role: the comma before it goes too */
        while (out->n && cx_is_space(out->p[out->n - 1])) out->n--;
        if (out->n && out->p[out->n - 1] == ',') out->n--;
        if (out->n && out->p[out->n - 1] == '[') at = next;
        else at = end;
    }
    cx_buf_put(out, cx_str_sub(text, at, text.n - at));
}
