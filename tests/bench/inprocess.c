/* What culex does inside one process, as ratios within one run: loading and
 * compiling against size (P3, P5), and single decisions against the linear scan a
 * broker does (P4, P5). Medians of nine. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "broker/broker.h"
#include "gen.h"
#include "policy/match.h"

enum { RUNS = 9 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* others on the machine do not count */
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times)
{
    qsort(times, RUNS, sizeof *times, by_size);
    return times[RUNS / 2];
}

/* A policy of a generated text, all of it owned here. */
struct loaded {
    cx_buf text;
    cx_source source;
    cx_acl acl;
    cx_policy policy;
    cx_broker broker;
};

static void load(struct loaded *l)
{
    cx_source_over(&l->source, CX_STR("acl"), cx_buf_str(&l->text));
    cx_acl_read(&l->acl, &l->source, CX_TARGETS_ALL, 1);
    cx_policy_from_acl(&l->policy, &l->acl, cx_release_find(CX_STR("2.1")));
    l->broker = cx_broker_of(&l->policy);
}

static void unload(struct loaded *l)
{
    cx_policy_clear(&l->policy);
    cx_acl_clear(&l->acl);
    cx_source_clear(&l->source);
}

static bool ask(struct loaded *l, cx_str user, cx_str topic)
{
    cx_client c = {.user = user, .id = CX_STR("device-17")};
    return cx_broker_ask(&l->broker, &c, CX_ACCESS_WRITE, topic).allow;
}

/* The scan a broker does, with this project's own matcher. */
static bool scan(struct loaded *l, cx_str user, cx_str topic)
{
    cx_client c = {.user = user, .id = CX_STR("device-17")};
    cx_subject s = cx_policy_subject(&l->policy, c);
    cx_query q = cx_query_of(l->policy.release, CX_ACCESS_WRITE, topic);
    for (uint32_t i = 0; i < s.holder->list_count; i++) {
        const cx_list *list = &l->policy.lists.items[s.holder->lists[i]];
        const cx_rule *r = l->policy.rules + list->first;
        for (uint32_t k = 0; k < list->count; k++, r++)
            if ((r->access & CX_ACCESS_WRITE) && cx_rule_matches(r, &s.client, &q)) return r->outcome == CX_ALLOW;
    }
    return false;
}

struct questions {
    cx_buf bytes;
    CX_VEC(cx_str) users;
    CX_VEC(cx_str) topics;
};

typedef bool asker(struct loaded *l, cx_str user, cx_str topic);

/* Nanoseconds a question. */
static double time_questions(struct loaded *l, asker *how, const struct questions *q, size_t rounds)
{
    double times[RUNS];
    volatile size_t allowed = 0;
    for (int run = -1; run < RUNS; run++) { /* the first one warms up and is not counted */
        double from = now();
        for (size_t k = 0; k < rounds; k++)
            for (size_t i = 0; i < q->topics.n; i++) allowed += how(l, q->users.items[i], q->topics.items[i]);
        if (run >= 0) times[run] = (now() - from) / (double)(rounds * q->topics.n);
    }
    return median(times);
}

/* COUNT questions; user and topic are written by PUT, with their number. */
static struct questions make_questions(unsigned count, void put(cx_buf *user, cx_buf *topic, unsigned n))
{
    struct questions q = {0};
    CX_VEC(size_t) ends = {0};
    for (unsigned i = 0; i < count; i++) {
        cx_buf user = {0}, topic = {0};
        put(&user, &topic, i);
        cx_buf_put(&q.bytes, cx_buf_str(&user));
        cx_vec_add(&ends, q.bytes.n);
        cx_buf_put(&q.bytes, cx_buf_str(&topic));
        cx_vec_add(&ends, q.bytes.n);
        cx_buf_clear(&user);
        cx_buf_clear(&topic);
    }
    size_t at = 0;
    for (size_t i = 0; i < ends.n; i++) {
        cx_str s = {q.bytes.p + at, ends.items[i] - at};
        if (i % 2) cx_vec_add(&q.topics, s);
        else cx_vec_add(&q.users, s);
        at = ends.items[i];
    }
    cx_vec_clear(&ends);
    return q;
}

static void clear_questions(struct questions *q)
{
    cx_buf_clear(&q->bytes);
    cx_vec_clear(&q->users);
    cx_vec_clear(&q->topics);
}

static unsigned scatter(unsigned n, unsigned range) { return n * 2654435761u % range; }

static void put_last(cx_buf *user, cx_buf *topic, unsigned n)
{
    (void)n;
    cx_buf_puts(user, "u0");
    gen_one_topic(topic, 99997);
}
static void put_random(cx_buf *user, cx_buf *topic, unsigned n)
{
    cx_buf_puts(user, "u0");
    gen_one_topic(topic, scatter(n, 100000));
}
static void put_small(cx_buf *user, cx_buf *topic, unsigned n)
{
    cx_buf_puts(user, "u0");
    gen_one_topic(topic, n % 10);
}
static void put_users(cx_buf *user, cx_buf *topic, unsigned n)
{
    gen_user_name(user, scatter(n, 100000));
    gen_one_topic(topic, scatter(n, 1000));
}
static void put_pattern(cx_buf *user, cx_buf *topic, unsigned n)
{
    cx_buf_puts(user, "dev-ber02-000001");
    cx_buf_printf(topic, "devices/ber02/sensor%u/device-17/state", scatter(n, 100000));
}

