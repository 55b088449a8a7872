/* src/broker/setup and serve: where settings go, what may stand twice, which listeners
 * there are and how they open, who is let in and who is asked, for each release. */
#include <stdlib.h>

#include "conf.h"
#include "model.h"
#include "report/setup.h"

enum { ALL = 15, R16 = 1, R2011 = 2, R2022 = 4, R21 = 8, R20 = R2011 | R2022, OLD = R16 | R20, NEW = R20 | R21 };

/* The line of a setting, from 1; 0: not set. */
static unsigned line_of(const unit_conf *u, cx_setting line)
{
    if (!line) return 0;
    return (unsigned)cx_source_place(&u->conf.files.items[line->file]->source, line->at).line;
}

static const cx_setup *setup(const unit_conf *u, size_t release) { return &u->setups.of[release]; }

/* Calls through the releases in a mask. */
#define EACH_RELEASE(r, mask)                     \
    for (size_t r = 0; r < CX_RELEASE_COUNT; r++) \
        if ((mask) >> r & 1)

/* ---- every option, with its own example ---- */

typedef struct example {
    cx_buf before, line, after; /* the accepted example, around the line of the option */
} example;

static void split_example(example *e, unsigned option)
{
    const char *text = cx_conf_options[option].accepted;
    *e = (example){{0}, {0}, {0}};
    while (*text) {
        size_t n = strcspn(text, "\n"), with_feed = n + (text[n] == '\n');
        const cx_conf_name *name = cx_conf_name_find((cx_str){text, strcspn(text, " \n")});
        bool here = !e->line.n && name && name->option == option;
        cx_buf_put(here ? &e->line : e->line.n ? &e->after : &e->before, (cx_str){text, with_feed});
        text += with_feed;
    }
    must(e->line.n > 0, "the example of %s lacks it", cx_conf_options[option].name);
}

static void free_example(example *e)
{
    cx_buf_clear(&e->before);
    cx_buf_clear(&e->line);
    cx_buf_clear(&e->after);
}

struct seen {
    const cx_conf_line *lines[200];
    size_t n;
};

static void see(void *context, cx_setting line, cx_str owner)
{
    struct seen *s = context;
    (void)owner;
    must(s->n < 200, "many settings");
    s->lines[s->n++] = line;
}

/* Options for which a second line is an error in its own way. */
static const struct {
    unsigned option;
    cx_targets refused;
    unsigned rule;
} twice[] = {
    {CX_OPT_CONNECTION, ALL, CX_RULE_BRIDGE_DUPLICATE_NAME}, {CX_OPT_ADDRESS, ALL, CX_RULE_CONF_DUPLICATE_OPTION},
    {CX_OPT_PLUGIN_LOAD, R21, CX_RULE_CONF_DUPLICATE_NAME},  {CX_OPT_BIND_ADDRESS, ALL, CX_RULE_CONF_DUPLICATE_OPTION},
    {CX_OPT_LOG_DEST, 0, CX_RULE_CONF_DUPLICATE_OPTION}, /* but see log_files_twice */
};

/* The same line again: refused where the options' table says so, else the last one counts. */
START_TEST(options_twice)
{
    const cx_conf_option *o = &cx_conf_options[_i];
    example e;
    cx_buf text = {0};
    split_example(&e, (unsigned)_i);
    cx_buf_put(&text, cx_buf_str(&e.before));
    cx_buf_put(&text, cx_buf_str(&e.line));
    cx_buf_put(&text, cx_buf_str(&e.line));
    if (e.after.n) cx_buf_put(&text, cx_buf_str(&e.after));
    unit_conf u;
    unit_conf_bytes(&u, cx_buf_str(&text), ALL);
    unit_conf_check(&u, ALL);
    cx_targets want = o->duplicate_refused;
    unsigned rule = CX_RULE_CONF_DUPLICATE_OPTION;
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++)
        if (twice[i].option == (unsigned)_i) want = twice[i].refused, rule = twice[i].rule;
    want &= o->accepted_by;
    must((u.setups.refused & o->accepted_by) == want, "'%s' twice is refused by %x, not %x", o->name,
         u.setups.refused & o->accepted_by, want);
    must(!want || (unit_conf_refused(&u, rule) & o->accepted_by) == want, "'%s' twice is refused for another reason",
         o->name);
    must(unit_conf_count(&u, CX_RULE_CONF_OVERRIDDEN_OPTION) == 0, "'%s' twice with the same value", o->name);
    size_t first = e.before.n, second = first + e.line.n;
    EACH_RELEASE(r, o->accepted_by & ~want)
    {
        struct seen s = {.n = 0};
        bool has_first = false, has_second = false;
        cx_setup_each(setup(&u, r), see, &s);
        for (size_t i = 0; i < s.n; i++) has_first |= s.lines[i]->at == first, has_second |= s.lines[i]->at == second;
        if (o->value == CX_VALUE_IGNORED) must(!has_first && !has_second, "'%s' does nothing", o->name);
        else if (!o->repeatable && has_second)
            must(!has_first, "%s: both lines of '%s' count", cx_releases[r].name, o->name);
        else if (!o->repeatable && setup(&u, r)->discarded == 0 && o->value != CX_VALUE_OTHER)
            must(has_second, "%s: the second line of '%s' does not count", cx_releases[r].name, o->name);
    }
    unit_conf_free(&u);
    cx_buf_clear(&text);
    free_example(&e);
}
END_TEST

