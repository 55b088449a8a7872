/* YAML as a tree of texts: what a person writes for culex to read.
 *
 * Scalars are strings, whatever they look like. What would make two readers disagree is refused, with
 * its place: anchors, aliases, merge keys, tags, a second document, one key twice. */
#ifndef CX_YAML_H
#define CX_YAML_H

#include "base/arena.h"
#include "base/io.h"
#include "base/vec.h"

/* Levels of nesting, and values, of one file. */
enum { CX_YAML_DEPTH_MAX = 50, CX_YAML_NODES_MAX = 1000000 };

typedef enum { CX_YAML_TEXT, CX_YAML_LIST, CX_YAML_MAP } cx_yaml_kind;

typedef struct cx_yaml_node {
    cx_yaml_kind kind;
    size_t line, column;                 /* from 1 */
    cx_str text;                         /* CX_YAML_TEXT; with a NUL byte behind it */
    bool plain;                          /* it has no quotes */
    struct cx_yaml_node **keys, **items; /* of a list keys is NULL */
    size_t n;
} cx_yaml_node;

typedef struct cx_yaml {
    cx_arena arena;
    const char *name;   /* of the file, for messages */
    cx_yaml_node *root; /* NULL: there is nothing in it */
    size_t count;
} cx_yaml;

/* Reads a file. False with E set, as "file:line:column: what is wrong". NAME must outlive Y. */
bool cx_yaml_open(cx_yaml *y, const char *name, cx_error *e);
void cx_yaml_clear(cx_yaml *y);

/* "name:line:column: message"; returns false. */
bool cx_yaml_fail(const cx_yaml *y, const cx_yaml_node *at, cx_error *e, const char *message, ...)
    __attribute__((format(printf, 4, 5)));

#endif
