/* culex lint: what is wrong, doubtful or open in a repository of configurations. */
#include "base/path.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "lint/baseline.h"
#include "lint/fix.h"
#include "lint/folder.h"
#include "report/lint.h"
#include "text/allow.h"

static const cx_option options[] = {
    {"warn", 'W', "RULE=LEVEL", "error, warning, advice or off, for a rule or a glob of rules; the last one counts"},
    {"fail-on", 0, "LEVEL", "exit 1 from error, warning (default), advice or security on"},
    {"fix", 0, NULL, "mend what can be mended without taking or giving any access"},
    {"diff", 0, NULL, "with --fix: show what would be changed, and change nothing"},
    {"unsafe", 0, NULL, "with --fix: also what needs a second look"},
    {"baseline", 0, "FILE", "say only what is not in there"},
    {"write-baseline", 0, "FILE", "write one of all that is found"},
    {"from-target", 0, "RELEASE", "the release the brokers run now: what changes with --target"},
    {"reload", 0, NULL, "the files will be reloaded (SIGHUP): what that does"},
    {"list-rules", 0, NULL, "all rules"},
    {"output", 'o', "FILE", "instead of standard output"},
    {"stdin-filename", 0, "NAME", "what '-' is called"},
    {"format", 0, "FORMAT", "text, short, json, sarif, github or junit"},
    {"kind", 0, "KIND", "of all operands: conf, acl, passwd, psk or dynsec (default: by name, then content)"},
    {"as", 0, "KIND", "the same as --kind"},
    {"argon2", 0, NULL, "the broker is built with argon2 (stock builds are not)"},
    {"root", 0, "DIR", "put before the absolute paths in confs; what is not there is missing"},
    {NULL, 0, NULL, NULL},
};

/* ---- levels ---- */

static unsigned level_of(cx_str word)
{
    static const char *const words[] = {"off", "advice", "warning", "error"};
    for (unsigned i = 0; i < 4; i++)
        if (cx_str_is(word, words[i])) return CX_LEVEL_OFF + i;
    return CX_LEVEL_DEFAULT;
}

static bool set_level(cx_lint_options *o, cx_str glob, unsigned level)
{
    bool any = false;
    for (unsigned i = 0; i < CX_RULE_COUNT; i++) {
        if (!cx_glob(glob, cx_str_of(cx_rules[i].id))) continue;
        o->level[i] = (unsigned char)level;
        any = true;
    }
    return any;
}

static int no_such_rule(cx_cli *cli, cx_str glob)
{
    cx_nearest near;
    if (!cx_is_rule(glob, &near) && near.word.p)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "no rule '%.*s', did you mean '%.*s'?", (int)glob.n, glob.p,
                           (int)near.word.n, near.word.p);
    return cx_cli_fail(cli, CX_EXIT_USAGE, "no rule '%.*s'; 'culex lint --list-rules' lists them", (int)glob.n, glob.p);
}

/* "-W RULE=LEVEL", several with commas. An exit code, or -1. */
static int take_levels(cx_cli *cli, cx_lint_options *o, cx_str words)
{
    cx_str one;
    while (cx_allow_next(&words, &one)) {
        const char *equals = memchr(one.p, '=', one.n);
        cx_str glob = cx_str_sub(one, 0, equals ? (size_t)(equals - one.p) : one.n);
        unsigned level = equals ? level_of(cx_str_sub(one, glob.n + 1, one.n - glob.n - 1)) : CX_LEVEL_DEFAULT;
        if (level == CX_LEVEL_DEFAULT)
            return cx_cli_fail(cli, CX_EXIT_USAGE, "-W %.*s: say RULE=error, =warning, =advice or =off", (int)one.n,
                               one.p);
        if (!set_level(o, glob, level)) return no_such_rule(cli, glob);
    }
    return -1;
}

/* ---- when to fail ---- */

typedef enum { FAIL_ON_ADVICE, FAIL_ON_WARNING, FAIL_ON_ERROR, FAIL_ON_SECURITY } fail_on;

