/* A password file (password_file), read without loss. */
#ifndef CX_PASSWD_H
#define CX_PASSWD_H

#include "text/finding.h"
#include "text/source.h"

typedef struct cx_passwd_entry {
    cx_str user, hash;  /* views into the source */
    cx_targets targets; /* the releases that read this line at all */
    cx_targets usable;  /* those that let the user log in with it */
} cx_passwd_entry;

typedef struct cx_passwd {
    cx_source *source;               /* the caller's; must outlive this */
    CX_VEC(cx_passwd_entry) entries; /* lines with two fields, even empty ones, in file order */
    cx_findings findings;            /* .refused: the releases that do not load the file */
    bool argon2;
} cx_passwd;

/* Reads SOURCE for TARGETS. ARGON2: the broker was built with argon2 (stock ones are not). */
void cx_passwd_read(cx_passwd *pw, cx_source *source, cx_targets targets, bool argon2);
void cx_passwd_clear(cx_passwd *pw);

/* The entry that RELEASE checks a login of USER against; NULL: it knows no such user. */
const cx_passwd_entry *cx_passwd_find(const cx_passwd *pw, cx_str user, const cx_release *release);

/* Does RELEASE accept this login? An empty user name or password never is one. */
bool cx_passwd_login(const cx_passwd *pw, cx_str user, cx_str password, const cx_release *release);

#endif
