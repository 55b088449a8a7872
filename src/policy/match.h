/* Whether one rule matches one topic for one client. */
#ifndef CX_MATCH_H
#define CX_MATCH_H

#include "policy/policy.h"

/* What rules are compared with. A topic of a message is matched; the filter of a
 * subscription is covered, in one of two ways (behaviour dynsec_cover). */
typedef enum {
    CX_AS_TOPIC,
    CX_AS_FILTER, /* mqtt: '+' covers every level but '#', and '$' is as for topics */
    CX_AS_LEVELS, /* wide: a final '#' is cut off, what is left is compared like any text, '$' too */
} cx_comparing;

typedef struct cx_query {
    cx_str text;  /* what is compared, level by level; of no bytes: one empty level */
    cx_str whole; /* what the client asked */
    cx_comparing as;
    bool cut; /* AS_LEVELS: it had a '#', which only a '#' covers */
} cx_query;

/* TOPIC: a valid topic name for READ and WRITE, else a topic filter, valid but for what a mount
 * point without a slash at its end does to it. */
cx_query cx_query_of(const cx_release *release, cx_access access, cx_str topic);

/* Whether '$' at the front keeps wildcards away from it. */
static inline bool cx_query_dollar(const cx_query *q)
{
    return q->as != CX_AS_LEVELS && q->text.n > 0 && q->text.p[0] == '$';
}

/* A level of a filter that a matcher takes for a variable. */
bool cx_level_is_variable(cx_matcher m, cx_str level);

/* The variable level LEVEL against TOPIC from byte AT on: where it ends when the
 * client's text stands there and fills whole levels, else SIZE_MAX. With text
 * variables one level can fill several, since a client id may contain '/'. */
size_t cx_variable_match(cx_matcher m, cx_str level, const cx_client *c, cx_str topic, size_t at);

/* Whether a level of the query is one that '+' stands for. */
static inline bool cx_plus_matches(const cx_query *q, cx_str level)
{
    return q->as != CX_AS_FILTER || level.n != 1 || level.p[0] != '#';
}

/* Guards are not looked at; rules with a malformed filter never match here. */
bool cx_rule_matches(const cx_rule *r, const cx_client *c, const cx_query *q);

/* The same, telling how far it came: the bytes of the filter and of the topic
 * that agree, up to a level boundary. */
bool cx_rule_matches_up_to(const cx_rule *r, const cx_client *c, const cx_query *q, size_t *filter_at,
                           size_t *topic_at);

/* What of the filter begins at FILTER_AT against what of the topic begins at
 * TOPIC_AT, both at the start of a level behind the first. */
bool cx_rule_matches_from(const cx_rule *r, const cx_client *c, const cx_query *q, size_t filter_at, size_t topic_at);

/* A rule with a malformed filter. A topic is compared character by character, and what is
 * malformed is noticed when that is reached; AS_LEVELS takes it for text. */
typedef enum { CX_MALFORMED_NO, CX_MALFORMED_YES, CX_MALFORMED_REACHED } cx_malformed;
cx_malformed cx_malformed_matches(const cx_rule *r, const cx_client *c, const cx_query *q, bool variables);

#endif
