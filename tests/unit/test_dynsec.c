/* dynamic-security.json: what each fact about the plug-in (dynsec.md 1 and 2) makes of small
 * files, asked of the library and of the model; then random files, the one against the other. */
#include "unit.h"

#include <stdarg.h>
#include <stdlib.h>

#include "analysis/coverage.h"
#include "analysis/simplify.h"
#include "model_dynsec.h"
#include "policy/decide.h"
#include "sets.h"
#include "topic/topic.h"

enum { FIRST = MODEL_2_0_11, RELEASES = 3 }; /* those that have the plug-in */

/* Files are written with ' for ", and \0 as in unit_text_escaped() for NUL. */
#define USER(name, roles) "{'username':'" name "','roles':[" roles "]}"
#define REF(name) "{'rolename':'" name "'}"
#define REF_AT(name, priority) "{'rolename':'" name "','priority':" priority "}"
#define ROLE(name, acls) "{'rolename':'" name "','acls':[" acls "]}"
#define GROUP(name, roles, clients) "{'groupname':'" name "','roles':[" roles "],'clients':[" clients "]}"
#define MEMBER(name) "{'username':'" name "'}"
#define MEMBER_AT(name, priority) "{'username':'" name "','priority':" priority "}"
#define ACL(type, topic, more) "{'acltype':'" type "','topic':'" topic "'," more "}"
#define YES(type, topic) ACL(type, topic, "'allow':true")
#define NO(type, topic) ACL(type, topic, "'allow':false")
#define SEND(topic) YES("publishClientSend", topic)
#define NO_SEND(topic) NO("publishClientSend", topic)
#define PATTERN(topic) YES("subscribePattern", topic)
#define FILE_OF(clients, roles) "{'clients':[" clients "],'roles':[" roles "]}"
#define ONE(acls) FILE_OF(USER("u", REF("r")), ROLE("r", acls))
#define ALL_TRUE \
    "'defaultACLAccess':{'publishClientSend':true,'publishClientReceive':true,'subscribe':true,'unsubscribe':true}"

struct text {
    char *p;
    size_t n;
};

/* With its NUL, in memory of exactly its size. */
static struct text text_of(const char *quoted)
{
    struct text t = {malloc(strlen(quoted) + 1), 0};
    for (; *quoted; quoted++) {
        bool nul = quoted[0] == '\\' && quoted[1] == '0';
        t.p[t.n++] = nul ? '\0' : *quoted == '\'' ? '"' : *quoted;
        quoted += nul;
    }
    t.p[t.n] = '\0';
    return t;
}

/* A file, read for one release alone or for all together, and its policy for that release. */
struct loaded {
    cx_source source;
    cx_dynsec file;
    cx_policy policy;
};

static void load(struct loaded *l, struct text t, bool alone, size_t release)
{
    cx_targets targets = CX_TARGETS_ALL;
    if (alone) targets = CX_TARGET_BIT(&cx_releases[release]);
    cx_dynsec *files[] = {&l->file};
    cx_error e;
    cx_source_over(&l->source, CX_STR("file"), (cx_str){t.p, t.n});
    must(cx_dynsec_read(&l->file, &l->source, targets, false, &e), "%s", e.text);
    unit_check_findings(&l->file.findings, l->source.text, targets);
    cx_policy_from_dynsec(&l->policy, files, 1, &cx_releases[release]);
}

static void unload(struct loaded *l)
{
    cx_policy_clear(&l->policy);
    cx_dynsec_clear(&l->file);
    cx_source_clear(&l->source);
}

static cx_outcome ask(cx_policy *p, const char *user, const char *id, cx_access access, const char *topic)
{
    cx_client c = {.anonymous = !user, .user = cx_str_of(user), .fresh = !id, .id = cx_str_of(id)};
    cx_subject s = cx_policy_subject(p, c);
    return cx_policy_decide(p, &s, access, cx_str_of(topic)).outcome;
}

static const cx_outcome outcome_of[] = {[MODEL_ALLOW] = CX_ALLOW, [MODEL_DENY] = CX_DENY, [MODEL_DEFER] = CX_DEFER};

/* ---- decisions ---- */

enum { R = CX_ACCESS_READ, W = CX_ACCESS_WRITE, S = CX_ACCESS_SUBSCRIBE, U = CX_ACCESS_UNSUBSCRIBE };

struct decision {
    const char *file, *user;
    int access;
    const char *topic;
    const char *want; /* of 2.0.11, 2.0.22 and 2.1.2: allow, deny, - for defer; the client id is "id" */
};

/* ---- what is read at all ---- */

