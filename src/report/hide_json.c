#include "report/hide_json.h"

enum { BEFORE = 65536, STARS = 8 };

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c; }

static bool holds(cx_str text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.n; i++) {
        size_t k = 0;
        while (k < n && lower(text.p[i + k]) == word[k]) k++;
        if (k == n) return true;
    }
    return false;
}

bool cx_maybe_secret(cx_str line)
{
    static const char *const signs[] = {"pass", "salt", "secret", "$6$", "$7$", "$argon2"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (holds(line, signs[i])) return true;
    return false;
}

/* A name that is, or was meant to be, that of a secret. */
static bool is_secret_name(cx_str name)
{
    static const char *const signs[] = {"pass", "pw", "salt", "secret", "hash"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (holds(name, signs[i])) return true;
    return false;
}

/* Whether the quote at I ends or begins a text, and is no part of one. */
static bool is_quote(cx_str text, size_t i)
{
    size_t slashes = 0;
    while (slashes < i && text.p[i - 1 - slashes] == '\\') slashes++;
    return text.p[i] == '"' && slashes % 2 == 0;
}

/* Whether byte FROM is within a text when byte TO is not. */
static bool begins_inside(cx_str text, size_t from, size_t to)
{
    bool inside = false;
    for (size_t i = to; i-- > from;) inside ^= is_quote(text, i);
    return inside;
}

/* Behind the text that goes on at I. */
static size_t text_end(cx_str text, size_t i)
{
    while (i < text.n && !is_quote(text, i)) i++;
    return i;
}

static size_t skip(cx_str text, size_t i)
{
    while (i < text.n && (unsigned char)text.p[i] <= ' ') i++;
    return i;
}

/* The line as it is written, and where the two ends of a span in it go. */
struct hiding {
    cx_buf *out;
    size_t start, end;        /* the line, in the text */
    size_t ends[2], moved[2]; /* of the span: in the text, in OUT */
};

/* FROM … TO of the text as it is. */
static void show(struct hiding *h, cx_str text, size_t from, size_t to)
{
    if (from < h->start) from = h->start;
    if (to > h->end) to = h->end;
    if (from >= to) return;
    for (int i = 0; i < 2; i++)
        if (h->ends[i] >= from && h->ends[i] <= to) h->moved[i] = h->out->n + h->ends[i] - from;
    cx_buf_put(h->out, cx_str_sub(text, from, to - from));
}

/* Stars in their place, which tell nothing of the length. */
static void hide(struct hiding *h, size_t from, size_t to)
{
    if (from < h->start) from = h->start;
    if (to > h->end) to = h->end;
    if (from >= to) return;
    for (int i = 0; i < 2; i++)
        if (h->ends[i] > from && h->ends[i] <= to) h->moved[i] = h->out->n + (i || h->ends[i] == to ? STARS : 0);
    cx_buf_fill(h->out, '*', STARS);
}

cx_str cx_hide_json(cx_buf *out, cx_str text, size_t start, cx_str line, size_t *at, size_t *len)
{
    struct hiding h = {out, start, start + line.n, {start + *at, start + *at + *len}, {0, 0}};
    size_t i = start > BEFORE ? start - BEFORE : 0, depth = 0;
    bool secret = false;                       /* the value at hand; DEPTH: of lists and objects in it */
    if (begins_inside(text, i, start + *at)) { /* whose value it is nobody knows */
        size_t end = text_end(text, i);
        hide(&h, i, end);
        i = end + 1;
        show(&h, text, end, i);
    }
    while (i < h.end) {
        char c = text.p[i];
        if (c != '"') {
            depth += secret && (c == '[' || c == '{');
            depth -= depth && (c == ']' || c == '}');
            if (c == ',' && depth == 0) secret = false;
            show(&h, text, i, i + 1);
            i++;
            continue;
        }
        size_t end = text_end(text, i + 1), next = skip(text, end + 1);
        bool name = next < text.n && text.p[next] == ':';
        show(&h, text, i, i + 1);
        if (secret && !(name && depth == 0)) hide(&h, i + 1, end);
        else show(&h, text, i + 1, end);
        show(&h, text, end, end + 1);
        if (name && depth == 0) secret = is_secret_name(cx_str_sub(text, i + 1, end - i - 1));
        i = end + 1;
    }
    *at = h.moved[0];
    *len = h.moved[1] > h.moved[0] ? h.moved[1] - h.moved[0] : 0;
    return cx_buf_str(out);
}
