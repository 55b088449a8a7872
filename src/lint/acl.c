/* Rules about an ACL file: what its lines mean to whom. */
#include "lint/acl_lists.h"
#include "text/leftover.h"
#include "topic/topic.h"

enum { MANY_RULES = 1000, MANY_PATTERNS = 500 };

/* ---- walking through the file ---- */

/* An entry with what stands before it. */
struct at_entry {
    const cx_acl_entry *entry;
    size_t number;
    cx_str value;
    cx_str user; /* whose section it is in; .p NULL: before the first `user` line */
};

static cx_finding *say(const cx_acl_linting *c, unsigned rule, cx_str part, const char *message, cx_str what)
{
    return cx_findings_add(c->findings, rule, cx_span_of(c->source, part), c->targets, 0, message,
                           cx_quote(c->findings, what));
}

static void note_entry(const cx_acl_linting *c, cx_finding *x, const cx_acl_entry *e, const char *before)
{
    cx_str text = cx_acl_entry_line(c->acl, e);
    cx_finding_note(c->findings, x, "%sline %zu: '%.*s'", before, cx_source_place(c->source, e->value.at).line,
                    (int)text.n, text.p);
}

static bool is_rule(const cx_acl_entry *e) { return e->kind != CX_ACL_USER; }
static bool allows(const cx_acl_entry *e, unsigned access) { return is_rule(e) && (e->access & access); }

/* ---- one line ---- */

static void judge_template(const cx_acl_linting *c, const struct at_entry *at)
{
    if (!cx_has_placeholder(at->value)) return;
    cx_finding *x = say(c, CX_RULE_ACL_UNFILLED_TEMPLATE, at->value, "%s was to be filled in by a tool", at->value);
    cx_finding_note(c->findings, x, "the broker takes it as it stands: %s",
                    is_rule(at->entry) ? "a topic nobody uses" : "a user of this very name");
    cx_finding_help(c->findings, x, "deploy the file that the tool makes of it, and lint that one");
}

static void judge_second_access(const cx_acl_linting *c, const struct at_entry *at)
{
    const char *space = at->value.n ? memchr(at->value.p, ' ', at->value.n) : NULL;
    if (!space) return;
    cx_str word = {at->value.p, (size_t)(space - at->value.p)};
    const cx_word *w = cx_word_find(CX_STR("acl"), word);
    if (!w || strcmp(w->kind, "access") != 0) return;
    cx_finding *x =
        say(c, CX_RULE_ACL_SECOND_ACCESS, at->value, "a second access word: the topic is %s, blank and all", at->value);
    cx_finding_note(c->findings, x, "a rule has one access word, and a deny takes reading and writing");
    cx_str topic = cx_str_trim(cx_str_sub(at->value, word.n, at->value.n - word.n));
    if (at->entry->access == CX_ACL_DENY && !cx_str_is(word, "deny"))
        cx_finding_help(c->findings, x, "to let clients only %s it, allow that alone: topic %s %.*s",
                        cx_str_is(word, "write") ? "read" : "write", cx_str_is(word, "write") ? "read" : "write",
                        (int)topic.n, topic.p);
    else cx_finding_help(c->findings, x, "topic %.*s %.*s", (int)word.n, word.p, (int)topic.n, topic.p);
}

static void judge_variable(const cx_acl_linting *c, const struct at_entry *at)
{
    const char *variable = cx_str_find(at->value, "%c");
    if (!variable) variable = cx_str_find(at->value, "%u");
    if (!variable || at->entry->kind != CX_ACL_TOPIC) return;
    cx_finding *x =
        say(c, CX_RULE_ACL_VARIABLE_IN_TOPIC, at->value, "%s: %%c and %%u are plain text in a topic line", at->value);
    cx_finding_note(c->findings, x, "only pattern lines have variables, and they hold for every client");
    cx_str line = cx_acl_entry_line(c->acl, at->entry);
    cx_finding_help(c->findings, x, "pattern%.*s", (int)(line.n - 5), line.p + 5);
    cx_fix *fix = cx_finding_fix(c->findings, x, false, "write 'pattern'");
    cx_fix_edit(c->findings, fix, cx_span_of(c->source, cx_str_sub(line, 0, 5)), "pattern");
}

