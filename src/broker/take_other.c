/* Options whose values have a shape of their own. */
#include "broker/take.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/io.h"
#include "base/typo.h"
#include "topic/topic.h"

static bool is(const cx_taking *t, unsigned option) { return t->option == &cx_conf_options[option]; }
static bool on_demand(const cx_taking *t)
{
    return cx_behaves(t->release, CX_B_DEFAULT_LISTENER) == CX_DEFAULT_LISTENER_ON_DEMAND;
}

/* ---- listeners ---- */

cx_listener *cx_add_listener(cx_setup *s, cx_listener_kind kind, cx_setting line)
{
    cx_listener *l = cx_arena_calloc(&s->arena, sizeof *l);
    l->kind = kind;
    l->line = line;
    cx_vec_add(&s->listeners, l);
    return l;
}

cx_listener *cx_default_listener(cx_setup *s, cx_setting line)
{
    if (!s->default_listener) {
        cx_add_listener(s, CX_LISTENER_DEFAULT, line)->port = 1883;
        s->default_listener = (uint32_t)s->listeners.n;
    }
    return s->listeners.items[s->default_listener - 1];
}

static void port_without_path(cx_taking *t, cx_str word)
{
    cx_finding *x =
        cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, word, "a listener with port 0 needs the path of a unix socket");
    cx_says(t, x, "A listener with port 0 must provide a Unix socket path.");
    if (cx_conf_atoi(word) == 0 && word.p[0] != '0')
        cx_note(t, x, "%s is read as the number 0", cx_conf_quote(t, word));
    const char *colon = memchr(word.p, ':', word.n);
    if (colon) {
        cx_str host = cx_str_sub(word, 0, (size_t)(colon - word.p));
        cx_str port = cx_str_sub(word, host.n + 1, word.n - host.n - 1);
        cx_help(t, x, "listener %s %s", cx_conf_bare(t, port), cx_conf_bare(t, host));
    }
    cx_help(t, x, "%s", t->option->syntax);
}

/* A port that is no plain number: what older releases make of it. */
static void take_listener(cx_taking *t)
{
    cx_setup *s = t->setup;
    s->listener_named = true;
    cx_listener *l = cx_add_listener(s, CX_LISTENER_EXPLICIT, t->line);
    t->at->listener = l;
    t->at->lost_listener = false;
    cx_str rest = t->rest, word;
    int port;
    if (!cx_take_int(t, &rest, on_demand(t) ? "listener port" : "listener", &word, &port)) return;
    bool unix_socket = cx_behaves(t->release, CX_B_UNIX_SOCKET) == CX_UNIX_SOCKET_YES;
    if (port < (unix_socket ? 0 : 1) || port > 65535) {
        cx_refuse_range(t, word, port);
        return;
    }
    cx_str host = cx_conf_word(&rest);
    bool comment = host.p && host.p[0] == '#';
    if (port == 0 && (!host.p || comment)) {
        port_without_path(t, word);
        return;
    }
    l->port = (uint16_t)port;
    if (!comment) l->host = host;
    if (comment) rest = cx_str_sub(host, 0, (size_t)(rest.p + rest.n - host.p));
    cx_take_trailing(t, rest, "a port and an address");
    if (l->host.p && cx_str_has(l->host, '\r')) {
        cx_finding *x = cx_remark(t, CX_RULE_CONF_CARRIAGE_RETURN, l->host,
                                  "the lines of this file end with a carriage return alone");
        cx_note(t, x, "the broker takes all of it for one line");
        cx_help(t, x, "save the file with line feeds");
    }
}

static void take_port(cx_taking *t)
{
    cx_setup *s = t->setup;
    s->listener_named = true;
    cx_listener *l = on_demand(t) ? cx_default_listener(s, t->line) : &s->prepared;
    if (on_demand(t)) {
        t->at->listener = l;
        t->at->lost_listener = false;
    }
    cx_str rest = t->rest, word;
    int port;
    if (on_demand(t)) l->line = t->line;
    if (!cx_take_int(t, &rest, "port", &word, &port) || !cx_take_range(t, word, port)) return;
    l->port = (uint16_t)port;
    l->settings[t->option->slot] = t->line;
}

