/* What is decided when all lines are read: listeners still to be made, and what a
 * broker checks last. */
#include "broker/serve.h"
#include "broker/take.h"

/* ---- the listener that options without a listener prepared ---- */

static bool changed(const cx_setup *s, const cx_conf_option *o, cx_setting line)
{
    if (!line || !(o->opens_by & CX_TARGET_BIT(s->release))) return false;
    if (o->opens != CX_OPENS_CHANGED) return o->opens == CX_OPENS_SET;
    if (o->value == CX_VALUE_BOOL) return cx_setting_bool(s, line, o->default_number != 0) != (o->default_number != 0);
    if (o->value == CX_VALUE_INT) {
        int value = cx_setting_int(s, line, (int)o->default_number);
        if (o == &cx_conf_options[CX_OPT_MAX_CONNECTIONS] && value < 0) value = -1;
        return value != o->default_number;
    }
    cx_str word = o->value == CX_VALUE_WORD ? cx_setting_first(s, line) : cx_setting_text(s, line);
    if (o == &cx_conf_options[CX_OPT_TLS_KEYFORM]) return cx_str_is(word, "engine");
    return word.n && !cx_str_is(word, o->choices[o->default_number].word);
}

/* The option that opens it; NULL: it is not opened. */
static cx_setting opener(const cx_setup *s)
{
    cx_setting port = cx_listener_of(&s->prepared, CX_OPT_PORT),
               address = cx_listener_of(&s->prepared, CX_OPT_BIND_ADDRESS);
    if (port || address) return port ? port : address;
    for (unsigned i = 0; i < CX_OPT_COUNT; i++) {
        const cx_conf_option *o = &cx_conf_options[i];
        cx_setting line = o->scope == CX_SCOPE_LISTENER   ? cx_listener_of(&s->prepared, i)
                          : o->scope == CX_SCOPE_SECURITY ? cx_security_of(&s->prepared.security, i)
                                                          : NULL;
        if (changed(s, o, line)) return line;
    }
    if (s->prepared.security.plugins.n) return s->plugins.items[s->prepared.security.plugins.items[0]]->line;
    return NULL;
}

static bool is_local_only(const cx_setup *s)
{
    switch (cx_behaves(s->release, CX_B_LOCAL_ONLY)) {
    case CX_LOCAL_ONLY_WITHOUT_LISTENERS: return s->listeners.n == 0;
    case CX_LOCAL_ONLY_WITHOUT_LISTENER_LINES: return !s->listener_named;
    default: return false;
    }
}

static void remark_opened(cx_setup *s, cx_setting line)
{
    cx_conf_file *file = s->conf->files.items[line->file];
    cx_str word = cx_conf_line_word(s->conf, line);
    if (cx_conf_line_option(line) == &cx_conf_options[CX_OPT_PORT] ||
        cx_conf_line_option(line) == &cx_conf_options[CX_OPT_BIND_ADDRESS] || is_local_only(s))
        return;
    cx_finding *x = cx_findings_add(&file->findings, CX_RULE_CONF_IMPLICIT_LISTENER,
                                    (cx_span){line->at, line->word_len}, CX_TARGET_BIT(s->release), 0,
                                    "'%.*s' without a listener above it opens port 1883", (int)word.n, word.p);
    cx_finding_note(&file->findings, x, "on all interfaces, besides the listeners the conf names");
    cx_finding_help(&file->findings, x, "put a 'listener' line above it");
}

static bool is_refused(const cx_setup *s)
{
    for (size_t i = 0; i < s->conf->files.n; i++)
        if (s->conf->files.items[i]->findings.refused & CX_TARGET_BIT(s->release)) return true;
    return false;
}

static void remark_no_listener(cx_setup *s, const char *what)
{
    if (is_refused(s)) return; /* perhaps the line is there, and misspelt */
    cx_findings *f = &s->conf->files.items[0]->findings;
    cx_finding *x = cx_findings_add(f, CX_RULE_CONF_LOCAL_ONLY, (cx_span){0, 0}, CX_TARGET_BIT(s->release), 0,
                                    "there is no listener line");
    cx_finding_note(f, x, "%s %s", s->release->label, what);
    cx_finding_help(f, x, "'listener 1883' is open to the network, 'listener 1883 127.0.0.1' to this machine");
}

