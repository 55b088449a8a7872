/* How brokers read the values of mosquitto.conf: the C library's ways with words,
 * numbers and trimmed strings. */
#ifndef CX_CONF_VALUE_H
#define CX_CONF_VALUE_H

#include "base/arena.h"
#include "base/str.h"
#include "grammar/grammar.h"

/* strtok_r(…, " "): takes the next word off *REST; .p NULL when there is none. */
cx_str cx_conf_word(cx_str *rest);

/* false: not one of true, false, 1, 0. */
bool cx_conf_bool(cx_str word, bool *value);

/* As atoi() and atol() see it: leading white space and a sign, then digits. What
 * does not fit a long is its nearest end; an int is the low 32 bits of that. */
long long cx_conf_atol(cx_str word);
int cx_conf_atoi(cx_str word);

typedef enum { CX_INT_OK, CX_INT_NOT_A_NUMBER, CX_INT_OUT_OF_RANGE } cx_int_status;

/* The int an option's word stands for in a release. */
cx_int_status cx_conf_int(const cx_release *release, cx_str word, int *value);

typedef enum { CX_TEXT_OK, CX_TEXT_EMPTY, CX_TEXT_LONG, CX_TEXT_MALFORMED } cx_text_status;

/* The string a line's rest stands for, trimmed. */
cx_text_status cx_conf_text(const cx_release *release, cx_str rest, cx_str *value);

/* Whether tls_engine_kpass_sha1 takes it: 20 bytes in hexadecimal, as OpenSSL's
 * reader of large numbers takes them. */
bool cx_conf_sha1_ok(cx_str value);

/* Seconds of "14d"; false: not a duration that is taken. */
bool cx_conf_duration(const cx_release *release, cx_str word, long long *seconds);

/* Whether a name can be resolved at all: nothing but bytes that host names and
 * addresses have. */
bool cx_conf_host_possible(cx_str host);

/* ---- topic of a bridge ---- */

typedef enum { CX_BRIDGE_OUT, CX_BRIDGE_IN, CX_BRIDGE_BOTH } cx_direction;

typedef enum {
    CX_TOPIC_LINE_OK,
    CX_TOPIC_LINE_EMPTY,
    CX_TOPIC_LINE_QUOTE,     /* no closing quote; at = the line from there */
    CX_TOPIC_LINE_DIRECTION, /* at = the word */
    CX_TOPIC_LINE_QOS,       /* at = the word */
} cx_topic_line_status;

/* The words of a topic line as a release takes them apart. */
typedef struct cx_topic_line {
    cx_topic_line_status status;
    cx_str at;
    cx_str pattern; /* without quotes where they quote */
    cx_direction direction;
    cx_str direction_word, qos_word; /* .p NULL: not there */
    int qos;
    cx_str local, remote;           /* prefixes; .p NULL: none */
    cx_str local_word, remote_word; /* what was written, "\"\"" too */
    cx_str extra;                   /* words behind the last one that counts */
} cx_topic_line;

/* A pattern that is not in REST as it is goes into the arena. */
cx_topic_line cx_conf_topic(cx_arena *a, const cx_release *release, cx_str rest);

#endif
