#define _GNU_SOURCE
/* Logins with a random password file */
#include "broker.h"
#include "mqtt.h"
#include "run.h"

/* 0 right, 1 wrong, 3 the target does not take the file, -1 culex failed */
static int culex_login(struct run *run, const struct gen_login *l)
{
    const char *secret = run->path[RUN_SECRET], *path = run->path[RUN_FILE];
    const char *argv[] = {run->culex, "passwd", "verify", "--password-file", secret, "--target", run->target, "--", path, l->user, NULL};
    struct buf b = {0};

    buf_text(&b, l->password);
    buf_save(&b, secret);
    buf_free(&b);
    return run_culex(run, argv, 1U << 0 | 1U << 1 | 1U << 3);
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

static void compare(struct run *run, const struct gen_login *l, int broker)
{
    int culex = culex_login(run, l);

    if (culex >= 0 && broker != culex) {
        run_differs(run, words(broker), words(culex), "user name '%s', password '%s'", l->user, l->password);
    }
}

void case_login(struct run *run, struct rng *r)
{
    struct gen_passwords g;
    enum run_load load;

    gen_passwords(&g, r, run->fresh, run->fresh_count);
    run_save(run, &g.text);
    load = run_load(run, g.anonymous);
    if (load == RUN_BOTH_LOAD) {
        for (size_t i = 0; i < GEN_LOGINS; i++) {
            int broker = broker_login(&g.logins[i]);
            run->logins++;
            run->let_in += broker == 0;
            compare(run, &g.logins[i], broker);
        }
        run_stop_broker(run);
    } else if (load == RUN_BOTH_REFUSE) {
        compare(run, &g.logins[0], 3);
    }
    buf_free(&g.text);
}
