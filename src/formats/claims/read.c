#include "base/path.h"
#include "base/typo.h"
#include "formats/claims/claims.h"
#include "grammar/grammar.h"
#include "topic/topic.h"

struct taking {
    cx_claims *c;
    cx_error *e;
};

static bool fail(struct taking *t, const cx_yaml_node *at, const char *what)
{
    return cx_yaml_fail(&t->c->yaml, at, t->e, "%s", what);
}

/* ---- words and values ---- */

/* Which of WORDS (ended by NULL) it is; -1: none, said with the nearest one. */
static int which(struct taking *t, const cx_yaml_node *at, cx_str word, const char *const *words)
{
    cx_nearest near = {0};
    for (int i = 0; words[i]; i++) {
        if (cx_str_is(word, words[i])) return i;
        cx_nearest_offer(&near, word, cx_str_of(words[i]));
    }
    cx_str shown = cx_arena_dup(&t->c->yaml.arena, word);
    if (near.word.p)
        cx_yaml_fail(&t->c->yaml, at, t->e, "'%s' is not known here, did you mean '%s'?", shown.p, near.word.p);
    else cx_yaml_fail(&t->c->yaml, at, t->e, "'%s' is not known here", shown.p);
    return -1;
}

unsigned cx_claims_access(cx_claims *c, const cx_yaml_node *at, cx_str word, cx_error *e)
{
    static const char *const words[] = {"read", "write", "subscribe", "unsubscribe", "reach", "readwrite", NULL};
    struct taking t = {c, e};
    int number = which(&t, at, word, words);
    return number < 0 ? 0 : number == 5 ? CX_CLAIM_READ | CX_CLAIM_WRITE : 1u << number;
}

static cx_str value_of(struct taking *t, const cx_yaml_node *at, cx_str name)
{
    cx_nearest near = {0};
    for (size_t i = 0; i < t->c->variables.n; i++) {
        struct cx_claims_variable *v = &t->c->variables.items[i];
        cx_nearest_offer(&near, name, v->name);
        if (!cx_str_eq(v->name, name)) continue;
        v->used = true;
        return v->values.items[v->at];
    }
    cx_str shown = cx_arena_dup(&t->c->yaml.arena, name);
    if (near.word.p) cx_yaml_fail(&t->c->yaml, at, t->e, "no variable '%s', did you mean '%s'?", shown.p, near.word.p);
    else cx_yaml_fail(&t->c->yaml, at, t->e, "no variable '%s'", shown.p);
    return CX_STR_NONE;
}

cx_str cx_claims_value(cx_claims *c, const cx_yaml_node *at, cx_str text, cx_error *e)
{
    struct taking t = {c, e};
    cx_arena *arena = &c->yaml.arena;
    cx_str out = CX_STR("");
    if (!cx_str_find(text, "${")) return text.p ? text : out;
    for (;;) {
        const char *begin = cx_str_find(text, "${"), *end = NULL;
        if (begin) end = memchr(begin, '}', (size_t)(text.p + text.n - begin));
        if (!end) return cx_arena_join(arena, out, text);
        cx_str before = {text.p, (size_t)(begin - text.p)}, name = {begin + 2, (size_t)(end - begin) - 2};
        cx_str value = value_of(&t, at, name);
        if (!value.p) return CX_STR_NONE;
        out = cx_arena_join(arena, cx_arena_join(arena, out, before), value);
        text = (cx_str){end + 1, (size_t)(text.p + text.n - end) - 1};
    }
}

bool cx_claims_filter(cx_claims *c, const cx_yaml_node *at, cx_str filter, cx_strs *list, cx_error *e)
{
    if (!cx_mqtt_text_ok(filter) || cx_filter_check(filter).error != CX_FILTER_OK) {
        cx_str shown = cx_arena_dup(&c->yaml.arena, filter);
        return cx_yaml_fail(&c->yaml, at, e, "'%s' is no valid topic filter", shown.p);
    }
    cx_vec_add(list, filter);
    return true;
}

