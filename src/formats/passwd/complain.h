/* What is said about a line of a password file. Used by the reader only. Findings
 * span the name, never the hash: where it ends would tell how long a plain password is. */
#ifndef CX_PASSWD_COMPLAIN_H
#define CX_PASSWD_COMPLAIN_H

#include "formats/passwd/passwd.h"
#include "secret/hash.h"
#include "text/records.h"

void cx_passwd_bad_hash(cx_passwd *pw, const cx_passwd_entry *e, cx_hash_error error, cx_targets targets);
void cx_passwd_duplicate(cx_passwd *pw, const cx_passwd_entry *e, const cx_passwd_entry *first);
/* Lines that give no entry, or a name nobody can use. False: no entry comes of it. */
bool cx_passwd_judge_fields(cx_passwd *pw, const cx_record *rec);
/* Records that are no entries: ignored and lost lines. */
void cx_passwd_no_entry(cx_passwd *pw, const cx_record *rec);
void cx_passwd_no_users(cx_passwd *pw, cx_targets targets);

#endif
