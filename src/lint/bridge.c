/* Rules about bridges. */
#include "lint/lint.h"

void cx_lint_bridges(cx_lint *l, cx_setup *s) { (void)l, (void)s; }