START_TEST(log_files_twice)
{
    static const struct {
        const char *text;
        cx_targets refused;
    } cases[] = {{"log_dest file a\nlog_dest file b\n", ALL},
                 {"log_dest file a\nlog_dest stderr\nlog_dest topic\nlog_dest stderr\n", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unit_conf u;
        unit_conf_over(&u, cases[i].text, ALL);
        must(u.setups.refused == cases[i].refused, "%s is refused by %x", showz(cases[i].text), u.setups.refused);
        unit_conf_free(&u);
    }
}
END_TEST

/* Options that read nothing, or for which nothing is a value. */
static const struct {
    unsigned option;
    cx_targets taken;
} empties[] = {
    {CX_OPT_WEBSOCKETS_LOG_LEVEL, R21},
    {CX_OPT_DHPARAMFILE, R21},
    {CX_OPT_LOG_TYPE, OLD},
};

/* No value: refused by all releases but those the table names. */
START_TEST(options_without_a_value)
{
    const cx_conf_option *o = &cx_conf_options[_i];
    static const char *const blanks[] = {"", " ", "   "};
    example e;
    split_example(&e, (unsigned)_i);
    for (size_t i = 0; i < 3; i++) {
        cx_buf text = {0};
        cx_str line = cx_buf_str(&e.line);
        const char *space = memchr(line.p, ' ', line.n);
        bool folder = (unsigned)_i == CX_OPT_INCLUDE_DIR && i == 2; /* two of the blanks are its name */
        if (!space || folder) break;
        cx_buf_put(&text, cx_buf_str(&e.before));
        cx_buf_put(&text, cx_str_sub(line, 0, (size_t)(space - line.p)));
        cx_buf_puts(&text, blanks[i]);
        cx_buf_putc(&text, '\n');
        if (e.after.n) cx_buf_put(&text, cx_buf_str(&e.after));
        unit_conf u;
        unit_conf_bytes(&u, cx_buf_str(&text), ALL);
        unit_conf_check(&u, ALL);
        cx_targets taken = o->value == CX_VALUE_IGNORED ? ALL : o->empty_accepted;
        for (size_t k = 0; k < sizeof empties / sizeof *empties; k++)
            if (empties[k].option == (unsigned)_i) taken |= empties[k].taken;
        cx_targets refused = u.setups.refused & o->accepted_by, want = (cx_targets)(o->accepted_by & ~taken);
        /* 2.1 takes the untrimmed rest of these lines */
        bool rest = ((unsigned)_i == CX_OPT_PLUGIN || (unsigned)_i == CX_OPT_GLOBAL_PLUGIN ||
                     (unsigned)_i == CX_OPT_PLUGIN_OPT) &&
                    i > 0;
        if (rest && i == 2) want &= (cx_targets)~R21, refused &= (cx_targets)~R21;
        must(refused == want, "'%s' with %zu blanks is refused by %x, not %x", o->name, i, refused, want);
        unit_conf_free(&u);
        cx_buf_clear(&text);
    }
    free_example(&e);
}
END_TEST

/* ---- scopes ---- */

START_TEST(settings_belong_to_the_listener_above)
{
    unit_conf u;
    unit_conf_over(&u,
                   "listener 1 127.0.0.1\nmax_connections 1\nlistener 2 ::1\nmax_connections 2\nallow_anonymous true\n"
                   "connection c\naddress h\ntopic a\nlistener 3\ncleansession true\nmax_connections 3\n"
                   "connection d\naddress i:5 j\ntopic b in\nmount_point m/\ncleansession false\nacl_file x\n",
                   ALL);
    unit_conf_check(&u, ALL);
    ck_assert_uint_eq(u.setups.refused, 0);
    EACH_RELEASE(r, ALL)
    {
        const cx_setup *s = setup(&u, r);
        ck_assert_uint_eq(s->listeners.n, 3);
        ck_assert_uint_eq(s->discarded, 0);
        ck_assert_uint_eq(s->bridges.n, 2);
        static const unsigned lines[] = {2, 4, 11};
        for (unsigned i = 0; i < 3; i++) {
            const cx_listener *l = s->listeners.items[i];
            ck_assert_uint_eq(l->port, i + 1);
            ck_assert_int_eq(l->kind, CX_LISTENER_EXPLICIT);
            ck_assert_uint_eq(line_of(&u, cx_listener_of(l, CX_OPT_MAX_CONNECTIONS)), lines[i]);
            ck_assert_int_eq(cx_setting_int(s, cx_listener_of(l, CX_OPT_MAX_CONNECTIONS), -1), (int)i + 1);
            ck_assert_uint_eq(line_of(&u, cx_listener_of(l, CX_OPT_MOUNT_POINT)), i == 2 ? 15 : 0);
            ck_assert_ptr_eq(cx_setup_security(s, l), &s->security);
        }
        ck_assert_uint_eq(line_of(&u, cx_security_of(&s->security, CX_OPT_ALLOW_ANONYMOUS)), 5);
        ck_assert_uint_eq(line_of(&u, cx_security_of(&s->security, CX_OPT_ACL_FILE)), 17);
        const cx_bridge *c = s->bridges.items[0], *d = s->bridges.items[1];
        ck_assert(cx_str_is(c->name, "c") && cx_str_is(d->name, "d"));
        ck_assert_uint_eq(line_of(&u, cx_bridge_of(c, CX_OPT_CLEANSESSION)), 10);
        ck_assert_uint_eq(line_of(&u, cx_bridge_of(d, CX_OPT_CLEANSESSION)), 16);
        ck_assert(c->addresses.n == 1 && cx_str_is(c->addresses.items[0].host, "h") &&
                  c->addresses.items[0].port == 1883);
        ck_assert(d->addresses.n == 2 && cx_str_is(d->addresses.items[0].host, "i") &&
                  d->addresses.items[0].port == 5 && cx_str_is(d->addresses.items[1].host, "j"));
        ck_assert(d->topics.n == 1 && d->topics.items[0].direction == CX_BRIDGE_IN);
    }
    unit_conf_free(&u);
}
END_TEST

START_TEST(per_listener_settings_part_security)
{
    unit_conf u;
    unit_conf_over(&u,
                   "per_listener_settings true\nlistener 1\nallow_anonymous true\nacl_file a\nlistener 2\n"
                   "allow_anonymous false\npassword_file p\nlistener 3\n",
                   ALL);
    ck_assert_uint_eq(u.setups.refused, 0);
    EACH_RELEASE(r, ALL)
    {
        const cx_setup *s = setup(&u, r);
        static const unsigned anonymous[] = {3, 6, 0}, acl[] = {4, 0, 0}, password[] = {0, 7, 0};
        ck_assert(s->per_listener && s->listeners.n == 3);
        for (unsigned i = 0; i < 3; i++) {
            const cx_listener *l = s->listeners.items[i];
            const cx_security *own = cx_setup_security(s, l);
            ck_assert_ptr_eq(own, &l->security);
            ck_assert_uint_eq(line_of(&u, cx_security_of(own, CX_OPT_ALLOW_ANONYMOUS)), anonymous[i]);
            ck_assert_uint_eq(line_of(&u, cx_security_of(own, CX_OPT_ACL_FILE)), acl[i]);
            ck_assert_uint_eq(line_of(&u, cx_security_of(own, CX_OPT_PASSWORD_FILE)), password[i]);
        }
        ck_assert_uint_eq(line_of(&u, cx_security_of(&s->security, CX_OPT_ALLOW_ANONYMOUS)), 0);
    }
    unit_conf_free(&u);
}
END_TEST

/* mosquitto-conf.md 10, to section 2: these lines, and no others, forbid the setting behind them. */
static const struct {
    unsigned option;
    cx_targets releases;
} before_per_listener[] = {
    {CX_OPT_ACL_FILE, ALL},       {CX_OPT_ALLOW_ANONYMOUS, ALL}, {CX_OPT_ALLOW_ZERO_LENGTH_CLIENTID, ALL},
    {CX_OPT_AUTO_ID_PREFIX, ALL}, {CX_OPT_PASSWORD_FILE, ALL},   {CX_OPT_PSK_FILE, ALL},
    {CX_OPT_PLUGIN, ALL},         {CX_OPT_GLOBAL_PLUGIN, R21},   {CX_OPT_CHECK_RETAIN_SOURCE, OLD},
};

START_TEST(per_listener_settings_come_first)
{
    const cx_conf_option *o = &cx_conf_options[_i];
    cx_targets want = 0;
    for (size_t i = 0; i < sizeof before_per_listener / sizeof *before_per_listener; i++)
        if (before_per_listener[i].option == (unsigned)_i) want = before_per_listener[i].releases & o->accepted_by;
    if ((unsigned)_i == CX_OPT_PER_LISTENER_SETTINGS) return;
    /* the examples of some options have others in them */
    example e;
    split_example(&e, (unsigned)_i);
    bool mixed = false;
    for (const char *p = o->accepted; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        const cx_conf_name *n = cx_conf_name_find((cx_str){p, strcspn(p, " \n")});
        for (size_t i = 0; i < sizeof before_per_listener / sizeof *before_per_listener; i++)
            mixed |= n->option == before_per_listener[i].option && n->option != (unsigned)_i;
        mixed |= n->option == CX_OPT_PER_LISTENER_SETTINGS;
    }
    free_example(&e);
    if (mixed) return;
    for (int value = 0; value < 2; value++) {
        cx_buf text = {0};
        cx_buf_puts(&text, o->accepted);
        cx_buf_puts(&text, value ? "per_listener_settings true\n" : "per_listener_settings false\n");
        unit_conf u;
        unit_conf_bytes(&u, cx_buf_str(&text), ALL);
        cx_targets refused = unit_conf_refused(&u, CX_RULE_CONF_PER_LISTENER_ORDER) & o->accepted_by;
        must(refused == (value ? want : 0), "per_listener_settings %d behind '%s' is refused by %x, not %x", value,
             o->name, refused, value ? want : 0);
        must((u.setups.refused & o->accepted_by) == refused, "'%s' is refused by %x", o->name, u.setups.refused);
        unit_conf_free(&u);
        cx_buf_clear(&text);
    }
}
END_TEST

/* ---- the default listener ---- */

/* mosquitto-conf.md 10, to section 3: what opens it in 1.6 and 2.0 when it stands above a listener line. */
static const struct {
    const char *line;
    bool opens;
} openers[] = {
    {"port 1884", true},
    {"bind_address 127.0.0.1", true},
    {"bind_interface lo", true},
    {"socket_domain ipv4", true},
    {"socket_domain ipv6", true},
    {"max_connections 0", true},
    {"max_connections 7", true},
    {"max_connections -1", false},
    {"max_connections -7", false},
    {"max_qos 1", true},
    {"maximum_qos 0", true},
    {"maximum_qos 2", false},
    {"protocol websockets", true},
    {"protocol mqtt", false},
    {"use_username_as_clientid true", true},
    {"use_username_as_clientid false", false},
    {"capath /c", true},
    {"cafile /c", true},
    {"ciphers x", true},
    {"ciphers_tls1.3 x", true},
    {"crlfile /c", true},
    {"dhparamfile /d", true},
    {"tls_engine e", true},
    {"tls_engine_kpass_sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709", true},
    {"tls_keyform engine", true},
    {"tls_keyform pem", false},
    {"psk_hint h", true},
    {"require_certificate true", true},
    {"require_certificate false", false},
    {"use_identity_as_username true", true},
    {"use_identity_as_username 0", false},
    {"use_subject_as_username 1", true},
    {"use_subject_as_username false", false},
    {"tls_version tlsv1.2", false},
    {"http_dir /", false},
    {"max_topic_alias 5", false},
    {"acl_file a", false},
    {"auto_id_prefix a", false},
    {"password_file p", false},
    {"psk_file p", false},
    {"plugin p.so", false},
    {"auth_plugin p.so", false},
    {"allow_anonymous true", false},
    {"allow_zero_length_clientid false", false},
};

static size_t count_kind(const cx_setup *s, cx_listener_kind kind)
{
    size_t n = 0;
    for (size_t i = s->discarded; i < s->listeners.n; i++) n += s->listeners.items[i]->kind == kind;
    return n;
}

START_TEST(options_that_open_the_default_listener)
{
    for (size_t i = 0; i < sizeof openers / sizeof *openers; i++) {
        char text[200];
        unit_conf u;
        snprintf(text, sizeof text, "%s\nlistener 2000 127.0.0.1\n", openers[i].line);
        unit_conf_over(&u, text, ALL);
        EACH_RELEASE(r, OLD & ~u.setups.refused)
        {
            const cx_setup *s = setup(&u, r);
            must(s->listeners.n == 1u + openers[i].opens && s->discarded == 0, "%s: '%s' makes %zu listeners",
                 cx_releases[r].name, openers[i].line, s->listeners.n);
            must(count_kind(s, CX_LISTENER_DEFAULT) == openers[i].opens, "'%s'", openers[i].line);
        }
        bool plain = strncmp(text, "port", 4) == 0 || strncmp(text, "bind_address", 12) == 0;
        if (!plain && openers[i].opens && (u.setups.refused & OLD) != OLD)
            must(unit_conf_true(&u, CX_RULE_CONF_IMPLICIT_LISTENER) & OLD, "nothing is said about '%s'",
                 openers[i].line);
        if (!openers[i].opens)
            must(!(unit_conf_true(&u, CX_RULE_CONF_IMPLICIT_LISTENER) & OLD), "'%s' is said to open", openers[i].line);
        unit_conf_free(&u);
    }
}
END_TEST

/* The same with per_listener_settings true, where security options go to it. */
START_TEST(security_options_open_the_default_listener)
{
    static const struct {
        const char *line;
        cx_targets opens;
    } cases[] = {
        {"password_file p", OLD},
        {"psk_file p", OLD},
        {"auth_plugin p.so", OLD},
        {"allow_zero_length_clientid false", OLD},
        {"allow_zero_length_clientid true", 0},
        {"allow_anonymous true", R16},
        {"allow_anonymous false", R16},
        {"acl_file a", 0},
        {"auto_id_prefix a", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int back = 0; back < 2; back++) { /* set back to false later: open it stays */
            char text[200];
            unit_conf u;
            snprintf(text, sizeof text, "per_listener_settings true\n%s\nlistener 2000 127.0.0.1\n%s", cases[i].line,
                     back ? "per_listener_settings false\n" : "");
            unit_conf_over(&u, text, ALL);
            must(u.setups.refused == R21, "'%s' is refused by %x", cases[i].line, u.setups.refused);
            EACH_RELEASE(r, OLD)
            must((setup(&u, r)->listeners.n == 2) == (cases[i].opens >> r & 1), "%s: '%s' makes %zu listeners",
                 cx_releases[r].name, cases[i].line, setup(&u, r)->listeners.n);
            unit_conf_free(&u);
        }
    }
}
END_TEST

/* 2.1 makes the default listener on demand, whatever the value, or refuses. */
START_TEST(options_before_a_listener_in_2_1)
{
    static const char *const makes[] = {"port 1884",
                                        "bind_address 127.0.0.1",
                                        "bind_interface lo",
                                        "max_connections -1",
                                        "max_qos 2",
                                        "protocol mqtt",
                                        "socket_domain ipv4",
                                        "use_username_as_clientid false",
                                        "capath /c",
                                        "ciphers x",
                                        "ciphers_tls1.3 x",
                                        "crlfile /c",
                                        "require_certificate false",
                                        "tls_engine e",
                                        "tls_keyform pem",
                                        "use_identity_as_username false",
                                        "use_subject_as_username false",
                                        "psk_hint h"};
    static const char *const refused[] = {"cafile /c",
                                          "mount_point m/",
                                          "max_topic_alias 5",
                                          "max_topic_alias_broker 5",
                                          "tls_version tlsv1.2",
                                          "http_dir /",
                                          "accept_protocol_versions 4",
                                          "listener_allow_anonymous true",
                                          "listener_auto_id_prefix x",
                                          "enable_proxy_protocol 1",
                                          "websockets_origin x",
                                          "disable_client_cert_date_checks true",
                                          "proxy_protocol_v2_require_tls true"};
    static const char *const neither[] = {"dhparamfile /d", "acl_file a",       "allow_anonymous true",
                                          "plugin p.so",    "persistence true", "per_listener_settings true",
                                          "max_keepalive 5"};
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        char text[200];
        unit_conf u;
        snprintf(text, sizeof text, "%s\nlistener 2000 127.0.0.1\n", makes[i]);
        unit_conf_over(&u, text, R21);
        must(!(unit_conf_refused(&u, CX_RULE_CONF_OPTION_BEFORE_LISTENER)), "'%s' is refused", makes[i]);
        must(count_kind(setup(&u, MODEL_2_1_2), CX_LISTENER_DEFAULT) == 1, "'%s' makes no listener", makes[i]);
        unit_conf_free(&u);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char text[200];
        unit_conf u;
        snprintf(text, sizeof text, "%s\nlistener 2000 127.0.0.1\n", refused[i]);
        unit_conf_over(&u, text, R21);
        must(unit_conf_refused(&u, CX_RULE_CONF_OPTION_BEFORE_LISTENER) == R21, "'%s' is not refused", refused[i]);
        unit_conf_free(&u);
    }
    for (size_t i = 0; i < sizeof neither / sizeof *neither; i++) {
        char text[200];
        unit_conf u;
        snprintf(text, sizeof text, "%s\nlistener 2000 127.0.0.1\n", neither[i]);
        unit_conf_over(&u, text, R21);
        must(u.setups.refused == 0 && setup(&u, MODEL_2_1_2)->listeners.n == 1, "'%s'", neither[i]);
        unit_conf_free(&u);
    }
    static const char *const explicit[] = {
        "accept_protocol_versions 4"}; /* the default listener is not enough for these */
    for (size_t i = 0; i < sizeof explicit / sizeof *explicit; i++) {
        char text[200];
        unit_conf u;
        snprintf(text, sizeof text, "port 1883\n%s\n", explicit[i]);
        unit_conf_over(&u, text, R21);
        must(u.setups.refused == R21, "'%s' behind port is taken", explicit[i]);
        unit_conf_free(&u);
    }
}
END_TEST

