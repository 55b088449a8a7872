/* src/broker/start, files and the steps of a broker: what a conf founders on when it is
 * started, the doors clients come in by, and what is answered behind them. */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "model.h"

enum { ALL = 15, R16 = 1, R2011 = 2, R2022 = 4, R21 = 8, R20 = R2011 | R2022, OLD = R16 | R20, NEW = R20 | R21 };

#define EACH_RELEASE(r, mask)                     \
    for (size_t r = 0; r < CX_RELEASE_COUNT; r++) \
        if ((mask) >> r & 1)

static void start_parts(unit_conf *u, const char *text)
{
    tree_enter();
    tree_parts("mosquitto.conf", text, false);
    unit_conf_open(u, "mosquitto.conf", ALL);
    must(u->setups.refused != ALL, "%s is refused by all", showz(text));
    unit_conf_start(u);
    unit_conf_check(u, ALL);
    tree_leave();
}

/* The door with a number, of a release. */
static cx_door *door(const unit_conf *u, size_t release, size_t number)
{
    for (size_t i = 0; i < u->start.doors.n; i++) {
        cx_door *d = u->start.doors.items[i];
        if (d->setup->release->index == release && number-- == 0) return d;
    }
    ck_abort_msg("no such door");
    return NULL;
}

static size_t doors_of(const unit_conf *u, size_t release)
{
    size_t n = 0;
    for (size_t i = 0; i < u->start.doors.n; i++) n += u->start.doors.items[i]->setup->release->index == release;
    return n;
}

/* ---- what a start founders on ---- */

#define HASH \
    "$7$101$3SDyMBnkTbZ1BzmC$aMTRU9PhbNwRgP4/qd3bQwPZ0wkpOPq7y2Ld4n7pcPkkKfNb6Lq0xHkTS5bTTXcRcHLnYV1pYhHLWcW4wq8f8w=="

#define D "plugin mosquitto_dynamic_security.so\n"
#define DYNSEC "==> mosquitto_dynamic_security.so <==\n==> d <==\n{}\n"

