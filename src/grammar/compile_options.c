/* The options of mosquitto.conf as tables: the options, their slots, ranges and choices, and the hash of all names. */
#include "grammar/compile.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "grammar/names.h"

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
void put_all_options(FILE *h, FILE *c, struct file **formats, struct file *versions)
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
