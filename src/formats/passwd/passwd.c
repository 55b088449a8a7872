#include "formats/passwd/passwd.h"

#include "base/map.h"
#include "secret/hash.h"
#include "text/records.h"
#include "topic/topic.h"

struct reading {
    cx_passwd *pw;
    cx_targets targets;   /* of the whole call */
    cx_map seen;          /* user names of this reading, … */
    CX_VEC(size_t) first; /* … and the entry each one stood in first */
};

static cx_span span_of(const struct reading *r, cx_str part)
{
    return (cx_span){(uint32_t)(part.p - r->pw->source->text.p), (uint32_t)part.n};
}

/* The releases among TARGETS that end at a bad entry instead of dropping it. */
static cx_targets strict(cx_targets targets)
{
    return targets & cx_releases_where(CX_B_PASSWD_BAD_ENTRY, CX_PASSWD_BAD_ENTRY_REFUSE);
}

/* A finding that costs the entry: strict releases refuse the file, the others drop it. */
static cx_finding *lost(struct reading *r, unsigned rule, cx_str part, cx_targets targets, const char *message,
                        cx_str user)
{
    cx_findings *f = &r->pw->findings;
    cx_finding *x = cx_findings_add(f, rule, span_of(r, part), targets, strict(targets), message, cx_quote(f, user));
    cx_targets drop = targets & (cx_targets)~strict(targets);
    if (drop) {
        cx_str who = cx_targets_text(&f->arena, drop);
        cx_finding_note(f, x, "%.*s: the entry is dropped, this user cannot log in", (int)who.n, who.p);
    }
    return x;
}

static void say_salt_length(struct reading *r, const cx_passwd_entry *e, cx_targets targets)
{
    /* A 64-byte salt is what 2.1 writes; any other length is read by nobody. */
    cx_password_hash hash;
    bool newer = false;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        newer |= cx_hash_read(e->hash, &cx_releases[i], true, &hash) == CX_HASH_OK;
    cx_findings *f = &r->pw->findings;
    if (newer) {
        cx_finding *x = lost(r, CX_RULE_PASSWD_HASH_NOT_IN_TARGET, e->hash, targets,
                             "the hash of user %s has a 64-byte salt, which came with 2.1", e->user);
        cx_finding_help(f, x, "set the password again with the mosquitto_passwd of the older release");
    } else {
        cx_finding *x = lost(r, CX_RULE_PASSWD_BROKEN_HASH, e->hash, targets,
                             "the salt in the hash of user %s has a length that no release reads", e->user);
        cx_finding_help(f, x, "set the password again: mosquitto_passwd FILE %.*s", (int)e->user.n, e->user.p);
    }
}

static void say_hash(struct reading *r, const cx_passwd_entry *e, cx_hash_error error, cx_targets targets)
{
    cx_findings *f = &r->pw->findings;
    cx_finding *x;
    switch (error) {
    case CX_HASH_PLAIN:
        x = lost(r, CX_RULE_PASSWD_PLAINTEXT, e->hash, targets, "the password of user %s is not hashed", e->user);
        cx_finding_help(
            f, x,
            "hash it: mosquitto_passwd FILE %.*s, and take the password for known to whoever could read this file",
            (int)e->user.n, e->user.p);
        return;
    case CX_HASH_NOT_IN_TARGET:
        x = lost(r, CX_RULE_PASSWD_HASH_NOT_IN_TARGET, e->hash, targets,
                 "the hash of user %s is of a kind that came with a later release", e->user);
        cx_finding_help(f, x, "set the password again with the mosquitto_passwd of that release");
        return;
    case CX_HASH_NOT_BUILT:
        x = lost(r, CX_RULE_PASSWD_ARGON2_NOT_BUILT, e->hash, targets,
                 "the hash of user %s is argon2id, which stock builds do not read", e->user);
        cx_finding_help(f, x, "use -H sha512-pbkdf2, or say --argon2 when this broker is built with argon2");
        return;
    case CX_HASH_SALT_LENGTH: say_salt_length(r, e, targets); return;
    case CX_HASH_UNKNOWN:
        x = lost(r, CX_RULE_PASSWD_BROKEN_HASH, e->hash, targets,
                 "the hash of user %s is of a kind that no release reads", e->user);
        break;
    case CX_HASH_ITERATIONS:
        x = lost(r, CX_RULE_PASSWD_BROKEN_HASH, e->hash, targets,
                 "the hash of user %s has no valid number of iterations", e->user);
        break;
    case CX_HASH_SALT:
        x = lost(r, CX_RULE_PASSWD_BROKEN_HASH, e->hash, targets, "the salt in the hash of user %s is not base64",
                 e->user);
        break;
    case CX_HASH_DIGEST:
        x = lost(r, CX_RULE_PASSWD_BROKEN_HASH, e->hash, targets, "the hash of user %s is cut short or is not base64",
                 e->user);
        break;
    case CX_HASH_OK: return;
    }
    cx_finding_help(f, x, "set the password again: mosquitto_passwd FILE %.*s", (int)e->user.n, e->user.p);
}

