/* The public face of the library; see culex.h. */
#include "culex.h"

#include <stdio.h>
#include <stdlib.h>

#include "broker/broker.h"

struct culex_policy {
    cx_source source;
    cx_buf bytes; /* a copy of what was given in memory */
    cx_acl acl;
    cx_policy policy;
    cx_broker broker;
};

const char *culex_version(void) { return CX_VERSION; }

static void say(char *why, size_t size, const char *text)
{
    if (why && size) snprintf(why, size, "%s", text);
}

static void say_refused(culex_policy *p, const cx_release *release, char *why, size_t size)
{
    const cx_finding *x = p->acl.findings.list.items;
    while (!x->refused) x++;
    cx_place place = cx_source_place(&p->source, x->span.at);
    cx_arena a = {0};
    say(why, size,
        cx_arena_printf(&a, "%.*s:%zu:%zu: refused by %s: %.*s", (int)p->source.name.n, p->source.name.p, place.line,
                        place.column, release->label, (int)x->message.n, x->message.p)
            .p);
    cx_arena_clear(&a);
}

/* P->source is open. */
static culex_policy *load(culex_policy *p, const cx_release *release, char *why, size_t size)
{
    cx_acl_read(&p->acl, &p->source, CX_TARGET_BIT(release), 1);
    if (p->acl.findings.refused) {
        say_refused(p, release, why, size);
        culex_close(p);
        return NULL;
    }
    cx_policy_from_acl(&p->policy, &p->acl, release);
    p->broker = cx_broker_of(&p->policy);
    return p;
}

static const cx_release *find_release(const char *name, char *why, size_t size)
{
    const cx_release *release = cx_release_find(cx_str_of(name));
    if (!release) say(why, size, "no such release");
    return release;
}

culex_policy *culex_open_acl(const char *path, const char *release, char *why, size_t why_size)
{
    const cx_release *r = find_release(release, why, why_size);
    if (!r) return NULL;
    culex_policy *p = cx_calloc(1, sizeof *p);
    cx_error e;
    if (cx_source_open(&p->source, path, &e)) return load(p, r, why, why_size);
    say(why, why_size, e.text);
    culex_close(p);
    return NULL;
}

culex_policy *culex_read_acl(const void *bytes, size_t length, const char *release, char *why, size_t why_size)
{
    const cx_release *r = find_release(release, why, why_size);
    if (!r) return NULL;
    if (length > CX_FILE_MAX) {
        say(why, why_size, "larger than culex reads");
        return NULL;
    }
    culex_policy *p = cx_calloc(1, sizeof *p);
    cx_buf_put(&p->bytes, (cx_str){bytes, length});
    cx_source_over(&p->source, CX_STR("acl"), cx_buf_str(&p->bytes));
    return load(p, r, why, why_size);
}

void culex_close(culex_policy *p)
{
    if (!p) return;
    cx_policy_clear(&p->policy);
    cx_acl_clear(&p->acl);
    cx_source_clear(&p->source);
    cx_buf_clear(&p->bytes);
    free(p);
}

culex_answer culex_ask(culex_policy *p, const char *user, const char *clientid, culex_access access, const char *topic)
{
    cx_client c = {
        .anonymous = !user, .user = cx_str_of(user), .fresh = !clientid || !*clientid, .id = cx_str_of(clientid)};
    cx_answer a = cx_broker_ask(&p->broker, &c, (cx_access)access, cx_str_of(topic));
    size_t line = a.verdict.rule ? cx_source_place(&p->source, a.verdict.rule->at).line : 0;
    return (culex_answer){a.allow, cx_reason_name(a.verdict.reason), line};
}
