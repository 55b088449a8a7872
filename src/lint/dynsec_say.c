#include "lint/dynsec_say.h"

#include <stdarg.h>
#include <stdio.h>

#include "data/json_places.h"

cx_said *cx_say_of(cx_dynsec_linting *c, unsigned rule, const cJSON *item, const char *message, ...)
{
    char text[CX_FINDING_TEXT_MAX];
    va_list args;
    va_start(args, message);
    vsnprintf(text, sizeof text, message, args);
    va_end(args);
    cx_said said = {.rule = rule,
                    .severity = cx_rules[rule].severity,
                    .item = item,
                    .message = cx_arena_dup(&c->lint->arena, cx_str_of(text)),
                    .targets = c->targets};
    cx_vec_add(&c->said, said);
    return &c->said.items[c->said.n - 1];
}

/* Where the values in question stand, by value. */
struct places {
    CX_VEC(struct place_of {
        const cJSON *item;
        cx_span span;
    })
    list; /* in the order of addresses */
};

static int by_item(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct place_of *)a)->item, y = (uintptr_t)((const struct place_of *)b)->item;
    return (x > y) - (x < y);
}

static struct place_of *find(struct places *p, const cJSON *item)
{
    struct place_of wanted = {.item = item};
    return p->list.n ? bsearch(&wanted, p->list.items, p->list.n, sizeof wanted, by_item) : NULL;
}

static void want(struct places *p, const cJSON *item)
{
    struct place_of place = {.item = item};
    if (item) cx_vec_add(&p->list, place);
}

static void visit(void *context, const cJSON *item, const cx_json_place *where)
{
    struct places *p = context;
    struct place_of *place = find(p, item);
    if (!place) return;
    cx_span span = {where->at, where->len};
    while (place > p->list.items && place[-1].item == item) place--;
    for (; place < p->list.items + p->list.n && place->item == item; place++) place->span = span;
}

static void say(cx_dynsec_linting *c, struct places *p, const cx_said *said)
{
    cx_findings *f = &c->d->findings;
    struct place_of *place = find(p, said->item), *other = said->other ? find(p, said->other) : NULL;
    cx_finding *x = cx_findings_add(f, said->rule, place ? place->span : (cx_span){0, 0}, said->targets, 0, "%.*s",
                                    (int)said->message.n, said->message.p);
    x->severity = said->severity;
    if (other)
        cx_finding_note(f, x, "line %zu: %.*s", cx_source_place(c->d->source, other->span.at).line,
                        (int)said->other_note.n, said->other_note.p);
    if (said->note.n) cx_finding_note(f, x, "%.*s", (int)said->note.n, said->note.p);
    if (said->help.n) cx_finding_help(f, x, "%.*s", (int)said->help.n, said->help.p);
}

void cx_say_all(cx_dynsec_linting *c)
{
    struct places p = {0};
    if (c->said.n == 0) return;
    for (size_t i = 0; i < c->said.n; i++) want(&p, c->said.items[i].item), want(&p, c->said.items[i].other);
    if (p.list.n) qsort(p.list.items, p.list.n, sizeof *p.list.items, by_item);
    cx_json_places(c->d->source->text, c->d->tree, visit, &p);
    for (size_t i = 0; i < c->said.n; i++) say(c, &p, &c->said.items[i]);
    cx_vec_clear(&p.list);
    cx_vec_clear(&c->said);
}
