#define _GNU_SOURCE
#include "broker.h"
#include "buf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    START_MS = 10000, /* a broker takes some 10 ms to start */
    CHILD_MS = 60000,
    KILL_MS = 5000,
    PORT_FIRST = 20000, /* below the ports Linux gives to outgoing connections */
    PORT_COUNT = 12000,
    PORT_TRIES = 50,
    START_TRIES = 5
};

/* The signal handler needs them, so they cannot be anywhere else */
static volatile sig_atomic_t running_pid;
static volatile sig_atomic_t caught_signal;
static int running_port;

long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void nap(long microseconds)
{
    struct timespec t = {microseconds / 1000000, microseconds % 1000000 * 1000};

    nanosleep(&t, NULL);
}

static void on_signal(int signal_number)
{
    caught_signal = signal_number;
    if (running_pid > 0) {
        kill((pid_t)running_pid, SIGKILL);
    }
}

void broker_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void broker_check_signals(void)
{
    if (caught_signal) {
        exit(128 + (int)caught_signal);
    }
}

/* In the child: output into the files, the rest of the world closed, and dead when the parent is */
static _Noreturn void become(const char *const argv[], const char *out, const char *err, pid_t parent)
{
    int in = open("/dev/null", O_RDONLY);
    int o = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int e = strcmp(out, err) ? open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600) : o;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || in < 0 || o < 0 || e < 0) {
        _exit(126);
    }
    signal(SIGPIPE, SIG_DFL);
    dup2(in, 0);
    dup2(o, 1);
    dup2(e, 2);
    close_range(3, ~0U, 0);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static pid_t start(const char *const argv[], const char *out, const char *err)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid < 0) {
        give_up("fork: %s", strerror(errno));
    }
    if (!pid) {
        become(argv, out, err, parent);
    }
    return pid;
}

/* Waits until the child has ended, at most so long; false when it has not */
static bool wait_for(pid_t pid, int *status, long long milliseconds)
{
    long long end = now_ms() + milliseconds;
    pid_t got;

    while ((got = waitpid(pid, status, WNOHANG)) == 0 && now_ms() < end) {
        broker_check_signals();
        nap(200);
    }
    return got == pid;
}

static int exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int child_run(const char *const argv[], const char *out, const char *err)
{
    pid_t pid = start(argv, out, err);
    int status;

    if (!wait_for(pid, &status, CHILD_MS)) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        give_up("%s %s: no end after %d s", argv[0], argv[1], CHILD_MS / 1000);
    }
    return exit_status(status);
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static bool port_is_free(int port)
{
    struct sockaddr_in a = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    bool ok;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ok = fd >= 0 && !bind(fd, (struct sockaddr *)&a, sizeof a) && !listen(fd, 1);
    close(fd);
    return ok;
}

int broker_free_port(int other)
{
    long long n = now_ms() * 31 + getpid() * 7919LL;

    for (int i = 0; i < PORT_TRIES; i++, n += 101) {
        int port = PORT_FIRST + (int)(n % PORT_COUNT);
        if (port != running_port && port != other && port_is_free(port)) {
            return port;
        }
    }
    give_up("no free port on 127.0.0.1");
}

static bool port_answers(int port)
{
    struct sockaddr_in a = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && !connect(fd, (struct sockaddr *)&a, sizeof a);

    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static void write_conf(const char *conf, enum broker_file kind, const char *path, bool anonymous)
{
    struct buf b = {0};

    buf_format(&b, "listener %d 127.0.0.1\n", running_port);
    buf_format(&b, "allow_anonymous %s\n", anonymous ? "true" : "false");
    buf_text(&b, "persistence false\nset_tcp_nodelay true\nmax_queued_messages 100000\n");
    buf_text(&b, "connection_messages false\nlog_dest stderr\nlog_type error\nlog_type warning\nlog_type notice\n");
    if (geteuid() == 0) { /* else the broker becomes another user, who cannot read the files */
        buf_text(&b, "user root\n");
    }
    buf_format(&b, "%s %s\n", kind == BROKER_ACL ? "acl_file" : "password_file", path);
    buf_save(&b, conf);
    buf_free(&b);
}

static bool log_tells(const char *log, const char *text)
{
    struct buf b = {0};
    bool found;

    buf_load(&b, log);
    found = b.len && memmem(b.data, b.len, text, strlen(text));
    buf_free(&b);
    return found;
}

/* Runs the broker until its port accepts, which is after all files were read, or until it has ended */
static enum broker_verdict try_start(const char *program, const char *conf, const char *log)
{
    const char *argv[] = {program, "-c", conf, NULL};
    long long end = now_ms() + START_MS;
    int status;

    running_pid = start(argv, log, log);
    while (now_ms() < end) {
        broker_check_signals();
        if (waitpid((pid_t)running_pid, &status, WNOHANG) == (pid_t)running_pid) {
            running_pid = 0;
            return exit_status(status) < 126 ? BROKER_REFUSED : BROKER_CRASHED;
        }
        if (port_answers(running_port)) {
            return BROKER_UP;
        }
        nap(500);
    }
    give_up("the broker neither accepts connections nor ends");
}

enum broker_verdict broker_start(const char *program, const char *dir, enum broker_file kind, const char *path,
                                 bool anonymous)
{
    char conf[4096], log[4096];

    snprintf(conf, sizeof conf, "%s/broker.conf", dir);
    snprintf(log, sizeof log, "%s/broker.log", dir);
    for (int i = 0; i < START_TRIES; i++) {
        enum broker_verdict verdict;
        running_port = broker_free_port(0);
        write_conf(conf, kind, path, anonymous);
        verdict = try_start(program, conf, log);
        if (verdict == BROKER_CRASHED) {
            give_up("the broker did not run, see its log: %s", log);
        }
        if (verdict == BROKER_UP || !log_tells(log, "in use")) {
            return verdict;
        }
    }
    give_up("the broker finds no port that is free");
}

enum broker_verdict broker_start_conf(const char *program, const char *conf, const char *log, int port)
{
    enum broker_verdict verdict;

    running_port = port;
    verdict = try_start(program, conf, log);
    return verdict == BROKER_REFUSED && log_tells(log, "in use") ? BROKER_NO_PORT : verdict;
}

int broker_port(void) { return running_port; }

void broker_run(const char *const argv[], const char *log) { running_pid = start(argv, log, log); }

pid_t broker_pid(void) { return (pid_t)running_pid; }

bool broker_ended(int *status)
{
    int raw;

    if (running_pid > 0 && waitpid((pid_t)running_pid, &raw, WNOHANG) == (pid_t)running_pid) {
        running_pid = 0;
        *status = exit_status(raw);
        return true;
    }
    return false;
}

bool broker_stop(void)
{
    pid_t pid = (pid_t)running_pid;
    bool alive;
    int status;

    if (pid <= 0) {
        return true;
    }
    alive = waitpid(pid, &status, WNOHANG) == 0;
    if (alive) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    running_pid = 0;
    return alive;
}
