#include "formats/acl/complain.h"

#include "base/typo.h"
#include "base/utf8.h"
#include "text/leftover.h"

static cx_span span_of(const struct cx_acl_reader *r, cx_str part)
{
    return (cx_span){(uint32_t)(part.p - r->source->text.p), (uint32_t)part.n};
}

/* A finding for which all the releases of this reading refuse the file. */
static cx_finding *refuse(struct cx_acl_reader *r, unsigned rule, cx_str part, const char *message, cx_str what)
{
    return cx_findings_add(r->findings, rule, span_of(r, part), r->targets, r->targets, message,
                           cx_quote(r->findings, what));
}

/* TEXT instead of a part of the line. */
static void fix_part(struct cx_acl_reader *r, cx_finding *x, bool safe, cx_str part, const char *text)
{
    cx_fix *fix = text[0] ? cx_finding_fix(r->findings, x, safe, "write '%s'", text)
                          : cx_finding_fix(r->findings, x, safe, "take it away");
    cx_fix_edit(r->findings, fix, span_of(r, part), "%s", text);
}

static void fix_blank(struct cx_acl_reader *r, cx_finding *x, bool safe, const char *tab, bool at_start)
{
    const char *end = tab, *last = r->source->text.p + r->source->text.n;
    while (end < last && (*end == ' ' || *end == '\t')) end++;
    cx_fix *fix = cx_finding_fix(r->findings, x, safe, at_start ? "take the TAB away" : "write a space");
    cx_fix_edit(r->findings, fix, span_of(r, (cx_str){tab, (size_t)(end - tab)}), "%s", at_start ? "" : " ");
}

/* The best word of a format's KIND for what was written; NULL: nothing comes near. */
static const char *meant(cx_str written, const char *kind)
{
    cx_str acl = CX_STR("acl");
    const cx_word *w = cx_word_alias(acl, cx_str_of(kind), written);
    if (w) return w->name;
    for (size_t i = 0; i < cx_word_count; i++) {
        w = &cx_words[i];
        if (cx_str_is(acl, w->format) && strcmp(w->kind, kind) == 0 && cx_typo_near(written, cx_str_of(w->name)))
            return w->name;
    }
    return NULL;
}

static bool is_placeholder(cx_str s)
{
    return s.n > 2 && ((s.p[0] == '[' && s.p[s.n - 1] == ']') || (s.p[0] == '<' && s.p[s.n - 1] == '>'));
}

/* Where something that looks like a comment begins behind a blank; NULL: nowhere. */
static const char *comment_in(cx_str value)
{
    static const char *const signs[] = {" #", "\t#", " //", " ;"};
    if (!cx_str_has(value, ' ') && !cx_str_has(value, '\t')) return NULL;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const char *at = cx_str_find(value, signs[i]);
        if (at) return at + 1;
    }
    return NULL;
}

static void help_move_comment(struct cx_acl_reader *r, cx_finding *x, const cx_acl_line *l, const char *comment)
{
    cx_str rule = cx_str_trim((cx_str){l->line.p, (size_t)(comment - l->line.p)});
    cx_finding_help(r->findings, x,
                    "put the comment on a line of its own, with '#' in the first column, and write '%.*s'", (int)rule.n,
                    rule.p);
    cx_fix *fix = cx_finding_fix(r->findings, x, x->refused != 0, "put the comment on a line of its own");
    cx_fix_move_comment(r->findings, fix, r->source, span_of(r, (cx_str){comment, 0}).at);
}

static cx_str rest_after(const cx_acl_line *l, cx_str word)
{
    const char *end = l->line.p + l->line.n, *from = word.p + word.n;
    return cx_str_trim((cx_str){from, (size_t)(end - from)});
}

static void bad_blank(struct cx_acl_reader *r, const cx_acl_line *l, const char *tab)
{
    cx_finding *x = refuse(r, CX_RULE_ACL_BAD_WHITESPACE, (cx_str){tab, 1},
                           "only a space separates words, a TAB is part of the word %s", l->keyword);
    if (tab == l->line.p || l->keyword.p[0] == '\t')
        cx_finding_help(r->findings, x, "begin the line with its keyword, or indent it with spaces");
    else cx_finding_help(r->findings, x, "write one space in place of the TAB");
    fix_blank(r, x, true, tab, tab == l->line.p);
}

