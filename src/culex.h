/* libculex: what a Mosquitto broker of a named release answers, without a broker.
 *
 *     char why[256];
 *     culex_policy *p = culex_open_acl("acl", "2.1", why, sizeof why);
 *     culex_answer a = culex_ask(p, "alice", NULL, CULEX_WRITE, "sensors/door");
 *     culex_close(p);
 *
 * A policy belongs to one thread at a time; different policies are independent.
 * The library never prints and never exits, but out of memory it aborts.
 */
#ifndef CULEX_H
#define CULEX_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CULEX_API __attribute__((visibility("default")))

/* "0.1.0" */
CULEX_API const char *culex_version(void);

/* What a file means to a broker of one release. */
typedef struct culex_policy culex_policy;

/* Reads an ACL file (acl_file in mosquitto.conf) as RELEASE would: "1.6", "2.0",
 * "2.1" or an exact one, which behaves as the newest observed one not above it.
 * The caller closes what it gets. NULL: the file cannot be read, that release
 * refuses it, or there is no such release; WHY (may be NULL) then says so in at
 * most WHY_SIZE bytes, with the place in the file. */
CULEX_API culex_policy *culex_open_acl(const char *path, const char *release, char *why, size_t why_size);

/* The same for LENGTH bytes in memory, which are copied. */
CULEX_API culex_policy *culex_read_acl(const void *bytes, size_t length, const char *release, char *why,
                                       size_t why_size);

/* The same for the file of the dynamic security plug-in (plugin_opt_config_file). What the plug-in
 * cannot read it takes for an empty policy, and so does this; NULL only when the file cannot be opened,
 * the broker would crash at it, or RELEASE has no such plug-in. */
CULEX_API culex_policy *culex_open_dynsec(const char *path, const char *release, char *why, size_t why_size);
CULEX_API culex_policy *culex_read_dynsec(const void *bytes, size_t length, const char *release, char *why,
                                          size_t why_size);

CULEX_API void culex_close(culex_policy *policy); /* NULL is fine */

typedef enum {
    CULEX_READ = 1,        /* receive a message on a topic */
    CULEX_WRITE = 2,       /* publish to a topic */
    CULEX_SUBSCRIBE = 4,   /* subscribe to a topic filter */
    CULEX_UNSUBSCRIBE = 8, /* unsubscribe from it */
} culex_access;

typedef struct {
    int allow;          /* 1: the broker allows it */
    const char *reason; /* "rule", "default", "unknown-user", "dollar-topic", …; a constant */
    size_t line;        /* of the deciding rule or ACL in the file, from 1; 0: none decided */
} culex_answer;

/* One question. USER NULL: a client without a user name. CLIENTID NULL: an id that
 * no rule names. The client is taken as connected. */
CULEX_API culex_answer culex_ask(culex_policy *policy, const char *user, const char *clientid, culex_access access,
                                 const char *topic);

#ifdef __cplusplus
}
#endif

#endif
