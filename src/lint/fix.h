/* Fixes: edits that findings bring, made in a file's text. */
#ifndef CX_LINT_FIX_H
#define CX_LINT_FIX_H

#include "lint/run.h"

/* The text of a file with the edits of its fixes, as many as do not touch one another, in OUT; how many fixes these are.
 * UNSAFE: those too that may change more than they say. A fixed text is read again: when it is refused where the old one was
 * not, or a safe fix changed a decision, the fix that did it is left out. */
size_t cx_lint_fix(const cx_lint_run *run, const cx_linted *file, bool unsafe, cx_buf *out);

#endif
