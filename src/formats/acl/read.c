#define _GNU_SOURCE /* memrchr */
#include <stdlib.h>

#include "base/parallel.h"
#include "formats/acl/acl.h"
#include "formats/acl/complain.h"
#include "text/lines.h"

/* The state of one reading (of the whole text, or of a piece of it). */
struct reading {
    struct cx_acl_reader say;
    cx_acl *acl;
};

/* True when a finding about a line would only be counted, which is done. */
static bool enough(struct reading *r, cx_severity severity, cx_targets refused)
{
    if (!cx_findings_full(&r->acl->findings, refused != 0)) return false;
    cx_findings_drop(&r->acl->findings, severity, refused);
    return true;
}

static bool enough_errors(struct reading *r) { return enough(r, CX_ERROR, r->say.targets); }

static void add_entry(struct reading *r, cx_acl_kind kind, unsigned access, const cx_acl_line *l, bool literal)
{
    cx_span value = {(uint32_t)(l->value.p - r->say.source->text.p), (uint32_t)l->value.n};
    cx_acl_entry e = {value, (uint8_t)kind, (uint8_t)access, r->say.targets, literal};
    cx_vec_add(&r->acl->entries, e);
}

static void read_user(struct reading *r, cx_acl_line *l)
{
    const char *end = l->line.p + l->line.n, *from = l->keyword.p + l->keyword.n;
    l->value = cx_str_trim((cx_str){from, (size_t)(end - from)});
    if (l->value.n == 0) {
        if (!enough_errors(r)) cx_acl_missing_user(&r->say, l);
        return;
    }
    cx_acl_doubtful_user(&r->say, l);
    add_entry(r, CX_ACL_USER, 0, l, false);
}

/* The access word's bits; 0: not an access word. */
static unsigned access_bits(cx_str word)
{
    if (cx_str_eq(word, CX_STR("read"))) return CX_ACL_READ;
    if (cx_str_eq(word, CX_STR("write"))) return CX_ACL_WRITE;
    if (cx_str_eq(word, CX_STR("readwrite"))) return CX_ACL_READ | CX_ACL_WRITE;
    if (cx_str_eq(word, CX_STR("deny"))) return CX_ACL_DENY;
    return 0;
}

/* Where the word at P ends: at the next space, or at END. Words are short. */
static const char *word_end(const char *p, const char *end)
{
    while (p < end && *p != ' ') p++;
    return p;
}

static bool has_variable(cx_str v)
{
    for (size_t i = 0; i + 1 < v.n; i++)
        if (v.p[i] == '%' && (v.p[i + 1] == 'c' || v.p[i + 1] == 'u')) return true;
    return false;
}

static void read_rule(struct reading *r, cx_acl_line *l, cx_acl_kind kind)
{
    const char *end = l->line.p + l->line.n, *p = l->keyword.p + l->keyword.n;
    while (p < end && *p == ' ') p++;
    if (p == end) {
        if (!enough_errors(r)) cx_acl_missing_topic(&r->say, l);
        return;
    }
    const char *space = word_end(p, end);
    unsigned access = CX_ACL_READ | CX_ACL_WRITE;
    if (space == end) {
        l->value = (cx_str){p, (size_t)(end - p)};
    } else {
        l->access = (cx_str){p, (size_t)(space - p)};
        p = space;
        while (cx_is_space(*p)) p++; /* the line ends in no blank */
        l->value = (cx_str){p, (size_t)(end - p)};
        access = access_bits(l->access);
        if (access == 0) {
            if (!enough_errors(r)) cx_acl_bad_access(&r->say, l);
            return;
        }
        if (access == CX_ACL_DENY && (r->say.targets & cx_releases_where(CX_B_ACL_DENY, CX_ACL_DENY_NO)))
            cx_acl_deny_unknown(&r->say, l);
    }
    cx_filter_info info = cx_filter_check(l->value);
    if (info.error != CX_FILTER_OK) {
        if (!enough_errors(r)) cx_acl_bad_filter(&r->say, l, info);
        return;
    }
    if (space == end || info.unusual || info.blank || l->value.p[0] == '<')
        cx_acl_doubtful_rule(&r->say, l, info.unusual);
    if (kind == CX_ACL_PATTERN && (!info.percent || !has_variable(l->value)) && !enough(r, CX_WARNING, 0))
        cx_acl_pattern_without_variable(&r->say, l);
    add_entry(r, kind, access, l, !info.wildcard && !info.percent);
}

