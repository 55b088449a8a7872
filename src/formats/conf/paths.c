#include "formats/conf/paths.h"

#include "base/io.h"
#include "base/path.h"

enum { UP_MAX = 8 };

static bool absolute(cx_str path) { return path.n > 0 && path.p[0] == '/'; }

static cx_str with_root(const cx_paths *p, cx_arena *a, cx_str path)
{
    size_t n = p->root ? strlen(p->root) : 0;
    while (n > 0 && p->root[n - 1] == '/') n--;
    if (!p->root || !absolute(path)) return cx_arena_dup(a, path);
    return cx_arena_printf(a, "%.*s%.*s", (int)n, p->root, (int)path.n, path.p);
}

/* The last COUNT names of a path; .p NULL: there are not so many. */
static cx_str tail(cx_str path, unsigned count)
{
    size_t at = path.n;
    while (count > 0 && at > 0) {
        while (at > 0 && path.p[at - 1] != '/') at--;
        count--;
        if (count > 0 && at > 0) at--;
    }
    return count || at == path.n ? CX_STR_NONE : cx_str_sub(path, at, path.n - at);
}

static cx_str in_folder(cx_arena *a, cx_str folder, cx_str name)
{
    if (cx_str_is(folder, ".")) return cx_arena_dup(a, name);
    return cx_arena_printf(a, "%.*s/%.*s", (int)folder.n, folder.p, (int)name.n, name.p);
}

/* The folder above one, as a text. */
static cx_str above(cx_arena *a, cx_str folder)
{
    cx_str name = cx_path_name(folder);
    if (cx_str_is(folder, ".")) return CX_STR("..");
    if (cx_str_is(name, "..")) return in_folder(a, folder, CX_STR(".."));
    return cx_path_folder(a, folder);
}

/* The longest end of a path first, the nearest folder first; an end must be longer than the way up to its folder. */
static cx_str around(cx_arena *a, cx_str conf, cx_str path)
{
    cx_str folders[UP_MAX + 1] = {cx_path_folder(a, conf)};
    unsigned count = 1;
    while (count <= UP_MAX && !cx_str_is(above(a, folders[count - 1]), "/") &&
           !cx_exists(in_folder(a, folders[count - 1], CX_STR(".git")).p)) {
        folders[count] = above(a, folders[count - 1]);
        count++;
    }
    for (unsigned names = UP_MAX; names > 0; names--) {
        cx_str end = tail(path, names);
        for (unsigned up = 0; end.p && up < count && up < names; up++) {
            cx_str found = in_folder(a, folders[up], end);
            if (cx_exists(found.p)) return found;
        }
    }
    return CX_STR_NONE;
}

/* A conf in a repository speaks of another host, even where this one has a file of that name. */
static bool in_repository(cx_arena *a, cx_str conf)
{
    cx_str real = cx_path_real(a, conf.p);
    return real.p && cx_path_repository(a, real).p;
}

static cx_str find_elsewhere(const cx_paths *p, cx_arena *a, cx_str path, bool *near)
{
    cx_str conf = cx_str_of(p->conf), here = with_root(p, a, path);
    cx_str other = absolute(path) ? around(a, conf, path) : in_folder(a, cx_path_folder(a, conf), path);
    *near = other.p && cx_exists(other.p);
    if (*near) return other;
    bool stranger = absolute(path) && in_repository(a, conf);
    return stranger ? cx_arena_join(a, CX_STR("(elsewhere)"), path) : here;
}

cx_str cx_paths_find(const cx_paths *p, cx_arena *a, cx_str path, bool *near)
{
    *near = false;
    if (p->elsewhere && p->conf && path.n) return find_elsewhere(p, a, path, near);
    cx_str here = with_root(p, a, path);
    if (!p->conf || !absolute(path) || cx_exists(here.p)) return here;
    cx_str other = in_folder(a, cx_path_folder(a, cx_str_of(p->conf)), cx_path_name(path));
    *near = cx_exists(other.p);
    return *near ? other : here;
}

bool cx_paths_lacks(const cx_paths *p, cx_arena *a, cx_str path)
{
    bool near;
    return !p->elsewhere && !cx_exists(cx_paths_find(p, a, path, &near).p);
}
