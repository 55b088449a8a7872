/* Rules about files that belong together: who logs in, and what the rules know of them. */
#include <stdint.h>
#include <string.h>

#include "base/io.h"
#include "base/path.h"
#include "lint/conf_listen.h"
#include "topic/topic.h"

/* ---- links of chains ---- */

static const cx_link *find_link(const cx_chain *chain, cx_asked asked)
{
    for (size_t i = 0; i < chain->links.n; i++)
        if (chain->links.items[i].asked == asked) return &chain->links.items[i];
    return NULL;
}

/* The file of a link, when it is here and the release loads it. */
static cx_named_file *loaded(cx_lint *l, const cx_setup *s, const cx_link *link, cx_kind kind)
{
    cx_named_file *file = link && link->file.p ? cx_files_open(&l->start.files, kind, link->file) : NULL;
    if (!file || !file->findings || file->findings->refused & CX_TARGET_BIT(s->release)) return NULL;
    return file;
}

static cx_named_file *acl_of(cx_lint *l, const cx_setup *s, const cx_serving *v)
{
    const cx_link *link = find_link(&v->access, CX_ASKS_ACL_FILE);
    if (!link) link = find_link(&v->access, CX_ASKS_ACL_PLUGIN);
    return loaded(l, s, link, CX_KIND_ACL);
}

/* Whether passwords come from files alone, all of them here. */
static bool only_files(cx_lint *l, const cx_setup *s, const cx_serving *v)
{
    for (size_t i = 0; i < v->authentication.links.n; i++) {
        const cx_link *link = &v->authentication.links.items[i];
        bool file = link->asked == CX_ASKS_PASSWORD_FILE || link->asked == CX_ASKS_PASSWORD_PLUGIN;
        if (!file || !loaded(l, s, link, CX_KIND_PASSWD)) return false;
    }
    return v->authentication.links.n > 0;
}

/* ---- users of one file that the other does not know ---- */

/* The doors of a release that ask an ACL file. */
struct asking {
    CX_VEC(const cx_door *) doors;
    bool only_files; /* every one of them takes passwords from files that are here */
};

static struct asking doors_of(cx_lint *l, const cx_setup *s, const cx_named_file *acl)
{
    struct asking a = {.only_files = true};
    const cx_door *d;
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));) {
        if (!d->serving.opens || acl_of(l, s, &d->serving) != acl) continue;
        cx_vec_add(&a.doors, d);
        a.only_files &= only_files(l, s, &d->serving);
    }
    return a;
}

/* The names in the password files of these doors; whether the hashes are usable is another matter. */
static void put_names(cx_lint *l, const cx_setup *s, const struct asking *a, cx_map *names)
{
    for (size_t i = 0; i < a->doors.n; i++) {
        const cx_chain *chain = &a->doors.items[i]->serving.authentication;
        for (size_t k = 0; k < chain->links.n; k++) {
            const cx_named_file *file = loaded(l, s, &chain->links.items[k], CX_KIND_PASSWD);
            for (size_t n = 0; file && n < file->passwd.entries.n; n++)
                cx_map_put(names, file->passwd.entries.items[n].user);
        }
    }
}

static void judge_acl_users(cx_lint *l, const cx_setup *s, cx_named_file *acl, const struct asking *a)
{
    cx_findings *f = &acl->acl.findings;
    cx_map seen = {0}, names = {0};
    put_names(l, s, a, &names);
    for (size_t i = 0; i < acl->acl.entries.n && !cx_findings_full(f, false); i++) {
        const cx_acl_entry *e = &acl->acl.entries.items[i];
        cx_str user = cx_source_str(&acl->source, e->value);
        size_t known = seen.n;
        if (e->kind != CX_ACL_USER || cx_map_put(&seen, user) < known || cx_map_get(&names, user) != CX_MAP_NONE)
            continue;
        cx_finding *x = cx_findings_add(f, CX_RULE_CROSS_USER_WITHOUT_PASSWORD, e->value, CX_TARGET_BIT(s->release), 0,
                                        "user %s has rules and no password", cx_quote(f, user));
        const cx_link *link = &a->doors.items[0]->serving.authentication.links.items[0];
        cx_finding_note(f, x, "nobody of that name is in %.*s, so nobody can log in with it", (int)link->file.n,
                        link->file.p);
        cx_finding_help(f, x, "mosquitto_passwd %.*s %.*s; names are compared letter by letter, capitals too",
                        (int)link->file.n, link->file.p, (int)user.n, user.p);
    }
    cx_map_clear(&seen);
    cx_map_clear(&names);
}

