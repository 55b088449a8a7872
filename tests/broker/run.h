/* What one run of the differential test holds, and the kinds of cases it is made of. */
#ifndef BROKER_RUN_H
#define BROKER_RUN_H

#include "buf.h"
#include "gen.h"
#include "rng.h"

enum run_kind { RUN_ACL, RUN_LOAD, RUN_LOGIN, RUN_KINDS };

struct run {
    const char *broker;  /* path of mosquitto */
    const char *culex;   /* path of culex */
    const char *target;
    const char *dir;     /* all files are made here */
    uint64_t seed;
    bool old;            /* the target is of the 1.x line: no deny, no $CONTROL */
    bool keep;
    struct gen_hash fresh[2]; /* made by the broker's own mosquitto_passwd */
    size_t fresh_count;

    enum run_kind kind;  /* the case at work */
    size_t number;
    const struct buf *file;
    bool shown;          /* the file of this case was printed */

    size_t decisions, loads, logins, differences;
};

/* The random numbers of one case: they depend on the seed, the kind and the number alone */
struct rng run_rng(const struct run *run);
/* The path of this case's file, `what` its role; valid until the fourth call after it */
const char *run_path(const struct run *run, const char *what);

/* Prints one difference: at the first of a case its file and the command that repeats it */
void run_differs(struct run *run, const char *broker_says, const char *culex_says, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Asks whether the target loads the file. True when culex says it does */
bool run_culex_loads(struct run *run, const char *kind, const char *path);
/* Starts the broker and compares with culex; true when the broker is up now */
bool run_load(struct run *run, int passwords, bool anonymous, const char *path);
/* Ends the broker. Gives up when it ended by itself before */
void run_stop_broker(const struct run *run);

/* One case of each kind */
void run_acl_case(struct run *run);
void run_load_case(struct run *run);
void run_login_case(struct run *run);

#endif