static int take_fail_on(cx_cli *cli, fail_on *f)
{
    static const char *const words[] = {"advice", "warning", "error", "security"};
    const char *word = cx_cli_value(cli, "fail-on");
    if (!word) word = cli->settings.fail_on;
    *f = FAIL_ON_WARNING;
    for (int i = 0; word && i < 4; i++)
        if (strcmp(word, words[i]) == 0) return *f = (fail_on)i, -1;
    if (!word) return -1;
    return cx_cli_fail(cli, CX_EXIT_USAGE, "--fail-on %s: say error, warning, advice or security", word);
}

static bool fails(const struct cx_lint_sums *sums, fail_on f)
{
    if (f == FAIL_ON_SECURITY) return sums->security > 0;
    size_t n = 0;
    for (int i = (int)f; i < 3; i++) n += sums->count[i];
    return n > 0;
}

/* ---- what to lint ---- */

struct job {
    cx_cli *cli;
    cx_lint_run run;
    cx_folder folder;
    cx_baseline baseline;
    cx_kind kind;
    fail_on fail_on;
};

static int add_file(struct job *job, const char *path)
{
    const char *name = cx_cli_value(job->cli, "stdin-filename");
    bool in = strcmp(path, "-") == 0;
    if (in && !name) name = "standard input";
    cx_kind kind = job->kind;
    if (kind == CX_KIND_UNKNOWN) kind = cx_kind_guess(cx_str_of(in ? name : path), CX_STR(""));
    char head[16384];
    size_t n = kind == CX_KIND_UNKNOWN && !in ? cx_read_head(path, head, sizeof head) : 0;
    if (n == SIZE_MAX) return cx_cli_fail(job->cli, CX_EXIT_INPUT, "%s: cannot be read", path);
    if (kind == CX_KIND_UNKNOWN && n) kind = cx_kind_guess(CX_STR(""), (cx_str){head, n});
    if (kind == CX_KIND_UNKNOWN || kind == CX_KIND_YAML) return cx_cli_no_kind(job->cli, path);
    cx_folder_add(&job->folder, kind, path, in ? name : NULL);
    return -1;
}

static int add_operand(struct job *job, const char *path)
{
    cx_error e;
    if (!cx_is_directory(path)) return add_file(job, path);
    if (!cx_folder_walk(&job->folder, path, &e)) return cx_cli_fail(job->cli, CX_EXIT_INPUT, "%s", e.text);
    return -1;
}

/* Reads and judges all operands. */
static int read_all(struct job *job)
{
    int code = -1;
    const cx_cli *cli = job->cli;
    job->folder.settings = &cli->settings;
    for (unsigned i = 0; i < cli->operand_count && code < 0; i++) code = add_operand(job, cli->operands[i]);
    for (size_t i = 0; cli->operand_count == 0 && i < cli->settings.paths.n && code < 0; i++)
        code = add_operand(job, cli->settings.paths.items[i].p);
    if (code >= 0) return code;
    cx_progress progress = cx_progress_begin(cli, "linting");
    job->run.progress = cx_progress_tell;
    job->run.progress_context = &progress;
    cx_lint_folder(&job->run, &job->folder);
    cx_progress_end(&progress);
    for (size_t i = 0; i < job->run.units.n; i++)
        if (job->run.units.items[i].error.text[0])
            code = cx_cli_fail(job->cli, CX_EXIT_INPUT, "%s", job->run.units.items[i].error.text);
    if (code < 0) cx_lint_run_finish(&job->run);
    return code;
}

/* ---- fixes ---- */

static int write_fixed(struct job *job, const cx_linted *file, cx_str text)
{
    cx_error e;
    if (cx_write_file(file->source->name.p, text, 0644, &e)) return -1;
    return cx_cli_fail(job->cli, CX_EXIT_INPUT, "%s", e.text);
}

/* Makes all fixes once, or shows them; *MADE: how many. */
static int fix_once(struct job *job, bool show, size_t *made)
{
    bool unsafe = cx_cli_value(job->cli, "unsafe") != NULL;
    cx_buf text = {0};
    int code = -1;
    for (size_t i = 0; i < job->run.files.n && code < 0; i++) {
        const cx_linted *file = &job->run.files.items[i];
        size_t n = cx_lint_fix(&job->run, file, unsafe, &text);
        *made += n;
        if (n == 0) continue;
        if (show) cx_report_diff(&job->cli->out, job->cli->style, file, cx_buf_str(&text));
        else code = write_fixed(job, file, cx_buf_str(&text));
    }
    cx_buf_clear(&text);
    return code;
}

