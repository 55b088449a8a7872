/* MQTT topic names and topic filters as bytes: what is valid, what matches.
 * Levels are separated by '/', empty levels are levels. */
#ifndef CX_TOPIC_H
#define CX_TOPIC_H

#include "base/str.h"

/* What a broker allows (all releases; observed). */
#define CX_TOPIC_MAX 65535u /* bytes */
#define CX_TOPIC_SLASHES 200u

typedef enum {
    CX_FILTER_OK,
    CX_FILTER_EMPTY,
    CX_FILTER_PLUS,     /* '+' shares its level */
    CX_FILTER_HASH,     /* '#' shares its level */
    CX_FILTER_NOT_LAST, /* a level follows '#' */
    CX_FILTER_LONG,     /* over CX_TOPIC_MAX */
    CX_FILTER_DEEP,     /* over CX_TOPIC_SLASHES */
} cx_filter_error;

/* What one pass over a filter sees. */
typedef struct cx_filter_info {
    cx_filter_error error;
    size_t at;     /* where the error is */
    bool wildcard; /* has a '+' or '#' */
    bool percent;  /* has a '%' */
    bool blank;    /* has a space */
    bool unusual;  /* has a control byte, DEL, or a byte above 0x7F */
} cx_filter_info;

cx_filter_info cx_filter_check(cx_str filter);

/* Whether TEXT can be a topic, user name or client id in an MQTT packet: UTF-8
 * without control characters and non-characters, at most 65535 bytes. The broker
 * ends the connection at any other. */
bool cx_mqtt_text_ok(cx_str text);

/* A topic name to publish to: text that MQTT allows, not empty, no wildcard, neither
 * too long nor too deep. */
bool cx_topic_ok(cx_str topic);

/* The same of any bytes: what a broker asks of the beginning of topics in its conf. */
bool cx_topic_shape_ok(cx_str topic);

/* Has it a '+' or a '#' anywhere? */
bool cx_has_wildcard(cx_str text);

/* How many bytes at the beginning of a valid filter every topic it matches has too:
 * those before the first wildcard or '%', without the slash before '#'. */
size_t cx_filter_literal(cx_str filter);

/* The level of a text that begins at byte *AT, which moves behind it; false: there is none. */
bool cx_next_level(cx_str text, size_t *at, cx_str *level);

/* Does FILTER match the topic name TOPIC? Both valid. `a/#` matches `a`; a filter
 * matches a topic beginning with '$' only when it begins with '$' too, and the
 * other way round. The same in every release. */
bool cx_filter_match(cx_str filter, cx_str topic);

/* The same for what follows the first levels of both, so without the rule for '$'.
 * TOPIC may be empty: it is an empty level then. */
bool cx_filter_match_levels(cx_str filter, cx_str topic);

/* Does FILTER match every topic that OTHER matches? And some topic? Both valid filters; %c and %u are levels like
 * others to the first, any level to the second. */
bool cx_filter_covers(cx_str filter, cx_str other);
bool cx_filter_overlaps(cx_str filter, cx_str other);
/* The same for what follows the first levels of both, so without the rule for '$'. */
bool cx_filter_overlaps_levels(cx_str filter, cx_str other);

#endif
