/* A program of the build: reads the YAML files of grammars/ and writes what is in
 * them as constant C tables, FOLDER/grammar_tables.h and FOLDER/grammar_tables.c.
 * grammar/grammar.h declares the tables and says what their fields mean.
 *
 * usage: grammar-compile GRAMMARS FOLDER
 *
 * versions.yaml holds the releases, rules.yaml the findings; any other file with a
 * top-level "format" key is a format, in the order of file names: one of words, or,
 * in one of them at most, of options. Everything is
 * checked before anything is written, and the first mistake ends the program with
 * "file:line: what is wrong". Memory is given back by the end of the program.
 *
 * Examples are text without NUL bytes, since the tables are C strings. Where an
 * example is about the NUL byte (rules whose id ends in "-nul-byte"), the two
 * characters \0 stand for it, and who uses the example puts the byte in.
 */
#define _POSIX_C_SOURCE 200809L

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "grammar/names.h"

#define RELEASES_MAX 8 /* the bits of a cx_targets */
#define VALUES_MAX 256 /* the values of an unsigned char */

typedef yaml_node_t node;

struct file {
    char path[4096];
    yaml_document_t doc;
    node *root;
};

/* A list of keys for check_keys and put_texts. */
#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

static _Noreturn void fail(const char *path, size_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%zu: ", path, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

#define FAIL(file, at, ...) fail((file)->path, (at)->start_mark.line + 1, __VA_ARGS__)

static _Noreturn void fail_system(const char *what)
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

static struct file *load(const char *folder, const char *name)
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

static const char *scalar(const struct file *f, const node *n)
{
    if (n->type != YAML_SCALAR_NODE) FAIL(f, n, "a text is expected here");
    const char *text = (const char *)n->data.scalar.value;
    if (strlen(text) != n->data.scalar.length) FAIL(f, n, "a NUL byte in a text");
    return text;
}

static size_t pairs(const node *map) { return (size_t)(map->data.mapping.pairs.top - map->data.mapping.pairs.start); }
static size_t count(const node *list)
{
    return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

static node *key_at(struct file *f, const node *map, size_t i)
{
    return yaml_document_get_node(&f->doc, map->data.mapping.pairs.start[i].key);
}
static node *value_at(struct file *f, const node *map, size_t i)
{
    return yaml_document_get_node(&f->doc, map->data.mapping.pairs.start[i].value);
}
static node *item(struct file *f, const node *list, size_t i)
{
    return yaml_document_get_node(&f->doc, list->data.sequence.items.start[i]);
}

static node *get(struct file *f, const node *map, const char *key)
{
    if (map->type != YAML_MAPPING_NODE) FAIL(f, map, "a mapping is expected here");
    for (size_t i = 0; i < pairs(map); i++)
        if (strcmp(scalar(f, key_at(f, map, i)), key) == 0) return value_at(f, map, i);
    return NULL;
}

static const char *text(struct file *f, const node *map, const char *key)
{
    node *n = get(f, map, key);
    if (!n) FAIL(f, map, "missing \"%s\"", key);
    const char *value = scalar(f, n);
    if (value[strspn(value, " \n")] == '\0') FAIL(f, n, "empty \"%s\"", key);
    return value;
}

/* The list under KEY, not empty. */
static node *list_of(struct file *f, const node *map, const char *key)
{
    node *n = get(f, map, key);
    if (!n) FAIL(f, map, "missing \"%s\"", key);
    if (n->type != YAML_SEQUENCE_NODE || count(n) == 0) FAIL(f, n, "\"%s\" must be a list, and not empty", key);
    return n;
}

static bool among(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0) words++;
    return *words != NULL;
}

/* Every key of MAP stands once and is one of KEYS (NULL: any) or a key of MORE. */
static void check_keys(struct file *f, const node *map, const char *const *keys, const node *more)
{
    get(f, map, ""); /* complains unless MAP is a mapping */
    for (size_t i = 0; i < pairs(map); i++) {
        const char *key = scalar(f, key_at(f, map, i));
        if (keys && !among(key, keys) && !(more && get(f, more, key)))
            FAIL(f, key_at(f, map, i), "unknown key \"%s\"", key);
        if (get(f, map, key) != value_at(f, map, i)) FAIL(f, key_at(f, map, i), "\"%s\" a second time", key);
    }
}

/* Which text of LIST is NAME; the count of the list when none is. */
static size_t position(struct file *f, const node *list, const char *name)
{
    size_t i = 0;
    while (i < count(list) && strcmp(scalar(f, item(f, list, i)), name) != 0) i++;
    return i;
}

/* No entry of LIST before entry I has the same text under KEY. */
static void refuse_twin(struct file *f, const node *list, size_t i, const char *key)
{
    node *n = get(f, item(f, list, i), key);
    for (size_t k = 0; n && k < i; k++) {
        node *other = get(f, item(f, list, k), key);
        if (other && strcmp(scalar(f, n), scalar(f, other)) == 0)
            FAIL(f, n, "%s \"%s\" a second time", key, scalar(f, n));
    }
}

/* ---- writing C ---- */

/* PREFIX and NAME as an enumerator. AT is where the name stands, for a complaint. */
static void put_name(FILE *out, const char *prefix, const char *name, const struct file *f, const node *at)
{
    if (*name == '\0' || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0')
        FAIL(f, at, "\"%s\": a name has lower-case letters, digits, '_' and '-' only", name);
    fputs(prefix, out);
    for (; *name; name++) fputc(*name == '-' ? '_' : toupper((unsigned char)*name), out);
}

/* A C string on lines of its own: a new one for each line of text and each 100 bytes. */
static void put_string(FILE *out, const char *s)
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

static void put_texts(FILE *out, struct file *f, const node *map, const char *const *keys)
{
    for (; *keys; keys++) put_string(out, text(f, map, *keys));
}

/* ---- versions.yaml ---- */

static void put_values(FILE *h, struct file *f, const char *behaviour, const node *at)
{
    node *values = list_of(f, at, "values");
    check_keys(f, at, KEYS("values", "doc"), NULL);
    text(f, at, "doc");
    if (count(values) > VALUES_MAX) FAIL(f, values, "more than %d values", VALUES_MAX);
    for (size_t i = 0; i < count(values); i++) {
        node *value = item(f, values, i);
        if (position(f, values, scalar(f, value)) < i) FAIL(f, value, "value \"%s\" a second time", scalar(f, value));
        put_name(h, i ? ", CX_" : "enum { CX_", behaviour, f, at);
        put_name(h, "_", scalar(f, value), f, value);
    }
    fputs(" };\n", h);
}

static void put_behaviours(FILE *h, struct file *f, const node *behaviours)
{
    check_keys(f, behaviours, NULL, NULL);
    fputs("enum {\n", h);
    for (size_t i = 0; i < pairs(behaviours); i++) {
        put_name(h, "    CX_B_", scalar(f, key_at(f, behaviours, i)), f, key_at(f, behaviours, i));
        fputs(",\n", h);
    }
    fputs("    CX_BEHAVIOUR_COUNT\n};\n", h);
    for (size_t i = 0; i < pairs(behaviours); i++)
        put_values(h, f, scalar(f, key_at(f, behaviours, i)), value_at(f, behaviours, i));
}

/* "2.0.11" as a number that can be compared; -1: not of that form. */
static long long version(const char *name)
{
    int a, b, c, used = 0;
    if (sscanf(name, "%4d.%4d.%4d%n", &a, &b, &c, &used) != 3 || name[used] != '\0') return -1;
    return ((long long)a * 10000 + b) * 10000 + c;
}

static void put_release(FILE *c, struct file *f, const node *list, size_t i, const node *behaviours)
{
    node *release = item(f, list, i);
    check_keys(f, release, KEYS("name", "short"), behaviours);
    const char *name = text(f, release, "name");
    if (version(name) < 0) FAIL(f, release, "release \"%s\": three numbers are expected", name);
    if (i > 0 && version(text(f, item(f, list, i - 1), "name")) >= version(name))
        FAIL(f, release, "release \"%s\" is not newer than the one before it", name);
    refuse_twin(f, list, i, "short");
    fputs("    {", c);
    put_string(c, name);
    put_string(c, get(f, release, "short") ? text(f, release, "short") : name);
    fprintf(c, "\n        %zu,\n        {\n", i);
    for (size_t k = 0; k < pairs(behaviours); k++) {
        const char *behaviour = scalar(f, key_at(f, behaviours, k)), *value = text(f, release, behaviour);
        node *values = list_of(f, value_at(f, behaviours, k), "values");
        if (position(f, values, value) == count(values))
            FAIL(f, get(f, release, behaviour), "\"%s\" is not a declared value of \"%s\"", value, behaviour);
        put_name(c, "            [CX_B_", behaviour, f, release);
        put_name(c, "] = CX_", behaviour, f, release);
        put_name(c, "_", value, f, release);
        fputs(",\n", c);
    }
    fputs("        },\n    },\n", c);
}

static void put_versions(FILE *h, FILE *c, struct file *f)
{
    check_keys(f, f->root, KEYS("behaviours", "releases"), NULL);
    node *behaviours = get(f, f->root, "behaviours"), *releases = list_of(f, f->root, "releases");
    if (!behaviours) FAIL(f, f->root, "missing \"behaviours\"");
    if (count(releases) > RELEASES_MAX) FAIL(f, releases, "more than %d releases: make cx_targets wider", RELEASES_MAX);
    put_behaviours(h, f, behaviours);
    fprintf(h, "enum { CX_RELEASE_COUNT = %zu };\n", count(releases));
    fputs("const cx_release cx_releases[CX_RELEASE_COUNT] = {\n", c);
    for (size_t i = 0; i < count(releases); i++) put_release(c, f, releases, i, behaviours);
    fputs("};\n", c);
}

/* ---- rules.yaml ---- */

static void put_rule(FILE *h, FILE *c, struct file *f, const node *list, size_t i)
{
    node *rule = item(f, list, i);
    check_keys(f, rule, KEYS("id", "area", "severity", "security", "summary", "why", "bad", "good"), NULL);
    refuse_twin(f, list, i, "id");
    const char *severity = text(f, rule, "severity"), *security = text(f, rule, "security");
    if (!among(severity, KEYS("advice", "warning", "error")))
        FAIL(f, get(f, rule, "severity"), "unknown severity \"%s\"", severity);
    if (!among(security, KEYS("yes", "no")))
        FAIL(f, get(f, rule, "security"), "\"security\" is yes or no, not \"%s\"", security);
    put_name(h, "    CX_RULE_", text(f, rule, "id"), f, rule);
    fputs(",\n", h);
    fputs("    {", c);
    put_texts(c, f, rule, KEYS("id", "area"));
    put_name(c, "\n        CX_", severity, f, rule);
    fprintf(c, ", %d,", strcmp(security, "yes") == 0);
    put_texts(c, f, rule, KEYS("summary", "why", "bad", "good"));
    fputs("\n    },\n", c);
}

static void put_rules(FILE *h, FILE *c, struct file *f)
{
    check_keys(f, f->root, KEYS("rules"), NULL);
    node *list = list_of(f, f->root, "rules");
    fputs("enum {\n", h);
    fputs("\nconst cx_rule_info cx_rules[CX_RULE_COUNT] = {\n", c);
    for (size_t i = 0; i < count(list); i++) put_rule(h, c, f, list, i);
    fputs("    CX_RULE_COUNT\n};\n", h);
    fputs("};\n", c);
}

/* ---- the formats ---- */

/* The releases named under KEY as bits; OTHERWISE when there is no such key. */
static unsigned targets_or(struct file *f, const node *word, const char *key, struct file *versions, unsigned otherwise)
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

/* The same; all releases when there is no such key. */
static unsigned targets(struct file *f, const node *word, const char *key, struct file *versions)
{
    return targets_or(f, word, key, versions, all_targets(versions));
}

/* Word I's aliases as one string. None is a word of the same kind, or an alias of an earlier one. */
static void put_aliases(FILE *c, struct file *f, const node *list, size_t i)
{
    node *word = item(f, list, i), *aliases = get(f, word, "aliases") ? list_of(f, word, "aliases") : NULL;
    fputs("\n        \"", c);
    for (size_t a = 0; aliases && a < count(aliases); a++) {
        node *at = item(f, aliases, a);
        const char *alias = scalar(f, at);
        if (*alias == '\0' || alias[strcspn(alias, " \n\"\\?")] != '\0')
            FAIL(f, at, "\"%s\" cannot be an alias", alias);
        if (position(f, aliases, alias) < a) FAIL(f, at, "alias \"%s\" a second time", alias);
        for (size_t k = 0; k < count(list); k++) {
            node *other = item(f, list, k), *taken = k < i ? get(f, other, "aliases") : NULL;
            bool used =
                strcmp(text(f, other, "name"), alias) == 0 || (taken && position(f, taken, alias) < count(taken));
            if (used && strcmp(text(f, other, "kind"), text(f, word, "kind")) == 0)
                FAIL(f, at, "alias \"%s\" stands for \"%s\" already", alias, text(f, other, "name"));
        }
        fprintf(c, "%s%s", a ? " " : "", alias);
    }
    fputs("\",", c);
}

static void put_word(FILE *c, struct file *f, const node *list, size_t i, struct file *versions)
{
    node *word = item(f, list, i);
    check_keys(f, word,
               KEYS("name", "kind", "syntax", "doc", "aliases", "accepted", "accepted_by", "refused", "refused_by"),
               NULL);
    refuse_twin(f, list, i, "name");
    fputs("    {", c);
    put_texts(c, f, f->root, KEYS("format"));
    put_texts(c, f, word, KEYS("name", "kind", "syntax", "doc"));
    put_aliases(c, f, list, i);
    put_texts(c, f, word, KEYS("accepted"));
    fprintf(c, "\n        0x%02x,", targets(f, word, "accepted_by", versions));
    put_texts(c, f, word, KEYS("refused"));
    fprintf(c, "\n        0x%02x,\n    },\n", targets(f, word, "refused_by", versions));
}

static void put_formats(FILE *c, struct file **formats, struct file *versions)
{
    fputs("\nconst cx_word cx_words[] = {\n", c);
    for (struct file **f = formats; *f; f++) {
        node *options = get(*f, (*f)->root, "options");
        check_keys(*f, (*f)->root, KEYS("format", "title", "doc", "ebnf", "words", "options"), NULL);
        if (options && !get(*f, (*f)->root, "words")) continue;
        node *list = list_of(*f, (*f)->root, "words");
        for (size_t i = 0; i < count(list); i++) put_word(c, *f, list, i, versions);
    }
    fputs("};\nconst size_t cx_word_count = sizeof cx_words / sizeof *cx_words;\n\n", c);
    fputs("const cx_format_info cx_formats[] = {\n", c);
    for (struct file **f = formats; *f; f++) {
        const char *name = text(*f, (*f)->root, "format");
        for (struct file **g = formats; g < f; g++)
            if (strcmp(name, text(*g, (*g)->root, "format")) == 0)
                FAIL(*f, (*f)->root, "format \"%s\" is that of %s", name, (*g)->path);
        fputs("    {", c);
        put_texts(c, *f, (*f)->root, KEYS("format", "title", "ebnf", "doc"));
        fputs("\n    },\n", c);
    }
    fputs("};\nconst size_t cx_format_count = sizeof cx_formats / sizeof *cx_formats;\n", c);
}

/* ---- the options of a format ---- */

enum { NAMES_MAX = 254, RANGES_MAX = 3 }; /* the bytes of cx_conf_name_slots; CX_RANGES_MAX */

static const char *const scopes[] = {"global", "security", "listener", "plugin", "bridge", NULL};

/* One spelling of an option. */
struct spelling {
    char text[64]; /* of a prefix without its '*' */
    size_t option;
    bool prefix;
    unsigned targets;
};

struct option_file {
    struct file *file, *versions;
    node *list;
    struct spelling names[NAMES_MAX];
    size_t name_count;
};

/* The word under KEY, one of WORDS; the first of them when there is no such key. */
static const char *choice(struct file *f, const node *map, const char *key, const char *const *words)
{
    node *at = get(f, map, key);
    if (!at) return words[0];
    if (!among(scalar(f, at), words)) FAIL(f, at, "unknown %s \"%s\"", key, scalar(f, at));
    return scalar(f, at);
}

/* A number written in YAML: the whole text, in decimal. */
static long long number(struct file *f, const node *at)
{
    const char *digits = scalar(f, at);
    char *end;
    errno = 0;
    long long value = strtoll(digits, &end, 10);
    if (end == digits || *end || errno || isspace((unsigned char)*digits)) FAIL(f, at, "\"%s\" is no number", digits);
    return value;
}

static long long number_or(struct file *f, const node *map, const char *key, long long otherwise)
{
    node *at = get(f, map, key);
    return at ? number(f, at) : otherwise;
}

static void add_name(struct option_file *o, const node *at, const char *name, size_t option, unsigned releases)
{
    struct spelling *s = &o->names[o->name_count];
    size_t n = strlen(name);
    if (o->name_count == NAMES_MAX) FAIL(o->file, at, "more than %d names", NAMES_MAX);
    s->prefix = n > 2 && strcmp(name + n - 2, "_*") == 0;
    if (s->prefix) n--;
    if (n == 0 || n >= sizeof s->text || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.") != n)
        FAIL(o->file, at, "\"%s\" cannot be the name of an option", name);
    memcpy(s->text, name, n);
    s->option = option;
    s->targets = releases;
    for (size_t i = 0; i < o->name_count; i++)
        if (strcmp(o->names[i].text, s->text) == 0) FAIL(o->file, at, "name \"%s\" a second time", name);
    o->name_count++;
}

/* All spellings of option I; the releases that know one of them. */
static unsigned add_names(struct option_file *o, size_t i)
{
    struct file *f = o->file;
    node *option = item(f, o->list, i), *aliases = get(f, option, "aliases") ? list_of(f, option, "aliases") : NULL;
    unsigned releases = targets(f, option, "by", o->versions);
    add_name(o, option, text(f, option, "name"), i, releases);
    for (size_t a = 0; aliases && a < count(aliases); a++) {
        node *alias = item(f, aliases, a);
        check_keys(f, alias, KEYS("name", "by"), NULL);
        unsigned by = targets(f, alias, "by", o->versions);
        add_name(o, alias, text(f, alias, "name"), i, by);
        releases |= by;
    }
    return releases;
}

/* The name of an option as an enumerator: "plugin_opt_*" is PLUGIN_OPT, "a.b-c" A_B_C. */
static void put_option_name(FILE *out, const char *before, const char *name)
{
    size_t n = strlen(name);
    if (name[n - 1] == '*') n -= n > 1 && name[n - 2] == '_' ? 2 : 1;
    fputs(before, out);
    for (size_t i = 0; i < n; i++) fputc(isalnum((unsigned char)name[i]) ? toupper((unsigned char)name[i]) : '_', out);
}

/* Releases under KEY, none when there is no such key, all among KNOWN. */
static void put_some(FILE *c, struct option_file *o, const node *option, const char *key, const char *field,
                     unsigned known, unsigned otherwise)
{
    unsigned bits = targets_or(o->file, option, key, o->versions, otherwise);
    if (bits & ~known) FAIL(o->file, get(o->file, option, key), "\"%s\" names a release without the option", key);
    fprintf(c, "        .%s = 0x%02x,\n", field, bits);
}

/* Choice K, which is a word or a mapping. */
static const char *choice_word(struct file *f, const node *choices, size_t k)
{
    node *at = item(f, choices, k);
    if (at->type == YAML_SCALAR_NODE) return scalar(f, at);
    check_keys(f, at, KEYS("word", "by"), NULL);
    return text(f, at, "word");
}

static void put_choices(FILE *h, FILE *c, struct option_file *o, size_t i, unsigned known)
{
    struct file *f = o->file;
    node *option = item(f, o->list, i), *choices = get(f, option, "choices");
    const char *value = text(f, option, "value");
    if (!choices && strcmp(value, "word") == 0) FAIL(f, option, "a word without \"choices\"");
    if (!choices) return;
    if (!among(value, KEYS("word", "other"))) FAIL(f, choices, "\"choices\" of what is no word");
    list_of(f, option, "choices");
    fprintf(c, "static const cx_choice choices_%zu[] = {\n", i);
    for (size_t k = 0; k < count(choices); k++) {
        const char *word = choice_word(f, choices, k);
        node *at = item(f, choices, k);
        unsigned by = at->type == YAML_MAPPING_NODE ? targets_or(f, at, "by", o->versions, known) : known;
        for (size_t other = 0; other < k; other++)
            if (strcmp(choice_word(f, choices, other), word) == 0) FAIL(f, at, "choice \"%s\" a second time", word);
        if (*word == '\0' || word[strcspn(word, " \n\"\\?")] != '\0') FAIL(f, at, "\"%s\" cannot be a choice", word);
        if (by & ~known) FAIL(f, at, "choice \"%s\" is for a release without the option", word);
        put_option_name(h, k ? ", CX_" : "enum { CX_", text(f, option, "name"));
        put_option_name(h, "_IS_", word);
        fprintf(c, "    {\"%s\", 0x%02x},\n", word, by);
    }
    fputs(" };\n", h);
    fputs("};\n", c);
}

static void put_end(FILE *c, long long value)
{
    if (value == LLONG_MIN) fputs("LLONG_MIN, ", c);
    else if (value == LLONG_MAX) fputs("LLONG_MAX, ", c);
    else fprintf(c, "%lld, ", value);
}

static void put_ranges(FILE *c, struct option_file *o, const node *option, unsigned known)
{
    struct file *f = o->file;
    node *ranges = get(f, option, "ranges") ? list_of(f, option, "ranges") : NULL;
    if (!ranges) return;
    if (among(text(f, option, "value"), KEYS("bool", "string", "word", "ignored")))
        FAIL(f, ranges, "\"ranges\" of what is no number");
    if (count(ranges) > RANGES_MAX) FAIL(f, ranges, "more than %d ranges", RANGES_MAX);
    fputs("        .ranges = {", c);
    for (size_t k = 0; k < count(ranges); k++) {
        node *range = item(f, ranges, k);
        check_keys(f, range, KEYS("min", "max", "outside", "by"), NULL);
        long long min = number_or(f, range, "min", LLONG_MIN), max = number_or(f, range, "max", LLONG_MAX);
        unsigned by = targets_or(f, range, "by", o->versions, known);
        if (!get(f, range, "outside")) FAIL(f, range, "missing \"outside\"");
        const char *outside = choice(f, range, "outside", KEYS("refused", "adjusted"));
        if (min > max) FAIL(f, range, "min is greater than max");
        if (min == LLONG_MIN && max == LLONG_MAX) FAIL(f, range, "a range without min and max");
        if (by & ~known) FAIL(f, range, "a range for a release without the option");
        fputs(k ? ", {" : "{", c);
        put_end(c, min);
        put_end(c, max);
        fprintf(c, "%d, 0x%02x}", strcmp(outside, "refused") == 0, by);
    }
    fprintf(c, "},\n        .range_count = %zu,\n", count(ranges));
}

/* "default_number": a number, of a bool true or false, where there are choices one of
 * them, or none, which is -1. */
static long long default_number(struct file *f, const node *option)
{
    const char *value = text(f, option, "value");
    node *at = get(f, option, "default_number"), *choices = get(f, option, "choices");
    if (!at && among(value, KEYS("bool", "int", "atol"))) FAIL(f, option, "missing \"default_number\"");
    if (!at) return choices ? -1 : 0;
    if (strcmp(value, "bool") == 0)
        return strcmp(choice(f, option, "default_number", KEYS("false", "true")), "true") == 0;
    if (!choices) return number(f, at);
    size_t k = 0;
    while (k < count(choices) && strcmp(choice_word(f, choices, k), scalar(f, at)) != 0) k++;
    if (k == count(choices)) FAIL(f, at, "\"%s\" is no choice", scalar(f, at));
    return (long long)k;
}

static void put_field(FILE *c, struct file *f, const node *option, const char *key, const char *field,
                      const char *otherwise)
{
    fprintf(c, "        .%s =", field);
    put_string(c, get(f, option, key) || !otherwise ? text(f, option, key) : otherwise);
    fputc('\n', c);
}

static void put_kind(FILE *c, struct file *f, const node *option, const char *key, const char *prefix,
                     const char *const *words)
{
    fprintf(c, "        .%s = ", key);
    put_name(c, prefix, choice(f, option, key, words), f, option);
    fputs(",\n", c);
}

static bool flag(struct file *f, const node *option, const char *key)
{
    return strcmp(choice(f, option, key, KEYS("no", "yes")), "yes") == 0;
}

static void put_option(FILE *c, struct option_file *o, size_t i, unsigned slot, unsigned known)
{
    struct file *f = o->file;
    node *option = item(f, o->list, i);
    const char *name = text(f, option, "name");
    bool opens = strcmp(choice(f, option, "opens", KEYS("never", "set", "changed")), "never") != 0;
    if (opens != (get(f, option, "opens_by") != NULL)) FAIL(f, option, "\"opens\" and \"opens_by\" go together");
    put_option_name(c, "    [CX_OPT_", name);
    fprintf(c, "] = {\n        .name = \"%s\",\n        .slot = %u,\n", name, slot);
    put_kind(c, f, option, "scope", "CX_SCOPE_", scopes);
    put_kind(c, f, option, "value", "CX_VALUE_", KEYS("ignored", "bool", "int", "atol", "string", "word", "other"));
    put_kind(c, f, option, "needs", "CX_NEEDS_",
             KEYS("nothing", "listener", "listener_or_default", "listener_if_per_listener", "explicit_listener"));
    put_kind(c, f, option, "opens", "CX_OPENS_", KEYS("never", "set", "changed"));
    put_kind(c, f, option, "path", "CX_PATH_", KEYS("none", "file", "directory"));
    fprintf(c, "        .secret = %d,\n        .repeatable = %d,\n", flag(f, option, "secret"),
            flag(f, option, "repeatable"));
    fprintf(c, "        .targets = 0x%02x,\n", known);
    put_some(c, o, option, "opens_by", "opens_by", known, 0);
    put_some(c, o, option, "duplicate_refused_by", "duplicate_refused", known, 0);
    put_some(c, o, option, "empty_accepted_by", "empty_accepted", known, 0);
    put_some(c, o, option, "security_by", "security", known, 0);
    put_some(c, o, option, "deprecated_by", "deprecated", known, 0);
    put_some(c, o, option, "accepted_by", "accepted_by", known, known);
    fprintf(c, "        .refused_by = 0x%02x,\n", targets(f, option, "refused_by", o->versions));
    put_field(c, f, option, "replaced_by", "replaced_by", "");
    put_field(c, f, option, "broker_name", "broker_name", name);
    put_field(c, f, option, "default", "fallback", "");
    fprintf(c, "        .default_number = %lld,\n", default_number(f, option));
    put_field(c, f, option, "syntax", "syntax", NULL);
    put_field(c, f, option, "doc", "doc", NULL);
    put_field(c, f, option, "reload", "reload", NULL);
    put_field(c, f, option, "accepted", "accepted", NULL);
    put_field(c, f, option, "refused", "refused", NULL);
    put_ranges(c, o, option, known);
    if (get(f, option, "choices"))
        fprintf(c, "        .choices = choices_%zu,\n        .choice_count = %zu,\n", i,
                count(get(f, option, "choices")));
    fputs("    },\n", c);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct spelling *)a)->text, ((const struct spelling *)b)->text);
}

