/* Any bytes as a dynamic-security.json. For every release that has the plug-in: reading
 * alone is the projection of reading for all; whether the broker survives the file, whom
 * it knows and who can log in is what the model of the plug-in says, and so is every
 * decision; a list compiled finds the rule that a scan finds; findings can be shown, and
 * passwords and hashes are in none of them. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../unit/model_dynsec.h"
#include "policy/change.h"
#include "policy/explain.h"
#include "policy/match.h"
#include "topic/topic.h"

enum { TOPICS = 30, USERS = 5, TOPIC_ROOM = 400 };
static const char MARK[] = "zQxJ7kWv";
static const char *const ids[] = {NULL, "a", "a/b", "$SYS", "x+", "#"};
static const cx_access accesses[] = {CX_ACCESS_READ, CX_ACCESS_WRITE, CX_ACCESS_SUBSCRIBE, CX_ACCESS_UNSUBSCRIBE};

/* ---- what is asked ---- */

typedef struct questions {
    char topics[TOPICS][TOPIC_ROOM];
    size_t topic_count;
    char *users[USERS + 2]; /* NULL: anonymous */
    size_t user_count;
} questions;

static void add_topic(questions *q, const char *before, cx_str middle, const char *after)
{
    if (q->topic_count == TOPICS || strlen(before) + middle.n + strlen(after) >= TOPIC_ROOM) return;
    char *out = q->topics[q->topic_count++];
    strcpy(out, before);
    strncat(out, middle.p, middle.n);
    strcat(out, after);
}

/* A topic that the filter could match for client "a" of user "a". */
static void add_filled(questions *q, cx_str filter)
{
    char out[TOPIC_ROOM];
    size_t n = 0;
    if (filter.n >= TOPIC_ROOM) return;
    for (size_t i = 0; i < filter.n; i++) {
        char c = filter.p[i];
        bool variable = c == '%' && i + 1 < filter.n && (filter.p[i + 1] == 'c' || filter.p[i + 1] == 'u');
        out[n++] = c == '+' || c == '#' || variable ? 'a' : c;
        i += variable;
    }
    add_topic(q, "", (cx_str){out, n}, "");
}

/* What differs from an ACL's topic by little, another way each time. */
static void add_near(questions *q, cx_str filter, size_t way)
{
    size_t n = filter.n;
    while (n > 0 && filter.p[n - 1] != '/') n--;
    cx_str parent = {filter.p, n ? n - 1 : 0};
    if (way % 8 == 0) add_topic(q, "", parent, "");
    if (way % 8 == 1) add_topic(q, "", parent, "/+");
    if (way % 8 == 2) add_topic(q, "", parent, "/#");
    if (way % 8 == 3) add_topic(q, "", filter, "/a");
    if (way % 8 == 4) add_topic(q, "", filter, "/#");
    if (way % 8 == 5) add_topic(q, "$", filter, "");
    if (way % 8 == 6) add_topic(q, "+/", filter, "");
    if (way % 8 == 7) add_topic(q, "", parent, "/");
}

static void collect(questions *q, const cx_dynsec *d)
{
    static const char *const always[] = {"a", "#", "+/a", "$CONTROL/x"};
    *q = (questions){.users = {NULL, strdup("a")}, .user_count = 2};
    for (size_t i = 0; i < 4; i++) add_topic(q, "", cx_str_of(always[i]), "");
    for (size_t i = 0; i < d->acls.n; i++) {
        cx_str filter = d->acls.items[i].topic;
        add_topic(q, "", filter, "");
        if (cx_has_wildcard(filter) || cx_str_has(filter, '%')) add_filled(q, filter);
        add_near(q, filter, i);
    }
    for (size_t i = 0; i < d->clients.n && q->user_count < USERS + 2; i++) {
        cx_str name = d->clients.items[i].name;
        if (name.n) q->users[q->user_count++] = strndup(name.p, name.n);
    }
}

static void forget(questions *q)
{
    for (size_t i = 0; i < q->user_count; i++) free(q->users[i]);
}

static bool may_ask(cx_access access, cx_str topic)
{
    if (access == CX_ACCESS_READ || access == CX_ACCESS_WRITE) return cx_topic_shape_ok(topic);
    return cx_filter_check(topic).error == CX_FILTER_OK;
}

