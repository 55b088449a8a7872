/* Rules of an ACL file that say nothing new. */
#ifndef CX_SIMPLIFY_H
#define CX_SIMPLIFY_H

#include "base/buf.h"
#include "policy/policy.h"
#include "topic/set.h"

typedef enum { CX_RULE_STAYS, CX_RULE_SAYS_NOTHING, CX_RULE_READS_AND_WRITES } cx_fate;

/* What becomes of each entry of the file (FATES has one for each, all CX_RULE_STAYS at first) for P, its policy for one release.
 * A rule says nothing when the others of its list already allow, or deny, all it does, or when a deny takes nothing away
 * from anybody; without such rules every client is answered as before. Of rules with %c or %u only those are seen that
 * another one with the same topic makes idle. */
void cx_simplify_acl(cx_sets *s, const cx_policy *p, cx_fate *fates);

/* A rule that stays, of those that read, becomes one that reads and writes, where another one of its list with the same topic writes,
 * or the other way round; that one then says nothing. After cx_simplify_acl of all releases. */
void cx_simplify_join(const cx_policy *p, cx_fate *fates);

/* The file with the fates carried out: what says nothing is left out, with the comments that stand right above it and above no
 * rule that stays. */
void cx_simplify_print(const cx_acl *acl, const cx_fate *fates, cx_buf *out);

/* The text of a dynamic-security.json without the ACLs that GONE names by number; all else stays as it is written. */
void cx_simplify_print_dynsec(cx_dynsec *d, const bool *gone, cx_buf *out);

#endif