/* The broker's order: cut trailing blanks, look for '#' in column 0, split at spaces. */
static void read_line(struct reading *r, cx_str line)
{
    line = cx_str_trim_end(line);
    if (line.n == 0 || line.p[0] == '#') return;
    cx_acl_line l = {.line = line};
    size_t i = 0;
    while (line.p[i] == ' ') i++; /* the last byte is none */
    l.keyword = (cx_str){line.p + i, (size_t)(word_end(line.p + i, line.p + line.n) - line.p) - i};
    if (cx_str_eq(l.keyword, CX_STR("topic"))) read_rule(r, &l, CX_ACL_TOPIC);
    else if (cx_str_eq(l.keyword, CX_STR("pattern"))) read_rule(r, &l, CX_ACL_PATTERN);
    else if (cx_str_eq(l.keyword, CX_STR("user"))) read_user(r, &l);
    else if (!enough_errors(r)) cx_acl_bad_keyword(&r->say, &l);
}

static void lost_last_line(struct reading *r, size_t at)
{
    cx_str text = r->say.source->text;
    cx_span span = {(uint32_t)at, (uint32_t)(text.n - at)};
    cx_finding *x = cx_findings_add(
        &r->acl->findings, CX_RULE_ACL_LOST_LAST_LINE, span, r->say.targets, 0,
        "the broker loses this last line without a message: it has exactly %zu bytes and no line feed", text.n - at);
    cx_finding_help(&r->acl->findings, x, "end the file with a line feed");
}

/* Whole lines, each ended by a line feed; the longest one's length. */
static size_t read_lines(struct reading *r, cx_str lines)
{
    const char *p = lines.p, *end = lines.p + lines.n;
    size_t longest = 0;
    while (p < end) {
        size_t length = (size_t)((const char *)memchr(p, '\n', (size_t)(end - p)) + 1 - p);
        read_line(r, (cx_str){p, length});
        if (length > longest) longest = length;
        p += length;
    }
    return longest;
}

/* A large file in pieces, each with its own document until they are joined. */
struct pieces {
    cx_source *source;
    cx_targets targets;
    unsigned count;
    struct piece {
        cx_str lines;
        cx_acl acl;
        size_t longest;
    } piece[CX_THREADS_MAX];
};

static void read_piece(void *context, unsigned i)
{
    struct pieces *all = context;
    struct piece *own = &all->piece[i];
    struct reading r = {{all->source, &own->acl.findings, all->targets}, &own->acl};
    own->longest = read_lines(&r, own->lines);
}

/* COUNT pieces of about the same size that end at line feeds. */
static void cut(struct pieces *all, cx_str lines)
{
    size_t from = 0;
    for (unsigned i = 0; i < all->count; i++) {
        size_t to = i + 1 == all->count ? lines.n : lines.n / all->count * (i + 1);
        if (to < from) to = from;
        if (to < lines.n) to = (size_t)((const char *)memchr(lines.p + to, '\n', lines.n - to) + 1 - lines.p);
        all->piece[i].lines = cx_str_sub(lines, from, to - from);
        from = to;
    }
}

static void join(cx_acl *acl, struct piece *part)
{
    cx_vec_reserve(&acl->entries, acl->entries.n + part->acl.entries.n);
    if (part->acl.entries.n)
        memcpy(acl->entries.items + acl->entries.n, part->acl.entries.items,
               part->acl.entries.n * sizeof *acl->entries.items);
    acl->entries.n += part->acl.entries.n;
    cx_vec_clear(&part->acl.entries);
    cx_findings_append(&acl->findings, &part->acl.findings);
}

static size_t read_in_pieces(struct reading *r, cx_str lines, unsigned count)
{
    struct pieces *all = cx_calloc(1, sizeof *all);
    *all = (struct pieces){.source = r->say.source, .targets = r->say.targets, .count = count};
    cut(all, lines);
    cx_parallel(count, read_piece, all);
    size_t longest = 0;
    for (unsigned i = 0; i < count; i++) {
        join(r->acl, &all->piece[i]);
        if (all->piece[i].longest > longest) longest = all->piece[i].longest;
    }
    free(all);
    return longest;
}

/* Text without a NUL byte: lines end at line feeds, all releases agree. */
static void read_plain(struct reading *r, unsigned threads)
{
    enum { WORTH_A_THREAD = 1 << 20 }; /* bytes */
    cx_str text = r->say.source->text;
    const char *last = text.n ? memrchr(text.p, '\n', text.n) : NULL;
    cx_str lines = cx_str_sub(text, 0, last ? (size_t)(last + 1 - text.p) : 0);
    cx_str rest = cx_str_sub(text, lines.n, text.n - lines.n);
    size_t worth = lines.n / WORTH_A_THREAD;
    if (threads > worth) threads = (unsigned)worth;
    if (threads > CX_THREADS_MAX) threads = CX_THREADS_MAX;
    size_t longest = threads > 1 ? read_in_pieces(r, lines, threads) : read_lines(r, lines);
    if (rest.n && cx_last_line_lost(rest.n, longest, CX_LINES_SECURITY)) lost_last_line(r, lines.n);
    else if (rest.n) read_line(r, rest);
}