/* port and bind_address become the current listener in 2.1 only. */
START_TEST(port_and_the_current_listener)
{
    unit_conf u;
    unit_conf_over(&u, "listener 2000 127.0.0.1\nport 2001\nmount_point m/\n", ALL);
    ck_assert_uint_eq(u.setups.refused, 0);
    EACH_RELEASE(r, ALL)
    {
        const cx_setup *s = setup(&u, r);
        ck_assert_uint_eq(s->listeners.n, 2);
        for (size_t i = 0; i < 2; i++) {
            const cx_listener *l = s->listeners.items[i];
            bool has = l->port == (r == MODEL_2_1_2 ? 2001 : 2000);
            must((cx_listener_of(l, CX_OPT_MOUNT_POINT) != NULL) == has, "%s: listener %u", cx_releases[r].name,
                 l->port);
        }
    }
    unit_conf_free(&u);
}
END_TEST

/* ---- included files ---- */

static void include(unit_conf *u, const char *text, cx_targets targets)
{
    tree_enter();
    tree_parts("mosquitto.conf", text, false);
    unit_conf_open(u, "mosquitto.conf", targets);
    unit_conf_check(u, targets);
    tree_leave();
}

/* An included file has contexts of its own, and the main file goes on where it was. */
START_TEST(contexts_of_included_files)
{
    unit_conf u;
    include(&u,
            "listener 1\nconnection c\naddress h\ninclude_dir d\nmax_connections 5\ntopic a\n"
            "==> d/a.conf <==\nlog_type all\nallow_anonymous true\n==> d/b.conf <==\nallow_anonymous false\n",
            ALL);
    ck_assert_uint_eq(u.setups.refused, 0);
    EACH_RELEASE(r, ALL)
    {
        const cx_setup *s = setup(&u, r);
        ck_assert(s->listeners.n == 1 && s->bridges.n == 1 && s->bridges.items[0]->topics.n == 1);
        ck_assert_uint_eq(line_of(&u, cx_listener_of(s->listeners.items[0], CX_OPT_MAX_CONNECTIONS)), 5);
        cx_setting last = cx_security_of(&s->security, CX_OPT_ALLOW_ANONYMOUS);
        ck_assert(last && last->file == 2);
    }
    ck_assert_uint_eq(unit_conf_true(&u, CX_RULE_CONF_INCLUDE_MOVES_CONTEXT), 0);
    unit_conf_free(&u);
    include(&u, "listener 1\ninclude_dir d\n==> d/a.conf <==\nmax_topic_alias 5\n", ALL);
    ck_assert_uint_eq(u.setups.refused, R21); /* the main file's listener is not the included file's */
    unit_conf_free(&u);
    include(&u, "connection c\naddress h\ntopic a\ninclude_dir d\n==> d/a.conf <==\ncleansession true\n", ALL);
    ck_assert_uint_eq(u.setups.refused, ALL);
    ck_assert_uint_eq(unit_conf_refused(&u, CX_RULE_BRIDGE_OPTION_BEFORE_CONNECTION), ALL);
    unit_conf_free(&u);
    include(&u, "plugin p.so\ninclude_dir d\n==> d/a.conf <==\nplugin_opt_abc x\n", NEW);
    ck_assert_uint_eq(unit_conf_refused(&u, CX_RULE_CROSS_PLUGIN_ORDER), NEW);
    unit_conf_free(&u);
    include(&u, "include_dir d\nmax_connections 5\n==> d/a.conf <==\nlistener 1\n", ALL);
    EACH_RELEASE(r, ALL) /* the listener of an included file is not the main file's */
    must(count_kind(setup(&u, r), CX_LISTENER_DEFAULT) == 1, "%s", cx_releases[r].name);
    unit_conf_free(&u);
}
END_TEST