const char *cx_claims_path(cx_claims *c, cx_str path)
{
    cx_arena *arena = &c->yaml.arena;
    cx_str folder = cx_path_folder(arena, cx_str_of(c->yaml.name));
    bool here = cx_str_starts(path, CX_STR("/")) || cx_str_is(folder, ".") || cx_str_is(path, "-");
    if (here) return cx_arena_dup(arena, path).p;
    return cx_arena_printf(arena, "%.*s/%.*s", (int)folder.n, folder.p, (int)path.n, path.p).p;
}

static bool take_text(struct taking *t, const cx_yaml_node *value, cx_str *text)
{
    if (value->kind != CX_YAML_TEXT || value->text.n == 0) return fail(t, value, "a text is expected here");
    *text = value->text;
    return true;
}

static bool take_path(struct taking *t, const cx_yaml_node *value, const char **path)
{
    cx_str text = CX_STR_NONE;
    if (!take_text(t, value, &text)) return false;
    *path = cx_claims_path(t->c, text);
    return true;
}

/* One text, or a list of them: each is given to TAKE. */
static bool take_each(struct taking *t, const cx_yaml_node *value, void *to,
                      bool take(struct taking *t, const cx_yaml_node *one, void *to))
{
    if (value->kind == CX_YAML_TEXT) return take(t, value, to);
    if (value->kind == CX_YAML_MAP || value->n == 0)
        return fail(t, value, "a text or a list of texts is expected here");
    for (size_t i = 0; i < value->n; i++)
        if (!take(t, value->items[i], to)) return false;
    return true;
}

static bool take_target(struct taking *t, const cx_yaml_node *one, void *to)
{
    cx_str text, *all = to;
    if (!take_text(t, one, &text)) return false;
    if (!cx_release_find(text)) return cx_yaml_fail(&t->c->yaml, one, t->e, "no such release: '%s'", text.p);
    *all = all->p ? cx_arena_printf(&t->c->yaml.arena, "%s,%s", all->p, text.p) : text;
    return true;
}

static bool take_value(struct taking *t, const cx_yaml_node *one, void *to)
{
    cx_strs *list = to;
    cx_str text;
    if (!take_text(t, one, &text)) return false;
    cx_vec_add(list, text);
    return true;
}

static bool take_filter(struct taking *t, const cx_yaml_node *one, void *to)
{
    cx_str text;
    if (!take_text(t, one, &text)) return false;
    text = cx_claims_value(t->c, one, text, t->e);
    return text.p && cx_claims_filter(t->c, one, text, to, t->e);
}

static bool take_whom(struct taking *t, const cx_yaml_node *one, void *to)
{
    cx_str text;
    return take_text(t, one, &text) && cx_claims_whom(t->c, one, to, t->e);
}

static bool take_map(struct taking *t, const cx_yaml_node *value, const char *what)
{
    return value->kind == CX_YAML_MAP || fail(t, value, what);
}

/* ---- sets and variables ---- */

static bool take_sets(struct taking *t, const cx_yaml_node *value)
{
    if (!take_map(t, value, "sets of users are expected here: 'admins: [alice, bob]'")) return false;
    for (size_t i = 0; i < value->n; i++) {
        struct cx_claims_set set = {.name = value->keys[i]->text};
        bool ok = take_each(t, value->items[i], &set.whom, take_whom);
        cx_vec_add(&t->c->sets, set);
        if (!ok) return false;
    }
    return true;
}

static bool take_variables(struct taking *t, const cx_yaml_node *value)
{
    if (!take_map(t, value, "variables are expected here: 'site: [berlin, paris]'")) return false;
    for (size_t i = 0; i < value->n; i++) {
        struct cx_claims_variable v = {.name = value->keys[i]->text};
        bool ok = take_each(t, value->items[i], &v.values, take_value);
        cx_vec_add(&t->c->variables, v);
        if (!ok) return false;
    }
    return true;
}

/* The next values of the variables that were used; false: all were there. */
static bool next_values(cx_claims *c)
{
    for (size_t i = 0; i < c->variables.n; i++) {
        struct cx_claims_variable *v = &c->variables.items[i];
        if (!v->used) continue;
        if (++v->at < v->values.n) return true;
        v->at = 0;
    }
    return false;
}

