#include "broker/take.h"

#include "base/typo.h"
#include "topic/topic.h"

static bool has(cx_targets set, const cx_taking *t) { return set & CX_TARGET_BIT(t->release); }

/* ---- what must stand before the line ---- */

static bool needs_listener(cx_taking *t)
{
    cx_finding *x = cx_refuse(t, CX_RULE_CONF_OPTION_BEFORE_LISTENER, t->word, "%s needs a listener before it",
                              cx_conf_quote(t, t->word));
    cx_says(t, x, "The '%s' option requires a listener to be defined first.", cx_conf_bare(t, t->word));
    cx_help(t, x, "put a 'listener' line above it");
    return false;
}

static bool has_listener(cx_taking *t)
{
    cx_listener *l = t->at->listener;
    if (!cx_takes_on_demand(t)) return true;
    switch (t->option->needs) {
    case CX_NEEDS_NOTHING: return true;
    case CX_NEEDS_LISTENER: return l || needs_listener(t);
    case CX_NEEDS_LISTENER_OR_DEFAULT:
        if (!l) t->at->listener = cx_default_listener(t->setup, t->line);
        return true;
    case CX_NEEDS_LISTENER_IF_PER_LISTENER: return l || !t->setup->per_listener || needs_listener(t);
    case CX_NEEDS_EXPLICIT_LISTENER: return (l && l->kind == CX_LISTENER_EXPLICIT) || needs_listener(t);
    }
    return true;
}

static bool has_bridge(cx_taking *t)
{
    if (t->at->bridge || cx_takes(t, CX_OPT_CONNECTION)) return true;
    cx_finding *x = cx_refuse(t, CX_RULE_BRIDGE_OPTION_BEFORE_CONNECTION, t->word, "%s needs a connection before it",
                              cx_conf_quote(t, t->word));
    if (cx_takes_on_demand(t))
        cx_says(t, x, "The '%s' option requires a bridge to be defined first.", cx_conf_bare(t, t->word));
    else cx_says(t, x, "Invalid bridge configuration.");
    cx_help(t, x, "a bridge begins with its 'connection NAME' line; put this line below it");
    return false;
}

static bool has_plugin(cx_taking *t)
{
    if (t->at->plugin) return true;
    cx_finding *x =
        cx_refuse(t, CX_RULE_CROSS_PLUGIN_ORDER, t->word, "%s needs a plug-in before it", cx_conf_quote(t, t->word));
    bool option = cx_takes(t, CX_OPT_PLUGIN_OPT);
    if (option && cx_takes_on_demand(t))
        cx_says(t, x, "The '%s' option requires plugin/global_plugin/plugin_load to be defined first.",
                cx_conf_bare(t, t->word));
    else
        cx_says(t, x, "An %s option exists in the config file without a%s.",
                option ? "auth_opt_" : "auth_plugin_deny_special_chars",
                cx_takes_on_demand(t) ? " plugin" : "n auth_plugin");
    cx_help(t, x, "put it below the line of its plug-in, in the same file");
    return false;
}

/* ---- certificates and pre-shared keys exclude each other ---- */

static bool exclusive(cx_taking *t, const char *what, const char *words)
{
    cx_finding *x =
        cx_refuse(t, CX_RULE_TLS_PSK_AND_CERTIFICATE, t->word,
                  "%s: a %s has a certificate or a pre-shared key, not both", cx_conf_quote(t, t->word), what);
    bool named = *cx_name_mark(t->setup) && t->option->scope == CX_SCOPE_BRIDGE;
    cx_says(t, x, "%s%s%sCannot use both certificate and %s encryption in a single %s.", named ? "'" : "",
            named ? cx_conf_bare(t, t->word) : "", named ? "': " : "", words, what);
    return false;
}

