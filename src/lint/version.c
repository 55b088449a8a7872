/* Rules about releases: what an exact one is known for, and what another one would make of
 * the same files. Said only when the user asks about releases. */
#include "lint/compare.h"
#include "lint/conf_listen.h"

/* ---- known holes ---- */

/* What of a configuration a hole needs. */
enum { NEEDS_LISTENER, NEEDS_BRIDGE, NEEDS_REMAPPING, NEEDS_DYNSEC };

/* Facts: the ChangeLog of Mosquitto and the entries of the CVE list. */
static const struct {
    const char *id, *from, *mended; /* the first release that has it, the first that has it not */
    int needs;
    const char *what;
} holes[] = {
    {"CVE-2021-28166", "2.0.0", "2.0.10", NEEDS_LISTENER, "a client that is logged in can crash the broker"},
    {"CVE-2021-34431", "2.0.0", "2.0.11", NEEDS_LISTENER, "a client that is logged in can make it lose memory"},
    {"CVE-2021-34432", "2.0.0", "2.0.8", NEEDS_LISTENER, "a client can crash the broker with an empty topic"},
    {"CVE-2021-34434", "2.0.0", "2.0.12", NEEDS_DYNSEC,
     "a durable client keeps subscriptions that were taken away from it"},
    {"CVE-2021-41039", "1.6.0", "2.0.12", NEEDS_LISTENER, "a client without a password can keep the broker busy"},
    {"CVE-2023-28366", "1.3.2", "2.0.21", NEEDS_LISTENER, "a client can make it lose memory with QoS 2 messages"},
    {"CVE-2023-0809", "1.5.0", "2.0.16", NEEDS_LISTENER, "a client without a password can make it take much memory"},
    {"CVE-2023-3592", "1.6.0", "2.0.16", NEEDS_LISTENER, "a client without a password can make it lose memory"},
    {"CVE-2024-8376", "1.6.0", "2.0.19", NEEDS_LISTENER, "a client can crash the broker with certain packets"},
    {"CVE-2024-3935", "2.0.0", "2.0.19", NEEDS_REMAPPING,
     "the other broker can crash this one over a bridge with topic prefixes"},
};

static int compare_versions(const char *a, const char *b)
{
    int x[3] = {0}, y[3] = {0};
    for (int i = 0; i < 3; i++) {
        x[i] = (int)strtol(a, (char **)&a, 10);
        y[i] = (int)strtol(b, (char **)&b, 10);
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
        a += *a == '.', b += *b == '.';
    }
    return 0;
}

static cx_setting remapping(const cx_setup *s)
{
    for (size_t i = 0; i < s->bridges.n; i++)
        for (size_t k = 0; k < s->bridges.items[i]->topics.n; k++) {
            const cx_bridge_topic *t = &s->bridges.items[i]->topics.items[k];
            if (t->direction != CX_BRIDGE_OUT && (t->local_prefix.p || t->remote_prefix.p)) return t->line;
        }
    return NULL;
}

/* The line that makes the configuration need mending; NULL: it is not concerned. */
static cx_setting concerned(cx_lint *l, const cx_setup *s, int needs)
{
    const cx_door *d;
    if (needs == NEEDS_BRIDGE) return s->bridges.n ? s->bridges.items[0]->line : NULL;
    if (needs == NEEDS_REMAPPING) return remapping(s);
    for (size_t i = 0; needs == NEEDS_DYNSEC && i < s->plugins.n; i++)
        if (s->plugins.items[i]->dynsec) return s->plugins.items[i]->line;
    for (size_t next = 0; needs == NEEDS_LISTENER && (d = cx_lint_next_door(l, s, &next));)
        if (cx_serving_exposed(&d->serving) && d->serving.listener->line) return d->serving.listener->line;
    return NULL;
}

