/* Runs a harness without a fuzzer, over the files given and all files in the folders
 * given: each whole and cut short at every byte, and each with one byte after the
 * other made NUL, for files short enough. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"

enum { SHORT = 600 };

static size_t files, inputs;

static void run(const char *bytes, size_t n)
{
    LLVMFuzzerTestOneInput((const uint8_t *)bytes, n);
    inputs++;
}

static bool replay_file(const char *path)
{
    cx_buf b;
    cx_error e;
    if (!cx_read_file(path, (size_t)1 << 24, &b, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return false;
    }
    files++;
    run(b.p, b.n);
    for (size_t n = 0; n < b.n && b.n <= SHORT; n++) run(b.p, n);
    for (size_t i = 0; i < b.n && b.n <= SHORT; i++) {
        char was = b.p[i];
        b.p[i] = '\0';
        run(b.p, b.n);
        b.p[i] = was;
    }
    cx_buf_clear(&b);
    return true;
}

static int no_dots(const struct dirent *d) { return d->d_name[0] != '.'; }

static bool replay(const char *path)
{
    if (!cx_is_directory(path)) return replay_file(path);
    struct dirent **names;
    int n = scandir(path, &names, no_dots, alphasort);
    bool ok = n >= 0;
    for (int i = 0; i < n; i++) {
        char below[4096];
        int length = snprintf(below, sizeof below, "%s/%s", path, names[i]->d_name);
        ok &= length > 0 && (size_t)length < sizeof below && replay(below);
        free(names[i]);
    }
    if (n >= 0) free(names);
    return ok;
}

int main(int argc, char **argv)
{
    bool ok = true;
    for (int i = 1; i < argc; i++) ok &= replay(argv[i]);
    printf("%zu inputs from %zu files\n", inputs, files);
    if (files == 0) fprintf(stderr, "usage: %s FILE|FOLDER…\n", argv[0]);
    return ok && files ? EXIT_SUCCESS : EXIT_FAILURE;
}
