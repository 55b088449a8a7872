#define _GNU_SOURCE /* memmem */
#include "fuzz.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { KEPT = 2 * CX_FINDINGS_MAX }; /* that refuse, and others */

void fuzz_broken(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

void fuzz_text_make(fuzz_text *t, const void *bytes, size_t n)
{
    t->bytes = malloc(n ? n : 1);
    holds(t->bytes);
    if (n) memcpy(t->bytes, bytes, n);
    cx_source_over(&t->source, CX_STR("file"), (cx_str){t->bytes, n});
}

void fuzz_text_free(fuzz_text *t)
{
    cx_source_clear(&t->source);
    free(t->bytes);
}

void fuzz_check_findings(const cx_findings *f, cx_str text, cx_targets targets)
{
    cx_targets refused = 0;
    holds(f->list.n <= KEPT);
    for (size_t i = 0; i < f->list.n; i++) {
        const cx_finding *x = &f->list.items[i];
        refused |= x->refused;
        holds(x->rule < CX_RULE_COUNT);
        holds(x->message.n > 0);
        holds((uint64_t)x->span.at + x->span.len <= text.n);
        holds(x->targets && !(x->targets & ~targets));
        holds(!(x->refused & ~x->targets));
        holds(x->severity == cx_rules[x->rule].severity && (x->severity == CX_ERROR || !x->refused));
        holds(x->note_count <= CX_NOTES_MAX);
    }
    holds(cx_findings_dropped(f) || refused == f->refused);
    holds(!(refused & ~f->refused) && !(f->refused & ~targets));
}

static int by_place(const void *a, const void *b)
{
    const cx_finding *x = *(const cx_finding *const *)a, *y = *(const cx_finding *const *)b;
    if (x->span.at != y->span.at) return x->span.at < y->span.at ? -1 : 1;
    if (x->span.len != y->span.len) return x->span.len < y->span.len ? -1 : 1;
    return (x->rule > y->rule) - (x->rule < y->rule);
}

static size_t project(const cx_findings *f, cx_targets bit, const cx_finding **out)
{
    size_t n = 0;
    for (size_t i = 0; i < f->list.n; i++)
        if (f->list.items[i].targets & bit) out[n++] = &f->list.items[i];
    if (n) qsort(out, n, sizeof *out, by_place);
    return n;
}

void fuzz_check_projection(const cx_findings *all, const cx_findings *one, const cx_release *release)
{
    static const cx_finding *a[KEPT], *b[KEPT];
    cx_targets bit = CX_TARGET_BIT(release);
    holds((all->refused & bit) == one->refused);
    if (cx_findings_dropped(all) || cx_findings_dropped(one)) return; /* which ones are kept depends on the reading */
    size_t n = project(all, bit, a), m = project(one, bit, b);
    holds(n == m);
    for (size_t i = 0; i < n; i++) {
        holds(by_place(&a[i], &b[i]) == 0);
        holds((a[i]->refused & bit) == b[i]->refused);
    }
}

/* ---- report ---- */

void fuzz_check_text(const cx_buf *out, bool color)
{
    bool odd[256] = {false}, found = false;
    for (int c = 0; c < 256; c++) odd[c] = (c < 0x20 && c != '\n' && !(color && c == 0x1B)) || c == 0x7F;
    holds(out->n > 0 && out->p[out->n - 1] == '\n');
    holds(cx_utf8_valid(cx_buf_str(out)));
    for (size_t i = 0; i < out->n; i++) found |= odd[(unsigned char)out->p[i]]; /* no branch that a fuzzer watches */
    holds(!found);
}

bool fuzz_has_half(cx_str text, const char *hidden)
{
    size_t n = strlen(hidden), half = n / 2;
    return text.n && (memmem(text.p, text.n, hidden, half) || memmem(text.p, text.n, hidden + half, n - half));
}

void fuzz_check_hidden(const cx_buf *out, const char *hidden) { holds(!fuzz_has_half(cx_buf_str(out), hidden)); }

void fuzz_check_json(const cx_buf *out)
{
    holds(cx_utf8_valid(cx_buf_str(out)));
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(out->p, out->n, &end, 0);
    holds(cJSON_IsObject(root));
    holds(end == out->p + out->n);
    cJSON_Delete(root);
}

void fuzz_check_report(const cx_findings *f, cx_source *source, cx_hiding hiding, const char *hidden)
{
    enum { MOST = 12 };
    for (size_t i = 0; i < f->list.n && i < MOST; i++) {
        const cx_finding *x = &f->list.items[i];
        cx_buf out = {0};
        for (int way = 0; way < 4; way++) {
            bool color = way & 1, secret = way & 2;
            if (hidden && !secret) continue;
            out.n = 0;
            cx_report_finding(&out, (cx_style){.color = color}, source, x, color ? CX_TARGETS_ALL : 4,
                              secret ? hiding : CX_SHOW_ALL);
            fuzz_check_text(&out, color);
            if (hidden) fuzz_check_hidden(&out, hidden);
        }
        out.n = 0;
        cx_report_finding_json(&(cx_json){&out, false}, source, x);
        fuzz_check_json(&out);
        if (hidden) fuzz_check_hidden(&out, hidden);
        cx_buf_clear(&out);
    }
}