static void open_prepared(cx_setup *s)
{
    cx_setting line = opener(s);
    bool bare = s->listeners.n == 0 && cx_behaves(s->release, CX_B_LOCAL_ONLY) == CX_LOCAL_ONLY_NEVER;
    if (!line && !bare) return;
    cx_listener *l = cx_add_listener(s, CX_LISTENER_DEFAULT, line);
    s->default_listener = (uint32_t)s->listeners.n;
    *l = s->prepared;
    l->line = line;
    if (l->port == 0) l->port = 1883;
    s->prepared = (cx_listener){.kind = CX_LISTENER_DEFAULT};
    if (line) remark_opened(s, line);
    else remark_no_listener(s, "opens port 1883 on all interfaces");
}

static void remark_made(cx_setup *s)
{
    if (!s->default_listener) return;
    cx_setting line = s->listeners.items[s->default_listener - 1]->line;
    if (line) remark_opened(s, line);
}

/* ---- loopback only ---- */

static cx_listener *local(cx_setup *s, cx_listener_kind kind, uint16_t port)
{
    cx_listener *l = cx_add_listener(s, kind, NULL);
    l->host = CX_STR("127.0.0.1");
    l->port = port;
    return l;
}

/* What an option gave to a listener that is thrown away. */
static void remark_discarded(cx_setup *s)
{
    for (size_t i = 0; i < s->listeners.n; i++) {
        cx_setting line = s->listeners.items[i]->line;
        if (!line) continue;
        cx_findings *f = &s->conf->files.items[line->file]->findings;
        cx_str word = cx_conf_line_word(s->conf, line);
        cx_finding *x = cx_findings_add(f, CX_RULE_CONF_DISCARDED_LISTENER, (cx_span){line->at, line->word_len},
                                        CX_TARGET_BIT(s->release), 0,
                                        "'%.*s' is thrown away: there is no 'listener' line", (int)word.n, word.p);
        cx_finding_note(f, x, "the broker opens 127.0.0.1:1883 only, without TLS or any other setting for a listener");
        cx_finding_help(f, x, "put a 'listener' line above it");
    }
}

static void make_local(cx_setup *s)
{
    if (cx_behaves(s->release, CX_B_LOCAL_ONLY) == CX_LOCAL_ONLY_WITHOUT_LISTENER_LINES) remark_discarded(s);
    s->local_only = true;
    remark_no_listener(s, "listens on this machine only: 127.0.0.1, port 1883");
    s->discarded = s->listeners.n;
    local(s, CX_LISTENER_LOCAL, 1883);
    if (cx_behaves(s->release, CX_B_LOCAL_HTTP_API) == CX_LOCAL_HTTP_API_YES) local(s, CX_LISTENER_HTTP_API, 9883);
}

/* ---- bridges ---- */

static void incomplete(cx_setup *s, const cx_bridge *b, const char *what, const char *words)
{
    cx_finding *x = cx_refuse_line(s, b->line, CX_RULE_BRIDGE_INCOMPLETE, b->name, "the bridge '%.*s' has no %s",
                                   (int)(b->name.n < 100 ? b->name.n : 100), b->name.p, what);
    bool general = cx_behaves(s->release, CX_B_BRIDGE_ERRORS) == CX_BRIDGE_ERRORS_GENERAL && words[0] == 'n';
    cx_line_says(s, b->line, x, "Invalid bridge configuration%s%s.", general ? "" : ": ", general ? "" : words);
}

static void check_bridge(cx_setup *s, const cx_bridge *b)
{
    if (b->name.n == 0 || b->broken) return;
    cx_setting psk = cx_bridge_of(b, CX_OPT_BRIDGE_PSK), identity = cx_bridge_of(b, CX_OPT_BRIDGE_IDENTITY);
    if (!cx_bridge_of(b, CX_OPT_ADDRESS)) incomplete(s, b, "address", "no remote addresses defined");
    if (b->topics.n == 0) incomplete(s, b, "topic", "no topics defined");
    if (psk && !identity) incomplete(s, b, "bridge_identity, but a bridge_psk", "missing bridge_identity");
    if (identity && !psk) incomplete(s, b, "bridge_psk, but a bridge_identity", "missing bridge_psk");
}

/* The client id at this broker. A host name is not known here, so one that is made
 * of it is marked by a byte no id has. */
