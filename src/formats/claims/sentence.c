/* Sentences about policies.
 *
 *   sentence := whom verb
 *   whom     := item {("," | "and" | "or") item} ["except" item {…}] ["with" "client" "id" ID]
 *   item     := USER | SET | GLOB | "[" item {[","] item} "]" | "every" ["named"] "user" | "everyone" | "anonymous"
 *             | "clients" "without" "a" "user" "name" | "any" "other" "user"
 *             | "no" "one" | "nobody" | "no" "two" "users" | "no" "two" "of"          (only as the first)
 *   verb     := "may" ["not" | "only"] access {("and" | "or" | ",") access} ["to"] filters ["except" filters]
 *             | ["never" | "do" "not"] "share" ["a" | "any"] ("readable" | …) ("topic" | "topics") ["in" filters ["except" filters]]
 *             | ("gains" | "gain" | "loses" | "lose") "nothing" ("over" | "since") POLICY
 *   filters  := FILTER {("," | "and" | "or") FILTER} | "[" FILTER {[","] FILTER} "]"
 *
 * Words in quotes are names as they are, never words of the grammar. */
#include "base/typo.h"
#include "formats/claims/claims.h"

struct word {
    cx_str text;
    bool quoted;
};

struct sentence {
    cx_claims *c;
    const cx_yaml_node *at;
    cx_error *e;
    CX_VEC(struct word) words;
    size_t next;
};

/* ---- words ---- */

static bool fail(struct sentence *s, const char *message)
{
    return cx_yaml_fail(&s->c->yaml, s->at, s->e, "%s", message);
}

static bool fail_at(struct sentence *s, cx_str word, const char *message)
{
    return cx_yaml_fail(&s->c->yaml, s->at, s->e, "'%s' %s", cx_arena_dup(&s->c->yaml.arena, word).p, message);
}

static void add_word(struct sentence *s, cx_str text, bool quoted)
{
    struct word w = {text, quoted};
    cx_vec_add(&s->words, w);
}

/* Where a word ends: at a blank; ',' and ']' at its end are words of their own. */
static bool split(struct sentence *s, cx_str text)
{
    for (size_t i = 0; i < text.n;) {
        char c = text.p[i];
        if (cx_is_space(c)) {
            i++;
            continue;
        }
        if (c == ',' || c == '[' || c == ']') {
            add_word(s, cx_str_sub(text, i++, 1), false);
            continue;
        }
        if (c == '\'' || c == '"') {
            const char *end = memchr(text.p + i + 1, c, text.n - i - 1);
            if (!end) return fail_at(s, cx_str_sub(text, i, text.n - i), "begins a quote that does not end");
            add_word(s, (cx_str){text.p + i + 1, (size_t)(end - text.p) - i - 1}, true);
            i = (size_t)(end - text.p) + 1;
            continue;
        }
        size_t end = i;
        while (end < text.n && !cx_is_space(text.p[end])) end++;
        size_t stop = end;
        while (stop > i + 1 && (text.p[stop - 1] == ',' || text.p[stop - 1] == ']')) stop--;
        add_word(s, cx_str_sub(text, i, stop - i), false);
        i = stop;
    }
    return true;
}

static struct word *peek(struct sentence *s) { return s->next < s->words.n ? &s->words.items[s->next] : NULL; }

static bool is(const struct word *w, const char *text) { return w && !w->quoted && cx_str_is(w->text, text); }

/* Takes all of some words, given with one blank between them, or none. */
static bool take(struct sentence *s, const char *words)
{
    size_t at = s->next, from = 0;
    cx_str all = cx_str_of(words);
    while (from < all.n) {
        const char *blank = memchr(all.p + from, ' ', all.n - from);
        size_t end = blank ? (size_t)(blank - all.p) : all.n;
        const struct word *w = at < s->words.n ? &s->words.items[at++] : NULL;
        if (!w || w->quoted || !cx_str_eq(w->text, cx_str_sub(all, from, end - from))) return false;
        from = end + 1;
    }
    s->next = at;
    return true;
}

static bool take_joint(struct sentence *s)
{
    bool comma = take(s, ",");
    return take(s, "and") || take(s, "or") || comma;
}

/* A word that is a name, or says what is missing. */
static bool take_name(struct sentence *s, const char *what, cx_str *name)
{
    const struct word *w = peek(s);
    if (!w)
        return cx_yaml_fail(&s->c->yaml, s->at, s->e, "the sentence ends where %s is expected%s", what,
                            s->at->plain ? " (in YAML ' #' begins a comment: put the sentence in quotes)" : "");
    *name = cx_claims_value(s->c, s->at, w->text, s->e);
    s->next++;
    return name->p != NULL;
}

