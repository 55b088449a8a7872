/* The password of a client entry: who can check a login with it, and who loses the whole
 * entry for it. */
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
    bool complete;                         /* all three are there */
    bool iterations, iterations_as_double; /* at least 1, as an int; as 2.0.11 converts it */
    size_t salt, digest;
    bool dollar; /* 2.1 joins the members with '$' */
};

static struct legacy read_legacy(const cJSON *const *m)
{
    const cJSON *password = m[CX_CLIENT_PASSWORD], *salt = m[CX_CLIENT_SALT], *iterations = m[CX_CLIENT_ITERATIONS];
    struct legacy l = {.complete = password && salt && iterations};
    if (!l.complete) return l;
    cx_str p = cx_str_of(password->valuestring), s = cx_str_of(salt->valuestring);
    l.iterations = iterations->valueint >= 1;
    l.iterations_as_double = iterations->valuedouble >= 1 && iterations->valuedouble < 2147483648.0;
    l.dollar = cx_str_has(p, '$') || cx_str_has(s, '$');
    l.salt = cx_base64_length(s);
    l.digest = cx_base64_length(p);
    return l;
}

/* The releases that lose the entry, or only the login. */
static void judge_legacy(cx_dynsec_reading *r, cx_dynsec_client *c, const cJSON *const *m, cx_targets readers)
{
    struct legacy l = read_legacy(m);
    if (!l.complete) return;
    cx_targets drop = where(r, CX_B_DYNSEC_BAD_PASSWORD, CX_DYNSEC_BAD_PASSWORD_DROP_CLIENT) & readers;
    cx_targets few = where(r, CX_B_DYNSEC_ITERATIONS, CX_DYNSEC_ITERATIONS_DROP_CLIENT) & readers;
    cx_targets without = 0; /* that keep the entry without a login */
    cx_targets dropped = l.iterations_as_double ? 0 : few;
    if (!l.iterations) without |= readers & (cx_targets)~few;
    cx_targets rest = readers & (cx_targets) ~(dropped | without);
    bool digest = l.digest == DIGEST_LEN;
    cx_targets bad = digest && l.salt == SALT_SHORT ? 0 : rest;
    if (digest && l.salt == SALT_LONG) bad &= drop;
    if (l.dollar) bad |= rest;
    dropped |= bad & drop;
    without |= bad & (cx_targets)~drop;
    c->kept &= (cx_targets)~dropped;
    c->logins |= readers & (cx_targets) ~(dropped | without);
    if (!dropped && !without) return;
    if (digest && l.salt == SALT_LONG && l.iterations && !l.dollar) {
        count(&r->long_salt, m[CX_CLIENT_SALT], c);
        return;
    }
    unsigned rule = dropped ? CX_RULE_DYNSEC_SKIPPED_ENTRY : CX_RULE_DYNSEC_CANNOT_CONNECT;
    const cJSON *item = !l.iterations ? m[CX_CLIENT_ITERATIONS] : !digest ? m[CX_CLIENT_PASSWORD] : m[CX_CLIENT_SALT];
    cx_finding *x = cx_dynsec_find_key(r, rule, item, dropped ? dropped : without,
                                       "the password of client %s cannot be used: %s", name_of(r, c),
                                       !l.iterations ? "its iterations are less than 1"
                                       : !digest     ? "the hash is not base64 of 64 bytes"
                                                     : "the salt is not base64 of 12 bytes");
    cx_str who = cx_targets_text(&r->d->findings.arena, dropped);
    if (dropped) NOTE(r, x, "skipped with all it has by %.*s", (int)who.n, who.p);
    who = cx_targets_text(&r->d->findings.arena, without);
    if (without) NOTE(r, x, "kept by %.*s, but it cannot log in", (int)who.n, who.p);
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
