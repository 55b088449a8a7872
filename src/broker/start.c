#include "broker/start.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/io.h"
#include "broker/complain.h"

/* ---- findings about what starting meets ---- */

static cx_targets bit(const cx_setup *s) { return CX_TARGET_BIT(s->release); }

static cx_findings *findings_at(const cx_setup *s, cx_setting line)
{
    return &s->conf->files.items[line->file]->findings;
}

/* The value of a line, its word when it has none. */
static cx_str value_at(const cx_setup *s, cx_setting line)
{
    cx_str value = cx_setting_text(s, line);
    return value.n ? value : cx_conf_line_word(s->conf, line);
}

static cx_finding *founders(cx_start *st, cx_setup *s, cx_setting line, unsigned rule, cx_str part, const char *message,
                            const char *what)
{
    st->refused |= bit(s);
    return cx_refuse_line(s, line, rule, part, message, what);
}

static void missing(cx_start *st, cx_setup *s, cx_setting line, cx_str part, const char *why)
{
    founders(st, s, line, CX_RULE_CROSS_MISSING_FILE, part, "the file cannot be read: %s", why);
}

/* ---- files of users and rules ---- */

static bool takes_directory(const cx_setup *s)
{
    return cx_behaves(s->release, CX_B_ACL_DIRECTORY) == CX_ACL_DIRECTORY_EMPTY;
}

/* A directory in place of a file. */
static void judge_directory(cx_start *st, cx_setup *s, cx_setting line, cx_str part, const cx_named_file *file)
{
    if (!takes_directory(s)) {
        missing(st, s, line, part, file->error.text);
    } else if (file->kind == CX_NAMED_ACL) {
        cx_finding *x = cx_findings_add(findings_at(s, line), CX_RULE_CROSS_MISSING_FILE,
                                        (cx_span){line->at, line->word_len}, bit(s), 0, "%s", file->error.text);
        cx_finding_note(findings_at(s, line), x, "%s reads it as an empty file, after a second or two",
                        s->release->label);
    } else {
        cx_finding *x = founders(st, s, line, CX_RULE_CROSS_MISSING_FILE, part, "%s", file->error.text);
        cx_finding_note(findings_at(s, line), x, "%s reads it for ever and opens no socket", s->release->label);
    }
}

static void judge_file(cx_start *st, cx_setup *s, cx_setting line, cx_str part, const cx_named_file *file)
{
    if (file->directory) {
        judge_directory(st, s, line, part, file);
        return;
    }
    if (file->error.text[0]) {
        missing(st, s, line, part, file->error.text);
        return;
    }
    if (file->symlink && cx_behaves(s->release, CX_B_SYMLINK) == CX_SYMLINK_REFUSE) {
        cx_finding *x = founders(st, s, line, CX_RULE_TLS_SYMLINKED_SECRET, part, "the file is a symbolic link%s", "");
        cx_finding_note(findings_at(s, line), x,
                        "the broker opens it only when MOSQUITTO_UNSAFE_ALLOW_SYMLINKS is set in its environment");
    }
    if (file->findings->refused & bit(s)) {
        cx_finding *x = founders(st, s, line, CX_RULE_CROSS_BAD_FILE, part, "the broker refuses this file%s", "");
        cx_finding_note(findings_at(s, line), x, "its errors are below");
    }
}

static void load(cx_start *st, cx_setup *s, cx_setting line, cx_named_kind kind, cx_str path)
{
    cx_named_file *file = cx_files_open(&st->files, kind, path);
    judge_file(st, s, line, path, file);
    if (kind != CX_NAMED_PSK && !file->findings) st->unanswerable |= bit(s);
    if (kind != CX_NAMED_PSK && file->findings) st->unanswerable |= file->findings->refused & bit(s);
}