static const struct decision reading[] = {
    {"", "u", W, "a", "---"},
    {"[]", "u", W, "a", "---"},
    {"null", NULL, W, "a", "---"},
    {"{" ALL_TRUE "}", NULL, W, "a", "aaa"},
    {"{" ALL_TRUE "}", "u", W, "a", "---"},
    {"{" ALL_TRUE "} rest", NULL, W, "a", "aaa"},
    {"\xEF\xBB\xBF{" ALL_TRUE "}", NULL, W, "a", "aaa"},
    {"{" ALL_TRUE ",}", NULL, W, "a", "---"},
    {"{" ALL_TRUE "\\0}", NULL, W, "a", "---"},
    {"{" ALL_TRUE "}\\0", NULL, W, "a", "aaa"},
    {"// none\n{" ALL_TRUE "}", NULL, W, "a", "---"},
    /* the first of a key counts, in any case */
    {"{'DEFAULTaclACCESS':{'Subscribe':true}}", NULL, S, "a", "aaa"},
    {"{'defaultACLAccess':{},'defaultACLAccess':{'subscribe':true}}", NULL, S, "a", "---"},
    {"{'CLIENTS':[{'UserName':'u','ROLES':[{'RoleName':'r'}]}],'Roles':[{'ROLENAME':'r','ACLs':[" SEND("a") "]}]}", "u",
     W, "a", "aaa"},
    {"{'Clients':[],'clients':[" USER("u", "") "]," ALL_TRUE "}", "u", W, "a", "---"},
    {ONE("{'allow':false,'Allow':true,'acltype':'publishClientSend','topic':'a'}"), "u", W, "a", "ddd"},
    /* wrong types */
    {"{'defaultACLAccess':[true]}", NULL, W, "a", "---"},
    {"{'defaultACLAccess':{'publishClientSend':1,'publishClientReceive':true}}", NULL, W, "a", "---"},
    {"{'defaultACLAccess':{'publishClientSend':1,'publishClientReceive':true}}", NULL, R, "a", "aaa"},
    {"{" ALL_TRUE ",'clients':[5,null,[],{'username':5},{'name':'x'}," USER("u", "") "]}", "u", W, "a", "aaa"},
    {"{" ALL_TRUE ",'roles':null,'clients':[" USER("u", "") "]}", "u", W, "a", "---"},
    {"{" ALL_TRUE ",'roles':{},'clients':[" USER("u", "") "]}", NULL, W, "a", "aaa"},
    {"{'roles':[" ROLE("r", SEND("a")) "],'clients':{},'groups':[" GROUP("g", REF("r"), "") "],'anonymousGroup':'g'}",
     NULL, W, "a", "---"},
    {"{'roles':[" ROLE("r", SEND("a")) "],'clients':[" USER("u", REF("r")) "],'groups':5}", "u", W, "a", "aaa"},
    {"{'groups':[" GROUP("g", REF("r"), MEMBER("u")) "],'roles':[" ROLE("r",
                                                                        SEND("a")) "],'clients':[{'username':'u'}]}",
     "u", W, "a", "aaa"}, /* the order of the members is that of the plug-in */
    {"{'clients':[{'username':'u','groups':[{'groupname':'g'}]}],'groups':[" GROUP(
         "g", REF("r"), "") "],'roles':[" ROLE("r", SEND("a")) "]}",
     "u", W, "a", "---"},
    {"{'clients':[{'username':'u','roles':['r',5,{'rolename':null},{'rolename':'r','priority':'9'}]}],'roles':[" ROLE(
         "r", SEND("a")) "]}",
     "u", W, "a", "aaa"},
    {ONE("5,[],{'acltype':'publishClientSend'},{'topic':'a'},{'acltype':5,'topic':'a','allow':true}"), "u", W, "a",
     "---"},
    {ONE("{'acltype':'publishClientSend','topic':'a'}"), "u", W, "a", "ddd"},
    {ONE("{'acltype':'publishClientSend','topic':'a','allow':1}"), "u", W, "a", "ddd"},
    {ONE(YES("PUBLISHclientSEND", "a")), "u", W, "a", "aaa"},
    {ONE(YES("subscribe", "a")), "u", S, "a", "---"},
    /* names, byte by byte */
    {ONE(SEND("A")), "u", W, "a", "---"},
    {ONE(SEND("a")), "U", W, "a", "---"},
    {FILE_OF(USER("u", REF("R")), ROLE("r", SEND("a"))), "u", W, "a", "---"},
    {FILE_OF(USER("u", REF("")), ROLE("", SEND("a"))), "u", W, "a", "aa-"},
    {"{'groups':[" GROUP("", REF("r"), "") "],'anonymousGroup':'','roles':[" ROLE("r", SEND("a")) "]}", NULL, W, "a",
     "aa-"},
    {FILE_OF(USER("\\u0075\\u0000x", REF("r\\u00e9")), ROLE("r\xC3\xA9", SEND("a\\/b"))), "u", W, "a/b", "aaa"},
    {FILE_OF(USER("\xFF", REF("r")), ROLE("r", SEND("\xFE"))), "\xFF", W, "\xFE", "aaa"},
    /* twice */
    {FILE_OF(USER("u", REF("r")) "," USER("u", REF("s")), ROLE("r", SEND("a")) "," ROLE("s", NO_SEND("a"))), "u", W,
     "a", "daa"},
    {FILE_OF(USER("u", REF("r")), ROLE("r", SEND("a")) "," ROLE("r", NO_SEND("a"))), "u", W, "a", "daa"},
    {"{'groups':[" GROUP("g", REF("r"), "") "," GROUP("g", REF("s"), "") "],'anonymousGroup':'g','roles':[" ROLE(
         "r", SEND("a")) "," ROLE("s", NO_SEND("a")) "]}",
     NULL, W, "a", "daa"},
    {"{'clients':[{'username':'u'}],'groups':[" GROUP("g", REF("r"), MEMBER("u")) "," GROUP(
         "g", REF("s"), MEMBER("u")) "],'roles':[" ROLE("r", SEND("a")) "," ROLE("s", NO_SEND("a")) "]}",
     "u", W, "a", "aaa"}, /* a client is in one group of a name, the first */
    {ONE(NO_SEND("a") "," ACL("publishClientSend", "a", "'priority':9,'allow':true")), "u", W, "a", "add"},
    {ONE(NO("subscribeLiteral", "a") "," ACL("subscribeLiteral", "a", "'priority':-9,'allow':true")), "u", S, "a",
     "add"},
    {FILE_OF(USER("u", REF_AT("r", "1") "," REF_AT("s", "2") "," REF_AT("r", "3")),
             ROLE("r", SEND("a")) "," ROLE("s", NO_SEND("a"))),
     "u", W, "a", "ddd"},
};

/* ---- who is asked first ---- */

#define TWO(a, b) \
    FILE_OF(USER("u", REF_AT("r", a) "," REF_AT("s", b)), ROLE("r", SEND("a")) "," ROLE("s", NO_SEND("a")))
#define TWO_ACLS(a, b) \
    ONE(ACL("publishClientSend", "a", "'allow':true,'priority':" a) "," ACL("publishClientSend", "+", "'priority':" b))
#define TWO_GROUPS(first, a, second, b)                                                             \
    "{'clients':[{'username':'u'}],'groups':[" GROUP(first, REF("r"), MEMBER_AT("u", a)) "," GROUP( \
        second, REF("s"), MEMBER_AT("u", b)) "],'roles':[" ROLE("r", SEND("a")) "," ROLE("s", NO_SEND("a")) "]}"

