/* What is to be said about a file: one entry a finding, in the order found.
 * Texts live in the list's arena. Reading never stops at a finding. */
#ifndef CX_FINDING_H
#define CX_FINDING_H

#include "base/arena.h"
#include "base/vec.h"
#include "grammar/grammar.h"
#include "text/source.h"

/* Findings kept for one file: so many for which a release refuses it, and so many
 * others; the rest is only counted. Longer texts than this are left out. */
#define CX_FINDINGS_MAX 500
#define CX_NOTES_MAX 4
#define CX_FINDING_TEXT_MAX 400

/* Bytes of the file, and what shall stand there instead. */
typedef struct cx_edit {
    cx_span span; /* len 0: something is put in */
    cx_str text;  /* .n 0: it is taken away */
} cx_edit;

enum { CX_EDITS_MAX = 4 };

/* What mends the file. */
typedef struct cx_fix {
    bool safe;                   /* nobody who is allowed something loses it, and nobody gains anything */
    cx_str what;                 /* "write 'readwrite'" */
    cx_edit edits[CX_EDITS_MAX]; /* in the order of their places, none within another */
    unsigned count;
} cx_fix;

typedef struct cx_finding {
    unsigned rule; /* CX_RULE_… */
    cx_severity severity;
    cx_span span;       /* what is underlined; len 0 = just that place */
    cx_targets targets; /* the releases it is true of */
    cx_targets refused; /* the releases that refuse the file because of it */
    cx_str message, help;
    cx_str notes[CX_NOTES_MAX];
    unsigned note_count;
    cx_fix *fix; /* in the list's arena; NULL: none */
} cx_finding;

typedef struct cx_findings {
    cx_arena arena;
    CX_VEC(cx_finding) list;
    cx_finding spare;  /* what is handed out once the list is full */
    bool merge;        /* the same lines are read again for other releases: equal findings become one */
    size_t merge_from; /* and so many findings at the front are of earlier lines, never equal */
    struct {
        unsigned rule;
        cx_span span;
    } dropped;          /* the last one that was only counted */
    size_t kept[2];     /* in the list: [true] those for which a release refuses the file, [false] others */
    size_t count[3];    /* by cx_severity, kept or not */
    cx_targets refused; /* the union of all findings' refused, kept or not */
} cx_findings;

void cx_findings_clear(cx_findings *f);

/* Whether a finding that refuses (or does not) would only be counted; a reader
 * then spares itself the search for the right words and calls cx_findings_drop. */
bool cx_findings_full(const cx_findings *f, bool refuses);
void cx_findings_drop(cx_findings *f, cx_severity severity, cx_targets refused);

/* The findings of a later part of the same file go behind F's; FROM is empty then. */
void cx_findings_append(cx_findings *f, cx_findings *from);

/* In the order of their places; those of one place stay as they are. */
void cx_findings_sort(cx_findings *f);

/* Findings that are counted and not in the list. */
size_t cx_findings_dropped(const cx_findings *f);

/* A new finding; the pointer is good until the next one is added. MESSAGE as printf: lower case, no full stop. */
cx_finding *cx_findings_add(cx_findings *f, unsigned rule, cx_span span, cx_targets targets, cx_targets refused,
                            const char *message, ...) __attribute__((format(printf, 6, 7)));
void cx_finding_help(cx_findings *f, cx_finding *x, const char *help, ...) __attribute__((format(printf, 3, 4)));
void cx_finding_note(cx_findings *f, cx_finding *x, const char *note, ...) __attribute__((format(printf, 3, 4)));

/* A fix of X, without an edit yet; WHAT as printf. NULL: X is only counted, or has one. */
cx_fix *cx_finding_fix(cx_findings *f, cx_finding *x, bool safe, const char *what, ...)
    __attribute__((format(printf, 4, 5)));
/* TEXT instead of SPAN. Nothing for a FIX that is NULL. */
void cx_fix_edit(cx_findings *f, cx_fix *fix, cx_span span, const char *text, ...)
    __attribute__((format(printf, 4, 5)));

/* A comment behind the value of a line goes to a line of its own above: it begins at the byte COMMENT of SOURCE, the
 * value ends where the blanks before it do. */
void cx_fix_move_comment(cx_findings *f, cx_fix *fix, const cx_source *source, size_t comment);

/* For %s in messages: the text in quotes, shortened in the middle when long. */
const char *cx_quote(cx_findings *f, cx_str text);

/* "1.6", "2.0 and 2.1", "1.6, 2.0 and 2.1"; in the arena. */
cx_str cx_targets_text(cx_arena *a, cx_targets targets);

#endif
