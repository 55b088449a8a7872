/* Seeded generators of large ACL files, for measuring. The same arguments give the
 * same bytes. */
#ifndef BENCH_GEN_H
#define BENCH_GEN_H

#include "base/buf.h"

/* USERS sections of RULES rules (a tenth of them denies), a short anonymous
 * section, and PATTERNS patterns with %c and %u in turn. */
void gen_users(cx_buf *out, unsigned users, unsigned rules, unsigned patterns, unsigned seed);

/* One user 'u0' with RULES different rules; a third end in '#', a tenth deny. */
void gen_one(cx_buf *out, unsigned rules, unsigned seed);

/* A topic that rule number N of gen_one is about. */
void gen_one_topic(cx_buf *out, unsigned n);

/* A mosquitto.conf: seven to thirteen lines a listener, about fifteen a bridge. */
void gen_conf(cx_buf *out, unsigned listeners, unsigned bridges, unsigned seed);

/* The name of user N of gen_users. */
void gen_user_name(cx_buf *out, unsigned n);

/* A dynamic-security.json: CLIENTS with a role each, spread over the roles and over the groups. */
void gen_dynsec(cx_buf *out, unsigned clients, unsigned groups, unsigned role_count, unsigned acls, unsigned seed);

#endif