/* Finds out which releases can use the entry; says why the others cannot, one
 * finding a reason. */
static void judge_hash(struct reading *r, cx_passwd_entry *e)
{
    cx_targets by_error[CX_HASH_DIGEST + 1] = {0};
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[i]);
        if (!(e->targets & bit)) continue;
        cx_password_hash hash;
        cx_hash_error error = cx_hash_read(e->hash, &cx_releases[i], r->pw->argon2, &hash);
        by_error[error] |= bit;
    }
    e->usable = by_error[CX_HASH_OK];
    for (cx_hash_error error = CX_HASH_PLAIN; error <= CX_HASH_DIGEST; error++)
        if (by_error[error]) say_hash(r, e, error, by_error[error]);
}

static void judge_duplicate(struct reading *r, const cx_passwd_entry *e)
{
    uint32_t number = cx_map_put(&r->seen, e->user);
    if (number == r->first.n) {
        cx_vec_add(&r->first, r->pw->entries.n);
        return;
    }
    const cx_passwd_entry *before = &r->pw->entries.items[r->first.items[number]];
    if (!(before->targets & e->targets)) { /* the same line, read for other releases */
        r->first.items[number] = r->pw->entries.n;
        return;
    }
    cx_findings *f = &r->pw->findings;
    cx_targets refused = e->targets & cx_releases_where(CX_B_PASSWD_DUPLICATE, CX_PASSWD_DUPLICATE_REFUSE);
    cx_targets first = e->targets & cx_releases_where(CX_B_PASSWD_DUPLICATE, CX_PASSWD_DUPLICATE_FIRST);
    cx_targets last = e->targets & cx_releases_where(CX_B_PASSWD_DUPLICATE, CX_PASSWD_DUPLICATE_LAST);
    cx_finding *x = cx_findings_add(f, CX_RULE_PASSWD_DUPLICATE_USER, span_of(r, e->user), e->targets, refused,
                                    "user %s already has an entry in line %zu", cx_quote(f, e->user),
                                    cx_source_place(r->pw->source, span_of(r, before->user).at).line);
    cx_str who = cx_targets_text(&f->arena, first);
    if (first) cx_finding_note(f, x, "%.*s: the first usable entry counts", (int)who.n, who.p);
    who = cx_targets_text(&f->arena, last);
    if (last)
        cx_finding_note(f, x, "%.*s: the last usable entry counts in a small file, either one in a large file",
                        (int)who.n, who.p);
    cx_finding_help(f, x, "keep one of the lines");
}

/* False: the line cannot become an entry in any release. */
static bool judge_fields(struct reading *r, const cx_record *rec)
{
    cx_findings *f = &r->pw->findings;
    if (rec->name.n == 0) {
        cx_targets refused = strict(rec->targets);
        cx_finding *x = cx_findings_add(f, CX_RULE_PASSWD_BAD_USERNAME, span_of(r, rec->line), rec->targets, refused,
                                        "an entry without a user name");
        cx_finding_help(f, x, "write 'USER:HASH', or delete the line");
        return false;
    }
    if (!rec->secret.p || rec->secret.n == 0) {
        cx_finding *x =
            lost(r, CX_RULE_PASSWD_MISSING_HASH, rec->name, rec->targets, "user %s has no password hash", rec->name);
        cx_finding_help(f, x, "set one: mosquitto_passwd FILE %.*s", (int)rec->name.n, rec->name.p);
        return false;
    }
    if (rec->name.n > CX_TOPIC_MAX || rec->secret.n > CX_TOPIC_MAX) {
        bool name = rec->name.n > CX_TOPIC_MAX;
        lost(r, name ? CX_RULE_PASSWD_BAD_USERNAME : CX_RULE_PASSWD_BROKEN_HASH, name ? rec->name : rec->secret,
             rec->targets,
             name ? "the user name %s is longer than 65535 bytes" : "the hash of user %s is longer than 65535 bytes",
             rec->name);
        return false;
    }
    if (!cx_mqtt_text_ok(rec->name)) {
        cx_finding *x =
            cx_findings_add(f, CX_RULE_PASSWD_BAD_USERNAME, span_of(r, rec->name), rec->targets, 0,
                            "the user name %s holds a control character or is not UTF-8", cx_quote(f, rec->name));
        cx_finding_note(f, x,
                        "the file loads, but no client can send such a name: the broker ends a connection that tries");
    } else if (cx_str_starts(rec->name, CX_STR("\xEF\xBB\xBF"))) {
        cx_finding *x = cx_findings_add(
            f, CX_RULE_PASSWD_BAD_USERNAME, span_of(r, cx_str_sub(rec->name, 0, 3)), rec->targets, 0,
            "the file begins with a UTF-8 byte order mark, which becomes a part of the first user name");
        cx_finding_help(f, x, "save the file as UTF-8 without a byte order mark");
    }
    return true;
}