/* Users who can log in and do nothing. */
static void judge_passwd_users(cx_lint *l, const cx_setup *s, cx_named_file *acl, cx_named_file *passwd)
{
    const cx_policy *p = cx_named_policy(acl, s->release);
    cx_findings *f = &passwd->passwd.findings;
    (void)l;
    if (acl->acl.patterns > 0 || acl->acl.rules == 0) return;
    for (size_t i = 0; i < passwd->passwd.entries.n && !cx_findings_full(f, false); i++) {
        const cx_passwd_entry *e = &passwd->passwd.entries.items[i];
        if (e->user.n == 0 || !(e->usable & CX_TARGET_BIT(s->release)) || cx_policy_user(p, e->user) != CX_MAP_NONE)
            continue;
        cx_finding *x =
            cx_findings_add(f, CX_RULE_CROSS_USER_WITHOUT_PASSWORD, cx_span_of(&passwd->source, e->user),
                            CX_TARGET_BIT(s->release), 0, "user %s can log in and do nothing", cx_quote(f, e->user));
        cx_finding_note(f, x, "%.*s has no rule for this name, and no pattern", (int)acl->path.n, acl->path.p);
        cx_finding_help(f, x, "add 'user %.*s' and rules below it", (int)e->user.n, e->user.p);
    }
}

/* ---- rules for clients without a name ---- */

static const cx_acl_entry *first_anonymous_rule(const cx_acl *acl)
{
    for (size_t i = 0; i < acl->entries.n && acl->entries.items[i].kind != CX_ACL_USER; i++)
        if (acl->entries.items[i].kind == CX_ACL_TOPIC) return &acl->entries.items[i];
    return NULL;
}

static void judge_anonymous(const cx_setup *s, cx_named_file *acl, const struct asking *a)
{
    const cx_acl_entry *rule = first_anonymous_rule(&acl->acl);
    const cx_serving *open = NULL;
    bool none = a->doors.n > 0;
    for (size_t i = 0; i < a->doors.n; i++) {
        none &= a->doors.items[i]->serving.anonymous == CX_NO;
        if (a->doors.items[i]->serving.anonymous == CX_YES) open = &a->doors.items[i]->serving;
    }
    cx_findings *f = &acl->acl.findings;
    if (rule && none) {
        cx_finding *x =
            cx_findings_add(f, CX_RULE_CROSS_DEAD_ANONYMOUS_RULES, rule->value, CX_TARGET_BIT(s->release), 0,
                            "rules before the first 'user' line are for clients without a user name, and none gets in");
        cx_finding_note(f, x, "%s",
                        a->doors.items[0]->serving.anonymous_why ? a->doors.items[0]->serving.anonymous_why
                                                                 : "allow_anonymous is false");
        cx_finding_note(f, x, "named users get nothing of these rules");
        cx_finding_help(
            f, x, "put them below the 'user' lines they are for; 'pattern' instead of 'topic' holds for every client");
    }
    if (rule || !open || acl->acl.patterns > 0 || !open->listener->line) return;
    cx_setting line = open->listener->line;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CROSS_ANONYMOUS_WITHOUT_RULES, CX_STR_NONE,
                                 "clients without a user name get in and may do nothing");
    cx_lint_note(s, line, x, "%.*s has no rule before its first 'user' line, and no pattern", (int)acl->path.n,
                 acl->path.p);
    cx_lint_help(s, line, x, "allow_anonymous false, or rules for them");
}

/* One file for users that are named in two ways. */
static void judge_shared_acl(const cx_setup *s, const cx_named_file *acl, const struct asking *a)
{
    const cx_serving *by_tls = NULL, *by_password = NULL;
    for (size_t i = 0; i < a->doors.n; i++) {
        const cx_serving *v = &a->doors.items[i]->serving;
        if (cx_named_by_tls(v)) by_tls = v;
        else if (cx_serving_asks_passwords(v)) by_password = v;
    }
    if (!by_tls || !by_password || !by_tls->listener->line || !by_password->listener->line) return;
    cx_setting line = by_tls->listener->line;
    cx_finding *x =
        cx_lint_line(s, line, CX_RULE_CROSS_ACL_SHARED_BY_LISTENERS, CX_STR_NONE,
                     "%.*s takes users by certificate here and by password elsewhere", (int)acl->path.n, acl->path.p);
    cx_lint_note(s, line, x, "line %zu: the listener with passwords",
                 cx_lint_line_number(s, by_password->listener->line));
    cx_lint_note(s, line, x, "one name may be two clients: whoever owns it in one place has its rules in both");
    cx_lint_help(s, line, x, "keep the names apart, or give each listener a file of its own");
}

