#define _GNU_SOURCE
/* Random mosquitto.conf files: sections of lines, put in order or out of it, each line written a little differently */
#include "gen_conf.h"
#include "conf_table.h"
#include "gen.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SECTIONS = 12 };

/* The file under work: its sections, each a list of lines */
struct pen {
    struct rng *r;
    const struct gen_build *build;
    struct names sections[MOST_SECTIONS];
    size_t count;
    size_t *ports; /* how many were given to plain listeners, in all files */
    bool tidy;     /* in order and nothing odd, as far as the lines fit together */
    bool loaded;   /* there is a plugin_load */
};

static struct names *section(struct pen *pen)
{
    if (pen->count == MOST_SECTIONS) {
        give_up("a conf of too many sections");
    }
    pen->sections[pen->count] = (struct names){0};
    return &pen->sections[pen->count++];
}

static void put(struct names *lines, const char *line) { names_add(lines, line); }

/* The option and a value of it */
static void put_option(struct pen *pen, struct names *lines, const struct conf_option *o)
{
    struct buf b = {0};

    buf_format(&b, "%s ", o->name);
    gen_value(&b, pen->r, o, pen->build, pen->tidy);
    buf_byte(&b, 0);
    put(lines, (char *)b.data);
    buf_free(&b);
}

static void put_named(struct pen *pen, struct names *lines, const char *name)
{
    put_option(pen, lines, conf_option_find(name, strlen(name)));
}

/* What this build reads as another does not, or not at all */
static bool left_out(const struct conf_option *o, const struct gen_build *build)
{
    bool late = build->release == R21;

    if (build->websockets) {
        return false;
    }
    return !strcmp(o->name, "websockets_log_level") || (!strcmp(o->name, "websockets_headers_size") && !late) ||
           !strcmp(o->name, "websockets_origin") || !strcmp(o->name, "http_dir");
}

static bool fits(struct pen *pen, const struct conf_option *o, unsigned places)
{
    if (!strcmp(o->name, "plugin_use") && !pen->loaded && rng_chance(pen->r, 80)) {
        return false;
    }
    return places >> o->place & 1U && !left_out(o, pen->build) &&
           (o->kind < CONF_OPEN_LISTENER || o->kind == CONF_TOPIC || o->kind == CONF_PLUGIN_PATH);
}

/* A random option of these places (a set of bits), seldom one that the release does not know */
static const struct conf_option *pick(struct pen *pen, unsigned places)
{
    bool unknown = !pen->tidy && rng_chance(pen->r, 3);

    for (;;) {
        const struct conf_option *o = &conf_options[rng_below(pen->r, conf_option_count)];
        if (fits(pen, o, places) && rng_below(pen->r, 14) <= o->weight &&
            (unknown || o->releases & pen->build->release)) {
            return o;
        }
    }
}

static void put_options(struct pen *pen, struct names *lines, unsigned places, size_t most)
{
    for (size_t n = rng_below(pen->r, most + 1); n; n--) {
        put_option(pen, lines, pick(pen, places));
    }
}

static void put_tls(struct pen *pen, struct names *lines)
{
    struct rng *r = pen->r;

    if (rng_chance(r, 85)) {
        if (rng_chance(r, 50)) {
            put(lines, "cafile cert.pem");
        }
        put(lines, "certfile cert.pem");
        put(lines, "keyfile key.pem");
        if (rng_chance(r, 12)) {
            free(lines->at[--lines->count]); /* half a pair */
        }
    } else {
        put(lines, "psk_hint hint");
        put(lines, "psk_file psk");
    }
}

/* On a port no other listener has */
static void put_plain_listener(struct pen *pen, struct names *lines)
{
    struct buf b = {0};

    buf_format(&b, "listener %zu", 1886 + *pen->ports);
    gen_part(&b, pen->r, "|| 127.0.0.1| 127.0.0.1| ::1| localhost");
    buf_byte(&b, 0);
    put(lines, (char *)b.data);
    buf_free(&b);
    ++*pen->ports;
}

static void listener_section(struct pen *pen)
{
    struct names *lines = section(pen);

    if (rng_chance(pen->r, 60)) {
        put_plain_listener(pen, lines);
    } else {
        put_named(pen, lines, "listener");
    }
    put_options(pen, lines, 1U << CONF_LISTENER, 2);
    put_options(pen, lines, 1U << CONF_SECURITY, 1);
    if (pen->build->websockets && rng_chance(pen->r, 20)) {
        put(lines, "protocol websockets");
    }
    if (rng_chance(pen->r, 30)) {
        put_named(pen, lines, "allow_anonymous");
    }
    if (pen->loaded && rng_chance(pen->r, 60)) {
        put(lines, "plugin_use p1");
    }
    if (rng_chance(pen->r, 12)) {
        put_tls(pen, lines);
    }
}

