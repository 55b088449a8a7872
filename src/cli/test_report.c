#include "cli/test_run.h"

#include "report/xml.h"

/* Of one test at one target so many counterexamples are shown, with so many filters and names each; with -v all. */
enum { EXAMPLES = 5, FILTERS = 4, NAMES = 8 };

bool cx_test_failed(const cx_test_run *run, size_t test)
{
    for (unsigned i = 0; i < run->policy.target_count; i++)
        if (run->tried[i].proofs[test].against.n) return true;
    return false;
}

/* ---- counterexamples as text ---- */

static void put_who(cx_buf *out, const cx_who *w)
{
    cx_buf_put_safe(out, cx_who_name(w));
    if (w->client.fresh) return;
    cx_buf_puts(out, " with client id ");
    cx_buf_put_safe(out, w->client.id);
}

static void put_filters(cx_test_run *run, struct cx_tried *t, cx_buf *out, const cx_counterexample *x)
{
    cx_set_entries list = {0};
    bool filters = x->access == CX_ACCESS_SUBSCRIBE || x->access == CX_ACCESS_UNSUBSCRIBE;
    cx_set_list(t->ground.space, x->set, filters, &run->arena, &list);
    size_t shown = run->cli->verbose || list.items.n <= FILTERS ? list.items.n : FILTERS;
    for (size_t i = 0; i < shown; i++) {
        if (i) cx_buf_puts(out, ", ");
        cx_put_entry(out, &list.items.items[i], &run->arena);
    }
    if (shown < list.items.n) cx_buf_printf(out, " and %zu more", list.items.n - shown);
    cx_vec_clear(&list.items);
}

/* A question that shows a counterexample, and where it is asked. */
struct shown {
    struct cx_policy_target *target;
    cx_question question;
    cx_answer answer;
    cx_str label; /* which of two it is; "" where there is one */
};

static void show(cx_test_run *run, struct cx_tried *t, const cx_counterexample *x, const cx_who *who,
                 struct cx_policy_target *allowing, bool allowed, struct shown *s)
{
    cx_str word = cx_set_witness(t->ground.space, x->set, &run->arena);
    s->target = allowing;
    s->question = cx_concrete(allowing, who, word, x->access, allowed, &run->arena);
    s->answer = cx_ask(allowing, &s->question, x->access);
    s->label = CX_STR("");
}

/* One question; of two clients that share a topic, and of two policies, one each. */
static unsigned show_all(cx_test_run *run, struct cx_tried *t, const cx_counterexample *x, struct shown s[2])
{
    struct cx_policy_target *other = t->target;
    for (unsigned i = 0; x->claim->other && i < run->other_count; i++)
        if (strcmp(run->other_paths[i], x->claim->other) == 0) other = t->other_targets[i];
    switch (x->claim->kind) {
    case CX_CLAIM_NO_SHARE:
        show(run, t, x, &x->who, t->target, true, &s[0]);
        show(run, t, x, &x->other, t->target, true, &s[1]);
        s[0].label = cx_who_name(&x->who);
        s[1].label = cx_who_name(&x->other);
        return 2;
    case CX_CLAIM_NO_GAIN:
    case CX_CLAIM_NO_LOSS:
        show(run, t, x, &x->who, x->allowed ? t->target : other, true, &s[0]);
        s[1] = s[0];
        s[0].target = other;
        s[1].target = t->target;
        for (unsigned i = 0; i < 2; i++) s[i].answer = cx_ask(s[i].target, &s[i].question, x->access);
        s[0].label = CX_STR("before");
        s[1].label = CX_STR("now");
        return 2;
    default: show(run, t, x, &x->who, t->target, x->allowed, &s[0]); return 1;
    }
}

static void put_shown(cx_test_run *run, const struct shown *s, cx_buf *out)
{
    cx_buf_puts(out, "      ");
    cx_buf_put_safe(out, s->question.topic);
    cx_buf_puts(out, "  ");
    if (s->label.n) {
        cx_buf_put_safe(out, s->label);
        cx_buf_puts(out, "  ");
    }
    cx_put_painted(out, run->cli->style, s->answer.allow ? CX_PAINT_GOOD : CX_PAINT_BAD,
                   cx_str_of(cx_answer_name(s->answer)));
    cx_buf_puts(out, "  ");
    cx_ask_put_why(out, s->target, &s->question, s->question.accesses, s->answer);
    cx_buf_putc(out, '\n');
}

