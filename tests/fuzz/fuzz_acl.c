/* Any bytes as an ACL file. For every release: reading alone is the projection of
 * reading for all; what the file says and whether it loads is what the model of the
 * broker says; the trie finds the rule a scan finds; decisions are the model's;
 * findings can be shown. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../unit/model.h"
#include "policy/decide.h"
#include "policy/explain.h"
#include "policy/match.h"
#include "topic/topic.h"

enum { TOPICS = 10, USERS = 3, TOPIC_ROOM = 400 };
static const char FRESH[] =
    "\x02 fresh \x02"; /* what no rule and no topic holds, since topics asked have no such byte */

/* ---- what is asked ---- */

typedef struct questions {
    char topics[TOPICS + 4][TOPIC_ROOM];
    size_t topic_count;
    char *users[USERS + 2]; /* NULL: anonymous */
    size_t user_count;
} questions;

static const char *const ids[] = {NULL, "a", "a/b", "$SYS", "x+"};

/* A topic that the filter, as a pattern of client "a", could match. */
static void topic_from(questions *q, cx_str filter)
{
    char *out = q->topics[q->topic_count];
    size_t n = 0;
    if (filter.n + 64 > TOPIC_ROOM) return;
    for (size_t i = 0; i < filter.n; i++) {
        char c = filter.p[i];
        bool variable = c == '%' && i + 1 < filter.n && (filter.p[i + 1] == 'c' || filter.p[i + 1] == 'u');
        if (c == '\0' || c == '\x02') return;
        out[n++] = c == '+' || c == '#' || variable ? 'a' : c;
        i += variable;
    }
    out[n] = '\0';
    if (cx_topic_ok((cx_str){out, n})) q->topic_count++;
}

static void collect(questions *q, const cx_acl *acl)
{
    static const char *const always[] = {"a", "a/b", "$SYS/broker/uptime", "a/a/a"};
    *q = (questions){0};
    for (size_t i = 0; i < 4; i++) strcpy(q->topics[q->topic_count++], always[i]);
    q->users[q->user_count++] = NULL;
    q->users[q->user_count++] = strdup("a");
    for (size_t i = 0; i < acl->entries.n; i++) {
        const cx_acl_entry *e = &acl->entries.items[i];
        cx_str value = cx_source_str(acl->source, e->value);
        if (e->kind != CX_ACL_USER && q->topic_count < TOPICS + 4) topic_from(q, value);
        if (e->kind == CX_ACL_USER && q->user_count < USERS + 2) q->users[q->user_count++] = strndup(value.p, value.n);
    }
}

static void forget(questions *q)
{
    for (size_t i = 0; i < q->user_count; i++) free(q->users[i]);
}

/* ---- the policy ---- */

static const cx_rule *scan(const cx_policy *p, const cx_list *list, const cx_client *c, cx_access access, cx_str topic)
{
    cx_query q = cx_query_of(p->release, access, topic);
    for (uint32_t k = 0; k < list->count; k++) {
        const cx_rule *r = &p->rules[list->first + k];
        if ((r->access & access) && !((r->guard & CX_GUARD_NAMED) && c->anonymous) && cx_rule_matches(r, c, &q))
            return r;
    }
    return NULL;
}

static cx_verdict scan_all(const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic)
{
    holds(s->holder->list_count <= CX_HOLDER_LISTS);
    for (uint32_t i = 0; i < s->holder->list_count; i++) {
        const cx_list *list = &p->lists.items[s->holder->lists[i]];
        if (list->refuses_unsafe && cx_client_unsafe(&s->client))
            return (cx_verdict){CX_DENY, CX_REASON_UNSAFE_ID, NULL};
        const cx_rule *r = scan(p, list, &s->client, access, topic);
        if (r) return (cx_verdict){(cx_outcome)r->outcome, CX_REASON_RULE, r};
    }
    return (cx_verdict){CX_DENY, s->kind == CX_SUBJECT_UNKNOWN ? CX_REASON_UNKNOWN_USER : CX_REASON_DEFAULT, NULL};
}

