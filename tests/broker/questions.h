/* The questions about one ACL file, each with the broker's answer, and what culex answers to all of them at once. */
#ifndef BROKER_QUESTIONS_H
#define BROKER_QUESTIONS_H

#include "trial.h"

struct question {
    const struct gen_subject *subject; /* not owned */
    const char *access;                /* a constant */
    char *topic;
    bool allowed;
};

struct questions {
    struct question *at;
    size_t count, cap;
};

void questions_add(struct questions *q, const struct gen_subject *s, const char *access, const char *topic,
                   bool allowed);
/* Counts every question as a decision and reports the differences */
void questions_compare(const struct questions *q, struct trial *trial);
void questions_free(struct questions *q);

#endif
