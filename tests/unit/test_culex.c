/* src/culex.h: the public header, used as a program of somebody else would. */
#include "unit.h"

#include <string.h>

#include "culex.h"

static culex_policy *read_text(const char *text, const char *release)
{
    char why[200] = "";
    culex_policy *p = culex_read_acl(text, strlen(text), release, why, sizeof why);
    must(p, "%s", why);
    return p;
}

START_TEST(culex_answers)
{
    static const char text[] =
        "topic read news\n\nuser alice\ntopic write sensors/#\ntopic deny sensors/secret\npattern read own/%c\n";
    culex_policy *p = read_text(text, "2.1");
    static const struct {
        const char *user, *id;
        culex_access access;
        const char *topic;
        int allow;
        const char *reason;
        size_t line;
    } cases[] = {
        {NULL, NULL, CULEX_READ, "news", 1, "rule", 1},
        {NULL, NULL, CULEX_WRITE, "news", 0, "default", 0},
        {"alice", NULL, CULEX_READ, "news", 0, "default", 0},
        {"alice", NULL, CULEX_WRITE, "sensors/door", 1, "rule", 4},
        {"alice", NULL, CULEX_WRITE, "sensors/secret", 0, "rule", 5},
        {"bob", NULL, CULEX_WRITE, "sensors/door", 0, "unknown-user", 0},
        {"bob", "x", CULEX_READ, "own/x", 1, "rule", 6},
        {"bob", NULL, CULEX_READ, "own/x", 0, "unknown-user", 0},
        {"bob", "", CULEX_READ, "own/x", 0, "unknown-user", 0},
        {"bob", "x#", CULEX_READ, "own/x", 0, "unsafe-id", 0},
        {"", "x", CULEX_READ, "news", 1, "rule", 1},
        {"bob", NULL, CULEX_SUBSCRIBE, "a/#", 1, "subscribe-always", 0},
        {"bob", NULL, CULEX_UNSUBSCRIBE, "a/#", 1, "subscribe-always", 0},
        {"bob", NULL, CULEX_READ, "a/#", 0, "invalid-topic", 0},
        {"alice", NULL, CULEX_WRITE, "$SYS/x", 0, "dollar-topic", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        culex_answer a = culex_ask(p, cases[i].user, cases[i].id, cases[i].access, cases[i].topic);
        must(a.allow == cases[i].allow && strcmp(a.reason, cases[i].reason) == 0 && a.line == cases[i].line,
             "case %zu: %d, %s, line %zu", i, a.allow, a.reason, a.line);
    }
    culex_close(p);
    culex_close(NULL);
}
END_TEST

START_TEST(culex_copies_and_opens)
{
    char text[] = "topic read a\n", why[100] = "";
    culex_policy *p = culex_read_acl(text, sizeof text - 1, "1.6", why, sizeof why);
    ck_assert_ptr_nonnull(p);
    memset(text, '#', sizeof text);
    ck_assert_int_eq(culex_ask(p, NULL, NULL, CULEX_READ, "a").allow, 1);
    culex_close(p);
    unit_write(unit_path("public-acl"), CX_STR("topic write b\n"));
    p = culex_open_acl(unit_path("public-acl"), "2.0.15", NULL, 0);
    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(culex_ask(p, NULL, NULL, CULEX_WRITE, "b").allow, 1);
    culex_close(p);
    p = culex_read_acl("", 0, "2.0", why, sizeof why);
    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(culex_ask(p, NULL, NULL, CULEX_WRITE, "b").allow, 0);
    culex_close(p);
}
END_TEST

START_TEST(culex_says_why_not)
{
    char why[200];
    ck_assert_ptr_null(culex_read_acl("topic a\ntopic rw b\n", 19, "2.1", why, sizeof why));
    must(strstr(why, ":2:7:") && strstr(why, "2.1"), "%s", why);
    ck_assert_ptr_null(culex_read_acl("topic deny a\n", 13, "1.6", why, sizeof why));
    must(strstr(why, ":1:7:"), "%s", why);
    ck_assert_ptr_null(culex_read_acl("topic a\n", 8, "9", why, sizeof why));
    ck_assert_int_ne(why[0], '\0');
    ck_assert_ptr_null(culex_open_acl(unit_path("missing"), "2.1", why, sizeof why));
    must(strstr(why, "no such file"), "%s", why);
    /* nothing is written where there is no room */
    memset(why, 'x', sizeof why);
    ck_assert_ptr_null(culex_read_acl("bad\n", 4, "2.1", why, 0));
    ck_assert_ptr_null(culex_read_acl("bad\n", 4, "2.1", NULL, 10));
    ck_assert_int_eq(why[0], 'x');
    ck_assert_ptr_null(culex_read_acl("bad\n", 4, "2.1", why, 5));
    ck_assert_int_eq(why[4], '\0');
    ck_assert_int_eq(why[5], 'x');
    /* the first refusing line is named, behind any number of harmless findings */
    static char text[40000];
    size_t n = 0;
    for (int i = 0; i < 1200; i++) n += (size_t)sprintf(text + n, "pattern read plain/%d\n", i);
    n += (size_t)sprintf(text + n, "bad\nworse\n");
    ck_assert_ptr_null(culex_read_acl(text, n, "2.1", why, sizeof why));
    must(strstr(why, ":1201:1:"), "%s", why);
}
END_TEST

START_TEST(culex_has_a_version) { ck_assert_ptr_nonnull(strchr(culex_version(), '.')); }
END_TEST

Suite *suite_culex(void)
{
    Suite *s = suite_create("culex");
    TCase *t = tcase_create("public");
    tcase_add_test(t, culex_answers);
    tcase_add_test(t, culex_copies_and_opens);
    tcase_add_test(t, culex_says_why_not);
    tcase_add_test(t, culex_has_a_version);
    suite_add_tcase(s, t);
    return s;
}
