#define _POSIX_C_SOURCE 200809L
#include "model_dynsec.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const model_answers[3] = {"allow", "deny", "defer"};

/* An ACL of a role (its name is the topic), a role of a client or group, or a group of a client. */
typedef struct entry {
    const char *name;
    int priority;
    bool allow;
    const struct thing *to;
} entry;

typedef struct entries {
    entry *items;
    size_t count;
} entries;

enum { SEND, RECEIVE, SUBSCRIBE_LITERAL, SUBSCRIBE_PATTERN, UNSUBSCRIBE_LITERAL, UNSUBSCRIBE_PATTERN, TYPES };
static const char *const types[TYPES] = {"publishClientSend", "publishClientReceive", "subscribeLiteral",
                                         "subscribePattern",  "unsubscribeLiteral",   "unsubscribePattern"};

/* A role, a client or a group. */
typedef struct thing {
    const char *name;
    entries acls[TYPES]; /* of a role */
    bool wildcard_subs;
    entries roles;  /* of a client or group */
    entries groups; /* of a client */
    bool disabled;
    const char *id;
    model_password password;
} thing;

typedef struct things {
    thing **items;
    size_t count;
    bool twice; /* some name is there twice */
} things;

struct model_dynsec {
    model_release release;
    cJSON *root; /* holds all strings */
    things roles, clients, groups;
    const thing *anonymous;
    bool allowed[9]; /* the defaults, by model_access */
    bool unclear;
};

static void *need(void *p)
{
    if (!p) abort();
    return p;
}

/* ---- members of objects; a member of another type is as none ---- */

static const char *text_of(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(o, key));
}

static int number_of(const cJSON *o, const char *key, int otherwise)
{
    const cJSON *x = cJSON_GetObjectItem(o, key);
    return cJSON_IsNumber(x) ? x->valueint : otherwise;
}

static bool flag_of(const cJSON *o, const char *key, bool otherwise)
{
    const cJSON *x = cJSON_GetObjectItem(o, key);
    return cJSON_IsBool(x) ? cJSON_IsTrue(x) : otherwise;
}

static const cJSON *array_of(const cJSON *o, const char *key)
{
    const cJSON *x = cJSON_GetObjectItem(o, key);
    return cJSON_IsArray(x) ? x : NULL;
}

static int priority_of(const model_dynsec *m, const cJSON *o, int otherwise)
{
    enum { FAR = 100000 };
    int p = number_of(o, "priority", otherwise);
    if (m->release != MODEL_2_1_2) return p;
    return p > FAR ? FAR : p < -FAR ? -FAR : p;
}

/* ---- lists ---- */

/* The last of a name: where names can be there twice, the newest is found. */
static const entry *find_entry(const entries *l, const char *name)
{
    for (size_t i = l->count; i > 0; i--)
        if (strcmp(l->items[i - 1].name, name) == 0) return &l->items[i - 1];
    return NULL;
}

static thing *find_thing(const things *l, const char *name)
{
    for (size_t i = l->count; i > 0; i--)
        if (strcmp(l->items[i - 1]->name, name) == 0) return l->items[i - 1];
    return NULL;
}

/* A hash table of uthash, in which ten are needed before the newest may be found last. */
static void note_twice(model_dynsec *m, bool twice, size_t count)
{
    enum { FEW = 10 };
    if (twice && count >= FEW) m->unclear = true;
}

/* Whether E goes before what is THERE. Roles and groups: the difference is an int that wraps. */
static bool acl_before(const entry *e, const entry *there) { return e->priority > there->priority; }
static bool reference_before(const entry *e, const entry *there)
{
    int32_t more = (int32_t)((uint32_t)e->priority - (uint32_t)there->priority);
    return more > 0 || (more == 0 && strcmp(e->name, there->name) < 0);
}
static bool never_before(const entry *e, const entry *there) { return e == there; }

/* Before the first one that it goes before, even if later ones would disagree. */
static void insert(entries *l, entry e, bool (*before)(const entry *e, const entry *there))
{
    size_t at = 0;
    while (at < l->count && !before(&e, &l->items[at])) at++;
    l->items = need(realloc(l->items, (l->count + 1) * sizeof *l->items));
    memmove(l->items + at + 1, l->items + at, (l->count - at) * sizeof *l->items);
    l->items[at] = e;
    l->count++;
}

