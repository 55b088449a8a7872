#include "topic/topic.h"

#include <stdint.h>

#include "base/utf8.h"

/* Bytes a filter check must look at. */
enum { PLAIN, WILDCARD, PERCENT, BLANK, UNUSUAL };
static const uint8_t byte_class[256] = {
    [' '] = BLANK,
    ['+'] = WILDCARD,
    ['#'] = WILDCARD,
    ['%'] = PERCENT,
#define X8(n)                                                                                                     \
    [n] = UNUSUAL, [n + 1] = UNUSUAL, [n + 2] = UNUSUAL, [n + 3] = UNUSUAL, [n + 4] = UNUSUAL, [n + 5] = UNUSUAL, \
    [n + 6] = UNUSUAL, [n + 7] = UNUSUAL
    X8(0),
    X8(8),
    X8(16),
    X8(24),
    [127] = UNUSUAL,
    X8(128),
    X8(136),
    X8(144),
    X8(152),
    X8(160),
    X8(168),
    X8(176),
    X8(184),
    X8(192),
    X8(200),
    X8(208),
    X8(216),
    X8(224),
    X8(232),
    X8(240),
    X8(248),
#undef X8
};

/* Sixteen bytes at once, on whatever the machine has for that. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));

/* Whether one of sixteen bytes must be looked at: what matters lies below ',' or
 * above '~'; some bytes there turn out plain. */
static inline bool any_special(const char *p)
{
    bytes16 x;
    memcpy(&x, p, sizeof x);
    x -= (uint8_t)',';
    words2 outside = (words2)(x > (uint8_t)('~' - ','));
    return (outside[0] | outside[1]) != 0;
}

/* The first byte from FROM on that a filter check must look at; TEXT.n if none. */
static size_t next_special(cx_str text, size_t from)
{
    const size_t step = sizeof(bytes16);
    while (from + step <= text.n && !any_special(text.p + from)) from += step;
    if (from < text.n && from + step > text.n && text.n >= step && !any_special(text.p + text.n - step)) return text.n;
    while (from < text.n && byte_class[(unsigned char)text.p[from]] == PLAIN) from++;
    return from;
}

static cx_filter_info wrong(cx_filter_info info, cx_filter_error error, size_t at)
{
    info.error = error;
    info.at = at;
    return info;
}

/* '+' or '#' at I: is it a level, and '#' the last one? */
static cx_filter_error wildcard_error(cx_str f, size_t i)
{
    bool alone = i == 0 || f.p[i - 1] == '/', last = i + 1 == f.n;
    if (f.p[i] == '+') return alone && (last || f.p[i + 1] == '/') ? CX_FILTER_OK : CX_FILTER_PLUS;
    if (alone && last) return CX_FILTER_OK;
    return alone && f.p[i + 1] == '/' ? CX_FILTER_NOT_LAST : CX_FILTER_HASH;
}

static bool too_deep(cx_str f)
{
    if (f.n <= CX_TOPIC_SLASHES) return false;
    size_t slashes = 0;
    for (size_t i = 0; i < f.n; i++) slashes += f.p[i] == '/';
    return slashes > CX_TOPIC_SLASHES;
}

bool cx_next_level(cx_str text, size_t *at, cx_str *level)
{
    if (*at > text.n) return false;
    const char *slash = *at < text.n ? memchr(text.p + *at, '/', text.n - *at) : NULL;
    size_t end = slash ? (size_t)(slash - text.p) : text.n;
    *level = cx_str_sub(text, *at, end - *at);
    *at = end + 1;
    return true;
}

size_t cx_filter_literal(cx_str filter)
{
    size_t at = 0;
    while ((at = next_special(filter, at)) < filter.n && byte_class[(unsigned char)filter.p[at]] >= BLANK) at++;
    bool rest = at > 0 && at < filter.n && filter.p[at] == '#';
    return rest ? at - 1 : at;
}

