/* culex access: all that users may do. */
#include "cli/subjects.h"

#include <stdlib.h>

static const cx_option options[] = {
    {"clientid", 'i', "ID", "the client id (default: any; it is %c in topics)"},
    {"anonymous", 0, NULL, "only clients without a user name"},
    {"listener", 0, "PORT", "of a conf: the listener with this port, address:port or socket path"},
    {"root", 0, "DIR", "of a conf: put before the absolute paths in it"},
    {"passwd", 0, "FILE", "the password file that goes with an ACL file"},
    {"argon2", 0, NULL, "the broker is built with argon2 (stock builds are not)"},
    {"as", 0, "KIND", "the policy's kind, when its name does not tell"},
    {"kind", 0, "KIND", "the same as --as"},
    {NULL, 0, NULL, NULL},
};

enum { READ, WRITE, SUBSCRIBE, UNSUBSCRIBE, REACH, ALL };
static const char *const names[ALL] = {"read", "write", "subscribe", "unsubscribe", "reach"};
static const cx_access accesses[REACH] = {CX_ACCESS_READ, CX_ACCESS_WRITE, CX_ACCESS_SUBSCRIBE, CX_ACCESS_UNSUBSCRIBE};

/* What some subjects may do, all of them the same. */
struct group {
    CX_VEC(uint32_t) members; /* numbers of subjects */
    cx_set sets[ALL], unknown;
};

struct asked {
    cx_cli *cli;
    cx_sets *space;
    const struct cx_policy_target *target;
    cx_subjects who;
    CX_VEC(struct group) groups;
    CX_VEC(uint32_t) group_of; /* of each subject */
    cx_map keys;               /* of groups: their sets */
    cx_arena arena;
};

static void add_subject(struct asked *a, cx_effective *e, uint32_t number)
{
    const cx_client *c = &a->who.list.items[number].client;
    struct group g = {0};
    for (unsigned i = 0; i < REACH; i++) {
        cx_set unknown;
        g.sets[i] = cx_effective_set(e, c, accesses[i], &unknown);
        g.unknown = cx_set_union(a->space, g.unknown, unknown);
    }
    g.sets[REACH] = cx_effective_reach(e, c, NULL);
    cx_set key[] = {g.sets[READ], g.sets[WRITE], g.sets[SUBSCRIBE], g.sets[UNSUBSCRIBE], g.unknown};
    uint32_t group = cx_map_put(&a->keys, cx_arena_dup(&a->arena, (cx_str){(const char *)key, sizeof key}));
    if (group == a->groups.n) cx_vec_add(&a->groups, g);
    cx_vec_add(&a->groups.items[group].members, number);
    cx_vec_add(&a->group_of, group);
}

/* ---- text ---- */

static void put_set(struct asked *a, cx_buf *out, cx_set set, bool filters)
{
    if (filters && set == cx_sets_universe(a->space)) {
        cx_buf_puts(out, "any filter\n");
        return;
    }
    cx_set_entries list = {0};
    cx_set_list(a->space, set, filters, &a->arena, &list);
    if (list.items.n == 0) cx_buf_puts(out, "nothing\n");
    for (size_t i = 0; i < list.items.n; i++) {
        if (i) cx_buf_puts(out, "             ");
        cx_put_entry(out, &list.items.items[i], &a->arena);
        cx_buf_putc(out, '\n');
    }
    cx_vec_clear(&list.items);
}

static void put_members(struct asked *a, cx_buf *out, const struct group *g)
{
    cx_buf line = {0};
    for (size_t i = 0; i < g->members.n; i++) {
        const cx_who *w = &a->who.list.items[g->members.items[i]];
        if (i) cx_buf_puts(&line, ", ");
        cx_buf_put(&line, cx_who_name(w));
        if (!w->client.fresh) cx_buf_printf(&line, " (client id %.*s)", (int)w->client.id.n, w->client.id.p);
    }
    cx_put_painted(out, a->cli->style, CX_PAINT_BOLD, cx_buf_str(&line));
    cx_buf_putc(out, '\n');
    cx_buf_clear(&line);
}

static void put_text(struct asked *a, cx_buf *out)
{
    for (size_t i = 0; i < a->groups.n; i++) {
        const struct group *g = &a->groups.items[i];
        if (i) cx_buf_putc(out, '\n');
        put_members(a, out, g);
        for (unsigned k = 0; k <= SUBSCRIBE; k++) {
            cx_buf_printf(out, "  %-9s  ", names[k]);
            put_set(a, out, g->sets[k], k == SUBSCRIBE);
        }
        if (g->unknown != CX_SET_NONE) cx_buf_puts(out, "  the rest is decided by a plug-in that culex cannot ask\n");
    }
}

/* ---- JSON ---- */

static void put_json_set(struct asked *a, cx_json *j, const char *key, cx_set set, bool filters)
{
    cx_set_entries list = {0};
    cx_set_list(a->space, set, filters, &a->arena, &list);
    cx_entries_json(j, key, &list, &a->arena);
    cx_vec_clear(&list.items);
}