/* The next role, client or group; NULL: it has no name, or one that does not count. */
static thing *add_thing(model_dynsec *m, things *l, const cJSON *o, const char *key)
{
    const char *name = cJSON_IsObject(o) ? text_of(o, key) : NULL;
    if (!name || (m->release == MODEL_2_1_2 && !*name)) return NULL;
    bool known = find_thing(l, name) != NULL;
    if (known && m->release >= MODEL_2_0_22) return NULL;
    thing *x = need(calloc(1, sizeof *x));
    x->name = name;
    l->items = need(realloc(l->items, (l->count + 1) * sizeof *l->items));
    l->items[l->count++] = x;
    l->twice |= known;
    note_twice(m, l->twice, l->count);
    return x;
}

/* ---- passwords ---- */

/* Does TEXT stand for A or B bytes? */
static bool base64_of(model_dynsec *m, const char *text, size_t a, size_t b)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strlen(text), plain = strspn(text, letters), pads = strspn(text + plain, "="), usual = 0;
    if (n > 0 && n % 4 == 0 && plain + pads == n && pads <= 2) {
        size_t bytes = n / 4 * 3 - pads;
        return bytes == a || bytes == b;
    }
    for (const char *p = text; *p; p++) usual += strchr(letters, *p) || *p == '=';
    if (usual * 3 / 4 >= (a < b ? a : b)) m->unclear = true;
    return false;
}

/* $6$SALT$HASH or $7$ITERATIONS$SALT$HASH; several '$' count as one, and what follows is ignored. */
static model_password encoded_password(model_dynsec *m, const char *text)
{
    if (strncmp(text, "$argon2id$", 10) == 0) return MODEL_PASSWORD_ARGON2;
    if (strncmp(text, "$6$", 3) != 0 && strncmp(text, "$7$", 3) != 0) return MODEL_PASSWORD_NONE;
    char *copy = need(strdup(text + 3)), *save = copy;
    const char *iterations = text[1] == '7' ? strtok_r(NULL, "$", &save) : "1";
    const char *salt = strtok_r(NULL, "$", &save), *hash = strtok_r(NULL, "$", &save);
    bool ok =
        iterations && atoi(iterations) >= 1 && salt && base64_of(m, salt, 12, 64) && hash && base64_of(m, hash, 64, 64);
    free(copy);
    return ok ? MODEL_PASSWORD_SET : MODEL_PASSWORD_NONE;
}

/* False: 2.0 drops the client. */
static bool read_password_2_0(model_dynsec *m, thing *client, const cJSON *o)
{
    const char *salt = text_of(o, "salt"), *hash = text_of(o, "password");
    const cJSON *iterations = cJSON_GetObjectItem(o, "iterations");
    if (!salt || !hash) return true;
    if (!cJSON_IsNumber(iterations)) {
        if (m->release == MODEL_2_0_22) m->unclear = true;
        return true;
    }
    if (m->release == MODEL_2_0_22) {
        if (iterations->valueint < 1) return true;
    } else if (!(iterations->valuedouble >= 1 && iterations->valuedouble < 2147483648.0)) {
        return false; /* what is too much for an int becomes a negative one */
    }
    if (!base64_of(m, salt, 12, 12) || !base64_of(m, hash, 64, 64)) return false;
    client->password = MODEL_PASSWORD_SET;
    return true;
}

/* 2.1 writes the old fields into a buffer as one text of the new kind. */
static void read_password_2_1(model_dynsec *m, thing *client, const cJSON *o)
{
    const char *encoded = text_of(o, "encoded_password"), *salt = text_of(o, "salt"), *hash = text_of(o, "password");
    int iterations = number_of(o, "iterations", 0);
    char together[1024];
    if (!encoded) {
        if (!salt || !hash || iterations < 1) return;
        snprintf(together, sizeof together, "$7$%d$%s$%s", iterations, salt, hash);
        encoded = together;
    }
    client->password = encoded_password(m, encoded);
}

/* ---- loading ---- */

static void load_acls(model_dynsec *m, thing *role, int type, const cJSON *acls)
{
    bool literal = type == SUBSCRIBE_LITERAL || type == UNSUBSCRIBE_LITERAL, twice = false;
    const cJSON *o;
    cJSON_ArrayForEach(o, acls)
    {
        const char *name = text_of(o, "acltype"), *topic = text_of(o, "topic");
        if (!name || strcasecmp(name, types[type]) != 0 || !topic) continue;
        if (m->release == MODEL_2_1_2 && !*topic) continue;
        bool known = find_entry(&role->acls[type], topic) != NULL;
        if (known && m->release >= MODEL_2_0_22) continue;
        twice |= known;
        entry e = {.name = topic, .priority = priority_of(m, o, 0), .allow = flag_of(o, "allow", false)};
        insert(&role->acls[type], e, literal ? never_before : acl_before);
    }
    if (literal) note_twice(m, twice, role->acls[type].count);
}