static void judge_holes(cx_lint *l, const cx_setup *s)
{
    if (!l->options->exact) return;
    for (size_t i = 0; i < sizeof holes / sizeof *holes; i++) {
        if (compare_versions(l->options->exact, holes[i].from) < 0 ||
            compare_versions(l->options->exact, holes[i].mended) >= 0)
            continue;
        cx_setting line = concerned(l, s, holes[i].needs);
        if (!line) continue;
        cx_findings *f = cx_setting_findings(s, line);
        cx_span span = {line->at, line->word_len};
        f->merge = false;
        cx_finding *x = cx_findings_add(f, CX_RULE_VERSION_KNOWN_CVE, span, CX_TARGET_BIT(s->release), 0, "%s: %s",
                                        holes[i].id, holes[i].what);
        f->merge = true;
        cx_finding_note(f, x, "%s has it unless its packager mended it; %s has not", l->options->exact,
                        holes[i].mended);
    }
}

/* ---- what another release decides ---- */

static cx_policy *policy_for(cx_named_file *file, const cx_release *release)
{
    if (file->findings->refused & CX_TARGET_BIT(release)) return NULL;
    if (file->kind == CX_KIND_DYNSEC && cx_behaves(release, CX_B_OWN_PLUGINS) == CX_OWN_PLUGINS_NONE) return NULL;
    return file->kind == CX_KIND_ACL || file->kind == CX_KIND_DYNSEC ? cx_named_policy(file, release) : NULL;
}

static void judge_decisions(cx_lint *l, cx_named_file *file, const cx_release *release)
{
    const cx_release *from = l->options->from;
    cx_policy *old = policy_for(file, from), *new = policy_for(file, release);
    cx_witness w = {0};
    if (!old || !new || from == release || cx_policies_agree(old, new, &w)) return;
    cx_rule_place place = cx_policy_place(w.of ? new : old, w.rule, &l->arena);
    cx_span span = file->kind == CX_KIND_ACL ? (cx_span){w.rule->at, w.rule->filter_len}
                                             : (cx_span){cx_dynsec_acl_at(&file->dynsec, w.rule->at), 0};
    cx_str who = w.client.anonymous ? CX_STR("a client without a user name")
                                    : cx_arena_printf(&l->arena, "user '%.*s'", (int)w.client.user.n, w.client.user.p);
    cx_finding *x = cx_findings_add(file->findings, CX_RULE_VERSION_DIFFERENT_DECISION, span, CX_TARGET_BIT(release), 0,
                                    "%s decides otherwise than %s here", release->label, from->label);
    cx_finding_note(file->findings, x, "%.*s, client id '%.*s', may%s %s '%.*s' on %s, and may%s on %s", (int)who.n,
                    who.p, (int)w.client.id.n, w.client.id.p, w.allowed[0] ? "" : " not", cx_access_name(w.access),
                    (int)w.topic.n, w.topic.p, from->label, w.allowed[1] ? "" : " not", release->label);
    cx_finding_help(file->findings, x, "culex aclcheck --target %s,%s --explain shows both; rule: '%.*s'", from->name,
                    release->name, (int)place.text.n, place.text.p);
    cx_arena_clear(&w.arena);
}

/* ---- reloading ---- */

static const char *reload_outcome(const cx_named_file *file, const cx_release *release)
{
    switch (cx_behaves(release, CX_B_RELOAD_BAD_ACL)) {
    case CX_RELOAD_BAD_ACL_EXIT: return "ends";
    case CX_RELOAD_BAD_ACL_OPEN:
        return file->kind == CX_KIND_ACL ? "goes on and allows every topic to everybody"
                                         : "goes on and stops checking topics";
    default: return "keeps what stands before the mistake and denies the rest";
    }
}

static void judge_reload(cx_lint *l, cx_named_file *file, const cx_release *release)
{
    cx_targets bit = CX_TARGET_BIT(release);
    if (!l->options->reload || !(file->findings->refused & bit) || file->kind == CX_KIND_DYNSEC) return;
    for (size_t i = 0; i < file->findings->list.n; i++) {
        cx_finding first = file->findings->list.items[i];
        if (!(first.refused & bit)) continue;
        cx_finding *x = cx_findings_add(file->findings, CX_RULE_VERSION_RELOAD_OUTCOME, first.span, bit, 0,
                                        "a reload (SIGHUP) with this file is dangerous");
        cx_finding_note(file->findings, x, "a running %s %s", release->label, reload_outcome(file, release));
        cx_finding_help(file->findings, x, "check the file before it is put in its place: culex check");
        return;
    }
}

