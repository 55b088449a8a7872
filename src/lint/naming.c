/* Names that the user has rules for: topics, users and client ids, by patterns of .culex.yaml. */
#include "lint/dynsec_say.h"
#include "settings/settings.h"

static const unsigned rules[] = {[CX_NAMING_TOPICS] = CX_RULE_NAMING_TOPIC,
                                 [CX_NAMING_USERS] = CX_RULE_NAMING_USER,
                                 [CX_NAMING_CLIENT_IDS] = CX_RULE_NAMING_CLIENT_ID};
static const char *const what[] = {"topic", "user name", "client id"};

static const cx_naming *naming_of(const cx_lint *l, cx_naming_kind kind)
{
    const cx_naming *n = l->options->settings ? &l->options->settings->naming[kind] : NULL;
    return n && n->compiled ? n : NULL;
}

static void judge(cx_lint *l, cx_findings *f, cx_span span, cx_naming_kind kind, cx_str name)
{
    const cx_naming *n = naming_of(l, kind);
    if (!n || cx_naming_matches(n, name)) return;
    cx_finding *x = cx_findings_add(f, rules[kind], span, l->options->targets, 0, "the %s %s is not named as agreed",
                                    what[kind], cx_quote(f, name));
    if (n->message.p) cx_finding_help(f, x, "%s", n->message.p);
    else cx_finding_help(f, x, "it must match %s", n->pattern.p);
}

static void name_acl(cx_lint *l, cx_named_file *file)
{
    cx_map seen = {0};
    for (size_t i = 0; i < file->acl.entries.n; i++) {
        const cx_acl_entry *e = &file->acl.entries.items[i];
        cx_str value = cx_source_str(&file->source, e->value);
        size_t known = seen.n;
        if (e->kind == CX_ACL_USER && cx_map_put(&seen, value) < known) continue;
        judge(l, file->findings, e->value, e->kind == CX_ACL_USER ? CX_NAMING_USERS : CX_NAMING_TOPICS, value);
    }
    cx_map_clear(&seen);
}

static void name_passwd(cx_lint *l, cx_named_file *file)
{
    for (size_t i = 0; i < file->passwd.entries.n; i++) {
        cx_str user = file->passwd.entries.items[i].user;
        if (user.n) judge(l, file->findings, cx_span_of(&file->source, user), CX_NAMING_USERS, user);
    }
}

static void judge_member(cx_dynsec_linting *c, const cJSON *entry, const char *member, cx_naming_kind kind, cx_str name)
{
    const cx_naming *n = naming_of(c->lint, kind);
    const cJSON *item = cJSON_GetObjectItem(entry, member);
    if (!n || !name.p || cx_naming_matches(n, name)) return;
    cx_said *s = cx_say_of(c, rules[kind], item ? item : entry, "the %s '%.*s' is not named as agreed", what[kind],
                           (int)name.n, name.p);
    s->help = n->message.p ? n->message : cx_arena_printf(&c->lint->arena, "it must match %s", n->pattern.p);
}

static void name_dynsec(cx_lint *l, cx_named_file *file)
{
    cx_dynsec *d = &file->dynsec;
    cx_dynsec_linting c = {.lint = l, .d = d, .targets = l->options->targets};
    for (size_t i = 0; i < d->acls.n; i++)
        judge_member(&c, d->acls.items[i].item, "topic", CX_NAMING_TOPICS, d->acls.items[i].topic);
    for (size_t i = 0; i < d->clients.n; i++) {
        judge_member(&c, d->clients.items[i].item, "username", CX_NAMING_USERS, d->clients.items[i].name);
        judge_member(&c, d->clients.items[i].item, "clientid", CX_NAMING_CLIENT_IDS, d->clients.items[i].id);
    }
    cx_say_all(&c);
}

void cx_lint_naming(cx_lint *l, cx_named_file *file)
{
    bool any = false;
    for (int i = 0; i < CX_NAMINGS; i++) any |= naming_of(l, (cx_naming_kind)i) != NULL;
    if (!any) return;
    file->findings->merge = false;
    if (file->kind == CX_KIND_ACL) name_acl(l, file);
    if (file->kind == CX_KIND_PASSWD) name_passwd(l, file);
    if (file->kind == CX_KIND_DYNSEC && file->dynsec.tree) name_dynsec(l, file);
}
