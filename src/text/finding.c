#include "text/finding.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

enum { QUOTE_MAX = 80 };

void cx_findings_clear(cx_findings *f)
{
    cx_arena_clear(&f->arena);
    cx_vec_clear(&f->list);
    *f = (cx_findings){0};
}

static cx_str format_in(cx_arena *a, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0) cx_bug("vsnprintf failed");
    char *p = cx_arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return (cx_str){p, (size_t)n};
}

static cx_finding *merged(cx_findings *f, unsigned rule, cx_span span, cx_targets targets, cx_targets refused)
{
    for (size_t i = f->merge_from; i < f->list.n; i++) {
        cx_finding *x = &f->list.items[i];
        if (x->rule != rule || x->span.at != span.at || x->span.len != span.len) continue;
        x->targets |= targets;
        x->refused |= refused;
        return x;
    }
    return NULL;
}

bool cx_findings_full(const cx_findings *f, bool refuses) { return f->kept[refuses] >= CX_FINDINGS_MAX; }

void cx_findings_drop(cx_findings *f, cx_severity severity, cx_targets refused)
{
    f->refused |= refused;
    f->count[severity]++;
}

void cx_findings_append(cx_findings *f, cx_findings *from)
{
    for (size_t i = 0; i < from->list.n; i++) {
        cx_finding x = from->list.items[i];
        if (cx_findings_full(f, x.refused != 0)) continue;
        f->kept[x.refused != 0]++;
        cx_vec_add(&f->list, x);
    }
    for (int i = 0; i < 3; i++) f->count[i] += from->count[i];
    f->refused |= from->refused;
    cx_arena_adopt(&f->arena, &from->arena);
    cx_findings_clear(from);
}

void cx_findings_sort(cx_findings *f)
{
    for (size_t i = 1; i < f->list.n; i++) {
        cx_finding x = f->list.items[i];
        size_t at = i;
        while (at > 0 && f->list.items[at - 1].span.at > x.span.at) at--;
        memmove(f->list.items + at + 1, f->list.items + at, (i - at) * sizeof x);
        f->list.items[at] = x;
    }
}

size_t cx_findings_dropped(const cx_findings *f)
{
    return f->count[CX_ADVICE] + f->count[CX_WARNING] + f->count[CX_ERROR] - f->list.n;
}

cx_finding *cx_findings_add(cx_findings *f, unsigned rule, cx_span span, cx_targets targets, cx_targets refused,
                            const char *message, ...)
{
    cx_severity severity = cx_rules[rule].severity;
    f->refused |= refused;
    cx_finding *x = f->merge ? merged(f, rule, span, targets, refused) : NULL;
    if (x) return x;
    bool again =
        f->merge && f->dropped.rule == rule && f->dropped.span.at == span.at && f->dropped.span.len == span.len;
    if (!again) f->count[severity]++;
    if (cx_findings_full(f, refused != 0)) {
        f->dropped.rule = rule;
        f->dropped.span = span;
        return &f->spare;
    }
    f->kept[refused != 0]++;
    cx_vec_reserve(&f->list, f->list.n + 1);
    x = &f->list.items[f->list.n++];
    *x = (cx_finding){.rule = rule, .severity = severity, .span = span, .targets = targets, .refused = refused};
    va_list args;
    va_start(args, message);
    x->message = format_in(&f->arena, message, args);
    va_end(args);
    return x;
}

/* A text that would fill the screen says nothing: none then. */
static cx_str short_text(cx_findings *f, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    return n < 0 || n > CX_FINDING_TEXT_MAX ? CX_STR_NONE : format_in(&f->arena, format, args);
}

void cx_finding_help(cx_findings *f, cx_finding *x, const char *help, ...)
{
    if (x == &f->spare) return;
    va_list args;
    va_start(args, help);
    x->help = short_text(f, help, args);
    va_end(args);
}

void cx_finding_note(cx_findings *f, cx_finding *x, const char *note, ...)
{
    if (x == &f->spare || x->note_count == CX_NOTES_MAX) return;
    va_list args;
    va_start(args, note);
    cx_str text = short_text(f, note, args);
    va_end(args);
    for (unsigned i = 0; i < x->note_count; i++)
        if (cx_str_eq(x->notes[i], text)) return; /* the same line, read for other releases */
    if (text.n) x->notes[x->note_count++] = text;
}

cx_fix *cx_finding_fix(cx_findings *f, cx_finding *x, bool safe, const char *what, ...)
{
    if (x == &f->spare || x->fix) return NULL; /* the same line, read for other releases */
    x->fix = cx_arena_calloc(&f->arena, sizeof *x->fix);
    x->fix->safe = safe;
    va_list args;
    va_start(args, what);
    x->fix->what = format_in(&f->arena, what, args);
    va_end(args);
    return x->fix;
}

void cx_fix_edit(cx_findings *f, cx_fix *fix, cx_span span, const char *text, ...)
{
    if (!fix) return;
    if (fix->count == CX_EDITS_MAX) cx_bug("too many edits for one fix");
    va_list args;
    va_start(args, text);
    fix->edits[fix->count++] = (cx_edit){span, format_in(&f->arena, text, args)};
    va_end(args);
}

void cx_fix_move_comment(cx_findings *f, cx_fix *fix, const cx_source *source, size_t comment)
{
    cx_str text = source->text;
    size_t start = comment, end = comment, value = comment;
    while (start > 0 && text.p[start - 1] != '\n') start--;
    while (end < text.n && text.p[end] != '\n') end++;
    while (value > start && cx_is_space(text.p[value - 1])) value--;
    cx_str words = cx_str_trim_end(cx_str_sub(text, comment, end - comment));
    cx_fix_edit(f, fix, (cx_span){(uint32_t)start, 0}, "%s%.*s\n", words.p[0] == '#' ? "" : "# ", (int)words.n,
                words.p);
    cx_fix_edit(f, fix, (cx_span){(uint32_t)value, (uint32_t)(end - value)}, "%s", "");
}

const char *cx_quote(cx_findings *f, cx_str text)
{
    if (text.n <= QUOTE_MAX) return cx_arena_printf(&f->arena, "'%.*s'", (int)text.n, text.p).p;
    size_t head = cx_utf8_boundary(text, QUOTE_MAX / 2), tail = cx_utf8_boundary(text, text.n - QUOTE_MAX / 4);
    return cx_arena_printf(&f->arena, "'%.*s…%.*s' (%zu bytes)", (int)head, text.p, (int)(text.n - tail), text.p + tail,
                           text.n)
        .p;
}

cx_str cx_targets_text(cx_arena *a, cx_targets targets)
{
    const char *labels[CX_RELEASE_COUNT];
    size_t n = 0;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++)
        if (targets & CX_TARGET_BIT(&cx_releases[i])) labels[n++] = cx_releases[i].label;
    cx_str text = CX_STR("");
    for (size_t i = 0; i < n; i++) {
        const char *join = i == 0 ? "" : i + 1 == n ? " and " : ", ";
        text = cx_arena_printf(a, "%.*s%s%s", (int)text.n, text.p, join, labels[i]);
    }
    return text;
}
