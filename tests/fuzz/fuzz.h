/* What the fuzz harnesses share. A property that does not hold ends the program
 * with a message, which is what libFuzzer and replay.c take for a crash. */
#ifndef CX_FUZZ_H
#define CX_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "report/report.h"
#include "text/finding.h"
#include "text/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

_Noreturn void fuzz_broken(const char *file, int line, const char *what);
#define holds(cond)                                          \
    do {                                                     \
        if (!(cond)) fuzz_broken(__FILE__, __LINE__, #cond); \
    } while (0)

/* The input in memory of exactly its size, as a source. */
typedef struct fuzz_text {
    char *bytes;
    cx_source source;
} fuzz_text;
void fuzz_text_make(fuzz_text *t, const void *bytes, size_t n);
void fuzz_text_free(fuzz_text *t);

/* Spans inside the text, targets among TARGETS, refused where true, severity as refused. */
void fuzz_check_findings(const cx_findings *f, cx_str text, cx_targets targets);

/* What ALL says of one release is what a reading for this release alone says. */
void fuzz_check_projection(const cx_findings *all, const cx_findings *one, const cx_release *release);

/* Every finding printed in every way: clean text, valid JSON. HIDDEN: a text that
 * must not stand in what is printed with secrets masked as HIDING says, in whole or
 * in halves; NULL: none. */
void fuzz_check_report(const cx_findings *f, cx_source *source, cx_hiding hiding, const char *hidden);

/* Text for people: valid UTF-8 without control characters. Text that is one JSON object. */
void fuzz_check_text(const cx_buf *out, bool color);
void fuzz_check_json(const cx_buf *out);
/* Neither half of HIDDEN is in it. */
void fuzz_check_hidden(const cx_buf *out, const char *hidden);
bool fuzz_has_half(cx_str text, const char *hidden);

#endif
