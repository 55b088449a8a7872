/* Paths as texts: where a file stands below a folder, and the repository it is in. */
#ifndef CX_PATH_H
#define CX_PATH_H

#include "base/arena.h"

/* The path without links, "." and ".."; .p NULL: it leads nowhere. */
cx_str cx_path_real(cx_arena *a, const char *path);

/* What stands behind the last '/'; and what before it, "." where there is none. */
cx_str cx_path_name(cx_str path);
cx_str cx_path_folder(cx_arena *a, cx_str path);

/* PATH, a real one, from FOLDER, a real one: "brokers/acl", "../acl". */
cx_str cx_path_below(cx_arena *a, cx_str folder, cx_str path);

/* The folder with ".git" or ".hg" in it that PATH, a real one, is in; PATH's own first. .p NULL: none. */
cx_str cx_path_repository(cx_arena *a, cx_str path);

#endif
