#define _GNU_SOURCE
#include "questions.h"

#include <stdlib.h>
#include <string.h>

void questions_add(struct questions *q, const struct gen_subject *s, const char *access, const char *topic,
                   bool allowed)
{
    struct question *new;

    if (q->count == q->cap) {
        q->cap = q->cap ? q->cap * 2 : 64;
        q->at = realloc(q->at, q->cap * sizeof *q->at);
    }
    if (!q->at) {
        give_up("out of memory");
    }
    new = &q->at[q->count++];
    *new = (struct question){s, access, strdup(topic), allowed};
    if (!new->topic) {
        give_up("out of memory");
    }
}

void questions_free(struct questions *q)
{
    for (size_t i = 0; i < q->count; i++) {
        free(q->at[i].topic);
    }
    free(q->at);
    *q = (struct questions){0};
}

static void save_batch(const struct questions *q, const char *path)
{
    struct buf b = {0};

    for (size_t i = 0; i < q->count; i++) {
        const struct question *one = &q->at[i];
        const char *user = one->subject->user ? one->subject->user : "";
        buf_format(&b, "%s\t%s\t%s\t%s\n", user, one->subject->clientid, one->access, one->topic);
    }
    buf_save(&b, path);
    buf_free(&b);
}

static void report(const struct question *one, struct trial *trial, const char *culex)
{
    const struct gen_subject *s = one->subject;

    trial_differs(trial, one->allowed ? "allow" : "deny", culex, "user %s%s%s, client id '%s', %s '%s'",
                  s->user ? "'" : "", s->user ? s->user : "none", s->user ? "'" : "", s->clientid, one->access,
                  one->topic);
}

/* One line of culex's answers against one question; the first word counts */
static void compare(const struct question *one, struct trial *trial, const char *line, size_t len)
{
    size_t word = 0;
    char answer[32];

    while (word < len && word < sizeof answer - 1 && line[word] != ' ' && line[word] != '\t') {
        answer[word] = line[word];
        word++;
    }
    answer[word] = 0;
    if (strcmp(answer, one->allowed ? "allow" : "deny") != 0) {
        report(one, trial, word ? answer : "nothing");
    }
}

void questions_compare(const struct questions *q, struct trial *trial)
{
    const char *batch = trial->path[TRIAL_BATCH], *acl = trial->path[TRIAL_FILE];
    const char *argv[] = {trial->culex, "aclcheck", "--acl", acl, "--target", trial->target, "--batch", batch, NULL};
    struct buf b = {0};
    size_t at = 0;

    save_batch(q, batch);
    if (trial_culex(trial, argv, 1U << 0) < 0) {
        return;
    }
    buf_load(&b, trial->path[TRIAL_OUT]);
    for (size_t i = 0; i < q->count; i++) {
        const char *line = b.data ? (char *)b.data + at : "";
        const char *newline = at < b.len ? memchr(line, '\n', b.len - at) : NULL;
        size_t len = newline ? (size_t)(newline - line) : b.len - at;

        trial->decisions++;
        trial->allowed += q->at[i].allowed;
        compare(&q->at[i], trial, line, len);
        at += len + (newline ? 1 : 0);
    }
    if (at != b.len) {
        trial_differs(trial, "was asked less", "answers more lines", "the batch of %zu questions", q->count);
    }
    buf_free(&b);
}
