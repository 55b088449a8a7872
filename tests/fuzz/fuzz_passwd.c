/* Any bytes as a password file and as a PSK file. For every release: reading alone
 * is the projection of reading for all; records, and whether a PSK file loads, are
 * the model's; which users can log in follows from the hashes; findings can be
 * shown, and with secrets masked no part of a secret is. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../unit/model.h"
#include "base/buf.h"
#include "formats/passwd/passwd.h"
#include "formats/psk/psk.h"
#include "secret/hash.h"
#include "text/records.h"

/* Hashing is what a password file is slow at: at most so many rounds an input. */
enum { ROUNDS = 250, CHECKS = 3 };
static const char MARK[] = "zQxJ7kWv";

/* ---- records ---- */

enum { RECORDS = 400 };
struct taken {
    cx_record items[RECORDS];
    size_t count;
};

static void take(const cx_record *record, void *context)
{
    struct taken *t = context;
    holds(record->targets);
    if (record->kind == CX_RECORD && t->count < RECORDS) t->items[t->count++] = *record;
}

static void check_records(const fuzz_text *t, const struct taken *got, size_t release, const model_records *m)
{
    size_t k = 0;
    for (size_t i = 0; i < got->count; i++) {
        const cx_record *x = &got->items[i];
        if (!(x->targets >> release & 1)) continue;
        if (k == m->count) fuzz_broken(__FILE__, __LINE__, "a record too many");
        const model_record *r = &m->items[k++];
        holds(cx_str_is(x->name, r->name) && (!x->name.n || x->name.p == t->bytes + r->name_at));
        holds((x->secret.p != NULL) == (r->secret != NULL));
        holds(!r->secret ||
              (cx_str_is(x->secret, r->secret) && (!x->secret.n || x->secret.p == t->bytes + r->secret_at)));
    }
    holds(k == m->count || got->count == RECORDS);
}

/* ---- password file ---- */

static bool inside(cx_str part, cx_str text) { return part.p >= text.p && part.p + part.n <= text.p + text.n; }

static void check_entries(const cx_passwd *pw, cx_targets targets)
{
    cx_str text = pw->source->text;
    for (size_t i = 0; i < pw->entries.n; i++) {
        const cx_passwd_entry *e = &pw->entries.items[i];
        holds(inside(e->user, text) && inside(e->hash, text));
        holds(e->hash.n > 0 || !e->usable);
        holds(!cx_str_has(e->user, ':') && !cx_str_has(e->user, '\n') && !cx_str_has(e->hash, ':') &&
              !cx_str_has(e->hash, '\n'));
        holds(e->targets && !(e->targets & ~targets) && !(e->usable & ~e->targets));
        for (size_t k = 0; k < CX_RELEASE_COUNT; k++) {
            cx_password_hash hash;
            bool ok = cx_hash_read(e->hash, &cx_releases[k], pw->argon2, &hash) == CX_HASH_OK;
            if (e->targets >> k & 1) holds((e->usable >> k & 1) == (ok && e->hash.n > 0));
            if (ok && hash.scheme == CX_HASH_SHA512_PBKDF2) holds(hash.iterations >= 1);
            if (ok && hash.scheme != CX_HASH_ARGON2ID) holds(hash.salt_len == 12 || hash.salt_len == 64);
        }
    }
}