static bool bridge_is_exclusive(cx_taking *t)
{
    bool identity = cx_takes(t, CX_OPT_BRIDGE_IDENTITY);
    if (identity || cx_takes(t, CX_OPT_BRIDGE_PSK)) {
        const cx_bridge *b = t->at->bridge;
        bool x509 = cx_bridge_of(b, CX_OPT_BRIDGE_CAFILE) || cx_bridge_of(b, CX_OPT_BRIDGE_CAPATH) ||
                    cx_bridge_of(b, CX_OPT_BRIDGE_CERTFILE) || cx_bridge_of(b, CX_OPT_BRIDGE_KEYFILE);
        return !x509 || exclusive(t, "bridge", identity || cx_takes_on_demand(t) ? "identity" : "psk");
    }
    if (cx_takes(t, CX_OPT_BRIDGE_CAFILE) || cx_takes(t, CX_OPT_BRIDGE_CAPATH) || cx_takes(t, CX_OPT_BRIDGE_CERTFILE) ||
        cx_takes(t, CX_OPT_BRIDGE_KEYFILE)) {
        const cx_bridge *b = t->at->bridge;
        bool psk = cx_bridge_of(b, CX_OPT_BRIDGE_IDENTITY) || cx_bridge_of(b, CX_OPT_BRIDGE_PSK);
        return !psk || exclusive(t, "bridge", "psk");
    }
    return true;
}

static bool listener_is_exclusive(cx_taking *t)
{
    const cx_listener *l = t->at->listener;
    if ((cx_takes(t, CX_OPT_CAFILE) || cx_takes(t, CX_OPT_CERTFILE)) && cx_listener_of(l, CX_OPT_PSK_HINT))
        return exclusive(t, "listener", "psk");
    if (cx_takes(t, CX_OPT_PSK_FILE) && cx_takes_on_demand(t) && l && cx_listener_of(l, CX_OPT_CERTFILE))
        return exclusive(t, "listener", "psk");
    return true;
}

static bool mount_point_has_listener(cx_taking *t)
{
    if (!cx_takes(t, CX_OPT_MOUNT_POINT) || cx_takes_on_demand(t) || t->setup->listeners.n) return true;
    cx_finding *x =
        cx_refuse(t, CX_RULE_CONF_OPTION_BEFORE_LISTENER, t->word, "'mount_point' needs a listener before it");
    cx_says(t, x, "You must use create a listener before using the mount_point option in the configuration file.");
    cx_help(t, x, "put a 'listener' line above it");
    return false;
}

/* Whether the line can stand where it stands. */
static bool fits_in(cx_taking *t)
{
    switch (t->option->scope) {
    case CX_SCOPE_PLUGIN: return has_plugin(t);
    case CX_SCOPE_BRIDGE: return has_bridge(t) && (!t->at->bridge || bridge_is_exclusive(t));
    case CX_SCOPE_SECURITY: return has_listener(t) && listener_is_exclusive(t);
    case CX_SCOPE_LISTENER: return has_listener(t) && listener_is_exclusive(t) && mount_point_has_listener(t);
    default: return has_listener(t);
    }
}

/* ---- where it is kept ---- */

cx_security *cx_take_security(cx_taking *t)
{
    cx_setup *s = t->setup;
    if (!s->per_listener) return &s->security;
    if (!t->at->listener) t->at->listener = cx_default_listener(s, t->line);
    return &t->at->listener->security;
}

cx_setting *cx_take_lost(cx_taking *t)
{
    cx_finding *x = cx_remark(t, CX_RULE_CONF_INCLUDE_MOVES_CONTEXT, t->word,
                              "%s is lost: an included file moved what it belongs to", cx_conf_quote(t, t->word));
    cx_note(t, x, "the broker writes it into memory it no longer uses, or into something else, or crashes");
    cx_help(t, x,
            "put the include_dir line behind the last line of this section, or this section into a file of its own");
    t->setup->lost_settings = true;
    t->setup->nowhere = NULL;
    return &t->setup->nowhere;
}