static void bridge_section(struct pen *pen)
{
    struct names *lines = section(pen);

    put_named(pen, lines, "connection");
    put_options(pen, lines, 1U << CONF_BRIDGE, 2);
    if (rng_chance(pen->r, 97)) {
        put_named(pen, lines, rng_chance(pen->r, 88) ? "address" : "addresses");
    }
    if (rng_chance(pen->r, 97)) {
        put_named(pen, lines, "topic");
    }
    put_options(pen, lines, 1U << CONF_BRIDGE, 3);
}

static void plugin_section(struct pen *pen)
{
    struct names *lines = section(pen);

    pen->loaded = pen->build->release == R21 && rng_chance(pen->r, 50);
    put_named(pen, lines, pen->loaded ? "plugin_load" : pen->build->release == R16 ? "auth_plugin" : "plugin");
    if (pen->build->plugins[0] && rng_chance(pen->r, 60)) {
        put(lines, "plugin_opt_config_file dynsec.json");
    }
    put_options(pen, lines, 1U << CONF_PLUGIN, 1);
}

static void shuffle_sections(struct pen *pen)
{
    for (size_t i = pen->count; i > 1; i--) {
        size_t j = rng_below(pen->r, i);
        struct names t = pen->sections[i - 1];
        pen->sections[i - 1] = pen->sections[j];
        pen->sections[j] = t;
    }
}

/* All lines into one list, sometimes as the sections stand and sometimes not */
static struct names join(struct pen *pen)
{
    struct names all = {0};
    size_t moves = pen->tidy || rng_chance(pen->r, 75) ? 0 : rng_chance(pen->r, 50) ? 1 : 20;

    for (size_t i = 0; i < pen->count; i++) {
        for (size_t j = 0; j < pen->sections[i].count; j++) {
            put(&all, pen->sections[i].at[j]);
        }
        names_free(&pen->sections[i]);
    }
    for (; moves && all.count; moves--) {
        size_t a = rng_below(pen->r, all.count), b = rng_below(pen->r, all.count);
        char *t = all.at[a];
        all.at[a] = all.at[b];
        all.at[b] = t;
    }
    if (all.count && !pen->tidy && rng_chance(pen->r, 12)) {
        put(&all, all.at[rng_below(pen->r, all.count)]);
    }
    return all;
}

/* What is legal in every place, or nearly */
static void other_line(struct buf *b, struct rng *r)
{
    // clang-format off
    static const char *const good[] = {"", "# a comment", "#", "   ", "# \xff\xfe", "\rrubbish",
                                       "#listener 1999", "\r"};
    static const char *const bad[] = {" # c", "\t", "[listener]", "; x", "listener", "Listener 1884", "\tport 1884",
                                      "allow_anonymous=true", "\xef\xbb\xbf# x", "\"port\" 1884", "bind", "\f",
                                      " \r x"};
    // clang-format on

    buf_format(b, "%s\n", rng_chance(r, 93) ? RNG_PICK(r, good) : RNG_PICK(r, bad));
}

/* A line, and in one of some dozen cases something that is not as everybody writes it */
static void put_line(struct buf *b, struct rng *r, const char *line, const char *end, bool tidy)
{
    static const char *const heads[] = {" ", "  ", "   "};
    static const char *const gaps[] = {"   ", "  ", "     ", "\t", " \t", "=", " = "};
    static const char *const tails[] = {" ", "  ", "\t", "\r", " \r\r", " # c", "\v"};
    const char *space = strchr(line, ' ');
    size_t name = space ? (size_t)(space - line) : strlen(line), odd = tidy ? 99 : rng_below(r, 60);

    buf_text(b, odd == 0 ? RNG_PICK(r, heads) : "");
    buf_bytes(b, line, name);
    if (odd == 1 && rng_chance(r, 30) && name) {
        b->data[b->len - name] ^= 0x20U; /* the other case */
    }
    if (space) {
        buf_text(b, odd == 2 || odd == 3 ? RNG_PICK(r, gaps) : " ");
        buf_text(b, space + 1);
    }
    buf_text(b, odd == 4 || odd == 5 ? RNG_PICK(r, tails) : "");
    buf_text(b, end);
}

static void write_lines(struct buf *b, struct rng *r, const struct names *lines, bool tidy)
{
    const char *end = rng_chance(r, 93) ? "\n" : rng_chance(r, 85) ? "\r\n" : rng_chance(r, 50) ? "\r" : "\n\r";

    for (size_t i = 0; i < lines->count; i++) {
        if (!tidy && rng_chance(r, 8)) {
            other_line(b, r);
        }
        put_line(b, r, lines->at[i], end, tidy);
    }
    if (rng_chance(r, 8) && b->len) {
        b->len--; /* without the final LF */
    }
}

