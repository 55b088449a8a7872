#define _GNU_SOURCE /* memrchr */
/* src/policy: decisions on random policies. The trie is held against a scan that
 * asks one rule after the other, and both against the model of the broker, which
 * knows nothing of lists, tries and matchers. */
#include "unit.h"

#include <stdlib.h>

#include "analysis/coverage.h"
#include "analysis/rules.h"
#include "analysis/simplify.h"
#include "model.h"
#include "policy/decide.h"
#include "policy/explain.h"
#include "policy/match.h"
#include "sets.h"
#include "topic/topic.h"

/* ---- random policies, clients and topics ---- */

/* With one more character, two levels of one length that differ far behind. */
#define LONG_LEVEL "a-level-of-more-than-sixteen-bytes"

static const char *const literals[] = {
    "a", "b", "c", "", "a", "b", LONG_LEVEL "1", LONG_LEVEL "2", "$x", "abcdefghijklmnop"};
static const char *const variables[] = {"%c", "%u", "%c", "%u", "x%c", "%c%u", "%%c", "%uz", "%c-%u", "%C", "%", "$%c"};
static const char *const firsts[] = {"$x", "$SYS", "$share", "$"};
static const char *const users[] = {"alice", "a", "b", "$x", "x/y", "p+q", "#", "b/", "/"};
static const char *const ids[] = {"a",  "b", "a/b", "$x", "$SYS",         "/",  "a/",  "/b",
                                  "x+", "#", "%c",  "%u", LONG_LEVEL "1", "xa", "a-a", "$"};
#define FRESH_ID "Fresh-Zzyzx"
static const char FRESH[] = FRESH_ID; /* the model's word for an id that nothing names */

static size_t put_filter(rng *r, char *out, bool pattern)
{
    size_t levels = 1 + rng_below(r, 4);
    char *p = out;
    for (size_t i = 0; i < levels; i++) {
        if (i) *p++ = '/';
        size_t kind = rng_below(r, 100);
        if (i == 0 && kind < 12) p += sprintf(p, "%s", rng_pick(r, firsts));
        else if (i + 1 == levels && kind < 30) p += sprintf(p, "#");
        else if (kind < 45) p += sprintf(p, "+");
        else if (pattern && kind < 80) p += sprintf(p, "%s", rng_pick(r, variables));
        else p += sprintf(p, "%s", rng_pick(r, literals));
    }
    if (p == out) *p++ = 'a'; /* the one empty level */
    *p = '\0';
    return (size_t)(p - out);
}

static size_t put_rules(rng *r, char *out, bool pattern, bool denies)
{
    static const char *const access[] = {"read ", "write ", "readwrite ", ""};
    size_t count = rng_chance(r, 30) ? rng_below(r, 6) : 17 + rng_below(r, 40), n = 0;
    for (size_t i = 0; i < count; i++) {
        n += (size_t)sprintf(out + n, "%s %s", pattern ? "pattern" : "topic",
                             denies && rng_chance(r, 25) ? "deny " : rng_pick(r, access));
        n += put_filter(r, out + n, pattern);
        out[n++] = '\n';
    }
    return n;
}

/* Sections and patterns mixed; in 1.6 without "deny". */
static size_t random_policy(rng *r, char *out, bool denies)
{
    size_t n = 0, sections = 2 + rng_below(r, 4);
    if (rng_chance(r, 80)) n += put_rules(r, out + n, false, denies);
    for (size_t i = 0; i < sections; i++) {
        if (rng_chance(r, 40)) n += put_rules(r, out + n, true, denies);
        n += (size_t)sprintf(out + n, "user %s\n", rng_pick(r, users));
        n += put_rules(r, out + n, false, denies);
    }
    return n;
}

/* Who asks; USER NULL and ID NULL stand for anonymous and fresh. */
typedef struct asker {
    const char *user, *id;
} asker;

static asker random_asker(rng *r)
{
    asker a;
    a.user = rng_chance(r, 20) ? NULL : rng_chance(r, 15) ? "stranger" : rng_pick(r, users);
    a.id = rng_chance(r, 25) ? NULL : rng_chance(r, 20) ? "nobodys-id" : rng_pick(r, ids);
    return a;
}

static cx_client client_of(asker a)
{
    return (cx_client){.anonymous = !a.user, .user = cx_str_of(a.user), .fresh = !a.id, .id = cx_str_of(a.id)};
}

/* A topic that FILTER, as this client's, matches or nearly matches. */
static size_t topic_near(rng *r, const char *filter, asker a, char *out)
{
    char *p = out;
    for (; *filter; filter++) {
        const char *text = NULL;
        if (*filter == '+') text = rng_pick(r, literals);
        else if (*filter == '#') text = rng_chance(r, 30) ? "" : rng_chance(r, 50) ? "a" : "b/c";
        else if (filter[0] == '%' && filter[1] == 'c' && rng_chance(r, 75))
            text = a.id && rng_chance(r, 80) ? a.id : "a";
        else if (filter[0] == '%' && filter[1] == 'u' && rng_chance(r, 75)) text = a.user ? a.user : "a";
        if (!text) {
            *p++ = *filter;
            continue;
        }
        p += sprintf(p, "%s", text);
        if (*filter == '%') filter++;
    }
    if (rng_chance(r, 15) && p > out + 1) p = out + rng_below(r, (size_t)(p - out)) + 1;
    if (rng_chance(r, 10)) p += sprintf(p, "/%s", rng_pick(r, literals));
    if (out[0] && rng_chance(r, 5)) out[0] = '$';
    *p = '\0';
    return (size_t)(p - out);
}

static size_t random_topic(rng *r, char *out)
{
    size_t levels = 1 + rng_below(r, 4);
    char *p = out;
    for (size_t i = 0; i < levels; i++)
        p +=
            sprintf(p, "%s%s", i ? "/" : "", i == 0 && rng_chance(r, 15) ? rng_pick(r, firsts) : rng_pick(r, literals));
    *p = '\0';
    return (size_t)(p - out);
}

/* One policy read for one release, by the library and by the model. */
typedef struct both {
    unit_text text;
    cx_acl acl;
    cx_policy policy;
    model_acl model;
} both;

static void both_make(both *b, cx_str text, size_t release)
{
    unit_text_make(&b->text, text);
    cx_acl_read(&b->acl, &b->text.source, CX_TARGETS_ALL, 1);
    must(!(b->acl.findings.refused >> release & 1), "%s refuses a made policy: '%s'", model_names[release], show(text));
    cx_policy_from_acl(&b->policy, &b->acl, &cx_releases[release]);
    model_acl_load(&b->model, b->text.bytes, b->text.source.text.n, (model_release)release);
}

static void both_free(both *b)
{
    cx_policy_clear(&b->policy);
    cx_acl_clear(&b->acl);
    model_acl_free(&b->model);
    unit_text_free(&b->text);
}

/* A valid topic, near some rule as a rule. */
static cx_str pick_topic(rng *r, const both *b, asker a, char *out)
{
    size_t n;
    do {
        const model_rule *rule = b->model.count ? &b->model.rules[rng_below(r, b->model.count)] : NULL;
        n = rule && rng_chance(r, 75) ? topic_near(r, rule->filter, a, out) : random_topic(r, out);
    } while (!cx_topic_ok((cx_str){out, n}));
    return (cx_str){out, n};
}

