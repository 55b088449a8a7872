/* What starting reads: files of users and rules, plug-ins, certificates. */
#include "broker/load.h"

#include "base/io.h"

static cx_targets bit(const cx_setup *s) { return CX_TARGET_BIT(s->release); }

static void missing(cx_start *st, cx_setup *s, cx_setting line, cx_str part, const char *why)
{
    CX_FOUNDERS(st, s, line, CX_RULE_CROSS_MISSING_FILE, part, "the file cannot be read: %s", why);
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
    } else if (file->kind == CX_KIND_ACL) {
        cx_finding *x = cx_findings_add(cx_setting_findings(s, line), CX_RULE_CROSS_MISSING_FILE,
                                        (cx_span){line->at, line->word_len}, bit(s), 0, "%s", file->error.text);
        cx_finding_note(cx_setting_findings(s, line), x, "%s reads it as an empty file, after a second or two",
                        s->release->label);
    } else {
        cx_finding *x = CX_FOUNDERS(st, s, line, CX_RULE_CROSS_MISSING_FILE, part, "%s", file->error.text);
        cx_finding_note(cx_setting_findings(s, line), x, "%s reads it for ever and opens no socket", s->release->label);
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
        cx_finding *x = CX_FOUNDERS(st, s, line, CX_RULE_TLS_SYMLINKED_SECRET, part, "the file is a symbolic link");
        cx_finding_note(cx_setting_findings(s, line), x,
                        "the broker opens it only when MOSQUITTO_UNSAFE_ALLOW_SYMLINKS is set in its environment");
    }
    if (file->findings->refused & bit(s)) {
        cx_finding *x = CX_FOUNDERS(st, s, line, CX_RULE_CROSS_BAD_FILE, part, "the broker refuses this file");
        cx_finding_note(cx_setting_findings(s, line), x, "its errors are below");
    }
}

static void load(cx_start *st, cx_setup *s, cx_setting line, cx_kind kind, cx_str path)
{
    cx_named_file *file = cx_files_open(&st->files, kind, path);
    if (file->elsewhere) return;
    judge_file(st, s, line, path, file);
    if (kind != CX_KIND_PSK && !file->findings) st->unanswerable |= bit(s);
    if (kind != CX_KIND_PSK && file->findings) st->unanswerable |= file->findings->refused & bit(s);
}

static void load_security(cx_start *st, cx_setup *s, const cx_security *security)
{
    static const struct {
        unsigned option;
        cx_kind kind;
    } files[] = {
        {CX_OPT_PASSWORD_FILE, CX_KIND_PASSWD}, {CX_OPT_ACL_FILE, CX_KIND_ACL}, {CX_OPT_PSK_FILE, CX_KIND_PSK}};
    for (size_t i = 0; i < 3; i++) {
        cx_setting line = cx_security_of(security, files[i].option);
        if (line) load(st, s, line, files[i].kind, cx_setting_text(s, line));
    }
}

/* ---- plug-ins ---- */

static void load_plugin_file(cx_start *st, cx_setup *s, const cx_plugin *p, const char *key, cx_kind kind)
{
    cx_setting line = NULL;
    cx_str path = cx_plugin_option(s, p, key, 0, &line);
    if (path.p) load(st, s, line, kind, path);
    else if (kind == CX_KIND_PASSWD)
        CX_FOUNDERS(st, s, p->line, CX_RULE_CROSS_PLUGIN_OPTION, p->path, "the plug-in needs its option plugin_opt_%s",
                    key);
    for (size_t i = 0; i < p->options.n; i++) {
        cx_setting option = p->options.items[i];
        cx_str word = cx_conf_line_word(s->conf, option);
        cx_str name = cx_str_of(cx_conf_names[option->name].name), rest = cx_str_sub(word, name.n, word.n - name.n);
        if (cx_str_is(rest, key)) continue;
        cx_finding *x = CX_FOUNDERS(st, s, option, CX_RULE_CROSS_PLUGIN_OPTION, word,
                                    "the plug-in has no such option, its only one is plugin_opt_%s", key);
        cx_finding_note(cx_setting_findings(s, option), x, "the broker does not start");
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
        CX_FOUNDERS(st, s, p->line, CX_RULE_CROSS_PLUGIN_MISSING, p->path,
                    "a plug-in of %s, which older brokers cannot load", plugins[i].since);
        return false;
    }
    return true;
}

