#define _GNU_SOURCE
/* A random mosquitto.conf: does the broker read it, and what does it then listen on? */
#include "broker.h"
#include "conf_table.h"
#include "effect.h"
#include "show.h"
#include "trial.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNKNOWN_ARGUMENT "Error: Unknown option '--bogus'"

enum verdict { REFUSED, TAKEN, CRASHED };

/* What the broker made of a conf */
struct said {
    enum verdict verdict; /* of reading it */
    bool up;
    struct effect effect;
    char words[512]; /* its first error */
};

/* ---- the broker ---- */

static bool contains(const struct buf *b, const char *text)
{
    return b->len && memmem(b->data, b->len, text, strlen(text));
}

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
        said->verdict = CRASHED;
    } else if (trial->build.release == R21 ? !status : contains(&log, UNKNOWN_ARGUMENT)) {
        said->verdict = TAKEN;
    } else {
        said->verdict = REFUSED;
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
            said->verdict = CRASHED;
        } else if (has_late_error(&log, said->words, sizeof said->words)) {
            said->verdict = REFUSED;
        }
        buf_free(&log);
    }
    broker_stop();
}

static unsigned release_of(const char *target)
{
    int major = 0, minor = 0, patch = 99;

    sscanf(target, "%d.%d.%d", &major, &minor, &patch);
    return major < 2 ? R16 : minor > 0 ? R21 : patch < 21 ? R2011 : R2022;
}

static bool reads(struct trial *trial, const char *text)
{
    struct said said = {0};
    struct buf b = {0};

    buf_text(&b, text);
    buf_save(&b, "probe.conf");
    buf_free(&b);
    ask_reading(trial, "probe.conf", &said);
    return said.verdict == TAKEN;
}

/* The dynamic security plugin that came with the broker */
static void find_plugin(struct trial *trial)
{
    static const char *const places[] = {"", "../lib/", "../lib/*/", "../../lib/*/", "../../usr/lib/*/"};
    const char *slash = strrchr(trial->broker, '/');
    char pattern[4096];
    glob_t found;

    for (size_t i = 0; i < sizeof places / sizeof *places && trial->build.release != R16; i++) {
        snprintf(pattern, sizeof pattern, "%.*s%smosquitto_dynamic_security.so", (int)(slash - trial->broker) + 1,
                 trial->broker, places[i]);
        if (!glob(pattern, 0, NULL, &found) && found.gl_pathc) {
            trial->build.plugins[0] = realpath(found.gl_pathv[0], NULL);
            globfree(&found);
            return;
        }
    }
}

/* ---- culex ---- */

static void differs(struct trial *trial, const char *broker, const char *culex, const char *what)
{
    struct buf b = {0};

    trial_differs(trial, broker, culex, "%s", what);
    if (access("said", F_OK)) {
        trial->saved++;
    } else {
        buf_load(&b, "said");
    }
    buf_format(&b, "%s: broker %s, culex %s\n", what, broker, culex);
    buf_save(&b, "said");
    buf_free(&b);
}

/* Whether culex's explanation has the broker's words in it */
static bool quotes(struct trial *trial, const char *words)
{
    struct buf b = {0};
    bool found;

    buf_load(&b, trial->path[TRIAL_OUT]);
    found = contains(&b, words + strlen("Error: "));
    buf_load(&b, trial->path[TRIAL_ERR]);
    found |= contains(&b, words + strlen("Error: "));
    buf_free(&b);
    return found;
}

/* Whether both say the same of reading it, without which the rest need not be asked */
static bool compare_reading(struct trial *trial, const struct said *said)
{
    const char *argv[] = {trial->culex, "check", "--syntax", "main.conf", "--target", trial->target, NULL};
    int culex = trial_culex(trial, argv, 1U << 0 | 1U << 1);
    bool taken = said->verdict == TAKEN;
    char broker[600];

    if (culex < 0) {
        differs(trial, taken ? "takes it" : "refuses it", "fails", "check --syntax");
        return false;
    }
    if (taken != !culex) {
        snprintf(broker, sizeof broker, taken ? "takes it" : "refuses it (%s)", said->words);
        differs(trial, broker, culex ? "refuses it" : "takes it", "check --syntax");
    } else if (!taken && said->words[0]) {
        trial->refusals++;
        trial->quoted += quotes(trial, said->words);
    }
    return taken == !culex;
}

