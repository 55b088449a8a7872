/* What is said about a dynamic-security.json. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/typo.h"
#include "data/json_places.h"
#include "formats/dynsec/reading.h"

/* ---- findings and their places ---- */

static bool refuses(unsigned rule) { return rule == CX_RULE_DYNSEC_CRASH; }

static cx_finding *find(cx_dynsec_reading *r, unsigned rule, const cJSON *item, bool key, cx_targets targets,
                        const char *message, va_list args)
{
    cx_findings *f = &r->d->findings;
    cx_targets refused = refuses(rule) ? targets : 0;
    bool full = cx_findings_full(f, refused != 0);
    char text[CX_FINDING_TEXT_MAX * 2];
    if (!full) vsnprintf(text, sizeof text, message, args);
    cx_finding *x = cx_findings_add(f, rule, (cx_span){0, 0}, targets, refused, "%s", full ? "" : text);
    if (full) return x;
    struct cx_dynsec_pending p = {item, f->list.n - 1, key};
    cx_vec_add(&r->pending, p);
    return x;
}

cx_finding *cx_dynsec_find(cx_dynsec_reading *r, unsigned rule, const cJSON *item, cx_targets targets,
                           const char *message, ...)
{
    va_list args;
    va_start(args, message);
    cx_finding *x = find(r, rule, item, false, targets, message, args);
    va_end(args);
    return x;
}

cx_finding *cx_dynsec_find_key(cx_dynsec_reading *r, unsigned rule, const cJSON *item, cx_targets targets,
                               const char *message, ...)
{
    va_list args;
    va_start(args, message);
    cx_finding *x = find(r, rule, item, true, targets, message, args);
    va_end(args);
    return x;
}

static int by_item(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct cx_dynsec_pending *)a)->item,
              y = (uintptr_t)((const struct cx_dynsec_pending *)b)->item;
    return (x > y) - (x < y);
}

static void place(void *context, const cJSON *item, const cx_json_place *where)
{
    cx_dynsec_reading *r = context;
    struct cx_dynsec_pending wanted = {.item = item},
                             *p = bsearch(&wanted, r->pending.items, r->pending.n, sizeof wanted, by_item);
    if (!p) return;
    while (p > r->pending.items && p[-1].item == item) p--;
    for (; p < r->pending.items + r->pending.n && p->item == item; p++)
        r->d->findings.list.items[p->finding].span =
            p->key && where->key_len ? (cx_span){where->key_at, where->key_len} : (cx_span){where->at, where->len};
}

void cx_dynsec_place_findings(cx_dynsec_reading *r)
{
    if (!r->pending.n) return;
    qsort(r->pending.items, r->pending.n, sizeof *r->pending.items, by_item);
    cx_json_places(r->d->source->text, r->d->tree, place, r);
    cx_findings_sort(&r->d->findings);
}

static const char *quote(cx_dynsec_reading *r, const char *text) { return cx_quote(&r->d->findings, cx_str_of(text)); }

/* Nothing more is kept, so the words need not be searched for. */
static bool drop(cx_dynsec_reading *r, unsigned rule)
{
    if (!cx_findings_full(&r->d->findings, refuses(rule))) return false;
    cx_findings_drop(&r->d->findings, cx_rules[rule].severity, 0);
    return true;
}

#define NOTE(r, x, ...) cx_finding_note(&(r)->d->findings, (x), __VA_ARGS__)
#define HELP(r, x, ...) cx_finding_help(&(r)->d->findings, (x), __VA_ARGS__)

/* ---- the text ---- */

/* Where the plug-in's reader stopped is one byte late at a name that is none. */
static size_t back_to_name(cx_str text, size_t at)
{
    if (at == 0 || at > text.n || strchr("\"-[{0123456789", text.p[at - 1])) return at;
    size_t i = at - 1;
    if ((unsigned char)text.p[i] <= ' ') return at;
    while (i > 0 && (unsigned char)text.p[i - 1] <= ' ') i--;
    return i > 0 && (text.p[i - 1] == '{' || text.p[i - 1] == ',') ? at - 1 : at;
}

