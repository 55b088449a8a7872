/* What real brokers answered (tests/vectors), asked in-process: every decision,
 * load and login, for each release read alone and for all read together. The counts
 * are fixed, so that a vector that is lost or skipped is noticed. */
#include "unit.h"

#include "broker/broker.h"
#include "formats/passwd/passwd.h"
#include "model.h"
#include "vectors.h"

enum { DECISIONS = 2248, LOADS = 296, LOADS_AND_LOGINS = 368 };

/* ---- decisions ---- */

static bool has_batch_separator(const cx_buf *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (memchr("\t\n\r", b->p[i], 4)) return true; /* with the NUL of the literal */
    return false;
}

static cx_access access_of(const char *name)
{
    static const cx_access all[] = {CX_ACCESS_READ, CX_ACCESS_WRITE, CX_ACCESS_SUBSCRIBE, CX_ACCESS_UNSUBSCRIBE};
    for (size_t i = 0; i < 4; i++)
        if (strcmp(name, cx_access_name(all[i])) == 0) return all[i];
    ck_abort_msg("no access '%s'", name);
    return 0;
}

/* "allow", "deny", or "error": the release does not load the file. */
static const char *ask(cx_acl *acl, size_t release, const cx_client *client, cx_access access, cx_str topic)
{
    if (acl->findings.refused >> release & 1) return "error";
    cx_policy p;
    cx_policy_from_acl(&p, acl, &cx_releases[release]);
    cx_broker b = cx_broker_of(&p);
    bool allow = cx_broker_ask(&b, client, access, topic).allow;
    cx_policy_clear(&p);
    return allow ? "allow" : "deny";
}

static bool is_answer(const char *s)
{
    return s && (strcmp(s, "allow") == 0 || strcmp(s, "deny") == 0 || strcmp(s, "error") == 0);
}

static size_t check_decision(const cJSON *row)
{
    cx_buf file, user, id, topic;
    size_t checks = 0;
    bool some = vector_file(row, "acl", &file);
    vector_bytes(vector_text(row, "user"), &user);
    vector_bytes(vector_text(row, "clientid"), &id);
    vector_bytes(vector_text(row, "topic"), &topic);
    if (some && !has_batch_separator(&user) && !has_batch_separator(&id) && !has_batch_separator(&topic)) {
        cx_client client = {
            .anonymous = user.n == 0, .user = cx_buf_str(&user), .fresh = id.n == 0, .id = cx_buf_str(&id)};
        cx_access access = access_of(vector_text(row, "access"));
        unit_text t;
        cx_acl all, one;
        unit_text_make(&t, cx_buf_str(&file));
        cx_acl_read(&all, &t.source, CX_TARGETS_ALL, 1);
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            const char *want = vector_expected(row, "expect", release);
            if (!is_answer(want)) continue;
            cx_acl_read(&one, &t.source, CX_TARGET_BIT(&cx_releases[release]), 1);
            const char *alone = ask(&one, release, &client, access, cx_buf_str(&topic)),
                       *together = ask(&all, release, &client, access, cx_buf_str(&topic));
            must(strcmp(alone, want) == 0, "%s: %s of '%s' for user '%s', id '%s' is %s, the broker said %s (%s)",
                 cx_releases[release].name, cx_access_name(access), show(cx_buf_str(&topic)), show(client.user),
                 show(client.id), alone, want, vector_text(row, "why"));
            must(strcmp(together, alone) == 0, "%s: read together with the others it is %s, alone %s (%s)",
                 cx_releases[release].name, together, alone, vector_text(row, "why"));
            checks++;
            cx_acl_clear(&one);
        }
        cx_acl_clear(&all);
        unit_text_free(&t);
    }
    cx_buf_clear(&file);
    cx_buf_clear(&user);
    cx_buf_clear(&id);
    cx_buf_clear(&topic);
    return checks;
}

START_TEST(acl_decisions)
{
    cJSON *rows = vectors_load("acl-decisions.json"), *row;
    size_t checks = 0;
    cJSON_ArrayForEach(row, rows) checks += check_decision(row);
    cJSON_Delete(rows);
    must(checks == DECISIONS, "%zu decisions, there should be %d", checks, DECISIONS);
}
END_TEST

/* ---- loads ---- */