/* The first rule of a list that answers, asked one after the other. */
static const cx_rule *scan_list(const cx_policy *p, const cx_list *list, const cx_client *c, cx_access access,
                                cx_str topic)
{
    cx_query q = cx_query_of(p->release, access, topic);
    for (uint32_t k = 0; k < list->count; k++) {
        const cx_rule *rule = &p->rules[list->first + k];
        if (!(rule->access & access) || ((rule->guard & CX_GUARD_NAMED) && c->anonymous)) continue;
        if (cx_rule_matches(rule, c, &q)) return rule;
    }
    return NULL;
}

static cx_verdict scan(const cx_policy *p, const cx_subject *s, cx_access access, cx_str topic)
{
    must(s->holder->list_count <= CX_HOLDER_LISTS, "%u lists of a holder of an ACL file", s->holder->list_count);
    for (uint32_t i = 0; i < s->holder->list_count; i++) {
        const cx_list *list = &p->lists.items[s->holder->lists[i]];
        if (list->refuses_unsafe && cx_client_unsafe(&s->client))
            return (cx_verdict){CX_DENY, CX_REASON_UNSAFE_ID, NULL};
        const cx_rule *rule = scan_list(p, list, &s->client, access, topic);
        if (rule) return (cx_verdict){(cx_outcome)rule->outcome, CX_REASON_RULE, rule};
    }
    return (cx_verdict){CX_DENY, s->kind == CX_SUBJECT_UNKNOWN ? CX_REASON_UNKNOWN_USER : CX_REASON_DEFAULT, NULL};
}

/* ---- decide ---- */

struct tally {
    size_t questions, long_lists, allowed, denied_by_rule, by_default, unsafe;
};

static void check_question(both *b, asker a, cx_access access, cx_str topic, struct tally *tally)
{
    cx_subject s = cx_policy_subject(&b->policy, client_of(a));
    cx_verdict have = cx_policy_decide(&b->policy, &s, access, topic), want = scan(&b->policy, &s, access, topic);
    const char *release = b->policy.release->name;
    must(have.outcome == want.outcome && have.reason == want.reason && have.rule == want.rule,
         "%s: %s %s of '%s' for user '%s', id '%s': %s by '%s' (%s), scan says %s by '%s' (%s)", release, "decide",
         cx_access_name(access), show(topic), a.user ? a.user : "(none)", a.id ? a.id : "(fresh)",
         have.outcome == CX_ALLOW ? "allow" : "deny", have.rule ? show(cx_rule_filter(have.rule)) : "",
         cx_reason_name(have.reason), want.outcome == CX_ALLOW ? "allow" : "deny",
         want.rule ? show(cx_rule_filter(want.rule)) : "", cx_reason_name(want.reason));
    bool unsafe,
        allow = model_acl_allows(&b->model, a.user, a.id ? a.id : FRESH, access == CX_ACCESS_WRITE, topic.p, &unsafe);
    must(allow == (have.outcome == CX_ALLOW) && unsafe == (have.reason == CX_REASON_UNSAFE_ID),
         "%s: %s of '%s' for user '%s', id '%s': %s (%s), the model says %s, policy '%s'", release,
         cx_access_name(access), show(topic), a.user ? a.user : "(none)", a.id ? a.id : "(fresh)",
         have.outcome == CX_ALLOW ? "allow" : "deny", cx_reason_name(have.reason), allow ? "allow" : "deny",
         show(b->text.source.text));
    tally->questions++;
    tally->long_lists += b->policy.lists.items[s.holder->lists[0]].count > 16;
    tally->allowed += allow;
    tally->denied_by_rule += have.reason == CX_REASON_RULE && !allow;
    tally->by_default += have.reason == CX_REASON_DEFAULT || have.reason == CX_REASON_UNKNOWN_USER;
    tally->unsafe += unsafe;
}

START_TEST(decide_on_random_policies)
{
    enum { POLICIES = 500, QUESTIONS = 150 };
    rng r = rng_for("decide");
    static char text[60000], topic[1000];
    struct tally tally = {0};
    for (int round = 0; round < POLICIES; round++) {
        bool denies = round % 4 != 0;
        size_t n = random_policy(&r, text, denies);
        for (size_t release = denies ? 1 : 0; release < CX_RELEASE_COUNT; release++) {
            both b;
            both_make(&b, (cx_str){text, n}, release);
            unit_sets sets;
            unit_sets_make(&sets, &b.policy, unit_mount(&r));
            for (int i = 0; i < QUESTIONS; i++) {
                asker a = random_asker(&r);
                cx_client c = client_of(a);
                cx_access access = rng_chance(&r, 50) ? CX_ACCESS_READ : CX_ACCESS_WRITE;
                cx_str asked = pick_topic(&r, &b, a, topic);
                check_question(&b, a, access, asked, &tally);
                unit_sets_ask(&sets, &c, access, asked);
            }
            unit_sets_clear(&sets);
            both_free(&b);
        }
    }
    must(tally.questions >= 200000, "only %zu questions", tally.questions);
    must(
        tally.long_lists > tally.questions / 3 && tally.allowed > tally.questions / 10 &&
            tally.denied_by_rule > tally.questions / 20 && tally.by_default > tally.questions / 10 &&
            tally.unsafe > tally.questions / 50,
        "the questions are too dull: %zu of %zu with long lists, %zu allowed, %zu denied by a rule, %zu by default, %zu unsafe",
        tally.long_lists, tally.questions, tally.allowed, tally.denied_by_rule, tally.by_default, tally.unsafe);
}
END_TEST

/* ---- what differs ---- */

/* One rule of a policy is dropped, denied, or gets another topic. */
static size_t mutated(rng *r, const char *text, size_t n, char *out)
{
    size_t lines = 0, at = 0;
    for (size_t i = 0; i < n; i++) lines += text[i] == '\n';
    size_t chosen = rng_below(r, lines), line = 0, kind = rng_below(r, 3);
    for (size_t i = 0; i < n; line++) {
        const char *end = memchr(text + i, '\n', n - i);
        size_t len = (size_t)(end - text) - i + 1;
        bool rule = line == chosen && strncmp(text + i, "user", 4) != 0;
        if (!rule) {
            memcpy(out + at, text + i, len);
            at += len;
        } else if (kind == 1) {
            const char *last = memrchr(text + i, ' ', len);
            at += (size_t)sprintf(out + at, "%s deny%.*s", text[i] == 'p' ? "pattern" : "topic", (int)(end - last + 1),
                                  last);
        } else if (kind == 2) {
            at += (size_t)sprintf(out + at, "%.*s/x\n", (int)len - 1, text + i);
        }
        i += len;
    }
    return at;
}

/* Ids with '+' or '#' differ without being told, those with '/' are not proven. */
static bool is_ordinary(const char *id) { return !id || !strpbrk(id, "+#/"); }

