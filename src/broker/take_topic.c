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
        x = cx_refuse(t, CX_RULE_BRIDGE_BAD_TOPIC, w->pattern, "the quote before %s has no closing one",
                      cx_conf_quote(t, w->pattern));
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
    return prefix.p ? cx_arena_join(&t->setup->arena, prefix, pattern) : pattern;
}

static bool joined_ok(cx_taking *t, cx_str prefix, cx_str filter, const char *side)
{
    if (!prefix.p || cx_filter_check(filter).error == CX_FILTER_OK) return true;
    cx_finding *x = cx_refuse(t, CX_RULE_BRIDGE_BAD_TOPIC, prefix,
                              "prefix and pattern make %s, which is no topic filter", cx_conf_quote(t, filter));
    bool named = cx_behaves(t->release, CX_B_BRIDGE_ERRORS) == CX_BRIDGE_ERRORS_GENERAL;
    cx_says(t, x, "Invalid bridge topic %s prefix and pattern combination '%s'.", named ? side : "local",
            cx_conf_bare(t, filter));
    return false;
}

/* ---- topics that 2.1 takes for one it has ---- */

/* A missing prefix, on either side, equals every prefix, and so does an earlier
 * pattern "". Many topics are looked up: each is entered once for every choice of
 * parts it has, and looked for under every choice that both can have. */
enum { PATTERN = 1, LOCAL = 2, REMOTE = 4, PARTS = 8, FEW = 16 };

static bool same_part(cx_str a, cx_str b) { return !a.p || !b.p || cx_str_eq(a, b); }

/* PATTERN: as written, so that "" is a text like any other for the later topic. */
static bool same_topic(const cx_bridge_topic *earlier, const cx_bridge_topic *b, cx_str pattern)
{
    return earlier->direction == b->direction && earlier->qos == b->qos && same_part(earlier->pattern, pattern) &&
           same_part(earlier->local_prefix, b->local_prefix) && same_part(earlier->remote_prefix, b->remote_prefix);
}

static unsigned parts_of(const cx_bridge_topic *b, cx_str pattern)
{
    return (pattern.p ? PATTERN : 0) | (b->local_prefix.p ? LOCAL : 0) | (b->remote_prefix.p ? REMOTE : 0);
}

/* Of a topic that has the parts HAS, those in PARTS. */
static cx_str key(cx_taking *t, const cx_bridge_topic *b, cx_str pattern, unsigned has, unsigned parts)
{
    const cx_str part[] = {parts & PATTERN ? pattern : CX_STR(""), parts & LOCAL ? b->local_prefix : CX_STR(""),
                           parts & REMOTE ? b->remote_prefix : CX_STR("")};
    char head[4 + 3 * sizeof(uint32_t)] = {(char)has, (char)parts, (char)b->direction, (char)b->qos};
    for (int i = 0; i < 3; i++) memcpy(head + 4 + 4 * i, &(uint32_t){(uint32_t)part[i].n}, sizeof(uint32_t));
    size_t n = sizeof head, at = n;
    for (int i = 0; i < 3; i++) n += part[i].n;
    char *p = cx_arena_alloc(&t->setup->arena, n);
    memcpy(p, head, sizeof head);
    for (int i = 0; i < 3; at += part[i].n, i++) memcpy(p + at, part[i].p, part[i].n);
    return (cx_str){p, n};
}

static void enter(cx_taking *t, cx_map *keys, const cx_bridge_topic *b)
{
    unsigned mine = parts_of(b, b->pattern);
    for (unsigned parts = 0; parts < PARTS; parts++)
        if ((parts & mine) == parts) cx_map_put(keys, key(t, b, b->pattern, mine, parts));
}

static bool is_known(cx_taking *t, cx_bridge *bridge, const cx_bridge_topic *b, cx_str pattern)
{
    cx_map *keys = &bridge->topic_keys;
    if (bridge->topics.n < FEW) {
        for (size_t i = 0; i < bridge->topics.n; i++)
            if (same_topic(&bridge->topics.items[i], b, pattern)) return true;
        return false;
    }
    for (size_t i = 0; keys->n == 0 && i < bridge->topics.n; i++) enter(t, keys, &bridge->topics.items[i]);
    unsigned mine = parts_of(b, pattern);
    for (unsigned has = 0; has < PARTS; has++)
        if (cx_map_get(keys, key(t, b, pattern, has, has & mine)) != CX_MAP_NONE) return true;
    enter(t, keys, b);
    return false;
}

