#include "lint/run.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "lint/baseline.h"
#include "lint/settle.h"

void cx_lint_run_add(cx_lint_run *run, cx_kind kind, cx_str path, const char *shown)
{
    cx_lint_unit_of unit = {.kind = kind, .path = cx_arena_dup(&run->arena, path), .shown = shown};
    cx_vec_add(&run->units, unit);
}

/* ---- side by side ---- */

struct queue {
    cx_lint_run *run;
    atomic_size_t next, done;
};

/* What was read from standard input is called as the user says. */
static void call(cx_lint *l, const char *name)
{
    if (l->has_conf) l->conf.files.items[0]->source.name = cx_str_of(name);
    else l->start.files.list.items[0]->source.name = cx_str_of(name);
}

static void lint_one(cx_lint_run *run, cx_lint_unit_of *u)
{
    if (u->lint || u->error.text[0]) return;
    u->lint = cx_calloc(1, sizeof *u->lint);
    if (cx_lint_unit(u->lint, &run->options, u->kind, u->path.p, &u->error)) {
        if (u->shown) call(u->lint, u->shown);
        return;
    }
    cx_lint_clear(u->lint);
    free(u->lint);
    u->lint = NULL;
}

static void work(void *context, unsigned thread)
{
    struct queue *q = context;
    cx_lint_run *run = q->run;
    for (;;) {
        size_t i = atomic_fetch_add(&q->next, 1);
        if (i >= run->units.n) return;
        lint_one(run, &run->units.items[i]);
        size_t done = atomic_fetch_add(&q->done, 1) + 1;
        if (thread == 0 && run->progress) run->progress(run->progress_context, done, run->units.n);
    }
}

void cx_lint_run_units(cx_lint_run *run)
{
    struct queue q = {.run = run};
    unsigned threads = run->threads < CX_THREADS_MAX ? run->threads : CX_THREADS_MAX;
    if (threads > run->units.n) threads = (unsigned)run->units.n;
    run->options.threads = threads > 1 ? 1 : run->threads; /* units read their files alone, there is enough to do */
    cx_parallel(threads ? threads : 1, work, &q);
}

/* ---- the list of files ---- */

static void add_file(cx_lint_run *run, cx_kind kind, cx_source *source, cx_findings *findings)
{
    cx_linted file = {kind, source, findings, source->name};
    cx_str real = cx_path_real(&run->arena, source->name.p);
    if (real.p && run->base.p) file.below = cx_path_below(&run->arena, run->base, real);
    cx_vec_add(&run->files, file);
}

static void add_files(cx_lint_run *run, cx_lint *l)
{
    for (size_t i = 0; i < l->conf.files.n; i++) {
        cx_conf_file *file = l->conf.files.items[i];
        if (!file->error.text[0]) add_file(run, CX_KIND_CONF, &file->source, &file->findings);
    }
    for (size_t i = 0; i < l->start.files.list.n; i++) {
        cx_named_file *file = l->start.files.list.items[i];
        if (file->findings) add_file(run, file->kind, &file->source, file->findings);
    }
}

static int by_name(const void *a, const void *b)
{
    const cx_linted *x = a, *y = b;
    int order = cx_str_cmp(x->source->name, y->source->name);
    return order ? order : (int)x->kind - (int)y->kind;
}

static bool same(const cx_finding *x, const cx_finding *y)
{
    return x->rule == y->rule && x->span.at == y->span.at && x->span.len == y->span.len &&
           cx_str_eq(x->message, y->message);
}

/* What two confs that name one file find in it is said once. */
static void join(cx_findings *f, cx_findings *other)
{
    size_t own = f->list.n;
    for (size_t i = 0; i < other->list.n; i++) {
        cx_finding *x = &other->list.items[i];
        bool known = false;
        for (size_t k = 0; k < own && !known; k++)
            if ((known = same(&f->list.items[k], x))) f->list.items[k].targets |= x->targets;
        if (known) f->count[x->severity]--, other->count[x->severity]--;
        if (!known) cx_vec_add(&f->list, *x);
    }
    for (int i = 0; i < 3; i++) f->count[i] += other->count[i];
    cx_arena_adopt(&f->arena, &other->arena);
    cx_findings_clear(other);
}

static void join_same_files(cx_lint_run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->files.n; i++) {
        cx_linted *file = &run->files.items[i];
        if (n && by_name(&run->files.items[n - 1], file) == 0) join(run->files.items[n - 1].findings, file->findings);
        else run->files.items[n++] = *file;
    }
    run->files.n = n;
}

void cx_lint_run_finish(cx_lint_run *run)
{
    run->files.n = 0;
    for (size_t i = 0; i < run->units.n; i++)
        if (run->units.items[i].lint) add_files(run, run->units.items[i].lint);
    if (run->files.n) qsort(run->files.items, run->files.n, sizeof *run->files.items, by_name);
    join_same_files(run);
    for (size_t i = 0; i < run->files.n; i++) {
        cx_linted *file = &run->files.items[i];
        cx_findings_sort(file->findings);
        cx_lint_settle(run, file);
    }
}

void cx_lint_run_again(cx_lint_run *run)
{
    for (size_t i = 0; i < run->units.n; i++) {
        if (!run->units.items[i].lint) continue;
        cx_lint_clear(run->units.items[i].lint);
        free(run->units.items[i].lint);
    }
    run->units.n = run->files.n = 0;
    run->sums = (struct cx_lint_sums){0};
    if (run->baseline) cx_baseline_again(run->baseline);
}

void cx_lint_run_clear(cx_lint_run *run)
{
    cx_lint_run_again(run);
    cx_vec_clear(&run->units);
    cx_vec_clear(&run->files);
    cx_arena_clear(&run->arena);
}
