#define _GNU_SOURCE
/* A broker remembers the listener, bridge and plugin that are current by their place in an array, and an included file
 * that adds one moves the array. Options of the main file that follow then change freed memory. */
#include "conf_table.h"
#include "gen_conf.h"

#include <string.h>

/* What a file has opened, or what has been lost; a line belongs to one of them */
struct contexts {
    bool listener, bridge, plugin;
};

/* The option a line begins with, NULL for none; *at moves behind the line */
static const struct conf_option *line_option(const struct buf *b, size_t *at)
{
    const char *line = (const char *)b->data + *at;
    const char *newline = memchr(line, '\n', b->len - *at);
    size_t len = newline ? (size_t)(newline - line) : b->len - *at, from = 0, to;

    *at += len + 1;
    while (from < len && line[from] == ' ') {
        from++;
    }
    for (to = from; to < len && !strchr(" \r\n", line[to]);) {
        to++;
    }
    return conf_option_find(line + from, to - from);
}

/* Whether reading the line can make a listener: in 2.1 the default listener is one of the array too */
static bool opens_listener(const struct conf_option *o, unsigned release)
{
    return o->kind == CONF_OPEN_LISTENER ||
           (release == R21 && (o->place == CONF_LISTENER || o->place == CONF_SECURITY || !strcmp(o->name, "port") ||
                               !strcmp(o->name, "bind_address")));
}

static void open_contexts(struct contexts *c, const struct conf_option *o, unsigned release)
{
    c->listener |= opens_listener(o, release);
    c->bridge |= o->kind == CONF_OPEN_BRIDGE;
    c->plugin |= o->kind == CONF_PLUGIN_PATH;
}

static struct contexts opened_by_includes(const struct gen_conf *g, unsigned release)
{
    struct contexts c = {0};

    for (size_t i = 0; i < g->include_count; i++) {
        for (size_t at = 0; at < g->includes[i].len;) {
            const struct conf_option *o = line_option(&g->includes[i], &at);
            if (o) {
                open_contexts(&c, o, release);
            }
        }
    }
    return c;
}

static bool uses_stale(const struct contexts *stale, const struct conf_option *o, bool per_listener)
{
    return (stale->listener && (o->place == CONF_LISTENER || (o->place == CONF_SECURITY && per_listener))) ||
           (stale->bridge && o->place == CONF_BRIDGE) || (stale->plugin && o->place == CONF_PLUGIN);
}

/* Whether the main file uses a context after an include_dir that moved it */
static bool stale_context(const struct gen_conf *g, unsigned release)
{
    struct contexts inner = opened_by_includes(g, release), open = {0}, stale = {0};
    bool per_listener = buf_has(&g->text, "per_listener");

    for (size_t at = 0; at < g->text.len;) {
        const struct conf_option *o = line_option(&g->text, &at);
        if (!o) {
            continue;
        }
        if (o->kind == CONF_OPEN_LISTENER || (release == R21 && !strcmp(o->name, "port")) ||
            (release == R21 && !strcmp(o->name, "bind_address"))) {
            stale.listener = false;
        }
        stale.bridge &= o->kind != CONF_OPEN_BRIDGE;
        if (uses_stale(&stale, o, per_listener)) {
            return true;
        }
        stale.plugin &= o->kind != CONF_PLUGIN_PATH;
        open_contexts(&open, o, release);
        if (o->kind == CONF_INCLUDE) {
            stale.listener |= open.listener && inner.listener;
            stale.bridge |= release != R21 && open.bridge && inner.bridge;
            stale.plugin |= release != R21 && open.plugin && inner.plugin;
        }
    }
    return false;
}

/* A last line of a plugin option alone: before 2.1 the value is what the line before left behind it in the buffer */
static bool reads_leftover(const struct buf *b)
{
    const char *text = (const char *)b->data, *newline = b->len ? memrchr(text, '\n', b->len) : NULL;
    size_t from = newline ? (size_t)(newline - text) + 1 : 0, len = b->len - from;

    return len > 9 && memmem(text + from, len, "_opt_", 5) && !memchr(text + from, ' ', len);
}

bool gen_undefined(const struct gen_conf *g, unsigned release)
{
    bool leftover = reads_leftover(&g->text);

    for (size_t i = 0; i < g->include_count; i++) {
        leftover |= reads_leftover(&g->includes[i]);
    }
    return stale_context(g, release) || (release != R21 && leftover);
}