START_TEST(diff_tells_every_difference)
{
    enum { POLICIES = 100, QUESTIONS = 60 };
    rng r = rng_for("diff");
    static char text[60000], other[70000], topic[1000];
    size_t differences = 0;
    for (int round = 0; round < POLICIES; round++) {
        size_t n = random_policy(&r, text, true), m = mutated(&r, text, n, other);
        unit_text probe;
        unit_text_make(&probe, (cx_str){other, m});
        cx_acl acl;
        cx_acl_read(&acl, &probe.source, CX_TARGETS_ALL, 1);
        cx_targets refused = acl.findings.refused;
        cx_acl_clear(&acl);
        unit_text_free(&probe);
        for (size_t release = 1; release < CX_RELEASE_COUNT; release++) {
            if (refused >> release & 1) continue; /* the new topic has a level behind '#' */
            both a, b;
            unit_diff d;
            both_make(&a, (cx_str){text, n}, release);
            both_make(&b, (cx_str){other, m}, release);
            unit_diff_make(&d, &a.policy, &b.policy);
            for (size_t k = 0; k < sizeof users / sizeof *users + 2; k++) {
                const char *user = k < sizeof users / sizeof *users ? users[k] : NULL;
                bool unknown = k == sizeof users / sizeof *users + 1;
                unit_diff_client(&d, unknown ? "" : user);
                for (int i = 0; i < QUESTIONS; i++) {
                    asker who = {unknown ? rng_chance(&r, 50) ? "stranger" : "c" : user, random_asker(&r).id};
                    if (!is_ordinary(who.id)) continue;
                    cx_client c = client_of(who);
                    unit_diff_ask(&d, &c, rng_chance(&r, 50) ? CX_ACCESS_READ : CX_ACCESS_WRITE,
                                  pick_topic(&r, rng_chance(&r, 50) ? &a : &b, who, topic));
                }
            }
            differences += d.differences;
            unit_diff_clear(&d);
            both_free(&a);
            both_free(&b);
        }
    }
    must(differences > 5, "only %zu differences met", differences);
}
END_TEST

/* ---- claims ---- */

static void subjects_of(const cx_policy *p, cx_subjects *out)
{
    for (size_t i = 0; i < p->users.n; i++)
        cx_subjects_add(out, (cx_who){.client = {.user = p->users.keys[i].key, .fresh = true}});
    cx_subjects_add(out, (cx_who){.client = {.anonymous = true, .fresh = true}});
    cx_subjects_add(out, (cx_who){.client = {.user = CX_STR(CX_FREE_USER), .fresh = true}, .unknown = true});
}

/* A claim about everyone, or about one user, and about one filter. */
static void random_claim(rng *r, const both *b, cx_claim *c, cx_arena *kept)
{
    static char filter[1000];
    asker a = {"%u", "%c"};
    size_t n;
    do {
        n = rng_chance(r, 50) ? pick_topic(r, b, a, filter).n : put_filter(r, filter, rng_chance(r, 30));
    } while (cx_filter_check((cx_str){filter, n}).error != CX_FILTER_OK);
    *c = (cx_claim){.kind = (cx_claim_kind)rng_below(r, CX_CLAIM_MAY_ONLY + 1),
                    .access = rng_chance(r, 50) ? CX_CLAIM_READ : CX_CLAIM_WRITE};
    if (rng_chance(r, 40)) cx_vec_add(&c->whom.names, cx_str_of(rng_pick(r, users)));
    else c->whom.users = c->whom.others = c->whom.anonymous = true;
    cx_vec_add(&c->filters, cx_arena_dup(kept, (cx_str){filter, n}));
}

/* One question against a claim: what is decided wrongly, the proof must have found. */
static void hold_claim(rng *r, both *b, const cx_claim *c, const cx_proof *p, const cx_broker *broker, size_t *wrong)
{
    static char topic[1000];
    asker a = random_asker(r);
    if (c->whom.names.n) a.user = c->whom.names.items[0].p;
    if (!is_ordinary(a.id)) return;
    if (a.user && !is_ordinary(a.user) && cx_policy_user(&b->policy, cx_str_of(a.user)) == CX_MAP_NONE) return;
    cx_client client = client_of(a);
    cx_arena arena = {0};
    cx_str asked = pick_topic(r, b, a, topic), filter = cx_with_variables(c->filters.items[0], &client, &arena);
    bool valid = filter.p && cx_filter_check(filter).error == CX_FILTER_OK;
    if (client.fresh) valid &= !cx_str_find(filter.p ? filter : CX_STR(""), CX_FREE_ID);
    if (c->kind == CX_CLAIM_MAY && valid && filter.p[0] == '$' && c->filters.items[0].p[0] != '$') valid = false;
    bool meant = valid && cx_filter_match(filter, asked);
    bool allow = cx_broker_ask(broker, &client, (cx_access)c->access, asked).allow;
    bool against = c->kind == CX_CLAIM_MAY       ? meant && !allow
                   : c->kind == CX_CLAIM_MAY_NOT ? meant && allow
                                                 : valid && !meant && allow;
    *wrong += against;
    must(!against || p->against.n, "%s: %s of '%s' for user '%s', id '%s' is against claim %d about '%s', which holds",
         b->policy.release->name, cx_access_name((cx_access)c->access), show(asked), a.user ? a.user : "(none)",
         a.id ? a.id : "(fresh)", c->kind, show(c->filters.items[0]));
    cx_arena_clear(&arena);
}

static void hold_counterexamples(const cx_proof *p, cx_sets *space, const cx_broker *broker)
{
    cx_arena a = {0};
    for (size_t i = 0; i < p->against.n; i++) {
        const cx_counterexample *x = &p->against.items[i];
        cx_client c = x->who.client;
        cx_str id = c.fresh ? CX_STR(FRESH_ID) : c.id, user = CX_STR("Somebody-Zzyzx");
        cx_str topic = cx_with_names(cx_set_witness(space, x->set, &a), id, user, &a);
        if (c.fresh) c.fresh = false, c.id = id;
        if (c.user.p) c.user = cx_with_names(c.user, id, user, &a);
        must(cx_broker_ask(broker, &c, (cx_access)x->access, topic).allow == x->allowed,
             "%s: %s of '%s' for user '%.*s', id '%.*s' is no counterexample of claim %d about '%s'",
             broker->release->name, cx_access_name((cx_access)x->access), show(topic), (int)c.user.n,
             c.user.p ? c.user.p : "", (int)c.id.n, c.id.p, x->claim->kind, show(x->claim->filters.items[0]));
    }
    cx_arena_clear(&a);
}

START_TEST(claims_hold_or_have_a_counterexample)
{
    enum { POLICIES = 60, CLAIMS = 12, QUESTIONS = 60 };
    rng r = rng_for("claims");
    static char text[60000];
    size_t wrong = 0, held = 0, failed = 0;
    for (int round = 0; round < POLICIES; round++) {
        size_t n = random_policy(&r, text, true);
        for (size_t release = 1; release < CX_RELEASE_COUNT; release++) {
            both b;
            both_make(&b, (cx_str){text, n}, release);
            cx_broker broker = cx_broker_of(&b.policy);
            cx_subjects who = {0};
            subjects_of(&b.policy, &who);
            cx_ground g = {.broker = &broker, .subjects = &who};
            cx_arena kept = {0};
            cx_ground_open(&g);
            for (int i = 0; i < CLAIMS; i++) {
                cx_claim c;
                cx_proof p = {0};
                random_claim(&r, &b, &c, &kept);
                cx_prove(&g, &c, &p);
                held += p.against.n == 0;
                failed += p.against.n > 0;
                hold_counterexamples(&p, g.space, &broker);
                for (int k = 0; k < QUESTIONS; k++) hold_claim(&r, &b, &c, &p, &broker, &wrong);
                cx_proof_clear(&p);
                cx_claim_clear(&c);
            }
            cx_ground_close(&g);
            cx_arena_clear(&kept);
            cx_subjects_clear(&who);
            both_free(&b);
        }
    }
    must(held > 100 && failed > 100 && wrong > 100, "too dull: %zu claims hold, %zu do not, %zu questions against",
         held, failed, wrong);
}
END_TEST

