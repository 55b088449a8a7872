#define _GNU_SOURCE /* memmem */
#include "broker/complain.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/typo.h"
#include "text/leftover.h"

static cx_findings *findings_of(const cx_conf *c, const cx_conf_line *line)
{
    return &c->files.items[line->file]->findings;
}

static cx_finding *add(const cx_conf *c, const cx_conf_line *line, unsigned rule, cx_str part, cx_targets targets,
                       cx_targets refused, const char *message, va_list args)
{
    cx_findings *f = findings_of(c, line);
    if (!part.p) part = cx_conf_line_word(c, line);
    cx_span span = {(uint32_t)(part.p - c->files.items[line->file]->source.text.p), (uint32_t)part.n};
    if (cx_findings_full(f, refused != 0)) return cx_findings_add(f, rule, span, targets, refused, "%s", "");
    char text[1024];
    vsnprintf(text, sizeof text, message, args);
    return cx_findings_add(f, rule, span, targets, refused, "%s", text);
}

cx_finding *cx_refuse(cx_taking *t, unsigned rule, cx_str part, const char *message, ...)
{
    va_list args;
    va_start(args, message);
    cx_targets bit = CX_TARGET_BIT(t->release);
    cx_finding *x = add(t->conf, t->line, rule, part, bit, bit, message, args);
    va_end(args);
    if (t->at->bridge) t->at->bridge->broken = true;
    return x;
}

cx_finding *cx_remark(cx_taking *t, unsigned rule, cx_str part, const char *message, ...)
{
    va_list args;
    va_start(args, message);
    cx_finding *x = add(t->conf, t->line, rule, part, CX_TARGET_BIT(t->release), 0, message, args);
    va_end(args);
    return x;
}

cx_finding *cx_refuse_line(cx_setup *s, const cx_conf_line *line, unsigned rule, cx_str part, const char *message, ...)
{
    va_list args;
    va_start(args, message);
    cx_targets bit = CX_TARGET_BIT(s->release);
    cx_finding *x = add(s->conf, line, rule, part, bit, bit, message, args);
    va_end(args);
    return x;
}

static void says(const cx_conf *c, const cx_conf_line *line, cx_finding *x, const char *words, va_list args)
{
    if (x->note_count) return; /* a newer release's words are there */
    char text[CX_FINDING_TEXT_MAX];
    vsnprintf(text, sizeof text, words, args);
    cx_finding_note(findings_of(c, line), x, "the broker's words: Error: %s", text);
}

void cx_says(const cx_taking *t, cx_finding *x, const char *words, ...)
{
    va_list args;
    va_start(args, words);
    says(t->conf, t->line, x, words, args);
    va_end(args);
}

void cx_line_says(const cx_setup *s, const cx_conf_line *line, cx_finding *x, const char *words, ...)
{
    va_list args;
    va_start(args, words);
    says(s->conf, line, x, words, args);
    va_end(args);
}

void cx_note(const cx_taking *t, cx_finding *x, const char *note, ...)
{
    char text[CX_FINDING_TEXT_MAX];
    va_list args;
    va_start(args, note);
    vsnprintf(text, sizeof text, note, args);
    va_end(args);
    cx_finding_note(findings_of(t->conf, t->line), x, "%s", text);
}

void cx_help(const cx_taking *t, cx_finding *x, const char *help, ...)
{
    if (x->help.n) return;
    char text[CX_FINDING_TEXT_MAX];
    va_list args;
    va_start(args, help);
    vsnprintf(text, sizeof text, help, args);
    va_end(args);
    cx_finding_help(findings_of(t->conf, t->line), x, "%s", text);
}

const char *cx_name_mark(const cx_setup *s)
{
    return cx_behaves(s->release, CX_B_MESSAGE_NAMES) == CX_MESSAGE_NAMES_BARE ? "" : "'";
}

/* Nothing is composed for findings that are only counted: a file may have millions. */
static bool is_flooded(const cx_findings *f) { return cx_findings_dropped(f) > 0 && cx_findings_full(f, true); }

const char *cx_conf_quote(const cx_taking *t, cx_str text)
{
    cx_findings *f = findings_of(t->conf, t->line);
    return is_flooded(f) ? "" : cx_quote(f, text);
}

const char *cx_conf_bare(const cx_taking *t, cx_str text)
{
    enum { MOST = 200 };
    cx_findings *f = findings_of(t->conf, t->line);
    if (is_flooded(f)) return "";
    size_t n = text.n < MOST ? text.n : MOST;
    return cx_arena_printf(&f->arena, "%.*s%s", (int)n, text.n ? text.p : "", n < text.n ? "…" : "").p;
}

