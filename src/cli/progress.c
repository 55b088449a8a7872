#define _POSIX_C_SOURCE 200809L
#include "cli/progress.h"

#include <time.h>
#include <unistd.h>

enum { CELLS = 30 };
static const double AFTER = 0.3, BETWEEN = 0.1; /* seconds */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void draw(cx_str text)
{
    cx_error none;
    cx_write_all(STDERR_FILENO, text, &none);
}

cx_progress cx_progress_begin(const cx_cli *cli, const char *what)
{
    return (cx_progress){.what = !cli->quiet && isatty(STDERR_FILENO) ? what : NULL, .begun = now()};
}

void cx_progress_tell(void *context, size_t done, size_t all)
{
    cx_progress *p = context;
    double t = p->what ? now() : 0;
    if (!p->what || t - p->begun < AFTER || t - p->drawn < BETWEEN) return;
    p->drawn = t;
    size_t full = all ? done * CELLS / all : 0;
    cx_buf line = {0};
    cx_buf_printf(&line, "\r%s %zu/%zu [", p->what, done, all);
    cx_buf_fill(&line, '#', full);
    cx_buf_fill(&line, ' ', CELLS - full);
    cx_buf_putc(&line, ']');
    draw(cx_buf_str(&line));
    cx_buf_clear(&line);
}

void cx_progress_end(cx_progress *p)
{
    if (p->drawn > 0) draw(CX_STR("\r\033[K"));
    p->drawn = 0;
}