/* Whether a text begins right before AT that does not end. */
static bool is_open_text(cx_str text, size_t at)
{
    if (at == 0 || at > text.n || text.p[at - 1] != '"') return false;
    for (; at < text.n && text.p[at] != '"'; at++)
        if (text.p[at] == '\\') at++;
    return at >= text.n;
}

static const char *what_is_wrong(cx_str text, size_t at, bool cut)
{
    char c = at < text.n ? text.p[at] : '\0';
    if (text.n == 0) return cut ? "the text begins with a NUL byte" : "the file is empty";
    if (is_open_text(text, at))
        return cut ? "a NUL byte ends the text within these quotes" : "these quotes are not closed";
    if (at == text.n) return cut ? "a NUL byte ends the text here" : "the text ends here, too early";
    while (at > 0 && (unsigned char)text.p[at - 1] <= ' ') at--;
    char before = at > 0 ? text.p[at - 1] : '\0';
    if ((c == ']' || c == '}') && before == ',') return "a comma before the closing bracket";
    if (c == '/' || c == '#') return "JSON has no comments";
    if (c == '\'') return "JSON has no single quotes";
    if (c == '\\') return "JSON has no such escape";
    if (c == '[' || c == '{') return "nested more than 1000 deep";
    return "not JSON from here on";
}

/* In a text of UTF-16 every second byte is NUL, so it is cut off early. */
static bool is_utf16(cx_str whole)
{
    if (whole.n < 4) return false;
    bool little = whole.p[0] && !whole.p[1] && whole.p[2] && !whole.p[3];
    bool big = !whole.p[0] && whole.p[1] && !whole.p[2] && whole.p[3];
    return little || big || cx_str_starts(whole, CX_STR("\xFF\xFE")) || cx_str_starts(whole, CX_STR("\xFE\xFF"));
}

void cx_dynsec_not_json(cx_dynsec_reading *r, cx_str text, size_t at, bool cut)
{
    cx_findings *f = &r->d->findings;
    at = back_to_name(text, at);
    bool open = is_open_text(text, at);
    const char *what = is_utf16(r->d->source->text) ? "the text is UTF-16, which the plug-in does not read"
                                                    : what_is_wrong(text, at, cut);
    cx_finding *x = cx_findings_add(f, CX_RULE_DYNSEC_INVALID_JSON,
                                    open ? (cx_span){(uint32_t)at - 1, 1} : (cx_span){(uint32_t)at, at < text.n},
                                    r->targets, 0, "%s", what);
    cx_finding_note(f, x, "the broker starts with an empty policy: nobody has any right, not even to administer it");
    cx_finding_note(f, x,
                    r->d->source->text.n ? "the plug-in logs that the file is not valid JSON"
                                         : "the plug-in says nothing of it");
}

void cx_dynsec_not_loaded(cx_dynsec_reading *r, const cJSON *item, const char *lost)
{
    cx_finding *x = item->string
                        ? cx_dynsec_find(r, CX_RULE_DYNSEC_NOT_LOADED, item, r->targets,
                                         "'%s' is %s where a list is expected", item->string, cx_json_type_of(item))
                        : cx_dynsec_find(r, CX_RULE_DYNSEC_NOT_LOADED, item, r->targets,
                                         "the file holds %s where an object is expected", cx_json_type_of(item));
    NOTE(r, x, "the plug-in loads %s, without a message", lost);
}

void cx_dynsec_no_groups(cx_dynsec_reading *r, const cJSON *anonymous)
{
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_NOT_LOADED, anonymous, r->targets,
                                   "without 'groups' the anonymous group is not looked at");
    NOTE(r, x, "the plug-in loads no anonymous group, without a message");
}

/* ---- members ---- */

/* What people write instead of a word of the format; aliases are in lower case. */
static const char *meant(const char *kind, const char *written)
{
    char lower[64];
    size_t n = strlen(written);
    if (n >= sizeof lower) return NULL;
    for (size_t i = 0; i <= n; i++) lower[i] = (char)tolower((unsigned char)written[i]);
    const cx_word *word = cx_word_alias(CX_STR("dynsec"), cx_str_of(kind), (cx_str){lower, n});
    return word ? word->name : NULL;
}