bool cx_remarks_full(const cx_taking *t) { return cx_findings_full(findings_of(t->conf, t->line), false); }

void cx_fix_part(const cx_taking *t, cx_finding *x, bool safe, cx_str part, const char *text)
{
    cx_findings *f = findings_of(t->conf, t->line);
    cx_fix *fix = text[0] ? cx_finding_fix(f, x, safe, "write '%s'", text) : cx_finding_fix(f, x, safe, "take it away");
    cx_str all = t->conf->files.items[t->line->file]->source.text;
    cx_fix_edit(f, fix, (cx_span){(uint32_t)(part.p - all.p), (uint32_t)part.n}, "%s", text);
}

void cx_fix_comment(const cx_taking *t, cx_finding *x, bool safe, cx_str comment)
{
    if (t->option->secret) return; /* the comment may be a part of it */
    cx_findings *f = findings_of(t->conf, t->line);
    const cx_source *source = &t->conf->files.items[t->line->file]->source;
    cx_fix *fix = cx_finding_fix(f, x, safe, "put the comment on a line of its own");
    cx_fix_move_comment(f, fix, source, (size_t)(comment.p - source->text.p));
}

/* The whole line of a setting, with its line feed. */
static cx_span whole_line(const cx_conf *c, cx_setting line)
{
    return cx_source_whole_line(&c->files.items[line->file]->source, line->at);
}

void cx_fix_away(const cx_taking *t, cx_finding *x, bool safe, cx_setting line)
{
    if (line->file != t->line->file) return;
    cx_findings *f = findings_of(t->conf, t->line);
    cx_fix *fix = cx_finding_fix(f, x, safe, "take line %zu away",
                                 cx_source_place(&t->conf->files.items[line->file]->source, line->at).line);
    cx_fix_edit(f, fix, whole_line(t->conf, line), "%s", "");
}

void cx_fix_to_front(const cx_taking *t, cx_finding *x)
{
    cx_findings *f = findings_of(t->conf, t->line);
    cx_span span = whole_line(t->conf, t->line);
    cx_str text = cx_str_trim(cx_source_str(&t->conf->files.items[t->line->file]->source, span));
    if (t->included) return;
    cx_fix *fix = cx_finding_fix(f, x, true, "move the line to the front");
    cx_fix_edit(f, fix, (cx_span){0, 0}, "%.*s\n", (int)text.n, text.p);
    cx_fix_edit(f, fix, span, "%s", "");
}

/* ---- words that are no option ---- */

static const cx_conf_name *in_other_case(cx_str word)
{
    char lower[64];
    if (word.n == 0 || word.n >= sizeof lower) return NULL;
    for (size_t i = 0; i < word.n; i++)
        lower[i] = word.p[i] >= 'A' && word.p[i] <= 'Z' ? (char)(word.p[i] - 'A' + 'a') : word.p[i];
    return cx_conf_name_find((cx_str){lower, word.n});
}

static void suggest(cx_taking *t, cx_finding *x)
{
    cx_nearest near = {0};
    for (size_t i = 0; i < cx_conf_name_count; i++)
        if (cx_conf_names[i].targets & CX_TARGET_BIT(t->release))
            cx_nearest_offer(&near, t->word, cx_str_of(cx_conf_names[i].name));
    if (!near.word.p) return;
    cx_help(t, x, "did you mean '%s'?", near.word.p);
    cx_fix_part(t, x, false, t->word, near.word.p);
}

