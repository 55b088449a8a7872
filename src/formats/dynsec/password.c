/* The password of a client entry: who can check a login with it, and who loses the whole
 * entry for it. */
#include <stdio.h>

#include "formats/dynsec/reading.h"
#include "secret/hash.h"

enum { DIGEST_LEN = 64, SALT_SHORT = 12, SALT_LONG = 64 };

static cx_targets where(const cx_dynsec_reading *r, unsigned behaviour, unsigned value)
{
    return r->targets & cx_releases_where(behaviour, value);
}

#define NOTE(r, x, ...) cx_finding_note(&(r)->d->findings, (x), __VA_ARGS__)

static const char *name_of(cx_dynsec_reading *r, const cx_dynsec_client *c)
{
    return cx_quote(&r->d->findings, c->name);
}

static void count(struct cx_dynsec_many *many, const cJSON *item, const cx_dynsec_client *c)
{
    if (many->count++) return;
    many->first = item;
    many->user = c->name;
}

/* encoded_password, where it is read: a hash as in a password file. */
static void judge_encoded(cx_dynsec_reading *r, cx_dynsec_client *c, const cJSON *item, cx_targets readers)
{
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[i]);
        if (!(readers & bit)) continue;
        cx_password_hash hash;
        cx_hash_error error = cx_hash_read(cx_str_of(item->valuestring), &cx_releases[i], r->d->argon2, &hash);
        if (error == CX_HASH_OK) {
            c->logins |= bit;
            continue;
        }
        cx_finding *x = cx_dynsec_find_key(r, CX_RULE_DYNSEC_CANNOT_CONNECT, item, bit,
                                           "the encoded_password of client %s cannot be read", name_of(r, c));
        NOTE(r, x,
             error == CX_HASH_NOT_BUILT ? "argon2 is not built into stock brokers: the client cannot log in"
                                        : "the client cannot log in, and the older members are not tried");
    }
}

/* What the older members are worth. */
struct legacy {
    const cJSON *password, *salt, *iterations; /* all three are there */
    size_t salt_len, digest_len;
};

/* 2.1 makes one text of the three, in a buffer of this size, and reads it as it reads a password file. */
enum { JOINED = 1024 };

static bool joined_ok(const struct legacy *l, const cx_release *release)
{
    char text[JOINED];
    cx_password_hash hash;
    bool plain = l->digest_len == DIGEST_LEN && (l->salt_len == SALT_SHORT || l->salt_len == SALT_LONG);
    if (l->iterations->valueint < 1) return false;
    if (plain && !strchr(l->salt->valuestring, '$') && !strchr(l->password->valuestring, '$')) return true;
    snprintf(text, sizeof text, "$7$%d$%s$%s", l->iterations->valueint, l->salt->valuestring, l->password->valuestring);
    return cx_hash_read(cx_str_of(text), release, false, &hash) == CX_HASH_OK;
}

/* Of READERS, those to which the members are no password. */
static cx_targets useless_to(const struct legacy *l, cx_targets readers, cx_targets joining)
{
    cx_targets useless = l->digest_len == DIGEST_LEN && l->salt_len == SALT_SHORT ? 0 : readers & (cx_targets)~joining;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        if ((readers & joining & CX_TARGET_BIT(&cx_releases[i])) && !joined_ok(l, &cx_releases[i]))
            useless |= CX_TARGET_BIT(&cx_releases[i]);
    return useless;
}