/* A factor with which no two names get the same slot. */
static uint64_t find_factor(const struct option_file *o, unsigned char *slots)
{
    uint64_t factor = 0x9E3779B97F4A7C15u;
    for (int tries = 0; tries < 10000000; tries++, factor += 0x2545F4914F6CDD1Eu) {
        size_t i = 0;
        memset(slots, 0, CX_NAME_SLOTS);
        for (; i < o->name_count; i++) {
            if (o->names[i].prefix) continue;
            unsigned at = cx_name_slot(o->names[i].text, strlen(o->names[i].text), factor);
            if (slots[at]) break;
            slots[at] = (unsigned char)(i + 1);
        }
        if (i == o->name_count) return factor;
    }
    fail(o->file->path, 1, "two names of options look alike to cx_name_slot, see names.h");
}

static void put_names(FILE *c, struct option_file *o)
{
    unsigned char slots[CX_NAME_SLOTS];
    qsort(o->names, o->name_count, sizeof *o->names, by_text);
    fputs("\nconst cx_conf_name cx_conf_names[] = {\n", c);
    for (size_t i = 0; i < o->name_count; i++) {
        struct spelling *s = &o->names[i];
        fprintf(c, "    {\"%s\", %zu, %d, 0x%02x},\n", s->text, s->option, s->prefix, s->targets);
    }
    fputs("};\nconst size_t cx_conf_name_count = sizeof cx_conf_names / sizeof *cx_conf_names;\n", c);
    fprintf(c, "const uint64_t cx_conf_name_factor = 0x%016llxu;\n", (unsigned long long)find_factor(o, slots));
    fputs("const unsigned char cx_conf_name_slots[CX_NAME_SLOTS] = {", c);
    for (size_t i = 0; i < CX_NAME_SLOTS; i++) fprintf(c, "%s%d,", i % 32 ? " " : "\n    ", slots[i]);
    fputs("\n};\nconst unsigned char cx_conf_name_prefixes[] = {", c);
    for (size_t i = 0; i < o->name_count; i++)
        if (o->names[i].prefix) fprintf(c, "%zu, ", i);
    fputs("0};\nconst size_t cx_conf_name_prefix_count = sizeof cx_conf_name_prefixes - 1;\n", c);
}

