#define _GNU_SOURCE
/* Holds culex against a real broker: random files are given to both, every answer is compared.
 *
 * usage: diff --broker PATH --culex PATH --target VERSION [--seed N] [--decisions N] [--loads N] [--logins N]
 *             [--deployments N] [--confs N] [--only acl|load|login|dynsec|conf:N] [--keep]
 *
 * The broker runs on ports of 127.0.0.1 and gets no other file than those made here.
 * exit: 0 no difference, 1 differences, 2 the test could not be run
 *
 *   gen_acl.c gen_passwd.c gen_damage.c          the random files, clients and topics
 *   gen_deploy.c gen_dynsec.c gen_roles.c gen_json.c
 *                                                the random deployments with dynamic security
 *   gen_conf.c gen_value.c conf_table.c          the random mosquitto.conf files
 *   gen_undefined.c                              those whose reading is the broker's bug
 *   broker.c mqtt.c effect.c                     the real answer
 *   questions.c said.c show.c                    the question to culex, and the comparison
 *   case_acl.c case_login.c case_conf.c trial.c  one case of each kind
 *   case_dynsec.c door.c                         and of this one, listener by listener */
#include "broker.h"
#include "trial.h"

#include <errno.h>
#include <getopt.h>
#include <mosquitto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FEWEST_ACL_FILES = 12 };

struct wanted {
    size_t decisions, loads, logins, deployments, confs;
    int only_kind; /* -1: all */
    size_t only_number;
};

static const char usage[] =
    "usage: diff --broker PATH --culex PATH --target VERSION [--seed N] [--decisions N] [--loads N] [--logins N]\n"
    "            [--deployments N] [--confs N] [--only acl|load|login|dynsec|conf:N] [--keep]\n";

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
    static const char *const kinds[TRIAL_KINDS] = {"acl:", "load:", "login:", "conf:", "dynsec:"};

    for (int i = 0; i < TRIAL_KINDS; i++) {
        if (!strncmp(text, kinds[i], strlen(kinds[i]))) {
            w->only_kind = i;
            w->only_number = (size_t)number(text + strlen(kinds[i]));
            return;
        }
    }
    bad_usage();
}

static void parse_options(int argc, char **argv, struct trial *trial, struct wanted *w)
{
    static const struct option options[] = {
        {"broker", 1, NULL, 'b'},    {"culex", 1, NULL, 'c'},       {"target", 1, NULL, 't'}, {"seed", 1, NULL, 's'},
        {"decisions", 1, NULL, 'd'}, {"loads", 1, NULL, 'l'},       {"logins", 1, NULL, 'p'}, {"only", 1, NULL, 'o'},
        {"keep", 0, NULL, 'k'},      {"deployments", 1, NULL, 'm'}, {"confs", 1, NULL, 'f'},  {0}};
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'b': trial->broker = optarg; break;
        case 'c': trial->culex = optarg; break;
        case 't': trial->target = optarg; break;
        case 's': trial->seed = number(optarg); break;
        case 'd': w->decisions = (size_t)number(optarg); break;
        case 'l': w->loads = (size_t)number(optarg); break;
        case 'p': w->logins = (size_t)number(optarg); break;
        case 'm': w->deployments = (size_t)number(optarg); break;
        case 'f': w->confs = (size_t)number(optarg); break;
        case 'o': parse_only(optarg, w); break;
        case 'k': trial->keep = true; break;
        default: bad_usage();
        }
    }
    if (!trial->broker || !trial->culex || !trial->target || optind < argc) {
        bad_usage();
    }
    trial->old = !strncmp(trial->target, "1.", 2);
}

/* After every way out: no broker stays, and the files only when they are wanted or tell what went wrong */
static void leave(int status, void *argument)
{
    struct trial *trial = argument;

    broker_stop();
    if (status == 2) {
        trial_tell_where(trial);
        return;
    }
    if (trial->keep || trial->saved) {
        fprintf(stderr, "diff: the files are in %s\n", trial->dir);
        return;
    }
    remove_tree(trial->dir);
}

