#define _GNU_SOURCE
#include "buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fflush(stdout);
    fputs("diff: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void reserve(struct buf *b, size_t more)
{
    size_t cap = b->cap ? b->cap : 256;

    while (cap < b->len + more) {
        cap *= 2;
    }
    if (cap != b->cap) {
        b->data = realloc(b->data, cap);
        if (!b->data) {
            give_up("out of memory");
        }
        b->cap = cap;
    }
}

void buf_bytes(struct buf *b, const void *data, size_t len)
{
    if (len) {
        reserve(b, len);
        memcpy(b->data + b->len, data, len);
        b->len += len;
    }
}

void buf_text(struct buf *b, const char *text) { buf_bytes(b, text, strlen(text)); }

void buf_byte(struct buf *b, unsigned byte)
{
    unsigned char c = (unsigned char)byte;

    buf_bytes(b, &c, 1);
}

void buf_fill(struct buf *b, unsigned byte, size_t count)
{
    reserve(b, count + 1);
    memset(b->data + b->len, (int)byte, count);
    b->len += count;
}

void buf_format(struct buf *b, const char *format, ...)
{
    char *text;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0) {
        give_up("out of memory");
    }
    va_end(args);
    buf_text(b, text);
    free(text);
}

void buf_insert(struct buf *b, size_t at, const void *data, size_t len)
{
    reserve(b, len + 1);
    memmove(b->data + at + len, b->data + at, b->len - at);
    memcpy(b->data + at, data, len);
    b->len += len;
}

void buf_delete(struct buf *b, size_t at, size_t len)
{
    if (at < b->len) {
        len = len < b->len - at ? len : b->len - at;
        memmove(b->data + at, b->data + at + len, b->len - at - len);
        b->len -= len;
    }
}

bool buf_has(const struct buf *b, const char *text) { return b->len && memmem(b->data, b->len, text, strlen(text)); }

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

void buf_save(const struct buf *b, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t done = 0;

    while (fd >= 0 && done < b->len) {
        ssize_t n = write(fd, b->data + done, b->len - done);
        if (n < 0 && errno != EINTR) {
            give_up("%s: %s", path, strerror(errno));
        }
        done += n > 0 ? (size_t)n : 0;
    }
    if (fd < 0 || close(fd)) {
        give_up("%s: %s", path, strerror(errno));
    }
}

void buf_load(struct buf *b, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;

    b->len = 0;
    while (fd >= 0 && n > 0) {
        reserve(b, 65536);
        n = read(fd, b->data + b->len, 65536);
        b->len += n > 0 ? (size_t)n : 0;
    }
    if (fd < 0 || n < 0) {
        give_up("%s: %s", path, strerror(errno));
    }
    close(fd);
}

void names_add(struct names *n, const char *text)
{
    if (n->count == n->cap) {
        n->cap = n->cap ? n->cap * 2 : 16;
        n->at = realloc(n->at, n->cap * sizeof *n->at);
    }
    if (!n->at || !(n->at[n->count] = strdup(text))) {
        give_up("out of memory");
    }
    n->count++;
}

int names_has(const struct names *n, const char *text)
{
    for (size_t i = 0; i < n->count; i++) {
        if (!strcmp(n->at[i], text)) {
            return 1;
        }
    }
    return 0;
}

void names_free(struct names *n)
{
    for (size_t i = 0; i < n->count; i++) {
        free(n->at[i]);
    }
    free(n->at);
    *n = (struct names){0};
}

void print_escaped(FILE *to, const void *data, size_t len)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i++) {
        if (p[i] == '\n') {
            fputs("\\n", to);
        } else if (p[i] == '\\') {
            fputs("\\\\", to);
        } else if (p[i] < 0x20 || p[i] >= 0x7f || p[i] == '\'') {
            fprintf(to, "\\0%03o", (unsigned)p[i]);
        } else {
            fputc(p[i], to);
        }
    }
}

void print_as_command(FILE *to, const struct buf *b, const char *name)
{
    fputs("    printf '%b'", to);
    for (size_t from = 0, end; from < b->len; from = end) {
        const unsigned char *newline = memchr(b->data + from, '\n', b->len - from);

        end = newline ? (size_t)(newline - b->data) + 1 : b->len;
        fputs(" \\\n        '", to);
        print_escaped(to, b->data + from, end - from);
        fputc('\'', to);
    }
    fprintf(to, "%s > %s\n", b->len ? "" : " ''", name);
}
