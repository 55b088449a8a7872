/* What is said about a line of a mosquitto.conf, with the broker's own words beside
 * it. Used while setups are read. */
#ifndef CX_SETUP_COMPLAIN_H
#define CX_SETUP_COMPLAIN_H

#include "broker/setup.h"

/* The lines that listeners, connections and plug-ins are taken from while a file is
 * read: each file has its own. */
typedef struct cx_context {
    cx_listener *listener; /* NULL: none yet */
    cx_bridge *bridge;
    cx_plugin *plugin;
    bool lost_listener, lost_bridge, lost_plugin; /* an included file moved it away under the broker's feet */
    cx_setting kpass;                             /* the tls_engine_kpass_sha1 of this file */
} cx_context;

/* One line being taken by one release. */
typedef struct cx_taking {
    cx_conf *conf;
    cx_setup *setup;
    const cx_release *release;
    cx_context *at;
    bool included; /* the line is in an included file */
    const cx_conf_line *line;
    const cx_conf_option *option;
    cx_str word, rest;
} cx_taking;

/* A finding about PART of the line (.p NULL: its first word). What follows MESSAGE
 * is as for printf. cx_refuse: the release does not start because of it. */
cx_finding *cx_refuse(cx_taking *t, unsigned rule, cx_str part, const char *message, ...)
    __attribute__((format(printf, 4, 5)));
cx_finding *cx_remark(cx_taking *t, unsigned rule, cx_str part, const char *message, ...)
    __attribute__((format(printf, 4, 5)));
/* Whether remarks are only counted by now. */
bool cx_remarks_full(const cx_taking *t);
/* The same about the line as another one is read. */
cx_finding *cx_refuse_line(cx_setup *s, const cx_conf_line *line, unsigned rule, cx_str part, const char *message, ...)
    __attribute__((format(printf, 5, 6)));

/* What the broker writes into its log, behind "Error: ". Only the first words count. */
void cx_says(const cx_taking *t, cx_finding *x, const char *words, ...) __attribute__((format(printf, 3, 4)));
void cx_line_says(const cx_setup *s, const cx_conf_line *line, cx_finding *x, const char *words, ...)
    __attribute__((format(printf, 4, 5)));
void cx_note(const cx_taking *t, cx_finding *x, const char *note, ...) __attribute__((format(printf, 3, 4)));
void cx_help(const cx_taking *t, cx_finding *x, const char *help, ...) __attribute__((format(printf, 3, 4)));

/* An option's name as the release's messages write it, quoted or not:
 * cx_says(t, x, "Empty " CX_NAMED " value", CX_NAME(t->setup, "port")). */
#define CX_NAMED "%s%s%s"
#define CX_NAME(s, name) cx_name_mark(s), name, cx_name_mark(s)
const char *cx_name_mark(const cx_setup *s);
/* Text for %s in a message, in quotes. */
const char *cx_conf_quote(const cx_taking *t, cx_str text);
/* Text for %s in a message, as it is, shortened. */
const char *cx_conf_bare(const cx_taking *t, cx_str text);

/* The frequent ones. */
void cx_unknown_option(cx_taking *t);
void cx_refuse_empty(cx_taking *t);
void cx_refuse_bool(cx_taking *t, cx_str word);
void cx_refuse_word(cx_taking *t, cx_str word, cx_str near); /* NEAR: what was meant, .p NULL: unknown */
void cx_refuse_range(cx_taking *t, cx_str word, int value);
void cx_refuse_duplicate(cx_taking *t, cx_setting first);

/* ---- what mends a line ---- */

/* TEXT instead of a part of the line; a comment behind a value to a line of its own; another line of the same file
 * away; the line to the front of the file. */
void cx_fix_part(const cx_taking *t, cx_finding *x, bool safe, cx_str part, const char *text);
void cx_fix_comment(const cx_taking *t, cx_finding *x, bool safe, cx_str comment);
void cx_fix_away(const cx_taking *t, cx_finding *x, bool safe, cx_setting line);
void cx_fix_to_front(const cx_taking *t, cx_finding *x);

#endif
