/* What the rules about listeners share. */
#ifndef CX_LINT_CONF_LISTEN_H
#define CX_LINT_CONF_LISTEN_H

#include "lint/lint.h"

/* An address of the host itself: 127.x, ::1, localhost. */
bool cx_host_is_loopback(cx_str host);

/* Whether clients of other hosts reach it. */
bool cx_serving_exposed(const cx_serving *v);

/* The doors of one release; NEXT begins at 0. NULL: there is no further one. */
const cx_door *cx_lint_next_door(const cx_lint *l, const cx_setup *s, size_t *next);

/* "1883", "the socket /run/m": for messages, in the arena. */
const char *cx_lint_door_name(cx_lint *l, const cx_serving *v);

/* Who is asked about passwords, other than certificates and keys. */
bool cx_serving_asks_passwords(const cx_serving *v);

/* All rules of this file. */
void cx_lint_listeners(cx_lint *l, const cx_setup *s);

#endif
