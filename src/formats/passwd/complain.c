#include "formats/passwd/complain.h"

#include "topic/topic.h"

static cx_span span_of(const cx_passwd *pw, cx_str part)
{
    return (cx_span){(uint32_t)(part.p - pw->source->text.p), (uint32_t)part.n};
}

/* The releases among TARGETS that end at a bad entry instead of dropping it. */
static cx_targets strict(cx_targets targets)
{
    return targets & cx_releases_where(CX_B_PASSWD_BAD_ENTRY, CX_PASSWD_BAD_ENTRY_REFUSE);
}

static void note_for(cx_findings *f, cx_finding *x, cx_targets targets, const char *note)
{
    if (!targets) return;
    cx_str who = cx_targets_text(&f->arena, targets);
    cx_finding_note(f, x, "%.*s: %s", (int)who.n, who.p, note);
}

/* A finding that costs the entry: strict releases refuse the file, the others drop it. */
static cx_finding *lost(cx_passwd *pw, unsigned rule, cx_str span, cx_targets targets, const char *message, cx_str user)
{
    cx_findings *f = &pw->findings;
    if (cx_findings_full(f, strict(targets) != 0)) {
        cx_findings_drop(f, cx_rules[rule].severity, strict(targets));
        return &f->spare;
    }
    cx_finding *x = cx_findings_add(f, rule, span_of(pw, span), targets, strict(targets), message, cx_quote(f, user));
    note_for(f, x, targets & (cx_targets)~strict(targets), "the entry is dropped, this user cannot log in");
    return x;
}

static bool plain_word(cx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("_./@%+=:,", c) || (c == '-' && i > 0);
        if (!plain) return false;
    }
    return s.n > 0;
}

/* As a word that a shell takes for exactly this text. */
static const char *shell_word(cx_findings *f, cx_str s)
{
    if (plain_word(s)) return cx_arena_dup(&f->arena, s).p;
    cx_str word = CX_STR("'");
    for (size_t i = 0; i < s.n; i++)
        word = s.p[i] == '\'' ? cx_arena_printf(&f->arena, "%.*s'\\''", (int)word.n, word.p)
                              : cx_arena_printf(&f->arena, "%.*s%c", (int)word.n, word.p, s.p[i]);
    return cx_arena_printf(&f->arena, "%.*s'", (int)word.n, word.p).p;
}

/* mosquitto_passwd stops at the first line that is no entry and writes back only
 * what stood before it (password-file.md 4); 0: the file has no such line. */
static size_t line_that_stops_the_tool(cx_passwd *pw)
{
    cx_str text = pw->source->text;
    for (size_t at = 0; at < text.n;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t end = feed ? (size_t)(feed - text.p) : text.n;
        if (!memchr(text.p + at, ':', end - at) || text.p[at] == '#')
            return cx_source_place(pw->source, (uint32_t)at).line;
        at = end + 1;
    }
    return 0;
}

/* "WHAT: mosquitto_passwd FILE USER", and what to do first. */
static void help_tool(cx_passwd *pw, cx_finding *x, const char *what, const char *options, cx_str user)
{
    cx_findings *f = &pw->findings;
    if (x == &f->spare) return;
    enum { NAME_MAX = 64 };
    bool named = user.n <= NAME_MAX && cx_mqtt_text_ok(user);
    const char *file = cx_str_is(pw->source->name, "<stdin>") ? "FILE" : shell_word(f, pw->source->name);
    cx_finding_help(f, x, "%s: mosquitto_passwd %s%s %s", what, options, file, named ? shell_word(f, user) : "USER");
    size_t line = line_that_stops_the_tool(pw);
    if (line)
        cx_finding_note(
            f, x,
            "mosquitto_passwd stops at line %zu, which is no entry, and loses the lines behind it: remove it first",
            line);
}

/* A 64-byte salt is what 2.1 writes; any other length is read by nobody. */
static bool read_by_some_release(cx_str hash)
{
    cx_password_hash out;
    bool some = false;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) some |= cx_hash_read(hash, &cx_releases[i], true, &out) == CX_HASH_OK;
    return some;
}

