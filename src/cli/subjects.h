/* Whom a policy is asked about: the subjects of CLI.md. */
#ifndef CX_SUBJECTS_H
#define CX_SUBJECTS_H

#include "analysis/who.h"
#include "cli/ask.h"

/* Those who can connect, in the order of the files: named users, clients without a user name, any other user. A client
 * id is the one dynamic security binds, else free. */
void cx_subjects_of(const cx_policy_source *s, const struct cx_policy_target *t, cx_subjects *out);

/* The named user of TARGET, with the id it is bound to, known or not. */
cx_who cx_subject_named(const struct cx_policy_target *t, cx_str user);

/* A word of a set as a question that a broker could get: free names become names that are asked like them. ALLOW: what
 * the answer is. */
cx_question cx_concrete(struct cx_policy_target *t, const cx_who *w, cx_str word, unsigned access, bool allow,
                        cx_arena *arena);

/* May it connect at all? Where that cannot be told, yes. */
bool cx_client_connects(const struct cx_policy_target *t, const cx_client *c);

/* What an answer over all clients leaves out, as notes. */
void cx_say_limits(cx_cli *cli, bool slashes, bool too_many, bool unknown);

/* "user", "anonymous", "unknown_users", "clientid": members of an open object. */
void cx_who_json(cx_json *j, const cx_who *w);
/* "key": the entries of a list of filters, as objects; free names are %c and %u. */
void cx_entries_json(cx_json *j, const char *key, const cx_set_entries *list, cx_arena *arena);
/* "a/#  except a/b, a/c" */
void cx_put_entry(cx_buf *out, const cx_set_entry *e, cx_arena *arena);

/* "target", "listener" */
void cx_target_json(cx_json *j, const struct cx_policy_target *t);

/* One text a target; those that say the same are shown once. */
void cx_put_by_target(cx_cli *cli, const cx_policy_source *s, const cx_buf *texts);

/* The space was too small: nothing is answered, and the exit code of that. */
int cx_sets_are_full(cx_cli *cli);

#endif