/* Would a line of this keyword with these words behind it be read? */
static bool reads_as(const char *keyword, cx_str rest)
{
    if (strcmp(keyword, "user") == 0) return true;
    const char *space = memchr(rest.p, ' ', rest.n);
    if (!space) return true;
    const cx_word *w = cx_word_find(CX_STR("acl"), (cx_str){rest.p, (size_t)(space - rest.p)});
    return w && strcmp(w->kind, "access") == 0;
}

void cx_acl_bad_keyword(struct cx_acl_reader *r, const cx_acl_line *l)
{
    cx_str word = l->keyword;
    if (cx_str_starts(word, CX_STR("\xEF\xBB\xBF"))) {
        cx_finding *x = refuse(
            r, CX_RULE_ACL_BAD_WHITESPACE, cx_str_sub(word, 0, 3),
            "the file begins with a UTF-8 byte order mark, which the broker reads as part of the first word%.0s", word);
        cx_finding_help(r->findings, x, "save the file as UTF-8 without a byte order mark");
        fix_part(r, x, true, cx_str_sub(word, 0, 3), "");
        return;
    }
    if (cx_str_starts(word, CX_STR("\xFF\xFE")) || cx_str_starts(word, CX_STR("\xFE\xFF"))) {
        cx_finding *x = refuse(r, CX_RULE_ACL_BAD_WHITESPACE, cx_str_sub(word, 0, 2),
                               "the file is UTF-16, which no broker reads%.0s", word);
        cx_finding_help(r->findings, x, "save the file as UTF-8 without a byte order mark");
        return;
    }
    const char *hash = cx_str_trim(word).p;
    if (*hash == '#') {
        cx_finding *x = refuse(r, CX_RULE_ACL_BAD_WHITESPACE, (cx_str){hash, 1},
                               "'#' begins a comment only in the first column of a line%.0s", word);
        cx_finding_help(r->findings, x, "remove the blanks before '#'");
        const char *start = hash;
        while (start > r->source->text.p && start[-1] != '\n') start--;
        fix_part(r, x, true, (cx_str){start, (size_t)(hash - start)}, "");
        return;
    }
    const char *tab = memchr(word.p, '\t', word.n);
    if (tab) {
        bad_blank(r, l, tab);
        return;
    }
    cx_finding *x = refuse(r, CX_RULE_ACL_INVALID_LINE, word, "%s is not a keyword of an ACL file", word);
    cx_str rest = rest_after(l, word);
    const char *sign = memchr(word.p, '=', word.n);
    if (!sign) sign = memchr(word.p, ':', word.n);
    cx_str head = sign ? (cx_str){word.p, (size_t)(sign - word.p)} : word;
    const char *keyword = meant(head, "keyword");
    if (keyword && sign) {
        cx_str tail = {sign + 1, (size_t)(l->line.p + l->line.n - sign - 1)};
        cx_finding_help(r->findings, x, "separate the words with a space: '%s %.*s'", keyword, (int)tail.n, tail.p);
        cx_fix *fix = cx_finding_fix(r->findings, x, false, "write '%s' and a space", keyword);
        cx_fix_edit(r->findings, fix, span_of(r, cx_str_sub(word, 0, head.n + 1)), "%s ", keyword);
    } else if (keyword) {
        bool whole = rest.n && rest.n < CX_FINDING_TEXT_MAX / 2 &&
                     reads_as(keyword, rest); /* not to suggest what is refused too */
        cx_finding_help(r->findings, x, "did you mean '%s%s%.*s'?", keyword, whole ? " " : "", whole ? (int)rest.n : 0,
                        rest.p);
        if (whole) fix_part(r, x, false, word, keyword);
    } else if (cx_is_conflict_mark(word)) {
        cx_finding_help(r->findings, x, "a merge conflict is left in the file");
    } else if (cx_conf_name_find(word)) {
        cx_finding_help(r->findings, x, "this is an option of mosquitto.conf, and belongs into that file");
    } else if (cx_str_starts(word, CX_STR("/*")) || cx_str_starts(word, CX_STR("//")) || word.p[0] == ';') {
        cx_finding_help(r->findings, x, "a comment begins with '#' in the first column, on every line");
    } else {
        cx_finding_help(r->findings, x, "a line begins with 'user', 'topic' or 'pattern', or with '#' for a comment");
    }
}