void cx_passwd_bad_hash(cx_passwd *pw, const cx_passwd_entry *e, cx_hash_error error, cx_targets targets)
{
    static const char *const broken[] = {
        [CX_HASH_UNKNOWN] = "the hash of user %s is of a kind that no release reads",
        [CX_HASH_ITERATIONS] = "the hash of user %s has no valid number of iterations",
        [CX_HASH_SALT] = "the salt in the hash of user %s is missing or not base64",
        [CX_HASH_SALT_LENGTH] = "the salt in the hash of user %s has a length that no release reads",
        [CX_HASH_DIGEST] = "the hash of user %s is cut short or is not base64",
    };
    bool argon2id = cx_str_starts(e->hash, CX_STR("$argon2id$"));
    cx_finding *x;
    if (error == CX_HASH_PLAIN) {
        x = lost(pw, CX_RULE_PASSWD_PLAINTEXT, e->user, targets, "the password of user %s is not hashed", e->user);
        help_tool(pw, x, "set a new one, whoever could read this file knows the old one", "", e->user);
    } else if (error == CX_HASH_NOT_BUILT || (error == CX_HASH_NOT_IN_TARGET && argon2id)) {
        unsigned rule =
            error == CX_HASH_NOT_BUILT ? CX_RULE_PASSWD_ARGON2_NOT_BUILT : CX_RULE_PASSWD_HASH_NOT_IN_TARGET;
        x = lost(pw, rule, e->user, targets, "the hash of user %s is argon2id, which no stock release reads", e->user);
        help_tool(pw, x, "set the password again", "-H sha512-pbkdf2 ", e->user);
        if (error == CX_HASH_NOT_BUILT)
            cx_finding_note(&pw->findings, x, "with --argon2 culex answers for a 2.1 that was built with argon2");
    } else if (error == CX_HASH_NOT_IN_TARGET) {
        x = lost(pw, CX_RULE_PASSWD_HASH_NOT_IN_TARGET, e->user, targets, "the $7$ hash of user %s came with 2.0",
                 e->user);
        help_tool(pw, x, "set the password again with the tool of the older release", "", e->user);
    } else if (error == CX_HASH_SALT_LENGTH && read_by_some_release(e->hash)) {
        x = lost(pw, CX_RULE_PASSWD_HASH_NOT_IN_TARGET, e->user, targets,
                 "the hash of user %s has a 64-byte salt, which came with 2.1", e->user);
        help_tool(pw, x, "set the password again with the tool of the older release", "", e->user);
    } else {
        x = lost(pw, CX_RULE_PASSWD_BROKEN_HASH, e->user, targets, broken[error], e->user);
        help_tool(pw, x, "set the password again", "", e->user);
    }
}

void cx_passwd_duplicate(cx_passwd *pw, const cx_passwd_entry *e, const cx_passwd_entry *first)
{
    cx_findings *f = &pw->findings;
    cx_targets refused = e->targets & cx_releases_where(CX_B_PASSWD_DUPLICATE, CX_PASSWD_DUPLICATE_REFUSE);
    cx_finding *x = cx_findings_add(f, CX_RULE_PASSWD_DUPLICATE_USER, span_of(pw, e->user), e->targets, refused,
                                    "user %s already has an entry in line %zu", cx_quote(f, e->user),
                                    cx_source_place(pw->source, span_of(pw, first->user).at).line);
    note_for(f, x, e->targets & cx_releases_where(CX_B_PASSWD_DUPLICATE, CX_PASSWD_DUPLICATE_FIRST),
             "the first usable entry counts");
    note_for(f, x, e->targets & cx_releases_where(CX_B_PASSWD_DUPLICATE, CX_PASSWD_DUPLICATE_CHAINED),
             "the last usable entry counts in a small file, in a large one either; 'culex passwd verify' tells");
    cx_finding_help(f, x, "keep one of the lines");
}

/* Entries without a name or hash are in a broker's table all the same, where it
 * keeps them at all. */
static bool no_name(cx_passwd *pw, const cx_record *rec)
{
    cx_finding *x =
        cx_findings_add(&pw->findings, CX_RULE_PASSWD_BAD_USERNAME, span_of(pw, cx_str_sub(rec->line, 0, 0)),
                        rec->targets, strict(rec->targets), "an entry without a user name");
    cx_finding_help(&pw->findings, x, "write 'USER:HASH', or delete the line");
    return rec->secret.p != NULL;
}