/* A level that holds a variable and more. */
static bool partial(cx_str filter)
{
    for (size_t i = 0; i + 1 < filter.n; i++) {
        if (filter.p[i] != '%' || (filter.p[i + 1] != 'c' && filter.p[i + 1] != 'u')) continue;
        if ((i > 0 && filter.p[i - 1] != '/') || (i + 2 < filter.n && filter.p[i + 2] != '/')) return true;
    }
    return false;
}

static void judge_partial(const cx_acl_linting *c, const struct at_entry *at, const cx_release *release)
{
    bool level = cx_behaves(release, CX_B_ACL_VARIABLES) == CX_ACL_VARIABLES_LEVEL;
    if (at->entry->kind != CX_ACL_PATTERN || !level || !partial(at->value)) return;
    cx_finding *x = cx_findings_add(c->findings, CX_RULE_ACL_PARTIAL_VARIABLE, at->entry->value, CX_TARGET_BIT(release),
                                    0, "%s: a variable must be a whole level", cx_quote(c->findings, at->value));
    cx_finding_note(c->findings, x,
                    "from 2.1 on it is plain text here, the same for every client; up to 2.0 it is replaced");
    cx_finding_help(c->findings, x, "make the variable a level of its own, as in 'devices/%%c/state'");
}

static void judge_shared(const cx_acl_linting *c, const struct at_entry *at)
{
    if (!cx_str_starts(at->value, CX_STR("$share/"))) return;
    const char *group = memchr(at->value.p + 7, '/', at->value.n - 7);
    cx_finding *x = say(c, CX_RULE_ACL_SHARED_SUBSCRIPTION, at->value, "%s matches nothing", at->value);
    cx_finding_note(c->findings, x, "the broker checks the topic of the message, which never begins with $share");
    if (!group) return;
    size_t skip = (size_t)(group + 1 - at->value.p);
    cx_finding_help(c->findings, x, "allow reading '%.*s'", (int)(at->value.n - skip), at->value.p + skip);
    cx_fix *fix = cx_finding_fix(c->findings, x, false, "take '$share' and the group away");
    cx_fix_edit(c->findings, fix, cx_span_of(c->source, cx_str_sub(at->value, 0, skip)), "%s", "");
}

static void judge_system(const cx_acl_linting *c, const struct at_entry *at)
{
    bool control = cx_str_starts(at->value, CX_STR("$CONTROL"));
    if (!allows(at->entry, CX_ACL_WRITE)) return;
    if (control) {
        cx_finding *x =
            say(c, CX_RULE_ACL_WRITE_SYSTEM_TOPIC, at->value, "%s is how brokers are administered", at->value);
        cx_finding_note(
            c->findings, x,
            at->user.p ? "with the dynamic security plug-in this user can make itself administrator"
                       : "with the dynamic security plug-in every client without a name can make itself administrator");
        cx_finding_help(c->findings, x, "give it to one administrator, by dynamic security itself");
        return;
    }
    bool state = cx_str_starts(at->value, CX_STR("$SYS/broker/connection/"));
    if (!cx_str_starts(at->value, CX_STR("$SYS")) || state || at->entry->kind == CX_ACL_PATTERN) return;
    cx_finding *x =
        say(c, CX_RULE_ACL_WRITE_SYSTEM_TOPIC, at->value, "nobody can write to %s, whatever the file says", at->value);
    x->severity = CX_ADVICE;
    cx_finding_note(c->findings, x, "only the state of bridges, $SYS/broker/connection/+/state, is taken from clients");
    cx_finding_help(c->findings, x, "topic read %.*s", (int)at->value.n, at->value.p);
}

static void judge_username(const cx_acl_linting *c, const struct at_entry *at)
{
    const cx_list *patterns = &c->policy->lists.items[c->patterns];
    if (is_rule(at->entry) || patterns->count == 0 || !cx_has_wildcard(at->value)) return;
    cx_finding *x = say(c, CX_RULE_ACL_UNSAFE_USERNAME, at->value, "the user name %s has a '+' or '#'", at->value);
    cx_finding_note(c->findings, x,
                    "since the file has patterns, the broker denies such a user all that its own rules do not decide");
    cx_finding_help(c->findings, x, "choose a user name without '+' and '#'");
}

