#define _GNU_SOURCE
/* A random mosquitto.conf: does the broker read it, and what does it then listen on? */
#include "broker.h"
#include "conf_table.h"
#include "said.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNKNOWN_ARGUMENT "Error: Unknown option '--bogus'"

/* ---- the broker ---- */

/* The first error of a log, without the time before it */
static void find_words(const struct buf *log, char *words, size_t size)
{
    const char *at = (const char *)log->data, *end = at + log->len;

    words[0] = 0;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
        size_t digits = strspn(at, "0123456789");
        if (digits && !strncmp(at + digits, ": ", 2)) {
            at += digits + 2;
        }
        if (!strncmp(at, "Error: ", 7) && strncmp(at, UNKNOWN_ARGUMENT, strlen(UNKNOWN_ARGUMENT)) != 0) {
            snprintf(words, size, "%.*s", (int)(stop - at), at);
            return;
        }
        at = stop + 1;
    }
}

static void load_log(struct buf *log, const char *path)
{
    buf_load(log, path);
    buf_byte(log, 0); /* so that it is a string too */
    log->len--;
}

/* Does it read the file? 2.1 has an option for that; older brokers read the file before they complain of the next
 * argument, but check what can only be checked at the end after it */
static void ask_reading(struct trial *trial, const char *conf, struct said *said)
{
    const char *last = trial->build.release == R21 ? "--test-config" : "--bogus";
    const char *argv[] = {trial->broker, "-c", conf, last, NULL};
    int status = child_run(argv, "parse.log", "parse.log");
    struct buf log = {0};

    load_log(&log, "parse.log");
    find_words(&log, said->words, sizeof said->words);
    if (status >= 126) {
        said->verdict = SAID_CRASHED;
    } else if (trial->build.release == R21 ? !status : buf_has(&log, UNKNOWN_ARGUMENT)) {
        said->verdict = SAID_TAKEN;
    } else {
        said->verdict = SAID_REFUSED;
    }
    buf_free(&log);
}

/* The errors older brokers find at the end of the whole reading; the words become the one that is there */
static bool has_late_error(const struct buf *log, char *words, size_t size)
{
    static const char *const texts[] = {"Error: Both certfile and keyfile must be", "Error: cafile specified without",
                                        "Error: capath specified without", "Error: Bridge local_clientid"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *at = log->len ? memmem(log->data, log->len, texts[i], strlen(texts[i])) : NULL;
        if (at) {
            snprintf(words, size, "%.*s", (int)strcspn(at, "\n"), at);
            return true;
        }
    }
    return false;
}

static void ask_starting(struct trial *trial, const char *conf, struct said *said)
{
    const char *argv[] = {trial->broker, "-c", conf, NULL};
    struct buf log = {0};
    int status = 0;

    said->up = effect_start(argv, "broker.log", &said->effect, &status);
    if (!said->up) {
        load_log(&log, "broker.log");
        find_words(&log, said->words, sizeof said->words);
        if (status >= 126) {
            said->verdict = SAID_CRASHED;
        } else if (has_late_error(&log, said->words, sizeof said->words)) {
            said->verdict = SAID_REFUSED;
        }
        buf_free(&log);
    }
    broker_stop();
}

static bool reads(struct trial *trial, const char *text)
{
    struct said said = {0};
    struct buf b = {0};

    buf_text(&b, text);
    buf_save(&b, "probe.conf");
    buf_free(&b);
    ask_reading(trial, "probe.conf", &said);
    return said.verdict == SAID_TAKEN;
}

/* ---- one case ---- */

static void write_files(const struct gen_conf *g)
{
    struct buf b = {0};
    char path[64];

    for (size_t i = 0; i < gen_fixed_count; i++) {
        b.len = 0;
        buf_text(&b, gen_fixed[i].text);
        buf_save(&b, gen_fixed[i].name);
        chmod(gen_fixed[i].name, 0644); /* a broker that was not told its user becomes nobody */
    }
    buf_free(&b);
    if (symlink("acl", "acl-link") || symlink("passwd", "passwd-link")) {
        give_up("symlink: %s", strerror(errno));
    }
    if (g->include_folder) {
        mkdir("inc/d.conf", 0755);
    }
    for (size_t i = 0; i < g->include_count; i++) {
        snprintf(path, sizeof path, "inc/%s", g->include_names[i]);
        buf_save(&g->includes[i], path);
    }
}