static void load_security(cx_start *st, cx_setup *s, const cx_security *security)
{
    static const struct {
        unsigned option;
        cx_named_kind kind;
    } files[] = {
        {CX_OPT_PASSWORD_FILE, CX_NAMED_PASSWD}, {CX_OPT_ACL_FILE, CX_NAMED_ACL}, {CX_OPT_PSK_FILE, CX_NAMED_PSK}};
    for (size_t i = 0; i < 3; i++) {
        cx_setting line = cx_security_of(security, files[i].option);
        if (line) load(st, s, line, files[i].kind, cx_setting_text(s, line));
    }
}

/* ---- plug-ins ---- */

static void load_plugin_file(cx_start *st, cx_setup *s, const cx_plugin *p, const char *key, cx_named_kind kind)
{
    cx_setting line = NULL;
    cx_str path = cx_plugin_option(s, p, key, false, &line);
    if (path.p) load(st, s, line, kind, path);
    else if (kind == CX_NAMED_PASSWD)
        founders(st, s, p->line, CX_RULE_CROSS_PLUGIN_OPTION, p->path, "the plug-in needs its option plugin_opt_%s",
                 key);
    for (size_t i = 0; i < p->options.n; i++) {
        cx_setting option = p->options.items[i];
        cx_str word = cx_conf_line_word(s->conf, option);
        cx_str name = cx_str_of(cx_conf_names[option->name].name), rest = cx_str_sub(word, name.n, word.n - name.n);
        if (cx_str_is(rest, key)) continue;
        cx_finding *x = founders(st, s, option, CX_RULE_CROSS_PLUGIN_OPTION, word,
                                 "the plug-in has no such option, its only one is plugin_opt_%s", key);
        cx_finding_note(findings_at(s, option), x, "the broker does not start");
    }
}

/* The plug-ins that come with the broker, and what older ones make of them. */
static bool can_load(cx_start *st, cx_setup *s, const cx_plugin *p)
{
    static const struct {
        const char *name, *since;
    } plugins[] = {{"mosquitto_dynamic_security.so", "2.0"},
                   {"mosquitto_acl_file.so", "2.1"},
                   {"mosquitto_password_file.so", "2.1"},
                   {"mosquitto_persist_sqlite.so", "2.1"},
                   {"mosquitto_sparkplug_aware.so", "2.1"}};
    unsigned own = cx_behaves(s->release, CX_B_OWN_PLUGINS);
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++) {
        if (!cx_str_is(cx_plugin_file_name(p), plugins[i].name)) continue;
        bool dynsec = i == 0;
        if (own == CX_OWN_PLUGINS_FILES || (dynsec && own == CX_OWN_PLUGINS_DYNSEC)) return true;
        founders(st, s, p->line, CX_RULE_CROSS_PLUGIN_MISSING, p->path,
                 "a plug-in of %s, which older brokers cannot load", plugins[i].since);
        return false;
    }
    return true;
}

static void judge_dynsec(cx_setup *s, cx_start *st, const cx_plugin *p)
{
    cx_setting line = p->line;
    cx_str path = cx_plugin_option(s, p, "config_file", true, &line);
    if (path.p && cx_exists(cx_conf_path(&st->files.arena, st->files.root, path).p)) return;
    cx_findings *f = findings_at(s, line);
    cx_finding *x = cx_findings_add(f, CX_RULE_DYNSEC_MISSING_FILE, (cx_span){line->at, line->word_len}, bit(s), 0,
                                    path.p ? "the file of the dynamic security plug-in does not exist"
                                           : "the dynamic security plug-in has no plugin_opt_config_file");
    bool generates = cx_behaves(s->release, CX_B_OWN_PLUGINS) == CX_OWN_PLUGINS_FILES;
    if (!path.p) cx_finding_note(f, x, "the plug-in does nothing then");
    else if (generates)
        cx_finding_note(f, x, "%s makes one with passwords of its own, which it writes beside it", s->release->label);
    else cx_finding_note(f, x, "%s starts, and lets nobody in", s->release->label);
}