/* ---- whom ---- */

static bool is_word(const struct word *w)
{
    static const char *const words[] = {"may",  "except", "with", "never", "do", "share", "gains", "gain",  "loses",
                                        "lose", "and",    "or",   ",",     "[",  "]",     "no",    "nobody"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is(w, words[i])) return true;
    return false;
}

static void add_named(struct sentence *s, cx_str name, bool quoted, cx_whom *whom)
{
    for (size_t i = 0; i < s->c->sets.n && !quoted; i++)
        if (cx_str_eq(s->c->sets.items[i].name, name)) {
            cx_whom_add(whom, &s->c->sets.items[i].whom);
            return;
        }
    if (!quoted && cx_str_has(name, '*')) cx_vec_add(&whom->globs, name);
    else cx_vec_add(&whom->names, name);
}

static bool take_item(struct sentence *s, cx_whom *whom)
{
    if (take(s, "every named user")) return whom->users = true;
    if (take(s, "every user")) return whom->users = whom->others = true;
    if (take(s, "everyone")) return whom->users = whom->others = whom->anonymous = true;
    if (take(s, "anonymous") || take(s, "clients without a user name")) return whom->anonymous = true;
    if (take(s, "any other user")) return whom->others = true;
    const struct word *w = peek(s);
    cx_str name = CX_STR_NONE;
    if (is(w, "noone")) return fail(s, "'noone' is not known here, did you mean 'no one'?");
    if (is_word(w)) return fail_at(s, w->text, "stands where a user or a set of users is expected");
    bool quoted = w && w->quoted;
    if (!take_name(s, "a user", &name)) return false;
    if (name.n == 0) return fail(s, "a user's name of no bytes");
    add_named(s, name, quoted, whom);
    return true;
}

static bool take_items(struct sentence *s, cx_whom *whom)
{
    do {
        if (!take(s, "[")) {
            if (!take_item(s, whom)) return false;
            continue;
        }
        while (!take(s, "]")) {
            if (!take_item(s, whom)) return false;
            take_joint(s);
        }
    } while (take_joint(s));
    return true;
}

/* Whom a sentence is about, and how it begins: whether what follows is denied to all of them. */
static bool take_whom(struct sentence *s, cx_claim *claim, bool *nobody)
{
    *nobody = take(s, "no one") || take(s, "nobody");
    if (*nobody) claim->whom.users = claim->whom.others = claim->whom.anonymous = true;
    else if (take(s, "no two users")) claim->whom.users = claim->whom.others = *nobody = true;
    else if (take(s, "no two of")) {
        *nobody = true;
        if (!take_items(s, &claim->whom)) return false;
    } else if (!take_items(s, &claim->whom)) return false;
    if (take(s, "except") && !take_items(s, &claim->except)) return false;
    if (take(s, "with client id") && !take_name(s, "a client id", &claim->clientid)) return false;
    return true;
}

/* ---- what ---- */

static bool take_filters(struct sentence *s, cx_strs *list)
{
    cx_str filter = CX_STR_NONE;
    bool brackets = take(s, "[");
    do {
        if (brackets && take(s, "]")) return true;
        if (!take_name(s, "a topic filter", &filter) || !cx_claims_filter(s->c, s->at, filter, list, s->e))
            return false;
    } while (take_joint(s) || (brackets && !is(peek(s), "]")));
    if (brackets && !take(s, "]")) return fail(s, "'[' without ']'");
    return true;
}

static bool take_filters_and_exceptions(struct sentence *s, cx_claim *claim)
{
    return take_filters(s, &claim->filters) && (!take(s, "except") || take_filters(s, &claim->but));
}

static bool take_may(struct sentence *s, cx_claim *claim, bool nobody)
{
    claim->kind = CX_CLAIM_MAY;
    if (take(s, "not")) claim->kind = CX_CLAIM_MAY_NOT;
    else if (take(s, "only")) claim->kind = CX_CLAIM_MAY_ONLY;
    if (nobody && claim->kind != CX_CLAIM_MAY)
        return fail_at(s, s->words.items[s->next - 1].text, "is too much: 'no one may' says no already");
    if (nobody) claim->kind = CX_CLAIM_MAY_NOT;
    do {
        cx_str word = CX_STR_NONE;
        if (!take_name(s, "an access (read, write, subscribe, unsubscribe or reach)", &word)) return false;
        unsigned access = cx_claims_access(s->c, s->at, word, s->e);
        if (!access) return false;
        claim->access |= access;
    } while (take_joint(s));
    take(s, "to");
    return take_filters_and_exceptions(s, claim);
}

