/* One question of the command line, asked of every target, and its answers as
 * text and JSON. Shared by aclcheck's single and batch forms. */
#ifndef CX_ASK_H
#define CX_ASK_H

#include "cli/policy_source.h"

typedef struct cx_question {
    cx_client client;
    cx_str topic;
    unsigned accesses; /* CX_ACCESS_… bits and CX_ASK_REACH */
} cx_question;

/* Read, and some allowed subscription covers it. */
enum { CX_ASK_REACH = 16 };

/* "read", "readwrite", …; 0: no such access. */
unsigned cx_ask_access(cx_str word);

/* The kinds of access in the order they are answered; 0 ends the list. */
extern const unsigned cx_ask_order[];
const char *cx_ask_name(unsigned access);

/* The name of an answer: "allow", "deny", "unknown". */
const char *cx_answer_name(cx_answer a);

cx_answer cx_ask(struct cx_policy_target *t, const cx_question *q, unsigned access);

/* "file", "line", "rule", … of an answer: members of an open object. LISTENER: NULL: all answer alike. */
void cx_ask_put_json(cx_json *j, struct cx_policy_target *t, const char *listener, unsigned access, cx_answer a);

/* "acl:12  'topic deny cmds/#'", or the reason in words. */
void cx_ask_put_why(cx_buf *out, struct cx_policy_target *t, const cx_question *q, unsigned access, cx_answer a);

/* "acl:12  'topic deny cmds/#'" */
void cx_ask_put_place(cx_buf *out, const cx_policy *p, const cx_rule *r);

/* The member of defaultACLAccess: "publishClientSend". */
const char *cx_ask_default_name(cx_access access);

#endif
