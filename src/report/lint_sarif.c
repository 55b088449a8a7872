/* Findings as SARIF 2.1.0, for code scanning. Paths are URIs from the run's base, columns
 * are code points. */
#include <openssl/evp.h>
#include <stdio.h>

#include "base/utf8.h"
#include "report/lint.h"

#ifndef CX_VERSION
#define CX_VERSION "0"
#endif

static const char *level(cx_severity s) { return s == CX_ERROR ? "error" : s == CX_WARNING ? "warning" : "note"; }

static void put_text(cx_json *j, const char *key, cx_str text)
{
    cx_json_object(j, key);
    cx_json_str(j, "text", text);
    cx_json_end_object(j);
}

/* ---- rules ---- */

static void put_markdown(cx_buf *out, const cx_rule_info *r)
{
    cx_buf_printf(out, "%s\n\nWrong:\n\n```\n%s```\n\nRight:\n\n```\n%s```\n", r->why, r->bad, r->good);
}

/* What GitHub sorts by: high, medium or low. */
static const char *security_severity(cx_severity s) { return s == CX_ERROR ? "8.0" : s == CX_WARNING ? "6.0" : "3.0"; }

static void put_rule(cx_json *j, const cx_rule_info *r)
{
    cx_buf markdown = {0};
    put_markdown(&markdown, r);
    cx_json_object(j, NULL);
    cx_json_str(j, "id", cx_str_of(r->id));
    put_text(j, "shortDescription", cx_str_of(r->summary));
    put_text(j, "fullDescription", cx_str_of(r->why));
    cx_json_object(j, "help");
    cx_json_str(j, "text", cx_str_of(r->why));
    cx_json_str(j, "markdown", cx_buf_str(&markdown));
    cx_json_end_object(j);
    cx_json_object(j, "defaultConfiguration");
    cx_json_str(j, "level", cx_str_of(level(r->severity)));
    cx_json_end_object(j);
    cx_json_object(j, "properties");
    cx_json_array(j, "tags");
    cx_json_str(j, NULL, cx_str_of(r->area));
    if (r->security) cx_json_str(j, NULL, CX_STR("security"));
    cx_json_end_array(j);
    if (r->security) cx_json_str(j, "security-severity", cx_str_of(security_severity(r->severity)));
    cx_json_end_object(j);
    cx_json_end_object(j);
    cx_buf_clear(&markdown);
}

/* The rules found, each with its place in the list + 1; how many there are. */
static void put_rules(cx_json *j, const cx_lint_run *run, unsigned place[CX_RULE_COUNT])
{
    bool found[CX_RULE_COUNT] = {false};
    unsigned n = 0;
    for (size_t i = 0; i < run->files.n; i++)
        for (size_t k = 0; k < run->files.items[i].findings->list.n; k++)
            found[run->files.items[i].findings->list.items[k].rule] = true;
    cx_json_array(j, "rules");
    for (unsigned i = 0; i < CX_RULE_COUNT; i++) {
        if (!found[i]) continue;
        place[i] = n++;
        put_rule(j, &cx_rules[i]);
    }
    cx_json_end_array(j);
}

/* ---- results ---- */

static void put_uri(cx_buf *out, cx_str path)
{
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~/", c);
        if (plain && c) cx_buf_putc(out, (char)c);
        else cx_buf_printf(out, "%%%02X", c);
    }
}

static void put_artifact(cx_json *j, const char *key, const cx_linted *file)
{
    cx_buf uri = {0};
    put_uri(&uri, file->below);
    cx_json_object(j, key);
    cx_json_str(j, "uri", cx_buf_str(&uri));
    if (file->below.n && file->below.p[0] != '/') cx_json_str(j, "uriBaseId", CX_STR("%SRCROOT%"));
    cx_json_end_object(j);
    cx_buf_clear(&uri);
}

/* The column as code points. */
static long long column(cx_source *source, uint32_t at, cx_place place)
{
    cx_str line = cx_str_sub(source->text, at - (place.column - 1), place.column - 1);
    long long n = 1;
    for (size_t i = 0; i < line.n; n++) {
        uint32_t cp;
        size_t len = cx_utf8_next(cx_str_sub(line, i, line.n - i), &cp);
        i += len ? len : 1;
    }
    return n;
}

static void put_region(cx_json *j, const char *key, cx_source *source, cx_span span)
{
    uint32_t end = span.at + span.len;
    cx_place from = cx_source_place(source, span.at), to = cx_source_place(source, end);
    cx_json_object(j, key);
    cx_json_int(j, "startLine", (long long)from.line);
    cx_json_int(j, "startColumn", column(source, span.at, from));
    cx_json_int(j, "endLine", (long long)to.line);
    cx_json_int(j, "endColumn", column(source, end, to));
    cx_json_end_object(j);
}

