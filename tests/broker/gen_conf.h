/* Random mosquitto.conf files, with the files they name. A seed gives the same files for each build of a broker. */
#ifndef BROKER_GEN_CONF_H
#define BROKER_GEN_CONF_H

#include "buf.h"
#include "rng.h"

#include <stdbool.h>

enum { GEN_INCLUDES = 4 };

/* What the broker under test can do */
struct gen_build {
    unsigned release; /* one of conf_table.h's bits */
    bool websockets;
    bool http_api;
    bool root;              /* the test runs as root: the broker is told to stay it */
    const char *plugins[3]; /* existing ones; NULL ends */
};

/* Everything is written into one folder, in which the broker runs: all paths are relative */
struct gen_conf {
    struct buf text; /* main.conf */
    size_t include_count;
    char include_names[GEN_INCLUDES][16];
    struct buf includes[GEN_INCLUDES]; /* in the folder inc, which always exists */
    bool include_folder;               /* there is a folder inc/d.conf */
    bool undefined;                    /* the broker would use memory that is no longer what it was meant for */
};

void gen_conf(struct gen_conf *g, struct rng *r, const struct gen_build *build);
void gen_conf_free(struct gen_conf *g);

/* The files a conf may name; they are the same in each case */
struct gen_fixed {
    const char *name;
    const char *text;
};
extern const struct gen_fixed gen_fixed[];
extern const size_t gen_fixed_count;

/* Writes one value an option takes, or, when the file is not tidy, now and then one that it does not (gen_value.c) */
struct conf_option;
void gen_value(struct buf *b, struct rng *r, const struct conf_option *o, const struct gen_build *build, bool tidy);
/* One of the parts of a text with | between them */
void gen_part(struct buf *b, struct rng *r, const char *parts);

/* Whether what the broker does depends on memory it should not look at (gen_undefined.c) */
bool gen_undefined(const struct gen_conf *g, unsigned release);

#endif
