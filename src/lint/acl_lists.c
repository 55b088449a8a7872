/* Rules about the rules of an ACL file as a broker asks them: list by list, what one
 * takes away from another. Which of two equal rules comes first does not matter within
 * a list: denies are asked before all others (acl-file.md 2). */
#include "lint/acl_lists.h"

#include "topic/set.h"
#include "topic/topic.h"

/* Longer lists are looked up, shorter ones compared. */
enum { SHORT_LIST = 12, PAIRS_MAX = 20000, WILD_MAX = 200 };

/* The rules of one list. */
struct looking {
    const cx_acl_linting *c;
    const cx_list *list;
    cx_map filters;
    CX_VEC(uint32_t) first; /* by number of the filter: the first rule with it … */
    CX_VEC(uint32_t) next;  /* … and by rank the next one; UINT32_MAX: none */
    CX_VEC(uint32_t) wild;  /* rules with a '+' */
};

static const cx_rule *rule_at(const struct looking *k, uint32_t rank)
{
    return &k->c->policy->rules[k->list->first + rank];
}

static bool is_deny(const cx_rule *r) { return r->outcome == CX_DENY; }

/* A quick no for most pairs: what every topic of each begins with. */
static bool may_meet(const cx_rule *a, const cx_rule *b)
{
    return memcmp(a->filter, b->filter, a->literal < b->literal ? a->literal : b->literal) == 0;
}

/* ---- what covers a rule ---- */

static void index_rules(struct looking *k)
{
    for (uint32_t i = 0; i < k->list->count; i++) {
        cx_str filter = cx_rule_filter(rule_at(k, i));
        uint32_t number = cx_map_put(&k->filters, filter);
        cx_vec_add(&k->next, UINT32_MAX);
        if (number == k->first.n) {
            cx_vec_add(&k->first, i);
        } else {
            uint32_t at = k->first.items[number];
            k->next.items[i] = k->next.items[at]; /* behind the first one: the order does not matter */
            k->next.items[at] = i;
        }
        if (cx_str_has(filter, '+') && k->wild.n < WILD_MAX) cx_vec_add(&k->wild, i);
    }
}

/* What another rule does to one. */
struct cover {
    const cx_rule *deny;                    /* takes it away */
    const cx_rule *twin, *wider, *stronger; /* says the same; of more topics; and for more accesses */
};

static void offer(struct cover *c, const cx_rule *r, const cx_rule *other)
{
    if (other == r || !may_meet(r, other) || !cx_filter_covers(cx_rule_filter(other), cx_rule_filter(r))) return;
    if (is_deny(other) && !is_deny(r)) {
        if (!c->deny) c->deny = other;
    } else if (is_deny(other) == is_deny(r) && (other->access & r->access) == r->access) {
        bool equal = cx_str_eq(cx_rule_filter(other), cx_rule_filter(r));
        if (equal && (other->access != r->access || other->at < r->at))
            c->twin = other; /* the later one says nothing new */
        else if (!equal && other->access == r->access) c->wider = other;
        else if (!equal) c->stronger = other;
    }
}

static void offer_filter(const struct looking *k, struct cover *c, const cx_rule *r, cx_str filter)
{
    uint32_t number = cx_map_get(&k->filters, filter);
    if (number == CX_MAP_NONE) return;
    unsigned bound = 16;
    for (uint32_t i = k->first.items[number]; i != UINT32_MAX && bound > 0; i = k->next.items[i], bound--)
        offer(c, r, rule_at(k, i));
}

/* The same filter, and "…/#" for each of its beginnings. */
static void look_up(const struct looking *k, struct cover *c, const cx_rule *r)
{
    char text[256];
    cx_str filter = cx_rule_filter(r);
    offer_filter(k, c, r, filter);
    offer_filter(k, c, r, CX_STR("#"));
    for (size_t i = 0; i < filter.n && i + 2 < sizeof text; i++) {
        text[i] = filter.p[i];
        bool end = i + 1 == filter.n || filter.p[i + 1] == '/';
        if (!end) continue;
        memcpy(text + i + 1, "/#", 2);
        offer_filter(k, c, r, (cx_str){text, i + 3});
    }
    for (size_t i = 0; i < k->wild.n; i++) offer(c, r, rule_at(k, k->wild.items[i]));
}

static struct cover covers(const struct looking *k, const cx_rule *r)
{
    struct cover c = {0};
    if (k->list->count > SHORT_LIST) look_up(k, &c, r);
    else
        for (uint32_t i = 0; i < k->list->count; i++) offer(&c, r, rule_at(k, i));
    return c;
}

/* ---- what several rules cover together ---- */

enum { TOGETHER_MAX = 8 };

static bool has_variable(const cx_rule *r)
{
    return cx_str_find(cx_rule_filter(r), "%c") || cx_str_find(cx_rule_filter(r), "%u");
}

