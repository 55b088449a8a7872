#include "base/path.h"

#include <stdlib.h>

#include "base/io.h"

cx_str cx_path_real(cx_arena *a, const char *path)
{
    char *real = cx_real_path(path);
    cx_str copy = real ? cx_arena_dup(a, cx_str_of(real)) : CX_STR_NONE;
    free(real);
    return copy;
}

static size_t folder_length(cx_str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/') n--;
    return n;
}

cx_str cx_path_name(cx_str path)
{
    size_t n = folder_length(path);
    return cx_str_sub(path, n, path.n - n);
}

cx_str cx_path_folder(cx_arena *a, cx_str path)
{
    size_t n = folder_length(path);
    if (n == 0) return CX_STR(".");
    return cx_arena_dup(a, cx_str_sub(path, 0, n > 1 ? n - 1 : 1));
}

/* How much of FOLDER and PATH is the same, up to the end of a name. */
static size_t shared(cx_str folder, cx_str path)
{
    size_t at = 0, end = 0;
    while (at < folder.n && at < path.n && folder.p[at] == path.p[at]) {
        if (folder.p[at] == '/') end = at;
        at++;
    }
    bool folder_ends = at == folder.n || folder.p[at] == '/', path_ends = at == path.n || path.p[at] == '/';
    return folder_ends && path_ends ? at : end;
}

cx_str cx_path_below(cx_arena *a, cx_str folder, cx_str path)
{
    if (folder.n == 1) folder.n = 0; /* "/" */
    size_t n = shared(folder, path);
    cx_str up = CX_STR("");
    for (size_t i = n; i < folder.n; i++)
        if (folder.p[i] == '/') up = cx_arena_join(a, up, CX_STR("../"));
    cx_str rest = n < path.n ? cx_str_sub(path, n + 1, path.n - n - 1) : CX_STR("");
    if (up.n && rest.n == 0) up.n--;
    cx_str below = cx_arena_join(a, up, rest);
    return below.n ? below : CX_STR(".");
}

cx_str cx_path_repository(cx_arena *a, cx_str path)
{
    for (size_t n = path.n; n > 0; n--) {
        if (n < path.n && path.p[n] != '/') continue;
        cx_str folder = cx_str_sub(path, 0, n);
        if (cx_exists(cx_arena_join(a, folder, CX_STR("/.git")).p) ||
            cx_exists(cx_arena_join(a, folder, CX_STR("/.hg")).p))
            return cx_arena_dup(a, folder);
    }
    return CX_STR_NONE;
}
