/* Rules about the options of a mosquitto.conf. */
#include "lint/lint.h"

void cx_lint_conf(cx_lint *l, cx_setup *s) { (void)l, (void)s; }