/* ---- access as a policy ---- */

/* One filter with its exceptions as an ACL file, and what that allows. */
static cx_set read_back(cx_sets *space, const cx_set_entry *e, size_t release)
{
    unit_text probe;
    cx_buf text = {0};
    cx_acl acl;
    cx_policy p;
    cx_buf_printf(&text, "user u\ntopic read %.*s\n", (int)e->filter.n, e->filter.p);
    for (size_t i = 0; i < e->except_count; i++)
        cx_buf_printf(&text, "topic deny %.*s\n", (int)e->except[i].filter.n, e->except[i].filter.p);
    unit_text_make(&probe, cx_buf_str(&text));
    cx_acl_read(&acl, &probe.source, CX_TARGETS_ALL, 1);
    must(!(acl.findings.refused >> release & 1), "'%s' is refused", show(cx_buf_str(&text)));
    cx_policy_from_acl(&p, &acl, &cx_releases[release]);
    cx_broker broker = cx_broker_of(&p);
    cx_effective *e2 = cx_effective_new(space, &broker);
    cx_client c = {.user = CX_STR("u"), .id = CX_STR("u")};
    cx_set set = cx_effective_set(e2, &c, CX_ACCESS_READ, NULL);
    cx_effective_free(e2);
    cx_policy_clear(&p);
    cx_acl_clear(&acl);
    unit_text_free(&probe);
    cx_buf_clear(&text);
    return set;
}

START_TEST(access_is_a_policy)
{
    enum { POLICIES = 60, ASKERS = 4 };
    rng r = rng_for("access");
    static char text[60000];
    size_t compared = 0, exceptions = 0;
    for (int round = 0; round < POLICIES; round++) {
        size_t n = random_policy(&r, text, true);
        for (size_t release = 1; release < CX_RELEASE_COUNT; release++) {
            both b;
            both_make(&b, (cx_str){text, n}, release);
            for (int i = 0; i < ASKERS; i++) {
                unit_sets sets;
                unit_sets_make(&sets, &b.policy, NULL);
                cx_arena kept = {0};
                cx_set_entries list = {0};
                cx_client c = client_of(random_asker(&r));
                if (c.fresh) c.fresh = false, c.id = CX_STR("a");
                cx_set all = CX_SET_NONE, want = cx_effective_set(sets.effective, &c, CX_ACCESS_READ, NULL);
                bool pseudo = false;
                cx_set_list(sets.space, want, false, &kept, &list);
                for (size_t k = 0; k < list.items.n; k++) {
                    pseudo |= list.items.items[k].pseudo;
                    for (size_t m = 0; m < list.items.items[k].except_count; m++)
                        pseudo |= list.items.items[k].except[m].pseudo;
                }
                for (size_t k = 0; k < list.items.n && !pseudo; k++) {
                    all = cx_set_union(sets.space, all, read_back(sets.space, &list.items.items[k], release));
                    exceptions += list.items.items[k].except_count;
                }
                must(pseudo || all == want, "what user '%s' may read is another set when it is read back",
                     c.user.p ? show(c.user) : "(none)");
                compared += !pseudo;
                cx_vec_clear(&list.items);
                unit_sets_clear(&sets);
                cx_arena_clear(&kept);
            }
            both_free(&b);
        }
    }
    must(compared > 300 && exceptions > 100, "too dull: %zu sets, %zu exceptions", compared, exceptions);
}
END_TEST

START_TEST(coverage_puts_rules_back)
{
    rng r = rng_for("coverage");
    static char text[60000];
    size_t noticed = 0, unnoticed = 0;
    for (int round = 0; round < 6; round++) {
        both b;
        both_make(&b, (cx_str){text, random_policy(&r, text, true)}, 1 + rng_below(&r, CX_RELEASE_COUNT - 1));
        cx_broker broker = cx_broker_of(&b.policy);
        size_t bytes = 0;
        for (size_t i = 0; i < b.policy.lists.n; i++) bytes += b.policy.lists.items[i].count * sizeof(cx_rule);
        cx_rule *before = cx_calloc(bytes + 1, 1);
        memcpy(before, b.policy.rules, bytes);
        cx_subjects who = {0};
        subjects_of(&b.policy, &who);
        cx_ground g = {.broker = &broker, .subjects = &who};
        cx_ground_open(&g);
        cx_test test = {.name = CX_STR("")};
        cx_arena kept = {0};
        for (int i = 0; i < 60; i++) {
            cx_claim c;
            cx_proof p = {0};
            random_claim(&r, &b, &c, &kept);
            cx_prove(&g, &c, &p);
            if (p.against.n) cx_claim_clear(&c);
            else cx_vec_add(&test.claims, c);
            cx_proof_clear(&p);
        }
        cx_coverage all = {0};
        must(cx_coverage_of(&g, &test, 1, true, &all, NULL, NULL), "the space is full");
        must(memcmp(before, b.policy.rules, bytes) == 0, "the rules are not what they were");
        for (size_t i = 0; i < all.n; i++) {
            const cx_covered *x = &all.items[i];
            must(x->dropped.matters >= x->dropped.noticed && x->turned.matters >= x->turned.noticed,
                 "noticed, and of no effect");
            must(x->asked || !(x->turned.noticed || x->dropped.noticed), "noticed, and nobody asks");
            noticed += x->turned.noticed;
            unnoticed += x->turned.matters && !x->turned.noticed;
        }
        for (size_t i = 0; i < test.claims.n; i++) cx_claim_clear(&test.claims.items[i]);
        cx_vec_clear(&test.claims);
        cx_vec_clear(&all);
        cx_arena_clear(&kept);
        cx_ground_close(&g);
        cx_subjects_clear(&who);
        free(before);
        both_free(&b);
    }
    must(noticed && unnoticed, "too dull: %zu noticed, %zu not", noticed, unnoticed);
}
END_TEST

