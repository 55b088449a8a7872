#define _GNU_SOURCE
#include "gen.h"

#include <string.h>

#define TEN "xxxxxxxxxx"
#define LONG_PASSWORD                                                                                               \
    TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN \
        TEN TEN

/* SHA-512 and PBKDF2 with a salt of 12 bytes; then those only some releases can read, or none:
 * a salt of 64, one of 16, and the hash of the empty password, which no login can use */
static const struct gen_hash hashes[] = {
    {"$6$nKN/o0+7A4XRypGX$0x7DVP4nCA2HC7nwaTgCbYzm0tNucaUJowzbfsGCIM4ESdbyz2nzM2cAQx7o5GHTO3vjfVd5EZ4e9sJic0TAjQ==",
     "pw"},
    {"$7$101$MIjSCJiOuHnxJJ1p$Ir84yEpLasW51L6NFThMWsr24y5wfanTDwE3FvYS8NjBZkqlgzUFViBbQFQg3eSnaxlscrgCaC9TuOHBM7KvpA==",
     "pw"},
    {"$6$LN8SN5WhhC1mWt7D$sl+vqvJTmF9+mAa6DovPnrjxZJDEvCH0Gizwv+chBvF6Rl1RZK382zgyF7X0p6SIRvumexEbUDVcCNEGxNkVNQ==",
     "q"},
    {"$7$101$Ndd+WtQIbZMCNdle$Llmo4szzlaIeZnaaCdz1VNh/iWEdDQXEgpEIMW2KPRWlpusTV4Rf5dkYbj8zT5a3lL+hwFPI+q8sx9x2+YK0aQ==",
     "q"},
    {"$6$LFdxHZzBgCz4HTxd$I+Qk3RzmLiCvAuY93vFDOnX7GdjgA5qyBt/BXMYZVom168ZFCDmdVZi7cJH22qQRxnMkk2xCgjAJH7RFl4N//Q==",
     "secret"},
    {"$7$101$gw5zUp1C+0gbVdKg$yk5jYBCi10VS3RFBGbE7Bz8s9+MZp527A8gUV1XZ1okPYLlI652nBwF9NBpFxkiqdDGJe3yq513ydTz528XQqg==",
     "secret"},
    {"$6$ydqN4ex19mAwHgaa$kQ197BvHE8atQXENGqutk9bZUi3K+96VRbDTtL2Mf/2Vj1z2ftxQcXsnLzpd55GcRuBcXJkBUIeEv8Ge4tMOMw==",
     "p w"},
    {"$7$101$mtJ/BIw7om7hsSER$1Kk4kIyt5jLMbY6x+By3uwo8Ohs4uYaOwizKHPdQEfQ83GMOskSOLD3XjBEY+Q/cS75utp3OFQ/74uW08jaz1A==",
     "p w"},
    {"$6$Dh9ywL/+tKB6EJNh$KifKLEww1xp0/Ow6aSR5U3U0tbokQfa/b5MHO3u2sqVmsaUgYwTSUj3ljhpkgdYKvoBaOpJYpDfTPsmt6FfAAA==",
     "p\xc3\xa4"
     "ss"},
    {"$7$101$urbUBF6XC1w3nU+V$fs+dwXExGL+AVeBDlJR9y6ELHxquxLSGoLa5tPZNKtJZ28G2sFoeMQy81/+axcYtao1cs7I9cziizoTZVdMGyA==",
     "p\xc3\xa4"
     "ss"},
    {"$6$da/6Ynwl67qnBVQD$jVt/9/JHsLlZuCgHPRNGvnLoAEogFCbIe9T5PwVgE3h0LFv1T4qR44bA1zRcGDp3d6WjmZRGg7yE7yB1DB3BqA==",
     " pw "},
    {"$7$101$gsHWXpXfePplw60x$wi8wiWQM61d3q6qRgD52dzb1VC/LtXOp2m/J+vt+QcGd5xgSBgI/RB8lzYte161mqNnJMZ2hu/JgKk5qJhZxow==",
     " pw "},
    {"$6$OVe8No1ZePIdiPHW$7DyzQjEGimAvc4AV8pNrnB5HOXKUU+iYAUlpY5EOye+fqKOKf4hmWjYhgUxoeKWacq627jftVC5KuhIb8L3SvA==",
     "a:b$c"},
    {"$7$101$w6TL8KST2kA7ntzD$ajoMC8bFtmO2nsJqxRpYKvfECCRBw6Yc3r0cR3KzSawXq4+jQPRCq78VxX9JFQI190GnIbXKxDsrEfu3pMbq/Q==",
     "a:b$c"},
    {"$6$HY10rFgrNLX+AFwo$vnqVgwI1G4SPwvLkwoVqgfJPwuRCmiATYlzrhYSG1USHhZTxIYSyFU0fdWINtSIIesYFC51wYAuElX6ctEoxOA==",
     LONG_PASSWORD},
    {"$7$101$VCQJNXLt5XamKWI5$qIKWP6xzZlPmo/g0wJ+9mU8pNSQRtXncKrBFGELJOyxkV3EcApOViYp8YeVo+vmdqW1ecLMvzUeyLuZwd/YA6g==",
     LONG_PASSWORD},
    {"$7$1$EzrxxZNlfDhqSmfi$MuEo6WI4XRG9RC3x/hKl3g88Iz/Cr1llInxeeEb04uFuhOqxddM7ocAtLLqBPfPfHYt6y8+84MkNuFMQIWea8A==",
     "pw"},
    {"$7$1000$OK64L4U9B6L+srUV$DRj6hhsituyT84EhBY/OF2jO39kcE8W7oXlNDVXhf+O4flQbY+QSfi3EhR7FykJso4loRc39+IvuznocftTtnQ==",
     "pw"},
    {"$6$pQrXd0v9wiz9Uq0+4iG1X6zBs6k2ex44qa+E8NsC7TufZZiQSPbg/nRZdn9vSFaOGNUrfEFBqRpF4NnSxvv56A==$Zzn2o35FuSjRXVrRsj39nDI6FgulPu+YM/NGVaZfxsYtngeBLNcZZ3dm1DhVWwVc50f0zukcHk+Nun8vPmXhKw==",
     "pw"},
    {"$7$1000$OVlqNkJc3fknhKFEKI83/frfNY4fu8ErOssHRUF771bIr3E3jfJ758yJLBSOFXHzr90ZPf9rHcSDfCagSfyc0Q==$p3U1zIjmwE2zsnc8E+MXJMv85qEYPkZAYTAM6nnc514jm1lMXLx5MICwMHCaLfpQX27SohraxWS+JpMB0RAZug==",
     "pw"},
    {"$7$101$WuYlZl8+C9CgZe0HpBmJ5A==$hDGQh6i5REb06jBg/fWiFEsfJuRMmxwkXnvaiDt8GHkVxK1dqupy0sH9fy8xJPaohERHEuzeMGTi7K/99mlEnA==",
     "pw"},
    {"$6$3DD60XdmCYlHLAs0$bQByPYc8F6Q9lmxJtO4r2yzgi7mzJAK6b9qpylsfLXOz07a1z8gG+98ePhniQ5fKdZ5s8EU58GoYmMLybJEaFw==",
     ""}};

