/* Lines that make listeners, and say where they listen. */
#include "broker/take.h"

cx_listener *cx_add_listener(cx_setup *s, cx_listener_kind kind, cx_setting line)
{
    cx_listener *l = cx_arena_calloc(&s->arena, sizeof *l);
    l->kind = kind;
    l->line = line;
    cx_vec_add(&s->listeners, l);
    s->things++;
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

void cx_take_listener(cx_taking *t)
{
    cx_setup *s = t->setup;
    s->listener_named = true;
    cx_listener *l = cx_add_listener(s, CX_LISTENER_EXPLICIT, t->line);
    t->at->listener = l;
    t->at->lost_listener = false;
    cx_str rest = t->rest, word;
    int port;
    if (!cx_take_int(t, &rest, cx_takes_on_demand(t) ? "listener port" : "listener", &word, &port)) return;
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

/* The default listener, which port and bind_address name. */
static cx_listener *named_default(cx_taking *t)
{
    t->setup->listener_named = true;
    if (!cx_takes_on_demand(t)) return &t->setup->prepared;
    t->at->lost_listener = false;
    return t->at->listener = cx_default_listener(t->setup, t->line);
}

void cx_take_port(cx_taking *t)
{
    cx_listener *l = named_default(t);
    cx_str rest = t->rest, word;
    int port;
    if (cx_takes_on_demand(t)) l->line = t->line;
    if (!cx_take_int(t, &rest, "port", &word, &port) || !cx_take_range(t, word, port)) return;
    l->port = (uint16_t)port;
    l->settings[t->option->slot] = t->line;
}

void cx_take_bind_address(cx_taking *t)
{
    cx_listener *l = named_default(t);
    if (cx_takes_on_demand(t) && !cx_listener_of(l, CX_OPT_PORT)) l->line = t->line;
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

void cx_take_protocol_versions(cx_taking *t)
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