START_TEST(included_files_move_contexts)
{
    static const struct {
        const char *text;
        cx_targets lost; /* the releases that lose the line behind include_dir */
        cx_targets refused;
    } cases[] = {
        {"listener 1\ninclude_dir d\nmax_connections 5\n==> d/a.conf <==\nlistener 2\n", NEW, 0},
        {"listener 1\ninclude_dir d\nmax_connections 5\n==> d/a.conf <==\nlistener 2\nlistener 3\n", ALL, 0},
        {"listener 1\ninclude_dir d\nmax_connections 5\n==> d/a.conf <==\nlistener 2\n==> d/b.conf <==\nlistener 3\n",
         ALL, 0},
        {"listener 1\ninclude_dir d\nlistener 9\nmax_connections 5\n==> d/a.conf <==\nlistener 2\nlistener 3\n", 0, 0},
        {"listener 1\ninclude_dir d\nallow_anonymous true\n==> d/a.conf <==\nlistener 2\nlistener 3\n", 0, 0},
        {"connection c\naddress h\ntopic a\ninclude_dir d\ncleansession true\n==> d/a.conf <==\nconnection d\naddress h\ntopic a\n",
         OLD, 0},
        {"auth_plugin p.so\ninclude_dir d\nauth_opt_abc x\n==> d/a.conf <==\nauth_plugin q.so\n", OLD, 0},
        {"auth_plugin p.so\ninclude_dir d\nauth_opt_abc x\n==> d/a.conf <==\nlistener 1\n", 0, 0},
        {"connection c\naddress h\ninclude_dir d\ntopic a\n==> d/a.conf <==\nconnection d\naddress h\ntopic a\n", OLD,
         OLD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unit_conf u;
        include(&u, cases[i].text, ALL);
        must(unit_conf_true(&u, CX_RULE_CONF_INCLUDE_MOVES_CONTEXT) == cases[i].lost, "case %zu: lost by %x, not %x", i,
             unit_conf_true(&u, CX_RULE_CONF_INCLUDE_MOVES_CONTEXT), cases[i].lost);
        must(u.setups.refused == cases[i].refused, "case %zu: refused by %x, not %x", i, u.setups.refused,
             cases[i].refused);
        unit_conf_free(&u);
    }
    unit_conf u; /* what is lost reaches no listener */
    include(&u, cases[1].text, ALL);
    EACH_RELEASE(r, ALL)
    for (size_t i = 0; i < setup(&u, r)->listeners.n; i++)
        ck_assert_ptr_null(cx_listener_of(setup(&u, r)->listeners.items[i], CX_OPT_MAX_CONNECTIONS));
    unit_conf_free(&u);
}
END_TEST

/* Every option that belongs to a listener, a bridge or a plug-in is lost alike. */
START_TEST(options_behind_an_include)
{
    const cx_conf_option *o = &cx_conf_options[_i];
    static const unsigned begin[] = {CX_OPT_LISTENER, CX_OPT_PORT, CX_OPT_BIND_ADDRESS, CX_OPT_CONNECTION,
                                     CX_OPT_PLUGIN_LOAD};
    bool per_listener = o->scope == CX_SCOPE_SECURITY;
    if (o->scope == CX_SCOPE_GLOBAL) return;
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        if (begin[i] == (unsigned)_i) return;
    example e;
    split_example(&e, (unsigned)_i);
    cx_str line = cx_buf_str(&e.line), name_used = cx_str_sub(line, 0, line.n - 1);
    cx_conf_word(&name_used);
    char text[2000], load[200] = "";
    if ((unsigned)_i == CX_OPT_PLUGIN_USE)
        snprintf(load, sizeof load, "plugin_load %.*s /x.so\n", (int)name_used.n, name_used.p);
    snprintf(text, sizeof text,
             "%s%slistener 1\nconnection c\naddress h\ntopic t\nauth_plugin p.so\ninclude_dir d\n%.*s"
             "==> d/a.conf <==\nlistener 2\nlistener 3\nconnection d\naddress h\ntopic t\nauth_plugin q.so\n",
             per_listener ? "per_listener_settings true\n" : "", load, (int)line.n, line.p);
    unit_conf u;
    include(&u, text, ALL);
    cx_targets known = 0; /* the releases that take the line at all */
    cx_str word = {e.line.p, strcspn(e.line.p, " \n")};
    const cx_conf_name *name = cx_conf_name_find(word);
    if (name) known = name->targets;
    cx_targets want = o->scope == CX_SCOPE_LISTENER || per_listener ? ALL : OLD;
    if ((unsigned)_i == CX_OPT_DHPARAMFILE) want = OLD; /* 2.1 does not look at it */
    cx_targets refused =
        unit_conf_refused(&u, CX_RULE_TLS_PSK_AND_CERTIFICATE) | unit_conf_refused(&u, CX_RULE_CONF_DUPLICATE_OPTION);
    cx_targets have = unit_conf_true(&u, CX_RULE_CONF_INCLUDE_MOVES_CONTEXT);
    must((have & known & ~refused) == (want & known & ~refused), "'%s' is lost by %x, not %x: %s", o->name,
         have & known, want & known, showz(text));
    unit_conf_free(&u);
    free_example(&e);
}
END_TEST

START_TEST(includes_that_are_refused)
{
    static const struct {
        const char *text;
        cx_targets refused;
    } cases[] = {
        {"include_dir d\n==> d/a.conf <==\ninclude_dir d\n", R21},
        {"include_dir nonexistent\n", ALL},
        {"include_dir d \n==> d/a.conf <==\nport 1\n", ALL},
        {"include_dir d\n==> d/x.conf/y <==\n", R20 | R21}, /* a folder; 2.0.11: §2 */
        {"include_dir d\n==> d/a.txt <==\nbogus\n==> d/.conf <==\nbogus\n", 0},
        {"include_dir d\n==> d/.x.conf <==\nbogus\n", ALL},
        {"include_dir d\ninclude_dir d\n==> d/a.conf <==\nport 1\n", 0},
        {"include_dir d\ninclude_dir d\n==> d/a.conf <==\npid_file x\n", ALL},
        {"include_dir .\nport 1\n", R21},
        {"include_dir .\npid_file x\n", ALL},
        {"include_dir\n", ALL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unit_conf u;
        include(&u, cases[i].text, ALL);
        must(u.setups.refused == cases[i].refused, "%s: refused by %x, not %x", showz(cases[i].text), u.setups.refused,
             cases[i].refused);
        unit_conf_free(&u);
    }
}
END_TEST

/* ---- listeners as they run ---- */

/* "0.0.0.0:1883 mqtt off yes" for every listener, with " | " between; sockets that are not opened in (). */
static const char *describe(const unit_conf *u, size_t release)
{
    static char text[1000];
    static const char *const tls[] = {"off", "cert", "psk"}, *const anonymous[] = {
                                                                 [CX_NO] = "no", [CX_YES] = "yes", [CX_UNKNOWN] = "?"};
    const cx_setup *s = setup(u, release);
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = s->discarded; i < s->listeners.n; i++) {
        cx_serving v;
        cx_serve(&v, s, s->listeners.items[i]);
        char port[20];
        port[0] = '\0';
        if (v.port) snprintf(port, sizeof port, ":%u", v.port);
        if (v.random_port) snprintf(port, sizeof port, ":random");
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%.*s%s%s%.*s %s %s %s%s", n ? " | " : "",
                              v.opens ? "" : "(", (int)v.bind.n, v.bind.p, port, v.interface.p ? "%" : "",
                              (int)v.interface.n, v.interface.p ? v.interface.p : "",
                              cx_conf_options[CX_OPT_PROTOCOL].choices[v.protocol].word, tls[v.tls],
                              anonymous[v.anonymous], v.opens ? "" : ")");
        must(n < sizeof text, "many listeners");
        must(v.anonymous_why && (v.anonymous != CX_YES || v.allow_anonymous || v.closed == NULL), "no reason");
        cx_serving_clear(&v);
    }
    return text;
}

