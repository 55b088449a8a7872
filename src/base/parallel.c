#include "base/parallel.h"

#include <pthread.h>
#include <stdbool.h>

struct job {
    void (*work)(void *context, unsigned i);
    void *context;
    unsigned i;
};

static void *run(void *job)
{
    struct job *j = job;
    j->work(j->context, j->i);
    return NULL;
}

void cx_parallel(unsigned count, void work(void *context, unsigned i), void *context)
{
    pthread_t threads[CX_THREADS_MAX];
    struct job jobs[CX_THREADS_MAX];
    bool started[CX_THREADS_MAX] = {false};
    for (unsigned i = 1; i < count; i++) {
        jobs[i] = (struct job){work, context, i};
        started[i] = pthread_create(&threads[i], NULL, run, &jobs[i]) == 0;
    }
    if (count) work(context, 0);
    for (unsigned i = 1; i < count; i++) {
        if (started[i]) pthread_join(threads[i], NULL);
        else work(context, i);
    }
}
