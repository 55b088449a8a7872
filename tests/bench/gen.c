#include "gen.h"

static const char *const sites[] = {"ams01", "ber02", "cph03", "dub04", "fra05", "gva06", "hel07", "ist08",
                                    "lis09", "lon10", "mad11", "mil12", "muc13", "osl14", "par15", "prg16"};
static const char *const areas[] = {"assembly", "paint", "press",   "weld", "pack",
                                    "store",    "dock",  "utility", "hvac", "lab"};
static const char *const kinds[] = {"line",  "cell", "robot", "plc", "meter",  "pump",
                                    "valve", "fan",  "gate",  "agv", "sensor", "cam"};
static const char *const leaves[] = {"temperature", "pressure", "humidity", "state",  "alarm", "power",
                                     "energy",      "speed",    "position", "torque", "flow",  "level",
                                     "cmd",         "config",   "ota",      "log"};
static const char *const roles[] = {"svc", "dev", "app", "ops", "edge", "gw", "hmi", "scada"};
static const char *const roots[] = {"factory", "building", "fleet", "telemetry"};
static const char *const accesses[] = {"read", "write", "readwrite"};

static unsigned next(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

#define PICK(list, state) (list)[next(state) % (sizeof(list) / sizeof *(list))]

static void put_filter(cx_buf *out, unsigned *r)
{
    unsigned depth = 3 + next(r) % 6, kind = next(r) % 100, plus = 1 + next(r) % (depth - 2);
    cx_buf_puts(out, PICK(roots, r));
    for (unsigned i = 1; i + 1 < depth; i++) {
        cx_buf_putc(out, '/');
        if (kind >= 35 && kind < 55 && i == plus) cx_buf_putc(out, '+');
        else if (i == 1) cx_buf_puts(out, PICK(sites, r));
        else if (i == 2) cx_buf_puts(out, PICK(areas, r));
        else cx_buf_printf(out, "%s%u", PICK(kinds, r), 1 + next(r) % 400);
    }
    cx_buf_printf(out, "/%s", kind < 35 ? "#" : PICK(leaves, r));
}

void gen_conf(cx_buf *out, unsigned listeners, unsigned bridges, unsigned seed)
{
    unsigned r = seed;
    cx_buf_puts(out, "per_listener_settings true\nautosave_interval 1800\nlog_type error\nlog_type warning\n\n");
    for (unsigned i = 0; i < listeners; i++) {
        cx_buf_printf(out,
                      "# listener %u\nlistener %u 127.0.0.1\nprotocol mqtt\nallow_anonymous false\nacl_file acl\n"
                      "password_file passwd\nmax_connections %u\n",
                      i, 1024 + i, 100 + next(&r) % 10000);
        if (i % 2)
            cx_buf_printf(out,
                          "cafile /etc/mosquitto/certs/ca.crt\ncertfile /etc/mosquitto/certs/server%u.crt\n"
                          "keyfile /etc/mosquitto/certs/server%u.key\ntls_version tlsv1.2\nrequire_certificate false\n",
                          i, i);
        cx_buf_putc(out, '\n');
    }
    for (unsigned i = 0; i < bridges; i++) {
        cx_buf_printf(out,
                      "connection bridge-%s-%u\naddress 10.%u.%u.1:8883\nclientid bridge-%u\nremote_username br%u\n"
                      "try_private true\ncleansession false\nkeepalive_interval 60\nrestart_timeout 5 60\n"
                      "bridge_protocol_version mqttv311\n",
                      PICK(sites, &r), i, next(&r) % 256, next(&r) % 256, i, i);
        for (unsigned k = 2 + next(&r) % 7; k > 0; k--) {
            static const char *const directions[] = {"in", "out", "both"};
            cx_buf_puts(out, "topic ");
            put_filter(out, &r);
            cx_buf_printf(out, " %s %u\n", PICK(directions, &r), next(&r) % 3);
        }
        cx_buf_putc(out, '\n');
    }
}

void gen_user_name(cx_buf *out, unsigned n) { cx_buf_printf(out, "%s-%s-%06u", roles[n % 8], sites[n * 7 % 16], n); }

void gen_users(cx_buf *out, unsigned users, unsigned rules, unsigned patterns, unsigned seed)
{
    unsigned r = seed;
    for (int i = 0; i < 5; i++) {
        cx_buf_puts(out, "topic read ");
        put_filter(out, &r);
        cx_buf_putc(out, '\n');
    }
    for (unsigned u = 0; u < users; u++) {
        cx_buf_puts(out, "\nuser ");
        gen_user_name(out, u);
        cx_buf_putc(out, '\n');
        for (unsigned i = 0; i < rules; i++) {
            cx_buf_printf(out, "topic %s ", next(&r) % 10 == 0 ? "deny" : PICK(accesses, &r));
            put_filter(out, &r);
            cx_buf_putc(out, '\n');
        }
    }
    for (unsigned i = 0; i < patterns; i++)
        cx_buf_printf(out, "pattern %s devices/%s/%s%u/%s/%s\n", next(&r) % 10 == 0 ? "deny" : PICK(accesses, &r),
                      PICK(sites, &r), PICK(kinds, &r), i, i & 1 ? "%c" : "%u",
                      next(&r) % 5 == 0 ? "#" : PICK(leaves, &r));
}

static void put_one(cx_buf *out, unsigned n)
{
    cx_buf_printf(out, "factory/%s/%s/%s%u/", sites[n % 16], areas[n / 16 % 10], kinds[n / 160 % 12], n);
}

void gen_one(cx_buf *out, unsigned rules, unsigned seed)
{
    unsigned r = seed;
    cx_buf_puts(out, "user u0\n");
    for (unsigned i = 0; i < rules; i++) {
        cx_buf_printf(out, "topic %s ", next(&r) % 10 == 0 ? "deny" : "readwrite");
        put_one(out, i);
        cx_buf_printf(out, "%s\n", i % 3 == 0 ? "#" : leaves[i % 16]);
    }
}

void gen_one_topic(cx_buf *out, unsigned n)
{
    put_one(out, n);
    cx_buf_puts(out, leaves[n % 16]);
}

void gen_dynsec(cx_buf *out, unsigned clients, unsigned groups, unsigned role_count, unsigned acls, unsigned seed)
{
    static const char *const types[] = {"publishClientSend", "publishClientReceive", "subscribePattern",
                                        "unsubscribePattern"};
    unsigned r = seed;
    cx_buf_puts(out, "{\n\t\"defaultACLAccess\":\t{\n\t\t\"publishClientReceive\":\ttrue\n\t},\n\t\"clients\":\t[");
    for (unsigned i = 0; i < clients; i++) {
        cx_buf_puts(out, i ? ", {\n\t\t\t\"username\":\t\"" : "{\n\t\t\t\"username\":\t\"");
        gen_user_name(out, i);
        cx_buf_printf(out,
                      "\",\n\t\t\t\"textname\":\t\"device %u\",\n\t\t\t\"roles\":\t[{\n\t\t\t\t\t\"rolename\":\t"
                      "\"role-%05u\",\n\t\t\t\t\t\"priority\":\t%u\n\t\t\t\t}],\n\t\t\t\"password\":\t\"",
                      i, i % role_count, next(&r) % 4);
        for (int k = 0; k < 86; k++) cx_buf_putc(out, (char)('A' + next(&r) % 26));
        cx_buf_puts(out, "==\",\n\t\t\t\"salt\":\t\"");
        for (int k = 0; k < 16; k++) cx_buf_putc(out, (char)('a' + next(&r) % 26));
        cx_buf_puts(out, "\",\n\t\t\t\"iterations\":\t101\n\t\t}");
    }
    cx_buf_puts(out, "],\n\t\"groups\":\t[");
    for (unsigned g = 0; g < groups; g++) {
        cx_buf_printf(out,
                      "%s{\n\t\t\t\"groupname\":\t\"group-%05u\",\n\t\t\t\"roles\":\t[{\n\t\t\t\t\t\"rolename\":\t"
                      "\"role-%05u\"\n\t\t\t\t}],\n\t\t\t\"clients\":\t[",
                      g ? ", " : "", g, g * 3 % role_count);
        for (unsigned i = g; i < clients; i += groups) {
            cx_buf_puts(out, i == g ? "{\n\t\t\t\t\t\"username\":\t\"" : ", {\n\t\t\t\t\t\"username\":\t\"");
            gen_user_name(out, i);
            cx_buf_puts(out, "\"\n\t\t\t\t}");
        }
        cx_buf_puts(out, "]\n\t\t}");
    }
    cx_buf_puts(out, "],\n\t\"roles\":\t[");
    for (unsigned k = 0; k < role_count; k++) {
        cx_buf_printf(out, "%s{\n\t\t\t\"rolename\":\t\"role-%05u\",\n\t\t\t\"acls\":\t[", k ? ", " : "", k);
        for (unsigned a = 0; a < acls; a++) {
            cx_buf_printf(out, "%s{\n\t\t\t\t\t\"acltype\":\t\"%s\",\n\t\t\t\t\t\"topic\":\t\"acl%u/", a ? ", " : "",
                          types[a % 4], a);
            put_filter(out, &r);
            cx_buf_printf(out, "\",\n\t\t\t\t\t\"priority\":\t%u,\n\t\t\t\t\t\"allow\":\t%s\n\t\t\t\t}", next(&r) % 6,
                          next(&r) % 10 ? "true" : "false");
        }
        cx_buf_puts(out, "]\n\t\t}");
    }
    cx_buf_puts(out, "]\n}\n");
}
