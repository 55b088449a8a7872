/* What the unit tests share: random numbers with one seed a run, bytes for
 * messages, files read from texts, and the list of suites. */
#ifndef CX_UNIT_H
#define CX_UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"
#include "text/finding.h"
#include "text/source.h"

/* One suite a room, in the order of the rooms. */
Suite *suite_base(void);
Suite *suite_data(void);
Suite *suite_grammar(void);
Suite *suite_text(void);
Suite *suite_secret(void);
Suite *suite_topic(void);
Suite *suite_set(void);
Suite *suite_formats(void);
Suite *suite_conf(void);
Suite *suite_policy(void);
Suite *suite_broker(void);
Suite *suite_setup(void);
Suite *suite_start(void);
Suite *suite_lint(void);
Suite *suite_fmt(void);
Suite *suite_report(void);
Suite *suite_culex(void);
Suite *suite_vectors(void);
Suite *suite_conf_vectors(void);
Suite *suite_dynsec(void);
Suite *suite_dynsec_vectors(void);

/* A check in an inner loop: ck_assert() writes a record for each check that holds,
 * which takes longer than what is checked. */
#define must(cond, ...)                         \
    do {                                        \
        if (!(cond)) ck_abort_msg(__VA_ARGS__); \
    } while (0)

/* The seed of this run: SEED of the environment, else the clock. Tests begin with
 * a generator of their own, so that one test alone meets the same numbers. */
uint64_t unit_seed(void);

typedef struct rng {
    uint64_t state;
} rng;

rng rng_for(const char *test);
uint64_t rng_next(rng *r);
size_t rng_below(rng *r, size_t n); /* 0 … n-1 */
bool rng_chance(rng *r, unsigned percent);
#define rng_pick(r, array) ((array)[rng_below((r), sizeof(array) / sizeof *(array))])

/* Whether each test runs in a process of its own (CK_FORK is not "no"). */
bool unit_forks(void);

/* Bytes for a message: escaped, shortened, in one of a few static buffers. */
const char *show(cx_str s);
const char *showz(const char *z);

/* A copy of TEXT in memory of exactly its size, so that a reader that goes one
 * byte too far is noticed by memory checkers; "\0" written as the two characters
 * backslash and zero becomes NUL when ESCAPES. */
typedef struct unit_text {
    char *bytes;
    cx_source source;
} unit_text;
void unit_text_make(unit_text *t, cx_str text);
void unit_text_escaped(unit_text *t, const char *text);
void unit_text_with_nul(unit_text *t, cx_str text); /* for readers that want a NUL byte behind the text */
void unit_text_free(unit_text *t);

/* The findings with a rule's id; and the first of them. */
size_t unit_count_rule(const cx_findings *f, unsigned rule);
const cx_finding *unit_find_rule(const cx_findings *f, unsigned rule);

/* Every finding has a message, its rule's severity, a span inside the text, targets
 * among TARGETS, and is refused only where it is true. Fails the test otherwise. */
void unit_check_findings(const cx_findings *f, cx_str text, cx_targets targets);

/* A folder for files of a test, made once; and a path in it (static buffers). */
const char *unit_path(const char *name);
void unit_write(const char *path, cx_str bytes);

#endif
