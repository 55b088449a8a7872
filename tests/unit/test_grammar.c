/* src/grammar and the tables made from grammars/: every entry says something, and
 * its examples do what it says. */
#include "unit.h"

#include <limits.h>

#include "conf.h"
#include "formats/acl/acl.h"
#include "formats/dynsec/dynsec.h"
#include "formats/passwd/passwd.h"
#include "formats/psk/psk.h"
#include "model.h"

/* ---- releases ---- */

START_TEST(releases_are_those_of_the_model)
{
    ck_assert_uint_eq(CX_RELEASE_COUNT, MODEL_RELEASES);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        ck_assert_str_eq(cx_releases[i].name, model_names[i]);
        ck_assert_uint_eq(cx_releases[i].index, i);
    }
    ck_assert_str_eq(cx_releases[MODEL_1_6_15].label, "1.6");
    ck_assert_str_eq(cx_releases[MODEL_2_0_11].label, "2.0.11");
    ck_assert_str_eq(cx_releases[MODEL_2_0_22].label, "2.0");
    ck_assert_str_eq(cx_releases[MODEL_2_1_2].label, "2.1");
    ck_assert_uint_eq(CX_TARGETS_ALL, 15);
}
END_TEST

START_TEST(release_look_ups)
{
    static const struct {
        const char *version, *release; /* NULL: none */
    } cases[] = {
        {"1.6", "1.6.15"},    {"2.0", "2.0.22"},
        {"2.1", "2.1.2"},     {"1.6.15", "1.6.15"},
        {"2.0.11", "2.0.11"}, {"2.0.22", "2.0.22"},
        {"2.1.2", "2.1.2"},   {"2.0.15", "2.0.11"},
        {"2.0.21", "2.0.11"}, {"2.0.23", "2.0.22"},
        {"2.1.0", "2.0.22"},  {"2.1.1", "2.0.22"},
        {"2.1.3", "2.1.2"},   {"3.0", "2.1.2"},
        {"10.0.0", "2.1.2"},  {"2.0.10", "1.6.15"},
        {"1.6.16", "1.6.15"}, {"1.6.14", NULL},
        {"1.5", NULL},        {"1.5.9999", NULL},
        {"0.0.0", NULL},      {"", NULL},
        {"2", NULL},          {"2.", NULL},
        {".2", NULL},         {"2..1", NULL},
        {"2.0.", NULL},       {"2.0.1.1", NULL},
        {"2.0.x", NULL},      {"2.00", NULL},
        {"02.0", NULL},       {"2.0.022", NULL},
        {"v2.0", NULL},       {" 2.0", NULL},
        {"2.0 ", NULL},       {"-2.0", NULL},
        {"2.99999", NULL},    {"2.0.4294967296", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const cx_release *r = cx_release_find(cx_str_of(cases[i].version));
        must((r != NULL) == (cases[i].release != NULL), "'%s' is %s", cases[i].version, r ? r->name : "no release");
        if (r) must(strcmp(r->name, cases[i].release) == 0, "'%s' is %s", cases[i].version, r->name);
    }
    ck_assert_ptr_null(cx_release_find(CX_STR("2.0\0")));
}
END_TEST

/* Each release has one of the values of each behaviour, and look-ups by value find it. */
START_TEST(behaviours_part_the_releases)
{
    for (unsigned b = 0; b < CX_BEHAVIOUR_COUNT; b++) {
        cx_targets all = 0;
        for (unsigned value = 0; value < 256; value++) {
            cx_targets set = cx_releases_where(b, value);
            must(!(all & set), "behaviour %u has two values", b);
            all |= set;
            for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
                must(((set >> i) & 1) == (cx_behaves(&cx_releases[i], b) == value), "behaviour %u of %s", b,
                     cx_releases[i].name);
        }
        must(all == CX_TARGETS_ALL, "behaviour %u", b);
    }
    ck_assert_uint_eq(cx_releases_where(CX_B_ACL_DENY, CX_ACL_DENY_NO), 1);
    ck_assert_uint_eq(cx_releases_where(CX_B_ACL_VARIABLES, CX_ACL_VARIABLES_LEVEL), 8);
    ck_assert_uint_eq(cx_releases_where(CX_B_NUL_FIRST, CX_NUL_FIRST_SWALLOW), 3);
    ck_assert_uint_eq(cx_releases_where(CX_B_NUL_INSIDE, CX_NUL_INSIDE_STOP), 8);
    ck_assert_uint_eq(cx_releases_where(CX_B_PASSWD_DUPLICATE, CX_PASSWD_DUPLICATE_CHAINED), 6);
}
END_TEST

/* ---- reading an example ---- */

static bool is_dynsec(const char *format) { return strcmp(format, "dynsec") == 0; }

/* The releases that can read a file of FORMAT at all. */
static cx_targets releases_of(const char *format)
{
    cx_targets without = is_dynsec(format) ? cx_releases_where(CX_B_OWN_PLUGINS, CX_OWN_PLUGINS_NONE) : 0;
    return CX_TARGETS_ALL & ~without;
}

/* A text as a file of FORMAT, read for the releases that can. */
typedef struct example {
    unit_text text;
    cx_acl acl;
    cx_passwd passwd;
    cx_psk psk;
    cx_dynsec dynsec;
    const cx_findings *findings;
} example;

static void example_read(example *x, const char *format, const char *text, bool escapes)
{
    cx_error e = {""};
    *x = (example){0};
    if (is_dynsec(format)) unit_text_with_nul(&x->text, cx_str_of(text));
    else if (escapes) unit_text_escaped(&x->text, text);
    else unit_text_make(&x->text, cx_str_of(text));
    cx_source *source = &x->text.source;
    if (strcmp(format, "acl") == 0) {
        cx_acl_read(&x->acl, source, CX_TARGETS_ALL, 1);
        x->findings = &x->acl.findings;
    } else if (strcmp(format, "passwd") == 0) {
        cx_passwd_read(&x->passwd, source, CX_TARGETS_ALL, false);
        x->findings = &x->passwd.findings;
    } else if (is_dynsec(format)) {
        must(cx_dynsec_read(&x->dynsec, source, releases_of(format), false, &e), "%s", e.text);
        x->findings = &x->dynsec.findings;
    } else {
        must(strcmp(format, "psk") == 0, "no reader for the format '%s'", format);
        cx_psk_read(&x->psk, source, CX_TARGETS_ALL);
        x->findings = &x->psk.findings;
    }
    unit_check_findings(x->findings, source->text, releases_of(format));
}

static void example_free(example *x)
{
    cx_acl_clear(&x->acl);
    cx_passwd_clear(&x->passwd);
    cx_psk_clear(&x->psk);
    cx_dynsec_clear(&x->dynsec);
    unit_text_free(&x->text);
}

/* The releases that refuse TEXT; those that lose something of it, for a format that none refuses.
 * *COUNT: how many findings of RULE it has, *ALL: how many at all. */
static cx_targets try_text(const char *format, const char *text, bool escapes, unsigned rule, size_t *count,
                           size_t *all)
{
    example x;
    example_read(&x, format, text, escapes);
    const cx_findings *f = x.findings;
    cx_targets refused = f->refused;
    for (size_t i = 0; i < f->list.n && is_dynsec(format); i++)
        if (f->list.items[i].severity == CX_ERROR) refused |= f->list.items[i].targets;
    if (count) *count = unit_count_rule(f, rule);
    if (all) *all = f->list.n;
    example_free(&x);
    return refused;
}

/* ---- words ---- */

START_TEST(words_are_documented)
{
    ck_assert_uint_gt(cx_word_count, 20);
    for (size_t i = 0; i < cx_word_count; i++) {
        const cx_word *w = &cx_words[i];
        must(cx_format_find(cx_str_of(w->format)) != NULL, "'%s' is of no format", w->name);
        must(*w->name && *w->kind && *w->syntax && *w->doc, "%s '%s' lacks name, kind, syntax or doc", w->format,
             w->name);
        must(*w->accepted && *w->refused, "%s '%s' lacks an example", w->format, w->name);
        must(w->accepted_by && w->refused_by, "%s '%s' is for no release", w->format, w->name);
        must(cx_word_find(cx_str_of(w->format), cx_str_of(w->name)) == w, "%s '%s' is not found", w->format, w->name);
    }
}
END_TEST

START_TEST(words_accepted_examples_load)
{
    const cx_word *w = &cx_words[_i];
    cx_targets refused = try_text(w->format, w->accepted, false, 0, NULL, NULL);
    must(!(refused & w->accepted_by), "%s '%s': accepted by %x, refused by %x", w->format, w->name, w->accepted_by,
         refused);
    must((refused | w->accepted_by) == releases_of(w->format), "%s '%s': %x load it too", w->format, w->name,
         releases_of(w->format) & ~(refused | w->accepted_by));
}
END_TEST

START_TEST(words_refused_examples_do_not_load)
{
    const cx_word *w = &cx_words[_i];
    cx_targets refused = try_text(w->format, w->refused, false, 0, NULL, NULL);
    must(refused == w->refused_by, "%s '%s': refused by %x, documented %x", w->format, w->name, refused, w->refused_by);
}
END_TEST

START_TEST(word_look_ups)
{
    const cx_word *w = cx_word_find(CX_STR("acl"), CX_STR("topic"));
    ck_assert_ptr_nonnull(w);
    ck_assert_str_eq(w->kind, "keyword");
    ck_assert_ptr_eq(cx_word_find(CX_STR_NONE, CX_STR("topic")), w);
    ck_assert_ptr_null(cx_word_find(CX_STR("psk"), CX_STR("topic")));
    ck_assert_ptr_null(cx_word_find(CX_STR("acl"), CX_STR("topi")));
    ck_assert_ptr_null(cx_word_find(CX_STR("acl"), CX_STR("topics")));
    ck_assert_ptr_null(cx_word_find(CX_STR("acl"), CX_STR("")));
    ck_assert_str_eq(cx_word_alias(CX_STR("acl"), CX_STR("keyword"), CX_STR("topics"))->name, "topic");
    ck_assert_str_eq(cx_word_alias(CX_STR("acl"), CX_STR("access"), CX_STR("rw"))->name, "readwrite");
    ck_assert_str_eq(cx_word_alias(CX_STR("acl"), CX_STR("access"), CX_STR("read,write"))->name, "readwrite");
    ck_assert_ptr_null(cx_word_alias(CX_STR("acl"), CX_STR("access"), CX_STR("topics")));
    ck_assert_ptr_null(cx_word_alias(CX_STR("acl"), CX_STR("access"), CX_STR("")));
    ck_assert_ptr_null(cx_word_alias(CX_STR("acl"), CX_STR("access"), CX_STR("all both")));
    ck_assert_ptr_null(cx_word_alias(CX_STR("psk"), CX_STR("access"), CX_STR("rw")));
}
END_TEST

/* An alias leads to its word, and no alias is a word of the same kind itself. */
START_TEST(aliases_lead_to_their_words)
{
    for (size_t i = 0; i < cx_word_count; i++) {
        const cx_word *w = &cx_words[i];
        for (const char *p = w->aliases; *p;) {
            size_t n = strcspn(p, " ");
            cx_str alias = {p, n};
            must(n > 0, "%s '%s' has an empty alias", w->format, w->name);
            must(cx_word_alias(cx_str_of(w->format), cx_str_of(w->kind), alias) == w, "alias '%s' of '%s'", show(alias),
                 w->name);
            const cx_word *same = cx_word_find(cx_str_of(w->format), alias);
            must(!same || strcmp(same->kind, w->kind) != 0, "alias '%s' of '%s' is a word", show(alias), w->name);
            p += n + (p[n] == ' ');
        }
    }
}
END_TEST

START_TEST(formats_are_documented)
{
    ck_assert_uint_ge(cx_format_count, 4);
    for (size_t i = 0; i < cx_format_count; i++) {
        const cx_format_info *f = &cx_formats[i];
        must(*f->name && *f->title && *f->ebnf && *f->doc, "format '%s' lacks something", f->name);
        must(cx_format_find(cx_str_of(f->name)) == f, "format '%s' is not found", f->name);
    }
    ck_assert_ptr_null(cx_format_find(CX_STR("ac")));
    ck_assert_ptr_null(cx_format_find(CX_STR("")));
}
END_TEST

/* ---- the options of mosquitto.conf ---- */

START_TEST(options_are_documented)
{
    const cx_conf_option *o = &cx_conf_options[_i];
    must(*o->name && *o->syntax && *o->doc && *o->reload && *o->broker_name, "option '%s' lacks something", o->name);
    must(*o->accepted && *o->refused && o->accepted_by && o->refused_by, "option '%s' lacks an example", o->name);
    must(strncmp(o->syntax, o->name, strcspn(o->name, "*")) == 0, "the syntax of '%s' is '%s'", o->name, o->syntax);
    must(strstr(o->refused, "\n") != NULL, "the refused example of '%s' is no whole file", o->name);
    must(o->scope < CX_SCOPE_COUNT && o->value <= CX_VALUE_OTHER && o->needs <= CX_NEEDS_EXPLICIT_LISTENER, "'%s'",
         o->name);
    must(o->targets && !(o->targets & ~CX_TARGETS_ALL), "option '%s' is for no release", o->name);
    const cx_targets among[] = {o->duplicate_refused, o->empty_accepted, o->security, o->deprecated,
                                o->opens_by,          o->accepted_by,    o->targets};
    for (size_t i = 0; i < sizeof among / sizeof *among; i++)
        must(!(among[i] & ~o->targets), "option '%s' says something of a release that lacks it", o->name);
    must((o->opens != CX_OPENS_NEVER) == (o->opens_by != 0), "option '%s' opens", o->name);
    must(!*o->replaced_by || o->deprecated, "option '%s' is replaced and not deprecated", o->name);
}
END_TEST

/* The accepted example has the option, under one of its names, at the beginning of a line. */
START_TEST(options_are_in_their_examples)
{
    const cx_conf_option *o = &cx_conf_options[_i];
    bool found = false;
    for (const char *line = o->accepted; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const cx_conf_name *n = cx_conf_name_find((cx_str){line, strcspn(line, " \n")});
        must(n != NULL, "the accepted example of '%s' has an unknown option", o->name);
        must((n->targets & o->accepted_by) == o->accepted_by,
             "the accepted example of '%s' has '%s', which not all of %x know", o->name, n->name, o->accepted_by);
        found |= n->option == (unsigned)_i;
    }
    must(found, "the accepted example of '%s' lacks it", o->name);
}
END_TEST

START_TEST(options_have_dense_slots)
{
    static const unsigned counts[CX_SCOPE_COUNT] = {[CX_SCOPE_GLOBAL] = CX_SLOTS_GLOBAL,
                                                    [CX_SCOPE_SECURITY] = CX_SLOTS_SECURITY,
                                                    [CX_SCOPE_LISTENER] = CX_SLOTS_LISTENER,
                                                    [CX_SCOPE_PLUGIN] = CX_SLOTS_PLUGIN,
                                                    [CX_SCOPE_BRIDGE] = CX_SLOTS_BRIDGE};
    bool taken[CX_SCOPE_COUNT][CX_OPT_COUNT] = {0};
    unsigned seen[CX_SCOPE_COUNT] = {0};
    for (size_t i = 0; i < CX_OPT_COUNT; i++) {
        const cx_conf_option *o = &cx_conf_options[i];
        must(o->slot < counts[o->scope] && !taken[o->scope][o->slot], "slot %u of '%s'", o->slot, o->name);
        taken[o->scope][o->slot] = true;
        seen[o->scope]++;
    }
    for (unsigned scope = 0; scope < CX_SCOPE_COUNT; scope++) ck_assert_uint_eq(seen[scope], counts[scope]);
}
END_TEST

START_TEST(options_have_sane_values)
{
    const cx_conf_option *o = &cx_conf_options[_i];
    must(o->range_count <= CX_RANGES_MAX, "'%s' has %u ranges", o->name, o->range_count);
    for (unsigned i = 0; i < o->range_count; i++) {
        const cx_range *r = &o->ranges[i];
        must(r->min <= r->max && (r->min != LLONG_MIN || r->max != LLONG_MAX), "range %u of '%s'", i, o->name);
        must(r->targets && !(r->targets & ~o->targets), "range %u of '%s' is for %x", i, o->name, r->targets);
    }
    must(!o->range_count || o->value == CX_VALUE_INT || o->value == CX_VALUE_ATOL || o->value == CX_VALUE_OTHER,
         "'%s' has a range and is no number", o->name);
    must(o->choice_count || o->value != CX_VALUE_WORD, "'%s' is a word without choices", o->name);
    must(!o->choice_count || o->value == CX_VALUE_WORD || o->value == CX_VALUE_OTHER, "'%s' is no word", o->name);
    for (unsigned i = 0; i < o->choice_count; i++) {
        must(*o->choices[i].word && o->choices[i].targets, "choice %u of '%s'", i, o->name);
        for (unsigned k = 0; k < i; k++)
            must(strcmp(o->choices[i].word, o->choices[k].word) != 0, "'%s' has '%s' twice", o->name,
                 o->choices[i].word);
    }
    if (o->choice_count)
        must(o->default_number >= -1 && o->default_number < (long long)o->choice_count, "default of '%s'", o->name);
    if (o->value == CX_VALUE_BOOL) must(o->default_number == 0 || o->default_number == 1, "default of '%s'", o->name);
    for (unsigned i = 0; i < o->range_count; i++)
        must(o->value != CX_VALUE_INT || o->ranges[i].targets & ~(1u << MODEL_2_1_2) ||
                 o->default_number <= o->ranges[i].max,
             "default of '%s'", o->name);
}
END_TEST

START_TEST(option_names_are_sorted_and_counted)
{
    unsigned aliases = 0;
    cx_targets known[CX_OPT_COUNT] = {0};
    ck_assert_uint_eq(CX_OPT_COUNT, 137);
    for (size_t i = 0; i < cx_conf_name_count; i++) {
        const cx_conf_name *n = &cx_conf_names[i];
        const cx_conf_option *o = &cx_conf_options[n->option];
        must(i == 0 || strcmp(cx_conf_names[i - 1].name, n->name) < 0, "'%s' is not sorted", n->name);
        must(n->option < CX_OPT_COUNT && n->targets, "name '%s'", n->name);
        must(n->prefix == (strchr(o->name, '*') != NULL), "'%s' and '%s'", n->name, o->name);
        known[n->option] |= n->targets;
        if (strncmp(n->name, o->name, strlen(n->name)) != 0 || (!n->prefix && strcmp(n->name, o->name) != 0)) aliases++;
    }
    ck_assert_uint_eq(aliases, 9);
    ck_assert_uint_eq(cx_conf_name_count, CX_OPT_COUNT + aliases);
    for (size_t i = 0; i < CX_OPT_COUNT; i++)
        must(known[i] == cx_conf_options[i].targets, "'%s' is known by %x", cx_conf_options[i].name, known[i]);
}
END_TEST

/* The name, and nothing near it: one byte less or more, another case, a blank. */
START_TEST(option_names_are_found)
{
    const cx_conf_name *n = &cx_conf_names[_i];
    char word[128];
    size_t length = strlen(n->name);
    must(cx_conf_name_find(cx_str_of(n->name)) == n, "'%s' is not found", n->name);
    snprintf(word, sizeof word, "%sx", n->name);
    must(cx_conf_name_find((cx_str){word, length}) == n, "'%s' is found only with a NUL behind it", n->name);
    must((cx_conf_name_find(cx_str_of(word)) == n) == n->prefix, "'%s'", word);
    snprintf(word, sizeof word, "%s*", n->name);
    must((cx_conf_name_find(cx_str_of(word)) == n) == n->prefix, "'%s'", word);
    must((cx_conf_name_find((cx_str){n->name, length + 1}) == n) == n->prefix, "'%s' with a NUL", n->name);
    must(cx_conf_name_find((cx_str){n->name, length - 1}) != n, "'%s' less a byte", n->name);
    for (size_t i = 0; i < length; i++) {
        memcpy(word, n->name, length + 1);
        word[i] = (char)(word[i] ^ 0x20);
        must(cx_conf_name_find(cx_str_of(word)) == NULL, "'%s'", word);
    }
    snprintf(word, sizeof word, " %s", n->name);
    must(cx_conf_name_find(cx_str_of(word)) == NULL, "'%s'", word);
}
END_TEST

START_TEST(option_look_ups)
{
    static const struct {
        const char *word;
        unsigned option;
        cx_targets targets;
    } cases[] = {
        {"acl_file", CX_OPT_ACL_FILE, 15},
        {"plugin", CX_OPT_PLUGIN, 14},
        {"auth_plugin", CX_OPT_PLUGIN, 15},
        {"plugin_opt_config_file", CX_OPT_PLUGIN_OPT, 14},
        {"auth_opt_x", CX_OPT_PLUGIN_OPT, 15},
        {"maximum_qos", CX_OPT_MAX_QOS, 15},
        {"max_qos", CX_OPT_MAX_QOS, 14},
        {"packet_buffer_size", CX_OPT_PACKET_BUFFER_SIZE, 8},
        {"websockets_headers_size", CX_OPT_PACKET_BUFFER_SIZE, 15},
        {"ciphers_tls1.3", CX_OPT_CIPHERS_TLS1_3, 14},
        {"retain_expiry_interval", CX_OPT_RETAIN_EXPIRY_INTERVAL, 12},
        {"trace_level", CX_OPT_TRACE_LEVEL, 1},
        {"addresses", CX_OPT_ADDRESS, 15},
        {"retained_persistence", CX_OPT_PERSISTENCE, 15},
        {"clientid", CX_OPT_REMOTE_CLIENTID, 15},
        {"password", CX_OPT_REMOTE_PASSWORD, 15},
        {"username", CX_OPT_REMOTE_USERNAME, 15},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const cx_conf_name *n = cx_conf_name_find(cx_str_of(cases[i].word));
        must(n && n->option == cases[i].option && n->targets == cases[i].targets, "'%s'", cases[i].word);
    }
    static const char *const unknown[] = {
        "",        "x",    "plugin_op", "plugin_opt", "Listener", "listener\t", "\xef\xbb\xbflistener",
        "include", "conf", "[section]", "bridge",     "tls1.3",   "max_queued"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        must(cx_conf_name_find(cx_str_of(unknown[i])) == NULL, "'%s'", unknown[i]);
    ck_assert_ptr_null(cx_conf_name_find(CX_STR_NONE));
    ck_assert_str_eq(cx_conf_options[CX_OPT_PROTOCOL].choices[CX_PROTOCOL_IS_HTTP_API].word, "http_api");
    ck_assert_str_eq(cx_conf_options[CX_OPT_START_TYPE].choices[CX_START_TYPE_IS_ONCE].word, "once");
    ck_assert_int_eq(cx_conf_options[CX_OPT_MAX_CONNECTIONS].default_number, -1);
    ck_assert_int_eq(cx_conf_options[CX_OPT_MAX_QOS].default_number, 2);
    ck_assert(cx_conf_options[CX_OPT_BRIDGE_PSK].secret && cx_conf_options[CX_OPT_REMOTE_PASSWORD].secret);
    ck_assert(!cx_conf_options[CX_OPT_REMOTE_USERNAME].secret);
}
END_TEST

/* ---- reading an example of a conf ---- */

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static bool is_conf(const char *area) { return strcmp(area, "conf") == 0; }

/* What a release does with an example of a rule. */
typedef struct conf_example {
    size_t count;               /* findings of the rule */
    bool started;               /* they are met at start only */
    cx_targets true_of;         /* the releases they are true of */
    cx_targets refused_by_rule; /* the releases that refuse the conf because of them */
    cx_targets refused_as_read, refused;
} conf_example;

/* Reads an example, and starts what it makes where reading does not show the finding. */
static conf_example read_example(const cx_rule_info *rule, const char *text, unsigned number)
{
    conf_example e = {0};
    unit_conf u;
    tree_enter();
    tree_parts("mosquitto.conf", text, ends_with(rule->id, "-nul-byte"));
    unit_conf_open(&u, "mosquitto.conf", CX_TARGETS_ALL);
    e.refused_as_read = u.setups.refused;
    e.count = unit_conf_count(&u, number);
    e.started = e.count == 0;
    if (e.started) unit_conf_start(&u);
    e.count = unit_conf_count(&u, number);
    e.true_of = unit_conf_true(&u, number);
    e.refused_by_rule = unit_conf_refused(&u, number);
    e.refused = u.setups.refused | u.start.refused;
    unit_conf_check(&u, CX_TARGETS_ALL);
    unit_conf_free(&u);
    tree_leave();
    return e;
}

/* The releases that refuse an example of an option, as check --syntax does. */
static cx_targets refused_as_read(const char *text)
{
    unit_conf u;
    tree_enter();
    tree_parts("mosquitto.conf", text, false);
    unit_conf_open(&u, "mosquitto.conf", CX_TARGETS_ALL);
    unit_conf_check(&u, CX_TARGETS_ALL);
    cx_targets refused = u.setups.refused;
    unit_conf_free(&u);
    tree_leave();
    return refused;
}

START_TEST(options_accepted_examples_load)
{
    const cx_conf_option *o = &cx_conf_options[_i];
    cx_targets refused = refused_as_read(o->accepted);
    must(refused == (CX_TARGETS_ALL & ~o->accepted_by), "'%s': accepted by %x, refused by %x", o->name, o->accepted_by,
         refused);
}
END_TEST

START_TEST(options_refused_examples_do_not_load)
{
    const cx_conf_option *o = &cx_conf_options[_i];
    cx_targets refused = refused_as_read(o->refused);
    must(refused == o->refused_by, "'%s': refused by %x, documented %x", o->name, refused, o->refused_by);
}
END_TEST

/* ---- rules ---- */

static bool starts_with(const char *s, const char *begin) { return strncmp(s, begin, strlen(begin)) == 0; }

START_TEST(rules_are_documented)
{
    const cx_rule_info *rule = &cx_rules[_i];
    static const char *const conf_prefixes[] = {"conf-", "cross-", "tls-", "bridge-", "dynsec-"};
    must(*rule->id && *rule->area && *rule->summary && *rule->why, "rule '%s' lacks something", rule->id);
    must(*rule->bad && *rule->good && strcmp(rule->bad, rule->good) != 0, "rule '%s' lacks an example", rule->id);
    bool fits = starts_with(rule->id, rule->area) || starts_with(rule->id, "version-") ||
                starts_with(rule->id, "culex-") || starts_with(rule->id, "naming-");
    for (size_t i = 0; i < sizeof conf_prefixes / sizeof *conf_prefixes; i++)
        fits |= is_conf(rule->area) && starts_with(rule->id, conf_prefixes[i]);
    must(fits, "rule '%s' is of the area '%s'", rule->id, rule->area);
    must(strspn(rule->id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(rule->id), "rule '%s' has an odd id",
         rule->id);
    must(!ends_with(rule->summary, "."), "the summary of '%s' ends with a full stop", rule->id);
    must(cx_rule_find(cx_str_of(rule->id)) == rule, "rule '%s' is not found", rule->id);
    must(rule->severity == CX_ADVICE || rule->severity == CX_WARNING || rule->severity == CX_ERROR, "rule '%s'",
         rule->id);
    for (unsigned i = 0; i < CX_RULE_COUNT; i++)
        must(i == (unsigned)_i || strcmp(cx_rules[i].id, rule->id) != 0, "rule '%s' twice", rule->id);
}
END_TEST

START_TEST(rules_bad_examples_have_the_finding)
{
    const cx_rule_info *rule = &cx_rules[_i];
    if (rule->by == CX_BY_LINT) return; /* test_lint.c */
    size_t count;
    if (is_conf(rule->area)) {
        conf_example e = read_example(rule, rule->bad, (unsigned)_i);
        count = e.count;
    } else {
        try_text(rule->area, rule->bad, ends_with(rule->id, "-nul-byte"), (unsigned)_i, &count, NULL);
    }
    must(count > 0, "'bad' of '%s' has no such finding", rule->id);
}
END_TEST

/* A conf may have options of some releases only; those that have the finding take what is mended. In a
 * dynamic-security.json there is nothing else to complain of either. */
START_TEST(rules_good_examples_do_not)
{
    const cx_rule_info *rule = &cx_rules[_i];
    if (rule->by == CX_BY_LINT) return; /* test_lint.c */
    size_t count;
    cx_targets refused, must_load = CX_TARGETS_ALL;
    if (is_conf(rule->area)) {
        conf_example bad = read_example(rule, rule->bad, (unsigned)_i),
                     good = read_example(rule, rule->good, (unsigned)_i);
        count = good.count;
        refused = bad.started ? good.refused : good.refused_as_read;
        must_load = bad.refused_by_rule ? bad.refused_by_rule : bad.true_of;
    } else {
        size_t all;
        refused = try_text(rule->area, rule->good, ends_with(rule->id, "-nul-byte"), (unsigned)_i, &count, &all);
        must(!is_dynsec(rule->area) || all == 0, "'good' of '%s' has %zu findings", rule->id, all);
    }
    must(count == 0, "'good' of '%s' has such a finding", rule->id);
    must(!(refused & must_load), "'good' of '%s' is refused by %x", rule->id, refused);
}
END_TEST

/* An error is what some release refuses, or what costs a line; a warning never costs the file. */
START_TEST(rules_severity_fits_the_example)
{
    const cx_rule_info *rule = &cx_rules[_i];
    if (rule->by == CX_BY_LINT) return; /* test_lint.c */
    if (is_conf(rule->area)) {
        conf_example e = read_example(rule, rule->bad, (unsigned)_i);
        must((e.refused_by_rule != 0) == (rule->severity == CX_ERROR), "'%s' is refused by %x", rule->id,
             e.refused_by_rule);
        return;
    }
    example x;
    example_read(&x, rule->area, rule->bad, true);
    for (size_t i = 0; i < x.findings->list.n; i++) {
        const cx_finding *f = &x.findings->list.items[i];
        if (f->rule == (unsigned)_i && rule->severity != CX_ERROR)
            must(!f->refused, "'%s' is no error and refused by %x", rule->id, f->refused);
    }
    example_free(&x);
}
END_TEST

START_TEST(rule_look_ups)
{
    ck_assert_ptr_eq(cx_rule_find(CX_STR("acl-bad-access")), &cx_rules[CX_RULE_ACL_BAD_ACCESS]);
    ck_assert_ptr_null(cx_rule_find(CX_STR("acl-bad-acces")));
    ck_assert_ptr_null(cx_rule_find(CX_STR("acl-bad-access2")));
    ck_assert_ptr_null(cx_rule_find(CX_STR("")));
    ck_assert_ptr_null(cx_rule_find(CX_STR_NONE));
}
END_TEST

Suite *suite_grammar(void)
{
    Suite *s = suite_create("grammar");
    TCase *t = tcase_create("releases");
    tcase_add_test(t, releases_are_those_of_the_model);
    tcase_add_test(t, release_look_ups);
    tcase_add_test(t, behaviours_part_the_releases);
    suite_add_tcase(s, t);
    t = tcase_create("words");
    tcase_add_test(t, words_are_documented);
    tcase_add_loop_test(t, words_accepted_examples_load, 0, (int)cx_word_count);
    tcase_add_loop_test(t, words_refused_examples_do_not_load, 0, (int)cx_word_count);
    tcase_add_test(t, word_look_ups);
    tcase_add_test(t, aliases_lead_to_their_words);
    tcase_add_test(t, formats_are_documented);
    suite_add_tcase(s, t);
    t = tcase_create("options");
    tcase_add_loop_test(t, options_are_documented, 0, CX_OPT_COUNT);
    tcase_add_loop_test(t, options_are_in_their_examples, 0, CX_OPT_COUNT);
    tcase_add_test(t, options_have_dense_slots);
    tcase_add_loop_test(t, options_have_sane_values, 0, CX_OPT_COUNT);
    tcase_add_test(t, option_names_are_sorted_and_counted);
    tcase_add_loop_test(t, option_names_are_found, 0, (int)cx_conf_name_count);
    tcase_add_test(t, option_look_ups);
    tcase_add_loop_test(t, options_accepted_examples_load, 0, CX_OPT_COUNT);
    tcase_add_loop_test(t, options_refused_examples_do_not_load, 0, CX_OPT_COUNT);
    suite_add_tcase(s, t);
    t = tcase_create("rules");
    tcase_add_loop_test(t, rules_are_documented, 0, CX_RULE_COUNT);
    tcase_add_loop_test(t, rules_bad_examples_have_the_finding, 0, CX_RULE_COUNT);
    tcase_add_loop_test(t, rules_good_examples_do_not, 0, CX_RULE_COUNT);
    tcase_add_loop_test(t, rules_severity_fits_the_example, 0, CX_RULE_COUNT);
    tcase_add_test(t, rule_look_ups);
    suite_add_tcase(s, t);
    return s;
}
