#include "base/chained.h"
#include "base/map.h"
#include "formats/passwd/complain.h"

struct reading {
    cx_passwd *pw;
    cx_map seen;          /* user names of this reading, … */
    CX_VEC(size_t) first; /* … and the entry each one stood in first */
};

/* Finds out which releases can use the entry; says why the others cannot, one
 * finding a reason. */
static void judge_hash(cx_passwd *pw, cx_passwd_entry *e)
{
    cx_targets by_error[CX_HASH_DIGEST + 1] = {0};
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[i]);
        cx_password_hash hash;
        if (e->targets & bit) by_error[cx_hash_read(e->hash, &cx_releases[i], pw->argon2, &hash)] |= bit;
    }
    e->usable = by_error[CX_HASH_OK];
    for (cx_hash_error error = CX_HASH_PLAIN; error <= CX_HASH_DIGEST; error++)
        if (by_error[error]) cx_passwd_bad_hash(pw, e, error, by_error[error]);
}

static void judge_duplicate(struct reading *r, const cx_passwd_entry *e)
{
    uint32_t number = cx_map_put(&r->seen, e->user);
    if (number == r->first.n) {
        cx_vec_add(&r->first, r->pw->entries.n);
        return;
    }
    const cx_passwd_entry *first = &r->pw->entries.items[r->first.items[number]];
    if (first->targets & e->targets) cx_passwd_duplicate(r->pw, e, first);
    else r->first.items[number] = r->pw->entries.n; /* the same line, read for other releases */
}

static void take(const cx_record *rec, void *context)
{
    struct reading *r = context;
    if (rec->kind != CX_RECORD) {
        cx_passwd_no_entry(r->pw, rec);
        return;
    }
    if (!cx_passwd_judge_fields(r->pw, rec)) return;
    cx_passwd_entry e = {.user = rec->name, .hash = rec->secret, .targets = rec->targets};
    if (e.user.n) judge_duplicate(r, &e);
    if (e.hash.n) judge_hash(r->pw, &e);
    cx_vec_add(&r->pw->entries, e);
}

static int by_place(const void *a, const void *b)
{
    const cx_passwd_entry *x = a, *y = b;
    if (x->user.p != y->user.p) return x->user.p < y->user.p ? -1 : 1;
    return (x->hash.n > y->hash.n) - (x->hash.n < y->hash.n);
}

/* The entries of several readings in file order, equal ones as one. */
static void merge_readings(cx_passwd *pw)
{
    if (pw->entries.n) qsort(pw->entries.items, pw->entries.n, sizeof *pw->entries.items, by_place);
    size_t kept = 0;
    for (size_t i = 0; i < pw->entries.n; i++) {
        cx_passwd_entry e = pw->entries.items[i], *last = kept ? &pw->entries.items[kept - 1] : NULL;
        if (last && by_place(last, &e) == 0) {
            last->targets |= e.targets;
            last->usable |= e.usable;
        } else {
            pw->entries.items[kept++] = e;
        }
    }
    pw->entries.n = kept;
}

void cx_passwd_read(cx_passwd *pw, cx_source *source, cx_targets targets, bool argon2)
{
    *pw = (cx_passwd){.source = source, .argon2 = argon2};
    struct reading r = {.pw = pw};
    cx_records_read(source, targets, &pw->findings.merge, take, &r);
    cx_map_clear(&r.seen);
    cx_vec_clear(&r.first);
    if (pw->findings.merge) merge_readings(pw);
    cx_targets usable = 0, loaded = targets & (cx_targets)~pw->findings.refused;
    for (size_t i = 0; i < pw->entries.n; i++) usable |= pw->entries.items[i].usable;
    if (loaded & (cx_targets)~usable) cx_passwd_no_users(pw, loaded & (cx_targets)~usable);
}

void cx_passwd_clear(cx_passwd *pw)
{
    cx_vec_clear(&pw->entries);
    cx_findings_clear(&pw->findings);
    *pw = (cx_passwd){0};
}

/* Of several usable entries of one name, the one that stands first in its chain once the whole
 * file is read (behaviour passwd_duplicate: chained). */
static const cx_passwd_entry *first_in_chain(const cx_passwd *pw, cx_str user, const cx_release *release)
{
    cx_targets bit = CX_TARGET_BIT(release);
    cx_chained table = {0};
    CX_VEC(const cx_passwd_entry *) entries = {0};
    for (size_t i = 0; i < pw->entries.n; i++) {
        const cx_passwd_entry *e = &pw->entries.items[i];
        if (!(e->targets & bit)) continue;
        cx_chained_add(&table, e->user);
        cx_vec_add(&entries, e);
    }
    uint32_t found = cx_chained_find(&table, user);
    while (found != CX_CHAINED_END && !(entries.items[found]->usable & bit)) found = cx_chained_next(&table, found);
    const cx_passwd_entry *e = found == CX_CHAINED_END ? NULL : entries.items[found];
    cx_chained_clear(&table);
    cx_vec_clear(&entries);
    return e;
}

const cx_passwd_entry *cx_passwd_find(const cx_passwd *pw, cx_str user, const cx_release *release)
{
    const cx_passwd_entry *found = NULL;
    for (size_t i = 0; i < pw->entries.n; i++) {
        const cx_passwd_entry *e = &pw->entries.items[i];
        if (!(e->usable & CX_TARGET_BIT(release)) || !cx_str_eq(e->user, user)) continue;
        if (!found) found = e;
        else if (cx_behaves(release, CX_B_PASSWD_DUPLICATE) == CX_PASSWD_DUPLICATE_CHAINED)
            return first_in_chain(pw, user, release);
    }
    return found;
}

bool cx_passwd_login(const cx_passwd *pw, cx_str user, cx_str password, const cx_release *release)
{
    const cx_passwd_entry *e = user.n ? cx_passwd_find(pw, user, release) : NULL;
    cx_password_hash hash;
    return e && cx_hash_read(e->hash, release, pw->argon2, &hash) == CX_HASH_OK && cx_hash_check(&hash, password);
}