static void judge_empty_level(const cx_acl_linting *c, const struct at_entry *at)
{
    const char *two = cx_str_find(at->value, "//");
    if (!is_rule(at->entry) || !two || (two > at->value.p && two[-1] == ':')) return;
    cx_finding *x = say(c, CX_RULE_ACL_EMPTY_LEVEL, at->value, "%s has an empty level", at->value);
    cx_finding_note(c->findings, x, "it is a level like others: topics must have it too");
}

/* Does a pattern stand in the middle of a user's rules, where it looks like one of them? */
static void judge_pattern_place(const cx_acl_linting *c, const struct at_entry *at)
{
    const cx_acl_entry *e = at->entry, *before = e - 1;
    if (e->kind != CX_ACL_PATTERN || !at->user.p || at->number == 0) return;
    cx_str text = cx_str_sub(c->source->text, before->value.at, e->value.at - before->value.at);
    size_t lines = 0;
    for (size_t i = 0; i < text.n; i++) lines += text.p[i] == '\n';
    bool follows = lines == 1;
    bool inside = at->number + 1 < c->acl->entries.n && e[1].kind == CX_ACL_TOPIC;
    if (!inside && !(follows && before->kind == CX_ACL_USER)) return;
    cx_finding *x =
        say(c, CX_RULE_ACL_PATTERN_UNDER_USER, at->value, "the pattern %s holds for every client", at->value);
    cx_finding_note(c->findings, x, "it stands among the rules of user '%.*s', and is not one of them", (int)at->user.n,
                    at->user.p);
    cx_finding_help(c->findings, x, "move it in front of the first 'user' line, or write 'topic' and the name itself");
}

static void judge_entry(const cx_acl_linting *c, const struct at_entry *at, const cx_release *release)
{
    judge_template(c, at);
    judge_partial(c, at, release);
    judge_username(c, at);
    if (!is_rule(at->entry)) return;
    judge_second_access(c, at);
    judge_variable(c, at);
    judge_shared(c, at);
    judge_system(c, at);
    judge_empty_level(c, at);
    judge_pattern_place(c, at);
}

/* ---- the file as a whole ---- */

/* What is known of it when all lines were seen. */
struct seen {
    cx_map users;           /* by name … */
    CX_VEC(uint32_t) lines; /* … the number of the entry */
    const cx_acl_entry *first_rule, *first_anonymous, *first_client_id, *first_plain;
    size_t users_unlimited, plain;
    bool only_bridges; /* the client ids are those of bridges, in the topics of their state */
};

static void see_user(const cx_acl_linting *c, struct seen *s, const struct at_entry *at)
{
    uint32_t number = cx_map_put(&s->users, at->value);
    if (number == s->lines.n) {
        cx_vec_add(&s->lines, (uint32_t)at->number);
        return;
    }
    const cx_acl_entry *first = &c->acl->entries.items[s->lines.items[number]];
    cx_finding *x = say(c, CX_RULE_ACL_REPEATED_USER, at->value, "a second section of user %s", at->value);
    note_entry(c, x, first, "the first one: ");
    cx_finding_note(c->findings, x, "the broker puts both together");
    cx_finding_help(c->findings, x, "move the rules to the first section, so that nobody overlooks them");
}

static void see(const cx_acl_linting *c, struct seen *s, const struct at_entry *at)
{
    const cx_acl_entry *e = at->entry;
    if (!is_rule(e)) {
        see_user(c, s, at);
        return;
    }
    if (!s->first_rule) s->first_rule = e;
    if (e->kind == CX_ACL_TOPIC && !at->user.p && !s->first_anonymous) s->first_anonymous = e;
    if (e->kind == CX_ACL_PATTERN && cx_str_find(at->value, "%c") && (!s->first_client_id || s->only_bridges)) {
        s->first_client_id = e;
        s->only_bridges = cx_str_starts(at->value, CX_STR("$SYS/broker/connection/"));
    }
    cx_str line = cx_acl_entry_line(c->acl, e);
    bool bare = !memchr(line.p, ' ', line.n) ||
                (size_t)((const char *)memchr(line.p, ' ', line.n) + 1 - line.p) + at->value.n == line.n;
    const cx_word *word = bare ? cx_word_find(CX_STR("acl"), at->value) : NULL;
    if (word && strcmp(word->kind, "access") == 0) bare = false; /* acl-word-as-topic */
    if (bare && !s->first_plain) s->first_plain = e;
    s->plain += bare;
}

