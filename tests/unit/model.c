#define _POSIX_C_SOURCE 200809L
#include "model.h"

#include <stdlib.h>
#include <string.h>

const char *const model_names[MODEL_RELEASES] = {"1.6.15", "2.0.11", "2.0.22", "2.1.2"};

static void *need(void *p)
{
    if (!p) abort();
    return p;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r'; }

/* ---- lines ---- */

void model_open(model_reader *r, const char *text, size_t n, size_t size)
{
    *r = (model_reader){.text = text, .n = n, .size = size};
    r->buf = need(malloc(r->size));
    r->buf[0] = '\0';
}

void model_close(model_reader *r) { free(r->buf); }

/* fgets() of the C library, with feof() in r->eof. */
static bool model_fgets(model_reader *r, char *to, size_t size)
{
    size_t got = 0;
    while (got + 1 < size) {
        if (r->at == r->n) {
            r->eof = true;
            break;
        }
        to[got++] = r->text[r->at++];
        if (to[got - 1] == '\n') break;
    }
    if (got == 0) return false;
    to[got] = '\0';
    return true;
}

/* The broker's growing fgets(). */
bool model_gets(model_reader *r, model_release release)
{
    size_t offset = 0;
    r->begin = r->at;
    for (;;) {
        bool got = model_fgets(r, r->buf + offset, r->size - offset);
        if (r->eof) return got;
        size_t length = strlen(r->buf);
        if (length == 0) {
            if (release == MODEL_2_0_22 || release == MODEL_2_1_2) return got;
            /* the older ones look at the byte before the buffer, which is no line feed */
        } else {
            if (r->buf[length - 1] == '\n') return got;
            if (release == MODEL_2_1_2 && length + 1 < r->size) return false;
        }
        offset = r->size - 1;
        r->size += 1000;
        r->buf = need(realloc(r->buf, r->size));
    }
}

/* Cuts blanks at both ends, in place. */
static char *trim(char *s)
{
    while (is_blank(*s)) s++;
    size_t n = strlen(s);
    while (n > 0 && is_blank(s[n - 1])) s[--n] = '\0';
    return s;
}

/* ---- topics ---- */

/* The level of S at *AT as a copy of at most SIZE-1 bytes' place; moves *AT behind
 * its slash. False: there is no further level. */
static bool next_level(const char *s, size_t *at, const char **level, size_t *n)
{
    size_t length = strlen(s);
    if (*at > length) return false;
    *level = s + *at;
    *n = strcspn(*level, "/");
    *at += *n + 1;
    return true;
}

/* VARIABLES: 2.1.2's way with a pattern, where a level that is exactly %c or %u
 * stands for one level. */
static bool match_levels(const char *filter, const char *topic, bool variables, const char *user, const char *id)
{
    if (!*filter || !*topic || (filter[0] == '$') != (topic[0] == '$')) return false;
    size_t f = 0, t = 0;
    for (;;) {
        const char *want, *have;
        size_t want_n, have_n;
        bool more_f = next_level(filter, &f, &want, &want_n), more_t = next_level(topic, &t, &have, &have_n);
        if (!more_f) return !more_t;
        if (want_n == 1 && want[0] == '#') return true;
        if (!more_t) return false;
        if (want_n == 1 && want[0] == '+') continue;
        if (variables && want_n == 2 && want[0] == '%' && (want[1] == 'c' || want[1] == 'u')) {
            want = want[1] == 'c' ? id : user;
            if (!want || !*want) return false;
            want_n = strlen(want);
        }
        if (want_n != have_n || memcmp(want, have, want_n) != 0) return false;
    }
}

bool model_match(const char *filter, const char *topic) { return match_levels(filter, topic, false, NULL, NULL); }

static bool filter_valid(const char *filter)
{
    size_t at = 0, n, levels = 0;
    const char *level;
    bool hash = false;
    if (!*filter || strlen(filter) > 65535) return false;
    while (next_level(filter, &at, &level, &n)) {
        if (hash) return false;
        if (n > 1 && (memchr(level, '+', n) || memchr(level, '#', n))) return false;
        hash = n == 1 && level[0] == '#';
        levels++;
    }
    return levels <= 201;
}

/* %c and %u replaced in one pass; %u stays when there is no user name. */
static char *substitute(const char *pattern, const char *user, const char *id)
{
    size_t room = 1, longest = strlen(id);
    if (user && strlen(user) > longest) longest = strlen(user);
    for (const char *p = pattern; *p; p++) room += *p == '%' ? longest + 1 : 1;
    char *out = need(malloc(room)), *to = out;
    while (*pattern) {
        const char *text = NULL;
        if (pattern[0] == '%' && pattern[1] == 'c') text = id;
        if (pattern[0] == '%' && pattern[1] == 'u') text = user;
        if (!text) {
            *to++ = *pattern++;
            continue;
        }
        strcpy(to, text);
        to += strlen(text);
        pattern += 2;
    }
    *to = '\0';
    return out;
}

/* ---- ACL files ---- */

static char *keep(model_acl *m, const char *s)
{
    if (m->string_count == m->string_cap) {
        m->string_cap = m->string_cap ? m->string_cap * 2 : 16;
        m->strings = need(realloc(m->strings, m->string_cap * sizeof *m->strings));
    }
    return m->strings[m->string_count++] = need(strdup(s));
}

static void add_rule(model_acl *m, model_rule rule)
{
    if (m->count == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->rules = need(realloc(m->rules, m->cap * sizeof *m->rules));
    }
    m->rules[m->count++] = rule;
}

/* What follows "topic" or "pattern"; false: an error, the file is refused. */
static bool load_rule(model_acl *m, const model_reader *r, char **save, const char *user, bool pattern)
{
    model_rule rule = {.user = pattern ? NULL : user, .pattern = pattern};
    char *word = strtok_r(NULL, " ", save);
    if (!word) return false;
    char *rest = strtok_r(NULL, "", save), *filter = word;
    if (rest) {
        filter = trim(rest);
        if (strcmp(word, "read") == 0) rule.read = true;
        else if (strcmp(word, "write") == 0) rule.write = true;
        else if (strcmp(word, "readwrite") == 0) rule.read = rule.write = true;
        else if (strcmp(word, "deny") == 0 && m->release != MODEL_1_6_15) rule.deny = true;
        else return false;
    } else {
        rule.read = rule.write = true;
    }
    if (!filter_valid(filter)) return false;
    rule.at = r->begin + (size_t)(filter - r->buf);
    rule.filter = keep(m, filter);
    add_rule(m, rule);
    return true;
}

/* False: an error. */
static bool load_line(model_acl *m, const model_reader *r, const char **user)
{
    size_t n = strlen(r->buf);
    while (n > 0 && is_blank(r->buf[n - 1])) r->buf[--n] = '\0';
    if (r->buf[0] == '#') return true;
    char *save, *word = strtok_r(r->buf, " ", &save);
    if (!word) return true;
    if (strcmp(word, "topic") == 0) return load_rule(m, r, &save, *user, false);
    if (strcmp(word, "pattern") == 0) return load_rule(m, r, &save, *user, true);
    if (strcmp(word, "user") != 0) return false;
    char *rest = strtok_r(NULL, "", &save);
    if (!rest) return false;
    rest = trim(rest);
    if (!*rest) return false;
    *user = keep(m, rest);
    return true;
}

void model_acl_load(model_acl *m, const char *text, size_t n, model_release release)
{
    *m = (model_acl){.release = release};
    model_reader r;
    const char *user = NULL;
    model_open(&r, text, n, 256);
    while (!m->refused && model_gets(&r, release))
        if (!load_line(m, &r, &user)) m->refused = true;
    model_close(&r);
}

void model_acl_free(model_acl *m)
{
    for (size_t i = 0; i < m->string_count; i++) free(m->strings[i]);
    free(m->strings);
    free(m->rules);
}

static bool rule_matches(const model_acl *m, const model_rule *rule, const char *user, const char *id,
                         const char *topic)
{
    if (!rule->pattern) return model_match(rule->filter, topic);
    if (strstr(rule->filter, "%u") && !user) return false;
    if (m->release == MODEL_2_1_2) return match_levels(rule->filter, topic, true, user, id);
    char *filter = substitute(rule->filter, user, id);
    bool matches = model_match(filter, topic);
    free(filter);
    return matches;
}

/* Whose rule is it: the patterns', or the list of USER? */
static bool in_list(const model_rule *rule, bool patterns, const char *user)
{
    if (rule->pattern || patterns) return rule->pattern && patterns;
    return rule->user && user ? strcmp(rule->user, user) == 0 : rule->user == user;
}

/* 1 allow, -1 deny, 0 no rule decides. All denies come before all others. */
static int ask_list(const model_acl *m, bool patterns, const char *user, const char *id, bool write, const char *topic)
{
    for (int denies = 1; denies >= 0; denies--) {
        for (size_t i = 0; i < m->count; i++) {
            const model_rule *rule = &m->rules[i];
            if (!in_list(rule, patterns, user) || rule->deny != (denies == 1)) continue;
            if (!rule->deny && !(write ? rule->write : rule->read)) continue;
            if (rule_matches(m, rule, user, id, topic)) return rule->deny ? -1 : 1;
        }
    }
    return 0;
}

bool model_acl_allows(const model_acl *m, const char *user, const char *id, bool write, const char *topic, bool *unsafe)
{
    bool patterns = false;
    if (unsafe) *unsafe = false;
    int own = ask_list(m, false, user, id, write, topic);
    if (own) return own > 0;
    for (size_t i = 0; i < m->count; i++) patterns |= m->rules[i].pattern;
    if (patterns && ((user && strpbrk(user, "+#")) || strpbrk(id, "+#"))) {
        if (unsafe) *unsafe = true;
        return false;
    }
    return ask_list(m, true, user, id, write, topic) > 0;
}

bool model_gate_denies(bool write, const char *topic)
{
    if (strncmp(topic, "$share", 6) == 0) return true;
    return write && strncmp(topic, "$SYS", 4) == 0 && !model_match("$SYS/broker/connection/+/state", topic);
}

/* ---- password and PSK files ---- */

static void add_record(model_records *m, const model_reader *r, const char *name, const char *secret)
{
    if (m->count == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->items = need(realloc(m->items, m->cap * sizeof *m->items));
    }
    model_record *x = &m->items[m->count++];
    *x = (model_record){.name = need(strdup(name)), .name_at = r->begin + (size_t)(name - r->buf)};
    if (!secret) return;
    x->secret = need(strdup(secret));
    x->secret_at = r->begin + (size_t)(secret - r->buf);
}

void model_records_read(model_records *m, const char *text, size_t n, model_release release)
{
    *m = (model_records){0};
    model_reader r;
    model_open(&r, text, n, 256);
    while (!r.eof) {
        if (!model_gets(&r, release) || r.buf[0] == '#' || !strchr(r.buf, ':')) continue;
        char *save, *name = strtok_r(r.buf, ":", &save);
        if (!name) continue;
        char *secret = strtok_r(NULL, ":", &save);
        name = trim(name);
        add_record(m, &r, name, secret ? trim(secret) : NULL);
    }
    model_close(&r);
}

void model_records_free(model_records *m)
{
    for (size_t i = 0; i < m->count; i++) {
        free(m->items[i].name);
        free(m->items[i].secret);
    }
    free(m->items);
}

static bool seen_before(const model_records *m, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        const model_record *x = &m->items[k];
        if (x->secret && strlen(x->name) <= 65535 && strlen(x->secret) <= 65535 &&
            strcmp(x->name, m->items[i].name) == 0)
            return true;
    }
    return false;
}

