/* culex test: does a policy keep what it promises? */
#include "base/typo.h"
#include "cli/progress.h"
#include "cli/test_run.h"

static const cx_option options[] = {
    {"coverage", 0, NULL, "which rules the tests depend on"},
    {"mutate", 0, NULL, "leave out, and turn round, each rule in turn: does a test notice?"},
    {"format", 0, "FORMAT", "text, json or junit"},
    {"listener", 0, "PORT", "of a conf: the listener with this port, address:port or socket path"},
    {"root", 0, "DIR", "of a conf: put before the absolute paths in it"},
    {"passwd", 0, "FILE", "the password file that goes with an ACL file"},
    {"argon2", 0, NULL, "the broker is built with argon2 (stock builds are not)"},
    {"as", 0, "KIND", "the policy's kind, when its name does not tell"},
    {"kind", 0, "KIND", "the same as --as"},
    {NULL, 0, NULL, NULL},
};

static const char *const formats[] = {
    [CX_TEST_TEXT] = "text", [CX_TEST_JSON] = "json", [CX_TEST_JUNIT] = "junit", NULL};

/* ---- what is tested ---- */

static int open_policy(cx_test_run *run)
{
    cx_cli *cli = run->cli;
    bool given = cli->operand_count > 1;
    const char *path = given ? cli->operands[1] : run->claims.policy;
    if (!path)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "%s names no policy ('policy: acl'), and the command line neither",
                           cli->operands[0]);
    if (!given && run->claims.passwd && !cx_cli_value(cli, "passwd") && cli->given_count < CX_VALUES_MAX) {
        cli->given[cli->given_count].name = "passwd";
        cli->given[cli->given_count++].value = run->claims.passwd;
    }
    return cx_policy_open(&run->policy, cli, path);
}

static int open_other(cx_test_run *run, const char *path)
{
    for (unsigned i = 0; i < run->other_count; i++)
        if (strcmp(run->other_paths[i], path) == 0) return -1;
    if (run->other_count == CX_OTHERS_MAX)
        return cx_cli_fail(run->cli, CX_EXIT_USAGE, "tests that compare with more than %d policies", CX_OTHERS_MAX);
    run->other_paths[run->other_count] = path;
    return cx_policy_open(&run->others[run->other_count++], run->cli, path);
}

static int open_others(cx_test_run *run)
{
    int code = -1;
    for (size_t i = 0; i < run->claims.tests.n; i++)
        for (size_t k = 0; k < run->claims.tests.items[i].claims.n && code < 0; k++) {
            const char *other = run->claims.tests.items[i].claims.items[k].other;
            if (other) code = open_other(run, other);
        }
    return code;
}

/* The target of another policy that stands against one of the tested policy. */
static int choose_other(cx_test_run *run, struct cx_tried *t, unsigned number)
{
    cx_policy_source *s = &run->others[number];
    struct cx_policy_target *found = NULL;
    unsigned n = 0;
    for (unsigned i = 0; i < s->target_count; i++) {
        struct cx_policy_target *x = &s->targets[i];
        if (x->release != t->target->release) continue;
        if (x->listener && t->target->listener && strcmp(x->listener, t->target->listener) != 0) continue;
        found = x;
        n++;
    }
    if (n != 1)
        return cx_cli_fail(run->cli, CX_EXIT_USAGE, "%s: %s; pick one with --listener", run->other_paths[number],
                           n ? "several listeners answer differently" : "no such listener");
    t->other_targets[number] = found;
    cx_subjects_of(s, found, &t->other_subjects[number]);
    t->ground.others[number] =
        (cx_other){.path = run->other_paths[number], .broker = &found->broker, .subjects = &t->other_subjects[number]};
    t->ground.other_count = number + 1;
    return -1;
}

/* ---- the run ---- */

static bool connects(void *context, const cx_client *c) { return cx_client_connects(context, c); }

