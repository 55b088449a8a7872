/* Findings for people and for machines. Bytes of files are escaped on the way. */
#ifndef CX_REPORT_H
#define CX_REPORT_H

#include "base/buf.h"
#include "data/json.h"
#include "text/finding.h"
#include "text/kind.h"

typedef struct cx_style {
    bool color;
    bool fixes; /* tell what --fix would do */
} cx_style;

typedef enum {
    CX_PAINT_PLAIN,
    CX_PAINT_BOLD,
    CX_PAINT_GOOD,
    CX_PAINT_BAD,
    CX_PAINT_WARN,
    CX_PAINT_DIM,
    CX_PAINT_BLUE
} cx_paint;

/* TEXT, safe for a terminal, in a colour when the style has any. */
void cx_put_painted(cx_buf *out, cx_style style, cx_paint paint, cx_str text);

/* What of a file's lines is not shown. */
typedef enum {
    CX_SHOW_ALL,
    CX_HIDE_RECORDS, /* what stands behind ':' */
    CX_HIDE_VALUES,  /* the values of secret options of mosquitto.conf */
    CX_HIDE_JSON,    /* passwords and hashes in a dynamic-security.json */
} cx_hiding;

/* What a kind of file hides. */
cx_hiding cx_hiding_of(cx_kind kind);

/* "file:line:column: error: message [rule]", the line with a caret, notes, help.
 * ASKED: the releases the user asked about; a finding says which it is true of
 * when not of all. */
void cx_report_finding(cx_buf *out, cx_style style, cx_source *source, const cx_finding *x, cx_targets asked,
                       cx_hiding hiding);

/* All of a file's text, what is not to be shown as stars. */
void cx_put_hidden(cx_buf *out, cx_str text, cx_hiding hiding);

/* "error", "warning", "advice"; and how they are shown. */
const char *cx_severity_name(cx_severity s);
cx_paint cx_severity_paint(cx_severity s);

/* One object; keys as in CLI.md (lint). */
void cx_report_finding_json(cx_json *j, cx_source *source, const cx_finding *x);

/* "\"targets\":[\"2.0\",…]" */
void cx_report_targets_json(cx_json *j, const char *key, cx_targets targets);

#endif