static bool no_hash(cx_passwd *pw, const cx_record *rec)
{
    if (rec->line.p[0] == ':') { /* what is taken for the name may be a secret */
        cx_finding *x = lost(pw, CX_RULE_PASSWD_MISSING_HASH, cx_str_sub(rec->line, 0, 1), rec->targets,
                             "the line begins with ':', so what follows is taken for the user name%.0s", CX_STR(""));
        cx_finding_help(&pw->findings, x, "write 'USER:HASH'");
        return rec->secret.p != NULL;
    }
    cx_finding *x =
        lost(pw, CX_RULE_PASSWD_MISSING_HASH, rec->name, rec->targets, "user %s has no password hash", rec->name);
    help_tool(pw, x, "set a password", "", rec->name);
    return rec->secret.p != NULL;
}

bool cx_passwd_judge_fields(cx_passwd *pw, const cx_record *rec)
{
    cx_findings *f = &pw->findings;
    if (rec->name.n == 0) return no_name(pw, rec);
    if (rec->secret.n == 0) return no_hash(pw, rec);
    if (rec->name.n > CX_TOPIC_MAX || rec->secret.n > CX_TOPIC_MAX) {
        bool name = rec->name.n > CX_TOPIC_MAX;
        lost(pw, name ? CX_RULE_PASSWD_BAD_USERNAME : CX_RULE_PASSWD_BROKEN_HASH, rec->name, rec->targets,
             name ? "the user name %s is longer than 65535 bytes" : "the hash of user %s is longer than 65535 bytes",
             rec->name);
        return false;
    }
    if (!cx_mqtt_text_ok(rec->name)) {
        cx_finding *x =
            cx_findings_add(f, CX_RULE_PASSWD_BAD_USERNAME, span_of(pw, rec->name), rec->targets, 0,
                            "the user name %s holds a control character or is not UTF-8", cx_quote(f, rec->name));
        cx_finding_note(f, x,
                        "the file loads, but no client can send such a name: the broker ends a connection that tries");
    } else if (cx_str_starts(rec->name, CX_STR("\xEF\xBB\xBF"))) {
        cx_finding *x = cx_findings_add(
            f, CX_RULE_PASSWD_BAD_USERNAME, span_of(pw, cx_str_sub(rec->name, 0, 3)), rec->targets, 0,
            "the file begins with a UTF-8 byte order mark, which becomes a part of the first user name");
        cx_finding_help(f, x, "save the file as UTF-8 without a byte order mark");
    }
    if (rec->extra.n) {
        cx_finding *x = cx_findings_add(f, CX_RULE_PASSWD_EXTRA_FIELD, span_of(pw, rec->name), rec->targets, 0,
                                        "what follows the second ':' is ignored");
        cx_finding_help(f, x, "end the line behind the hash");
    }
    return true;
}

void cx_passwd_no_entry(cx_passwd *pw, const cx_record *rec)
{
    cx_findings *f = &pw->findings;
    cx_str start = cx_str_sub(rec->line, 0, 0);
    if (rec->kind == CX_RECORD_NO_COLON) {
        if (cx_findings_full(f, false)) {
            cx_findings_drop(f, CX_WARNING, 0);
            return;
        }
        cx_finding *x = cx_findings_add(f, CX_RULE_PASSWD_IGNORED_LINE, span_of(pw, start), rec->targets, 0,
                                        "a line without ':' is ignored");
        cx_finding_help(f, x, "write 'USER:HASH', or put '#' in the first column when it is a comment");
        cx_fix *fix = cx_finding_fix(f, x, true, "make it a comment");
        cx_fix_edit(f, fix, span_of(pw, start), "# ");
    } else if (rec->kind == CX_RECORD_LOST_LAST) {
        cx_finding *x = cx_findings_add(f, CX_RULE_PASSWD_LOST_LAST_LINE, span_of(pw, start), rec->targets, 0,
                                        "the broker loses this last line without a message: it has exactly %zu bytes "
                                        "and no line feed",
                                        rec->line.n);
        cx_finding_help(f, x, "end the file with a line feed");
    } else {
        cx_finding *x = cx_findings_add(f, CX_RULE_PASSWD_NUL_BYTE, span_of(pw, cx_record_nul(rec)), rec->targets, 0,
                                        "a NUL byte hides what follows it");
        note_for(f, x, rec->targets, rec->name.p);
    }
}

void cx_passwd_no_users(cx_passwd *pw, cx_targets targets)
{
    cx_findings_add(&pw->findings, CX_RULE_PASSWD_NO_USERS, (cx_span){0, 0}, targets, 0,
                    "no usable entry: nobody can log in with a user name");
}