/* ---- tests ---- */

static cx_claim *new_claim(cx_test *test, cx_claim_kind kind)
{
    cx_claim claim = {.kind = kind};
    cx_vec_add(&test->claims, claim);
    return &test->claims.items[test->claims.n - 1];
}

static bool take_sentence(struct taking *t, const cx_yaml_node *one, void *to)
{
    cx_str text;
    return take_text(t, one, &text) && cx_claims_sentence(t->c, one, new_claim(to, CX_CLAIM_MAY), t->e);
}

enum { NAME, USER, USERS, EXCEPT, CLIENTID, THAT, MAY, MAY_NOT, MAY_ONLY };
static const char *const keys_of_test[] = {"name", "user", "users",   "except",   "clientid",
                                           "that", "may",  "may not", "may only", NULL};

/* What a test says in keys, besides what it claims. */
struct about {
    cx_whom whom, except;
    cx_str clientid;
    bool named;
};

static bool take_claim(struct taking *t, const cx_yaml_node *value, cx_claim_kind kind, const struct about *about,
                       cx_test *test)
{
    if (!about->named) return fail(t, value, "whom it is about is missing: 'user: alice'");
    if (!take_map(t, value, "what is claimed is expected here: '{write: [a/b, c/#]}'")) return false;
    for (size_t i = 0; i < value->n; i++) {
        cx_claim *claim = new_claim(test, kind);
        cx_whom_add(&claim->whom, &about->whom);
        cx_whom_add(&claim->except, &about->except);
        claim->clientid = about->clientid;
        claim->access = cx_claims_access(t->c, value->keys[i], value->keys[i]->text, t->e);
        if (!claim->access || !take_each(t, value->items[i], &claim->filters, take_filter)) return false;
    }
    return true;
}

static bool take_about(struct taking *t, int key, const cx_yaml_node *value, struct about *a)
{
    if (key == USER || key == USERS) return a->named = take_each(t, value, &a->whom, take_whom);
    if (key == EXCEPT) return take_each(t, value, &a->except, take_whom);
    if (key != CLIENTID) return true;
    if (!take_text(t, value, &a->clientid)) return false;
    a->clientid = cx_claims_value(t->c, value, a->clientid, t->e);
    return a->clientid.p != NULL;
}

static bool take_keys(struct taking *t, const cx_yaml_node *node, cx_test *test)
{
    struct about about = {0};
    bool ok = true;
    for (size_t i = 0; i < node->n && ok; i++) {
        int key = which(t, node->keys[i], node->keys[i]->text, keys_of_test);
        ok = key >= 0;
        if (key == NAME) ok = take_text(t, node->items[i], &test->name);
        else if (key >= 0 && key < THAT) ok = take_about(t, key, node->items[i], &about);
    }
    size_t before = test->claims.n;
    for (size_t i = 0; i < node->n && ok; i++) {
        int key = which(t, node->keys[i], node->keys[i]->text, keys_of_test);
        if (key == THAT) ok = take_each(t, node->items[i], test, take_sentence);
        if (key >= MAY) ok = take_claim(t, node->items[i], (cx_claim_kind)(CX_CLAIM_MAY + key - MAY), &about, test);
    }
    if (ok && test->claims.n == before)
        ok = fail(t, node, "nothing is claimed: 'may', 'may not', 'may only' or 'that' is missing");
    cx_whom_clear(&about.whom);
    cx_whom_clear(&about.except);
    return ok;
}

static bool take_test(struct taking *t, const cx_yaml_node *node)
{
    cx_claims *c = t->c;
    cx_test new = {.line = node->line, .name = node->text};
    cx_vec_add(&c->tests, new);
    cx_test *test = &c->tests.items[c->tests.n - 1];
    if (node->kind == CX_YAML_LIST)
        return fail(t, node, "a statement, or a map with 'user' and 'may', is expected here");
    for (size_t i = 0; i < c->variables.n; i++) c->variables.items[i].at = c->variables.items[i].used = false;
    do {
        if (test->claims.n > CX_CLAIMS_OF_TEST_MAX)
            return fail(t, node, "the variables make too many claims of this test");
        if (!(node->kind == CX_YAML_TEXT ? take_sentence(t, node, test) : take_keys(t, node, test))) return false;
    } while (next_values(c));
    if (!test->name.p) test->name = cx_arena_printf(&c->yaml.arena, "the test of line %zu", test->line);
    return true;
}