static const struct {
    const char *text;
    cx_targets refused;
    unsigned rule;
    cx_targets unanswerable;
} starts[] = {
    {"listener 1\n", 0, 0, 0},
    /* files of users and rules */
    {"listener 1\nacl_file a\n", ALL, CX_RULE_CROSS_MISSING_FILE, ALL},
    {"listener 1\npassword_file a\n", ALL, CX_RULE_CROSS_MISSING_FILE, ALL},
    {"listener 1\npsk_file a\n", ALL, CX_RULE_CROSS_MISSING_FILE, 0},
    {"listener 1\nacl_file a\n==> a/x <==\n", R2022 | R21, CX_RULE_CROSS_MISSING_FILE, ALL},
    {"listener 1\npassword_file a\n==> a/x <==\n", ALL, CX_RULE_CROSS_MISSING_FILE, ALL},
    {"listener 1\nacl_file a\n==> a <==\n", 0, 0, 0},
    {"listener 1\nacl_file a\n==> a <==\ntopics read x\n", ALL, CX_RULE_CROSS_BAD_FILE, ALL},
    {"listener 1\nacl_file a\n==> a <==\ntopic deny x\n", R16, CX_RULE_CROSS_BAD_FILE, R16},
    {"listener 1\npassword_file a\n==> a <==\nalice:" HASH "\n", 0, 0, 0},
    {"listener 1\npassword_file a\n==> a <==\nalice:secret\n", R21, CX_RULE_CROSS_BAD_FILE, R21},
    {"listener 1\npsk_file a\n==> a <==\nid:xyz\n", ALL, CX_RULE_CROSS_BAD_FILE, 0},
    {"listener 1\nacl_file a\n==> a -> b <==\n==> b <==\ntopic x\n", R21, CX_RULE_TLS_SYMLINKED_SECRET, 0},
    {"listener 1\npassword_file a\n==> a -> b <==\n==> b <==\nalice:" HASH "\n", R21, CX_RULE_TLS_SYMLINKED_SECRET, 0},
    {"listener 1\nacl_file d/a\n==> d -> e <==\n==> e/a <==\ntopic x\n", 0, 0, 0},
    {"listener 1\nacl_file a # c\n==> a <==\n", ALL, CX_RULE_CROSS_MISSING_FILE, ALL},
    {"listener 1\nacl_file a # c\n==> a # c <==\n", 0, 0, 0},
    /* what is global with per_listener_settings true is not looked at, and the other way round */
    {"per_listener_settings true\nlistener 1\nlistener 2\nacl_file a\n", ALL, CX_RULE_CROSS_MISSING_FILE, ALL},
    /* TLS */
    {"listener 1\ncertfile c\nkeyfile k\n", NEW, CX_RULE_CROSS_MISSING_FILE, 0},
    {"listener 1\ncertfile c\nkeyfile k\n==> c <==\n==> k <==\n", 0, 0, 0},
    {"listener 1\ncertfile c\nkeyfile k\n==> c <==\n", NEW, CX_RULE_CROSS_MISSING_FILE, 0},
    {"listener 1\ncertfile c\nkeyfile k\ncafile a\n==> c <==\n==> k <==\n", ALL, CX_RULE_CROSS_MISSING_FILE, 0},
    {"listener 1\ncertfile c\nkeyfile k\ncapath a\n==> c <==\n==> k <==\n", 0, 0, 0},
    {"listener 1\ncertfile c\nkeyfile k\ncafile a\ncrlfile r\n==> c <==\n==> k <==\n==> a <==\n", ALL,
     CX_RULE_CROSS_MISSING_FILE, 0},
    /* sockets */
    {"listener 1 127.0.0.1\nlistener 1\n", ALL, CX_RULE_CONF_DUPLICATE_LISTENER, 0},
    {"listener 1\nlistener 1 127.0.0.1\n", ALL, CX_RULE_CONF_DUPLICATE_LISTENER, 0},
    {"listener 1 127.0.0.1\nlistener 1 127.0.0.1\n", ALL, CX_RULE_CONF_DUPLICATE_LISTENER, 0},
    {"listener 1 127.0.0.1\nlistener 1 127.0.0.2\n", 0, 0, 0},
    {"listener 1 127.0.0.1\nlistener 2 127.0.0.1\n", 0, 0, 0},
    {"listener 1883\nport 1883\n", ALL, CX_RULE_CONF_DUPLICATE_LISTENER, 0},
    {"listener 1\nlistener 0 s\nlistener 0 t\n", 0, 0, 0},
    {"listener 1\nlistener 0 s\nlistener 0 s\n", 0, 0, 0}, /* the second takes the path from the first */
    /* plug-ins */
    {"listener 1\nplugin x.so\n", NEW, CX_RULE_CROSS_PLUGIN_MISSING, 0},
    {"listener 1\nplugin x.so\n==> x.so <==\n", 0, 0, 0},
    {"listener 1\nplugin  x.so\n==> x.so <==\n", R21, CX_RULE_CROSS_PLUGIN_MISSING, 0},
    {"listener 1\nplugin x.so \n==> x.so <==\n", R21, CX_RULE_CROSS_PLUGIN_MISSING, 0},
    {"plugin_load n x.so\nlistener 1\n==> x.so <==\n", R21, CX_RULE_CONF_PLUGIN_UNUSED, 0},
    {"plugin_load n x.so\nlistener 1\nplugin_use n\n==> x.so <==\n", 0, 0, 0},
    /* dynamic security twice: grammars/versions.yaml, dynsec_twice */
    {"listener 1\n" D D DYNSEC, 0, 0, 0},
    {"listener 1\n" D "plugin_opt_config_file d\n" D "plugin_opt_config_file d\n" DYNSEC, R2022 | R21,
     CX_RULE_DYNSEC_SHARED_FILE, R2022 | R21},
    {"listener 1\n" D "plugin_opt_config_file d\n" D DYNSEC, R2022, CX_RULE_DYNSEC_SHARED_FILE, R2022},
    {"listener 1\n" D D "plugin_opt_config_file d\n" DYNSEC, 0, 0, 0},
    {"listener 1\n" D "plugin_opt_config_file d\n" DYNSEC, 0, 0, 0},
    /* plug-ins of later releases */
    {"listener 1\nauth_plugin mosquitto_dynamic_security.so\n==> mosquitto_dynamic_security.so <==\n", R16,
     CX_RULE_CROSS_PLUGIN_MISSING, 0},
    {"listener 1\nplugin mosquitto_acl_file.so\nplugin_opt_acl_file a\n==> a <==\n==> mosquitto_acl_file.so <==\n", R20,
     CX_RULE_CROSS_PLUGIN_MISSING, 0},
    {"listener 1\nplugin mosquitto_acl_file.so\nplugin_opt_acl_file a\n==> mosquitto_acl_file.so <==\n", NEW,
     CX_RULE_CROSS_MISSING_FILE, R21},
    {"listener 1\nplugin mosquitto_acl_file.so\nplugin_opt_aclfile a\n==> a <==\n==> mosquitto_acl_file.so <==\n", NEW,
     CX_RULE_CROSS_PLUGIN_OPTION, 0},
};

