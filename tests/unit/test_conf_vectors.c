/* What real brokers made of confs (tests/vectors/conf.json): whether they take them,
 * the words and the line they name when they do not, whether they start, which sockets
 * they open and whom they let in. Every release is read alone and with the others. */
#include <stdlib.h>

#include "conf.h"
#include "vectors.h"

enum {
    ROWS = 656,
    SKIPPED_ROWS = 9,
    VERDICTS = 2550,
    EFFECTS = 1217,
    WORDS = 621,
    PLACES = 1103,
    STARTS = 1224,
};

/* ---- known differences ---- */

typedef struct known {
    const char *id, *release; /* NULL: every release */
    const char *reason;
} known;

static const known effect_differences[] = {
    {"http-api-cert-missing", "2.1.2", "the listener is not opened without its certificate; show opens no files"},
    {"clientid-prefix-anon", NULL,
     "the client id of the observed client began with the prefix, an ordinary one does not"},
};

static const known word_differences[] = {
    {"too-long-string-65536", NULL, "the broker gives no reason, only the place"},
    {"tek-bad", NULL, "the broker gives no reason, only the place"},
    {"ltf-dup", "2.1.2", "the log's time stamp, which the conf sets, stands before the words"},
    {"bind-comment", NULL, "what the resolver of that machine said stands behind the words"},
    {"utf16le-file", "2.0.11", "bytes that are no UTF-8 were replaced when the words were written down"},
};

/* What stands in the way of a start and is in no file, or in files culex does not read. */
static const known unseen_at_start[] = {
    {"listener-unroutable", NULL, "addresses of the machine"},
    {"listener-addr-first", NULL, "addresses of the machine"},
    {"listener-badhost", NULL, "names are not resolved"},
    {"listener-host-port", NULL, "a port for root alone"},
    {"bi-missing", NULL, "interfaces of the machine"},
    {"bi-mismatch", NULL, "interfaces of the machine"},
    {"bind-interface-other-address", NULL, "interfaces of the machine"},
    {"user-unknown", NULL, "users of the machine"},
    {"cert-invalid-pem", NULL, "certificates are not read"},
    {"te-bad", NULL, "engines of the machine"},
};

static bool is_known(const known *list, size_t n, const char *id, size_t release)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].id && strcmp(list[i].id, id) == 0 &&
            (!list[i].release || strcmp(list[i].release, cx_releases[release].name) == 0))
            return true;
    return false;
}
#define IS_KNOWN(list, id, release) is_known(list, sizeof list / sizeof *list, id, release)

/* ---- differences are collected, so that one run shows them all ---- */

static unsigned differences;
#define differs(...)                        \
    do {                                    \
        differences++;                      \
        if (differences <= 40) {            \
            fprintf(stderr, "  differs: "); \
            fprintf(stderr, __VA_ARGS__);   \
            fprintf(stderr, "\n");          \
        }                                   \
    } while (0)

/* ---- the files of a row ---- */

/* TEXT with the folder's path for @DIR@; plug-ins lie in it too. The caller frees. */
static cx_buf substitute(cx_str text, const char *folder)
{
    cx_buf out = {0};
    for (size_t i = 0; i < text.n;) {
        cx_str rest = cx_str_sub(text, i, text.n - i);
        if (cx_str_starts(rest, CX_STR("@DIR@"))) {
            cx_buf_puts(&out, folder);
            i += 5;
        } else if (cx_str_starts(rest, CX_STR("@PLUGINDIR@"))) {
            cx_buf_printf(&out, "%s/plugins", folder);
            i += 11;
        } else {
            cx_buf_putc(&out, text.p[i++]);
        }
    }
    return out;
}

static void write_file(const char *name, const char *content, const char *folder)
{
    cx_buf bytes = {0};
    if (strncmp(content, "@fixture:", 9) == 0) {
        char path[200];
        cx_error e = {""};
        snprintf(path, sizeof path, "conf-fixtures/%s", content + 9);
        must(cx_read_file(vectors_path(path), CX_FILE_MAX, &bytes, &e), "%s", e.text);
    } else if (strncmp(content, "@b64:", 5) == 0) {
        vector_base64(content + 5, &bytes);
    } else {
        cx_buf raw;
        vector_bytes(content, &raw);
        bytes = substitute(cx_buf_str(&raw), folder);
        cx_buf_clear(&raw);
    }
    tree_write(name, (cx_str){bytes.n ? bytes.p : "", bytes.n});
    cx_buf_clear(&bytes);
}

