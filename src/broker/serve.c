#include "broker/serve.h"

#include <strings.h>

/* ---- plug-ins ---- */

cx_str cx_plugin_file_name(const cx_plugin *p)
{
    size_t at = p->path.n;
    while (at > 0 && p->path.p[at - 1] != '/') at--;
    return cx_str_sub(p->path, at, p->path.n - at);
}

cx_str cx_plugin_option(const cx_setup *s, const cx_plugin *p, const char *key, unsigned how, cx_setting *line)
{
    cx_str found = CX_STR_NONE;
    size_t n = strlen(key);
    for (size_t i = 0; i < p->options.n && !(found.p && (how & CX_OPTION_FIRST)); i++) {
        cx_setting option = p->options.items[i];
        cx_str word = cx_conf_line_word(s->conf, option);
        if (word.n <= n || word.p[word.n - n - 1] != '_') continue;
        const char *own = word.p + word.n - n;
        if (how & CX_OPTION_ANY_CASE ? strncasecmp(own, key, n) != 0 : strncmp(own, key, n) != 0) continue;
        const char *name = cx_conf_names[option->name].name;
        if (word.n != strlen(name) + n) continue;
        found = cx_conf_line_rest(s->conf, option);
        while (found.n && (found.p[0] == ' ' || found.p[0] == '\t')) found = cx_str_sub(found, 1, found.n - 1);
        *line = option;
    }
    return found;
}

static cx_asked kind_of(const cx_plugin *p)
{
    cx_str name = cx_plugin_file_name(p);
    if (p->dynsec) return CX_ASKS_DYNSEC;
    if (cx_str_is(name, "mosquitto_password_file.so")) return CX_ASKS_PASSWORD_PLUGIN;
    if (cx_str_is(name, "mosquitto_acl_file.so")) return CX_ASKS_ACL_PLUGIN;
    return CX_ASKS_OTHER_PLUGIN;
}

/* A plug-in that comes with the broker and is asked nothing. */
static bool asked_nothing(const cx_plugin *p)
{
    cx_str name = cx_plugin_file_name(p);
    return cx_str_is(name, "mosquitto_persist_sqlite.so") || cx_str_is(name, "mosquitto_sparkplug_aware.so");
}

/* ---- chains ---- */

static void add_plugin(cx_serving *v, const cx_plugin *p)
{
    if (asked_nothing(p)) return;
    cx_link link = {.asked = kind_of(p), .line = p->line, .plugin = p};
    switch (link.asked) {
    case CX_ASKS_DYNSEC:
        link.file = p->dynsec_file;
        link.file_line = p->dynsec_file_line;
        if (!link.file.p) return; /* it does nothing then */
        break;
    case CX_ASKS_PASSWORD_PLUGIN: link.file = cx_plugin_option(v->setup, p, "password_file", 0, &link.file_line); break;
    case CX_ASKS_ACL_PLUGIN: link.file = cx_plugin_option(v->setup, p, "acl_file", 0, &link.file_line); break;
    default: break;
    }
    if (link.asked != CX_ASKS_ACL_PLUGIN) cx_vec_add(&v->authentication.links, link);
    if (link.asked != CX_ASKS_PASSWORD_PLUGIN) cx_vec_add(&v->access.links, link);
}

static void add_file(cx_chain *chain, const cx_setup *s, cx_asked asked, cx_setting line)
{
    if (!line) return;
    cx_link link = {.asked = asked, .line = line, .file = cx_setting_text(s, line), .file_line = line};
    cx_vec_add(&chain->links, link);
}

static void add_plugins(cx_serving *v, const cx_security *security)
{
    for (size_t i = 0; i < security->plugins.n; i++) add_plugin(v, v->setup->plugins.items[security->plugins.items[i]]);
}

static void add_files(cx_serving *v, const cx_security *security)
{
    add_file(&v->authentication, v->setup, CX_ASKS_PASSWORD_FILE, cx_security_of(security, CX_OPT_PASSWORD_FILE));
    add_file(&v->access, v->setup, CX_ASKS_ACL_FILE, cx_security_of(security, CX_OPT_ACL_FILE));
}