/* Each list as a trie, however short, for named and for anonymous clients. */
static void check_tries(const cx_policy *p, const questions *q, cx_access access)
{
    enum { LISTS = 4 };
    for (size_t l = 0; l < p->lists.n && l < LISTS; l++) {
        const cx_list *list = &p->lists.items[l];
        for (int anonymous = 0; anonymous < 2; anonymous++) {
            const cx_rule *rules = list->count ? p->rules + list->first : NULL;
            cx_trie *t = cx_trie_new(rules, list->count, (uint8_t)access, anonymous ? CX_GUARD_NAMED : 0);
            for (size_t i = 0; i < q->topic_count; i++) {
                cx_str topic = cx_str_of(q->topics[i]);
                cx_client c = {.anonymous = anonymous,
                               .user = cx_str_of(anonymous ? NULL : "a"),
                               .fresh = i % 3 == 0,
                               .id = cx_str_of(ids[1 + i % 3])};
                cx_query query = cx_query_of(p->release, access, topic);
                uint32_t rank = cx_trie_find(t, &query, &c);
                const cx_rule *r = rank == CX_RANK_NONE ? NULL : rules + rank;
                holds(r == scan(p, list, &c, access, topic));
                holds(!r || cx_trie_outcome(t, rank) == (cx_outcome)r->outcome);
            }
            cx_trie_free(t);
        }
    }
}

/* Whether a client of this id is answered otherwise than V, which a fresh one gets. */
static bool differs(cx_policy *p, const cx_subject *s, cx_access access, cx_str topic, cx_str id, cx_verdict v)
{
    cx_client client = s->client;
    client.fresh = false;
    client.id = id;
    cx_subject other = cx_policy_subject(p, client);
    cx_verdict w = cx_policy_decide(p, &other, access, topic), scanned = scan_all(p, &other, access, topic);
    holds(w.outcome == scanned.outcome && w.reason == scanned.reason && w.rule == scanned.rule);
    return (w.outcome == CX_ALLOW) != (v.outcome == CX_ALLOW);
}

/* Ordinary ids out of the topic; in 2.1 one of them makes a difference when any level does. */
static void check_other_ids(cx_policy *p, const cx_subject *s, cx_access access, cx_str topic, cx_verdict v)
{
    enum { MOST = 16 };
    cx_str bound[MOST];
    bool any = false;
    unsigned n = cx_policy_other_ids(p, s, topic, bound, MOST);
    holds(n <= MOST);
    for (unsigned i = 0; i < n; i++) {
        holds(bound[i].n > 0 && bound[i].p >= topic.p && bound[i].p + bound[i].n <= topic.p + topic.n);
        holds(!cx_has_wildcard(bound[i]));
        any |= differs(p, s, access, topic, bound[i], v);
    }
    if (any || n == MOST || cx_behaves(p->release, CX_B_ACL_VARIABLES) != CX_ACL_VARIABLES_LEVEL) return;
    for (size_t at = 0, end; at <= topic.n; at = end + 1) {
        for (end = at; end < topic.n && topic.p[end] != '/';) end++;
        holds(end == at || !differs(p, s, access, topic, cx_str_sub(topic, at, end - at), v));
    }
}

static void check_explain(cx_policy *p, const cx_subject *s, cx_access access, cx_str topic, cx_verdict v)
{
    cx_near near = cx_policy_nearest(p, s, access, topic);
    cx_query q = cx_query_of(p->release, access, topic);
    holds(!near.rule || near.rule->outcome == CX_ALLOW);
    holds(!near.rule || (near.filter_at <= near.rule->filter_len && near.topic_at <= topic.n));
    const cx_rule *behind = cx_policy_allow_behind(p, s, access, topic);
    holds(!behind ||
          (behind->outcome == CX_ALLOW && (behind->access & access) && cx_rule_matches(behind, &s->client, &q)));
    holds(v.outcome != CX_ALLOW || behind);
    if (s->client.fresh) check_other_ids(p, s, access, topic, v);
}

static void check_question(cx_policy *p, const model_acl *m, const char *user, const char *id, cx_access access,
                           const char *name)
{
    cx_str topic = cx_str_of(name);
    cx_client client = {.anonymous = !user, .user = cx_str_of(user), .fresh = !id, .id = cx_str_of(id)};
    cx_subject s = cx_policy_subject(p, client);
    cx_verdict v = cx_policy_decide(p, &s, access, topic), w = scan_all(p, &s, access, topic);
    holds(v.outcome == w.outcome && v.reason == w.reason && v.rule == w.rule);
    bool unsafe;
    holds(model_acl_allows(m, user, id ? id : FRESH, access == CX_ACCESS_WRITE, name, &unsafe) ==
          (v.outcome == CX_ALLOW));
    holds(unsafe == (v.reason == CX_REASON_UNSAFE_ID));
    check_explain(p, &s, access, topic, v);
}

