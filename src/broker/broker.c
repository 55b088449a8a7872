#include "broker/broker.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "topic/topic.h"

static cx_answer gate(bool allow, cx_reason reason)
{
    return (cx_answer){.allow = allow, .verdict = {allow ? CX_ALLOW : CX_DENY, reason, NULL}, .step = CX_STEPS_MAX};
}

/* Topics that begin with '$' meet a gate before any rule; it looks at bytes, so
 * "$SYSx" and "$sharex" are caught too (acl-file.md 5). True: denied here. */
static bool dollar_denies(cx_access access, cx_str topic)
{
    if (cx_str_starts(topic, CX_STR("$SYS")))
        return access == CX_ACCESS_WRITE && !cx_filter_match(CX_STR("$SYS/broker/connection/+/state"), topic);
    if (cx_str_starts(topic, CX_STR("$share"))) return access == CX_ACCESS_READ || access == CX_ACCESS_WRITE;
    return false;
}

cx_broker cx_broker_of(cx_policy *p)
{
    return (cx_broker){.release = p->release, .steps = {{.policy = p}}, .step_count = 1};
}

cx_policy *cx_answer_policy(const cx_broker *b, cx_answer a)
{
    return a.step < b->step_count ? b->steps[a.step].policy : NULL;
}

cx_subject cx_broker_subject(const cx_broker *b, const cx_policy *p, cx_client c)
{
    if (b->username_as_clientid && !c.anonymous) {
        c.id = c.user;
        c.fresh = false;
    }
    return cx_policy_subject(p, c);
}

static cx_answer ask_steps(const cx_broker *b, const cx_client *c, cx_access access, cx_str topic)
{
    if (topic.p[0] == '$' && dollar_denies(access, topic)) return gate(false, CX_REASON_DOLLAR_TOPIC);
    if (b->step_count == 0) return gate(true, CX_REASON_NO_ACL);
    cx_answer a = gate(false, CX_REASON_DEFAULT);
    for (unsigned i = 0; i < b->step_count; i++) {
        cx_policy *p = b->steps[i].policy;
        if (!p) return (cx_answer){.unknown = true, .verdict = {CX_DENY, CX_REASON_UNKNOWN_PLUGIN, NULL}, .step = i};
        cx_subject s = cx_broker_subject(b, p, *c);
        a.verdict = cx_policy_decide(p, &s, access, topic);
        a.step = i;
        a.allow = a.verdict.outcome == CX_ALLOW;
        if (a.allow || a.verdict.outcome == CX_DENY) return a;
    }
    return a; /* all left it to the next one, and there is none */
}

static cx_answer ask_mounted(const cx_broker *b, const cx_client *c, cx_access access, cx_str topic)
{
    char near[512], *whole = near;
    size_t n = b->mount_point.n + topic.n;
    if (n > sizeof near) whole = cx_realloc(NULL, n, 1);
    memcpy(whole, b->mount_point.p, b->mount_point.n);
    memcpy(whole + b->mount_point.n, topic.p, topic.n);
    cx_answer a = ask_steps(b, c, access, (cx_str){whole, n});
    if (whole != near) free(whole);
    return a;
}

cx_answer cx_broker_ask(const cx_broker *b, const cx_client *c, cx_access access, cx_str topic)
{
    bool name = access == CX_ACCESS_READ || access == CX_ACCESS_WRITE;
    if (name ? !cx_topic_ok(topic) : cx_filter_check(topic).error != CX_FILTER_OK || !cx_mqtt_text_ok(topic))
        return gate(false, CX_REASON_INVALID_TOPIC);
    bool mounted = b->mount_point.p && access != CX_ACCESS_UNSUBSCRIBE; /* which the broker forgets to mount */
    return mounted ? ask_mounted(b, c, access, topic) : ask_steps(b, c, access, topic);
}