/* A NUL byte at or behind AT; LOST tells how much goes with it. */
static void say_nul(struct reading *r, size_t at, const char *lost)
{
    cx_str text = r->say.source->text;
    const char *nul = memchr(text.p + at, '\0', text.n - at);
    cx_span span = {nul ? (uint32_t)(nul - text.p) : (uint32_t)at, nul ? 1 : 0};
    cx_findings *f = &r->acl->findings;
    cx_finding *x =
        cx_findings_add(f, CX_RULE_ACL_NUL_BYTE, span, r->say.targets, 0, "a NUL byte hides what follows it");
    cx_str who = cx_targets_text(&f->arena, r->say.targets);
    cx_finding_note(f, x, "%.*s: %s without a message", (int)who.n, who.p, lost);
}

/* Text with a NUL byte, as the releases of this reading cut it. */
static void read_with_nul(struct reading *r, const cx_release *release)
{
    cx_lines lines;
    cx_lines_init(&lines, r->say.source->text, release, CX_LINES_SECURITY);
    cx_str line;
    size_t start;
    cx_line_status status;
    while ((status = cx_lines_next(&lines, &line, &start)) == CX_LINE) {
        read_line(r, line);
        if (lines.at > start + line.n)
            say_nul(r, start,
                    lines.at == lines.text.n && lines.ended ? "the rest of the file is lost"
                                                            : "the rest of the line is lost");
    }
    if (status == CX_LINE_LOST || (status == CX_LINE_END && start < lines.text.n)) {
        if (memchr(lines.text.p + start, '\0', lines.text.n - start))
            say_nul(r, start, "this line and the rest of the file are lost");
        else lost_last_line(r, start);
    }
}

static int by_place(const void *a, const void *b)
{
    const cx_acl_entry *x = a, *y = b;
    if (x->value.at != y->value.at) return x->value.at < y->value.at ? -1 : 1;
    return (x->value.len > y->value.len) - (x->value.len < y->value.len);
}

/* The entries of several readings in file order, equal ones as one. */
static void merge_readings(cx_acl *acl)
{
    if (acl->entries.n) qsort(acl->entries.items, acl->entries.n, sizeof *acl->entries.items, by_place);
    size_t kept = 0;
    for (size_t i = 0; i < acl->entries.n; i++) {
        cx_acl_entry e = acl->entries.items[i];
        cx_acl_entry *last = kept ? &acl->entries.items[kept - 1] : NULL;
        if (last && by_place(last, &e) == 0 && last->kind == e.kind && last->access == e.access)
            last->targets |= e.targets;
        else acl->entries.items[kept++] = e;
    }
    acl->entries.n = kept;
}

static void count_entries(cx_acl *acl)
{
    size_t *const counts[] = {
        [CX_ACL_USER] = &acl->users, [CX_ACL_TOPIC] = &acl->rules, [CX_ACL_PATTERN] = &acl->patterns};
    for (size_t i = 0; i < acl->entries.n; i++) ++*counts[acl->entries.items[i].kind];
}

/* The releases among TARGETS for which no entry is a rule. */
static cx_targets without_rules(const cx_acl *acl, cx_targets targets)
{
    for (size_t i = 0; i < acl->entries.n && targets; i++)
        if (acl->entries.items[i].kind != CX_ACL_USER) targets &= (cx_targets)~acl->entries.items[i].targets;
    return targets;
}

static void no_rules(cx_acl *acl, cx_targets targets)
{
    cx_finding *x = cx_findings_add(&acl->findings, CX_RULE_ACL_NO_RULES, (cx_span){0, 0}, targets, 0,
                                    "no rule at all: every publish and every delivery is denied");
    cx_finding_help(&acl->findings, x,
                    "grant something, as in 'topic read sensors/#' below a 'user' line, or do not set acl_file");
}

void cx_acl_read(cx_acl *acl, cx_source *source, cx_targets targets, unsigned threads)
{
    *acl = (cx_acl){.source = source};
    struct reading r = {{source, &acl->findings, targets}, acl};
    if (!cx_str_has(source->text, '\0')) {
        read_plain(&r, threads);
    } else {
        cx_targets left = targets;
        acl->findings.merge = true;
        for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
            const cx_release *release = &cx_releases[i];
            if (!(left & CX_TARGET_BIT(release))) continue;
            r.say.targets = left & cx_same_cutting(release);
            left &= (cx_targets)~r.say.targets;
            read_with_nul(&r, release);
        }
        merge_readings(acl);
    }
    count_entries(acl);
    cx_targets empty = without_rules(acl, targets & (cx_targets)~acl->findings.refused);
    if (empty) no_rules(acl, empty);
}

void cx_acl_clear(cx_acl *acl)
{
    cx_vec_clear(&acl->entries);
    cx_findings_clear(&acl->findings);
    *acl = (cx_acl){0};
}

cx_str cx_acl_entry_line(const cx_acl *acl, const cx_acl_entry *entry)
{
    return cx_source_line_up_to(acl->source, entry->value);
}