START_TEST(simplified_rules_mean_the_same)
{
    enum { POLICIES = 100, QUESTIONS = 200 };
    rng r = rng_for("simplify");
    static char text[60000], topic[1000];
    size_t gone = 0;
    for (int round = 0; round < POLICIES; round++) {
        size_t n = random_policy(&r, text, true);
        for (size_t release = 1; release < CX_RELEASE_COUNT; release++) {
            both a, b;
            cx_buf out = {0};
            cx_sets *space = cx_sets_new(CX_SETS_NODES);
            both_make(&a, (cx_str){text, n}, release);
            cx_fate *fates = calloc(a.acl.entries.n + 1, sizeof *fates);
            must(fates, "memory");
            cx_simplify_acl(space, &a.policy, fates);
            must(!cx_sets_full(space), "the space is full");
            cx_simplify_join(&a.policy, fates);
            cx_simplify_print(&a.acl, fates, &out);
            both_make(&b, cx_buf_str(&out), release);
            must(b.model.count <= a.model.count, "%zu rules become %zu", a.model.count, b.model.count);
            gone += a.model.count - b.model.count;
            for (int i = 0; i < QUESTIONS; i++) {
                asker who = random_asker(&r);
                if (!is_ordinary(who.id)) continue;
                bool write = rng_chance(&r, 50);
                cx_str asked = pick_topic(&r, rng_chance(&r, 50) ? &a : &b, who, topic);
                if (model_gate_denies(write, asked.p)) continue;
                const char *id = who.id ? who.id : FRESH;
                must(model_acl_allows(&a.model, who.user, id, write, asked.p, NULL) ==
                         model_acl_allows(&b.model, who.user, id, write, asked.p, NULL),
                     "%s of '%s' by '%s' with id '%s' differs: '%s' became '%s'", write ? "write" : "read", asked.p,
                     who.user ? who.user : "", id, show((cx_str){text, n}), show(cx_buf_str(&out)));
            }
            free(fates);
            cx_buf_clear(&out);
            cx_sets_free(space);
            both_free(&a);
            both_free(&b);
        }
    }
    must(gone > 100, "only %zu rules left out", gone);
}
END_TEST

/* Every list as a trie, also the short ones that decide() scans. */
START_TEST(trie_finds_the_first_rule)
{
    rng r = rng_for("trie");
    static char text[60000], topic[1000];
    size_t found = 0, questions = 0;
    for (unsigned round = 0; round < 120; round++) {
        size_t n = random_policy(&r, text, round % 2);
        for (size_t release = round % 2; release < CX_RELEASE_COUNT; release++) {
            both b;
            both_make(&b, (cx_str){text, n}, release);
            for (size_t l = 0; l < b.policy.lists.n; l++) {
                const cx_list *list = &b.policy.lists.items[l];
                const cx_rule *rules = list->count ? b.policy.rules + list->first : NULL;
                for (unsigned access = CX_ACCESS_READ; access <= CX_ACCESS_WRITE; access++) {
                    for (int anonymous = 0; anonymous < 2; anonymous++) {
                        cx_trie *trie =
                            cx_trie_new(rules, list->count, (uint8_t)access, anonymous ? CX_GUARD_NAMED : 0);
                        for (int i = 0; i < 12; i++) {
                            asker a = random_asker(&r);
                            a.user = anonymous ? NULL : a.user ? a.user : "a";
                            cx_client c = client_of(a);
                            if (cx_client_unsafe(&c)) continue;
                            cx_str t = pick_topic(&r, &b, a, topic);
                            cx_query q = cx_query_of(b.policy.release, (cx_access)access, t);
                            uint32_t rank = cx_trie_find(trie, &q, &c);
                            const cx_rule *want = scan_list(&b.policy, list, &c, (cx_access)access, t);
                            const cx_rule *have = rank == CX_RANK_NONE ? NULL : rules + rank;
                            must(have == want, "%s: '%s' for '%s', id '%s': rule '%s', scan says '%s', policy '%s'",
                                 model_names[release], show(t), a.user ? a.user : "(none)", a.id ? a.id : "(fresh)",
                                 have ? show(cx_rule_filter(have)) : "", want ? show(cx_rule_filter(want)) : "",
                                 show(b.text.source.text));
                            if (have)
                                must(cx_trie_outcome(trie, rank) == (cx_outcome)have->outcome, "rule '%s'",
                                     show(cx_rule_filter(have)));
                            found += have != NULL;
                            questions++;
                        }
                        cx_trie_free(trie);
                    }
                }
            }
            both_free(&b);
        }
    }
    must(found > questions / 10 && found < questions * 9 / 10, "%zu of %zu found", found, questions);
}
END_TEST

/* The rank of the first rule for reading TOPIC. */
static uint32_t find_topic(const cx_trie *t, const char *topic)
{
    cx_client c = {.anonymous = true, .fresh = true};
    cx_query q = cx_query_of(&cx_releases[MODEL_2_1_2], CX_ACCESS_READ, cx_str_of(topic));
    return cx_trie_find(t, &q, &c);
}

/* Tens of thousands of rules, all literal and alike, so that the table grows and
 * paths collide; each one is found, its neighbours are not. */
START_TEST(trie_of_many_rules)
{
    enum { RULES = 60000 };
    cx_rule *rules = calloc(RULES, sizeof *rules);
    char(*filters)[24] = calloc(RULES, sizeof *filters);
    ck_assert(rules && filters);
    for (uint32_t i = 0; i < RULES; i++) {
        int n = snprintf(filters[i], sizeof filters[i], "%u/%u/%u", i % 7, i / 7 % 100, i / 700);
        rules[i] = (cx_rule){.filter = filters[i], .filter_len = (uint32_t)n, .access = CX_ACCESS_READ};
    }
    cx_trie *t = cx_trie_new(rules, RULES, CX_ACCESS_READ, 0);
    for (uint32_t i = 0; i < RULES; i++) {
        must(find_topic(t, filters[i]) == i, "'%s' is not found", filters[i]);
        char other[40];
        snprintf(other, sizeof other, "%s/", filters[i]);
        must(find_topic(t, other) == CX_RANK_NONE, "'%s' is found", other);
        snprintf(other, sizeof other, "%.*s", (int)(strrchr(filters[i], '/') - filters[i]), filters[i]);
        must(find_topic(t, other) == CX_RANK_NONE, "'%s' is found", other);
    }
    cx_trie_free(t);
    free(rules);
    free(filters);
}
END_TEST

/* Levels around the sixteen bytes that fit into machine words, of one length and
 * unlike in one byte, each with rules below it. */
START_TEST(trie_of_long_levels)
{
    enum { LENGTHS = 24 };
    static const size_t differs[] = {0, 7, 8, 15, 16, 20};
    cx_rule rules[2 * LENGTHS * 6];
    static char filters[2 * LENGTHS * 6][64];
    uint32_t n = 0;
    for (size_t len = 1; len <= LENGTHS; len++) {
        for (size_t k = 0; k < 6 && differs[k] < len; k++) {
            for (int tail = 0; tail < 2; tail++, n++) {
                memset(filters[n], 'x', len);
                filters[n][differs[k]] = (char)('a' + k);
                strcpy(filters[n] + len, tail ? "/below" : "/+");
                rules[n] = (cx_rule){
                    .filter = filters[n], .filter_len = (uint32_t)len + (tail ? 6 : 2), .access = CX_ACCESS_READ};
            }
        }
    }
    cx_trie *t = cx_trie_new(rules, n, CX_ACCESS_READ, 0);
    for (uint32_t i = 0; i < n; i++) {
        char topic[64];
        snprintf(topic, sizeof topic, "%.*s/%s", (int)(strchr(filters[i], '/') - filters[i]), filters[i],
                 i % 2 ? "below" : "z");
        uint32_t want = i / 2 * 2; /* the rule with '+' comes first */
        must(find_topic(t, topic) == want, "'%s' finds rule %u, want %u", topic, find_topic(t, topic), want);
        for (char *p = topic; *p != '/'; p++) {
            char was = *p;
            *p = '-';
            must(find_topic(t, topic) == CX_RANK_NONE, "'%s' is found", topic);
            *p = was;
        }
    }
    cx_trie_free(t);
}
END_TEST

