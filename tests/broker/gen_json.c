#define _GNU_SOURCE
#include "gen_json.h"

static const char *const junk[] = {"null",     "true", "false",    "1",  "-1",   "\"x\"",
                                   "\"true\"", "[]",   "[\"r1\"]", "{}", "\"\"", "0.5"};

const char *pen_junk(struct pen *p) { return RNG_PICK(p->r, junk); }

void pen_open(struct pen *p, int bracket)
{
    buf_byte(p->to, (unsigned)bracket);
    p->inside = false;
}

void pen_close(struct pen *p, int bracket)
{
    buf_byte(p->to, (unsigned)bracket);
    p->inside = true;
}

void pen_next(struct pen *p)
{
    if (p->inside) {
        buf_byte(p->to, ',');
    }
    p->inside = true;
}

void pen_string(struct buf *b, struct rng *r, const char *text)
{
    bool escape = rng_chance(r, 4);

    buf_byte(b, '"');
    for (const char *s = text; *s; s++) {
        if (escape && *s > 0 && rng_chance(r, 30)) {
            buf_format(b, "\\u%04x", (unsigned)*s);
        } else {
            buf_text(b, *s == '"' || *s == '\\' ? "\\" : "");
            buf_byte(b, (unsigned char)*s);
        }
    }
    buf_byte(b, '"');
}

void pen_name(struct pen *p, const char *name, bool other_letters)
{
    pen_next(p);
    buf_byte(p->to, '"');
    for (const char *s = name; *s; s++) {
        buf_byte(p->to, (unsigned char)(other_letters && *s >= 'a' && rng_chance(p->r, 40) ? *s - 32 : *s));
    }
    buf_text(p->to, "\":");
}

void pen_plain(struct pen *p, const char *name, const char *value)
{
    pen_name(p, name, false);
    buf_text(p->to, value);
}

void pen_value(struct pen *p, const char *name, const char *value, bool text)
{
    const char *other = text ? "\"x\"" : pen_junk(p);

    switch (rng_chance(p->r, p->odd_percent) ? rng_below(p->r, 6) : 6) {
    case 0: return;
    case 1: pen_plain(p, name, other); return;
    case 2:
    case 3:
        pen_name(p, name, true);
        buf_text(p->to, value);
        return;
    case 4:
        pen_plain(p, name, value);
        pen_name(p, name, true);
        buf_text(p->to, other);
        return;
    case 5: pen_plain(p, "comment", pen_junk(p)); break;
    default: break;
    }
    pen_plain(p, name, value);
}

void pen_text(struct pen *p, const char *name, const char *value, bool text)
{
    struct buf b = {0};

    pen_string(&b, p->r, value);
    buf_byte(&b, 0);
    pen_value(p, name, (char *)b.data, text);
    buf_free(&b);
}
