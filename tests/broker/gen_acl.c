#define _GNU_SOURCE
#include "gen.h"

#include <string.h>

/* Names of users and client ids that collide with levels, and those that mean something else as a level */
static const char *const identities[] = {
    "alice", "bob",   "a",     "b",    "x",    "1",    "dev", "a/b",    "b/c",         "/",     "a/", "/a",
    "a b",   "al+ce", "+",     "#",    "b#",   "$foo", "$",   "$SYS",   "$SYS/broker", "%c",    "%u", "x%c",
    "%",     "é",     "u # x", "deny", "read", "a//b", "c",   "$foo/a", "a\\",         "\"a\"", "A"};
/* A name with blanks at its ends can connect but cannot be written in a file */
static const char *const loose_identities[] = {" a", "a ", "nobody", "c1", "x1", "dev1", "-", "--", "ab"};

// clang-format off
static const char *const levels[] = {
    "a", "b", "c", "x", "1", "dev", "A", "a b", "é", "read", "%", "$foo", "x  y", "12345678", "12345678\xc3\xa9",
    "sixteen-bytes-ab", "a-level-of-more-than-thirty-two-bytes-1", "a-level-of-more-than-thirty-two-bytes-2",
};
// clang-format on
static const char *const variables[] = {"%c",  "%c",  "%c",   "%u",   "%u",   "%u", "x%c",   "%cx", "dev%u",
                                        "%%c", "%%u", "%c%u", "%u%c", "%c%c", "%C", "%c-%u", "c%",  "%d%c"};
static const char *const dollar_roots[] = {"$SYS", "$share", "$CONTROL", "$foo",      "$foo", "$foo",
                                           "$",    "$SYSx",  "$sharex",  "$CONTROLx", "$a"};
// clang-format off
static const char *const sys_filters[] = {
    "$SYS/#", "$SYS/broker/#", "$SYS/broker/+", "$SYS/broker/version", "$SYS/+/version",
    "$SYS/broker/connection/+/state", "$SYS/broker/connection/a/state", "$SYS/broker/connection/#",
    "$SYS/broker/connection/%c/state", "$SYS/broker/%u",
};
// clang-format on

static const char *pick_name(struct rng *r, const struct names *n) { return n->at[rng_below(r, n->count)]; }

const char *gen_identity(struct rng *r)
{
    return rng_chance(r, 15) ? RNG_PICK(r, loose_identities) : RNG_PICK(r, identities);
}

/* A level without wildcards; `+` and `#` inside a name make no valid level */
static void put_word(struct buf *b, const struct gen_acl *g, struct rng *r)
{
    const char *word = pick_name(r, &g->words);

    if (rng_chance(r, 10)) {
        word = "";
    } else if (g->users.count && rng_chance(r, 15)) {
        word = pick_name(r, &g->users);
    }
    if (!strpbrk(word, "+#")) {
        buf_text(b, word);
    }
}

static void put_levels(struct buf *b, const struct gen_acl *g, struct rng *r, size_t count, unsigned variable_percent)
{
    for (size_t i = 0; i < count; i++) {
        if (b->len || i) {
            buf_byte(b, '/');
        }
        if (i + 1 == count && rng_chance(r, 25)) {
            buf_byte(b, '#');
        } else if (rng_chance(r, 22)) {
            buf_byte(b, '+');
        } else if (rng_chance(r, variable_percent)) {
            buf_text(b, RNG_PICK(r, variables));
        } else {
            put_word(b, g, r);
        }
    }
}

void gen_filter(struct buf *b, const struct gen_acl *g, struct rng *r, bool pattern)
{
    unsigned variable_percent = pattern ? 35 : 4;

    if (rng_chance(r, 18)) {
        const char *root = RNG_PICK(r, dollar_roots);
        if (!strcmp(root, "$SYS") && rng_chance(r, 70)) {
            buf_text(b, RNG_PICK(r, sys_filters));
            return;
        }
        buf_text(b, root);
        put_levels(b, g, r, rng_below(r, 3), variable_percent);
    } else {
        put_levels(b, g, r, 1 + rng_below(r, 4), variable_percent);
    }
    if (!b->len) {
        buf_byte(b, 'a');
    }
}

static void put_blanks(struct buf *b, struct rng *r, const char *kinds, size_t least, size_t most)
{
    size_t count = least + rng_below(r, most - least + 1);

    for (size_t i = 0; i < count; i++) {
        buf_byte(b, (unsigned char)kinds[rng_below(r, strlen(kinds))]);
    }
}

/* How the lines of one file look */
struct layout {
    bool crlf;
    unsigned odd_percent;
};

static void put_comment(struct buf *b, struct rng *r)
{
    static const size_t lengths[] = {0, 3, 30, 253, 254, 255, 256, 1253, 1255, 1256, 2300};

    buf_byte(b, '#');
    buf_fill(b, 'x', RNG_PICK(r, lengths));
    buf_byte(b, '\n');
}