static void load_plugin(cx_start *st, cx_setup *s, const cx_plugin *p)
{
    cx_str path = p->path, name = cx_plugin_file_name(p);
    bool verbatim = cx_behaves(s->release, CX_B_PLUGIN_PATH) == CX_PLUGIN_PATH_VERBATIM;
    if (p->name.p && p->uses == 0) {
        cx_finding *x =
            founders(st, s, p->line, CX_RULE_CONF_PLUGIN_UNUSED, p->name, "the plug-in is loaded and not used%s", "");
        cx_finding_note(findings_at(s, p->line), x, "the broker ends at start, without a message");
        return;
    }
    if (path.n == 0 || !can_load(st, s, p)) return;
    if (!cx_exists(cx_conf_path(&st->files.arena, st->files.root, path).p)) {
        cx_finding *x = founders(st, s, p->line, CX_RULE_CROSS_PLUGIN_MISSING, path, "there is no such plug-in%s", "");
        if (verbatim && cx_str_trim(path).n < path.n)
            cx_finding_note(findings_at(s, p->line), x, "the blanks around it are a part of its name");
        if (!(name.n > 3 && cx_str_is(cx_str_sub(name, name.n - 3, 3), ".so")))
            cx_finding_help(findings_at(s, p->line), x, "the name of a plug-in ends in .so");
    }
    if (cx_str_is(name, "mosquitto_dynamic_security.so")) judge_dynsec(s, st, p);
    if (cx_str_is(name, "mosquitto_acl_file.so")) load_plugin_file(st, s, p, "acl_file", CX_NAMED_ACL);
    if (cx_str_is(name, "mosquitto_password_file.so")) load_plugin_file(st, s, p, "password_file", CX_NAMED_PASSWD);
    cx_setting persistence = cx_setup_of(s, CX_OPT_PERSISTENCE);
    if (cx_str_is(name, "mosquitto_persist_sqlite.so") && cx_setting_bool(s, persistence, false)) {
        cx_finding *x = founders(st, s, p->line, CX_RULE_CONF_PERSISTENCE_CLASH, path,
                                 "a persistence plug-in besides 'persistence true'%s", "");
        cx_finding_help(findings_at(s, p->line), x, "persistence false");
    }
}

static bool has_config(cx_setup *s, const cx_plugin *p)
{
    cx_setting line;
    return cx_plugin_option(s, p, "config_file", true, &line).p != NULL;
}

/* Whether the second of two dynamic security plug-ins is refused. */
static bool refuses_second(cx_setup *s, const cx_plugin *first, const cx_plugin *second)
{
    switch (cx_behaves(s->release, CX_B_DYNSEC_TWICE)) {
    case CX_DYNSEC_TWICE_FIRST_ACTIVE: return has_config(s, first);
    case CX_DYNSEC_TWICE_BOTH_ACTIVE: return has_config(s, first) && has_config(s, second);
    default: return false;
    }
}

/* A listener that uses the dynamic security plug-in twice. */
static void judge_used_twice(cx_start *st, cx_setup *s, const cx_plugin *p, uint32_t number)
{
    if (cx_behaves(s->release, CX_B_DYNSEC_TWICE) != CX_DYNSEC_TWICE_BOTH_ACTIVE || p->uses < 2 || !has_config(s, p))
        return;
    for (size_t i = 0; i < s->listeners.n; i++) {
        const cx_security *own = &s->listeners.items[i]->security;
        unsigned uses = 0;
        for (size_t k = 0; k < own->plugins.n; k++) uses += own->plugins.items[k] == number;
        if (uses < 2) continue;
        founders(st, s, p->line, CX_RULE_DYNSEC_SHARED_FILE, p->path,
                 "one listener uses the dynamic security plug-in twice%s", "");
        return;
    }
}

