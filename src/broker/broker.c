#include "broker/broker.h"

#include "topic/topic.h"

static cx_answer gate(bool allow, cx_reason reason)
{
    return (cx_answer){allow, {allow ? CX_ALLOW : CX_DENY, reason, NULL}};
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

cx_answer cx_broker_ask(const cx_broker *b, const cx_subject *s, cx_access access, cx_str topic)
{
    bool name = access == CX_ACCESS_READ || access == CX_ACCESS_WRITE;
    if (name ? !cx_topic_ok(topic) : cx_filter_check(topic).error != CX_FILTER_OK || !cx_mqtt_text_ok(topic))
        return gate(false, CX_REASON_INVALID_TOPIC);
    if (topic.p[0] == '$' && dollar_denies(access, topic)) return gate(false, CX_REASON_DOLLAR_TOPIC);
    cx_verdict v = cx_policy_decide(b->policy, s, access, topic);
    return (cx_answer){v.outcome == CX_ALLOW, v};
}