/* Rules that may cover a part of one: not those that are a part of it themselves. None when there are too many. */
static size_t partners(const struct looking *k, const cx_rule *r, const cx_rule *found[TOGETHER_MAX])
{
    size_t n = 0;
    cx_str filter = cx_rule_filter(r);
    for (uint32_t i = 0; i < k->list->count; i++) {
        const cx_rule *other = rule_at(k, i);
        bool helps = is_deny(other) || (!is_deny(r) && (other->access & r->access));
        if (other == r || !helps || !may_meet(r, other)) continue;
        if (!cx_filter_overlaps(cx_rule_filter(other), filter) || has_variable(other)) continue;
        if (cx_filter_covers(filter, cx_rule_filter(other)) && (other->access & ~r->access) == 0) continue;
        if (n == TOGETHER_MAX) return 0;
        found[n++] = other;
    }
    return n;
}

/* Whether several rules say together all that one does: on every topic it is about, for each access. */
static bool is_said_together(const struct looking *k, const cx_rule *r, const cx_rule *found[TOGETHER_MAX],
                             size_t *count)
{
    if (k->list->count > SHORT_LIST) return false;
    size_t n = *count = partners(k, r, found);
    if (n < 2 || has_variable(r)) return false;
    for (unsigned access = CX_ACCESS_READ; access <= CX_ACCESS_WRITE; access *= 2) {
        cx_str filters[TOGETHER_MAX];
        size_t used = 0;
        if (!(r->access & access)) continue;
        for (size_t i = 0; i < n; i++)
            if (found[i]->access & access) filters[used++] = cx_rule_filter(found[i]);
        if (!cx_filters_cover(filters, used, cx_rule_filter(r))) return false;
    }
    return true;
}

/* ---- what is said ---- */

static const char *access_text(unsigned access)
{
    return access == CX_ACCESS_READ ? "reading" : access == CX_ACCESS_WRITE ? "writing" : "reading and writing";
}

static cx_finding *say(const cx_acl_linting *c, unsigned rule, const cx_rule *r, const char *message, cx_str what)
{
    return cx_findings_add(c->findings, rule, (cx_span){r->at, r->filter_len}, c->targets, 0, message,
                           cx_quote(c->findings, what));
}

void cx_acl_note_rule(const cx_acl_linting *c, cx_finding *x, const cx_rule *r, const char *before)
{
    cx_rule_place place = cx_policy_place(c->policy, r, &c->lint->arena);
    cx_finding_note(c->findings, x, "%sline %zu: '%.*s'", before, place.line, (int)place.text.n, place.text.p);
}

static void fix_take_away(const cx_acl_linting *c, cx_finding *x, const cx_rule *r, bool safe)
{
    cx_fix *fix = cx_finding_fix(c->findings, x, safe, "take the line away");
    cx_fix_edit(c->findings, fix, cx_source_whole_line(c->source, r->at), "%s", "");
}

static void say_dead(const cx_acl_linting *c, const cx_rule *r, const cx_rule *deny)
{
    cx_finding *x = say(c, CX_RULE_ACL_ALLOW_UNDER_DENY, r, "%s is denied by another rule, so this one never counts",
                        cx_rule_filter(r));
    cx_acl_note_rule(c, x, deny, "");
    cx_finding_note(c->findings, x,
                    "a deny wins over all other rules of its user, wherever it stands, for reading and writing");
    cx_finding_help(c->findings, x,
                    "take one of the two lines away; to allow a part of a tree, leave the deny out and name that part");
}

static void say_covered(const cx_acl_linting *c, const cx_rule *r, const struct cover *k)
{
    cx_finding *x;
    if (k->twin) {
        x = say(c, CX_RULE_ACL_DUPLICATE_RULE, r, "%s is said already", cx_rule_filter(r));
        cx_acl_note_rule(c, x, k->twin, "");
        fix_take_away(c, x, r, true);
    } else if (k->wider) {
        x = say(c, CX_RULE_ACL_SHADOWED_RULE, r, "%s is a part of what another rule says already", cx_rule_filter(r));
        cx_acl_note_rule(c, x, k->wider, "");
        fix_take_away(c, x, r, false);
    } else {
        x = say(c, CX_RULE_ACL_NARROWER_READ_NO_EFFECT, r, "%s narrows nothing: another rule allows more",
                cx_rule_filter(r));
        cx_acl_note_rule(c, x, k->stronger, "");
        cx_finding_note(c->findings, x, "rules add up; this one allows %s only, the other reading and writing",
                        access_text(r->access));
        cx_finding_help(c->findings, x, "to take something away use deny, or make the wider rule narrower");
    }
}

static void say_together(const cx_acl_linting *c, const cx_rule *r, const cx_rule *const *found, size_t n)
{
    cx_finding *x = say(c, CX_RULE_ACL_SHADOWED_RULE, r,
                        "%s is decided by other rules together, so this one never counts", cx_rule_filter(r));
    for (size_t i = 0; i < n; i++) cx_acl_note_rule(c, x, found[i], "");
}