static void write_row(const cJSON *row, const char *folder)
{
    static const char *const plugins[] = {"dynamic_security", "acl_file", "password_file", "persist_sqlite"};
    const cJSON *file;
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++) {
        char name[100];
        snprintf(name, sizeof name, "plugins/mosquitto_%s.so", plugins[i]);
        tree_write(name, CX_STR(""));
    }
    cJSON_ArrayForEach(file, cJSON_GetObjectItemCaseSensitive(row, "files"))
        write_file(file->string, cJSON_GetStringValue(file), folder);
    cJSON_ArrayForEach(file, cJSON_GetObjectItemCaseSensitive(row, "dirs")) tree_folder(cJSON_GetStringValue(file));
    cx_buf conf;
    must(vector_file(row, "conf", &conf), "a row without a conf");
    cx_buf text = substitute(cx_buf_str(&conf), folder);
    tree_write("mosquitto.conf", (cx_str){text.n ? text.p : "", text.n});
    cx_buf_clear(&text);
    cx_buf_clear(&conf);
}

static bool flag(const cJSON *row, const char *key)
{
    const cJSON *x = cJSON_GetObjectItemCaseSensitive(row, key);
    return x && !cJSON_IsNull(x) && !cJSON_IsFalse(x);
}

/* Why a row cannot be asked; NULL: it can. */
static const char *skipped(const cJSON *row)
{
    if (flag(row, "undefined")) return "the broker uses memory it has freed, so anything may happen";
    if (flag(row, "args")) return "arguments of the broker are no part of a conf";
    if (flag(row, "modes")) return "needs modes of files";
    if (flag(row, "symlinks")) return "needs symbolic links";
    if (flag(row, "owners")) return "needs owners of files";
    return NULL;
}

/* Calls EACH for every row that can be asked, in a folder with its files. */
static void each_row(size_t each(const cJSON *row, const char *id, const char *folder), size_t want)
{
    cJSON *rows = vectors_load("conf.json"), *row;
    size_t checks = 0, count = 0, left_out = 0;
    differences = 0;
    cJSON_ArrayForEach(row, rows)
    {
        count++;
        const char *why = skipped(row), *id = vector_text(row, "id");
        left_out += why != NULL;
        if (why) continue;
        const char *folder = tree_enter();
        write_row(row, folder);
        checks += each(row, id, folder);
        tree_leave();
        tree_remove(folder);
    }
    cJSON_Delete(rows);
    must(differences == 0, "%u differences, named above", differences);
    must(count == ROWS && left_out == SKIPPED_ROWS, "%zu rows, %zu left out", count, left_out);
    must(checks == want, "%zu checks, there should be %zu", checks, want);
}

START_TEST(left_out_rows)
{
    cJSON *rows = vectors_load("conf.json"), *row;
    cJSON_ArrayForEach(row, rows)
    {
        const char *why = skipped(row);
        if (why) printf("conf.json: %s left out: %s\n", vector_text(row, "id"), why);
    }
    cJSON_Delete(rows);
    fflush(stdout);
}
END_TEST

/* ---- whether the conf is taken ---- */

static size_t check_verdicts(const cJSON *row, const char *id, const char *folder)
{
    unit_conf all, one;
    size_t checks = 0;
    (void)folder;
    unit_conf_open(&all, "mosquitto.conf", CX_TARGETS_ALL);
    unit_conf_check(&all, CX_TARGETS_ALL);
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        const char *want = vector_expected(row, "verdict", release);
        if (!want) continue;
        cx_targets bit = CX_TARGET_BIT(&cx_releases[release]);
        unit_conf_open(&one, "mosquitto.conf", bit);
        unit_conf_check(&one, bit);
        bool error = strcmp(want, "error") == 0;
        if ((one.setups.refused != 0) != error)
            differs("%s: %s %s the conf", id, cx_releases[release].name, error ? "takes" : "refuses");
        if ((all.setups.refused & bit) != one.setups.refused)
            differs("%s: %s, read with the others, %s the conf", id, cx_releases[release].name,
                    one.setups.refused ? "takes" : "refuses");
        checks++;
        unit_conf_free(&one);
    }
    unit_conf_free(&all);
    return checks;
}

START_TEST(conf_verdicts) { each_row(check_verdicts, VERDICTS); }
END_TEST

/* ---- the broker's own words ---- */

static size_t check_words(const cJSON *row, const char *id, const char *folder)
{
    size_t checks = 0;
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        const char *said = vector_expected(row, "error", release), *verdict = vector_expected(row, "verdict", release);
        if (!said || !verdict || strcmp(verdict, "error") != 0) continue; /* others founder at start */
        checks++;
        if (IS_KNOWN(word_differences, id, release)) continue;
        cx_buf raw;
        vector_bytes(said, &raw);
        cx_buf words = substitute(cx_buf_str(&raw), folder);
        unit_conf u;
        unit_conf_open(&u, "mosquitto.conf", CX_TARGET_BIT(&cx_releases[release]));
        if (!unit_conf_says(&u, cx_buf_str(&words)))
            differs("%s: %s says '%s', not '%s'", id, cx_releases[release].name, show(cx_buf_str(&words)),
                    show(unit_conf_first_note(&u)));
        unit_conf_free(&u);
        cx_buf_clear(&words);
        cx_buf_clear(&raw);
    }
    return checks;
}