/* 200 slashes, and a rule for it. */
START_TEST(deep_topics)
{
    static char text[1000], deep[202];
    memset(deep, '/', 200);
    size_t n = (size_t)sprintf(text, "topic read %s\n", deep);
    for (int i = 0; i < 20; i++) n += (size_t)sprintf(text + n, "topic read x/%d\n", i);
    both b;
    both_make(&b, (cx_str){text, n}, MODEL_2_1_2);
    struct tally tally = {0};
    asker a = {NULL, NULL};
    check_question(&b, a, CX_ACCESS_READ, cx_str_of(deep), &tally);
    ck_assert_uint_eq(tally.allowed, 1);
    both_free(&b);
}
END_TEST

START_TEST(subscriptions_are_always_allowed)
{
    both b;
    both_make(&b, CX_STR("user a\ntopic deny #\npattern read %c\n"), MODEL_2_1_2);
    static const asker askers[] = {{NULL, NULL}, {"a", "x"}, {"+", "#"}, {"unknown", NULL}};
    for (size_t i = 0; i < sizeof askers / sizeof *askers; i++) {
        for (unsigned access = CX_ACCESS_SUBSCRIBE; access <= CX_ACCESS_UNSUBSCRIBE; access *= 2) {
            cx_subject s = cx_policy_subject(&b.policy, client_of(askers[i]));
            cx_verdict v = cx_policy_decide(&b.policy, &s, (cx_access)access, CX_STR("a/#"));
            ck_assert_int_eq(v.outcome, CX_ALLOW);
            ck_assert_int_eq(v.reason, CX_REASON_SUBSCRIBE_ALWAYS);
            ck_assert_ptr_null(v.rule);
        }
    }
    both_free(&b);
}
END_TEST

START_TEST(subjects)
{
    both b;
    both_make(&b, CX_STR("topic read x\nuser a\nuser b\ntopic read y\nuser c\n"), MODEL_2_0_22);
    cx_subject s = cx_policy_subject(&b.policy, client_of((asker){NULL, NULL}));
    ck_assert_int_eq(s.kind, CX_SUBJECT_ANONYMOUS);
    s = cx_policy_subject(&b.policy, (cx_client){.anonymous = false, .user = CX_STR("")});
    ck_assert_int_eq(s.kind, CX_SUBJECT_ANONYMOUS); /* an empty user name is none */
    ck_assert(s.client.anonymous);
    ck_assert_int_eq(cx_policy_subject(&b.policy, client_of((asker){"b", NULL})).kind, CX_SUBJECT_USER);
    ck_assert_int_eq(cx_policy_subject(&b.policy, client_of((asker){"a", NULL})).kind,
                     CX_SUBJECT_UNKNOWN); /* a section without a rule creates nothing */
    ck_assert_int_eq(cx_policy_subject(&b.policy, client_of((asker){"c", NULL})).kind, CX_SUBJECT_UNKNOWN);
    ck_assert_int_eq(cx_policy_subject(&b.policy, client_of((asker){"B", NULL})).kind, CX_SUBJECT_UNKNOWN);
    ck_assert_uint_eq(b.policy.users.n, 1);
    both_free(&b);
}
END_TEST

/* Denies first, the last of the file before the others; then the rest as it stands. */
START_TEST(order_of_rules)
{
    both b;
    both_make(
        &b,
        CX_STR(
            "user a\ntopic read 1\ntopic deny 2\nuser b\ntopic read 9\nuser a\ntopic write 3\ntopic deny 4/four\npattern %c\npattern deny %u\n"),
        MODEL_2_1_2);
    cx_subject s = cx_policy_subject(&b.policy, client_of((asker){"a", NULL}));
    ck_assert_uint_eq(s.holder->list_count, 2);
    static const char *const want[] = {"4/four", "2", "1", "3"};
    const cx_list *own = &b.policy.lists.items[s.holder->lists[0]],
                  *patterns = &b.policy.lists.items[s.holder->lists[1]];
    ck_assert_uint_eq(own->count, 4);
    for (uint32_t i = 0; i < 4; i++)
        must(cx_str_is(cx_rule_filter(&b.policy.rules[own->first + i]), want[i]), "rule %u", i);
    ck_assert_uint_eq(patterns->count, 2);
    ck_assert(cx_str_is(cx_rule_filter(&b.policy.rules[patterns->first]), "%u"));
    ck_assert(patterns->refuses_unsafe && !own->refuses_unsafe);
    /* where a rule came from */
    for (size_t l = 0; l < b.policy.lists.n; l++) {
        const cx_list *list = &b.policy.lists.items[l];
        for (uint32_t i = list->first; i < list->first + list->count; i++)
            must(b.policy.rules[i].filter == b.text.bytes + b.policy.rules[i].at, "rule %u does not know its place", i);
    }
    ck_assert_uint_eq(b.policy.document_count, 1);
    ck_assert_ptr_eq(b.policy.documents[0].source, &b.text.source);
    static const size_t lines[] = {8, 3, 2, 7};
    static const char *const texts[] = {"topic deny 4/four", "topic deny 2", "topic read 1", "topic write 3"};
    cx_arena arena = {0};
    for (uint32_t i = 0; i < 4; i++) {
        cx_rule_place place = cx_policy_place(&b.policy, &b.policy.rules[own->first + i], &arena);
        must(place.source == &b.text.source && place.line == lines[i] && cx_str_is(place.text, texts[i]) &&
                 !place.path.p && !place.role.p,
             "rule %u: line %zu, '%s'", i, place.line, show(place.text));
    }
    cx_arena_clear(&arena);
    both_free(&b);
}
END_TEST

/* Texts of single rules against single topics, against the model: all levels out
 * of a small alphabet, all ways of reading variables. */
START_TEST(rules_match_as_the_model)
{
    static const char *const levels[] = {"", "a", "+", "%c", "%u", "x%c", "%c%u", "$", "%%c", "%uz"};
    static const char *const asked_ids[] = {"a", "a/a", "$", "$a", "/", "a/", "xa", "%c"};
    static const char *const topics[] = {"a",    "/",     "a/a",     "a/a/a", "$",   "$a",  "$/a",  "xa",    "xa/a",
                                         "aa",   "aa/a",  "/a",      "a/",    "a//", "//",  "%a",   "%%c/a", "%c",
                                         "a/%c", "xa/xa", "a/a/a/a", "$a/a",  "x/",  "%uz", "%uz/a"};
    for (size_t i = 0; i < 10 * 10 * 3; i++) {
        char text[64];
        int n = i / 100 == 2 ? snprintf(text, sizeof text, "pattern %s\n", levels[i % 10])
                             : snprintf(text, sizeof text, "pattern %s/%s%s\n", levels[i % 10], levels[i / 10 % 10],
                                        i / 100 ? "/#" : "");
        if (strcmp(text, "pattern \n") == 0) continue;
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            both b;
            both_make(&b, (cx_str){text, (size_t)n}, release);
            struct tally tally = {0};
            for (size_t k = 0; k < sizeof asked_ids / sizeof *asked_ids; k++)
                for (size_t t = 0; t < sizeof topics / sizeof *topics; t++)
                    for (int user = 0; user < 3; user++)
                        check_question(&b,
                                       (asker){user == 0   ? NULL
                                               : user == 1 ? "a"
                                                           : "b/a",
                                               asked_ids[k]},
                                       CX_ACCESS_READ, cx_str_of(topics[t]), &tally);
            both_free(&b);
        }
    }
}
END_TEST