/* The names of the options, how many there are in each scope, and the table. */
static void put_options(FILE *h, FILE *c, struct file *f, struct file *versions)
{
    static struct option_file o;
    o = (struct option_file){.file = f, .versions = versions, .list = list_of(f, f->root, "options")};
    size_t n = count(o.list);
    unsigned *known = calloc(n, sizeof *known), *slots = calloc(n, sizeof *slots), used[5] = {0};
    if (!known || !slots) fail_system("memory");
    fputs("enum {\n", h);
    for (size_t i = 0; i < n; i++) {
        node *option = item(f, o.list, i);
        check_keys(f, option,
                   KEYS("name", "aliases", "by", "scope", "value", "choices", "ranges", "needs", "opens", "opens_by",
                        "path", "secret", "repeatable", "duplicate_refused_by", "empty_accepted_by", "security_by",
                        "deprecated_by", "replaced_by", "broker_name", "default", "default_number", "syntax", "doc",
                        "reload", "accepted", "accepted_by", "refused", "refused_by"),
                   NULL);
        known[i] = add_names(&o, i);
        text(f, option, "value");
        text(f, option, "scope");
        size_t scope = 0;
        while (strcmp(scopes[scope], choice(f, option, "scope", scopes)) != 0) scope++;
        slots[i] = used[scope]++;
        put_option_name(h, "    CX_OPT_", text(f, option, "name"));
        fputs(",\n", h);
    }
    fputs("    CX_OPT_COUNT\n};\n", h);
    for (size_t i = 0; scopes[i]; i++) {
        put_name(h, i ? ", CX_SLOTS_" : "enum { CX_SLOTS_", scopes[i], f, f->root);
        fprintf(h, " = %u", used[i]);
    }
    fputs(" };\n", h);
    for (size_t i = 0; i < n; i++) put_choices(h, c, &o, i, known[i]);
    fputs("\nconst cx_conf_option cx_conf_options[CX_OPT_COUNT] = {\n", c);
    for (size_t i = 0; i < n; i++) put_option(c, &o, i, slots[i], known[i]);
    fputs("};\n", c);
    put_names(c, &o);
}

