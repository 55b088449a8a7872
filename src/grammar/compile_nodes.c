/* The files of grammars/ as nodes, and pieces of C. */
#define _POSIX_C_SOURCE 200809L

#include "grammar/compile.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fail(const char *path, size_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%zu: ", path, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

_Noreturn void fail_system(const char *what)
{
    fprintf(stderr, "grammar-compile: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- reading a file ---- */

/* The document API follows aliases and drops anchors without a word, so they are looked for first. */
static void refuse_marks(const char *path, const yaml_event_t *e, bool *second)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (e->type == YAML_ALIAS_EVENT) anchor = e->data.alias.anchor;
    if (e->type == YAML_SCALAR_EVENT) anchor = e->data.scalar.anchor, tag = e->data.scalar.tag;
    if (e->type == YAML_SEQUENCE_START_EVENT) anchor = e->data.sequence_start.anchor, tag = e->data.sequence_start.tag;
    if (e->type == YAML_MAPPING_START_EVENT) anchor = e->data.mapping_start.anchor, tag = e->data.mapping_start.tag;
    size_t line = e->start_mark.line + 1;
    if (anchor) fail(path, line, "anchor or alias \"%s\": write the value out", (const char *)anchor);
    if (tag) fail(path, line, "tag \"%s\": scalars are strings", (const char *)tag);
    if (e->type == YAML_DOCUMENT_START_EVENT && *second) fail(path, line, "a second document");
    if (e->type == YAML_DOCUMENT_START_EVENT) *second = true;
}

static void scan_events(yaml_parser_t *parser, const char *path)
{
    bool second = false, more = true;
    while (more) {
        yaml_event_t e;
        if (!yaml_parser_parse(parser, &e)) fail(path, parser->problem_mark.line + 1, "%s", parser->problem);
        refuse_marks(path, &e, &second);
        more = e.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
    }
}

struct file *load(const char *folder, const char *name)
{
    struct file *f = calloc(1, sizeof *f);
    if (!f) fail_system(name);
    snprintf(f->path, sizeof f->path, "%s/%s", folder, name);
    FILE *in = fopen(f->path, "rb");
    if (!in) fail_system(f->path);
    for (int pass = 0; pass < 2; pass++) {
        yaml_parser_t parser;
        rewind(in);
        if (!yaml_parser_initialize(&parser)) fail_system(f->path);
        yaml_parser_set_input_file(&parser, in);
        if (pass == 0) scan_events(&parser, f->path);
        else if (!yaml_parser_load(&parser, &f->doc)) fail(f->path, parser.problem_mark.line + 1, "%s", parser.problem);
        yaml_parser_delete(&parser);
    }
    fclose(in);
    f->root = yaml_document_get_root_node(&f->doc);
    if (!f->root || f->root->type != YAML_MAPPING_NODE) fail(f->path, 1, "not a mapping");
    return f;
}

/* ---- looking at nodes ---- */

const char *scalar(const struct file *f, const node *n)
{
    if (n->type != YAML_SCALAR_NODE) FAIL(f, n, "a text is expected here");
    const char *text = (const char *)n->data.scalar.value;
    if (strlen(text) != n->data.scalar.length) FAIL(f, n, "a NUL byte in a text");
    return text;
}

size_t pairs(const node *map) { return (size_t)(map->data.mapping.pairs.top - map->data.mapping.pairs.start); }
size_t count(const node *list) { return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start); }

node *key_at(struct file *f, const node *map, size_t i)
{
    return yaml_document_get_node(&f->doc, map->data.mapping.pairs.start[i].key);
}
node *value_at(struct file *f, const node *map, size_t i)
{
    return yaml_document_get_node(&f->doc, map->data.mapping.pairs.start[i].value);
}
node *item(struct file *f, const node *list, size_t i)
{
    return yaml_document_get_node(&f->doc, list->data.sequence.items.start[i]);
}

node *get(struct file *f, const node *map, const char *key)
{
    if (map->type != YAML_MAPPING_NODE) FAIL(f, map, "a mapping is expected here");
    for (size_t i = 0; i < pairs(map); i++)
        if (strcmp(scalar(f, key_at(f, map, i)), key) == 0) return value_at(f, map, i);
    return NULL;
}

