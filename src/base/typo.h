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

/* The nearest of several words that are near enough: offer each, then look. */
typedef struct cx_nearest {
    cx_str word; /* .p NULL: none so far; of equally near ones the first */
    unsigned distance;
} cx_nearest;
void cx_nearest_offer(cx_nearest *n, cx_str written, cx_str word);

#endif
