/* The topic lines of bridges. */
#include "broker/take.h"
#include "topic/topic.h"

static void bad_words(cx_taking *t, const cx_topic_line *w)
{
    cx_finding *x;
    switch (w->status) {
    case CX_TOPIC_LINE_OK: return;
    case CX_TOPIC_LINE_EMPTY: cx_refuse_empty(t); return;
    case CX_TOPIC_LINE_QUOTE:
        x = cx_refuse(t, CX_RULE_BRIDGE_BAD_TOPIC, w->pattern, "the quote before %s has no closing one", cx_conf_quote(t, w->pattern));
        cx_says(t, x, "Missing closing quote in topic value (%s).", cx_conf_bare(t, w->at));
        cx_note(t, x, "only a pattern with a space in it is written in quotes");
        return;
    case CX_TOPIC_LINE_DIRECTION:
        x = cx_refuse(t, CX_RULE_BRIDGE_BAD_TOPIC, w->at, "%s is no direction", cx_conf_quote(t, w->at));
        cx_says(t, x, "Invalid bridge topic direction '%s'.", cx_conf_bare(t, w->at));
        cx_help(t, x, "%s", w->at.p[0] == '#' ? "put the comment on a line of its own" : "out, in or both");
        return;
    case CX_TOPIC_LINE_QOS:
        x = cx_refuse(t, CX_RULE_BRIDGE_BAD_TOPIC, w->at, "%s is no QoS", cx_conf_quote(t, w->at));
        cx_says(t, x, "Invalid bridge QoS level '%s'.", cx_conf_bare(t, w->at));
        cx_help(t, x, "0, 1 or 2");
        return;
    }
}

static bool prefix_ok(cx_taking *t, cx_str prefix, const char *side)
{
    if (!prefix.p || cx_topic_shape_ok(prefix)) return true;
    cx_finding *x = cx_refuse(t, CX_RULE_BRIDGE_BAD_TOPIC, prefix, "%s cannot be a prefix", cx_conf_quote(t, prefix));
    cx_says(t, x, "Invalid bridge topic %s prefix '%s'.", side, cx_conf_bare(t, prefix));
    cx_help(t, x, "a prefix is the beginning of topic names: no '+', no '#'");
    return false;
}

static cx_str join(cx_taking *t, cx_str prefix, cx_str pattern)
{
    if (!prefix.p) return pattern;
    return cx_arena_printf(&t->setup->arena, "%.*s%.*s", (int)prefix.n, prefix.p, (int)pattern.n, pattern.n ? pattern.p : "");
}

static bool joined_ok(cx_taking *t, cx_str prefix, cx_str filter, const char *side)
{
    if (!prefix.p || cx_filter_check(filter).error == CX_FILTER_OK) return true;
    cx_finding *x = cx_refuse(t, CX_RULE_BRIDGE_BAD_TOPIC, prefix, "prefix and pattern make %s, which is no topic filter", cx_conf_quote(t, filter));
    bool named = cx_behaves(t->release, CX_B_BRIDGE_ERRORS) == CX_BRIDGE_ERRORS_GENERAL;
    cx_says(t, x, "Invalid bridge topic %s prefix and pattern combination '%s'.", named ? side : "local", cx_conf_bare(t, filter));
    return false;
}

/* ---- topics that 2.1 takes for one it has ---- */

/* A missing prefix, on either side, equals every prefix, and so does an earlier
 * pattern "": so a topic is entered once for every choice of parts that are there,
 * and looked for under every choice that both can have. */
enum { PATTERN = 1, LOCAL = 2, REMOTE = 4, PARTS = 8 };

static unsigned parts_of(const cx_topic_line *w, bool no_pattern)
{
    return (no_pattern ? 0 : PATTERN) | (w->local.p ? LOCAL : 0) | (w->remote.p ? REMOTE : 0);
}

/* Of a topic with the parts HAS, those in PARTS. */
static cx_str key(cx_taking *t, const cx_topic_line *w, unsigned has, unsigned parts)
{
    cx_str pattern = parts & PATTERN ? w->pattern : CX_STR(""), local = parts & LOCAL ? w->local : CX_STR(""),
           remote = parts & REMOTE ? w->remote : CX_STR("");
    return cx_arena_printf(&t->setup->arena, "%u%u%d%d%zu/%zu %.*s%.*s%.*s", has, parts, (int)w->direction, w->qos, pattern.n, local.n,
                           (int)pattern.n, pattern.n ? pattern.p : "", (int)local.n, local.n ? local.p : "", (int)remote.n,
                           remote.n ? remote.p : "");
}

