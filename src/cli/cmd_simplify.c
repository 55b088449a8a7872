/* culex simplify: fewer rules that mean the same. */
#include "analysis/coverage.h"
#include "analysis/diff.h"
#include "analysis/simplify.h"
#include "cli/progress.h"
#include "cli/subjects.h"

#include <stdlib.h>

static const cx_option options[] = {
    {"output", 'o', "FILE", "instead of standard output"},
    {"as", 0, "KIND", "the policy's kind, when its name does not tell"},
    {"kind", 0, "KIND", "the same as --as"},
    {NULL, 0, NULL, NULL},
};

/* What says nothing for every release; and then what can be joined. */
static void decide_fates(cx_policy_source *s, cx_sets *space, cx_fate *fates)
{
    size_t n = s->acl.entries.n;
    cx_fate *one = cx_calloc(n, sizeof *one);
    for (unsigned i = 0; i < s->target_count; i++) {
        for (size_t k = 0; k < n; k++) one[k] = CX_RULE_STAYS;
        cx_simplify_acl(space, &s->targets[i].own, one);
        for (size_t k = 0; k < n; k++)
            if (i == 0 || one[k] == CX_RULE_STAYS) fates[k] = one[k];
    }
    free(one);
    cx_simplify_join(&s->targets[0].own, fates);
}

/* Does another policy allow the same to everybody, for one release? */
static bool means_the_same(const cx_policy_source *s, const struct cx_policy_target *t, cx_sets *space, cx_policy *p)
{
    cx_broker b = cx_broker_of(p);
    cx_effective *before = cx_effective_new(space, &t->broker), *after = cx_effective_new(space, &b);
    cx_changes changes = {0};
    cx_subjects who = {0};
    cx_subjects_of(s, t, &who);
    for (size_t i = 0; i < who.list.n; i++)
        cx_diff_client(space, (cx_side){before, &t->broker}, (cx_side){after, &b}, &who.list.items[i], &changes);
    bool same = changes.items.n == 0;
    cx_subjects_clear(&who);
    cx_vec_clear(&changes.items);
    cx_effective_free(before);
    cx_effective_free(after);
    return same;
}

/* The text that is to be written, read again: does it? */
static bool acl_is_the_same(const cx_policy_source *s, const struct cx_policy_target *t, cx_sets *space,
                            cx_source *source)
{
    cx_acl acl;
    cx_policy p;
    cx_acl_read(&acl, source, CX_TARGET_BIT(t->release), 1);
    bool same = !(acl.findings.refused & CX_TARGET_BIT(t->release));
    if (same) {
        cx_policy_from_acl(&p, &acl, t->release);
        same = means_the_same(s, t, space, &p);
        cx_policy_clear(&p);
    }
    cx_acl_clear(&acl);
    return same;
}

static bool dynsec_is_the_same(const cx_policy_source *s, const struct cx_policy_target *t, cx_sets *space,
                               cx_source *source)
{
    cx_dynsec d, *all[] = {&d};
    cx_policy p;
    cx_error e;
    if (!cx_dynsec_read(&d, source, CX_TARGET_BIT(t->release), s->dynsec.argon2, &e)) return false;
    bool same = !(d.findings.refused & CX_TARGET_BIT(t->release));
    if (same) {
        cx_policy_from_dynsec(&p, all, 1, t->release);
        same = means_the_same(s, t, space, &p);
        cx_policy_clear(&p);
    }
    cx_dynsec_clear(&d);
    return same;
}

enum { SHOWN = 20 };

/* What is left, and of whom that is proven. */
static void tell_count(cx_cli *cli, const char *what, size_t before, size_t gone)
{
    if (gone > SHOWN && !cli->verbose) cx_cli_note(cli, "…and %zu more (-v)", gone - SHOWN);
    if (gone == 0) {
        cx_cli_note(cli, "nothing to leave out: each of the %ss says something", what);
        return;
    }
    cx_arena a = {0};
    cx_str who = cx_targets_text(&a, cli->targets);
    cx_cli_note(cli, "%zu %s%s instead of %zu, the same access for every client of %.*s", before - gone, what,
                before - gone == 1 ? "" : "s", before, (int)who.n, who.p);
    cx_arena_clear(&a);
}