/* No file, or one that cannot be read. */
static void judge_no_dynsec(cx_setup *s, cx_setting line, const cx_named_file *file)
{
    bool generates = cx_behaves(s->release, CX_B_DYNSEC_MISSING_FILE) == CX_DYNSEC_MISSING_FILE_GENERATED;
    bool missing_file = file && !cx_exists(file->path.p);
    cx_findings *f = cx_setting_findings(s, line);
    cx_finding *x =
        cx_findings_add(f, CX_RULE_DYNSEC_MISSING_FILE, (cx_span){line->at, line->word_len}, bit(s), 0, "%s",
                        !file          ? "the dynamic security plug-in has no plugin_opt_config_file"
                        : missing_file ? "the file of the dynamic security plug-in does not exist"
                                       : file->error.text);
    if (!file) cx_finding_note(f, x, "the plug-in does nothing then");
    else if (generates && missing_file)
        cx_finding_note(f, x, "%s makes one with passwords of its own, which it writes beside it", s->release->label);
    else cx_finding_note(f, x, "%s starts with an empty policy", s->release->label);
}

static void judge_dynsec(cx_setup *s, cx_start *st, const cx_plugin *p)
{
    cx_setting line = p->dynsec_file_line ? p->dynsec_file_line : p->line;
    cx_str path = p->dynsec_file;
    cx_named_file *file = path.p ? cx_files_open(&st->files, CX_KIND_DYNSEC, path) : NULL;
    if (file && file->elsewhere) return;
    if (file && p->forgotten) {
        cx_finding *x = cx_findings_add(
            cx_setting_findings(s, line), CX_RULE_DYNSEC_SHARED_FILE, (cx_span){line->at, line->word_len}, bit(s), 0,
            "a later dynamic security plug-in without a file makes this one forget its own");
        cx_finding_note(cx_setting_findings(s, line), x, "it goes on with an empty policy");
    }
    if (!file || !file->findings) {
        judge_no_dynsec(s, line, file);
        return;
    }
    if (!(file->findings->refused & bit(s))) return;
    cx_finding *x = CX_FOUNDERS(st, s, line, CX_RULE_CROSS_BAD_FILE, path, "the broker ends at this file");
    cx_finding_note(cx_setting_findings(s, line), x, "its errors are below");
    st->unanswerable |= bit(s);
}

static void load_plugin(cx_start *st, cx_setup *s, const cx_plugin *p)
{
    cx_str path = p->path, name = cx_plugin_file_name(p);
    bool verbatim = cx_behaves(s->release, CX_B_PLUGIN_PATH) == CX_PLUGIN_PATH_VERBATIM;
    if (p->name.p && p->uses == 0) {
        cx_finding *x =
            CX_FOUNDERS(st, s, p->line, CX_RULE_CONF_PLUGIN_UNUSED, p->name, "the plug-in is loaded and not used");
        cx_finding_note(cx_setting_findings(s, p->line), x, "the broker ends at start, without a message");
        return;
    }
    if (path.n == 0 || !can_load(st, s, p)) return;
    if (cx_paths_lacks(&st->files.paths, &st->files.arena, path)) {
        cx_finding *x = CX_FOUNDERS(st, s, p->line, CX_RULE_CROSS_PLUGIN_MISSING, path, "there is no such plug-in");
        if (verbatim && cx_str_trim(path).n < path.n)
            cx_finding_note(cx_setting_findings(s, p->line), x, "the blanks around it are a part of its name");
        if (!(name.n > 3 && cx_str_is(cx_str_sub(name, name.n - 3, 3), ".so")))
            cx_finding_help(cx_setting_findings(s, p->line), x, "the name of a plug-in ends in .so");
    }
    if (p->dynsec) judge_dynsec(s, st, p);
    if (cx_str_is(name, "mosquitto_acl_file.so")) load_plugin_file(st, s, p, "acl_file", CX_KIND_ACL);
    if (cx_str_is(name, "mosquitto_password_file.so")) load_plugin_file(st, s, p, "password_file", CX_KIND_PASSWD);
    cx_setting persistence = cx_setup_of(s, CX_OPT_PERSISTENCE);
    if (cx_str_is(name, "mosquitto_persist_sqlite.so") && cx_setting_bool(s, persistence, false)) {
        cx_finding *x = CX_FOUNDERS(st, s, p->line, CX_RULE_CONF_PERSISTENCE_CLASH, path,
                                    "a persistence plug-in besides 'persistence true'");
        cx_finding_help(cx_setting_findings(s, p->line), x, "persistence false");
    }
}