#define TLS_PAIR "certfile /c\nkeyfile /k\n"
static const struct {
    const char *conf;
    cx_targets releases;
    const char *want;
} servings[] = {
    /* no listener line */
    {"", R16, "0.0.0.0:1883 mqtt off yes"},
    {"", R20, "127.0.0.1:1883 mqtt off yes"},
    {"", R21, "127.0.0.1:1883 mqtt off yes | 127.0.0.1:9883 http_api off no"},
    {"allow_anonymous false\n", R16, "0.0.0.0:1883 mqtt off no"},
    {"allow_anonymous false\n", R2011, "127.0.0.1:1883 mqtt off yes"},
    {"allow_anonymous false\n", R2022, "127.0.0.1:1883 mqtt off no"},
    {"allow_anonymous false\n", R21, "127.0.0.1:1883 mqtt off no | 127.0.0.1:9883 http_api off no"},
    {"max_connections 5\nallow_anonymous false\n", R2011, "0.0.0.0:1883 mqtt off yes"},
    {"max_connections 5\nallow_anonymous false\n", R2022, "127.0.0.1:1883 mqtt off no"},
    {"max_connections 5\n", R2022, "127.0.0.1:1883 mqtt off yes"},
    {"per_listener_settings true\nmax_connections 5\nallow_anonymous false\n", R2011, "0.0.0.0:1883 mqtt off no"},
    {"per_listener_settings true\nmax_connections 5\n", R2011, "0.0.0.0:1883 mqtt off yes"},
    {"per_listener_settings true\nallow_anonymous false\n", R20, "127.0.0.1:1883 mqtt off yes"},
    {"certfile /c\nkeyfile /k\n", R2022, "127.0.0.1:1883 mqtt off yes"},
    {"certfile /c\nkeyfile /k\n", R2011, "0.0.0.0:1883 mqtt cert yes"},
    /* port and bind_address */
    {"port 1\n", R16, "0.0.0.0:1 mqtt off yes"},
    {"port 1\n", NEW, "0.0.0.0:1 mqtt off no"},
    {"bind_address 127.0.0.1\n", NEW, "127.0.0.1:1883 mqtt off no"},
    {"per_listener_settings true\nport 1\n", R16 | R20, "0.0.0.0:1 mqtt off yes"},
    {"per_listener_settings true\nport 1\n", R21, "0.0.0.0:1 mqtt off no"},
    {"per_listener_settings true\nport 1\npassword_file p\n", OLD, "0.0.0.0:1 mqtt off yes"},
    {"per_listener_settings true\nport 1\npassword_file p\nallow_anonymous false\n", ALL, "0.0.0.0:1 mqtt off no"},
    /* anonymous clients */
    {"listener 1\n", R16, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\n", NEW, "0.0.0.0:1 mqtt off no"},
    {"listener 1\npassword_file p\n", ALL, "0.0.0.0:1 mqtt off no"},
    {"listener 1\nacl_file p\n", R16, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\nacl_file p\n", NEW, "0.0.0.0:1 mqtt off no"},
    {"listener 1\npassword_file p\nallow_anonymous true\n", ALL, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\nallow_anonymous true\nlistener 2\nallow_anonymous false\n", ALL,
     "0.0.0.0:1 mqtt off no | 0.0.0.0:2 mqtt off no"},
    {"listener 1\nallow_anonymous false\nlistener 2\nallow_anonymous true\n", ALL,
     "0.0.0.0:1 mqtt off yes | 0.0.0.0:2 mqtt off yes"},
    {"per_listener_settings true\nlistener 1\nallow_anonymous true\nlistener 2\nallow_anonymous false\n", ALL,
     "0.0.0.0:1 mqtt off yes | 0.0.0.0:2 mqtt off no"},
    {"allow_anonymous true\nlistener 1\nlistener_allow_anonymous false\nlistener 2\n", R21,
     "0.0.0.0:1 mqtt off no | 0.0.0.0:2 mqtt off yes"},
    {"allow_anonymous false\nlistener 1\nlistener_allow_anonymous true\nlistener 2\n", R21,
     "0.0.0.0:1 mqtt off yes | 0.0.0.0:2 mqtt off no"},
    {"per_listener_settings true\nlistener 1\nlistener_allow_anonymous true\nallow_anonymous false\n", R21,
     "0.0.0.0:1 mqtt off no"},
    {"per_listener_settings true\nlistener 1\nallow_anonymous false\nlistener_allow_anonymous true\n", R21,
     "0.0.0.0:1 mqtt off yes"},
    {"listener 1\nallow_anonymous true\nclientid_prefixes x\n", ALL, "0.0.0.0:1 mqtt off no"},
    {"listener 1\nallow_anonymous true\nuse_username_as_clientid true\n", ALL, "0.0.0.0:1 mqtt off no"},
    {"listener 1\nallow_anonymous true\nmax_keepalive 29\n", R2022 | R21, "0.0.0.0:1 mqtt off no"},
    {"listener 1\nallow_anonymous true\nmax_keepalive 29\n", R16 | R2011, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\nallow_anonymous true\nmax_keepalive 30\n", NEW, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\nallow_anonymous true\nmax_keepalive 0\n", R21, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\nallow_anonymous true\naccept_protocol_versions 5\n", R21, "0.0.0.0:1 mqtt off no"},
    {"listener 1\nallow_anonymous true\naccept_protocol_versions 5,4\n", R21, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\nallow_anonymous true\naccept_protocol_versions 3.1.1\n", R21, "0.0.0.0:1 mqtt off no"},
    {"listener 1\nallow_anonymous true\naccept_protocol_versions x\t4 # c\n", R21, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\nallow_anonymous true\nenable_proxy_protocol 1\n", R21, "0.0.0.0:1 mqtt off no"},
    {"listener 1\nallow_anonymous true\npacket_buffer_size 0\n", R21, "0.0.0.0:1 mqtt off no"},
    {"listener 1\nallow_anonymous true\npacket_buffer_size 1\n", R21, "0.0.0.0:1 mqtt off yes"},
    /* addresses */
    {"listener 1 127.0.0.1\nlistener 2 ::1\nlistener 3 localhost # c\nlistener 4 # c\n", R2022,
     "127.0.0.1:1 mqtt off no | ::1:2 mqtt off no | localhost:3 mqtt off no | 0.0.0.0:4 mqtt off no"},
    {"listener 1\nsocket_domain ipv6\n", NEW, ":::1 mqtt off no"},
    {"listener 1\nsocket_domain ipv4\n", R21, "0.0.0.0:1 mqtt off no"},
    {"listener 0 /run/m.sock\n", NEW, "/run/m.sock mqtt off no"},
    {"listener 1\nbind_interface lo\nallow_anonymous true\n", NEW, "127.0.0.1:1%lo mqtt off yes"},
    {"listener 1\nbind_interface lo\nallow_anonymous true\n", R16, "0.0.0.0:1%lo mqtt off yes"},
    /* TLS */
    {"listener 1\n" TLS_PAIR, R16, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\n" TLS_PAIR, NEW, "0.0.0.0:1 mqtt cert no"},
    {"listener 1\n" TLS_PAIR "cafile /a\n", R16, "0.0.0.0:1 mqtt cert yes"},
    {"listener 1\n" TLS_PAIR "capath /a\n", R16, "0.0.0.0:1 mqtt cert yes"},
    {"listener 1\ncafile /a\n", R16, "0.0.0.0:1 mqtt off yes"},
    {"listener 1\ncafile /a\n", R2011, "0.0.0.0:1 mqtt off no"},
    {"listener 1\npsk_hint h\n", NEW, "0.0.0.0:1 mqtt psk no"},
    {"listener 1\npsk_file f\n", NEW, "0.0.0.0:1 mqtt off no"},
    {"listener 1\n" TLS_PAIR "psk_hint h\n", R20, "0.0.0.0:1 mqtt cert no"},
    {"listener 1\n" TLS_PAIR "psk_hint h\n", R16, "0.0.0.0:1 mqtt psk yes"},
    {"listener 1\nallow_anonymous true\n" TLS_PAIR
     "cafile /a\nuse_identity_as_username true\nrequire_certificate true\n",
     ALL, "0.0.0.0:1 mqtt cert no"},
    {"listener 1\nallow_anonymous true\nuse_identity_as_username true\n", ALL, "0.0.0.0:1 mqtt off yes"},
    /* websockets of libwebsockets: §10 */
    {"listener 1\nlistener 2 127.0.0.1\nprotocol websockets\n", R2011,
     "0.0.0.0:1 mqtt off no | :::2 websockets off no"},
    {"listener 1\nlistener 2 127.0.0.1\nprotocol websockets\nsocket_domain ipv4\n", R2011,
     "0.0.0.0:1 mqtt off no | 127.0.0.1:2 websockets off no"},
    {"listener 1\nlistener 2 ::1\nprotocol websockets\n", R2011, "0.0.0.0:1 mqtt off no | ::1:2 websockets off no"},
    {"listener 1\nlistener 2 ::1\nprotocol websockets\nsocket_domain ipv4\n", R2011,
     "0.0.0.0:1 mqtt off no | 0.0.0.0:2 websockets off no"},
    {"listener 1\nlistener 2 localhost\nprotocol websockets\n", R2011,
     "0.0.0.0:1 mqtt off no | (localhost:2 websockets off no)"},
    {"listener 1\nlistener 0 /s\nprotocol websockets\n", R2011, "0.0.0.0:1 mqtt off no | :::random websockets off no"},
    {"listener 1\nlistener 2\nprotocol websockets\nbind_interface lo\n", R2011,
     "0.0.0.0:1 mqtt off no | :::2 websockets off no"},
    {"listener 1\nlistener 2 127.0.0.1\nprotocol websockets\n", R21,
     "0.0.0.0:1 mqtt off no | 127.0.0.1:2 websockets off no"},
    {"listener 1\nlistener 2\nprotocol http_api\n", R21, "0.0.0.0:1 mqtt off no | :::2 http_api off no"},
    {"listener 1\nlistener 2\nprotocol http_api\nsocket_domain ipv4\nbind_interface lo\n", R21,
     "0.0.0.0:1 mqtt off no | :::2 http_api off no"},
    {"listener 1\nlistener 2 127.0.0.1\nprotocol http_api\n", R21,
     "0.0.0.0:1 mqtt off no | 127.0.0.1:2 http_api off no"},
    {"listener 1\nlistener 0 /s\nprotocol http_api\n", R21, "0.0.0.0:1 mqtt off no | :::random http_api off no"},
    /* above a listener */
    {"max_connections 5\nlistener 2 127.0.0.1\n", OLD & ~R16, "127.0.0.1:2 mqtt off no | 0.0.0.0:1883 mqtt off no"},
    {"max_connections 5\nlistener 2 127.0.0.1\n", R21, "0.0.0.0:1883 mqtt off no | 127.0.0.1:2 mqtt off no"},
    {"bind_address 127.0.0.1\nlistener 2\n", R2022, "0.0.0.0:2 mqtt off no | 127.0.0.1:1883 mqtt off no"},
    /* plug-ins that culex does not know decide in 2.x */
    {"listener 1\nplugin /x.so\nallow_anonymous true\n", NEW, "0.0.0.0:1 mqtt off ?"},
    {"listener 1\nplugin /x.so\n", NEW, "0.0.0.0:1 mqtt off ?"},
};

START_TEST(listeners_as_they_run)
{
    for (size_t i = 0; i < sizeof servings / sizeof *servings; i++) {
        unit_conf u;
        unit_conf_over(&u, servings[i].conf, ALL);
        must(!(u.setups.refused & servings[i].releases), "%s is refused by %x", showz(servings[i].conf),
             u.setups.refused);
        EACH_RELEASE(r, servings[i].releases)
        {
            const char *have = describe(&u, r);
            must(strcmp(have, servings[i].want) == 0, "%s: %s runs as '%s', not '%s'", cx_releases[r].name,
                 showz(servings[i].conf), have, servings[i].want);
        }
        unit_conf_free(&u);
    }
}
END_TEST

/* ---- who is asked ---- */

static void put_links(char *text, size_t size, const cx_chain *chain)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < chain->links.n; i++) {
        const cx_link *link = &chain->links.items[i];
        n += (size_t)snprintf(text + n, size - n, "%s%s", i ? "," : "", cx_asked_name(link->asked));
        if (link->file.p) n += (size_t)snprintf(text + n, size - n, "=%.*s", (int)link->file.n, link->file.p);
        must(n < size, "long chain");
    }
}

static const char *chains(const unit_conf *u, size_t release)
{
    static char text[1000];
    const cx_setup *s = setup(u, release);
    text[0] = '\0';
    for (size_t i = s->discarded; i < s->listeners.n; i++) {
        cx_serving v;
        cx_serve(&v, s, s->listeners.items[i]);
        if (text[0]) strcat(text, " | ");
        put_links(text, sizeof text, &v.authentication);
        strcat(text, " / ");
        put_links(text, sizeof text, &v.access);
        cx_serving_clear(&v);
    }
    return text;
}

#define DYNSEC "plugin /p/mosquitto_dynamic_security.so\nplugin_opt_config_file d.json\n"
static const struct {
    const char *conf;
    cx_targets releases;
    const char *want;
} asked[] = {
    {"listener 1\n", ALL, " / "},
    {"listener 1\npassword_file p\nacl_file a\n", ALL, "password_file=p / acl_file=a"},
    {"listener 1\npassword_file p \nacl_file  a b\t\n", ALL, "password_file=p / acl_file=a b"},
    {"listener 1\nauth_plugin /x.so\npassword_file p\nacl_file a\n", R16, "password_file=p / acl_file=a"},
    {"listener 1\nauth_plugin /x.so\nacl_file a\n", R16, "unknown_plugin / acl_file=a"},
    {"listener 1\nauth_plugin /x.so\npassword_file p\n", R16, "password_file=p / unknown_plugin"},
    {"listener 1\n" DYNSEC "password_file p\nacl_file a\n", NEW,
     "dynamic_security=d.json,password_file=p / dynamic_security=d.json,acl_file=a"},
    {"listener 1\npassword_file p\nacl_file a\n" DYNSEC, NEW,
     "dynamic_security=d.json,password_file=p / dynamic_security=d.json,acl_file=a"},
    {"listener 1\nplugin /x.so\n" DYNSEC "plugin /y.so\n", NEW,
     "unknown_plugin,dynamic_security=d.json,unknown_plugin / unknown_plugin,dynamic_security=d.json,unknown_plugin"},
    {"listener 1\nplugin /p/mosquitto_acl_file.so\nplugin_opt_acl_file a\nplugin /p/mosquitto_password_file.so\nplugin_opt_password_file p\n",
     R21, "password_file_plugin=p / acl_file_plugin=a"},
    {"listener 1\nplugin /p/mosquitto_acl_file.so\nplugin_opt_acl_file a\nplugin_opt_acl_file b\n", R21,
     " / acl_file_plugin=b"},
    {"listener 1\n" DYNSEC "plugin_opt_CONFIG_FILE e.json\n", R21, "dynamic_security=e.json / dynamic_security=e.json"},
    {"listener 1\n" DYNSEC "plugin_opt_CONFIG_FILE e.json\n", R20, "dynamic_security=d.json / dynamic_security=d.json"},
    {"listener 1\nplugin /p/mosquitto_persist_sqlite.so\nplugin /p/mosquitto_sparkplug_aware.so\n", R21, " / "},
    {"per_listener_settings true\nlistener 1\npassword_file p\nlistener 2\nacl_file a\n", ALL,
     "password_file=p /  |  / acl_file=a"},
    {"per_listener_settings true\nglobal_plugin /g.so\nlistener 1\nplugin /x.so\npassword_file p\nlistener 2\n", R21,
     "unknown_plugin,unknown_plugin,password_file=p / unknown_plugin,unknown_plugin | unknown_plugin / unknown_plugin"},
    {"plugin_load n /p/mosquitto_dynamic_security.so\nplugin_opt_config_file d\nacl_file a\nlistener 1\nplugin_use n\nlistener 2\n",
     R21, "dynamic_security=d / acl_file=a,dynamic_security=d |  / acl_file=a"},
};

START_TEST(who_is_asked)
{
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        unit_conf u;
        unit_conf_over(&u, asked[i].conf, ALL);
        must(!(u.setups.refused & asked[i].releases), "%s is refused by %x", showz(asked[i].conf), u.setups.refused);
        EACH_RELEASE(r, asked[i].releases)
        {
            const char *have = chains(&u, r);
            must(strcmp(have, asked[i].want) == 0, "%s: %s asks '%s', not '%s'", cx_releases[r].name,
                 showz(asked[i].conf), have, asked[i].want);
        }
        unit_conf_free(&u);
    }
}
END_TEST

/* ---- sets of releases ---- */

/* A random conf of lines from the options' own examples. */
static void random_conf(rng *r, cx_buf *out)
{
    for (size_t n = 1 + rng_below(r, 12); n; n--) {
        const cx_conf_option *o = &cx_conf_options[rng_below(r, CX_OPT_COUNT)];
        const char *text = rng_chance(r, 80) ? o->accepted : o->refused;
        size_t lines = 0, at = 0;
        for (const char *p = text; *p; p++) lines += *p == '\n';
        for (size_t skip = rng_below(r, lines ? lines : 1); skip; skip--) at += strcspn(text + at, "\n") + 1;
        size_t length = strcspn(text + at, "\n");
        if (strncmp(text + at, "include_dir", 11) == 0) continue;
        cx_buf_put(out, (cx_str){text + at, length});
        if (rng_chance(r, 5)) cx_buf_puts(out, " # c");
        cx_buf_putc(out, '\n');
    }
}

START_TEST(sets_of_releases_refuse_what_each_refuses)
{
    rng r = rng_for("sets of releases");
    size_t loaded = 0;
    for (int i = 0; i < 3000; i++) {
        cx_buf b = {0};
        unit_conf all, some;
        random_conf(&r, &b);
        cx_str text = {b.n ? b.p : "", b.n};
        unit_conf_bytes(&all, text, ALL);
        unit_conf_check(&all, ALL);
        for (cx_targets set = 1; set <= ALL; set++) {
            if (set & (set - 1) && !rng_chance(&r, 30)) continue;
            unit_conf_bytes(&some, text, set);
            unit_conf_check(&some, set);
            must(some.setups.refused == (all.setups.refused & set), "%x of %x refuse it alone, %x together: '%s'",
                 some.setups.refused, set, all.setups.refused, show(text));
            EACH_RELEASE(k, set & ~some.setups.refused)
            {
                char a[1000];
                strcpy(a, describe(&all, k));
                must(strcmp(a, describe(&some, k)) == 0, "%s: '%s' and '%s' of '%s'", cx_releases[k].name, a,
                     describe(&some, k), show(text));
                loaded++;
            }
            unit_conf_free(&some);
        }
        unit_conf_free(&all);
        cx_buf_clear(&b);
    }
    ck_assert_uint_gt(loaded, 200);
}
END_TEST

Suite *suite_setup(void)
{
    Suite *s = suite_create("setup");
    TCase *t = tcase_create("options");
    tcase_add_loop_test(t, options_twice, 0, CX_OPT_COUNT);
    tcase_add_test(t, log_files_twice);
    tcase_add_loop_test(t, options_without_a_value, 0, CX_OPT_COUNT);
    suite_add_tcase(s, t);
    t = tcase_create("scopes");
    tcase_add_test(t, settings_belong_to_the_listener_above);
    tcase_add_test(t, per_listener_settings_part_security);
    tcase_add_loop_test(t, per_listener_settings_come_first, 0, CX_OPT_COUNT);
    tcase_add_test(t, options_that_open_the_default_listener);
    tcase_add_test(t, security_options_open_the_default_listener);
    tcase_add_test(t, options_before_a_listener_in_2_1);
    tcase_add_test(t, port_and_the_current_listener);
    suite_add_tcase(s, t);
    t = tcase_create("includes");
    tcase_add_test(t, contexts_of_included_files);
    tcase_add_test(t, included_files_move_contexts);
    tcase_add_loop_test(t, options_behind_an_include, 0, CX_OPT_COUNT);
    tcase_add_test(t, includes_that_are_refused);
    suite_add_tcase(s, t);
    t = tcase_create("listeners");
    tcase_add_test(t, listeners_as_they_run);
    tcase_add_test(t, who_is_asked);
    tcase_add_test(t, sets_of_releases_refuse_what_each_refuses);
    suite_add_tcase(s, t);
    return s;
}