/* The conf cases run in folders of their own */
static void make_absolute(struct trial *trial)
{
    trial->broker = realpath(trial->broker, NULL);
    trial->culex = realpath(trial->culex, NULL);
    if (!trial->broker || !trial->culex) {
        give_up("%s", strerror(errno));
    }
}

static void make_folder(struct trial *trial)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = NULL;

    if (asprintf(&dir, "%s/culex-broker-XXXXXX", tmp && *tmp ? tmp : "/tmp") < 0 || !mkdtemp(dir) ||
        !(trial->dir = realpath(dir, NULL))) {
        give_up("no temporary folder: %s", strerror(errno));
    }
    free(dir);
    on_exit(leave, trial);
}

/* Lets the mosquitto_passwd that belongs to the broker hash a password; false when there is none */
static bool fresh_hash(struct trial *trial, const char *password, char *field, size_t size)
{
    static const char *const places[] = {"mosquitto_passwd", "../bin/mosquitto_passwd"};
    const char *slash = strrchr(trial->broker, '/');
    struct buf file = {0};
    char tool[4096];

    for (size_t i = 0; i < 2; i++) {
        snprintf(tool, sizeof tool, "%.*s%s", slash ? (int)(slash - trial->broker) + 1 : 0, trial->broker, places[i]);
        if (!access(tool, X_OK)) {
            const char *argv[] = {tool, "-b", trial->path[TRIAL_FILE], "u", password, NULL};
            buf_save(&file, trial->path[TRIAL_FILE]);
            if (!child_run(argv, trial->path[TRIAL_OUT], trial->path[TRIAL_ERR])) {
                buf_load(&file, trial->path[TRIAL_FILE]);
            }
            break;
        }
    }
    buf_byte(&file, 0);
    snprintf(field, size, "%.*s", (int)strcspn((char *)file.data, "\n"), (char *)file.data);
    buf_free(&file);
    return !strncmp(field, "u:$", 3);
}

static void make_fresh_hashes(struct trial *trial, char fields[2][512])
{
    static const char *const passwords[2] = {"pw", "p w"};

    trial_begin(trial, TRIAL_LOGIN, 0);
    for (size_t i = 0; i < 2; i++) {
        if (fresh_hash(trial, passwords[i], fields[i], sizeof fields[i])) {
            trial->fresh[trial->fresh_count++] = (struct gen_hash){fields[i] + 2, passwords[i]};
        }
    }
}

/* A broker that does not even start with a plain file would make every case a difference */
static void try_broker(struct trial *trial)
{
    struct buf plain = {0};

    trial_begin(trial, TRIAL_ACL, 0);
    buf_text(&plain, "topic a\n");
    trial_save(trial, &plain);
    if (broker_start(trial->broker, trial->dir, BROKER_ACL, trial->path[TRIAL_FILE], true) != BROKER_UP) {
        give_up("the broker does not start, see %s/broker.log", trial->dir);
    }
    trial_stop_broker(trial);
    trial_end(trial);
    buf_free(&plain);
}

static void one_case(struct trial *trial, enum trial_kind kind, size_t number_of_case)
{
    struct rng r = trial_begin(trial, kind, number_of_case);

    broker_check_signals();
    if (kind == TRIAL_ACL) {
        case_acl(trial, &r);
    } else if (kind == TRIAL_LOAD) {
        case_load(trial, &r);
    } else if (kind == TRIAL_LOGIN) {
        case_login(trial, &r);
    } else if (kind == TRIAL_DYNSEC) {
        case_dynsec(trial, &r);
    } else {
        case_conf(trial, &r);
    }
    trial_end(trial);
}

static void dynsec_cases(struct trial *trial, size_t first, size_t count)
{
    static const char *const accesses[] = {"write", "read", "subscribe", "unsubscribe"};
    const struct trial_dynsec *d = &trial->dynsec;
    const char *why = count ? dynsec_prepare(trial) : "not asked for";

    if (why) {
        printf("deployments skipped: %s\n", why);
        return;
    }
    for (size_t i = first; i < first + count; i++) {
        one_case(trial, TRIAL_DYNSEC, i);
    }
    printf("deployments %zu: the broker starts %zu, crashes %zu, lets in %zu of %zu logins, allows", d->deployments,
           d->started, d->crashed, d->let_in, d->logins);
    for (size_t i = 0; i < 4; i++) {
        printf(" %s %zu of %zu%s", accesses[i], d->allowed[i], d->asked[i], i < 3 ? "," : "\n");
    }
}