static cx_finding *unreadable_word(cx_taking *t)
{
    cx_str w = t->word;
    cx_finding *x;
    if (cx_str_starts(w, CX_STR("\xEF\xBB\xBF"))) {
        x = cx_refuse(t, CX_RULE_CONF_BAD_ENCODING, cx_str_sub(w, 0, 3), "the line begins with a byte order mark");
        cx_help(t, x, "save the file as UTF-8 without a byte order mark");
        cx_fix_part(t, x, true, cx_str_sub(w, 0, 3), "");
    } else if (cx_str_starts(w, CX_STR("\xFF\xFE")) || cx_str_starts(w, CX_STR("\xFE\xFF"))) {
        x = cx_refuse(t, CX_RULE_CONF_BAD_ENCODING, cx_str_sub(w, 0, 2), "the file is UTF-16");
        cx_help(t, x, "save the file as UTF-8 without a byte order mark");
    } else if (w.p[0] == '#') {
        x = cx_refuse(t, CX_RULE_CONF_INDENTED_COMMENT, w, "a comment that does not begin in the first column");
        cx_help(t, x, "remove what stands before '#'");
        cx_str all = t->conf->files.items[t->line->file]->source.text;
        const char *start = w.p;
        while (start > all.p && start[-1] == ' ') start--;
        cx_fix_part(t, x, true, (cx_str){start, (size_t)(w.p - start)}, "");
    } else if (memmem(w.p, w.n, "\xC2\xA0", 2)) {
        x = cx_refuse(t, CX_RULE_CONF_TAB_SEPARATOR, w,
                      "a no-break space in the first word: only spaces separate words");
        cx_help(t, x, "write an ordinary space for it");
    } else if (cx_str_has(w, '\t')) {
        x = cx_refuse(t, CX_RULE_CONF_TAB_SEPARATOR, w, "a tab in the first word: only spaces separate words");
        cx_help(t, x, "write a space for each tab");
        const char *tab = memchr(w.p, '\t', w.n), *end = tab;
        while (end < w.p + w.n && *end == '\t') end++;
        if (tab > w.p) cx_fix_part(t, x, true, (cx_str){tab, (size_t)(end - tab)}, " ");
        else cx_fix_part(t, x, true, (cx_str){tab, (size_t)(end - tab)}, "");
    } else {
        return NULL;
    }
    return x;
}

static cx_finding *unknown_word(cx_taking *t)
{
    const cx_conf_name *other = in_other_case(t->word);
    const char *word = cx_conf_quote(t, t->word);
    cx_finding *x;
    if (other) {
        x = cx_refuse(t, CX_RULE_CONF_WRONG_CASE, t->word, "%s is not an option: case matters", word);
        cx_help(t, x, "write '%s'", other->name);
        if (!other->prefix) cx_fix_part(t, x, true, t->word, other->name);
        return x;
    }
    x = cx_refuse(t, CX_RULE_CONF_UNKNOWN_OPTION, t->word, "%s is not an option", word);
    if (cx_findings_full(findings_of(t->conf, t->line), true)) return x;
    const char *equals = memchr(t->word.p, '=', t->word.n);
    if (cx_is_conflict_mark(t->word)) cx_help(t, x, "a merge conflict is left in the file");
    else if (equals && equals > t->word.p)
        cx_help(t, x, "an option and its value are separated by a space, there is no '='");
    else if (t->word.p[0] == ';' || cx_str_starts(t->word, CX_STR("//")))
        cx_help(t, x, "a comment begins with '#' in the first column");
    else if (t->word.p[0] == '[') cx_help(t, x, "there are no sections: 'listener' and 'connection' lines begin them");
    else suggest(t, x);
    return x;
}

static cx_finding *not_in_release(cx_taking *t)
{
    const cx_conf_name *name = &cx_conf_names[t->line->name];
    cx_arena a = {0};
    cx_str who = cx_targets_text(&a, name->targets);
    cx_finding *x = cx_refuse(t, CX_RULE_CONF_OPTION_NOT_IN_TARGET, t->word, "%s is an option of %.*s only",
                              cx_conf_quote(t, t->word), (int)who.n, who.p);
    cx_arena_clear(&a);
    if (t->option->targets & CX_TARGET_BIT(t->release)) /* under another name */
        for (size_t i = 0; i < cx_conf_name_count; i++)
            if (cx_conf_names[i].option == name->option && cx_conf_names[i].targets & CX_TARGET_BIT(t->release))
                cx_help(t, x, "it is called '%s' there", cx_conf_names[i].name);
    return x;
}

static cx_finding *joined_word(cx_taking *t, bool tab)
{
    cx_finding *x = cx_refuse(t, tab ? CX_RULE_CONF_TAB_SEPARATOR : CX_RULE_CONF_UNKNOWN_OPTION, t->word,
                              "%s and its value are one word", cx_conf_quote(t, t->word));
    cx_help(t, x, "a space separates them");
    return x;
}

void cx_unknown_option(cx_taking *t)
{
    size_t name;
    if (is_flooded(findings_of(t->conf, t->line))) {
        cx_refuse(t, CX_RULE_CONF_UNKNOWN_OPTION, t->word, "not an option");
        return;
    }
    bool joined = cx_conf_word_secret(t->word, &name) && name < t->word.n;
    bool tab = joined && t->word.p[name] == '\t';
    if (joined) t->word.n = name; /* the rest is a secret */
    cx_finding *x = joined ? joined_word(t, tab) : t->option ? not_in_release(t) : unreadable_word(t);
    if (!x) x = unknown_word(t);
    const char *mark = *cx_name_mark(t->setup) ? "'" : "\"";
    cx_says(t, x, "Unknown configuration variable %s%s%s.", mark, cx_conf_bare(t, t->word), mark);
}

