/* The broker a conf makes, for people. */
#include "report/setup.h"

static void put_origin(cx_buf *out, cx_style style, const cx_setup *s, cx_setting line)
{
    if (!line) return;
    cx_conf_file *file = s->conf->files.items[line->file];
    cx_buf where = {0};
    cx_buf_printf(&where, "  %.*s:%zu", (int)file->source.name.n, file->source.name.p,
                  cx_source_place(&file->source, line->at).line);
    cx_put_painted(out, style, CX_PAINT_DIM, cx_buf_str(&where));
    cx_buf_clear(&where);
}

static void put_label(cx_buf *out, const char *label) { cx_buf_printf(out, "  %-15s ", label); }

/* Of long lists so many entries are shown; JSON has them all. */
enum { SHOWN_MAX = 1000, LINKS_SHOWN_MAX = 20 };

static void put_more(cx_buf *out, size_t n, size_t most, const char *what)
{
    if (n > most) cx_buf_printf(out, "  … and %zu more %s\n", n - most, what);
}

/* ---- listeners ---- */

static void put_address(cx_buf *out, const cx_serving *v)
{
    bool v6 = cx_str_has(v->bind, ':') && v->bind.p[0] != '/';
    if (v->port == 0 && !v->random_port) {
        cx_buf_put_safe(out, v->bind);
        return;
    }
    cx_buf_puts(out, v6 ? "[" : "");
    cx_buf_put_safe(out, v->bind);
    cx_buf_puts(out, v6 ? "]" : "");
    if (v->random_port) cx_buf_puts(out, ":(random)");
    else cx_buf_printf(out, ":%u", v->port);
}

static void put_kind(cx_buf *out, const cx_serving *v)
{
    static const char *const tls[] = {"no TLS", "TLS", "TLS with pre-shared keys"};
    cx_buf_printf(out, "  %s, %s", cx_conf_options[CX_OPT_PROTOCOL].choices[v->protocol].word, tls[v->tls]);
    if (v->tls == CX_TLS_CERTIFICATE &&
        cx_setting_bool(v->setup, cx_listener_of(v->listener, CX_OPT_REQUIRE_CERTIFICATE), false))
        cx_buf_puts(out, ", client certificate required");
    if (cx_str_is(v->bind, "0.0.0.0") || cx_str_is(v->bind, "::")) cx_buf_puts(out, ", all interfaces");
    else if (v->listener->kind == CX_LISTENER_LOCAL) cx_buf_puts(out, ", only programs on this machine");
    if (v->interface.p) {
        cx_buf_puts(out, ", interface ");
        cx_buf_put_safe(out, v->interface);
    }
}

static const char *asked_words(cx_asked a)
{
    static const char *const words[] = {
        [CX_ASKS_CERTIFICATE] = "the client's certificate",
        [CX_ASKS_PSK] = "the pre-shared key",
        [CX_ASKS_DYNSEC] = "dynamic security",
        [CX_ASKS_PASSWORD_PLUGIN] = "password-file plug-in",
        [CX_ASKS_ACL_PLUGIN] = "acl-file plug-in",
        [CX_ASKS_OTHER_PLUGIN] = "unknown plug-in",
        [CX_ASKS_PASSWORD_FILE] = "password_file",
        [CX_ASKS_ACL_FILE] = "acl_file",
    };
    return words[a];
}

static void put_chain(cx_buf *out, cx_style style, const cx_serving *v, const char *label, const cx_chain *chain,
                      const char *nobody)
{
    if (chain->links.n == 0) {
        put_label(out, label);
        cx_buf_printf(out, "nobody: %s\n", nobody);
    }
    for (size_t i = 0; i < chain->links.n && i < LINKS_SHOWN_MAX; i++) {
        const cx_link *link = &chain->links.items[i];
        put_label(out, i == 0 ? label : "  then");
        cx_buf_puts(out, asked_words(link->asked));
        cx_str path = link->file.p ? link->file : link->plugin ? link->plugin->path : CX_STR_NONE;
        if (path.p) {
            cx_buf_putc(out, ' ');
            cx_buf_put_safe(out, path);
        }
        put_origin(out, style, v->setup, link->file_line ? link->file_line : link->line);
        cx_buf_putc(out, '\n');
    }
    put_more(out, chain->links.n, LINKS_SHOWN_MAX, "are asked then");
}