bool model_psk_refused(const char *text, size_t n, model_release release)
{
    model_records m;
    bool refused = false;
    model_records_read(&m, text, n, release);
    for (size_t i = 0; i < m.count && !refused; i++) {
        const model_record *x = &m.items[i];
        if (!x->secret || strlen(x->name) > 65535 || strlen(x->secret) > 65535) continue;
        if (release == MODEL_2_1_2 && (!*x->name || seen_before(&m, i))) continue;
        refused = x->secret[strspn(x->secret, "0123456789abcdefABCDEF")] != '\0';
    }
    model_records_free(&m);
    return refused;
}

/* ---- confs ---- */

void model_conf_read(model_lines *m, const char *text, size_t n, model_release release)
{
    model_reader r;
    *m = (model_lines){0};
    model_open(&r, text, n, 1000);
    while (model_gets(&r, release)) {
        char *line = r.buf;
        if (*line == '#' || *line == '\n' || *line == '\r') continue;
        size_t length = strlen(line);
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) line[--length] = '\0';
        char *rest, *word = strtok_r(line, " ", &rest);
        if (!word) continue;
        if (m->count == m->cap) {
            m->cap = m->cap ? m->cap * 2 : 16;
            m->items = need(realloc(m->items, m->cap * sizeof *m->items));
        }
        m->items[m->count++] = (model_line){r.begin + (size_t)(word - line), strlen(word), strlen(rest)};
    }
    model_close(&r);
}

void model_conf_free(model_lines *m) { free(m->items); }