/* ---- values ---- */

/* What the release calls the option where it has no value. */
static const char *name_without_value(const cx_taking *t)
{
    unsigned option = (unsigned)(t->option - cx_conf_options);
    bool quoted = *cx_name_mark(t->setup);
    if (option == CX_OPT_PLUGIN && !quoted) return "auth_plugin";
    return option == CX_OPT_SOCKET_DOMAIN && quoted ? "start_type" : t->option->broker_name;
}

void cx_refuse_empty(cx_taking *t)
{
    cx_finding *x = cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "%s needs a value", cx_conf_quote(t, t->word));
    cx_says(t, x, "Empty " CX_NAMED " value in configuration.", CX_NAME(t->setup, name_without_value(t)));
    cx_help(t, x, "%s", t->option->syntax);
}

void cx_refuse_bool(cx_taking *t, cx_str word)
{
    cx_finding *x =
        cx_refuse(t, CX_RULE_CONF_BAD_BOOLEAN, word, "%s is neither true nor false", cx_conf_quote(t, word));
    cx_says(t, x, "Invalid " CX_NAMED " value (%s).", CX_NAME(t->setup, t->option->broker_name), cx_conf_bare(t, word));
    cx_help(t, x, "true, false, 1 or 0, in lower case, and nothing but a space behind it");
    static const char *const meant[][2] = {{"yes", "true"},  {"no", "false"},  {"on", "true"},
                                           {"off", "false"}, {"true", "true"}, {"false", "false"}};
    for (size_t i = 0; i < sizeof meant / sizeof *meant; i++) {
        size_t n = strlen(meant[i][0]), k = 0;
        while (k < n && k < word.n && (word.p[k] | 0x20) == meant[i][0][k]) k++;
        if (k == n && n == word.n) cx_fix_part(t, x, true, word, meant[i][1]);
    }
}

static void list_choices(cx_taking *t, cx_finding *x)
{
    char text[CX_FINDING_TEXT_MAX];
    size_t n = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < t->option->choice_count; i++) {
        const cx_choice *c = &t->option->choices[i];
        if (!(c->targets & CX_TARGET_BIT(t->release))) continue;
        int put = snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "", c->word);
        if (put < 0 || (size_t)put >= sizeof text - n) return;
        n += (size_t)put;
    }
    cx_help(t, x, "one of: %s", text);
}

void cx_refuse_word(cx_taking *t, cx_str word, cx_str near)
{
    cx_finding *x = cx_refuse(t, CX_RULE_CONF_BAD_WORD, word, "%s cannot be the value of %s", cx_conf_quote(t, word),
                              cx_conf_bare(t, t->word));
    unsigned option = (unsigned)(t->option - cx_conf_options);
    const char *mark = cx_name_mark(t->setup), *bare = cx_conf_bare(t, word);
    if (option == CX_OPT_START_TYPE && cx_str_is(word, "manual")) cx_says(t, x, "Manual start_type not supported.");
    else if (option == CX_OPT_SOCKET_DOMAIN)
        cx_says(t, x, "Invalid " CX_NAMED " value %s%s%s in configuration.", CX_NAME(t->setup, "socket_domain"),
                *mark ? "'" : "\"", bare, *mark ? "'" : "\"");
    else if (option == CX_OPT_START_TYPE || option == CX_OPT_BRIDGE_RELOAD_TYPE)
        cx_says(t, x, "Invalid " CX_NAMED " value in configuration (%s).", CX_NAME(t->setup, t->option->broker_name),
                bare);
    else cx_says(t, x, "Invalid " CX_NAMED " value (%s).", CX_NAME(t->setup, t->option->broker_name), bare);
    if (near.p) cx_help(t, x, "did you mean '%.*s'?", (int)near.n, near.p);
    else list_choices(t, x);
}