START_TEST(what_a_start_founders_on)
{
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        unit_conf u;
        start_parts(&u, starts[i].text);
        const char *text = showz(starts[i].text);
        cx_targets asked = ALL & ~u.setups.refused;
        must((u.start.refused & asked) == (starts[i].refused & asked), "%s does not start on %x, not %x", text,
             u.start.refused, starts[i].refused & asked);
        must(!(u.start.refused & u.setups.refused), "%s: releases that refuse it are started", text);
        if (starts[i].refused) { /* by some because they lack the plug-in */
            cx_targets by_rule = unit_conf_refused(&u, starts[i].rule);
            cx_targets known = by_rule | unit_conf_refused(&u, CX_RULE_CROSS_PLUGIN_MISSING);
            must(by_rule && known == (starts[i].refused & asked), "%s: %s refused by %x", text,
                 cx_rules[starts[i].rule].id, by_rule);
        }
        must((u.start.unanswerable & asked) == (starts[i].unanswerable & asked), "%s: unanswerable %x, not %x", text,
             u.start.unanswerable, starts[i].unanswerable & asked);
        EACH_RELEASE(r, asked) must(doors_of(&u, r) > 0, "%s: no door on %s", text, cx_releases[r].name);
        EACH_RELEASE(r, u.setups.refused) must(doors_of(&u, r) == 0, "%s: a door on %s", text, cx_releases[r].name);
        unit_conf_free(&u);
    }
}
END_TEST

/* ---- files ---- */

static size_t count_files(const unit_conf *u, cx_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < u->start.files.list.n; i++) n += u->start.files.list.items[i]->kind == kind;
    return n;
}

/* The policy a door's first step asks; NULL: it has no step, or a plug-in that is not known. */
static const cx_policy *policy_of(const cx_door *d) { return d->broker.step_count ? d->broker.steps[0].policy : NULL; }

/* The file it was made of; NULL: none. */
static const cx_named_file *acl_of(const unit_conf *u, const cx_door *d)
{
    const cx_policy *p = policy_of(d);
    if (!p) return NULL;
    must(p->document_count == 1 && p->documents[0].acl && !p->documents[0].dynsec, "no policy of an ACL file");
    for (size_t i = 0; i < u->start.files.list.n; i++) {
        const cx_named_file *file = u->start.files.list.items[i];
        if (&file->acl != p->documents[0].acl) continue;
        must(file->kind == CX_KIND_ACL && p->documents[0].source == &file->source, "the policy is of another file");
        return file;
    }
    ck_abort_msg("a policy of no file");
    return NULL;
}

/* A file is read once, whoever names it; as an ACL and as a password file it is two. */
START_TEST(files_are_read_once)
{
    unit_conf u;
    start_parts(
        &u,
        "per_listener_settings true\nlistener 1\nacl_file a\npassword_file p\nlistener 2\nacl_file a\npassword_file p\n"
        "listener 3\nacl_file b\nlistener 4\nacl_file p\n==> a <==\ntopic x\n==> b <==\ntopic y\n==> p <==\n");
    ck_assert_uint_eq(u.start.refused, 0);
    ck_assert_uint_eq(u.start.files.list.n, 4);
    ck_assert_uint_eq(count_files(&u, CX_KIND_ACL), 3);
    ck_assert_uint_eq(count_files(&u, CX_KIND_PASSWD), 1);
    EACH_RELEASE(r, ALL)
    {
        ck_assert_uint_eq(doors_of(&u, r), 4);
        ck_assert_ptr_nonnull(acl_of(&u, door(&u, r, 0)));
        ck_assert_ptr_eq(policy_of(door(&u, r, 0)), policy_of(door(&u, r, 1)));
        ck_assert_ptr_ne(acl_of(&u, door(&u, r, 0)), acl_of(&u, door(&u, r, 2)));
        ck_assert_ptr_eq(acl_of(&u, door(&u, r, 0)), acl_of(&u, door(&u, 0, 0)));
        ck_assert_ptr_eq(policy_of(door(&u, r, 0))->release, &cx_releases[r]);
    }
    size_t known = u.start.files.list.n;
    cx_named_file *again = cx_files_open(&u.start.files, CX_KIND_ACL, CX_STR("a"));
    ck_assert(again == acl_of(&u, door(&u, 0, 0)) && u.start.files.list.n == known);
    unit_conf_free(&u);
}
END_TEST

