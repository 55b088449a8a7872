/* Rules about listeners as they run: who gets in, and what protects what. */
#include "lint/conf_listen.h"

bool cx_host_is_loopback(cx_str host)
{
    return cx_str_starts(host, CX_STR("127.")) || cx_str_is(host, "::1") || cx_str_is(host, "localhost") ||
           cx_str_is(host, "ip6-localhost");
}

bool cx_serving_exposed(const cx_serving *v)
{
    if (!v->opens || v->port == 0 || v->protocol == CX_PROTOCOL_IS_HTTP_API) return false;
    return !cx_host_is_loopback(v->bind) && !cx_str_is(v->interface, "lo");
}

const cx_door *cx_lint_next_door(const cx_lint *l, const cx_setup *s, size_t *next)
{
    while (*next < l->start.doors.n) {
        const cx_door *d = l->start.doors.items[(*next)++];
        if (d->setup == s) return d;
    }
    return NULL;
}

const char *cx_lint_door_name(cx_lint *l, const cx_serving *v)
{
    if (v->port) return cx_arena_printf(&l->arena, "%u", v->port).p;
    return cx_arena_printf(&l->arena, "the socket %.*s", (int)v->bind.n, v->bind.p).p;
}

bool cx_serving_asks_passwords(const cx_serving *v)
{
    for (size_t i = 0; i < v->authentication.links.n; i++) {
        cx_asked asked = v->authentication.links.items[i].asked;
        if (asked == CX_ASKS_PASSWORD_FILE || asked == CX_ASKS_PASSWORD_PLUGIN || asked == CX_ASKS_DYNSEC) return true;
    }
    return false;
}

static cx_str listener_value(const cx_setup *s, const cx_serving *v) { return cx_setting_text(s, v->listener->line); }

/* ---- anonymous clients ---- */

/* The names of the doors that let anonymous clients of other hosts in; *COUNT: how many, of *ALL that open. */
static cx_str anonymous_doors(cx_lint *l, const cx_setup *s, size_t *count, size_t *all, bool *checked)
{
    cx_str names = CX_STR("");
    const cx_door *d;
    *count = *all = 0;
    *checked = true;
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));) {
        *all += d->serving.opens && d->serving.protocol != CX_PROTOCOL_IS_HTTP_API;
        if (d->serving.anonymous != CX_YES || !cx_serving_exposed(&d->serving)) continue;
        const char *name = cx_lint_door_name(l, &d->serving);
        names = cx_arena_printf(&l->arena, "%.*s%s%s", (int)names.n, names.p, names.n ? ", " : "", name);
        ++*count;
        *checked &= d->serving.access.links.n > 0;
    }
    return names;
}

/* Is a security option written below a listener, as if it belonged to that one? */
static cx_setting listener_above(const cx_setup *s, cx_setting line)
{
    const cx_conf_file *file = s->conf->files.items[line->file];
    cx_setting above = NULL;
    for (size_t i = 0; i < file->lines.n && file->lines.items[i].at < line->at; i++) {
        const cx_conf_line *other = &file->lines.items[i];
        if (other->kind == CX_CONF_OPTION && cx_conf_line_option(other) == &cx_conf_options[CX_OPT_LISTENER])
            above = other;
    }
    return above;
}

/* allow_anonymous without per_listener_settings is one word for all listeners. */
static void judge_anonymous(cx_lint *l, const cx_setup *s)
{
    size_t count, all;
    bool checked;
    cx_str names = anonymous_doors(l, s, &count, &all, &checked);
    cx_setting line = cx_security_of(&s->security, CX_OPT_ALLOW_ANONYMOUS);
    const cx_door *d;
    if (count == 0) return;
    bool global = line && !s->per_listener;
    for (size_t next = 0; !global && (d = cx_lint_next_door(l, s, &next));)
        if (d->serving.anonymous == CX_YES && cx_serving_exposed(&d->serving) && !line)
            line = d->serving.listener->line;
    if (!line) return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_ANONYMOUS_EXPOSED, cx_setting_text(s, line),
                                 "everybody who reaches %s %.*s gets in without a password",
                                 count == 1 ? "port" : "the ports", (int)names.n, names.p);
    if (checked) x->severity = CX_WARNING;
    cx_setting above = global ? listener_above(s, line) : NULL;
    if (above && all > 1)
        cx_lint_note(
            s, line, x,
            "it stands below the listener of line %zu, but without per_listener_settings it holds for all %zu listeners",
            cx_lint_line_number(s, above), all);
    cx_lint_note(s, line, x,
                 checked ? "what such clients may do is up to the access control"
                         : "nothing limits the topics they read and write");
    cx_lint_help(
        s, line, x,
        all > 1 && global
            ? "put 'per_listener_settings true' first, or from 2.1 on 'listener_allow_anonymous' below the listener; or bind the listener to 127.0.0.1"
            : "allow_anonymous false with a password_file, or bind the listener to 127.0.0.1");
}

