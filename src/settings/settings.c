#define PCRE2_CODE_UNIT_WIDTH 8
#define _GNU_SOURCE /* FNM_PATHNAME and others */
#include "settings/settings.h"

#include <fnmatch.h>
#include <pcre2.h>

#include "base/path.h"
#include "base/typo.h"
#include "text/allow.h"

/* How far one name may be looked at: a hostile pattern must not hang. */
enum { MATCH_LIMIT = 100000 };

struct taking {
    cx_settings *s;
    cx_error *e;
};

static bool fail(struct taking *t, const cx_yaml_node *at, const char *what)
{
    return cx_yaml_fail(&t->s->yaml, at, t->e, "%s", what);
}

static bool take_text(struct taking *t, const cx_yaml_node *value, cx_str *text)
{
    if (value->kind != CX_YAML_TEXT || value->text.n == 0) return fail(t, value, "a text is expected here");
    *text = value->text;
    return true;
}

/* A path from the file's folder. */
static bool take_path(struct taking *t, const cx_yaml_node *value, const char **path)
{
    cx_str text = CX_STR_NONE;
    if (!take_text(t, value, &text)) return false;
    bool here = text.p[0] == '/' || cx_str_is(t->s->folder, ".");
    *path =
        here ? text.p : cx_arena_printf(&t->s->yaml.arena, "%.*s/%s", (int)t->s->folder.n, t->s->folder.p, text.p).p;
    return true;
}

/* One text, or a list of them: each is given to TAKE. */
static bool take_list(struct taking *t, const cx_yaml_node *value, bool take(struct taking *t, const cx_yaml_node *one))
{
    if (value->kind == CX_YAML_TEXT) return take(t, value);
    if (value->kind == CX_YAML_MAP) return fail(t, value, "a text or a list of texts is expected here");
    for (size_t i = 0; i < value->n; i++)
        if (!take(t, value->items[i])) return false;
    return true;
}

static bool take_target(struct taking *t, const cx_yaml_node *one)
{
    cx_str text, *all = &t->s->target;
    if (!take_text(t, one, &text)) return false;
    if (!cx_release_find(text)) return cx_yaml_fail(&t->s->yaml, one, t->e, "no such release: '%s'", text.p);
    *all = all->p ? cx_arena_printf(&t->s->yaml.arena, "%s,%s", all->p, text.p) : text;
    return true;
}

static bool take_one_path(struct taking *t, const cx_yaml_node *one)
{
    const char *path;
    if (!take_path(t, one, &path)) return false;
    cx_vec_add(&t->s->paths, cx_str_of(path));
    return true;
}

static bool take_exclude(struct taking *t, const cx_yaml_node *one)
{
    cx_str text;
    if (!take_text(t, one, &text)) return false;
    cx_vec_add(&t->s->exclude, text);
    return true;
}

/* ---- words of which there are few ---- */

static bool take_word(struct taking *t, const cx_yaml_node *value, const char *const *words, cx_str *word)
{
    if (!take_text(t, value, word)) return false;
    cx_nearest near = {0};
    for (size_t i = 0; words[i]; i++) {
        if (cx_str_is(*word, words[i])) return true;
        cx_nearest_offer(&near, *word, cx_str_of(words[i]));
    }
    return cx_yaml_fail(&t->s->yaml, value, t->e,
                        near.word.p ? "'%s' is not known here, did you mean '%s'?" : "'%s' is not known here", word->p,
                        near.word.p ? near.word.p : "");
}

static bool take_rules(struct taking *t, const cx_yaml_node *value)
{
    static const char *const levels[] = {"off", "advice", "warning", "error", NULL};
    if (value->kind != CX_YAML_MAP) return fail(t, value, "rules and their levels are expected here: 'RULE: off'");
    for (size_t i = 0; i < value->n; i++) {
        cx_rule_level r = {.glob = value->keys[i]->text};
        cx_nearest near;
        if (!cx_is_rule(r.glob, &near))
            return cx_yaml_fail(&t->s->yaml, value->keys[i], t->e,
                                near.word.p ? "no rule '%s', did you mean '%s'?" : "no rule '%s'", r.glob.p,
                                near.word.p ? near.word.p : "");
        if (!take_word(t, value->items[i], levels, &r.level)) return false;
        cx_vec_add(&t->s->rules, r);
    }
    return true;
}

static bool take_fail_on(struct taking *t, const cx_yaml_node *value)
{
    static const char *const words[] = {"advice", "warning", "error", "security", NULL};
    cx_str word;
    if (!take_word(t, value, words, &word)) return false;
    t->s->fail_on = word.p;
    return true;
}

/* ---- names ---- */

static bool compile(struct taking *t, const cx_yaml_node *at, cx_naming *n)
{
    int error;
    PCRE2_SIZE where;
    unsigned char why[200];
    n->compiled = pcre2_compile((PCRE2_SPTR)n->pattern.p, n->pattern.n, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error,
                                &where, NULL);
    if (n->compiled) return true;
    pcre2_get_error_message(error, why, sizeof why);
    return cx_yaml_fail(&t->s->yaml, at, t->e, "not a pattern: %s, at character %zu", (const char *)why, where + 1);
}

