/* What the files of the grammar compiler (compile.c) share: the files of grammars/ as nodes of YAML, with the
 * complaints about them, and pieces of C. A complaint ends the program with "file:line: what is wrong". */
#ifndef CX_GRAMMAR_COMPILE_H
#define CX_GRAMMAR_COMPILE_H

#include <stdbool.h>
#include <stdio.h>

#include <yaml.h>

typedef yaml_node_t node;

struct file {
    char path[4096];
    yaml_document_t doc;
    node *root; /* a mapping */
};

/* A list of words, as check_keys, put_texts and others take it. */
#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

_Noreturn void fail(const char *path, size_t line, const char *format, ...);
#define FAIL(file, at, ...) fail((file)->path, (at)->start_mark.line + 1, __VA_ARGS__)
_Noreturn void fail_system(const char *what);

struct file *load(const char *folder, const char *name);

/* ---- looking at nodes ---- */

const char *scalar(const struct file *f, const node *n);
size_t pairs(const node *map);
size_t count(const node *list);
node *key_at(struct file *f, const node *map, size_t i);
node *value_at(struct file *f, const node *map, size_t i);
node *item(struct file *f, const node *list, size_t i);

/* The value under KEY, NULL when there is none. */
node *get(struct file *f, const node *map, const char *key);

/* The text under KEY, which must be there and not empty. */
const char *text(struct file *f, const node *map, const char *key);

/* The list under KEY, not empty. */
node *list_of(struct file *f, const node *map, const char *key);

bool among(const char *word, const char *const *words);

/* Every key of MAP stands once and is one of KEYS (NULL: any) or a key of MORE. */
void check_keys(struct file *f, const node *map, const char *const *keys, const node *more);

/* Which text of LIST is NAME; the count of the list when none is. */
size_t position(struct file *f, const node *list, const char *name);

/* No entry of LIST before entry I has the same text under KEY. */
void refuse_twin(struct file *f, const node *list, size_t i, const char *key);

/* The releases named under KEY as bits; OTHERWISE when there is no such key. */
unsigned targets_or(struct file *f, const node *word, const char *key, struct file *versions, unsigned otherwise);

/* The same; all releases when there is no such key. */
unsigned targets(struct file *f, const node *word, const char *key, struct file *versions);

/* ---- writing C ---- */

/* PREFIX and NAME as an enumerator. AT is where the name stands, for a complaint. */
void put_name(FILE *out, const char *prefix, const char *name, const struct file *f, const node *at);

/* A C string on lines of its own: a new one for each line of text and each 100 bytes. */
void put_string(FILE *out, const char *s);

/* The texts under KEYS. */
void put_texts(FILE *out, struct file *f, const node *map, const char *const *keys);

/* The tables of the one format that has options. */
void put_all_options(FILE *h, FILE *c, struct file **formats, struct file *versions);

#endif
