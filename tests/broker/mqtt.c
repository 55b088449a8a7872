#define _GNU_SOURCE
#include "mqtt.h"
#include "broker.h"
#include "buf.h"

#include <mqtt_protocol.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { ANSWER_MS = 10000, POLL_MS = 100, KEEPALIVE_S = 120 };

static void on_connect(struct mosquitto *client, void *object, int code)
{
    struct mqtt *m = object;

    (void)client;
    m->connack = code;
}

static void on_disconnect(struct mosquitto *client, void *object, int code)
{
    struct mqtt *m = object;

    (void)client;
    (void)code;
    m->closed = true;
}

static void on_publish(struct mosquitto *client, void *object, int mid, int code, const mosquitto_property *properties)
{
    struct mqtt *m = object;

    (void)client;
    (void)properties;
    for (size_t i = 0; i < m->count; i++) {
        if (m->mids[i] == mid && m->codes[i] == MQTT_NOT_ASKED) {
            m->codes[i] = code;
            m->answered++;
            return;
        }
    }
}

static void on_subscribe(struct mosquitto *client, void *object, int mid, int count, const int *codes)
{
    struct mqtt *m = object;

    (void)client;
    if (m->mids && m->mids[0] == mid && (size_t)count == m->count) {
        memcpy(m->codes, codes, m->count * sizeof *codes);
        m->answered = m->count;
    }
}

static void on_unsubscribe(struct mosquitto *client, void *object, int mid)
{
    struct mqtt *m = object;

    (void)client;
    m->answered += m->mids && m->mids[0] == mid;
}

static void on_message(struct mosquitto *client, void *object, const struct mosquitto_message *message)
{
    struct mqtt *m = object;

    (void)client;
    if (m->on_message) {
        m->on_message(m->context, message->topic, message->payload, (size_t)message->payloadlen);
    }
}

/* Lets the library work once; false when the connection is gone */
static bool work(struct mqtt *m)
{
    broker_check_signals();
    return mosquitto_loop(m->client, POLL_MS, 1) == MOSQ_ERR_SUCCESS && !m->closed;
}

static struct mosquitto *new_client(struct mqtt *m, const char *clientid)
{
    struct mosquitto *client = mosquitto_new(*clientid ? clientid : NULL, true, m);

    if (!client) {
        give_up("no MQTT client for the id '%s'", clientid);
    }
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_disconnect_callback_set(client, on_disconnect);
    mosquitto_publish_v5_callback_set(client, on_publish);
    mosquitto_subscribe_callback_set(client, on_subscribe);
    mosquitto_unsubscribe_callback_set(client, on_unsubscribe);
    mosquitto_message_callback_set(client, on_message);
    return client;
}

int mqtt_open(struct mqtt *m, int port, const char *clientid, const char *user, const char *password)
{
    long long end = now_ms() + ANSWER_MS;
    int rc;

    *m = (struct mqtt){.connack = MQTT_NOT_ASKED};
    m->client = new_client(m, clientid);
    if (user && (rc = mosquitto_username_pw_set(m->client, user, password))) {
        give_up("user name '%s': %s", user, mosquitto_strerror(rc));
    }
    if ((rc = mosquitto_connect(m->client, "127.0.0.1", port, KEEPALIVE_S))) {
        give_up("no connection to the broker: %s", mosquitto_strerror(rc));
    }
    while (m->connack == MQTT_NOT_ASKED && work(m) && now_ms() < end) {
    }
    if (m->connack == MQTT_NOT_ASKED) {
        give_up("the broker does not answer CONNECT (client id '%s', user name '%s')", clientid, user ? user : "");
    }
    return m->connack;
}

/* Until all that was asked is answered */
static void collect(struct mqtt *m, size_t asked, const char *what, const char *first)
{
    long long end = now_ms() + ANSWER_MS;

    while (m->answered < asked) {
        if (!work(m) || now_ms() > end) {
            give_up("the broker answers %zu of %zu %s%s, the first is '%s'", m->answered, asked, what,
                    m->closed ? " and closes the connection" : "", first);
        }
    }
    m->mids = NULL;
    m->count = 0;
}

