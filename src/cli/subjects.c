#include "cli/subjects.h"

static const cx_client anybody = {.user = {CX_FREE_USER, sizeof CX_FREE_USER - 1}, .fresh = true};

cx_who cx_subject_named(const struct cx_policy_target *t, cx_str user)
{
    cx_who w = {.client = {.user = user, .fresh = true}};
    for (unsigned i = 0; i < t->broker.step_count; i++) {
        const cx_policy *p = t->broker.steps[i].policy;
        uint32_t number = p ? cx_policy_user(p, user) : CX_MAP_NONE;
        if (number >= (p ? p->clients.n : 0) || !p->clients.items[number]->id.n) continue;
        w.client.fresh = false;
        w.client.id = p->clients.items[number]->id;
    }
    return w;
}

static void add_names_of_policies(const struct cx_policy_target *t, cx_map *names)
{
    for (unsigned i = 0; i < t->broker.step_count; i++) {
        const cx_policy *p = t->broker.steps[i].policy;
        for (size_t k = 0; p && k < p->holders.n; k++)
            if (p->holders.items[k].list_count != CX_HOLDER_NOBODY) cx_map_put(names, cx_policy_names(p)->keys[k].key);
    }
}

static void add_names_of_passwd(const cx_passwd *f, const cx_release *release, cx_map *names)
{
    for (size_t i = 0; i < f->entries.n; i++) {
        cx_str user = f->entries.items[i].user;
        if (cx_passwd_find(f, user, release)) cx_map_put(names, user);
    }
}

bool cx_client_connects(const struct cx_policy_target *t, const cx_client *c)
{
    const char *why;
    return !t->door || cx_door_admits(t->start, t->door, c, &why) != CX_NO;
}

static void add_if_it_connects(const struct cx_policy_target *t, cx_who w, cx_subjects *out)
{
    if (cx_client_connects(t, &w.client)) cx_subjects_add(out, w);
}

void cx_subjects_of(const cx_policy_source *s, const struct cx_policy_target *t, cx_subjects *out)
{
    cx_map names = {0};
    if (s->has_passwd) add_names_of_passwd(&s->passwd, t->release, &names);
    else add_names_of_policies(t, &names);
    for (size_t i = 0; s->has_conf && i < s->start.files.list.n; i++) {
        const cx_named_file *file = s->start.files.list.items[i];
        if (file->kind == CX_KIND_PASSWD && file->findings) add_names_of_passwd(&file->passwd, t->release, &names);
    }
    for (size_t i = 0; i < names.n; i++)
        if (names.keys[i].key.n) add_if_it_connects(t, cx_subject_named(t, names.keys[i].key), out);
    add_if_it_connects(t, (cx_who){.client = {.anonymous = true, .fresh = true}}, out);
    const cx_policy *p = t->broker.steps[0].policy;
    bool exact = !s->has_conf && (s->has_passwd || (p && p->documents[0].dynsec));
    if (!exact) add_if_it_connects(t, (cx_who){.client = anybody, .unknown = true}, out);
    cx_map_clear(&names);
}

cx_question cx_concrete(struct cx_policy_target *t, const cx_who *w, cx_str word, unsigned access, bool allow,
                        cx_arena *arena)
{
    cx_question q = {.accesses = access};
    for (unsigned i = 0; i < 100; i++) {
        cx_str id = i ? cx_arena_printf(arena, "id-%u", i) : CX_STR("x");
        cx_str user = i ? cx_arena_printf(arena, "user-%u", i) : CX_STR("someone");
        q.client = w->client;
        q.topic = cx_with_names(word, id, user, arena);
        if (w->unknown) q.client.user = user;
        if (w->client.fresh) {
            q.client.fresh = false;
            q.client.id = id;
        }
        cx_answer a = cx_ask(t, &q, access);
        if (a.allow == allow || a.unknown) break;
    }
    return q;
}