/* Where TLS names the user nobody is asked for a password. */
static void named_by_tls(cx_serving *v)
{
    const cx_setup *s = v->setup;
    cx_setting identity = cx_listener_of(v->listener, CX_OPT_USE_IDENTITY_AS_USERNAME);
    cx_setting subject = cx_listener_of(v->listener, CX_OPT_USE_SUBJECT_AS_USERNAME), line = NULL;
    if (cx_setting_bool(s, subject, false) && v->tls == CX_TLS_CERTIFICATE) line = subject;
    if (cx_setting_bool(s, identity, false) && v->tls != CX_TLS_OFF) line = identity;
    if (!line) return;
    v->authentication.links.n = 0;
    cx_link link = {.asked = v->tls == CX_TLS_PSK ? CX_ASKS_PSK : CX_ASKS_CERTIFICATE, .line = line};
    cx_vec_add(&v->authentication.links, link);
}

static void build_chains(cx_serving *v)
{
    const cx_setup *s = v->setup;
    const cx_security *own = cx_setup_security(s, v->listener);
    switch (cx_behaves(s->release, CX_B_CHAIN_ORDER)) {
    case CX_CHAIN_ORDER_FILES: /* a file's answer is final, so plug-ins are asked where there is none */
        add_files(v, own);
        if (!v->access.links.n || !v->authentication.links.n) {
            cx_serving all = {.setup = s};
            add_plugins(&all, own);
            if (!v->authentication.links.n) v->authentication = all.authentication;
            else cx_vec_clear(&all.authentication.links);
            if (!v->access.links.n) v->access = all.access;
            else cx_vec_clear(&all.access.links);
        }
        return;
    case CX_CHAIN_ORDER_PLUGINS_FILES:
        add_plugins(v, own);
        add_files(v, own);
        return;
    default: /* the global list, then the listener's */
        add_plugins(v, &s->security);
        if (!s->per_listener) add_files(v, &s->security);
        add_plugins(v, &v->listener->security);
        if (s->per_listener) add_files(v, &v->listener->security);
    }
}

static bool asks_unknown(const cx_chain *chain)
{
    for (size_t i = 0; i < chain->links.n; i++)
        if (chain->links.items[i].asked == CX_ASKS_OTHER_PLUGIN) return true;
    return false;
}

/* ---- TLS ---- */

bool cx_listener_by_lws(const cx_setup *s, const cx_listener *l)
{
    return cx_behaves(s->release, CX_B_WEBSOCKETS) == CX_WEBSOCKETS_LWS &&
           cx_str_is(cx_setting_first(s, cx_listener_of(l, CX_OPT_PROTOCOL)), "websockets");
}

cx_tls cx_listener_tls(const cx_setup *s, const cx_listener *l)
{
    bool lws = cx_listener_by_lws(s, l);
    bool pair = cx_listener_of(l, CX_OPT_CERTFILE) && cx_listener_of(l, CX_OPT_KEYFILE);
    bool ca = cx_listener_of(l, CX_OPT_CAFILE) || cx_listener_of(l, CX_OPT_CAPATH);
    if (pair && (ca || lws || cx_behaves(s->release, CX_B_TLS_ON) == CX_TLS_ON_PAIR)) return CX_TLS_CERTIFICATE;
    return cx_listener_of(l, CX_OPT_PSK_HINT) && !lws ? CX_TLS_PSK : CX_TLS_OFF;
}

bool cx_named_by_tls(const cx_serving *v)
{
    if (v->authentication.links.n != 1) return false;
    cx_asked asked = v->authentication.links.items[0].asked;
    return asked == CX_ASKS_CERTIFICATE || asked == CX_ASKS_PSK;
}

bool cx_bridge_has_tls(const cx_setup *s, const cx_bridge *b)
{
    return cx_bridge_of(b, CX_OPT_BRIDGE_CAFILE) || cx_bridge_of(b, CX_OPT_BRIDGE_CAPATH) ||
           cx_bridge_of(b, CX_OPT_BRIDGE_PSK) ||
           cx_setting_bool(s, cx_bridge_of(b, CX_OPT_BRIDGE_TLS_USE_OS_CERTS), false);
}

