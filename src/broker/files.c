#include "broker/files.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/io.h"
#include "formats/conf/conf.h"

/* The releases that have the plug-in. */
static cx_targets with_plugin(const cx_files *f)
{
    return f->targets & (cx_targets)~cx_releases_where(CX_B_OWN_PLUGINS, CX_OWN_PLUGINS_NONE);
}

static void read_file(cx_files *f, cx_named_file *file)
{
    file->directory = cx_is_directory(file->path.p);
    file->symlink = cx_is_symlink(file->path.p);
    if (cx_is_pipe(file->path.p)) cx_error_set(&file->error, "%s: a pipe or socket, not a file", file->path.p);
    if (file->error.text[0] || !cx_source_open(&file->source, file->path.p, &file->error)) return;
    file->source.name = file->path;
    switch (file->kind) {
    case CX_KIND_ACL:
        cx_acl_read(&file->acl, &file->source, f->targets, f->threads);
        file->findings = &file->acl.findings;
        break;
    case CX_KIND_PASSWD:
        cx_passwd_read(&file->passwd, &file->source, f->targets, f->argon2);
        file->findings = &file->passwd.findings;
        break;
    case CX_KIND_PSK:
        cx_psk_read(&file->psk, &file->source, f->targets);
        file->findings = &file->psk.findings;
        break;
    case CX_KIND_DYNSEC:
        if (cx_dynsec_read(&file->dynsec, &file->source, with_plugin(f), f->argon2, &file->error))
            file->findings = &file->dynsec.findings;
        break;
    default: cx_bug("no kind of named file");
    }
}

/* A plug-in that cannot read its file goes on with an empty policy. */
static void read_or_empty(cx_files *f, cx_named_file *file)
{
    read_file(f, file);
    if (file->kind != CX_KIND_DYNSEC || file->findings) return;
    cx_error none;
    cx_source_clear(&file->source);
    cx_source_over(&file->source, file->path, CX_STR(""));
    cx_dynsec_clear(&file->dynsec);
    cx_dynsec_read(&file->dynsec, &file->source, with_plugin(f), f->argon2, &none);
}

/* The file of a kind and a name; *NEW: it is made now. */
static cx_named_file *entry_of(cx_files *f, cx_kind kind, cx_str name, bool *new)
{
    size_t known = f->keys.n;
    uint32_t number = cx_map_put(&f->keys, cx_arena_printf(&f->arena, "%d%.*s", (int)kind, (int)name.n, name.p));
    *new = number == known;
    if (!*new) return f->list.items[number];
    cx_named_file *file = cx_calloc(1, sizeof *file);
    file->kind = kind;
    cx_vec_add(&f->list, file);
    return file;
}

cx_named_file *cx_files_open(cx_files *f, cx_kind kind, cx_str path)
{
    bool new;
    cx_named_file *file = entry_of(f, kind, path, &new);
    if (!new) return file;
    file->path = cx_paths_find(&f->paths, &f->arena, path, &file->near);
    file->elsewhere = f->paths.elsewhere && !cx_exists(file->path.p);
    read_or_empty(f, file);
    return file;
}

cx_named_file *cx_files_made(cx_files *f, cx_made made)
{
    static const char *const keys[] = {"\nempty", "\nadmin", "\ndemo"}; /* no path has a line feed */
    bool new;
    cx_error none;
    cx_named_file *file = entry_of(f, CX_KIND_DYNSEC, cx_str_of(keys[made]), &new);
    if (!new) return file;
    bool empty = made == CX_MADE_EMPTY;
    file->path = empty ? CX_STR("(no file)") : CX_STR("(the file the broker makes)");
    cx_source_over(&file->source, file->path, empty ? CX_STR("") : cx_dynsec_initial(made == CX_MADE_DEMO));
    cx_dynsec_read(&file->dynsec, &file->source, with_plugin(f), f->argon2, &none);
    return file;
}

cx_policy *cx_named_policy(cx_named_file *file, const cx_release *release)
{
    cx_policy *p = &file->policies[release->index];
    cx_dynsec *dynsec = &file->dynsec;
    if (p->release) return p;
    if (file->kind == CX_KIND_DYNSEC) cx_policy_from_dynsec(p, &dynsec, 1, release);
    else cx_policy_from_acl(p, &file->acl, release);
    return p;
}

void cx_files_clear(cx_files *f)
{
    for (size_t i = 0; i < f->list.n; i++) {
        cx_named_file *file = f->list.items[i];
        for (size_t k = 0; k < CX_RELEASE_COUNT; k++)
            if (file->policies[k].release) cx_policy_clear(&file->policies[k]);
        cx_acl_clear(&file->acl);
        cx_passwd_clear(&file->passwd);
        cx_psk_clear(&file->psk);
        cx_dynsec_clear(&file->dynsec);
        cx_source_clear(&file->source);
        free(file);
    }
    cx_vec_clear(&f->list);
    cx_map_clear(&f->keys);
    cx_arena_clear(&f->arena);
}