static void row(const char *what, double measured, const char *unit, double limit)
{
    printf("  %-58s %10.1f %-4s target %g: %s\n", what, measured, unit, limit, measured <= limit ? "met" : "MISSED");
}

static void decisions(void)
{
    printf("P4 single decisions, ns\n");
    struct loaded big = {0}, small = {0}, many = {0};
    gen_one(&big.text, 100000, 1);
    gen_one(&small.text, 10, 1);
    gen_users(&many.text, 100000, 10, 0, 1);
    load(&big);
    load(&small);
    load(&many);
    struct questions last = make_questions(1, put_last), random = make_questions(65536, put_random),
                     ten = make_questions(10, put_small), users = make_questions(65536, put_users);
    double hot = time_questions(&big, ask, &last, 20000), slow = time_questions(&big, scan, &last, 20);
    row("one user, 100k rules, the same topic", hot, "ns", 60);
    row("one user, 100k rules, 64k random topics", time_questions(&big, ask, &random, 1), "ns", 200);
    printf("  %-58s %10.0f x    target 1000: %s\n", "  against the linear scan there", slow / hot,
           slow / hot >= 1000 ? "met" : "MISSED");
    double a = time_questions(&small, ask, &ten, 20000), b = time_questions(&small, scan, &ten, 20000);
    printf("  %-58s %10.1f ns   the scan alone %.1f ns\n", "one user, 10 rules", a, b);
    row("100k users of 10 rules, random user and topic", time_questions(&many, ask, &users, 1), "ns", 600);
    clear_questions(&last);
    clear_questions(&random);
    clear_questions(&ten);
    clear_questions(&users);
    unload(&big);
    unload(&small);
    unload(&many);
    cx_buf_clear(&big.text);
    cx_buf_clear(&small.text);
    cx_buf_clear(&many.text);
}

static void patterns(void)
{
    printf("P5 100k patterns\n");
    struct loaded l = {0};
    gen_users(&l.text, 1, 1, 100000, 1);
    double times[RUNS], first[RUNS];
    for (int run = 0; run < RUNS; run++) {
        double from = now();
        load(&l);
        times[run] = (now() - from) / 1e6;
        from = now();
        ask(&l, CX_STR("x"), CX_STR("devices/ber02/sensor1/device-17/state"));
        first[run] = (now() - from) / 1e6;
        unload(&l);
    }
    row("loaded (read, validated, made a policy)", median(times), "ms", 20);
    printf("  %-58s %10.1f ms   once, at the first question\n", "compiled", median(first));
    load(&l);
    struct questions q = make_questions(65536, put_pattern);
    row("one decision, random topics", time_questions(&l, ask, &q, 1), "ns", 500);
    clear_questions(&q);
    unload(&l);
    cx_buf_clear(&l.text);
}

/* Milliseconds to read, build and ask once. */
static double load_time(void generate(cx_buf *out, unsigned n), cx_str user, unsigned n)
{
    struct loaded l = {0};
    generate(&l.text, n);
    double times[RUNS];
    for (int run = 0; run < RUNS; run++) {
        double from = now();
        load(&l);
        ask(&l, user, CX_STR("devices/ber02/sensor1/device-17/state"));
        times[run] = (now() - from) / 1e6;
        unload(&l);
    }
    cx_buf_clear(&l.text);
    return median(times);
}

static void some_rules(cx_buf *out, unsigned n) { gen_users(out, 1000, n / 1000, 0, 1); }
static void some_users(cx_buf *out, unsigned n) { gen_users(out, n, 1, 0, 1); }
static void one_user(cx_buf *out, unsigned n) { gen_one(out, n, 1); }
static void some_patterns(cx_buf *out, unsigned n) { gen_users(out, 1, 1, n, 1); }

static void growth(const char *what, void generate(cx_buf *out, unsigned n), const char *user, unsigned most)
{
    double small = load_time(generate, cx_str_of(user), 10000), large = load_time(generate, cx_str_of(user), most);
    double exponent = log(large / small) / log((double)most / 10000);
    printf("  %-20s 10k %8.2f ms, %4uk %9.2f ms   exponent %.2f, target 1.15: %s\n", what, small, most / 1000, large,
           exponent, exponent <= 1.15 ? "met" : "MISSED");
}

int main(void)
{
    printf("P3 growth, one process: read, build, compile, ask once\n");
    growth("rules", some_rules, "svc-ams01-000000", 1000000);
    growth("users", some_users, "svc-ams01-000000", 1000000);
    growth("rules of one user", one_user, "u0", 1000000);
    growth("patterns", some_patterns, "u0", 100000);
    decisions();
    patterns();
    return 0;
}