/* A listener that opens elsewhere than the conf says. */
static void judge_address(const cx_setup *s, const cx_serving *v)
{
    cx_setting line = v->listener->line;
    if (!line || !v->remark || !v->listener->host.p || (v->opens && !cx_serving_exposed(v))) return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_ADDRESS_IGNORED, v->listener->host,
                                 v->opens ? "the listener is open on all interfaces" : "the listener is not opened");
    cx_lint_note(s, line, x, "%s", v->remark);
    cx_lint_help(s, line, x, "an IPv4 address, and 'socket_domain ipv4' below the listener");
}

/* Whether a part of the conf is not here, so that nobody can say what is missing in it. */
static bool is_incomplete(const cx_setup *s)
{
    for (size_t i = 0; i < s->conf->folders.n; i++)
        if (s->conf->folders.items[i].elsewhere) return true;
    return false;
}

static void judge_nobody(cx_lint *l, const cx_setup *s, const cx_serving *v)
{
    cx_setting line = v->listener->line;
    bool open = cx_behaves(s->release, CX_B_ANONYMOUS) == CX_ANONYMOUS_UNLESS_SECURED;
    if (!line || open || is_incomplete(s) || !v->opens || v->protocol == CX_PROTOCOL_IS_HTTP_API ||
        v->allow_anonymous || v->closed || v->authentication.links.n || cx_named_by_tls(v))
        return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_NOBODY_CAN_CONNECT, listener_value(s, v),
                                 "nobody can connect to %s", cx_lint_door_name(l, v));
    cx_lint_note(
        s, line, x,
        "from 2.0 on allow_anonymous is false as soon as there is a listener, and there is no password_file and no plug-in");
    cx_lint_help(s, line, x,
                 "password_file with mosquitto_passwd, or allow_anonymous true where everybody may come in");
}

static void judge_clientid_anonymous(const cx_setup *s, const cx_serving *v)
{
    cx_setting line = cx_listener_of(v->listener, CX_OPT_USE_USERNAME_AS_CLIENTID);
    if (!line || !v->username_as_clientid || !v->allow_anonymous) return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_USERNAME_AS_CLIENTID_ANONYMOUS, cx_setting_text(s, line),
                                 "clients without a user name are refused here, though allow_anonymous is true");
    cx_lint_help(s, line, x, "take one of the two options away");
}

/* ---- what protects a listener ---- */

static void judge_plain(cx_lint *l, const cx_setup *s, const cx_serving *v)
{
    cx_setting line = v->listener->line;
    if (!line || v->tls != CX_TLS_OFF || !cx_serving_exposed(v)) return;
    bool websockets = v->protocol == CX_PROTOCOL_IS_WEBSOCKETS;
    if (websockets && v->listener->origins.n == 0) {
        cx_finding *x =
            cx_lint_line(s, line, CX_RULE_CONF_WEBSOCKETS_EXPOSED, listener_value(s, v),
                         "websockets on %s without TLS, for the pages of every site", cx_lint_door_name(l, v));
        cx_lint_note(s, line, x, "a page in a visitor's browser can connect, and passwords travel in the clear");
        cx_lint_help(s, line, x,
                     "add certfile and keyfile, and websockets_origin; behind a proxy bind it to 127.0.0.1");
    } else if (cx_serving_asks_passwords(v)) {
        cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_PLAINTEXT_PASSWORD, listener_value(s, v),
                                     "passwords travel in the clear to %s", cx_lint_door_name(l, v));
        cx_lint_note(s, line, x, "whoever sees the traffic has them, and every message");
        cx_lint_help(s, line, x, "add certfile and keyfile (port 8883), or bind the listener to 127.0.0.1");
    }
}

static void judge_http_api(const cx_setup *s, const cx_serving *v)
{
    cx_setting line = v->listener->line;
    if (!line || v->protocol != CX_PROTOCOL_IS_HTTP_API || !v->port || cx_host_is_loopback(v->bind)) return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_HTTP_API_EXPOSED, listener_value(s, v),
                                 "the http api is open to other hosts");
    cx_lint_note(s, line, x, "it tells about the broker, and asks nobody for a password");
    cx_lint_help(s, line, x, "bind it to 127.0.0.1");
}

