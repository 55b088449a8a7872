#define _GNU_SOURCE
/* The values of mosquitto.conf options, and the fixed files they name */
#include "conf_table.h"
#include "gen_conf.h"

#include <string.h>

enum { ODD = 7, EMPTY = 1 }; /* percent */

// clang-format off
static const char odd_bools[] = "True|yes|on|\"true\"|true# x|true\t|true # c|true false|TRUE|2|\ttrue|00";
static const char odd_ints[] = "-1|0|1|08|010|0x10|+5|10k|10.5|2147483647|2147483648|-2147483648|-2147483649|"
                               "4294967296|4294967300|99999999999999999999|abc|1e1|5 # c|5# c|5\t|5 x|\t5|-0|0x|"
                               "65535|65536|1,5";
// clang-format on

const struct gen_fixed gen_fixed[] = {
    {"acl", "topic readwrite #\n"},
    {"acl2", ""},
    {"empty", ""},
    {"passwd", "u:$6$nKN/o0+7A4XRypGX$0x7DVP4nCA2HC7nwaTgCbYzm0tNucaUJowzbfsGCIM4ESdbyz2nzM2cAQx7o5GHTO3vjfVd5EZ4e9s"
               "Jic0TAjQ==\n"},
    {"psk", "id:abcdef\n"},
    {"broken", "x\n"},
    {"dynsec.json", "{\"defaultACLAccess\":{\"publishClientSend\":false},\"clients\":[],\"roles\":[]}\n"},
    {"cert.pem", "-----BEGIN CERTIFICATE-----\n"
                 "MIIBgTCCASegAwIBAgIUJm5ILgc+2fHOVUfmQ7/k5vqTFCswCgYIKoZIzj0EAwIw\n"
                 "FTETMBEGA1UEAwwKY3VsZXgtdGVzdDAgFw0yNjExMjUwMTExMTZaGA8yMTI2MTEw\n"
                 "MTAxMTExNlowFTETMBEGA1UEAwwKY3VsZXgtdGVzdDBZMBMGByqGSM49AgEGCCqG\n"
                 "SM49AwEHA0IABDQ3ScEPoeRsLSzujG9GmjK/mXAo0zQxXOCoNhYD8/4i18eogOoS\n"
                 "3MUP7RpvuIB9KMuN+4lFA71oIq5nl9ywHe+jUzBRMB0GA1UdDgQWBBSqU0p5EEmI\n"
                 "2KFcVLLTKKaAEyjKvTAfBgNVHSMEGDAWgBSqU0p5EEmI2KFcVLLTKKaAEyjKvTAP\n"
                 "BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIGppVXUhYZU3eG68IAFA\n"
                 "ABulKjNKOak+4B3L/eQtQy0qAiEA88oMD7e5RilZV2Gx5SX0hMTEizmnsr4VDrgX\n"
                 "wzl3pag=\n"
                 "-----END CERTIFICATE-----\n"},
    {"key.pem", "-----BEGIN EC PRIVATE KEY-----\n"
                "MHcCAQEEIBw54cCkefP5SFJegbwNw3mODPL/scfO1J+okYiXeQ9IoAoGCCqGSM49\n"
                "AwEHoUQDQgAENDdJwQ+h5GwtLO6Mb0aaMr+ZcCjTNDFc4Kg2FgPz/iLXx6iA6hLc\n"
                "xQ/tGm+4gH0oy437iUUDvWgirmeX3LAd7w==\n"
                "-----END EC PRIVATE KEY-----\n"},
};
const size_t gen_fixed_count = sizeof gen_fixed / sizeof *gen_fixed;

void gen_part(struct buf *b, struct rng *r, const char *parts)
{
    size_t count = 1;

    for (const char *p = parts; *p; p++) {
        count += *p == '|';
    }
    for (size_t skip = rng_below(r, count); skip; skip--) {
        parts = strchr(parts, '|') + 1;
    }
    buf_bytes(b, parts, strcspn(parts, "|"));
}

/* A text around the longest a broker keeps */
static void long_text(struct buf *b, struct rng *r)
{
    static const size_t lens[] = {300, 998, 2000, 65534, 65535, 65536, 70000};

    buf_fill(b, 'a', RNG_PICK(r, lens));
}

static void odd_value(struct buf *b, struct rng *r, const struct conf_option *o)
{
    if (o->kind == CONF_BOOL) {
        gen_part(b, r, odd_bools);
    } else if (o->kind == CONF_INT && (!*o->odd || rng_chance(r, 60))) {
        gen_part(b, r, odd_ints);
    } else if (*o->odd && rng_chance(r, 85)) {
        gen_part(b, r, o->odd);
    } else if (o->kind == CONF_TEXT && rng_chance(r, 30) && !strstr(o->name, "address")) {
        long_text(b, r);
    } else if (!strcmp(o->name, "memory_limit")) {
        buf_text(b, "0 # c");
    } else {
        gen_part(b, r, o->good);
        gen_part(b, r, " # c| |\t| x|#");
    }
}