static void start_with(unit_conf *u, const char *path, const char *root, const char *beside)
{
    unit_conf_open(u, path, ALL);
    u->start.files = (cx_files){.targets = ALL, .threads = 1, .paths = {.root = root, .conf = beside}};
    cx_start_all(&u->start, &u->setups);
}

/* Absolute paths: below the root; when they lead nowhere and the caller wants it so, beside the conf. */
START_TEST(files_below_a_root_and_beside_the_conf)
{
    tree_enter();
    tree_write("etc/mosquitto.conf", CX_STR("listener 1\nacl_file /nonexistent/mosquitto/rules\n"));
    unit_conf u;
    start_with(&u, "etc/mosquitto.conf", NULL, NULL);
    ck_assert(u.start.refused == ALL && !u.start.files.list.items[0]->near);
    unit_conf_free(&u);
    start_with(&u, "etc/mosquitto.conf", NULL, "etc/mosquitto.conf");
    ck_assert_uint_eq(u.start.refused, ALL); /* it is not there either */
    unit_conf_free(&u);
    tree_write("etc/rules", CX_STR("topic read beside\n"));
    start_with(&u, "etc/mosquitto.conf", NULL, NULL);
    ck_assert_uint_eq(u.start.refused, ALL);
    unit_conf_free(&u);
    start_with(&u, "etc/mosquitto.conf", NULL, "etc/mosquitto.conf");
    ck_assert_uint_eq(u.start.refused, 0);
    ck_assert(u.start.files.list.items[0]->near && cx_str_is(u.start.files.list.items[0]->path, "etc/rules"));
    unit_conf_free(&u);
    tree_write("root/nonexistent/mosquitto/rules", CX_STR("topic read root\n"));
    start_with(&u, "etc/mosquitto.conf", "root", "etc/mosquitto.conf");
    ck_assert_uint_eq(u.start.refused, 0);
    ck_assert(!u.start.files.list.items[0]->near &&
              cx_str_is(u.start.files.list.items[0]->path, "root/nonexistent/mosquitto/rules"));
    unit_conf_free(&u);
    tree_write("etc/mosquitto.conf", CX_STR("listener 1\nacl_file x/rules\n")); /* relative ones are not looked for */
    start_with(&u, "etc/mosquitto.conf", NULL, "etc/mosquitto.conf");
    ck_assert_uint_eq(u.start.refused, ALL);
    unit_conf_free(&u);
    tree_write("mosquitto.conf", CX_STR("listener 1\nacl_file /nonexistent/mosquitto/rules\n"));
    tree_write("rules", CX_STR(""));
    start_with(&u, "mosquitto.conf", NULL, "mosquitto.conf"); /* a conf without a folder in its name */
    ck_assert(u.start.refused == 0 && cx_str_is(u.start.files.list.items[0]->path, "rules"));
    unit_conf_free(&u);
    tree_leave();
}
END_TEST

/* ---- doors ---- */