static void put_fix(cx_json *j, const cx_linted *file, const cx_fix *fix)
{
    cx_json_array(j, "fixes");
    cx_json_object(j, NULL);
    put_text(j, "description", fix->what);
    cx_json_array(j, "artifactChanges");
    cx_json_object(j, NULL);
    put_artifact(j, "artifactLocation", file);
    cx_json_array(j, "replacements");
    for (unsigned i = 0; i < fix->count; i++) {
        cx_json_object(j, NULL);
        put_region(j, "deletedRegion", file->source, fix->edits[i].span);
        if (fix->edits[i].text.n) put_text(j, "insertedContent", fix->edits[i].text);
        cx_json_end_object(j);
    }
    cx_json_end_array(j);
    cx_json_end_object(j);
    cx_json_end_array(j);
    cx_json_end_object(j);
    cx_json_end_array(j);
}

/* What the finding is known by when lines move: its rule and message; NTH: of equal ones in the file. */
static void put_fingerprint(cx_json *j, const cx_finding *x, size_t nth)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    char hex[65];
    cx_buf text = {0};
    cx_buf_printf(&text, "%s\n%zu\n", cx_rules[x->rule].id, nth);
    cx_buf_put(&text, x->message);
    if (!EVP_Digest(text.p, text.n, digest, &n, EVP_sha256(), NULL)) n = 0;
    for (unsigned i = 0; i < n && i < 32; i++) snprintf(hex + (size_t)i * 2, 3, "%02x", digest[i]);
    cx_json_object(j, "partialFingerprints");
    cx_json_str(j, "culex/v1", (cx_str){hex, n >= 32 ? 64 : 0});
    cx_json_end_object(j);
    cx_buf_clear(&text);
}

static size_t nth_like(const cx_findings *f, size_t i)
{
    size_t n = 0;
    for (size_t k = 0; k < i; k++)
        n += f->list.items[k].rule == f->list.items[i].rule &&
             cx_str_eq(f->list.items[k].message, f->list.items[i].message);
    return n;
}

static void put_result(cx_json *j, const cx_linted *file, size_t i, const unsigned place[CX_RULE_COUNT])
{
    const cx_finding *x = &file->findings->list.items[i];
    cx_buf text = {0};
    cx_buf_put(&text, x->message);
    cx_put_asides(&text, x, "\n");
    cx_json_object(j, NULL);
    cx_json_str(j, "ruleId", cx_str_of(cx_rules[x->rule].id));
    cx_json_int(j, "ruleIndex", place[x->rule]);
    cx_json_str(j, "level", cx_str_of(level(x->severity)));
    put_text(j, "message", cx_buf_str(&text));
    cx_json_array(j, "locations");
    cx_json_object(j, NULL);
    cx_json_object(j, "physicalLocation");
    put_artifact(j, "artifactLocation", file);
    put_region(j, "region", file->source, x->span);
    cx_json_end_object(j);
    cx_json_end_object(j);
    cx_json_end_array(j);
    put_fingerprint(j, x, nth_like(file->findings, i));
    if (x->fix && x->fix->count) put_fix(j, file, x->fix);
    cx_json_end_object(j);
    cx_buf_clear(&text);
}

/* ---- the whole ---- */

void cx_report_lint_sarif(cx_buf *out, const cx_lint_run *run)
{
    unsigned place[CX_RULE_COUNT] = {0};
    cx_json j = {out, false};
    cx_json_object(&j, NULL);
    cx_json_str(&j, "$schema", CX_STR("https://json.schemastore.org/sarif-2.1.0.json"));
    cx_json_str(&j, "version", CX_STR("2.1.0"));
    cx_json_array(&j, "runs");
    cx_json_object(&j, NULL);
    cx_json_object(&j, "tool");
    cx_json_object(&j, "driver");
    cx_json_str(&j, "name", CX_STR("culex"));
    cx_json_str(&j, "version", CX_STR(CX_VERSION));
    put_rules(&j, run, place);
    cx_json_end_object(&j);
    cx_json_end_object(&j);
    cx_json_str(&j, "columnKind", CX_STR("unicodeCodePoints"));
    cx_json_array(&j, "results");
    for (size_t i = 0; i < run->files.n; i++)
        for (size_t k = 0; k < run->files.items[i].findings->list.n; k++)
            put_result(&j, &run->files.items[i], k, place);
    cx_json_end_array(&j);
    cx_json_end_object(&j);
    cx_json_end_array(&j);
    cx_json_end_object(&j);
    cx_buf_putc(out, '\n');
}