static bool client_ids_bound(const cx_acl_linting *c)
{
    const cx_lint *l = c->lint;
    bool bound = l->has_conf && l->start.doors.n > 0;
    for (size_t i = 0; i < l->start.doors.n && bound; i++)
        bound = l->start.doors.items[i]->serving.username_as_clientid;
    return bound;
}

static void judge_client_ids(const cx_acl_linting *c, const struct seen *s)
{
    if (!s->first_client_id || client_ids_bound(c)) return;
    cx_str value = cx_source_str(c->source, s->first_client_id->value);
    cx_finding *x = say(c, CX_RULE_ACL_UNBOUND_CLIENTID, value,
                        "whoever connects with another client's id has its topics: %s", value);
    if (!c->lint->has_conf || s->only_bridges) x->severity = CX_ADVICE;
    cx_finding_note(c->findings, x, "a client chooses its id, and the broker lets it take the id of a connected one");
    cx_finding_help(c->findings, x,
                    "write %%u, the user name, instead, or set use_username_as_clientid true in mosquitto.conf");
}

static bool nobody_anonymous(const cx_lint *l)
{
    bool none = l->has_conf && l->start.doors.n > 0;
    for (size_t i = 0; i < l->start.doors.n && none; i++) none = l->start.doors.items[i]->serving.anonymous == CX_NO;
    return none;
}

/* Rules before the first user line hold for clients without a name only. */
static void judge_anonymous_rules(const cx_acl_linting *c, const struct seen *s)
{
    if (!s->first_anonymous || nobody_anonymous(c->lint)) return; /* the latter is cross-dead-anonymous-rules */
    cx_str value = cx_source_str(c->source, s->first_anonymous->value);
    bool patterns = c->policy->lists.items[c->patterns].count > 0;
    cx_finding *x = cx_findings_add(
        c->findings, CX_RULE_ACL_ANONYMOUS_RULES_NOT_INHERITED, cx_span_of(c->source, value), c->targets, 0,
        s->users.n ? "rules before the first 'user' line hold for clients without a user name only"
                   : "without a 'user' line the rules hold for clients without a user name only");
    if (s->users.n) x->severity = CX_ADVICE;
    cx_finding_note(c->findings, x,
                    s->users.n ? "named users get nothing of them, only their own rules and patterns"
                    : patterns ? "whoever logs in with a name gets the patterns and nothing else"
                               : "whoever logs in with a name is denied everything");
    cx_finding_help(
        c->findings, x,
        s->users.n
            ? "repeat the rule in the sections of users who need it; 'pattern' instead of 'topic' holds for all clients"
            : "put 'user NAME' lines in front of rules for named users; 'pattern' instead of 'topic' holds for all clients");
}

/* A rule that allows so much that there is little left to deny. */
static const cx_rule *unlimited(const cx_acl_linting *c, const cx_list *list, unsigned access)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const cx_rule *r = &c->policy->rules[list->first + i];
        cx_str filter = cx_rule_filter(r);
        if (r->outcome == CX_DENY) return NULL;
        if ((cx_str_is(filter, "#") || cx_str_is(filter, "+/#")) && (r->access & access) == access) return r;
    }
    return NULL;
}

static cx_finding *say_rule(const cx_acl_linting *c, unsigned rule, const cx_rule *r, const char *message, cx_str what)
{
    return say(c, rule, cx_str_sub(c->source->text, r->at, r->filter_len), message, what);
}