static const struct decision order[] = {
    {TWO("1", "0"), "u", W, "a", "aaa"},
    {TWO("0", "1"), "u", W, "a", "ddd"},
    {TWO("5", "5"), "u", W, "a", "aaa"}, /* by name */
    {TWO("-1", "null"), "u", W, "a", "aaa"},
    {TWO("-2", "null"), "u", W, "a", "ddd"}, /* the default is -1 */
    {TWO("1.9", "1"), "u", W, "a", "aaa"},
    {TWO("2147483647", "-2147483648"), "u", W, "a", "dda"}, /* the difference wraps, 2.1 clamps */
    {TWO("-1500000000", "1500000000"), "u", W, "a", "aad"},
    {TWO("1e10", "2147483647"), "u", W, "a", "aaa"},
    {TWO("100000", "100001"), "u", W, "a", "dda"},
    {TWO("-100001", "-100000"), "u", W, "a", "dda"},
    {FILE_OF(USER("u", REF("a") "," REF("B")), ROLE("a", SEND("a")) "," ROLE("B", NO_SEND("a"))), "u", W, "a", "ddd"},
    {TWO_ACLS("1", "0"), "u", W, "a", "aaa"},
    {TWO_ACLS("0", "1"), "u", W, "a", "ddd"},
    {TWO_ACLS("0", "0"), "u", W, "a", "aaa"}, /* as they stand */
    {ONE(NO_SEND("+") "," SEND("a")), "u", W, "a", "ddd"},
    {TWO_ACLS("-1", "null"), "u", W, "a", "ddd"},                /* the default is 0 */
    {TWO_ACLS("2147483647", "-2147483648"), "u", W, "a", "aaa"}, /* here nothing wraps */
    {TWO_ACLS("100000", "100001"), "u", W, "a", "dda"},
    {TWO_GROUPS("g", "1", "h", "0"), "u", W, "a", "aaa"},
    {TWO_GROUPS("g", "0", "h", "1"), "u", W, "a", "ddd"},
    {TWO_GROUPS("h", "0", "g", "0"), "u", W, "a", "ddd"},
    {TWO_GROUPS("g", "2147483647", "h", "-2147483648"), "u", W, "a", "dda"},
    /* roles of the client before those of groups, whatever their priorities */
    {"{'clients':[" USER("u", REF_AT("r", "-9")) "],'groups':[" GROUP(
         "g", REF_AT("s", "9"), MEMBER_AT("u", "9")) "],'roles':[" ROLE("r", SEND("a")) "," ROLE("s",
                                                                                                 NO_SEND("#")) "]}",
     "u", W, "a", "aaa"},
    {"{'clients':[" USER("u", REF_AT("r", "-9")) "],'groups':[" GROUP(
         "g", REF_AT("s", "9"), MEMBER_AT("u", "9")) "],'roles':[" ROLE("r", SEND("a")) "," ROLE("s",
                                                                                                 NO_SEND("#")) "]}",
     "u", W, "b", "ddd"},
    /* a role decides before the next one, whatever the priorities of ACLs */
    {FILE_OF(USER("u", REF_AT("r", "1") "," REF_AT("s", "0")),
             ROLE("r", ACL("publishClientSend", "#", "'allow':true,'priority':-9")) "," ROLE(
                 "s", ACL("publishClientSend", "#", "'priority':9"))),
     "u", W, "a", "aaa"},
    /* literal ACLs before patterns, within a role only */
    {ONE(ACL("subscribePattern", "#", "'allow':true,'priority':9") "," NO("subscribeLiteral", "a")), "u", S, "a",
     "ddd"},
    {FILE_OF(USER("u", REF_AT("r", "1") "," REF("s")),
             ROLE("r", PATTERN("#")) "," ROLE("s", NO("subscribeLiteral", "a"))),
     "u", S, "a", "aaa"},
    /* no match, and the default */
    {"{" ALL_TRUE ",'clients':[" USER("u", REF("r")) "],'roles':[" ROLE("r", NO_SEND("a")) "]}", "u", W, "a", "ddd"},
    {"{" ALL_TRUE ",'clients':[" USER("u", REF("r")) "],'roles':[" ROLE("r", NO_SEND("a")) "]}", "u", W, "b", "aaa"},
    {"{" ALL_TRUE ",'clients':[" USER("u", "") "]}", "u", W, "$CONTROL/x", "---"},
    {"{" ALL_TRUE ",'clients':[" USER("u", "") "]}", "u", S, "$CONTROLx", "---"},
    {"{" ALL_TRUE ",'clients':[" USER("u", "") "]}", "u", S, "$CONTRO", "aaa"},
    {"{" ALL_TRUE ",'clients':[" USER("u", "") "]}", "v", S, "a", "---"},
    {ONE(SEND("$CONTROL/#")), "u", W, "$CONTROL/x", "aaa"},
    /* without a user name */
    {"{'groups':[" GROUP("g", REF("r"), "") "],'anonymousGroup':'g','roles':[" ROLE("r", SEND("a")) "]}", NULL, W, "a",
     "aaa"},
    {"{'groups':[" GROUP("g", REF("r"), "") "],'anonymousGroup':'G','roles':[" ROLE("r", SEND("a")) "]}", NULL, W, "a",
     "---"},
    {"{'groups':[" GROUP("g", REF("r"), "") "],'roles':[" ROLE("r", SEND("a")) "]}", NULL, W, "a", "---"},
    {"{'groups':[" GROUP("g", REF("r"), MEMBER("u")) "],'anonymousGroup':'g','clients':[" USER(
         "u", "") "],'roles':[" ROLE("r", SEND("a")) "]}",
     "u", W, "a", "aaa"},
    {"{'groups':[" GROUP("g", REF("r"),
                         "") "],'anonymousGroup':'g','clients':[" USER("u", "") "],'roles':[" ROLE("r", SEND("a")) "]}",
     "u", W, "a", "---"},
};

/* ---- topics ---- */

#define COVERS(acl, topic, want)               \
    {                                          \
        ONE(PATTERN(acl)), "u", S, topic, want \
    }
#define MATCHES(acl, topic, want)           \
    {                                       \
        ONE(SEND(acl)), "u", W, topic, want \
    }

