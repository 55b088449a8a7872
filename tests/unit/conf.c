#define _XOPEN_SOURCE 700
#include "conf.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- folders ---- */

static char home[4096];

const char *tree_enter(void)
{
    static char path[400];
    static unsigned number;
    char name[40];
    if (!home[0]) ck_assert_ptr_nonnull(getcwd(home, sizeof home));
    snprintf(name, sizeof name, "tree-%u", number++);
    snprintf(path, sizeof path, "%s", unit_path(name));
    must(mkdir(path, 0700) == 0 && chdir(path) == 0, "cannot make the folder %s", path);
    return path;
}

void tree_leave(void) { must(chdir(home) == 0, "cannot go back to %s", home); }

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *where)
{
    (void)st, (void)flag, (void)where;
    return remove(path);
}

void tree_remove(const char *path) { nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS); }

static void folders_of(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s", name);
    for (char *p = path + 1; *p; p++) {
        if (*p != '/') continue;
        *p = '\0';
        mkdir(path, 0700);
        *p = '/';
    }
}

void tree_write(const char *name, cx_str bytes)
{
    folders_of(name);
    unit_write(name, bytes);
    must(chmod(name, 0600) == 0, "%s", name);
}

void tree_folder(const char *name)
{
    folders_of(name);
    must(mkdir(name, 0700) == 0, "cannot make the folder %s", name);
}

static void write_part(const char *name, cx_str bytes, bool escapes)
{
    unit_text t;
    char *z = strndup(bytes.p, bytes.n);
    if (escapes) unit_text_escaped(&t, z);
    else unit_text_make(&t, bytes);
    tree_write(name, t.source.text);
    unit_text_free(&t);
    free(z);
}

/* The next line that begins a part; NULL: none. */
static const char *next_part(const char *text)
{
    if (strncmp(text, "==> ", 4) == 0) return text;
    const char *at = strstr(text, "\n==> ");
    return at ? at + 1 : NULL;
}

void tree_parts(const char *main, const char *text, bool escapes)
{
    const char *part = next_part(text);
    write_part(main, (cx_str){text, part ? (size_t)(part - text) : strlen(text)}, escapes);
    while (part) {
        char name[200], target[200];
        size_t n = strcspn(part, "\n");
        const char *body = part + n + (part[n] == '\n'), *next = next_part(body);
        must(n > 8 && n < sizeof name && memcmp(part + n - 4, " <==", 4) == 0, "no part: %s", part);
        snprintf(name, sizeof name, "%.*s", (int)(n - 8), part + 4);
        char *arrow = strstr(name, " -> ");
        if (arrow) {
            snprintf(target, sizeof target, "%s", arrow + 4);
            *arrow = '\0';
            must(!*body || body == next, "the link %s has lines", name);
            folders_of(name);
            must(symlink(target, name) == 0, "cannot make the link %s", name);
        } else {
            write_part(name, (cx_str){body, next ? (size_t)(next - body) : strlen(body)}, escapes);
        }
        part = next;
    }
}

/* ---- confs ---- */

void unit_conf_open(unit_conf *u, const char *path, cx_targets targets)
{
    cx_error e = {""};
    *u = (unit_conf){0};
    must(cx_conf_open(&u->conf, path, NULL, &e), "%s", e.text);
    cx_setups_read(&u->setups, &u->conf, targets);
}

static void read_text(unit_conf *u, cx_targets targets)
{
    cx_conf_over(&u->conf, CX_STR("mosquitto.conf"), u->text.source.text);
    cx_setups_read(&u->setups, &u->conf, targets);
}

void unit_conf_over(unit_conf *u, const char *text, cx_targets targets)
{
    *u = (unit_conf){0};
    unit_text_escaped(&u->text, text);
    read_text(u, targets);
}

void unit_conf_bytes(unit_conf *u, cx_str text, cx_targets targets)
{
    *u = (unit_conf){0};
    unit_text_make(&u->text, text);
    read_text(u, targets);
}

void unit_conf_start(unit_conf *u)
{
    u->start.files = (cx_files){.targets = u->setups.targets, .threads = 1};
    cx_start_all(&u->start, &u->setups);
}

void unit_conf_free(unit_conf *u)
{
    cx_start_clear(&u->start);
    cx_setups_clear(&u->setups);
    cx_conf_clear(&u->conf);
    unit_text_free(&u->text);
    *u = (unit_conf){0};
}

/* ---- findings ---- */

size_t unit_conf_count(const unit_conf *u, unsigned rule)
{
    size_t n = 0;
    for (size_t i = 0; i < u->conf.files.n; i++) n += unit_count_rule(&u->conf.files.items[i]->findings, rule);
    return n;
}

const cx_finding *unit_conf_find(const unit_conf *u, unsigned rule)
{
    for (size_t i = 0; i < u->conf.files.n; i++) {
        const cx_finding *x = unit_find_rule(&u->conf.files.items[i]->findings, rule);
        if (x) return x;
    }
    return NULL;
}

static cx_targets gather(const unit_conf *u, unsigned rule, bool refused)
{
    cx_targets all = 0;
    for (size_t i = 0; i < u->conf.files.n; i++) {
        const cx_findings *f = &u->conf.files.items[i]->findings;
        for (size_t k = 0; k < f->list.n; k++)
            if (f->list.items[k].rule == rule) all |= refused ? f->list.items[k].refused : f->list.items[k].targets;
    }
    return all;
}

cx_targets unit_conf_true(const unit_conf *u, unsigned rule) { return gather(u, rule, false); }
cx_targets unit_conf_refused(const unit_conf *u, unsigned rule) { return gather(u, rule, true); }

void unit_conf_check(const unit_conf *u, cx_targets targets)
{
    for (size_t i = 0; i < u->conf.files.n; i++) {
        const cx_conf_file *file = u->conf.files.items[i];
        unit_check_findings(&file->findings, file->source.text, targets);
    }
}

static bool has(cx_str text, cx_str words)
{
    for (size_t i = 0; i + words.n <= text.n; i++)
        if (memcmp(text.p + i, words.p, words.n) == 0) return true;
    return false;
}

bool unit_conf_says(const unit_conf *u, cx_str words)
{
    for (size_t i = 0; i < u->conf.files.n; i++) {
        const cx_findings *f = &u->conf.files.items[i]->findings;
        for (size_t k = 0; k < f->list.n; k++)
            for (unsigned n = 0; n < f->list.items[k].note_count; n++)
                if (has(f->list.items[k].notes[n], words)) return true;
    }
    return false;
}

cx_str unit_conf_first_note(const unit_conf *u)
{
    for (size_t i = 0; i < u->conf.files.n; i++) {
        const cx_findings *f = &u->conf.files.items[i]->findings;
        for (size_t k = 0; k < f->list.n; k++)
            if (f->list.items[k].note_count) return f->list.items[k].notes[0];
    }
    return CX_STR("");
}