static void judge_unlimited(const cx_acl_linting *c)
{
    const cx_rule *first = NULL;
    cx_str name = CX_STR_NONE;
    size_t others = 0;
    for (size_t i = 0; i < c->policy->lists.n; i++) {
        const cx_list *list = &c->policy->lists.items[i];
        const cx_rule *r = list->kind == CX_LIST_USER ? unlimited(c, list, CX_ACCESS_READ | CX_ACCESS_WRITE) : NULL;
        if (!r) continue;
        if (first) others++;
        else first = r, name = c->policy->users.keys[list->holder].key;
    }
    if (!first) return;
    cx_finding *x = say_rule(c, CX_RULE_ACL_UNLIMITED_USER, first, "user %s may read and write everything", name);
    if (!others) x->severity = CX_ADVICE;
    if (others) cx_finding_note(c->findings, x, "and so may %zu further user%s", others, others == 1 ? "" : "s");
    cx_finding_note(c->findings, x, "'#' does not include topics that begin with '$', such as $SYS/broker/uptime");
    cx_finding_help(c->findings, x, "name the trees the user needs; whoever steals this password has them all");
}

static void judge_anonymous_grant(const cx_acl_linting *c)
{
    const cx_list *list = &c->policy->lists.items[c->anonymous];
    for (uint32_t i = 0; i < list->count && !nobody_anonymous(c->lint); i++) {
        const cx_rule *r = &c->policy->rules[list->first + i];
        cx_str filter = cx_rule_filter(r);
        bool wild = cx_str_starts(filter, CX_STR("#")) || cx_str_starts(filter, CX_STR("+"));
        if (r->outcome == CX_DENY || !wild) continue;
        cx_finding *x = say_rule(c, CX_RULE_ACL_ANONYMOUS_GRANT, r,
                                 r->access & CX_ACCESS_WRITE ? "clients without a user name may write to %s"
                                                             : "clients without a user name may read %s",
                                 filter);
        cx_finding_note(c->findings, x, "the rule stands before the first 'user' line");
        cx_finding_help(c->findings, x, "name the topics that are for everybody, or put the rule below a 'user' line");
        return;
    }
}

static void judge_size(const cx_acl_linting *c)
{
    for (size_t i = 0; i < c->policy->lists.n; i++) {
        const cx_list *list = &c->policy->lists.items[i];
        bool patterns = i == c->patterns;
        if (list->count < (patterns ? MANY_PATTERNS : MANY_RULES)) continue;
        const cx_rule *r = &c->policy->rules[list->first];
        cx_finding *x = cx_findings_add(c->findings, CX_RULE_ACL_MANY_RULES, (cx_span){r->at, r->filter_len},
                                        c->targets, 0, "%u %s are looked through one after the other", list->count,
                                        patterns                     ? "patterns"
                                        : list->kind == CX_LIST_USER ? "rules of one user"
                                                                     : "rules");
        cx_finding_note(c->findings, x,
                        "for each message and each of its receivers: about 25 microseconds for a thousand");
        cx_finding_help(c->findings, x, "wildcards, or patterns with %%u, say the same in fewer lines");
        return;
    }
}

/* A user name as a level of the section's topics; *OTHER: the name of another user that is one instead. */
static bool names_user(const struct seen *s, cx_str filter, cx_str user, cx_str *other)
{
    for (size_t at = 0; at <= filter.n;) {
        const char *slash = at < filter.n ? memchr(filter.p + at, '/', filter.n - at) : NULL;
        size_t end = slash ? (size_t)(slash - filter.p) : filter.n;
        cx_str level = cx_str_sub(filter, at, end - at);
        at = end + 1;
        if (cx_str_eq(level, user)) return true;
        if (level.n > 1 && cx_map_get(&s->users, level) != CX_MAP_NONE) *other = level;
    }
    return false;
}

/* How the rules of a section name users. */
struct naming {
    size_t own, other, rules;
    const cx_acl_entry *first_other;
    cx_str other_name;
};

static struct naming naming_of(const cx_acl_linting *c, const struct seen *s, size_t number)
{
    struct naming n = {0};
    const cx_acl_entry *e = &c->acl->entries.items[number];
    cx_str user = cx_source_str(c->source, e->value);
    for (size_t i = number + 1; i < c->acl->entries.n && c->acl->entries.items[i].kind != CX_ACL_USER; i++) {
        cx_str other = CX_STR_NONE;
        if (c->acl->entries.items[i].kind != CX_ACL_TOPIC) continue;
        n.rules++;
        if (names_user(s, cx_source_str(c->source, c->acl->entries.items[i].value), user, &other)) n.own++;
        else if (other.p) {
            n.other++;
            if (!n.first_other) n.first_other = &c->acl->entries.items[i], n.other_name = other;
        }
    }
    return n;
}

