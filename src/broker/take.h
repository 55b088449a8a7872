/* One line into the setup of one release. Used while setups are read. */
#ifndef CX_SETUP_TAKE_H
#define CX_SETUP_TAKE_H

#include "broker/complain.h"

/* The line into the place the broker keeps it, or a finding. */
void cx_take(cx_taking *t);

/* Options with a value of their own shape, or more to do than to be kept. */
void cx_take_other(cx_taking *t);
void cx_take_listener(cx_taking *t);
void cx_take_port(cx_taking *t);
void cx_take_bind_address(cx_taking *t);
void cx_take_protocol_versions(cx_taking *t);
void cx_take_plugin(cx_taking *t);
void cx_take_plugin_load(cx_taking *t);
void cx_take_plugin_use(cx_taking *t);
void cx_take_plugin_opt(cx_taking *t);
void cx_take_connection(cx_taking *t);
void cx_take_address(cx_taking *t);
void cx_take_restart_timeout(cx_taking *t);
void cx_take_tcp_keepalive(cx_taking *t);
void cx_take_bridge_version(cx_taking *t);
void cx_take_topic(cx_taking *t);

/* Is it a line of this option? */
static inline bool cx_takes(const cx_taking *t, unsigned option) { return t->option == &cx_conf_options[option]; }

/* Does the release make the default listener only when a line asks for it (2.1)? */
static inline bool cx_takes_on_demand(const cx_taking *t)
{
    return cx_behaves(t->release, CX_B_DEFAULT_LISTENER) == CX_DEFAULT_LISTENER_ON_DEMAND;
}

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

/* Reports that the line is lost, since an included file moved what it belongs to; the place for its value. */
cx_setting *cx_take_lost(cx_taking *t);

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
