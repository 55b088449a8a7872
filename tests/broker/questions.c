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

static int ask(const struct policy *p, struct trial *trial, const char *format)
{
    const char *argv[16] = {trial->culex, "aclcheck",    p->option, p->path,
                            "--target",   trial->target, "--batch", trial->path[TRIAL_BATCH],
                            "--format",   format};

    if (p->listener) {
        argv[10] = "--listener";
        argv[11] = p->listener;
    }
    return trial_culex(trial, argv, 1U << 0);
}

/* Looks at one line of culex's answers */
typedef void answer_fn(const struct question *one, const struct policy *p, struct trial *trial, const char *line,
                       size_t len);

static void for_answers(const struct questions *q, const struct policy *p, struct trial *trial, const char *format,
                        answer_fn *look)
{
    struct buf b = {0};
    size_t at = 0;

    save_batch(q, trial->path[TRIAL_BATCH]);
    if (ask(p, trial, format) < 0) {
        return;
    }
    buf_load(&b, trial->path[TRIAL_OUT]);
    for (size_t i = 0; i < q->count; i++) {
        const char *line = b.data ? (char *)b.data + at : "";
        const char *newline = at < b.len ? memchr(line, '\n', b.len - at) : NULL;
        size_t len = newline ? (size_t)(newline - line) : b.len - at;

        look(&q->at[i], p, trial, line, len);
        at += len + (newline ? 1 : 0);
    }
    if (at != b.len) {
        trial_differs(trial, "was asked less", "answers more lines", "the batch of %zu questions", q->count);
    }
    buf_free(&b);
}

static void report(const struct question *one, const struct policy *p, struct trial *trial, const char *broker,
                   const char *culex)
{
    const struct gen_subject *s = one->subject;

    trial_differs(trial, broker, culex, "%s%suser %s%s%s, client id '%s', %s '%s'", p->listener ? p->listener : "",
                  p->listener ? ": " : "", s->user ? "'" : "", s->user ? s->user : "none", s->user ? "'" : "",
                  s->clientid, one->access, one->topic);
}

/* The first word counts */
static void look_at_decision(const struct question *one, const struct policy *p, struct trial *trial, const char *line,
                             size_t len)
{
    size_t word = 0;
    char answer[32];

    while (word < len && word < sizeof answer - 1 && line[word] != ' ' && line[word] != '\t') {
        answer[word] = line[word];
        word++;
    }
    answer[word] = 0;
    trial->decisions++;
    trial->allowed += one->allowed;
    if (strcmp(answer, one->allowed ? "allow" : "deny") != 0) {
        report(one, p, trial, one->allowed ? "allow" : "deny", word ? answer : "nothing");
    }
}

void questions_compare(const struct questions *q, const struct policy *p, struct trial *trial)
{
    for_answers(q, p, trial, "text", look_at_decision);
}

static void look_at_login(const struct question *one, const struct policy *p, struct trial *trial, const char *line,
                          size_t len)
{
    static const char reason[] = "\"reason\":\"", no[] = "cannot-connect\"";
    const char *at = memmem(line, len, reason, sizeof reason - 1);
    bool refused = at && !strncmp(at + sizeof reason - 1, no, sizeof no - 1);

    trial->logins++;
    trial->let_in += one->allowed;
    if (!at || refused == one->allowed) {
        report(one, p, trial, one->allowed ? "lets it in" : "refuses it",
               !at       ? "says nothing"
               : refused ? "says cannot-connect"
                         : "says it can connect");
    }
}

void questions_compare_logins(const struct questions *q, const struct policy *p, struct trial *trial)
{
    for_answers(q, p, trial, "json", look_at_login);
}
