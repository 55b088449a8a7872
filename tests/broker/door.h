/* One listener of a running deployment: all that is asked there, of the broker and then of culex. */
#ifndef BROKER_DOOR_H
#define BROKER_DOOR_H

#include "mqtt.h"
#include "questions.h"
#include "trial.h"

struct door {
    struct trial *trial;
    const struct gen_deployment *g;
    const struct gen_door *as_generated;
    int port;

    struct names topics;  /* to ask about, without the mount point */
    struct names filters; /* that cover them, as far as the client is granted them */
    bool can_publish;
    struct mqtt publisher;
    int published[GEN_ASKED]; /* the broker's answers to the publisher */
    struct questions logins, decisions;
};

/* Logs everybody in, and lets those who are in try everything; the first four members are set, the others zero */
void door_ask(struct door *d, struct rng *r);
/* Counts what the broker said, and reports where culex says something else */
void door_compare(struct door *d);
void door_free(struct door *d);

#endif