/* ---- what it likely means ---- */

static bool is_number(cx_str word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] < '0' || word.p[i] > '9') return false;
    return true;
}

/* What stands where the QoS belongs, when it is no number. */
static void no_qos(cx_taking *t, const cx_topic_line *w)
{
    cx_finding *x =
        cx_remark(t, CX_RULE_BRIDGE_TOPIC_MISREAD, w->qos_word, "%s stands where the QoS belongs and is read as QoS %d",
                  cx_conf_quote(t, w->qos_word), w->qos);
    cx_str written = cx_str_trim_end(cx_str_sub(w->qos_word, 0, (size_t)(t->rest.p + t->rest.n - w->qos_word.p)));
    cx_str local = w->local.p ? w->local : CX_STR("none"), remote = w->remote.p ? w->remote : CX_STR("none");
    cx_note(t, x, "so the local prefix is %s, the remote prefix %s", cx_conf_bare(t, local), cx_conf_bare(t, remote));
    cx_note(t, x, "the words are: topic PATTERN DIRECTION QOS LOCAL-PREFIX REMOTE-PREFIX");
    if (!w->remote_word.p)
        cx_help(t, x, "topic %s %s 0 %s", cx_conf_bare(t, w->pattern), cx_conf_bare(t, w->direction_word),
                cx_conf_bare(t, written));
}

/* The first word that begins with '#', behind the direction; .p NULL: none does. */
static cx_str comment(const cx_topic_line *w)
{
    const cx_str words[] = {w->qos_word, w->local_word, w->remote_word};
    for (int i = 0; i < 3; i++)
        if (words[i].p && words[i].p[0] == '#') return words[i];
    return w->extra;
}

static void misread(cx_taking *t, const cx_topic_line *w)
{
    if (cx_remarks_full(t)) return; /* one a topic is too many to count */
    cx_str behind = comment(w);
    if (behind.p) cx_take_trailing(t, cx_str_sub(behind, 0, (size_t)(t->rest.p + t->rest.n - behind.p)), "five words");
    if (w->qos_word.p && w->qos_word.p[0] != '#' && !is_number(w->qos_word)) no_qos(t, w);
    if (w->qos_word.p && is_number(w->qos_word) && cx_conf_atoi(w->qos_word) != w->qos) {
        cx_finding *x =
            cx_remark(t, CX_RULE_CONF_NUMBER_MISREAD, w->qos_word, "%s is no QoS", cx_conf_quote(t, w->qos_word));
        cx_note(t, x, "%s reads it as QoS %d", t->release->label, w->qos);
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
    if (w.status != CX_TOPIC_LINE_OK) {
        bad_words(t, &w);
        return;
    }
    if (!prefix_ok(t, w.local, "local") || !prefix_ok(t, w.remote, "remote")) return;
    bool no_pattern = cx_str_is(w.pattern, "\"\"");
    if (no_pattern && (!w.local.p || !w.remote.p)) {
        cx_finding *x = cx_refuse(t, CX_RULE_BRIDGE_BAD_TOPIC, w.pattern, "the pattern \"\" needs both prefixes");
        cx_says(t, x, "Invalid bridge remapping.");
        return;
    }
    cx_str pattern = no_pattern ? CX_STR("") : w.pattern;
    cx_bridge_topic topic = {.line = t->line,
                             .pattern = no_pattern ? CX_STR_NONE : w.pattern,
                             .local_prefix = w.local,
                             .remote_prefix = w.remote,
                             .direction = w.direction,
                             .qos = w.qos};
    bool skips = cx_behaves(t->release, CX_B_BRIDGE_SAME_TOPIC) == CX_BRIDGE_SAME_TOPIC_SKIPPED;
    if (skips && !t->at->lost_bridge && is_known(t, b, &topic, w.pattern)) {
        cx_finding *x = cx_remark(t, CX_RULE_BRIDGE_SAME_TOPIC, t->word,
                                  "the broker takes this topic for one it has, and skips it");
        cx_note(t, x, "a missing prefix counts as equal to any other");
        return;
    }
    topic.local = join(t, w.local, pattern);
    topic.remote = join(t, w.remote, pattern);
    if (!joined_ok(t, w.local, topic.local, "local") || !joined_ok(t, w.remote, topic.remote, "remote")) return;
    misread(t, &w);
    if (t->at->lost_bridge) cx_keep(t); /* says that it is lost */
    else cx_vec_add(&b->topics, topic);
    t->setup->things++;
}
