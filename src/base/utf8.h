/* UTF-8, as far as terminals, JSON and MQTT need it. */
#ifndef CX_UTF8_H
#define CX_UTF8_H

#include <stdint.h>

#include "base/str.h"

/* The length in bytes of the well-formed sequence at the start of S (no
 * surrogates, no overlong form) and its code point in *CP; 0 when S is empty or
 * begins with none. */
size_t cx_utf8_next(cx_str s, uint32_t *cp);

bool cx_utf8_valid(cx_str s);

/* The nearest place at or before AT where S can be cut without cutting a sequence. */
size_t cx_utf8_boundary(cx_str s, size_t at);

/* Columns a code point takes on a terminal: 0, 1 or 2. */
int cx_utf8_width(uint32_t cp);

#endif