static bool take_tests(struct taking *t, const cx_yaml_node *value)
{
    if (value->kind != CX_YAML_LIST || value->n == 0) return fail(t, value, "a list of tests is expected here");
    for (size_t i = 0; i < value->n; i++)
        if (!take_test(t, value->items[i])) return false;
    return true;
}

/* ---- the file ---- */

enum { POLICY, PASSWD, TARGET, SETS, VARIABLES, TESTS, KEYS };
static const char *const keys_of_file[KEYS + 1] = {"policy", "passwd", "target", "sets", "variables", "tests", NULL};

static bool take_key(struct taking *t, int key, const cx_yaml_node *value)
{
    if (key == POLICY) return take_path(t, value, &t->c->policy);
    if (key == PASSWD) return take_path(t, value, &t->c->passwd);
    if (key == TARGET) return take_each(t, value, &t->c->target, take_target);
    if (key == SETS) return take_sets(t, value);
    return key == VARIABLES ? take_variables(t, value) : take_tests(t, value);
}

/* In the order in which they stand on each other: tests may use sets and variables, sets no variables. */
static bool take_all(struct taking *t)
{
    const cx_yaml_node *root = t->c->yaml.root, *values[KEYS] = {NULL};
    if (!root || root->kind != CX_YAML_MAP) return fail(t, root, "'tests:' and a list of tests are expected here");
    for (size_t i = 0; i < root->n; i++) {
        int key = which(t, root->keys[i], root->keys[i]->text, keys_of_file);
        if (key < 0) return false;
        values[key] = root->items[i];
    }
    for (int key = 0; key < KEYS; key++)
        if (values[key] && !take_key(t, key, values[key])) return false;
    return values[TESTS] || fail(t, root, "'tests:' is missing");
}

bool cx_claims_open(cx_claims *c, const char *path, cx_error *e)
{
    *c = (cx_claims){0};
    struct taking t = {c, e};
    return cx_yaml_open(&c->yaml, path, e) && take_all(&t);
}

/* ---- memory ---- */

static void add_all(cx_strs *to, const cx_str *items, size_t n)
{
    for (size_t i = 0; i < n; i++) cx_vec_add(to, items[i]);
}

void cx_whom_add(cx_whom *to, const cx_whom *more)
{
    to->users |= more->users;
    to->anonymous |= more->anonymous;
    to->others |= more->others;
    add_all(&to->names, more->names.items, more->names.n);
    add_all(&to->globs, more->globs.items, more->globs.n);
}

void cx_whom_clear(cx_whom *w)
{
    cx_vec_clear(&w->names);
    cx_vec_clear(&w->globs);
}

void cx_claim_clear(cx_claim *c)
{
    cx_whom_clear(&c->whom);
    cx_whom_clear(&c->except);
    cx_vec_clear(&c->filters);
    cx_vec_clear(&c->but);
}

void cx_claims_clear(cx_claims *c)
{
    for (size_t i = 0; i < c->tests.n; i++) {
        for (size_t k = 0; k < c->tests.items[i].claims.n; k++) cx_claim_clear(&c->tests.items[i].claims.items[k]);
        cx_vec_clear(&c->tests.items[i].claims);
    }
    for (size_t i = 0; i < c->sets.n; i++) cx_whom_clear(&c->sets.items[i].whom);
    for (size_t i = 0; i < c->variables.n; i++) cx_vec_clear(&c->variables.items[i].values);
    cx_vec_clear(&c->tests);
    cx_vec_clear(&c->sets);
    cx_vec_clear(&c->variables);
    cx_yaml_clear(&c->yaml);
    *c = (cx_claims){0};
}
