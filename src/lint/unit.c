/* One unit: reads it, and lets every area look at it. */
#include "lint/lint.h"

#include <stdarg.h>
#include <stdio.h>

static bool read_conf(cx_lint *l, const char *path, cx_error *e)
{
    l->has_conf = true;
    cx_paths paths = {.root = l->options->root, .conf = l->options->root ? NULL : path, .elsewhere = !l->options->root};
    if (!cx_conf_open(&l->conf, path, &paths, e)) return false;
    cx_setups_read(&l->setups, &l->conf, l->options->targets);
    if (l->setups.limit) {
        cx_error_set(e, "%s: more than %s, the most culex reads", path, l->setups.limit);
        return false;
    }
    l->start.files.paths = paths;
    cx_start_all(&l->start, &l->setups);
    return true;
}

static bool read_lone(cx_lint *l, cx_kind kind, const char *path, cx_error *e)
{
    cx_named_file *file = cx_files_open(&l->start.files, kind, cx_str_of(path));
    if (file->findings) return true;
    *e = file->error;
    return false;
}

/* From here on a finding said for several releases is one. */
static void merge(cx_lint *l)
{
    for (size_t i = 0; i < l->conf.files.n; i++) l->conf.files.items[i]->findings.merge = true;
    for (size_t i = 0; i < l->start.files.list.n; i++)
        if (l->start.files.list.items[i]->findings) l->start.files.list.items[i]->findings->merge = true;
}

/* The releases a file is judged for: those that take it, all when none does. */
static cx_targets judged(const cx_lint *l, cx_targets refused)
{
    cx_targets take = l->options->targets & (cx_targets)~refused;
    return take ? take : l->options->targets;
}

static void lint_file(cx_lint *l, cx_named_file *file)
{
    cx_targets targets = judged(l, file->findings->refused);
    if (file->kind == CX_KIND_PASSWD) cx_lint_passwd(l, file);
    cx_lint_naming(l, file);
    file->findings->merge = true;
    for (size_t i = CX_RELEASE_COUNT; i-- > 0;) {
        const cx_release *release = &cx_releases[i];
        bool has_plugins = cx_behaves(release, CX_B_OWN_PLUGINS) != CX_OWN_PLUGINS_NONE;
        if (!(targets & CX_TARGET_BIT(release))) continue;
        if (file->kind == CX_KIND_ACL) cx_lint_acl(l, file, release);
        if (file->kind == CX_KIND_DYNSEC && has_plugins) cx_lint_dynsec(l, file, release);
    }
}

static void lint_conf(cx_lint *l)
{
    cx_targets targets = judged(l, l->setups.refused);
    for (size_t i = CX_RELEASE_COUNT; i-- > 0;) {
        cx_setup *s = &l->setups.of[i];
        if (!s->release || !(targets & CX_TARGET_BIT(s->release))) continue;
        cx_lint_conf(l, s);
        cx_lint_tls(l, s);
        cx_lint_bridges(l, s);
        cx_lint_cross(l, s);
    }
}

bool cx_lint_unit(cx_lint *l, const cx_lint_options *options, cx_kind kind, const char *path, cx_error *e)
{
    *l = (cx_lint){.options = options};
    cx_targets from = options->from ? CX_TARGET_BIT(options->from) : 0; /* read for it too, to compare */
    l->start.files =
        (cx_files){.targets = options->targets | from, .threads = options->threads, .argon2 = options->argon2};
    if (!(kind == CX_KIND_CONF ? read_conf(l, path, e) : read_lone(l, kind, path, e))) return false;
    merge(l);
    if (l->has_conf) lint_conf(l);
    for (size_t i = 0; i < l->start.files.list.n; i++)
        if (l->start.files.list.items[i]->findings) lint_file(l, l->start.files.list.items[i]);
    cx_lint_versions(l);
    return true;
}

void cx_lint_clear(cx_lint *l)
{
    cx_start_clear(&l->start);
    cx_setups_clear(&l->setups);
    cx_conf_clear(&l->conf);
    cx_arena_clear(&l->arena);
    *l = (cx_lint){0};
}

/* ---- what areas share ---- */

cx_finding *cx_lint_line(const cx_setup *s, cx_setting line, unsigned rule, cx_str part, const char *message, ...)
{
    char text[1024];
    va_list args;
    va_start(args, message);
    vsnprintf(text, sizeof text, message, args);
    va_end(args);
    cx_span span = {line->at, line->word_len};
    if (part.p) span = cx_span_of(&s->conf->files.items[line->file]->source, part);
    return cx_findings_add(cx_setting_findings(s, line), rule, span, CX_TARGET_BIT(s->release), 0, "%s", text);
}

void cx_lint_note(const cx_setup *s, cx_setting line, cx_finding *x, const char *note, ...)
{
    char text[CX_FINDING_TEXT_MAX + 1];
    va_list args;
    va_start(args, note);
    vsnprintf(text, sizeof text, note, args);
    va_end(args);
    cx_finding_note(cx_setting_findings(s, line), x, "%s", text);
}

void cx_lint_help(const cx_setup *s, cx_setting line, cx_finding *x, const char *help, ...)
{
    char text[CX_FINDING_TEXT_MAX + 1];
    va_list args;
    va_start(args, help);
    vsnprintf(text, sizeof text, help, args);
    va_end(args);
    cx_finding_help(cx_setting_findings(s, line), x, "%s", text);
}

size_t cx_lint_line_number(const cx_setup *s, cx_setting line)
{
    return cx_source_place(&s->conf->files.items[line->file]->source, line->at).line;
}
