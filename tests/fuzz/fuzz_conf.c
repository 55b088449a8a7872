/* Any bytes as a mosquitto.conf. For every release: its lines are the model's, reading
 * alone is the projection of reading for all, and what sets of releases refuse is what
 * each of them refuses; reading again says the same; findings, and the brokers of
 * those that load, can be shown, and with secrets masked no part of a secret is. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include <string.h>

#include "../unit/model.h"
#include "base/buf.h"
#include "broker/setup.h"
#include "report/setup.h"

static const char MARK[] = "zQxJ7kWv";

typedef struct reading {
    cx_conf conf;
    cx_setups setups;
    cx_findings *findings;
} reading;

static void read_conf(reading *r, const fuzz_text *t, cx_targets targets)
{
    cx_conf_over(&r->conf, CX_STR("mosquitto.conf"), t->source.text);
    cx_setups_read(&r->setups, &r->conf, targets);
    r->findings = &r->conf.files.items[0]->findings;
    holds(r->conf.files.n == 1);
    fuzz_check_findings(r->findings, t->source.text, targets);
    holds(r->setups.targets == targets && r->setups.refused == r->findings->refused);
}

static void forget(reading *r)
{
    cx_setups_clear(&r->setups);
    cx_conf_clear(&r->conf);
}

/* ---- lines ---- */

static void check_lines(const cx_conf *c, const fuzz_text *t, size_t release)
{
    const cx_conf_file *file = c->files.items[0];
    cx_str text = t->source.text;
    model_lines m;
    model_conf_read(&m, t->bytes, text.n, (model_release)release);
    size_t k = 0, behind = 0;
    for (size_t i = 0; i < file->lines.n; i++) {
        const cx_conf_line *l = &file->lines.items[i];
        if (!(l->targets >> release & 1)) continue;
        holds(l->at >= behind && l->at + l->word_len <= text.n);
        behind = l->at + l->word_len + (l->value_len ? l->value_len + 1 : 0);
        holds(behind <= text.n);
        if (l->kind == CX_CONF_LOST || l->kind == CX_CONF_SKIPPED) continue;
        holds(k < m.count && l->at == m.items[k].at && l->word_len == m.items[k].word_len &&
              l->value_len == m.items[k].value_len);
        const cx_conf_name *name = cx_conf_name_find(cx_conf_line_word(c, l));
        holds((l->kind == CX_CONF_OPTION) == (name != NULL) && (!name || name == &cx_conf_names[l->name]));
        k++;
    }
    holds(k == m.count);
    model_conf_free(&m);
}

/* ---- two readings ---- */

static bool same(const cx_finding *a, const cx_finding *b)
{
    bool equal = a->rule == b->rule && a->span.at == b->span.at && a->span.len == b->span.len &&
                 a->targets == b->targets && a->refused == b->refused && cx_str_eq(a->message, b->message) &&
                 cx_str_eq(a->help, b->help) && a->note_count == b->note_count;
    for (unsigned i = 0; equal && i < a->note_count; i++) equal = cx_str_eq(a->notes[i], b->notes[i]);
    return equal;
}

static void check_again(const reading *r, const fuzz_text *t)
{
    reading again;
    read_conf(&again, t, r->setups.targets);
    holds(again.findings->list.n == r->findings->list.n);
    for (size_t i = 0; i < r->findings->list.n; i++)
        holds(same(&r->findings->list.items[i], &again.findings->list.items[i]));
    for (int i = 0; i < 3; i++) holds(again.findings->count[i] == r->findings->count[i]);
    forget(&again);
}

static void check_set(const reading *all, const fuzz_text *t, cx_targets targets)
{
    reading some;
    read_conf(&some, t, targets);
    holds(some.setups.refused == (all->setups.refused & targets));
    forget(&some);
}

/* ---- setups ---- */

static void put_setup(cx_buf *out, const cx_setup *s, bool color)
{
    cx_report_setup(out, (cx_style){.color = color}, s);
}

static void put_json(cx_buf *out, const cx_setup *s)
{
    cx_json j = {out, false};
    cx_json_object(&j, NULL);
    cx_report_setup_json(&j, s);
    cx_json_end_object(&j);
}

/* JSON is the caller's, to look at or to clear. */
static void check_setup(const cx_setup *s, const char *hidden, cx_buf *json)
{
    cx_buf out = {0};
    for (int color = 0; color < 2; color++) {
        out.n = 0;
        put_setup(&out, s, color);
        fuzz_check_text(&out, color);
        if (hidden) fuzz_check_hidden(&out, hidden);
    }
    cx_buf_clear(&out);
    *json = (cx_buf){0};
    put_json(json, s);
    fuzz_check_json(json);
    if (hidden) fuzz_check_hidden(json, hidden);
}