const char *text(struct file *f, const node *map, const char *key)
{
    node *n = get(f, map, key);
    if (!n) FAIL(f, map, "missing \"%s\"", key);
    const char *value = scalar(f, n);
    if (value[strspn(value, " \n")] == '\0') FAIL(f, n, "empty \"%s\"", key);
    return value;
}

node *list_of(struct file *f, const node *map, const char *key)
{
    node *n = get(f, map, key);
    if (!n) FAIL(f, map, "missing \"%s\"", key);
    if (n->type != YAML_SEQUENCE_NODE || count(n) == 0) FAIL(f, n, "\"%s\" must be a list, and not empty", key);
    return n;
}

bool among(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0) words++;
    return *words != NULL;
}

void check_keys(struct file *f, const node *map, const char *const *keys, const node *more)
{
    get(f, map, ""); /* complains unless MAP is a mapping */
    for (size_t i = 0; i < pairs(map); i++) {
        const char *key = scalar(f, key_at(f, map, i));
        if (keys && !among(key, keys) && !(more && get(f, more, key)))
            FAIL(f, key_at(f, map, i), "unknown key \"%s\"", key);
        if (get(f, map, key) != value_at(f, map, i)) FAIL(f, key_at(f, map, i), "\"%s\" a second time", key);
    }
}

size_t position(struct file *f, const node *list, const char *name)
{
    size_t i = 0;
    while (i < count(list) && strcmp(scalar(f, item(f, list, i)), name) != 0) i++;
    return i;
}

void refuse_twin(struct file *f, const node *list, size_t i, const char *key)
{
    node *n = get(f, item(f, list, i), key);
    for (size_t k = 0; n && k < i; k++) {
        node *other = get(f, item(f, list, k), key);
        if (other && strcmp(scalar(f, n), scalar(f, other)) == 0)
            FAIL(f, n, "%s \"%s\" a second time", key, scalar(f, n));
    }
}

unsigned targets_or(struct file *f, const node *word, const char *key, struct file *versions, unsigned otherwise)
{
    node *releases = list_of(versions, versions->root, "releases");
    if (!get(f, word, key)) return otherwise;
    node *names = list_of(f, word, key);
    unsigned bits = 0;
    for (size_t i = 0; i < count(names); i++) {
        const char *name = scalar(f, item(f, names, i));
        size_t k = 0;
        while (k < count(releases) && strcmp(text(versions, item(versions, releases, k), "name"), name) != 0) k++;
        if (k == count(releases)) FAIL(f, item(f, names, i), "no release \"%s\" in %s", name, versions->path);
        if (bits & 1u << k) FAIL(f, item(f, names, i), "release \"%s\" a second time", name);
        bits |= 1u << k;
    }
    return bits;
}

static unsigned all_targets(struct file *versions)
{
    return (1u << count(list_of(versions, versions->root, "releases"))) - 1u;
}

unsigned targets(struct file *f, const node *word, const char *key, struct file *versions)
{
    return targets_or(f, word, key, versions, all_targets(versions));
}

/* ---- writing C ---- */

void put_name(FILE *out, const char *prefix, const char *name, const struct file *f, const node *at)
{
    if (*name == '\0' || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0')
        FAIL(f, at, "\"%s\": a name has lower-case letters, digits, '_' and '-' only", name);
    fputs(prefix, out);
    for (; *name; name++) fputc(*name == '-' ? '_' : toupper((unsigned char)*name), out);
}

void put_string(FILE *out, const char *s)
{
    fputs("\n        \"", out);
    for (size_t column = 0; *s; s++, column++) {
        if (column == 100 || (column > 0 && s[-1] == '\n')) {
            fputs("\"\n        \"", out);
            column = 0;
        }
        unsigned char c = (unsigned char)*s;
        if (c == '\n') fputs("\\n", out);
        else if (c == '"' || c == '\\' || c == '?') fprintf(out, "\\%c", c); /* '?': no trigraphs */
        else if (c < ' ' || c > '~') fprintf(out, "\\%03o", (unsigned)c);
        else fputc(c, out);
    }
    fputs("\",", out);
}

void put_texts(FILE *out, struct file *f, const node *map, const char *const *keys)
{
    for (; *keys; keys++) put_string(out, text(f, map, *keys));
}