static void load_roles(model_dynsec *m, const cJSON *list)
{
    const cJSON *o;
    cJSON_ArrayForEach(o, list)
    {
        thing *role = add_thing(m, &m->roles, o, "rolename");
        if (!role) continue;
        role->wildcard_subs = m->release != MODEL_2_1_2 || flag_of(o, "allowwildcardsubs", true);
        for (int type = 0; type < TYPES; type++) load_acls(m, role, type, array_of(o, "acls"));
    }
}

static void add_reference(entries *l, const thing *to, int priority)
{
    if (!to || find_entry(l, to->name)) return;
    insert(l, (entry){.name = to->name, .priority = priority, .to = to}, reference_before);
}

static void load_roles_of(model_dynsec *m, thing *holder, const cJSON *list)
{
    const cJSON *o;
    cJSON_ArrayForEach(o, list)
    {
        const char *name = cJSON_IsObject(o) ? text_of(o, "rolename") : NULL;
        if (name) add_reference(&holder->roles, find_thing(&m->roles, name), priority_of(m, o, -1));
    }
}

static void load_clients(model_dynsec *m, const cJSON *list)
{
    const cJSON *o;
    cJSON_ArrayForEach(o, list)
    {
        thing *client = add_thing(m, &m->clients, o, "username");
        if (!client) continue;
        if (m->release == MODEL_2_1_2) {
            read_password_2_1(m, client, o);
        } else if (!read_password_2_0(m, client, o)) {
            free(client);
            m->clients.count--;
            continue;
        }
        client->disabled = flag_of(o, "disabled", false);
        client->id = text_of(o, "clientid");
        load_roles_of(m, client, array_of(o, "roles"));
    }
}

static void load_groups(model_dynsec *m, const cJSON *list)
{
    const cJSON *o, *x;
    cJSON_ArrayForEach(o, list)
    {
        thing *group = add_thing(m, &m->groups, o, "groupname");
        if (!group) continue;
        load_roles_of(m, group, array_of(o, "roles"));
        cJSON_ArrayForEach(x, array_of(o, "clients"))
        {
            const char *name = cJSON_IsObject(x) ? text_of(x, "username") : NULL;
            thing *client = name ? find_thing(&m->clients, name) : NULL;
            if (client) add_reference(&client->groups, group, priority_of(m, x, -1));
        }
    }
}

static void load(model_dynsec *m)
{
    static const struct {
        const char *key;
        void (*load)(model_dynsec *m, const cJSON *list);
    } parts[] = {{"roles", load_roles}, {"clients", load_clients}, {"groups", load_groups}};
    const cJSON *defaults = cJSON_GetObjectItem(m->root, "defaultACLAccess");
    if (!cJSON_IsObject(defaults)) defaults = NULL;
    m->allowed[MODEL_WRITE] = flag_of(defaults, "publishClientSend", false);
    m->allowed[MODEL_READ] = flag_of(defaults, "publishClientReceive", false);
    m->allowed[MODEL_SUBSCRIBE] = flag_of(defaults, "subscribe", false);
    m->allowed[MODEL_UNSUBSCRIBE] = flag_of(defaults, "unsubscribe", false);
    for (size_t i = 0; i < 3; i++) {
        const cJSON *list = cJSON_GetObjectItem(m->root, parts[i].key);
        if (list && !cJSON_IsArray(list)) return; /* an error, and nothing further is read */
        parts[i].load(m, list);
    }
    const char *name = text_of(m->root, "anonymousGroup");
    if (name) m->anonymous = find_thing(&m->groups, name);
}

static cJSON *parse(const char *text, size_t n)
{
    char *copy = need(malloc(n + 1));
    memcpy(copy, text, n);
    copy[n] = '\0';
    cJSON *root = cJSON_Parse(copy);
    free(copy);
    return root;
}

model_dynsec *model_dynsec_load(const char *text, size_t n, model_release release)
{
    model_dynsec *m = need(calloc(1, sizeof *m));
    m->release = release;
    m->root = parse(text, n);
    load(m);
    return m;
}

static void free_things(things *l)
{
    for (size_t i = 0; i < l->count; i++) {
        for (size_t type = 0; type < TYPES; type++) free(l->items[i]->acls[type].items);
        free(l->items[i]->roles.items);
        free(l->items[i]->groups.items);
        free(l->items[i]);
    }
    free(l->items);
}

