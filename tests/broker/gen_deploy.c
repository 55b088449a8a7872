#define _GNU_SOURCE
/* Everything of a random deployment but the inside of its dynamic-security.json */
#include "conf_table.h"
#include "gen_dynsec.h"

#include <string.h>

/* ---- who ---- */

static void choose_subject(const struct gen_deployment *g, struct rng *r, struct gen_subject *s)
{
    const struct gen_client *c = g->client_count ? &g->clients[rng_below(r, g->client_count)] : NULL;
    const struct names *users = &g->acl.users, *words = &g->acl.words;
    size_t kind = rng_below(r, 100);

    s->clientid = rng_chance(r, 25) ? words->at[rng_below(r, words->count)] : gen_identity(r);
    if (kind < 62 && c) {
        s->user = c->user;
        if (c->clientid && rng_chance(r, 70)) {
            s->clientid = c->clientid;
        }
    } else if (kind < 80) {
        s->user = users->at[rng_below(r, users->count)];
    } else if (kind < 86) {
        s->user = gen_identity(r);
    } else {
        s->user = NULL;
    }
    if (s->user && rng_chance(r, 12)) {
        s->clientid = s->user;
    } else if (rng_chance(r, 5)) {
        s->clientid = ""; /* the broker chooses one */
    }
}

/* The variables of the filters become what these subjects have there */
static void choose_subjects(struct gen_deployment *g, struct rng *r)
{
    size_t n = 0;

    for (size_t i = 0; i < g->door_count; i++) {
        struct gen_door *d = &g->doors[i];
        d->knock_count = GEN_KNOCKS / g->door_count;
        for (size_t j = 0; j < d->knock_count; j++) {
            choose_subject(g, r, &d->knocks[j]);
            if (n < GEN_SUBJECTS && rng_chance(r, 60)) {
                g->acl.subjects[n++] = d->knocks[j];
            }
        }
    }
}

static void put_password(struct gen_deployment *g, struct rng *r, const char *user)
{
    const struct gen_hash *h = gen_hash(r, false, false);

    bool plain = *user && !strchr("# ", user[0]) && user[strlen(user) - 1] != ' '; /* else it reads as another one */

    if (plain && g->account_count < GEN_ACCOUNTS) {
        buf_format(&g->passwords, "%s:%s\n", user, h->field);
        g->accounts[g->account_count++] = (struct gen_login){user, h->password};
    }
}

static void put_passwords(struct gen_deployment *g, struct rng *r)
{
    for (size_t i = 0; i < g->acl.users.count; i++) {
        if (rng_chance(r, 65) && !(i && !strcmp(g->acl.users.at[i], g->acl.users.at[i - 1]))) {
            put_password(g, r, g->acl.users.at[i]);
        }
    }
    for (size_t i = 0; i < g->client_count; i++) {
        if (rng_chance(r, 35) && !names_has(&g->acl.users, g->clients[i].user)) {
            put_password(g, r, g->clients[i].user);
        }
    }
    put_password(g, r, g->acl.publisher);
}

/* ---- the conf ---- */

/* What one place of the conf says; all of it holds for the whole broker without per_listener_settings */
struct place {
    bool dynsec, acl, passwords;
};

static void put_dynsec(struct buf *b, struct rng *r, const struct gen_plugins *plugins, const char *line)
{
    bool old = rng_chance(r, 8);

    buf_format(b, "%s %s\n", old && !strcmp(line, "plugin") ? "auth_plugin" : line, plugins->dynsec);
    if (rng_chance(r, 97)) { /* else the plug-in does nothing */
        buf_format(b, "%s_opt_config_file dynsec.json\n", old ? "auth" : "plugin");
    }
}

/* A file named by its option, or given to the plug-in that reads it */
static void put_file(struct buf *b, struct rng *r, const char *plugin, const char *option, const char *name)
{
    if (plugin && rng_chance(r, 40)) {
        buf_format(b, "plugin %s\nplugin_opt_%s %s\n", plugin, option, name);
    } else {
        buf_format(b, "%s %s\n", option, name);
    }
}

static void put_place(struct buf *to, struct rng *r, const struct gen_plugins *plugins, struct place place)
{
    struct buf lines[4] = {0};
    size_t first = rng_below(r, 4), step = rng_chance(r, 50) ? 1 : 3;

    if (rng_chance(r, 85)) {
        buf_format(&lines[0], "allow_anonymous %s\n", rng_chance(r, 60) ? "true" : "false");
    }
    if (place.dynsec) {
        put_dynsec(&lines[1], r, plugins, "plugin");
    }
    if (place.acl) {
        put_file(&lines[2], r, plugins->acl, "acl_file", "acl");
    }
    if (place.passwords) {
        put_file(&lines[3], r, plugins->passwords, "password_file", "passwd");
    }
    for (size_t i = 0, at = first; i < 4; i++, at = (at + step) % 4) {
        buf_bytes(to, lines[at].data, lines[at].len);
        buf_free(&lines[at]);
    }
}