/* ---- decisions ---- */

/* Whether a rule ends the search. */
static bool ends(const cx_policy *p, const cx_rule *r, const cx_client *c, const cx_query *q, cx_verdict *v)
{
    *v = (cx_verdict){(cx_outcome)r->outcome, CX_REASON_RULE, r};
    if (r->matcher != CX_MATCH_MALFORMED) return cx_rule_matches(r, c, q);
    bool newer = p->release == &cx_releases[MODEL_2_1_2];
    cx_malformed m = cx_malformed_matches(r, c, q, newer);
    if (m != CX_MALFORMED_REACHED || !newer) return m == CX_MALFORMED_YES;
    v->outcome = CX_DENY;
    v->reason = CX_REASON_MALFORMED_RULE;
    return true;
}

/* The verdict by a look at one rule after the other. */
static cx_verdict scan(const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic)
{
    cx_query q = cx_query_of(p->release, access, topic);
    cx_asking asking = cx_ask_lists(p, s->holder);
    cx_verdict v;
    for (const cx_list *list; (list = cx_next_list(p, &asking));) {
        for (uint32_t i = 0; i < list->count; i++) {
            const cx_rule *r = &p->rules[list->first + i];
            if ((r->access & access) && ends(p, r, &s->client, &q, &v)) return v;
        }
    }
    cx_default d = p->defaults[s->kind][cx_access_index(access)];
    bool control = cx_str_starts(topic, CX_STR("$CONTROL"));
    return (cx_verdict){control ? CX_DEFER : d.outcome, d.reason, NULL};
}

/* The first rule of those that a trie holds. */
static const cx_rule *first_plain(const cx_policy *p, const cx_list *list, cx_access access, const cx_client *c,
                                  const cx_query *q)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const cx_rule *r = &p->rules[list->first + i];
        bool plain = r->matcher == CX_MATCH_FILTER || r->matcher == CX_MATCH_LEVEL_VARIABLES;
        if (plain && (r->access & access) && cx_rule_matches(r, c, q)) return r;
    }
    return NULL;
}

/* Each list as a trie, however short. */
static void check_tries(const cx_policy *p, const questions *q, cx_access access)
{
    enum { LISTS = 4 };
    for (size_t l = 0; l < p->lists.n && l < LISTS; l++) {
        const cx_list *list = &p->lists.items[l];
        const cx_rule *rules = list->count ? p->rules + list->first : NULL;
        cx_trie *t = cx_trie_new(rules, list->count, (uint8_t)access, 0);
        for (size_t i = 0; i < q->topic_count; i++) {
            cx_str topic = cx_str_of(q->topics[i]);
            const char *id = ids[i % 6], *user = q->users[i % q->user_count];
            cx_client c = {.anonymous = !user, .user = cx_str_of(user), .fresh = !id, .id = cx_str_of(id)};
            if (!may_ask(access, topic)) continue;
            cx_query query = cx_query_of(p->release, access, topic);
            uint32_t rank = cx_trie_find(t, &query, &c);
            const cx_rule *r = rank == CX_RANK_NONE ? NULL : rules + rank;
            holds(r == first_plain(p, list, access, &c, &query));
            holds(!r || cx_trie_outcome(t, rank) == (cx_outcome)r->outcome);
        }
        cx_trie_free(t);
    }
}

static void check_explain(cx_policy *p, const cx_subject *s, cx_access access, cx_str topic, cx_verdict v)
{
    enum { MOST = 16 };
    cx_str other[MOST];
    cx_arena a = {0};
    cx_near near = cx_policy_nearest(p, s, access, topic);
    holds(!near.rule || near.rule->outcome == CX_ALLOW);
    holds(!near.rule || (near.filter_at <= near.rule->filter_len && near.topic_at <= topic.n));
    const cx_rule *behind = cx_policy_allow_behind(p, s, access, topic);
    holds(!behind || (behind->outcome == CX_ALLOW && (behind->access & access)));
    holds(v.outcome != CX_ALLOW || behind || !v.rule || v.rule->matcher == CX_MATCH_MALFORMED);
    unsigned n = s->client.fresh ? cx_policy_other_ids(p, s, topic, other, MOST) : 0;
    for (unsigned i = 0; i < n; i++) holds(other[i].n > 0 && !cx_has_wildcard(other[i]));
    cx_change change = cx_policy_change(p, s, access, topic, &v, &a);
    holds(change.kind > CX_CHANGE_REPLACE || change.role < p->documents[change.document].dynsec->roles.n);
    if (v.rule) {
        cx_rule_place place = cx_policy_place(p, v.rule, &a);
        holds(place.source == p->documents[0].source && place.line > 0 && place.path.p);
    }
    cx_arena_clear(&a);
}