static const struct decision topics[] = {
    MATCHES("a/+", "a/x", "aaa"),
    MATCHES("a/+", "a/", "aaa"),
    MATCHES("a/+", "a", "---"),
    MATCHES("a/+", "a/x/y", "---"),
    MATCHES("a/#", "a", "aaa"),
    MATCHES("a/#", "ab", "---"),
    MATCHES("a/+/#", "a/x", "aaa"),
    MATCHES("a/+/#", "a", "---"),
    MATCHES("#", "a", "aaa"),
    MATCHES("#", "$SYS/x", "---"),
    MATCHES("+/x", "$SYS/x", "---"),
    MATCHES("$SYS/#", "$SYS/x", "aaa"),
    MATCHES("", "a", "---"),
    {ONE(YES("publishClientReceive", "a")), "u", R, "a", "aaa"},
    {ONE(YES("publishClientReceive", "a")), "u", W, "a", "---"},
    /* literal: the text of the filter */
    {ONE(YES("subscribeLiteral", "a/#")), "u", S, "a/#", "aaa"},
    {ONE(YES("subscribeLiteral", "a/#")), "u", S, "a/b", "---"},
    {ONE(YES("subscribeLiteral", "%u")), "u", S, "u", "---"},
    {ONE(YES("subscribeLiteral", "%u")), "u", S, "%u", "aaa"},
    {ONE(YES("subscribeLiteral", "a")), "u", U, "a", "---"},
    {ONE(YES("unsubscribeLiteral", "a")), "u", U, "a", "aaa"},
    {ONE(YES("unsubscribePattern", "a/#")), "u", U, "a/+", "aaa"},
    /* what a pattern covers */
    COVERS("a/+", "a/+", "aaa"),
    COVERS("a/+", "a/x", "aaa"),
    COVERS("a/+", "a/", "aaa"),
    COVERS("a/+", "a/#", "---"),
    COVERS("a/+", "a", "---"),
    COVERS("a/+", "+/+", "---"),
    COVERS("a/+", "$share/g/a/x", "---"),
    COVERS("a/#", "a", "aaa"),
    COVERS("a/#", "a/#", "aaa"),
    COVERS("a/#", "a/+/#", "aaa"),
    COVERS("a/#", "+/b", "---"),
    COVERS("a/#", "#", "---"),
    COVERS("a/b", "a/b", "aaa"),
    COVERS("a/b", "a/+", "---"),
    COVERS("+/+", "/", "aaa"),
    COVERS("+/+", "$SYS/x", "aa-"),
    COVERS("#", "#", "aaa"),
    COVERS("#", "$SYS/#", "aa-"),
    COVERS("#", "$share/g/a", "aa-"),
    COVERS("+/#", "#", "aa-"),
    COVERS("+/#", "$SYS/x", "aa-"),
    COVERS("+/#", "+", "aaa"),
    COVERS("+/#", "a/b", "aaa"),
    COVERS("+", "#", "---"),
    COVERS("/#", "#", "aa-"),
    COVERS("/#", "/+", "aaa"),
    COVERS("/#", "+", "---"),
    COVERS("$share/g/#", "$share/g/a/#", "aaa"),
    COVERS("$SYS/#", "$SYS/#", "aaa"),
    /* malformed: 2.1 denies where it gets there */
    MATCHES("a#", "a", "--d"),
    MATCHES("a#", "b", "---"),
    MATCHES("+x/#", "a", "--d"),
    MATCHES("#/c", "a", "--d"),
    MATCHES("a/#/c", "b", "--d"), /* seen from the first difference on */
    MATCHES("a/b+", "b", "---"),
    MATCHES("a/b+", "a/b", "--d"),
    MATCHES("x/+/#/y", "x/a", "aaa"), /* what is behind "+/#" is not looked at */
    COVERS("#/c", "#", "---"),
    COVERS("#/c", "a", "--d"),
    COVERS("a+", "a", "--d"),
    COVERS("+", "#", "---"),
    {ONE(ACL("publishClientSend", "#/c", "'allow':true,'priority':1") "," SEND("#")), "u", W, "a", "aad"},
    {ONE(ACL("publishClientSend", "#/c", "'allow':true,'priority':-1") "," SEND("#")), "u", W, "a", "aaa"},
    {"{" ALL_TRUE ",'clients':[" USER("u", REF("r")) "],'roles':[" ROLE("r", SEND("a#")) "]}", "u", W, "a", "aad"},
    /* variables */
    MATCHES("%u/%c", "u/id", "--a"),
    MATCHES("%u/%c", "%u/%c", "aa-"),
    MATCHES("x%u", "xu", "---"),
    MATCHES("x%u", "x%u", "aaa"),
    MATCHES("%u%c", "uid", "---"),
    MATCHES("%u/#", "u", "--a"),
    MATCHES("%c/+", "id/x", "--a"),
    MATCHES("%c/+", "id", "---"),
    MATCHES("%c", "idx", "---"),
    MATCHES("%c", "i", "---"),
    COVERS("%u/#", "u/+", "--a"),
    COVERS("%u/#", "+/x", "---"),
    {FILE_OF(USER("+", REF("r")), ROLE("r", PATTERN("x/%u"))), "+", S, "x/+", "---"},
    {FILE_OF(USER("#", REF("r")), ROLE("r", PATTERN("x/%u"))), "#", S, "x/#", "---"},
    {FILE_OF(USER("+", REF("r")), ROLE("r", PATTERN("%u/b#"))), "+", S, "+/b", "---"},
    {FILE_OF(USER("+x", REF("r")), ROLE("r", SEND("%u"))), "+x", W, "x", "---"},
    {FILE_OF(USER("a/b", REF("r")), ROLE("r", SEND("%u"))), "a/b", W, "a/b", "---"},
    {"{'groups':[" GROUP("g", REF("r"), "") "],'anonymousGroup':'g','roles':[" ROLE("r",
                                                                                    SEND("%c") "," SEND("%u/x")) "]}",
     NULL, W, "id", "--a"},
    {"{'groups':[" GROUP("g", REF("r"), "") "],'anonymousGroup':'g','roles':[" ROLE("r",
                                                                                    SEND("%c") "," SEND("%u/x")) "]}",
     NULL, W, "u/x", "---"},
};

/* ---- allowwildcardsubs ---- */

#define NO_WILDCARDS(value, acls) \
    FILE_OF(USER("u", REF("r")), "{'rolename':'r','allowwildcardsubs':" value ",'acls':[" acls "]}")

static const struct decision wildcard_subs[] = {
    {NO_WILDCARDS("false", PATTERN("#")), "u", S, "a/+", "aad"},
    {NO_WILDCARDS("false", PATTERN("#")), "u", S, "a", "aaa"},
    {NO_WILDCARDS("false", YES("subscribeLiteral", "#")), "u", S, "#", "aad"},
    {NO_WILDCARDS("false", ""), "u", S, "#", "--d"},
    {NO_WILDCARDS("true", PATTERN("#")), "u", S, "a/+", "aaa"},
    {NO_WILDCARDS("0", PATTERN("#")), "u", S, "a/+", "aaa"},
    {NO_WILDCARDS("false", YES("unsubscribePattern", "#")), "u", U, "a/+", "aaa"},
    {"{" ALL_TRUE ",'clients':[" USER("u", REF("r")) "],'roles':[{'rolename':'r','allowwildcardsubs':false}]}", "u", S,
     "#", "aad"},
    {FILE_OF(USER("u", REF_AT("r", "1") "," REF("s")),
             "{'rolename':'s','allowwildcardsubs':false}," ROLE("r", PATTERN("a/#"))),
     "u", S, "a/+", "aaa"},
};

