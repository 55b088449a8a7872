/* What real brokers answered (tests/vectors), as JSON. */
#ifndef CX_UNIT_VECTORS_H
#define CX_UNIT_VECTORS_H

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "unit.h"

/* A file of the vectors' folder: VECTORS_DIR of the environment, else of the build. In a static buffer. */
const char *vectors_path(const char *name);

/* An array of rows; U+E000 in it stands for NUL. */
cJSON *vectors_load(const char *name);

/* A member that is a string; NULL: it is not there, or null. */
const char *vector_text(const cJSON *row, const char *key);
/* What KEY says of a release. */
const char *vector_expected(const cJSON *row, const char *key, size_t release);

/* The bytes of a string, with its NULs; false: NULL. The caller frees. */
bool vector_bytes(const char *value, cx_buf *out);
bool vector_base64(const char *text, cx_buf *out);
/* A file of a row: KEY_b64 when there is one, else KEY; false: null. */
bool vector_file(const cJSON *row, const char *key, cx_buf *out);

#endif
