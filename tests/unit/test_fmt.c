/* What culex fmt writes, of every input of the tree: laid out twice it is the same, and every
 * release reads the same of it. */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "broker/setup.h"
#include "formats/acl/print.h"
#include "formats/conf/print.h"
#include "formats/dynsec/dynsec.h"
#include "formats/dynsec/print.h"
#include "formats/passwd/passwd.h"
#include "text/kind.h"
#include "text/records.h"
#include "unit.h"

static size_t seen[CX_KIND_YAML + 1], changed;

static void print(cx_buf *out, cx_kind kind, cx_str text)
{
    cx_source source = {0};
    cx_source_over(&source, CX_STR("text"), text);
    if (kind == CX_KIND_ACL) {
        cx_acl acl = {0};
        cx_acl_read(&acl, &source, CX_TARGETS_ALL, 1);
        cx_acl_print(out, &acl);
        cx_acl_clear(&acl);
    } else if (kind == CX_KIND_CONF) {
        cx_conf conf;
        cx_conf_over(&conf, source.name, text);
        cx_conf_print(out, &conf, 0);
        cx_conf_clear(&conf);
    } else if (kind == CX_KIND_DYNSEC) {
        cx_dynsec_print(out, text);
    } else {
        cx_records_print(out, text);
    }
    cx_buf_putc(out, '\0');
    out->n--;
    cx_source_clear(&source);
}

static void same_acl(const char *path, cx_source *a, cx_source *b)
{
    cx_acl x = {0}, y = {0};
    cx_acl_read(&x, a, CX_TARGETS_ALL, 1);
    cx_acl_read(&y, b, CX_TARGETS_ALL, 1);
    must(x.findings.refused == y.findings.refused && x.entries.n == y.entries.n, "%s", path);
    for (size_t i = 0; i < x.entries.n; i++) {
        const cx_acl_entry *e = &x.entries.items[i], *f = &y.entries.items[i];
        must(e->kind == f->kind && e->access == f->access && e->targets == f->targets, "%s: entry %zu", path, i);
        must(cx_str_eq(cx_source_str(a, e->value), cx_source_str(b, f->value)), "%s: entry %zu", path, i);
    }
    cx_acl_clear(&x);
    cx_acl_clear(&y);
}

/* The findings that refuse, and how many settings there are. */
static void same_conf(const char *path, cx_source *a, cx_source *b)
{
    cx_conf confs[2];
    cx_setups setups[2] = {0};
    cx_source *sources[] = {a, b};
    for (int i = 0; i < 2; i++) {
        cx_conf_over(&confs[i], sources[i]->name, sources[i]->text);
        cx_setups_read(&setups[i], &confs[i], CX_TARGETS_ALL);
    }
    must(setups[0].refused == setups[1].refused, "%s: refused by %x and %x", path, setups[0].refused,
         setups[1].refused);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        const cx_setup *s = &setups[0].of[i], *t = &setups[1].of[i];
        must(s->listeners.n == t->listeners.n && s->bridges.n == t->bridges.n && s->plugins.n == t->plugins.n, "%s",
             path);
        for (size_t k = 0; k < s->plugins.n; k++)
            must(cx_str_eq(s->plugins.items[k]->path, t->plugins.items[k]->path), "%s: plug-in %zu", path, k);
        for (size_t k = 0; k < CX_SLOTS_GLOBAL; k++) {
            must(!s->settings[k] == !t->settings[k], "%s: a setting is lost", path);
            if (!s->settings[k]) continue;
            must(cx_str_eq(cx_setting_shown(s, s->settings[k]), cx_setting_shown(t, t->settings[k])),
                 "%s: a setting differs", path);
        }
    }
    for (int i = 0; i < 2; i++) {
        cx_setups_clear(&setups[i]);
        cx_conf_clear(&confs[i]);
    }
}

static void same_passwd(const char *path, cx_source *a, cx_source *b)
{
    cx_passwd x, y;
    cx_passwd_read(&x, a, CX_TARGETS_ALL, true);
    cx_passwd_read(&y, b, CX_TARGETS_ALL, true);
    must(x.findings.refused == y.findings.refused && x.entries.n == y.entries.n, "%s", path);
    for (size_t i = 0; i < x.entries.n; i++) {
        const cx_passwd_entry *e = &x.entries.items[i], *f = &y.entries.items[i];
        must(cx_str_eq(e->user, f->user) && cx_str_eq(e->hash, f->hash) && e->usable == f->usable, "%s: entry %zu",
             path, i);
    }
    cx_passwd_clear(&x);
    cx_passwd_clear(&y);
}

