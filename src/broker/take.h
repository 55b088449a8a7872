/* One line into the setup of one release. Used while setups are read. */
#ifndef CX_SETUP_TAKE_H
#define CX_SETUP_TAKE_H

#include "broker/complain.h"

/* The line into the place the broker keeps it, or a finding. */
void cx_take(cx_taking *t);

/* Options with a value of their own shape, or more to do than to be kept. */
void cx_take_other(cx_taking *t);
void cx_take_topic(cx_taking *t);

/* Makes a listener, and the current one. */
cx_listener *cx_add_listener(cx_setup *s, cx_listener_kind kind, cx_setting line);
/* The default listener of releases that make it on demand. */
cx_listener *cx_default_listener(cx_setup *s, cx_setting line);

/* Puts the line where its option is kept; what was there before is looked at first. */
void cx_keep(cx_taking *t);
/* A log_dest or log_type line; INSTEAD: of those before. */
void cx_keep_log(cx_taking *t, bool instead);
/* The place a security option goes to. */
cx_security *cx_take_security(cx_taking *t);

/* What stands behind the last word that counts; TAKES: how many count, in words. */
void cx_take_trailing(cx_taking *t, cx_str rest, const char *takes);
/* A value that is not there: some releases only complain. */
void cx_take_nothing(cx_taking *t);
/* A string value; false: refused, and said so. */
bool cx_take_text(cx_taking *t, cx_str *value);
/* An int from the front of REST; false: refused, and said so. */
bool cx_take_int(cx_taking *t, cx_str *rest, const char *name, cx_str *word, int *value);
/* The value against the option's ranges; false: refused, and said so. */
bool cx_take_range(cx_taking *t, cx_str word, int value);

/* What only the whole conf shows, when all lines are read. */
void cx_setup_end(cx_setup *s);

#endif
