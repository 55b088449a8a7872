/* The questions about one policy, each with the broker's answer, and what culex answers to all of them at once. */
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

/* What culex is to ask */
struct policy {
    const char *option; /* --acl or --conf */
    const char *path;
    const char *listener; /* of a conf: the port; NULL: none is to be picked */
};

/* Counts every question as a decision and reports the differences */
void questions_compare(const struct questions *q, const struct policy *p, struct trial *trial);
/* The same with questions that are allowed when the client was let in; what they ask for does not matter */
void questions_compare_logins(const struct questions *q, const struct policy *p, struct trial *trial);
void questions_free(struct questions *q);

#endif
