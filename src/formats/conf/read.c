#include "formats/conf/conf.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "text/lines.h"

struct reading {
    cx_conf *conf;
    uint32_t file;
    cx_targets skipped; /* the releases for which a CX_CONF_SKIPPED line is there already */
    cx_map folders;     /* by path, the numbers of conf->folders */
};

static void add_file(cx_conf *c)
{
    cx_conf_file *file = cx_calloc(1, sizeof *file);
    cx_vec_add(&c->files, file);
}

/* A line without its end; AT is where it begins in the file. */
static void add_line(struct reading *r, cx_str line, size_t at, cx_targets targets)
{
    size_t skip = 0;
    while (skip < line.n && line.p[skip] == ' ') skip++;
    if (skip == line.n) return;
    const char *word = line.p + skip, *space = memchr(word, ' ', line.n - skip);
    size_t word_len = space ? (size_t)(space - word) : line.n - skip;
    cx_conf_line l = {
        .at = (uint32_t)(at + skip),
        .word_len = (uint32_t)word_len,
        .value_len = space ? (uint32_t)(line.n - skip - word_len - 1) : 0,
        .file = r->file,
        .kind = CX_CONF_UNKNOWN,
        .targets = targets,
    };
    const cx_conf_name *name = cx_conf_name_find((cx_str){word, word_len});
    if (name) {
        l.kind = CX_CONF_OPTION;
        l.name = (uint16_t)(name - cx_conf_names);
    }
    cx_vec_add(&r->conf->files.items[r->file]->lines, l);
}

/* A line that begins with a carriage return is blank to the broker. */
static void skip_line(struct reading *r, cx_str line, size_t at, cx_targets targets)
{
    cx_str text = cx_str_trim(line);
    if (text.n == 0 || text.p[0] == '#' || r->skipped & targets) return;
    r->skipped |= targets;
    cx_conf_line l = {.at = (uint32_t)at,
                      .word_len = (uint32_t)cx_str_trim_end(line).n,
                      .file = r->file,
                      .kind = CX_CONF_SKIPPED,
                      .targets = targets};
    cx_vec_add(&r->conf->files.items[r->file]->lines, l);
}

static bool read_cut(void *context, const cx_cut *c)
{
    struct reading *r = context;
    cx_conf_file *file = r->conf->files.items[r->file];
    size_t at = (size_t)(c->text.p - file->source.text.p);
    if (c->kind == CX_CUT_LINE) {
        cx_str line = c->text;
        if (line.n == 0 || line.p[0] == '#' || line.p[0] == '\n') return true;
        if (line.p[0] == '\r') {
            skip_line(r, line, at, c->targets);
            return true;
        }
        while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r')) line.n--;
        add_line(r, line, at, c->targets);
        return true;
    }
    cx_conf_line lost = {.at = (uint32_t)at,
                         .word_len = (uint32_t)c->text.n,
                         .file = r->file,
                         .kind = CX_CONF_LOST,
                         .targets = c->targets};
    cx_vec_add(&file->lines, lost);
    return !c->gave_up;
}

/* About how many lines a text has, from those at its front. */
static size_t guess_lines(cx_str text)
{
    enum { SAMPLE = 1 << 16 };
    size_t most = text.n < SAMPLE ? text.n : SAMPLE, n = 1;
    for (size_t i = 0; i < most; i++) n += text.p[i] == '\n';
    return n * (text.n / (most ? most : 1) + 1);
}

static void read_lines(struct reading *r)
{
    cx_conf_file *file = r->conf->files.items[r->file];
    bool again = false;
    file->lines.cap = guess_lines(file->source.text);
    file->lines.items = cx_alloc_large(file->lines.cap * sizeof *file->lines.items);
    cx_lines_each(file->source.text, CX_LINES_CONF, CX_TARGETS_ALL, &again, read_cut, r);
}

/* ---- include_dir ---- */

struct names {
    cx_arena *arena;
    CX_VEC(cx_str) list;
};

static void offer_name(void *context, cx_str entry)
{
    struct names *n = context;
    if (entry.n > 5 && cx_str_eq(cx_str_sub(entry, entry.n - 5, 5), CX_STR(".conf")))
        cx_vec_add(&n->list, cx_arena_dup(n->arena, entry));
}

static int upper(char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : (unsigned char)c; }

/* The broker's order: letters alike whatever their case, capitals first on a tie, a shorter name before, unless a byte
 * above 0x7f follows there: bytes are signed where it only compares them. */
