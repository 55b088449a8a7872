#define _XOPEN_SOURCE 700
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

void cx_error_set(cx_error *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
}

static void say_errno(cx_error *e, const char *path, int number)
{
    const char *why = number == ENOENT    ? "no such file"
                      : number == EACCES  ? "permission denied"
                      : number == ELOOP   ? "a loop of symbolic links"
                      : number == EISDIR  ? "is a directory"
                      : number == ENOTDIR ? "a part of the path is not a directory"
                                          : strerror(number);
    cx_error_set(e, "%.300s%s: %s", *path ? path : "''", strlen(path) > 300 ? "…" : "", why);
}

static void say_too_large(cx_error *e, const char *path, size_t max)
{
    cx_error_set(e, "%s: larger than %zu MiB, the most culex reads", path, max >> 20);
}

static bool read_all(int fd, const char *path, size_t hint, size_t max, cx_buf *out, cx_error *e)
{
    size_t cap = hint + 2; /* one byte more than the file has shows its end, one holds the NUL */
    if (cap < 4096) cap = 4096;
    out->p = cx_alloc_large(cap);
    out->n = 0;
    for (;;) {
        if (out->n + 1 >= cap) {
            cap = cap < max ? cap * 2 : cap + 4096;
            if (cap > max + 2) cap = max + 2;
            out->p = cx_realloc(out->p, cap, 1);
        }
        ssize_t got = read(fd, out->p + out->n, cap - out->n - 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            say_errno(e, path, errno);
            return false;
        }
        if (got == 0) break;
        out->n += (size_t)got;
        if (out->n > max) {
            say_too_large(e, path, max);
            return false;
        }
    }
    out->p[out->n] = '\0';
    out->cap = cap;
    return true;
}

bool cx_read_file(const char *path, size_t max, cx_buf *out, cx_error *e)
{
    *out = (cx_buf){0};
    if (strcmp(path, "-") == 0) {
        if (read_all(STDIN_FILENO, "standard input", 0, max, out, e)) return true;
        cx_buf_clear(out);
        return false;
    }
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        say_errno(e, path, errno);
        if (fd >= 0) close(fd);
        return false;
    }
    bool ok = false;
    if (S_ISDIR(st.st_mode)) say_errno(e, path, EISDIR);
    else if (S_ISBLK(st.st_mode) || S_ISSOCK(st.st_mode)) cx_error_set(e, "%s: not a regular file", path);
    else if (S_ISREG(st.st_mode) && (st.st_size < 0 || (size_t)st.st_size > max)) say_too_large(e, path, max);
    else ok = read_all(fd, path, S_ISREG(st.st_mode) ? (size_t)st.st_size : 0, max, out, e);
    close(fd);
    if (!ok) cx_buf_clear(out);
    return ok;
}

size_t cx_read_head(const char *path, char *bytes, size_t n)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) return SIZE_MAX;
    ssize_t got = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, bytes, n) : -1;
    close(fd);
    return got < 0 ? SIZE_MAX : (size_t)got;
}

char *cx_real_path(const char *path) { return realpath(path, NULL); }

bool cx_list_folder(const char *path, void name(void *context, cx_str entry), void *context, cx_error *e)
{
    DIR *d = opendir(path);
    if (!d) {
        say_errno(e, path, errno);
        return false;
    }
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(d);
        if (!entry) break;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            name(context, cx_str_of(entry->d_name));
    }
    int failed = errno;
    closedir(d);
    if (failed) say_errno(e, path, failed);
    return !failed;
}

bool cx_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool cx_is_pipe(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

bool cx_is_symlink(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

bool cx_is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool cx_write_all(int fd, cx_str s, cx_error *e)
{
    while (s.n > 0) {
        ssize_t put = write(fd, s.p, s.n);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) {
            cx_error_set(e, "%s", strerror(errno));
            return false;
        }
        s.p += put;
        s.n -= (size_t)put;
    }
    return true;
}

/* ---- replacing a file ---- */

static bool fill(int fd, cx_str text, const struct stat *old, unsigned mode, const char *path, cx_error *e)
{
    if (!cx_write_all(fd, text, e)) return false;
    if (old && (fchown(fd, old->st_uid, old->st_gid) != 0 && errno != EPERM)) return say_errno(e, path, errno), false;
    if (fchmod(fd, old ? old->st_mode & 07777 : mode) != 0 || fsync(fd) != 0) return say_errno(e, path, errno), false;
    return true;
}

/* So that the new name is there after a crash; not every file system can. */
static void sync_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    close(fd);
}

static bool replace(const char *path, cx_str text, const struct stat *old, unsigned mode, cx_error *e)
{
    char temporary[4096];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return say_errno(e, path, ENAMETOOLONG), false;
    int fd = mkstemp(temporary);
    if (fd < 0) return say_errno(e, path, errno), false;
    bool ok = fill(fd, text, old, mode, path, e);
    if (close(fd) != 0 && ok) ok = (say_errno(e, path, errno), false);
    if (ok && rename(temporary, path) != 0) ok = (say_errno(e, path, errno), false);
    if (!ok) unlink(temporary);
    else sync_folder(path);
    return ok;
}

bool cx_write_file(const char *path, cx_str text, unsigned mode, cx_error *e)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    if (!there && errno != ENOENT) return say_errno(e, path, errno), false;
    if (there && !S_ISREG(st.st_mode)) {
        cx_error_set(e, "%s: not a regular file", path);
        return false;
    }
    char *real = there ? realpath(path, NULL) : NULL;
    bool ok = replace(real ? real : path, text, there ? &st : NULL, mode, e);
    free(real);
    return ok;
}
