#define _POSIX_C_SOURCE 200809L
/* What real brokers answered with a dynamic-security.json (tests/vectors/dynsec.json), asked
 * in-process; and for each of these questions the change that turns the answer, made and asked
 * again. */
#include "unit.h"

#include <stdlib.h>

#include "broker/broker.h"
#include "policy/change.h"
#include "vectors.h"

enum { ANSWERS = 498, FEWEST_CHANGES = 380 };

static cx_access access_of(const char *name)
{
    static const char *const names[] = {"publishClientReceive", "publishClientSend", "subscribe", "unsubscribe"};
    for (unsigned i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0) return (cx_access)(1u << i);
    ck_abort_msg("no access '%s'", name);
    return 0;
}

/* One file asked one question, by one release. */
struct asked {
    char *text;
    cx_source source;
    cx_dynsec file;
    cx_policy policy;
    cx_broker broker;
    cx_answer answer;
};

static void ask(struct asked *q, const cJSON *config, const cx_release *release, const cx_client *c, cx_access access,
                cx_str topic)
{
    cx_error e;
    cx_dynsec *files[] = {&q->file};
    q->text = cJSON_PrintUnformatted(config);
    cx_source_over(&q->source, CX_STR("dynsec.json"), cx_str_of(q->text));
    must(cx_dynsec_read(&q->file, &q->source, CX_TARGET_BIT(release), false, &e), "%s", e.text);
    unit_check_findings(&q->file.findings, q->source.text, CX_TARGET_BIT(release));
    cx_policy_from_dynsec(&q->policy, files, 1, release);
    q->broker = cx_broker_of(&q->policy);
    q->answer = cx_broker_ask(&q->broker, c, access, topic);
}

static void asked_clear(struct asked *q)
{
    cx_policy_clear(&q->policy);
    cx_dynsec_clear(&q->file);
    cx_source_clear(&q->source);
    free(q->text);
}

/* ---- the change ---- */

static cJSON *element(cJSON *root, const char *list, const cx_dynsec *d, uint32_t role)
{
    cJSON *own = cJSON_GetObjectItem(root, list), *theirs = cJSON_GetObjectItem(d->tree, list);
    int i = 0;
    for (const cJSON *x = theirs->child; x != d->roles.items[role].item; x = x->next) i++;
    return cJSON_GetArrayItem(own, i);
}

static cJSON *made_acl(const cx_change *c)
{
    char *topic = strndup(c->topic.p, c->topic.n);
    cJSON *acl = cJSON_CreateObject();
    cJSON_AddStringToObject(acl, "acltype", cx_dynsec_type_name(c->type));
    cJSON_AddStringToObject(acl, "topic", topic);
    cJSON_AddNumberToObject(acl, "priority", c->priority);
    cJSON_AddBoolToObject(acl, "allow", c->allow);
    free(topic);
    return acl;
}

/* CONFIG with the change made; NULL: it is not one of an ACL in a role that is there. */
static cJSON *changed(const cJSON *config, const struct asked *q, const cx_change *c)
{
    if (c->kind != CX_CHANGE_ADD && c->kind != CX_CHANGE_REPLACE) return NULL;
    cJSON *root = cJSON_Duplicate(config, true), *role = element(root, "roles", &q->file, c->role);
    cJSON *acls = cJSON_GetObjectItem(role, "acls");
    if (!acls) acls = cJSON_AddArrayToObject(role, "acls");
    if (c->kind == CX_CHANGE_ADD) {
        cJSON_AddItemToArray(acls, made_acl(c));
        return root;
    }
    const cJSON *theirs = cJSON_GetObjectItem(q->file.roles.items[c->role].item, "acls");
    int i = 0;
    for (const cJSON *x = theirs->child; x != q->file.acls.items[c->there].item; x = x->next) i++;
    cJSON_ReplaceItemInArray(acls, i, made_acl(c));
    return root;
}

/* 1 when the change was made and turned the answer, 0 when there is none to make. */
static size_t check_change(const cJSON *config, struct asked *q, const cx_release *release, const cx_client *c,
                           cx_access access, cx_str topic)
{
    if (q->answer.verdict.reason == CX_REASON_DOLLAR_TOPIC || q->answer.step) return 0;
    cx_arena a = {0};
    cx_subject s = cx_broker_subject(&q->broker, &q->policy, *c);
    cx_change change = cx_policy_change(&q->policy, &s, access, topic, &q->answer.verdict, &a);
    cJSON *other = changed(config, q, &change);
    if (other) {
        struct asked again;
        ask(&again, other, release, c, access, topic);
        must(again.answer.allow != q->answer.allow, "%s: the change turns nothing: %s", release->name, again.text);
        asked_clear(&again);
        cJSON_Delete(other);
    }
    cx_arena_clear(&a);
    return other != NULL;
}

START_TEST(vectors)
{
    cJSON *rows = vectors_load("dynsec.json"), *row;
    size_t answers = 0, changes = 0;
    cJSON_ArrayForEach(row, rows)
    {
        const cJSON *config = cJSON_GetObjectItem(row, "config");
        const char *user = vector_text(row, "user"), *id = vector_text(row, "clientid");
        cx_str topic = cx_str_of(vector_text(row, "topic"));
        cx_client c = {.anonymous = !user, .user = cx_str_of(user), .fresh = !id, .id = cx_str_of(id)};
        cx_access access = access_of(vector_text(row, "access"));
        for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
            const char *want = vector_expected(row, "expect", i);
            if (!want) continue;
            struct asked q;
            ask(&q, config, &cx_releases[i], &c, access, topic);
            must(q.answer.allow == (strcmp(want, "allow") == 0), "%s: %s %s '%s', want %s: %s", cx_releases[i].name,
                 user ? user : "anonymous", vector_text(row, "access"), topic.p, want, q.text);
            changes += check_change(config, &q, &cx_releases[i], &c, access, topic);
            asked_clear(&q);
            answers++;
        }
    }
    ck_assert_uint_eq(answers, ANSWERS);
    ck_assert_uint_ge(changes, FEWEST_CHANGES);
    cJSON_Delete(rows);
}
END_TEST

Suite *suite_dynsec_vectors(void)
{
    Suite *s = suite_create("dynsec-vectors");
    TCase *t = tcase_create("vectors");
    tcase_add_test(t, vectors);
    suite_add_tcase(s, t);
    return s;
}
