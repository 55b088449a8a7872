#define _GNU_SOURCE
/* Logins with a random password file */
#include "broker.h"
#include "mqtt.h"
#include "trial.h"

/* 0 right, 1 wrong, 3 the target does not take the file, -1 culex failed */
static int culex_login(struct trial *trial, const struct gen_login *l)
{
    const char *secret = trial->path[TRIAL_SECRET], *path = trial->path[TRIAL_FILE];
    const char *argv[] = {trial->culex,  "passwd", "verify", "--password-file", secret, "--target",
                          trial->target, "--",     path,     l->user,           NULL};
    struct buf b = {0};

    buf_text(&b, l->password);
    buf_save(&b, secret);
    buf_free(&b);
    return trial_culex(trial, argv, 1U << 0 | 1U << 1 | 1U << 3);
}

static int broker_login(const struct gen_login *l)
{
    struct mqtt client;
    int code = mqtt_open(&client, broker_port(), "login", l->user, l->password);

    mqtt_close(&client);
    if (code != 0 && code != MQTT_NOT_AUTHORIZED) {
        give_up("the broker answers %d to a login", code);
    }
    return code ? 1 : 0;
}

static const char *words(int status)
{
    return status == 0 ? "lets it in" : status == 1 ? "refuses the login" : "refuses the file";
}

static void compare(struct trial *trial, const struct gen_login *l, int broker)
{
    int culex = culex_login(trial, l);

    if (culex >= 0 && broker != culex) {
        trial_differs(trial, words(broker), words(culex), "user name '%s', password '%s'", l->user, l->password);
    }
}

void case_login(struct trial *trial, struct rng *r)
{
    struct gen_passwords g;
    enum trial_verdict load;

    gen_passwords(&g, r, trial->fresh, trial->fresh_count);
    trial_save(trial, &g.text);
    load = trial_load(trial, g.anonymous);
    if (load == TRIAL_BOTH_LOAD) {
        for (size_t i = 0; i < GEN_LOGINS; i++) {
            int broker = broker_login(&g.logins[i]);
            trial->logins++;
            trial->let_in += broker == 0;
            compare(trial, &g.logins[i], broker);
        }
        trial_stop_broker(trial);
    } else if (load == TRIAL_BOTH_REFUSE) {
        compare(trial, &g.logins[0], 3);
    }
    buf_free(&g.text);
}
