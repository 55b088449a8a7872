#include "broker/setup.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "broker/take.h"

/* ---- looking at settings ---- */

static cx_str rest_of(const cx_setup *s, cx_setting line) { return cx_conf_line_rest(s->conf, line); }

bool cx_setting_bool(const cx_setup *s, cx_setting line, bool fallback)
{
    bool value = fallback;
    if (line) cx_conf_bool(cx_setting_first(s, line), &value);
    return value;
}

int cx_setting_int(const cx_setup *s, cx_setting line, int fallback)
{
    int value = fallback;
    if (line) cx_conf_int(s->release, cx_setting_first(s, line), &value);
    return value;
}

cx_str cx_setting_text(const cx_setup *s, cx_setting line)
{
    return line ? cx_str_trim(rest_of(s, line)) : CX_STR_NONE;
}

cx_str cx_setting_first(const cx_setup *s, cx_setting line)
{
    if (!line) return CX_STR_NONE;
    cx_str rest = rest_of(s, line);
    cx_str word = cx_conf_word(&rest);
    return word.p ? word : CX_STR("");
}

bool cx_setting_secret(const cx_setup *s, cx_setting line)
{
    size_t name;
    return cx_conf_word_secret(cx_conf_line_word(s->conf, line), &name);
}

cx_str cx_setting_shown(const cx_setup *s, cx_setting line)
{
    switch (cx_conf_line_option(line)->value) {
    case CX_VALUE_BOOL:
    case CX_VALUE_INT:
    case CX_VALUE_ATOL:
    case CX_VALUE_WORD: return cx_setting_first(s, line);
    default: return cx_setting_text(s, line);
    }
}

const cx_security *cx_setup_security(const cx_setup *s, const cx_listener *l)
{
    return s->per_listener ? &l->security : &s->security;
}

/* ---- reading ---- */

struct walk {
    cx_setups *all;
    cx_conf *conf;
    cx_setup *asked[CX_RELEASE_COUNT]; /* the newest first: its words are the ones shown */
    unsigned asked_count;
    cx_targets now; /* the releases that read the file being walked */
    cx_context main[CX_RELEASE_COUNT], included[CX_RELEASE_COUNT];
    size_t lines;
};

static void take_line(struct walk *w, const cx_conf_line *line, cx_context *contexts, bool included)
{
    cx_findings *f = &w->conf->files.items[line->file]->findings;
    f->merge_from = f->list.n;
    cx_taking t = {.conf = w->conf,
                   .included = included,
                   .line = line,
                   .option = line->kind == CX_CONF_OPTION ? cx_conf_line_option(line) : NULL,
                   .rest = cx_conf_line_rest(w->conf, line)};
    for (unsigned i = 0; i < w->asked_count; i++) {
        t.setup = w->asked[i];
        t.release = t.setup->release;
        t.at = &contexts[t.release->index];
        t.word = cx_conf_line_word(w->conf, line);
        if (line->targets & w->now & CX_TARGET_BIT(t.release)) cx_take(&t);
        if (t.setup->things > CX_SETUP_THINGS_MAX) w->all->limit = "500000 listeners, plug-ins, connections and topics";
    }
}

/* An array that grew by an included file has moved, and the main file's place in it is gone. */
struct counts {
    size_t listeners, bridges, plugins;
};

static struct counts count(const cx_setup *s) { return (struct counts){s->listeners.n, s->bridges.n, s->plugins.n}; }

static void lose(const cx_setup *s, cx_context *at, struct counts before)
{
    struct counts now = count(s);
    bool all = cx_behaves(s->release, CX_B_MOVED_CONTEXTS) == CX_MOVED_CONTEXTS_ALL;
    bool prepared = cx_behaves(s->release, CX_B_DEFAULT_LISTENER) == CX_DEFAULT_LISTENER_PREPARED;
    size_t least = cx_behaves(s->release, CX_B_LISTENERS_MOVE) == CX_LISTENERS_MOVE_SECOND ? 2 : 1;
    if (at->listener && !(prepared && at->listener == &s->prepared) && now.listeners >= before.listeners + least)
        at->lost_listener = true;
    if (all && at->bridge && now.bridges > before.bridges) at->lost_bridge = true;
    if (all && at->plugin && now.plugins > before.plugins) at->lost_plugin = true;
}

/* The folder cannot be listed. */
static void folder_error(struct walk *w, const cx_conf_line *line, const cx_error *e)
{
    cx_str path = cx_conf_line_rest(w->conf, line);
    for (unsigned i = 0; i < w->asked_count; i++) {
        cx_setup *s = w->asked[i];
        if (!(line->targets & CX_TARGET_BIT(s->release))) continue;
        cx_finding *x =
            cx_refuse_line(s, line, CX_RULE_CONF_INCLUDE_UNREADABLE, path, "the folder cannot be read: %s", e->text);
        cx_line_says(s, line, x, "Unable to open include_dir '%.*s'.", (int)path.n, path.p);
    }
}