/* The broker is the same whether a release is read alone or with the others. */
static void check_setups(const cx_setup *all, const cx_setup *one)
{
    cx_buf x, y = {0};
    check_setup(all, NULL, &x);
    put_json(&y, one);
    holds(cx_str_eq(cx_buf_str(&x), cx_buf_str(&y)));
    cx_buf_clear(&x);
    cx_buf_clear(&y);
}

/* ---- secrets ---- */

/* The input with MARK in every value of a secret option; nothing behind it is lost. */
static void mark_secrets(const reading *r, const fuzz_text *t, cx_buf *out)
{
    const cx_conf_file *file = r->conf.files.items[0];
    cx_str text = t->source.text;
    size_t done = 0;
    for (size_t i = 0; i < file->lines.n; i++) {
        const cx_conf_line *l = &file->lines.items[i];
        if (l->kind != CX_CONF_OPTION || !cx_conf_line_option(l)->secret || !l->value_len) continue;
        size_t value = l->at + l->word_len + 1, place = value + i * 7 % (l->value_len + 1);
        if (value < done) continue; /* a line of other releases, read again */
        cx_buf_put(out, cx_str_sub(text, done, place - done));
        cx_buf_puts(out, MARK);
        done = place;
    }
    cx_buf_put(out, cx_str_sub(text, done, text.n - done));
}

/* Whether MARK, or a half of it, stands nowhere but in values of secret options. */
static bool only_in_secrets(const reading *r, const fuzz_text *t)
{
    const cx_conf_file *file = r->conf.files.items[0];
    cx_buf rest = {0};
    size_t done = 0;
    for (size_t i = 0; i < file->lines.n; i++) {
        const cx_conf_line *l = &file->lines.items[i];
        if (l->kind != CX_CONF_OPTION || !cx_conf_line_option(l)->secret || !l->value_len) continue;
        size_t value = l->at + l->word_len + 1;
        if (value < done) continue;
        cx_buf_put(&rest, cx_str_sub(t->source.text, done, value - done));
        done = value + l->value_len;
    }
    cx_buf_put(&rest, cx_str_sub(t->source.text, done, t->source.text.n - done));
    bool clean = !fuzz_has_half(cx_buf_str(&rest), MARK);
    cx_buf_clear(&rest);
    return clean;
}

static void check_secrets(const reading *r, const fuzz_text *t)
{
    cx_buf marked = {0};
    mark_secrets(r, t, &marked);
    if (marked.n > t->source.text.n) {
        fuzz_text copy;
        reading secret;
        fuzz_text_make(&copy, marked.p, marked.n);
        read_conf(&secret, &copy, CX_TARGETS_ALL);
        if (only_in_secrets(&secret, &copy)) {
            cx_source *source = &secret.conf.files.items[0]->source;
            fuzz_check_report(secret.findings, source, CX_HIDE_VALUES, MARK);
            for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
                cx_buf json;
                if (secret.setups.refused >> i & 1) continue;
                check_setup(&secret.setups.of[i], MARK, &json);
                cx_buf_clear(&json);
            }
        }
        forget(&secret);
        fuzz_text_free(&copy);
    }
    cx_buf_clear(&marked);
}

/* Printing takes most of the time: one input in three, always the same. */
static bool is_printed(const uint8_t *data, size_t size)
{
    unsigned sum = (unsigned)size;
    for (size_t i = 0; i < size; i++) sum = sum * 31 + data[i];
    return sum % 3 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_text t;
    reading all, one;
    fuzz_text_make(&t, data, size);
    read_conf(&all, &t, CX_TARGETS_ALL);
    bool printed = is_printed(data, size);
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        cx_targets bit = CX_TARGET_BIT(&cx_releases[i]);
        check_lines(&all.conf, &t, i);
        read_conf(&one, &t, bit);
        fuzz_check_projection(all.findings, one.findings, &cx_releases[i]);
        if (printed && !one.setups.refused) check_setups(&all.setups.of[i], &one.setups.of[i]);
        forget(&one);
    }
    check_set(&all, &t, (cx_targets)(1 + size % CX_TARGETS_ALL));
    check_again(&all, &t);
    if (printed) {
        fuzz_check_report(all.findings, &all.conf.files.items[0]->source, CX_HIDE_VALUES, NULL);
        check_secrets(&all, &t);
    }
    forget(&all);
    fuzz_text_free(&t);
    return 0;
}
