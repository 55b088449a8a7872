/* Random JSON: what is written is meant well, but members are left out, doubled, of another type or in other letters now
 * and then. */
#ifndef BROKER_GEN_JSON_H
#define BROKER_GEN_JSON_H

#include "buf.h"
#include "rng.h"

#include <stdbool.h>

struct pen {
    struct buf *to;
    struct rng *r;
    bool inside;                 /* an object or array that has something in it */
    unsigned odd_percent;        /* of the members; 0: all is as it should be */
    bool huge, large, malformed; /* priorities and filters */
};

void pen_open(struct pen *p, int bracket);
void pen_close(struct pen *p, int bracket);
/* Before each element of an array */
void pen_next(struct pen *p);
/* The name of a member and the colon; sometimes with letters of the other case */
void pen_name(struct pen *p, const char *name, bool other_letters);
/* A string, now and then with escapes that it does not need */
void pen_string(struct buf *b, struct rng *r, const char *text);
/* A member that stays as it is; the value is JSON already */
void pen_plain(struct pen *p, const char *name, const char *value);
/* Members that may become odd; `text`: nothing but a string can stand there, or a broker crashes */
void pen_value(struct pen *p, const char *name, const char *value, bool text);
void pen_text(struct pen *p, const char *name, const char *value, bool text);
/* Any value */
const char *pen_junk(struct pen *p);

#endif
