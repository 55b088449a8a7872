/* What starting reads, and whether it is there. Used by start only. */
#ifndef CX_LOAD_H
#define CX_LOAD_H

#include "broker/complain.h"
#include "broker/start.h"

/* The release does not start because of it: a finding, as by cx_refuse_line. */
#define CX_FOUNDERS(st, s, ...) ((st)->refused |= CX_TARGET_BIT((s)->release), cx_refuse_line((s), __VA_ARGS__))

/* The files a conf names, whatever else is wrong with it. */
void cx_start_load(cx_start *st, cx_setup *s);

/* Is there the folder in which the broker would make a file or a socket? */
bool cx_start_has_folder(cx_start *st, cx_str path);

#endif
