/* Memory for the trees of cJSON, for a program that reads, answers and ends: pieces come
 * from a few large blocks, and no tree is taken apart again. Half the time and a third
 * of the memory of one malloc() a value and a text. */
#ifndef CX_JSON_POOL_H
#define CX_JSON_POOL_H

#include <cjson/cJSON.h>

/* For the whole process, before any JSON is read and while there is one thread: cJSON has
 * one set of hooks. A library must not do it, its caller may use cJSON too. */
void cx_json_use_pool(void);

/* cJSON_Delete, which a pool makes needless. */
void cx_json_delete(cJSON *tree);

#endif
