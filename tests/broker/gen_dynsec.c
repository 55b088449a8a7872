#define _GNU_SOURCE
/* A random dynamic-security.json: its clients and groups, and the whole of it */
#include "gen_dynsec.h"
#include "conf_table.h"
#include "gen_json.h"

#include <string.h>

static const char *const group_names[] = {"g1", "g2", "G1", "all of them", "g10", "zz", "\xc3\xa9", ""};

/* ---- clients ---- */

static void add_account(struct gen_deployment *g, const char *user, const char *password)
{
    if (g->account_count < GEN_ACCOUNTS) {
        g->accounts[g->account_count++] = (struct gen_login){user, password};
    }
}

/* Another number would make another password the right one. Where it is missing or no number, 2.0.22 takes what is in
 * its memory: the number of the client before */
static void put_iterations(struct pen *p, const char *digits, int len, bool only_numbers)
{
    static const char *const odd[] = {"0", "-1", "0.9", "\"101\"", "null", "[101]"};
    struct buf b = {0};

    if (rng_chance(p->r, p->odd_percent)) {
        buf_text(&b, odd[rng_below(p->r, only_numbers ? 3 : 6)]);
    } else {
        buf_format(&b, "%.*s%s", len, digits, rng_chance(p->r, p->odd_percent) ? ".9" : "");
    }
    buf_byte(&b, 0);
    if (only_numbers || !rng_chance(p->r, p->odd_percent / 3)) {
        pen_plain(p, "iterations", (char *)b.data);
    }
    buf_free(&b);
}

/* The three members that 2.0 writes; the fields of the hash are `$7$iterations$salt$hash` */
static void put_legacy(struct pen *p, const struct gen_hash *h, bool only_numbers)
{
    const char *iterations = h->field + 3, *salt = strchr(iterations, '$') + 1, *hash = strchr(salt, '$') + 1;
    struct buf text = {0};

    buf_format(&text, "%.*s", (int)(hash - salt) - 1, salt);
    buf_byte(&text, 0);
    if (rng_chance(p->r, p->odd_percent / 2)) {
        text.len = 0;
        buf_text(&text, RNG_PICK(p->r, ((const char *const[]){"", "AAAA", "!!!!", "c2FsdHNhbHQ="})));
        buf_byte(&text, 0);
    }
    pen_text(p, "salt", (char *)text.data, false);
    pen_text(p, "password", rng_chance(p->r, p->odd_percent / 2) ? hash + 4 : hash, false);
    put_iterations(p, iterations, (int)(salt - iterations) - 1, only_numbers);
    buf_free(&text);
}

static void put_passwords(struct pen *p, struct gen_deployment *g, const char *user)
{
    size_t kind = rng_below(p->r, 10); /* one in ten has no password */

    if (kind < 7) {
        const struct gen_hash *h = gen_hash(p->r, true, rng_chance(p->r, p->odd_percent));
        put_legacy(p, h, g->release == R2022);
        add_account(g, user, h->password);
    }
    if (kind >= 6 && kind < 9) {
        const struct gen_hash *h = gen_hash(p->r, false, rng_chance(p->r, p->odd_percent));
        bool bad = rng_chance(p->r, p->odd_percent);
        pen_text(p, "encoded_password", bad ? "$7$nothing" : h->field, false);
        add_account(g, user, h->password);
    }
}

static void put_client(struct pen *p, struct gen_deployment *g, const char *user)
{
    struct gen_client *c = &g->clients[g->client_count++];

    *c = (struct gen_client){user, NULL};
    pen_next(p);
    buf_text(p->to, "\n  ");
    pen_open(p, '{');
    pen_text(p, "username", user, false);
    put_passwords(p, g, user);
    if (rng_chance(p->r, 15)) {
        c->clientid = rng_chance(p->r, 8) ? "" : gen_identity(p->r);
        pen_text(p, "clientid", c->clientid, false);
    }
    if (rng_chance(p->r, 12)) {
        pen_value(p, "disabled", rng_chance(p->r, 60) ? "true" : "false", false);
    }
    if (rng_chance(p->r, 8)) {
        pen_text(p, "textname", "a client", false);
    }
    if (rng_chance(p->r, 90)) {
        gen_references(p);
    }
    if (rng_chance(p->r, 5)) { /* is not read */
        pen_plain(p, "groups", "[{\"groupname\":\"g1\",\"priority\":1000}]");
    }
    pen_close(p, '}');
}