/* Counterexamples that differ in who it is alone. */
struct group {
    const cx_counterexample *first;
    cx_buf names;
    size_t count;
};

static void put_group(cx_test_run *run, struct cx_tried *t, const struct group *g, cx_buf *out)
{
    static const char *const verbs[][2] = {
        [CX_CLAIM_MAY] = {"may not", "may"},      [CX_CLAIM_MAY_NOT] = {"may not", "may"},
        [CX_CLAIM_MAY_ONLY] = {"may not", "may"}, [CX_CLAIM_NO_SHARE] = {"", "may both"},
        [CX_CLAIM_NO_GAIN] = {"", "gain"},        [CX_CLAIM_NO_LOSS] = {"lose", ""}};
    const cx_counterexample *x = g->first;
    bool one = g->count == 1 && x->claim->kind >= CX_CLAIM_NO_GAIN;
    struct shown s[2];
    unsigned n = show_all(run, t, x, s);
    cx_buf_puts(out, "    ");
    cx_buf_put(out, cx_buf_str(&g->names));
    if (g->count > NAMES && !run->cli->verbose) cx_buf_printf(out, " and %zu more", g->count - NAMES);
    if (x->claim->kind != CX_CLAIM_NO_SHARE && !x->who.client.fresh) {
        cx_buf_puts(out, " with client id ");
        cx_buf_put_safe(out, x->who.client.id);
    }
    cx_buf_printf(out, " %s%s %s ", verbs[x->claim->kind][x->allowed], one ? "s" : "", cx_ask_name(x->access));
    put_filters(run, t, out, x);
    cx_buf_putc(out, '\n');
    for (unsigned i = 0; i < n; i++) put_shown(run, &s[i], out);
}

static void put_examples(cx_test_run *run, struct cx_tried *t, size_t test, cx_buf *out)
{
    const cx_proof *p = &t->proofs[test];
    cx_map keys = {0};
    CX_VEC(struct group) groups = {0};
    for (size_t i = 0; i < p->against.n; i++) {
        const cx_counterexample *x = &p->against.items[i];
        cx_str id = x->who.client.fresh ? CX_STR("") : x->who.client.id;
        bool share = x->claim->kind == CX_CLAIM_NO_SHARE;
        cx_str key = cx_arena_printf(&run->arena, "%u %u %d %d %zu %.*s", x->set, x->access, x->allowed, x->claim->kind,
                                     share ? i : 0, (int)id.n, id.p);
        uint32_t number = cx_map_put(&keys, key);
        if (number == groups.n) cx_vec_add(&groups, ((struct group){.first = x}));
        struct group *g = &groups.items[number];
        if (g->count++ >= NAMES && !run->cli->verbose) continue;
        if (g->count > 1) cx_buf_puts(&g->names, ", ");
        if (share) put_who(&g->names, &x->who);
        else cx_buf_put_safe(&g->names, cx_who_name(&x->who));
        if (share) cx_buf_puts(&g->names, " and "), put_who(&g->names, &x->other);
    }
    size_t shown = run->cli->verbose || groups.n <= EXAMPLES ? groups.n : EXAMPLES;
    for (size_t i = 0; i < groups.n; i++) {
        if (i < shown) put_group(run, t, &groups.items[i], out);
        cx_buf_clear(&groups.items[i].names);
    }
    size_t rest = groups.n - shown;
    if (rest) cx_buf_printf(out, "    and %zu other%s; -v shows all\n", rest, rest == 1 ? "" : "s");
    cx_map_clear(&keys);
    cx_vec_clear(&groups);
}