static int compare_texts(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Whether the broker opens a socket for the listener and, which is the point, would not start if it could not. Where
 * libwebsockets opens them, an address that is not there is passed over in silence; culex takes it to be there */
static bool is_certain(const struct trial *trial, const struct show_listener *l)
{
    static const char *const here[] = {"0.0.0.0", "::", "127.0.0.1", "::1", "127.0.0.2"};

    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        if (!strcmp(l->bind, here[i])) {
            return true;
        }
    }
    return trial->build.release != R2011 || strcmp(l->protocol, "websockets") != 0;
}

/* The sockets culex expects, in the form and the order the broker's come in */
static void expected_sockets(const struct trial *trial, const struct show *s, struct names *places)
{
    char where[300];

    for (size_t i = 0; i < s->count; i++) {
        const struct show_listener *l = &s->listeners[i];
        if (l->port && strcmp(l->protocol, "http_api") != 0 && is_certain(trial, l)) {
            effect_where(l->bind, l->port, where, sizeof where);
            if (!names_has(places, where)) {
                names_add(places, where);
            }
        }
    }
    qsort(places->at, places->count, sizeof *places->at, compare_texts);
}

static void compare_sockets(struct trial *trial, const struct said *said, const struct show *s)
{
    struct names places = {0};
    struct buf broker = {0}, culex = {0};

    expected_sockets(trial, s, &places);
    for (size_t i = 0; i < said->effect.count; i++) {
        buf_format(&broker, "%s ", said->effect.sockets[i].where);
    }
    for (size_t i = 0; i < places.count; i++) {
        buf_format(&culex, "%s ", places.at[i]);
    }
    buf_byte(&broker, 0);
    buf_byte(&culex, 0);
    if (strcmp((char *)broker.data, (char *)culex.data) != 0) {
        differs(trial, (char *)broker.data, (char *)culex.data, "sockets");
    }
    buf_free(&broker);
    buf_free(&culex);
    names_free(&places);
}

/* The listener of that place; NULL when culex has none or several that differ */
static const struct show_listener *find_listener(const struct show *s, const char *place)
{
    const struct show_listener *found = NULL;
    char where[300];

    for (size_t i = 0; i < s->count; i++) {
        const struct show_listener *l = &s->listeners[i];
        effect_where(l->bind, l->port, where, sizeof where);
        if (!strcmp(where, place)) {
            if (found && (found->anonymous != l->anonymous || found->tls != l->tls)) {
                return NULL;
            }
            found = l;
        }
    }
    return found;
}

static void compare_answer(struct trial *trial, const struct effect_socket *socket, const struct show *s)
{
    const struct show_listener *l = find_listener(s, socket->where);
    char what[128], broker[64];

    if (!l || socket->answer == EFFECT_SILENT || socket->answer == EFFECT_GONE) {
        return;
    }
    snprintf(what, sizeof what, "%s %s", l->protocol, socket->where);
    if (l->tls != (socket->answer == EFFECT_TLS)) {
        differs(trial, l->tls ? "answers in clear" : "wants TLS", l->tls ? "TLS" : "no TLS", what);
    } else if (socket->answer != EFFECT_TLS && l->anonymous != (socket->answer == EFFECT_ACCEPTED)) {
        snprintf(broker, sizeof broker, socket->answer ? "refuses anonymous (%d)" : "accepts anonymous",
                 socket->answer);
        differs(trial, broker, l->anonymous ? "accepted" : "refused", what);
    }
}

