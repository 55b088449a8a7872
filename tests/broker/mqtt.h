/* One MQTT v5 client of the broker under test: every call waits for the broker's answer, or gives up in time.
 *
 * The broker handles the packets of one client in order and writes the packets to one client in order. So when the
 * publisher has its acknowledgement, the message was written to every subscriber that may read it; and when such a
 * subscriber then asks for anything and has the answer, the message has come before it or it never will. */
#ifndef BROKER_MQTT_H
#define BROKER_MQTT_H

#include <mosquitto.h>
#include <stdbool.h>
#include <stddef.h>

/* The reason code when the client's rights do not suffice, those that also mean success, and none */
enum { MQTT_NOT_AUTHORIZED = 0x87, MQTT_NO_SUBSCRIBERS = 0x10, MQTT_NO_SUBSCRIPTION = 0x11, MQTT_NOT_ASKED = -1 };

typedef void mqtt_message_fn(void *context, const char *topic, const char *payload, size_t payload_len);

struct mqtt {
    struct mosquitto *client;
    int connack; /* the reason code, MQTT_NOT_ASKED until it came */
    bool closed;
    const int *mids; /* of the publishes or the subscribe on the way */
    int *codes;
    size_t count, answered;
    mqtt_message_fn *on_message; /* NULL: messages are dropped */
    void *context;
};

/* Connects and waits for the CONNACK; its reason code is returned, 0 = connected. user NULL: none is sent.
 * With the empty client id the broker chooses one. The struct stays where it is until mqtt_close */
int mqtt_open(struct mqtt *m, int port, const char *clientid, const char *user, const char *password);

/* Publishes to each topic with QoS 1, payload `tag` and the number of the topic; codes[i] is the reason code.
 * Topics the client library refuses to send stay MQTT_NOT_ASKED */
void mqtt_publish(struct mqtt *m, char *const *topics, size_t count, const char *tag, bool retain, int *codes);

/* Subscribes to all filters at once with QoS 0; codes[i] is the reason code */
void mqtt_subscribe(struct mqtt *m, char *const *filters, size_t count, int *codes);

/* Unsubscribes from the one filter; its reason code */
int mqtt_unsubscribe(struct mqtt *m, const char *filter);

void mqtt_close(struct mqtt *m);

#endif
