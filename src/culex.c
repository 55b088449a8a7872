/* The public face of the library; see culex.h. */
#include "culex.h"

#include <stdio.h>
#include <stdlib.h>

#include "broker/broker.h"

struct culex_policy {
    cx_source source;
    cx_buf bytes; /* a copy of what was given in memory */
    cx_acl acl;
    cx_dynsec dynsec;
    cx_policy policy;
    cx_broker broker;
};

/* Reads P->source as one kind of file; false: the release refuses it, WHY says why. */
typedef bool reader(culex_policy *p, const cx_release *release, char *why, size_t size);

const char *culex_version(void) { return CX_VERSION; }

static void say(char *why, size_t size, const char *text)
{
    if (why && size) snprintf(why, size, "%s", text);
}

static void say_refused(culex_policy *p, const cx_findings *f, const cx_release *release, char *why, size_t size)
{
    const cx_finding *x = f->list.items;
    while (!x->refused) x++;
    cx_place place = cx_source_place(&p->source, x->span.at);
    cx_arena a = {0};
    say(why, size,
        cx_arena_printf(&a, "%.*s:%zu:%zu: refused by %s: %.*s", (int)p->source.name.n, p->source.name.p, place.line,
                        place.column, release->label, (int)x->message.n, x->message.p)
            .p);
    cx_arena_clear(&a);
}

static bool read_acl(culex_policy *p, const cx_release *release, char *why, size_t size)
{
    cx_acl_read(&p->acl, &p->source, CX_TARGET_BIT(release), 1);
    if (p->acl.findings.refused) {
        say_refused(p, &p->acl.findings, release, why, size);
        return false;
    }
    cx_policy_from_acl(&p->policy, &p->acl, release);
    return true;
}

static bool read_dynsec(culex_policy *p, const cx_release *release, char *why, size_t size)
{
    cx_error e;
    cx_dynsec *files[] = {&p->dynsec};
    if (!cx_dynsec_read(&p->dynsec, &p->source, CX_TARGET_BIT(release), false, &e)) {
        say(why, size, e.text);
        return false;
    }
    if (p->dynsec.findings.refused) {
        say_refused(p, &p->dynsec.findings, release, why, size);
        return false;
    }
    cx_policy_from_dynsec(&p->policy, files, 1, release);
    return true;
}

static const cx_release *find_release(const char *name, char *why, size_t size)
{
    const cx_release *release = cx_release_find(cx_str_of(name));
    if (!release) say(why, size, "no such release");
    return release;
}

/* P, when it can be read, else NULL. */
static culex_policy *load(culex_policy *p, reader *read, const cx_release *release, char *why, size_t size)
{
    if (!read(p, release, why, size)) {
        culex_close(p);
        return NULL;
    }
    p->broker = cx_broker_of(&p->policy);
    return p;
}

static culex_policy *open_file(const char *path, reader *read, const char *release, char *why, size_t why_size)
{
    const cx_release *r = find_release(release, why, why_size);
    if (!r) return NULL;
    culex_policy *p = cx_calloc(1, sizeof *p);
    cx_error e;
    if (cx_source_open(&p->source, path, &e)) return load(p, read, r, why, why_size);
    say(why, why_size, e.text);
    culex_close(p);
    return NULL;
}

static culex_policy *read_bytes(const void *bytes, size_t length, const char *name, reader *read, const char *release,
                                char *why, size_t why_size)
{
    const cx_release *r = find_release(release, why, why_size);
    if (!r) return NULL;
    if (length > CX_FILE_MAX) {
        say(why, why_size, "larger than culex reads");
        return NULL;
    }
    culex_policy *p = cx_calloc(1, sizeof *p);
    cx_buf_put(&p->bytes, (cx_str){bytes, length});
    cx_buf_putc(&p->bytes, '\0');
    cx_source_over(&p->source, cx_str_of(name), cx_str_sub(cx_buf_str(&p->bytes), 0, length));
    return load(p, read, r, why, why_size);
}

culex_policy *culex_open_acl(const char *path, const char *release, char *why, size_t why_size)
{
    return open_file(path, read_acl, release, why, why_size);
}

culex_policy *culex_read_acl(const void *bytes, size_t length, const char *release, char *why, size_t why_size)
{
    return read_bytes(bytes, length, "acl", read_acl, release, why, why_size);
}

culex_policy *culex_open_dynsec(const char *path, const char *release, char *why, size_t why_size)
{
    return open_file(path, read_dynsec, release, why, why_size);
}

culex_policy *culex_read_dynsec(const void *bytes, size_t length, const char *release, char *why, size_t why_size)
{
    return read_bytes(bytes, length, "dynamic-security.json", read_dynsec, release, why, why_size);
}

void culex_close(culex_policy *p)
{
    if (!p) return;
    cx_policy_clear(&p->policy);
    cx_acl_clear(&p->acl);
    cx_dynsec_clear(&p->dynsec);
    cx_source_clear(&p->source);
    cx_buf_clear(&p->bytes);
    free(p);
}

culex_answer culex_ask(culex_policy *p, const char *user, const char *clientid, culex_access access, const char *topic)
{
    cx_client c = {
        .anonymous = !user, .user = cx_str_of(user), .fresh = !clientid || !*clientid, .id = cx_str_of(clientid)};
    cx_answer a = cx_broker_ask(&p->broker, &c, (cx_access)access, cx_str_of(topic));
    cx_arena arena = {0};
    size_t line = a.verdict.rule ? cx_policy_place(&p->policy, a.verdict.rule, &arena).line : 0;
    cx_arena_clear(&arena);
    return (culex_answer){a.allow, cx_reason_name(a.verdict.reason), line};
}
