/* src/broker: the gates before every rule. */
#include "unit.h"

#include "broker/broker.h"
#include "model.h"

static const char *const topics[] = {
    "a",
    "a/b",
    "$",
    "$a",
    "$SYS",
    "$SYSx",
    "$SY",
    "$SYS/broker/uptime",
    "$SYS/broker/connection/x/state",
    "$SYS/broker/connection//state",
    "$SYS/broker/connection/x/y/state",
    "$SYS/broker/connection/state",
    "$SYS/broker/connection/x/state/",
    "$SYS/broker/connection/x/statex",
    "$share",
    "$shar",
    "$share/g/a",
    "$sharex",
    "$CONTROL/dynamic-security/v1",
    "a/$SYS",
    "/$SYS",
    "$sys/x",
    "$Share/x",
};

static void ask_all(const char *acl_text, bool rules_allow)
{
    unit_text t;
    cx_acl acl;
    unit_text_make(&t, cx_str_of(acl_text));
    cx_acl_read(&acl, &t.source, CX_TARGETS_ALL, 1);
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        cx_policy p;
        cx_policy_from_acl(&p, &acl, &cx_releases[release]);
        cx_broker b = cx_broker_of(&p);
        cx_client nobody = {.anonymous = true, .fresh = true};
        for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
            for (int write = 0; write < 2; write++) {
                cx_answer have =
                    cx_broker_ask(&b, &nobody, write ? CX_ACCESS_WRITE : CX_ACCESS_READ, cx_str_of(topics[i]));
                bool gate = model_gate_denies(write, topics[i]);
                must(have.allow == (rules_allow && !gate), "%s of '%s' is %d", write ? "write" : "read", topics[i],
                     have.allow);
                must((have.verdict.reason == CX_REASON_DOLLAR_TOPIC) == gate, "%s of '%s': %s",
                     write ? "write" : "read", topics[i], cx_reason_name(have.verdict.reason));
                must(have.allow == (have.verdict.outcome == CX_ALLOW), "'%s'", topics[i]);
            }
            cx_answer have = cx_broker_ask(&b, &nobody, CX_ACCESS_SUBSCRIBE, cx_str_of(topics[i]));
            must(have.allow && have.verdict.reason == CX_REASON_SUBSCRIBE_ALWAYS, "subscribe to '%s': %s", topics[i],
                 cx_reason_name(have.verdict.reason));
        }
        cx_policy_clear(&p);
    }
    cx_acl_clear(&acl);
    unit_text_free(&t);
}

START_TEST(gates_of_dollar_topics)
{
    ask_all(
        "topic #\ntopic $SYS/#\ntopic $SYSx\ntopic $SY\ntopic $/#\ntopic $a\ntopic $share/#\ntopic $shar\ntopic $sharex\ntopic $CONTROL/#\ntopic $sys/#\ntopic $Share/#\n",
        true);
    ask_all("user somebody\ntopic #\n", false);
}
END_TEST

START_TEST(invalid_topics)
{
    unit_text t;
    cx_acl acl;
    unit_text_make(&t, CX_STR("topic #\n"));
    cx_acl_read(&acl, &t.source, CX_TARGETS_ALL, 1);
    cx_policy p;
    cx_policy_from_acl(&p, &acl, &cx_releases[MODEL_2_1_2]);
    cx_broker b = cx_broker_of(&p);
    cx_client nobody = {.anonymous = true, .fresh = true};
    char deep[201];
    memset(deep, '/', sizeof deep);
    static char big[65536];
    memset(big, 'x', sizeof big);
    const struct {
        cx_str topic;
        bool as_name, as_filter;
    } cases[] = {
        {CX_STR(""), false, false},   {CX_STR("+"), false, true},      {CX_STR("a/#"), false, true},
        {CX_STR("a#"), false, false}, {CX_STR("a/#/b"), false, false}, {{deep, 200}, true, true},
        {{deep, 201}, false, false},  {{big, 65535}, true, true},      {{big, 65536}, false, false},
        {CX_STR("a b"), true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (unsigned access = CX_ACCESS_READ; access <= CX_ACCESS_UNSUBSCRIBE; access *= 2) {
            bool ok = access <= CX_ACCESS_WRITE ? cases[i].as_name : cases[i].as_filter;
            cx_answer have = cx_broker_ask(&b, &nobody, (cx_access)access, cases[i].topic);
            must(have.allow == ok && (have.verdict.reason == CX_REASON_INVALID_TOPIC) == !ok, "%s of '%s': %s",
                 cx_access_name((cx_access)access), show(cases[i].topic), cx_reason_name(have.verdict.reason));
        }
    }
    cx_policy_clear(&p);
    cx_acl_clear(&acl);
    unit_text_free(&t);
}
END_TEST

START_TEST(names_of_reasons)
{
    static const struct {
        cx_reason reason;
        const char *name;
    } names[] = {{CX_REASON_RULE, "rule"},
                 {CX_REASON_DEFAULT, "default"},
                 {CX_REASON_DOLLAR_TOPIC, "dollar-topic"},
                 {CX_REASON_UNKNOWN_USER, "unknown-user"},
                 {CX_REASON_UNSAFE_ID, "unsafe-id"},
                 {CX_REASON_SUBSCRIBE_ALWAYS, "subscribe-always"},
                 {CX_REASON_INVALID_TOPIC, "invalid-topic"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_str_eq(cx_reason_name(names[i].reason), names[i].name);
    ck_assert_str_eq(cx_access_name(CX_ACCESS_READ), "read");
    ck_assert_str_eq(cx_access_name(CX_ACCESS_WRITE), "write");
    ck_assert_str_eq(cx_access_name(CX_ACCESS_SUBSCRIBE), "subscribe");
    ck_assert_str_eq(cx_access_name(CX_ACCESS_UNSUBSCRIBE), "unsubscribe");
}
END_TEST

Suite *suite_broker(void)
{
    Suite *s = suite_create("broker");
    TCase *t = tcase_create("gates");
    tcase_add_test(t, gates_of_dollar_topics);
    tcase_add_test(t, invalid_topics);
    tcase_add_test(t, names_of_reasons);
    suite_add_tcase(s, t);
    return s;
}
