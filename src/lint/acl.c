/* Rules about an ACL file. */
#include "lint/lint.h"

void cx_lint_acl(cx_lint *l, cx_named_file *file, const cx_release *release) { (void)l, (void)file, (void)release; }