/* A file of the folder cannot be read: said about the file. A directory is an empty file to some. */
static void file_error(struct walk *w, const cx_conf_line *line, cx_conf_file *file)
{
    cx_findings *f = &file->findings;
    f->merge = true;
    for (unsigned i = 0; i < w->asked_count; i++) {
        cx_setup *s = w->asked[i];
        cx_targets bit = CX_TARGET_BIT(s->release);
        if (!(line->targets & bit)) continue;
        if (file->directory && cx_behaves(s->release, CX_B_CONF_DIRECTORY) == CX_CONF_DIRECTORY_EMPTY) continue;
        cx_finding *x = cx_findings_add(f, CX_RULE_CONF_INCLUDE_UNREADABLE, (cx_span){0, 0}, bit, bit,
                                        "an included file cannot be read: %s", file->error.text);
        const char *mark = cx_name_mark(s);
        int n = (int)file->source.name.n;
        if (x->note_count) continue;
        if (file->directory)
            cx_finding_note(f, x, "the broker's words: Error: Config file %s%.*s%s is a directory.", mark, n,
                            file->source.name.p, mark);
        else
            cx_finding_note(f, x, "the broker's words: Error: Unable to open config file %s%.*s%s.", mark, n,
                            file->source.name.p, mark);
    }
}

static void walk_file(struct walk *w, uint32_t number, bool included);

static void walk_folder(struct walk *w, const cx_conf_line *line)
{
    const cx_conf_folder *folder = &w->conf->folders.items[w->conf->includes.items[line->include - 1]];
    struct counts before[CX_RELEASE_COUNT];
    w->now = line->targets;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) before[i] = count(&w->all->of[i]);
    if (folder->error.text[0]) folder_error(w, line, &folder->error);
    for (uint32_t i = 0; i < folder->count && !w->all->limit; i++) {
        cx_conf_file *file = w->conf->files.items[folder->first + i];
        if (file->error.text[0]) file_error(w, line, file);
        else walk_file(w, folder->first + i, true);
    }
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        if (w->all->of[i].release && w->now & CX_TARGET_BIT(&cx_releases[i]))
            lose(&w->all->of[i], &w->main[i], before[i]);
    w->now = CX_TARGETS_ALL;
}

static void walk_file(struct walk *w, uint32_t number, bool included)
{
    cx_conf_file *file = w->conf->files.items[number];
    file->findings.merge = true;
    cx_context *contexts = included ? w->included : w->main;
    memset(contexts, 0, sizeof w->main);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_setup *s = &w->all->of[i];
        if (s->release && cx_behaves(s->release, CX_B_DEFAULT_LISTENER) == CX_DEFAULT_LISTENER_PREPARED)
            contexts[i].listener = &s->prepared;
    }
    for (size_t i = 0; i < file->lines.n; i++) {
        const cx_conf_line *line = &file->lines.items[i];
        if (w->lines++ >= CX_SETUP_LINES_MAX) {
            w->all->limit = "10000000 lines";
            return;
        }
        take_line(w, line, contexts, included);
        if (w->all->limit) return;
        if (!included && line->include) walk_folder(w, line);
    }
}

void cx_setups_read(cx_setups *s, cx_conf *conf, cx_targets targets)
{
    *s = (cx_setups){.targets = targets};
    struct walk w = {.all = s, .conf = conf, .now = CX_TARGETS_ALL};
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        if (!(targets & CX_TARGET_BIT(&cx_releases[i]))) continue;
        s->of[i].release = &cx_releases[i];
        s->of[i].conf = conf;
        s->of[i].prepared.kind = CX_LISTENER_DEFAULT;
    }
    for (size_t i = CX_RELEASE_COUNT; i-- > 0;)
        if (s->of[i].release) w.asked[w.asked_count++] = &s->of[i];
    if (conf->too_many) s->limit = "100000 included files";
    else walk_file(&w, 0, false);
    for (size_t i = 0; i < conf->files.n; i++) conf->files.items[i]->findings.merge_from = 0;
    for (unsigned i = 0; i < w.asked_count; i++) cx_setup_end(w.asked[i]);
    for (size_t i = 0; i < conf->files.n; i++) s->refused |= conf->files.items[i]->findings.refused;
}

/* ---- the end ---- */

static void clear_listener(cx_listener *l)
{
    cx_vec_clear(&l->security.plugins);
    cx_vec_clear(&l->origins);
}

static void clear(cx_setup *s)
{
    clear_listener(&s->prepared);
    cx_vec_clear(&s->security.plugins);
    for (size_t i = 0; i < s->listeners.n; i++) clear_listener(s->listeners.items[i]);
    for (size_t i = 0; i < s->plugins.n; i++) cx_vec_clear(&s->plugins.items[i]->options);
    for (size_t i = 0; i < s->bridges.n; i++) {
        cx_bridge *b = s->bridges.items[i];
        cx_vec_clear(&b->addresses);
        cx_vec_clear(&b->topics);
        cx_map_clear(&b->topic_keys);
    }
    cx_vec_clear(&s->listeners);
    cx_vec_clear(&s->plugins);
    cx_vec_clear(&s->named_plugins);
    cx_vec_clear(&s->bridges);
    cx_vec_clear(&s->includes);
    cx_vec_clear(&s->logs);
    cx_map_clear(&s->bridge_names);
    cx_map_clear(&s->plugin_names);
    cx_arena_clear(&s->arena);
}

void cx_setups_clear(cx_setups *s)
{
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) clear(&s->of[i]);
    *s = (cx_setups){0};
}