void cx_dynsec_unknown_member(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *item)
{
    if (drop(r, CX_RULE_DYNSEC_UNKNOWN_KEY)) return;
    const char *name = item->string ? item->string : "";
    cx_finding *x = cx_dynsec_find_key(r, CX_RULE_DYNSEC_UNKNOWN_KEY, item, r->targets, "%s has no member %s",
                                       shape->a_what, quote(r, name));
    if (shape == &cx_shape_client && cx_str_is(cx_str_of(name), "groups")) {
        NOTE(r, x, "who is in a group stands in the group's 'clients'");
        return;
    }
    NOTE(r, x, "it is ignored, and lost when the plug-in saves the file");
    cx_str near = cx_shape_near(shape, name);
    const char *field = meant("field", name);
    if (!near.p && field && cx_shape_find(shape, field) < CX_MEMBERS_MAX) near = cx_str_of(field);
    if (!near.p && shape->named && cx_str_is(cx_str_of(name), "name")) near = cx_str_of(shape->named);
    if (near.p) HELP(r, x, "\"%.*s\"", (int)near.n, near.p);
}

void cx_dynsec_repeated_member(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *item)
{
    if (drop(r, CX_RULE_DYNSEC_DUPLICATE)) return;
    cx_finding *x = cx_dynsec_find_key(r, CX_RULE_DYNSEC_DUPLICATE, item, r->targets, "%s a second time in this %s",
                                       quote(r, item->string), shape->what);
    NOTE(r, x, "the first one counts, this one is ignored");
}

static const char *expected(cx_json_type type)
{
    switch (type) {
    case CX_JSON_STRING: return "a text";
    case CX_JSON_NUMBER: return "a number";
    case CX_JSON_BOOL: return "true or false";
    case CX_JSON_ARRAY: return "a list";
    case CX_JSON_OBJECT: break;
    }
    return "an object";
}

/* A missing text spelt out. */
static bool is_no_text(const cJSON *item, const char *name)
{
    return cJSON_IsNull(item) && name[0] == 't' && name[1] == 'e' && name[2] == 'x';
}

void cx_dynsec_wrong_type(cx_dynsec_reading *r, const cx_shape *shape, unsigned member, const cJSON *item)
{
    const cx_member *m = &shape->members[member];
    bool list_of_root = shape == &cx_shape_root && m->type == CX_JSON_ARRAY; /* said by the reader */
    bool crash = shape == &cx_shape_role && m->type == CX_JSON_STRING;       /* said by the reader too */
    cx_targets targets = r->targets;
    if (crash) targets &= (cx_targets)~cx_releases_where(CX_B_DYNSEC_TEXT, CX_DYNSEC_TEXT_CRASH);
    bool name = member == 0 && shape->named && shape != &cx_shape_acl; /* said of the entry */
    if (!targets || name || list_of_root || is_no_text(item, m->name) || drop(r, CX_RULE_DYNSEC_UNKNOWN_KEY)) return;
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_UNKNOWN_KEY, item, targets, "'%s' is %s where %s is expected",
                                   m->name, cx_json_type_of(item), expected(m->type));
    if (m->absent[0]) NOTE(r, x, "it counts as missing: %s", m->absent);
}

/* ---- entries ---- */

void cx_dynsec_skipped(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *object)
{
    if (drop(r, CX_RULE_DYNSEC_SKIPPED_ENTRY)) return;
    if (!cJSON_IsObject(object)) {
        cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_SKIPPED_ENTRY, object, r->targets, "%s where a %s is expected",
                                       cx_json_type_of(object), shape->what);
        NOTE(r, x, "it is skipped");
        return;
    }
    const char *lacks = shape->members[0].name;
    if (shape == &cx_shape_acl && cJSON_IsString(cJSON_GetObjectItem(object, lacks))) lacks = shape->named;
    const cJSON *there = cJSON_GetObjectItem(object, lacks);
    cx_finding *x =
        cx_dynsec_find(r, CX_RULE_DYNSEC_SKIPPED_ENTRY, object, r->targets, "this %s has %s '%s'", shape->what,
                       !there                  ? "no"
                       : cJSON_IsString(there) ? "an empty"
                                               : "no usable",
                       lacks);
    const cJSON *allow = cJSON_GetObjectItem(object, "allow");
    NOTE(r, x,
         shape == &cx_shape_acl && !cJSON_IsTrue(allow) ? "it is skipped, and what it was to deny stays allowed"
                                                        : "it is skipped");
}