/* ---- sockets ---- */

bool cx_is_ipv4(cx_str host)
{
    unsigned dots = 0;
    for (size_t i = 0; i < host.n; i++) {
        if (host.p[i] == '.') dots++;
        else if (host.p[i] < '0' || host.p[i] > '9') return false;
    }
    return dots == 3;
}

static bool is_ipv6(cx_str host) { return cx_str_has(host, ':'); }

static void everywhere(cx_serving *v, const char *why)
{
    v->bind = CX_STR("::");
    v->remark = why;
}

/* libwebsockets opens the sockets of websockets listeners itself, in its own ways. */
static void bind_by_lws(cx_serving *v, bool ipv4)
{
    cx_str host = v->listener->host;
    v->interface = CX_STR_NONE;
    if (v->port == 0) {
        v->random_port = true;
        everywhere(v, "libwebsockets opens a random TCP port on all interfaces instead of the unix socket");
    } else if (!host.p) {
        v->bind = ipv4 ? CX_STR("0.0.0.0") : CX_STR("::");
    } else if (cx_is_ipv4(host)) {
        if (!ipv4)
            everywhere(
                v, "libwebsockets ignores the address and opens all interfaces; 'socket_domain ipv4' makes it heed it");
    } else if (is_ipv6(host) && cx_conf_host_possible(host)) {
        if (!ipv4) return;
        v->bind = CX_STR("0.0.0.0");
        v->remark = "libwebsockets opens all interfaces: the address is not an IPv4 one";
    } else {
        v->opens = false;
        v->remark = "libwebsockets takes no host names: the socket is not opened, without an error";
    }
}

static void bind_by_http_api(cx_serving *v)
{
    v->interface = CX_STR_NONE;
    if (v->port == 0) {
        v->random_port = true;
        everywhere(v, "the http api opens a random TCP port on all interfaces instead of the unix socket");
    } else if (!v->listener->host.p) {
        v->bind = CX_STR("::");
    }
}

static void bind_to(cx_serving *v)
{
    const cx_setup *s = v->setup;
    const cx_listener *l = v->listener;
    cx_setting domain = cx_listener_of(l, CX_OPT_SOCKET_DOMAIN);
    bool ipv4 = domain && cx_str_is(cx_setting_first(s, domain), "ipv4"), ipv6 = domain && !ipv4;
    v->opens = true;
    v->port = l->port;
    v->interface = cx_setting_text(s, cx_listener_of(l, CX_OPT_BIND_INTERFACE));
    v->bind = l->host.p ? l->host : ipv6 ? CX_STR("::") : CX_STR("0.0.0.0");
    bool by_address = cx_behaves(s->release, CX_B_BIND_INTERFACE) == CX_BIND_INTERFACE_ADDRESS;
    if (v->interface.p && !l->host.p && by_address && cx_str_is(v->interface, "lo"))
        v->bind = ipv6 ? CX_STR("::1") : CX_STR("127.0.0.1");
    if (cx_listener_by_lws(s, l)) bind_by_lws(v, ipv4);
    if (v->protocol == CX_PROTOCOL_IS_HTTP_API && l->kind != CX_LISTENER_HTTP_API) bind_by_http_api(v);
}

static unsigned protocol_of(const cx_setup *s, const cx_listener *l)
{
    if (l->kind == CX_LISTENER_HTTP_API) return CX_PROTOCOL_IS_HTTP_API;
    cx_str word = cx_setting_first(s, cx_listener_of(l, CX_OPT_PROTOCOL));
    if (cx_str_is(word, "websockets")) return CX_PROTOCOL_IS_WEBSOCKETS;
    return cx_str_is(word, "http_api") ? CX_PROTOCOL_IS_HTTP_API : CX_PROTOCOL_IS_MQTT;
}

/* ---- anonymous clients ---- */

static bool decide(cx_serving *v, bool value, const char *why)
{
    v->anonymous_why = why;
    return value;
}

