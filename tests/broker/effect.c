#define _GNU_SOURCE
#include "effect.h"
#include "broker.h"
#include "buf.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    START_MS = 15000,
    ANSWER_MS = 300, /* until a server is taken to wait for more */
    CLOSE_MS = 5000, /* and then until it closes, which a server that runs does soon */
    MOST_INODES = 256
};

/* One listening socket as the kernel lists it */
struct listening {
    int family;
    struct in6_addr addr; /* or the IPv4 address in its first bytes */
    int port;
    unsigned long inode;
};

/* ---- the network ---- */

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

/* Without the right to make a network alone: as root of a namespace of users */
static bool unshare_as_user(void)
{
    char map[64];
    unsigned uid = geteuid(), gid = getegid();

    if (unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
        return false;
    }
    snprintf(map, sizeof map, "0 %u 1\n", uid);
    if (!write_text("/proc/self/uid_map", map) || !write_text("/proc/self/setgroups", "deny\n")) {
        return false;
    }
    snprintf(map, sizeof map, "0 %u 1\n", gid);
    return write_text("/proc/self/gid_map", map);
}

const char *effect_enter_network(void)
{
    struct ifreq lo = {.ifr_name = "lo"};
    int fd;
    bool up;

    if (unshare(CLONE_NEWNET) && !unshare_as_user()) {
        return "a network namespace cannot be made here";
    }
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    up = fd >= 0 && !ioctl(fd, SIOCGIFFLAGS, &lo);
    lo.ifr_flags |= IFF_UP;
    up = up && !ioctl(fd, SIOCSIFFLAGS, &lo);
    if (fd >= 0) {
        close(fd);
    }
    return up ? NULL : "the loopback interface of the new network cannot be used";
}

/* ---- which sockets ---- */

static size_t socket_inodes(pid_t pid, unsigned long inodes[MOST_INODES])
{
    char path[64], target[64];
    struct dirent *entry;
    DIR *dir;
    size_t n = 0;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    dir = opendir(path);
    while (dir && n < MOST_INODES && (entry = readdir(dir))) {
        ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);
        target[len > 0 ? len : 0] = 0;
        n += sscanf(target, "socket:[%lu]", &inodes[n]) == 1;
    }
    if (dir) {
        closedir(dir);
    }
    return n;
}

/* One line of /proc/net/tcp or tcp6; the address is in words of the machine's byte order */
static bool parse_line(const char *line, int family, struct listening *l)
{
    char address[64];
    unsigned port, state, words[4] = {0};
    int count;

    if (sscanf(line, " %*d: %63[0-9A-F]:%x %*s %x %*s %*s %*s %*s %*s %lu", address, &port, &state, &l->inode) != 4 ||
        state != 0x0a) {
        return false;
    }
    count = sscanf(address, "%8x%8x%8x%8x", &words[0], &words[1], &words[2], &words[3]);
    memcpy(&l->addr, words, sizeof l->addr);
    l->family = family;
    l->port = (int)port;
    return count == (family == AF_INET ? 1 : 4);
}

static size_t add_listening(const char *path, int family, struct listening *all, size_t n)
{
    char line[512];
    FILE *f = fopen(path, "re");

    while (f && n < EFFECT_SOCKETS && fgets(line, sizeof line, f)) {
        n += parse_line(line, family, &all[n]);
    }
    if (f) {
        fclose(f);
    }
    return n;
}

/* Those of the broker; nobody else should be in its network */
static size_t list_listening(struct listening all[EFFECT_SOCKETS])
{
    unsigned long inodes[MOST_INODES];
    size_t n =
        add_listening("/proc/self/net/tcp6", AF_INET6, all, add_listening("/proc/self/net/tcp", AF_INET, all, 0));
    size_t count = n ? socket_inodes(broker_pid(), inodes) : 0, kept = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < count; j++) {
            if (inodes[j] == all[i].inode) {
                all[kept++] = all[i];
                break;
            }
        }
    }
    return kept;
}