static void put_anonymous(cx_buf *out, cx_style style, const cx_serving *v)
{
    static const char *const words[] = {"refused", "accepted", "not known"};
    bool open = v->anonymous == CX_YES && v->listener->kind != CX_LISTENER_LOCAL;
    put_label(out, "without a name");
    cx_put_painted(out, style, open ? CX_PAINT_WARN : CX_PAINT_PLAIN, cx_str_of(words[v->anonymous]));
    cx_buf_printf(out, " (%s)\n", v->anonymous_why);
}

/* What happens to a client that names a user when nobody is asked. */
static const char *named_users(const cx_serving *v)
{
    if (cx_behaves(v->setup->release, CX_B_CHAIN_ORDER) == CX_CHAIN_ORDER_FILES)
        return "any user name and password is accepted";
    return v->anonymous == CX_YES ? "any user name and password is accepted" : "no client can connect";
}

static void put_listener(cx_buf *out, cx_style style, const cx_serving *v)
{
    cx_buf head = {0};
    cx_buf_puts(&head, "listener ");
    put_address(&head, v);
    cx_put_painted(out, style, CX_PAINT_BOLD, cx_buf_str(&head));
    cx_buf_clear(&head);
    put_kind(out, v);
    put_origin(out, style, v->setup, v->listener->line);
    cx_buf_putc(out, '\n');
    if (v->listener->kind == CX_LISTENER_DEFAULT && v->listener->line) {
        put_label(out, "why");
        cx_buf_puts(out, "the default listener, opened because of '");
        cx_buf_put_safe(out, cx_conf_line_word(v->setup->conf, v->listener->line));
        cx_buf_puts(out, "'\n");
    }
    if (!v->opens) {
        put_label(out, "socket");
        cx_put_painted(out, style, CX_PAINT_WARN, CX_STR("not opened, and the broker runs without it"));
        cx_buf_putc(out, '\n');
    }
    if (v->remark) {
        put_label(out, "note");
        cx_buf_printf(out, "%s\n", v->remark);
    }
    if (v->protocol == CX_PROTOCOL_IS_HTTP_API) return;
    put_anonymous(out, style, v);
    put_chain(out, style, v, "passwords", &v->authentication, named_users(v));
    put_chain(out, style, v, "topics", &v->access, "every topic is allowed, except publishing to $SYS");
    if (v->mount_point.p) {
        put_label(out, "mount point");
        cx_buf_put_safe(out, v->mount_point);
        cx_buf_puts(out, "  (put before every topic of its clients)\n");
    }
    if (v->username_as_clientid) {
        put_label(out, "client id");
        cx_buf_puts(out, "replaced by the user name\n");
    }
}

/* ---- bridges ---- */

static size_t widest(const cx_bridge *b)
{
    size_t most = 4;
    for (size_t i = 0; i < b->topics.n; i++)
        if (b->topics.items[i].local.n > most && b->topics.items[i].local.n <= 40) most = b->topics.items[i].local.n;
    return most;
}

static void put_topic(cx_buf *out, cx_style style, const cx_setup *s, const cx_bridge_topic *t, size_t width)
{
    static const char *const arrows[] = {"->", "<-", "<->"};
    cx_buf_printf(out, "  %-4s  %d    ",
                  t->direction == CX_BRIDGE_OUT  ? "out"
                  : t->direction == CX_BRIDGE_IN ? "in"
                                                 : "both",
                  t->qos);
    size_t from = out->n;
    cx_buf_put_safe(out, t->local);
    if (out->n - from < width) cx_buf_fill(out, ' ', width - (out->n - from));
    cx_buf_printf(out, "  %-3s  ", arrows[t->direction]);
    cx_buf_put_safe(out, t->remote);
    put_origin(out, style, s, t->line);
    cx_buf_putc(out, '\n');
}

