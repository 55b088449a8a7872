#define _GNU_SOURCE
/* What culex says of a conf, and whether that is what the broker does */
#include "said.h"
#include "conf_table.h"
#include "show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Whether culex's explanation has the broker's words in it, as far as it can print them as they are: it escapes bytes
 * and shortens long texts */
static bool quotes(struct trial *trial, const char *words)
{
    char part[64];
    size_t n = 0;
    struct buf b = {0};
    bool found;

    for (words += strlen("Error: "); n + 1 < sizeof part && words[n] >= ' ' && words[n] < 0x7f; n++) {
        part[n] = words[n];
    }
    part[n] = 0;
    buf_load(&b, trial->path[TRIAL_OUT]);
    found = buf_has(&b, part);
    buf_load(&b, trial->path[TRIAL_ERR]);
    found |= buf_has(&b, part);
    buf_free(&b);
    return found;
}

/* Whether both say the same of reading it, without which the rest need not be asked */
static bool compare_reading(struct trial *trial, const struct said *said)
{
    const char *argv[] = {trial->culex, "check", "--syntax", "main.conf", "--target", trial->target, NULL};
    int culex = trial_culex(trial, argv, 1U << 0 | 1U << 1);
    bool taken = said->verdict == SAID_TAKEN;
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
    if (places->count) {
        qsort(places->at, places->count, sizeof *places->at, compare_texts);
    }
}

/* How many ports the broker opens that nobody can foretell: libwebsockets takes any one for a socket in a folder */
static size_t count_random_ports(const struct trial *trial, const struct show *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->count && trial->build.release == R2011; i++) {
        n += !s->listeners[i].port && !strcmp(s->listeners[i].protocol, "websockets");
    }
    return n;
}

static void compare_sockets(struct trial *trial, const struct said *said, const struct show *s)
{
    size_t random = count_random_ports(trial, s);
    struct names places = {0};
    struct buf broker = {0}, culex = {0};

    expected_sockets(trial, s, &places);
    for (size_t i = 0; i < said->effect.count; i++) {
        if (random && !names_has(&places, said->effect.sockets[i].where)) {
            random--;
            continue;
        }
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
    if (socket->answer < EFFECT_SILENT && socket->websockets != !strcmp(l->protocol, "websockets")) {
        differs(trial, socket->websockets ? "speaks websockets" : "speaks MQTT", l->protocol, what);
    } else if (l->tls != (socket->answer == EFFECT_TLS)) {
        differs(trial, l->tls ? "answers in clear" : "wants TLS", l->tls ? "TLS" : "no TLS", what);
    } else if (socket->answer != EFFECT_TLS && l->anonymous != (socket->answer == EFFECT_ACCEPTED)) {
        snprintf(broker, sizeof broker, socket->answer ? "refuses anonymous (%d)" : "accepts anonymous",
                 socket->answer);
        differs(trial, broker, l->anonymous ? "accepted" : "refused", what);
    }
}

/* Whether the broker complains of what the files alone decide. The ports are all free, so they count too, unless only
 * the machine knows that two addresses are one */
static bool is_own_fault(const char *words, const struct buf *conf)
{
    static const char *const parts[] = {"pwfile",
                                        "password_file",
                                        "acl_file",
                                        "psk_file",
                                        "ACL",
                                        "password file",
                                        "only be loaded once",
                                        "Address already in use",
                                        "any listening sockets",
                                        "Unable to create websockets listener"};

    if (strstr(words, "in use") && (buf_has(conf, "localhost") || buf_has(conf, "bind_interface"))) {
        return false;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strstr(words, parts[i])) {
            return true;
        }
    }
    return false;
}

/* Without --syntax culex also reads the files named. What else of the machine can keep a broker down is not asked */
static void compare_files(struct trial *trial, const struct said *said)
{
    const char *argv[] = {trial->culex, "check", "main.conf", "--target", trial->target, NULL};
    int culex;

    if (said->up || is_own_fault(said->words, trial->file)) {
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

void said_compare(struct trial *trial, const struct said *said)
{
    if (compare_reading(trial, said) && said->verdict == SAID_TAKEN) {
        compare_files(trial, said);
        if (said->up) {
            compare_effect(trial, said);
        }
    }
}