static void judge_acl_file(cx_lint *l, const cx_setup *s, cx_named_file *acl)
{
    struct asking a = doors_of(l, s, acl);
    if (a.doors.n && a.only_files) judge_acl_users(l, s, acl, &a);
    for (size_t i = 0; a.only_files && i < a.doors.n; i++)
        for (size_t k = 0; k < a.doors.items[i]->serving.authentication.links.n; k++)
            judge_passwd_users(l, s, acl,
                               loaded(l, s, &a.doors.items[i]->serving.authentication.links.items[k], CX_KIND_PASSWD));
    judge_anonymous(s, acl, &a);
    judge_shared_acl(s, acl, &a);
    cx_vec_clear(&a.doors);
}

/* ---- who is asked at all ---- */

static void judge_chain(cx_lint *l, const cx_setup *s, const cx_serving *v)
{
    const cx_link *dynsec = find_link(&v->authentication, CX_ASKS_DYNSEC),
                  *passwd = find_link(&v->authentication, CX_ASKS_PASSWORD_FILE);
    const cx_link *file = find_link(&v->access, CX_ASKS_ACL_FILE), *plugin = find_link(&v->access, CX_ASKS_ACL_PLUGIN);
    (void)l;
    if (!dynsec) dynsec = find_link(&v->access, CX_ASKS_DYNSEC);
    const cx_link *second = passwd ? passwd : file;
    if (dynsec && second) {
        cx_finding *x = cx_lint_line(s, second->line, CX_RULE_CROSS_TWO_SOURCES, CX_STR_NONE,
                                     "two sources of users and rights: this file and dynamic security");
        cx_lint_note(s, second->line, x, "line %zu: the plug-in, which is asked first",
                     cx_lint_line_number(s, dynsec->line));
        cx_lint_note(s, second->line, x,
                     "users it does not know are let in by the password file, and judged by the ACL file");
        cx_lint_help(s, second->line, x, "move the users to dynamic security and take password_file and acl_file away");
    }
    if (plugin && file) {
        cx_finding *x =
            cx_lint_line(s, file->line, CX_RULE_CROSS_ACL_UNREACHABLE, CX_STR_NONE, "this acl_file is never asked");
        cx_lint_note(s, file->line, x, "line %zu: the acl-file plug-in is asked first, and always answers",
                     cx_lint_line_number(s, plugin->line));
        cx_lint_help(s, file->line, x, "put all rules into one file");
    }
}

/* An acl_file above the first listener while each has its own. */
static void judge_lost(const cx_setup *s)
{
    cx_setting line = cx_security_of(&s->prepared.security, CX_OPT_ACL_FILE);
    bool owned = false;
    for (size_t i = s->discarded; line && i < s->listeners.n; i++)
        owned |= cx_security_of(&s->listeners.items[i]->security, CX_OPT_ACL_FILE) == line;
    if (!line || owned || !s->per_listener) return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_CROSS_ACL_UNREACHABLE, CX_STR_NONE, "this acl_file is never asked");
    cx_lint_note(s, line, x, "with per_listener_settings true it belongs to the listener above it, and there is none");
    cx_lint_help(s, line, x, "repeat it below each listener");
}

static void judge_password_file(cx_lint *l, const cx_setup *s)
{
    const cx_door *d;
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));) {
        const cx_serving *v = &d->serving;
        cx_setting line = cx_security_of(cx_setup_security(s, v->listener), CX_OPT_PASSWORD_FILE);
        if (!line || !cx_named_by_tls(v)) continue;
        bool used = false;
        const cx_door *other;
        for (size_t k = 0; (other = cx_lint_next_door(l, s, &k));) {
            const cx_link *link = find_link(&other->serving.authentication, CX_ASKS_PASSWORD_FILE);
            used |= link && link->line == line;
        }
        if (used) continue;
        cx_finding *x = cx_lint_line(s, line, CX_RULE_CROSS_PASSWORD_FILE_IGNORED, CX_STR_NONE,
                                     "this password_file is never asked");
        cx_lint_note(s, line, x, "the certificate or pre-shared key names the user, and no password is checked");
        cx_lint_note(s, line, x, "line %zu: %.*s", cx_lint_line_number(s, v->authentication.links.items[0].line),
                     (int)cx_conf_line_word(s->conf, v->authentication.links.items[0].line).n,
                     cx_conf_line_word(s->conf, v->authentication.links.items[0].line).p);
        cx_lint_help(s, line, x, "take one of the two away");
    }
}

/* ---- plug-ins ---- */