static void refuse_second(cx_start *st, cx_setup *s, const cx_plugin *p)
{
    CX_FOUNDERS(st, s, p->line, CX_RULE_DYNSEC_SHARED_FILE, p->path, "the dynamic security plug-in a second time");
    st->unanswerable |= bit(s);
}

/* A second active one in a list, of the global options or of a listener. */
static void judge_list(cx_start *st, cx_setup *s, const cx_security *security)
{
    bool active = false;
    for (size_t i = 0; i < security->plugins.n; i++) {
        const cx_plugin *p = s->plugins.items[security->plugins.items[i]];
        if (!p->dynsec) continue;
        if (active) refuse_second(st, s, p);
        active |= p->dynsec_file.p != NULL;
    }
}

/* A listener that uses the dynamic security plug-in twice. */
static void judge_used_twice(cx_start *st, cx_setup *s, const cx_plugin *p, uint32_t number)
{
    if (p->uses < 2 || !p->dynsec_file.p) return;
    for (size_t i = 0; i < s->listeners.n; i++) {
        const cx_security *own = &s->listeners.items[i]->security;
        unsigned uses = 0;
        for (size_t k = 0; k < own->plugins.n; k++) uses += own->plugins.items[k] == number;
        if (uses < 2) continue;
        CX_FOUNDERS(st, s, p->line, CX_RULE_DYNSEC_SHARED_FILE, p->path,
                    "one listener uses the dynamic security plug-in twice");
        st->unanswerable |= bit(s);
        return;
    }
}

/* Whether the release takes the plug-in as often as it is there. */
static void judge_twice(cx_start *st, cx_setup *s)
{
    const cx_plugin *first = NULL;
    switch (cx_behaves(s->release, CX_B_DYNSEC_TWICE)) {
    case CX_DYNSEC_TWICE_FIRST_ACTIVE:
        judge_list(st, s, &s->security);
        for (size_t i = 0; i < s->listeners.n; i++) judge_list(st, s, &s->listeners.items[i]->security);
        return;
    case CX_DYNSEC_TWICE_BOTH_ACTIVE:
        for (size_t i = 0; i < s->plugins.n; i++) {
            const cx_plugin *p = s->plugins.items[i];
            if (!p->dynsec_file.p) continue;
            judge_used_twice(st, s, p, (uint32_t)i);
            if (first) refuse_second(st, s, p);
            else first = p;
        }
        return;
    default: return;
    }
}

static void load_plugins(cx_start *st, cx_setup *s)
{
    for (size_t i = 0; i < s->plugins.n; i++) load_plugin(st, s, s->plugins.items[i]);
    judge_twice(st, s);
}

/* ---- certificates ---- */

/* tls_version is only looked at when the listener has TLS. */
static void judge_tls_version(cx_start *st, cx_setup *s, const cx_listener *l)
{
    static const char *const versions[] = {"tlsv1.3", "tlsv1.2", "tlsv1.1"};
    cx_setting line = cx_listener_of(l, CX_OPT_TLS_VERSION);
    cx_str value = cx_setting_text(s, line);
    if (!line) return;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (cx_str_is(value, versions[i])) return;
    cx_finding *x = CX_FOUNDERS(st, s, line, CX_RULE_TLS_BAD_VERSION, value, "no such TLS version");
    cx_finding_help(cx_setting_findings(s, line), x, "tlsv1.3, tlsv1.2 or tlsv1.1, in lower case");
}

