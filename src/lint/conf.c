/* Rules about the options of a mosquitto.conf. */
#include "base/io.h"
#include "base/path.h"
#include "lint/conf_listen.h"
#include "text/leftover.h"

static bool is(cx_setting line, unsigned option)
{
    return line->kind == CX_CONF_OPTION && cx_conf_line_option(line) == &cx_conf_options[option];
}

/* ---- line by line ---- */

/* What is said once a conf. */
struct once {
    bool deprecated[CX_OPT_COUNT], relative, architecture, redundant;
};

static void judge_deprecated(const cx_setup *s, cx_setting line, struct once *once)
{
    const cx_conf_option *o = cx_conf_line_option(line);
    unsigned number = (unsigned)(o - cx_conf_options);
    if (!(o->deprecated & CX_TARGET_BIT(s->release)) || once->deprecated[number]) return;
    once->deprecated[number] = true;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_DEPRECATED_OPTION, CX_STR_NONE, "'%s' is deprecated", o->name);
    bool old = o->deprecated & cx_releases_where(CX_B_DEFAULT_LISTENER, CX_DEFAULT_LISTENER_PREPARED);
    if (!old) x->severity = CX_ADVICE; /* only the newest release says so, and still does what it always did */
    cx_lint_note(s, line, x, "it works, and is announced to go with 3.0");
    if (o->replaced_by[0]) cx_lint_help(s, line, x, "%s", o->replaced_by);
}

static void judge_relative(const cx_setup *s, cx_setting line, struct once *once)
{
    const cx_conf_option *o = cx_conf_line_option(line);
    cx_str value = cx_setting_text(s, line);
    if (once->relative || o->path == CX_PATH_NONE || o->scope == CX_SCOPE_PLUGIN || value.n == 0 || value.p[0] == '/')
        return;
    if (is(line, CX_OPT_PLUGIN) || is(line, CX_OPT_GLOBAL_PLUGIN) || is(line, CX_OPT_PLUGIN_LOAD) ||
        cx_has_placeholder(value))
        return;
    once->relative = true;
    cx_finding *x =
        cx_lint_line(s, line, CX_RULE_CONF_RELATIVE_PATH, value, "a path from wherever the broker is started");
    cx_lint_note(s, line, x, "as a service that is '/', or what its unit says");
    cx_lint_help(s, line, x, "write the whole path, as in /etc/mosquitto/%.*s", (int)value.n, value.p);
}

static void judge_placeholder(const cx_setup *s, cx_setting line)
{
    cx_str value = cx_conf_line_rest(s->conf, line);
    if (!cx_has_placeholder(value)) return;
    cx_finding *x =
        cx_lint_line(s, line, CX_RULE_CONF_UNFILLED_TEMPLATE, CX_STR_NONE, "the value was to be filled in by a tool");
    cx_lint_note(s, line, x, "the broker takes it as it stands");
    cx_lint_help(s, line, x, "deploy the file that the tool makes of it, and lint that one");
}

static void judge_architecture(const cx_setup *s, cx_setting line, struct once *once)
{
    static const char *const folders[] = {"/usr/lib/x86_64-linux-gnu/", "/usr/lib/aarch64-linux-gnu/",
                                          "/usr/lib/arm-linux-gnueabihf/", "/usr/lib/i386-linux-gnu/"};
    cx_str value = cx_conf_line_rest(s->conf, line);
    if (once->architecture || !(is(line, CX_OPT_PLUGIN) || is(line, CX_OPT_GLOBAL_PLUGIN))) return;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (!cx_str_starts(value, cx_str_of(folders[i]))) continue;
        once->architecture = true;
        cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_ARCHITECTURE_PATH, cx_setting_text(s, line),
                                     "the folder exists on one architecture only");
        cx_lint_note(s, line, x, "elsewhere the broker does not start");
        cx_lint_help(s, line, x, "fill the folder in where the conf is deployed, or keep one conf an architecture");
    }
}

static void judge_plugin_name(cx_lint *l, const cx_setup *s, cx_setting line)
{
    cx_str value = cx_setting_text(s, line);
    if (!(is(line, CX_OPT_PLUGIN) || is(line, CX_OPT_GLOBAL_PLUGIN)) || !s->conf->paths.elsewhere || value.n == 0)
        return;
    if ((value.n > 3 && memcmp(value.p + value.n - 3, ".so", 3) == 0) || cx_exists(cx_arena_dup(&l->arena, value).p))
        return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_PLUGIN_NAME, value, "the name of a plug-in ends in .so");
    cx_lint_note(
        s, line, x,
        "when there is no file of this very name, the broker does not start; its --test-config does not notice");
}

