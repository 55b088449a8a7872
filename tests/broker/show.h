/* What `culex show --format json` says of the listeners. Reads just as much JSON as that takes: the test may use no
 * code of culex, and no library the brokers' tests do not need otherwise. */
#ifndef BROKER_SHOW_H
#define BROKER_SHOW_H

#include "buf.h"

#include <stdbool.h>

enum { SHOW_LISTENERS = 32 };

struct show_listener {
    char bind[256];
    int port;
    char protocol[32];
    bool tls;
    bool anonymous;
};

struct show {
    size_t count;
    struct show_listener listeners[SHOW_LISTENERS];
};

/* NULL, or what is wrong with the text */
const char *show_read(struct show *s, const struct buf *json);

#endif