static void load_plugins(cx_start *st, cx_setup *s)
{
    const cx_plugin *first = NULL;
    for (size_t i = 0; i < s->plugins.n; i++) {
        const cx_plugin *p = s->plugins.items[i];
        load_plugin(st, s, p);
        if (!cx_str_is(cx_plugin_file_name(p), "mosquitto_dynamic_security.so")) continue;
        judge_used_twice(st, s, p, (uint32_t)i);
        if (first && refuses_second(s, first, p))
            founders(st, s, p->line, CX_RULE_DYNSEC_SHARED_FILE, p->path,
                     "the dynamic security plug-in a second time%s", "");
        if (!first || !has_config(s, first)) first = p;
    }
}

/* ---- listeners ---- */

/* tls_version is only looked at when the listener has TLS. */
static void judge_tls_version(cx_start *st, cx_setup *s, const cx_listener *l)
{
    static const char *const versions[] = {"tlsv1.3", "tlsv1.2", "tlsv1.1"};
    cx_setting line = cx_listener_of(l, CX_OPT_TLS_VERSION);
    cx_str value = cx_setting_text(s, line);
    if (!line) return;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (cx_str_is(value, versions[i])) return;
    cx_finding *x = founders(st, s, line, CX_RULE_TLS_BAD_VERSION, value, "no such TLS version%s", "");
    cx_finding_help(findings_at(s, line), x, "tlsv1.3, tlsv1.2 or tlsv1.1, in lower case");
}

static void load_tls(cx_start *st, cx_setup *s, const cx_listener *l)
{
    static const unsigned files[] = {CX_OPT_CERTFILE, CX_OPT_KEYFILE, CX_OPT_CAFILE, CX_OPT_CRLFILE,
                                     CX_OPT_DHPARAMFILE};
    bool http_api = cx_str_is(cx_setting_first(s, cx_listener_of(l, CX_OPT_PROTOCOL)), "http_api");
    if (cx_listener_tls(s, l) != CX_TLS_CERTIFICATE || http_api) return;
    judge_tls_version(st, s, l);
    bool ca = cx_listener_of(l, CX_OPT_CAFILE) || cx_listener_of(l, CX_OPT_CAPATH);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        cx_setting line = cx_listener_of(l, files[i]);
        if (!line || (files[i] == CX_OPT_CRLFILE && !ca)) continue; /* 2.1 keeps no dhparamfile */
        cx_str path = cx_setting_text(s, line);
        if (!cx_exists(cx_conf_path(&st->files.arena, st->files.root, path).p))
            missing(st, s, line, path, "no such file");
    }
}

/* The address families a socket is opened in; .any: all addresses of them. */
struct families {
    bool v4, v6, any;
};

static struct families families(const cx_serving *v)
{
    cx_str host = v->listener->host;
    cx_setting domain = cx_listener_of(v->listener, CX_OPT_SOCKET_DOMAIN);
    bool ipv4 = domain && cx_str_is(cx_setting_first(v->setup, domain), "ipv4");
    if (!host.p) return (struct families){!domain || ipv4, !domain || !ipv4, !v->interface.p};
    if (cx_is_ipv4(host)) return (struct families){true, false, cx_str_is(host, "0.0.0.0")};
    if (cx_str_has(host, ':')) return (struct families){false, true, cx_str_is(host, "::")};
    return (struct families){true, true, false};
}

/* Two sockets of one port that cannot both be opened. */
static bool clash(const cx_serving *a, const cx_serving *b)
{
    struct families x = families(a), y = families(b);
    if (!((x.v4 && y.v4) || (x.v6 && y.v6))) return false;
    return x.any || y.any || cx_str_eq(a->bind, b->bind);
}

/* An earlier door of the same release on the same port that leaves no room for the last one; NULL: there is none. */
static const cx_serving *in_the_way(cx_start *st, uint32_t *last_of_port)
{
    cx_door *d = st->doors.items[st->doors.n - 1];
    const cx_serving *v = &d->serving;
    if (!v->opens || v->port == 0) return NULL; /* a unix socket is taken over */
    uint32_t at = last_of_port[v->port];
    d->same_port = at;
    last_of_port[v->port] = (uint32_t)st->doors.n;
    for (; at; at = st->doors.items[at - 1]->same_port)
        if (clash(v, &st->doors.items[at - 1]->serving)) return &st->doors.items[at - 1]->serving;
    return NULL;
}

