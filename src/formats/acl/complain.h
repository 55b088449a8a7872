/* What is said about a bad line of an ACL file. Used by the reader only. */
#ifndef CX_ACL_COMPLAIN_H
#define CX_ACL_COMPLAIN_H

#include "formats/acl/acl.h"
#include "topic/topic.h"

/* One line as the broker splits it; all are views into the source. */
typedef struct cx_acl_line {
    cx_str line;    /* trailing blanks cut */
    cx_str keyword; /* first word */
    cx_str access;  /* second word of a rule, when a topic follows it; else empty */
    cx_str value;   /* topic or user name */
} cx_acl_line;

struct cx_acl_reader {
    cx_source *source;
    cx_findings *findings;
    cx_targets targets; /* the releases this reading is for */
};

void cx_acl_bad_keyword(struct cx_acl_reader *r, const cx_acl_line *l);
void cx_acl_bad_access(struct cx_acl_reader *r, const cx_acl_line *l);
void cx_acl_bad_filter(struct cx_acl_reader *r, const cx_acl_line *l, cx_filter_info info);
void cx_acl_missing_topic(struct cx_acl_reader *r, const cx_acl_line *l);
void cx_acl_missing_user(struct cx_acl_reader *r, const cx_acl_line *l);
void cx_acl_deny_unknown(struct cx_acl_reader *r, const cx_acl_line *l);

/* Lines that load but do not do what they look like. */
void cx_acl_doubtful_rule(struct cx_acl_reader *r, const cx_acl_line *l, bool unusual);
void cx_acl_doubtful_user(struct cx_acl_reader *r, const cx_acl_line *l);
void cx_acl_pattern_without_variable(struct cx_acl_reader *r, const cx_acl_line *l);

#endif
