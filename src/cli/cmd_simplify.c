/* culex simplify: fewer rules that mean the same. */
#include "analysis/diff.h"
#include "analysis/simplify.h"
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

/* Does TEXT allow the same to everybody, for one release? */
static bool means_the_same(cx_policy_source *s, unsigned target, cx_sets *space, cx_source *source)
{
    cx_acl acl;
    cx_policy p;
    const struct cx_policy_target *t = &s->targets[target];
    cx_acl_read(&acl, source, CX_TARGET_BIT(t->release), 1);
    bool same = !(acl.findings.refused & CX_TARGET_BIT(t->release));
    if (same) {
        cx_policy_from_acl(&p, &acl, t->release);
        cx_broker b = cx_broker_of(&p);
        cx_effective *before = cx_effective_new(space, &t->broker), *after = cx_effective_new(space, &b);
        cx_changes changes = {0};
        cx_subjects who = {0};
        cx_subjects_of(s, t, &who);
        for (size_t i = 0; i < who.list.n; i++)
            cx_diff_client(space, (cx_side){before, &t->broker}, (cx_side){after, &b}, &who.list.items[i], &changes);
        same = changes.items.n == 0;
        cx_subjects_clear(&who);
        cx_vec_clear(&changes.items);
        cx_effective_free(before);
        cx_effective_free(after);
        cx_policy_clear(&p);
    }
    cx_acl_clear(&acl);
    return same;
}

static void tell(cx_cli *cli, const cx_policy_source *s, const cx_fate *fates)
{
    enum { SHOWN = 20 };
    size_t before = 0, gone = 0;
    for (size_t i = 0; i < s->acl.entries.n; i++) {
        const cx_acl_entry *e = &s->acl.entries.items[i];
        before += e->kind != CX_ACL_USER;
        if (fates[i] != CX_RULE_SAYS_NOTHING || (gone++ >= SHOWN && !cli->verbose)) continue;
        cx_str line = cx_acl_entry_line(&s->acl, e);
        cx_cli_note(cli, "line %zu goes: %.*s", cx_source_place(s->acl.source, e->value.at).line, (int)line.n, line.p);
    }
    if (gone > SHOWN && !cli->verbose) cx_cli_note(cli, "…and %zu more (-v)", gone - SHOWN);
    if (gone == 0) {
        cx_cli_note(cli, "nothing to leave out: each of the rules says something");
        return;
    }
    cx_arena a = {0};
    cx_str who = cx_targets_text(&a, cli->targets);
    cx_cli_note(cli, "%zu rule%s instead of %zu, the same access for every client of %.*s", before - gone,
                before - gone == 1 ? "" : "s", before, (int)who.n, who.p);
    cx_arena_clear(&a);
}

static int deliver(cx_cli *cli, cx_str text)
{
    const char *output = cx_cli_value(cli, "output");
    cx_error e;
    if (!output || strcmp(output, "-") == 0) cx_buf_put(&cli->out, text);
    else if (!cx_write_file(output, text, 0644, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    return CX_EXIT_YES;
}

static int simplify(cx_cli *cli, cx_policy_source *s)
{
    cx_sets *space = cx_sets_new(CX_SETS_NODES);
    cx_fate *fates = cx_calloc(s->acl.entries.n, sizeof *fates);
    cx_buf text = {0};
    cx_source source;
    decide_fates(s, space, fates);
    cx_simplify_print(&s->acl, fates, &text);
    cx_source_over(&source, s->acl.source->name, cx_buf_str(&text));
    bool same = true;
    for (unsigned i = 0; i < s->target_count && same; i++) same = means_the_same(s, i, space, &source);
    int code;
    if (cx_sets_full(space)) code = cx_sets_are_full(cli);
    else if (!same)
        code = cx_cli_fail(cli, CX_EXIT_FAILED, "the shorter file would not mean the same; please report this");
    else code = deliver(cli, cx_buf_str(&text));
    if (code == CX_EXIT_YES) tell(cli, s, fates);
    cx_source_clear(&source);
    cx_buf_clear(&text);
    free(fates);
    cx_sets_free(space);
    return code;
}

static int run(cx_cli *cli)
{
    cx_policy_source s = {0};
    int code = cx_policy_open(&s, cli, cli->operands[0]);
    if (code < 0 && !s.acl.source)
        code = cx_cli_fail(cli, CX_EXIT_USAGE, "%s: only ACL files are simplified in this version", cli->operands[0]);
    if (code < 0) code = simplify(cli, &s);
    cx_policy_close(&s);
    return code;
}

static const char *const formats[] = {"text", NULL};

const cx_command cx_cmd_simplify = {
    .name = "simplify",
    .usage = "simplify ACL [-o OUT]",
    .summary = "fewer rules that mean the same",
    .about = "Leaves out the rules of an ACL file that say nothing new: what other rules of the same user\n"
             "allow or deny already, an allow that a deny takes away, a deny of what nobody has; and makes\n"
             "one rule of reading and writing. Comments stay with the rules that stay. What is written is\n"
             "read again and compared, for all topics and all clients.\n\n"
             "  culex simplify acl\n"
             "  culex simplify acl -o acl.short\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
    .formats = formats,
};