static void check_question(cx_policy *p, const model_dynsec *m, const char *user, const char *id, cx_access access,
                           const char *name)
{
    static const cx_outcome outcomes[] = {[MODEL_ALLOW] = CX_ALLOW, [MODEL_DENY] = CX_DENY, [MODEL_DEFER] = CX_DEFER};
    cx_str topic = cx_str_of(name);
    if (!may_ask(access, topic)) return;
    cx_client client = {.anonymous = !user, .user = cx_str_of(user), .fresh = !id, .id = cx_str_of(id)};
    cx_subject s = cx_policy_subject(p, client);
    cx_verdict v = cx_policy_decide(p, &s, access, topic), w = scan(p, &s, access, topic);
    holds(v.outcome == w.outcome && v.reason == w.reason && v.rule == w.rule);
    model_answer answer = model_dynsec_ask(m, user, id, (model_access)access, name);
    holds(model_dynsec_unclear(m) || v.outcome == outcomes[answer]);
    check_explain(p, &s, access, topic, v);
}

static void check_user(const cx_policy *p, const model_dynsec *m, const char *user)
{
    uint32_t number = cx_policy_user(p, cx_str_of(user));
    model_client want = model_dynsec_client(m, user);
    if (model_dynsec_unclear(m)) return;
    holds((number != CX_MAP_NONE) == want.known);
    if (!want.known) return;
    const cx_dynsec_client *c = p->clients.items[number];
    holds(cx_str_is(c->name, user) && c->disabled == want.disabled && (c->id.p != NULL) == (want.id != NULL));
    holds(!want.id || cx_str_is(c->id, want.id));
    holds(((c->logins & CX_TARGET_BIT(p->release)) != 0) == (want.password == MODEL_PASSWORD_SET));
}

static void check_policy(cx_dynsec *d, const model_dynsec *m, const questions *q, const cx_release *release)
{
    cx_policy p;
    cx_policy_from_dynsec(&p, &d, 1, release);
    for (size_t a = 0; a < 4; a++) check_tries(&p, q, accesses[a]);
    for (size_t u = 0; u < q->user_count; u++) {
        if (q->users[u]) check_user(&p, m, q->users[u]);
        for (size_t t = 0; t < q->topic_count; t++)
            for (size_t a = 0; a < 2; a++) /* one for messages, one for subscriptions */
                check_question(&p, m, q->users[u], ids[(u + t) % 6], accesses[2 * a + (u + t) % 2], q->topics[t]);
    }
    cx_policy_clear(&p);
}

/* ---- the file ---- */

/* The reader wants a NUL behind the text. */
static void text_make(fuzz_text *t, const void *bytes, size_t n)
{
    t->bytes = malloc(n + 1);
    holds(t->bytes);
    if (n) memcpy(t->bytes, bytes, n);
    t->bytes[n] = '\0';
    cx_source_over(&t->source, CX_STR("file"), (cx_str){t->bytes, n});
}

static void read_dynsec(cx_dynsec *d, fuzz_text *t, cx_targets targets)
{
    cx_error e;
    holds(cx_dynsec_read(d, &t->source, targets, false, &e));
    fuzz_check_findings(&d->findings, t->source.text, targets);
    for (uint32_t i = 0; i < d->acls.n; i++) {
        const cx_dynsec_acl *acl = &d->acls.items[i];
        holds(acl->type < CX_DYNSEC_TYPES && acl->malformed == (cx_filter_check(acl->topic).error != CX_FILTER_OK));
        holds(cx_dynsec_role_of(d, i) < d->roles.n && cx_dynsec_acl_at(d, i) < t->source.text.n);
    }
    for (size_t i = 0; i < d->clients.n; i++) {
        const cx_dynsec_client *c = &d->clients.items[i];
        holds(!(c->kept & ~targets) && !(c->logins & ~targets) && c->first_role + c->role_count <= d->refs.n);
    }
}

