/* What is Mosquitto's in a folder of configurations, and what belongs together.
 *
 * Below a folder, names alone prove little: many programs have a *.conf or an acl. So each
 * file's first kilobytes are judged too. Hidden folders, links to folders, and what is plainly
 * something else (sources, pages, templates) are not looked at. */
#ifndef CX_LINT_FOLDER_H
#define CX_LINT_FOLDER_H

#include "lint/run.h"
#include "settings/settings.h"

/* A file below a folder that may be linted. */
typedef struct cx_found {
    cx_str path;
    cx_kind kind;
    const char *shown; /* how it is called instead; NULL: by its path */
} cx_found;

typedef struct cx_folder {
    cx_arena arena;
    CX_VEC(cx_found) files;      /* in the order of their paths */
    const cx_settings *settings; /* what the user excludes; NULL: nothing */
} cx_folder;

/* Adds all below PATH. False with E set: a folder cannot be read. */
bool cx_folder_walk(cx_folder *f, const char *path, cx_error *e);
/* Adds a file that was named, of whatever name and content. */
void cx_folder_add(cx_folder *f, cx_kind kind, const char *path, const char *shown);
void cx_folder_clear(cx_folder *f);

/* The kind of a file below a folder; CX_KIND_UNKNOWN: not Mosquitto's. HEAD: its first bytes. */
cx_kind cx_folder_kind(cx_str path, cx_str head);

/* Lints what was found, each file once: first the confs, then the files that no conf includes or names. A conf that
 * another one includes is a part of that one. */
void cx_lint_folder(cx_lint_run *run, const cx_folder *f);

#endif
