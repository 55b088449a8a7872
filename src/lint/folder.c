#include "lint/folder.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"

enum { HEAD = 16384, DEPTH = 64, LINES = 200 };

/* ---- by name ---- */

/* What a name that ends in one of these may hold; any other ending is something else's. */
static bool ending_allowed(cx_str name)
{
    static const char *const endings[] = {".conf",     ".cfg",    ".acl",  ".acls", ".txt",     ".list",   ".passwd",
                                          ".password", ".pw",     ".pwd",  ".psk",  ".json",    ".auth",   ".in",
                                          ".example",  ".sample", ".dist", ".bak",  ".default", ".config", ".users"};
    const char *dot = NULL;
    for (size_t i = 1; i < name.n; i++)
        if (name.p[i] == '.') dot = name.p + i;
    if (!dot) return true;
    cx_str ending = {dot, (size_t)(name.p + name.n - dot)};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (cx_str_is(ending, endings[i])) return true;
    return false;
}

static cx_kind kind_meant(cx_str name)
{
    if (cx_str_ends(name, ".json")) return CX_KIND_DYNSEC;
    if (cx_str_find(name, "acl")) return CX_KIND_ACL;
    if (cx_str_find(name, "passw") || cx_str_find(name, "pwfile") || cx_str_find(name, "pwd") ||
        cx_str_is(name, "pw") || cx_str_ends(name, ".pw"))
        return CX_KIND_PASSWD;
    if (cx_str_starts(name, CX_STR("psk")) || cx_str_ends(name, ".psk")) return CX_KIND_PSK;
    return cx_str_find(name, ".conf") ? CX_KIND_CONF : CX_KIND_UNKNOWN;
}

/* ---- by content ---- */

/* How many of a text's lines look like each kind's. */
struct lines {
    size_t all, acl, access, conf, own, hash, record, hex;
};

static bool is_hex(cx_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789abcdefABCDEF", s.p[i])) return false;
    return s.n >= 8;
}

/* NAME:SECRET, and nothing behind it. */
static void count_record(struct lines *l, cx_str line)
{
    const char *colon = memchr(line.p, ':', line.n);
    if (!colon || colon == line.p || cx_str_has(cx_str_sub(line, 0, (size_t)(colon - line.p)), ' ')) return;
    cx_str secret = {colon + 1, (size_t)(line.p + line.n - colon - 1)};
    if (cx_str_has(secret, ':') || cx_str_has(secret, ' ')) return;
    l->record++;
    l->hex += is_hex(secret);
    l->hash += cx_str_starts(secret, CX_STR("$6$")) || cx_str_starts(secret, CX_STR("$7$")) ||
               cx_str_starts(secret, CX_STR("$argon2"));
}