static void judge_plugin(cx_lint *l, const cx_setup *s, const cx_plugin *p)
{
    static const char *const plugins[][2] = {{"mosquitto_acl_file.so", "plugin_opt_acl_file"},
                                             {"mosquitto_password_file.so", "plugin_opt_password_file"}};
    for (size_t i = 0; i < 2; i++) {
        cx_setting first = NULL, last = NULL;
        if (!cx_str_is(cx_plugin_file_name(p), plugins[i][0])) continue;
        for (size_t k = 0; k < p->options.n; k++) {
            if (!cx_str_is(cx_conf_line_word(s->conf, p->options.items[k]), plugins[i][1])) continue;
            if (!first) first = p->options.items[k];
            last = p->options.items[k];
        }
        if (first == last) continue;
        cx_finding *x = cx_lint_line(s, first, CX_RULE_CROSS_PLUGIN_INSTANCE_SHARED, CX_STR_NONE,
                                     "this file is never read: a plug-in has one file");
        cx_lint_note(s, first, x, "line %zu: the last one counts, for all listeners that use the plug-in",
                     cx_lint_line_number(s, last));
        cx_lint_help(s, first, x,
                     "load the plug-in once for each file: plugin_load NAME PATH, and plugin_use NAME in the listener");
    }
    if (!p->dynsec || !p->dynsec_file_line || !l->options->reload) return;
    cx_finding *x = cx_lint_line(s, p->dynsec_file_line, CX_RULE_CROSS_DYNSEC_NOT_RELOADED, CX_STR_NONE,
                                 "a reload does not read this file");
    cx_lint_note(s, p->dynsec_file_line, x,
                 "the plug-in goes on with what it has, and writes that over the file at the next change");
    cx_lint_help(s, p->dynsec_file_line, x, "restart the broker, or make the change over its control topic");
}

/* ---- secrets ---- */

static bool in_repository(cx_lint *l, cx_str path)
{
    cx_str real = cx_path_real(&l->arena, path.p);
    return real.p && cx_path_repository(&l->arena, real).p;
}

static bool is_private_key(const char *path)
{
    char head[4096];
    size_t n = cx_read_head(path, head, sizeof head - 1);
    if (n == SIZE_MAX) return false;
    head[n] = '\0';
    return strstr(head, "-----BEGIN ") && strstr(head, "PRIVATE KEY-----");
}

static void judge_secret_line(cx_lint *l, const cx_setup *s, cx_setting line)
{
    const cx_conf_option *o = cx_conf_line_option(line);
    bool key = o == &cx_conf_options[CX_OPT_KEYFILE] || o == &cx_conf_options[CX_OPT_BRIDGE_KEYFILE], near;
    cx_str value = cx_setting_text(s, line);
    if (o->secret && value.n) {
        cx_finding *x = cx_lint_line(s, line, CX_RULE_CROSS_SECRET_IN_REPO, CX_STR_NONE,
                                     "a secret stands in a file of the repository");
        cx_lint_note(s, line, x, "everybody who has the repository has it, and its history keeps it");
        cx_lint_help(s, line, x, "change it, and fill it in where the conf is deployed");
    } else if (key && value.n) {
        cx_str path = cx_paths_find(&s->conf->paths, &l->arena, value, &near);
        if (!is_private_key(path.p) || !in_repository(l, path)) return;
        cx_finding *x =
            cx_lint_line(s, line, CX_RULE_CROSS_SECRET_IN_REPO, value, "the private key is in the repository");
        cx_lint_note(s, line, x, "%.*s: everybody who has the repository has it, and its history keeps it", (int)path.n,
                     path.p);
        cx_lint_help(s, line, x, "make a new key, and keep it on the host alone");
    }
}

static void judge_secrets(cx_lint *l, const cx_setup *s)
{
    for (size_t i = 0; i < s->conf->files.n; i++) {
        const cx_conf_file *file = s->conf->files.items[i];
        if (file->error.text[0] || !in_repository(l, file->source.name)) continue;
        for (size_t k = 0; k < file->lines.n; k++)
            if (file->lines.items[k].kind == CX_CONF_OPTION && file->lines.items[k].targets & CX_TARGET_BIT(s->release))
                judge_secret_line(l, s, &file->lines.items[k]);
    }
}

/* ---- all together ---- */

void cx_lint_cross(cx_lint *l, cx_setup *s)
{
    const cx_door *d;
    for (size_t i = 0; i < l->start.files.list.n; i++) {
        cx_named_file *file = l->start.files.list.items[i];
        if (file->kind == CX_KIND_ACL && file->findings) judge_acl_file(l, s, file);
    }
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));) judge_chain(l, s, &d->serving);
    judge_lost(s);
    judge_password_file(l, s);
    for (size_t i = 0; i < s->plugins.n; i++) judge_plugin(l, s, s->plugins.items[i]);
    judge_secrets(l, s);
}