static void complain_legacy(cx_dynsec_reading *r, const cx_dynsec_client *c, const struct legacy *l, unsigned rule,
                            cx_targets targets, bool iterations)
{
    if (!targets) return;
    const cJSON *item = iterations ? l->iterations : l->digest_len != DIGEST_LEN ? l->password : l->salt;
    cx_finding *x =
        cx_dynsec_find_key(r, rule, item, targets, "the password of client %s cannot be used: %s", name_of(r, c),
                           iterations && l->iterations->valueint < 1 ? "its iterations are less than 1"
                           : iterations                              ? "its iterations are more than 2147483647"
                           : l->digest_len != DIGEST_LEN             ? "the hash is not base64 of 64 bytes"
                                                                     : "the salt is not base64 of 12 bytes");
    cx_str who = cx_targets_text(&r->d->findings.arena, targets);
    NOTE(r, x,
         rule == CX_RULE_DYNSEC_SKIPPED_ENTRY ? "skipped with all it has by %.*s"
                                              : "kept by %.*s, but it cannot log in",
         (int)who.n, who.p);
}

/* The releases that lose the entry, or only the login. */
static void judge_legacy(cx_dynsec_reading *r, cx_dynsec_client *c, const cJSON *const *m, cx_targets readers)
{
    struct legacy l = {m[CX_CLIENT_PASSWORD], m[CX_CLIENT_SALT], m[CX_CLIENT_ITERATIONS], 0, 0};
    if (!l.password || !l.salt || !l.iterations) return;
    l.salt_len = cx_base64_length(cx_str_of(l.salt->valuestring));
    l.digest_len = cx_base64_length(cx_str_of(l.password->valuestring));
    cx_targets drop = where(r, CX_B_DYNSEC_BAD_PASSWORD, CX_DYNSEC_BAD_PASSWORD_DROP_CLIENT) & readers;
    cx_targets as_double = where(r, CX_B_DYNSEC_ITERATIONS, CX_DYNSEC_ITERATIONS_DROP_CLIENT) & readers;
    double n = l.iterations->valuedouble; /* which 2.0.11 makes an int of in its own way */
    cx_targets few = n >= 1 && n < 2147483648.0 ? 0 : as_double;
    if (l.iterations->valueint < 1) few |= readers & (cx_targets)~as_double;
    cx_targets useless = useless_to(&l, readers & (cx_targets)~few, readers & (cx_targets)~drop);
    cx_targets dropped = (few & as_double) | (useless & drop);
    c->kept &= (cx_targets)~dropped;
    c->logins |= readers & (cx_targets) ~(few | useless);
    bool long_salt = l.digest_len == DIGEST_LEN && l.salt_len == SALT_LONG;
    if (long_salt && (useless & drop)) count(&r->long_salt, l.salt, c);
    if (long_salt) useless &= (cx_targets)~drop;
    complain_legacy(r, c, &l, CX_RULE_DYNSEC_SKIPPED_ENTRY, few & as_double, true);
    complain_legacy(r, c, &l, CX_RULE_DYNSEC_SKIPPED_ENTRY, useless & drop, false);
    complain_legacy(r, c, &l, CX_RULE_DYNSEC_CANNOT_CONNECT, few & (cx_targets)~as_double, true);
    complain_legacy(r, c, &l, CX_RULE_DYNSEC_CANNOT_CONNECT, useless & (cx_targets)~drop, false);
}