static void put_include(struct gen_conf *g, struct pen *pen, struct names *lines)
{
    // clang-format off
    static const char *const names[] = {"a.conf", "B.conf", "b.conf", "10.conf", "9.conf", "_x.conf", ".h.conf",
                                        "Z.conf", "x.CONF", ".conf", "y.txt", "a b.conf", "c.conf~", "\xc3\xa4.conf"};
    // clang-format on
    size_t count = rng_below(pen->r, GEN_INCLUDES + 1), first = rng_below(pen->r, sizeof names / sizeof *names);

    put_named(pen, lines, "include_dir");
    for (size_t i = 0; i < count; i++) {
        struct pen inner = {.r = pen->r, .build = pen->build, .ports = pen->ports, .tidy = pen->tidy};
        struct names all;

        snprintf(g->include_names[i], sizeof g->include_names[i], "%s",
                 names[(first + i * 5) % (sizeof names / sizeof *names)]);
        switch (rng_below(pen->r, 5)) {
        case 0: listener_section(&inner); break;
        case 1: bridge_section(&inner); break;
        default: put_options(&inner, section(&inner), 1U << CONF_GLOBAL | 1U << CONF_SECURITY, 2); break;
        }
        if (rng_chance(pen->r, 4)) {
            put(section(&inner), "include_dir inc");
        }
        all = join(&inner);
        write_lines(&g->includes[i], pen->r, &all, pen->tidy);
        names_free(&all);
        g->include_count++;
    }
    g->include_folder =
        !pen->tidy && pen->build->release != R16 && rng_chance(pen->r, 6); /* 1.6 takes long to read it */
}

/* 0 to 3 */
static size_t few(struct rng *r, unsigned one, unsigned more)
{
    size_t n = rng_chance(r, one);

    while (n && n < 3 && rng_chance(r, more)) {
        n++;
    }
    return n;
}

static void plan(struct gen_conf *g, struct pen *pen)
{
    struct rng *r = pen->r;
    struct names *head = section(pen), *lines;

    if (rng_chance(r, 22)) {
        put_named(pen, head, "per_listener_settings");
    }
    if (rng_chance(r, 30)) {
        put_named(pen, head, "allow_anonymous");
    }
    put_options(pen, head, 1U << CONF_GLOBAL | 1U << CONF_SECURITY, 2);
    if (rng_chance(r, 14)) {
        lines = section(pen);
        put_named(pen, lines, rng_chance(r, 60) ? "port" : "bind_address");
        put_options(pen, lines, 1U << CONF_LISTENER | 1U << CONF_SECURITY, 2);
    }
    if (rng_chance(r, 10)) {
        put_options(pen, section(pen), 1U << CONF_LISTENER | 1U << CONF_SECURITY, 2);
    }
    if (rng_chance(r, 10)) {
        plugin_section(pen);
    }
    for (size_t n = few(r, 75, 35); n; n--) {
        listener_section(pen);
    }
    for (size_t n = few(r, 30, 30); n; n--) {
        bridge_section(pen);
    }
    if (rng_chance(r, 16)) {
        put_include(g, pen, section(pen));
    }
    if (!pen->tidy && rng_chance(r, 28)) {
        shuffle_sections(pen);
    }
}

static void keep_root(struct names *lines, struct rng *r)
{
    put(lines, "user root");
    for (size_t i = lines->count - 1, to = rng_chance(r, 70) ? 0 : rng_below(r, lines->count); i > to; i--) {
        char *t = lines->at[i];
        lines->at[i] = lines->at[i - 1];
        lines->at[i - 1] = t;
    }
}

void gen_conf(struct gen_conf *g, struct rng *r, const struct gen_build *build)
{
    size_t ports = 0;
    struct pen pen = {.r = r, .build = build, .ports = &ports, .tidy = rng_chance(r, 45)};
    struct names lines;

    *g = (struct gen_conf){0};
    if (rng_chance(r, 8)) {
        put_options(&pen, section(&pen), ~0U, 6); /* anything anywhere */
    } else {
        plan(g, &pen);
    }
    lines = join(&pen);
    if (build->root) {
        keep_root(&lines, r);
    }
    write_lines(&g->text, r, &lines, pen.tidy);
    names_free(&lines);
    if (rng_chance(r, pen.tidy ? 6 : 20)) {
        gen_damage_conf(&g->text, r);
    }
    g->undefined = gen_undefined(g, build->release);
}

void gen_conf_free(struct gen_conf *g)
{
    buf_free(&g->text);
    for (size_t i = 0; i < g->include_count; i++) {
        buf_free(&g->includes[i]);
    }
}
