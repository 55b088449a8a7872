#define _GNU_SOURCE
/* The roles of a random dynamic-security.json, and the references to them. A role's name and texts are always strings,
 * which 2.0.11 cannot do without. */
#include "gen_dynsec.h"
#include "gen_json.h"

#include <stdlib.h>
#include <string.h>

static const char *const role_names[] = {"r1", "r2", "R1", "a role", "r10", "zz", "\xc3\xa9", "aa", "r", ""};
static const char *const priorities[] = {"0",  "0",   "1",   "1",      "2",      "3",       "-1",  "-1",   "-2",
                                         "-7", "100", "1.9", "100000", "100001", "-100001", "1e2", "-0.5", "99999"};
/* 2.1 takes those beyond 100000 as 100000 */
static const char *const large[] = {"100000", "100001", "100000", "100001", "-100000", "-100001", "2147483647"};
/* Their differences overflow */
static const char *const huge[] = {"2147483647", "-2147483648", "3000000000", "-3e9", "2147483646", "-2"};
// clang-format off
static const char *const types[] = {
    "publishClientSend", "publishClientReceive", "subscribeLiteral",
    "subscribePattern", "unsubscribeLiteral", "unsubscribePattern",
};
// clang-format on
static const char *const odd_types[] = {"publishclientsend", "SUBSCRIBEPATTERN",   "subscribe",
                                        "publishClient",     "unsubscribeliteral", ""};
static const char *const malformed[] = {"a#", "+x", "#/c", "a/+/#x", "a/#/b", "x+/a", "a/b#", "##", "a/++", "#a"};
static const char *const wide[] = {"#",          "#",          "+/#",           "/#", "+", "+/+", "$SYS/#", "$foo/#",
                                   "$CONTROL/#", "$share/g/#", "$SYS/broker/+", "a/#"};
static const char *const control[] = {"$CONTROL/#", "$CONTROL/dynamic-security/#", "$CONTROL/dynamic-security/v1",
                                      "$CONTROL/+/v1", "$CONTROL/dynamic-security/v1/response"};

void gen_priority(struct pen *p)
{
    const char *text = RNG_PICK(p->r, priorities);

    if (p->huge && rng_chance(p->r, 60)) {
        text = RNG_PICK(p->r, huge);
    } else if (p->large && rng_chance(p->r, 80)) {
        text = RNG_PICK(p->r, large);
    }
    if (rng_chance(p->r, 70)) {
        pen_value(p, "priority", text, false);
    }
}

const char *gen_wide(struct rng *r) { return RNG_PICK(r, wide); }

/* The filter with one of its levels widened, or all from there on */
static void put_widened(struct pen *p, struct buf *b, const char *filter)
{
    static const char *const by[] = {"+", "#", "%u", "%c", "%u", "%c"};
    size_t levels = 1, chosen;

    for (const char *s = filter; *s; s++) {
        levels += *s == '/';
    }
    chosen = rng_below(p->r, levels);
    for (size_t i = 0; i < levels; i++) {
        size_t len = strcspn(filter, "/");
        const char *other = i == chosen ? RNG_PICK(p->r, by) : NULL;
        buf_text(b, i ? "/" : "");
        buf_bytes(b, other ? other : filter, other ? strlen(other) : len);
        if (other && *other == '#') {
            return;
        }
        filter += len + 1;
    }
}

static const char *pick(struct pen *p, const struct names *n) { return n->at[rng_below(p->r, n->count)]; }

static void put_new_filter(struct pen *p, struct buf *b, struct gen_deployment *g)
{
    gen_filter(b, &g->acl, p->r, rng_chance(p->r, 35));
    buf_byte(b, 0);
    if (rng_chance(p->r, 25)) {
        char *filter = strdup((char *)b->data);
        b->len = 0;
        put_widened(p, b, filter);
        free(filter);
        buf_byte(b, 0);
    }
    names_add(&g->acl.filters, (char *)b->data);
    b->len--;
}

/* A filter that may have a wildcard where none can be */
static void put_malformed(struct pen *p, struct buf *b, struct gen_deployment *g)
{
    if (rng_chance(p->r, 35)) {
        buf_text(b, RNG_PICK(p->r, malformed));
        return;
    }
    if (g->acl.filters.count && rng_chance(p->r, 70)) {
        buf_text(b, pick(p, &g->acl.filters));
    } else {
        put_new_filter(p, b, g);
    }
    buf_insert(b, rng_below(p->r, b->len + 1), rng_chance(p->r, 50) ? "#" : "+", 1);
}

