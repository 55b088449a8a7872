/* What a broker says of one conf, and holding culex against it. */
#ifndef BROKER_SAID_H
#define BROKER_SAID_H

#include "effect.h"
#include "trial.h"

enum said_verdict { SAID_REFUSED, SAID_TAKEN, SAID_CRASHED };

/* What the broker made of a conf */
struct said {
    enum said_verdict verdict; /* of reading it */
    bool up;
    struct effect effect;
    char words[512]; /* its first error */
};

/* Asks culex all of it that can be compared, and reports what differs */
void said_compare(struct trial *trial, const struct said *said);

#endif
