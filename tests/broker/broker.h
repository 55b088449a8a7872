/* A real broker as a child process: one at a time, on a port of 127.0.0.1, dead when this program is. */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include <stdbool.h>
#include <sys/types.h>

enum broker_verdict {
    BROKER_UP,      /* it took its files and accepts connections */
    BROKER_REFUSED, /* it ended by itself */
    BROKER_CRASHED, /* a signal ended it, or it could not be run */
    BROKER_NO_PORT  /* somebody else has taken a port meanwhile */
};

/* Which of its two files the broker is given */
enum broker_file { BROKER_ACL, BROKER_PASSWORDS };

/* Starts `program` in the folder `dir` (broker.conf and broker.log are written there) with the file at `path`.
 * Gives up when it neither starts nor ends in time, or ends for another reason than its file. */
enum broker_verdict broker_start(const char *program, const char *dir, enum broker_file kind, const char *path,
                                 bool anonymous);

/* A port of 127.0.0.1 that is free now, and not `other` */
int broker_free_port(int other);
/* The same with a conf of its own, whose last listener is on this port, and with any verdict as the answer */
enum broker_verdict broker_start_conf(const char *program, const char *conf, const char *log, int port);

/* The port of the running broker */
int broker_port(void);

/* The same for a broker with arguments of its own: starts it and returns at once */
void broker_run(const char *const argv[], const char *log);
pid_t broker_pid(void);
/* Whether it has ended by itself; *status is then its exit status, 128 and more when a signal ended it */
bool broker_ended(int *status);

/* Kills the broker; says whether it was still running. Does nothing and says true when none was started */
bool broker_stop(void);

/* Makes SIGINT, SIGTERM and SIGHUP kill the broker and end the program through exit() at the next broker_check() */
void broker_catch_signals(void);
/* Every loop that waits calls it */
void broker_check_signals(void);

/* Runs a program to its end, standard output into `out` and standard error into `err` (paths).
 * Returns its exit status, 128 and more when a signal ended it; gives up when it does not end in time */
int child_run(const char *const argv[], const char *out, const char *err);

/* Milliseconds of a clock that only goes forward */
long long now_ms(void);
void nap(long microseconds);

#endif