/* The broker's words where they are not "Invalid NAME value (N)."; a %s is the quote around names. */
static const struct {
    unsigned option;
    const char *words;
} range_words[] = {
    {CX_OPT_MAX_INFLIGHT_MESSAGES, "%smax_inflight_messages%s must be <= 65535."},
    {CX_OPT_MAX_TOPIC_ALIAS, "Invalid %smax_topic_alias%s value in configuration."},
    {CX_OPT_MAX_TOPIC_ALIAS_BROKER, "Invalid %smax_topic_alias_broker%s value in configuration."},
    {CX_OPT_KEEPALIVE_INTERVAL, "Bridge keepalive value too high.%.0s%.0s"},
    {CX_OPT_ENABLE_PROXY_PROTOCOL, "enable_proxy_protocol must be 1 or 2.%.0s%.0s"},
    {CX_OPT_BRIDGE_MAX_TOPIC_ALIAS, "bridge_max_topic_alias must be > 0 and <= 65535.%.0s%.0s"},
    {CX_OPT_BRIDGE_SESSION_EXPIRY_INTERVAL, "bridge_session_expiry_interval must not be negative.%.0s%.0s"},
    {CX_OPT_BRIDGE_TCP_USER_TIMEOUT, "invalid TCP user timeout value.%.0s%.0s"},
    {CX_OPT_RETAIN_EXPIRY_INTERVAL, "retain_expiry_interval must be >= 1.%.0s%.0s"},
};

static void say_range(cx_taking *t, cx_finding *x, int value)
{
    const char *mark = cx_name_mark(t->setup);
    unsigned option = (unsigned)(t->option - cx_conf_options);
    for (size_t i = 0; i < sizeof range_words / sizeof *range_words; i++) {
        if (range_words[i].option != option) continue;
        char text[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, range_words[i].words, mark, mark);
#pragma GCC diagnostic pop
        cx_says(t, x, "%s", text);
        return;
    }
    if (option == CX_OPT_MAX_QOS) {
        bool known = cx_conf_name_find(CX_STR("max_qos"))->targets & CX_TARGET_BIT(t->release);
        cx_says(t, x, CX_NAMED " must be between 0 and 2 inclusive.",
                CX_NAME(t->setup, known ? "max_qos" : "maximum_qos"));
    } else if (option == CX_OPT_BRIDGE_RECEIVE_MAXIMUM)
        cx_says(t, x, "bridge_receive_maximum must be %s.", value <= 0 ? "greater than 0" : "lower than 65535");
    else if (option == CX_OPT_PACKET_BUFFER_SIZE)
        cx_says(t, x, "%s size must be between 0 and 65535 inclusive.", *mark ? "Packet buffer" : "Websockets headers");
    else if (option == CX_OPT_MAX_PACKET_SIZE && *mark) cx_says(t, x, "'max_packet_size' must be >= 20.");
    else if (option == CX_OPT_MESSAGE_SIZE_LIMIT)
        cx_says(t, x, "Invalid " CX_NAMED " value (%u).", CX_NAME(t->setup, "message_size_limit"), (unsigned)value);
    else
        cx_says(t, x, "Invalid " CX_NAMED " value (%d).",
                CX_NAME(t->setup, option == CX_OPT_LISTENER ? "port" : t->option->broker_name), value);
}

void cx_refuse_range(cx_taking *t, cx_str word, int value)
{
    cx_finding *x = cx_refuse(t, CX_RULE_CONF_NUMBER_OUT_OF_RANGE, word, "%s is out of range for %s",
                              cx_conf_quote(t, word), cx_conf_bare(t, t->word));
    say_range(t, x, value);
    for (unsigned i = 0; i < t->option->range_count; i++) {
        const cx_range *r = &t->option->ranges[i];
        if (!r->refused || !(r->targets & CX_TARGET_BIT(t->release))) continue;
        if (r->max == LLONG_MAX) cx_help(t, x, "%lld or more", r->min);
        else if (r->min == LLONG_MIN) cx_help(t, x, "at most %lld", r->max);
        else cx_help(t, x, "%lld to %lld", r->min, r->max);
    }
}

void cx_refuse_duplicate(cx_taking *t, cx_setting first)
{
    cx_conf_file *file = t->conf->files.items[first->file];
    cx_finding *x = cx_refuse(t, CX_RULE_CONF_DUPLICATE_OPTION, t->word, "%s a second time", cx_conf_quote(t, t->word));
    cx_says(t, x, "Duplicate " CX_NAMED " value in configuration.", CX_NAME(t->setup, t->option->broker_name));
    if (x->note_count < CX_NOTES_MAX && !cx_findings_full(findings_of(t->conf, t->line), true))
        cx_note(t, x, "the first one is %.*s:%zu", (int)file->source.name.n, file->source.name.p,
                cx_source_place(&file->source, first->at).line);
    cx_fix_away(t, x, false, t->line);
}
