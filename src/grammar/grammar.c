/* Look-ups in the generated tables. The tables are small, and are searched from
 * front to back; only the names of options, of which a conf has one a line, are hashed. */
#include "grammar/grammar.h"

#include <strings.h>

#include "base/typo.h"
#include "grammar/names.h"

#define PARTS 3
#define PART_LIMIT 10000u

/* Whether NAME is Z. Most names differ in their first byte, and Z is not measured then. */
static bool same(cx_str name, const char *z) { return name.n > 0 && name.p[0] == z[0] && cx_str_is(name, z); }

cx_targets cx_releases_where(unsigned behaviour, unsigned value)
{
    cx_targets found = 0;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        if (cx_behaves(&cx_releases[i], behaviour) == value) found |= CX_TARGET_BIT(&cx_releases[i]);
    return found;
}

/* "2.0.11" and "2.0", which counts as 2.0.0, as a number that can be compared; 0:
 * not a version. Leading zeros are refused, so that a version has one spelling. */
static uint64_t version_number(cx_str s)
{
    uint64_t number = 0;
    size_t at = 0, parts = 0;
    while (parts < PARTS) {
        size_t start = at;
        unsigned part = 0;
        while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9' && part < PART_LIMIT)
            part = part * 10 + (unsigned)(s.p[at++] - '0');
        if (at == start || part >= PART_LIMIT || (s.p[start] == '0' && at > start + 1)) return 0;
        number = number * PART_LIMIT + part;
        parts++;
        if (at == s.n) break;
        if (s.p[at++] != '.') return 0;
    }
    if (at != s.n || s.p[at - 1] == '.' || parts < 2) return 0;
    return parts == 2 ? number * PART_LIMIT : number;
}

const cx_release *cx_release_find(cx_str version)
{
    uint64_t wanted = version_number(version);
    const cx_release *found = NULL;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        if (cx_str_is(version, cx_releases[i].label)) return &cx_releases[i];
        if (version_number(cx_str_of(cx_releases[i].name)) <= wanted) found = &cx_releases[i];
    }
    return found;
}

const cx_rule_info *cx_rule_find(cx_str id)
{
    for (size_t i = 0; i < CX_RULE_COUNT; i++)
        if (same(id, cx_rules[i].id)) return &cx_rules[i];
    return NULL;
}

const cx_word *cx_word_find(cx_str format, cx_str name)
{
    for (size_t i = 0; i < cx_word_count; i++)
        if (same(name, cx_words[i].name) && (format.n == 0 || cx_str_is(format, cx_words[i].format)))
            return &cx_words[i];
    return NULL;
}

/* Whether WORD is one of WORDS, which are separated by single spaces. */
static bool is_among(cx_str word, const char *words)
{
    for (const char *end; *words; words = *end ? end + 1 : end) {
        end = words + strcspn(words, " ");
        if (cx_str_eq(word, (cx_str){words, (size_t)(end - words)})) return true;
    }
    return false;
}

const cx_word *cx_word_alias(cx_str format, cx_str kind, cx_str name)
{
    for (size_t i = 0; i < cx_word_count; i++) {
        const cx_word *w = &cx_words[i];
        if (cx_str_is(format, w->format) && cx_str_is(kind, w->kind) && is_among(name, w->aliases)) return w;
    }
    return NULL;
}

const cx_format_info *cx_format_find(cx_str name)
{
    for (size_t i = 0; i < cx_format_count; i++)
        if (same(name, cx_formats[i].name)) return &cx_formats[i];
    return NULL;
}

const cx_conf_name *cx_conf_name_find(cx_str word)
{
    if (word.n == 0) return NULL;
    unsigned number = cx_conf_name_slots[cx_name_slot(word.p, word.n, cx_conf_name_factor)];
    if (number && cx_str_is(word, cx_conf_names[number - 1].name)) return &cx_conf_names[number - 1];
    for (size_t i = 0; i < cx_conf_name_prefix_count; i++) {
        const cx_conf_name *name = &cx_conf_names[cx_conf_name_prefixes[i]];
        if (cx_str_starts(word, cx_str_of(name->name))) return name;
    }
    return NULL;
}

/* Whether the key of a plug-in's option sounds like a secret. */
static bool sounds_secret(cx_str word)
{
    static const char *const sounds[] = {"password", "passwd", "secret", "token", "apikey",
                                         "api_key",  "_pw",    "_pass",  "_key",  "psk"};
    for (size_t i = 0; i < sizeof sounds / sizeof *sounds; i++)
        for (size_t at = 0, n = strlen(sounds[i]); at + n <= word.n; at++)
            if (strncasecmp(word.p + at, sounds[i], n) == 0) return true;
    return false;
}

enum { NAME_MAX = 64 }; /* no option is longer */

/* "…_file", as in plugin_opt_password_file, is a path. */
static bool names_file(cx_str word) { return word.n > 5 && cx_str_is(cx_str_sub(word, word.n - 5, 5), "_file"); }

bool cx_conf_word_secret(cx_str word, size_t *name_len)
{
    *name_len = word.n;
    const cx_conf_name *known = cx_conf_name_find(word);
    if (known)
        return cx_conf_options[known->option].secret || (known->prefix && sounds_secret(word) && !names_file(word));
    for (size_t i = 1; i < word.n && i < NAME_MAX && *name_len == word.n; i++)
        if (memchr("\t=:\"'", word.p[i], 5)) *name_len = i;
    cx_str name = cx_str_sub(word, 0, *name_len);
    cx_nearest near = {0};
    for (size_t i = 0; i < cx_conf_name_count; i++) cx_nearest_offer(&near, name, cx_str_of(cx_conf_names[i].name));
    known = near.word.p ? cx_conf_name_find(near.word) : NULL;
    bool secret = known ? cx_conf_options[known->option].secret
                        : sounds_secret(cx_str_sub(word, 0, word.n < NAME_MAX ? word.n : NAME_MAX));
    if (!secret) *name_len = word.n;
    return secret;
}