/* The last door against those before it. */
static void judge_socket(cx_start *st, cx_setup *s, uint32_t *last_of_port)
{
    const cx_serving *v = &st->doors.items[st->doors.n - 1]->serving, *other = in_the_way(st, last_of_port);
    cx_setting line = v->listener->line;
    bool lws = v->protocol == CX_PROTOCOL_IS_WEBSOCKETS && cx_behaves(s->release, CX_B_WEBSOCKETS) == CX_WEBSOCKETS_LWS;
    if (!other || lws || v->protocol == CX_PROTOCOL_IS_HTTP_API || !line) return;
    bool implicit = v->listener->kind == CX_LISTENER_DEFAULT;
    char text[64];
    snprintf(text, sizeof text, "port %u is opened twice%s", v->port,
             implicit ? ", here for the default listener" : "");
    cx_finding *x = founders(st, s, line, CX_RULE_CONF_DUPLICATE_LISTENER,
                             implicit ? cx_conf_line_word(s->conf, line) : value_at(s, line), "%s", text);
    cx_setting first = other->listener->line;
    if (first)
        cx_finding_note(findings_at(s, line), x, "the first time because of line %zu",
                        cx_source_place(&s->conf->files.items[first->file]->source, first->at).line);
}

/* A broker with none but websockets listeners of libwebsockets, or http api ones, ends. */
static void judge_none(cx_start *st, cx_setup *s)
{
    bool lws = cx_behaves(s->release, CX_B_WEBSOCKETS) == CX_WEBSOCKETS_LWS;
    cx_setting line = NULL;
    for (size_t i = s->discarded; i < s->listeners.n; i++) {
        cx_str protocol = cx_setting_first(s, cx_listener_of(s->listeners.items[i], CX_OPT_PROTOCOL));
        if (!cx_str_is(protocol, "http_api") && !(lws && cx_str_is(protocol, "websockets"))) return;
        line = cx_listener_of(s->listeners.items[i], CX_OPT_PROTOCOL);
    }
    if (!line) return;
    cx_finding *x = founders(st, s, line, CX_RULE_CONF_NO_MQTT_LISTENER, value_at(s, line),
                             "no listener for plain MQTT is left%s", "");
    cx_finding_note(findings_at(s, line), x, "the broker says that it cannot start any listening socket, and ends");
}

/* ---- doors ---- */

static void add_step(cx_broker *b, cx_step step)
{
    if (b->step_count && !b->steps[b->step_count - 1].policy) return; /* nothing is known behind an unknown one */
    if (b->step_count < CX_STEPS_MAX) b->steps[b->step_count++] = step;
}

static void build_steps(cx_start *st, cx_door *d)
{
    const cx_chain *chain = &d->serving.access;
    for (size_t i = 0; i < chain->links.n; i++) {
        const cx_link *link = &chain->links.items[i];
        bool file = link->asked == CX_ASKS_ACL_FILE || link->asked == CX_ASKS_ACL_PLUGIN;
        if (!file) {
            add_step(&d->broker, (cx_step){.who = link->plugin->path});
        } else if (link->file.p) {
            cx_named_file *acl = cx_files_open(&st->files, CX_NAMED_ACL, link->file);
            if (!acl->findings || acl->findings->refused & CX_TARGET_BIT(d->broker.release)) return;
            d->acl = acl;
            add_step(&d->broker, (cx_step){.policy = cx_named_policy(acl, d->broker.release)});
            return; /* an ACL file always decides */
        }
    }
}

