#include "text/records.h"

#include "text/lines.h"

struct reading {
    const cx_source *source;
    cx_targets targets;
    cx_record_handler *handler;
    void *context;
};

static void emit(const struct reading *r, cx_record record)
{
    record.targets = r->targets;
    r->handler(&record, r->context);
}

/* strtok(…, ":"): the next run of other bytes from *AT on; false: none is left. */
static bool token(cx_str line, size_t *at, cx_str *out)
{
    while (*at < line.n && line.p[*at] == ':') (*at)++;
    if (*at == line.n) return false;
    const char *colon = memchr(line.p + *at, ':', line.n - *at);
    size_t end = colon ? (size_t)(colon - line.p) : line.n;
    *out = cx_str_sub(line, *at, end - *at);
    *at = end < line.n ? end + 1 : end;
    return true;
}

/* LINE with its line feed when it has one: a blank behind ':' is a field. */
static void read_line(const struct reading *r, cx_str line)
{
    cx_record rec = {.kind = CX_RECORD, .line = line};
    if (rec.line.n && rec.line.p[rec.line.n - 1] == '\n') rec.line.n--;
    if (line.n == 0 || line.p[0] == '#') return;
    if (!memchr(line.p, ':', line.n)) {
        rec.kind = CX_RECORD_NO_COLON;
        if (cx_str_trim(line).n) emit(r, rec);
        return;
    }
    size_t at = 0;
    if (!token(line, &at, &rec.name)) return;
    rec.name = cx_str_trim(rec.name);
    if (token(line, &at, &rec.secret)) {
        rec.secret = cx_str_trim(rec.secret);
        if (at < line.n) rec.extra = cx_str_trim(cx_str_sub(line, at, line.n - at));
    }
    emit(r, rec);
}

static void read_plain(const struct reading *r)
{
    cx_str text = r->source->text;
    size_t longest = 0;
    for (size_t at = 0; at < text.n;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t length = feed ? (size_t)(feed - text.p) + 1 - at : text.n - at;
        cx_str line = cx_str_sub(text, at, length);
        if (!feed && cx_last_line_lost(length, longest))
            emit(r, (cx_record){.kind = CX_RECORD_LOST_LAST, .line = line});
        else read_line(r, line);
        if (length > longest) longest = length;
        at += length;
    }
}

cx_str cx_record_nul(const cx_record *record)
{
    const char *nul = record->line.n ? memchr(record->line.p, '\0', record->line.n) : NULL;
    return nul ? (cx_str){nul, 1} : cx_str_sub(record->line, 0, 0);
}

static void read_with_nul(const struct reading *r, const cx_release *release)
{
    cx_lines lines;
    cx_lines_init(&lines, r->source->text, release);
    cx_str line, text = r->source->text;
    size_t start;
    for (;;) {
        cx_line_status status = cx_lines_next(&lines, &line, &start);
        cx_record lost = {.kind = CX_RECORD_NUL, .line = cx_str_sub(text, start, lines.at - start)};
        if (status == CX_LINE) {
            read_line(r, line);
            lost.line = cx_str_sub(text, start + line.n, lines.at - start - line.n);
        }
        if (lost.line.n) {
            if (!memchr(lost.line.p, '\0', lost.line.n)) lost.kind = CX_RECORD_LOST_LAST;
            lost.name = lines.ended ? CX_STR("the rest of the file is lost without a message")
                                    : CX_STR("the rest of the line is lost without a message");
            if (status == CX_LINE_LOST) lost.name = CX_STR("the line is lost without a message");
            emit(r, lost);
        }
        if (status == CX_LINE_END || lines.ended) return;
    }
}

void cx_records_read(const cx_source *source, cx_targets targets, bool *again, cx_record_handler *handler,
                     void *context)
{
    struct reading r = {source, targets, handler, context};
    if (!cx_str_has(source->text, '\0')) {
        read_plain(&r);
        return;
    }
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        const cx_release *release = &cx_releases[i];
        if (!(targets & CX_TARGET_BIT(release))) continue;
        r.targets = targets & cx_same_cutting(release);
        targets &= (cx_targets)~r.targets;
        read_with_nul(&r, release);
        *again = true;
    }
}
