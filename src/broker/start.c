#include "broker/start.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/io.h"
#include "broker/load.h"

static cx_targets bit(const cx_setup *s) { return CX_TARGET_BIT(s->release); }

/* The value of a line, its word when it has none. */
static cx_str value_at(const cx_setup *s, cx_setting line)
{
    cx_str value = cx_setting_text(s, line);
    return value.n ? value : cx_conf_line_word(s->conf, line);
}

/* ---- sockets ---- */

/* The address families a socket is opened in; .any: all addresses of them; .named: what the host's name stands
 * for, one of them or both, only the machine knows. */
struct families {
    bool v4, v6, any, named;
};

static bool by_lws(const cx_serving *v) { return cx_listener_by_lws(v->setup, v->listener); }

static struct families families(const cx_serving *v)
{
    cx_str host = by_lws(v) ? v->bind : v->listener->host;
    if (by_lws(v) && cx_str_is(host, "::")) return (struct families){true, true, true, false}; /* without IPV6_V6ONLY */
    cx_setting domain = cx_listener_of(v->listener, CX_OPT_SOCKET_DOMAIN);
    bool ipv4 = domain && cx_str_is(cx_setting_first(v->setup, domain), "ipv4");
    if (!host.p) return (struct families){!domain || ipv4, !domain || !ipv4, !v->interface.p, false};
    if (cx_is_ipv4(host)) return (struct families){true, false, cx_str_is(host, "0.0.0.0"), false};
    if (cx_str_has(host, ':')) return (struct families){false, true, cx_str_is(host, "::"), false};
    return (struct families){.v4 = true, .v6 = true, .named = true};
}

static bool takes_all(struct families f) { return f.any && f.v4 && f.v6; }

/* Two sockets of one port that cannot both be opened, on any machine. */
static bool clash(const cx_serving *a, const cx_serving *b)
{
    struct families x = families(a), y = families(b);
    if (x.named || y.named) return takes_all(x) || takes_all(y) || cx_str_eq(a->bind, b->bind);
    if (!((x.v4 && y.v4) || (x.v6 && y.v6))) return false;
    return x.any || y.any || cx_str_eq(a->bind, b->bind);
}

/* The last door on each port of a release: number + 1. */
struct ports {
    cx_map numbers; /* keys are the ports of doors */
    CX_VEC(uint32_t) last;
};

/* An earlier door of the same release on the same port that leaves no room for the last one; NULL: there is none. */
static const cx_serving *in_the_way(cx_start *st, struct ports *ports)
{
    cx_door *d = st->doors.items[st->doors.n - 1];
    const cx_serving *v = &d->serving;
    if (!v->opens || v->port == 0) return NULL; /* a unix socket is taken over */
    uint32_t number = cx_map_put(&ports->numbers, (cx_str){(const char *)&v->port, sizeof v->port}), at = 0;
    if (number < ports->last.n) at = ports->last.items[number];
    else cx_vec_add(&ports->last, 0);
    d->same_port = at;
    ports->last.items[number] = (uint32_t)st->doors.n;
    for (; at; at = st->doors.items[at - 1]->same_port)
        if (clash(v, &st->doors.items[at - 1]->serving)) return &st->doors.items[at - 1]->serving;
    return NULL;
}

/* The last door against those before it. */
static void judge_socket(cx_start *st, cx_setup *s, struct ports *ports)
{
    const cx_serving *v = &st->doors.items[st->doors.n - 1]->serving, *other = in_the_way(st, ports);
    cx_setting line = v->listener->line;
    if (!other || v->protocol == CX_PROTOCOL_IS_HTTP_API || !line) return;
    bool implicit = v->listener->kind == CX_LISTENER_DEFAULT;
    char text[64];
    snprintf(text, sizeof text, "port %u is opened twice%s", v->port,
             implicit ? ", here for the default listener" : "");
    cx_finding *x = CX_FOUNDERS(st, s, line, CX_RULE_CONF_DUPLICATE_LISTENER,
                                implicit ? cx_conf_line_word(s->conf, line) : value_at(s, line), "%s", text);
    cx_setting first = other->listener->line;
    if (first)
        cx_finding_note(cx_setting_findings(s, line), x, "the first time because of line %zu",
                        cx_source_place(&s->conf->files.items[first->file]->source, first->at).line);
}