/* The user that counts, by looking at all; and what a login with a cheap hash does. */
static void check_logins(const cx_passwd *pw)
{
    unsigned rounds = 0, checks = 0;
    for (size_t i = 0; i < pw->entries.n && i < 20; i++) {
        cx_str user = pw->entries.items[i].user;
        for (size_t k = 0; k < CX_RELEASE_COUNT; k++) {
            const cx_passwd_entry *first = NULL, *last = NULL, *e = cx_passwd_find(pw, user, &cx_releases[k]);
            for (size_t l = 0; l < pw->entries.n; l++) {
                const cx_passwd_entry *x = &pw->entries.items[l];
                if (!(x->usable >> k & 1) || !cx_str_eq(x->user, user)) continue;
                if (!first) first = x;
                last = x;
            }
            /* in the table of a 2.0 broker no chain is turned around before ten entries are in one */
            if (k == MODEL_1_6_15 || first == last) holds(e == first);
            else if (k != MODEL_2_1_2 && pw->entries.n < 10) holds(e == last);
            else holds(e && (e->usable >> k & 1) && cx_str_eq(e->user, user));
            holds(!cx_passwd_login(pw, user, CX_STR(""), &cx_releases[k]));
            holds(!cx_passwd_login(pw, CX_STR(""), CX_STR("x"), &cx_releases[k]));
            cx_password_hash hash;
            if (!e || user.n == 0 || cx_hash_read(e->hash, &cx_releases[k], pw->argon2, &hash) != CX_HASH_OK ||
                hash.scheme == CX_HASH_ARGON2ID)
                continue;
            rounds += (unsigned)hash.iterations;
            if (hash.iterations > ROUNDS || rounds > ROUNDS || ++checks > CHECKS) continue;
            holds(cx_hash_check(&hash, CX_STR("pw")) == cx_passwd_login(pw, user, CX_STR("pw"), &cx_releases[k]));
        }
    }
}

static void check_same_entries(const cx_passwd *all, const cx_passwd *one, cx_targets bit)
{
    size_t k = 0;
    for (size_t i = 0; i < all->entries.n; i++) {
        const cx_passwd_entry *a = &all->entries.items[i];
        if (!(a->targets & bit)) continue;
        holds(k < one->entries.n);
        const cx_passwd_entry *b = &one->entries.items[k++];
        holds(a->user.p == b->user.p && a->user.n == b->user.n && a->hash.p == b->hash.p && a->hash.n == b->hash.n);
        holds((a->usable & bit) == b->usable);
    }
    holds(k == one->entries.n);
}

/* 2.1.2 refuses what it cannot use, the others load everything. */
static void check_refused(const cx_passwd *pw, const model_records *m, size_t release)
{
    bool refused = false;
    for (size_t i = 0; i < m->count && release == MODEL_2_1_2 && !refused; i++) {
        const model_record *x = &m->items[i];
        cx_password_hash hash;
        refused = !*x->name || !x->secret || strlen(x->name) > 65535 || strlen(x->secret) > 65535 ||
                  cx_hash_read(cx_str_of(x->secret), &cx_releases[release], pw->argon2, &hash) != CX_HASH_OK;
        for (size_t k = 0; k < i && !refused; k++) refused = strcmp(x->name, m->items[k].name) == 0;
    }
    holds(refused == ((pw->findings.refused >> release & 1) != 0));
}

static void check_passwd(fuzz_text *t, bool argon2, const char *hidden)
{
    cx_passwd all, one;
    cx_passwd_read(&all, &t->source, CX_TARGETS_ALL, argon2);
    fuzz_check_findings(&all.findings, t->source.text, CX_TARGETS_ALL);
    check_entries(&all, CX_TARGETS_ALL);
    check_logins(&all);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[i]);
        cx_passwd_read(&one, &t->source, bit, argon2);
        fuzz_check_findings(&one.findings, t->source.text, bit);
        fuzz_check_projection(&all.findings, &one.findings, &cx_releases[i]);
        check_same_entries(&all, &one, bit);
        model_records m;
        model_records_read(&m, t->bytes, t->source.text.n, (model_release)i);
        check_refused(&all, &m, i);
        model_records_free(&m);
        cx_passwd_clear(&one);
    }
    if (!argon2) fuzz_check_report(&all.findings, &t->source, CX_HIDE_RECORDS, hidden);
    cx_passwd_clear(&all);
}

/* ---- PSK file ---- */

static void check_psk(fuzz_text *t, const char *hidden)
{
    cx_psk all, one;
    cx_psk_read(&all, &t->source, CX_TARGETS_ALL);
    fuzz_check_findings(&all.findings, t->source.text, CX_TARGETS_ALL);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[i]);
        cx_psk_read(&one, &t->source, bit);
        fuzz_check_findings(&one.findings, t->source.text, bit);
        fuzz_check_projection(&all.findings, &one.findings, &cx_releases[i]);
        holds(((all.findings.refused & bit) != 0) == model_psk_refused(t->bytes, t->source.text.n, (model_release)i));
        cx_psk_clear(&one);
    }
    fuzz_check_report(&all.findings, &t->source, CX_HIDE_RECORDS, hidden);
    cx_psk_clear(&all);
}