enum { HASHES = sizeof hashes / sizeof *hashes, COMMON_HASHES = 18 };

const struct gen_hash *gen_hash(struct rng *r, bool pbkdf2, bool odd)
{
    for (;;) {
        const struct gen_hash *h = &hashes[rng_below(r, odd ? (size_t)HASHES : (size_t)COMMON_HASHES)];
        if (*h->password && (!pbkdf2 || h->field[1] == '7')) {
            return h;
        }
    }
}

static const char *const users[] = {"u",    "v",  "alice", "a b", "\xc3\xbc", "#x", "U", "$6$",
                                    "a\"b", "-u", "--",    "u/+", "w",        "x",  "y"};
static const char *const strangers[] = {"nobody", "u ", " u", "a:b", "alic", "alicee", "u:"};
static const char *const passwords[] = {"pw", "q", "", "pw ", "PW", "p", "$6$", LONG_PASSWORD, "a:b$c"};
// clang-format off
static const char *const spoilt[] = {
    "pw", "", "$", "$6$", "$7$101$", "$5$abc$def", "6", "$6$$", "$7$0$", "$7$x$",
    "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aaaa", "$7$-1$a$b", "$6$AAAA$AAAA",
};
// clang-format on

/* One entry as it was written, to log in with */
struct entry {
    const char *user;
    const char *password;
};

struct writer {
    struct rng *r;
    unsigned odd_percent;   /* white space, runs of colons, extra fields, comments */
    unsigned spoil_percent; /* fields that are no good hash */
    const struct gen_hash *fresh;
    size_t fresh_count;
};

static void put_many(struct buf *b, struct writer *w, const char *kinds, size_t most)
{
    if (rng_chance(w->r, w->odd_percent)) {
        for (size_t i = rng_below(w->r, most + 1); i; i--) {
            buf_byte(b, (unsigned char)kinds[rng_below(w->r, strlen(kinds))]);
        }
    }
}