void cx_dynsec_empty_name(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *name)
{
    cx_targets skip = r->targets & cx_releases_where(CX_B_DYNSEC_EMPTY_NAME, CX_DYNSEC_EMPTY_NAME_SKIPPED);
    if (!skip || drop(r, CX_RULE_DYNSEC_SKIPPED_ENTRY)) return;
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_SKIPPED_ENTRY, name, skip, "%s without a name", shape->a_what);
    NOTE(r, x, "2.1 skips it, older releases take it");
}

void cx_dynsec_duplicate(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *name)
{
    if (drop(r, CX_RULE_DYNSEC_DUPLICATE)) return;
    cx_targets chained = r->targets & cx_releases_where(CX_B_DYNSEC_DUPLICATE, CX_DYNSEC_DUPLICATE_CHAINED);
    if (shape == &cx_shape_acl) {
        cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_DUPLICATE, name, r->targets,
                                       "an ACL of this type and topic a second time in this role");
        NOTE(r, x, "the first one counts, whatever its priority; this one is ignored");
        if (chained) NOTE(r, x, "2.0.11 keeps both");
        return;
    }
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_DUPLICATE, name, r->targets, "the %s %s a second time",
                                   shape->what, quote(r, name->valuestring));
    NOTE(r, x, "the first one counts, this one is ignored");
    if (chained && (shape == &cx_shape_client || shape == &cx_shape_role || shape == &cx_shape_group))
        NOTE(r, x, "2.0.11 keeps both, and mostly finds the last");
}

void cx_dynsec_unknown_type(cx_dynsec_reading *r, const cJSON *type, bool allow)
{
    if (drop(r, CX_RULE_DYNSEC_UNKNOWN_ACLTYPE)) return;
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_UNKNOWN_ACLTYPE, type, r->targets, "no such acltype: %s",
                                   quote(r, type->valuestring));
    NOTE(r, x, allow ? "the ACL is skipped" : "the ACL is skipped, and what it was to deny stays allowed");
    cx_nearest n = {0};
    const char *alias = meant("acltype", type->valuestring);
    for (int i = 0; i < CX_DYNSEC_TYPES; i++)
        cx_nearest_offer(&n, cx_str_of(type->valuestring), cx_str_of(cx_dynsec_type_name((cx_dynsec_type)i)));
    if (alias) n.word = cx_str_of(alias);
    if (n.word.p) HELP(r, x, "\"acltype\": \"%.*s\"", (int)n.word.n, n.word.p);
    else
        HELP(r, x,
             "publishClientSend, publishClientReceive, subscribeLiteral, subscribePattern, unsubscribeLiteral or "
             "unsubscribePattern");
}

static const char *filter_error(cx_filter_error error)
{
    switch (error) {
    case CX_FILTER_PLUS: return "'+' shares its level with other characters";
    case CX_FILTER_HASH: return "'#' shares its level with other characters";
    case CX_FILTER_NOT_LAST: return "a level follows '#'";
    case CX_FILTER_LONG: return "longer than 65535 bytes";
    case CX_FILTER_DEEP: return "more than 200 '/'";
    case CX_FILTER_EMPTY:
    case CX_FILTER_OK: break;
    }
    return "empty";
}

void cx_dynsec_bad_filter(cx_dynsec_reading *r, const cJSON *topic, cx_filter_info info, bool literal)
{
    if (drop(r, CX_RULE_DYNSEC_INVALID_FILTER)) return;
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_INVALID_FILTER, topic, r->targets, "%s is no topic filter: %s",
                                   quote(r, topic->valuestring), filter_error(info.error));
    if (literal) {
        NOTE(r, x, "no client can subscribe to it, so the ACL decides nothing");
        return;
    }
    cx_targets deny = r->targets & cx_releases_where(CX_B_DYNSEC_MALFORMED, CX_DYNSEC_MALFORMED_DENIES);
    if (r->targets & (cx_targets)~deny) NOTE(r, x, "2.0: the ACL decides nothing");
    if (deny) NOTE(r, x, "2.1: a request that reaches the malformed part is denied, whatever ACLs come after it");
}

