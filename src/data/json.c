#include "data/json.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"

static void put_string(cx_buf *out, cx_str s)
{
    cx_buf_putc(out, '"');
    for (size_t i = 0; i < s.n;) {
        uint32_t cp = 0;
        size_t len = cx_utf8_next(cx_str_sub(s, i, s.n - i), &cp);
        if (len == 0) cx_buf_puts(out, "\xEF\xBF\xBD");
        else if (cp == '"' || cp == '\\') cx_buf_printf(out, "\\%c", (char)cp);
        else if (cp == '\n') cx_buf_puts(out, "\\n");
        else if (cp == '\t') cx_buf_puts(out, "\\t");
        else if (cp < 0x20 || cp == 0x7F) cx_buf_printf(out, "\\u%04x", cp);
        else cx_buf_put(out, cx_str_sub(s, i, len));
        i += len ? len : 1;
    }
    cx_buf_putc(out, '"');
}

static void begin(cx_json *j, const char *key)
{
    if (j->comma) cx_buf_putc(j->out, ',');
    j->comma = true;
    if (!key) return;
    put_string(j->out, cx_str_of(key));
    cx_buf_putc(j->out, ':');
}

static void open_with(cx_json *j, const char *key, char bracket)
{
    begin(j, key);
    cx_buf_putc(j->out, bracket);
    j->comma = false;
}

static void close_with(cx_json *j, char bracket)
{
    cx_buf_putc(j->out, bracket);
    j->comma = true;
}

void cx_json_object(cx_json *j, const char *key) { open_with(j, key, '{'); }
void cx_json_end_object(cx_json *j) { close_with(j, '}'); }
void cx_json_array(cx_json *j, const char *key) { open_with(j, key, '['); }
void cx_json_end_array(cx_json *j) { close_with(j, ']'); }

static void put_base64(cx_json *j, const char *key, cx_str value)
{
    cx_buf name = {0};
    cx_buf_printf(&name, "%s_b64", key);
    cx_buf_putc(&name, '\0');
    unsigned char *text = cx_alloc(value.n / 3 * 4 + 8);
    int n = EVP_EncodeBlock(text, (const unsigned char *)value.p, (int)value.n);
    begin(j, name.p);
    put_string(j->out, (cx_str){(const char *)text, (size_t)n});
    free(text);
    cx_buf_clear(&name);
}

void cx_json_str(cx_json *j, const char *key, cx_str value)
{
    if (!value.p) {
        cx_json_null(j, key);
        return;
    }
    begin(j, key);
    put_string(j->out, value);
    if (key && !cx_utf8_valid(value)) put_base64(j, key, value);
}

void cx_json_int(cx_json *j, const char *key, long long value)
{
    begin(j, key);
    cx_buf_printf(j->out, "%lld", value);
}

void cx_json_bool(cx_json *j, const char *key, bool value)
{
    begin(j, key);
    cx_buf_puts(j->out, value ? "true" : "false");
}

void cx_json_null(cx_json *j, const char *key)
{
    begin(j, key);
    cx_buf_puts(j->out, "null");
}