START_TEST(conf_words) { each_row(check_words, WORDS); }
END_TEST

/* "Error found at FILE:LINE.": the first finding of that file that refuses it is there. */
static bool refused_at(unit_conf *u, cx_str file, size_t line)
{
    for (size_t i = 0; i < u->conf.files.n; i++) {
        cx_conf_file *f = u->conf.files.items[i];
        if (!cx_str_eq(f->source.name, file)) continue;
        for (size_t k = 0; k < f->findings.list.n; k++)
            if (f->findings.list.items[k].refused)
                return cx_source_place(&f->source, f->findings.list.items[k].span.at).line == line;
    }
    return false;
}

static bool names_place(unit_conf *u, cx_str text)
{
    cx_str head = CX_STR("Error found at ");
    text = cx_str_sub(text, head.n, text.n - head.n - 1);
    if (text.p[0] == '\'') text = cx_str_sub(text, 1, text.n - 2);
    size_t colon = text.n;
    while (colon > 0 && text.p[colon - 1] != ':') colon--;
    size_t line = strtoul(text.p + colon, NULL, 10);
    cx_str file = cx_str_sub(text, 0, colon - 1);
    return refused_at(u, file, line);
}

/* The first place that is logged is that of the error, a second one is the include_dir line. */
static size_t check_places(const cJSON *row, const char *id, const char *folder)
{
    size_t checks = 0;
    char path[500];
    snprintf(path, sizeof path, "%s/mosquitto.conf", folder);
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        const cJSON *message, *said = cJSON_GetObjectItemCaseSensitive(
                                  cJSON_GetObjectItemCaseSensitive(row, "messages"), cx_releases[release].name);
        const char *verdict = vector_expected(row, "verdict", release), *place = NULL;
        cJSON_ArrayForEach(message, said)
        {
            const char *text = cJSON_GetStringValue(message);
            if (!place && strncmp(text, "Error found at ", 15) == 0) place = text;
        }
        if (!place || !verdict || strcmp(verdict, "error") != 0) continue;
        checks++;
        cx_buf words = substitute(cx_str_of(place), folder);
        unit_conf u;
        unit_conf_open(&u, path, CX_TARGET_BIT(&cx_releases[release]));
        if (!names_place(&u, cx_buf_str(&words)))
            differs("%s: %s says '%s'", id, cx_releases[release].name, show(cx_buf_str(&words)));
        unit_conf_free(&u);
        cx_buf_clear(&words);
    }
    return checks;
}

START_TEST(conf_places) { each_row(check_places, PLACES); }
END_TEST

/* ---- whether it starts ---- */

/* A broker that started is never said not to. The other way round, culex does not know
 * of everything that starting meets. */
static size_t check_starts(const cJSON *row, const char *id, const char *folder)
{
    size_t checks = 0;
    (void)folder;
    unit_conf u;
    unit_conf_open(&u, "mosquitto.conf", CX_TARGETS_ALL);
    unit_conf_start(&u);
    unit_conf_check(&u, CX_TARGETS_ALL);
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        const char *want = vector_expected(row, "startup", release);
        cx_targets bit = CX_TARGET_BIT(&cx_releases[release]);
        if (!want || (u.setups.refused & bit)) continue;
        bool refused = u.start.refused & bit;
        if (strcmp(want, "ok") == 0) {
            checks++;
            if (refused) differs("%s: %s starts, and is said not to", id, cx_releases[release].name);
        } else {
            bool excused = IS_KNOWN(unseen_at_start, id, release);
            if (!refused && !excused) differs("%s: %s does not start, and is said to", id, cx_releases[release].name);
            if (refused && excused) differs("%s: %s: known not to be seen, and is", id, cx_releases[release].name);
        }
    }
    unit_conf_free(&u);
    return checks;
}

START_TEST(conf_starts) { each_row(check_starts, STARTS); }
END_TEST

/* ---- sockets ---- */

enum { SOCKETS = 16 };
typedef struct sockets {
    char names[SOCKETS][80];
    int anonymous[SOCKETS]; /* 1 accepted, 0 refused, -1 no MQTT or not known */
    size_t n;
} sockets;