static bool decide_by(cx_serving *v, cx_setting line)
{
    bool value = cx_setting_bool(v->setup, line, false), own = cx_conf_line_option(line)->scope == CX_SCOPE_LISTENER;
    if (own) return decide(v, value, value ? "listener_allow_anonymous is true" : "listener_allow_anonymous is false");
    return decide(v, value, value ? "allow_anonymous is true" : "allow_anonymous is false");
}

/* The value of allow_anonymous that holds for a listener. */
static bool allow_anonymous_1_6(cx_serving *v, const cx_security *security, cx_setting own)
{
    if (own) return decide_by(v, own);
    if (v->setup->per_listener && v->listener->kind == CX_LISTENER_DEFAULT)
        return decide(v, true, "the default listener with per_listener_settings");
    bool secured = cx_security_of(security, CX_OPT_PASSWORD_FILE) || cx_security_of(security, CX_OPT_PSK_FILE);
    return decide(v, !secured, secured ? "there is a password or psk file" : "the default of 1.6");
}

static bool allow_anonymous_2_0(cx_serving *v, cx_setting own)
{
    const cx_setup *s = v->setup;
    bool forced = cx_behaves(s->release, CX_B_LOCAL_ONLY) == CX_LOCAL_ONLY_WITHOUT_LISTENERS && !s->listener_named;
    if (v->listener->kind == CX_LISTENER_LOCAL) {
        cx_setting global = cx_security_of(&s->security, CX_OPT_ALLOW_ANONYMOUS);
        bool overridden = forced && global && !cx_setting_bool(s, global, true);
        if (overridden) return decide(v, true, "loopback only: 'allow_anonymous false' is overridden");
        if (forced || !global) return decide(v, true, "loopback only, where it is the default");
        return decide_by(v, global);
    }
    if (forced && !s->per_listener)
        return decide(v, true, "no listener, port or bind_address line: the value is overridden");
    if (own) return decide_by(v, own);
    if (s->per_listener && v->listener->kind == CX_LISTENER_DEFAULT)
        return decide(v, true, "the default listener with per_listener_settings");
    if (s->per_listener && forced) return decide(v, true, "no listener, port or bind_address line");
    return decide(v, false, "the default of 2.x");
}

/* allow_anonymous of a listener and listener_allow_anonymous are one thing to 2.1: the later line counts. */
static cx_setting listener_setting(const cx_serving *v)
{
    cx_setting own = cx_listener_of(v->listener, CX_OPT_LISTENER_ALLOW_ANONYMOUS);
    cx_setting security = cx_security_of(&v->listener->security, CX_OPT_ALLOW_ANONYMOUS);
    if (!v->setup->per_listener || !security) return own;
    if (!own) return security;
    return own->file > security->file || (own->file == security->file && own->at > security->at) ? own : security;
}

static bool allow_anonymous_2_1(cx_serving *v)
{
    const cx_setup *s = v->setup;
    cx_setting global = cx_security_of(&s->security, CX_OPT_ALLOW_ANONYMOUS), own = listener_setting(v);
    if (v->listener->kind == CX_LISTENER_LOCAL || v->listener->kind == CX_LISTENER_HTTP_API) {
        if (!global) return decide(v, true, "loopback only, where it is the default");
        return decide_by(v, global);
    }
    if (own) return decide_by(v, own);
    if (!s->per_listener && global) return decide_by(v, global);
    return decide(v, false, "the default of 2.x");
}

/* Whether accept_protocol_versions has the word VERSION; '\0': any that it knows. */
static bool takes_version(const cx_serving *v, char version)
{
    cx_setting versions = cx_listener_of(v->listener, CX_OPT_ACCEPT_PROTOCOL_VERSIONS);
    if (!versions) return true;
    cx_str rest = cx_conf_line_rest(v->setup->conf, versions);
    for (size_t i = 0; i < rest.n; i++) {
        bool first = i == 0 || memchr(", \t", rest.p[i - 1], 3);
        bool last = i + 1 == rest.n || memchr(", \t", rest.p[i + 1], 3);
        if (first && last && (version ? rest.p[i] == version : rest.p[i] >= '3' && rest.p[i] <= '5')) return true;
    }
    return false;
}