static cx_setting *place(cx_taking *t)
{
    unsigned slot = t->option->slot;
    cx_context *at = t->at;
    switch (t->option->scope) {
    case CX_SCOPE_GLOBAL: break;
    case CX_SCOPE_SECURITY:
        if (t->setup->per_listener && at->lost_listener) return cx_take_lost(t);
        return &cx_take_security(t)->settings[slot];
    case CX_SCOPE_LISTENER: return at->lost_listener ? cx_take_lost(t) : &at->listener->settings[slot];
    case CX_SCOPE_PLUGIN: return at->lost_plugin ? cx_take_lost(t) : &at->plugin->settings[slot];
    case CX_SCOPE_BRIDGE: return at->lost_bridge ? cx_take_lost(t) : &at->bridge->settings[slot];
    case CX_SCOPE_COUNT: break;
    }
    return &t->setup->settings[slot];
}

/* auto_id_prefix of a listener and listener_auto_id_prefix are one thing to 2.1. */
static cx_setting twin(cx_taking *t)
{
    if (!cx_takes_on_demand(t) || !t->at->listener) return NULL;
    if (cx_takes(t, CX_OPT_LISTENER_AUTO_ID_PREFIX))
        return cx_security_of(&t->at->listener->security, CX_OPT_AUTO_ID_PREFIX);
    if (cx_takes(t, CX_OPT_AUTO_ID_PREFIX) && t->setup->per_listener)
        return cx_listener_of(t->at->listener, CX_OPT_LISTENER_AUTO_ID_PREFIX);
    return NULL;
}

static bool same_value(cx_taking *t, cx_setting other)
{
    cx_str a = t->rest, b = cx_conf_line_rest(t->conf, other);
    if (t->option->value == CX_VALUE_STRING || t->option->value == CX_VALUE_OTHER)
        return cx_str_eq(cx_str_trim(a), cx_str_trim(b));
    return cx_str_eq(cx_conf_word(&a), cx_conf_word(&b));
}

static void overridden(cx_taking *t, cx_setting first)
{
    if (t->option->repeatable || same_value(t, first)) return;
    const cx_conf_file *file = t->conf->files.items[t->line->file];
    cx_finding *x =
        cx_remark(t, CX_RULE_CONF_OVERRIDDEN_OPTION, t->word,
                  "%s again, with another value: the one before it no longer counts", cx_conf_quote(t, t->word));
    if (first->file == t->line->file && x->note_count == 0)
        cx_note(t, x, "the first one is in line %zu", cx_source_place((cx_source *)&file->source, first->at).line);
    if (t->option->scope == CX_SCOPE_SECURITY && !t->setup->per_listener && t->setup->listeners.n)
        cx_note(t, x, "without per_listener_settings there is one value for all listeners");
    cx_fix_away(t, x, false, first);
}

static void keep_at(cx_taking *t, cx_setting *where)
{
    cx_setting before = *where;
    if (t->option->security && has(t->option->security, t)) t->setup->security_seen = true;
    if (before) overridden(t, before);
    *where = t->line;
}

void cx_keep(cx_taking *t) { keep_at(t, place(t)); }

void cx_keep_log(cx_taking *t, bool instead)
{
    cx_setup *s = t->setup;
    if (instead) {
        size_t kept = 0;
        for (size_t i = 0; i < s->logs.n; i++)
            if (cx_conf_line_option(s->logs.items[i]) != t->option) s->logs.items[kept++] = s->logs.items[i];
        s->logs.n = kept;
    }
    cx_vec_add(&s->logs, t->line);
}

/* ---- values ---- */