static void take_bind_address(cx_taking *t)
{
    cx_setup *s = t->setup;
    s->listener_named = true;
    cx_listener *l = on_demand(t) ? cx_default_listener(s, t->line) : &s->prepared;
    if (on_demand(t)) {
        t->at->listener = l;
        t->at->lost_listener = false;
    }
    if (on_demand(t) && !cx_listener_of(l, CX_OPT_PORT)) l->line = t->line;
    cx_setting before = cx_listener_of(l, CX_OPT_BIND_ADDRESS);
    cx_str host;
    if (t->rest.n && before) {
        cx_refuse_duplicate(t, before);
    } else if (cx_take_text(t, &host)) {
        if (!cx_conf_host_possible(host)) {
            cx_finding *x = cx_refuse(t, CX_RULE_CONF_BAD_ADDRESS, host, "%s is no address and no host name",
                                      cx_conf_quote(t, host));
            cx_says(t, x, "Error resolving bind_address");
        }
        l->host = host;
        l->settings[t->option->slot] = t->line;
    }
}

static void take_protocol_versions(cx_taking *t)
{
    cx_str rest = t->rest;
    bool any = false, known = false;
    for (size_t i = 0; i < rest.n; i++) {
        if (memchr(", \t", rest.p[i], 3)) continue;
        size_t n = 1;
        while (i + n < rest.n && !memchr(", \t", rest.p[i + n], 3)) n++;
        any = true;
        cx_str word = cx_str_sub(rest, i, n);
        if (n == 1 && word.p[0] >= '3' && word.p[0] <= '5') known = true;
        else
            cx_remark(t, CX_RULE_CONF_IGNORED_WORDS, word, "%s is no protocol version, it is ignored",
                      cx_conf_quote(t, word));
        i += n - 1;
    }
    if (!any) {
        cx_refuse_empty(t);
        return;
    }
    if (!known) {
        cx_finding *x = cx_remark(t, CX_RULE_CONF_NO_PROTOCOL_VERSION, t->word,
                                  "no known protocol version is left: no client can connect");
        cx_help(t, x, "3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5");
    }
    cx_keep(t);
}

/* ---- plug-ins ---- */

static cx_plugin *add_plugin(cx_taking *t, cx_str name, cx_str path)
{
    cx_plugin *p = cx_arena_calloc(&t->setup->arena, sizeof *p);
    p->line = t->line;
    p->name = name;
    p->path = path;
    cx_vec_add(&t->setup->plugins, p);
    t->at->plugin = p;
    t->at->lost_plugin = false;
    return p;
}

static void missing_path(cx_taking *t)
{
    cx_finding *x =
        cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "%s needs the path of a plug-in", cx_conf_quote(t, t->word));
    cx_says(t, x, "Missing plugin path for plugin name '%s'.", "(null)");
    cx_help(t, x, "%s", t->option->syntax);
}

static void stray_blank(cx_taking *t, cx_str path)
{
    cx_str inner = cx_str_trim(path);
    if (inner.n == path.n) return;
    cx_finding *x = cx_remark(t, CX_RULE_CONF_STRAY_BLANK, path, "the blank before or behind the path is a part of it");
    cx_note(t, x, "no such file can be loaded, and the broker does not start");
    cx_help(t, x, "%s %.*s", cx_conf_bare(t, t->word), (int)inner.n, inner.p);
}

static bool plugin_path(cx_taking *t, cx_str *path)
{
    if (cx_behaves(t->release, CX_B_PLUGIN_PATH) == CX_PLUGIN_PATH_TRIMMED) {
        cx_text_status status = cx_conf_text(t->release, t->rest, path);
        return status == CX_TEXT_OK || cx_take_text(t, path);
    }
    *path = t->rest;
    if (path->n == 0) missing_path(t);
    else stray_blank(t, *path);
    return path->n > 0;
}

