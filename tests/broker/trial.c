#define _GNU_SOURCE
#include "trial.h"
#include "broker.h"
#include "conf_table.h"

#include <ftw.h>
#include <glob.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_DIFFERENCES = 40, SHOWN_BYTES = 3000 };

static const char *const kind_names[TRIAL_KINDS] = {"acl", "load", "login", "conf", "dynsec"};

struct rng trial_begin(struct trial *trial, enum trial_kind kind, size_t number)
{
    static const char *const endings[TRIAL_PATHS] = {"file", "tsv", "secret", "out", "err"};
    struct rng r = {trial->seed};

    trial->kind = kind;
    trial->number = number;
    trial->shown = false;
    for (size_t i = 0; i < TRIAL_PATHS; i++) {
        snprintf(trial->path[i], sizeof trial->path[i], "%s/%s-%zu.%s", trial->dir, kind_names[kind], number,
                 endings[i]);
    }
    r.state = rng_next(&r) + (uint64_t)kind * 0x632be59bd9b4e019U;
    r.state = rng_next(&r) + number;
    return r;
}

void trial_save(struct trial *trial, const struct buf *file)
{
    trial->file = file;
    buf_save(file, trial->path[TRIAL_FILE]);
}

void trial_end(struct trial *trial)
{
    trial->file = NULL;
    trial->conf = NULL;
    trial->deployment = NULL;
}

static void show_deployment(const struct gen_deployment *g)
{
    print_as_command(stdout, &g->acl.text, "acl");
    print_as_command(stdout, &g->passwords, "passwd");
    if (!g->no_json) {
        print_as_command(stdout, &g->json, "dynsec.json");
    }
}

static void show_case(struct trial *trial)
{
    static const char *const names[TRIAL_KINDS] = {"acl", "acl", "passwd", "main.conf", "main.conf"};
    char name[32];

    printf(
        "difference in case %s:%zu, again with: diff --broker %s --culex %s --target %s --seed %llu --only %s:%zu --keep\n",
        kind_names[trial->kind], trial->number, trial->broker, trial->culex, trial->target,
        (unsigned long long)trial->seed, kind_names[trial->kind], trial->number);
    if (trial->conf && trial->file->len > SHOWN_BYTES) {
        printf("    (a main.conf of %zu bytes)\n", trial->file->len);
    } else {
        print_as_command(stdout, trial->file, names[trial->kind]);
    }
    for (size_t i = 0; trial->conf && i < trial->conf->include_count; i++) {
        snprintf(name, sizeof name, "'inc/%s'", trial->conf->include_names[i]);
        print_as_command(stdout, &trial->conf->includes[i], name);
    }
    if (trial->deployment) {
        show_deployment(trial->deployment);
    }
    trial->shown = true;
}

void trial_differs(struct trial *trial, const char *broker_says, const char *culex_says, const char *format, ...)
{
    va_list args;

    if (trial->differences++ >= SHOWN_DIFFERENCES) {
        return;
    }
    if (!trial->shown) {
        show_case(trial);
    }
    fputs("    ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf(": broker %s, culex %s\n", broker_says, culex_says);
    fflush(stdout);
}

int trial_culex(struct trial *trial, const char *const argv[], unsigned expected)
{
    int status = child_run(argv, trial->path[TRIAL_OUT], trial->path[TRIAL_ERR]);

    if (status > 31 || !(expected >> status & 1U)) {
        trial_differs(trial, "answers", "fails", "culex %s %s, status %d", argv[1], argv[2], status);
        return -1;
    }
    return status;
}

static bool broker_loads(struct trial *trial, bool anonymous)
{
    enum broker_file kind = trial->kind == TRIAL_LOGIN ? BROKER_PASSWORDS : BROKER_ACL;

    return broker_start(trial->broker, trial->dir, kind, trial->path[TRIAL_FILE], anonymous) == BROKER_UP;
}

enum trial_verdict trial_load(struct trial *trial, bool anonymous)
{
    const char *kind = trial->kind == TRIAL_LOGIN ? "passwd" : "acl", *path = trial->path[TRIAL_FILE];
    const char *argv[] = {trial->culex, "check", "--kind", kind, path, "--target", trial->target, NULL};
    int culex = trial_culex(trial, argv, 1U << 0 | 1U << 1);
    bool up = broker_loads(trial, anonymous);

    trial->loads++;
    trial->loaded += up;
    if (up && culex == 0) {
        return TRIAL_BOTH_LOAD;
    }
    broker_stop();
    if (!up && culex == 1) {
        return TRIAL_BOTH_REFUSE;
    }
    if (culex >= 0) {
        trial_differs(trial, up ? "loads it" : "refuses it", up ? "refuses it" : "loads it", "the file");
    }
    return TRIAL_LOAD_DIFFERS;
}

void trial_stop_broker(const struct trial *trial)
{
    if (!broker_stop()) {
        give_up("the broker ended by itself, see %s/broker.log", trial->dir);
    }
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *walk)
{
    (void)s;
    (void)type;
    (void)walk;
    return remove(path);
}

void remove_tree(const char *path) { nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

unsigned trial_release(const struct trial *trial)
{
    int major = 0, minor = 0, patch = 99;

    sscanf(trial->target, "%d.%d.%d", &major, &minor, &patch);
    return major < 2 ? R16 : minor > 0 ? R21 : patch < 21 ? R2011 : R2022;
}

const char *trial_plugin(const struct trial *trial, const char *file)
{
    static const char *const places[] = {"", "../lib/", "../lib/*/", "../../lib/*/", "../../usr/lib/*/"};
    const char *slash = strrchr(trial->broker, '/');
    char pattern[4096];
    glob_t found;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(pattern, sizeof pattern, "%.*s%s%s", (int)(slash - trial->broker) + 1, trial->broker, places[i], file);
        if (!glob(pattern, 0, NULL, &found) && found.gl_pathc) {
            const char *path = realpath(found.gl_pathv[0], NULL);
            globfree(&found);
            return path;
        }
    }
    return NULL;
}

void trial_tell_where(const struct trial *trial)
{
    fprintf(stderr, "diff: in case %s:%zu of seed %llu; the files are in %s\n", kind_names[trial->kind], trial->number,
            (unsigned long long)trial->seed, trial->dir);
}
