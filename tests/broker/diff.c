#define _GNU_SOURCE
/* Holds culex against a real broker: random ACL and password files are given to both, and every answer is compared.
 *
 * usage: diff --broker PATH --culex PATH --target VERSION [--seed N] [--decisions N] [--loads N] [--logins N]
 *             [--only acl|load|login:N] [--keep]
 *
 * The broker runs on a port of 127.0.0.1 and gets no other file than those made here.
 * exit: 0 no difference, 1 differences, 2 the test could not be run
 *
 *   gen_acl.c gen_damage.c gen_passwd.c   the random files, clients and topics
 *   broker.c mqtt.c                       the real answer
 *   questions.c                           the question to culex, and the comparison
 *   case_acl.c case_login.c run.c         one case of each kind */
#include "broker.h"
#include "run.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <mosquitto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FEWEST_ACL_FILES = 12 };

struct wanted {
    size_t decisions, loads, logins;
    int only_kind; /* -1: all */
    size_t only_number;
};

static const char usage[] = "usage: diff --broker PATH --culex PATH --target VERSION [--seed N] [--decisions N] [--loads N] [--logins N]\n"
                            "            [--only acl|load|login:N] [--keep]\n";

static _Noreturn void bad_usage(void)
{
    fputs(usage, stderr);
    exit(2);
}

static unsigned long long number(const char *text)
{
    char *end;
    unsigned long long n;

    errno = 0;
    n = strtoull(text, &end, 10);
    if (end == text || *end || errno || text[0] == '-') {
        bad_usage();
    }
    return n;
}

static void parse_only(const char *text, struct wanted *w)
{
    static const char *const kinds[RUN_KINDS] = {"acl:", "load:", "login:"};

    for (int i = 0; i < RUN_KINDS; i++) {
        if (!strncmp(text, kinds[i], strlen(kinds[i]))) {
            w->only_kind = i;
            w->only_number = (size_t)number(text + strlen(kinds[i]));
            return;
        }
    }
    bad_usage();
}

static void parse_options(int argc, char **argv, struct run *run, struct wanted *w)
{
    static const struct option options[] = {
        {"broker", 1, NULL, 'b'}, {"culex", 1, NULL, 'c'},  {"target", 1, NULL, 't'}, {"seed", 1, NULL, 's'}, {"decisions", 1, NULL, 'd'},
        {"loads", 1, NULL, 'l'},  {"logins", 1, NULL, 'p'}, {"only", 1, NULL, 'o'},   {"keep", 0, NULL, 'k'}, {0},
    };
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'b': run->broker = optarg; break;
        case 'c': run->culex = optarg; break;
        case 't': run->target = optarg; break;
        case 's': run->seed = number(optarg); break;
        case 'd': w->decisions = (size_t)number(optarg); break;
        case 'l': w->loads = (size_t)number(optarg); break;
        case 'p': w->logins = (size_t)number(optarg); break;
        case 'o': parse_only(optarg, w); break;
        case 'k': run->keep = true; break;
        default: bad_usage();
        }
    }
    if (!run->broker || !run->culex || !run->target || optind < argc) {
        bad_usage();
    }
    run->old = !strncmp(run->target, "1.", 2);
}

/* After every way out: no broker stays, and the files only when they are wanted or tell what went wrong */
static void leave(int status, void *argument)
{
    struct run *run = argument;
    DIR *dir;
    struct dirent *entry;

    broker_stop();
    if (status == 2) {
        run_tell_where(run);
        return;
    }
    if (run->keep) {
        fprintf(stderr, "diff: the files are in %s\n", run->dir);
        return;
    }
    if ((dir = opendir(run->dir))) {
        while ((entry = readdir(dir))) {
            unlinkat(dirfd(dir), entry->d_name, 0);
        }
        closedir(dir);
        rmdir(run->dir);
    }
}

static void make_folder(struct run *run)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = NULL;

    if (asprintf(&dir, "%s/culex-broker-XXXXXX", tmp && *tmp ? tmp : "/tmp") < 0 || !mkdtemp(dir)) {
        give_up("no temporary folder: %s", strerror(errno));
    }
    run->dir = dir;
    on_exit(leave, run);
}