/* The conf cases come last, because they change the network for good */
static void conf_cases(struct trial *trial, size_t first, size_t count)
{
    const char *why = count ? conf_prepare(trial) : "not asked for";

    if (why) {
        printf("confs skipped: %s\n", why);
        return;
    }
    for (size_t i = first; i < first + count; i++) {
        one_case(trial, TRIAL_CONF, i);
    }
    printf("confs %zu: the broker takes %zu, starts %zu, %zu sockets, %zu answer (%zu over websockets), "
           "%zu let anonymous in\n",
           trial->confs, trial->taken, trial->started, trial->sockets, trial->asked, trial->upgraded, trial->anonymous);
    printf("not compared: %zu undefined, %zu crashes of the broker, %zu host names to look up\n", trial->undefined,
           trial->crashed, trial->unresolved);
    printf("culex gives the broker's own words for %zu of %zu refusals\n", trial->quoted, trial->refusals);
}

/* Each loop also ends when the cases yield next to nothing, which is no test then */
static void all_cases(struct trial *trial, const struct wanted *w)
{
    size_t fewest = w->decisions ? FEWEST_ACL_FILES : 0;

    for (size_t i = 0; (i < fewest || trial->decisions < w->decisions) && i < fewest + w->decisions / 20; i++) {
        one_case(trial, TRIAL_ACL, i);
    }
    for (size_t i = 0; i < w->loads; i++) {
        one_case(trial, TRIAL_LOAD, i);
    }
    for (size_t i = 0; trial->logins < w->logins && i < 10 + w->logins; i++) {
        one_case(trial, TRIAL_LOGIN, i);
    }
    if (!trial->differences && (trial->decisions < w->decisions || trial->logins < w->logins)) {
        give_up("the cases yield only %zu decisions and %zu logins", trial->decisions, trial->logins);
    }
}

int main(int argc, char **argv)
{
    struct trial trial = {.seed = (unsigned long long)time(NULL) * 1000003U + (unsigned long long)getpid()};
    struct wanted wanted = {8000, 300, 240, 100, 300, -1, 0};
    char fields[2][512];

    parse_options(argc, argv, &trial, &wanted);
    printf("seed %llu, broker %s, target %s\n", (unsigned long long)trial.seed, trial.broker, trial.target);
    fflush(stdout);
    if (access(trial.broker, X_OK) || access(trial.culex, X_OK)) {
        fprintf(stderr, "diff: %s: %s\n", access(trial.broker, X_OK) ? trial.broker : trial.culex, strerror(errno));
        return 2;
    }
    mosquitto_lib_init();
    broker_catch_signals();
    make_absolute(&trial);
    make_folder(&trial);
    try_broker(&trial);
    make_fresh_hashes(&trial, fields);
    if (wanted.only_kind == TRIAL_CONF) {
        conf_cases(&trial, wanted.only_number, 1);
    } else if (wanted.only_kind == TRIAL_DYNSEC) {
        dynsec_cases(&trial, wanted.only_number, 1);
    } else if (wanted.only_kind >= 0) {
        one_case(&trial, (enum trial_kind)wanted.only_kind, wanted.only_number);
    } else {
        all_cases(&trial, &wanted);
        dynsec_cases(&trial, 0, wanted.deployments);
        conf_cases(&trial, 0, wanted.confs);
    }
    printf("the broker allows %zu, loads %zu, lets in %zu\n", trial.allowed, trial.loaded, trial.let_in);
    printf("decisions %zu, loads %zu, logins %zu, differences %zu\n", trial.decisions, trial.loads, trial.logins,
           trial.differences);
    exit(trial.differences ? 1 : 0);
}
