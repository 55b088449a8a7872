/* Rules about the TLS options of listeners. */
#include "lint/lint.h"

void cx_lint_tls(cx_lint *l, cx_setup *s) { (void)l, (void)s; }