static void end_line(struct buf *b, struct rng *r, const struct layout *l)
{
    if (rng_chance(r, l->odd_percent)) {
        put_blanks(b, r, " \t\v\f\r ", 0, 3);
    }
    buf_text(b, l->crlf ? "\r\n" : "\n");
    if (rng_chance(r, l->odd_percent / 3)) {
        put_comment(b, r);
    }
    if (rng_chance(r, l->odd_percent / 2)) {
        put_blanks(b, r, " \t", 0, 2);
        buf_byte(b, '\n');
    }
}

/* `keyword [access] rest`; only a rest without blanks may do without the access word */
static void put_line(struct buf *b, struct rng *r, const struct layout *l, const char *keyword, const char *access,
                     const char *rest)
{
    bool odd = rng_chance(r, l->odd_percent);

    put_blanks(b, r, " ", 0, odd ? 3 : 0);
    buf_text(b, keyword);
    put_blanks(b, r, " ", 1, odd ? 3 : 1);
    if (access) {
        buf_text(b, access);
        buf_byte(b, ' ');
        put_blanks(b, r, " \t", 0, odd ? 2 : 0);
    }
    buf_text(b, rest);
    end_line(b, r, l);
}

static void put_rule(struct gen_acl *g, struct rng *r, const struct layout *l, const char *keyword, bool denies)
{
    static const char *const accesses[] = {"read", "read", "write", "write", "readwrite", "deny", "deny"};
    struct buf filter = {0};
    const char *access = rng_chance(r, 20) ? NULL : accesses[rng_below(r, denies ? 7 : 5)];

    gen_filter(&filter, g, r, !strcmp(keyword, "pattern"));
    buf_byte(&filter, 0);
    if (!access && strchr((char *)filter.data, ' ')) {
        access = "readwrite";
    }
    put_line(&g->text, r, l, keyword, access, (char *)filter.data);
    names_add(&g->filters, (char *)filter.data);
    buf_free(&filter);
}

static void put_rules(struct gen_acl *g, struct rng *r, const struct layout *l, size_t count, unsigned pattern_percent,
                      bool denies)
{
    for (size_t i = 0; i < count; i++) {
        put_rule(g, r, l, rng_chance(r, pattern_percent) ? "pattern" : "topic", denies);
    }
}

static void choose_words(struct gen_acl *g, struct rng *r)
{
    size_t count = 2 + rng_below(r, 4);

    for (size_t i = 0; i < count; i++) {
        names_add(&g->words, RNG_PICK(r, levels));
    }
    count = 1 + rng_below(r, 4);
    for (size_t i = 0; i < count; i++) {
        names_add(&g->users, RNG_PICK(r, identities));
    }
}

static void write_sections(struct gen_acl *g, struct rng *r, bool denies)
{
    struct layout l = {rng_chance(r, 15), rng_chance(r, 40) ? 25 : 2};
    unsigned pattern_percent = rng_chance(r, 60) ? 25 : 0;
    size_t sections = g->users.count + rng_below(r, 3);

    put_rules(g, r, &l, rng_below(r, 5), pattern_percent, denies);
    for (size_t i = 0; i < sections; i++) {
        const char *user = i < g->users.count ? g->users.at[i] : pick_name(r, &g->users);
        size_t count = rng_below(r, 9);

        put_line(&g->text, r, &l, "user", NULL, user);
        if (rng_chance(r, 15)) { /* long enough for any index over the rules to set in */
            count = 20 + rng_below(r, 60);
        }
        put_rules(g, r, &l, count, pattern_percent, denies);
    }
    if (pattern_percent && rng_chance(r, 10)) {
        put_rules(g, r, &l, 20 + rng_below(r, 40), 100, denies);
    }
}

static void choose_subjects(struct gen_acl *g, struct rng *r)
{
    for (size_t i = 0; i < GEN_SUBJECTS; i++) {
        struct gen_subject *s = &g->subjects[i];
        size_t kind = rng_below(r, 10);

        s->user = kind < 7 ? pick_name(r, &g->users) : kind < 8 ? gen_identity(r) : NULL;
        s->clientid = rng_chance(r, 35) ? pick_name(r, &g->words) : gen_identity(r);
        if (s->user && rng_chance(r, 15)) {
            s->clientid = s->user;
        }
    }
}