/* ---- moving to another release ---- */

static void judge_removed(cx_lint *l, const cx_setup *s)
{
    cx_targets from = CX_TARGET_BIT(l->options->from), to = CX_TARGET_BIT(s->release);
    for (size_t i = 0; i < s->conf->files.n; i++) {
        cx_conf_file *file = s->conf->files.items[i];
        for (size_t k = 0; k < file->lines.n; k++) {
            const cx_conf_line *line = &file->lines.items[k];
            if (line->kind != CX_CONF_OPTION) continue;
            const cx_conf_name *name = &cx_conf_names[line->name];
            if (!(name->targets & from) || name->targets & to) continue;
            cx_finding *x = cx_lint_line(s, line, CX_RULE_VERSION_REMOVED_OPTION, CX_STR_NONE, "'%s' is gone since %s",
                                         name->name, l->options->from->label);
            cx_finding_note(&file->findings, x, "%s does not start with it", s->release->label);
            const char *instead = cx_conf_options[name->option].replaced_by;
            if (instead[0]) cx_finding_help(&file->findings, x, "%s", instead);
        }
    }
}

static bool changed(const cx_release *a, const cx_release *b, unsigned behaviour)
{
    return cx_behaves(a, behaviour) != cx_behaves(b, behaviour);
}

static void say_default(const cx_setup *s, unsigned rule, const char *what, const char *was, const char *is)
{
    cx_conf_file *file = s->conf->files.items[0];
    cx_span span = {0, 0};
    for (size_t i = 0; i < s->listeners.n; i++)
        if (s->listeners.items[i]->line && s->listeners.items[i]->line->file == 0) {
            span = (cx_span){s->listeners.items[i]->line->at, s->listeners.items[i]->line->word_len};
            break;
        }
    file->findings.merge = false;
    cx_finding *x = cx_findings_add(&file->findings, rule, span, CX_TARGET_BIT(s->release), 0,
                                    "%s is not set, and its default has changed", what);
    file->findings.merge = true;
    cx_finding_note(&file->findings, x, "it was: %s; %s: %s", was, s->release->label, is);
    cx_finding_help(&file->findings, x, "say what you want, so that it holds for both releases");
}

static void judge_defaults(cx_lint *l, const cx_setup *s)
{
    const cx_release *from = l->options->from;
    if (changed(from, s->release, CX_B_PACKET_LIMIT) && !cx_setup_of(s, CX_OPT_MAX_PACKET_SIZE))
        say_default(s, CX_RULE_CONF_DEFAULT_CHANGED, "max_packet_size", "any size",
                    "2,000,000 bytes, and a larger packet disconnects the client");
    bool unset = !cx_security_of(&s->security, CX_OPT_ALLOW_ANONYMOUS) && !s->per_listener;
    bool old =
        cx_behaves(from, CX_B_ANONYMOUS) == CX_ANONYMOUS_UNLESS_SECURED && changed(from, s->release, CX_B_ANONYMOUS);
    bool listeners = s->listeners.n > s->discarded && !s->local_only;
    if (old && unset && listeners)
        say_default(s, CX_RULE_VERSION_DEFAULT_CHANGED, "allow_anonymous", "true without a password file", "false");
    if (old && s->local_only)
        say_default(s, CX_RULE_VERSION_DEFAULT_CHANGED, "listener", "port 1883 for everybody",
                    "port 1883 for this host alone");
}

void cx_lint_versions(cx_lint *l)
{
    for (size_t i = CX_RELEASE_COUNT; i-- > 0;) {
        const cx_release *release = &cx_releases[i];
        cx_setup *s = l->has_conf ? &l->setups.of[i] : NULL;
        if (!(l->options->targets & CX_TARGET_BIT(release))) continue;
        if (s && s->release) judge_holes(l, s);
        for (size_t k = 0; k < l->start.files.list.n; k++) {
            cx_named_file *file = l->start.files.list.items[k];
            if (!file->findings) continue;
            judge_reload(l, file, release);
            if (l->options->from) judge_decisions(l, file, release);
        }
        if (!s || !s->release || !l->options->from || l->options->from == release) continue;
        judge_removed(l, s);
        judge_defaults(l, s);
    }
}
