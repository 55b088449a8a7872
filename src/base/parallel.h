/* Independent pieces of work on several threads. */
#ifndef CX_PARALLEL_H
#define CX_PARALLEL_H

enum { CX_THREADS_MAX = 64 };

/* Calls WORK(context, i) for each i below COUNT, COUNT at most CX_THREADS_MAX, one
 * thread each, the first on the caller's own; returns when all are done. Where no
 * thread can be had the caller does the work. */
void cx_parallel(unsigned count, void work(void *context, unsigned i), void *context);

#endif