START_TEST(acl_loads)
{
    cJSON *rows = vectors_load("acl-load.json"), *row;
    size_t checks = 0;
    cJSON_ArrayForEach(row, rows)
    {
        cx_buf file;
        unit_text t;
        cx_acl all, one;
        must(vector_file(row, "acl", &file), "a row without a file");
        unit_text_make(&t, cx_buf_str(&file));
        cx_acl_read(&all, &t.source, CX_TARGETS_ALL, 1);
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            const char *want = vector_expected(row, "load", release);
            if (!want) continue;
            cx_acl_read(&one, &t.source, CX_TARGET_BIT(&cx_releases[release]), 1);
            bool error = strcmp(want, "error") == 0;
            must((one.findings.refused != 0) == error, "%s %s the file (%s)", cx_releases[release].name,
                 error ? "loads" : "refuses", vector_text(row, "why"));
            must((all.findings.refused >> release & 1) == error, "%s, read with the others, %s the file (%s)",
                 cx_releases[release].name, error ? "loads" : "refuses", vector_text(row, "why"));
            cx_acl_clear(&one);
            checks++;
        }
        cx_acl_clear(&all);
        unit_text_free(&t);
        cx_buf_clear(&file);
    }
    cJSON_Delete(rows);
    must(checks == LOADS, "%zu loads, there should be %d", checks, LOADS);
}
END_TEST

static bool is_login_answer(const char *s) { return s && (strcmp(s, "allow") == 0 || strcmp(s, "deny") == 0); }

static size_t check_logins(const cJSON *row, size_t release, const cx_passwd *one, const cx_passwd *all)
{
    size_t checks = 0;
    const cJSON *login;
    cJSON_ArrayForEach(login, cJSON_GetObjectItemCaseSensitive(row, "login"))
    {
        cx_buf user, password;
        bool named = vector_bytes(vector_text(login, "user"), &user),
             secret = vector_bytes(vector_text(login, "password"), &password);
        const char *want = vector_expected(login, "expect", release);
        if (named && secret && is_login_answer(want)) {
            bool allow = strcmp(want, "allow") == 0;
            bool alone = cx_passwd_login(one, cx_buf_str(&user), cx_buf_str(&password), &cx_releases[release]);
            bool together = cx_passwd_login(all, cx_buf_str(&user), cx_buf_str(&password), &cx_releases[release]);
            must(alone == allow, "%s: user '%s' with '%s' is %s, the broker said %s (%s)", cx_releases[release].name,
                 show(cx_buf_str(&user)), show(cx_buf_str(&password)), alone ? "allow" : "deny", want,
                 vector_text(row, "why"));
            must(together == alone, "%s: user '%s' is answered otherwise when read with the others (%s)",
                 cx_releases[release].name, show(cx_buf_str(&user)), vector_text(row, "why"));
            checks++;
        }
        cx_buf_clear(&user);
        cx_buf_clear(&password);
    }
    return checks;
}

START_TEST(passwd_loads_and_logins)
{
    cJSON *rows = vectors_load("passwd.json"), *row;
    size_t checks = 0;
    cJSON_ArrayForEach(row, rows)
    {
        cx_buf file;
        unit_text t;
        cx_passwd all, one;
        must(vector_file(row, "file", &file), "a row without a file");
        unit_text_make(&t, cx_buf_str(&file));
        cx_passwd_read(&all, &t.source, CX_TARGETS_ALL, false);
        for (size_t release = 0; release < CX_RELEASE_COUNT; release++) {
            const char *want = vector_expected(row, "load", release);
            if (!want) continue;
            cx_passwd_read(&one, &t.source, CX_TARGET_BIT(&cx_releases[release]), false);
            bool error = strcmp(want, "error") == 0;
            must((one.findings.refused != 0) == error, "%s %s the file (%s)", cx_releases[release].name,
                 error ? "loads" : "refuses", vector_text(row, "why"));
            must((all.findings.refused >> release & 1) == error, "%s, read with the others, %s the file (%s)",
                 cx_releases[release].name, error ? "loads" : "refuses", vector_text(row, "why"));
            checks++;
            if (!error) checks += check_logins(row, release, &one, &all);
            cx_passwd_clear(&one);
        }
        cx_passwd_clear(&all);
        unit_text_free(&t);
        cx_buf_clear(&file);
    }
    cJSON_Delete(rows);
    must(checks == LOADS_AND_LOGINS, "%zu loads and logins, there should be %d", checks, LOADS_AND_LOGINS);
}
END_TEST

Suite *suite_vectors(void)
{
    Suite *s = suite_create("vectors");
    TCase *t = tcase_create("brokers");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, acl_decisions);
    tcase_add_test(t, acl_loads);
    tcase_add_test(t, passwd_loads_and_logins);
    suite_add_tcase(s, t);
    return s;
}
