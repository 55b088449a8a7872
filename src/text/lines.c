#include "text/lines.h"

enum { GROWTH = 1000 };

void cx_lines_init(cx_lines *r, cx_str text, const cx_release *release, size_t size)
{
    *r = (cx_lines){.text = text, .release = release, .size = size};
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

bool cx_last_line_lost(size_t length, size_t longest, size_t size)
{
    size_t fits = size - 1;
    if (longest > fits) fits += (longest - fits + GROWTH - 1) / GROWTH * GROWTH;
    return length >= fits && (length - fits) % GROWTH == 0;
}

static void each_plain(cx_str text, size_t size, cx_targets targets, bool cut(void *context, const cx_cut *c),
                       void *context)
{
    size_t longest = 0;
    bool more = true;
    for (size_t at = 0; more && at < text.n;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t length = feed ? (size_t)(feed - text.p) + 1 - at : text.n - at;
        bool lost = !feed && cx_last_line_lost(length, longest, size);
        more = cut(context, &(cx_cut){.kind = lost ? CX_CUT_LOST_LAST : CX_CUT_LINE,
                                      .targets = targets,
                                      .text = cx_str_sub(text, at, length)});
        if (length > longest) longest = length;
        at += length;
    }
}

static void each_with_nul(cx_lines *lines, cx_targets targets, bool cut(void *context, const cx_cut *c), void *context)
{
    for (bool more = true; more;) {
        cx_str line;
        size_t start;
        cx_line_status status = cx_lines_next(lines, &line, &start);
        cx_cut c = {.kind = CX_CUT_LINE, .targets = targets, .text = line};
        if (status == CX_LINE) more = cut(context, &c);
        else line.n = 0;
        c.text = cx_str_sub(lines->text, start + line.n, lines->at - start - line.n);
        if (more && c.text.n) {
            c.kind = cx_str_has(c.text, '\0') ? CX_CUT_NUL : CX_CUT_LOST_LAST;
            c.fate = lines->ended ? CX_STR("the rest of the file is lost without a message")
                                  : CX_STR("the rest of the line is lost without a message");
            c.gave_up = status == CX_LINE_LOST;
            if (c.gave_up) c.fate = CX_STR("the line is lost without a message");
            more = cut(context, &c);
        }
        if (status == CX_LINE_END || lines->ended) return;
    }
}

void cx_lines_each(cx_str text, size_t size, cx_targets targets, bool *again, bool cut(void *context, const cx_cut *c),
                   void *context)
{
    if (!cx_str_has(text, '\0')) {
        each_plain(text, size, targets, cut, context);
        return;
    }
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        const cx_release *release = &cx_releases[i];
        if (!(targets & CX_TARGET_BIT(release))) continue;
        cx_targets same = targets & cx_same_cutting(release);
        targets &= (cx_targets)~same;
        cx_lines lines;
        cx_lines_init(&lines, text, release, size);
        each_with_nul(&lines, same, cut, context);
        *again = true;
    }
}
