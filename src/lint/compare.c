#include "lint/compare.h"

#include "base/buf.h"
#include "topic/topic.h"

struct comparing {
    cx_policy *policies[2];
    cx_broker brokers[2];
    cx_arena arena;
    size_t left; /* questions that may still be asked */
    cx_witness *witness;
};

/* A topic that a filter matches: wildcards and variables are filled in. */
static cx_str topic_of(cx_arena *a, const cx_rule *r, const cx_client *c)
{
    cx_buf topic = {0};
    for (uint32_t i = 0; i < r->filter_len; i++) {
        char byte = r->filter[i], next = i + 1 < r->filter_len ? r->filter[i + 1] : '\0';
        if (byte == '+') cx_buf_puts(&topic, "x");
        else if (byte == '#') cx_buf_puts(&topic, "x/y");
        else if (byte == '%' && (next == 'c' || next == 'u')) cx_buf_put(&topic, next == 'c' ? c->id : c->user), i++;
        else cx_buf_putc(&topic, byte);
    }
    cx_str text = cx_arena_dup(a, cx_buf_str(&topic));
    cx_buf_clear(&topic);
    return text;
}

static bool same_answers(struct comparing *c, cx_client client, const cx_rule *r, int of)
{
    static const cx_access accesses[] = {CX_ACCESS_READ, CX_ACCESS_WRITE};
    cx_str topic = topic_of(&c->arena, r, &client);
    for (int i = 0; i < 2 && c->left > 0 && cx_topic_ok(topic); i++, c->left--) {
        bool first = cx_broker_ask(&c->brokers[0], &client, accesses[i], topic).allow;
        bool second = cx_broker_ask(&c->brokers[1], &client, accesses[i], topic).allow;
        if (first == second) continue;
        if (c->witness)
            *c->witness = (cx_witness){.client = client,
                                       .access = accesses[i],
                                       .topic = topic,
                                       .allowed = {first, second},
                                       .rule = r,
                                       .of = of};
        return false;
    }
    return true;
}

/* Whom the rules of a list are for. */
static cx_client client_of(const cx_policy *p, const cx_list *list)
{
    if (list->kind == CX_LIST_ANONYMOUS) return (cx_client){.anonymous = true, .id = CX_STR("some-id")};
    if (list->kind == CX_LIST_USER)
        return (cx_client){.user = p->users.keys[list->holder].key, .id = CX_STR("some-id")};
    return (cx_client){.user = CX_STR("someone"), .id = CX_STR("some-id")};
}

static bool same_for_list(struct comparing *c, int of, const cx_list *list)
{
    const cx_policy *p = c->policies[of];
    cx_client client = client_of(p, list);
    for (uint32_t i = 0; i < list->count && c->left > 0; i++)
        if (!same_answers(c, client, &p->rules[list->first + i], of)) return false;
    return true;
}

/* Users whose names may change what a pattern means are asked about all patterns. */
static bool same_for_odd_names(struct comparing *c, int of, const cx_list *list)
{
    const cx_policy *p = c->policies[of];
    for (size_t k = 0; list->kind == CX_LIST_PATTERNS && k < p->users.n; k++) {
        cx_client client = {.user = p->users.keys[k].key, .id = CX_STR("some-id")};
        if (!cx_str_has(client.user, '/')) continue;
        for (uint32_t i = 0; i < list->count && c->left > 0; i++)
            if (!same_answers(c, client, &p->rules[list->first + i], of)) return false;
    }
    return true;
}

bool cx_policies_agree(cx_policy *a, cx_policy *b, cx_witness *w)
{
    struct comparing c = {
        .policies = {a, b}, .brokers = {cx_broker_of(a), cx_broker_of(b)}, .left = CX_COMPARE_QUESTIONS, .witness = w};
    bool same = true;
    for (int of = 0; of < 2 && same; of++)
        for (size_t i = 0; i < c.policies[of]->lists.n && same; i++)
            same = same_for_list(&c, of, &c.policies[of]->lists.items[i]) &&
                   same_for_odd_names(&c, of, &c.policies[of]->lists.items[i]);
    if (w && !same) w->arena = c.arena;
    else cx_arena_clear(&c.arena);
    return same;
}