/* All ways to write an address of the same reach are one; the local http api is left out. */
static void add_socket(sockets *s, cx_str address, unsigned port, int anonymous)
{
    static const char *const all[] = {"0.0.0.0", "::", "[::]"}, *const local[] = {"127.0.0.1", "::1", "[::1]",
                                                                                  "localhost"};
    char name[80];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (cx_str_is(address, all[i])) address = CX_STR("*");
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        if (cx_str_is(address, local[i])) address = CX_STR("local");
    snprintf(name, sizeof name, "%.*s:%u", (int)address.n, address.p, port);
    if (strcmp(name, "local:9883") == 0) return;
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->names[i], name) != 0) continue;
        must(s->anonymous[i] == anonymous || anonymous < 0 || s->anonymous[i] < 0, "two answers for %s", name);
        if (s->anonymous[i] < 0) s->anonymous[i] = anonymous;
        return;
    }
    must(s->n < SOCKETS, "many sockets");
    memcpy(s->names[s->n], name, sizeof name);
    s->anonymous[s->n++] = anonymous;
}

static void observed(sockets *s, const cJSON *effect)
{
    const cJSON *x;
    cJSON_ArrayForEach(x, cJSON_GetObjectItemCaseSensitive(effect, "listens"))
    {
        const char *name = cJSON_GetStringValue(x), *colon = strrchr(name, ':');
        const char *answer = vector_text(cJSON_GetObjectItemCaseSensitive(effect, "anonymous_plain_mqtt"), name);
        int anonymous = !answer                              ? -1
                        : strcmp(answer, "accepted") == 0    ? 1
                        : strncmp(answer, "refused", 7) == 0 ? 0
                                                             : -1;
        add_socket(s, (cx_str){name, (size_t)(colon - name)}, (unsigned)atoi(colon + 1), anonymous);
    }
}

static void served(sockets *s, const unit_conf *u, size_t release)
{
    for (size_t i = 0; i < u->start.doors.n; i++) {
        const cx_serving *v = &u->start.doors.items[i]->serving;
        if (v->setup->release->index != release || !v->opens || (v->port == 0 && !v->random_port)) continue;
        add_socket(s, v->bind, v->port, v->anonymous == CX_UNKNOWN ? -1 : v->anonymous == CX_YES);
    }
}

static size_t socket_of(const sockets *s, const char *name)
{
    size_t i = 0;
    while (i < s->n && strcmp(s->names[i], name) != 0) i++;
    return i;
}

/* What differs, in words; "": nothing. */
static const char *compare(const sockets *want, const sockets *have)
{
    static char text[300];
    text[0] = '\0';
    for (size_t i = 0; i < want->n; i++) {
        size_t k = socket_of(have, want->names[i]);
        if (k == have->n) snprintf(text, sizeof text, "%s is not open", want->names[i]);
        else if (want->anonymous[i] >= 0 && have->anonymous[k] != want->anonymous[i])
            snprintf(text, sizeof text, "anonymous on %s is %d, the broker said %d", want->names[i], have->anonymous[k],
                     want->anonymous[i]);
    }
    for (size_t i = 0; i < have->n; i++)
        if (socket_of(want, have->names[i]) == want->n) snprintf(text, sizeof text, "%s is open", have->names[i]);
    return text;
}

static size_t check_effects(const cJSON *row, const char *id, const char *folder)
{
    size_t checks = 0;
    (void)folder;
    if (!cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(row, "effect"))) return 0;
    unit_conf u;
    unit_conf_open(&u, "mosquitto.conf", CX_TARGETS_ALL);
    unit_conf_start(&u);
    for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
        const cJSON *effect = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(row, "effect"),
                                                               cx_releases[release].name);
        if (!cJSON_IsObject(effect)) continue;
        checks++;
        sockets want = {.n = 0}, have = {.n = 0};
        observed(&want, effect);
        served(&have, &u, release);
        const char *difference = compare(&want, &have);
        bool excused = IS_KNOWN(effect_differences, id, release);
        if (*difference && !excused) differs("%s: %s: %s", id, cx_releases[release].name, difference);
        if (!*difference && excused) differs("%s: %s: known to differ, and does not", id, cx_releases[release].name);
    }
    unit_conf_free(&u);
    return checks;
}

START_TEST(conf_effects) { each_row(check_effects, EFFECTS); }
END_TEST

Suite *suite_conf_vectors(void)
{
    Suite *s = suite_create("conf-vectors");
    TCase *t = tcase_create("brokers");
    tcase_set_timeout(t, 240);
    tcase_add_test(t, left_out_rows);
    tcase_add_test(t, conf_verdicts);
    tcase_add_test(t, conf_words);
    tcase_add_test(t, conf_places);
    tcase_add_test(t, conf_starts);
    tcase_add_test(t, conf_effects);
    suite_add_tcase(s, t);
    return s;
}