void cx_who_json(cx_json *j, const cx_who *w)
{
    cx_json_str(j, "user", w->client.anonymous || w->unknown ? CX_STR_NONE : w->client.user);
    cx_json_bool(j, "anonymous", w->client.anonymous);
    cx_json_bool(j, "unknown_users", w->unknown);
    cx_json_str(j, "clientid", w->client.fresh ? CX_STR_NONE : w->client.id);
}

void cx_entries_json(cx_json *j, const char *key, const cx_set_entries *list, cx_arena *arena)
{
    cx_json_array(j, key);
    for (size_t i = 0; i < list->items.n; i++) {
        const cx_set_entry *e = &list->items.items[i];
        cx_json_object(j, NULL);
        cx_json_str(j, "filter", cx_without_free_names(e->filter, arena));
        if (e->pseudo) cx_json_bool(j, "pseudo", true);
        cx_json_array(j, "except");
        for (size_t k = 0; k < e->except_count; k++)
            cx_json_str(j, NULL, cx_without_free_names(e->except[k].filter, arena));
        cx_json_end_array(j);
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
}

void cx_put_entry(cx_buf *out, const cx_set_entry *e, cx_arena *arena)
{
    cx_buf_put_safe(out, cx_without_free_names(e->filter, arena));
    for (size_t k = 0; k < e->except_count; k++) {
        cx_buf_puts(out, k ? ", " : "  except ");
        cx_buf_put_safe(out, cx_without_free_names(e->except[k].filter, arena));
    }
}

void cx_target_json(cx_json *j, const struct cx_policy_target *t)
{
    cx_json_str(j, "target", cx_str_of(t->release->label));
    if (t->listener) cx_json_str(j, "listener", cx_str_of(t->listener));
}

void cx_say_limits(cx_cli *cli, bool slashes, bool too_many, bool unknown)
{
    if (slashes) cx_cli_note(cli, "not proven for client ids with '/', which fill several levels up to 2.0");
    if (too_many) cx_cli_note(cli, "not proven for all client ids that rules name: there are too many");
    if (unknown) cx_cli_note(cli, "a plug-in that culex cannot ask decides some of it: that part is left out");
}

int cx_sets_are_full(cx_cli *cli)
{
    cx_buf_clear(&cli->out);
    return cx_cli_fail(cli, CX_EXIT_FAILED, "the rules make more cases than culex can keep apart");
}

static void put_heading(cx_cli *cli, const cx_policy_source *s, const cx_buf *texts, unsigned i)
{
    cx_arena a = {0};
    cx_targets same = 0;
    for (unsigned k = 0; k < s->target_count; k++)
        if (cx_str_eq(cx_buf_str(&texts[k]), cx_buf_str(&texts[i]))) same |= CX_TARGET_BIT(s->targets[k].release);
    cx_str who = cx_targets_text(&a, same);
    const char *listener = s->targets[i].listener;
    cx_put_painted(&cli->out, cli->style, CX_PAINT_BOLD,
                   cx_arena_printf(&a, "Mosquitto %.*s%s%s", (int)who.n, who.p, listener ? ", listener " : "",
                                   listener ? listener : ""));
    cx_buf_puts(&cli->out, "\n\n");
    cx_arena_clear(&a);
}

/* Targets that say the same are shown once. */
void cx_put_by_target(cx_cli *cli, const cx_policy_source *s, const cx_buf *texts)
{
    bool all_same = true;
    for (unsigned i = 1; i < s->target_count; i++) all_same &= cx_str_eq(cx_buf_str(&texts[0]), cx_buf_str(&texts[i]));
    for (unsigned i = 0, shown = 0; i < s->target_count; i++) {
        bool again = false;
        for (unsigned k = 0; k < i; k++)
            again |= cx_str_eq(cx_buf_str(&texts[k]), cx_buf_str(&texts[i])) &&
                     (all_same || !s->targets[i].listener || s->targets[k].release == s->targets[i].release);
        if (again) continue;
        if (shown++) cx_buf_putc(&cli->out, '\n');
        if (!all_same) put_heading(cli, s, texts, i);
        cx_buf_put(&cli->out, cx_buf_str(&texts[i]));
    }
}
