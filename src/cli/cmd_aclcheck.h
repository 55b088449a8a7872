/* The parts of culex aclcheck. */
#ifndef CX_CMD_ACLCHECK_H
#define CX_CMD_ACLCHECK_H

#include "cli/ask.h"

/* The object of one question, up to and after its "answers". */
void cx_aclcheck_begin_json(cx_json *j, const cx_question *q);
void cx_aclcheck_end_json(cx_json *j);

/* Answers every line of FILE ("-": standard input); the exit code. */
int cx_aclcheck_batch(cx_cli *cli, cx_policy_source *s, const char *file);

/* What --explain adds to an answer. */
void cx_aclcheck_explain(cx_buf *out, struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a);
void cx_aclcheck_explain_json(cx_json *j, struct cx_policy_target *t, const cx_question *q, unsigned access,
                              cx_answer a);

/* The answers of other releases than those asked, where they differ from A. */
void cx_aclcheck_others(cx_buf *out, cx_policy_source *others, const cx_question *q, unsigned access, cx_answer a);
void cx_aclcheck_others_json(cx_json *j, cx_policy_source *others, const cx_question *q, unsigned access, cx_answer a);

#endif