enum { ROUNDS = 10 };

/* What a fix uncovers is mended in the next round. */
static int fix_all(struct job *job)
{
    size_t made = 0;
    if (cx_cli_value(job->cli, "diff")) return fix_once(job, true, &made);
    for (int round = 0; round < ROUNDS; round++) {
        size_t before = made;
        int code = fix_once(job, false, &made);
        if (code >= 0) return code;
        if (made == before) break;
        cx_lint_run_again(&job->run);
        cx_folder_clear(&job->folder);
        code = read_all(job);
        if (code >= 0) return code;
    }
    if (made) cx_cli_note(job->cli, "%zu finding%s fixed", made, made == 1 ? "" : "s");
    return -1;
}

/* ---- the whole ---- */

static int put_report(struct job *job)
{
    cx_cli *cli = job->cli;
    const char *path = cx_cli_value(cli, "output");
    cx_error e;
    cx_buf report = {0};
    cx_style style = cli->style;
    if (path) style.color = false;
    cx_report_lint(path ? &report : &cli->out, (cx_lint_format)cli->format, style, &job->run);
    bool ok = !path || cx_write_file(path, cx_buf_str(&report), 0644, &e);
    cx_buf_clear(&report);
    return ok ? -1 : cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
}

static int write_baseline(struct job *job, const char *path)
{
    cx_error e;
    cx_buf text = {0};
    cx_baseline_put(&text, &job->run);
    bool ok = cx_write_file(path, cx_buf_str(&text), 0644, &e);
    cx_buf_clear(&text);
    if (!ok) return cx_cli_fail(job->cli, CX_EXIT_INPUT, "%s", e.text);
    const size_t *n = job->run.sums.count;
    cx_cli_note(job->cli, "%zu findings are in %s; 'culex lint --baseline %s' says what is new",
                n[CX_ADVICE] + n[CX_WARNING] + n[CX_ERROR], path, path);
    return CX_EXIT_YES;
}

static void note_rest(struct job *job)
{
    size_t left = job->run.baseline ? cx_baseline_left(job->run.baseline) : 0;
    if (left)
        cx_cli_note(job->cli, "%zu finding%s of the baseline %s no longer there; --write-baseline forgets %s", left,
                    left == 1 ? "" : "s", left == 1 ? "is" : "are", left == 1 ? "it" : "them");
}

static int lint(struct job *job)
{
    cx_cli *cli = job->cli;
    int code = read_all(job);
    if (code >= 0) return code;
    if (cx_cli_value(cli, "fix")) code = fix_all(job);
    if (code >= 0) return code;
    if (cx_cli_value(cli, "write-baseline")) return write_baseline(job, cx_cli_value(cli, "write-baseline"));
    if (!(cx_cli_value(cli, "fix") && cx_cli_value(cli, "diff"))) code = put_report(job);
    note_rest(job);
    if (code >= 0) return code;
    return fails(&job->run.sums, job->fail_on) ? CX_EXIT_NO : CX_EXIT_YES;
}

/* The folder that paths in reports begin at. */
static cx_str base_of(struct job *job)
{
    cx_arena *a = &job->run.arena;
    const char *first = job->cli->operand_count ? job->cli->operands[0] : ".";
    cx_str here = cx_path_real(a, "."), there = cx_path_real(a, first);
    cx_str repository = there.p ? cx_path_repository(a, there) : CX_STR_NONE;
    return repository.p ? repository : here;
}

/* Words that go together. An exit code, or -1. */
static int check_words(cx_cli *cli)
{
    bool fix = cx_cli_value(cli, "fix"), in = false;
    for (unsigned i = 0; i < cli->operand_count; i++) in |= strcmp(cli->operands[i], "-") == 0;
    if (!fix && cx_cli_value(cli, "diff")) return cx_cli_fail(cli, CX_EXIT_USAGE, "--diff goes with --fix");
    if (!fix && cx_cli_value(cli, "unsafe")) return cx_cli_fail(cli, CX_EXIT_USAGE, "--unsafe goes with --fix");
    if (fix && in && !cx_cli_value(cli, "diff"))
        return cx_cli_fail(cli, CX_EXIT_USAGE,
                           "--fix cannot change standard input; --fix --diff shows what it would do");
    if (cli->operand_count == 0 && cli->settings.paths.n == 0)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "nothing to lint: name files or folders, as in 'culex lint .'");
    return -1;
}

