#include "report/setup.h"

const char *cx_asked_name(cx_asked a)
{
    static const char *const names[] = {
        [CX_ASKS_CERTIFICATE] = "certificate",     [CX_ASKS_PSK] = "psk",
        [CX_ASKS_DYNSEC] = "dynamic_security",     [CX_ASKS_PASSWORD_PLUGIN] = "password_file_plugin",
        [CX_ASKS_ACL_PLUGIN] = "acl_file_plugin",  [CX_ASKS_OTHER_PLUGIN] = "unknown_plugin",
        [CX_ASKS_PASSWORD_FILE] = "password_file", [CX_ASKS_ACL_FILE] = "acl_file",
    };
    return names[a];
}

/* ---- every setting ---- */

struct each {
    void (*call)(void *context, cx_setting line, cx_str owner);
    void *context;
};

static void each_of(const struct each *e, const cx_setting *settings, size_t n, cx_str owner)
{
    for (size_t i = 0; i < n; i++)
        if (settings[i]) e->call(e->context, settings[i], owner);
}

static void each_listener(const struct each *e, const cx_setup *s, const cx_listener *l, cx_arena *a)
{
    cx_str owner = cx_arena_printf(a, "listener %u%s%.*s", l->port, l->host.p ? " " : "", (int)l->host.n,
                                   l->host.p ? l->host.p : "");
    each_of(e, l->settings, CX_SLOTS_LISTENER, owner);
    for (size_t i = 0; i < l->origins.n; i++) e->call(e->context, l->origins.items[i], owner);
    if (s->per_listener) each_of(e, l->security.settings, CX_SLOTS_SECURITY, owner);
}

static void each_plugin(const struct each *e, const cx_plugin *p, cx_arena *a)
{
    cx_str name = cx_plugin_file_name(p);
    cx_str owner = cx_arena_printf(a, "plug-in %.*s", (int)name.n, name.n ? name.p : "");
    e->call(e->context, p->line, owner);
    each_of(e, p->settings, CX_SLOTS_PLUGIN, owner);
    for (size_t i = 0; i < p->options.n; i++) e->call(e->context, p->options.items[i], owner);
}

void cx_setup_each(const cx_setup *s, void call(void *context, cx_setting line, cx_str owner), void *context)
{
    struct each e = {call, context};
    cx_arena a = {0};
    each_of(&e, s->settings, CX_SLOTS_GLOBAL, CX_STR(""));
    each_of(&e, s->logs.items, s->logs.n, CX_STR(""));
    each_of(&e, s->includes.items, s->includes.n, CX_STR(""));
    each_of(&e, s->security.settings, CX_SLOTS_SECURITY, CX_STR(""));
    for (size_t i = s->discarded; i < s->listeners.n; i++) each_listener(&e, s, s->listeners.items[i], &a);
    for (size_t i = 0; i < s->plugins.n; i++) each_plugin(&e, s->plugins.items[i], &a);
    for (size_t i = 0; i < s->bridges.n; i++) {
        const cx_bridge *b = s->bridges.items[i];
        cx_str owner = cx_arena_printf(&a, "connection %.*s", (int)b->name.n, b->name.p);
        each_of(&e, b->settings, CX_SLOTS_BRIDGE, owner);
    }
    cx_arena_clear(&a);
}

/* ---- JSON ---- */

static void put_place(cx_json *j, const cx_setup *s, cx_setting line)
{
    cx_conf_file *file = line ? s->conf->files.items[line->file] : NULL;
    cx_json_str(j, "file", file ? file->source.name : CX_STR_NONE);
    if (file) cx_json_int(j, "line", (long long)cx_source_place(&file->source, line->at).line);
    else cx_json_null(j, "line");
}

