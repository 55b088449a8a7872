#define _GNU_SOURCE
#include "door.h"
#include "broker.h"

#include <stdlib.h>
#include <string.h>

enum { UNSUBSCRIPTIONS = 14 };

/* The messages one subscriber got */
struct received {
    const char *tag;
    bool topics[GEN_ASKED];
    bool version;
};

static void receive(void *context, const char *topic, const char *payload, size_t len)
{
    struct received *got = context;
    size_t tag_len = strlen(got->tag);

    if (len > tag_len && len < tag_len + 4 && !memcmp(payload, got->tag, tag_len)) {
        char digits[8] = {0};
        memcpy(digits, payload + tag_len, len - tag_len);
        size_t i = strtoul(digits, NULL, 10);
        if (i < GEN_ASKED) {
            got->topics[i] = true;
        }
    } else if (!strcmp(topic, GEN_VERSION_TOPIC)) {
        got->version = true;
    }
}

static bool is_allowed(int code, const char *what)
{
    if (code != 0 && code != MQTT_NO_SUBSCRIBERS && code != MQTT_NO_SUBSCRIPTION && code != MQTT_NOT_AUTHORIZED) {
        give_up("the broker answers %d to '%s'", code, what);
    }
    return code != MQTT_NOT_AUTHORIZED;
}

static void add(struct door *d, const struct gen_subject *s, const char *access, const char *topic, bool allowed)
{
    static const char *const names[] = {"write", "read", "subscribe", "unsubscribe"};

    questions_add(&d->decisions, s, access, topic, allowed);
    for (size_t i = 0; i < 4; i++) {
        if (!strcmp(access, names[i])) {
            d->trial->dynsec.asked[i]++;
            d->trial->dynsec.allowed[i] += allowed;
        }
    }
}

/* ---- logins ---- */

static bool lets_in(const struct door *d, struct mqtt *client, const struct gen_subject *s, const char *password)
{
    if (!mqtt_open(client, d->port, s->clientid, s->user, password)) {
        return true;
    }
    mqtt_close(client);
    return false;
}

/* culex takes the password as right where one is checked: some password lets the client in, or none does. Which one is
 * heeded, when several files have one, depends on what is being tested, so each is tried, and none, and a wrong one */
static bool log_in(const struct door *d, struct mqtt *client, const struct gen_subject *s)
{
    for (size_t i = 0; s->user && i < d->g->account_count; i++) {
        const struct gen_login *a = &d->g->accounts[i];
        if (!strcmp(a->user, s->user) && lets_in(d, client, s, a->password)) {
            return true;
        }
    }
    return lets_in(d, client, s, NULL) || (s->user && lets_in(d, client, s, "not a password"));
}

/* ---- decisions ---- */

/* A filter the client was granted that the topic matches; but not `a/#` for the topic `a`, on which 2.0.11 does not
 * deliver what it kept when `a` is the whole of it and begins with `$` */
static const char *covering(const struct door *d, const char *topic, const int *granted)
{
    const char *mount = d->as_generated->mount;
    char filter[1024], whole[1024];
    bool matches;

    snprintf(whole, sizeof whole, "%s%s", mount, topic);
    for (size_t i = 0; i < d->filters.count; i++) {
        snprintf(filter, sizeof filter, "%s%s", mount, d->filters.at[i]);
        bool parent = strlen(filter) == strlen(whole) + 2 && !strncmp(filter, whole, strlen(whole));
        if (granted[i] == 0 && !parent && !mosquitto_topic_matches_sub(filter, whole, &matches) && matches) {
            return d->filters.at[i];
        }
    }
    return NULL;
}

/* What the broker took from the publisher and one of the client's subscriptions covers was delivered, or may not be
 * read. It never delivers what is sent to $CONTROL/ */
static void ask_reads(struct door *d, const struct gen_subject *s, const int *granted, const struct received *got)
{
    for (size_t i = 0; i < d->topics.count; i++) {
        const char *topic = d->topics.at[i];
        bool taken = d->can_publish && d->published[i] >= 0 && d->published[i] < 0x80 &&
                     (*d->as_generated->mount || strncmp(topic, "$CONTROL/", 9));
        if (got->topics[i] || (taken && covering(d, topic, granted))) {
            add(d, s, "read", topic, got->topics[i]);
        }
    }
    if (!*d->as_generated->mount && covering(d, GEN_VERSION_TOPIC, granted)) {
        add(d, s, "read", GEN_VERSION_TOPIC, got->version);
    }
}

static void ask_writes(struct door *d, struct mqtt *client, const struct gen_subject *s)
{
    int codes[GEN_ASKED];

    mqtt_publish(client, d->topics.at, d->topics.count, "write", false, codes);
    for (size_t i = 0; i < d->topics.count; i++) {
        if (codes[i] != MQTT_NOT_ASKED) {
            add(d, s, "write", d->topics.at[i], is_allowed(codes[i], d->topics.at[i]));
        }
    }
}