static void take_plugin(cx_taking *t)
{
    bool global = is(t, CX_OPT_GLOBAL_PLUGIN);
    cx_security *where = global ? &t->setup->security : cx_take_security(t);
    t->setup->security_seen = true;
    cx_str path = CX_STR("");
    plugin_path(t, &path);
    cx_plugin *p = add_plugin(t, CX_STR_NONE, path);
    p->uses = 1;
    cx_vec_add(&where->plugins, (uint32_t)t->setup->plugins.n - 1);
}

static void take_plugin_load(cx_taking *t)
{
    cx_str rest = t->rest, name = cx_conf_word(&rest);
    if (!name.p) {
        cx_refuse_empty(t);
        return;
    }
    size_t known = t->setup->plugin_names.n;
    uint32_t number = cx_map_put(&t->setup->plugin_names, name);
    if (number < known) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_DUPLICATE_NAME, name, "a second plug-in called %s", cx_conf_quote(t, name));
        cx_says(t, x, "Duplicate plugin name '%s'.", cx_conf_bare(t, name));
    } else if (rest.n == 0) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "'plugin_load' needs a name and a path");
        cx_says(t, x, "Missing plugin path for plugin name '%s'.", cx_conf_bare(t, name));
        cx_help(t, x, "%s", t->option->syntax);
    } else {
        stray_blank(t, rest);
    }
    cx_plugin *p = add_plugin(t, name, rest);
    if (number == known) cx_vec_add(&t->setup->named_plugins, p);
}

static void take_plugin_use(cx_taking *t)
{
    cx_str name;
    if (!cx_take_text(t, &name)) return;
    uint32_t number = cx_map_get(&t->setup->plugin_names, name);
    if (number == CX_MAP_NONE) {
        cx_finding *x = cx_refuse(t, CX_RULE_CROSS_PLUGIN_ORDER, name, "no plug-in called %s is loaded above",
                                  cx_conf_quote(t, name));
        cx_says(t, x, "Plugin '%s' not previously loaded.", cx_conf_bare(t, name));
        cx_help(t, x, "put 'plugin_load %s PATH' above the listener", cx_conf_bare(t, name));
        return;
    }
    cx_plugin *p = t->setup->named_plugins.items[number];
    t->at->plugin = p;
    t->at->lost_plugin = false;
    p->uses++;
    uint32_t place = 0;
    while (t->setup->plugins.items[place] != p) place++;
    if (!t->at->lost_listener) cx_vec_add(&t->at->listener->security.plugins, place);
}

static void take_plugin_opt(cx_taking *t)
{
    const char *underline = memchr(t->word.p, '_', t->word.n), *second = memchr(underline + 1, '_', t->word.n);
    size_t prefix = (size_t)(second - t->word.p) + 1;
    cx_str key = cx_str_sub(t->word, prefix, t->word.n - prefix);
    if (key.n < 3) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_BAD_PLUGIN_OPTION, t->word,
                                  "the key of a plug-in option has at least three bytes");
        cx_says(t, x, "Invalid %s config option.", on_demand(t) ? "'plugin_opt_'" : "auth_opt_");
        return;
    }
    cx_str value = t->rest;
    while (value.n && (value.p[0] == ' ' || value.p[0] == '\t')) value = cx_str_sub(value, 1, value.n - 1);
    bool blank = cx_behaves(t->release, CX_B_PLUGIN_OPTION_BLANK) == CX_PLUGIN_OPTION_BLANK_TAKEN;
    if (value.n == 0 && !(blank && t->rest.n)) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "%s needs a value", cx_conf_quote(t, t->word));
        cx_says(t, x, "Empty " CX_NAMED " value in configuration.", CX_NAME(t->setup, cx_conf_bare(t, key)));
        return;
    }
    if (cx_str_trim_end(value).n < value.n) {
        cx_finding *x = cx_remark(t, CX_RULE_CONF_STRAY_BLANK, value, "the blank at the end is a part of the value");
        cx_help(t, x, "remove it");
    }
    if (!t->at->lost_plugin) cx_vec_add(&t->at->plugin->options, t->line);
}

/* ---- bridges ---- */