void cx_dynsec_variable(cx_dynsec_reading *r, const cJSON *topic)
{
    cx_targets plain = r->targets & cx_releases_where(CX_B_DYNSEC_VARIABLES, CX_DYNSEC_VARIABLES_NO);
    if (!plain || drop(r, CX_RULE_DYNSEC_VARIABLE_NOT_IN_TARGET)) return;
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_VARIABLE_NOT_IN_TARGET, topic, plain,
                                   "%%c and %%u are plain text here: %s", quote(r, topic->valuestring));
    NOTE(r, x, "variables in a dynamic-security.json came with 2.1");
}

enum { NAMES_TRIED = 10000 };

void cx_dynsec_unknown_reference(cx_dynsec_reading *r, const cJSON *name, const char *what,
                                 const struct cx_dynsec_names *known)
{
    if (drop(r, CX_RULE_DYNSEC_UNKNOWN_REFERENCE)) return;
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_UNKNOWN_REFERENCE, name, r->targets, "there is no %s %s", what,
                                   quote(r, name->valuestring));
    NOTE(r, x, "it is ignored, without a message");
    cx_nearest n = {0};
    for (size_t i = 0; i < known->count && i < NAMES_TRIED; i++)
        cx_nearest_offer(&n, cx_str_of(name->valuestring), known->map.keys[i].key);
    if (n.word.p) HELP(r, x, "\"%.*s\"", (int)n.word.n, n.word.p);
}

void cx_dynsec_crash(cx_dynsec_reading *r, const cJSON *item)
{
    cx_targets crash = r->targets & cx_releases_where(CX_B_DYNSEC_TEXT, CX_DYNSEC_TEXT_CRASH);
    if (!crash) return;
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_CRASH, item, crash, "a role's '%s' that is %s", item->string,
                                   cx_json_type_of(item));
    NOTE(r, x, "2.0.11 crashes at start");
    HELP(r, x, "\"%s\": a text", item->string);
}

/* What forbids nothing where it is not known. */
void cx_dynsec_wildcards(cx_dynsec_reading *r, const cJSON *item)
{
    cx_targets without = r->targets & cx_releases_where(CX_B_DYNSEC_WILDCARD_SUBS, CX_DYNSEC_WILDCARD_SUBS_NO);
    if (!without || cJSON_IsTrue(item) || drop(r, CX_RULE_DYNSEC_UNKNOWN_KEY)) return;
    cx_finding *x = cx_dynsec_find_key(r, CX_RULE_DYNSEC_UNKNOWN_KEY, item, without,
                                       "'allowwildcardsubs' came with 2.1, and forbids nothing here");
    NOTE(r, x, "2.0 leaves subscriptions with wildcards to the ACLs");
}

/* 2.1 moves what is outside to the nearest end; in 2.0 differences between roles or groups wrap
 * beyond 32 bits, which halves of the range cannot reach. */
void cx_dynsec_priority(cx_dynsec_reading *r, const cJSON *priority, bool wraps)
{
    int value = priority->valueint;
    if (value >= -CX_DYNSEC_PRIORITY_MAX && value <= CX_DYNSEC_PRIORITY_MAX) return;
    cx_targets clamped = cx_releases_where(CX_B_DYNSEC_PRIORITY, CX_DYNSEC_PRIORITY_CLAMPED) & r->targets;
    bool wide = wraps && (value > INT32_MAX / 2 || value < INT32_MIN / 2);
    cx_targets targets = clamped | (wide ? r->targets : 0);
    if (!targets || drop(r, CX_RULE_DYNSEC_PRIORITY_RANGE)) return;
    cx_finding *x = cx_dynsec_find(r, CX_RULE_DYNSEC_PRIORITY_RANGE, priority, targets, "the priority is out of range");
    if (clamped) NOTE(r, x, "2.1 takes %d", value < 0 ? -CX_DYNSEC_PRIORITY_MAX : CX_DYNSEC_PRIORITY_MAX);
    if (wide && (r->targets & (cx_targets)~clamped))
        NOTE(r, x, "2.0 orders by differences, which wrap around when they are larger than 2147483647");
    HELP(r, x, "a priority from -100000 to 100000");
}