static int by_name(const void *a, const void *b)
{
    const char *x = ((const cx_str *)a)->p, *y = ((const cx_str *)b)->p;
    for (; *x && *y; x++, y++) {
        int difference = upper(*x) - upper(*y);
        if (difference == 0) difference = (signed char)*x - (signed char)*y;
        if (difference) return difference;
    }
    return (signed char)*x - (signed char)*y;
}

static void read_included(struct reading *r, cx_str path)
{
    cx_conf *c = r->conf;
    add_file(c);
    struct reading one = {.conf = c, .file = (uint32_t)c->files.n - 1};
    cx_conf_file *file = c->files.items[one.file];
    file->directory = cx_is_directory(path.p);
    if (file->directory) cx_error_set(&file->error, "%s: is a directory", path.p);
    else if (cx_is_pipe(path.p)) cx_error_set(&file->error, "%s: a pipe or socket, not a file", path.p);
    else if (cx_source_open(&file->source, path.p, &file->error)) read_lines(&one);
    file->source.name = path;
}

static void read_folder(struct reading *r, cx_str path)
{
    cx_conf *c = r->conf;
    cx_conf_folder folder = {.path = path, .first = (uint32_t)c->files.n};
    bool near;
    cx_str where = cx_paths_find(&c->paths, &c->arena, path, &near);
    struct names names = {.arena = &c->arena};
    if (memchr(where.p, '\0', where.n)) cx_error_set(&folder.error, "a path with a NUL byte");
    else if (cx_exists(where.p) && !cx_is_directory(where.p))
        cx_error_set(&folder.error, "%s: is not a directory", where.p);
    else if (c->paths.elsewhere && !cx_exists(where.p)) folder.elsewhere = true;
    else if (!cx_list_folder(where.p, offer_name, &names, &folder.error)) names.list.n = 0;
    if (names.list.n) qsort(names.list.items, names.list.n, sizeof *names.list.items, by_name);
    for (size_t i = 0; i < names.list.n; i++) {
        if (c->files.n >= CX_CONF_FILES_MAX) {
            c->too_many = true;
            break;
        }
        cx_str name = names.list.items[i];
        read_included(r, cx_arena_printf(&c->arena, "%.*s/%.*s", (int)where.n, where.p, (int)name.n, name.p));
        folder.count++;
    }
    cx_vec_clear(&names.list);
    cx_vec_add(&c->folders, folder);
}

static void read_includes(struct reading *r)
{
    cx_conf *c = r->conf;
    cx_conf_file *main = c->files.items[0];
    for (size_t i = 0; i < main->lines.n; i++) {
        cx_conf_line *l = &main->lines.items[i];
        if (l->kind != CX_CONF_OPTION || cx_conf_names[l->name].option != CX_OPT_INCLUDE_DIR || !l->value_len) continue;
        cx_str path = cx_conf_line_rest(c, l);
        size_t known = r->folders.n;
        uint32_t folder = cx_map_put(&r->folders, path);
        if (folder == known) read_folder(r, cx_arena_dup(&c->arena, path));
        cx_vec_add(&c->includes, folder);
        l->include = (uint32_t)c->includes.n;
    }
}

bool cx_conf_open(cx_conf *c, const char *path, const cx_paths *paths, cx_error *e)
{
    *c = (cx_conf){0};
    if (paths) c->paths = *paths;
    add_file(c);
    if (!cx_source_open(&c->files.items[0]->source, path, e)) return false;
    struct reading r = {.conf = c};
    read_lines(&r);
    read_includes(&r);
    cx_map_clear(&r.folders);
    return true;
}

void cx_conf_over(cx_conf *c, cx_str name, cx_str text)
{
    *c = (cx_conf){0};
    add_file(c);
    cx_source_over(&c->files.items[0]->source, name, text);
    read_lines(&(struct reading){.conf = c});
}

void cx_conf_clear(cx_conf *c)
{
    for (size_t i = 0; i < c->files.n; i++) {
        cx_source_clear(&c->files.items[i]->source);
        cx_findings_clear(&c->files.items[i]->findings);
        cx_vec_clear(&c->files.items[i]->lines);
        free(c->files.items[i]);
    }
    cx_vec_clear(&c->files);
    cx_vec_clear(&c->folders);
    cx_vec_clear(&c->includes);
    cx_arena_clear(&c->arena);
    *c = (cx_conf){0};
}
