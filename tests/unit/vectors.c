#include "vectors.h"

#include <stdlib.h>

#ifndef VECTORS_DIR
#define VECTORS_DIR "tests/vectors"
#endif

/* ---- JSON with NUL bytes ----
 * cJSON gives C strings, in which \u0000 would be the end. It is read as U+E000,
 * which no vector contains, and put back afterwards. */

static void replace_nul_escapes(cx_buf *json)
{
    ck_assert_ptr_null(strstr(json->p, "\xEE\x80\x80"));
    for (size_t i = 0; i + 1 < json->n; i++) {
        if (json->p[i] != '\\') continue;
        if (i + 6 <= json->n && memcmp(json->p + i, "\\u0000", 6) == 0) json->p[i + 2] = 'E';
        i++; /* a backslash that is escaped begins nothing */
    }
}

const char *vectors_path(const char *name)
{
    static char path[1024];
    const char *folder = getenv("VECTORS_DIR");
    snprintf(path, sizeof path, "%s/%s", folder && *folder ? folder : VECTORS_DIR, name);
    return path;
}

cJSON *vectors_load(const char *name)
{
    const char *path = vectors_path(name);
    cx_buf b;
    cx_error e = {""};
    must(cx_read_file(path, CX_FILE_MAX, &b, &e), "%s", e.text);
    replace_nul_escapes(&b);
    cJSON *rows = cJSON_ParseWithLengthOpts(b.p, b.n, NULL, 0);
    must(cJSON_IsArray(rows), "%s is no JSON array", path);
    cx_buf_clear(&b);
    return rows;
}

const char *vector_text(const cJSON *row, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, key));
}

/* The bytes of a string; false: null. The caller frees. */
bool vector_bytes(const char *value, cx_buf *out)
{
    *out = (cx_buf){0};
    if (!value) return false;
    for (const char *p = value; *p; p++) {
        bool nul = strncmp(p, "\xEE\x80\x80", 3) == 0;
        cx_buf_putc(out, nul ? '\0' : *p);
        if (nul) p += 2;
    }
    return true;
}

bool vector_base64(const char *text, cx_buf *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, count = 0;
    *out = (cx_buf){0};
    for (; *text && *text != '='; text++) {
        const char *at = strchr(letters, *text);
        must(at, "no base64: %s", text);
        bits = bits << 6 | (unsigned)(at - letters);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        cx_buf_putc(out, (char)(bits >> count));
        bits &= (1u << count) - 1;
    }
    return true;
}

/* A file of a row: KEY_b64 when there is one, else KEY; false: null. */
bool vector_file(const cJSON *row, const char *key, cx_buf *out)
{
    char name[32];
    snprintf(name, sizeof name, "%s_b64", key);
    const char *b64 = vector_text(row, name);
    return b64 && *b64 ? vector_base64(b64, out) : vector_bytes(vector_text(row, key), out);
}

const char *vector_expected(const cJSON *row, const char *key, size_t release)
{
    return vector_text(cJSON_GetObjectItemCaseSensitive(row, key), cx_releases[release].name);
}
