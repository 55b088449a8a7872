#include "policy/match.h"

#include "topic/topic.h"

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
            if (m == CX_MATCH_LEVEL_VARIABLES && cx_str_has(text, '/')) return SIZE_MAX;
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
static size_t level_match(cx_matcher m, cx_str level, const cx_client *c, cx_str topic, size_t at)
{
    size_t end = level_end(topic, at);
    if (level.n == 1 && level.p[0] == '+') return end;
    if (cx_level_is_variable(m, level)) return cx_variable_match(m, level, c, topic, at);
    return cx_str_eq(level, cx_str_sub(topic, at, end - at)) ? end : SIZE_MAX;
}

/* Only text variables can bring a '$' to the front of a filter that has none. */
static bool dollar_parts(const cx_rule *r, cx_str topic)
{
    cx_str f = cx_rule_filter(r);
    if ((f.p[0] == '$') == (topic.p[0] == '$')) return false;
    return r->matcher != CX_MATCH_TEXT_VARIABLES ||
           !cx_level_is_variable(r->matcher, cx_str_sub(f, 0, level_end(f, 0)));
}

/* Level by level from bytes I and J on; *FILTER_AT and *TOPIC_AT follow. */
static bool match_levels(const cx_rule *r, const cx_client *c, cx_str topic, size_t i, size_t j, size_t *filter_at,
                         size_t *topic_at)
{
    cx_str f = cx_rule_filter(r);
    for (;;) {
        size_t fe = level_end(f, i);
        cx_str level = cx_str_sub(f, i, fe - i);
        if (level.n == 1 && level.p[0] == '#') return true;
        size_t te = level_match((cx_matcher)r->matcher, level, c, topic, j);
        if (te == SIZE_MAX) return false;
        *filter_at = fe;
        *topic_at = te;
        if (fe == f.n) return te == topic.n;
        if (te == topic.n) return fe + 2 == f.n && f.p[fe + 1] == '#';
        i = fe + 1;
        j = te + 1;
    }
}

bool cx_rule_matches_up_to(const cx_rule *r, const cx_client *c, cx_str topic, size_t *filter_at, size_t *topic_at)
{
    *filter_at = *topic_at = 0;
    return topic.n > 0 && !dollar_parts(r, topic) && match_levels(r, c, topic, 0, 0, filter_at, topic_at);
}

bool cx_rule_matches(const cx_rule *r, const cx_client *c, cx_str topic)
{
    if (r->matcher == CX_MATCH_FILTER) return cx_filter_match(cx_rule_filter(r), topic);
    size_t filter_at, topic_at;
    return cx_rule_matches_up_to(r, c, topic, &filter_at, &topic_at);
}

bool cx_rule_matches_from(const cx_rule *r, const cx_client *c, cx_str topic, size_t filter_at, size_t topic_at)
{
    return match_levels(r, c, topic, filter_at, topic_at, &filter_at, &topic_at);
}