/* Whether the broker complains of a file that a check reads too */
static bool is_file_error(const char *words)
{
    static const char *const parts[] = {"pwfile", "password_file", "acl_file", "psk_file", "ACL", "password file"};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strstr(words, parts[i])) {
            return true;
        }
    }
    return false;
}

/* Without --syntax culex also reads the files named. What else can keep a broker from starting is not its business */
static void compare_files(struct trial *trial, const struct said *said)
{
    const char *argv[] = {trial->culex, "check", "main.conf", "--target", trial->target, NULL};
    int culex;

    if (said->up || is_file_error(said->words)) {
        culex = trial_culex(trial, argv, 1U << 0 | 1U << 1);
        if (culex != !said->up) {
            differs(trial, said->up ? "starts" : said->words, culex ? "refuses it" : "takes it", "check");
        }
    }
}

static void compare_effect(struct trial *trial, const struct said *said)
{
    const char *argv[] = {trial->culex, "show", "--format", "json", "--target", trial->target, "main.conf", NULL};
    struct buf json = {0};
    struct show s = {0};
    const char *error;

    if (trial_culex(trial, argv, 1U << 0) < 0) {
        differs(trial, "starts", "fails", "show");
        return;
    }
    buf_load(&json, trial->path[TRIAL_OUT]);
    error = show_read(&s, &json);
    buf_free(&json);
    if (error) {
        differs(trial, "starts", error, "show");
        return;
    }
    compare_sockets(trial, said, &s);
    for (size_t i = 0; i < said->effect.count; i++) {
        compare_answer(trial, &said->effect.sockets[i], &s);
    }
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
    }
    buf_free(&b);
    for (size_t i = 0; i < g->include_count; i++) {
        snprintf(path, sizeof path, "inc/%s", g->include_names[i]);
        buf_save(&g->includes[i], path);
    }
}

static void count(struct trial *trial, const struct said *said)
{
    trial->taken += said->verdict == TAKEN;
    trial->crashed += said->verdict == CRASHED;
    trial->started += said->up;
    for (size_t i = 0; said->up && i < said->effect.count; i++) {
        int answer = said->effect.sockets[i].answer;
        trial->sockets++;
        trial->asked += answer < EFFECT_SILENT;
        trial->anonymous += answer == EFFECT_ACCEPTED;
    }
}

static void hold(struct trial *trial, const struct gen_conf *g)
{
    struct said said = {0};

    ask_reading(trial, "main.conf", &said);
    if (said.verdict == TAKEN && !g->undefined) {
        ask_starting(trial, "main.conf", &said);
    }
    count(trial, &said);
    if (said.verdict == REFUSED && strstr(said.words, "Temporary failure in name resolution")) {
        trial->unresolved++;
    } else if (!trial->conf_missing && said.verdict != CRASHED && !g->undefined) {
        if (compare_reading(trial, &said) && said.verdict == TAKEN) {
            compare_files(trial, &said);
            if (said.up) {
                compare_effect(trial, &said);
            }
        }
    }
}

static void enter_folder(const char *path)
{
    if (mkdir(path, 0700) || chdir(path) || mkdir("inc", 0700)) {
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
    trial->build.release = release_of(trial->target);
    trial->build.root = geteuid() == 0;
    trial->build.websockets = reads(trial, "listener 1884\nprotocol websockets\n");
    trial->build.http_api = reads(trial, "listener 1884\nprotocol http_api\n");
    find_plugin(trial);
    if (!reads(trial, "listener 1884\n")) {
        return "the broker does not read the plainest conf";
    }
    printf("confs: websockets %s, http_api %s, dynamic security %s\n", trial->build.websockets ? "yes" : "no",
           trial->build.http_api ? "yes" : "no", trial->build.plugins[0] ? trial->build.plugins[0] : "not there");
    trial->conf_missing = !knows_confs(trial);
    trial->differences += trial->conf_missing;
    return NULL;
}
