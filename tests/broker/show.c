#define _GNU_SOURCE
#include "show.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    const char *at;
    const char *end;
    const char *error; /* the first one; then nothing is read any more */
};

static void fail(struct reader *r, const char *why)
{
    r->error = r->error ? r->error : why;
    r->at = r->end;
}

static int peek(struct reader *r)
{
    while (r->at < r->end && strchr(" \t\r\n", *r->at)) {
        r->at++;
    }
    return r->at < r->end ? *r->at : 0;
}

static bool take(struct reader *r, int byte)
{
    if (peek(r) != byte) {
        return false;
    }
    r->at++;
    return true;
}

static void expect(struct reader *r, int byte, const char *why)
{
    if (!take(r, byte)) {
        fail(r, why);
    }
}

/* A string; escapes are kept as they are written, since no value that is compared has any. `to` may be NULL */
static void read_string(struct reader *r, char *to, size_t size)
{
    const char *from;
    size_t len;

    expect(r, '"', "no string where one belongs");
    for (from = r->at; r->at < r->end && *r->at != '"'; r->at++) {
        r->at += *r->at == '\\' && r->at + 1 < r->end;
    }
    len = (size_t)(r->at - from);
    expect(r, '"', "a string without an end");
    if (to) {
        len = len < size ? len : size - 1;
        memcpy(to, from, len);
        to[len] = 0;
    }
}

/* true, false, null or a number, into text of at most size-1 bytes */
static void read_word(struct reader *r, char *to, size_t size)
{
    size_t n = 0;

    peek(r);
    while (r->at < r->end && !strchr(",]} \t\r\n", *r->at)) {
        if (n + 1 < size) {
            to[n++] = *r->at;
        }
        r->at++;
    }
    to[n] = 0;
    if (!n) {
        fail(r, "no value where one belongs");
    }
}

typedef void member_fn(struct reader *r, const char *name, void *context);

static void skip_value(struct reader *r);

static void skip_member(struct reader *r, const char *name, void *context)
{
    (void)name;
    (void)context;
    skip_value(r);
}

static void read_object(struct reader *r, member_fn *member, void *context)
{
    char name[64];

    expect(r, '{', "no object where one belongs");
    while (!r->error && peek(r) != '}') {
        read_string(r, name, sizeof name);
        expect(r, ':', "no colon behind a name");
        member(r, name, context);
        if (!take(r, ',')) {
            break;
        }
    }
    expect(r, '}', "an object without an end");
}

static void read_array(struct reader *r, member_fn *member, void *context)
{
    expect(r, '[', "no array where one belongs");
    while (!r->error && peek(r) != ']') {
        member(r, "", context);
        if (!take(r, ',')) {
            break;
        }
    }
    expect(r, ']', "an array without an end");
}

static void skip_value(struct reader *r)
{
    char word[64];

    switch (peek(r)) {
    case '{': read_object(r, skip_member, NULL); break;
    case '[': read_array(r, skip_member, NULL); break;
    case '"': read_string(r, NULL, 0); break;
    default: read_word(r, word, sizeof word); break;
    }
}

static void read_bool(struct reader *r, bool *value)
{
    char word[16];

    read_word(r, word, sizeof word);
    *value = !strcmp(word, "true");
    if (!*value && strcmp(word, "false") != 0 && strcmp(word, "null") != 0) {
        fail(r, "no truth value where one belongs");
    }
}

static void listener_member(struct reader *r, const char *name, void *context)
{
    struct show_listener *l = context;
    char word[32];

    if (!strcmp(name, "bind")) {
        read_string(r, l->bind, sizeof l->bind);
    } else if (!strcmp(name, "protocol")) {
        read_string(r, l->protocol, sizeof l->protocol);
    } else if (!strcmp(name, "port")) {
        read_word(r, word, sizeof word);
        l->port = atoi(word);
    } else if (!strcmp(name, "tls")) {
        read_bool(r, &l->tls);
    } else if (!strcmp(name, "anonymous")) {
        read_bool(r, &l->anonymous);
    } else {
        skip_value(r);
    }
}

static void listener_element(struct reader *r, const char *name, void *context)
{
    struct show *s = context;

    (void)name;
    if (s->count == SHOW_LISTENERS) {
        fail(r, "too many listeners");
        return;
    }
    s->listeners[s->count] = (struct show_listener){0};
    read_object(r, listener_member, &s->listeners[s->count++]);
}

static void top_member(struct reader *r, const char *name, void *context)
{
    if (!strcmp(name, "listeners")) {
        read_array(r, listener_element, context);
    } else {
        skip_value(r);
    }
}

const char *show_read(struct show *s, const struct buf *json)
{
    struct reader r = {(const char *)json->data, (const char *)json->data + json->len, NULL};

    s->count = 0;
    read_object(&r, top_member, s);
    if (peek(&r)) {
        fail(&r, "more text behind the object");
    }
    return r.error;
}