/* ---- explain ---- */

/* TEXT without its "deny" lines, into OUT. */
static size_t without_denies(cx_str text, char *out)
{
    size_t n = 0;
    for (size_t at = 0; at < text.n;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t len = feed ? (size_t)(feed - text.p) + 1 - at : text.n - at;
        cx_str line = cx_str_sub(text, at, len);
        if (!cx_str_starts(line, CX_STR("topic deny ")) && !cx_str_starts(line, CX_STR("pattern deny "))) {
            memcpy(out + n, text.p + at, len);
            n += len;
        }
        at += len;
    }
    return n;
}

START_TEST(allow_behind_is_the_answer_without_denies)
{
    rng r = rng_for("behind");
    static char text[60000], other[60000], topic[1000];
    size_t yes = 0, questions = 0;
    for (unsigned round = 0; round < 60; round++) {
        size_t n = random_policy(&r, text, true);
        for (size_t release = 1; release < CX_RELEASE_COUNT; release++) {
            both b, plain;
            both_make(&b, (cx_str){text, n}, release);
            both_make(&plain, (cx_str){other, without_denies((cx_str){text, n}, other)}, release);
            for (int i = 0; i < 100; i++) {
                asker a = random_asker(&r);
                cx_access access = rng_chance(&r, 50) ? CX_ACCESS_READ : CX_ACCESS_WRITE;
                cx_str t = pick_topic(&r, &b, a, topic);
                cx_subject s = cx_policy_subject(&b.policy, client_of(a));
                cx_query q = cx_query_of(b.policy.release, access, t);
                const cx_rule *have = cx_policy_allow_behind(&b.policy, &s, access, t);
                bool want =
                    model_acl_allows(&plain.model, a.user, a.id ? a.id : FRESH, access == CX_ACCESS_WRITE, t.p, NULL);
                must((have != NULL) == want, "%s: '%s' for '%s', id '%s': %s behind the denies, policy '%s'",
                     model_names[release], show(t), a.user ? a.user : "(none)", a.id ? a.id : "(fresh)",
                     have ? "a rule" : "none", show(b.text.source.text));
                if (have)
                    must(have->outcome == CX_ALLOW && (have->access & access) && cx_rule_matches(have, &s.client, &q),
                         "'%s'", show(cx_rule_filter(have)));
                yes += have != NULL;
                questions++;
            }
            both_free(&b);
            both_free(&plain);
        }
    }
    must(yes > questions / 10 && yes < questions * 9 / 10, "%zu of %zu", yes, questions);
}
END_TEST

static size_t levels_of(cx_str s, size_t end)
{
    size_t n = end ? 1 : 0;
    for (size_t i = 0; i < end; i++) n += s.p[i] == '/';
    return n;
}

static void check_nearest(both *b, asker a, cx_access access, cx_str topic, size_t *seen)
{
    cx_subject s = cx_policy_subject(&b->policy, client_of(a));
    if (cx_policy_decide(&b->policy, &s, access, topic).outcome == CX_ALLOW) return;
    cx_near near = cx_policy_nearest(&b->policy, &s, access, topic);
    cx_query q = cx_query_of(b->policy.release, access, topic);
    const cx_rule *other = NULL, *nearest = NULL;
    size_t most = 0;
    for (uint32_t i = 0; i < s.holder->list_count; i++) {
        const cx_list *list = &b->policy.lists.items[s.holder->lists[i]];
        for (uint32_t k = 0; k < list->count; k++) {
            const cx_rule *rule = &b->policy.rules[list->first + k];
            if (rule->outcome != CX_ALLOW || ((rule->guard & CX_GUARD_NAMED) && s.client.anonymous)) continue;
            size_t filter_at, topic_at;
            bool matches = cx_rule_matches_up_to(rule, &s.client, &q, &filter_at, &topic_at);
            must(matches == cx_rule_matches(rule, &s.client, &q), "'%s' and '%s'", show(cx_rule_filter(rule)),
                 show(topic));
            if (matches && !(rule->access & access) && !other) other = rule;
            if (matches || !(rule->access & access) || levels_of(topic, topic_at) <= most) continue;
            most = levels_of(topic, topic_at);
            nearest = rule;
        }
    }
    must(near.rule == (other ? other : nearest), "'%s': nearest is '%s', want '%s'", show(topic),
         near.rule ? show(cx_rule_filter(near.rule)) : "",
         other     ? show(cx_rule_filter(other))
         : nearest ? show(cx_rule_filter(nearest))
                   : "");
    must(near.other_access == (other != NULL), "'%s': other access %d", show(topic), near.other_access);
    seen[other ? 0 : nearest ? 1 : 2]++;
    if (!near.rule || near.other_access) return;
    /* what agrees are whole levels on both sides */
    cx_str f = cx_rule_filter(near.rule);
    must(near.filter_at <= f.n && near.topic_at <= topic.n, "'%s' and '%s'", show(f), show(topic));
    must((near.filter_at == f.n || f.p[near.filter_at] == '/') &&
             (near.topic_at == topic.n || topic.p[near.topic_at] == '/'),
         "'%s' up to %zu, '%s' up to %zu", show(f), near.filter_at, show(topic), near.topic_at);
    if (near.rule->matcher != CX_MATCH_FILTER) return;
    char filter_part[1000], topic_part[1000];
    snprintf(filter_part, sizeof filter_part, "%.*s", (int)near.filter_at, f.p);
    snprintf(topic_part, sizeof topic_part, "%.*s", (int)near.topic_at, topic.p);
    must(model_match(filter_part, topic_part), "'%s' does not agree with '%s'", filter_part, topic_part);
}

START_TEST(nearest_rule)
{
    rng r = rng_for("nearest");
    static char text[60000], topic[1000];
    size_t seen[3] = {0};
    for (unsigned round = 0; round < 60; round++) {
        size_t n = random_policy(&r, text, round % 2);
        for (size_t release = round % 2; release < CX_RELEASE_COUNT; release++) {
            both b;
            both_make(&b, (cx_str){text, n}, release);
            for (int i = 0; i < 60; i++) {
                asker a = random_asker(&r);
                check_nearest(&b, a, rng_chance(&r, 50) ? CX_ACCESS_READ : CX_ACCESS_WRITE,
                              pick_topic(&r, &b, a, topic), seen);
            }
            both_free(&b);
        }
    }
    must(seen[0] > 50 && seen[1] > 50 && seen[2] > 50, "%zu %zu %zu", seen[0], seen[1], seen[2]);
}
END_TEST