/* The path of a unix socket that somebody listens on in this network */
static bool find_unix(char *path, size_t size)
{
    char line[512], found[256];
    unsigned flags;
    bool any = false;
    FILE *f = fopen("/proc/self/net/unix", "re");

    while (f && !any && fgets(line, sizeof line, f)) {
        any = sscanf(line, "%*s %*s %*s %x %*s %*s %*s %255[^\n]", &flags, found) == 2 && flags & 0x10000U;
    }
    if (f) {
        fclose(f);
    }
    snprintf(path, size, "%s", any ? found : "");
    return any;
}

/* ---- what they answer ---- */

static bool wait_readable(int fd, int milliseconds)
{
    struct pollfd p = {fd, POLLIN, 0};
    int n;

    while ((n = poll(&p, 1, milliseconds)) < 0 && errno == EINTR) {
        broker_check_signals();
    }
    return n > 0;
}

static const char connect_packet[] = "\x10\x10\0\x04MQTT\x04\x02\0\x1e\0\x04prob";

/* The bytes of a packet, at most 4, as an answer */
static int read_answer(int fd)
{
    unsigned char got[4];
    size_t n = 0;

    while (n < sizeof got) {
        ssize_t more = 0;
        if (wait_readable(fd, n ? CLOSE_MS : ANSWER_MS)) {
            more = read(fd, got + n, sizeof got - n);
        } else if (!n && !shutdown(fd, SHUT_WR) && wait_readable(fd, CLOSE_MS)) {
            more = read(fd, got + n, sizeof got - n);
        } else {
            return EFFECT_GONE;
        }
        if (more <= 0) {
            return n >= 2 && got[0] == 0x15 ? EFFECT_TLS : EFFECT_SILENT;
        }
        n += (size_t)more;
        if (n >= 2 && got[0] == 0x15 && got[1] == 3) {
            return EFFECT_TLS;
        }
    }
    return got[0] == 0x20 && got[1] == 2 ? got[3] : EFFECT_SILENT;
}

/* So that the broker has forgotten the client before the next one comes */
static void say_goodbye(int fd)
{
    char rest[256];

    if (send(fd, "\xe0\x00", 2, MSG_NOSIGNAL) == 2) {
        while (wait_readable(fd, CLOSE_MS) && read(fd, rest, sizeof rest) > 0) {
        }
    }
}

/* The same over websockets: the upgrade, and then the packet in a frame with an empty mask */
static int ask_websocket(int fd)
{
    static const char upgrade[] = "GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Protocol: mqtt\r\n\r\n";
    static const unsigned char frame[] = {0x82, 0x80 | (sizeof connect_packet - 1), 0, 0, 0, 0};
    char head[2048];
    size_t n = 0;
    ssize_t more;

    if (send(fd, upgrade, sizeof upgrade - 1, MSG_NOSIGNAL) < 0) {
        return EFFECT_SILENT;
    }
    while (n < sizeof head && !memmem(head, n, "\r\n\r\n", 4)) {
        if (!wait_readable(fd, CLOSE_MS) || (more = read(fd, head + n, 1)) <= 0) {
            return EFFECT_SILENT;
        }
        n += (size_t)more;
    }
    if (!memmem(head, n, " 101 ", 5) || send(fd, frame, sizeof frame, MSG_NOSIGNAL) < 0 ||
        send(fd, connect_packet, sizeof connect_packet - 1, MSG_NOSIGNAL) < 0 || !wait_readable(fd, CLOSE_MS) ||
        read(fd, head, 2) != 2 || head[0] != '\x82') {
        return EFFECT_SILENT;
    }
    return read_answer(fd);
}

static int ask(int family, const struct sockaddr *to, socklen_t len, bool websocket)
{
    struct linger none = {.l_onoff = 1};
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int answer = EFFECT_GONE;

    if (fd >= 0 && !connect(fd, to, len)) {
        answer = EFFECT_SILENT;
        if (websocket) {
            answer = ask_websocket(fd);
        } else if (send(fd, connect_packet, sizeof connect_packet - 1, MSG_NOSIGNAL) > 0) {
            answer = read_answer(fd);
        }
        if (answer == EFFECT_ACCEPTED && !websocket) {
            say_goodbye(fd);
        }
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    }
    if (fd >= 0) {
        close(fd);
    }
    return answer;
}

