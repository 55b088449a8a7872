/* Options whose values have a shape of their own. */
#include "base/io.h"
#include "broker/take.h"

static void take_log_dest(cx_taking *t)
{
    cx_str rest = t->rest, word = cx_conf_word(&rest);
    if (!word.p) {
        cx_refuse_empty(t);
        return;
    }
    if (cx_str_is(word, "file")) {
        cx_str path = rest;
        while (path.n && (path.p[0] == ' ' || path.p[0] == '\t')) path = cx_str_sub(path, 1, path.n - 1);
        if (t->setup->log_file) {
            cx_finding *x = cx_refuse(t, CX_RULE_CONF_DUPLICATE_OPTION, t->word, "a second log file");
            cx_says(t, x, "Duplicate \"log_dest file\" value.");
            return;
        }
        if (path.n == 0) {
            cx_finding *x = cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "'log_dest file' needs a path");
            cx_says(t, x, "Empty \"log_dest file\" value in configuration.");
            return;
        }
        t->setup->log_file = t->line;
        cx_keep_log(t, false);
        return;
    }
    for (unsigned i = 0; i < t->option->choice_count; i++) {
        const cx_choice *c = &t->option->choices[i];
        if (!(c->targets & CX_TARGET_BIT(t->release)) || !cx_str_is(word, c->word)) continue;
        cx_keep_log(t, cx_str_is(word, "none"));
        return;
    }
    cx_refuse_word(t, word, CX_STR_NONE);
}

static void take_include(cx_taking *t)
{
    if (t->included) {
        if (cx_behaves(t->release, CX_B_INCLUDE_NESTED) == CX_INCLUDE_NESTED_IGNORE) {
            cx_remark(t, CX_RULE_CONF_INCLUDE_NESTED, t->word, "an include_dir in an included file is ignored");
            return;
        }
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_INCLUDE_NESTED, t->word, "an include_dir in an included file");
        cx_says(t, x, "The include_dir option is only valid in the main configuration file.");
    } else if (t->rest.n == 0) {
        cx_refuse_empty(t);
    } else {
        cx_vec_add(&t->setup->includes, t->line);
    }
}

static void take_per_listener(cx_taking *t)
{
    cx_setup *s = t->setup;
    if (s->per_listener && cx_behaves(t->release, CX_B_PER_LISTENER_AGAIN) == CX_PER_LISTENER_AGAIN_IGNORED) return;
    cx_str rest = t->rest, word = cx_conf_word(&rest);
    bool value;
    if (!word.p) {
        cx_refuse_empty(t);
        return;
    }
    if (!cx_conf_bool(word, &value)) {
        cx_refuse_bool(t, word);
        return;
    }
    s->per_listener = value;
    if (value && s->security_seen) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_PER_LISTENER_ORDER, t->word,
                                  "'per_listener_settings true' stands behind a security option");
        cx_says(t, x, "per_listener_settings must be set before any other security settings.");
        cx_help(t, x, "make it the first option of the file");
        cx_fix_to_front(t, x);
    }
    s->settings[t->option->slot] = t->line;
}

static void take_duration(cx_taking *t)
{
    cx_str rest = t->rest, word = cx_conf_word(&rest);
    long long seconds;
    if (!word.p) {
        cx_take_nothing(t);
        return;
    }
    if (cx_conf_duration(t->release, word, &seconds)) {
        cx_keep(t);
        return;
    }
    cx_finding *x = cx_refuse(t, CX_RULE_CONF_BAD_DURATION, word, "%s is not a duration", cx_conf_quote(t, word));
    cx_says(t, x, "Invalid " CX_NAMED " duration in configuration.", CX_NAME(t->setup, t->option->broker_name));
    cx_help(t, x, "a number from 1 on with h, d, w, m (30 days) or y behind it, as 14d; s from 2.1 on");
}

