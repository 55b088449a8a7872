#include "lint/baseline.h"

#include <cjson/cJSON.h>

#include "data/json.h"

/* Keys are JSON, since that is what comes back of odd bytes. */
static uint32_t number_of(cx_baseline *b, cx_str file, cx_str rule, cx_str message)
{
    cx_buf key = {0};
    cx_json j = {&key, false};
    cx_json_str(&j, NULL, file);
    cx_json_str(&j, NULL, rule);
    cx_json_str(&j, NULL, message);
    uint32_t number = cx_map_get(&b->keys, cx_buf_str(&key));
    if (number == CX_MAP_NONE) {
        number = cx_map_put(&b->keys, cx_arena_dup(&b->arena, cx_buf_str(&key)));
        cx_vec_add(&b->left, 0);
        cx_vec_add(&b->all, 0);
    }
    cx_buf_clear(&key);
    return number;
}

static cx_str text_of(const cJSON *entry, const char *name)
{
    return cx_str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, name)));
}

static bool read_entries(cx_baseline *b, const cJSON *root)
{
    const cJSON *entry, *list = cJSON_GetObjectItemCaseSensitive(root, "findings");
    if (!cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(root, "culex_baseline")) || !cJSON_IsArray(list)) return false;
    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *count = cJSON_GetObjectItemCaseSensitive(entry, "count");
        cx_str file = text_of(entry, "file"), rule = text_of(entry, "rule"), message = text_of(entry, "message");
        if (!file.p || !rule.p || !message.p || !cJSON_IsNumber(count) || count->valuedouble < 1) return false;
        uint32_t number = number_of(b, file, rule, message);
        b->all.items[number] += (size_t)count->valueint;
    }
    cx_baseline_again(b);
    return true;
}

bool cx_baseline_open(cx_baseline *b, const char *path, cx_error *e)
{
    cx_buf bytes;
    *b = (cx_baseline){0};
    if (!cx_read_file(path, CX_FILE_MAX, &bytes, e)) return false;
    cJSON *root = cJSON_ParseWithLength(bytes.p, bytes.n);
    bool ok = root && read_entries(b, root);
    if (!ok) cx_error_set(e, "%s: no baseline; culex lint --write-baseline makes one", path);
    cJSON_Delete(root);
    cx_buf_clear(&bytes);
    return ok;
}

void cx_baseline_again(cx_baseline *b)
{
    for (size_t i = 0; i < b->all.n; i++) b->left.items[i] = b->all.items[i];
}

void cx_baseline_clear(cx_baseline *b)
{
    cx_map_clear(&b->keys);
    cx_vec_clear(&b->left);
    cx_vec_clear(&b->all);
    cx_arena_clear(&b->arena);
}

bool cx_baseline_take(cx_baseline *b, cx_str file, const cx_finding *x)
{
    uint32_t number = number_of(b, file, cx_str_of(cx_rules[x->rule].id), x->message);
    if (b->left.items[number] == 0) return false;
    b->left.items[number]--;
    return true;
}

size_t cx_baseline_left(const cx_baseline *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->left.n; i++) n += b->left.items[i];
    return n;
}

/* How many findings of the file from I on are like the one at I; 0: an earlier one is. */
static size_t count_like(const cx_findings *f, size_t i)
{
    size_t n = 0;
    const cx_finding *x = &f->list.items[i];
    for (size_t k = 0; k < f->list.n; k++) {
        const cx_finding *y = &f->list.items[k];
        if (y->rule != x->rule || !cx_str_eq(y->message, x->message)) continue;
        if (k < i) return 0;
        n++;
    }
    return n;
}

void cx_baseline_put(cx_buf *out, const cx_lint_run *run)
{
    cx_json j = {out, false};
    cx_json_object(&j, NULL);
    cx_json_int(&j, "culex_baseline", 1);
    cx_json_array(&j, "findings");
    for (size_t i = 0; i < run->files.n; i++) {
        const cx_linted *file = &run->files.items[i];
        for (size_t k = 0; k < file->findings->list.n; k++) {
            const cx_finding *x = &file->findings->list.items[k];
            size_t count = count_like(file->findings, k);
            if (count == 0) continue;
            cx_buf_puts(out, "\n");
            cx_json_object(&j, NULL);
            cx_json_str(&j, "file", file->below);
            cx_json_str(&j, "rule", cx_str_of(cx_rules[x->rule].id));
            cx_json_str(&j, "message", x->message);
            cx_json_int(&j, "count", (long long)count);
            cx_json_end_object(&j);
        }
    }
    cx_buf_puts(out, "\n");
    cx_json_end_array(&j);
    cx_json_end_object(&j);
    cx_buf_putc(out, '\n');
}