static void put_chain(cx_json *j, const cx_setup *s, const char *key, const cx_chain *chain)
{
    cx_json_array(j, key);
    for (size_t i = 0; i < chain->links.n; i++) {
        const cx_link *link = &chain->links.items[i];
        cx_json_object(j, NULL);
        cx_json_str(j, "kind", cx_str_of(cx_asked_name(link->asked)));
        cx_json_str(j, "path", link->file);
        cx_json_str(j, "plugin", link->plugin ? link->plugin->path : CX_STR_NONE);
        put_place(j, s, link->line);
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
}

static void put_tristate(cx_json *j, const char *key, cx_tristate value)
{
    if (value == CX_UNKNOWN) cx_json_null(j, key);
    else cx_json_bool(j, key, value == CX_YES);
}

static void put_listener(cx_json *j, const cx_serving *v)
{
    const cx_conf_option *protocols = &cx_conf_options[CX_OPT_PROTOCOL];
    static const char *const tls[] = {"off", "certificate", "psk"};
    cx_json_object(j, NULL);
    cx_json_str(j, "bind", v->bind);
    cx_json_int(j, "port", v->port);
    cx_json_str(j, "protocol", cx_str_of(protocols->choices[v->protocol].word));
    cx_json_bool(j, "tls", v->tls != CX_TLS_OFF);
    cx_json_str(j, "tls_kind", cx_str_of(tls[v->tls]));
    put_tristate(j, "anonymous", v->anonymous);
    cx_json_str(j, "anonymous_because", cx_str_of(v->anonymous_why));
    cx_json_bool(j, "implicit", v->listener->kind != CX_LISTENER_EXPLICIT);
    cx_json_bool(j, "random_port", v->random_port);
    cx_json_str(j, "interface", v->interface);
    cx_json_str(j, "remark", cx_str_of(v->remark));
    cx_json_str(j, "mount_point", v->mount_point);
    cx_json_bool(j, "username_as_clientid", v->username_as_clientid);
    put_chain(j, v->setup, "authentication", &v->authentication);
    put_chain(j, v->setup, "access", &v->access);
    put_place(j, v->setup, v->listener->line);
    cx_json_end_object(j);
}

/* Those that are opened, or those that are not. */
static void put_listeners(cx_json *j, const cx_setup *s, const char *key, bool opened)
{
    cx_json_array(j, key);
    for (size_t i = s->discarded; i < s->listeners.n; i++) {
        cx_serving v;
        cx_serve(&v, s, s->listeners.items[i]);
        if (v.opens == opened) put_listener(j, &v);
        cx_serving_clear(&v);
    }
    cx_json_end_array(j);
}

static void put_topic(cx_json *j, const cx_setup *s, const cx_bridge_topic *t)
{
    static const char *const directions[] = {"out", "in", "both"};
    cx_json_object(j, NULL);
    cx_json_str(j, "pattern", t->pattern.p ? t->pattern : CX_STR(""));
    cx_json_str(j, "direction", cx_str_of(directions[t->direction]));
    cx_json_int(j, "qos", t->qos);
    cx_json_str(j, "local_prefix", t->local_prefix);
    cx_json_str(j, "remote_prefix", t->remote_prefix);
    cx_json_str(j, "local", t->local);
    cx_json_str(j, "remote", t->remote);
    put_place(j, s, t->line);
    cx_json_end_object(j);
}

static void put_bridge(cx_json *j, const cx_setup *s, const cx_bridge *b)
{
    cx_json_object(j, NULL);
    cx_json_str(j, "name", b->name);
    cx_json_array(j, "addresses");
    for (size_t i = 0; i < b->addresses.n; i++) {
        cx_json_object(j, NULL);
        cx_json_str(j, "host", b->addresses.items[i].host);
        cx_json_int(j, "port", b->addresses.items[i].port);
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
    cx_json_bool(j, "tls", cx_bridge_has_tls(s, b));
    cx_json_str(j, "remote_username", cx_setting_text(s, cx_bridge_of(b, CX_OPT_REMOTE_USERNAME)));
    cx_json_array(j, "topics");
    for (size_t i = 0; i < b->topics.n; i++) put_topic(j, s, &b->topics.items[i]);
    cx_json_end_array(j);
    put_place(j, s, b->line);
    cx_json_end_object(j);
}

struct settings {
    cx_json *j;
    const cx_setup *s;
    bool paths; /* only those that name files */
};

static void put_setting(void *context, cx_setting line, cx_str owner)
{
    const struct settings *c = context;
    const cx_conf_option *o = cx_conf_line_option(line);
    if (c->paths && o->path == CX_PATH_NONE) return;
    cx_json_object(c->j, NULL);
    cx_json_str(c->j, "option", cx_str_of(o->name));
    if (o->repeatable) cx_json_str(c->j, "name", cx_conf_line_word(c->s->conf, line));
    cx_json_str(c->j, "value", cx_setting_secret(c->s, line) ? CX_STR_NONE : cx_setting_shown(c->s, line));
    cx_json_str(c->j, "of", owner.n ? owner : CX_STR_NONE);
    put_place(c->j, c->s, line);
    cx_json_end_object(c->j);
}

void cx_report_setup_json(cx_json *j, const cx_setup *s)
{
    cx_json_str(j, "target", cx_str_of(s->release->label));
    cx_json_bool(j, "local_only", s->local_only);
    put_listeners(j, s, "listeners", true);
    put_listeners(j, s, "unopened", false);
    cx_json_array(j, "bridges");
    for (size_t i = 0; i < s->bridges.n; i++) put_bridge(j, s, s->bridges.items[i]);
    cx_json_end_array(j);
    cx_json_array(j, "files");
    cx_setup_each(s, put_setting, &(struct settings){j, s, true});
    cx_json_end_array(j);
    cx_json_array(j, "settings");
    cx_setup_each(s, put_setting, &(struct settings){j, s, false});
    cx_json_end_array(j);
}
