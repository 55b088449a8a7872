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

cx_str cx_record_nul(const cx_record *record)
{
    const char *nul = record->line.n ? memchr(record->line.p, '\0', record->line.n) : NULL;
    return nul ? (cx_str){nul, 1} : cx_str_sub(record->line, 0, 0);
}

static bool read_cut(void *context, const cx_cut *c)
{
    struct reading *r = context;
    r->targets = c->targets;
    if (c->kind == CX_CUT_LINE) read_line(r, c->text);
    else
        emit(r, (cx_record){.kind = c->kind == CX_CUT_NUL ? CX_RECORD_NUL : CX_RECORD_LOST_LAST,
                            .line = c->text,
                            .name = c->fate});
    return true;
}

void cx_records_read(const cx_source *source, cx_targets targets, bool *again, cx_record_handler *handler,
                     void *context)
{
    struct reading r = {source, targets, handler, context};
    cx_lines_each(source->text, CX_LINES_SECURITY, targets, again, read_cut, &r);
}
