#define _POSIX_C_SOURCE 200809L
#include "secret/secret.h"

#include <openssl/crypto.h>
#include <openssl/ui.h>

enum { SECRET_MAX = 65535 };

void cx_secret_clear(cx_buf *secret)
{
    if (secret->p) OPENSSL_cleanse(secret->p, secret->cap);
    cx_buf_clear(secret);
}

bool cx_secret_from_file(const char *path, cx_buf *secret, cx_error *e)
{
    if (!cx_read_file(path, (size_t)SECRET_MAX + 2, secret, e)) {
        if (strstr(e->text, "larger than"))
            cx_error_set(e, "%s: longer than 65535 bytes, the most a password can have", path);
        return false;
    }
    char *feed = memchr(secret->p, '\n', secret->n);
    if (feed) secret->n = (size_t)(feed - secret->p);
    if (secret->n && secret->p[secret->n - 1] == '\r') secret->n--;
    secret->p[secret->n] = '\0';
    return true;
}

bool cx_secret_from_terminal(const char *prompt, cx_buf *secret, cx_error *e)
{
    *secret = (cx_buf){0};
    cx_buf_fill(secret, '\0', SECRET_MAX + 1);
    UI *ui = UI_new();
    bool ok = ui && UI_add_input_string(ui, prompt, 0, secret->p, 0, SECRET_MAX) > 0 && UI_process(ui) == 0;
    UI_free(ui);
    if (ok) {
        secret->n = strlen(secret->p);
        return true;
    }
    cx_secret_clear(secret);
    cx_error_set(e, "no password: give --password-file FILE, '-' for standard input, or set CULEX_PASSWORD");
    return false;
}