static void judge_redundant(const cx_setup *s, cx_setting line, struct once *once)
{
    if (once->redundant || !is(line, CX_OPT_PER_LISTENER_SETTINGS) || s->per_listener ||
        cx_setting_bool(s, line, false))
        return;
    once->redundant = true;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_REDUNDANT_DEFAULT, CX_STR_NONE,
                                 "false is what per_listener_settings is without this line");
    cx_fix *fix = cx_finding_fix(cx_setting_findings(s, line), x, true, "take the line away");
    cx_fix_edit(cx_setting_findings(s, line), fix,
                cx_source_whole_line(&s->conf->files.items[line->file]->source, line->at), "%s", "");
}

static void judge_root(const cx_setup *s)
{
    cx_setting line = cx_setup_of(s, CX_OPT_USER);
    if (!line || !cx_str_is(cx_setting_text(s, line), "root")) return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_RUNS_AS_ROOT, cx_setting_text(s, line),
                                 "the broker keeps the rights of root");
    cx_lint_note(s, line, x,
                 "a mistake in the broker or a plug-in is then one of the whole host; it warns of it itself");
    cx_lint_help(s, line, x, "user mosquitto");
}

/* ---- logs ---- */

static void judge_logs(cx_lint *l, const cx_setup *s)
{
    cx_setting type = NULL;
    const cx_door *d;
    bool debug = false, checks = false;
    for (size_t i = 0; i < s->logs.n; i++) {
        cx_setting line = s->logs.items[i];
        cx_str value = cx_setting_first(s, line);
        if (!is(line, CX_OPT_LOG_TYPE)) continue;
        type = line;
        debug |= cx_str_is(value, "debug") || cx_str_is(value, "all");
    }
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));) checks |= d->serving.access.links.n > 0;
    if (!type || debug || !checks) return;
    cx_finding *x = cx_lint_line(s, type, CX_RULE_CONF_DENIALS_NOT_LOGGED, CX_STR_NONE,
                                 "what the access control denies is not logged");
    cx_lint_note(s, type, x, "denials are said at the level debug only");
    cx_lint_help(s, type, x, "log_type debug, at least while the rules are new");
}

/* ---- files ---- */

static void judge_final_newline(cx_lint *l, cx_conf_file *file)
{
    cx_str text = file->source.text;
    if (file->error.text[0] || text.n == 0 || text.p[text.n - 1] == '\n') return;
    cx_span end = {(uint32_t)text.n, 0};
    cx_finding *x = cx_findings_add(&file->findings, CX_RULE_CONF_FINAL_NEWLINE, end, l->options->targets, 0,
                                    "the last line has no line feed");
    cx_finding_note(&file->findings, x, "what is appended to the file next becomes a part of it");
    cx_fix *fix = cx_finding_fix(&file->findings, x, true, "end the line");
    cx_fix_edit(&file->findings, fix, end, "%s", "\n");
}

/* Options of a listener or connection behind an include_dir, which the included files could take with them. */
static void judge_include_order(const cx_setup *s)
{
    const cx_conf_file *file = s->conf->files.items[0];
    cx_setting include = NULL;
    for (size_t i = 0; i < file->lines.n; i++) {
        cx_setting line = &file->lines.items[i];
        if (line->kind != CX_CONF_OPTION) continue;
        cx_scope scope = cx_conf_line_option(line)->scope;
        bool opens = is(line, CX_OPT_LISTENER) || is(line, CX_OPT_CONNECTION) || is(line, CX_OPT_PLUGIN) ||
                     is(line, CX_OPT_GLOBAL_PLUGIN) || is(line, CX_OPT_PORT);
        if (line->include) include = line;
        else if (opens) include = NULL;
        else if (include && (scope == CX_SCOPE_LISTENER || scope == CX_SCOPE_BRIDGE || scope == CX_SCOPE_PLUGIN)) {
            cx_finding *x = cx_lint_line(s, include, CX_RULE_CONF_INCLUDE_NOT_LAST, CX_STR_NONE,
                                         "lines of a listener or connection follow below the include_dir");
            cx_lint_note(s, include, x,
                         "line %zu: when an included file adds a listener or connection, that line may be lost",
                         cx_lint_line_number(s, line));
            cx_lint_help(s, include, x, "make include_dir the last line");
            return;
        }
    }
}

static void judge_own_folder(cx_lint *l, const cx_setup *s, cx_setting line)
{
    const cx_conf_folder *folder = &s->conf->folders.items[s->conf->includes.items[line->include - 1]];
    cx_str main = cx_path_real(&l->arena, s->conf->files.items[0]->source.name.p);
    for (uint32_t i = 0; main.p && i < folder->count; i++) {
        const cx_source *source = &s->conf->files.items[folder->first + i]->source;
        if (!cx_str_eq(cx_path_real(&l->arena, source->name.p), main)) continue;
        cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_INCLUDE_OWN_FOLDER, cx_setting_text(s, line),
                                     "the folder holds this conf itself");
        cx_lint_note(s, line, x, "the broker reads it a second time, where it may not include anything");
        cx_lint_help(s, line, x, "include a folder of its own, such as /etc/mosquitto/conf.d");
        return;
    }
}

