#define _GNU_SOURCE
#include "run.h"
#include "broker.h"

#include <stdarg.h>
#include <stdlib.h>

enum { SHOWN_DIFFERENCES = 40 };

static const char *const kind_names[RUN_KINDS] = {"acl", "load", "login"};

struct rng run_rng(const struct run *run)
{
    struct rng r = {run->seed};

    r.state = rng_next(&r) + (uint64_t)run->kind * 0x632be59bd9b4e019U;
    r.state = rng_next(&r) + run->number;
    return r;
}

const char *run_path(const struct run *run, const char *what)
{
    static char paths[4][4096];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s-%zu.%s", run->dir, kind_names[run->kind], run->number, what);
    return path;
}

static void show_case(struct run *run)
{
    printf("difference in case %s:%zu, again with: diff --broker %s --culex %s --target %s --seed %llu --only %s:%zu --keep\n",
           kind_names[run->kind], run->number, run->broker, run->culex, run->target, (unsigned long long)run->seed,
           kind_names[run->kind], run->number);
    print_as_command(stdout, run->file, run->kind == RUN_LOGIN ? "passwd" : "acl");
    run->shown = true;
}

void run_differs(struct run *run, const char *broker_says, const char *culex_says, const char *format, ...)
{
    va_list args;

    if (run->differences++ >= SHOWN_DIFFERENCES) {
        return;
    }
    if (!run->shown) {
        show_case(run);
    }
    fputs("    ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf(": broker %s, culex %s\n", broker_says, culex_says);
    fflush(stdout);
}

bool run_culex_loads(struct run *run, const char *kind, const char *path)
{
    const char *err = run_path(run, "err");
    const char *argv[] = {run->culex, "check", "--kind", kind, path, "--target", run->target, NULL};
    int status = child_run(argv, run_path(run, "out"), err);

    if (status != 0 && status != 1) {
        give_up("culex check --kind %s: status %d, see %s", kind, status, err);
    }
    return status == 0;
}

bool run_load(struct run *run, int passwords, bool anonymous, const char *path)
{
    enum broker_file file = passwords ? BROKER_PASSWORDS : BROKER_ACL;
    bool culex = run_culex_loads(run, passwords ? "passwd" : "acl", path);
    bool up = broker_start(run->broker, run->dir, file, path, anonymous) == BROKER_UP;

    run->loads++;
    if (up != culex) {
        run_differs(run, up ? "loads it" : "refuses it", culex ? "loads it" : "refuses it", "the file");
    }
    return up;
}

void run_stop_broker(const struct run *run)
{
    if (!broker_stop()) {
        give_up("the broker ended by itself in case %s:%zu of seed %llu, see its log in %s (--keep keeps it)",
                kind_names[run->kind], run->number, (unsigned long long)run->seed, run->dir);
    }
}
