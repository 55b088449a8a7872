/* Growing byte buffers and lists of names for the broker tests, and how the tests give up.
 *
 * Everything here ends the program when memory or a file fails: a test that cannot do its work says so, exit 2. */
#ifndef BROKER_BUF_H
#define BROKER_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct buf {
    unsigned char *data;
    size_t len;
    size_t cap;
};

void buf_bytes(struct buf *b, const void *data, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_byte(struct buf *b, unsigned byte);
void buf_fill(struct buf *b, unsigned byte, size_t count);
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_insert(struct buf *b, size_t at, const void *data, size_t len);
void buf_delete(struct buf *b, size_t at, size_t len);
bool buf_has(const struct buf *b, const char *text);
void buf_free(struct buf *b);

/* Replaces the file at path, mode 0600 */
void buf_save(const struct buf *b, const char *path);
void buf_load(struct buf *b, const char *path);

/* Owned strings; an index, once given, stays valid */
struct names {
    char **at;
    size_t count;
    size_t cap;
};

void names_add(struct names *n, const char *text);
int names_has(const struct names *n, const char *text);
void names_free(struct names *n);

/* Prints bytes as the shell's printf '%b' reads them; safe between single quotes */
void print_escaped(FILE *to, const void *data, size_t len);
/* Prints the shell command that writes the bytes to a file, a line of the file on each of its own */
void print_as_command(FILE *to, const struct buf *b, const char *name);

/* Says why and ends the program with status 2 */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