/* The counterexamples of one test, once for all targets that have the same ones. */
static void put_by_target(cx_test_run *run, size_t test, cx_buf *out)
{
    cx_buf texts[CX_POLICY_TARGETS_MAX] = {0};
    unsigned n = run->policy.target_count;
    bool same = true;
    for (unsigned i = 0; i < n; i++) {
        put_examples(run, &run->tried[i], test, &texts[i]);
        same &= cx_str_eq(cx_buf_str(&texts[i]), cx_buf_str(&texts[0]));
    }
    for (unsigned i = 0; i < n; i++) {
        bool first = texts[i].n > 0;
        for (unsigned k = 0; k < i; k++) first &= !cx_str_eq(cx_buf_str(&texts[i]), cx_buf_str(&texts[k]));
        if (!first) continue;
        for (unsigned k = i, named = 0; k < n && !same; k++) {
            if (!cx_str_eq(cx_buf_str(&texts[i]), cx_buf_str(&texts[k]))) continue;
            const struct cx_policy_target *t = run->tried[k].target;
            cx_buf_printf(out, "%s%s", named++ ? ", " : "  with Mosquitto ", t->release->label);
            if (t->listener) cx_buf_printf(out, " on listener %s", t->listener);
        }
        if (!same) cx_buf_puts(out, ":\n");
        cx_buf_put(out, cx_buf_str(&texts[i]));
    }
    for (unsigned i = 0; i < n; i++) cx_buf_clear(&texts[i]);
}

/* ---- coverage ---- */

/* The rules of all targets. */
struct rules {
    CX_VEC(cx_covered) items;
    size_t deciding, asked;  /* rules that decide something; that some test asks about */
    size_t changes, noticed; /* that alter something; that a test notices */
};

static void join(cx_altered *to, const cx_altered *from)
{
    bool missed = (to->matters && !to->noticed) || (from->matters && !from->noticed);
    to->tried |= from->tried;
    to->matters |= from->matters;
    to->noticed = to->matters && !missed;
}

/* In the order of the files. */
static int by_place(const void *a, const void *b)
{
    const cx_covered *x = a, *y = b;
    const cx_source *s = x->policy->documents[x->rule->document].source,
                    *t = y->policy->documents[y->rule->document].source;
    if (s != t) return cx_str_cmp(s->name, t->name);
    return (x->rule->at > y->rule->at) - (x->rule->at < y->rule->at);
}

/* The rules of all targets, each once. */
static void join_rules(cx_test_run *run, struct rules *out)
{
    cx_map keys = {0};
    for (unsigned i = 0; i < run->policy.target_count; i++)
        for (size_t k = 0; k < run->tried[i].coverage.n; k++) {
            const cx_covered *x = &run->tried[i].coverage.items[k];
            cx_str key =
                cx_arena_printf(&run->arena, "%p %u %d", (void *)x->policy->documents[x->rule->document].source,
                                x->rule->at, x->rule->matcher == CX_MATCH_HAS_WILDCARD);
            uint32_t number = cx_map_put(&keys, key);
            if (number == out->items.n) {
                cx_vec_add(&out->items, *x);
                continue;
            }
            cx_covered *old = &out->items.items[number];
            old->asked |= x->asked;
            join(&old->turned, &x->turned);
            join(&old->dropped, &x->dropped);
        }
    cx_map_clear(&keys);
    qsort(out->items.items, out->items.n, sizeof *out->items.items, by_place);
    for (size_t i = 0; i < out->items.n; i++) {
        const cx_covered *x = &out->items.items[i];
        out->deciding += x->turned.matters;
        out->asked += x->asked;
        out->changes += (size_t)x->turned.matters + x->dropped.matters;
        out->noticed += (size_t)x->turned.noticed + x->dropped.noticed;
    }
}

/* What is said of a rule; NULL: nothing. */
static const char *remark(const cx_test_run *run, const cx_covered *x)
{
    bool dropped = x->dropped.matters && !x->dropped.noticed, turned = x->turned.matters && !x->turned.noticed;
    if (!x->turned.matters) return "decides nothing: other rules come first";
    if (!x->asked) return "no test asks for what it decides";
    if (!run->mutated || (!dropped && !turned)) return NULL;
    bool allow = x->rule->outcome == CX_ALLOW;
    if (!turned) return "left out: no test fails";
    if (!dropped) return allow ? "turned into a deny: no test fails" : "turned into an allow: no test fails";
    return allow ? "left out, or turned into a deny: no test fails"
                 : "left out, or turned into an allow: no test fails";
}