static void take_entry(struct reading *r, const cx_record *rec)
{
    if (!judge_fields(r, rec)) return;
    cx_findings *f = &r->pw->findings;
    if (rec->extra.n) {
        cx_finding *x = cx_findings_add(f, CX_RULE_PASSWD_EXTRA_FIELD, span_of(r, rec->extra), rec->targets, 0,
                                        "what follows the second ':' is ignored");
        cx_finding_help(f, x, "end the line behind the hash");
    }
    cx_passwd_entry e = {.user = rec->name, .hash = rec->secret, .targets = rec->targets};
    judge_duplicate(r, &e);
    judge_hash(r, &e);
    cx_vec_add(&r->pw->entries, e);
}

static void take(const cx_record *rec, void *context)
{
    struct reading *r = context;
    cx_findings *f = &r->pw->findings;
    cx_finding *x;
    switch (rec->kind) {
    case CX_RECORD: take_entry(r, rec); return;
    case CX_RECORD_NO_COLON:
        x = cx_findings_add(f, CX_RULE_PASSWD_IGNORED_LINE, span_of(r, rec->line), rec->targets, 0,
                            "a line without ':' is ignored");
        cx_finding_help(f, x, "write 'USER:HASH', or put '#' in the first column when it is a comment");
        return;
    case CX_RECORD_LOST_LAST:
        x = cx_findings_add(
            f, CX_RULE_PASSWD_LOST_LAST_LINE, span_of(r, rec->line), rec->targets, 0,
            "the broker loses this last line without a message: it has exactly %zu bytes and no line feed",
            rec->line.n);
        cx_finding_help(f, x, "end the file with a line feed");
        return;
    case CX_RECORD_NUL: break;
    }
    x = cx_findings_add(f, CX_RULE_PASSWD_NUL_BYTE, span_of(r, cx_str_sub(rec->line, 0, 0)), rec->targets, 0,
                        "a NUL byte hides what follows it");
    cx_str who = cx_targets_text(&f->arena, rec->targets);
    cx_finding_note(f, x, "%.*s: %.*s without a message", (int)who.n, who.p, (int)rec->name.n, rec->name.p);
}

void cx_passwd_read(cx_passwd *pw, cx_source *source, cx_targets targets, bool argon2)
{
    *pw = (cx_passwd){.source = source, .argon2 = argon2};
    struct reading r = {.pw = pw, .targets = targets};
    cx_records_read(source, targets, &pw->findings.merge, take, &r);
    cx_targets usable = 0, loaded = targets & (cx_targets)~pw->findings.refused;
    for (size_t i = 0; i < pw->entries.n; i++) usable |= pw->entries.items[i].usable;
    cx_targets none = loaded & (cx_targets)~usable;
    if (none)
        cx_findings_add(&pw->findings, CX_RULE_PASSWD_NO_USERS, (cx_span){0, 0}, none, 0,
                        "no usable entry: nobody can log in with a user name");
    cx_map_clear(&r.seen);
    cx_vec_clear(&r.first);
}

void cx_passwd_clear(cx_passwd *pw)
{
    cx_vec_clear(&pw->entries);
    cx_findings_clear(&pw->findings);
    *pw = (cx_passwd){0};
}

const cx_passwd_entry *cx_passwd_find(const cx_passwd *pw, cx_str user, const cx_release *release)
{
    const cx_passwd_entry *found = NULL;
    bool first = cx_behaves(release, CX_B_PASSWD_DUPLICATE) == CX_PASSWD_DUPLICATE_FIRST;
    for (size_t i = 0; i < pw->entries.n; i++) {
        const cx_passwd_entry *e = &pw->entries.items[i];
        if (!(e->usable & CX_TARGET_BIT(release)) || !cx_str_eq(e->user, user)) continue;
        found = e;
        if (first) break;
    }
    return found;
}

bool cx_passwd_login(const cx_passwd *pw, cx_str user, cx_str password, const cx_release *release)
{
    const cx_passwd_entry *e = user.n ? cx_passwd_find(pw, user, release) : NULL;
    cx_password_hash hash;
    return e && cx_hash_read(e->hash, release, pw->argon2, &hash) == CX_HASH_OK && cx_hash_check(&hash, password);
}
