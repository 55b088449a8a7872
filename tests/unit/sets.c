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

void unit_diff_make(unit_diff *u, cx_policy *old, cx_policy *new)
{
    *u = (unit_diff){.space = cx_sets_new(CX_SETS_NODES), .old = cx_broker_of(old), .new = cx_broker_of(new)};
    u->before = cx_effective_new(u->space, &u->old);
    u->after = cx_effective_new(u->space, &u->new);
}

void unit_diff_clear(unit_diff *u)
{
    cx_effective_free(u->before);
    cx_effective_free(u->after);
    cx_sets_free(u->space);
}

#define SOMEONE "Someone-Zzyzx"
#define SOME_ID "Id-Zzyzx"

/* Free names become names that nobody has. */
static cx_str named(cx_str text, cx_arena *a)
{
    return text.p ? cx_with_names(text, CX_STR(SOME_ID), CX_STR(SOMEONE), a) : text;
}

static void hold_witness(unit_diff *u, const cx_change *x)
{
    cx_arena a = {0};
    cx_str word = cx_set_witness(u->space, x->set, &a);
    cx_client c = x->client;
    must(word.p, "a change without a witness");
    word = named(word, &a);
    c.user = named(c.user, &a);
    if (c.fresh) c.id = CX_STR(SOME_ID), c.fresh = false;
    bool old = cx_broker_ask(&u->old, &c, x->access, word).allow,
         new = cx_broker_ask(&u->new, &c, x->access, word).allow;
    must(old != new &&new == x->gained, "%s of '%.*s' by '%.*s' with id '%.*s' is no witness",
         cx_access_name(x->access), (int)word.n, word.p, (int)c.user.n, c.user.p ? c.user.p : "", (int)c.id.n, c.id.p);
    cx_arena_clear(&a);
}

void unit_diff_client(unit_diff *u, const char *user)
{
    cx_changes changes = {0};
    bool unknown = user && !*user;
    cx_client c = {.anonymous = !user, .user = unknown ? CX_STR(CX_FREE_USER) : cx_str_of(user), .fresh = true};
    cx_diff_client(u->space, (cx_side){u->before, &u->old}, (cx_side){u->after, &u->new}, &(cx_who){c, unknown},
                   &changes);
    must(!cx_sets_full(u->space), "the space is full");
    memset(u->found, 0, sizeof u->found);
    for (size_t i = 0; i < changes.items.n; i++) {
        const cx_change *x = &changes.items.items[i];
        u->found[x->gained][cx_access_index(x->access)] = true;
        hold_witness(u, x);
    }
    if (changes.remarks) u->found[0][2] = u->found[1][2] = true; /* below $CONTROL a subscription need not be told */
    cx_vec_clear(&changes.items);
}

void unit_diff_ask(unit_diff *u, const cx_client *client, cx_access access, cx_str word)
{
    bool old = cx_broker_ask(&u->old, client, access, word).allow,
         new = cx_broker_ask(&u->new, client, access, word).allow;
    if (old == new || access == CX_ACCESS_UNSUBSCRIBE) return;
    u->differences++;
    must(u->found[new][cx_access_index(access)],
         "%s: %s of '%.*s' by '%.*s' with id '%.*s' is %s, and the diff does not say so", u->old.release->name,
         cx_access_name(access), (int)word.n, word.p, (int)client->user.n, client->user.p ? client->user.p : "",
         (int)client->id.n, client->id.p ? client->id.p : "", new ? "gained" : "lost");
}