/* Lets the mosquitto_passwd that belongs to the broker hash a password; false when there is none */
static bool fresh_hash(struct run *run, const char *password, char *field, size_t size)
{
    static const char *const places[] = {"mosquitto_passwd", "../bin/mosquitto_passwd"};
    const char *slash = strrchr(run->broker, '/');
    struct buf file = {0};
    char tool[4096];

    for (size_t i = 0; i < 2; i++) {
        snprintf(tool, sizeof tool, "%.*s%s", slash ? (int)(slash - run->broker) + 1 : 0, run->broker, places[i]);
        if (!access(tool, X_OK)) {
            const char *argv[] = {tool, "-b", run->path[RUN_FILE], "u", password, NULL};
            buf_save(&file, run->path[RUN_FILE]);
            if (!child_run(argv, run->path[RUN_OUT], run->path[RUN_ERR])) {
                buf_load(&file, run->path[RUN_FILE]);
            }
            break;
        }
    }
    buf_byte(&file, 0);
    snprintf(field, size, "%.*s", (int)strcspn((char *)file.data, "\n"), (char *)file.data);
    buf_free(&file);
    return !strncmp(field, "u:$", 3);
}

static void make_fresh_hashes(struct run *run, char fields[2][512])
{
    static const char *const passwords[2] = {"pw", "p w"};

    run_begin(run, RUN_LOGIN, 0);
    for (size_t i = 0; i < 2; i++) {
        if (fresh_hash(run, passwords[i], fields[i], sizeof fields[i])) {
            run->fresh[run->fresh_count++] = (struct gen_hash){fields[i] + 2, passwords[i]};
        }
    }
}

/* A broker that does not even start with a plain file would make every case a difference */
static void try_broker(struct run *run)
{
    struct buf plain = {0};

    run_begin(run, RUN_ACL, 0);
    buf_text(&plain, "topic a\n");
    run_save(run, &plain);
    if (broker_start(run->broker, run->dir, BROKER_ACL, run->path[RUN_FILE], true) != BROKER_UP) {
        give_up("the broker does not start, see %s/broker.log", run->dir);
    }
    run_stop_broker(run);
    run_end(run);
    buf_free(&plain);
}

static void run_case(struct run *run, enum run_kind kind, size_t number_of_case)
{
    struct rng r = run_begin(run, kind, number_of_case);

    broker_check_signals();
    if (kind == RUN_ACL) {
        case_acl(run, &r);
    } else if (kind == RUN_LOAD) {
        case_load(run, &r);
    } else {
        case_login(run, &r);
    }
    run_end(run);
}

/* Each loop also ends when the cases yield next to nothing, which is no test then */
static void run_all(struct run *run, const struct wanted *w)
{
    for (size_t i = 0; (i < FEWEST_ACL_FILES || run->decisions < w->decisions) && i < FEWEST_ACL_FILES + w->decisions / 20; i++) {
        run_case(run, RUN_ACL, i);
    }
    for (size_t i = 0; i < w->loads; i++) {
        run_case(run, RUN_LOAD, i);
    }
    for (size_t i = 0; run->logins < w->logins && i < 10 + w->logins; i++) {
        run_case(run, RUN_LOGIN, i);
    }
    if (!run->differences && (run->decisions < w->decisions || run->logins < w->logins)) {
        give_up("the cases yield only %zu decisions and %zu logins", run->decisions, run->logins);
    }
}

int main(int argc, char **argv)
{
    struct run run = {.seed = (unsigned long long)time(NULL) * 1000003U + (unsigned long long)getpid()};
    struct wanted wanted = {5000, 300, 240, -1, 0};
    char fields[2][512];

    parse_options(argc, argv, &run, &wanted);
    printf("seed %llu, broker %s, target %s\n", (unsigned long long)run.seed, run.broker, run.target);
    fflush(stdout);
    if (access(run.broker, X_OK) || access(run.culex, X_OK)) {
        fprintf(stderr, "diff: %s: %s\n", access(run.broker, X_OK) ? run.broker : run.culex, strerror(errno));
        return 2;
    }
    mosquitto_lib_init();
    broker_catch_signals();
    make_folder(&run);
    try_broker(&run);
    make_fresh_hashes(&run, fields);
    if (wanted.only_kind >= 0) {
        run_case(&run, (enum run_kind)wanted.only_kind, wanted.only_number);
    } else {
        run_all(&run, &wanted);
    }
    printf("the broker allows %zu, loads %zu, lets in %zu\n", run.allowed, run.loaded, run.let_in);
    printf("decisions %zu, loads %zu, logins %zu, differences %zu\n", run.decisions, run.loads, run.logins, run.differences);
    exit(run.differences ? 1 : 0);
}