static void count(struct trial *trial, const struct said *said)
{
    trial->taken += said->verdict == SAID_TAKEN;
    trial->crashed += said->verdict == SAID_CRASHED;
    trial->started += said->up;
    for (size_t i = 0; said->up && i < said->effect.count; i++) {
        int answer = said->effect.sockets[i].answer;
        trial->sockets++;
        trial->asked += answer < EFFECT_SILENT;
        trial->upgraded += answer < EFFECT_SILENT && said->effect.sockets[i].websockets;
        trial->anonymous += answer == EFFECT_ACCEPTED;
    }
}

static void hold(struct trial *trial, const struct gen_conf *g)
{
    struct said said = {0};

    ask_reading(trial, "main.conf", &said);
    if (said.verdict == SAID_TAKEN && !g->undefined) {
        ask_starting(trial, "main.conf", &said);
    }
    count(trial, &said);
    if (said.verdict == SAID_REFUSED && strstr(said.words, "Temporary failure in name resolution")) {
        trial->unresolved++;
    } else if (!trial->conf_missing && said.verdict != SAID_CRASHED && !g->undefined) {
        said_compare(trial, &said);
    }
}

static void enter_folder(const char *path)
{
    if (mkdir(path, 0755) || chdir(path) || mkdir("inc", 0755)) {
        give_up("%s: %s", path, strerror(errno));
    }
}

void case_conf(struct trial *trial, struct rng *r)
{
    struct gen_conf g;
    char folder[4096];

    snprintf(folder, sizeof folder, "%s/conf-%zu", trial->dir, trial->number);
    enter_folder(folder);
    gen_conf(&g, r, &trial->build);
    trial->conf = &g;
    snprintf(trial->path[TRIAL_FILE], sizeof trial->path[TRIAL_FILE], "%.4000s/main.conf", folder);
    trial_save(trial, &g.text);
    write_files(&g);
    trial->confs++;
    trial->undefined += g.undefined;
    hold(trial, &g);
    if (trial->shown) {
        printf("    in %s\n", folder);
    }
    if (chdir(trial->dir)) {
        give_up("%s: %s", trial->dir, strerror(errno));
    }
    if (!trial->shown && !trial->keep) {
        remove_tree(folder);
    }
    trial->conf = NULL;
    gen_conf_free(&g);
}

/* A culex that cannot read a conf yet is a failure, but the brokers are run all the same */
static bool knows_confs(struct trial *trial)
{
    const char *check[] = {trial->culex, "check", "--syntax", "probe.conf", "--target", trial->target, NULL};
    const char *show[] = {trial->culex, "show", "--format", "json", "--target", trial->target, "probe.conf", NULL};
    struct buf b = {0};

    if (child_run(check, trial->path[TRIAL_OUT], trial->path[TRIAL_ERR]) != 2 &&
        child_run(show, trial->path[TRIAL_OUT], trial->path[TRIAL_ERR]) != 2) {
        return true;
    }
    buf_load(&b, trial->path[TRIAL_ERR]);
    printf("difference: culex cannot read a conf: %.*s\n", (int)b.len, (char *)b.data);
    buf_free(&b);
    return false;
}

const char *conf_prepare(struct trial *trial)
{
    const char *why = effect_enter_network();

    if (why) {
        return why;
    }
    trial_begin(trial, TRIAL_CONF, 0);
    if (chdir(trial->dir)) {
        give_up("%s: %s", trial->dir, strerror(errno));
    }
    chmod(trial->dir, 0755);
    trial->build.release = trial_release(trial);
    trial->build.root = geteuid() == 0;
    trial->build.websockets = reads(trial, "listener 1884\nprotocol websockets\n");
    trial->build.http_api = reads(trial, "listener 1884\nprotocol http_api\n");
    if (trial->build.release != R16) {
        trial->build.plugins[0] = trial_plugin(trial, "mosquitto_dynamic_security.so");
    }
    if (!reads(trial, "listener 1884\n")) {
        give_up("the broker does not read the plainest conf, see %s/parse.log", trial->dir);
    }
    printf("confs: websockets %s, http_api %s, dynamic security %s\n", trial->build.websockets ? "yes" : "no",
           trial->build.http_api ? "yes" : "no", trial->build.plugins[0] ? trial->build.plugins[0] : "not there");
    trial->conf_missing = !knows_confs(trial);
    trial->differences += trial->conf_missing;
    return NULL;
}
