#define _GNU_SOURCE
/* A random deployment with dynamic security: who gets in, and what may each client write, read, subscribe to and
 * unsubscribe from? */
#include "broker.h"
#include "conf_table.h"
#include "door.h"
#include "effect.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { START_TRIES = 5 };

static void write_files(const struct gen_deployment *g)
{
    buf_save(&g->acl.text, "acl");
    buf_save(&g->passwords, "passwd");
    if (!g->no_json) {
        buf_save(&g->json, "dynsec.json");
    }
}

static enum broker_verdict start(struct trial *trial, const struct gen_deployment *g, struct buf *conf, int *ports)
{
    enum broker_verdict verdict = BROKER_NO_PORT;

    for (int i = 0; verdict == BROKER_NO_PORT && i < START_TRIES; i++) {
        ports[0] = broker_free_port(0);
        ports[1] = broker_free_port(ports[0]);
        conf->len = 0;
        gen_deployment_conf(g, ports, conf);
        trial_save(trial, conf);
        verdict = broker_start_conf(trial->broker, "main.conf", "broker.log", ports[g->door_count - 1]);
    }
    return verdict;
}

static bool culex_takes_it(struct trial *trial, bool up)
{
    const char *argv[] = {trial->culex, "check", "main.conf", "--target", trial->target, NULL};
    int culex = trial->dynsec.missing ? !up : trial_culex(trial, argv, 1U << 0 | 1U << 1);

    if (culex >= 0 && up != !culex) {
        trial_differs(trial, up ? "starts" : "refuses to start", culex ? "refuses it" : "takes it", "the conf");
    }
    return !culex;
}

static void hold(struct trial *trial, const struct gen_deployment *g, struct rng *r)
{
    struct buf conf = {0};
    int ports[GEN_DOORS];
    enum broker_verdict verdict = start(trial, g, &conf, ports);
    struct door doors[GEN_DOORS] = {0};

    trial->dynsec.crashed += verdict == BROKER_CRASHED;
    trial->dynsec.started += verdict == BROKER_UP;
    if (verdict == BROKER_UP) {
        for (size_t i = 0; i < g->door_count; i++) {
            doors[i] = (struct door){.trial = trial, .g = g, .as_generated = &g->doors[i], .port = ports[i]};
            door_ask(&doors[i], r);
        }
        trial_stop_broker(trial);
    }
    if (g->no_json) { /* 2.1 has made one */
        unlink("dynsec.json");
    }
    if (verdict != BROKER_CRASHED && culex_takes_it(trial, verdict == BROKER_UP)) {
        for (size_t i = 0; verdict == BROKER_UP && i < g->door_count; i++) {
            door_compare(&doors[i]);
        }
    }
    for (size_t i = 0; i < GEN_DOORS; i++) {
        door_free(&doors[i]);
    }
    buf_free(&conf);
}

void case_dynsec(struct trial *trial, struct rng *r)
{
    struct gen_deployment g;
    char folder[4096];

    snprintf(folder, sizeof folder, "%s/dynsec-%zu", trial->dir, trial->number);
    if (mkdir(folder, 0755) || chdir(folder)) {
        give_up("%s: %s", folder, strerror(errno));
    }
    gen_deployment(&g, r, &trial->dynsec.plugins);
    trial->deployment = &g;
    snprintf(trial->path[TRIAL_FILE], sizeof trial->path[TRIAL_FILE], "%.4000s/main.conf", folder);
    write_files(&g);
    trial->dynsec.deployments++;
    hold(trial, &g, r);
    if (chdir(trial->dir)) {
        give_up("%s: %s", trial->dir, strerror(errno));
    }
    if (!trial->shown && !trial->keep) {
        remove_tree(folder);
    }
    trial_end(trial);
    gen_deployment_free(&g);
}

/* A culex that does not know dynamic security yet is a failure, but the brokers are run all the same */
static bool knows_dynsec(struct trial *trial)
{
    const char *argv[] = {trial->culex, "aclcheck",    "--anonymous", "a", "--conf", trial->path[TRIAL_FILE],
                          "--target",   trial->target, NULL};
    struct buf b = {0};
    bool knows;

    buf_format(&b, "listener 1884\nallow_anonymous true\nplugin %s\nplugin_opt_config_file %s\n",
               trial->dynsec.plugins.dynsec, trial->path[TRIAL_SECRET]);
    buf_save(&b, trial->path[TRIAL_FILE]);
    b.len = 0;
    buf_text(&b, "{}");
    buf_save(&b, trial->path[TRIAL_SECRET]);
    child_run(argv, trial->path[TRIAL_OUT], trial->path[TRIAL_ERR]);
    buf_load(&b, trial->path[TRIAL_OUT]);
    knows = buf_has(&b, "deny");
    buf_free(&b);
    return knows;
}

const char *dynsec_prepare(struct trial *trial)
{
    struct gen_plugins *p = &trial->dynsec.plugins;

    effect_enter_network(); /* where it can, so that nobody else takes the ports */
    trial_begin(trial, TRIAL_DYNSEC, 0);
    p->release = trial_release(trial);
    p->root = geteuid() == 0;
    if (p->release == R16) {
        return "1.6 has no dynamic security";
    }
    p->dynsec = trial_plugin(trial, "mosquitto_dynamic_security.so");
    if (!p->dynsec) {
        return "there is no mosquitto_dynamic_security.so with the broker";
    }
    if (p->release == R21) {
        p->acl = trial_plugin(trial, "mosquitto_acl_file.so");
        p->passwords = trial_plugin(trial, "mosquitto_password_file.so");
    }
    trial->dynsec.missing = !knows_dynsec(trial);
    if (trial->dynsec.missing) {
        printf("difference: culex does not know dynamic security\n");
        trial->differences++;
    }
    return NULL;
}