/* Options that other programs' files have too say little. */
static bool is_own(cx_str word)
{
    static const char *const own[] = {"allow_anonymous",
                                      "acl_file",
                                      "password_file",
                                      "persistence_location",
                                      "per_listener_settings",
                                      "log_dest",
                                      "listener",
                                      "plugin_opt_config_file",
                                      "connection",
                                      "include_dir",
                                      "autosave_interval",
                                      "max_queued_messages",
                                      "retain_available",
                                      "psk_file",
                                      "sys_interval",
                                      "remote_username"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (cx_str_is(word, own[i])) return true;
    return false;
}

static void count_line(struct lines *l, cx_str line)
{
    size_t n = 0;
    while (n < line.n && !cx_is_space(line.p[n])) n++;
    cx_str word = cx_str_sub(line, 0, n), rest = cx_str_trim(cx_str_sub(line, n, line.n - n));
    l->all++;
    bool acl = cx_str_is(word, "user") || cx_str_is(word, "topic") || cx_str_is(word, "pattern");
    bool access = cx_str_starts(rest, CX_STR("read")) || cx_str_starts(rest, CX_STR("write")) ||
                  cx_str_starts(rest, CX_STR("deny"));
    l->acl += acl && rest.n;
    l->access += acl && (access || cx_str_is(word, "pattern"));
    l->conf += cx_conf_name_find(word) != NULL;
    l->own += is_own(word);
    count_record(l, line);
}

static struct lines count_lines(cx_str text)
{
    struct lines l = {0};
    for (size_t at = 0; at < text.n && l.all < LINES;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t end = feed ? (size_t)(feed - text.p) : text.n;
        cx_str line = cx_str_trim(cx_str_sub(text, at, end - at));
        at = end + 1;
        if (line.n && line.p[0] != '#') count_line(&l, line);
    }
    return l;
}

static bool is_dynsec(cx_str name, cx_str head)
{
    if (cx_str_starts(name, CX_STR("dynamic-security")) || cx_str_starts(name, CX_STR("dynamic_security"))) return true;
    return cx_str_find(head, "\"defaultACLAccess\"") ||
           (cx_str_find(head, "\"acltype\"") && cx_str_find(head, "\"rolename\""));
}

cx_kind cx_folder_kind(cx_str path, cx_str head)
{
    cx_str name = cx_path_name(path);
    if (!ending_allowed(name)) return CX_KIND_UNKNOWN;
    cx_kind meant = kind_meant(name);
    if (meant == CX_KIND_DYNSEC) return is_dynsec(name, head) ? CX_KIND_DYNSEC : CX_KIND_UNKNOWN;
    struct lines l = count_lines(head);
    if (cx_str_starts(name, CX_STR("mosquitto")) && meant == CX_KIND_CONF && l.acl <= l.conf) return CX_KIND_CONF;
    if (l.all == 0) return CX_KIND_UNKNOWN;
    if (l.acl * 2 >= l.all && l.own == 0 && (meant == CX_KIND_ACL || l.access)) return CX_KIND_ACL;
    if (l.conf * 2 >= l.all && l.own) return CX_KIND_CONF;
    if (l.hash && l.record * 2 >= l.all) return CX_KIND_PASSWD;
    if (meant == CX_KIND_PSK && l.hex * 2 >= l.all) return CX_KIND_PSK;
    if (meant == CX_KIND_PASSWD && l.record * 2 >= l.all) return CX_KIND_PASSWD;
    return CX_KIND_UNKNOWN;
}

/* ---- walking ---- */

struct names {
    cx_arena *arena;
    CX_VEC(cx_str) list;
};

static void offer(void *context, cx_str entry)
{
    struct names *n = context;
    if (entry.p[0] != '.' && !cx_str_is(entry, "node_modules")) cx_vec_add(&n->list, cx_arena_dup(n->arena, entry));
}

static int by_text(const void *a, const void *b) { return cx_str_cmp(*(const cx_str *)a, *(const cx_str *)b); }

static void offer_file(cx_folder *f, cx_str path)
{
    static _Thread_local char head[HEAD];
    size_t n = cx_read_head(path.p, head, sizeof head);
    if (n == SIZE_MAX) n = 0; /* what it is by its name, and the reason when it is read */
    cx_str text = {head, n};
    cx_kind kind = cx_folder_kind(path, text);
    cx_found found = {path, kind, NULL};
    if (kind != CX_KIND_UNKNOWN) cx_vec_add(&f->files, found);
}

static bool walk(cx_folder *f, cx_str path, unsigned depth, cx_error *e)
{
    struct names names = {.arena = &f->arena};
    bool ok = cx_list_folder(path.p, offer, &names, e);
    if (ok && names.list.n) qsort(names.list.items, names.list.n, sizeof *names.list.items, by_text);
    for (size_t i = 0; ok && i < names.list.n; i++) {
        cx_str name = names.list.items[i];
        bool here = cx_str_is(path, "."), slash = cx_str_ends(path, "/");
        cx_str full = here ? name : cx_arena_printf(&f->arena, "%s%s%s", path.p, slash ? "" : "/", name.p);
        if (f->settings && cx_settings_excludes(f->settings, full)) continue;
        if (!cx_is_directory(full.p)) offer_file(f, full);
        else if (depth < DEPTH && !cx_is_symlink(full.p)) ok = walk(f, full, depth + 1, e);
    }
    cx_vec_clear(&names.list);
    return ok;
}

bool cx_folder_walk(cx_folder *f, const char *path, cx_error *e)
{
    return walk(f, cx_arena_dup(&f->arena, cx_str_of(path)), 0, e);
}

void cx_folder_add(cx_folder *f, cx_kind kind, const char *path, const char *shown)
{
    cx_found found = {cx_arena_dup(&f->arena, cx_str_of(path)), kind, shown};
    cx_vec_add(&f->files, found);
}

void cx_folder_clear(cx_folder *f)
{
    cx_vec_clear(&f->files);
    cx_arena_clear(&f->arena);
}

/* ---- what belongs together ---- */

struct claims {
    cx_arena arena;
    cx_map added, included, named; /* real paths */
};

/* Whether it was not in the map before. */
static bool claim(struct claims *c, cx_map *map, cx_str path)
{
    cx_str real = cx_path_real(&c->arena, path.p);
    size_t known = map->n;
    return !real.p || cx_map_put(map, real) == known;
}

static bool claimed(struct claims *c, const cx_map *map, cx_str path)
{
    cx_str real = cx_path_real(&c->arena, path.p);
    return real.p && cx_map_get(map, real) != CX_MAP_NONE;
}

static void claim_files(struct claims *c, const cx_lint *l)
{
    cx_str own = l->has_conf ? cx_path_real(&c->arena, l->conf.files.items[0]->source.name.p) : CX_STR_NONE;
    for (size_t i = 1; i < l->conf.files.n; i++) {
        cx_str real = cx_path_real(&c->arena, l->conf.files.items[i]->source.name.p);
        if (real.p && !cx_str_eq(real, own)) cx_map_put(&c->included, real);
    }
    for (size_t i = 0; i < l->start.files.list.n; i++)
        if (l->start.files.list.items[i]->findings) claim(c, &c->named, l->start.files.list.items[i]->path);
}

/* Confs that others include were linted as if they stood alone: those units go. */
static void drop_included(cx_lint_run *run, struct claims *c)
{
    size_t n = 0;
    for (size_t i = 0; i < run->units.n; i++) {
        cx_lint_unit_of *u = &run->units.items[i];
        if (!claimed(c, &c->included, u->path)) {
            run->units.items[n++] = *u;
        } else if (u->lint) {
            cx_lint_clear(u->lint);
            free(u->lint);
        }
    }
    run->units.n = n;
}

static void add_files(cx_lint_run *run, struct claims *c, const cx_folder *f, bool confs)
{
    for (size_t i = 0; i < f->files.n; i++) {
        const cx_found *file = &f->files.items[i];
        if ((file->kind == CX_KIND_CONF) != confs || claimed(c, &c->named, file->path)) continue;
        if (file->shown || claim(c, &c->added, file->path)) cx_lint_run_add(run, file->kind, file->path, file->shown);
    }
}

void cx_lint_folder(cx_lint_run *run, const cx_folder *f)
{
    struct claims c = {0};
    add_files(run, &c, f, true);
    cx_lint_run_units(run);
    for (size_t i = 0; i < run->units.n; i++)
        if (run->units.items[i].lint) claim_files(&c, run->units.items[i].lint);
    drop_included(run, &c);
    add_files(run, &c, f, false);
    cx_lint_run_units(run);
    cx_map_clear(&c.added);
    cx_map_clear(&c.included);
    cx_map_clear(&c.named);
    cx_arena_clear(&c.arena);
}