/* Never in a tidy file */
static bool odd(struct rng *r, bool tidy, unsigned percent) { return rng_chance(r, percent) && !tidy; }

static void put_topic(struct buf *b, struct rng *r, bool tidy)
{
    size_t words = rng_below(r, 6);

    gen_part(b, r,
             !odd(r, tidy, 20)
                 ? "a|#|a/b/#|x/|sensors/#|$SYS/#|a/#|+/x"
                 : "x y|\"\"|\"a b\"|\"a  b\"|\"a b\"x|\"a\"|\"a b|a#b|a/#/b|\"a b c\"|\" a\"|a+|\xff|\"\"\"|# c");
    if (words > 0) {
        gen_part(b, r, !odd(r, tidy, 10) ? " in| out| both" : " In| BOTH| inout| # c| ou|  out");
    }
    if (words > 1) {
        gen_part(b, r, !odd(r, tidy, 10) ? " 0| 1| 2" : " 3| 256| 258| -1| x| \"\"| # c| 1.5|  1| 255");
    }
    if (words > 2) {
        gen_part(b, r, !odd(r, tidy, 10) ? " \"\"| l/| l" : " l/#| +| # c| \xff| \"| \"x y\"");
    }
    if (words > 3) {
        gen_part(b, r, !odd(r, tidy, 10) ? " \"\"| r/| r" : " r/#| +/| # c| #|  r/");
    }
    if (words > 4 && rng_chance(r, 50)) {
        gen_part(b, r, " x| # c| ");
    }
}

static void put_listener(struct buf *b, struct rng *r, bool tidy)
{
    if (odd(r, tidy, 4)) {
        gen_part(b, r, odd_ints);
        gen_part(b, r, "| 127.0.0.1");
    } else if (odd(r, tidy, 5)) {
        gen_part(b, r, "0 x.sock|0 x y.sock|0|0 ./y.sock # c|00 z.sock");
    } else {
        gen_part(b, r, "1883|1884|1885|22001|22002|22003|22004|22005|22006|22007");
        if (odd(r, tidy, 6)) {
            gen_part(
                b, r,
                " # c| 127.0.0.1 extra| 127.0.0.1 # c|x|\t127.0.0.1| 127.0.0.1:1883| \xff| nosuch!| [::1]| 10.9.9.9");
        } else if (rng_chance(r, 60)) {
            gen_part(b, r, " 127.0.0.1| 127.0.0.1| 127.0.0.1| ::1| localhost| 0.0.0.0| ::| 127.0.0.2");
        }
    }
}

static void put_plugin(struct buf *b, struct rng *r, const struct conf_option *o, const struct gen_build *build,
                       bool tidy)
{
    size_t count = 0;

    if (!strcmp(o->name, "plugin_load")) {
        gen_part(b, r, odd(r, tidy, 20) ? "p1  |p2  |\xff " : "p1 |p1 |p2 ");
    }
    while (count < 3 && build->plugins[count]) {
        count++;
    }
    if (count && rng_chance(r, 80)) {
        buf_text(b, build->plugins[rng_below(r, count)]);
        gen_part(b, r, !odd(r, tidy, 8) ? "" : " |\t| # c");
    } else {
        gen_part(b, r, "nosuch.so| nosuch.so|./nosuch.so");
    }
}

void gen_value(struct buf *b, struct rng *r, const struct conf_option *o, const struct gen_build *build, bool tidy)
{
    if (odd(r, tidy, EMPTY)) {
        return;
    }
    switch (o->kind) {
    case CONF_TOPIC: put_topic(b, r, tidy); return;
    case CONF_OPEN_LISTENER: put_listener(b, r, tidy); return;
    case CONF_PLUGIN_PATH: put_plugin(b, r, o, build, tidy); return;
    case CONF_OPEN_BRIDGE: gen_part(b, r, !odd(r, tidy, 5) ? "b1|b2|b3|b4|b5|b6|b7|b8" : "b1 b2|# c|\xff|b1\t"); return;
    case CONF_INCLUDE:
        gen_part(b, r, !odd(r, tidy, 8) ? "inc|inc|./inc|inc/" : "nosuch|inc |inc # c| inc|\xff");
        return;
    case CONF_BOOL:
    case CONF_INT:
    case CONF_WORD:
    case CONF_TEXT: break;
    }
    if (odd(r, tidy, ODD)) {
        odd_value(b, r, o);
    } else if (o->kind == CONF_BOOL) {
        gen_part(b, r, "true|true|true|false|false|1|0");
    } else if (!strcmp(o->name, "protocol") && build->websockets && rng_chance(r, 45)) {
        buf_text(b, build->http_api && rng_chance(r, 20) ? "http_api" : "websockets");
    } else if (!strcmp(o->name, "log_type") && build->websockets && rng_chance(r, 10)) {
        buf_text(b, "websockets");
    } else {
        gen_part(b, r, o->good);
    }
}
