/* Which of several entries of one name a broker finds that keeps its users in a
 * hash table with chains (behaviour passwd_duplicate: chained). */
#ifndef CX_PASSWD_HASH_ORDER_H
#define CX_PASSWD_HASH_ORDER_H

#include "formats/passwd/passwd.h"

/* The usable entry of USER that stands first in its chain once the whole file is
 * read by RELEASE; NULL: there is none. */
const cx_passwd_entry *cx_passwd_first_in_chain(const cx_passwd *pw, cx_str user, const cx_release *release);

#endif