cx_filter_info cx_filter_check(cx_str f)
{
    cx_filter_info info = {0};
    if (f.n == 0) return wrong(info, CX_FILTER_EMPTY, 0);
    for (size_t i = next_special(f, 0); i < f.n; i = next_special(f, i + 1)) {
        uint8_t class = byte_class[(unsigned char)f.p[i]];
        if (class == PERCENT) {
            info.percent = true;
        } else if (class == BLANK) {
            info.blank = true;
        } else if (class == UNUSUAL) {
            info.unusual = true;
        } else {
            info.wildcard = true;
            cx_filter_error error = wildcard_error(f, i);
            if (error != CX_FILTER_OK) return wrong(info, error, i);
        }
    }
    if (f.n > CX_TOPIC_MAX) return wrong(info, CX_FILTER_LONG, CX_TOPIC_MAX);
    if (too_deep(f)) return wrong(info, CX_FILTER_DEEP, f.n - 1);
    return info;
}

bool cx_mqtt_text_ok(cx_str text)
{
    if (text.n > CX_TOPIC_MAX) return false;
    for (size_t i = next_special(text, 0); i < text.n; i = next_special(text, i)) {
        if (byte_class[(unsigned char)text.p[i]] != UNUSUAL) {
            i++;
            continue;
        }
        uint32_t cp;
        size_t len = cx_utf8_next(cx_str_sub(text, i, text.n - i), &cp);
        if (len == 0 || cp < 0x20 || (cp >= 0x7F && cp < 0xA0)) return false;
        if ((cp >= 0xFDD0 && cp <= 0xFDEF) || (cp & 0xFFFE) == 0xFFFE) return false;
        i += len;
    }
    return true;
}

bool cx_has_wildcard(cx_str text)
{
    for (size_t i = next_special(text, 0); i < text.n; i = next_special(text, i + 1))
        if (byte_class[(unsigned char)text.p[i]] == WILDCARD) return true;
    return false;
}

bool cx_topic_shape_ok(cx_str topic)
{
    return topic.n > 0 && topic.n <= CX_TOPIC_MAX && !too_deep(topic) && !cx_has_wildcard(topic);
}

bool cx_topic_ok(cx_str topic)
{
    if (topic.n == 0 || topic.n > CX_TOPIC_MAX || too_deep(topic)) return false;
    for (size_t i = next_special(topic, 0); i < topic.n; i = next_special(topic, i + 1)) {
        if (byte_class[(unsigned char)topic.p[i]] == WILDCARD) return false;
        if (byte_class[(unsigned char)topic.p[i]] == UNUSUAL) return !cx_has_wildcard(topic) && cx_mqtt_text_ok(topic);
    }
    return true;
}

/* How many bytes two texts have in common at their beginning. */
static size_t common_prefix(const char *a, const char *b, size_t most)
{
    size_t n = 0;
    for (; n + 8 <= most; n += 8) {
        uint64_t x, y;
        memcpy(&x, a + n, 8);
        memcpy(&y, b + n, 8);
        if (x != y) break;
    }
    while (n < most && a[n] == b[n]) n++;
    return n;
}

bool cx_filter_match(cx_str f, cx_str t)
{
    return f.n > 0 && t.n > 0 && (f.p[0] == '$') == (t.p[0] == '$') && cx_filter_match_levels(f, t);
}

bool cx_filter_match_levels(cx_str f, cx_str t)
{
    size_t i = 0, j = 0;
    for (;;) {
        size_t left = f.n - i < t.n - j ? f.n - i : t.n - j;
        size_t same = common_prefix(f.p + i, t.p + j, left);
        i += same;
        j += same;
        if (i == f.n) return j == t.n;
        if (f.p[i] == '#') return true; /* a topic has none, so this is a level and the last one */
        if (f.p[i] != '+') break;
        i++;
        while (j < t.n && t.p[j] != '/') j++;
    }
    return j == t.n && i + 2 == f.n && f.p[i] == '/' && f.p[i + 1] == '#'; /* "a/#" matches "a" */
}
