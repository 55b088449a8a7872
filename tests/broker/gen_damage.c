#define _GNU_SOURCE
#include "gen.h"

#include <string.h>

/* Lengths around which the brokers' line buffer (256 bytes, then 1000 more each time) is exactly full */
enum { EDGES = 8 };
static const size_t edges[EDGES] = {254, 255, 256, 257, 1254, 1255, 1256, 1257};
/* The same for mosquitto.conf, whose buffer begins with 1000 bytes */
static const size_t conf_edges[EDGES] = {998, 999, 1000, 1001, 1998, 1999, 2000, 2001};

static size_t random_line(const struct buf *b, struct rng *r)
{
    size_t at = b->len ? rng_below(r, b->len) : 0;

    while (at && b->data[at - 1] != '\n') {
        at--;
    }
    return at;
}

static size_t line_len(const struct buf *b, size_t at)
{
    const unsigned char *newline = at < b->len ? memchr(b->data + at, '\n', b->len - at) : NULL;

    return newline ? (size_t)(newline - b->data) - at : b->len - at;
}

static void insert_bytes(struct buf *b, size_t at, struct rng *r)
{
    static const char *const bytes[] = {"\t",   "\r",   "\v",       "\f",           " ", "\n", "\x80", "\x85",
                                        "\xa0", "\xff", "\xc3\xa9", "\xef\xbb\xbf", "+", "#",  "$",    "%",
                                        ":",    "/",    "\x01",     "\x7f"};
    const char *chosen = RNG_PICK(r, bytes);

    buf_insert(b, at, chosen, strlen(chosen));
}

static void insert_nul(struct buf *b, struct rng *r)
{
    size_t at = rng_chance(r, 40) ? random_line(b, r) : rng_below(r, b->len + 1);

    buf_insert(b, at, "\0\0", 1 + rng_below(r, 2));
}

static void drop_final_newlines(struct buf *b)
{
    while (b->len && (b->data[b->len - 1] == '\n' || b->data[b->len - 1] == '\r')) {
        b->len--;
    }
}

static void copy_line(struct buf *b, struct rng *r)
{
    size_t from = random_line(b, r), len = line_len(b, from), to = random_line(b, r);
    struct buf line = {0};

    buf_bytes(&line, b->data ? b->data + from : NULL, len);
    buf_byte(&line, '\n');
    buf_insert(b, to, line.data, line.len);
    buf_free(&line);
}

static void replace_blank(struct buf *b, struct rng *r)
{
    size_t at = random_line(b, r), len = line_len(b, at);
    unsigned char *blank = memchr(b->data + at, ' ', len);

    if (blank) {
        *blank = rng_chance(r, 50) ? '\t' : '=';
    }
}

/* Each second byte NUL, as an editor that saves UTF-16 does */
static void widen(struct buf *b)
{
    struct buf wide = {0};

    buf_bytes(&wide, "\xff\xfe", 2);
    for (size_t i = 0; i < b->len; i++) {
        buf_byte(&wide, b->data[i]);
        buf_byte(&wide, 0);
    }
    buf_free(b);
    *b = wide;
}

/* Makes a line of exactly `len` bytes that begins with `head` and goes on with `fill`, mostly the unfinished last one */
static void edge_line(struct buf *b, struct rng *r, const size_t lens[EDGES], const char *head, unsigned fill)
{
    size_t len = lens[rng_below(r, EDGES)], head_len = strlen(head);
    struct buf line = {0};

    buf_bytes(&line, head, head_len);
    buf_fill(&line, fill, len - head_len);
    if (rng_chance(r, 70)) {
        drop_final_newlines(b);
        buf_text(b, b->len ? "\n" : "");
        buf_bytes(b, line.data, line.len);
        buf_text(b, rng_chance(r, 20) ? "\r\n" : "");
    } else {
        buf_byte(&line, '\n');
        buf_insert(b, random_line(b, r), line.data, line.len);
    }
    buf_free(&line);
}

/* What can happen to any file */
static void damage_bytes(struct buf *b, struct rng *r)
{
    switch (rng_below(r, 12)) {
    case 0:
    case 1: insert_bytes(b, rng_below(r, b->len + 1), r); break;
    case 2: insert_bytes(b, random_line(b, r), r); break;
    case 3:
    case 4: insert_nul(b, r); break;
    case 5: buf_delete(b, rng_below(r, b->len + 1), 1 + rng_below(r, 3)); break;
    case 6: drop_final_newlines(b); break;
    case 7: copy_line(b, r); break;
    case 8: b->len = rng_below(r, b->len + 1); break;
    case 9: buf_insert(b, 0, "\xef\xbb\xbf", rng_chance(r, 30) ? 3 : 0); break;
    case 10: replace_blank(b, r); break;
    default:
        if (rng_chance(r, 15)) {
            widen(b);
        }
        break;
    }
}

