#include "sets.h"

const char *unit_mount(rng *r)
{
    static const char *const some[] = {"a/", "a", "a/b", "b/x/", "$SYS/", "$", "/", "u/"};
    return rng_chance(r, 70) ? NULL : rng_pick(r, some);
}

void unit_sets_make(unit_sets *u, cx_policy *policy, const char *mount)
{
    u->space = cx_sets_new(CX_SETS_NODES);
    u->broker = cx_broker_of(policy);
    u->broker.mount_point = cx_str_of(mount);
    u->effective = cx_effective_new(u->space, &u->broker);
}

void unit_sets_clear(unit_sets *u)
{
    cx_effective_free(u->effective);
    cx_sets_free(u->space);
}

void unit_sets_ask(unit_sets *u, const cx_client *client, cx_access access, cx_str word)
{
    cx_answer answer = cx_broker_ask(&u->broker, client, access, word);
    cx_set unknown, set = cx_effective_set(u->effective, client, access, &unknown);
    must(!cx_sets_full(u->space), "the space is full");
    must(unknown == CX_SET_NONE, "something is unknown");
    must(cx_set_has(u->space, set, word) == answer.allow,
         "%s: %s of '%.*s' by '%.*s' with id '%.*s'%s%s is %s: not so in the set", u->broker.release->name,
         cx_access_name(access), (int)word.n, word.p, (int)client->user.n, client->user.p ? client->user.p : "",
         (int)client->id.n, client->id.p ? client->id.p : "", u->broker.mount_point.p ? " behind " : "",
         u->broker.mount_point.p ? u->broker.mount_point.p : "", answer.allow ? "allowed" : "denied");
}
