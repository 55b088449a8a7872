#include "analysis/who.h"

#include "base/buf.h"

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