static int try_target(cx_test_run *run, unsigned number)
{
    struct cx_tried *t = &run->tried[number];
    const cx_claims *c = &run->claims;
    int code = -1;
    t->target = &run->policy.targets[number];
    cx_subjects_of(&run->policy, t->target, &t->subjects);
    t->ground.broker = &t->target->broker;
    t->ground.subjects = &t->subjects;
    t->ground.connects = connects;
    t->ground.connects_context = t->target;
    t->proofs = cx_calloc(c->tests.n, sizeof *t->proofs);
    for (unsigned i = 0; i < run->other_count && code < 0; i++) code = choose_other(run, t, i);
    if (code >= 0) return code;
    cx_ground_open(&t->ground);
    for (size_t i = 0; i < c->tests.n; i++)
        for (size_t k = 0; k < c->tests.items[i].claims.n; k++)
            cx_prove(&t->ground, &c->tests.items[i].claims.items[k], &t->proofs[i]);
    return cx_sets_full(t->ground.space) ? cx_sets_are_full(run->cli) : -1;
}

/* Of tests that fail nothing could be said: a change would go unnoticed. */
static int find_coverage(cx_test_run *run)
{
    cx_cli *cli = run->cli;
    bool mutate = cx_cli_value(cli, "mutate") != NULL;
    if (!mutate && !cx_cli_value(cli, "coverage")) return -1;
    if (run->failed) {
        cx_cli_note(cli, "no coverage while tests fail");
        return -1;
    }
    cx_progress progress = cx_progress_begin(cli, mutate ? "changing rules" : "rules");
    bool ok = true;
    for (unsigned i = 0; i < run->policy.target_count && ok; i++)
        ok = cx_coverage_of(&run->tried[i].ground, run->claims.tests.items, run->claims.tests.n, mutate,
                            &run->tried[i].coverage, cx_progress_tell, &progress);
    cx_progress_end(&progress);
    if (!ok) return cx_sets_are_full(cli);
    run->covered = true;
    run->mutated = mutate;
    return -1;
}

/* A name that nobody has is mostly misspelt. */
static void note_stranger(cx_test_run *run, const struct cx_tried *t, size_t line, cx_str name)
{
    cx_nearest near = {0};
    cx_client c = {.user = name, .fresh = true};
    for (size_t i = 0; i < t->subjects.names.n; i++) cx_nearest_offer(&near, name, t->subjects.names.keys[i].key);
    bool glob = cx_str_has(name, '*'), shut_out = !glob && !cx_client_connects(t->target, &c);
    const char *what = glob       ? "no user that the policy names is"
                       : shut_out ? "nobody gets in as"
                                  : "the policy names no user";
    cx_cli_note(run->cli, "%s:%zu: %s '%.*s'%s%.*s%s", run->claims.yaml.name, line, what, (int)name.n, name.p,
                near.word.p ? ", did you mean '" : "", (int)near.word.n, near.word.p ? near.word.p : "",
                near.word.p ? "'?" : "");
}

static void note_strangers(cx_test_run *run)
{
    cx_map said = {0};
    for (unsigned i = 0; i < run->policy.target_count; i++)
        for (size_t k = 0; k < run->claims.tests.n; k++) {
            const cx_strs *all = &run->tried[i].proofs[k].strangers;
            for (size_t n = 0; n < all->n; n++) {
                size_t known = said.n;
                if (cx_map_put(&said, all->items[n]) == known)
                    note_stranger(run, &run->tried[i], run->claims.tests.items[k].line, all->items[n]);
            }
        }
    cx_map_clear(&said);
}

static void note_limits(cx_test_run *run)
{
    bool slashes = false, many = false, unknown = false;
    for (size_t k = 0; k < run->claims.tests.n; k++) {
        size_t asked_of = 0;
        for (unsigned i = 0; i < run->policy.target_count; i++) {
            const cx_proof *p = &run->tried[i].proofs[k];
            asked_of += p->asked_of;
            slashes |= p->slashes;
            many |= p->too_many;
            unknown |= p->unknown;
        }
        if (!asked_of)
            cx_cli_note(run->cli, "%s:%zu: the policy has nobody whom this test is about", run->claims.yaml.name,
                        run->claims.tests.items[k].line);
    }
    cx_say_limits(run->cli, slashes, many, unknown);
}