/* A listener that nobody is asked about, where another one has access control. */
static void judge_without_acl(cx_lint *l, const cx_setup *s)
{
    const cx_door *d, *with = NULL;
    if (is_incomplete(s)) return;
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));)
        if (d->serving.access.links.n && !with) with = d;
    for (size_t next = 0; with && (d = cx_lint_next_door(l, s, &next));) {
        const cx_serving *v = &d->serving;
        cx_setting line = v->listener->line;
        if (!line || v->access.links.n || !cx_serving_exposed(v) || v->closed) continue;
        cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_LISTENER_WITHOUT_ACL, listener_value(s, v),
                                     "whoever gets in at %s may read and write everything", cx_lint_door_name(l, v));
        cx_lint_note(s, line, x, "the access control of %s does not hold here", cx_lint_door_name(l, &with->serving));
        cx_lint_help(s, line, x, "give this listener the same acl_file or plug-in");
    }
}

/* ---- advice, once a conf ---- */

static void advise_all_interfaces(const cx_setup *s, const cx_serving *v)
{
    cx_setting line = v->listener->line;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_ALL_INTERFACES, listener_value(s, v),
                                 "the listener is open on every network of the host");
    cx_lint_help(s, line, x, "name the address it is for, or 0.0.0.0 to say that all are meant");
}

static bool has_limit(const cx_setup *s, const cx_serving *v)
{
    static const unsigned limits[] = {CX_OPT_MAX_PACKET_SIZE,     CX_OPT_MEMORY_LIMIT,
                                      CX_OPT_MAX_QUEUED_MESSAGES, CX_OPT_MAX_QUEUED_BYTES,
                                      CX_OPT_MESSAGE_SIZE_LIMIT,  CX_OPT_GLOBAL_MAX_CONNECTIONS,
                                      CX_OPT_GLOBAL_MAX_CLIENTS,  CX_OPT_PERSISTENT_CLIENT_EXPIRATION,
                                      CX_OPT_MAX_KEEPALIVE};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (cx_setup_of(s, limits[i])) return true;
    return cx_listener_of(v->listener, CX_OPT_MAX_CONNECTIONS) != NULL;
}

static void advise_limits(const cx_setup *s, const cx_serving *v)
{
    cx_setting line = v->listener->line;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_NO_LIMITS, listener_value(s, v),
                                 "nothing limits what clients take of the host");
    cx_lint_note(s, line, x, "any number of connections, packets of up to 256 MB, sessions kept for ever");
    cx_lint_help(s, line, x, "max_connections, max_packet_size, persistent_client_expiration");
}

static void advise_takeover(const cx_setup *s, const cx_serving *v)
{
    cx_setting line = v->authentication.links.items[0].line;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_CLIENT_ID_TAKEOVER, CX_STR_NONE,
                                 "a user who connects with another's client id takes over its session");
    cx_lint_note(s, line, x, "the other one is disconnected, and its queued messages go to whoever has its id");
    cx_lint_help(s, line, x, "use_username_as_clientid true on the listener, or bound client ids in dynamic security");
}

static void advise(cx_lint *l, const cx_setup *s)
{
    const cx_door *d;
    bool all = false, limits = false, takeover = false;
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));) {
        const cx_serving *v = &d->serving;
        if (!cx_serving_exposed(v) || !v->listener->line || v->closed) continue;
        if (!all && !v->listener->host.p && !v->interface.p) advise_all_interfaces(s, v), all = true;
        if (!limits && !is_incomplete(s) && !has_limit(s, v)) advise_limits(s, v), limits = true;
        if (!takeover && cx_serving_asks_passwords(v) && v->access.links.n && !v->username_as_clientid &&
            v->authentication.links.items[0].line)
            advise_takeover(s, v), takeover = true;
    }
}

void cx_lint_listeners(cx_lint *l, const cx_setup *s)
{
    const cx_door *d;
    judge_anonymous(l, s);
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));) {
        judge_address(s, &d->serving);
        judge_nobody(l, s, &d->serving);
        judge_clientid_anonymous(s, &d->serving);
        judge_plain(l, s, &d->serving);
        judge_http_api(s, &d->serving);
    }
    judge_without_acl(l, s);
    advise(l, s);
}