static void add_door(cx_start *st, cx_setup *s, const cx_listener *l)
{
    cx_door *d = cx_calloc(1, sizeof *d);
    d->setup = s;
    cx_serve(&d->serving, s, l);
    d->broker.release = s->release;
    d->broker.mount_point = d->serving.mount_point;
    d->broker.username_as_clientid = d->serving.username_as_clientid;
    build_steps(st, d);
    cx_vec_add(&st->doors, d);
}

/* The folder of a path that the broker makes a file or a socket in. */
static bool has_folder(cx_start *st, cx_str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/') n--;
    if (n == 0) return true;
    return cx_is_directory(cx_conf_path(&st->files.arena, st->files.root, cx_str_sub(path, 0, n)).p);
}

static void judge_unix_socket(cx_start *st, cx_setup *s, const cx_serving *v)
{
    const cx_listener *l = v->listener;
    if (v->port || v->random_port || !l->line || has_folder(st, v->bind)) return;
    founders(st, s, l->line, CX_RULE_CROSS_MISSING_FILE, l->host, "the socket cannot be made: its folder does not exist%s", "");
}

static void judge_pid_file(cx_start *st, cx_setup *s)
{
    cx_setting line = cx_setup_of(s, CX_OPT_PID_FILE);
    if (!line || cx_behaves(s->release, CX_B_PID_FILE) == CX_PID_FILE_TRIED || has_folder(st, cx_setting_text(s, line)))
        return;
    founders(st, s, line, CX_RULE_CROSS_MISSING_FILE, cx_setting_text(s, line), "the file cannot be written: its folder does not exist%s", "");
}

/* An address of the family that socket_domain leaves out. */
static bool wrong_family(const cx_setup *s, const cx_listener *l)
{
    cx_setting domain = cx_listener_of(l, CX_OPT_SOCKET_DOMAIN);
    if (!domain) return false;
    bool v6 = cx_str_has(l->host, ':'), ipv6 = cx_str_is(cx_setting_first(s, domain), "ipv6");
    return v6 ? !ipv6 : ipv6 && cx_is_ipv4(l->host);
}

/* An address that cannot be resolved is noticed when the socket is to be opened. */
static void judge_address(cx_start *st, cx_setup *s, const cx_serving *v)
{
    const cx_listener *l = v->listener;
    bool own = v->protocol == CX_PROTOCOL_IS_MQTT || cx_behaves(s->release, CX_B_WEBSOCKETS) == CX_WEBSOCKETS_BUILTIN;
    if (!l->line || !l->host.p || v->port == 0 || !own || v->protocol == CX_PROTOCOL_IS_HTTP_API) return;
    if (wrong_family(s, l))
        founders(st, s, l->line, CX_RULE_CONF_BAD_ADDRESS, l->host,
                 "socket_domain leaves this address out: the socket cannot be opened%s", "");
    else if (!cx_conf_host_possible(l->host))
        founders(st, s, l->line, CX_RULE_CONF_BAD_ADDRESS, l->host,
                 "no address and no host name: the socket cannot be opened%s", "");
}

/* The files that are read at start, whatever else is wrong. */
static void load_all(cx_start *st, cx_setup *s)
{
    if (!s->per_listener) load_security(st, s, &s->security);
    for (size_t i = s->discarded; s->per_listener && i < s->listeners.n; i++)
        load_security(st, s, &s->listeners.items[i]->security);
    load_plugins(st, s);
    judge_pid_file(st, s);
    for (size_t i = s->discarded; i < s->listeners.n; i++) load_tls(st, s, s->listeners.items[i]);
}

static void open_doors(cx_start *st, cx_setup *s)
{
    uint32_t *last_of_port = cx_calloc(UINT16_MAX + 1, sizeof *last_of_port); /* number + 1 of a door */
    for (size_t i = s->discarded; i < s->listeners.n; i++) {
        add_door(st, s, s->listeners.items[i]);
        judge_socket(st, s, last_of_port);
        judge_unix_socket(st, s, &st->doors.items[st->doors.n - 1]->serving);
        judge_address(st, s, &st->doors.items[st->doors.n - 1]->serving);
    }
    free(last_of_port);
    judge_none(st, s);
}