static int run_tests(cx_test_run *run)
{
    cx_cli *cli = run->cli;
    run->tried = cx_calloc(run->policy.target_count, sizeof *run->tried);
    for (unsigned i = 0; i < run->policy.target_count; i++) {
        int code = try_target(run, i);
        if (code >= 0) return code;
    }
    for (size_t i = 0; i < run->claims.tests.n; i++) run->failed += cx_test_failed(run, i);
    int code = find_coverage(run);
    if (code >= 0) return code;
    if (cli->format == CX_TEST_JSON) cx_test_put_json(run, &cli->out);
    else if (cli->format == CX_TEST_JUNIT) cx_test_put_junit(run, &cli->out);
    else cx_test_put_text(run, &cli->out);
    for (unsigned i = 0; i < run->policy.target_count; i++)
        if (cx_sets_full(run->tried[i].ground.space)) return cx_sets_are_full(cli);
    note_strangers(run);
    note_limits(run);
    return run->failed ? CX_EXIT_NO : CX_EXIT_YES;
}

static void tried_clear(cx_test_run *run, struct cx_tried *t)
{
    for (size_t i = 0; i < run->claims.tests.n && t->proofs; i++) cx_proof_clear(&t->proofs[i]);
    free(t->proofs);
    cx_ground_close(&t->ground);
    cx_subjects_clear(&t->subjects);
    for (unsigned i = 0; i < run->other_count; i++) cx_subjects_clear(&t->other_subjects[i]);
    cx_vec_clear(&t->coverage);
}

static void run_clear(cx_test_run *run)
{
    for (unsigned i = 0; run->tried && i < run->policy.target_count; i++) tried_clear(run, &run->tried[i]);
    free(run->tried);
    for (unsigned i = 0; i < run->other_count; i++) cx_policy_close(&run->others[i]);
    cx_policy_close(&run->policy);
    cx_claims_clear(&run->claims);
    cx_arena_clear(&run->arena);
}

static int test(cx_cli *cli)
{
    cx_error e = {{0}};
    cx_test_run *run = cx_calloc(1, sizeof *run);
    run->cli = cli;
    int code = -1;
    if (!cx_claims_open(&run->claims, cli->operands[0], &e)) code = cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    if (code < 0 && run->claims.target.p && !cx_cli_value(cli, "target"))
        code = cx_cli_targets(cli, run->claims.target.p);
    if (code < 0) code = open_policy(run);
    if (code < 0) code = open_others(run);
    if (code < 0) code = run_tests(run);
    run_clear(run);
    free(run);
    return code;
}

const cx_command cx_cmd_test = {
    .name = "test",
    .usage = "test TESTS.yaml [POLICY]",
    .summary = "whether a policy keeps what a file of tests says",
    .about = "Each test is a statement about all topics, all users and all client ids, and is proven or\n"
             "shown to be wrong: by whom, with which topic, and by which rule. Exit code: 0 all hold, 1\n"
             "one does not.\n\n"
             "  policy: acl\n"
             "  sets: {admins: [alice, bob]}\n"
             "  variables: {site: [berlin, paris]}\n"
             "  tests:\n"
             "    - no one except [admins] may write cmds/#\n"
             "    - every user may read public/#\n"
             "    - sensor-* may only write 'sensors/%u/#'\n"
             "    - alice and bob never share a writable topic\n"
             "    - guest gains nothing over base.acl\n"
             "    - name: the door of each site\n"
             "      user: door\n"
             "      clientid: d1\n"
             "      may: {write: 'doors/${site}/state'}\n"
             "      may not: {write: [cmds/#], read: '#'}\n\n"
             "Whom: names, 'sensor-*' of those the policy names, sets, 'every user', 'every named user',\n"
             "'everyone', 'no one', 'anonymous', 'any other user'; 'except' and 'with client id ID' behind\n"
             "them. What: 'may', 'may not' or 'may only' with read, write, subscribe, unsubscribe or reach\n"
             "and filters, in which %u and %c are the client's own name and id; 'never share a readable\n"
             "topic', writable or reachable, 'in FILTER'; 'gains nothing over POLICY', 'loses nothing over\n"
             "POLICY'. A sentence with ' #' in it needs quotes.\n",
    .options = options,
    .least = 1,
    .most = 2,
    .run = test,
    .formats = formats,
};