static void take_connection(cx_taking *t)
{
    cx_str rest = t->rest, name = cx_conf_word(&rest);
    cx_bridge *b = cx_arena_calloc(&t->setup->arena, sizeof *b);
    b->line = t->line;
    b->name = name.p ? name : CX_STR("");
    cx_vec_add(&t->setup->bridges, b);
    t->at->bridge = b;
    t->at->lost_bridge = false;
    if (!name.p) {
        cx_refuse_empty(t);
        return;
    }
    cx_take_trailing(t, rest, "one word");
    size_t known = t->setup->bridge_names.n;
    if (cx_map_put(&t->setup->bridge_names, name) < known) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_BRIDGE_DUPLICATE_NAME, name, "a second connection called %s", cx_conf_quote(t, name));
        const char *mark = *cx_name_mark(t->setup) ? "'" : "\"";
        cx_says(t, x, "Duplicate bridge name %s%s%s.", mark, cx_conf_bare(t, name), mark);
    }
}

static bool add_address(cx_taking *t, cx_bridge *b, cx_str word)
{
    cx_bridge_address a = {.host = word, .port = 1883};
    size_t colon = word.n;
    while (colon > 0 && word.p[colon - 1] != ':') colon--;
    if (colon > 0) {
        cx_str text = cx_str_sub(word, colon, word.n - colon);
        int port = cx_conf_atoi(text);
        if (port < 1 || port > 65535) {
            cx_finding *x = cx_refuse(t, CX_RULE_BRIDGE_BAD_ADDRESS, word,
                                      "%s has no port from 1 to 65535 behind the last ':'", cx_conf_quote(t, word));
            cx_says(t, x, "Invalid %sport value (%d).", on_demand(t) ? "bridge " : "", port);
            return false;
        }
        a.host = cx_str_sub(word, 0, colon - 1);
        a.port = (uint16_t)port;
    }
    cx_vec_add(&b->addresses, a);
    for (size_t i = 0; i < a.host.n || i == 0; i++) {
        if (a.host.n && !memchr("[],/:", a.host.p[i], 5)) continue;
        cx_finding *x = cx_remark(t, CX_RULE_BRIDGE_ODD_ADDRESS, word,
                                  "the broker takes %s for a host name, and port %u", cx_conf_quote(t, a.host), a.port);
        cx_note(
            t, x,
            "addresses are separated by spaces; the port stands behind the last ':', and there are no brackets and no URLs");
        break;
    }
    return true;
}

static void take_address(cx_taking *t)
{
    cx_bridge *b = t->at->bridge;
    cx_setting before = cx_bridge_of(b, CX_OPT_ADDRESS);
    if (before && !t->at->lost_bridge) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_DUPLICATE_OPTION, t->word, "a second address of one connection");
        if (on_demand(t)) cx_says(t, x, "Invalid bridge configuration, 'address' only allowed once.");
        else cx_says(t, x, "Invalid bridge configuration.");
        cx_help(t, x, "name all addresses in one line, separated by spaces");
        return;
    }
    cx_str rest = t->rest;
    unsigned n = 0;
    for (cx_str word; (word = cx_conf_word(&rest)).p; n++) {
        if (word.p[0] == '#') {
            cx_take_trailing(t, cx_str_sub(word, 0, (size_t)(rest.p + rest.n - word.p)), "addresses");
            break;
        }
        if (!add_address(t, b, word)) return;
    }
    if (n == 0) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "%s needs a host name", cx_conf_quote(t, t->word));
        cx_says(t, x, "Empty address value in configuration.");
        cx_help(t, x, "%s", t->option->syntax);
        return;
    }
    cx_keep(t);
}

static void take_restart_timeout(cx_taking *t)
{
    cx_str rest = t->rest, base = cx_conf_word(&rest);
    if (!base.p) {
        cx_refuse_empty(t);
        return;
    }
    bool clamps = cx_behaves(t->release, CX_B_RESTART_TIMEOUT) == CX_RESTART_TIMEOUT_CLAMPED;
    int seconds = cx_conf_atoi(base);
    if (seconds < 1) seconds = 1;
    if (clamps && seconds > 3600) seconds = 3600;
    cx_str cap = cx_conf_word(&rest);
    if (cap.p && cx_conf_atoi(cap) < seconds) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_NUMBER_OUT_OF_RANGE, cap, "the cap %s is lower than the base",
                                  cx_conf_quote(t, cap));
        cx_says(t, x, "backoff cap is lower than the base in restart_timeout.");
        if (cap.p[0] == '#') cx_help(t, x, "put the comment on a line of its own");
        return;
    }
    cx_str stable = clamps && cap.p ? cx_conf_word(&rest) : CX_STR_NONE;
    if (stable.p && cx_conf_atoi(stable) < 0) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_NUMBER_OUT_OF_RANGE, stable, "%s is negative", cx_conf_quote(t, stable));
        cx_says(t, x, "stable connection period cannot be negative.");
        return;
    }
    cx_keep(t);
}

