/* Where the values of a JSON text stand that cJSON has read: cJSON keeps no places, so
 * text and tree are walked side by side, once, when somebody is to see one. */
#ifndef CX_JSON_PLACES_H
#define CX_JSON_PLACES_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "base/str.h"

typedef struct cx_json_place {
    uint32_t key_at, key_len; /* the member's name with its quotes; len 0: it has none */
    uint32_t at, len;         /* the value; of an object or array its bracket alone */
} cx_json_place;

/* Calls VISIT for every value of ROOT, which cJSON made of TEXT, in the order they stand in. */
void cx_json_places(cx_str text, const cJSON *root,
                    void visit(void *context, const cJSON *item, const cx_json_place *place), void *context);

/* How many values TEXT has at most, should it be JSON, without making them: what cJSON
 * would spend memory on. */
size_t cx_json_count_values(cx_str text);

#endif