void cx_dynsec_judge_password(cx_dynsec_reading *r, cx_dynsec_client *c, const cJSON *const *m)
{
    cx_targets encoded = where(r, CX_B_DYNSEC_ENCODED_PASSWORD, CX_DYNSEC_ENCODED_PASSWORD_YES);
    const cJSON *item = m[CX_CLIENT_ENCODED];
    c->kept = r->targets;
    if (c->name.n == 0) c->kept &= cx_releases_where(CX_B_DYNSEC_EMPTY_NAME, CX_DYNSEC_EMPTY_NAME_KEPT);
    if (c->id.p && c->id.n == 0) {
        cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_CANNOT_CONNECT, m[CX_CLIENT_ID], r->targets,
                                       "client %s is bound to an empty client id", name_of(r, c));
        NOTE(r, x, "no client has one, so it cannot log in");
    }
    if (item) judge_encoded(r, c, item, encoded);
    judge_legacy(r, c, m, item ? r->targets & (cx_targets)~encoded : r->targets);
    cx_targets older = r->targets & (cx_targets)~encoded;
    bool legacy = m[CX_CLIENT_PASSWORD] || m[CX_CLIENT_SALT] || m[CX_CLIENT_ITERATIONS];
    bool complete = m[CX_CLIENT_PASSWORD] && m[CX_CLIENT_SALT] && m[CX_CLIENT_ITERATIONS];
    if (item && !legacy && older) count(&r->encoded_only, item, c);
    if (!item && !legacy) count(&r->without_password, m[CX_CLIENT_NAME], c);
    if (item || !legacy || complete) return;
    const cJSON *one = m[CX_CLIENT_PASSWORD] ? m[CX_CLIENT_PASSWORD]
                       : m[CX_CLIENT_SALT]   ? m[CX_CLIENT_SALT]
                                             : m[CX_CLIENT_ITERATIONS];
    cx_finding *x =
        cx_dynsec_find_key(r, CX_RULE_DYNSEC_CANNOT_CONNECT, one, r->targets, "client %s lacks %s", name_of(r, c),
                           !m[CX_CLIENT_PASSWORD] ? "'password'"
                           : !m[CX_CLIENT_SALT]   ? "'salt'"
                                                  : "'iterations'");
    if (m[CX_CLIENT_PASSWORD] && m[CX_CLIENT_SALT] &&
        where(r, CX_B_DYNSEC_MISSING_ITERATIONS, CX_DYNSEC_MISSING_ITERATIONS_MEMORY))
        NOTE(r, x, "2.0 takes the iterations of the client before, or whatever the memory holds: no answer is sure");
    else NOTE(r, x, "it has no password then");
}

/* "client 'a'", "client 'a' and 3 others" */
static const char *who(cx_dynsec_reading *r, const struct cx_dynsec_many *many)
{
    const char *first = cx_quote(&r->d->findings, many->user);
    if (many->count == 1) return first;
    return cx_arena_printf(&r->d->findings.arena, "%s and %zu other%s", first, many->count - 1,
                           many->count == 2 ? "" : "s")
        .p;
}

/* One finding for all of them: a file mostly comes from one tool, and clients that are named by a
 * certificate need no password. */
void cx_dynsec_judge_many(cx_dynsec_reading *r)
{
    cx_targets deferred = where(r, CX_B_DYNSEC_NO_PASSWORD, CX_DYNSEC_NO_PASSWORD_DEFERRED);
    cx_targets older = where(r, CX_B_DYNSEC_ENCODED_PASSWORD, CX_DYNSEC_ENCODED_PASSWORD_NO);
    cx_targets drop = where(r, CX_B_DYNSEC_BAD_PASSWORD, CX_DYNSEC_BAD_PASSWORD_DROP_CLIENT);
    if (r->encoded_only.count) {
        cx_finding *x =
            cx_dynsec_find_key(r, CX_RULE_DYNSEC_PASSWORD_NOT_IN_TARGET, r->encoded_only.first, older,
                               "encoded_password came with 2.1: no password for client %s", who(r, &r->encoded_only));
        NOTE(r, x, "2.0 reads 'password', 'salt' and 'iterations'");
    }
    if (r->long_salt.count) {
        cx_finding *x =
            cx_dynsec_find_key(r, CX_RULE_DYNSEC_PASSWORD_NOT_IN_TARGET, r->long_salt.first, drop,
                               "a salt of 64 bytes came with 2.1: no entry for client %s", who(r, &r->long_salt));
        NOTE(r, x, "2.0 skips the whole entry, with its roles");
    }
    if (!r->without_password.count) return;
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_CANNOT_CONNECT, r->without_password.first, r->targets,
                                   "no password for client %s", who(r, &r->without_password));
    if (deferred) NOTE(r, x, "2.0 asks the password file instead, where there is one");
    if (r->targets & (cx_targets)~deferred) NOTE(r, x, "2.1 refuses a login with a password");
}
