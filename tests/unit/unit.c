#define _XOPEN_SOURCE 700
#include "unit.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* splitmix64: every seed gives a good sequence, on every machine the same. */
uint64_t rng_next(rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t rng_below(rng *r, size_t n) { return (size_t)(rng_next(r) % n); }

bool rng_chance(rng *r, unsigned percent) { return rng_below(r, 100) < percent; }

uint64_t unit_seed(void)
{
    static uint64_t seed;
    if (seed == 0) {
        const char *given = getenv("SEED");
        seed = given && *given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
        if (seed == 0) seed = 1;
    }
    return seed;
}

rng rng_for(const char *test)
{
    rng r = {unit_seed()};
    for (; *test; test++) r.state = (r.state ^ (unsigned char)*test) * 0x100000001b3u;
    return r;
}

bool unit_forks(void)
{
    const char *fork = getenv("CK_FORK");
    return !fork || strcmp(fork, "no") != 0;
}

const char *show(cx_str s)
{
    enum { KEEP = 400, BUFFERS = 8 };
    static char buffers[BUFFERS][KEEP * 4 + 64];
    static unsigned next;
    char *out = buffers[next++ % BUFFERS], *p = out;
    for (size_t i = 0; i < s.n && i < KEEP; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '\n') p += sprintf(p, "\\n");
        else if (c < 0x20 || c >= 0x7F) p += sprintf(p, "\\x%02X", c);
        else *p++ = (char)c;
    }
    if (s.n > KEEP) p += sprintf(p, "… (%zu bytes)", s.n);
    *p = '\0';
    return out;
}

const char *showz(const char *z) { return show((cx_str){z, strlen(z)}); }

void unit_text_make(unit_text *t, cx_str text)
{
    t->bytes = malloc(text.n ? text.n : 1);
    ck_assert_ptr_nonnull(t->bytes);
    if (text.n) memcpy(t->bytes, text.p, text.n);
    cx_source_over(&t->source, CX_STR("file"), (cx_str){t->bytes, text.n});
}

void unit_text_escaped(unit_text *t, const char *text)
{
    size_t n = 0, length = strlen(text);
    char *bytes = malloc(length + 1);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < length; i++) {
        bool nul = text[i] == '\\' && text[i + 1] == '0';
        bytes[n++] = nul ? '\0' : text[i];
        i += nul;
    }
    unit_text_make(t, (cx_str){bytes, n});
    free(bytes);
}

void unit_text_with_nul(unit_text *t, cx_str text)
{
    t->bytes = malloc(text.n + 1);
    ck_assert_ptr_nonnull(t->bytes);
    if (text.n) memcpy(t->bytes, text.p, text.n);
    t->bytes[text.n] = '\0';
    cx_source_over(&t->source, CX_STR("file"), (cx_str){t->bytes, text.n});
}

void unit_text_free(unit_text *t)
{
    cx_source_clear(&t->source);
    free(t->bytes);
}

size_t unit_count_rule(const cx_findings *f, unsigned rule)
{
    size_t n = 0;
    for (size_t i = 0; i < f->list.n; i++) n += f->list.items[i].rule == rule;
    return n;
}

const cx_finding *unit_find_rule(const cx_findings *f, unsigned rule)
{
    for (size_t i = 0; i < f->list.n; i++)
        if (f->list.items[i].rule == rule) return &f->list.items[i];
    return NULL;
}

void unit_check_findings(const cx_findings *f, cx_str text, cx_targets targets)
{
    cx_targets refused = 0;
    for (size_t i = 0; i < f->list.n; i++) {
        const cx_finding *x = &f->list.items[i];
        const char *id = cx_rules[x->rule].id;
        refused |= x->refused;
        must(x->message.n > 0, "%s without a message on '%s'", id, show(text));
        must((uint64_t)x->span.at + x->span.len <= text.n, "%s at %u+%u of %zu bytes: '%s'", id, x->span.at,
             x->span.len, text.n, show(text));
        must(x->targets && !(x->targets & ~targets), "%s for targets %x of %x: '%s'", id, x->targets, targets,
             show(text));
        must(!(x->refused & ~x->targets), "%s refused by %x, true of %x: '%s'", id, x->refused, x->targets, show(text));
        must(x->severity == cx_rules[x->rule].severity, "%s has severity %d: '%s'", id, x->severity, show(text));
        must(x->severity == CX_ERROR || !x->refused, "%s is no error and refused by %x: '%s'", id, x->refused,
             show(text));
        must(x->note_count <= CX_NOTES_MAX, "%s has %u notes", id, x->note_count);
    }
    must(cx_findings_dropped(f) || refused == f->refused, "refused is %x, the findings say %x: '%s'", f->refused,
         refused, show(text));
    must(!(refused & ~targets), "refused by %x, asked about %x", refused, targets);
}

static char folder[200];
static pid_t folder_owner;

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *where)
{
    (void)st, (void)flag, (void)where;
    return remove(path);
}

/* Only the process that made the folder removes it: tests run in forks of the runner. */
static void remove_folder(void)
{
    if (folder[0] && folder_owner == getpid()) nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *unit_path(const char *name)
{
    enum { BUFFERS = 4 };
    static char paths[BUFFERS][300];
    static unsigned next;
    if (!folder[0]) {
        const char *base = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/culex-unit-XXXXXX", base && *base ? base : "/tmp");
        ck_assert_ptr_nonnull(mkdtemp(folder));
        folder_owner = getpid();
        atexit(remove_folder);
    }
    char *path = paths[next++ % BUFFERS];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void unit_write(const char *path, cx_str bytes)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
    ck_assert_int_eq(fclose(f), 0);
}