/* ---- secrets ---- */

/* MARK into a secret, at a place of chance, or over and over in its stead. */
static void put_marked(cx_buf *out, cx_str secret, unsigned chance)
{
    enum { LONG = 100 }; /* more than is shown of a line at once */
    size_t length = sizeof MARK - 1, place = chance % (secret.n + 1);
    if (secret.n > LONG || (secret.n >= length && chance & 1 << 20)) {
        for (size_t i = 0; i < secret.n; i++) cx_buf_putc(out, MARK[i % length]);
        return;
    }
    cx_buf_put(out, cx_str_sub(secret, 0, place));
    cx_buf_puts(out, MARK);
    cx_buf_put(out, cx_str_sub(secret, place, secret.n - place));
    if (chance & 1 << 21) { /* what follows a second colon is no less secret */
        cx_buf_putc(out, ':');
        cx_buf_puts(out, MARK);
    }
}

/* Where the second field of the line at AT begins: behind the first colons that
 * follow something; END when there is none. */
static size_t second_field(cx_str text, size_t at, size_t end)
{
    while (at < end && text.p[at] == ':') at++;
    while (at < end && text.p[at] != ':') at++;
    while (at < end && text.p[at] == ':') at++;
    return at;
}

static bool has(cx_str text, const char *what)
{
    size_t length = strlen(what);
    for (size_t i = 0; i + length <= text.n; i++)
        if (memcmp(text.p + i, what, length) == 0) return true;
    return false;
}

/* A half of MARK, as fuzz_check_report looks for them. */
static bool has_mark(cx_str text)
{
    enum { HALF = sizeof MARK / 2 };
    for (size_t i = 0; i + HALF <= text.n; i++)
        if (memcmp(text.p + i, MARK, HALF) == 0 || memcmp(text.p + i, MARK + HALF, HALF) == 0) return true;
    return false;
}

/* The input with every second field marked, also of lines that no release reads.
 * False: MARK stands elsewhere too, or in what some release takes for a name; names
 * are shown. */
static bool mark_secrets(const fuzz_text *t, cx_buf *out)
{
    cx_str text = t->source.text;
    bool clean = !has_mark(text);
    unsigned state = (unsigned)text.n * 2654435761u;
    for (size_t at = 0; at < text.n;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t end = feed ? (size_t)(feed - text.p) : text.n, from = second_field(text, at, end), to = from;
        while (to < end && text.p[to] != ':') to++;
        cx_buf_put(out, cx_str_sub(text, at, from - at));
        state = state * 1664525u + 1013904223u;
        if (to > from) put_marked(out, cx_str_sub(text, from, to - from), state >> 8);
        at = feed ? end + 1 : end;
        cx_buf_put(out, cx_str_sub(text, to, at - to));
    }
    model_records m;
    for (int release = 0; release < MODEL_RELEASES && clean; release++) {
        model_records_read(&m, out->p, out->n, (model_release)release);
        for (size_t i = 0; i < m.count; i++) clean &= !has_mark(cx_str_of(m.items[i].name));
        model_records_free(&m);
    }
    return clean;
}

static void check_secrets(const fuzz_text *t)
{
    cx_buf marked = {0};
    if (mark_secrets(t, &marked)) {
        fuzz_text copy;
        fuzz_text_make(&copy, marked.p, marked.n);
        check_passwd(&copy, false, MARK);
        check_psk(&copy, MARK);
        fuzz_text_free(&copy);
    }
    cx_buf_clear(&marked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct taken got;
    fuzz_text t;
    fuzz_text_make(&t, data, size);
    bool again = false;
    got.count = 0;
    cx_records_read(&t.source, CX_TARGETS_ALL, &again, take, &got);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        model_records m;
        model_records_read(&m, t.bytes, size, (model_release)i);
        check_records(&t, &got, i, &m);
        model_records_free(&m);
    }
    check_passwd(&t, false, NULL);
    if (has(t.source.text, "argon2")) check_passwd(&t, true, NULL);
    check_psk(&t, NULL);
    check_secrets(&t);
    fuzz_text_free(&t);
    return 0;
}
