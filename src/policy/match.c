#include "policy/match.h"

#include "topic/topic.h"

/* Cuts a final level '#' off, with the slash before it. A mount point without a slash at its end makes
 * one level of itself and a '#': that stays. */
static bool cut_hash(cx_str *filter)
{
    size_t n = filter->n;
    bool alone = n == 1 && filter->p[0] == '#', last = n > 1 && filter->p[n - 2] == '/' && filter->p[n - 1] == '#';
    filter->n -= alone ? 1 : last ? 2 : 0;
    return alone || last;
}

cx_query cx_query_of(const cx_release *release, cx_access access, cx_str topic)
{
    cx_query q = {.text = topic, .whole = topic, .as = CX_AS_TOPIC};
    if (access == CX_ACCESS_READ || access == CX_ACCESS_WRITE) return q;
    q.as = cx_behaves(release, CX_B_DYNSEC_COVER) == CX_DYNSEC_COVER_WIDE ? CX_AS_LEVELS : CX_AS_FILTER;
    if (q.as == CX_AS_LEVELS) q.cut = cut_hash(&q.text);
    return q;
}

static bool is_variable_at(cx_str s, size_t i)
{
    return s.p[i] == '%' && i + 1 < s.n && (s.p[i + 1] == 'c' || s.p[i + 1] == 'u');
}

bool cx_level_is_variable(cx_matcher m, cx_str level)
{
    if (m == CX_MATCH_FILTER) return false;
    if (m == CX_MATCH_LEVEL_VARIABLES) return level.n == 2 && is_variable_at(level, 0);
    for (size_t i = 0; i + 1 < level.n; i++)
        if (is_variable_at(level, i)) return true;
    return false;
}

static bool at_boundary(cx_str topic, size_t at) { return at == topic.n || topic.p[at] == '/'; }

/* 'c': the client id, 'u': the user name; false when there is none to compare. */
static bool variable_text(char which, const cx_client *c, cx_str *text)
{
    *text = which == 'c' ? c->id : c->user;
    return which == 'c' ? !c->fresh : !c->anonymous;
}

size_t cx_variable_match(cx_matcher m, cx_str level, const cx_client *c, cx_str topic, size_t at)
{
    for (size_t i = 0; i < level.n;) {
        cx_str text = cx_str_sub(level, i, 1);
        size_t step = 1;
        if (is_variable_at(level, i)) {
            if (!variable_text(level.p[i + 1], c, &text)) return SIZE_MAX;
            bool wildcard = text.n == 1 && (text.p[0] == '+' || text.p[0] == '#');
            if (m == CX_MATCH_LEVEL_VARIABLES && (wildcard || cx_str_has(text, '/'))) return SIZE_MAX;
            step = 2;
        }
        if (topic.n - at < text.n || memcmp(topic.p + at, text.p, text.n) != 0) return SIZE_MAX;
        at += text.n;
        i += step;
    }
    return at_boundary(topic, at) ? at : SIZE_MAX;
}

/* Where the level of S that begins at FROM ends. */
static size_t level_end(cx_str s, size_t from)
{
    const char *slash = from < s.n ? memchr(s.p + from, '/', s.n - from) : NULL;
    return slash ? (size_t)(slash - s.p) : s.n;
}

/* The filter level against the topic from byte AT on: where it ends, or SIZE_MAX. */
static size_t level_match(cx_matcher m, cx_str level, const cx_client *c, const cx_query *q, size_t at)
{
    size_t end = level_end(q->text, at);
    cx_str theirs = cx_str_sub(q->text, at, end - at);
    if (level.n == 1 && level.p[0] == '+') return cx_plus_matches(q, theirs) ? end : SIZE_MAX;
    if (cx_level_is_variable(m, level)) return cx_variable_match(m, level, c, q->text, at);
    return cx_str_eq(level, theirs) ? end : SIZE_MAX;
}

/* Only text variables can bring a '$' to the front of a filter that has none. */
static bool dollar_parts(const cx_rule *r, const cx_query *q)
{
    cx_str f = cx_rule_filter(r);
    if (q->as == CX_AS_LEVELS || (f.p[0] == '$') == (q->text.p[0] == '$')) return false;
    return r->matcher != CX_MATCH_TEXT_VARIABLES ||
           !cx_level_is_variable(r->matcher, cx_str_sub(f, 0, level_end(f, 0)));
}

/* Level by level from bytes I and J on; *FILTER_AT and *TOPIC_AT follow. */
static bool match_levels(const cx_rule *r, const cx_client *c, const cx_query *q, size_t i, size_t j, size_t *filter_at,
                         size_t *topic_at)
{
    cx_str f = cx_rule_filter(r);
    size_t n = q->text.n;
    for (;;) {
        size_t fe = level_end(f, i);
        cx_str level = cx_str_sub(f, i, fe - i);
        if (level.n == 1 && level.p[0] == '#') return true;
        size_t te = level_match((cx_matcher)r->matcher, level, c, q, j);
        if (te == SIZE_MAX) return false;
        *filter_at = fe;
        *topic_at = te;
        if (fe == f.n) return te == n && !q->cut;
        if (te == n) return fe + 2 == f.n && f.p[fe + 1] == '#';
        i = fe + 1;
        j = te + 1;
    }
}

bool cx_rule_matches_up_to(const cx_rule *r, const cx_client *c, const cx_query *q, size_t *filter_at, size_t *topic_at)
{
    *filter_at = *topic_at = 0;
    switch ((cx_matcher)r->matcher) {
    case CX_MATCH_LITERAL: return cx_str_eq(cx_rule_filter(r), q->whole);
    case CX_MATCH_HAS_WILDCARD: return cx_has_wildcard(q->whole);
    case CX_MATCH_MALFORMED: return false;
    default: return !dollar_parts(r, q) && match_levels(r, c, q, 0, 0, filter_at, topic_at);
    }
}