void cx_take_trailing(cx_taking *t, cx_str rest, const char *takes)
{
    cx_str more = cx_str_trim(rest);
    if (more.n == 0) return;
    if (more.p[0] == '#') {
        cx_finding *x = cx_remark(t, CX_RULE_CONF_INLINE_COMMENT, more, "a comment behind a value");
        cx_note(t, x, "it is ignored here; behind a text or a path it would be a part of it");
        cx_help(t, x, "put the comment on a line of its own");
        cx_fix_comment(t, x, true, more);
    } else {
        cx_remark(t, CX_RULE_CONF_IGNORED_WORDS, more, "%s is ignored: %s takes %s", cx_conf_quote(t, more),
                  cx_conf_bare(t, t->word), takes);
    }
}

void cx_take_nothing(cx_taking *t)
{
    if (!has(t->option->empty_accepted, t)) {
        cx_refuse_empty(t);
        return;
    }
    cx_finding *x = cx_remark(t, CX_RULE_CONF_MISSING_VALUE, t->word, "%s needs a value", cx_conf_quote(t, t->word));
    cx_note(t, x, "%s complains, ignores the line and starts", t->release->label);
}

static void take_bool(cx_taking *t)
{
    cx_str rest = t->rest, word = cx_conf_word(&rest);
    bool value;
    if (!word.p) {
        cx_take_nothing(t);
    } else if (!cx_conf_bool(word, &value)) {
        cx_refuse_bool(t, word);
    } else {
        cx_take_trailing(t, rest, "one word");
        cx_keep(t);
    }
}

bool cx_take_range(cx_taking *t, cx_str word, int value)
{
    for (unsigned i = 0; i < t->option->range_count; i++) {
        const cx_range *r = &t->option->ranges[i];
        if (!has(r->targets, t) || (value >= r->min && value <= r->max)) continue;
        if (r->refused) {
            cx_refuse_range(t, word, value);
            return false;
        }
        cx_remark(t, CX_RULE_CONF_NUMBER_ADJUSTED, word, "%s is out of range for %s, the broker takes %lld",
                  cx_conf_quote(t, word), cx_conf_bare(t, t->word), value < r->min ? r->min : r->max);
    }
    return true;
}

/* Digits as a person writes them, few enough for an int. */
static bool is_plain(cx_str word)
{
    enum { DIGITS = 9 };
    if (word.n > DIGITS || (word.n > 1 && word.p[0] == '0')) return false;
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] < '0' || word.p[i] > '9') return false;
    return true;
}

/* A number that reads otherwise than it looks: what stands behind the digits is not looked at up to 2.0. */
static void sloppy_number(cx_taking *t, cx_str word, int value)
{
    if (is_plain(word)) return;
    bool minus = word.p[0] == '-';
    cx_str digits = minus || word.p[0] == '+' ? cx_str_sub(word, 1, word.n - 1) : word;
    if (is_plain(digits) && digits.n) return;
    cx_finding *x = cx_remark(t, CX_RULE_CONF_NUMBER_MISREAD, word, "%s is no plain number", cx_conf_quote(t, word));
    cx_note(t, x, "%s reads it as %d", t->release->label, value);
}

bool cx_take_int(cx_taking *t, cx_str *rest, const char *name, cx_str *word, int *value)
{
    *word = cx_conf_word(rest);
    cx_finding *x;
    if (!word->p) {
        x = cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "%s needs a number", cx_conf_quote(t, t->word));
        cx_says(t, x, "Empty " CX_NAMED " value in configuration.", CX_NAME(t->setup, name));
        cx_help(t, x, "%s", t->option->syntax);
        return false;
    }
    cx_int_status status = cx_conf_int(t->release, *word, value);
    if (status == CX_INT_OK) {
        sloppy_number(t, *word, *value);
        return true;
    }
    if (status == CX_INT_NOT_A_NUMBER) {
        x = cx_refuse(t, CX_RULE_CONF_BAD_NUMBER, *word, "%s is not a number", cx_conf_quote(t, *word));
        cx_says(t, x, "'%s' value not a number.", name);
    } else {
        x = cx_refuse(t, CX_RULE_CONF_NUMBER_OUT_OF_RANGE, *word, "%s does not fit 32 bits", cx_conf_quote(t, *word));
        cx_says(t, x, "'%s' value out of range.", name);
    }
    return false;
}

