#include "text/kind.h"

#include "grammar/grammar.h"

static const struct {
    cx_kind kind;
    const char *name;
} kinds[] = {
    {CX_KIND_CONF, "conf"}, {CX_KIND_ACL, "acl"},       {CX_KIND_PASSWD, "passwd"},
    {CX_KIND_PSK, "psk"},   {CX_KIND_DYNSEC, "dynsec"}, {CX_KIND_YAML, "yaml"},
};

const char *cx_kind_name(cx_kind kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].kind == kind) return kinds[i].name;
    return "unknown";
}

cx_kind cx_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0) return kinds[i].kind;
    return CX_KIND_UNKNOWN;
}

static cx_kind kind_by_name(cx_str path)
{
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/') slash--;
    cx_str name = cx_str_sub(path, slash, path.n - slash);
    if (cx_str_ends(name, ".conf")) return CX_KIND_CONF;
    if (cx_str_ends(name, ".json")) return CX_KIND_DYNSEC;
    if (cx_str_ends(name, ".yaml") || cx_str_ends(name, ".yml")) return CX_KIND_YAML;
    if (cx_str_starts(name, CX_STR("acl")) || cx_str_ends(name, ".acl")) return CX_KIND_ACL;
    if (cx_str_starts(name, CX_STR("psk")) || cx_str_ends(name, ".psk")) return CX_KIND_PSK;
    if (cx_str_starts(name, CX_STR("passwd")) || cx_str_starts(name, CX_STR("pw"))) return CX_KIND_PASSWD;
    return CX_KIND_UNKNOWN;
}

static bool is_acl_line(cx_str line)
{
    return cx_str_starts(line, CX_STR("user ")) || cx_str_starts(line, CX_STR("topic ")) ||
           cx_str_starts(line, CX_STR("pattern "));
}

static bool is_conf_line(cx_str line)
{
    const char *space = memchr(line.p, ' ', line.n);
    return space && cx_conf_name_find((cx_str){line.p, (size_t)(space - line.p)});
}

/* NAME:$… is a password line, NAME:hexdigits a PSK line. */
static cx_kind kind_of_record(cx_str line)
{
    const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
    if (!colon) return CX_KIND_UNKNOWN;
    cx_str secret = cx_str_trim((cx_str){colon + 1, (size_t)(line.p + line.n - colon - 1)});
    if (secret.n && secret.p[0] == '$') return CX_KIND_PASSWD;
    for (size_t i = 0; i < secret.n; i++)
        if (!strchr("0123456789abcdefABCDEF", secret.p[i])) return CX_KIND_PASSWD;
    return secret.n >= 16 ? CX_KIND_PSK : CX_KIND_UNKNOWN;
}

static cx_kind kind_of_line(cx_str line)
{
    if (line.p[0] == '{') return CX_KIND_DYNSEC;
    return is_acl_line(line) ? CX_KIND_ACL : is_conf_line(line) ? CX_KIND_CONF : kind_of_record(line);
}

/* The first line that tells decides, but "user" and "topic" lines are in a conf too: a line
 * that only a conf has is looked for a little further. */
cx_kind cx_kind_guess(cx_str path, cx_str text)
{
    enum { FURTHER = 100 };
    cx_kind kind = kind_by_name(path);
    if (kind != CX_KIND_UNKNOWN) return kind;
    unsigned further = 0;
    for (size_t at = 0; at < text.n && further < FURTHER;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t end = feed ? (size_t)(feed - text.p) : text.n;
        cx_str line = cx_str_trim(cx_str_sub(text, at, end - at));
        at = end + 1;
        if (line.n == 0 || line.p[0] == '#') continue;
        cx_kind now = kind_of_line(line);
        if (kind == CX_KIND_UNKNOWN || now == CX_KIND_CONF) kind = now;
        if (kind != CX_KIND_UNKNOWN && kind != CX_KIND_ACL) return kind;
        further += kind == CX_KIND_ACL;
    }
    return kind;
}