static cx_str local_id(cx_setup *s, const cx_bridge *b)
{
    cx_setting own = cx_bridge_of(b, CX_OPT_LOCAL_CLIENTID), remote = cx_bridge_of(b, CX_OPT_REMOTE_CLIENTID);
    if (own) return cx_setting_text(s, own);
    cx_str id = remote ? cx_setting_text(s, remote) : b->name;
    return cx_arena_join(&s->arena, remote ? CX_STR("local.") : CX_STR("local.\x01."), id);
}

static void check_ids(cx_setup *s)
{
    cx_map ids = {0};
    for (size_t i = 0; i < s->bridges.n; i++) {
        const cx_bridge *b = s->bridges.items[i];
        size_t known = ids.n;
        cx_str id = local_id(s, b);
        uint32_t first = cx_map_put(&ids, id);
        if (first == known || b->name.n == 0) continue;
        if (cx_str_eq(s->bridges.items[first]->name, b->name)) continue; /* said already */
        cx_setting line = cx_bridge_of(b, CX_OPT_LOCAL_CLIENTID);
        if (!line) line = cx_bridge_of(b, CX_OPT_REMOTE_CLIENTID);
        if (!line) line = b->line;
        cx_finding *x = cx_refuse_line(s, line, CX_RULE_BRIDGE_DUPLICATE_NAME, CX_STR_NONE,
                                       "two bridges with one client id at this broker, '%.*s'",
                                       (int)(id.n < 100 ? id.n : 100), id.p);
        cx_line_says(s, line, x,
                     "Bridge local_clientid '%.*s' is not unique. Try changing or setting the local_clientid value for "
                     "one of the bridges.",
                     (int)(id.n < 100 ? id.n : 100), id.p);
    }
    cx_map_clear(&ids);
}

/* ---- certificates ---- */

static void half(cx_setup *s, cx_setting line, const char *message, const char *words)
{
    if (cx_behaves(s->release, CX_B_TLS_HALF_PAIR) == CX_TLS_HALF_PAIR_REFUSE) {
        cx_finding *x = cx_refuse_line(s, line, CX_RULE_TLS_HALF_PAIR, CX_STR_NONE, "%s", message);
        cx_line_says(s, line, x, "%s", words);
    } else {
        cx_findings *f = &s->conf->files.items[line->file]->findings;
        cx_finding *x = cx_findings_add(f, CX_RULE_TLS_SILENTLY_OFF, (cx_span){line->at, line->word_len},
                                        CX_TARGET_BIT(s->release), 0, "%s: the listener has no TLS", message);
        cx_finding_note(f, x, "it opens in plain text, and nothing says so");
    }
}

static void check_certificates(cx_setup *s, const cx_listener *l)
{
    cx_setting cafile = cx_listener_of(l, CX_OPT_CAFILE), capath = cx_listener_of(l, CX_OPT_CAPATH),
               certfile = cx_listener_of(l, CX_OPT_CERTFILE), keyfile = cx_listener_of(l, CX_OPT_KEYFILE);
    if (certfile && !keyfile)
        half(s, certfile, "a certfile without a keyfile",
             "Both certfile and keyfile must be provided to enable a TLS listener.");
    else if (!certfile && keyfile && cx_listener_by_lws(s, l)) return; /* refused when it starts */
    else if (!certfile && keyfile)
        half(s, keyfile, "a keyfile without a certfile",
             "Both certfile and keyfile must be provided to enable a TLS listener.");
    else if (cafile && !certfile)
        half(s, cafile, "a cafile without certfile and keyfile", "cafile specified without certfile and keyfile.");
    else if (capath && !certfile)
        half(s, capath, "a capath without certfile and keyfile", "capath specified without certfile and keyfile.");
    else if (certfile && !cafile && !capath && cx_listener_tls(s, l) == CX_TLS_OFF)
        half(s, certfile, "certfile and keyfile without a cafile or capath", "");
}