static void check_same_entries(const cx_dynsec *all, const cx_dynsec *one, cx_targets bit)
{
    holds(all->roles.n == one->roles.n && all->clients.n == one->clients.n && all->groups.n == one->groups.n &&
          all->acls.n == one->acls.n && all->refs.n == one->refs.n);
    for (size_t i = 0; i < all->clients.n; i++) {
        const cx_dynsec_client *a = &all->clients.items[i], *b = &one->clients.items[i];
        holds(cx_str_eq(a->name, b->name) && (a->kept & bit) == b->kept && (a->logins & bit) == b->logins);
    }
}

static void check_releases(const cx_dynsec *all, fuzz_text *t, const questions *q)
{
    bool crashes = model_dynsec_crashes(t->bytes, t->source.text.n);
    holds(crashes == ((all->findings.refused >> MODEL_2_0_11 & 1) != 0));
    for (size_t i = MODEL_2_0_11; i < CX_RELEASE_COUNT; i++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[i]);
        cx_dynsec one;
        read_dynsec(&one, t, bit);
        fuzz_check_projection(&all->findings, &one.findings, &cx_releases[i]);
        check_same_entries(all, &one, bit);
        if (i > MODEL_2_0_11 || !crashes) {
            model_dynsec *m = model_dynsec_load(t->bytes, t->source.text.n, (model_release)i);
            check_policy(&one, m, q, &cx_releases[i]);
            model_dynsec_free(m);
        }
        cx_dynsec_clear(&one);
    }
}

/* ---- secrets ---- */

static void set_secrets(cJSON *x, const char *value)
{
    for (cJSON *child = x->child; child; child = child->next) {
        const char *name = child->string ? child->string : "";
        bool secret = strcasecmp(name, "password") == 0 || strcasecmp(name, "salt") == 0 ||
                      strcasecmp(name, "encoded_password") == 0;
        if (secret && cJSON_IsString(child)) cJSON_SetValuestring(child, value);
        set_secrets(child, value);
    }
}

/* The file with MARK for every secret, whole or cut off somewhere. */
static void check_hidden(const cx_dynsec *d, size_t chance)
{
    char secret[4 * sizeof MARK] = "";
    bool narrow = chance & 1, cut = chance & 2;
    cJSON *copy = d->tree ? cJSON_Duplicate(d->tree, true) : NULL;
    if (!copy) return;
    for (size_t i = 0; i <= chance % 3; i++) strcat(secret, MARK);
    set_secrets(copy, "");
    char *bare = narrow ? cJSON_PrintUnformatted(copy) : cJSON_Print(copy);
    set_secrets(copy, secret);
    char *marked = narrow ? cJSON_PrintUnformatted(copy) : cJSON_Print(copy);
    if (bare && marked && !fuzz_has_half(cx_str_of(bare), MARK)) {
        fuzz_text t;
        cx_dynsec other;
        text_make(&t, marked, cut ? chance % (strlen(marked) + 1) : strlen(marked));
        read_dynsec(&other, &t, CX_TARGETS_ALL);
        fuzz_check_report(&other.findings, &t.source, CX_HIDE_JSON, MARK);
        cx_dynsec_clear(&other);
        fuzz_text_free(&t);
    }
    free(bare);
    free(marked);
    cJSON_Delete(copy);
}

/* Showing findings is slow: one input in four each way. */
static void check_shown(const cx_dynsec *d, fuzz_text *t)
{
    size_t chance = 0;
    for (size_t i = 0; i < t->source.text.n; i++) chance = chance * 31 + (unsigned char)t->bytes[i];
    if (chance % 4 == 0) fuzz_check_report(&d->findings, &t->source, CX_HIDE_JSON, NULL);
    if (chance % 4 == 1) check_hidden(d, chance / 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_text t;
    cx_dynsec all;
    questions q;
    text_make(&t, data, size);
    read_dynsec(&all, &t, CX_TARGETS_ALL);
    collect(&q, &all);
    check_releases(&all, &t, &q);
    check_shown(&all, &t);
    forget(&q);
    cx_dynsec_clear(&all);
    fuzz_text_free(&t);
    return 0;
}