static void put_clients(struct pen *p, struct gen_deployment *g)
{
    const struct names *users = &g->acl.users;
    size_t more = rng_below(p->r, 5);

    for (size_t i = 0; i < users->count; i++) {
        if (rng_chance(p->r, 75)) {
            put_client(p, g, users->at[i]);
        }
    }
    for (size_t i = 0; i < more; i++) {
        bool again = g->client_count && rng_chance(p->r, 8);
        put_client(p, g, again ? g->clients[rng_below(p->r, g->client_count)].user : gen_identity(p->r));
    }
}

/* ---- groups ---- */

static void put_members(struct pen *p, const struct gen_deployment *g)
{
    pen_name(p, "clients", false);
    pen_open(p, '[');
    for (size_t i = 0; i < g->client_count; i++) {
        if (rng_chance(p->r, 45)) {
            pen_next(p);
            pen_open(p, '{');
            pen_text(p, "username", rng_chance(p->r, 5) ? gen_identity(p->r) : g->clients[i].user, false);
            gen_priority(p);
            pen_close(p, '}');
        }
    }
    pen_close(p, ']');
}

static void put_groups(struct pen *p, struct gen_deployment *g)
{
    enum { NAMES = sizeof group_names / sizeof *group_names };
    size_t count = rng_below(p->r, 5), first = rng_below(p->r, NAMES);

    for (size_t i = 0; i < count; i++) {
        const char *name = rng_chance(p->r, 8) ? RNG_PICK(p->r, group_names) : group_names[(first + i) % NAMES];
        pen_next(p);
        buf_text(p->to, "\n  ");
        pen_open(p, '{');
        pen_text(p, "groupname", name, false);
        gen_references(p);
        if (rng_chance(p->r, 95)) {
            put_members(p, g);
        }
        pen_close(p, '}');
    }
    if (rng_chance(p->r, p->odd_percent)) {
        pen_next(p);
        buf_text(p->to, pen_junk(p));
    }
}

/* ---- the file ---- */

static void put_defaults(struct pen *p)
{
    static const char *const names[] = {"publishClientSend", "publishClientReceive", "subscribe", "unsubscribe"};
    static const unsigned yes_percent[] = {45, 50, 50, 50};

    if (rng_chance(p->r, 90)) {
        pen_plain(p, "defaultACLAccess", "");
        pen_open(p, '{');
        for (size_t i = 0; i < 4; i++) {
            if (rng_chance(p->r, 88)) {
                pen_value(p, names[i], rng_chance(p->r, yes_percent[i]) ? "true" : "false", false);
            }
        }
        pen_close(p, '}');
    }
}

void gen_dynsec_parts(struct gen_parts *parts, struct gen_deployment *g, struct rng *r)
{
    struct pen p = {.r = r, .odd_percent = rng_chance(r, 45) ? 6 : 0};

    *parts = (struct gen_parts){0};
    p.huge = rng_chance(r, 8);
    p.large = rng_chance(r, 10);
    p.malformed = rng_chance(r, 25);
    for (size_t i = 0; i < GEN_SUBSCRIPTIONS; i++) {
        struct buf b = {0};
        gen_subscription(&b, &g->acl, r);
        names_add(&g->subs, rng_chance(r, 15) ? gen_wide(r) : (char *)b.data);
        buf_free(&b);
    }
    p.to = &parts->roles;
    gen_roles(&p, g);
    p.to = &parts->clients;
    p.inside = false;
    put_clients(&p, g);
    p.to = &parts->groups;
    p.inside = false;
    put_groups(&p, g);
    p.to = &parts->rest;
    p.inside = false;
    put_defaults(&p);
    if (rng_chance(r, 70)) {
        pen_text(&p, "anonymousGroup", rng_chance(r, 10) ? "nobody's" : RNG_PICK(r, group_names), false);
    }
}

