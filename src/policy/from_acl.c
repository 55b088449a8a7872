/* An ACL file as decision lists, in the broker's own order.
 *
 * The broker puts a deny in front of its list and everything else behind it, so
 * denies come first, the last of the file before the others (acl-file.md 2). The
 * rules before the first `user` line are those of clients without a user name and
 * of nobody else; patterns form one list that everybody asks after the own one. A
 * `user` line without a rule creates nothing.
 */
#include "policy/policy.h"
#include "topic/topic.h"

enum { ANONYMOUS, PATTERNS };

/* Whom the rules of each section belong to; one pass counts, a second fills. */
struct build {
    cx_policy *p;
    const cx_acl *acl;
    cx_targets bit;
    CX_VEC(uint32_t) section_list; /* list of the nth `user` line, NO_LIST until it has a rule */
    CX_VEC(uint32_t) denies;       /* per list: how many of its rules deny */
};
enum { NO_LIST = 0 }; /* the anonymous list is never a user's */

static void add_list(struct build *b, cx_list_kind kind, uint32_t holder)
{
    cx_list list = {.kind = kind, .holder = holder};
    cx_vec_add(&b->p->lists, list);
    cx_vec_add(&b->denies, 0);
}

static uint32_t list_of_user(struct build *b, cx_str user)
{
    cx_policy *p = b->p;
    uint32_t number = cx_map_put(&p->users, user);
    if (number == p->holders.n) {
        add_list(b, CX_LIST_USER, number);
        cx_holder h = {{(uint32_t)p->lists.n - 1, PATTERNS}, 2};
        cx_vec_add(&p->holders, h);
    }
    return p->holders.items[number].lists[0];
}

static void count_rules(struct build *b)
{
    cx_str user = CX_STR_NONE;
    uint32_t current = ANONYMOUS;
    for (size_t i = 0; i < b->acl->entries.n; i++) {
        const cx_acl_entry *e = &b->acl->entries.items[i];
        if (!(e->targets & b->bit)) continue;
        if (e->kind == CX_ACL_USER) {
            user = cx_source_str(b->acl->source, e->value);
            current = NO_LIST;
            cx_vec_add(&b->section_list, NO_LIST);
            continue;
        }
        if (e->kind == CX_ACL_TOPIC && current == NO_LIST && user.p) {
            current = list_of_user(b, user);
            b->section_list.items[b->section_list.n - 1] = current;
        }
        uint32_t list = e->kind == CX_ACL_PATTERN ? PATTERNS : current;
        b->p->lists.items[list].count++;
        if (e->access == CX_ACL_DENY) b->denies.items[list]++;
    }
}

static bool has_user_variable(cx_str f)
{
    for (size_t i = 0; i + 1 < f.n; i++)
        if (f.p[i] == '%' && f.p[i + 1] == 'u') return true;
    return false;
}

static cx_rule rule_of(const struct build *b, const cx_acl_entry *e)
{
    cx_str filter = cx_source_str(b->acl->source, e->value);
    cx_rule r = {.filter = filter.p, .filter_len = e->value.len, .at = e->value.at};
    if (e->access == CX_ACL_DENY) {
        r.outcome = CX_DENY;
        r.access = CX_ACCESS_READ | CX_ACCESS_WRITE;
    } else {
        r.outcome = CX_ALLOW;
        r.access = (uint8_t)((e->access & CX_ACL_READ ? CX_ACCESS_READ : 0) |
                             (e->access & CX_ACL_WRITE ? CX_ACCESS_WRITE : 0));
    }
    r.literal = (uint16_t)(e->literal ? filter.n : cx_filter_literal(filter));
    if (r.literal >= sizeof r.probe) memcpy(&r.probe, filter.p + r.literal - sizeof r.probe, sizeof r.probe);
    r.matcher = CX_MATCH_FILTER;
    if (e->kind == CX_ACL_PATTERN && !e->literal) {
        bool level = cx_behaves(b->p->release, CX_B_ACL_VARIABLES) == CX_ACL_VARIABLES_LEVEL;
        r.matcher = level ? CX_MATCH_LEVEL_VARIABLES : CX_MATCH_TEXT_VARIABLES;
        if (has_user_variable(filter)) r.guard = CX_GUARD_NAMED;
    }
    return r;
}

/* Each list's rules: denies last to first, then the others as they stand. */
static void fill_rules(struct build *b)
{
    cx_policy *p = b->p;
    uint32_t total = 0;
    CX_VEC(uint32_t) next_deny = {0}, next_allow = {0};
    for (size_t i = 0; i < p->lists.n; i++) {
        p->lists.items[i].first = total;
        cx_vec_add(&next_deny, total + b->denies.items[i]);
        cx_vec_add(&next_allow, total + b->denies.items[i]);
        total += p->lists.items[i].count;
    }
    p->rule_pages = cx_pages_new(total, sizeof *p->rules);
    p->rules = p->rule_pages.p;
    uint32_t current = ANONYMOUS;
    size_t section = 0;
    for (size_t i = 0; i < b->acl->entries.n; i++) {
        const cx_acl_entry *e = &b->acl->entries.items[i];
        if (!(e->targets & b->bit)) continue;
        if (e->kind == CX_ACL_USER) {
            current = b->section_list.items[section++];
            continue;
        }
        uint32_t list = e->kind == CX_ACL_PATTERN ? PATTERNS : current;
        cx_rule r = rule_of(b, e);
        uint32_t place = r.outcome == CX_DENY ? --next_deny.items[list] : next_allow.items[list]++;
        p->rules[place] = r;
        if (r.guard) p->lists.items[list].has_guards = true;
    }
    cx_vec_clear(&next_deny);
    cx_vec_clear(&next_allow);
}

static void set_defaults(cx_policy *p)
{
    for (int kind = CX_SUBJECT_USER; kind <= CX_SUBJECT_UNKNOWN; kind++) {
        cx_reason reason = kind == CX_SUBJECT_UNKNOWN ? CX_REASON_UNKNOWN_USER : CX_REASON_DEFAULT;
        cx_default deny = {CX_DENY, reason}, always = {CX_ALLOW, CX_REASON_SUBSCRIBE_ALWAYS};
        p->defaults[kind][cx_access_index(CX_ACCESS_READ)] = deny;
        p->defaults[kind][cx_access_index(CX_ACCESS_WRITE)] = deny;
        p->defaults[kind][cx_access_index(CX_ACCESS_SUBSCRIBE)] = always;
        p->defaults[kind][cx_access_index(CX_ACCESS_UNSUBSCRIBE)] = always;
    }
}

void cx_policy_from_acl(cx_policy *p, const cx_acl *acl, const cx_release *release)
{
    *p = (cx_policy){.release = release, .document_count = 1};
    p->documents[0] = (cx_document){.acl = acl, .source = acl->source};
    struct build b = {.p = p, .acl = acl, .bit = CX_TARGET_BIT(release)};
    add_list(&b, CX_LIST_ANONYMOUS, 0);
    add_list(&b, CX_LIST_PATTERNS, 0);
    p->own_lists = (uint32_t)p->lists.n;
    count_rules(&b);
    fill_rules(&b);
    p->lists.items[PATTERNS].refuses_unsafe = p->lists.items[PATTERNS].count > 0;
    p->anonymous = (cx_holder){{ANONYMOUS, PATTERNS}, 2};
    p->unknown = (cx_holder){{PATTERNS}, 1};
    set_defaults(p);
    cx_vec_clear(&b.section_list);
    cx_vec_clear(&b.denies);
}
