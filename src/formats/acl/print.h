/* An ACL file in the layout of culex fmt. */
#ifndef CX_ACL_PRINT_H
#define CX_ACL_PRINT_H

#include "formats/acl/acl.h"

/* Single spaces between words, a blank line before each section, nothing behind a line. Comments, their places and the
 * order stay, and so does every line that some release does not read. What the file means is the same in every
 * release; where that cannot be, the text is put as it is. ACL: of all releases. */
void cx_acl_print(cx_buf *out, const cx_acl *acl);

/* Whether two files say the same to every release, line by line. */
bool cx_acl_same(const cx_acl *a, const cx_acl *b);

#endif
