#define _GNU_SOURCE
/* Logins with a random password file */
#include "broker.h"
#include "mqtt.h"
#include "run.h"

#include <stdlib.h>
#include <string.h>

/* 0 right, 1 wrong, 3 the target does not take the file */
static int culex_verify(const struct run *run, const char *path, const struct gen_login *l)
{
    const char *secret = run_path(run, "secret"), *err = run_path(run, "err");
    const char *argv[] = {run->culex, "passwd", "verify", "--password-file", secret, "--target", run->target, "--", path, l->user, NULL};
    struct buf b = {0};
    int status;

    buf_text(&b, l->password);
    buf_save(&b, secret);
    buf_free(&b);
    status = child_run(argv, run_path(run, "out"), err);
    if (status != 0 && status != 1 && status != 3) {
        give_up("culex passwd verify: status %d, see %s", status, err);
    }
    return status;
}

static const char *words(int status)
{
    return status == 0 ? "lets it in" : status == 1 ? "refuses the login" : "refuses the file";
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

static void compare(struct run *run, const char *path, const struct gen_login *l, int broker)
{
    int culex = culex_verify(run, path, l);
    struct buf printable = {0};

    if (broker != culex) {
        run_differs(run, words(broker), words(culex), "user name '%s', password '%s'", l->user, l->password);
    }
    buf_free(&printable);
}

void run_login_case(struct run *run)
{
    struct rng r = run_rng(run);
    struct gen_passwords g;
    const char *path = run_path(run, "passwd");
    char kept[4096];

    snprintf(kept, sizeof kept, "%s", path);
    gen_passwords(&g, &r, run->fresh, run->fresh_count);
    run->file = &g.text;
    buf_save(&g.text, kept);
    if (run_load(run, 1, g.anonymous, kept)) {
        for (size_t i = 0; i < GEN_LOGINS; i++) {
            run->logins++;
            compare(run, kept, &g.logins[i], broker_login(&g.logins[i]));
        }
        run_stop_broker(run);
    } else {
        compare(run, kept, &g.logins[0], 3);
    }
    run->file = NULL;
    buf_free(&g.text);
}
