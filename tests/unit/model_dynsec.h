/* A dynamic-security.json as the plug-in reads it, and what the plug-in answers then,
 * written down a second time, like model.h: linear lists, the JSON tree kept as it is,
 * no code of the library. The plug-in reads with cJSON, and so does this. Checked
 * against the plug-ins themselves. 1.6.15, which has none, is taken for 2.0.11. */
#ifndef CX_MODEL_DYNSEC_H
#define CX_MODEL_DYNSEC_H

#include "model.h"

typedef struct model_dynsec model_dynsec;

typedef enum { MODEL_ALLOW, MODEL_DENY, MODEL_DEFER } model_answer;
extern const char *const model_answers[3];

typedef enum { MODEL_READ = 1, MODEL_WRITE = 2, MODEL_SUBSCRIBE = 4, MODEL_UNSUBSCRIBE = 8 } model_access;

/* Never NULL: what is no JSON object says nothing, as for the broker. The text is copied. */
model_dynsec *model_dynsec_load(const char *text, size_t n, model_release release);
void model_dynsec_free(model_dynsec *m);

/* The answers hang on what is not modelled: in 2.0.11, which of two of a name a table
 * of ten or more finds; base64 with strange bytes, which OpenSSL's versions read in
 * different ways; iterations that 2.0.22 takes from memory it has not set. */
bool model_dynsec_unclear(const model_dynsec *m);

/* The answer about a topic, without the broker's gates before the plug-in. USER NULL:
 * anonymous. ID NULL: one that is in no topic. */
model_answer model_dynsec_ask(const model_dynsec *m, const char *user, const char *id, model_access access,
                              const char *topic);

typedef enum {
    MODEL_PASSWORD_NONE,
    MODEL_PASSWORD_SET,
    MODEL_PASSWORD_ARGON2, /* set where the broker was built with argon2, else none */
} model_password;

typedef struct model_client {
    bool known; /* false: and all else is zero */
    bool disabled;
    const char *id; /* the only client id it may have; NULL: any. The model owns it */
    model_password password;
} model_client;

model_client model_dynsec_client(const model_dynsec *m, const char *user);

/* The answer to a client that logs in with a user name and a password, RIGHT or wrong. */
model_answer model_dynsec_login(const model_dynsec *m, const char *user, const char *id, bool right);

/* Does 2.0.11 die of the file when it starts? */
bool model_dynsec_crashes(const char *text, size_t n);

#endif