START_TEST(doors_that_are_the_same)
{
    static const struct {
        const char *text;
        bool same;
    } cases[] = {
        {"listener 1\nlistener 2\n", true},
        {"listener 1 127.0.0.1\nmax_connections 5\nlistener 2\n", true},
        {"listener 1\nacl_file a\nlistener 2\n==> a <==\n", true},
        {"per_listener_settings true\nlistener 1\nacl_file a\nlistener 2\n==> a <==\n", false},
        {"per_listener_settings true\nlistener 1\nacl_file a\nlistener 2\nacl_file a\n==> a <==\n", true},
        {"per_listener_settings true\nlistener 1\nacl_file a\nlistener 2\nacl_file b\n==> a <==\n==> b <==\n", false},
        {"per_listener_settings true\nlistener 1\nallow_anonymous true\nlistener 2\nallow_anonymous false\n", false},
        {"per_listener_settings true\nlistener 1\npassword_file p\nallow_anonymous false\nlistener 2\nallow_anonymous false\n==> p <==\n",
         false},
        {"listener 1\nlistener 2\nmount_point m/\n", false},
        {"listener 1\nmount_point m/\nlistener 2\nmount_point m/\n", true},
        {"listener 1\nlistener 2\nuse_username_as_clientid true\n", false},
        {"listener 1\nlistener 2\ncertfile c\nkeyfile c\ncafile c\n==> c <==\n", true},
        {"listener 1\nlistener 2\ncertfile c\nkeyfile c\ncafile c\nuse_identity_as_username true\n==> c <==\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unit_conf u;
        start_parts(&u, cases[i].text);
        ck_assert_uint_eq(u.start.refused, 0);
        EACH_RELEASE(r, ALL)
        {
            const cx_door *a = door(&u, r, 0), *b = door(&u, r, 1);
            must(cx_door_same(a, b) == cases[i].same && cx_door_same(b, a) == cases[i].same, "%s: %s",
                 cx_releases[r].name, showz(cases[i].text));
            must(cx_door_same(a, a), "a door and itself");
        }
        unit_conf_free(&u);
    }
}
END_TEST

static const struct {
    const char *text;
    cx_targets releases;
    cx_tristate anonymous, alice, bob; /* alice is in the password file */
} admissions[] = {
    {"listener 1\n", R16, CX_YES, CX_YES, CX_YES},
    {"listener 1\n", NEW, CX_NO, CX_NO, CX_NO}, /* nobody checks a name, which makes it no better than none */
    {"listener 1\nallow_anonymous true\n", ALL, CX_YES, CX_YES, CX_YES},
    {"listener 1\npassword_file p\n", NEW, CX_NO, CX_YES, CX_NO},
    {"listener 1\npassword_file p\nallow_anonymous true\n", NEW, CX_YES, CX_YES, CX_NO},
    {"listener 1\npassword_file p\n", R16, CX_NO, CX_NO, CX_NO}, /* 1.6 does not read $7$ */
    {"listener 1\nplugin x.so\n", NEW, CX_UNKNOWN, CX_UNKNOWN, CX_UNKNOWN},
    {"listener 1\nplugin x.so\npassword_file p\n", NEW, CX_UNKNOWN, CX_UNKNOWN, CX_UNKNOWN},
    {"listener 1\nallow_anonymous true\naccept_protocol_versions 6\n", R21, CX_NO, CX_NO, CX_NO},
    {"listener 1\nlistener 2\nprotocol http_api\nallow_anonymous true\n", R21, CX_YES, CX_YES, CX_YES},
    {"listener 1\npassword_file p\ncertfile c\nkeyfile c\ncafile c\nuse_identity_as_username true\nrequire_certificate true\n",
     ALL, CX_NO, CX_YES, CX_YES},
    {"listener 1\nplugin mosquitto_password_file.so\nplugin_opt_password_file p\n", R21, CX_NO, CX_YES, CX_NO},
};

START_TEST(who_can_connect)
{
    for (size_t i = 0; i < sizeof admissions / sizeof *admissions; i++) {
        char text[1000];
        unit_conf u;
        snprintf(text, sizeof text,
                 "%s==> p <==\nalice:" HASH "\n==> x.so <==\n==> mosquitto_password_file.so <==\n==> c <==\n",
                 admissions[i].text);
        start_parts(&u, text);
        must(!(u.start.refused & admissions[i].releases), "%s does not start on %x", showz(admissions[i].text),
             u.start.refused);
        EACH_RELEASE(r, admissions[i].releases)
        {
            const cx_client nobody = {.anonymous = true, .fresh = true},
                            alice = {.user = CX_STR("alice"), .fresh = true},
                            bob = {.user = CX_STR("bob"), .fresh = true};
            const struct {
                const cx_client *client;
                cx_tristate want;
            } clients[] = {
                {&nobody, admissions[i].anonymous}, {&alice, admissions[i].alice}, {&bob, admissions[i].bob}};
            for (size_t k = 0; k < 3; k++) {
                const char *why = NULL;
                cx_tristate have = cx_door_admits(&u.start, door(&u, r, 0), clients[k].client, &why);
                must(have == clients[k].want, "%s: %s: '%.*s' is %d (%s)", cx_releases[r].name,
                     showz(admissions[i].text), (int)clients[k].client->user.n, clients[k].client->user.p, have,
                     why ? why : "no reason");
                must(have == CX_YES || (why && *why), "%s: no reason", showz(admissions[i].text));
            }
        }
        unit_conf_free(&u);
    }
}
END_TEST

static cx_answer ask(const cx_door *d, const char *user, const char *id, cx_access access, const char *topic)
{
    cx_client c = {.anonymous = !user,
                   .user = user ? cx_str_of(user) : CX_STR(""),
                   .fresh = !id,
                   .id = id ? cx_str_of(id) : CX_STR("")};
    return cx_broker_ask(&d->broker, &c, access, cx_str_of(topic));
}

START_TEST(topics_behind_a_door)
{
    unit_conf u;
    start_parts(
        &u,
        "per_listener_settings true\nlistener 1\nacl_file a\nlistener 2\nacl_file a\nmount_point m/\nlistener 3\n"
        "acl_file a\nuse_username_as_clientid true\nlistener 4\nlistener 5\nacl_file empty\n"
        "==> a <==\ntopic read pub/#\ntopic read m/pub/x\nuser alice\ntopic write a/#\npattern read c/%c\n==> empty <==\n");
    ck_assert_uint_eq(u.start.refused, 0);
    EACH_RELEASE(r, ALL)
    {
        const cx_door *plain = door(&u, r, 0), *mounted = door(&u, r, 1), *named = door(&u, r, 2),
                      *open = door(&u, r, 3), *none = door(&u, r, 4);
        ck_assert(ask(plain, NULL, NULL, CX_ACCESS_READ, "pub/x").allow);
        ck_assert(!ask(plain, NULL, NULL, CX_ACCESS_WRITE, "pub/x").allow);
        ck_assert(ask(plain, "alice", "i", CX_ACCESS_WRITE, "a/b").allow);
        ck_assert(ask(plain, "alice", "i", CX_ACCESS_READ, "c/i").allow);
        ck_assert(!ask(plain, "alice", "i", CX_ACCESS_READ, "c/alice").allow);
        ck_assert(!ask(mounted, NULL, NULL, CX_ACCESS_READ, "pub/y").allow);
        ck_assert(ask(mounted, NULL, NULL, CX_ACCESS_READ, "pub/x").allow);
        ck_assert(!ask(mounted, "alice", "i", CX_ACCESS_WRITE, "a/b").allow);
        ck_assert(ask(named, "alice", "i", CX_ACCESS_READ, "c/alice").allow);
        ck_assert(!ask(named, "alice", "i", CX_ACCESS_READ, "c/i").allow);
        ck_assert(ask(open, "alice", "i", CX_ACCESS_WRITE, "any").allow);
        ck_assert_int_eq(ask(open, "alice", "i", CX_ACCESS_WRITE, "any").verdict.reason, CX_REASON_NO_ACL);
        ck_assert(!ask(open, NULL, NULL, CX_ACCESS_WRITE, "$SYS/x").allow);
        ck_assert(!ask(none, "alice", "i", CX_ACCESS_READ, "any").allow &&
                  ask(none, "alice", "i", CX_ACCESS_SUBSCRIBE, "#").allow);
        ck_assert(open->broker.step_count == 0 && policy_of(open) == NULL && policy_of(plain) != NULL);
        cx_answer without = ask(open, "alice", "i", CX_ACCESS_WRITE, "any"),
                  with = ask(plain, "alice", "i", CX_ACCESS_WRITE, "any"),
                  gate = ask(plain, "alice", "i", CX_ACCESS_WRITE, "$SYS/x"),
                  invalid = ask(plain, "alice", "i", CX_ACCESS_WRITE, "a/+");
        ck_assert_ptr_null(cx_answer_policy(&open->broker, without));
        ck_assert_ptr_eq(cx_answer_policy(&plain->broker, with), policy_of(plain));
        ck_assert_uint_eq(with.step, 0);
        ck_assert_ptr_null(cx_answer_policy(&plain->broker, gate)); /* no step was asked */
        ck_assert_ptr_null(cx_answer_policy(&plain->broker, invalid));
    }
    unit_conf_free(&u);
    start_parts(&u, "listener 1\nplugin x.so\nacl_file a\n==> x.so <==\n==> a <==\ntopic read a\n");
    EACH_RELEASE(r, NEW)
    { /* an unknown plug-in is asked first */
        cx_answer a = ask(door(&u, r, 0), NULL, NULL, CX_ACCESS_READ, "a");
        ck_assert(a.unknown && !a.allow && a.verdict.reason == CX_REASON_UNKNOWN_PLUGIN && a.step == 0);
        ck_assert_ptr_null(cx_answer_policy(&door(&u, r, 0)->broker, a));
        ck_assert(cx_str_is(door(&u, r, 0)->broker.steps[0].who, "x.so"));
        ck_assert(!ask(door(&u, r, 0), NULL, NULL, CX_ACCESS_WRITE, "$SYS/a").unknown); /* the gate comes before it */
    }
    unit_conf_free(&u);
}
END_TEST

/* ---- steps and mount points ---- */

/* With a mount point, the answer is that of the joined topic; whether it is one at all is judged without. */
START_TEST(mount_points)
{
    static const char *const words[] = {"a", "b", "", "$SYS", "m", "+", "#", "$share", "c d", "\xC3\xA4"};
    static const char *const mounts[] = {"m/", "m", "", "/", "$SYS/", "a/b/c/", "$share/g/", "$", "a//"};
    rng r = rng_for("mount points");
    unit_text t;
    cx_acl acl;
    unit_text_make(&t,
                   CX_STR("topic read m/#\ntopic m/a/b\ntopic ma/#\ntopic write a/b/c/+\ntopic /#\ntopic read $SYS/#\n"
                          "topic $share/#\nuser u\ntopic a/#\npattern m/%c/#\npattern read m/%u\n"));
    cx_acl_read(&acl, &t.source, ALL, 1);
    size_t allowed = 0, invalid = 0;
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        cx_policy p;
        cx_policy_from_acl(&p, &acl, &cx_releases[release]);
        for (int i = 0; i < 20000; i++) {
            cx_buf topic = {0}, whole = {0};
            for (size_t n = 1 + rng_below(&r, 4); n; n--) {
                cx_buf_puts(&topic, rng_pick(&r, words));
                if (n > 1) cx_buf_putc(&topic, '/');
            }
            if (i % 500 == 0) cx_buf_fill(&topic, 'x', rng_below(&r, 2000)); /* longer than any buffer on the stack */
            const char *mount = rng_pick(&r, mounts);
            cx_buf_puts(&whole, mount);
            if (topic.n) cx_buf_put(&whole, cx_buf_str(&topic));
            cx_access access = (cx_access)(1u << rng_below(&r, 4));
            cx_client c = {.anonymous = rng_chance(&r, 50), .user = CX_STR("u"), .id = CX_STR("a")};
            if (c.anonymous) c.user = CX_STR("");
            cx_broker plain = cx_broker_of(&p), mounted = plain;
            mounted.mount_point = cx_str_of(mount);
            cx_str asked = {topic.n ? topic.p : "", topic.n};
            cx_answer first = cx_broker_ask(&plain, &c, access, asked),
                      have = cx_broker_ask(&mounted, &c, access, asked);
            bool bad = first.verdict.reason == CX_REASON_INVALID_TOPIC;
            must((have.verdict.reason == CX_REASON_INVALID_TOPIC) == bad, "'%s' below '%s'", show(asked), mount);
            invalid += bad;
            if (!bad) {
                cx_answer want = cx_broker_ask(&plain, &c, access, cx_buf_str(&whole));
                bool joined = want.verdict.reason != CX_REASON_INVALID_TOPIC;
                must(!joined || (have.allow == want.allow && have.verdict.reason == want.verdict.reason &&
                                 have.verdict.rule == want.verdict.rule),
                     "%s of '%s' below '%s' is %d (%s), of '%s' %d (%s)", cx_access_name(access), show(asked), mount,
                     have.allow, cx_reason_name(have.verdict.reason), show(cx_buf_str(&whole)), want.allow,
                     cx_reason_name(want.verdict.reason));
                allowed += have.allow;
            }
            cx_buf_clear(&topic);
            cx_buf_clear(&whole);
        }
        cx_policy_clear(&p);
    }
    ck_assert(allowed > 1000 && invalid > 1000);
    cx_acl_clear(&acl);
    unit_text_free(&t);
}
END_TEST