static const struct decision_table {
    const struct decision *rows;
    size_t n;
} decision_tables[] = {
#define TABLE(rows)                         \
    {                                       \
        rows, sizeof(rows) / sizeof *(rows) \
    }
    TABLE(reading),
    TABLE(order),
    TABLE(topics),
    TABLE(wildcard_subs),
};

static model_answer wanted(char letter)
{
    return letter == 'a' ? MODEL_ALLOW : letter == 'd' ? MODEL_DENY : MODEL_DEFER;
}

static void check_decision(const struct decision *d, struct text t, size_t release)
{
    const char *name = cx_releases[release].name;
    model_answer want = wanted(d->want[release - FIRST]);
    for (int alone = 0; alone < 2; alone++) {
        struct loaded l;
        load(&l, t, alone, release);
        cx_outcome outcome = ask(&l.policy, d->user, "id", (cx_access)d->access, d->topic);
        must(outcome == outcome_of[want], "%s: %s of %s by %s is not '%s': %s", name,
             cx_access_name((cx_access)d->access), showz(d->topic), d->user ? showz(d->user) : "nobody",
             model_answers[want], t.p);
        unload(&l);
    }
    model_dynsec *m = model_dynsec_load(t.p, t.n, (model_release)release);
    model_answer answer = model_dynsec_ask(m, d->user, "id", (model_access)d->access, d->topic);
    must(answer == want && !model_dynsec_unclear(m), "%s: the model says '%s', not '%s': %s", name,
         model_answers[answer], model_answers[want], t.p);
    model_dynsec_free(m);
}

START_TEST(decisions)
{
    const struct decision_table *table = &decision_tables[_i];
    for (size_t i = 0; i < table->n; i++) {
        struct text t = text_of(table->rows[i].file);
        for (size_t release = FIRST; release < FIRST + RELEASES; release++) check_decision(&table->rows[i], t, release);
        free(t.p);
    }
}
END_TEST

/* ---- logins ---- */

#define SALT "'salt':'c2FsdHNhbHRzYWx0'"
#define SALT_64 "'salt':'eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eA=='"
#define DIGEST "R8yokpTdB+ctUbHoFv1v7EO6hHpLG5OEiYMCGHFWWYkc6+6lF+rP/9/IDPo2pIz+ygIp2mwtHFUptXvIbL6IDQ=="
#define HASH "'password':'" DIGEST "'"

/* What is known of a client: P has a password, n has none, x is dropped. */
static const struct {
    const char *members, *want;
} passwords[] = {
    {"'x':0", "nnn"},
    {SALT "," HASH ",'iterations':1", "PPP"},
    {SALT "," HASH ",'iterations':1.9", "PPP"},
    {SALT "," HASH ",'iterations':0", "xnn"},
    {SALT "," HASH ",'iterations':0.9", "xnn"},
    {SALT "," HASH ",'iterations':-1", "xnn"},
    {SALT "," HASH ",'iterations':3000000000", "xPP"}, /* no int */
    {SALT_64 "," HASH ",'iterations':1", "xxP"},
    {"'salt':'c2FsdA=='," HASH ",'iterations':1", "xxn"},
    {"'salt':''," HASH ",'iterations':1", "xxn"},
    {"'salt':'***'," HASH ",'iterations':1", "xxn"},
    {SALT ",'password':'c2FsdHNhbHRzYWx0','iterations':1", "xxn"},
    {SALT ",'password':5,'iterations':1", "nnn"},
    {SALT ",'iterations':1", "nnn"},
    {HASH ",'iterations':1", "nnn"},
    {"'encoded_password':'$7$1$c2FsdHNhbHRzYWx0$" DIGEST "'", "nnP"},
    {"'encoded_password':'$6$c2FsdHNhbHRzYWx0$" DIGEST "'", "nnP"},
    {"'encoded_password':'$7$0$c2FsdHNhbHRzYWx0$" DIGEST "'", "nnn"},
    {"'encoded_password':'$5$c2FsdHNhbHRzYWx0$" DIGEST "'", "nnn"},
    {"'encoded_password':''," SALT "," HASH ",'iterations':1", "PPn"}, /* and the older members are not tried */
    {"'encoded_password':5," SALT "," HASH ",'iterations':1", "PPP"},
    {"'encoded_password':'$argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHQ$aGFzaA'", "nnn"},
};

static char client_of(const struct loaded *l, const char *user)
{
    uint32_t number = cx_policy_user(&l->policy, cx_str_of(user));
    if (number == CX_MAP_NONE) return 'x';
    return l->policy.clients.items[number]->logins & CX_TARGET_BIT(l->policy.release) ? 'P' : 'n';
}

START_TEST(passwords_by_release)
{
    for (size_t i = 0; i < sizeof passwords / sizeof *passwords; i++) {
        char file[1000];
        snprintf(file, sizeof file, "{'clients':[{'username':'u',%s}]}", passwords[i].members);
        struct text t = text_of(file);
        for (size_t release = FIRST; release < FIRST + RELEASES; release++) {
            char want = passwords[i].want[release - FIRST];
            for (int alone = 0; alone < 2; alone++) {
                struct loaded l;
                load(&l, t, alone, release);
                must(client_of(&l, "u") == want, "%s: not %c: %s", cx_releases[release].name, want, t.p);
                unload(&l);
            }
            model_dynsec *m = model_dynsec_load(t.p, t.n, (model_release)release);
            model_client c = model_dynsec_client(m, "u");
            must((c.known ? c.password == MODEL_PASSWORD_SET ? 'P' : 'n' : 'x') == want, "the model, %s: not %c: %s",
                 cx_releases[release].name, want, t.p);
            model_dynsec_free(m);
        }
        free(t.p);
    }
}
END_TEST

