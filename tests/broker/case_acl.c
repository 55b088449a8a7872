#define _GNU_SOURCE
/* Decisions on a random ACL file: what may each client read, write and subscribe to */
#include "broker.h"
#include "mqtt.h"
#include "questions.h"
#include "trial.h"

#include <stdlib.h>
#include <string.h>

/* The messages one subscriber got */
struct received {
    const char *tag;
    bool topics[GEN_TOPICS];
    bool version;
};

static void receive(void *context, const char *topic, const char *payload, size_t len)
{
    struct received *got = context;
    size_t tag_len = strlen(got->tag);

    if (!strcmp(topic, GEN_VERSION_TOPIC)) {
        got->version = true;
    } else if (len > tag_len && len < tag_len + 4 && !memcmp(payload, got->tag, tag_len)) {
        char digits[8] = {0};
        memcpy(digits, payload + tag_len, len - tag_len);
        size_t i = strtoul(digits, NULL, 10);
        if (i < GEN_TOPICS) {
            got->topics[i] = true;
        }
    }
}

/* Whether a message on this topic, which the broker took, would go out to subscribers: from 2.0 on it keeps $CONTROL */
static bool is_delivered(const struct trial *trial, const char *topic)
{
    return trial->old || strncmp(topic, "$CONTROL/", 9);
}

static void ask_reads(struct trial *trial, const struct gen_acl *g, const struct gen_subject *s, const int *codes,
                      const struct received *got, struct questions *q)
{
    for (size_t i = 0; i < g->topics.count; i++) {
        if (codes[i] >= 0 && codes[i] < 0x80 && is_delivered(trial, g->topics.at[i])) {
            questions_add(q, s, "read", g->topics.at[i], got->topics[i]);
        }
    }
    questions_add(q, s, "read", GEN_VERSION_TOPIC, got->version);
}

static bool is_allowed(int code, const char *what)
{
    if (code != 0 && code != MQTT_NO_SUBSCRIBERS && code != MQTT_NOT_AUTHORIZED) {
        give_up("the broker answers %d to '%s'", code, what);
    }
    return code != MQTT_NOT_AUTHORIZED;
}

static void ask_writes(struct mqtt *client, const struct gen_acl *g, const struct gen_subject *s, struct questions *q)
{
    int codes[GEN_TOPICS];

    mqtt_publish(client, g->topics.at, g->topics.count, "write", false, codes);
    for (size_t i = 0; i < g->topics.count; i++) {
        if (codes[i] != MQTT_NOT_ASKED) {
            questions_add(q, s, "write", g->topics.at[i], is_allowed(codes[i], g->topics.at[i]));
        }
    }
}

static void ask_subscriptions(struct mqtt *client, const struct gen_acl *g, struct rng *r, const struct gen_subject *s,
                              struct questions *q)
{
    struct names filters = {0};
    int codes[GEN_FILTERS];

    for (size_t i = 0; i < GEN_FILTERS; i++) {
        struct buf b = {0};
        gen_subscription(&b, g, r);
        names_add(&filters, (char *)b.data);
        buf_free(&b);
    }
    mqtt_subscribe(client, filters.at, filters.count, codes);
    for (size_t i = 0; i < filters.count; i++) {
        questions_add(q, s, "subscribe", filters.at[i], is_allowed(codes[i], filters.at[i]));
    }
    names_free(&filters);
}

static void open_subject(struct mqtt *client, const struct gen_subject *s)
{
    if (mqtt_open(client, broker_port(), s->clientid, s->user, NULL)) {
        give_up("the broker refuses the client id '%s', user name '%s'", s->clientid, s->user ? s->user : "");
    }
}

/* The answer to the subscriptions comes after every message the publisher caused before: then reads are known */
static void ask_subject(struct trial *trial, struct mqtt *publisher, const struct gen_acl *g, struct rng *r,
                        const struct gen_subject *s, struct questions *q)
{
    char tag[32];
    struct received got = {.tag = tag};
    struct mqtt client;
    int codes[GEN_TOPICS], granted[GEN_ROOTS];

    snprintf(tag, sizeof tag, "read-%zu-", (size_t)(s - g->subjects));
    open_subject(&client, s);
    client.on_message = receive;
    client.context = &got;
    mqtt_subscribe(&client, g->roots.at, g->roots.count, granted);
    mqtt_publish(publisher, g->topics.at, g->topics.count, tag, false, codes);
    ask_subscriptions(&client, g, r, s, q);
    ask_reads(trial, g, s, codes, &got, q);
    ask_writes(&client, g, s, q);
    mqtt_close(&client);
}

void case_acl(struct trial *trial, struct rng *r)
{
    struct gen_subject publisher_subject = {NULL, "publisher"};
    struct questions q = {0};
    struct gen_acl g;
    struct mqtt publisher;

    gen_acl(&g, r, !trial->old);
    publisher_subject.user = g.publisher;
    trial_save(trial, &g.text);
    if (trial_load(trial, true) == TRIAL_BOTH_LOAD) {
        open_subject(&publisher, &publisher_subject);
        for (size_t i = 0; i < GEN_SUBJECTS; i++) {
            ask_subject(trial, &publisher, &g, r, &g.subjects[i], &q);
        }
        mqtt_close(&publisher);
        trial_stop_broker(trial);
        questions_compare(&q, &(struct policy){"--acl", trial->path[TRIAL_FILE], NULL}, trial);
    }
    questions_free(&q);
    gen_acl_free(&g);
}

void case_load(struct trial *trial, struct rng *r)
{
    struct questions q = {0};
    struct gen_acl g;
    struct mqtt client;

    gen_acl(&g, r, !trial->old || rng_chance(r, 10));
    gen_damage_acl(&g.text, r);
    trial_save(trial, &g.text);
    if (trial_load(trial, true) == TRIAL_BOTH_LOAD) {
        const struct gen_subject *s = &g.subjects[rng_below(r, GEN_SUBJECTS)];
        open_subject(&client, s);
        ask_writes(&client, &g, s, &q);
        mqtt_close(&client);
        trial_stop_broker(trial);
        questions_compare(&q, &(struct policy){"--acl", trial->path[TRIAL_FILE], NULL}, trial);
    }
    questions_free(&q);
    gen_acl_free(&g);
}