static bool take_naming_value(struct taking *t, const cx_yaml_node *value, cx_naming *n)
{
    static const char *const keys[] = {"pattern", "message", NULL};
    if (value->kind == CX_YAML_TEXT) return take_text(t, value, &n->pattern) && compile(t, value, n);
    if (value->kind != CX_YAML_MAP) return fail(t, value, "a pattern is expected here");
    for (size_t i = 0; i < value->n; i++) {
        cx_str key;
        if (!take_word(t, value->keys[i], keys, &key)) return false;
        if (!take_text(t, value->items[i], cx_str_is(key, "pattern") ? &n->pattern : &n->message)) return false;
    }
    return n->pattern.p ? compile(t, value, n) : fail(t, value, "'pattern' is missing");
}

static bool take_naming(struct taking *t, const cx_yaml_node *value)
{
    static const char *const kinds[] = {
        [CX_NAMING_TOPICS] = "topics", [CX_NAMING_USERS] = "users", [CX_NAMING_CLIENT_IDS] = "client-ids", NULL};
    if (value->kind != CX_YAML_MAP)
        return fail(t, value, "'topics', 'users' or 'client-ids' with a pattern are expected here");
    for (size_t i = 0; i < value->n; i++) {
        cx_str key;
        if (!take_word(t, value->keys[i], kinds, &key)) return false;
        for (size_t k = 0; k < CX_NAMINGS; k++)
            if (cx_str_is(key, kinds[k]) && !take_naming_value(t, value->items[i], &t->s->naming[k])) return false;
    }
    return true;
}

bool cx_naming_matches(const cx_naming *n, cx_str name)
{
    if (!n->compiled) return true;
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(n->compiled, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(context, MATCH_LIMIT);
    int found = pcre2_match(n->compiled, (PCRE2_SPTR)(name.n ? name.p : ""), name.n, 0, 0, data, context);
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    return found != PCRE2_ERROR_NOMATCH; /* what cannot be told is not complained about */
}

/* ---- the file ---- */

static bool take_key(struct taking *t, cx_str key, const cx_yaml_node *value)
{
    if (cx_str_is(key, "target")) return take_list(t, value, take_target);
    if (cx_str_is(key, "root")) return take_path(t, value, &t->s->root);
    if (cx_str_is(key, "paths")) return take_list(t, value, take_one_path);
    if (cx_str_is(key, "exclude")) return take_list(t, value, take_exclude);
    if (cx_str_is(key, "rules")) return take_rules(t, value);
    if (cx_str_is(key, "fail-on")) return take_fail_on(t, value);
    if (cx_str_is(key, "baseline")) return take_path(t, value, &t->s->baseline);
    return take_naming(t, value);
}

static bool take_all(struct taking *t)
{
    static const char *const keys[] = {"target",  "root",     "paths",  "exclude", "rules",
                                       "fail-on", "baseline", "naming", NULL};
    const cx_yaml_node *root = t->s->yaml.root;
    if (!root) return true;
    if (root->kind != CX_YAML_MAP) return fail(t, root, "settings are expected here, such as 'target: 2.1'");
    for (size_t i = 0; i < root->n; i++) {
        cx_str key;
        if (!take_word(t, root->keys[i], keys, &key) || !take_key(t, key, root->items[i])) return false;
    }
    return true;
}

bool cx_settings_open(cx_settings *s, const char *path, cx_error *e)
{
    *s = (cx_settings){.path = cx_str_of(path)};
    struct taking t = {s, e};
    bool ok = cx_yaml_open(&s->yaml, path, e);
    if (ok) s->folder = cx_path_folder(&s->yaml.arena, s->path);
    return ok && take_all(&t);
}

void cx_settings_clear(cx_settings *s)
{
    for (size_t i = 0; i < CX_NAMINGS; i++) pcre2_code_free(s->naming[i].compiled);
    cx_vec_clear(&s->paths);
    cx_vec_clear(&s->exclude);
    cx_vec_clear(&s->rules);
    cx_yaml_clear(&s->yaml);
    *s = (cx_settings){0};
}

cx_str cx_settings_find(cx_arena *a)
{
    cx_str here = cx_path_real(a, "."), repository = here.p ? cx_path_repository(a, here) : CX_STR_NONE;
    for (cx_str folder = CX_STR("."); here.p;) {
        cx_str path = cx_str_is(folder, ".") ? CX_STR(".culex.yaml") : cx_arena_join(a, folder, CX_STR("/.culex.yaml"));
        if (cx_exists(path.p)) return path;
        if (!repository.p || cx_str_eq(here, repository) || here.n == 1) break;
        here = cx_path_folder(a, here);
        folder = cx_str_is(folder, ".") ? CX_STR("..") : cx_arena_join(a, folder, CX_STR("/.."));
    }
    return CX_STR_NONE;
}

bool cx_settings_excludes(const cx_settings *s, cx_str path)
{
    if (s->exclude.n == 0) return false;
    cx_arena a = {0};
    cx_str real = cx_path_real(&a, path.p), folder = cx_path_real(&a, s->folder.p), below = path;
    bool excluded = false;
    if (real.p && folder.p) below = cx_path_below(&a, folder, real);
    for (size_t i = 0; i < s->exclude.n && !excluded; i++) {
        const char *glob = s->exclude.items[i].p;
        excluded = fnmatch(glob, below.p, FNM_LEADING_DIR) == 0 || fnmatch(glob, cx_path_name(below).p, 0) == 0;
    }
    cx_arena_clear(&a);
    return excluded;
}
