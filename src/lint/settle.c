#include "lint/settle.h"

#include "lint/baseline.h"
#include "text/allow.h"

static unsigned level_of(const cx_lint_run *run, unsigned rule) { return run->options.level[rule]; }

/* Takes out of the list what KEEP does not want; the counts of what is only counted stay. */
static void sieve(cx_findings *f, bool keep(void *context, cx_finding *x), void *context)
{
    size_t n = 0;
    for (size_t i = 0; i < f->list.n; i++) {
        cx_finding x = f->list.items[i];
        if (keep(context, &x)) f->list.items[n++] = x;
        else f->count[cx_rules[x.rule].severity]--;
    }
    f->list.n = n;
}

/* ---- comments that allow ---- */

struct allowing {
    cx_lint_run *run;
    cx_allows allows;
    CX_VEC(bool) used;
};

static bool allows_rule(const cx_allow *a, const char *id)
{
    cx_str rules = a->rules, glob;
    while (cx_allow_next(&rules, &glob))
        if (cx_glob(glob, cx_str_of(id))) return true;
    return false;
}

static bool not_allowed(void *context, cx_finding *x)
{
    struct allowing *c = context;
    bool allowed = false;
    for (size_t i = 0; i < c->allows.list.n; i++) {
        const cx_allow *a = &c->allows.list.items[i];
        if (!a->rules.p || x->span.at < a->from || x->span.at >= a->to) continue;
        if (!allows_rule(a, cx_rules[x->rule].id)) continue;
        allowed = c->used.items[i] = true;
    }
    c->run->sums.allowed += allowed;
    return !allowed;
}

/* Whether some rule of the name could have been found in this run. */
static bool could_be_found(const cx_lint_run *run, cx_str glob)
{
    for (unsigned i = 0; i < CX_RULE_COUNT; i++)
        if (cx_glob(glob, cx_str_of(cx_rules[i].id)) && level_of(run, i) != CX_LEVEL_OFF &&
            (cx_rules[i].targets & run->options.targets))
            return true;
    return false;
}

/* A name in the comment that is no rule. */
static bool say_unknown(cx_findings *f, cx_span span, cx_targets targets, cx_str name)
{
    cx_nearest near;
    if (cx_is_rule(name, &near)) return false;
    cx_finding *x =
        cx_findings_add(f, CX_RULE_CULEX_UNKNOWN_RULE, span, targets, 0, "there is no rule %s", cx_quote(f, name));
    if (near.word.p) cx_finding_help(f, x, "did you mean '%.*s'?", (int)near.word.n, near.word.p);
    return true;
}

static void judge_allow(struct allowing *c, const cx_linted *file, size_t i)
{
    const cx_allow *a = &c->allows.list.items[i];
    cx_findings *f = file->findings;
    cx_targets targets = c->run->options.targets;
    if (!a->rules.p) {
        cx_finding *x = cx_findings_add(f, CX_RULE_CULEX_UNKNOWN_RULE, a->span, targets, 0,
                                        "a comment for culex that it cannot read");
        cx_finding_help(f, x, "# culex: allow(RULE) reason");
        return;
    }
    cx_str rules = a->rules, name;
    bool unknown = false, possible = false;
    while (cx_allow_next(&rules, &name)) {
        unknown |= say_unknown(f, a->span, targets, name);
        possible |= could_be_found(c->run, name);
    }
    if (!unknown && possible && !c->used.items[i]) {
        cx_finding *x = cx_findings_add(f, CX_RULE_CULEX_UNUSED_ALLOW, a->span, targets, 0,
                                        "%s is not found here: nothing to allow", cx_quote(f, a->rules));
        cx_finding_help(f, x, "take the comment away, or put it on the line before the one it is for");
    }
    if (a->reason.n == 0) {
        cx_finding *x = cx_findings_add(f, CX_RULE_CULEX_ALLOW_WITHOUT_REASON, a->span, targets, 0,
                                        "no reason is given why %s is right here", cx_quote(f, a->rules));
        cx_finding_help(f, x, "# culex: allow(%.*s) reason", (int)a->rules.n, a->rules.p);
    }
}

static void settle_allows(cx_lint_run *run, cx_linted *file)
{
    struct allowing c = {.run = run};
    cx_allows_read(&c.allows, file->source);
    for (size_t i = 0; i < c.allows.list.n; i++) cx_vec_add(&c.used, false);
    if (c.allows.list.n) sieve(file->findings, not_allowed, &c);
    file->findings->merge = false;
    for (size_t i = 0; i < c.allows.list.n; i++) judge_allow(&c, file, i);
    if (c.allows.list.n) cx_findings_sort(file->findings);
    cx_vec_clear(&c.allows.list);
    cx_vec_clear(&c.used);
}

/* ---- levels ---- */

static bool switched_on(void *context, cx_finding *x)
{
    const cx_lint_run *run = context;
    x->targets &= run->options.targets; /* files are read for the release before too */
    x->refused &= run->options.targets;
    if (!x->targets) return false;
    unsigned level = level_of(run, x->rule);
    if (level == CX_LEVEL_OFF) return false;
    if (level != CX_LEVEL_DEFAULT) x->severity = (cx_severity)(level - CX_LEVEL_ADVICE);
    return true;
}

/* ---- the baseline ---- */

struct known {
    cx_lint_run *run;
    const cx_linted *file;
};

static bool is_new(void *context, cx_finding *x)
{
    const struct known *c = context;
    bool known = cx_baseline_take(c->run->baseline, c->file->below, x);
    c->run->sums.in_baseline += known;
    return !known;
}

/* ---- all together ---- */

static void add_up(cx_lint_run *run, const cx_findings *f)
{
    struct cx_lint_sums *sums = &run->sums;
    sums->not_listed += cx_findings_dropped(f);
    for (int i = 0; i < 3; i++) sums->count[i] += f->count[i];
    for (size_t i = 0; i < f->list.n; i++) {
        const cx_finding *x = &f->list.items[i];
        sums->count[cx_rules[x->rule].severity]--; /* counted by the severity of its rule so far */
        sums->count[x->severity]++;
        sums->security += cx_rules[x->rule].security != 0;
        if (x->fix) ++*(x->fix->safe ? &sums->safe_fixes : &sums->unsafe_fixes);
    }
}

void cx_lint_settle(cx_lint_run *run, cx_linted *file)
{
    settle_allows(run, file);
    sieve(file->findings, switched_on, run);
    struct known known = {run, file};
    if (run->baseline) sieve(file->findings, is_new, &known);
    add_up(run, file->findings);
}