static void take_int(cx_taking *t)
{
    cx_str rest = t->rest, probe = t->rest, word;
    int value;
    if (!cx_conf_word(&probe).p) {
        cx_take_nothing(t);
        return;
    }
    bool alias = cx_takes(t, CX_OPT_MAX_QOS) || cx_takes(t, CX_OPT_PACKET_BUFFER_SIZE); /* named as written */
    const char *name = alias ? cx_conf_names[t->line->name].name : t->option->broker_name;
    if (!cx_take_int(t, &rest, name, &word, &value) || !cx_take_range(t, word, value)) return;
    cx_take_trailing(t, rest, "one word");
    cx_keep(t);
}

static void take_atol(cx_taking *t)
{
    cx_str rest = t->rest, word = cx_conf_word(&rest);
    if (!word.p) {
        cx_take_nothing(t);
        return;
    }
    long long value = cx_conf_atol(word);
    if (value < 0) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_NUMBER_OUT_OF_RANGE, word, "%s is out of range for %s",
                                  cx_conf_quote(t, word), cx_conf_bare(t, t->word));
        cx_says(t, x, "Invalid " CX_NAMED " value (%lld).", CX_NAME(t->setup, t->option->broker_name), value);
        return;
    }
    cx_take_trailing(t, rest, "one word");
    cx_keep(t);
}

static void take_word(cx_taking *t)
{
    cx_str rest = t->rest, word = cx_conf_word(&rest);
    if (!word.p) {
        cx_take_nothing(t);
        return;
    }
    for (unsigned i = 0; i < t->option->choice_count; i++) {
        const cx_choice *c = &t->option->choices[i];
        if (!has(c->targets, t) || !cx_str_is(word, c->word)) continue;
        cx_take_trailing(t, rest, "one word");
        if (cx_takes(t, CX_OPT_LOG_TYPE)) cx_keep_log(t, cx_str_is(word, "none") || cx_str_is(word, "all"));
        else cx_keep(t);
        return;
    }
    cx_nearest near = {0};
    for (unsigned i = 0; i < t->option->choice_count; i++)
        if (has(t->option->choices[i].targets, t)) cx_nearest_offer(&near, word, cx_str_of(t->option->choices[i].word));
    cx_refuse_word(t, word, near.word);
}

/* What only some texts must be. */
static bool text_is_right(cx_taking *t, cx_str value)
{
    if (cx_takes(t, CX_OPT_MOUNT_POINT) && !cx_topic_shape_ok(value)) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_BAD_MOUNT_POINT, value, "%s cannot be a mount point", cx_conf_quote(t, value));
        if (cx_takes_on_demand(t))
            cx_says(t, x, "Invalid 'mount_point' value (%s). Does it contain a wildcard character?",
                    cx_conf_bare(t, value));
        else cx_says(t, x, "Invalid mount_point '%s'. Does it contain a wildcard character?", cx_conf_bare(t, value));
        cx_help(t, x, "a mount point is the beginning of topic names: no '+', no '#', at most 200 '/'");
        return false;
    }
    bool prefix = cx_takes(t, CX_OPT_AUTO_ID_PREFIX) || cx_takes(t, CX_OPT_LISTENER_AUTO_ID_PREFIX);
    if (prefix && cx_takes_on_demand(t) && value.n > 50) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_TEXT_TOO_LONG, value, "%s has more than 50 bytes", cx_conf_bare(t, t->word));
        const char *mark = cx_takes(t, CX_OPT_AUTO_ID_PREFIX) ? "" : "'";
        cx_says(t, x, "%s%s%s length must be <= 50.", mark, t->option->name, mark);
        return false;
    }
    return true;
}