static void take_sha1(cx_taking *t)
{
    cx_str value;
    if (t->rest.n && t->at->kpass && t->option->duplicate_refused & CX_TARGET_BIT(t->release)) {
        cx_refuse_duplicate(t, t->at->kpass);
    } else if (cx_take_text(t, &value)) {
        t->at->kpass = t->line;
        if (cx_conf_sha1_ok(value)) {
            cx_keep(t);
            return;
        }
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_BAD_HEX, t->word, "the value of %s is not 40 hexadecimal digits",
                                  cx_conf_bare(t, t->word));
        cx_note(t, x, "the broker ends without a reason, only with file and line");
    }
}

/* A text that some releases do not even look at. */
static void take_optional_text(cx_taking *t)
{
    if (cx_takes_on_demand(t)) return;
    cx_str value;
    cx_setting before = t->at->lost_listener ? NULL : t->at->listener->settings[t->option->slot];
    if (t->rest.n && before) cx_refuse_duplicate(t, before);
    else if (cx_take_text(t, &value)) cx_keep(t);
}

static void take_keyform(cx_taking *t)
{
    cx_str value;
    if (cx_take_text(t, &value)) cx_keep(t);
}

static void take_optional_int(cx_taking *t)
{
    cx_str rest = t->rest, word;
    int value;
    if (!cx_takes_on_demand(t) && cx_take_int(t, &rest, t->option->broker_name, &word, &value)) cx_keep(t);
}

static void take_http_dir(cx_taking *t)
{
    cx_str path;
    cx_setting before = t->at->lost_listener ? NULL : t->at->listener->settings[t->option->slot];
    if (t->rest.n && before) {
        cx_refuse_duplicate(t, before);
    } else if (cx_take_text(t, &path)) {
        if (cx_takes_on_demand(t) && cx_paths_lacks(&t->conf->paths, &t->setup->arena, path)) {
            cx_finding *x = cx_refuse(t, CX_RULE_CROSS_MISSING_FILE, path, "%s does not exist", cx_conf_quote(t, path));
            cx_note(t, x, "the broker ends without a reason, only with file and line");
        }
        cx_keep(t);
    }
}

void cx_take_other(cx_taking *t)
{
    switch (t->option - cx_conf_options) {
    case CX_OPT_LISTENER: cx_take_listener(t); break;
    case CX_OPT_PORT: cx_take_port(t); break;
    case CX_OPT_BIND_ADDRESS: cx_take_bind_address(t); break;
    case CX_OPT_ACCEPT_PROTOCOL_VERSIONS: cx_take_protocol_versions(t); break;
    case CX_OPT_PLUGIN:
    case CX_OPT_GLOBAL_PLUGIN: cx_take_plugin(t); break;
    case CX_OPT_PLUGIN_LOAD: cx_take_plugin_load(t); break;
    case CX_OPT_PLUGIN_USE: cx_take_plugin_use(t); break;
    case CX_OPT_PLUGIN_OPT: cx_take_plugin_opt(t); break;
    case CX_OPT_CONNECTION: cx_take_connection(t); break;
    case CX_OPT_ADDRESS: cx_take_address(t); break;
    case CX_OPT_TOPIC: cx_take_topic(t); break;
    case CX_OPT_RESTART_TIMEOUT: cx_take_restart_timeout(t); break;
    case CX_OPT_BRIDGE_TCP_KEEPALIVE: cx_take_tcp_keepalive(t); break;
    case CX_OPT_BRIDGE_PROTOCOL_VERSION: cx_take_bridge_version(t); break;
    case CX_OPT_LOG_DEST: take_log_dest(t); break;
    case CX_OPT_INCLUDE_DIR: take_include(t); break;
    case CX_OPT_PER_LISTENER_SETTINGS: take_per_listener(t); break;
    case CX_OPT_PERSISTENT_CLIENT_EXPIRATION: take_duration(t); break;
    case CX_OPT_TLS_ENGINE_KPASS_SHA1: take_sha1(t); break;
    case CX_OPT_TLS_KEYFORM: take_keyform(t); break;
    case CX_OPT_DHPARAMFILE: take_optional_text(t); break;
    case CX_OPT_WEBSOCKETS_LOG_LEVEL: take_optional_int(t); break;
    case CX_OPT_HTTP_DIR: take_http_dir(t); break;
    default: cx_bug("an option without a reader");
    }
}