static void put_topic(struct pen *p, struct buf *b, struct gen_deployment *g, bool sub, bool literal)
{
    const struct names *filters = &g->acl.filters;

    if (p->malformed && rng_chance(p->r, 45)) {
        put_malformed(p, b, g);
    } else if (rng_chance(p->r, 1)) {
        return; /* an empty one */
    } else if (sub && literal && rng_chance(p->r, 75)) {
        buf_text(b, pick(p, &g->subs));
    } else if (sub && rng_chance(p->r, 45)) {
        put_widened(p, b, pick(p, &g->subs));
    } else if (rng_chance(p->r, 14)) {
        buf_text(b, gen_wide(p->r));
    } else if (rng_chance(p->r, 3)) {
        buf_text(b, RNG_PICK(p->r, control));
    } else if (filters->count && rng_chance(p->r, 45)) {
        buf_text(b, pick(p, filters));
    } else {
        put_new_filter(p, b, g);
    }
}

static void put_acl(struct pen *p, struct gen_deployment *g)
{
    size_t type = rng_below(p->r, 6);
    struct buf b = {0};

    put_topic(p, &b, g, type >= 2, type == 2 || type == 4);
    buf_byte(&b, 0);
    pen_next(p);
    buf_text(p->to, "\n   ");
    pen_open(p, '{');
    pen_text(p, "acltype", rng_chance(p->r, 3) ? RNG_PICK(p->r, odd_types) : types[type], false);
    pen_text(p, "topic", (char *)b.data, false);
    gen_priority(p);
    if (rng_chance(p->r, 94)) {
        pen_value(p, "allow", rng_chance(p->r, 60) ? "true" : "false", false);
    }
    pen_close(p, '}');
    buf_free(&b);
}

void gen_grant(struct pen *p, const char *type, const char *topic)
{
    pen_next(p);
    buf_text(p->to, "\n   ");
    pen_open(p, '{');
    pen_plain(p, "acltype", "");
    pen_string(p->to, p->r, type);
    pen_plain(p, "topic", "");
    pen_string(p->to, p->r, topic);
    pen_plain(p, "allow", "true");
    pen_close(p, '}');
}

static void put_role(struct pen *p, struct gen_deployment *g, const char *name)
{
    size_t count = rng_chance(p->r, 8) ? 20 + rng_below(p->r, 50) : rng_below(p->r, 12);

    pen_next(p);
    buf_text(p->to, "\n  ");
    pen_open(p, '{');
    pen_text(p, "rolename", name, true);
    if (rng_chance(p->r, 10)) {
        pen_text(p, "textname", "the role", true);
    }
    if (rng_chance(p->r, 14)) {
        pen_value(p, "allowwildcardsubs", rng_chance(p->r, 75) ? "false" : "true", false);
    }
    pen_plain(p, "acls", "");
    pen_open(p, '[');
    for (size_t i = 0; i < count; i++) {
        put_acl(p, g);
    }
    pen_close(p, ']');
    pen_close(p, '}');
}

/* A role that lets its holders subscribe, mostly, so that what they may receive can be seen */
static void put_floor(struct pen *p)
{
    pen_next(p);
    buf_text(p->to, "\n  ");
    pen_open(p, '{');
    pen_plain(p, "rolename", "\"floor\"");
    pen_plain(p, "acls", "");
    pen_open(p, '[');
    gen_grant(p, "subscribePattern", "#");
    gen_grant(p, "subscribePattern", "$SYS/#");
    gen_grant(p, "subscribePattern", "$foo/#");
    if (rng_chance(p->r, 30)) {
        gen_grant(p, "publishClientReceive", "#");
    }
    if (rng_chance(p->r, 30)) {
        gen_grant(p, "publishClientSend", "#");
    }
    pen_close(p, ']');
    pen_close(p, '}');
}

void gen_references(struct pen *p)
{
    size_t count = rng_below(p->r, 4);

    pen_name(p, "roles", false);
    pen_open(p, '[');
    for (size_t i = 0; i < count; i++) {
        pen_next(p);
        pen_open(p, '{');
        pen_text(p, "rolename", rng_chance(p->r, 4) ? "nobody's" : RNG_PICK(p->r, role_names), false);
        gen_priority(p);
        pen_close(p, '}');
    }
    if (rng_chance(p->r, 45)) {
        pen_next(p);
        buf_text(p->to, "{\"rolename\":\"floor\",\"priority\":-50}");
    }
    if (rng_chance(p->r, p->odd_percent)) {
        pen_next(p);
        buf_text(p->to, pen_junk(p));
    }
    pen_close(p, ']');
}

void gen_roles(struct pen *p, struct gen_deployment *g)
{
    enum { NAMES = sizeof role_names / sizeof *role_names };
    size_t count = 1 + rng_below(p->r, 6), first = rng_below(p->r, NAMES);

    for (size_t i = 0; i < count; i++) {
        put_role(p, g, rng_chance(p->r, 8) ? RNG_PICK(p->r, role_names) : role_names[(first + i) % NAMES]);
    }
    put_floor(p);
}
