/* A rule with a malformed filter as a set. */
#ifndef CX_MALFORMED_H
#define CX_MALFORMED_H

#include "analysis/rules.h"

/* SHARED: see cx_filters. */
cx_decided cx_malformed_decides(cx_sets *s, const cx_policy *p, const cx_rule *r, const cx_client *c, cx_access access,
                                bool shared);

#endif