void cx_acl_bad_access(struct cx_acl_reader *r, const cx_acl_line *l)
{
    cx_str word = l->access, key = l->keyword, rest = l->value;
    if (is_placeholder(word) || is_placeholder(rest)) {
        cx_finding *x =
            refuse(r, CX_RULE_ACL_PLACEHOLDER, word, "%s is the manual's notation, not an access word", word);
        cx_finding_help(r->findings, x, "choose one of read, write, readwrite, deny: '%.*s read sensors/#'", (int)key.n,
                        key.p);
        return;
    }
    if (rest.p[0] == '#' && rest.n > 1) {
        cx_finding *x = refuse(r, CX_RULE_ACL_INLINE_COMMENT, rest,
                               "a comment cannot follow a rule: %s is read as its access word", word);
        help_move_comment(r, x, l, rest.p);
        return;
    }
    const char *access = meant(word, "access");
    if (access && !cx_str_find(word, "/")) {
        cx_finding *x = refuse(r, CX_RULE_ACL_BAD_ACCESS, word, "%s is not an access word", word);
        cx_finding_help(r->findings, x, "did you mean '%.*s %s %.*s'?", (int)key.n, key.p, access, (int)rest.n, rest.p);
        fix_part(r, x, true, word, access);
        return;
    }
    size_t last = rest.n;
    while (last > 0 && rest.p[last - 1] != ' ') last--;
    cx_str tail = cx_str_sub(rest, last, rest.n - last);
    access = meant(tail, "access");
    if (access) {
        cx_str topic = cx_str_trim((cx_str){word.p, (size_t)(tail.p - word.p)});
        cx_finding *x = refuse(r, CX_RULE_ACL_BAD_ACCESS, word, "%s stands where the access word belongs", word);
        cx_finding_help(r->findings, x, "the access word comes before the topic: '%.*s %s %.*s'", (int)key.n, key.p,
                        access, (int)topic.n, topic.p);
        return;
    }
    cx_finding *x = refuse(r, CX_RULE_ACL_TOPIC_NEEDS_ACCESS, word,
                           "%s is read as an access word, because more words follow it", word);
    cx_finding_help(r->findings, x, "say the access of a topic that contains a space: '%.*s readwrite %.*s %.*s'",
                    (int)key.n, key.p, (int)word.n, word.p, (int)rest.n, rest.p);
    cx_fix *fix = cx_finding_fix(r->findings, x, false, "say 'readwrite'");
    cx_fix_edit(r->findings, fix, (cx_span){span_of(r, word).at, 0}, "readwrite ");
}

static const char *filter_message(cx_filter_error error)
{
    switch (error) {
    case CX_FILTER_PLUS: return "'+' must be a whole level in the topic %s";
    case CX_FILTER_HASH: return "'#' must be a whole level in the topic %s";
    case CX_FILTER_NOT_LAST: return "'#' must be the last level of the topic %s";
    case CX_FILTER_LONG: return "the topic is longer than 65535 bytes: %s";
    case CX_FILTER_DEEP: return "the topic has more than 200 slashes: %s";
    case CX_FILTER_OK:
    case CX_FILTER_EMPTY: break;
    }
    cx_bug("no message for this filter error");
}

/* The line with CUT bytes of the filter from AT on replaced by TEXT. */
static void help_filter(struct cx_acl_reader *r, cx_finding *x, const cx_acl_line *l, size_t at, size_t cut,
                        const char *text, const char *why)
{
    cx_str v = l->value;
    int before = (int)(v.p - l->line.p + (ptrdiff_t)at);
    cx_finding_help(r->findings, x, "%s: '%.*s%s%.*s'", why, before, l->line.p, text, (int)(v.n - at - cut),
                    v.p + at + cut);
    fix_part(r, x, false, cx_str_sub(v, at, cut), text);
}