START_TEST(steps_are_asked_in_order)
{
    unit_text t[2];
    cx_acl acl[2];
    cx_policy p[2];
    static const char *const texts[] = {"topic read a\n", "topic read b\n"};
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        for (int i = 0; i < 2; i++) {
            unit_text_make(&t[i], cx_str_of(texts[i]));
            cx_acl_read(&acl[i], &t[i].source, ALL, 1);
            cx_policy_from_acl(&p[i], &acl[i], &cx_releases[release]);
        }
        cx_client c = {.anonymous = true, .fresh = true};
        cx_broker b = {.release = &cx_releases[release]};
        cx_answer a = cx_broker_ask(&b, &c, CX_ACCESS_WRITE, CX_STR("x"));
        ck_assert(a.allow && !a.unknown && a.verdict.reason == CX_REASON_NO_ACL);
        ck_assert(!cx_broker_ask(&b, &c, CX_ACCESS_WRITE, CX_STR("a#")).allow);
        b.steps[0].policy = &p[0];
        b.steps[1].policy = &p[1];
        b.step_count = 2;
        a = cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("a"));
        ck_assert(a.allow && a.step == 0);
        ck_assert_ptr_eq(cx_answer_policy(&b, a), &p[0]);
        a = cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("b"));
        ck_assert(!a.allow && a.step == 0); /* an ACL file always decides */
        ck_assert_ptr_eq(cx_answer_policy(&b, a), &p[0]);
        /* one that defers is followed by the next, and the last one asked has the answer */
        for (int k = 0; k < 2; k++) p[k].defaults[CX_SUBJECT_ANONYMOUS][0].outcome = CX_DEFER;
        a = cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("b"));
        ck_assert(a.allow && a.step == 1);
        ck_assert_ptr_eq(cx_answer_policy(&b, a), &p[1]);
        a = cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("c"));
        ck_assert(!a.allow && !a.unknown && a.step == 1 && a.verdict.reason == CX_REASON_DEFAULT);
        ck_assert_ptr_eq(cx_answer_policy(&b, a), &p[1]);
        for (int k = 0; k < 2; k++) p[k].defaults[CX_SUBJECT_ANONYMOUS][0].outcome = CX_DENY;
        b.steps[0] = (cx_step){.who = CX_STR("/x.so")};
        a = cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("b"));
        ck_assert(!a.allow && a.unknown && a.verdict.reason == CX_REASON_UNKNOWN_PLUGIN && a.step == 0);
        ck_assert_ptr_null(cx_answer_policy(&b, a));
        b.steps[0].policy = &p[1];
        b.steps[1] = (cx_step){.who = CX_STR("/x.so")};
        ck_assert(cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("b")).allow); /* decided before it is asked */
        for (int i = 0; i < 2; i++) {
            cx_policy_clear(&p[i]);
            cx_acl_clear(&acl[i]);
            unit_text_free(&t[i]);
        }
    }
}
END_TEST

