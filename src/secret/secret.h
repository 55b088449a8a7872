/* Bytes that must not outlive their use: wiped before they are given back. */
#ifndef CX_SECRET_H
#define CX_SECRET_H

#include "base/buf.h"
#include "base/io.h"

/* Overwrites and frees; the compiler may not leave it out. */
void cx_secret_clear(cx_buf *secret);

/* The first line of a file ("-": standard input) without its line end; an empty
 * file is the empty secret. */
bool cx_secret_from_file(const char *path, cx_buf *secret, cx_error *e);

/* Asks on the terminal without echo; false when there is none. */
bool cx_secret_from_terminal(const char *prompt, cx_buf *secret, cx_error *e);

#endif