START_TEST(bound_and_disabled)
{
    struct text t = text_of("{'clients':[{'username':'u','clientid':'x','disabled':true},{'username':'v','clientid':5,"
                            "'disabled':1},{'username':'w','clientid':''}]}");
    struct loaded l;
    load(&l, t, false, MODEL_2_1_2);
    ck_assert_uint_eq(l.file.clients.n, 3);
    const cx_dynsec_client *c = l.file.clients.items;
    must(c[0].disabled && cx_str_is(c[0].id, "x"), "client u");
    must(!c[1].disabled && !c[1].id.p, "client v");
    must(!c[2].disabled && c[2].id.p && c[2].id.n == 0, "client w"); /* bound to what nobody is called */
    unload(&l);
    free(t.p);
}
END_TEST

/* ---- what 2.0.11 does not survive ---- */

START_TEST(crashes)
{
    static const struct {
        const char *file;
        bool crashes;
    } cases[] = {
        {"{'roles':[{'rolename':5}]}", true},
        {"{'roles':[{'rolename':null}]}", true},
        {"{'roles':[{'rolename':'r','textname':null}]}", true},
        {"{'roles':[{'rolename':'r','TextDescription':[]}]}", true},
        {"{'roles':[{'rolename':'r','textname':'x','textname':5}]}", false},
        {"{'roles':[{'textname':5}]}", false},
        {"{'roles':[[{'rolename':5}]]}", false},
        {"{'roles':{'rolename':5}}", false},
        {"{'roles':[],'roles':[{'rolename':5}]}", false},
        {"{'clients':[{'username':5,'textname':5}],'groups':[{'groupname':5,'textname':5}]}", false},
        {"{'roles':[{'rolename':5}]", false}, /* no JSON */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text t = text_of(cases[i].file);
        for (size_t release = FIRST; release < FIRST + RELEASES; release++) {
            struct loaded l;
            bool want = cases[i].crashes && release == MODEL_2_0_11;
            load(&l, t, true, release);
            must((l.file.findings.refused != 0) == want, "%s: %s", cx_releases[release].name, t.p);
            unload(&l);
        }
        must(model_dynsec_crashes(t.p, t.n) == cases[i].crashes, "the model: %s", t.p);
        free(t.p);
    }
}
END_TEST

/* ---- the reader ---- */

START_TEST(entries_and_places)
{
    struct text t = text_of("{'clients':[" USER("u", REF_AT("s", "7") "," REF("r")) "],\n'roles':[" ROLE(
        "r", SEND("a") "," PATTERN(
                 "a#")) ",\n" ROLE("s",
                                   NO_SEND("b") ",\n" NO_SEND(
                                       "b")) "],'groups':[" GROUP("g", REF("s"),
                                                                  MEMBER_AT("u", "3")) "],'anonymousGroup':'g'}");
    struct loaded l;
    load(&l, t, false, MODEL_2_0_22);
    const cx_dynsec *d = &l.file;
    must(d->roles.n == 2 && d->clients.n == 1 && d->groups.n == 1 && d->acls.n == 4 && d->refs.n == 4, "counts");
    must(cx_str_is(d->anonymous_group, "g"), "the anonymous group");
    const cx_dynsec_ref *ref = &d->refs.items[d->clients.items[0].first_role];
    must(cx_str_is(ref[0].name, "s") && ref[0].priority == 7 && ref[1].priority == -1, "roles of u");
    ck_assert_int_eq(d->refs.items[d->groups.items[0].first_member].priority, 3);
    const cx_dynsec_acl *acl = d->acls.items;
    must(acl[0].type == CX_DYNSEC_SEND && acl[0].allow && !acl[0].malformed, "ACL 0");
    must(acl[1].type == CX_DYNSEC_SUBSCRIBE_PATTERN && acl[1].malformed && !acl[2].again && acl[3].again,
         "ACLs 1 to 3");
    must(cx_dynsec_role_of(d, 1) == 0 && cx_dynsec_role_of(d, 3) == 1, "roles of ACLs");
    ck_assert_uint_eq(cx_dynsec_find_acl(d, 1, CX_DYNSEC_SEND, CX_STR("b")), 2);
    ck_assert_uint_eq(cx_dynsec_find_acl(d, 0, CX_DYNSEC_SEND, CX_STR("b")), CX_DYNSEC_NO_ACL);
    cx_arena a = {0};
    must(cx_str_is(cx_dynsec_path(d, 1, 3, &a), "/roles/1/acls/1"), "the path of ACL 3");
    must(cx_str_is(cx_dynsec_path(d, 1, CX_DYNSEC_NO_ACL, &a), "/roles/1"), "the path of role s");
    cx_arena_clear(&a);
    ck_assert_uint_eq(cx_source_place(&l.source, cx_dynsec_acl_at(&l.file, 3)).line, 4);
    ck_assert_uint_eq(cx_source_place(&l.source, cx_dynsec_role_at(&l.file, 1)).line, 3);
    unload(&l);
    free(t.p);
}
END_TEST

/* ---- random files, library against model ---- */

struct random_file {
    rng *r;
    char text[20000];
    size_t n;
    char topics[40][64];
    size_t topic_count;
};

static const char *const some_users[] = {"u", "v", "a", "+", "#", "a/b", "U"};
static const char *const some_names[] = {"r", "s", "t", "R", "a", "", "ab"};
static const char *const some_ids[] = {"id", "a", "u", "+", "a/b"};

__attribute__((format(printf, 2, 3))) static void put(struct random_file *f, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(f->text + f->n, sizeof f->text - f->n, format, list);
    va_end(list);
    f->n += (size_t)n;
    must(f->n < sizeof f->text, "a random file is too long");
}

static void put_priority(struct random_file *f)
{
    static const char *const usual[] = {"0", "1", "-1", "2", "5"};
    static const char *const odd[] = {"2147483647", "-2147483648", "1500000000", "-1500000000", "100000",
                                      "100001",     "-100001",     "1.9",        "'5'",         "null"};
    if (rng_chance(f->r, 50))
        put(f, ",'priority':%s", rng_chance(f->r, 80) ? rng_pick(f->r, usual) : rng_pick(f->r, odd));
}

static void random_topic(rng *r, char out[64])
{
    static const char *const levels[] = {"a",  "b",    "+",  "",  "%u",  "%c",      "u",
                                         "id", "$SYS", "a+", "#", "%ux", "$CONTROL"};
    size_t n = 1 + rng_below(r, 3);
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        if (i) strcat(out, "/");
        strcat(out, levels[rng_below(r, rng_chance(r, 75) ? 5 : 13)]);
    }
    if (rng_chance(r, 25)) strcat(out, "/#");
}

