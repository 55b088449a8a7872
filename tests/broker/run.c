#define _GNU_SOURCE
#include "run.h"
#include "broker.h"

#include <stdarg.h>

enum { SHOWN_DIFFERENCES = 40 };

static const char *const kind_names[RUN_KINDS] = {"acl", "load", "login"};

struct rng run_begin(struct run *run, enum run_kind kind, size_t number)
{
    static const char *const endings[RUN_PATHS] = {"file", "tsv", "secret", "out", "err"};
    struct rng r = {run->seed};

    run->kind = kind;
    run->number = number;
    run->shown = false;
    for (size_t i = 0; i < RUN_PATHS; i++) {
        snprintf(run->path[i], sizeof run->path[i], "%s/%s-%zu.%s", run->dir, kind_names[kind], number, endings[i]);
    }
    r.state = rng_next(&r) + (uint64_t)kind * 0x632be59bd9b4e019U;
    r.state = rng_next(&r) + number;
    return r;
}

void run_save(struct run *run, const struct buf *file)
{
    run->file = file;
    buf_save(file, run->path[RUN_FILE]);
}

void run_end(struct run *run)
{
    run->file = NULL;
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

int run_culex(struct run *run, const char *const argv[], unsigned expected)
{
    int status = child_run(argv, run->path[RUN_OUT], run->path[RUN_ERR]);

    if (status > 31 || !(expected >> status & 1U)) {
        run_differs(run, "answers", "fails", "culex %s %s, status %d", argv[1], argv[2], status);
        return -1;
    }
    return status;
}

static bool broker_loads(struct run *run, bool anonymous)
{
    enum broker_file kind = run->kind == RUN_LOGIN ? BROKER_PASSWORDS : BROKER_ACL;

    return broker_start(run->broker, run->dir, kind, run->path[RUN_FILE], anonymous) == BROKER_UP;
}

enum run_load run_load(struct run *run, bool anonymous)
{
    const char *kind = run->kind == RUN_LOGIN ? "passwd" : "acl", *path = run->path[RUN_FILE];
    const char *argv[] = {run->culex, "check", "--kind", kind, path, "--target", run->target, NULL};
    int culex = run_culex(run, argv, 1U << 0 | 1U << 1);
    bool up = broker_loads(run, anonymous);

    run->loads++;
    run->loaded += up;
    if (up && culex == 0) {
        return RUN_BOTH_LOAD;
    }
    broker_stop();
    if (!up && culex == 1) {
        return RUN_BOTH_REFUSE;
    }
    if (culex >= 0) {
        run_differs(run, up ? "loads it" : "refuses it", up ? "refuses it" : "loads it", "the file");
    }
    return RUN_LOAD_DIFFERS;
}

void run_stop_broker(const struct run *run)
{
    if (!broker_stop()) {
        give_up("the broker ended by itself, see %s/broker.log", run->dir);
    }
}

void run_tell_where(const struct run *run)
{
    fprintf(stderr, "diff: in case %s:%zu of seed %llu; the files are in %s\n", kind_names[run->kind], run->number,
            (unsigned long long)run->seed, run->dir);
}