void model_dynsec_free(model_dynsec *m)
{
    free_things(&m->roles);
    free_things(&m->clients);
    free_things(&m->groups);
    cJSON_Delete(m->root);
    free(m);
}

bool model_dynsec_unclear(const model_dynsec *m) { return m->unclear; }

/* 2.0.11 copies these texts without a look at whether they are texts. */
bool model_dynsec_crashes(const char *text, size_t n)
{
    cJSON *root = parse(text, n);
    const cJSON *o;
    bool crashes = false;
    cJSON_ArrayForEach(o, array_of(root, "roles"))
    {
        const cJSON *name = cJSON_IsObject(o) ? cJSON_GetObjectItem(o, "rolename") : NULL;
        if (!name) continue;
        const cJSON *short_text = cJSON_GetObjectItem(o, "textname"), *more = cJSON_GetObjectItem(o, "textdescription");
        crashes |=
            !cJSON_IsString(name) || (short_text && !cJSON_IsString(short_text)) || (more && !cJSON_IsString(more));
    }
    cJSON_Delete(root);
    return crashes;
}

/* ---- topics ---- */

typedef struct question {
    const char *user, *id;
    model_access access;
    const char *topic;
    bool variables; /* %c and %u in filters */
} question;

typedef enum { NO, YES, BROKEN /* a malformed filter, met where it is malformed */ } reach;

/* Where the rest of a filter cannot match any more, it is only searched for a '#' that is not its end. */
static reach give_up(const char *rest)
{
    const char *hash = strchr(rest, '#');
    return hash && hash[1] ? BROKEN : NO;
}

static bool begins_level(const char *filter, const char *at) { return at == filter || at[-1] == '/'; }
static bool ends_level(const char *at) { return *at == '\0' || *at == '/'; }

/* A variable at F: moves both behind it; false: what it stands for is not there. */
static bool walk_variable(const question *q, bool covering, const char **f, const char **t)
{
    const char *value = (*f)[1] == 'c' ? q->id : q->user;
    if (!value || !*value || strchr(value, '/')) return false;
    if (covering && (strcmp(value, "+") == 0 || strcmp(value, "#") == 0)) return false;
    if (strncmp(*t, value, strlen(value)) != 0) return false;
    *f += 2;
    *t += strlen(value);
    return true;
}

/* A filter and a topic, byte by byte, since it matters where a malformed filter is
 * given up. COVERING: the topic is a filter itself, and all that it matches is meant. */
static reach walk(const question *q, bool covering, const char *filter)
{
    const char *f = filter, *t = q->topic;
    if (!*f || !*t) return BROKEN;
    if ((*f == '$') != (*t == '$')) return NO;
    while (*f) {
        if (!covering && (*t == '+' || *t == '#')) return BROKEN;
        if (q->variables && begins_level(filter, f) && *f == '%' && (f[1] == 'c' || f[1] == 'u') && ends_level(f + 2)) {
            if (!walk_variable(q, covering, &f, &t)) return NO;
            if (!*t && (!*f || strcmp(f, "/#") == 0)) return YES;
        }
        if (*t && *f == *t) {
            if (!t[1] && strcmp(f + 1, "/#") == 0) return YES;
            f++, t++;
            if (!*t && !*f) return YES;
            if (!*t && strcmp(f, "+") == 0) return f[-1] == '/' ? YES : BROKEN;
        } else if (*f == '+') {
            size_t level = strcspn(t, "/");
            if (covering && *t == '#') return NO;
            if (!begins_level(filter, f) || !ends_level(f + 1)) return BROKEN;
            if (!covering && strcspn(t, "+#") < level) return BROKEN;
            f++, t += level;
            if (!*t && !*f) return YES;
        } else if (*f == '#') {
            bool ok = begins_level(filter, f) && !f[1] && (covering || !strpbrk(t, "+#"));
            return ok ? YES : BROKEN;
        } else {
            bool parent = !*t && f > filter && f[-1] == '+' && f[0] == '/' && f[1] == '#';
            return parent ? YES : give_up(f);
        }
    }
    return !covering && strpbrk(t, "+#") ? BROKEN : NO;
}

/* The bytes before a '#' that ends a filter, or all; *OPEN: it has one. */
static size_t before_hash(const char *filter, bool *open)
{
    size_t n = strlen(filter);
    *open = strcmp(filter, "#") == 0 || (n > 1 && strcmp(filter + n - 2, "/#") == 0);
    return !*open ? n : n > 1 ? n - 2 : 0;
}