static void expect(struct mqtt *m, const int *mids, int *codes, size_t count)
{
    m->mids = mids;
    m->codes = codes;
    m->count = count;
    m->answered = 0;
    for (size_t i = 0; i < count; i++) {
        codes[i] = MQTT_NOT_ASKED;
    }
}

void mqtt_publish(struct mqtt *m, char *const *topics, size_t count, const char *tag, bool retain, int *codes)
{
    int *mids = calloc(count + 1, sizeof *mids);
    char payload[64];
    size_t asked = 0;

    if (!mids) {
        give_up("out of memory");
    }
    expect(m, mids, codes, count);
    for (size_t i = 0; i < count; i++) {
        int len = snprintf(payload, sizeof payload, "%s%zu", tag, i);
        asked +=
            mosquitto_publish_v5(m->client, &mids[i], topics[i], len, payload, 1, retain, NULL) == MOSQ_ERR_SUCCESS;
    }
    collect(m, asked, "publishes", count ? topics[0] : "");
    free(mids);
}

void mqtt_subscribe(struct mqtt *m, char *const *filters, size_t count, int *codes)
{
    int mid = 0;
    int rc;

    expect(m, &mid, codes, count);
    if ((rc = mosquitto_subscribe_multiple(m->client, &mid, (int)count, filters, 0, 0, NULL))) {
        give_up("subscribe: %s", mosquitto_strerror(rc));
    }
    collect(m, count, "subscriptions", filters[0]);
}

/* The length of the packet that the bytes begin with, *head of it before its body; 0 when it has not come whole */
static size_t packet_length(const unsigned char *bytes, size_t len, size_t *head)
{
    size_t body = 0, i = 1;

    do {
        if (i >= len || i > 4) {
            return 0;
        }
        body |= (size_t)(bytes[i] & 0x7f) << 7 * (i - 1);
    } while (bytes[i++] & 0x80);
    *head = i;
    return i + body <= len ? i + body : 0;
}

/* The last byte of the first UNSUBACK among the packets, which is its only reason code; MQTT_NOT_ASKED when it has not
 * come yet */
static int find_unsuback(const unsigned char *bytes, size_t len)
{
    size_t head, packet;

    for (size_t at = 0; (packet = packet_length(bytes + at, len - at, &head)) > 0; at += packet) {
        if (bytes[at] == 0xb0 && packet > head) {
            return bytes[at + packet - 1];
        }
    }
    return MQTT_NOT_ASKED;
}

/* The library hands no reason codes of an UNSUBACK out, so it is read before the library does. Nothing of an earlier
 * packet can be left in the socket then: a packet was taken whole, or it was not touched */
static int peek_unsuback(struct mqtt *m)
{
    static unsigned char bytes[1 << 18];
    struct pollfd p = {mosquitto_socket(m->client), POLLIN, 0};
    long long end = now_ms() + ANSWER_MS;
    int code = MQTT_NOT_ASKED;

    while (code == MQTT_NOT_ASKED && now_ms() < end) {
        broker_check_signals();
        if (poll(&p, 1, POLL_MS) > 0) {
            ssize_t got = recv(p.fd, bytes, sizeof bytes, MSG_PEEK);
            if (got <= 0) {
                break;
            }
            code = find_unsuback(bytes, (size_t)got);
        }
    }
    return code;
}

int mqtt_unsubscribe(struct mqtt *m, const char *filter)
{
    int mid = 0, unused, code, rc;

    expect(m, &mid, &unused, 1);
    if ((rc = mosquitto_unsubscribe(m->client, &mid, filter))) {
        give_up("unsubscribe '%s': %s", filter, mosquitto_strerror(rc));
    }
    code = peek_unsuback(m);
    collect(m, 1, "unsubscription", filter);
    return code;
}

void mqtt_close(struct mqtt *m)
{
    if (m->client) {
        mosquitto_disconnect(m->client);
        mosquitto_destroy(m->client);
        m->client = NULL;
    }
}