static void take_tcp_keepalive(cx_taking *t)
{
    static const char *const names[] = {"idle", "interval", "counter"};
    cx_str rest = t->rest;
    for (int i = 0; i < 3; i++) {
        char name[40];
        snprintf(name, sizeof name, "bridge_tcp_keepalive_%s", names[i]);
        cx_str word;
        int value;
        if (!cx_take_int(t, &rest, name, &word, &value)) return;
        if (value > 0) continue;
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_NUMBER_OUT_OF_RANGE, word, "%s is out of range for %s",
                                  cx_conf_quote(t, word), cx_conf_bare(t, t->word));
        cx_says(t, x, "invalid TCP keepalive %s value.", names[i]);
        return;
    }
    cx_keep(t);
}

static void take_bridge_version(cx_taking *t)
{
    if (t->rest.n == 0) {
        cx_refuse_empty(t);
        return;
    }
    for (unsigned i = 0; i < t->option->choice_count; i++) {
        const cx_choice *c = &t->option->choices[i];
        if (!(c->targets & CX_TARGET_BIT(t->release)) || !cx_str_is(t->rest, c->word)) continue;
        cx_keep(t);
        return;
    }
    cx_refuse_word(t, t->rest, CX_STR_NONE);
}

/* ---- logs and the rest ---- */

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
    if (on_demand(t)) return;
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
    if (!on_demand(t) && cx_take_int(t, &rest, t->option->broker_name, &word, &value)) cx_keep(t);
}

static void take_http_dir(cx_taking *t)
{
    cx_str path;
    cx_setting before = t->at->lost_listener ? NULL : t->at->listener->settings[t->option->slot];
    if (t->rest.n && before) {
        cx_refuse_duplicate(t, before);
    } else if (cx_take_text(t, &path)) {
        if (on_demand(t) && !cx_exists(cx_conf_path(&t->setup->arena, t->conf->root, path).p)) {
            cx_finding *x = cx_refuse(t, CX_RULE_CROSS_MISSING_FILE, path, "%s does not exist", cx_conf_quote(t, path));
            cx_note(t, x, "the broker ends without a reason, only with file and line");
        }
        cx_keep(t);
    }
}

void cx_take_other(cx_taking *t)
{
    switch (t->option - cx_conf_options) {
    case CX_OPT_LISTENER: take_listener(t); break;
    case CX_OPT_PORT: take_port(t); break;
    case CX_OPT_BIND_ADDRESS: take_bind_address(t); break;
    case CX_OPT_ACCEPT_PROTOCOL_VERSIONS: take_protocol_versions(t); break;
    case CX_OPT_PLUGIN:
    case CX_OPT_GLOBAL_PLUGIN: take_plugin(t); break;
    case CX_OPT_PLUGIN_LOAD: take_plugin_load(t); break;
    case CX_OPT_PLUGIN_USE: take_plugin_use(t); break;
    case CX_OPT_PLUGIN_OPT: take_plugin_opt(t); break;
    case CX_OPT_CONNECTION: take_connection(t); break;
    case CX_OPT_ADDRESS: take_address(t); break;
    case CX_OPT_TOPIC: cx_take_topic(t); break;
    case CX_OPT_RESTART_TIMEOUT: take_restart_timeout(t); break;
    case CX_OPT_BRIDGE_TCP_KEEPALIVE: take_tcp_keepalive(t); break;
    case CX_OPT_BRIDGE_PROTOCOL_VERSION: take_bridge_version(t); break;
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
