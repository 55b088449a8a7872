#include "lint/fix.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "lint/compare.h"

struct edit {
    const cx_edit *edit;
    size_t order; /* of its fix */
};

/* ---- which fixes ---- */

static bool touch(const cx_edit *a, const cx_edit *b)
{
    uint32_t a_end = a->span.at + a->span.len, b_end = b->span.at + b->span.len;
    if (a->span.at == b->span.at) return true;
    return a->span.at < b->span.at ? a_end > b->span.at : b_end > a->span.at;
}

static bool fits(const cx_fix *fix, struct edit *edits, size_t n)
{
    for (unsigned i = 0; i < fix->count; i++)
        for (size_t k = 0; k < n; k++)
            if (touch(&fix->edits[i], edits[k].edit)) return false;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct edit *x = a, *y = b;
    return x->edit->span.at < y->edit->span.at ? -1 : x->edit->span.at > y->edit->span.at;
}

static void make_edits(cx_str text, struct edit *edits, size_t n, cx_buf *out)
{
    size_t at = 0;
    out->n = 0;
    if (n) qsort(edits, n, sizeof *edits, by_place);
    for (size_t i = 0; i < n; i++) {
        const cx_edit *e = edits[i].edit;
        cx_buf_put(out, cx_str_sub(text, at, e->span.at - at));
        cx_buf_put(out, e->text);
        at = (size_t)e->span.at + e->span.len;
    }
    cx_buf_put(out, cx_str_sub(text, at, text.n - at));
    cx_buf_putc(out, '\0'); /* cJSON wants one */
    out->n--;
}

/* ---- what a fixed text is to the brokers ---- */

/* The releases that refuse a text as it is read. */
static cx_targets refused(const cx_lint_run *run, cx_kind kind, cx_source *source)
{
    cx_targets targets = run->options.targets, result;
    cx_error none;
    if (kind == CX_KIND_ACL) {
        cx_acl acl = {0};
        cx_acl_read(&acl, source, targets, 1);
        result = acl.findings.refused;
        cx_acl_clear(&acl);
    } else if (kind == CX_KIND_PASSWD) {
        cx_passwd passwd = {0};
        cx_passwd_read(&passwd, source, targets, run->options.argon2);
        result = passwd.findings.refused;
        cx_passwd_clear(&passwd);
    } else if (kind == CX_KIND_PSK) {
        cx_psk psk = {0};
        cx_psk_read(&psk, source, targets);
        result = psk.findings.refused;
        cx_psk_clear(&psk);
    } else if (kind == CX_KIND_DYNSEC) {
        cx_dynsec dynsec = {0};
        bool ok = cx_dynsec_read(&dynsec, source, targets, run->options.argon2, &none) && dynsec.tree;
        result = ok ? dynsec.findings.refused : targets;
        cx_dynsec_clear(&dynsec);
    } else {
        cx_conf conf;
        cx_setups setups = {0};
        cx_conf_over(&conf, source->name, source->text);
        cx_setups_read(&setups, &conf, targets);
        result = setups.refused;
        cx_setups_clear(&setups);
        cx_conf_clear(&conf);
    }
    return result & targets;
}

/* Whether an ACL file decides as before, for a release that loads both. */
static bool acl_same(cx_source *before, cx_source *after, const cx_release *release)
{
    cx_acl acls[2] = {0};
    cx_policy policies[2] = {0};
    cx_acl_read(&acls[0], before, CX_TARGET_BIT(release), 1);
    cx_acl_read(&acls[1], after, CX_TARGET_BIT(release), 1);
    bool same = true;
    if (!acls[0].findings.refused && !acls[1].findings.refused) {
        for (int i = 0; i < 2; i++) cx_policy_from_acl(&policies[i], &acls[i], release);
        same = cx_policies_agree(&policies[0], &policies[1], NULL);
        for (int i = 0; i < 2; i++) cx_policy_clear(&policies[i]);
    }
    for (int i = 0; i < 2; i++) cx_acl_clear(&acls[i]);
    return same;
}

static bool holds(const cx_lint_run *run, const cx_linted *file, cx_targets was_refused, const cx_buf *text, bool safe)
{
    cx_source after = {0};
    cx_source_over(&after, file->source->name, cx_buf_str(text));
    bool ok = !(refused(run, file->kind, &after) & (cx_targets)~was_refused);
    for (size_t i = 0; ok && safe && file->kind == CX_KIND_ACL && i < CX_RELEASE_COUNT; i++)
        if (run->options.targets & CX_TARGET_BIT(&cx_releases[i]) & (cx_targets)~was_refused)
            ok = acl_same(file->source, &after, &cx_releases[i]);
    cx_source_clear(&after);
    return ok;
}

/* ---- all together ---- */

struct fixing {
    CX_VEC(const cx_fix *) fixes;
    CX_VEC(struct edit) edits;
};

static void choose(struct fixing *f, const cx_findings *findings, bool unsafe)
{
    for (size_t i = 0; i < findings->list.n; i++) {
        const cx_fix *fix = findings->list.items[i].fix;
        if (!fix || fix->count == 0 || (!fix->safe && !unsafe) || !fits(fix, f->edits.items, f->edits.n)) continue;
        for (unsigned k = 0; k < fix->count; k++) {
            struct edit e = {&fix->edits[k], f->fixes.n};
            cx_vec_add(&f->edits, e);
        }
        cx_vec_add(&f->fixes, fix);
    }
}

/* Makes all but some; whether what comes out holds. */
static bool try_fixes(const cx_lint_run *run, const cx_linted *file, const struct fixing *all, const bool *leave_out,
                      cx_targets was_refused, cx_buf *out)
{
    struct fixing some = {0};
    bool safe = true;
    for (size_t i = 0; i < all->edits.n; i++)
        if (!leave_out[all->edits.items[i].order]) cx_vec_add(&some.edits, all->edits.items[i]);
    for (size_t i = 0; i < all->fixes.n; i++) safe &= leave_out[i] || all->fixes.items[i]->safe;
    make_edits(file->source->text, some.edits.items, some.edits.n, out);
    cx_vec_clear(&some.edits);
    return holds(run, file, was_refused, out, safe);
}

size_t cx_lint_fix(const cx_lint_run *run, const cx_linted *file, bool unsafe, cx_buf *out)
{
    struct fixing f = {0};
    choose(&f, file->findings, unsafe);
    size_t made = f.fixes.n;
    bool *leave_out = cx_calloc(f.fixes.n + 1, sizeof *leave_out);
    cx_targets was_refused = refused(run, file->kind, file->source);
    bool ok = made && try_fixes(run, file, &f, leave_out, was_refused, out);
    if (made && !ok) { /* one by one, so that those that do no harm are made */
        made = 0;
        for (size_t i = 0; i < f.fixes.n; i++) leave_out[i] = true;
        for (size_t i = 0; i < f.fixes.n; i++) {
            leave_out[i] = false;
            if (try_fixes(run, file, &f, leave_out, was_refused, out)) made++;
            else leave_out[i] = true;
        }
        if (made) try_fixes(run, file, &f, leave_out, was_refused, out);
    }
    free(leave_out);
    cx_vec_clear(&f.fixes);
    cx_vec_clear(&f.edits);
    return made;
}
