/* Lines of a dynamic-security.json for people, without the secrets in them. */
#ifndef CX_HIDE_JSON_H
#define CX_HIDE_JSON_H

#include "base/buf.h"

/* LINE, which begins at byte START of TEXT, with stars for the values of secret members. TEXT is JSON, and
 * *AT, a byte of LINE, is where a value or a name in it begins; *AT and *LEN follow what is moved. */
cx_str cx_hide_json(cx_buf *out, cx_str text, size_t start, cx_str line, size_t *at, size_t *len);

/* Whether a line of what is no JSON may hold a secret. */
bool cx_maybe_secret(cx_str line);

#endif