void cx_start_all(cx_start *st, cx_setups *setups)
{
    st->setups = setups;
    for (size_t i = CX_RELEASE_COUNT; i-- > 0;) {
        cx_setup *s = &setups->of[i];
        if (!s->release) continue;
        load_all(st, s);
        if (!(setups->refused & bit(s))) open_doors(st, s);
    }
}

void cx_start_clear(cx_start *st)
{
    for (size_t i = 0; i < st->doors.n; i++) {
        cx_serving_clear(&st->doors.items[i]->serving);
        free(st->doors.items[i]);
    }
    cx_vec_clear(&st->doors);
    cx_files_clear(&st->files);
}

static bool same_link(const cx_link *a, const cx_link *b)
{
    return a->asked == b->asked && a->plugin == b->plugin && !a->file.p == !b->file.p && cx_str_eq(a->file, b->file);
}

static bool same_broker(const cx_broker *a, const cx_broker *b)
{
    if (a->step_count != b->step_count || a->username_as_clientid != b->username_as_clientid) return false;
    for (unsigned i = 0; i < a->step_count; i++)
        if (a->steps[i].policy != b->steps[i].policy || !cx_str_eq(a->steps[i].who, b->steps[i].who)) return false;
    return cx_str_eq(a->mount_point, b->mount_point);
}

bool cx_door_same(const cx_door *a, const cx_door *b)
{
    const cx_serving *x = &a->serving, *y = &b->serving;
    const cx_chain *c = &x->authentication, *d = &y->authentication;
    if (!same_broker(&a->broker, &b->broker) || c->links.n != d->links.n || x->anonymous != y->anonymous) return false;
    for (size_t i = 0; i < c->links.n; i++)
        if (!same_link(&c->links.items[i], &d->links.items[i])) return false;
    return x->allow_anonymous == y->allow_anonymous && !x->closed == !y->closed &&
           cx_named_by_tls(x) == cx_named_by_tls(y);
}

/* ---- who can connect ---- */

static bool has_entry(cx_start *st, const cx_door *d, cx_str path, cx_str user)
{
    cx_named_file *file = path.p ? cx_files_open(&st->files, CX_NAMED_PASSWD, path) : NULL;
    return file && file->findings && cx_passwd_find(&file->passwd, user, d->broker.release);
}

/* A client with a user name, and a password that is right where one is checked. */
static cx_tristate admits_user(cx_start *st, const cx_door *d, const cx_client *c, const char **why)
{
    const cx_chain *chain = &d->serving.authentication;
    if (cx_named_by_tls(&d->serving)) return CX_YES;
    for (size_t i = 0; i < chain->links.n; i++) {
        const cx_link *link = &chain->links.items[i];
        if (link->asked != CX_ASKS_PASSWORD_FILE && link->asked != CX_ASKS_PASSWORD_PLUGIN) {
            *why = "a plug-in decides";
            return CX_UNKNOWN;
        }
        if (has_entry(st, d, link->file, c->user)) return CX_YES;
        *why = "no usable entry in the password file";
        if (cx_behaves(d->broker.release, CX_B_UNKNOWN_USER) == CX_UNKNOWN_USER_REFUSED) return CX_NO;
    }
    if (chain->links.n) return CX_NO;
    if (cx_behaves(d->broker.release, CX_B_ANONYMOUS) == CX_ANONYMOUS_UNLESS_SECURED || d->serving.allow_anonymous)
        return CX_YES;
    *why = "there is no password file and no plug-in, and allow_anonymous is false";
    return CX_NO;
}

cx_tristate cx_door_admits(cx_start *st, const cx_door *d, const cx_client *c, const char **why)
{
    *why = d->serving.closed;
    if (d->serving.closed) return CX_NO;
    if (!c->anonymous && c->user.n) return admits_user(st, d, c, why);
    *why = d->serving.anonymous_why;
    return d->serving.anonymous;
}
