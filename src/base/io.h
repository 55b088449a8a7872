/* The only door to the file system and to file descriptors. */
#ifndef CX_IO_H
#define CX_IO_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* What a file of any kind may be at most. A broker would read more, a person
 * never wrote it. */
#define CX_FILE_MAX ((size_t)512 << 20)

/* An error of the environment, told to the caller. */
typedef struct cx_error {
    char text[512]; /* "acl: permission denied"; empty = no error */
} cx_error;

void cx_error_set(cx_error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads a whole file ("-" = standard input) into malloc'd memory, NUL byte
 * behind it. Directories, devices, files over MAX bytes, symlink loops and
 * missing permission are errors, said in E; pipes are read. */
bool cx_read_file(const char *path, size_t max, cx_buf *out, cx_error *e);

/* Calls NAME for every entry of a folder, in no order, "." and ".." left out. */
bool cx_list_folder(const char *path, void name(void *context, cx_str entry), void *context, cx_error *e);

/* The first bytes of a file, at most N; SIZE_MAX: it is none that can be read. */
size_t cx_read_head(const char *path, char *bytes, size_t n);

/* realpath(3): the caller frees it; NULL: PATH leads nowhere. */
char *cx_real_path(const char *path);

/* Whether there is anything at all, links followed. */
bool cx_exists(const char *path);
/* A pipe or socket: reading it may wait for ever. */
bool cx_is_pipe(const char *path);
bool cx_is_symlink(const char *path);
bool cx_is_directory(const char *path);

/* Makes TEXT all of a file: a temporary file in the same folder, made safe on the disk, takes its place. Mode and
 * owner stay; a new file gets MODE. A link stays, what it leads to is replaced. False with E set: nothing changed. */
bool cx_write_file(const char *path, cx_str text, unsigned mode, cx_error *e);

/* Writes all of B to a descriptor; false with E set when that fails. */
bool cx_write_all(int fd, cx_str s, cx_error *e);

#endif