/* One format has options, and exactly one: the tables would lack without. */
static void put_all_options(FILE *h, FILE *c, struct file **formats, struct file *versions)
{
    struct file *with = NULL;
    for (struct file **f = formats; *f; f++) {
        if (!get(*f, (*f)->root, "options")) continue;
        if (with) FAIL(*f, (*f)->root, "\"options\" has %s already", with->path);
        with = *f;
    }
    if (!with) fail(formats[0]->path, 1, "no format has \"options\"");
    put_options(h, c, with, versions);
}

/* ---- the whole ---- */

static int is_yaml(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

/* The format files of the folder, sorted by name, NULL behind the last. */
static struct file **load_formats(const char *folder)
{
    struct dirent **names;
    int found = scandir(folder, &names, is_yaml, alphasort);
    struct file **formats = found < 0 ? NULL : calloc((size_t)found + 1, sizeof *formats), **next = formats;
    if (!formats) fail_system(folder);
    for (int i = 0; i < found; i++) {
        struct file *f = load(folder, names[i]->d_name);
        if (get(f, f->root, "format")) *next++ = f;
    }
    if (next == formats) fail(folder, 0, "no file has a top-level \"format\" key");
    return formats;
}

static void write_file(const char *folder, const char *name, const char *content, size_t size)
{
    char path[4096], temporary[4096 + 8];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    FILE *out = fopen(temporary, "wb");
    if (!out) fail_system(temporary);
    bool written = fwrite(content, 1, size, out) == size;
    if (fclose(out) != 0 || !written || rename(temporary, path) != 0) {
        remove(temporary);
        fail_system(path);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: grammar-compile GRAMMARS FOLDER\n", stderr);
        return 2;
    }
    char *h_text, *c_text;
    size_t h_size, c_size;
    FILE *h = open_memstream(&h_text, &h_size), *c = open_memstream(&c_text, &c_size);
    if (!h || !c) fail_system("memory");
    const char *origin = "/* Made by src/grammar/compile.c: change the files of grammars/ instead. */\n";
    fprintf(h, "%s#ifndef CX_GRAMMAR_TABLES_H\n#define CX_GRAMMAR_TABLES_H\n\n", origin);
    fprintf(c, "%s#include <limits.h>\n\n#include \"grammar/grammar.h\"\n#include \"grammar/names.h\"\n\n", origin);
    struct file *versions = load(argv[1], "versions.yaml");
    put_versions(h, c, versions);
    put_rules(h, c, load(argv[1], "rules.yaml"));
    struct file **formats = load_formats(argv[1]);
    put_formats(c, formats, versions);
    put_all_options(h, c, formats, versions);
    fputs("\n#endif\n", h);
    if (fclose(h) != 0 || fclose(c) != 0) fail_system("memory");
    write_file(argv[2], "grammar_tables.h", h_text, h_size);
    write_file(argv[2], "grammar_tables.c", c_text, c_size);
    return 0;
}