/* Most users have topics with their own name in them; one has those of another user only. */
static void judge_copied(const cx_acl_linting *c, const struct seen *s)
{
    size_t with_own = 0;
    for (size_t i = 0; i < s->lines.n; i++) with_own += naming_of(c, s, s->lines.items[i]).own > 0;
    if (s->lines.n < 2 || with_own == 0 || with_own * 2 < s->lines.n) return;
    for (size_t i = 0; i < s->lines.n; i++) {
        struct naming n = naming_of(c, s, s->lines.items[i]);
        if (n.own || !n.first_other || n.other * 2 < n.rules) continue;
        cx_str value = cx_source_str(c->source, n.first_other->value), user = s->users.keys[i].key;
        cx_finding *x = say(c, CX_RULE_ACL_COPIED_SECTION, value, "%s belongs to another user", value);
        cx_finding_note(c->findings, x,
                        "this is the section of '%.*s', and it names '%.*s' where other sections name their own user",
                        (int)user.n, user.p, (int)n.other_name.n, n.other_name.p);
        cx_finding_help(c->findings, x, "was the section copied and its topics left as they were?");
    }
}

/* ---- what comments believe ---- */

static bool mentions(cx_str text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.n; i++) {
        size_t k = 0;
        while (k < n && (text.p[i + k] == word[k] || (text.p[i + k] | 0x20) == word[k])) k++;
        if (k == n) return true;
    }
    return false;
}

/* The comment line right before an entry; .n 0: there is none. */
static cx_str comment_before(const cx_acl_linting *c, const cx_acl_entry *e)
{
    cx_str text = c->source->text;
    size_t start = e->value.at;
    while (start > 0 && text.p[start - 1] != '\n') start--;
    if (start == 0) return CX_STR("");
    size_t end = start - 1, from = end;
    while (from > 0 && text.p[from - 1] != '\n') from--;
    cx_str line = cx_str_sub(text, from, end - from);
    return line.n && line.p[0] == '#' ? line : CX_STR("");
}

static void judge_comment(const cx_acl_linting *c, const struct at_entry *at)
{
    if (!is_rule(at->entry)) return;
    cx_str comment = comment_before(c, at->entry);
    if (comment.n == 0) return;
    if (at->entry->access == CX_ACL_DENY) {
        bool writing = mentions(comment, "publish") || mentions(comment, "write") || mentions(comment, "read-only") ||
                       mentions(comment, "read only") || mentions(comment, "readonly");
        bool reading = mentions(comment, "subscri") || mentions(comment, "receive") || mentions(comment, "write-only");
        if (writing == reading) return;
        cx_finding *x =
            say(c, CX_RULE_ACL_DENY_BOTH_WAYS, at->value, "%s is denied for reading and writing", at->value);
        cx_finding_note(c->findings, x, "the comment above speaks of one of them");
        cx_finding_help(c->findings, x, "to allow %s alone, leave the deny out and write 'topic %s %.*s'",
                        writing ? "reading" : "writing", writing ? "read" : "write", (int)at->value.n, at->value.p);
    } else if ((cx_str_is(at->value, "#") || cx_str_is(at->value, "+/#")) && mentions(comment, "$sys") &&
               !cx_str_find(c->source->text, "read $SYS")) {
        cx_finding *x = say(c, CX_RULE_ACL_HASH_EXCLUDES_DOLLAR, at->value, "%s does not include $SYS", at->value);
        cx_finding_note(c->findings, x, "only a topic that begins with '$' itself matches topics that do");
        cx_finding_help(c->findings, x, "add 'topic read $SYS/#'");
    }
}

