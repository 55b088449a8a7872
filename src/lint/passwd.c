/* Rules about a password file. */
#include "lint/lint.h"

void cx_lint_passwd(cx_lint *l, cx_named_file *file) { (void)l, (void)file; }