static void help_bad_filter(struct cx_acl_reader *r, cx_finding *x, const cx_acl_line *l, cx_filter_info info)
{
    size_t at = info.at, n = l->value.n;
    bool last = at + 1 == n, behind_level = at > 0 && l->value.p[at - 1] != '+' && l->value.p[at - 1] != '#';
    if (info.error == CX_FILTER_HASH && last && behind_level) {
        help_filter(r, x, l, at, 1, "/#", "for everything below it write");
    } else if (info.error == CX_FILTER_PLUS && last && behind_level) {
        help_filter(r, x, l, at, 1, "/+", "for every level below it write");
    } else if (info.error == CX_FILTER_NOT_LAST && at + 2 == n) {
        help_filter(r, x, l, at + 1, 1, "", "'#' already covers what is below");
    } else if (info.error == CX_FILTER_NOT_LAST) {
        help_filter(r, x, l, at, 1, "+", "'+' stands for one level");
    } else if (info.error == CX_FILTER_PLUS || info.error == CX_FILTER_HASH) {
        cx_finding_help(r->findings, x,
                        "wildcards stand for whole levels, as in 'sensors/+/temperature' and 'sensors/#'");
    }
}

/* Whether what is wrong with the filter is a comment behind it. */
static bool is_comment_error(cx_str value, const char *comment, cx_filter_info info)
{
    if (!comment || info.error == CX_FILTER_LONG) return false;
    const char *error = value.p + info.at;
    return error >= comment || !memchr(error, '/', (size_t)(comment - error));
}

void cx_acl_bad_filter(struct cx_acl_reader *r, const cx_acl_line *l, cx_filter_info info)
{
    cx_str v = l->value;
    const char *comment = comment_in(v);
    if (is_comment_error(v, comment, info)) {
        cx_finding *x = refuse(r, CX_RULE_ACL_INLINE_COMMENT, (cx_str){comment, (size_t)(v.p + v.n - comment)},
                               "a comment cannot follow a rule: the topic is read as %s", v);
        help_move_comment(r, x, l, comment);
        return;
    }
    bool long_or_deep = info.error == CX_FILTER_LONG || info.error == CX_FILTER_DEEP;
    cx_str part = long_or_deep ? v : cx_str_sub(v, info.at, 1);
    help_bad_filter(r, refuse(r, CX_RULE_ACL_INVALID_FILTER, part, filter_message(info.error), v), l, info);
}

void cx_acl_missing_topic(struct cx_acl_reader *r, const cx_acl_line *l)
{
    cx_finding *x = refuse(r, CX_RULE_ACL_MISSING_TOPIC, l->keyword, "%s without a topic", l->keyword);
    cx_finding_help(r->findings, x, "name a topic, as in '%.*s read sensors/#'", (int)l->keyword.n, l->keyword.p);
}

void cx_acl_missing_user(struct cx_acl_reader *r, const cx_acl_line *l)
{
    cx_finding *x = refuse(r, CX_RULE_ACL_BAD_USERNAME, l->keyword, "%s without a user name", l->keyword);
    cx_finding_help(
        r->findings, x,
        "name a user, as in 'user alice'; rules for clients without a user name stand before the first 'user' line");
}

void cx_acl_deny_unknown(struct cx_acl_reader *r, const cx_acl_line *l)
{
    cx_targets without = r->targets & cx_releases_where(CX_B_ACL_DENY, CX_ACL_DENY_NO);
    cx_str who = cx_targets_text(&r->findings->arena, without);
    cx_finding *x =
        cx_findings_add(r->findings, CX_RULE_ACL_DENY_NOT_IN_TARGET, span_of(r, l->access), without, without,
                        "'deny' came with Mosquitto 2.0, %.*s does not know it", (int)who.n, who.p);
    cx_finding_help(r->findings, x, "grant only what is wanted; there is no way to take a part of it back");
}

static cx_finding *doubt(struct cx_acl_reader *r, unsigned rule, cx_str part, const char *message, cx_str what)
{
    return cx_findings_add(r->findings, rule, span_of(r, part), r->targets, 0, message, cx_quote(r->findings, what));
}

