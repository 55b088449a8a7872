/* What one trial, a run of the differential test, holds, and the kinds of cases it is made of. */
#ifndef BROKER_TRIAL_H
#define BROKER_TRIAL_H

#include "buf.h"
#include "gen.h"
#include "gen_conf.h"
#include "gen_dynsec.h"
#include "rng.h"

enum trial_kind { TRIAL_ACL, TRIAL_LOAD, TRIAL_LOGIN, TRIAL_CONF, TRIAL_DYNSEC, TRIAL_KINDS };

/* The files of one case: what the broker reads, the questions, a password, and what culex prints */
enum trial_file { TRIAL_FILE, TRIAL_BATCH, TRIAL_SECRET, TRIAL_OUT, TRIAL_ERR, TRIAL_PATHS };

/* What the cases about dynamic security need and count */
struct trial_dynsec {
    struct gen_plugins plugins; /* see dynsec_prepare */
    bool missing;               /* culex does not know it yet: only the broker is run */
    size_t deployments, started, crashed;
    size_t logins, let_in;
    size_t asked[4], allowed[4]; /* write, read, subscribe, unsubscribe */
};

struct trial {
    const char *broker; /* path of mosquitto */
    const char *culex;  /* path of culex */
    const char *target;
    const char *dir; /* all files are made here */
    uint64_t seed;
    bool old; /* the target is of the 1.x line: no deny, no $CONTROL */
    bool keep;
    struct gen_hash fresh[2]; /* made by the broker's own mosquitto_passwd */
    size_t fresh_count;

    enum trial_kind kind; /* the case at work */
    size_t number;
    const struct buf *file;
    const struct gen_conf *conf;             /* of a case about mosquitto.conf: the files it includes */
    const struct gen_deployment *deployment; /* of a case about dynamic security */
    bool shown;                              /* the file of this case was printed */
    char path[TRIAL_PATHS][4096];

    size_t decisions, loads, logins, differences;
    size_t allowed, loaded, let_in; /* how many of them the broker said yes to */

    struct trial_dynsec dynsec;
    struct gen_build build; /* what the broker can do, see conf_prepare */
    bool conf_missing;      /* culex has no commands for a conf yet: only the broker is run */
    size_t confs, taken, started, sockets, asked, upgraded, anonymous; /* as the broker says */
    size_t undefined, crashed, unresolved;                             /* not compared */
    size_t refusals, quoted; /* how many refusals culex explains in the broker's own words */
    size_t saved;            /* folders of cases that stay */
};

/* Begins a case: its paths, and its random numbers, which depend on the seed, the kind and the number alone */
struct rng trial_begin(struct trial *trial, enum trial_kind kind, size_t number);
/* Saves the file the case is about; it is shown when a difference is found, so it stays until trial_end */
void trial_save(struct trial *trial, const struct buf *file);
void trial_end(struct trial *trial);

/* Prints one difference: at the first of a case its file and the command that repeats it */
void trial_differs(struct trial *trial, const char *broker_says, const char *culex_says, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Runs culex; a status that `expected` (a set of bits) lacks is a difference, and -1 is returned for it */
int trial_culex(struct trial *trial, const char *const argv[], unsigned expected);

/* What both say of the file. Only TRIAL_BOTH_LOAD leaves the broker running */
enum trial_verdict { TRIAL_BOTH_LOAD, TRIAL_BOTH_REFUSE, TRIAL_LOAD_DIFFERS };
enum trial_verdict trial_load(struct trial *trial, bool anonymous);
/* Ends the broker. Gives up when it ended by itself before */
void trial_stop_broker(const struct trial *trial);

/* The release under test, one of conf_table.h's bits */
unsigned trial_release(const struct trial *trial);
/* The path of a plug-in that came with the broker, for good; NULL: there is none */
const char *trial_plugin(const struct trial *trial, const char *file);

/* Says on standard error which case is at work and where its files are */
void trial_tell_where(const struct trial *trial);

/* The work of one case, between trial_begin and trial_end */
void case_acl(struct trial *trial, struct rng *r);
void case_load(struct trial *trial, struct rng *r);
void case_login(struct trial *trial, struct rng *r);
void case_dynsec(struct trial *trial, struct rng *r);
void case_conf(struct trial *trial, struct rng *r);
/* Before the first case_dynsec: NULL, or why there can be no such cases */
const char *dynsec_prepare(struct trial *trial);
/* Before the first case_conf: enters a network of its own and finds out what the broker was built with.
 * NULL, or why there can be no such cases */
const char *conf_prepare(struct trial *trial);

/* Removes a file or a folder with all that is in it */
void remove_tree(const char *path);

#endif