/* Options for TLS on a listener that has none. */
static void check_plaintext(cx_setup *s, const cx_listener *l)
{
    if (cx_listener_tls(s, l) != CX_TLS_OFF || cx_listener_of(l, CX_OPT_CERTFILE) || cx_listener_of(l, CX_OPT_KEYFILE))
        return;
    cx_setting psk = cx_security_of(cx_setup_security(s, l), CX_OPT_PSK_FILE),
               hint = cx_listener_of(l, CX_OPT_PSK_HINT);
    cx_setting line = cx_listener_of(l, CX_OPT_REQUIRE_CERTIFICATE);
    if (!cx_setting_bool(s, line, false)) line = hint ? hint : psk;
    if (!line) return;
    cx_findings *f = &s->conf->files.items[line->file]->findings;
    cx_finding *x = cx_findings_add(f, CX_RULE_TLS_SILENTLY_OFF, (cx_span){line->at, line->word_len},
                                    CX_TARGET_BIT(s->release), 0, "%s: listener %u has no TLS",
                                    line == hint ? "a psk_hint where libwebsockets serves, which has no pre-shared keys"
                                    : line == psk ? "a psk_file without a psk_hint"
                                                  : "require_certificate without a certificate",
                                    l->port);
    cx_finding_note(f, x, "it opens in plain text, and nothing says so");
}

static void check_proxy(cx_setup *s, const cx_listener *l)
{
    cx_setting proxy = cx_listener_of(l, CX_OPT_ENABLE_PROXY_PROTOCOL);
    if (cx_setting_int(s, proxy, 0) != 2) return;
    cx_setting certificate = cx_listener_of(l, CX_OPT_CERTFILE),
               subject = cx_listener_of(l, CX_OPT_USE_SUBJECT_AS_USERNAME);
    if (!certificate) certificate = cx_listener_of(l, CX_OPT_KEYFILE);
    cx_setting bad = cx_setting_bool(s, subject, false) ? subject : certificate;
    if (!bad) return;
    cx_finding *x = cx_refuse_line(s, bad, CX_RULE_CONF_PROXY_AND_TLS, CX_STR_NONE,
                                   "with 'enable_proxy_protocol 2' the listener cannot have TLS of its own");
    cx_line_says(s, bad, x,
                 bad == subject ? "use_subject_as_username cannot be used with `enable_proxy_protocol 2`."
                                : "certfile and keyfile cannot be used with `enable_proxy_protocol 2`.");
}

/* What each dynamic security plug-in reads. One that names no file takes that of the one before, or makes
 * the ones before forget theirs. */
static void find_dynsec_files(cx_setup *s)
{
    bool forgets = cx_behaves(s->release, CX_B_DYNSEC_NO_FILE) == CX_DYNSEC_NO_FILE_FORGETS;
    bool first = cx_behaves(s->release, CX_B_DYNSEC_OPTION_TWICE) == CX_DYNSEC_OPTION_TWICE_FIRST;
    unsigned how = CX_OPTION_ANY_CASE | (first ? CX_OPTION_FIRST : 0);
    const cx_plugin *last = NULL;
    size_t without = 0; /* number + 1 of the last one without a file */
    for (size_t i = 0; i < s->plugins.n; i++) {
        cx_plugin *p = s->plugins.items[i];
        p->dynsec = cx_str_is(cx_plugin_file_name(p), "mosquitto_dynamic_security.so");
        if (!p->dynsec) continue;
        p->dynsec_file = cx_plugin_option(s, p, "config_file", how, &p->dynsec_file_line);
        if (!p->dynsec_file.p) without = i + 1;
        if (!p->dynsec_file.p && !forgets && last) {
            p->dynsec_file = last->dynsec_file;
            p->dynsec_file_line = last->dynsec_file_line;
        }
        if (p->dynsec_file.p) last = p;
    }
    for (size_t i = 0; forgets && i < without; i++) s->plugins.items[i]->forgotten = s->plugins.items[i]->dynsec;
}

void cx_setup_end(cx_setup *s)
{
    find_dynsec_files(s);
    for (size_t i = 0; i < s->conf->files.n; i++) s->conf->files.items[i]->findings.merge_from = 0;
    if (cx_behaves(s->release, CX_B_DEFAULT_LISTENER) == CX_DEFAULT_LISTENER_PREPARED) open_prepared(s);
    else remark_made(s);
    for (size_t i = 0; i < s->bridges.n; i++) check_bridge(s, s->bridges.items[i]);
    check_ids(s);
    for (size_t i = 0; i < s->listeners.n; i++) {
        check_certificates(s, s->listeners.items[i]);
        check_proxy(s, s->listeners.items[i]);
        check_plaintext(s, s->listeners.items[i]);
    }
    if (is_local_only(s)) make_local(s);
}