bool cx_rule_matches(const cx_rule *r, const cx_client *c, const cx_query *q)
{
    if (r->matcher == CX_MATCH_FILTER && q->as == CX_AS_TOPIC) return cx_filter_match(cx_rule_filter(r), q->text);
    size_t filter_at, topic_at;
    return cx_rule_matches_up_to(r, c, q, &filter_at, &topic_at);
}

bool cx_rule_matches_from(const cx_rule *r, const cx_client *c, const cx_query *q, size_t filter_at, size_t topic_at)
{
    return match_levels(r, c, q, filter_at, topic_at, &filter_at, &topic_at);
}

/* ---- malformed filters ---- */

static char byte_at(cx_str s, size_t i) { return i < s.n ? s.p[i] : '\0'; }

static bool begins_level(cx_str f, size_t i) { return i == 0 || f.p[i - 1] == '/'; }
static bool ends_level(cx_str f, size_t i) { return i >= f.n || f.p[i] == '/'; }

/* Behind the place where filter and topic part: is there a '#' that is not the last byte? */
static cx_malformed parted(cx_str f, size_t i)
{
    for (; i + 1 < f.n; i++)
        if (f.p[i] == '#') return CX_MALFORMED_REACHED;
    return CX_MALFORMED_NO;
}

/* A level of a name at J: its end, SIZE_MAX when it is not that name. */
static size_t name_match(char which, const cx_client *c, const cx_query *q, size_t j)
{
    cx_str text;
    if (!variable_text(which, c, &text) || text.n == 0) return SIZE_MAX;
    if (q->as == CX_AS_FILTER && text.n == 1 && strchr("+#/", text.p[0])) return SIZE_MAX;
    size_t k = 0;
    while (k < text.n && j < q->text.n && q->text.p[j] != '/') {
        if (text.p[k] != q->text.p[j]) return SIZE_MAX;
        k++;
        j++;
    }
    return k == text.n ? j : SIZE_MAX;
}

/* '+' at I, '#' at I: one of them is malformed when it shares its level or '#' is not the last byte. */
static bool is_malformed_at(cx_str f, size_t i)
{
    if (!begins_level(f, i)) return true;
    return f.p[i] == '+' ? !ends_level(f, i + 1) : i + 1 < f.n;
}

/* Level by level, where only '+' is no text. */
static bool covers_levels(cx_str f, const cx_query *q)
{
    bool hash = cut_hash(&f);
    if (q->cut && !hash) return false;
    for (size_t i = 0, j = 0;;) {
        size_t fe = level_end(f, i), te = level_end(q->text, j);
        cx_str level = cx_str_sub(f, i, fe - i);
        if (!cx_str_is(level, "+") && !cx_str_eq(level, cx_str_sub(q->text, j, te - j))) return false;
        if (fe == f.n) return hash || te == q->text.n;
        if (te == q->text.n) return false;
        i = fe + 1;
        j = te + 1;
    }
}

cx_malformed cx_malformed_matches(const cx_rule *r, const cx_client *c, const cx_query *q, bool variables)
{
    cx_str f = cx_rule_filter(r), t = q->text;
    if (q->as == CX_AS_LEVELS) return covers_levels(f, q) ? CX_MALFORMED_YES : CX_MALFORMED_NO;
    if ((f.p[0] == '$') != (t.p[0] == '$')) return CX_MALFORMED_NO;
    for (size_t i = 0, j = 0; i < f.n;) {
        bool variable = variables && begins_level(f, i) && f.p[i] == '%' &&
                        (byte_at(f, i + 1) == 'c' || byte_at(f, i + 1) == 'u') && ends_level(f, i + 2);
        if (variable) {
            j = name_match(f.p[i + 1], c, q, j);
            if (j == SIZE_MAX) return CX_MALFORMED_NO;
            i += 2;
            bool rest = i + 2 == f.n && f.p[i] == '/' && f.p[i + 1] == '#';
            if (j == t.n && (i == f.n || rest)) return CX_MALFORMED_YES;
        }
        if (j < t.n && byte_at(f, i) == t.p[j] && i < f.n) {
            if (j + 1 == t.n && i + 3 == f.n && f.p[i + 1] == '/' && f.p[i + 2] == '#') return CX_MALFORMED_YES;
            i++;
            j++;
            if (j < t.n) continue;
            if (i == f.n) return CX_MALFORMED_YES;
            if (i + 1 == f.n && f.p[i] == '+') return begins_level(f, i) ? CX_MALFORMED_YES : CX_MALFORMED_REACHED;
        } else if (byte_at(f, i) == '+') {
            if (byte_at(t, j) == '#') return CX_MALFORMED_NO;
            if (is_malformed_at(f, i)) return CX_MALFORMED_REACHED;
            i++;
            j = level_end(t, j);
            if (j == t.n && i == f.n) return CX_MALFORMED_YES;
        } else if (byte_at(f, i) == '#') {
            return is_malformed_at(f, i) ? CX_MALFORMED_REACHED : CX_MALFORMED_YES;
        } else {
            /* "a/+/#…" matches "a/b" whatever follows */
            bool rest = j == t.n && i > 0 && f.p[i - 1] == '+' && byte_at(f, i) == '/' && byte_at(f, i + 1) == '#';
            return rest ? CX_MALFORMED_YES : parted(f, i);
        }
    }
    return CX_MALFORMED_NO;
}
