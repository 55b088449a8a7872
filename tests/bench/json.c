/* json FILE RUNS: how long cJSON_Parse alone takes for a dynamic-security.json, how long
 * culex takes to parse, validate and index it and to make a policy of it, with malloc() as a
 * library does and with the pool of the command line. Medians of runs taken in turn, ms; each run
 * in a process of its own, so that all meet the same memory.
 *
 * json --parse FILE: reads and parses, no more: for comparing whole processes. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "data/json_pool.h"
#include "policy/policy.h"

enum { RUNS_MAX = 99, WAYS = 3 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void die(const char *what)
{
    fprintf(stderr, "json: %s\n", what);
    exit(1);
}

static double parse(const cx_source *source)
{
    double from = now();
    if (!cJSON_ParseWithLengthOpts(source->text.p, source->text.n + 1, NULL, 0)) die("not JSON");
    return now() - from;
}

static double index_all(cx_source *source)
{
    const cx_release *release = cx_release_find(CX_STR("2.1"));
    static cx_dynsec file;
    static cx_policy policy;
    cx_dynsec *files[] = {&file};
    cx_error e;
    double from = now();
    if (!cx_dynsec_read(&file, source, CX_TARGET_BIT(release), false, &e)) die(e.text);
    cx_policy_from_dynsec(&policy, files, 1, release);
    return now() - from;
}

/* WAY 0: cJSON alone, 1: culex, 2: culex with the pool. */
static double in_child(cx_source *source, int way)
{
    int ends[2];
    double took = 0;
    if (pipe(ends) != 0) die("no pipe");
    pid_t pid = fork();
    if (pid == 0) {
        if (way == 2) cx_json_use_pool();
        took = way == 0 ? parse(source) : index_all(source);
        _exit(write(ends[1], &took, sizeof took) == sizeof took ? 0 : 1);
    }
    if (pid < 0 || read(ends[0], &took, sizeof took) != sizeof took || waitpid(pid, NULL, 0) != pid) die("no child");
    close(ends[0]);
    close(ends[1]);
    return took;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    cx_source source;
    cx_error e;
    int runs = argc == 3 ? atoi(argv[2]) : 0;
    bool alone = argc == 3 && strcmp(argv[1], "--parse") == 0;
    if (argc != 3 || (!alone && (runs < 1 || runs > RUNS_MAX))) {
        fprintf(stderr, "usage: json FILE RUNS | json --parse FILE\n");
        return 2;
    }
    if (!cx_source_open(&source, argv[alone ? 2 : 1], &e)) die(e.text);
    if (alone) {
        parse(&source);
        _exit(0);
    }
    static double times[WAYS][RUNS_MAX];
    for (int i = 0; i < runs; i++)
        for (int way = 0; way < WAYS; way++) times[way][i] = in_child(&source, way);
    for (int way = 0; way < WAYS; way++) {
        qsort(times[way], (size_t)runs, sizeof(double), by_size);
        printf("%.2f ", times[way][runs / 2]);
    }
    putchar('\n');
    return 0;
}