/* Whether a deny meets anything that the list, or the patterns, allow. */
static bool has_effect(const struct looking *k, const cx_rule *deny, size_t *pairs)
{
    const cx_list *lists[] = {k->list, &k->c->policy->lists.items[k->c->patterns]};
    for (int i = 0; i < 2; i++) {
        if (i == 1 && lists[1] == k->list) break;
        for (uint32_t n = 0; n < lists[i]->count; n++) {
            const cx_rule *r = &k->c->policy->rules[lists[i]->first + n];
            if (is_deny(r)) continue;
            if (*pairs == 0) return true; /* too many to tell */
            --*pairs;
            if (may_meet(deny, r) && cx_filter_overlaps(cx_rule_filter(deny), cx_rule_filter(r))) return true;
        }
    }
    return false;
}

/* "write lamps" as a topic is acl-second-access. */
static bool begins_with_access(cx_str filter)
{
    const char *space = filter.n ? memchr(filter.p, ' ', filter.n) : NULL;
    const cx_word *w = space ? cx_word_find(CX_STR("acl"), (cx_str){filter.p, (size_t)(space - filter.p)}) : NULL;
    return w && strcmp(w->kind, "access") == 0;
}

static void say_without_effect(const cx_acl_linting *c, const cx_list *list, const cx_rule *r)
{
    if (begins_with_access(cx_rule_filter(r))) return;
    cx_finding *x =
        say(c, CX_RULE_ACL_DENY_WITHOUT_EFFECT, r, "nothing allows %s, so there is nothing to deny", cx_rule_filter(r));
    cx_finding_note(c->findings, x, "what no rule allows is denied");
    if (list->kind == CX_LIST_PATTERNS)
        cx_finding_note(c->findings, x, "a pattern cannot take away what a user's own rules allow");
    else
        cx_finding_note(c->findings, x,
                        "a deny holds for the rules of its own section and for patterns, not for other users");
}

static void lint_list(const cx_acl_linting *c, const cx_list *list)
{
    struct looking k = {.c = c, .list = list};
    size_t pairs = PAIRS_MAX;
    if (list->count > SHORT_LIST) index_rules(&k);
    for (uint32_t i = 0; i < list->count && !cx_findings_full(c->findings, false); i++) {
        const cx_rule *r = rule_at(&k, i);
        struct cover cover = covers(&k, r);
        const cx_rule *together[TOGETHER_MAX];
        size_t n;
        if (cover.deny) say_dead(c, r, cover.deny);
        else if (cover.twin || cover.wider || cover.stronger) say_covered(c, r, &cover);
        else if (is_said_together(&k, r, together, &n)) say_together(c, r, together, n);
        else if (is_deny(r) && !has_effect(&k, r, &pairs)) say_without_effect(c, list, r);
    }
    cx_map_clear(&k.filters);
    cx_vec_clear(&k.first);
    cx_vec_clear(&k.next);
    cx_vec_clear(&k.wild);
}

/* A pattern that denies, and the rule of a user that allows the same: the user's own is asked first. */
static void lint_pattern_denies(const cx_acl_linting *c)
{
    const cx_policy *p = c->policy;
    const cx_list *patterns = &p->lists.items[c->patterns];
    size_t pairs = PAIRS_MAX * 10;
    for (uint32_t i = 0; i < patterns->count; i++) {
        const cx_rule *deny = &p->rules[patterns->first + i], *first = NULL;
        size_t others = 0;
        if (!is_deny(deny)) continue;
        for (size_t n = 0; n < p->lists.n; n++) {
            const cx_list *list = &p->lists.items[n];
            for (uint32_t k = 0; list != patterns && k < list->count && pairs > 0; k++, pairs--) {
                const cx_rule *r = &p->rules[list->first + k];
                if (is_deny(r) || !may_meet(deny, r) || !cx_filter_overlaps(cx_rule_filter(deny), cx_rule_filter(r)))
                    continue;
                if (first) others++;
                else first = r;
            }
        }
        if (!first) continue;
        cx_finding *x =
            say(c, CX_RULE_ACL_PATTERN_DENY_LOSES, deny, "%s is still allowed by rules of users", cx_rule_filter(deny));
        cx_acl_note_rule(c, x, first, "");
        if (others) cx_finding_note(c->findings, x, "and %zu further rules", others);
        cx_finding_note(c->findings, x,
                        "a user's own rules are asked before patterns, and the first that matches decides");
        cx_finding_help(c->findings, x, "put a 'topic deny' into the sections of these users");
    }
}

void cx_lint_acl_lists(const cx_acl_linting *c)
{
    for (size_t i = 0; i < c->policy->lists.n; i++) lint_list(c, &c->policy->lists.items[i]);
    lint_pattern_denies(c);
}
