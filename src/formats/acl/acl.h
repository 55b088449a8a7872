/* An ACL file (acl_file), read without loss: what its lines say, and everything
 * that is wrong with them. What they mean together is src/policy's.
 *
 * One reading serves all releases. Where releases read different lines (only a
 * NUL byte does that), entries carry the releases they exist for.
 */
#ifndef CX_ACL_H
#define CX_ACL_H

#include "text/finding.h"
#include "text/source.h"

typedef enum { CX_ACL_USER, CX_ACL_TOPIC, CX_ACL_PATTERN } cx_acl_kind;

/* Access bits of a rule. A denying rule has CX_ACL_DENY alone: it denies reading and writing. */
enum { CX_ACL_READ = 1, CX_ACL_WRITE = 2, CX_ACL_DENY = 4 };

/* Twelve bytes a line that says something; comments and blanks are what lies between. */
typedef struct cx_acl_entry {
    cx_span value; /* the user name or the topic filter, blanks around it not included */
    uint8_t kind, access;
    cx_targets targets;
    bool literal; /* a rule's filter has no '+', '#' or '%' */
} cx_acl_entry;

typedef struct cx_acl {
    cx_source *source;             /* the caller's; must outlive this */
    CX_VEC(cx_acl_entry) entries;  /* in file order */
    cx_findings findings;          /* .refused: the releases that do not load the file */
    size_t users, rules, patterns; /* lines of each kind */
} cx_acl;

/* Reads SOURCE for TARGETS. Never fails: what is wrong is in the findings. */
void cx_acl_read(cx_acl *acl, cx_source *source, cx_targets targets, unsigned threads);
void cx_acl_clear(cx_acl *acl);

/* The line of an entry as the file has it, blanks at both ends left out: "topic read a/#". */
cx_str cx_acl_entry_line(const cx_acl *acl, const cx_acl_entry *entry);

#endif