/* A comment that believes subscriptions can be refused. */
static void judge_subscribe_comment(const cx_acl_linting *c)
{
    cx_str text = c->source->text;
    for (size_t at = 0; at < text.n;) {
        const char *feed = memchr(text.p + at, '\n', text.n - at);
        size_t end = feed ? (size_t)(feed - text.p) : text.n;
        cx_str line = cx_str_sub(text, at, end - at);
        at = end + 1;
        if (line.n == 0 || line.p[0] != '#' || !mentions(line, "subscri")) continue;
        bool refuse = mentions(line, "not subscri") || mentions(line, "no subscri") || mentions(line, "deny") ||
                      mentions(line, "forbid") || mentions(line, "prevent") || mentions(line, "refuse") ||
                      mentions(line, "disallow") || mentions(line, "block");
        if (!refuse) continue;
        cx_finding *x =
            say(c, CX_RULE_ACL_SUBSCRIBE_NOT_CHECKED, line, "an ACL file never refuses a subscription%.0s", CX_STR(""));
        cx_finding_note(c->findings, x,
                        "the subscription succeeds, and messages the client may not read are not delivered");
        cx_finding_help(c->findings, x, "deny or leave out 'read'; dynamic security refuses subscriptions");
        return;
    }
}

/* ---- all together ---- */

static void judge_plain(const cx_acl_linting *c, const struct seen *s)
{
    if (!s->first_plain) return;
    cx_str value = cx_source_str(c->source, s->first_plain->value);
    cx_finding *x = say(c, CX_RULE_ACL_IMPLICIT_READWRITE, value, "%s is allowed for reading and writing", value);
    if (s->plain > 1)
        cx_finding_note(c->findings, x, "and so %s %zu further rule%s without an access word",
                        s->plain == 2 ? "is" : "are", s->plain - 1, s->plain == 2 ? "" : "s");
    cx_finding_help(c->findings, x, "say which: topic readwrite %.*s", (int)value.n, value.p);
}

static void judge_whole(const cx_acl_linting *c, const struct seen *s)
{
    judge_client_ids(c, s);
    judge_anonymous_rules(c, s);
    judge_plain(c, s);
    judge_unlimited(c);
    judge_anonymous_grant(c);
    judge_size(c);
    judge_copied(c, s);
    judge_subscribe_comment(c);
}

/* Releases that decide alike share one pass; only a variable inside a level is read differently. */
static bool releases_differ(const cx_acl *acl)
{
    for (size_t i = 0; i < acl->entries.n && acl->patterns > 0; i++)
        if (acl->entries.items[i].kind == CX_ACL_PATTERN &&
            partial(cx_source_str(acl->source, acl->entries.items[i].value)))
            return true;
    return false;
}

void cx_lint_acl(cx_lint *l, cx_named_file *file, const cx_release *release)
{
    const cx_acl *acl = &file->acl;
    cx_targets loading = l->options->targets & (cx_targets)~acl->findings.refused, bit = CX_TARGET_BIT(release);
    if (!loading) loading = l->options->targets;
    bool newest = !(loading & (cx_targets) ~((bit << 1) - 1)), nul = cx_str_has(file->source.text, '\0');
    bool alike = !nul && !releases_differ(acl);
    if (alike && !newest) return;
    cx_acl_linting c = {.lint = l,
                        .source = &file->source,
                        .findings = &file->acl.findings,
                        .acl = acl,
                        .policy = cx_named_policy(file, release),
                        .targets = alike ? loading : bit};
    for (uint32_t i = 0; i < c.policy->lists.n; i++) {
        if (c.policy->lists.items[i].kind == CX_LIST_ANONYMOUS) c.anonymous = i;
        if (c.policy->lists.items[i].kind == CX_LIST_PATTERNS) c.patterns = i;
    }
    struct seen s = {0};
    struct at_entry at = {0};
    for (size_t i = 0; i < acl->entries.n; i++) {
        at.entry = &acl->entries.items[i];
        at.number = i;
        at.value = cx_source_str(acl->source, at.entry->value);
        if (!(at.entry->targets & bit)) continue;
        if (!is_rule(at.entry)) at.user = at.value;
        judge_entry(&c, &at, release);
        judge_comment(&c, &at);
        see(&c, &s, &at);
    }
    cx_lint_acl_lists(&c);
    judge_whole(&c, &s);
    cx_map_clear(&s.users);
    cx_vec_clear(&s.lines);
}
