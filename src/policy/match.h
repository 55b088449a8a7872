/* Whether one rule matches one topic for one client. */
#ifndef CX_MATCH_H
#define CX_MATCH_H

#include "policy/policy.h"

/* A level of a filter that a matcher takes for a variable. */
bool cx_level_is_variable(cx_matcher m, cx_str level);

/* The variable level LEVEL against TOPIC from byte AT on: where it ends when the
 * client's text stands there and fills whole levels, else SIZE_MAX. With text
 * variables one level can fill several, since a client id may contain '/'. */
size_t cx_variable_match(cx_matcher m, cx_str level, const cx_client *c, cx_str topic, size_t at);

/* Guards are not looked at; the client has no '+' or '#' in its names. */
bool cx_rule_matches(const cx_rule *r, const cx_client *c, cx_str topic);

/* The same, telling how far it came: the bytes of the filter and of the topic
 * that agree, up to a level boundary. */
bool cx_rule_matches_up_to(const cx_rule *r, const cx_client *c, cx_str topic, size_t *filter_at, size_t *topic_at);

/* What of the filter begins at FILTER_AT against what of the topic begins at
 * TOPIC_AT, both at the start of a level behind the first. */
bool cx_rule_matches_from(const cx_rule *r, const cx_client *c, cx_str topic, size_t filter_at, size_t topic_at);

#endif
