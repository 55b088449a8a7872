#include "analysis/who.h"

#include "base/buf.h"

void cx_subjects_add(cx_subjects *s, cx_who w)
{
    if (!w.client.anonymous && !w.unknown) cx_map_put(&s->names, w.client.user);
    cx_vec_add(&s->list, w);
}

void cx_subjects_clear(cx_subjects *s)
{
    cx_vec_clear(&s->list);
    cx_map_clear(&s->names);
}

const cx_who *cx_subjects_find(const cx_subjects *s, const cx_who *w)
{
    if (!w->client.anonymous && !w->unknown) {
        uint32_t number = cx_map_get(&s->names, w->client.user);
        return number == CX_MAP_NONE ? NULL : &s->list.items[number];
    }
    for (size_t i = s->names.n; i < s->list.n; i++)
        if (s->list.items[i].client.anonymous == w->client.anonymous && s->list.items[i].unknown == w->unknown)
            return &s->list.items[i];
    return NULL;
}

cx_str cx_who_name(const cx_who *w)
{
    if (w->client.anonymous) return CX_STR("clients without a user name");
    return w->unknown ? CX_STR("any other user") : w->client.user;
}

cx_str cx_with_names(cx_str text, cx_str id, cx_str user, cx_arena *arena)
{
    cx_buf out = {0};
    if (!cx_str_find(text, CX_FREE_ID) && !cx_str_find(text, CX_FREE_USER)) return text;
    for (size_t i = 0; i < text.n;) {
        cx_str rest = cx_str_sub(text, i, text.n - i);
        bool is_id = cx_str_starts(rest, CX_STR(CX_FREE_ID)), is_user = cx_str_starts(rest, CX_STR(CX_FREE_USER));
        cx_buf_put(&out, is_id ? id : is_user ? user : cx_str_sub(rest, 0, 1));
        i += is_id ? sizeof CX_FREE_ID - 1 : is_user ? sizeof CX_FREE_USER - 1 : 1;
    }
    cx_str named = cx_arena_dup(arena, cx_buf_str(&out));
    cx_buf_clear(&out);
    return named;
}

cx_str cx_without_free_names(cx_str text, cx_arena *arena)
{
    return cx_with_names(text, CX_STR("%c"), CX_STR("%u"), arena);
}
