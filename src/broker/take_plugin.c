/* Lines about plug-ins. */
#include "broker/take.h"

static cx_plugin *add_plugin(cx_taking *t, cx_str name, cx_str path)
{
    cx_plugin *p = cx_arena_calloc(&t->setup->arena, sizeof *p);
    p->line = t->line;
    p->name = name;
    p->path = path;
    cx_vec_add(&t->setup->plugins, p);
    t->setup->things++;
    t->at->plugin = p;
    t->at->lost_plugin = false;
    return p;
}

static void missing_path(cx_taking *t)
{
    cx_finding *x =
        cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "%s needs the path of a plug-in", cx_conf_quote(t, t->word));
    cx_says(t, x, "Missing plugin path for plugin name '%s'.", "(null)");
    cx_help(t, x, "%s", t->option->syntax);
}

static void stray_blank(cx_taking *t, cx_str path)
{
    cx_str inner = cx_str_trim(path);
    if (inner.n == path.n) return;
    cx_finding *x = cx_remark(t, CX_RULE_CONF_STRAY_BLANK, path, "the blank before or behind the path is a part of it");
    cx_note(t, x, "no such file can be loaded, and the broker does not start");
    cx_help(t, x, "%s %.*s", cx_conf_bare(t, t->word), (int)inner.n, inner.p);
    if (inner.n) cx_fix_part(t, x, true, path, cx_conf_bare(t, inner));
}

static bool plugin_path(cx_taking *t, cx_str *path)
{
    if (cx_behaves(t->release, CX_B_PLUGIN_PATH) == CX_PLUGIN_PATH_TRIMMED) {
        cx_text_status status = cx_conf_text(t->release, t->rest, path);
        return status == CX_TEXT_OK || cx_take_text(t, path);
    }
    *path = t->rest;
    if (path->n == 0) missing_path(t);
    else stray_blank(t, *path);
    return path->n > 0;
}

void cx_take_plugin(cx_taking *t)
{
    bool global = cx_takes(t, CX_OPT_GLOBAL_PLUGIN), lost = t->setup->per_listener && t->at->lost_listener;
    cx_security *where = global ? &t->setup->security : cx_take_security(t);
    t->setup->security_seen = true;
    cx_str path = CX_STR("");
    plugin_path(t, &path);
    cx_plugin *p = add_plugin(t, CX_STR_NONE, path);
    p->uses = 1;
    if (!global && lost) cx_take_lost(t);
    else cx_vec_add(&where->plugins, (uint32_t)t->setup->plugins.n - 1);
}

void cx_take_plugin_load(cx_taking *t)
{
    cx_str rest = t->rest, name = cx_conf_word(&rest);
    if (!name.p) {
        cx_refuse_empty(t);
        return;
    }
    size_t known = t->setup->plugin_names.n;
    uint32_t number = cx_map_put(&t->setup->plugin_names, name);
    if (number < known) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_DUPLICATE_NAME, name, "a second plug-in called %s", cx_conf_quote(t, name));
        cx_says(t, x, "Duplicate plugin name '%s'.", cx_conf_bare(t, name));
    } else if (rest.n == 0) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "'plugin_load' needs a name and a path");
        cx_says(t, x, "Missing plugin path for plugin name '%s'.", cx_conf_bare(t, name));
        cx_help(t, x, "%s", t->option->syntax);
    } else {
        stray_blank(t, rest);
    }
    cx_plugin *p = add_plugin(t, name, rest);
    if (number == known) cx_vec_add(&t->setup->named_plugins, p);
}

void cx_take_plugin_use(cx_taking *t)
{
    cx_str name;
    if (!cx_take_text(t, &name)) return;
    uint32_t number = cx_map_get(&t->setup->plugin_names, name);
    if (number == CX_MAP_NONE) {
        cx_finding *x = cx_refuse(t, CX_RULE_CROSS_PLUGIN_ORDER, name, "no plug-in called %s is loaded above",
                                  cx_conf_quote(t, name));
        cx_says(t, x, "Plugin '%s' not previously loaded.", cx_conf_bare(t, name));
        cx_help(t, x, "put 'plugin_load %s PATH' above the listener", cx_conf_bare(t, name));
        return;
    }
    cx_plugin *p = t->setup->named_plugins.items[number];
    t->at->plugin = p;
    t->at->lost_plugin = false;
    p->uses++;
    uint32_t place = 0;
    while (t->setup->plugins.items[place] != p) place++;
    if (t->at->lost_listener) cx_take_lost(t);
    else cx_vec_add(&t->at->listener->security.plugins, place);
}

void cx_take_plugin_opt(cx_taking *t)
{
    const char *underline = memchr(t->word.p, '_', t->word.n), *second = memchr(underline + 1, '_', t->word.n);
    size_t prefix = (size_t)(second - t->word.p) + 1;
    cx_str key = cx_str_sub(t->word, prefix, t->word.n - prefix);
    if (key.n < 3) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_BAD_PLUGIN_OPTION, t->word,
                                  "the key of a plug-in option has at least three bytes");
        cx_says(t, x, "Invalid %s config option.", cx_takes_on_demand(t) ? "'plugin_opt_'" : "auth_opt_");
        return;
    }
    cx_str value = t->rest;
    while (value.n && (value.p[0] == ' ' || value.p[0] == '\t')) value = cx_str_sub(value, 1, value.n - 1);
    bool blank = cx_behaves(t->release, CX_B_PLUGIN_OPTION_BLANK) == CX_PLUGIN_OPTION_BLANK_TAKEN;
    if (value.n == 0 && !(blank && t->rest.n)) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "%s needs a value", cx_conf_quote(t, t->word));
        cx_says(t, x, "Empty " CX_NAMED " value in configuration.", CX_NAME(t->setup, cx_conf_bare(t, key)));
        return;
    }
    if (cx_str_trim_end(value).n < value.n) {
        cx_finding *x = cx_remark(t, CX_RULE_CONF_STRAY_BLANK, value, "the blank at the end is a part of the value");
        cx_help(t, x, "remove it");
        cx_str inner = cx_str_trim_end(value);
        cx_fix_part(t, x, false, cx_str_sub(value, inner.n, value.n - inner.n), "");
    }
    if (t->at->lost_plugin) cx_take_lost(t);
    else cx_vec_add(&t->at->plugin->options, t->line);
}