static bool known(cx_taking *t, cx_bridge *b, const cx_topic_line *w)
{
    unsigned mine = parts_of(w, false); /* only an earlier "" is no pattern, a new one is a text like any other */
    for (unsigned has = 0; has < PARTS; has++)
        if (cx_map_get(&b->topic_keys, key(t, w, has, has & mine)) != CX_MAP_NONE) return true;
    return false;
}

static void enter(cx_taking *t, cx_bridge *b, const cx_topic_line *w, bool no_pattern)
{
    unsigned mine = parts_of(w, no_pattern);
    for (unsigned parts = 0; parts < PARTS; parts++)
        if ((parts & mine) == parts) cx_map_put(&b->topic_keys, key(t, w, mine, parts));
}

/* ---- what it likely means ---- */

static bool is_number(cx_str word) { return word.n == 1 && word.p[0] >= '0' && word.p[0] <= '2'; }

static void misread(cx_taking *t, const cx_topic_line *w)
{
    if (w->qos_word.p && !is_number(w->qos_word)) {
        cx_finding *x = cx_remark(t, CX_RULE_BRIDGE_TOPIC_MISREAD, w->qos_word, "%s stands where the QoS belongs and is read as QoS %d",
                                  cx_conf_quote(t, w->qos_word), w->qos);
        cx_str written = cx_str_trim_end(cx_str_sub(w->qos_word, 0, (size_t)(t->rest.p + t->rest.n - w->qos_word.p)));
        cx_str local = w->local.p ? w->local : CX_STR("none"), remote = w->remote.p ? w->remote : CX_STR("none");
        cx_note(t, x, "so the local prefix is %s, the remote prefix %s", cx_conf_bare(t, local), cx_conf_bare(t, remote));
        cx_note(t, x, "the words are: topic PATTERN DIRECTION QOS LOCAL-PREFIX REMOTE-PREFIX");
        if (w->qos_word.p[0] != '#' && !w->remote_word.p)
            cx_help(t, x, "topic %s %s 0 %s", cx_conf_bare(t, w->pattern), cx_conf_bare(t, w->direction_word), cx_conf_bare(t, written));
    }
    const cx_str prefixes[] = {w->local, w->remote};
    for (int i = 0; i < 2; i++) {
        cx_str p = prefixes[i];
        bool pattern_slash = w->pattern.n && w->pattern.p[0] == '/';
        if (!p.p || p.p[p.n - 1] == '/' || pattern_slash || cx_str_is(w->pattern, "\"\"")) continue;
        cx_finding *x = cx_remark(t, CX_RULE_BRIDGE_TOPIC_MISREAD, p, "prefix and pattern are joined as they are: %s",
                                  cx_conf_quote(t, join(t, p, w->pattern)));
        cx_help(t, x, "end the prefix with '/' when it is a level of its own");
    }
}

void cx_take_topic(cx_taking *t)
{
    cx_bridge *b = t->at->bridge;
    cx_topic_line w = cx_conf_topic(&t->setup->arena, t->release, t->rest);
    bool no_pattern = cx_str_is(w.pattern, "\"\"");
    cx_str pattern = no_pattern ? CX_STR("") : w.pattern;
    if (w.status != CX_TOPIC_LINE_OK) {
        bad_words(t, &w);
        return;
    }
    if (!prefix_ok(t, w.local, "local") || !prefix_ok(t, w.remote, "remote")) return;
    if (no_pattern && (!w.local.p || !w.remote.p)) {
        cx_finding *x = cx_refuse(t, CX_RULE_BRIDGE_BAD_TOPIC, w.pattern, "the pattern \"\" needs both prefixes");
        cx_says(t, x, "Invalid bridge remapping.");
        return;
    }
    if (cx_behaves(t->release, CX_B_BRIDGE_SAME_TOPIC) == CX_BRIDGE_SAME_TOPIC_SKIPPED && !t->at->lost_bridge) {
        if (known(t, b, &w)) {
            cx_finding *x = cx_remark(t, CX_RULE_BRIDGE_SAME_TOPIC, t->word, "the broker takes this topic for one it has, and skips it");
            cx_note(t, x, "a missing prefix counts as equal to any other");
            return;
        }
        enter(t, b, &w, no_pattern);
    }
    cx_bridge_topic topic = {.line = t->line, .words = w, .local = join(t, w.local, pattern), .remote = join(t, w.remote, pattern)};
    if (!joined_ok(t, w.local, topic.local, "local") || !joined_ok(t, w.remote, topic.remote, "remote")) return;
    misread(t, &w);
    if (!t->at->lost_bridge) cx_vec_add(&b->topics, topic);
    else cx_keep(t);
}
