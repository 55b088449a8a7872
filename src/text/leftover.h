/* Text that is not meant for a broker: what a tool should have filled in or taken out. */
#ifndef CX_LEFTOVER_H
#define CX_LEFTOVER_H

#include "base/str.h"

/* A first word of a line as version control leaves it where two changes meet. */
bool cx_is_conflict_mark(cx_str word);

/* Has it {{ name }}, {% … %}, ${NAME} or <% … %>? */
bool cx_has_placeholder(cx_str text);

#endif