/* A broker with none but websockets listeners of libwebsockets, or http api ones, ends. */
static void judge_none(cx_start *st, cx_setup *s)
{
    cx_setting line = NULL;
    for (size_t i = s->discarded; i < s->listeners.n; i++) {
        const cx_listener *l = s->listeners.items[i];
        line = cx_listener_of(l, CX_OPT_PROTOCOL);
        if (!cx_str_is(cx_setting_first(s, line), "http_api") && !cx_listener_by_lws(s, l)) return;
    }
    if (!line) return;
    cx_finding *x = CX_FOUNDERS(st, s, line, CX_RULE_CONF_NO_MQTT_LISTENER, value_at(s, line),
                                "no listener for plain MQTT is left");
    cx_finding_note(cx_setting_findings(s, line), x,
                    "the broker says that it cannot start any listening socket, and ends");
}

/* ---- doors ---- */

static void add_step(cx_broker *b, cx_step step)
{
    if (b->step_count && !b->steps[b->step_count - 1].policy) return; /* nothing is known behind an unknown one */
    if (b->step_count < CX_STEPS_MAX) b->steps[b->step_count++] = step;
}

/* What all active dynamic security plug-ins of the broker load together; NULL: too many, or one is not here. */
static cx_policy *shared_policy(cx_start *st, const cx_setup *s)
{
    cx_policy *p = &st->shared[s->release->index];
    cx_dynsec *files[CX_DOCUMENTS_MAX];
    unsigned count = 0;
    for (size_t i = 0; i < s->plugins.n && !p->release; i++) {
        cx_str path = s->plugins.items[i]->dynsec_file;
        if (!path.p) continue;
        cx_named_file *file = cx_files_open(&st->files, CX_KIND_DYNSEC, path);
        if (count == CX_DOCUMENTS_MAX || file->elsewhere) return NULL;
        files[count++] = &file->dynsec;
    }
    if (!p->release) cx_policy_from_dynsec(p, files, count, s->release);
    return p;
}

/* What the plug-in does where there is no file: it makes one, if it knows a password for it and can
 * write there; NULL: it runs with an empty policy. */
static cx_named_file *initial_file(cx_start *st, const cx_setup *s, const cx_link *link, const cx_named_file *missing)
{
    cx_setting line;
    cx_str secret = cx_plugin_option(s, link->plugin, "password_init_file", CX_OPTION_ANY_CASE, &line);
    if (cx_behaves(s->release, CX_B_DYNSEC_MISSING_FILE) != CX_DYNSEC_MISSING_FILE_GENERATED ||
        cx_exists(missing->path.p) || !cx_start_has_folder(st, link->file))
        return NULL;
    if (secret.p && cx_paths_lacks(&st->files.paths, &st->files.arena, secret)) return NULL;
    return cx_files_made(&st->files, secret.p ? CX_MADE_ADMIN : CX_MADE_DEMO);
}

static cx_policy *dynsec_policy(cx_start *st, const cx_setup *s, const cx_link *link)
{
    if (cx_behaves(s->release, CX_B_DYNSEC_INSTANCES) == CX_DYNSEC_INSTANCES_SHARED) return shared_policy(st, s);
    if (link->plugin->forgotten) return cx_named_policy(cx_files_made(&st->files, CX_MADE_EMPTY), s->release);
    cx_named_file *file = cx_files_open(&st->files, CX_KIND_DYNSEC, link->file);
    if (file->elsewhere) return NULL;
    cx_named_file *made = file->findings ? NULL : initial_file(st, s, link, file);
    return cx_named_policy(made ? made : file, s->release);
}

