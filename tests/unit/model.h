/* The broker's reading of ACL, password, PSK and configuration files and its decision, written
 * down a second time: byte by byte after the description of the formats, on C
 * strings, with strtok() and copies, in the broker's order, and without any code of
 * the library. It is slow and short, which is the point: where the two differ, one
 * of them is wrong. Used by the unit tests and by the fuzz harnesses. */
#ifndef CX_MODEL_H
#define CX_MODEL_H

#include <stdbool.h>
#include <stddef.h>

/* In the order of cx_releases; a unit test holds the two together. */
typedef enum { MODEL_1_6_15, MODEL_2_0_11, MODEL_2_0_22, MODEL_2_1_2, MODEL_RELEASES } model_release;
extern const char *const model_names[MODEL_RELEASES];

/* The line reader. */
typedef struct model_reader {
    const char *text;
    size_t n, at;
    char *buf;    /* the line, a C string */
    size_t size;  /* of buf */
    size_t begin; /* where in the text buf begins */
    bool eof;
} model_reader;

/* SIZE: of the buffer at first, 256 bytes for all files but a conf, which has 1000. */
void model_open(model_reader *r, const char *text, size_t n, size_t size);
bool model_gets(model_reader *r, model_release release); /* false: the broker's function returns NULL */
void model_close(model_reader *r);

/* An ACL file: its rules in file order. */
typedef struct model_rule {
    const char *user; /* whose section; NULL: before the first */
    const char *filter;
    size_t at; /* of the filter in the text */
    bool pattern, deny, read, write;
} model_rule;

typedef struct model_acl {
    model_rule *rules;
    size_t count, cap;
    bool refused;
    model_release release;
    char **strings; /* what is to be freed */
    size_t string_count, string_cap;
} model_acl;

void model_acl_load(model_acl *m, const char *text, size_t n, model_release release);
void model_acl_free(model_acl *m);

/* Whether a client may read or write TOPIC, after the gates for '$' topics; USER
 * NULL: anonymous. *UNSAFE (may be NULL): denied for a '+' or '#' in a name. */
bool model_acl_allows(const model_acl *m, const char *user, const char *id, bool write, const char *topic,
                      bool *unsafe);

/* The gate before all rules: denied here? */
bool model_gate_denies(bool write, const char *topic);

/* A filter against a topic, level by level. */
bool model_match(const char *filter, const char *topic);

/* A line of a password or PSK file that has a ':' and some token. */
typedef struct model_record {
    char *name, *secret; /* secret NULL: there is none */
    size_t name_at, secret_at;
} model_record;

typedef struct model_records {
    model_record *items;
    size_t count, cap;
} model_records;

void model_records_read(model_records *m, const char *text, size_t n, model_release release);
void model_records_free(model_records *m);

/* A line of a conf that is neither empty nor a comment. */
typedef struct model_line {
    size_t at;                  /* of its first word in the text */
    size_t word_len, value_len; /* of that word; of what is behind the one space that ends it */
} model_line;

typedef struct model_lines {
    model_line *items;
    size_t count, cap;
} model_lines;

void model_conf_read(model_lines *m, const char *text, size_t n, model_release release);
void model_conf_free(model_lines *m);

/* Whether the release refuses a PSK file. */
bool model_psk_refused(const char *text, size_t n, model_release release);

#endif
