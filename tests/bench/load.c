/* load BROKER ACL RUNS: how long a broker takes from its start to its first
 * accepted connection with this ACL file, less the same with an ACL file of one
 * rule; how long culex takes to read and check it in this process, how many times
 * faster that is, and how long with a policy made of it. Medians, ms. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "policy/policy.h"

enum { RUNS_MAX = 25, LIMIT_MS = 120000 };

static char folder[] = P_tmpdir "/culex-load-XXXXXX";

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times, int n)
{
    qsort(times, (size_t)n, sizeof *times, by_size);
    return times[n / 2];
}

static void die(const char *what)
{
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static uint16_t free_port(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = loopback(0);
    socklen_t n = sizeof a;
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 || getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        die("no free port");
    close(fd);
    return ntohs(a.sin_port);
}

static bool accepts(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = loopback(port);
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
    close(fd);
    return ok;
}

/* Starts the broker, waits until it accepts, ends it. */
static double broker_time(const char *broker, const char *acl)
{
    char conf[256];
    uint16_t port = free_port();
    snprintf(conf, sizeof conf, "%s/conf", folder);
    FILE *f = fopen(conf, "w");
    if (!f) die("cannot write the configuration");
    fprintf(f, "listener %u 127.0.0.1\nallow_anonymous true\nacl_file %s\nlog_dest none\n", port, acl);
    if (getuid() == 0) fprintf(f, "user root\n");
    fclose(f);
    double from = now();
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!freopen("/dev/null", "w", stderr)) _exit(127);
        execl(broker, broker, "-c", conf, (char *)NULL);
        _exit(127);
    }
    while (!accepts(port)) {
        if (waitpid(pid, NULL, WNOHANG) != 0 || now() - from > LIMIT_MS) die("the broker does not start");
        usleep(200);
    }
    double took = now() - from;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return took;
}

/* *CHECKED: read and checked; the answer: made a policy too. */
static double culex_time(const char *acl, double *checked)
{
    double from = now();
    cx_source source;
    cx_error e;
    cx_acl file;
    cx_policy policy;
    const cx_release *release = cx_release_find(CX_STR("2.1"));
    if (!cx_source_open(&source, acl, &e)) die(e.text);
    cx_acl_read(&file, &source, CX_TARGET_BIT(release), (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
    *checked = now() - from;
    cx_policy_from_acl(&policy, &file, release);
    double took = now() - from;
    cx_policy_clear(&policy);
    cx_acl_clear(&file);
    cx_source_clear(&source);
    return took;
}

/* The median of what one start takes with this ACL file. */
static int start_only(const char *broker, const char *acl, int runs)
{
    double times[RUNS_MAX];
    char conf[256];
    if (!mkdtemp(folder)) die("no temporary folder");
    for (int i = 0; i < runs; i++) times[i] = broker_time(broker, acl);
    snprintf(conf, sizeof conf, "%s/conf", folder);
    unlink(conf);
    rmdir(folder);
    printf("%.2f\n", median(times, runs));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "--start") == 0 && atoi(argv[4]) > 0 && atoi(argv[4]) <= RUNS_MAX)
        return start_only(argv[2], argv[3], atoi(argv[4]));
    int runs = argc == 4 ? atoi(argv[3]) : 0;
    if (runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: load BROKER ACL RUNS\n");
        return 2;
    }
    double small[RUNS_MAX], large[RUNS_MAX], checked[RUNS_MAX], policy[RUNS_MAX];
    char one[256];
    if (!mkdtemp(folder)) die("no temporary folder");
    snprintf(one, sizeof one, "%s/acl", folder);
    FILE *f = fopen(one, "w");
    if (!f) die("cannot write a file");
    fputs("topic #\n", f);
    fclose(f);
    for (int i = 0; i < runs; i++) {
        small[i] = broker_time(argv[1], one);
        large[i] = broker_time(argv[1], argv[2]);
        policy[i] = culex_time(argv[2], &checked[i]);
    }
    char conf[256];
    snprintf(conf, sizeof conf, "%s/conf", folder);
    unlink(conf);
    unlink(one);
    rmdir(folder);
    double broker = median(large, runs) - median(small, runs), own = median(checked, runs);
    printf("%.2f %.2f %.1f %.2f\n", broker, own, broker / own, median(policy, runs));
    return 0;
}