static int ask_listening(const struct listening *l, bool websocket)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->port)};
    struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)l->port), .sin6_addr = l->addr};

    if (l->family == AF_INET6) {
        if (IN6_IS_ADDR_UNSPECIFIED(&a6.sin6_addr)) {
            a6.sin6_addr = in6addr_loopback;
        }
        return ask(AF_INET6, (struct sockaddr *)&a6, sizeof a6, websocket);
    }
    memcpy(&a.sin_addr, &l->addr, sizeof a.sin_addr);
    if (a.sin_addr.s_addr == INADDR_ANY) {
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    return ask(AF_INET, (struct sockaddr *)&a, sizeof a, websocket);
}

static int ask_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    memcpy(a.sun_path, path, strnlen(path, sizeof a.sun_path - 1));
    return ask(AF_UNIX, (struct sockaddr *)&a, sizeof a, false);
}

/* ---- put together ---- */

void effect_where(const char *host, int port, char *where, size_t size)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found = NULL;
    char text[64] = "";

    if (!getaddrinfo(host, NULL, &hints, &found)) {
        getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
        freeaddrinfo(found);
    } else {
        snprintf(text, sizeof text, "%s", host);
    }
    if (!strcmp(text, "0.0.0.0") || !strcmp(text, "::")) {
        snprintf(text, sizeof text, "any");
    } else if (!strcmp(text, "127.0.0.1") || !strcmp(text, "::1") || !strcmp(text, "localhost")) {
        snprintf(text, sizeof text, "loopback");
    }
    snprintf(where, size, "%s:%d", text, port);
}

static int compare_sockets(const void *a, const void *b)
{
    return strcmp(((const struct effect_socket *)a)->where, ((const struct effect_socket *)b)->where);
}

static void measure(struct effect *e)
{
    struct listening all[EFFECT_SOCKETS];
    size_t n = list_listening(all);

    e->count = 0;
    for (size_t i = 0; i < n; i++) {
        struct effect_socket *s = &e->sockets[e->count];
        char host[64];
        bool known = false;

        inet_ntop(all[i].family, &all[i].addr, host, sizeof host);
        effect_where(host, all[i].port, s->where, sizeof s->where);
        for (size_t j = 0; j < e->count; j++) {
            known |= !strcmp(e->sockets[j].where, s->where);
        }
        if (!known) {
            s->answer = ask_listening(&all[i], false);
            s->websockets = s->answer == EFFECT_SILENT;
            if (s->websockets) {
                s->answer = ask_listening(&all[i], true);
            }
            e->count++;
        }
    }
    qsort(e->sockets, e->count, sizeof *e->sockets, compare_sockets);
}

/* Whether the broker has come to its main loop, where alone clients get an answer; a socket that closes does not tell
 * a server that refuses from one that is about to end, but the second connection to it does */
static bool answers(void)
{
    struct listening all[EFFECT_SOCKETS];
    char path[256];

    if (list_listening(all)) {
        return ask_listening(&all[0], false) != EFFECT_GONE && ask_listening(&all[0], false) != EFFECT_GONE;
    }
    return find_unix(path, sizeof path) && ask_unix(path) != EFFECT_GONE && ask_unix(path) != EFFECT_GONE;
}

bool effect_start(const char *const argv[], const char *log, struct effect *e, int *status)
{
    long long end = now_ms() + START_MS;

    broker_run(argv, log);
    while (now_ms() < end) {
        broker_check_signals();
        if (broker_ended(status)) {
            return false;
        }
        if (answers()) {
            measure(e);
            return !broker_ended(status);
        }
        nap(500);
    }
    give_up("the broker neither listens nor ends, see %s", log);
}