static void subscribe(struct door *d, struct mqtt *client, const struct gen_subject *s, const struct names *filters,
                      int *granted)
{
    mqtt_subscribe(client, filters->at, filters->count, granted);
    for (size_t i = 0; i < filters->count; i++) {
        add(d, s, "subscribe", filters->at[i], is_allowed(granted[i], filters->at[i]));
    }
}

static void ask_unsubscriptions(struct door *d, struct mqtt *client, struct rng *r, const struct gen_subject *s)
{
    for (size_t i = 0; i < UNSUBSCRIPTIONS; i++) {
        const struct names *from = rng_chance(r, 60) ? &d->g->subs : &d->filters;
        const char *filter = from->at[rng_below(r, from->count)];
        add(d, s, "unsubscribe", filter, is_allowed(mqtt_unsubscribe(client, filter), filter));
    }
}

static void tag_of(const struct door *d, const char *what, char *tag, size_t size)
{
    snprintf(tag, size, "%s-%d-", what, d->port);
}

/* The answer to the second subscribing comes after every message the publisher caused before: then reads are known */
static void ask_client(struct door *d, struct mqtt *client, struct rng *r, const struct gen_subject *s)
{
    char tag[32];
    struct received got = {.tag = tag};
    int granted[GEN_ASKED + GEN_ROOTS + 1], more[GEN_SUBSCRIPTIONS];

    tag_of(d, d->g->retained ? "kept" : "live", tag, sizeof tag);
    client->on_message = receive;
    client->context = &got;
    subscribe(d, client, s, &d->filters, granted);
    if (d->can_publish && !d->g->retained) {
        mqtt_publish(&d->publisher, d->topics.at, d->topics.count, tag, false, d->published);
    }
    subscribe(d, client, s, &d->g->subs, more);
    ask_unsubscriptions(d, client, r, s);
    ask_reads(d, s, granted, &got);
    ask_writes(d, client, s);
}

/* ---- a listener ---- */

/* The client's topics: what is asked about, without the mount point where it begins with it */
static void choose_topics(struct door *d)
{
    const struct names *topics = &d->g->acl.topics, *roots = &d->g->acl.roots;
    size_t mount = strlen(d->as_generated->mount);

    for (size_t i = 0; i < topics->count && d->topics.count < GEN_ASKED; i++) {
        const char *topic = topics->at[i];
        bool inside = mount && !strncmp(topic, d->as_generated->mount, mount) && topic[mount];
        topic += inside ? mount : 0;
        if (!names_has(&d->topics, topic)) {
            names_add(&d->topics, topic);
        }
    }
    for (size_t i = 0; i < d->topics.count; i++) {
        if (strncmp(d->topics.at[i], "$share", 6)) { /* no filter, it would end the connection */
            names_add(&d->filters, d->topics.at[i]);
        }
    }
    for (size_t i = 0; i < roots->count && d->filters.count < GEN_ASKED + GEN_ROOTS; i++) {
        names_add(&d->filters, roots->at[i]);
    }
    names_add(&d->filters, GEN_VERSION_TOPIC);
}

static void open_publisher(struct door *d)
{
    struct gen_subject s = {d->g->acl.publisher, "publisher"};
    char tag[32];

    d->can_publish = log_in(d, &d->publisher, &s);
    if (d->can_publish && d->g->retained) {
        tag_of(d, "kept", tag, sizeof tag);
        mqtt_publish(&d->publisher, d->topics.at, d->topics.count, tag, true, d->published);
    }
}

void door_ask(struct door *d, struct rng *r)
{
    choose_topics(d);
    open_publisher(d);
    for (size_t i = 0; i < d->as_generated->knock_count; i++) {
        const struct gen_subject *s = &d->as_generated->knocks[i];
        struct mqtt client;
        bool in = log_in(d, &client, s);

        questions_add(&d->logins, s, "write", "a", in);
        if (in) {
            ask_client(d, &client, r, s);
            mqtt_close(&client);
        }
    }
    if (d->can_publish) {
        mqtt_close(&d->publisher);
    }
}

void door_compare(struct door *d)
{
    char port[16];
    struct policy p = {"--conf", d->trial->path[TRIAL_FILE], port};

    snprintf(port, sizeof port, "%d", d->port);
    if (!d->trial->dynsec.missing) {
        questions_compare_logins(&d->logins, &p, d->trial);
        questions_compare(&d->decisions, &p, d->trial);
    }
    d->trial->dynsec.logins += d->logins.count;
    for (size_t i = 0; i < d->logins.count; i++) {
        d->trial->dynsec.let_in += d->logins.at[i].allowed;
    }
}

void door_free(struct door *d)
{
    questions_free(&d->logins);
    questions_free(&d->decisions);
    names_free(&d->topics);
    names_free(&d->filters);
}