/* ---- what lies in an included folder ---- */

struct entries {
    cx_lint *l;
    CX_VEC(cx_str) read, not_read;
};

static void look_at(void *context, cx_str name)
{
    struct entries *e = context;
    bool conf = cx_str_ends(name, ".conf"),
         hidden = name.p[0] == '.' || name.p[0] == '#' || cx_str_find(name, " (") || cx_str_find(name, "copy");
    if (conf && hidden) cx_vec_add(&e->read, cx_arena_dup(&e->l->arena, name));
    if (!conf && (cx_str_find(name, ".conf") || cx_str_ends(name, ".CONF")))
        cx_vec_add(&e->not_read, cx_arena_dup(&e->l->arena, name));
}

static int by_text(const void *a, const void *b) { return cx_str_cmp(*(const cx_str *)a, *(const cx_str *)b); }

/* Names that look included and are not, or the other way round. */
static void judge_lookalikes(cx_lint *l, const cx_setup *s, cx_setting line)
{
    struct entries e = {.l = l};
    cx_error none;
    bool near;
    cx_str folder = cx_paths_find(&s->conf->paths, &l->arena, cx_conf_line_rest(s->conf, line), &near);
    if (!cx_is_directory(folder.p) || !cx_list_folder(folder.p, look_at, &e, &none)) e.read.n = e.not_read.n = 0;
    if (e.read.n) qsort(e.read.items, e.read.n, sizeof *e.read.items, by_text);
    if (e.not_read.n) qsort(e.not_read.items, e.not_read.n, sizeof *e.not_read.items, by_text);
    if (e.read.n || e.not_read.n) {
        bool read = e.read.n > 0;
        cx_str name = read ? e.read.items[0] : e.not_read.items[0];
        size_t more = (read ? e.read.n : e.not_read.n) - 1;
        cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_INCLUDE_LOOKALIKE, CX_STR_NONE,
                                     read ? "'%.*s' is included" : "'%.*s' is not included", (int)name.n, name.p);
        if (!read) x->severity = CX_ADVICE;
        if (more)
            cx_lint_note(s, line, x, "and so %s %zu further file%s", more == 1 ? "is" : "are", more,
                         more == 1 ? "" : "s");
        cx_lint_note(s, line, x, "every name that ends in .conf is, hidden ones too, and no other");
    }
    cx_vec_clear(&e.read);
    cx_vec_clear(&e.not_read);
}

/* Two included files that 'ls' and the broker put in different orders. */
static void judge_reading_order(cx_lint *l, const cx_setup *s, cx_setting line)
{
    const cx_conf_folder *folder = &s->conf->folders.items[s->conf->includes.items[line->include - 1]];
    (void)l;
    for (uint32_t i = 1; i < folder->count; i++) {
        cx_str before = cx_path_name(s->conf->files.items[folder->first + i - 1]->source.name);
        cx_str name = cx_path_name(s->conf->files.items[folder->first + i]->source.name);
        if (cx_str_cmp(before, name) < 0) continue;
        cx_finding *x = cx_lint_line(s, line, CX_RULE_CONF_INCLUDE_ORDER, CX_STR_NONE, "'%.*s' is read before '%.*s'",
                                     (int)before.n, before.p, (int)name.n, name.p);
        cx_lint_note(s, line, x, "the broker orders the names as if capitals were small letters");
        cx_lint_help(s, line, x, "begin the names with numbers, as in 10-listeners.conf");
        return;
    }
}

/* ---- all together ---- */

void cx_lint_conf(cx_lint *l, cx_setup *s)
{
    struct once once = {0};
    for (size_t i = 0; i < s->conf->files.n; i++) {
        cx_conf_file *file = s->conf->files.items[i];
        judge_final_newline(l, file);
        for (size_t k = 0; k < file->lines.n; k++) {
            cx_setting line = &file->lines.items[k];
            if (line->kind != CX_CONF_OPTION || !(line->targets & CX_TARGET_BIT(s->release))) continue;
            judge_deprecated(s, line, &once);
            judge_relative(s, line, &once);
            judge_placeholder(s, line);
            judge_architecture(s, line, &once);
            judge_redundant(s, line, &once);
            judge_plugin_name(l, s, line);
            if (!line->include) continue;
            judge_own_folder(l, s, line);
            judge_lookalikes(l, s, line);
            judge_reading_order(l, s, line);
        }
    }
    judge_root(s);
    judge_logs(l, s);
    judge_include_order(s);
    cx_lint_listeners(l, s);
}
