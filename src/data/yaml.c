#include "data/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

struct reading {
    cx_yaml *y;
    cx_error *e;
    yaml_parser_t parser;
};

static bool fail_at(const cx_yaml *y, size_t line, size_t column, cx_error *e, const char *message)
{
    cx_error_set(e, "%s:%zu:%zu: %s", y->name, line, column, message);
    return false;
}

bool cx_yaml_fail(const cx_yaml *y, const cx_yaml_node *at, cx_error *e, const char *message, ...)
{
    char text[400];
    va_list args;
    va_start(args, message);
    vsnprintf(text, sizeof text, message, args);
    va_end(args);
    return fail_at(y, at ? at->line : 1, at ? at->column : 1, e, text);
}

static bool fail_event(struct reading *r, const yaml_event_t *event, const char *message)
{
    return fail_at(r->y, event->start_mark.line + 1, event->start_mark.column + 1, r->e, message);
}

static bool next_event(struct reading *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event)) return true;
    const char *problem = r->parser.problem ? r->parser.problem : "not YAML";
    return fail_at(r->y, r->parser.problem_mark.line + 1, r->parser.problem_mark.column + 1, r->e, problem);
}

/* What two readers may read differently. */
static bool judge_event(struct reading *r, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_ALIAS_EVENT) return fail_event(r, event, "an alias: write the value out");
    if (event->type == YAML_SCALAR_EVENT) anchor = event->data.scalar.anchor, tag = event->data.scalar.tag;
    if (event->type == YAML_SEQUENCE_START_EVENT)
        anchor = event->data.sequence_start.anchor, tag = event->data.sequence_start.tag;
    if (event->type == YAML_MAPPING_START_EVENT)
        anchor = event->data.mapping_start.anchor, tag = event->data.mapping_start.tag;
    if (anchor) return fail_event(r, event, "an anchor: write the value out");
    if (tag) return fail_event(r, event, "a tag: every value is a text");
    return true;
}

static cx_yaml_node *read_value(struct reading *r, const yaml_event_t *event, unsigned depth);

/* Values up to the end of a list or map; false: it was said why. */
static bool read_children(struct reading *r, cx_yaml_node *node, yaml_event_type_t end, unsigned depth)
{
    CX_VEC(cx_yaml_node *) all = {0};
    bool ok = true;
    while (ok) {
        yaml_event_t event;
        if (!(ok = next_event(r, &event))) break;
        bool done = event.type == end;
        cx_yaml_node *child = done ? NULL : read_value(r, &event, depth + 1);
        yaml_event_delete(&event);
        if (done) break;
        if (!(ok = child != NULL)) break;
        cx_vec_add(&all, child);
    }
    bool map = node->kind == CX_YAML_MAP;
    node->n = map ? all.n / 2 : all.n;
    node->items = cx_arena_calloc(&r->y->arena, (node->n + 1) * sizeof *node->items);
    if (map) node->keys = cx_arena_calloc(&r->y->arena, (node->n + 1) * sizeof *node->keys);
    for (size_t i = 0; i < node->n; i++) {
        node->items[i] = all.items[map ? i * 2 + 1 : i];
        if (map) node->keys[i] = all.items[i * 2];
    }
    cx_vec_clear(&all);
    return ok;
}

static bool judge_keys(struct reading *r, const cx_yaml_node *map)
{
    for (size_t i = 0; i < map->n; i++) {
        if (map->keys[i]->kind != CX_YAML_TEXT) return cx_yaml_fail(r->y, map->keys[i], r->e, "a key must be a text");
        if (cx_str_is(map->keys[i]->text, "<<"))
            return cx_yaml_fail(r->y, map->keys[i], r->e, "a merge key: write the values out");
        for (size_t k = 0; k < i; k++)
            if (cx_str_eq(map->keys[k]->text, map->keys[i]->text))
                return cx_yaml_fail(r->y, map->keys[i], r->e, "the key '%s' a second time", map->keys[i]->text.p);
    }
    return true;
}

static cx_yaml_node *read_value(struct reading *r, const yaml_event_t *event, unsigned depth)
{
    if (!judge_event(r, event)) return NULL;
    if (depth > CX_YAML_DEPTH_MAX) return fail_event(r, event, "nested too deeply"), NULL;
    if (++r->y->count > CX_YAML_NODES_MAX) return fail_event(r, event, "more values than culex reads"), NULL;
    cx_yaml_node *node = cx_arena_calloc(&r->y->arena, sizeof *node);
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    if (event->type == YAML_SCALAR_EVENT) {
        cx_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
        if (cx_str_has(text, '\0')) return fail_event(r, event, "a NUL byte"), NULL;
        node->text = cx_arena_dup(&r->y->arena, text);
        node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        return node;
    }
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    node->kind = list ? CX_YAML_LIST : CX_YAML_MAP;
    if (!read_children(r, node, list ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT, depth)) return NULL;
    return list || judge_keys(r, node) ? node : NULL;
}

/* One document at most. */
static bool read_stream(struct reading *r)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(r, &event)) return false;
        yaml_event_type_t type = event.type;
        bool ok = true;
        if (type == YAML_DOCUMENT_START_EVENT && r->y->root) ok = fail_event(r, &event, "a second document");
        bool value = type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT ||
                     type == YAML_MAPPING_START_EVENT || type == YAML_ALIAS_EVENT;
        if (ok && value) ok = (r->y->root = read_value(r, &event, 0)) != NULL;
        yaml_event_delete(&event);
        if (!ok || type == YAML_STREAM_END_EVENT) return ok;
    }
}

bool cx_yaml_open(cx_yaml *y, const char *name, cx_error *e)
{
    cx_buf text;
    *y = (cx_yaml){.name = name};
    if (!cx_read_file(name, CX_FILE_MAX, &text, e)) return false;
    struct reading r = {.y = y, .e = e};
    if (!yaml_parser_initialize(&r.parser)) cx_bug("no YAML parser");
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.n);
    bool ok = read_stream(&r);
    yaml_parser_delete(&r.parser);
    cx_buf_clear(&text);
    return ok;
}

void cx_yaml_clear(cx_yaml *y)
{
    cx_arena_clear(&y->arena);
    *y = (cx_yaml){0};
}