/* Replaces the wildcards and variables of a filter so that the topic is likely to match it */
static void put_instance(struct buf *b, const struct gen_acl *g, struct rng *r, const char *filter)
{
    const struct gen_subject *s = &g->subjects[rng_below(r, GEN_SUBJECTS)];

    for (const char *p = filter; *p; p++) {
        if (*p == '+') {
            put_word(b, g, r);
        } else if (*p == '#') {
            size_t more = rng_below(r, 3);
            if (!more && b->len) {
                b->len--;
            }
            for (size_t i = 0; i < more; i++) {
                buf_text(b, i ? "/" : "");
                put_word(b, g, r);
            }
        } else if (*p == '%' && (p[1] == 'c' || p[1] == 'u') && rng_chance(r, 85)) {
            p++;
            buf_text(b, *p == 'c' ? s->clientid : s->user ? s->user : "%u");
        } else {
            buf_byte(b, (unsigned char)*p);
        }
    }
}

static void vary_topic(struct buf *b, const struct gen_acl *g, struct rng *r)
{
    const void *slash;

    switch (rng_below(r, 12)) {
    case 0: buf_byte(b, '/'); break;
    case 1:
        buf_byte(b, '/');
        put_word(b, g, r);
        break;
    case 2:
        slash = b->len ? memrchr(b->data, '/', b->len) : NULL;
        b->len = slash ? (size_t)((const unsigned char *)slash - b->data) : b->len;
        break;
    case 3: buf_insert(b, 0, "/", 1); break;
    case 4: b->len = b->len > 1 ? b->len - 1 : b->len; break;
    default: break;
    }
}

/* A topic that can be published: no wildcards, valid UTF-8 (cut bytes only ever leave half of the one e-acute) */
static bool can_publish(const char *topic)
{
    size_t len = strlen(topic);

    return len && !strpbrk(topic, "+#") && (unsigned char)topic[len - 1] != 0xc3;
}

static void choose_topic(struct gen_acl *g, struct rng *r)
{
    struct buf b = {0};

    if (g->filters.count && rng_chance(r, 85)) {
        put_instance(&b, g, r, pick_name(r, &g->filters));
    } else {
        put_levels(&b, g, r, 1 + rng_below(r, 4), 5);
    }
    vary_topic(&b, g, r);
    buf_byte(&b, 0);
    if (can_publish((char *)b.data) && !names_has(&g->topics, (char *)b.data)) {
        names_add(&g->topics, (char *)b.data);
    }
    buf_free(&b);
}

/* `#` leaves the topics that begin with `$` out, and `$share/…` is not a filter but a shared subscription */
static void choose_roots(struct gen_acl *g)
{
    names_add(&g->roots, "#");
    names_add(&g->roots, "$SYS/#");
    for (size_t i = 0; i < g->topics.count; i++) {
        const char *topic = g->topics.at[i];
        struct buf b = {0};

        buf_bytes(&b, topic, strcspn(topic, "/"));
        buf_text(&b, "/#");
        buf_byte(&b, 0);
        if (topic[0] == '$' && strncmp(topic, "$share", 6) && !names_has(&g->roots, (char *)b.data)) {
            names_add(&g->roots, (char *)b.data);
        }
        buf_free(&b);
    }
}

void gen_acl_begin(struct gen_acl *g, struct rng *r, bool denies)
{
    *g = (struct gen_acl){0};
    snprintf(g->publisher, sizeof g->publisher, "publisher-%016llx", (unsigned long long)rng_next(r));
    choose_words(g, r);
    write_sections(g, r, denies);
    choose_subjects(g, r);
}

void gen_acl_end(struct gen_acl *g, struct rng *r)
{
    for (int tries = 0; g->topics.count < GEN_TOPICS && tries < 20 * GEN_TOPICS; tries++) {
        choose_topic(g, r);
    }
    choose_roots(g);
    buf_format(&g->text, "user %s\n", g->publisher);
    for (size_t i = 0; i < g->roots.count; i++) {
        bool last = i + 1 == g->roots.count;
        buf_format(&g->text, "topic write %s%s", g->roots.at[i], last && rng_chance(r, 15) ? "" : "\n");
    }
}

void gen_acl(struct gen_acl *g, struct rng *r, bool denies)
{
    gen_acl_begin(g, r, denies);
    gen_acl_end(g, r);
}

void gen_acl_free(struct gen_acl *g)
{
    buf_free(&g->text);
    names_free(&g->users);
    names_free(&g->filters);
    names_free(&g->words);
    names_free(&g->topics);
    names_free(&g->roots);
}

void gen_subscription(struct buf *b, const struct gen_acl *g, struct rng *r)
{
    bool shared = rng_chance(r, 25);

    if (shared) {
        buf_text(b, "$share/g/");
        buf_text(b, pick_name(r, &g->words));
        put_levels(b, g, r, rng_below(r, 3), 10);
    } else if (rng_chance(r, 25)) {
        buf_text(b, RNG_PICK(r, sys_filters));
    } else {
        put_levels(b, g, r, 1 + rng_below(r, 4), 10);
        buf_text(b, b->len ? "" : "a");
    }
    buf_byte(b, 0);
}
