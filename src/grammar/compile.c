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

#include "grammar/compile.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define RELEASES_MAX 8 /* the bits of a cx_targets */
#define VALUES_MAX 256 /* the values of an unsigned char */

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

/* The word under KEY, one of WORDS, as an enumerator; without it the first of them. */
static void put_choice(FILE *c, struct file *f, const node *rule, const char *key, const char *prefix,
                       const char *const *words)
{
    const char *word = get(f, rule, key) ? text(f, rule, key) : words[0];
    if (!among(word, words)) FAIL(f, get(f, rule, key), "unknown %s \"%s\"", key, word);
    put_name(c, prefix, word, f, rule);
}

static void put_rule(FILE *h, FILE *c, struct file *f, const node *list, size_t i, struct file *versions)
{
    node *rule = item(f, list, i);
    check_keys(
        f, rule,
        KEYS("id", "area", "severity", "security", "by", "fix", "targets", "options", "summary", "why", "bad", "good"),
        NULL);
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
    put_choice(c, f, rule, "by", "\n        CX_BY_", KEYS("reader", "lint"));
    put_choice(c, f, rule, "fix", ", CX_FIX_", KEYS("none", "safe", "unsafe"));
    fprintf(c, ", 0x%02x,", targets(f, rule, "targets", versions));
    put_string(c, get(f, rule, "options") ? text(f, rule, "options") : "");
    put_texts(c, f, rule, KEYS("summary", "why", "bad", "good"));
    fputs("\n    },\n", c);
}

static void put_rules(FILE *h, FILE *c, struct file *f, struct file *versions)
{
    check_keys(f, f->root, KEYS("rules"), NULL);
    node *list = list_of(f, f->root, "rules");
    fputs("enum {\n", h);
    fputs("\nconst cx_rule_info cx_rules[CX_RULE_COUNT] = {\n", c);
    for (size_t i = 0; i < count(list); i++) put_rule(h, c, f, list, i, versions);
    fputs("    CX_RULE_COUNT\n};\n", h);
    fputs("};\n", c);
}

/* ---- the formats ---- */

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
    put_rules(h, c, load(argv[1], "rules.yaml"), versions);
    struct file **formats = load_formats(argv[1]);
    put_formats(c, formats, versions);
    put_all_options(h, c, formats, versions);
    fputs("\n#endif\n", h);
    if (fclose(h) != 0 || fclose(c) != 0) fail_system("memory");
    write_file(argv[2], "grammar_tables.h", h_text, h_size);
    write_file(argv[2], "grammar_tables.c", c_text, c_size);
    return 0;
}