static int take_options(struct job *job)
{
    cx_cli *cli = job->cli;
    cx_lint_options *o = &job->run.options;
    const char *from = cx_cli_value(cli, "from-target"), *baseline = cx_cli_value(cli, "baseline");
    if (!baseline && !cx_cli_value(cli, "write-baseline")) baseline = cli->settings.baseline;
    cx_error e;
    int code = check_words(cli);
    if (code >= 0 || !cx_cli_kind(cli, &job->kind)) return code >= 0 ? code : CX_EXIT_USAGE;
    *o = (cx_lint_options){.targets = cli->targets,
                           .exact = cli->exact_target,
                           .argon2 = cx_cli_value(cli, "argon2") != NULL,
                           .reload = cx_cli_value(cli, "reload") != NULL,
                           .settings = &cli->settings,
                           .root = cx_cli_root(cli)};
    job->run.threads = cli->threads;
    if (from && !(o->from = cx_release_find(cx_str_of(from))))
        return cx_cli_fail(cli, CX_EXIT_USAGE, "no such release: '%s'", from);
    for (size_t i = 0; i < cli->settings.rules.n; i++)
        set_level(o, cli->settings.rules.items[i].glob, level_of(cli->settings.rules.items[i].level));
    for (unsigned i = 0; i < cli->given_count; i++) {
        if (strcmp(cli->given[i].name, "warn") != 0) continue;
        code = take_levels(cli, o, cx_str_of(cli->given[i].value));
        if (code >= 0) return code;
    }
    if ((code = take_fail_on(cli, &job->fail_on)) >= 0) return code;
    job->run.base = base_of(job);
    if (!baseline) return -1;
    if (!cx_baseline_open(&job->baseline, baseline, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    job->run.baseline = &job->baseline;
    return -1;
}

static int run_lint(cx_cli *cli)
{
    if (cx_cli_value(cli, "list-rules")) return cx_list_rules(cli);
    struct job job = {.cli = cli};
    int code = take_options(&job);
    if (code < 0) code = lint(&job);
    cx_lint_run_clear(&job.run);
    cx_folder_clear(&job.folder);
    cx_baseline_clear(&job.baseline);
    return code;
}

static const char *const formats[] = {[CX_LINT_TEXT] = "text",
                                      [CX_LINT_SHORT] = "short",
                                      [CX_LINT_JSON] = "json",
                                      [CX_LINT_SARIF] = "sarif",
                                      [CX_LINT_GITHUB] = "github",
                                      [CX_LINT_JUNIT] = "junit",
                                      NULL};

const cx_command cx_cmd_lint = {
    .name = "lint",
    .usage = "lint [-W RULE=LEVEL] [--fix] [--format FORMAT] PATH…",
    .summary = "what is wrong, doubtful or open in a repository of configurations",
    .about = "Lints files, and all that is Mosquitto's below folders: a mosquitto.conf with the files\n"
             "it includes and names, files that no conf names by their content. Paths of the target\n"
             "host are looked for near the conf; what is not here is left out, unless --root says\n"
             "where the host's files are. Exit code: 0 nothing from --fail-on on, 1 something, 3 culex\n"
             "cannot read a file.\n\n"
             "  culex lint .\n"
             "  culex lint --target 2.1 -W 'conf-*=off' --fail-on error site/\n"
             "  culex lint --fix --diff acl\n"
             "  culex lint --format sarif -o culex.sarif .\n\n"
             "In a file, the comment '# culex: allow(RULE) reason' allows a finding on the next line,\n"
             "allow-file(RULE) in all of the file. 'culex explain RULE' tells more of a rule.\n",
    .options = options,
    .least = 0,
    .most = 1000000,
    .run = run_lint,
    .formats = formats,
};