/* 2.0: level by level, and what a '#' stands for is cut off both before. */
static bool covers_2_0(const char *acl, const char *sub)
{
    bool acl_open, sub_open;
    size_t acl_n = before_hash(acl, &acl_open), sub_n = before_hash(sub, &sub_open), a = 0, s = 0;
    if (strcmp(acl, "#") == 0) return true;
    if (sub_open && !acl_open) return false;
    for (;;) {
        size_t want = strcspn(acl + a, "/"), have = strcspn(sub + s, "/");
        if (want > acl_n - a) want = acl_n - a;
        if (have > sub_n - s) have = sub_n - s;
        bool plus = want == 1 && acl[a] == '+';
        if (!plus && (want != have || memcmp(acl + a, sub + s, want) != 0)) return false;
        a += want, s += have;
        if (a == acl_n) return s == sub_n || acl_open;
        if (s == sub_n) return false;
        a++, s++;
    }
}

/* ---- decisions ---- */

static reach reaches(const model_dynsec *m, const question *q, const char *filter)
{
    bool covering = q->access == MODEL_SUBSCRIBE || q->access == MODEL_UNSUBSCRIBE;
    if (m->release == MODEL_2_1_2) return walk(q, covering, filter);
    if (covering) return covers_2_0(filter, q->topic) ? YES : NO;
    return walk(q, false, filter) == YES ? YES : NO;
}

/* DEFER: the role says nothing. */
static model_answer ask_role(const model_dynsec *m, const thing *role, const question *q)
{
    bool subscribe = q->access == MODEL_SUBSCRIBE, publish = q->access == MODEL_WRITE || q->access == MODEL_READ;
    const entries *literals = &role->acls[subscribe ? SUBSCRIBE_LITERAL : UNSUBSCRIBE_LITERAL];
    const entries *patterns = publish ? &role->acls[q->access == MODEL_WRITE ? SEND : RECEIVE] : literals + 1;
    if (subscribe && !role->wildcard_subs && strpbrk(q->topic, "+#")) return MODEL_DENY;
    const entry *e = publish ? NULL : find_entry(literals, q->topic);
    if (e) return e->allow ? MODEL_ALLOW : MODEL_DENY;
    for (size_t i = 0; i < patterns->count; i++) {
        reach r = reaches(m, q, patterns->items[i].name);
        if (r == BROKEN) return MODEL_DENY;
        if (r == YES) return patterns->items[i].allow ? MODEL_ALLOW : MODEL_DENY;
    }
    return MODEL_DEFER;
}

static model_answer ask_roles(const model_dynsec *m, const entries *roles, const question *q)
{
    model_answer answer = MODEL_DEFER;
    for (size_t i = 0; i < roles->count && answer == MODEL_DEFER; i++) answer = ask_role(m, roles->items[i].to, q);
    return answer;
}

model_answer model_dynsec_ask(const model_dynsec *m, const char *user, const char *id, model_access access,
                              const char *topic)
{
    question q = {user, id, access, topic, m->release == MODEL_2_1_2};
    model_answer answer = MODEL_DEFER;
    if (user) {
        const thing *client = find_thing(&m->clients, user);
        if (!client) return MODEL_DEFER;
        answer = ask_roles(m, &client->roles, &q);
        for (size_t i = 0; i < client->groups.count && answer == MODEL_DEFER; i++)
            answer = ask_roles(m, &client->groups.items[i].to->roles, &q);
    } else if (m->anonymous) {
        answer = ask_roles(m, &m->anonymous->roles, &q);
    }
    if (answer != MODEL_DEFER || !m->allowed[access] || strncmp(topic, "$CONTROL", 8) == 0) return answer;
    return MODEL_ALLOW;
}

/* ---- login ---- */

model_client model_dynsec_client(const model_dynsec *m, const char *user)
{
    const thing *x = find_thing(&m->clients, user);
    if (!x) return (model_client){false, false, NULL, MODEL_PASSWORD_NONE};
    return (model_client){true, x->disabled, x->id, x->password};
}

model_answer model_dynsec_login(const model_dynsec *m, const char *user, const char *id, bool right)
{
    model_client c = model_dynsec_client(m, user);
    if (!c.known) return MODEL_DEFER;
    if (c.disabled || (c.id && (!id || strcmp(c.id, id) != 0))) return MODEL_DENY;
    if (c.password == MODEL_PASSWORD_NONE) return m->release == MODEL_2_1_2 ? MODEL_DENY : MODEL_DEFER;
    return right ? MODEL_ALLOW : MODEL_DENY;
}
