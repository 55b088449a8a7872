#define _POSIX_C_SOURCE 200809L /* inet_pton */
#include "formats/conf/value.h"

#include <arpa/inet.h>
#include <limits.h>

#include "base/utf8.h"
#include "topic/topic.h"

cx_str cx_conf_word(cx_str *rest)
{
    while (rest->n && rest->p[0] == ' ') *rest = cx_str_sub(*rest, 1, rest->n - 1);
    if (rest->n == 0) return CX_STR_NONE;
    const char *space = memchr(rest->p, ' ', rest->n);
    cx_str word = cx_str_sub(*rest, 0, space ? (size_t)(space - rest->p) : rest->n);
    size_t used = word.n + (space != NULL);
    *rest = cx_str_sub(*rest, used, rest->n - used);
    return word;
}

bool cx_conf_bool(cx_str word, bool *value)
{
    *value = cx_str_is(word, "true") || cx_str_is(word, "1");
    return *value || cx_str_is(word, "false") || cx_str_is(word, "0");
}

/* ---- numbers ---- */

static unsigned digit(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A' + 10);
    return 99;
}

/* strtol() of base 10, or of base 0: how many bytes it takes, 0 when there is no number. */
static size_t read_long(cx_str s, unsigned base, long long *value)
{
    size_t at = 0;
    while (at < s.n && cx_is_space(s.p[at])) at++;
    bool minus = at < s.n && s.p[at] == '-';
    if (at < s.n && (s.p[at] == '-' || s.p[at] == '+')) at++;
    if (base == 0) {
        bool zero = at < s.n && s.p[at] == '0';
        bool hex = zero && at + 2 < s.n && (s.p[at + 1] == 'x' || s.p[at + 1] == 'X') && digit(s.p[at + 2]) < 16;
        base = hex ? 16 : zero ? 8 : 10;
        if (hex) at += 2;
    }
    size_t first = at;
    unsigned long long number = 0, most = minus ? (unsigned long long)LLONG_MAX + 1 : LLONG_MAX;
    for (; at < s.n && digit(s.p[at]) < base; at++) {
        unsigned d = digit(s.p[at]);
        number = number > (most - d) / base ? most : number * base + d;
    }
    *value = !minus ? (long long)number : number > LLONG_MAX ? LLONG_MIN : -(long long)number;
    return at > first ? at : 0;
}

long long cx_conf_atol(cx_str word)
{
    long long value;
    return read_long(word, 10, &value) ? value : 0;
}

int cx_conf_atoi(cx_str word)
{
    long long value = cx_conf_atol(word);
    return (int)(uint32_t)(unsigned long long)value;
}

cx_int_status cx_conf_int(const cx_release *release, cx_str word, int *value)
{
    if (cx_behaves(release, CX_B_INT_SYNTAX) == CX_INT_SYNTAX_ATOI) {
        *value = cx_conf_atoi(word);
        return CX_INT_OK;
    }
    long long number;
    size_t used = read_long(word, 0, &number);
    if (used == 0 || used < word.n) return CX_INT_NOT_A_NUMBER;
    if (number > INT_MAX || number < INT_MIN) return CX_INT_OUT_OF_RANGE;
    *value = (int)number;
    return CX_INT_OK;
}

bool cx_conf_duration(const cx_release *release, cx_str word, long long *seconds)
{
    static const struct {
        char unit;
        long long seconds;
    } units[] = {{'h', 3600}, {'d', 86400}, {'w', 7 * 86400}, {'m', 30 * 86400}, {'y', 365 * 86400}, {'s', 1}};
    size_t n = sizeof units / sizeof *units;
    if (cx_behaves(release, CX_B_DURATION_SECONDS) == CX_DURATION_SECONDS_NO) n--;
    for (size_t i = 0; i < n; i++) {
        if (word.p[word.n - 1] != units[i].unit) continue;
        *seconds = cx_conf_atoi(cx_str_sub(word, 0, word.n - 1)) * units[i].seconds;
        return *seconds > 0;
    }
    return false;
}

/* ---- texts ---- */

cx_text_status cx_conf_text(const cx_release *release, cx_str rest, cx_str *value)
{
    *value = cx_str_trim(rest);
    if (value->n == 0) return CX_TEXT_EMPTY;
    if (value->n <= CX_TOPIC_MAX) return cx_mqtt_text_ok(*value) ? CX_TEXT_OK : CX_TEXT_MALFORMED;
    if (cx_behaves(release, CX_B_LONG_STRING) == CX_LONG_STRING_REFUSE) return CX_TEXT_LONG;
    if (value->n > CX_TOPIC_MAX + 1) return CX_TEXT_MALFORMED; /* what 1.6 calls it */
    size_t half = cx_utf8_boundary(*value, value->n / 2);      /* one byte more than MQTT allows passes there */
    bool ok =
        cx_mqtt_text_ok(cx_str_sub(*value, 0, half)) && cx_mqtt_text_ok(cx_str_sub(*value, half, value->n - half));
    return ok ? CX_TEXT_OK : CX_TEXT_MALFORMED;
}

