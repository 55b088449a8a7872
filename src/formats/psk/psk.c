#include "formats/psk/psk.h"

#include "base/map.h"
#include "text/records.h"
#include "topic/topic.h"

struct reading {
    cx_psk *psk;
    cx_map seen; /* identity, and the releases that kept it */
    CX_VEC(cx_targets) kept;
};

static cx_span span_of(const struct reading *r, cx_str part)
{
    return (cx_span){(uint32_t)(part.p - r->psk->source->text.p), (uint32_t)part.n};
}

static cx_finding *say(struct reading *r, unsigned rule, cx_str part, cx_targets targets, cx_targets refused,
                       const char *message, cx_str what)
{
    cx_findings *f = &r->psk->findings;
    if (cx_findings_full(f, refused != 0)) {
        cx_findings_drop(f, cx_rules[rule].severity, refused);
        return &f->spare;
    }
    return cx_findings_add(f, rule, span_of(r, part), targets, refused, message, cx_quote(f, what));
}

/* The first byte of a key that is no hex digit; NULL: all are. */
static const char *not_hex(cx_str key)
{
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return key.p + i;
    }
    return NULL;
}

/* The releases that keep a second entry of one identity do look at its key,
 * although the first one is used; the others never see it. */
static cx_targets see(struct reading *r, cx_str identity, cx_targets targets)
{
    uint32_t number = cx_map_put(&r->seen, identity);
    if (number == r->kept.n) cx_vec_add(&r->kept, 0);
    cx_targets before = r->kept.items[number] & targets;
    r->kept.items[number] |= targets;
    return before;
}

/* A place in the line that tells nothing of its length. */
static cx_str start_of(const cx_record *rec) { return cx_str_sub(rec->line, 0, 0); }

static void judge_key(struct reading *r, const cx_record *rec, cx_targets targets)
{
    cx_findings *f = &r->psk->findings;
    const char *bad = not_hex(rec->secret);
    if (bad) {
        cx_finding *x = say(r, CX_RULE_PSK_BAD_KEY, rec->name.n ? rec->name : start_of(rec), targets, targets,
                            "the key of identity %s is not hexadecimal", rec->name);
        cx_finding_help(f, x, "write the key as pairs of hex digits without '0x': openssl rand -hex 32 makes one");
        if (rec->extra.n)
            cx_finding_note(f, x, "an identity cannot contain ':', what follows the second one is ignored");
    } else if (rec->secret.n == 0 || rec->secret.n % 2) {
        cx_finding *x = say(r, CX_RULE_PSK_UNUSABLE_KEY, rec->name, targets, 0,
                            rec->secret.n ? "the key of identity %s has an odd number of digits"
                                          : "the key of identity %s is empty",
                            rec->name);
        cx_finding_note(f, x,
                        rec->secret.n ? "the file loads; the broker reads the key as if a '0' stood in front of it"
                                      : "the file loads, the handshake with this identity fails");
    }
}

static void take_record(struct reading *r, const cx_record *rec)
{
    cx_findings *f = &r->psk->findings;
    cx_targets targets = rec->targets;
    if (rec->name.n == 0) {
        say(r, CX_RULE_PSK_BAD_IDENTITY, start_of(rec), targets, 0, "a line without an identity%.0s", rec->name);
        targets &= cx_releases_where(CX_B_PSK_BAD_ENTRY, CX_PSK_BAD_ENTRY_KEEP_EMPTY);
        if (rec->secret.p && targets) judge_key(r, rec, targets);
        return;
    }
    if (!rec->secret.p && rec->line.p[0] == ':') { /* what is taken for the identity may be a key */
        cx_finding *x = say(r, CX_RULE_PSK_MISSING_KEY, start_of(rec), targets, 0,
                            "the line begins with ':', so what follows is taken for the identity%.0s", CX_STR(""));
        cx_finding_help(f, x, "write 'IDENTITY:KEY' with the key in hex digits; the line is ignored");
        return;
    }
    if (!rec->secret.p) {
        cx_finding *x = say(r, CX_RULE_PSK_MISSING_KEY, rec->name, targets, 0, "identity %s has no key", rec->name);
        cx_finding_help(f, x, "write 'IDENTITY:KEY' with the key in hex digits; the line is ignored");
        return;
    }
    if (rec->name.n > CX_TOPIC_MAX || rec->secret.n > CX_TOPIC_MAX) {
        say(r, CX_RULE_PSK_BAD_IDENTITY, rec->name, targets, 0,
            "identity or key of %s is longer than 65535 bytes, the line is ignored", rec->name);
        return;
    }
    cx_targets before = see(r, rec->name, targets);
    if (before) {
        cx_finding *x = say(r, CX_RULE_PSK_DUPLICATE_IDENTITY, rec->name, before, 0,
                            "identity %s already has a key, this one is not used", rec->name);
        cx_finding_help(f, x, "keep one of the lines");
        targets &= (cx_targets) ~(before & cx_releases_where(CX_B_PSK_DUPLICATE, CX_PSK_DUPLICATE_IGNORE));
        if (!targets) return;
    }
    judge_key(r, rec, targets);
}

static void take(const cx_record *rec, void *context)
{
    struct reading *r = context;
    cx_findings *f = &r->psk->findings;
    cx_finding *x;
    switch (rec->kind) {
    case CX_RECORD: take_record(r, rec); return;
    case CX_RECORD_NO_COLON:
        x = say(r, CX_RULE_PSK_IGNORED_LINE, start_of(rec), rec->targets, 0, "a line without ':' is ignored%.0s",
                rec->name);
        cx_finding_help(f, x, "write 'IDENTITY:KEY', or put '#' in the first column when it is a comment");
        return;
    case CX_RECORD_LOST_LAST:
        x = cx_findings_add(
            f, CX_RULE_PSK_LOST_LAST_LINE, span_of(r, start_of(rec)), rec->targets, 0,
            "the broker loses this last line without a message: it has exactly %zu bytes and no line feed",
            rec->line.n);
        cx_finding_help(f, x, "end the file with a line feed");
        return;
    case CX_RECORD_NUL: break;
    }
    x = say(r, CX_RULE_PSK_NUL_BYTE, cx_record_nul(rec), rec->targets, 0, "a NUL byte hides what follows it%.0s",
            rec->name);
    cx_str who = cx_targets_text(&f->arena, rec->targets);
    cx_finding_note(f, x, "%.*s: %.*s", (int)who.n, who.p, (int)rec->name.n, rec->name.p);
}

void cx_psk_read(cx_psk *psk, cx_source *source, cx_targets targets)
{
    *psk = (cx_psk){.source = source};
    struct reading r = {.psk = psk};
    cx_records_read(source, targets, &psk->findings.merge, take, &r);
    psk->identities = r.seen.n;
    cx_map_clear(&r.seen);
    cx_vec_clear(&r.kept);
}

void cx_psk_clear(cx_psk *psk)
{
    cx_findings_clear(&psk->findings);
    *psk = (cx_psk){0};
}
