/* What one run of the differential test holds, and the kinds of cases it is made of. */
#ifndef BROKER_RUN_H
#define BROKER_RUN_H

#include "buf.h"
#include "gen.h"
#include "rng.h"

enum run_kind { RUN_ACL, RUN_LOAD, RUN_LOGIN, RUN_KINDS };

/* The files of one case: what the broker reads, the questions, a password, and what culex prints */
enum run_file { RUN_FILE, RUN_BATCH, RUN_SECRET, RUN_OUT, RUN_ERR, RUN_PATHS };

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
    char path[RUN_PATHS][4096];

    size_t decisions, loads, logins, differences;
    size_t allowed, loaded, let_in; /* how many of them the broker said yes to */
};

/* Begins a case: its paths, and its random numbers, which depend on the seed, the kind and the number alone */
struct rng run_begin(struct run *run, enum run_kind kind, size_t number);
/* Saves the file the case is about; it is shown when a difference is found, so it stays until run_end */
void run_save(struct run *run, const struct buf *file);
void run_end(struct run *run);

/* Prints one difference: at the first of a case its file and the command that repeats it */
void run_differs(struct run *run, const char *broker_says, const char *culex_says, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Runs culex; a status that `expected` (a set of bits) lacks is a difference, and -1 is returned for it */
int run_culex(struct run *run, const char *const argv[], unsigned expected);

/* What both say of the file. Only RUN_BOTH_LOAD leaves the broker running */
enum run_load { RUN_BOTH_LOAD, RUN_BOTH_REFUSE, RUN_LOAD_DIFFERS };
enum run_load run_load(struct run *run, bool anonymous);
/* Ends the broker. Gives up when it ended by itself before */
void run_stop_broker(const struct run *run);

/* Says on standard error which case is at work and where its files are */
void run_tell_where(const struct run *run);

/* The work of one case, between run_begin and run_end */
void case_acl(struct run *run, struct rng *r);
void case_load(struct run *run, struct rng *r);
void case_login(struct run *run, struct rng *r);

#endif
