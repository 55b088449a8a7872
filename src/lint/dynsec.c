/* Rules about a dynamic-security.json. */
#include "lint/lint.h"

void cx_lint_dynsec(cx_lint *l, cx_named_file *file, const cx_release *release) { (void)l, (void)file, (void)release; }
