/* The rules of lint: each finds its bad example, and nothing in its good one. */
#include <string.h>

#include "conf.h"
#include "lint/run.h"
#include "settings/settings.h"
#include "unit.h"

static const char *main_file(const char *area)
{
    return strcmp(area, "conf") == 0 ? "mosquitto.conf" : strcmp(area, "dynsec") == 0 ? "dynamic-security.json" : area;
}

/* The words of a rule's options. */
static void take_options(cx_lint_options *o, const char *options, cx_settings *settings)
{
    cx_error e;
    char words[200];
    snprintf(words, sizeof words, "%s", options);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        if (strcmp(word, "--reload") == 0) o->reload = true;
        else if (strcmp(word, "--argon2") == 0) o->argon2 = true;
        else if (strcmp(word, "--target") == 0) {
            word = strtok(NULL, " ");
            const cx_release *release = cx_release_find(cx_str_of(word));
            o->targets = CX_TARGET_BIT(release);
            static char exact[40];
            snprintf(exact, sizeof exact, "%s", word);
            o->exact = strcmp(word, release->label) != 0 ? exact : NULL;
        } else if (strcmp(word, "--config") == 0) {
            must(cx_settings_open(settings, strtok(NULL, " "), &e), "%s", e.text);
            o->settings = settings;
        } else if (strcmp(word, "--from-target") == 0) o->from = cx_release_find(cx_str_of(strtok(NULL, " ")));
        else must(false, "an option of the example: %s", word);
    }
}

struct seen {
    size_t count, refusing;
    cx_targets true_of;
    bool all_fixes; /* each has one */
};

/* What lint finds of a rule in an example. */
static struct seen lint_example(const cx_rule_info *rule, const char *text)
{
    struct seen seen = {.all_fixes = true};
    cx_lint_run run = {.options = {.targets = CX_TARGETS_ALL}, .threads = 1};
    cx_settings settings = {0};
    tree_enter();
    tree_parts(main_file(rule->area), text, false);
    take_options(&run.options, rule->options, &settings);
    cx_lint_run_add(&run, cx_kind_guess(cx_str_of(main_file(rule->area)), CX_STR("")), cx_str_of(main_file(rule->area)),
                    NULL);
    cx_lint_run_units(&run);
    must(run.units.items[0].lint, "'%s': %s", rule->id, run.units.items[0].error.text);
    cx_lint_run_finish(&run);
    for (size_t i = 0; i < run.files.n; i++) {
        const cx_findings *f = run.files.items[i].findings;
        for (size_t k = 0; k < f->list.n; k++) {
            const cx_finding *x = &f->list.items[k];
            must((uint64_t)x->span.at + x->span.len <= run.files.items[i].source->text.n, "'%s' spans too much",
                 cx_rules[x->rule].id);
            must(x->targets && !(x->targets & ~run.options.targets), "'%s' is of %x", cx_rules[x->rule].id, x->targets);
            if (&cx_rules[x->rule] != rule) continue;
            seen.count++;
            seen.refusing += x->refused != 0;
            seen.true_of |= x->targets;
            seen.all_fixes &= x->fix != NULL;
        }
    }
    cx_lint_run_clear(&run);
    cx_settings_clear(&settings);
    tree_leave();
    return seen;
}

START_TEST(rules_find_their_bad_example_only)
{
    const cx_rule_info *rule = &cx_rules[_i];
    if (rule->by != CX_BY_LINT) return; /* test_grammar.c */
    struct seen bad = lint_example(rule, rule->bad), good = lint_example(rule, rule->good);
    must(bad.count > 0, "'bad' of '%s' has no such finding", rule->id);
    must(good.count == 0, "'good' of '%s' has such a finding", rule->id);
    must(!(bad.true_of & ~rule->targets), "'%s' is true of %x, documented for %x", rule->id, bad.true_of,
         rule->targets);
    must(rule->severity == CX_ERROR || bad.refusing == 0, "'%s' is no error and refused", rule->id);
    must(rule->fix == CX_FIX_NONE || bad.all_fixes, "'%s' is documented to have a fix and comes without one", rule->id);
}
END_TEST

Suite *suite_lint(void)
{
    Suite *s = suite_create("lint");
    TCase *t = tcase_create("rules");
    tcase_add_loop_test(t, rules_find_their_bad_example_only, 0, CX_RULE_COUNT);
    suite_add_tcase(s, t);
    return s;
}
