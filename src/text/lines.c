#include "text/lines.h"

enum { FIRST_SIZE = 256, GROWTH = 1000 };

void cx_lines_init(cx_lines *r, cx_str text, const cx_release *release)
{
    *r = (cx_lines){.text = text, .release = release, .size = FIRST_SIZE};
}

/* One fgets() of at most ROOM bytes: how many it brings; *EOF_SEEN as feof(). */
static size_t fill(const cx_lines *r, size_t room, bool *eof_seen)
{
    cx_str rest = cx_str_sub(r->text, r->at, r->text.n - r->at);
    size_t most = rest.n < room ? rest.n : room;
    const char *feed = most ? memchr(rest.p, '\n', most) : NULL;
    if (feed) return (size_t)(feed - rest.p) + 1;
    *eof_seen = rest.n < room;
    return most;
}

cx_line_status cx_lines_next(cx_lines *r, cx_str *line, size_t *start)
{
    *start = r->at;
    if (r->ended) return CX_LINE_END;
    size_t filled = 0; /* where in the buffer the next read goes */
    size_t length = 0; /* strlen() of the buffer */
    bool nul = false;
    for (;;) {
        size_t got = fill(r, r->size - filled - 1, &r->ended);
        if (!nul && got) {
            const char *from = r->text.p + r->at;
            const char *z = memchr(from, '\0', got);
            nul = z != NULL;
            length += z ? (size_t)(z - from) : got;
        }
        r->at += got;
        *line = cx_str_sub(r->text, *start, length);
        if (r->ended) return got ? CX_LINE : CX_LINE_END;
        if (length == 0 && cx_behaves(r->release, CX_B_NUL_FIRST) == CX_NUL_FIRST_SKIP) return CX_LINE;
        if (length > 0 && line->p[length - 1] == '\n') return CX_LINE;
        if (nul && length > 0 && cx_behaves(r->release, CX_B_NUL_INSIDE) == CX_NUL_INSIDE_STOP) return CX_LINE_LOST;
        filled = r->size - 1;
        r->size += GROWTH;
    }
}

cx_targets cx_same_cutting(const cx_release *release)
{
    return cx_releases_where(CX_B_NUL_FIRST, cx_behaves(release, CX_B_NUL_FIRST)) &
           cx_releases_where(CX_B_NUL_INSIDE, cx_behaves(release, CX_B_NUL_INSIDE));
}

bool cx_last_line_lost(size_t length, size_t longest)
{
    size_t fits = FIRST_SIZE - 1;
    if (longest > fits) fits += (longest - fits + GROWTH - 1) / GROWTH * GROWTH;
    return length >= fits && (length - fits) % GROWTH == 0;
}
