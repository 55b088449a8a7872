/* Lint: what is wrong, doubtful or open in the files of one or many brokers.
 *
 * A run is made of units: a conf with all it includes and names, or a file that no conf
 * names. Units know nothing of each other, so they are read and judged side by side. What
 * the readers of the formats find is a part of it; the rules of this room ask documents,
 * setups and policies. A rule is an entry of grammars/rules.yaml ("by: lint") and a function
 * in the file of its area.
 */
#ifndef CX_LINT_H
#define CX_LINT_H

#include "broker/start.h"
#include "text/kind.h"

/* What a rule is worth to the user. */
typedef enum { CX_LEVEL_DEFAULT, CX_LEVEL_OFF, CX_LEVEL_ADVICE, CX_LEVEL_WARNING, CX_LEVEL_ERROR } cx_level;

typedef struct cx_lint_options {
    cx_targets targets;
    const char *exact;                  /* the exact release the user named, "2.0.15"; NULL: none, or several */
    const cx_release *from;             /* the release the broker is to be moved from; NULL: none */
    bool argon2;                        /* the broker is built with argon2 */
    bool reload;                        /* what a reload does matters */
    const struct cx_settings *settings; /* of the user; NULL: none */
    const char *root; /* put before absolute paths; then what is not there is missing. NULL: another machine's */
    unsigned threads;
    unsigned char level[CX_RULE_COUNT]; /* cx_level */
} cx_lint_options;

/* One conf, or one file that none names. */
typedef struct cx_lint {
    const cx_lint_options *options;
    bool has_conf;
    cx_conf conf; /* has_conf only, as are setups */
    cx_setups
        setups;     /* of the releases asked; one that refuses the conf has its setup too, without the refused lines */
    cx_start start; /* .files: the files it names, or the one; .doors: the listeners that open */
    cx_arena arena; /* for the rules; lives as long as the unit */
} cx_lint;

/* Rules speak with cx_findings_add and its sisters into the findings of the file they are about: a conf's are in
 * conf.files.items[n]->findings, those of other files in cx_named_file.findings (NULL: the file could not be read).
 * Of a finding at one place, said for several releases one after the other, the targets become one (.merge is on), and
 * notes are added once. What the user switched off is taken out later; CX_LINT_WANTS is for what costs time.
 * TARGETS: never more than options->targets. A finding of lint never claims a refusal, unless it names the release. */
#define CX_LINT_WANTS(lint, rule) ((lint)->options->level[rule] != CX_LEVEL_OFF)

/* ---- the areas: one file each; called for every unit ---- */

/* For each release that takes the conf as it is read, the newest first. */
void cx_lint_conf(cx_lint *l, cx_setup *s);
void cx_lint_tls(cx_lint *l, cx_setup *s);
void cx_lint_bridges(cx_lint *l, cx_setup *s);
void cx_lint_cross(cx_lint *l, cx_setup *s);
/* For each file and each release that loads it, the newest first. */
void cx_lint_acl(cx_lint *l, cx_named_file *file, const cx_release *release);
void cx_lint_dynsec(cx_lint *l, cx_named_file *file, const cx_release *release);
/* For each file. */
void cx_lint_passwd(cx_lint *l, cx_named_file *file);
void cx_lint_naming(cx_lint *l, cx_named_file *file);
/* Once a unit, behind all others. */
void cx_lint_versions(cx_lint *l);

/* ---- one unit ---- */

/* Reads PATH and what it names, and runs all rules. False with E set: PATH cannot be read. */
bool cx_lint_unit(cx_lint *l, const cx_lint_options *options, cx_kind kind, const char *path, cx_error *e);
void cx_lint_clear(cx_lint *l);

/* ---- what areas share ---- */

/* A finding about a line of the conf, its first word or PART of its text, in the findings of its file. */
cx_finding *cx_lint_line(const cx_setup *s, cx_setting line, unsigned rule, cx_str part, const char *message, ...)
    __attribute__((format(printf, 5, 6)));
void cx_lint_note(const cx_setup *s, cx_setting line, cx_finding *x, const char *note, ...)
    __attribute__((format(printf, 4, 5)));
void cx_lint_help(const cx_setup *s, cx_setting line, cx_finding *x, const char *help, ...)
    __attribute__((format(printf, 4, 5)));
/* The line number of a setting, for notes. */
size_t cx_lint_line_number(const cx_setup *s, cx_setting line);
/* The span of TEXT, a view into SOURCE. */
static inline cx_span cx_span_of(const cx_source *source, cx_str text)
{
    return (cx_span){(uint32_t)(text.p - source->text.p), (uint32_t)text.n};
}

#endif