static void same_dynsec(const char *path, cx_source *a, cx_source *b)
{
    cJSON *x = cJSON_ParseWithLength(a->text.p, a->text.n), *y = cJSON_ParseWithLength(b->text.p, b->text.n);
    char *p = cJSON_PrintUnformatted(x), *q = cJSON_PrintUnformatted(y);
    must(x && y && p && q && strcmp(p, q) == 0, "%s", path);
    cJSON_free(p);
    cJSON_free(q);
    cJSON_Delete(x);
    cJSON_Delete(y);
}

/* What fmt itself refuses: no JSON, or text behind it. */
static bool is_json(cx_str text)
{
    const char *end = NULL;
    if (memchr(text.p, '\0', text.n)) return false;
    cJSON *tree = cJSON_ParseWithLengthOpts(text.p, text.n, &end, 0);
    cJSON_Delete(tree);
    return tree && cx_str_trim(cx_str_sub(text, (size_t)(end - text.p), text.n - (size_t)(end - text.p))).n == 0;
}

static int one_file(const char *path, const struct stat *st, int flag, struct FTW *where)
{
    cx_error e;
    cx_source a = {0}, b = {0};
    cx_buf once = {0}, twice = {0};
    (void)where;
    if (flag != FTW_F || st->st_size > 1 << 20 || !cx_source_open(&a, path, &e)) return 0;
    const char *seeds = strstr(path, "/seeds/");
    cx_kind kind = seeds && strncmp(seeds, "/seeds/acl/", 11) == 0      ? CX_KIND_ACL
                   : seeds && strncmp(seeds, "/seeds/conf/", 12) == 0   ? CX_KIND_CONF
                   : seeds && strncmp(seeds, "/seeds/passwd/", 14) == 0 ? CX_KIND_PASSWD
                   : seeds && strncmp(seeds, "/seeds/dynsec/", 14) == 0 ? CX_KIND_DYNSEC
                                                                        : cx_kind_guess(cx_str_of(path), CX_STR(""));
    bool take = kind != CX_KIND_UNKNOWN && kind != CX_KIND_YAML && (kind != CX_KIND_DYNSEC || is_json(a.text));
    if (take) {
        print(&once, kind, a.text);
        print(&twice, kind, cx_buf_str(&once));
        must(cx_str_eq(cx_buf_str(&once), cx_buf_str(&twice)), "%s is laid out otherwise the second time", path);
        cx_source_over(&b, CX_STR("text"), cx_buf_str(&once));
        if (kind == CX_KIND_ACL) same_acl(path, &a, &b);
        else if (kind == CX_KIND_CONF) same_conf(path, &a, &b);
        else if (kind == CX_KIND_DYNSEC) same_dynsec(path, &a, &b);
        else same_passwd(path, &a, &b);
        seen[kind]++;
        changed += !cx_str_eq(a.text, b.text);
    }
    cx_buf_clear(&once);
    cx_buf_clear(&twice);
    cx_source_clear(&a);
    cx_source_clear(&b);
    return 0;
}

START_TEST(every_input_of_the_tree)
{
    static const char *const folders[] = {"golden", "fuzz/seeds", "bad", "lint", "../examples"};
    const char *vectors = getenv("VECTORS_DIR");
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/../%s", vectors ? vectors : "tests/vectors", folders[i]);
        ck_assert_int_eq(nftw(path, one_file, 16, FTW_PHYS), 0);
    }
    must(seen[CX_KIND_ACL] > 100 && seen[CX_KIND_CONF] > 100 && seen[CX_KIND_PASSWD] > 50 && seen[CX_KIND_DYNSEC] > 30,
         "only %zu, %zu, %zu and %zu files seen", seen[CX_KIND_ACL], seen[CX_KIND_CONF], seen[CX_KIND_PASSWD],
         seen[CX_KIND_DYNSEC]);
    must(changed > 100, "only %zu files were laid out otherwise", changed);
}
END_TEST

Suite *suite_fmt(void)
{
    Suite *s = suite_create("fmt");
    TCase *t = tcase_create("tree");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, every_input_of_the_tree);
    suite_add_tcase(s, t);
    return s;
}