static void put_role(struct random_file *f)
{
    size_t acls = rng_below(f->r, rng_chance(f->r, 10) ? 40 : 7);
    put(f, "{'rolename':'%s'", rng_pick(f->r, some_names));
    if (rng_chance(f->r, 15)) put(f, ",'allowwildcardsubs':%s", rng_chance(f->r, 80) ? "false" : "5");
    put(f, ",'acls':[");
    for (size_t i = 0; i < acls; i++) {
        char topic[64];
        random_topic(f->r, topic);
        if (f->topic_count < 40) strcpy(f->topics[f->topic_count++], topic);
        put(f, "%s{'acltype':'%s','topic':'%s'", i ? "," : "", cx_dynsec_type_name((cx_dynsec_type)rng_below(f->r, 6)),
            topic);
        put_priority(f);
        put(f, ",'allow':%s}", rng_chance(f->r, 60) ? "true" : "false");
    }
    put(f, "]}");
}

static void put_refs(struct random_file *f, const char *key, const char *name, const char *const *names, size_t count)
{
    size_t n = rng_below(f->r, 4);
    put(f, ",'%s':[", key);
    for (size_t i = 0; i < n; i++) {
        put(f, "%s{'%s':'%s'", i ? "," : "", name, names[rng_below(f->r, count)]);
        put_priority(f);
        put(f, "}");
    }
    put(f, "]");
}

static void random_file(struct random_file *f, rng *r)
{
    static const char *const booleans[] = {"true", "false"};
    *f = (struct random_file){.r = r};
    put(f, "{'defaultACLAccess':{'publishClientSend':%s,'subscribe':%s},'roles':[", rng_pick(r, booleans),
        rng_pick(r, booleans));
    for (size_t i = 0, n = rng_below(r, 8); i < n; i++) {
        if (i) put(f, ",");
        put_role(f);
    }
    put(f, "],'clients':[");
    for (size_t i = 0, n = rng_below(r, 7); i < n; i++) {
        put(f, "%s{'username':'%s'", i ? "," : "", rng_pick(r, some_users));
        put_refs(f, "roles", "rolename", some_names, 7);
        put(f, "}");
    }
    put(f, "],'groups':[");
    for (size_t i = 0, n = rng_below(r, 5); i < n; i++) {
        put(f, "%s{'groupname':'%s'", i ? "," : "", rng_pick(r, some_names));
        put_refs(f, "roles", "rolename", some_names, 7);
        put_refs(f, "clients", "username", some_users, 7);
        put(f, "}");
    }
    put(f, "],'anonymousGroup':'%s'}", rng_pick(r, some_names));
}

/* A topic or filter that is likely to mean something to the file. */
static void random_question(const struct random_file *f, bool filter, char out[64])
{
    random_topic(f->r, out);
    if (f->topic_count && rng_chance(f->r, 80)) strcpy(out, f->topics[rng_below(f->r, f->topic_count)]);
    for (char *p = out; *p; p++) {
        bool change = filter ? rng_chance(f->r, 30) : *p == '+' || *p == '#';
        if (change && (*p == '+' || *p == '#')) *p = rng_chance(f->r, 70) ? 'a' : 'b';
        else if (*p == '%' && p[1] && rng_chance(f->r, 60)) *p = 'u', memmove(p + 1, p + 2, strlen(p + 1));
    }
}

static size_t compare(struct loaded *l, const model_dynsec *m, const struct random_file *f, struct text t)
{
    size_t asked = 0;
    unit_sets sets;
    unit_sets_make(&sets, &l->policy, unit_mount(f->r));
    for (size_t i = 0; i < 40; i++) {
        static const int all[] = {R, W, S, U};
        char topic[64];
        int access = rng_pick(f->r, all);
        const char *user = rng_chance(f->r, 15) ? NULL : rng_pick(f->r, some_users);
        const char *id = rng_chance(f->r, 15) ? NULL : rng_pick(f->r, some_ids);
        random_question(f, access >= S, topic);
        bool ok = access >= S ? cx_filter_check(cx_str_of(topic)).error == CX_FILTER_OK : cx_topic_ok(cx_str_of(topic));
        if (!ok) continue;
        cx_outcome outcome = ask(&l->policy, user, id, (cx_access)access, topic);
        model_answer want = model_dynsec_ask(m, user, id, (model_access)access, topic);
        must(outcome == outcome_of[want], "%s: %s of '%s' by '%s' with id '%s' is not %s: %s", l->policy.release->name,
             cx_access_name((cx_access)access), topic, user ? user : "", id ? id : "", model_answers[want], t.p);
        cx_client c = {.anonymous = !user, .user = cx_str_of(user), .fresh = !id, .id = cx_str_of(id)};
        unit_sets_ask(&sets, &c, (cx_access)access, cx_str_of(topic));
        asked++;
    }
    unit_sets_clear(&sets);
    return asked;
}

START_TEST(random_against_model)
{
    enum { FILES = 300, FEWEST = 20000 };
    static struct random_file f;
    rng r = rng_for("random_against_model");
    size_t asked = 0;
    for (size_t i = 0; i < FILES; i++) {
        random_file(&f, &r);
        struct text t = text_of(f.text);
        for (size_t release = FIRST; release < FIRST + RELEASES; release++) {
            struct loaded l;
            load(&l, t, i % 2, release);
            model_dynsec *m = model_dynsec_load(t.p, t.n, (model_release)release);
            if (!model_dynsec_unclear(m)) asked += compare(&l, m, &f, t);
            model_dynsec_free(m);
            unload(&l);
        }
        free(t.p);
    }
    must(asked >= FEWEST, "only %zu questions", asked);
}
END_TEST

/* One word of the file says the opposite. */
static struct text flipped(rng *r, struct text t)
{
    struct text out = {malloc(t.n + 2), 0};
    size_t words = 0;
    for (const char *p = t.p; (p = strpbrk(p, "tf")); p++) words += !strncmp(p, "true", 4) || !strncmp(p, "false", 5);
    size_t chosen = words ? rng_below(r, words) : 0, word = 0;
    for (size_t i = 0; i < t.n; i++) {
        bool yes = !strncmp(t.p + i, "true", 4), no = !strncmp(t.p + i, "false", 5);
        if ((yes || no) && word++ == chosen) {
            out.n += (size_t)sprintf(out.p + out.n, "%s", yes ? "false" : "true");
            i += yes ? 3 : 4;
        } else {
            out.p[out.n++] = t.p[i];
        }
    }
    out.p[out.n] = '\0';
    return out;
}