static void put_json_subject(struct asked *a, cx_json *j, const cx_who *w, const struct group *g)
{
    cx_json_object(j, NULL);
    cx_who_json(j, w);
    for (unsigned k = 0; k < ALL; k++) put_json_set(a, j, names[k], g->sets[k], k == SUBSCRIBE || k == UNSUBSCRIBE);
    if (g->unknown != CX_SET_NONE) cx_json_bool(j, "unknown_plugin", true);
    cx_json_end_object(j);
}

static void put_json(struct asked *a, cx_json *j)
{
    cx_json_object(j, NULL);
    cx_target_json(j, a->target);
    cx_json_array(j, "subjects");
    for (uint32_t number = 0; number < a->who.list.n; number++)
        put_json_subject(a, j, &a->who.list.items[number], &a->groups.items[a->group_of.items[number]]);
    cx_json_end_array(j);
    cx_json_end_object(j);
}

/* ---- the command ---- */

static void asked_clear(struct asked *a)
{
    for (size_t i = 0; i < a->groups.n; i++) cx_vec_clear(&a->groups.items[i].members);
    cx_vec_clear(&a->groups);
    cx_vec_clear(&a->group_of);
    cx_map_clear(&a->keys);
    cx_subjects_clear(&a->who);
    cx_arena_clear(&a->arena);
}

static void choose_subjects(struct asked *a, const cx_policy_source *s, const char *user)
{
    cx_cli *cli = a->cli;
    const char *id = cx_cli_value(cli, "clientid");
    if (cx_cli_value(cli, "anonymous"))
        cx_subjects_add(&a->who, ((cx_who){.client = {.anonymous = true, .fresh = true}}));
    else if (user) cx_subjects_add(&a->who, cx_subject_named(a->target, cx_str_of(user)));
    else cx_subjects_of(s, a->target, &a->who);
    for (size_t i = 0; i < a->who.list.n && id && *id; i++) {
        a->who.list.items[i].client.fresh = false;
        a->who.list.items[i].client.id = cx_str_of(id);
    }
}

/* One target's answer as text; false: too many nodes. */
static bool ask(cx_cli *cli, cx_policy_source *s, cx_sets *space, unsigned target, const char *user, cx_buf *text,
                cx_json *j)
{
    struct asked a = {.cli = cli, .space = space, .target = &s->targets[target]};
    cx_effective *e = cx_effective_new(space, &a.target->broker);
    choose_subjects(&a, s, user);
    for (uint32_t i = 0; i < a.who.list.n && !cx_sets_full(space); i++) add_subject(&a, e, i);
    bool full = cx_sets_full(space);
    if (!full && cli->format == CX_FORMAT_JSON) put_json(&a, j);
    else if (!full) put_text(&a, text);
    full = cx_sets_full(space);
    cx_effective_free(e);
    asked_clear(&a);
    return !full;
}

static int answer(cx_cli *cli, cx_policy_source *s, const char *user)
{
    cx_buf texts[CX_POLICY_TARGETS_MAX] = {0};
    cx_json j = {&cli->out, false};
    cx_sets *space = cx_sets_new(CX_SETS_NODES);
    bool done = true;
    if (cli->format == CX_FORMAT_JSON) {
        cx_json_object(&j, NULL);
        cx_json_array(&j, "targets");
    }
    for (unsigned i = 0; i < s->target_count && done; i++) done = ask(cli, s, space, i, user, &texts[i], &j);
    if (cli->format == CX_FORMAT_JSON) {
        cx_json_end_array(&j);
        cx_json_end_object(&j);
        cx_buf_putc(&cli->out, '\n');
    } else if (done) {
        cx_put_by_target(cli, s, texts);
    }
    for (unsigned i = 0; i < s->target_count; i++) cx_buf_clear(&texts[i]);
    cx_sets_free(space);
    if (done) return CX_EXIT_YES;
    return cx_sets_are_full(cli);
}

static int access_of(cx_cli *cli)
{
    cx_policy_source s = {0};
    int code = cx_policy_open(&s, cli, cli->operands[0]);
    if (code < 0) code = answer(cli, &s, cli->operand_count > 1 ? cli->operands[1] : NULL);
    cx_policy_close(&s);
    return code;
}

const cx_command cx_cmd_access = {
    .name = "access",
    .usage = "access POLICY [USER]",
    .summary = "all that users may read, write and subscribe to",
    .about = "Lists, for every user or for one, the topics it may read and write and the filters it\n"
             "may subscribe to: the fewest filters that say it, with exceptions. The lists are exact,\n"
             "not samples. '%c' is the client's own id, '%u' the name of a user no file names; '#' and\n"
             "'+' at the beginning do not stand for topics that begin with '$'.\n\n"
             "  culex access acl\n"
             "  culex access mosquitto.conf alice --target 2.1\n"
             "  culex access dynamic-security.json --format json\n",
    .options = options,
    .least = 1,
    .most = 2,
    .run = access_of,
};