/* What keeps every client out; NULL: nothing does. */
static const char *closed(const cx_serving *v)
{
    const cx_setup *s = v->setup;
    if (v->protocol == CX_PROTOCOL_IS_HTTP_API) return "no MQTT is spoken here";
    if (!takes_version(v, '\0')) return "accept_protocol_versions leaves no version";
    cx_setting buffer = cx_setup_of(s, CX_OPT_PACKET_BUFFER_SIZE);
    if (buffer && cx_setting_int(s, buffer, 1) == 0 && cx_behaves(s->release, CX_B_WEBSOCKETS) == CX_WEBSOCKETS_BUILTIN)
        return "packet_buffer_size 0 disconnects every client";
    return NULL;
}

/* What refuses a client without a user name whatever allow_anonymous says; NULL: nothing. */
static const char *obstacle(const cx_serving *v)
{
    const cx_setup *s = v->setup;
    const cx_listener *l = v->listener;
    enum { KEEPALIVE = 30 }; /* seconds a client asks for, as the observed ones did */
    if (v->closed) return v->closed;
    if (v->username_as_clientid) return "use_username_as_clientid refuses clients without a user name";
    if (cx_setup_of(s, CX_OPT_CLIENTID_PREFIXES)) return "clientid_prefixes refuses ordinary client ids";
    if (!takes_version(v, '4')) return "accept_protocol_versions refuses MQTT 3.1.1";
    if (cx_listener_of(l, CX_OPT_ENABLE_PROXY_PROTOCOL)) return "a client needs a proxy in front of it";
    int keepalive = cx_setting_int(s, cx_setup_of(s, CX_OPT_MAX_KEEPALIVE), 0);
    bool limits = cx_behaves(s->release, CX_B_KEEPALIVE_LIMIT) == CX_KEEPALIVE_LIMIT_ALL;
    if (limits && keepalive && keepalive < KEEPALIVE)
        return "max_keepalive refuses MQTT 3.1.1 clients with a longer one";
    return cx_named_by_tls(v) ? "the certificate or the pre-shared key names the user" : NULL;
}

static void judge_anonymous(cx_serving *v)
{
    const cx_security *security = cx_setup_security(v->setup, v->listener);
    cx_setting own = cx_security_of(security, CX_OPT_ALLOW_ANONYMOUS);
    unsigned rule = cx_behaves(v->setup->release, CX_B_ANONYMOUS);
    v->closed = closed(v);
    v->allow_anonymous = rule == CX_ANONYMOUS_UNLESS_SECURED ? allow_anonymous_1_6(v, security, own)
                         : rule == CX_ANONYMOUS_BY_SCOPE     ? allow_anonymous_2_0(v, own)
                                                             : allow_anonymous_2_1(v);
    const char *no = obstacle(v);
    v->anonymous = v->allow_anonymous ? CX_YES : CX_NO;
    if (no) {
        v->anonymous = CX_NO;
        v->anonymous_why = no;
    } else if (rule != CX_ANONYMOUS_UNLESS_SECURED && asks_unknown(&v->authentication)) {
        v->anonymous = CX_UNKNOWN;
        v->anonymous_why = "a plug-in decides that culex does not know";
    }
}

void cx_serve(cx_serving *v, const cx_setup *s, const cx_listener *l)
{
    *v = (cx_serving){.setup = s, .listener = l};
    v->protocol = protocol_of(s, l);
    v->tls = cx_listener_tls(s, l);
    v->mount_point = cx_setting_text(s, cx_listener_of(l, CX_OPT_MOUNT_POINT));
    v->username_as_clientid = cx_setting_bool(s, cx_listener_of(l, CX_OPT_USE_USERNAME_AS_CLIENTID), false);
    bind_to(v);
    build_chains(v);
    named_by_tls(v);
    judge_anonymous(v);
}

void cx_serving_clear(cx_serving *v)
{
    cx_vec_clear(&v->authentication.links);
    cx_vec_clear(&v->access.links);
}