static void build_steps(cx_start *st, cx_door *d)
{
    const cx_chain *chain = &d->serving.access;
    for (size_t i = 0; i < chain->links.n; i++) {
        const cx_link *link = &chain->links.items[i];
        if (link->asked == CX_ASKS_DYNSEC) {
            add_step(&d->broker, (cx_step){dynsec_policy(st, d->setup, link), link->plugin->path});
        } else if (link->asked == CX_ASKS_OTHER_PLUGIN) {
            add_step(&d->broker, (cx_step){.who = link->plugin->path});
        } else if (link->file.p) {
            cx_named_file *acl = cx_files_open(&st->files, CX_KIND_ACL, link->file);
            if (acl->elsewhere) add_step(&d->broker, (cx_step){.who = acl->path});
            if (!acl->findings || acl->findings->refused & CX_TARGET_BIT(d->broker.release)) return;
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

static void judge_unix_socket(cx_start *st, cx_setup *s, const cx_serving *v)
{
    const cx_listener *l = v->listener;
    if (v->port || v->random_port || !l->line || cx_start_has_folder(st, v->bind)) return;
    CX_FOUNDERS(st, s, l->line, CX_RULE_CROSS_MISSING_FILE, l->host,
                "the socket cannot be made: its folder does not exist");
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
    if (!l->line || !l->host.p || v->port == 0 || by_lws(v) || v->protocol == CX_PROTOCOL_IS_HTTP_API) return;
    if (wrong_family(s, l))
        CX_FOUNDERS(st, s, l->line, CX_RULE_CONF_BAD_ADDRESS, l->host,
                    "socket_domain leaves this address out: the socket cannot be opened");
    else if (!cx_conf_host_possible(l->host))
        CX_FOUNDERS(st, s, l->line, CX_RULE_CONF_BAD_ADDRESS, l->host,
                    "no address and no host name: the socket cannot be opened");
}

static void open_doors(cx_start *st, cx_setup *s)
{
    struct ports ports = {0};
    for (size_t i = s->discarded; i < s->listeners.n; i++) {
        add_door(st, s, s->listeners.items[i]);
        judge_socket(st, s, &ports);
        judge_unix_socket(st, s, &st->doors.items[st->doors.n - 1]->serving);
        judge_address(st, s, &st->doors.items[st->doors.n - 1]->serving);
    }
    cx_map_clear(&ports.numbers);
    cx_vec_clear(&ports.last);
    judge_none(st, s);
}

void cx_start_all(cx_start *st, cx_setups *setups)
{
    st->setups = setups;
    for (size_t i = CX_RELEASE_COUNT; i-- > 0;) {
        cx_setup *s = &setups->of[i];
        if (!s->release) continue;
        cx_start_load(st, s);
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
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        if (st->shared[i].release) cx_policy_clear(&st->shared[i]);
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

static bool is_elsewhere(cx_start *st, const cx_link *link)
{
    return link->file.p && cx_files_open(&st->files, CX_KIND_PASSWD, link->file)->elsewhere;
}

static bool has_entry(cx_start *st, const cx_door *d, cx_str path, cx_str user)
{
    cx_named_file *file = path.p ? cx_files_open(&st->files, CX_KIND_PASSWD, path) : NULL;
    return file && file->findings && cx_passwd_find(&file->passwd, user, d->broker.release);
}

/* What dynamic security says to a login with the right password; CX_DEFER: the next one is asked. */
static cx_outcome dynsec_login(const cx_policy *p, const cx_client *c, const char **why)
{
    uint32_t number = cx_policy_user(p, c->user);
    *why = "neither dynamic security nor anybody else knows the user";
    if (number == CX_MAP_NONE) return CX_DEFER;
    const cx_dynsec_client *entry = p->clients.items[number];
    *why = "the client is disabled in dynamic security";
    if (entry->disabled) return CX_DENY;
    *why = "dynamic security binds the user to another client id";
    if (entry->id.p && (c->fresh || !cx_str_eq(entry->id, c->id))) return CX_DENY;
    *why = "dynamic security has no usable password of the user";
    if (entry->logins & CX_TARGET_BIT(p->release)) return CX_ALLOW;
    return cx_behaves(p->release, CX_B_DYNSEC_NO_PASSWORD) == CX_DYNSEC_NO_PASSWORD_DEFERRED ? CX_DEFER : CX_DENY;
}

/* A client with a user name, and a password that is right where one is checked. */
static cx_tristate admits_user(cx_start *st, const cx_door *d, const cx_client *c, const char **why)
{
    const cx_chain *chain = &d->serving.authentication;
    if (cx_named_by_tls(&d->serving)) return CX_YES;
    for (size_t i = 0; i < chain->links.n; i++) {
        const cx_link *link = &chain->links.items[i];
        if (link->asked == CX_ASKS_DYNSEC) {
            const cx_policy *p = dynsec_policy(st, d->setup, link);
            cx_outcome outcome = p ? dynsec_login(p, c, why) : CX_IGNORE;
            if (outcome == CX_ALLOW) return CX_YES;
            if (outcome == CX_DENY) return CX_NO;
            if (p) continue;
        }
        if (link->asked != CX_ASKS_PASSWORD_FILE && link->asked != CX_ASKS_PASSWORD_PLUGIN) {
            *why = "a plug-in decides";
            return CX_UNKNOWN;
        }
        if (is_elsewhere(st, link)) {
            *why = "the password file is not here";
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
    if (!c->anonymous && c->user.n) {
        cx_client own = *c;
        if (d->broker.username_as_clientid) own = (cx_client){.user = c->user, .id = c->user};
        return admits_user(st, d, &own, why);
    }
    *why = d->serving.anonymous_why;
    return d->serving.anonymous;
}
