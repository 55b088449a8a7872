/* JSON written as a stream, without a tree. Strings come out as valid UTF-8: any
 * other byte as U+FFFD, and then "KEY_b64" beside it has the bytes. */
#ifndef CX_JSON_H
#define CX_JSON_H

#include "base/buf.h"

typedef struct cx_json {
    cx_buf *out;
    bool comma; /* a value was written in the innermost object or array */
} cx_json;

/* KEY is NULL inside an array and at the top. */
void cx_json_object(cx_json *j, const char *key);
void cx_json_end_object(cx_json *j);
void cx_json_array(cx_json *j, const char *key);
void cx_json_end_array(cx_json *j);
void cx_json_str(cx_json *j, const char *key, cx_str value); /* value.p NULL: null */
void cx_json_int(cx_json *j, const char *key, long long value);
void cx_json_bool(cx_json *j, const char *key, bool value);
void cx_json_null(cx_json *j, const char *key);

#endif
