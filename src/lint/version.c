/* Rules about releases. */
#include "lint/lint.h"

void cx_lint_versions(cx_lint *l) { (void)l; }