static unsigned percent(size_t part, size_t all) { return all ? (unsigned)(part * 100 / all) : 100; }

static void put_coverage(cx_test_run *run, cx_buf *out)
{
    struct rules r = {0};
    join_rules(run, &r);
    cx_buf_printf(out, "coverage: tests depend on %zu of %zu rules (%u %%)\n", r.asked, r.deciding,
                  percent(r.asked, r.deciding));
    if (run->mutated)
        cx_buf_printf(out, "mutation: tests notice %zu of %zu changes (%u %%)\n", r.noticed, r.changes,
                      percent(r.noticed, r.changes));
    for (size_t i = 0; i < r.items.n; i++) {
        const char *text = remark(run, &r.items.items[i]);
        if (!text) continue;
        cx_buf_puts(out, "  ");
        cx_ask_put_place(out, r.items.items[i].policy, r.items.items[i].rule);
        cx_buf_printf(out, "  %s\n", text);
    }
    cx_vec_clear(&r.items);
}

static void put_altered_json(cx_json *j, const char *key, const cx_altered *a)
{
    cx_json_str(j, key, cx_str_of(a->noticed ? "noticed" : a->matters ? "unnoticed" : "no effect"));
}

static void put_coverage_json(cx_test_run *run, cx_json *j)
{
    struct rules r = {0};
    join_rules(run, &r);
    cx_json_object(j, "coverage");
    cx_json_int(j, "rules", (long long)r.deciding);
    cx_json_int(j, "covered", (long long)r.asked);
    if (run->mutated) {
        cx_json_int(j, "changes", (long long)r.changes);
        cx_json_int(j, "noticed", (long long)r.noticed);
    }
    cx_json_array(j, "list");
    for (size_t i = 0; i < r.items.n; i++) {
        const cx_covered *x = &r.items.items[i];
        cx_rule_place place = cx_policy_place(x->policy, x->rule, &run->arena);
        cx_json_object(j, NULL);
        cx_json_str(j, "file", place.source->name);
        cx_json_int(j, "line", (long long)place.line);
        if (place.path.p) cx_json_str(j, "path", place.path);
        cx_json_str(j, "rule", place.text);
        cx_json_bool(j, "decides", x->turned.matters);
        cx_json_bool(j, "covered", x->asked);
        if (run->mutated) {
            put_altered_json(j, "dropped", &x->dropped);
            put_altered_json(j, "turned", &x->turned);
        }
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
    cx_json_end_object(j);
    cx_vec_clear(&r.items);
}

/* ---- text ---- */

void cx_test_put_text(cx_test_run *run, cx_buf *out)
{
    const cx_claims *c = &run->claims;
    for (size_t i = 0; i < c->tests.n; i++) {
        bool failed = cx_test_failed(run, i);
        if (!failed && !run->cli->verbose) continue;
        cx_put_painted(out, run->cli->style, failed ? CX_PAINT_BAD : CX_PAINT_GOOD,
                       cx_str_of(failed ? "FAIL" : "ok  "));
        cx_buf_puts(out, "  ");
        cx_buf_put_safe(out, cx_str_of(c->yaml.name));
        cx_buf_printf(out, ":%zu  ", c->tests.items[i].line);
        cx_put_painted(out, run->cli->style, CX_PAINT_BOLD, c->tests.items[i].name);
        cx_buf_putc(out, '\n');
        put_by_target(run, i, out);
    }
    if (out->n) cx_buf_putc(out, '\n');
    cx_buf_printf(out, "%zu test%s: %zu passed, %zu failed\n", c->tests.n, c->tests.n == 1 ? "" : "s",
                  c->tests.n - run->failed, run->failed);
    if (run->covered) put_coverage(run, out);
}

/* ---- JSON ---- */

static void put_example_json(cx_test_run *run, struct cx_tried *t, const cx_counterexample *x, cx_json *j)
{
    struct shown s[2];
    cx_set_entries list = {0};
    unsigned n = show_all(run, t, x, s);
    cx_json_object(j, NULL);
    cx_target_json(j, t->target);
    cx_who_json(j, &x->who);
    cx_json_str(j, "access", cx_str_of(cx_ask_name(x->access)));
    cx_json_bool(j, "allowed", x->allowed);
    cx_set_list(t->ground.space, x->set, x->access == CX_ACCESS_SUBSCRIBE || x->access == CX_ACCESS_UNSUBSCRIBE,
                &run->arena, &list);
    cx_entries_json(j, "filters", &list, &run->arena);
    cx_vec_clear(&list.items);
    cx_json_array(j, "witnesses");
    for (unsigned i = 0; i < n; i++) {
        const cx_question *q = &s[i].question;
        cx_json_object(j, NULL);
        if (s[i].label.n) cx_json_str(j, "label", s[i].label);
        cx_json_str(j, "user", q->client.anonymous ? CX_STR_NONE : q->client.user);
        cx_json_str(j, "clientid", q->client.id);
        cx_json_str(j, "topic", q->topic);
        cx_ask_put_json(j, s[i].target, s[i].target->listener, x->access, s[i].answer);
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
    cx_json_end_object(j);
}

void cx_test_put_json(cx_test_run *run, cx_buf *out)
{
    cx_json json = {out, false}, *j = &json;
    const cx_claims *c = &run->claims;
    cx_json_object(j, NULL);
    cx_json_array(j, "tests");
    for (size_t i = 0; i < c->tests.n; i++) {
        cx_json_object(j, NULL);
        cx_json_str(j, "name", c->tests.items[i].name);
        cx_json_int(j, "line", (long long)c->tests.items[i].line);
        cx_json_bool(j, "passed", !cx_test_failed(run, i));
        cx_json_array(j, "counterexamples");
        for (unsigned k = 0; k < run->policy.target_count; k++) {
            struct cx_tried *t = &run->tried[k];
            for (size_t n = 0; n < t->proofs[i].against.n; n++)
                put_example_json(run, t, &t->proofs[i].against.items[n], j);
        }
        cx_json_end_array(j);
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
    if (run->covered) put_coverage_json(run, j);
    cx_json_object(j, "summary");
    cx_json_int(j, "tests", (long long)c->tests.n);
    cx_json_int(j, "passed", (long long)(c->tests.n - run->failed));
    cx_json_int(j, "failed", (long long)run->failed);
    cx_json_end_object(j);
    cx_json_end_object(j);
    cx_buf_putc(out, '\n');
}

/* ---- JUnit ---- */

void cx_test_put_junit(cx_test_run *run, cx_buf *out)
{
    const cx_claims *c = &run->claims;
    cx_str file = cx_str_of(c->yaml.name);
    cx_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    cx_buf_printf(out, "<testsuites name=\"culex test\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n  <testsuite",
                  c->tests.n, run->failed);
    cx_xml_attribute(out, "name", file);
    cx_buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", c->tests.n, run->failed);
    for (size_t i = 0; i < c->tests.n; i++) {
        cx_buf text = {0};
        cx_buf_puts(out, "    <testcase");
        cx_xml_attribute(out, "classname", file);
        cx_xml_attribute(out, "name", c->tests.items[i].name);
        cx_buf_printf(out, " line=\"%zu\"", c->tests.items[i].line);
        put_by_target(run, i, &text);
        if (text.n) {
            cx_str first = cx_str_trim(cx_buf_str(&text));
            const char *end = memchr(first.p, '\n', first.n);
            cx_buf_puts(out, ">\n      <failure type=\"counterexample\"");
            cx_xml_attribute(out, "message", end ? cx_str_sub(first, 0, (size_t)(end - first.p)) : first);
            cx_buf_putc(out, '>');
            cx_xml_text(out, cx_buf_str(&text));
            cx_buf_puts(out, "</failure>\n    </testcase>\n");
        } else {
            cx_buf_puts(out, "/>\n");
        }
        cx_buf_clear(&text);
    }
    cx_buf_puts(out, "  </testsuite>\n</testsuites>\n");
}
