/* Rules about a password file. No finding spans a hash, and none shows one. */
#include "lint/lint.h"
#include "secret/hash.h"

/* What the release's own tool writes today, and what it wrote until 2.0. */
enum { ITERATIONS = 1000, ITERATIONS_OLD = 101 };

static cx_finding *say(cx_passwd *pw, cx_targets targets, unsigned rule, cx_str user, const char *message)
{
    cx_findings *f = &pw->findings;
    return cx_findings_add(f, rule, cx_span_of(pw->source, user), targets, 0, message, cx_quote(f, user));
}

static size_t line_of(const cx_passwd *pw, const cx_passwd_entry *e)
{
    return cx_source_place(pw->source, cx_span_of(pw->source, e->user).at).line;
}

static cx_hash_error read_hash(const cx_passwd_entry *e, cx_password_hash *hash)
{
    return cx_hash_read(e->hash, &cx_releases[CX_RELEASE_COUNT - 1], true, hash);
}

/* Users with one hash have one password, since the salt is the same too: somebody copied the line. */
static void judge_shared(cx_passwd *pw, cx_targets targets)
{
    cx_map hashes = {0};
    size_t count = 0;
    cx_finding *x = NULL;
    CX_VEC(const cx_passwd_entry *) first = {0};
    for (size_t i = 0; i < pw->entries.n; i++) {
        const cx_passwd_entry *e = &pw->entries.items[i];
        if (e->user.n == 0 || e->hash.n == 0 || e->hash.p[0] != '$') continue;
        uint32_t number = cx_map_put(&hashes, e->hash);
        if (number == first.n) {
            cx_vec_add(&first, e);
            continue;
        }
        const cx_passwd_entry *other = first.items[number];
        if (cx_str_eq(other->user, e->user)) continue;
        if (count++) continue;
        x = say(pw, targets, CX_RULE_PASSWD_SHARED_HASH, e->user, "%s has the very hash of another user");
        cx_finding_note(&pw->findings, x, "line %zu: '%.*s'", line_of(pw, other), (int)other->user.n, other->user.p);
        cx_finding_note(&pw->findings, x, "salt and all, so the line was copied and both have one password");
        cx_finding_help(&pw->findings, x, "give each a password of its own: mosquitto_passwd FILE %.*s", (int)e->user.n,
                        e->user.p);
    }
    if (count > 1)
        cx_finding_note(&pw->findings, x, "%zu further entries have a hash that stands above them", count - 1);
    cx_map_clear(&hashes);
    cx_vec_clear(&first);
}

/* Hashes that are quickly tried through, said once. */
static void judge_weak(cx_passwd *pw, cx_targets targets)
{
    const cx_passwd_entry *first = NULL;
    size_t count = 0;
    int fewest = ITERATIONS;
    bool once = false;
    for (size_t i = 0; i < pw->entries.n; i++) {
        const cx_passwd_entry *e = &pw->entries.items[i];
        cx_password_hash hash;
        if (e->hash.n == 0 || read_hash(e, &hash) != CX_HASH_OK || hash.scheme == CX_HASH_ARGON2ID) continue;
        int iterations = hash.scheme == CX_HASH_SHA512 ? 1 : hash.iterations;
        if (iterations >= ITERATIONS) continue;
        if (!first) first = e;
        if (iterations < fewest) fewest = iterations;
        once |= hash.scheme == CX_HASH_SHA512;
        count++;
    }
    if (!first) return;
    cx_finding *x = say(pw, targets, CX_RULE_PASSWD_WEAK_HASH, first->user, "the hash of %s is quickly guessed");
    if (fewest >= ITERATIONS_OLD) x->severity = CX_ADVICE;
    if (count > 1)
        cx_finding_note(&pw->findings, x, "and so %s %zu further one%s", count == 2 ? "is" : "are", count - 1,
                        count == 2 ? "" : "s");
    if (once) cx_finding_note(&pw->findings, x, "$6$ is a single round of SHA-512, as 1.6 and before wrote it");
    else
        cx_finding_note(&pw->findings, x, "%d iterations; mosquitto_passwd of 2.1 makes %d, those before it %d", fewest,
                        ITERATIONS, ITERATIONS_OLD);
    cx_finding_help(&pw->findings, x,
                    "set the passwords anew, with more iterations: mosquitto_passwd -H sha512-pbkdf2 -I 100000");
}

static void judge_mixed(cx_passwd *pw, cx_targets targets)
{
    const cx_passwd_entry *plain = NULL;
    size_t plains = 0, hashed = 0;
    for (size_t i = 0; i < pw->entries.n; i++) {
        const cx_passwd_entry *e = &pw->entries.items[i];
        cx_password_hash hash;
        if (e->user.n == 0 || e->hash.n == 0) continue;
        bool is_plain = read_hash(e, &hash) == CX_HASH_PLAIN;
        if (is_plain && !plain) plain = e;
        plains += is_plain;
        hashed += !is_plain;
    }
    if (!plain || !hashed) return;
    cx_finding *x = say(pw, targets, CX_RULE_PASSWD_MIXED, plain->user,
                        "plain passwords among hashed ones, the first is that of %s");
    cx_finding_note(&pw->findings, x, "%zu of %zu entries are plain; no broker lets these users in", plains,
                    plains + hashed);
    cx_finding_note(&pw->findings, x,
                    "mosquitto_passwd -U hashes every line of the file, those that are hashes already too");
    cx_finding_help(&pw->findings, x, "set them one by one: mosquitto_passwd FILE %.*s", (int)plain->user.n,
                    plain->user.p);
}

static void judge_encoding(cx_passwd *pw, cx_targets targets)
{
    cx_str text = pw->source->text;
    bool mark = cx_str_starts(text, CX_STR("\xEF\xBB\xBF"));
    bool wide = cx_str_starts(text, CX_STR("\xFF\xFE")) || cx_str_starts(text, CX_STR("\xFE\xFF"));
    if (!mark && !wide) return;
    cx_span span = {0, mark ? 3 : 2};
    cx_finding *x = cx_findings_add(&pw->findings, CX_RULE_PASSWD_BAD_ENCODING, span, targets, 0,
                                    mark ? "the file begins with a byte order mark" : "the file is UTF-16");
    cx_finding_note(&pw->findings, x,
                    mark ? "it is a part of the first user's name, who cannot log in"
                         : "brokers read it as something else, and nobody can log in");
    cx_finding_help(&pw->findings, x, "save the file as UTF-8 without a byte order mark");
    if (!mark) return;
    cx_fix *fix = cx_finding_fix(&pw->findings, x, true, "take the mark away");
    cx_fix_edit(&pw->findings, fix, span, "%s", "");
}

void cx_lint_passwd(cx_lint *l, cx_named_file *file)
{
    cx_targets targets = l->options->targets;
    judge_encoding(&file->passwd, targets);
    judge_mixed(&file->passwd, targets);
    judge_weak(&file->passwd, targets);
    judge_shared(&file->passwd, targets);
}
