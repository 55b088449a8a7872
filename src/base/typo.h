/* "did you mean": how far apart two words are. */
#ifndef CX_TYPO_H
#define CX_TYPO_H

#include "base/str.h"

/* Edits (insert, delete, replace, swap neighbours; letter case is half an edit,
 * rounded up) from A to B. Words over 64 bytes are endlessly far. */
unsigned cx_typo_distance(cx_str a, cx_str b);

/* Whether B is near enough to A to be worth saying: at most one edit for three
 * letters, two from five on, three from nine on. */
bool cx_typo_near(cx_str a, cx_str b);

#endif