static void put_bridge(cx_buf *out, cx_style style, const cx_setup *s, const cx_bridge *b)
{
    cx_buf head = {0};
    cx_buf_puts(&head, "bridge ");
    cx_buf_put_safe(&head, b->name);
    cx_put_painted(out, style, CX_PAINT_BOLD, cx_buf_str(&head));
    cx_buf_clear(&head);
    cx_buf_puts(out, "  to");
    for (size_t i = 0; i < b->addresses.n; i++) {
        cx_buf_putc(out, ' ');
        cx_buf_put_safe(out, b->addresses.items[i].host);
        cx_buf_printf(out, ":%u", b->addresses.items[i].port);
    }
    cx_buf_puts(out, cx_bridge_has_tls(s, b) ? ", TLS" : ", no TLS");
    put_origin(out, style, s, b->line);
    cx_buf_putc(out, '\n');
    size_t width = widest(b);
    cx_buf_puts(out, "  dir   QoS  here");
    cx_buf_fill(out, ' ', width - 4);
    cx_buf_puts(out, "       there\n");
    for (size_t i = 0; i < b->topics.n && i < SHOWN_MAX; i++) put_topic(out, style, s, &b->topics.items[i], width);
    put_more(out, b->topics.n, SHOWN_MAX, "topics");
}

/* ---- settings ---- */

struct settings {
    cx_buf *out;
    cx_style style;
    const cx_setup *s;
    size_t n;
    char last[128]; /* whose settings were put last */
};

static void put_setting(void *context, cx_setting line, cx_str owner)
{
    struct settings *c = context;
    if (c->n++ >= SHOWN_MAX) return;
    char name[sizeof c->last];
    size_t n = owner.n < sizeof name - 1 ? owner.n : sizeof name - 1;
    memcpy(name, owner.p, n);
    name[n] = '\0';
    if (strcmp(name, c->last) != 0) {
        cx_buf_puts(c->out, "  of ");
        cx_buf_put_safe(c->out, (cx_str){name, n});
        cx_buf_puts(c->out, ":\n");
        memcpy(c->last, name, n + 1);
    }
    cx_buf_printf(c->out, "  %s", n ? "  " : "");
    size_t from = c->out->n;
    cx_buf_put_safe(c->out, cx_conf_line_word(c->s->conf, line));
    if (c->out->n - from < 26) cx_buf_fill(c->out, ' ', 26 - (c->out->n - from));
    cx_buf_putc(c->out, ' ');
    if (cx_setting_secret(c->s, line)) cx_buf_puts(c->out, "********");
    else cx_buf_put_safe(c->out, cx_setting_shown(c->s, line));
    put_origin(c->out, c->style, c->s, line);
    cx_buf_putc(c->out, '\n');
}

void cx_report_setup(cx_buf *out, cx_style style, const cx_setup *s)
{
    for (size_t i = s->discarded; i < s->listeners.n && i < s->discarded + SHOWN_MAX; i++) {
        cx_serving v;
        cx_serve(&v, s, s->listeners.items[i]);
        put_listener(out, style, &v);
        cx_buf_putc(out, '\n');
        cx_serving_clear(&v);
    }
    put_more(out, s->listeners.n - s->discarded, SHOWN_MAX, "listeners\n");
    if (s->lost_settings)
        cx_buf_puts(out, "Settings behind an include_dir line are lost; 'culex check --syntax' says which.\n\n");
    if (s->local_only)
        cx_buf_puts(out, "There is no listener line, so nobody can connect from another machine.\n"
                         "'listener 1883' opens the broker to the network.\n\n");
    for (size_t i = 0; i < s->bridges.n && i < SHOWN_MAX; i++) {
        put_bridge(out, style, s, s->bridges.items[i]);
        cx_buf_putc(out, '\n');
    }
    put_more(out, s->bridges.n, SHOWN_MAX, "bridges\n");
    size_t before = out->n;
    cx_put_painted(out, style, CX_PAINT_BOLD, CX_STR("settings"));
    cx_buf_putc(out, '\n');
    size_t none = out->n;
    struct settings c = {.out = out, .style = style, .s = s};
    cx_setup_each(s, put_setting, &c);
    put_more(out, c.n, SHOWN_MAX, "settings");
    if (out->n == none) out->n = before;
}