bool cx_conf_sha1_ok(cx_str value)
{
    size_t at = 0, pairs = 0;
    while (at + 1 < value.n && value.p[at] == '0' && value.p[at + 1] == '0') at += 2, pairs++;
    at = value.n && value.p[0] == '-' ? 1 : 0;
    size_t first = at;
    while (at < value.n && digit(value.p[at]) < 16) at++;
    if (at == first) return false;
    while (first < at && value.p[first] == '0') first++;
    return (at - first + 1) / 2 + pairs == 20;
}

/* An IPv6 address, perhaps with an interface behind '%'. */
static bool is_ipv6(cx_str host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    const char *scope = memchr(host.p, '%', host.n);
    size_t n = scope ? (size_t)(scope - host.p) : host.n;
    if (n >= sizeof text) return false;
    memcpy(text, host.p, n);
    text[n] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

bool cx_conf_host_possible(cx_str host)
{
    if (cx_str_has(host, ':')) return is_ipv6(host);
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) continue;
        if (!memchr("-._%", c, 4)) return false;
    }
    return host.n > 0;
}

/* ---- topic of a bridge ---- */

static bool same_letters(cx_str a, const char *lower)
{
    size_t i = 0;
    for (; i < a.n && lower[i]; i++) {
        char c = a.p[i] >= 'A' && a.p[i] <= 'Z' ? (char)(a.p[i] - 'A' + 'a') : a.p[i];
        if (c != lower[i]) return false;
    }
    return i == a.n && lower[i] == '\0';
}

/* The rest of a pattern whose first word, WORD, begins with a quote. */
static bool quoted(cx_arena *a, cx_topic_line *t, cx_str word, cx_str *rest)
{
    if (!cx_str_has(*rest, '"')) {
        t->status = CX_TOPIC_LINE_QUOTE;
        t->at = *rest;
        return false;
    }
    cx_str inner = *rest;
    while (inner.n && inner.p[0] == '"') inner = cx_str_sub(inner, 1, inner.n - 1);
    const char *end = inner.n ? memchr(inner.p, '"', inner.n) : NULL;
    size_t used = (size_t)(inner.p - rest->p) + (end ? (size_t)(end - inner.p) + 1 : inner.n);
    if (end) inner.n = (size_t)(end - inner.p);
    *rest = cx_str_sub(*rest, used, rest->n - used);
    t->pattern = cx_arena_printf(a, "%.*s %.*s", (int)word.n - 1, word.p + 1, (int)inner.n, inner.n ? inner.p : "");
    return true;
}

static bool direction(cx_topic_line *t)
{
    static const char *const words[] = {[CX_BRIDGE_OUT] = "out", [CX_BRIDGE_IN] = "in", [CX_BRIDGE_BOTH] = "both"};
    for (int i = 0; i < 3; i++) {
        if (!same_letters(t->direction_word, words[i])) continue;
        t->direction = (cx_direction)i;
        return true;
    }
    t->status = CX_TOPIC_LINE_DIRECTION;
    t->at = t->direction_word;
    return false;
}

/* A word that begins with '#' hides what follows it, but is still read as the number 0. */
static bool qos(cx_topic_line *t, const cx_release *release, cx_str *rest)
{
    if (t->qos_word.p[0] == '#') *rest = cx_str_sub(*rest, rest->n, 0);
    t->qos = cx_conf_atoi(t->qos_word);
    if (cx_behaves(release, CX_B_BRIDGE_QOS) == CX_BRIDGE_QOS_BYTE) t->qos = (uint8_t)t->qos;
    if (t->qos >= 0 && t->qos <= 2) return true;
    t->status = CX_TOPIC_LINE_QOS;
    t->at = t->qos_word;
    return false;
}

static cx_str prefix(cx_str word) { return cx_str_is(word, "\"\"") || word.p[0] == '#' ? CX_STR_NONE : word; }

cx_topic_line cx_conf_topic(cx_arena *a, const cx_release *release, cx_str rest)
{
    cx_topic_line t = {.status = CX_TOPIC_LINE_OK, .direction = CX_BRIDGE_OUT};
    t.pattern = cx_conf_word(&rest);
    if (!t.pattern.p) {
        t.status = CX_TOPIC_LINE_EMPTY;
        return t;
    }
    bool quote = t.pattern.p[0] == '"' && !(t.pattern.n > 1 && t.pattern.p[1] == '"');
    if (quote && cx_behaves(release, CX_B_BRIDGE_QUOTES) == CX_BRIDGE_QUOTES_YES && !quoted(a, &t, t.pattern, &rest))
        return t;
    t.direction_word = cx_conf_word(&rest);
    if (!t.direction_word.p || !direction(&t)) return t;
    t.qos_word = cx_conf_word(&rest);
    if (!t.qos_word.p || !qos(&t, release, &rest)) return t;
    t.local_word = cx_conf_word(&rest);
    if (!t.local_word.p) return t;
    t.local = prefix(t.local_word);
    if (t.local_word.p[0] == '#') return t;
    t.remote_word = cx_conf_word(&rest);
    if (!t.remote_word.p) return t;
    t.remote = prefix(t.remote_word);
    t.extra = cx_str_trim(rest);
    return t;
}