/* Whether a client of this id is answered otherwise than one with a fresh id; asked of the model. */
static bool id_differs(const both *b, const char *user, cx_str id, bool write, const char *topic)
{
    char text[1000];
    snprintf(text, sizeof text, "%.*s", (int)id.n, id.p);
    return model_acl_allows(&b->model, user, text, write, topic, NULL) !=
           model_acl_allows(&b->model, user, FRESH, write, topic, NULL);
}

/* Whether some level of the topic, taken as the client id, is. */
static bool some_level_differs(const both *b, const char *user, bool write, const char *topic)
{
    for (const char *p = topic;; p++) {
        size_t n = strcspn(p, "/");
        if (n && id_differs(b, user, (cx_str){p, n}, write, topic)) return true;
        p += n;
        if (!*p) return false;
    }
}

static bool names_client_id(const cx_rule *rule)
{
    for (uint32_t i = 0; i + 1 < rule->filter_len; i++)
        if (rule->filter[i] == '%' && rule->filter[i + 1] == 'c') return true;
    return false;
}

/* A client of this id is answered as the model says, and by a rule with %c when the id makes a difference. */
static void check_other_id(both *b, const char *user, cx_str id, cx_access access, cx_str topic, bool differs)
{
    cx_client client = client_of((asker){user, NULL});
    cx_subject fresh = cx_policy_subject(&b->policy, client);
    client.fresh = false;
    client.id = id;
    cx_subject other = cx_policy_subject(&b->policy, client);
    cx_verdict before = cx_policy_decide(&b->policy, &fresh, access, topic),
               now = cx_policy_decide(&b->policy, &other, access, topic);
    must((before.outcome != now.outcome) == differs, "%s: id '%s' for '%s' of user '%s': %d, fresh %d, policy '%s'",
         b->policy.release->name, show(id), show(topic), user ? user : "(none)", now.outcome, before.outcome,
         show(b->text.source.text));
    must(!differs || (now.rule && names_client_id(now.rule)), "'%s' by a rule without %%c", show(id));
}

/* All ids are ordinary ones and parts of TEXT, in 2.1 whole levels; with room for MOST they are the
 * first so many, and nothing behind is written. */
static void check_ids(const both *b, const cx_subject *s, cx_str text, const cx_str *bound, unsigned n, unsigned most)
{
    for (unsigned i = 0; i < n; i++) {
        cx_str id = bound[i];
        must(id.n > 0 && id.p >= text.p && id.p + id.n <= text.p + text.n, "the id is no part of '%s'", show(text));
        must(!memchr(id.p, '+', id.n) && !memchr(id.p, '#', id.n), "'%s' of '%s' is no ordinary id", show(id),
             show(text));
        must(b->policy.release->index != MODEL_2_1_2 ||
                 ((id.p == text.p || id.p[-1] == '/') && (id.p + id.n == text.p + text.n || id.p[id.n] == '/')),
             "'%s' is no level of '%s'", show(id), show(text));
    }
    cx_str less[8], mark = CX_STR("mark");
    for (int i = 0; i < 8; i++) less[i] = mark;
    unsigned have = cx_policy_other_ids(&b->policy, s, text, less, most);
    must(have == (n < most ? n : most), "%u ids of %u with room for %u", have, n, most);
    for (unsigned i = 0; i < 8; i++)
        must(less[i].p == (i < have ? bound[i].p : mark.p) && less[i].n == (i < have ? bound[i].n : mark.n),
             "id %u of %u with room for %u", i, n, most);
}

/* The ids are ordinary; and in 2.1, where a variable is a whole level, one of them is answered
 * otherwise whenever any level of the topic is. */
START_TEST(other_ids_are_answered_otherwise)
{
    enum { MOST = 4096 }; /* more than there are patterns */
    rng r = rng_for("other-id");
    static char text[60000], topic[1000];
    static cx_str bound[MOST];
    size_t said = 0, silent = 0, wildcards = 0;
    for (unsigned round = 0; round < 150; round++) {
        size_t n = random_policy(&r, text, round % 2);
        for (size_t release = round % 2; release < CX_RELEASE_COUNT; release++) {
            both b;
            both_make(&b, (cx_str){text, n}, release);
            for (int i = 0; i < 60; i++) {
                asker a = {random_asker(&r).user, NULL};
                cx_access access = rng_chance(&r, 50) ? CX_ACCESS_READ : CX_ACCESS_WRITE;
                bool write = access == CX_ACCESS_WRITE, any = false;
                cx_str t = pick_topic(&r, &b, a, topic);
                cx_subject s = cx_policy_subject(&b.policy, client_of(a));
                unsigned count = cx_policy_other_ids(&b.policy, &s, t, bound, MOST);
                must(count < MOST, "%u ids", count);
                check_ids(&b, &s, t, bound, count, (unsigned)rng_below(&r, 8));
                for (unsigned k = 0; k < count; k++) {
                    bool differs = id_differs(&b, a.user, bound[k], write, t.p);
                    check_other_id(&b, a.user, bound[k], access, t, differs);
                    any |= differs;
                }
                said += any;
                silent += !any;
                if (release == MODEL_2_1_2)
                    must(any || !some_level_differs(&b, a.user, write, t.p),
                         "an id for '%s' of user '%s' is missed, policy '%s'", show(t), a.user ? a.user : "(none)",
                         show(b.text.source.text));
                /* a filter, which is what subscriptions ask about, has levels that are no ordinary ids */
                cx_str f = {topic, put_filter(&r, topic, false)};
                count = cx_policy_other_ids(&b.policy, &s, f, bound, MOST);
                check_ids(&b, &s, f, bound, count, (unsigned)rng_below(&r, 8));
                wildcards += count > 0 && cx_has_wildcard(f);
            }
            both_free(&b);
        }
    }
    must(said > 300 && silent > 300 && wildcards > 300, "%zu times said, %zu times silent, %zu filters", said, silent,
         wildcards);
}
END_TEST

Suite *suite_policy(void)
{
    Suite *s = suite_create("policy");
    TCase *t = tcase_create("decide");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, decide_on_random_policies);
    tcase_add_test(t, diff_tells_every_difference);
    tcase_add_test(t, claims_hold_or_have_a_counterexample);
    tcase_add_test(t, access_is_a_policy);
    tcase_add_test(t, coverage_puts_rules_back);
    tcase_add_test(t, simplified_rules_mean_the_same);
    tcase_add_test(t, trie_finds_the_first_rule);
    tcase_add_test(t, trie_of_many_rules);
    tcase_add_test(t, trie_of_long_levels);
    tcase_add_test(t, deep_topics);
    tcase_add_test(t, subscriptions_are_always_allowed);
    tcase_add_test(t, subjects);
    tcase_add_test(t, order_of_rules);
    tcase_add_test(t, rules_match_as_the_model);
    suite_add_tcase(s, t);
    t = tcase_create("explain");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, allow_behind_is_the_answer_without_denies);
    tcase_add_test(t, nearest_rule);
    tcase_add_test(t, other_ids_are_answered_otherwise);
    suite_add_tcase(s, t);
    return s;
}