static void tell_acl(cx_cli *cli, const cx_policy_source *s, const cx_fate *fates)
{
    size_t before = 0, gone = 0;
    for (size_t i = 0; i < s->acl.entries.n; i++) {
        const cx_acl_entry *e = &s->acl.entries.items[i];
        before += e->kind != CX_ACL_USER;
        if (fates[i] != CX_RULE_SAYS_NOTHING || (gone++ >= SHOWN && !cli->verbose)) continue;
        cx_str line = cx_acl_entry_line(&s->acl, e);
        cx_cli_note(cli, "line %zu goes: %.*s", cx_source_place(s->acl.source, e->value.at).line, (int)line.n, line.p);
    }
    tell_count(cli, "rule", before, gone);
}

static void tell_dynsec(cx_cli *cli, cx_policy_source *s, const bool *gone)
{
    cx_dynsec *d = &s->dynsec;
    size_t n = 0;
    for (uint32_t i = 0; i < d->acls.n; i++) {
        const cx_dynsec_acl *a = &d->acls.items[i];
        if (!gone[i] || (n++ >= SHOWN && !cli->verbose)) continue;
        cx_str role = d->roles.items[cx_dynsec_role_of(d, i)].name;
        cx_cli_note(cli, "line %zu goes: %s %s %.*s in role '%.*s'",
                    cx_source_place(d->source, cx_dynsec_acl_at(d, i)).line,
                    cx_dynsec_type_name((cx_dynsec_type)a->type), a->allow ? "allow" : "deny", (int)a->topic.n,
                    a->topic.p, (int)role.n, role.p);
    }
    tell_count(cli, "ACL", d->acls.n, n);
}

