/* Two texts as a unified diff, as diff -u makes it and patch reads it. */
#ifndef CX_DIFF_H
#define CX_DIFF_H

#include "base/buf.h"

/* Nothing for equal texts. */
void cx_diff(cx_buf *out, cx_str old_name, cx_str new_name, cx_str old, cx_str new);

#endif