/* The broker looks at all files; libwebsockets at the first two. */
static void load_tls(cx_start *st, cx_setup *s, const cx_listener *l)
{
    static const unsigned files[] = {CX_OPT_CERTFILE, CX_OPT_KEYFILE, CX_OPT_CAFILE, CX_OPT_CRLFILE,
                                     CX_OPT_DHPARAMFILE};
    bool http_api = cx_str_is(cx_setting_first(s, cx_listener_of(l, CX_OPT_PROTOCOL)), "http_api");
    bool lws = cx_listener_by_lws(s, l);
    if (cx_listener_tls(s, l) != CX_TLS_CERTIFICATE || http_api) return;
    if (!lws) judge_tls_version(st, s, l);
    bool ca = cx_listener_of(l, CX_OPT_CAFILE) || cx_listener_of(l, CX_OPT_CAPATH);
    for (size_t i = 0; i < (lws ? 2 : sizeof files / sizeof *files); i++) {
        cx_setting line = cx_listener_of(l, files[i]);
        if (!line || (files[i] == CX_OPT_CRLFILE && !ca)) continue; /* 2.1 keeps no dhparamfile */
        cx_str path = cx_setting_text(s, line);
        if (cx_paths_lacks(&st->files.paths, &st->files.arena, path)) missing(st, s, line, path, "no such file");
    }
}

/* What libwebsockets cannot make a listener of. */
static void load_lws(cx_start *st, cx_setup *s, const cx_listener *l)
{
    if (!cx_listener_by_lws(s, l)) return;
    cx_setting keyfile = cx_listener_of(l, CX_OPT_KEYFILE), folder = cx_listener_of(l, CX_OPT_HTTP_DIR);
    if (keyfile && !cx_listener_of(l, CX_OPT_CERTFILE))
        CX_FOUNDERS(st, s, keyfile, CX_RULE_TLS_HALF_PAIR, CX_STR_NONE,
                    "a keyfile without a certfile: libwebsockets cannot open the listener");
    if (folder && cx_paths_lacks(&st->files.paths, &st->files.arena, cx_setting_text(s, folder)))
        CX_FOUNDERS(st, s, folder, CX_RULE_CROSS_MISSING_FILE, cx_setting_text(s, folder), "no such folder");
}

/* ---- the whole ---- */

bool cx_start_has_folder(cx_start *st, cx_str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/') n--;
    if (n == 0 || st->files.paths.elsewhere) return true;
    bool near;
    return cx_is_directory(cx_paths_find(&st->files.paths, &st->files.arena, cx_str_sub(path, 0, n), &near).p);
}

static void judge_pid_file(cx_start *st, cx_setup *s)
{
    cx_setting line = cx_setup_of(s, CX_OPT_PID_FILE);
    if (!line || cx_behaves(s->release, CX_B_PID_FILE) == CX_PID_FILE_TRIED ||
        cx_start_has_folder(st, cx_setting_text(s, line)))
        return;
    CX_FOUNDERS(st, s, line, CX_RULE_CROSS_MISSING_FILE, cx_setting_text(s, line),
                "the file cannot be written: its folder does not exist");
}

void cx_start_load(cx_start *st, cx_setup *s)
{
    if (!s->per_listener) load_security(st, s, &s->security);
    for (size_t i = 0; s->per_listener && i < s->listeners.n; i++) /* discarded ones too */
        load_security(st, s, &s->listeners.items[i]->security);
    load_plugins(st, s);
    judge_pid_file(st, s);
    for (size_t i = s->discarded; i < s->listeners.n; i++) {
        load_tls(st, s, s->listeners.items[i]);
        load_lws(st, s, s->listeners.items[i]);
    }
}