static bool doubtful_value(struct cx_acl_reader *r, const cx_acl_line *l, const char *message)
{
    const char *comment = comment_in(l->value);
    if (!comment) return false;
    cx_finding *x = doubt(r, CX_RULE_ACL_INLINE_COMMENT, (cx_str){comment, (size_t)(l->value.p + l->value.n - comment)},
                          message, l->value);
    help_move_comment(r, x, l, comment);
    return true;
}

/* WHAT is "the topic" or "the user name". */
static void unmatchable(struct cx_acl_reader *r, cx_str value, const char *what)
{
    const char *why = value.n > CX_TOPIC_MAX ? "is longer than 65535 bytes"
                      : cx_utf8_valid(value) ? "holds a control character"
                                             : "is not UTF-8";
    cx_finding *x = cx_findings_add(r->findings, CX_RULE_ACL_CONTROL_CHARACTER, span_of(r, value), r->targets, 0,
                                    "%s %s %s", what, cx_quote(r->findings, value), why);
    cx_finding_note(r->findings, x,
                    "the file loads, but no client can send these bytes: the broker ends a connection that tries");
}

void cx_acl_doubtful_rule(struct cx_acl_reader *r, const cx_acl_line *l, bool unusual)
{
    cx_str v = l->value;
    const char *tab = memchr(v.p, '\t', v.n);
    if (tab && l->access.n == 0) {
        cx_finding *x =
            doubt(r, CX_RULE_ACL_BAD_WHITESPACE, (cx_str){tab, 1}, "a TAB does not separate words: the topic is %s", v);
        cx_finding_note(r->findings, x,
                        "the file loads, and this line grants nothing: no topic of a client contains a TAB");
        if (cx_str_starts(v, CX_STR("deny\t"))) cx_finding_note(r->findings, x, "so nothing is denied by it");
        cx_finding_help(r->findings, x, "write one space in place of the TAB");
        fix_blank(r, x, false, tab, false);
        return;
    }
    if (doubtful_value(r, l, "what looks like a comment is a part of the topic %s")) return;
    if (l->access.n == 0) {
        const cx_word *w = cx_word_find(CX_STR("acl"), v);
        if (w && strcmp(w->kind, "access") == 0) {
            cx_finding *x =
                doubt(r, CX_RULE_ACL_WORD_AS_TOPIC, v, "%s is read as the topic, with reading and writing allowed", v);
            cx_finding_help(r->findings, x, "name the topic behind it: '%.*s %.*s sensors/#'", (int)l->keyword.n,
                            l->keyword.p, (int)v.n, v.p);
            return;
        }
    }
    if (is_placeholder(v)) {
        cx_finding *x =
            doubt(r, CX_RULE_ACL_PLACEHOLDER, v, "%s is the manual's notation and is taken as it stands", v);
        cx_finding_help(r->findings, x, "put the real topic in its place, without the brackets");
        return;
    }
    if (unusual && !cx_mqtt_text_ok(v)) unmatchable(r, v, "the topic");
}

void cx_acl_doubtful_user(struct cx_acl_reader *r, const cx_acl_line *l)
{
    if (doubtful_value(r, l, "what looks like a comment is a part of the user name %s")) return;
    if (is_placeholder(l->value)) {
        cx_finding *x = doubt(r, CX_RULE_ACL_PLACEHOLDER, l->value,
                              "%s is the manual's notation and is taken as it stands", l->value);
        cx_finding_help(r->findings, x, "put the real user name in its place, without the brackets");
        return;
    }
    if (!cx_mqtt_text_ok(l->value)) unmatchable(r, l->value, "the user name");
}

void cx_acl_pattern_without_variable(struct cx_acl_reader *r, const cx_acl_line *l)
{
    cx_finding *x = doubt(r, CX_RULE_ACL_PATTERN_WITHOUT_VARIABLE, l->value,
                          "the pattern %s has neither %%c nor %%u: it holds for every client", l->value);
    cx_finding_note(r->findings, x,
                    "anonymous clients and users of every section included; the broker logs a warning and loads it");
    cx_finding_help(
        r->findings, x,
        "use 'topic' below a 'user' line for one user, or name the client: %%u its user name, %%c its client id");
}