static void check_policy(const cx_acl *acl, const model_acl *m, const questions *q, const cx_release *release)
{
    cx_policy p;
    cx_policy_from_acl(&p, acl, release);
    check_tries(&p, q, CX_ACCESS_READ);
    check_tries(&p, q, CX_ACCESS_WRITE);
    for (size_t u = 0; u < q->user_count; u++)
        for (size_t t = 0; t < q->topic_count; t++)
            check_question(&p, m, q->users[u], ids[(u + t) % 5], t % 2 ? CX_ACCESS_READ : CX_ACCESS_WRITE,
                           q->topics[t]);
    cx_policy_clear(&p);
}

/* ---- the file ---- */

static void check_entries(const cx_acl *acl, cx_targets targets)
{
    cx_str text = acl->source->text;
    for (size_t i = 0; i < acl->entries.n; i++) {
        const cx_acl_entry *e = &acl->entries.items[i];
        holds(e->value.len > 0 && (uint64_t)e->value.at + e->value.len <= text.n);
        holds(i == 0 || e->value.at >= acl->entries.items[i - 1].value.at);
        holds(e->targets && !(e->targets & ~targets));
        cx_str value = cx_source_str(acl->source, e->value);
        holds(!cx_str_has(value, '\n') && !cx_str_has(value, '\0'));
        holds(cx_str_trim_end(value).n == value.n); /* a lone word may begin with a TAB */
        holds(e->literal == (e->kind != CX_ACL_USER && !cx_has_wildcard(value) && !cx_str_has(value, '%')));
        if (e->kind != CX_ACL_USER) holds(cx_filter_check(value).error == CX_FILTER_OK);
        cx_str line = cx_acl_entry_line(acl, e);
        holds(line.p >= text.p && line.p + line.n == value.p + value.n);
    }
}

static void check_same_entries(const cx_acl *all, const cx_acl *one, cx_targets bit)
{
    size_t k = 0;
    for (size_t i = 0; i < all->entries.n; i++) {
        const cx_acl_entry *a = &all->entries.items[i];
        if (!(a->targets & bit)) continue;
        holds(k < one->entries.n);
        const cx_acl_entry *b = &one->entries.items[k++];
        holds(a->value.at == b->value.at && a->value.len == b->value.len && a->kind == b->kind &&
              a->access == b->access);
    }
    holds(k == one->entries.n);
}

static void check_model(const cx_acl *acl, const model_acl *m, cx_targets bit)
{
    cx_str user = CX_STR_NONE;
    size_t k = 0;
    for (size_t i = 0; i < acl->entries.n; i++) {
        const cx_acl_entry *e = &acl->entries.items[i];
        cx_str value = cx_source_str(acl->source, e->value);
        if (!(e->targets & bit)) continue;
        if (e->kind == CX_ACL_USER) {
            user = value;
            continue;
        }
        holds(k < m->count);
        const model_rule *r = &m->rules[k++];
        holds((e->kind == CX_ACL_PATTERN) == r->pattern);
        holds(e->access == (r->deny ? CX_ACL_DENY : (r->read ? CX_ACL_READ : 0) | (r->write ? CX_ACL_WRITE : 0)));
        holds(e->value.at == r->at && cx_str_is(value, r->filter));
        holds(r->pattern || (r->user ? cx_str_is(user, r->user) : user.p == NULL));
    }
    holds(k == m->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_text t;
    cx_acl all, one;
    questions q;
    fuzz_text_make(&t, data, size);
    cx_acl_read(&all, &t.source, CX_TARGETS_ALL, 1);
    fuzz_check_findings(&all.findings, t.source.text, CX_TARGETS_ALL);
    check_entries(&all, CX_TARGETS_ALL);
    collect(&q, &all);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[i]);
        cx_acl_read(&one, &t.source, bit, 1);
        fuzz_check_findings(&one.findings, t.source.text, bit);
        check_entries(&one, bit);
        fuzz_check_projection(&all.findings, &one.findings, &cx_releases[i]);
        check_same_entries(&all, &one, bit);
        model_acl m;
        model_acl_load(&m, t.bytes, size, (model_release)i);
        holds(m.refused == (one.findings.refused != 0));
        if (!m.refused) {
            check_model(&all, &m, bit);
            check_policy(&all, &m, &q, &cx_releases[i]);
        }
        model_acl_free(&m);
        cx_acl_clear(&one);
    }
    fuzz_check_report(&all.findings, &t.source, CX_HIDE_RECORDS, NULL);
    forget(&q);
    cx_acl_clear(&all);
    fuzz_text_free(&t);
    return 0;
}