START_TEST(diff_tells_every_difference)
{
    enum { FILES = 150, QUESTIONS = 60 };
    static struct random_file f;
    static const int all[] = {R, W, S};
    rng r = rng_for("dynsec_diff");
    size_t differences = 0;
    for (size_t i = 0; i < FILES; i++) {
        random_file(&f, &r);
        struct text t = text_of(f.text), u = flipped(&r, t);
        for (size_t release = FIRST; release < FIRST + RELEASES; release++) {
            struct loaded a, b;
            unit_diff d;
            load(&a, t, true, release);
            load(&b, u, true, release);
            unit_diff_make(&d, &a.policy, &b.policy);
            for (size_t k = 0; k <= sizeof some_users / sizeof *some_users; k++) {
                const char *user = k < sizeof some_users / sizeof *some_users ? some_users[k] : NULL;
                unit_diff_client(&d, user);
                for (int q = 0; q < QUESTIONS; q++) {
                    char topic[64];
                    int access = rng_pick(&r, all);
                    const char *id = rng_chance(&r, 15) ? NULL : rng_pick(&r, some_ids);
                    random_question(&f, access >= S, topic);
                    cx_client c = {.anonymous = !user, .user = cx_str_of(user), .fresh = !id, .id = cx_str_of(id)};
                    if (!id || !strpbrk(id, "+#/")) unit_diff_ask(&d, &c, (cx_access)access, cx_str_of(topic));
                }
            }
            differences += d.differences;
            unit_diff_clear(&d);
            unload(&a);
            unload(&b);
        }
        free(t.p);
        free(u.p);
    }
    must(differences > 100, "only %zu differences met", differences);
}
END_TEST

/* ---- ACLs that can go ---- */

static size_t prune(struct loaded *l, const cx_broker *broker, bool *gone)
{
    cx_subjects who = {0};
    size_t n = 0;
    for (size_t i = 0; i < l->policy.holders.n; i++) {
        cx_who w = {.client = {.user = cx_policy_names(&l->policy)->keys[i].key, .fresh = true}};
        const cx_dynsec_client *entry = l->policy.clients.items[i];
        if (entry && entry->id.n) w.client.fresh = false, w.client.id = entry->id;
        if (entry && w.client.user.n) cx_subjects_add(&who, w);
    }
    cx_subjects_add(&who, (cx_who){.client = {.anonymous = true, .fresh = true}});
    cx_ground g = {.broker = broker, .subjects = &who};
    cx_pruning *p = cx_pruning_new(&g);
    for (uint32_t i = (uint32_t)l->file.acls.n; i-- > 0;) n += gone[i] = cx_pruning_leave_out(p, i);
    must(!cx_sets_full(g.space), "the space is full");
    for (uint32_t i = 0; i < l->file.acls.n; i++)
        if (gone[i]) cx_pruning_put_back(p, i);
    cx_pruning_free(p);
    cx_ground_close(&g);
    cx_subjects_clear(&who);
    return n;
}

START_TEST(without_idle_acls_it_means_the_same)
{
    enum { FILES = 150, QUESTIONS = 400 };
    static struct random_file f;
    static const int all[] = {R, W, S, U};
    rng r = rng_for("dynsec_prune");
    size_t left_out = 0, stayed = 0;
    for (size_t i = 0; i < FILES; i++) {
        random_file(&f, &r);
        struct text t = text_of(f.text);
        for (size_t release = FIRST; release < FIRST + RELEASES; release++) {
            struct loaded a, b;
            cx_buf text = {0};
            load(&a, t, true, release);
            bool *gone = cx_calloc(a.file.acls.n + 1, sizeof *gone);
            cx_broker before = cx_broker_of(&a.policy);
            size_t n = a.file.tree ? prune(&a, &before, gone) : 0;
            left_out += n;
            stayed += a.file.acls.n - n;
            cx_simplify_print_dynsec(&a.file, gone, &text);
            cx_buf_putc(&text, '\0');
            load(&b, (struct text){text.p, text.n - 1}, true, release);
            must(b.file.acls.n == a.file.acls.n - n, "%zu ACLs without %zu are %zu: %s", a.file.acls.n, n,
                 b.file.acls.n, text.p);
            for (int q = 0; q < QUESTIONS; q++) {
                char topic[64];
                int access = rng_pick(&r, all);
                const char *user = rng_chance(&r, 15) ? NULL : rng_pick(&r, some_users);
                const char *id = rng_chance(&r, 15) ? NULL : rng_pick(&r, some_ids);
                random_question(&f, access >= S, topic);
                bool valid = access >= S ? cx_filter_check(cx_str_of(topic)).error == CX_FILTER_OK
                                         : cx_topic_ok(cx_str_of(topic));
                if (!valid || (id && strpbrk(id, "+#/"))) continue;
                if (access == W && !strncmp(topic, "$SYS", 4)) continue; /* denied before any ACL */
                must(ask(&a.policy, user, id, (cx_access)access, topic) ==
                         ask(&b.policy, user, id, (cx_access)access, topic),
                     "access %d of '%s' by '%s' with id '%s' is another one without: %s\nbefore: %s", access, topic,
                     user ? user : "(none)", id ? id : "(fresh)", text.p, t.p);
            }
            unload(&a);
            unload(&b);
            cx_buf_clear(&text);
            free(gone);
        }
        free(t.p);
    }
    must(left_out > 100 && stayed > 100, "too dull: %zu left out, %zu stayed", left_out, stayed);
}
END_TEST

Suite *suite_dynsec(void)
{
    Suite *s = suite_create("dynsec");
    TCase *t = tcase_create("facts");
    tcase_add_loop_test(t, decisions, 0, sizeof decision_tables / sizeof *decision_tables);
    tcase_add_test(t, passwords_by_release);
    tcase_add_test(t, bound_and_disabled);
    tcase_add_test(t, crashes);
    tcase_add_test(t, entries_and_places);
    suite_add_tcase(s, t);
    t = tcase_create("random");
    tcase_add_test(t, random_against_model);
    tcase_add_test(t, diff_tells_every_difference);
    tcase_add_test(t, without_idle_acls_it_means_the_same);
    suite_add_tcase(s, t);
    return s;
}