static bool take_share(struct sentence *s, cx_claim *claim)
{
    static const struct {
        const char *word;
        unsigned access;
    } words[] = {{"readable", CX_CLAIM_READ},
                 {"writable", CX_CLAIM_WRITE},
                 {"writeable", CX_CLAIM_WRITE},
                 {"reachable", CX_CLAIM_REACH}};
    claim->kind = CX_CLAIM_NO_SHARE;
    if (!take(s, "a")) take(s, "any");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (take(s, words[i].word)) claim->access = words[i].access;
    if (!claim->access || !(take(s, "topic") || take(s, "topics")))
        return fail(s, "'share' goes on with 'a readable topic', 'a writable topic' or 'a reachable topic'");
    if (take(s, "in")) return take_filters_and_exceptions(s, claim);
    cx_vec_add(&claim->filters, CX_STR("#"));
    return true;
}

static bool take_nothing(struct sentence *s, cx_claim *claim)
{
    cx_str path = CX_STR_NONE;
    if (!take(s, "nothing over") && !take(s, "nothing since"))
        return fail(s, "'gains' and 'loses' go on with 'nothing over POLICY'");
    claim->access = CX_CLAIM_READ | CX_CLAIM_WRITE | CX_CLAIM_SUBSCRIBE;
    if (!take_name(s, "a policy", &path)) return false;
    claim->other = cx_claims_path(s->c, path);
    return true;
}

static bool no_verb(struct sentence *s)
{
    const struct word *w = peek(s);
    if (!w) return fail(s, "a sentence without 'may', 'never share' or 'gains nothing over'");
    static const char *const verbs[] = {"may", "never", "gains", "gain", "loses", "lose", "share", "except"};
    cx_nearest near = {0};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) cx_nearest_offer(&near, w->text, cx_str_of(verbs[i]));
    cx_str shown = cx_arena_dup(&s->c->yaml.arena, w->text);
    if (near.word.p)
        return cx_yaml_fail(&s->c->yaml, s->at, s->e, "'%s' is not known here, did you mean '%s'?", shown.p,
                            near.word.p);
    return fail_at(s, w->text,
                   "is not known here; a sentence goes on with 'may', 'never share' or 'gains nothing over'");
}

static bool take_verb(struct sentence *s, cx_claim *claim, bool nobody)
{
    bool users =
        claim->whom.users || claim->whom.names.n || claim->whom.globs.n || claim->whom.anonymous || claim->whom.others;
    if (!users) return fail(s, "nobody is named");
    if (take(s, "may")) return take_may(s, claim, nobody);
    bool never = take(s, "never") || take(s, "do not");
    if (take(s, "share") || take(s, "shares"))
        return never != nobody ? take_share(s, claim)
                               : fail(s, "say 'A and B never share' or 'no two of [A, B] share'");
    if (never) return fail(s, "'never' goes on with 'share'");
    claim->kind = take(s, "gains") || take(s, "gain") ? CX_CLAIM_NO_GAIN : CX_CLAIM_NO_LOSS;
    bool verb = claim->kind == CX_CLAIM_NO_GAIN || take(s, "loses") || take(s, "lose");
    if (!verb) return no_verb(s);
    if (nobody) return fail(s, "'no one gains nothing': say 'everyone gains nothing over POLICY'");
    return take_nothing(s, claim);
}

static bool all_taken(struct sentence *s)
{
    const struct word *w = peek(s);
    return !w || fail_at(s, w->text, "is one word too many");
}

bool cx_claims_sentence(cx_claims *c, const cx_yaml_node *at, cx_claim *claim, cx_error *e)
{
    struct sentence s = {.c = c, .at = at, .e = e};
    bool nobody = false;
    bool ok = split(&s, at->text) && take_whom(&s, claim, &nobody) && take_verb(&s, claim, nobody) && all_taken(&s);
    cx_vec_clear(&s.words);
    return ok;
}

bool cx_claims_whom(cx_claims *c, const cx_yaml_node *at, cx_whom *whom, cx_error *e)
{
    struct sentence s = {.c = c, .at = at, .e = e};
    bool ok = split(&s, at->text) && take_items(&s, whom) && all_taken(&s);
    cx_vec_clear(&s.words);
    return ok;
}