static const struct gen_hash *pick_hash(struct writer *w)
{
    if (w->fresh_count && rng_chance(w->r, 20)) {
        return &w->fresh[rng_below(w->r, w->fresh_count)];
    }
    return &hashes[rng_below(w->r, rng_chance(w->r, 8) ? (size_t)HASHES : (size_t)COMMON_HASHES)];
}

/* Changes a good field a little: the iterations, the separators, a byte, the padding, the end.
 * What is put before the iterations never makes them many: the broker would be busy for minutes */
static void spoil(struct buf *field, struct writer *w)
{
    static const char *const iterations[] = {"0", "00", "-", "+", " ", "x", "1e", "4294967397z", "4294967296z", "101 "};
    size_t at = rng_below(w->r, field->len);
    const char *number;

    switch (rng_below(w->r, 7)) {
    case 0: buf_delete(field, at, 1); break;
    case 1: field->data[at] = (unsigned char)"A+/=$-b0 "[rng_below(w->r, 9)]; break;
    case 2: buf_insert(field, at, "$", 1); break;
    case 3: buf_delete(field, 0, 1); break;
    case 4: buf_text(field, RNG_PICK(w->r, ((const char *const[]){"$extra", "$", "=", "A", "====", ":x"}))); break;
    case 5:
        number = RNG_PICK(w->r, iterations);
        if (field->len > 3 && !memcmp(field->data, "$7$", 3)) {
            buf_insert(field, 3, number, strlen(number));
        }
        break;
    default: field->len -= rng_below(w->r, 4); break;
    }
}

static void put_field(struct buf *b, struct writer *w, const char *hash)
{
    struct buf field = {0};

    buf_text(&field, hash);
    if (rng_chance(w->r, w->spoil_percent)) {
        if (rng_chance(w->r, 50)) {
            spoil(&field, w);
        } else {
            field.len = 0;
            buf_text(&field, RNG_PICK(w->r, spoilt));
        }
    }
    buf_bytes(b, field.data, field.len);
    buf_free(&field);
}

static void put_entry(struct buf *b, struct writer *w, const char *user, const char *hash)
{
    put_many(b, w, ":", 2);
    put_many(b, w, user[0] == '#' ? "  " : " \t", 2);
    buf_text(b, user);
    put_many(b, w, " \t", 2);
    buf_byte(b, ':');
    put_many(b, w, ":", 2);
    put_many(b, w, " \t", 2);
    put_field(b, w, hash);
    put_many(b, w, " \t\r\v\f", 2);
    if (rng_chance(w->r, w->odd_percent / 3)) {
        buf_text(b, ":extra:more");
    }
    put_many(b, w, "\r", 1);
    buf_byte(b, '\n');
}

static void put_other_line(struct buf *b, struct writer *w)
{
    static const char *const lines[] = {"# c:d\n", "\n", " \n", "user alone\n", "#\n", "\r\n", "# u:$6$\n"};

    if (rng_chance(w->r, w->odd_percent)) {
        buf_text(b, RNG_PICK(w->r, lines));
    }
}

static void put_login(struct gen_login *l, struct rng *r, const struct entry *entries, size_t count)
{
    const struct entry *e = count ? &entries[rng_below(r, count)] : NULL;

    l->user = e ? e->user : "u";
    l->password = e && rng_chance(r, 65) ? e->password : RNG_PICK(r, passwords);
    if (rng_chance(r, 15)) {
        l->user = rng_chance(r, 50) ? RNG_PICK(r, strangers) : RNG_PICK(r, users);
    }
}

void gen_passwords(struct gen_passwords *g, struct rng *r, const struct gen_hash *fresh, size_t fresh_count)
{
    struct writer w = {r, rng_chance(r, 50) ? 25 : 0, rng_chance(r, 35) ? 30 : 0, fresh, fresh_count};
    struct entry entries[8];
    size_t count = rng_below(r, 7), first = rng_below(r, sizeof users / sizeof *users);

    *g = (struct gen_passwords){.anonymous = rng_chance(r, 50)};
    for (size_t i = 0; i < count; i++) {
        const struct gen_hash *h = pick_hash(&w);
        bool again = i && rng_chance(r, 6);

        entries[i].user = again ? entries[rng_below(r, i)].user : users[(first + i) % (sizeof users / sizeof *users)];
        entries[i].password = h->password;
        put_other_line(&g->text, &w);
        put_entry(&g->text, &w, entries[i].user, h->field);
    }
    if (rng_chance(r, 25)) {
        gen_damage_passwords(&g->text, r);
    }
    for (size_t i = 0; i < GEN_LOGINS; i++) {
        put_login(&g->logins[i], r, entries, count);
    }
}
