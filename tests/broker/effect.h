/* What a broker does with a configuration: which TCP sockets it listens on, and how each answers a client.
 *
 * The brokers run in a network of their own, which this program enters, so that any port is free, nothing outside can
 * be reached, and nobody outside can reach them. */
#ifndef BROKER_EFFECT_H
#define BROKER_EFFECT_H

#include <stdbool.h>
#include <stddef.h>

enum { EFFECT_SOCKETS = 32 };

/* The answer of a socket to an anonymous MQTT 3.1.1 CONNECT, bare or over websockets: the code of the CONNACK, or that
 * there was none */
enum effect_answer { EFFECT_ACCEPTED = 0, EFFECT_SILENT = 256, EFFECT_TLS, EFFECT_GONE };

struct effect_socket {
    char where[64]; /* host:port, with "any" and "loopback" for both families */
    int answer;
    bool websockets; /* the answer came that way */
};

struct effect {
    size_t count; /* sorted, each place once */
    struct effect_socket sockets[EFFECT_SOCKETS];
};

/* Enters a network with nothing but lo; NULL, or why that is not possible here */
const char *effect_enter_network(void);

/* Starts the broker with these arguments, output into `log`, and measures it: true when it is up, and then it is left
 * running; false when it ended by itself, *status is how. Gives up when it neither listens nor ends in time */
bool effect_start(const char *const argv[], const char *log, struct effect *e, int *status);

/* host:port as struct effect_socket has it; 127.0.0.1, ::1 and localhost are loopback, 0.0.0.0 and :: are any */
void effect_where(const char *host, int port, char *where, size_t size);

#endif