bool cx_take_text(cx_taking *t, cx_str *value)
{
    cx_text_status status = cx_conf_text(t->release, t->rest, value);
    cx_finding *x;
    switch (status) {
    case CX_TEXT_OK: break;
    case CX_TEXT_EMPTY: cx_refuse_empty(t); return false;
    case CX_TEXT_LONG:
        x = cx_refuse(t, CX_RULE_CONF_TEXT_TOO_LONG, t->word, "the value of %s has more than 65535 bytes",
                      cx_conf_bare(t, t->word));
        cx_note(t, x, "the broker ends without a reason, only with file and line");
        return false;
    case CX_TEXT_MALFORMED:
        x = cx_refuse(t, CX_RULE_CONF_BAD_ENCODING, *value,
                      "the value of %s is not UTF-8 text without control characters", cx_conf_bare(t, t->word));
        cx_says(t, x, "Malformed UTF-8 in configuration.");
        return false;
    }
    const char *hash = memchr(value->p, '#', value->n);
    if (hash > value->p && hash[-1] == ' ') {
        cx_str comment = cx_str_sub(*value, (size_t)(hash - value->p), value->n - (size_t)(hash - value->p));
        x = cx_remark(t, CX_RULE_CONF_INLINE_COMMENT, comment, "the comment is a part of the value");
        cx_help(t, x, "put the comment on a line of its own");
        cx_fix_comment(t, x, false, comment);
    }
    return true;
}

static void take_text(cx_taking *t)
{
    cx_str value;
    if (t->rest.n == 0) {
        cx_refuse_empty(t);
        return;
    }
    cx_setting *where = place(t), before = *where ? *where : twin(t);
    if (before && has(t->option->duplicate_refused, t)) cx_refuse_duplicate(t, before);
    else if (cx_take_text(t, &value) && text_is_right(t, value)) keep_at(t, where);
}

static void lost_line(cx_taking *t)
{
    cx_str text = t->word;
    const char *nul = memchr(text.p, '\0', text.n);
    if (nul) {
        cx_finding *x =
            cx_remark(t, CX_RULE_CONF_NUL_BYTE, (cx_str){nul, 1}, "a NUL byte hides %zu bytes of the file", text.n);
        cx_note(t, x, "what it hides is not read, and nothing says so");
    } else {
        cx_finding *x = cx_remark(t, CX_RULE_CONF_LOST_LAST_LINE, cx_str_sub(text, 0, 0), "the last line is lost");
        cx_note(t, x, "without a line feed, and %zu bytes long, it just fills the broker's buffer", text.n);
        cx_help(t, x, "end the file with a line feed");
    }
}

void cx_take(cx_taking *t)
{
    if (t->line->kind == CX_CONF_LOST) {
        lost_line(t);
        return;
    }
    if (t->line->kind == CX_CONF_SKIPPED) {
        cx_finding *x = cx_remark(t, CX_RULE_CONF_CARRIAGE_RETURN, t->word,
                                  "a line that begins with a carriage return is not read");
        cx_note(t, x, "nor is any other such line, and nothing says so");
        cx_help(t, x, "save the file with line feeds");
        return;
    }
    if (!t->option || !has(cx_conf_names[t->line->name].targets, t)) {
        cx_unknown_option(t);
        return;
    }
    if (!fits_in(t)) return;
    switch (t->option->value) {
    case CX_VALUE_IGNORED:
        cx_remark(t, CX_RULE_CONF_OBSOLETE_OPTION, t->word, "%s does nothing any more", cx_conf_quote(t, t->word));
        break;
    case CX_VALUE_BOOL: take_bool(t); break;
    case CX_VALUE_INT: take_int(t); break;
    case CX_VALUE_ATOL: take_atol(t); break;
    case CX_VALUE_STRING: take_text(t); break;
    case CX_VALUE_WORD: take_word(t); break;
    case CX_VALUE_OTHER: cx_take_other(t); break;
    }
}