static void many_levels(struct buf *line, struct rng *r)
{
    size_t slashes = 198 + rng_below(r, 5);

    buf_text(line, rng_chance(r, 50) ? "topic read " : "pattern write %c");
    buf_fill(line, '/', slashes);
    buf_text(line, rng_chance(r, 30) ? "#\n" : "a\n");
}

static void long_topic(struct buf *line, struct rng *r)
{
    buf_text(line, rng_chance(r, 50) ? "topic " : "topic read  ");
    buf_fill(line, 'a', 65533 + rng_below(r, 4));
    buf_byte(line, '\n');
}

/* A line the grammar of ACL files may or may not have */
static void odd_acl_line(struct buf *b, struct rng *r)
{
    // clang-format off
    static const char *const lines[] = {
        "user", "user ", "user\tx", "topic", "topic ", "pattern", "Topic a", "topics a", "topic read", "topic deny",
        "topic deny a", "topic rw a", "topic Read a", "topic a b", "topic read a b", "topic a+", "topic #/a",
        "topic a/#/b", "topic read +a", "pattern a", "pattern %c#", "pattern read %u/+x", " # x", "\t# x", "#",
        "topic\ta", "\ttopic a", "topic read\ta", "topic \ta", "topic read \t", "pattern deny", "pattern read",
        "topic read readwrite", "user deny", "topic ++", "topic ##", "topic $share/g/a", "pattern deny %u", "use",
        "topic  read  a  ", "x", "pattern write", "topic =a", "topic read #a", "topic read a/+/#", "topic + ",
        "user #", "topic readwrite  deny  x",
    };
    // clang-format on
    struct buf line = {0};

    if (rng_chance(r, 8)) {
        many_levels(&line, r);
    } else if (rng_chance(r, 4)) {
        long_topic(&line, r);
    } else {
        buf_format(&line, "%s\n", RNG_PICK(r, lines));
    }
    buf_insert(b, random_line(b, r), line.data, line.len);
    buf_free(&line);
}

void gen_damage_acl(struct buf *text, struct rng *r)
{
    static const char *const heads[] = {"#",       "topic ", "topic read a/",  "user ", "pattern %c/",
                                        "rubbish", "",       "topic write a +"};
    size_t times = 1 + rng_below(r, 2);

    for (size_t i = 0; i < times; i++) {
        size_t kind = rng_below(r, 10);
        if (kind < 5) {
            damage_bytes(text, r);
        } else if (kind < 8) {
            odd_acl_line(text, r);
        } else {
            unsigned fill = rng_chance(r, 15) ? ' ' : 'x';
            edge_line(text, r, edges, RNG_PICK(r, heads), fill);
        }
    }
}

void gen_damage_passwords(struct buf *text, struct rng *r)
{
    static const char *const heads[] = {"#", "u:", "x", ":", "v:$6$", ""};

    if (rng_chance(r, 25)) {
        unsigned fill = rng_chance(r, 20) ? ':' : 'x';
        edge_line(text, r, edges, RNG_PICK(r, heads), fill);
    } else {
        damage_bytes(text, r);
    }
}

void gen_damage_conf(struct buf *text, struct rng *r)
{
    static const char *const heads[] = {"#",     "clientid_prefixes ",    "mount_point ", "acl_file ", "rubbish", "",
                                        "port ", "allow_anonymous true ", "log_type all "};
    bool writes = buf_has(text, "pid_file") || buf_has(text, "persistence") || buf_has(text, "log_dest file");

    if (buf_has(text, "memory_limit")) { /* a smaller number would starve the broker */
        return;
    }
    for (size_t i = 1 + rng_below(r, 2); i; i--) {
        if (rng_chance(r, 35)) {
            unsigned fill = rng_chance(r, 30) ? ' ' : 'x';
            edge_line(text, r, conf_edges, RNG_PICK(r, heads), fill);
        } else if (rng_chance(r, 30)) {
            insert_nul(text, r);
        } else if (!writes) { /* a damaged path might lead out of the folder */
            damage_bytes(text, r);
        }
    }
}