START_TEST(user_names_as_client_ids)
{
    unit_text t;
    cx_acl acl;
    unit_text_make(&t, CX_STR("pattern c/%c\n"));
    cx_acl_read(&acl, &t.source, ALL, 1);
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        cx_policy p;
        cx_policy_from_acl(&p, &acl, &cx_releases[release]);
        cx_broker b = cx_broker_of(&p);
        cx_client c = {.user = CX_STR("u"), .id = CX_STR("i")}, nobody = {.anonymous = true, .id = CX_STR("i")},
                  fresh = {.user = CX_STR("u"), .fresh = true};
        ck_assert(cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("c/i")).allow);
        ck_assert(!cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("c/u")).allow);
        b.username_as_clientid = true;
        ck_assert(!cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("c/i")).allow);
        ck_assert(cx_broker_ask(&b, &c, CX_ACCESS_READ, CX_STR("c/u")).allow);
        ck_assert(cx_broker_ask(&b, &fresh, CX_ACCESS_READ, CX_STR("c/u")).allow);
        ck_assert(cx_broker_ask(&b, &nobody, CX_ACCESS_READ, CX_STR("c/i")).allow); /* has none to take */
        cx_policy_clear(&p);
    }
    cx_acl_clear(&acl);
    unit_text_free(&t);
}
END_TEST

Suite *suite_start(void)
{
    Suite *s = suite_create("start");
    TCase *t = tcase_create("start");
    tcase_add_test(t, what_a_start_founders_on);
    tcase_add_test(t, files_are_read_once);
    tcase_add_test(t, files_below_a_root_and_beside_the_conf);
    suite_add_tcase(s, t);
    t = tcase_create("doors");
    tcase_add_test(t, doors_that_are_the_same);
    tcase_add_test(t, who_can_connect);
    tcase_add_test(t, topics_behind_a_door);
    suite_add_tcase(s, t);
    t = tcase_create("steps");
    tcase_add_test(t, mount_points);
    tcase_add_test(t, steps_are_asked_in_order);
    tcase_add_test(t, user_names_as_client_ids);
    suite_add_tcase(s, t);
    return s;
}