static struct place any_place(struct rng *r, unsigned percent)
{
    return (struct place){false, rng_chance(r, percent), rng_chance(r, percent)};
}

/* One policy for all listeners, usually before them. 2.1 can also load a plug-in by a name that listeners use */
static void share(struct gen_deployment *g, struct rng *r, const struct gen_plugins *plugins)
{
    bool named = plugins->release == R21 && rng_chance(r, 20), last = rng_chance(r, 15);
    struct place place = any_place(r, 50);

    if (named) {
        size_t use = 1 + rng_below(r, 3);
        put_dynsec(&g->global, r, plugins, "plugin_load ds");
        for (size_t i = 0; i < g->door_count; i++) {
            buf_text(&g->doors[i].lines, use >> i & 1 ? "plugin_use ds\n" : "");
        }
    }
    place.dynsec = !named;
    if (last) {
        put_place(&g->doors[g->door_count - 1].lines, r, plugins, place);
    } else {
        put_place(&g->global, r, plugins, place);
    }
}

/* The plug-in for one of the listeners, for both, or where no listener is yet */
static void separate(struct gen_deployment *g, struct rng *r, const struct gen_plugins *plugins)
{
    size_t where = rng_chance(r, 15) ? GEN_DOORS : rng_below(r, g->door_count);
    bool both = where < GEN_DOORS && rng_chance(r, plugins->release == R21 ? 4 : 25); /* 2.1 refuses it */

    buf_text(&g->global, "per_listener_settings true\n");
    if (where == GEN_DOORS) {
        put_dynsec(&g->global, r, plugins, plugins->release == R21 && rng_chance(r, 80) ? "global_plugin" : "plugin");
    }
    for (size_t i = 0; i < g->door_count; i++) {
        struct place place = any_place(r, 50);
        place.dynsec = where == i || both;
        put_place(&g->doors[i].lines, r, plugins, place);
    }
}

static void put_mount(struct gen_deployment *g, struct gen_door *d, struct rng *r)
{
    const char *word = g->acl.words.at[rng_below(r, g->acl.words.count)];

    d->mount = "";
    if (rng_chance(r, 22) && word[0] != '$') {
        struct buf b = {0};
        buf_format(&b, "%s%s", word, rng_chance(r, 75) ? "/" : "");
        buf_byte(&b, 0);
        names_add(&g->mounts, (char *)b.data);
        d->mount = g->mounts.at[g->mounts.count - 1];
        buf_format(&d->lines, "mount_point %s\n", d->mount);
        buf_free(&b);
    }
}

static void put_conf(struct gen_deployment *g, struct rng *r, const struct gen_plugins *plugins)
{
    buf_text(&g->global, "persistence false\nset_tcp_nodelay true\nmax_queued_messages 100000\n"
                         "connection_messages false\nlog_dest stderr\nlog_type error\nlog_type warning\n");
    if (plugins->root) { /* else the broker becomes another user, who cannot read the files */
        buf_text(&g->global, "user root\n");
    }
    if (rng_chance(r, 40)) {
        separate(g, r, plugins);
    } else {
        share(g, r, plugins);
    }
    for (size_t i = 0; i < g->door_count; i++) {
        put_mount(g, &g->doors[i], r);
        if (rng_chance(r, 10)) {
            buf_text(&g->doors[i].lines, "use_username_as_clientid true\n");
        }
    }
}

void gen_deployment_conf(const struct gen_deployment *g, const int ports[GEN_DOORS], struct buf *conf)
{
    buf_bytes(conf, g->global.data, g->global.len);
    for (size_t i = 0; i < g->door_count; i++) {
        buf_format(conf, "\nlistener %d 127.0.0.1\n", ports[i]);
        buf_bytes(conf, g->doors[i].lines.data, g->doors[i].lines.len);
    }
}

/* ---- put together ---- */

void gen_deployment(struct gen_deployment *g, struct rng *r, const struct gen_plugins *plugins)
{
    struct gen_parts parts;

    *g = (struct gen_deployment){.release = plugins->release, .door_count = rng_chance(r, 75) ? 2 : 1};
    gen_acl_begin(&g->acl, r, true);
    gen_dynsec_parts(&parts, g, r);
    put_passwords(g, r);
    choose_subjects(g, r);
    gen_acl_end(&g->acl, r);
    if (rng_chance(r, 25)) {
        names_add(&g->acl.topics, "$CONTROL/dynamic-security/v1");
    }
    gen_dynsec(g, &parts, r);
    put_conf(g, r, plugins);
    g->retained = rng_chance(r, 30);
    g->no_json = rng_chance(r, 3);
}

void gen_deployment_free(struct gen_deployment *g)
{
    gen_acl_free(&g->acl);
    buf_free(&g->json);
    buf_free(&g->passwords);
    buf_free(&g->global);
    for (size_t i = 0; i < g->door_count; i++) {
        buf_free(&g->doors[i].lines);
    }
    names_free(&g->subs);
    names_free(&g->mounts);
}