static int deliver(cx_cli *cli, cx_str text)
{
    const char *output = cx_cli_value(cli, "output");
    cx_error e;
    if (!output || strcmp(output, "-") == 0) cx_buf_put(&cli->out, text);
    else if (!cx_write_file(output, text, 0644, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    return CX_EXIT_YES;
}

/* Writes what is proven to mean the same, and nothing else. */
static int finish(cx_cli *cli, cx_policy_source *s, cx_buf *text,
                  bool is_the_same(const cx_policy_source *s, const struct cx_policy_target *t, cx_sets *space,
                                   cx_source *source))
{
    cx_sets *space = cx_sets_new(CX_SETS_NODES);
    cx_source source;
    cx_buf_putc(text, '\0'); /* which readers of JSON want behind the text */
    text->n--;
    cx_source_over(&source, s->source.name, cx_buf_str(text));
    bool same = true;
    for (unsigned i = 0; i < s->target_count && same; i++) same = is_the_same(s, &s->targets[i], space, &source);
    int code;
    if (cx_sets_full(space)) code = cx_sets_are_full(cli);
    else if (!same)
        code = cx_cli_fail(cli, CX_EXIT_FAILED, "the shorter file would not mean the same; please report this");
    else code = deliver(cli, cx_buf_str(text));
    cx_source_clear(&source);
    cx_sets_free(space);
    return code;
}

static int simplify_acl(cx_cli *cli, cx_policy_source *s)
{
    cx_sets *space = cx_sets_new(CX_SETS_NODES);
    cx_fate *fates = cx_calloc(s->acl.entries.n, sizeof *fates);
    cx_buf text = {0};
    decide_fates(s, space, fates);
    cx_simplify_print(&s->acl, fates, &text);
    int code = cx_sets_full(space) ? cx_sets_are_full(cli) : finish(cli, s, &text, acl_is_the_same);
    if (code == CX_EXIT_YES) tell_acl(cli, s, fates);
    cx_buf_clear(&text);
    free(fates);
    cx_sets_free(space);
    return code;
}

/* ACLs that can go for all releases, tried one after the other, the last first. */
static void prune(cx_cli *cli, cx_policy_source *s, cx_pruning *const *prunings, bool *gone)
{
    cx_progress progress = cx_progress_begin(cli, "leaving out ACLs");
    for (uint32_t n = (uint32_t)s->dynsec.acls.n, acl = n; acl-- > 0;) {
        unsigned i = 0;
        cx_progress_tell(&progress, n - acl, n);
        while (i < s->target_count && cx_pruning_leave_out(prunings[i], acl)) i++;
        gone[acl] = i == s->target_count;
        for (unsigned k = 0; k < i && !gone[acl]; k++) cx_pruning_put_back(prunings[k], acl);
    }
    for (unsigned i = 0; i < s->target_count; i++)
        for (uint32_t acl = 0; acl < s->dynsec.acls.n; acl++)
            if (gone[acl]) cx_pruning_put_back(prunings[i], acl);
    cx_progress_end(&progress);
}

static int simplify_dynsec(cx_cli *cli, cx_policy_source *s)
{
    cx_pruning *prunings[CX_POLICY_TARGETS_MAX];
    cx_ground *grounds = cx_calloc(s->target_count, sizeof *grounds);
    cx_subjects *subjects = cx_calloc(s->target_count, sizeof *subjects);
    bool *gone = cx_calloc(s->dynsec.acls.n + 1, sizeof *gone), full = false;
    cx_buf text = {0};
    for (unsigned i = 0; i < s->target_count; i++) {
        cx_subjects_of(s, &s->targets[i], &subjects[i]);
        grounds[i] = (cx_ground){.broker = &s->targets[i].broker, .subjects = &subjects[i]};
        prunings[i] = cx_pruning_new(&grounds[i]);
    }
    prune(cli, s, prunings, gone);
    for (unsigned i = 0; i < s->target_count; i++) {
        full |= cx_sets_full(grounds[i].space);
        cx_pruning_free(prunings[i]);
        cx_ground_close(&grounds[i]);
        cx_subjects_clear(&subjects[i]);
    }
    cx_simplify_print_dynsec(&s->dynsec, gone, &text);
    int code = full ? cx_sets_are_full(cli) : finish(cli, s, &text, dynsec_is_the_same);
    if (code == CX_EXIT_YES) tell_dynsec(cli, s, gone);
    cx_buf_clear(&text);
    free(gone);
    free(grounds);
    free(subjects);
    return code;
}

static int run(cx_cli *cli)
{
    cx_policy_source s = {0};
    int code = cx_policy_open(&s, cli, cli->operands[0]);
    if (code < 0 && s.has_conf)
        code = cx_cli_fail(cli, CX_EXIT_USAGE,
                           "%s is a conf: name the ACL file, or the dynamic-security.json, that it uses",
                           cli->operands[0]);
    if (code < 0) code = s.acl.source ? simplify_acl(cli, &s) : simplify_dynsec(cli, &s);
    cx_policy_close(&s);
    return code;
}

static const char *const formats[] = {"text", NULL};

const cx_command cx_cmd_simplify = {
    .name = "simplify",
    .usage = "simplify POLICY [-o OUT]",
    .summary = "fewer rules that mean the same",
    .about = "Leaves out the rules of an ACL file that say nothing new: what other rules of the same user\n"
             "allow or deny already, an allow that a deny takes away, a deny of what nobody has; and makes\n"
             "one rule of reading and writing. Comments stay with the rules that stay. Of a\n"
             "dynamic-security.json the ACLs go without which everybody may do the same; those of roles\n"
             "that nobody has stay. What is written is read again and compared, for all topics and all\n"
             "clients.\n\n"
             "  culex simplify acl\n"
             "  culex simplify dynamic-security.json -o shorter.json\n"
             "  culex simplify acl -o acl.short\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
    .formats = formats,
};