/* The client that may publish all that is asked about */
static void put_publisher(struct gen_deployment *g, struct gen_parts *parts, struct rng *r)
{
    const struct gen_hash *h = gen_hash(r, true, false);
    struct pen role = {.r = r, .to = &parts->roles, .inside = true},
               client = {.r = r, .to = &parts->clients, .inside = parts->clients.len > 0};

    pen_next(&role);
    buf_format(role.to, "\n  {\"rolename\":\"%s\",\"acls\":[", g->acl.publisher);
    role.inside = false;
    for (size_t i = 0; i < g->acl.roots.count; i++) {
        gen_grant(&role, "publishClientSend", g->acl.roots.at[i]);
    }
    buf_text(role.to, "]}");
    pen_next(&client);
    buf_format(client.to, "\n  {\"username\":\"%s\",\"roles\":[{\"rolename\":\"%s\"}]", g->acl.publisher,
               g->acl.publisher);
    put_legacy(&client, h, true);
    buf_text(client.to, "}");
    add_account(g, g->acl.publisher, h->password);
}

/* The parts in random order, each with its name in front */
static void put_file(struct gen_deployment *g, const struct gen_parts *parts, struct rng *r)
{
    const struct buf *all[] = {&parts->roles, &parts->clients, &parts->groups, &parts->rest};
    const char *const names[] = {"roles", "clients", "groups", NULL};
    size_t first = rng_below(r, 4), step = rng_chance(r, 50) ? 1 : 3;

    buf_byte(&g->json, '{');
    for (size_t i = 0, at = first; i < 4; i++, at = (at + step) % 4) {
        if (names[at]) {
            bool odd = rng_chance(r, 1);
            buf_format(&g->json, "%s\n \"%s\":%s", i ? "," : "", names[at], odd ? "{},\"x\":[" : "[");
            buf_bytes(&g->json, all[at]->data, all[at]->len);
            buf_byte(&g->json, ']');
        } else if (all[at]->len) {
            buf_text(&g->json, i ? ",\n " : "\n ");
            buf_bytes(&g->json, all[at]->data, all[at]->len);
        } else {
            buf_text(&g->json, i ? ",\n \"changeIndex\":7" : "\n \"changeIndex\":7");
        }
    }
    buf_text(&g->json, "\n}\n");
}

static void damage(struct buf *json, struct rng *r)
{
    static const char *const whole[] = {"", "null", "[]", "{}", "\"x\"", "7", " ", "{\"roles\":null}", "nonsense"};

    switch (rng_below(r, 6)) {
    case 0: json->len = rng_below(r, json->len); break;
    case 1: buf_insert(json, 0, "\xef\xbb\xbf", 3); break;
    case 2: buf_text(json, "} behind the end {"); break;
    case 3: buf_insert(json, 0, "// no comments\n", 15); break;
    case 4: buf_insert(json, 1, ",", 1); break;
    default:
        json->len = 0;
        buf_text(json, RNG_PICK(r, whole));
        break;
    }
}

void gen_dynsec(struct gen_deployment *g, struct gen_parts *parts, struct rng *r)
{
    put_publisher(g, parts, r);
    put_file(g, parts, r);
    if (rng_chance(r, 7)) {
        damage(&g->json, r);
    }
    buf_free(&parts->roles);
    buf_free(&parts->clients);
    buf_free(&parts->groups);
    buf_free(&parts->rest);
}
