/* Rules about files that belong together. */
#include "lint/lint.h"

void cx_lint_cross(cx_lint *l, cx_setup *s) { (void)l, (void)s; }
