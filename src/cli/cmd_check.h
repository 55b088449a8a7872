/* What the kinds of file that culex check takes have in common. */
#ifndef CX_CMD_CHECK_H
#define CX_CMD_CHECK_H

#include "broker/start.h"
#include "cli/cli.h"

int cx_check_conf(cx_cli *cli, const char *path);

/* "FILE: ok on 2.0 and 2.1", "FILE: loads on 2.0, refused by 2.1". */
void cx_check_put_verdict(cx_cli *cli, cx_str name, cx_targets refused, const size_t counts[3]);
void cx_check_put_count(cx_buf *out, size_t n, const char *what, const char **join);
/* ": 2 errors, 1 warning", and the line's end. */
void cx_check_put_counts(cx_cli *cli, const size_t counts[3], size_t dropped);

/* All up to the findings, and all behind them. CONSEQUENCES: what a refusal does, by release. */
void cx_check_put_json_head(cx_json *j, cx_cli *cli, cx_str name, const char *kind, cx_targets refused,
                            const char *consequences[CX_RELEASE_COUNT]);
void cx_check_put_json_end(cx_json *j, const size_t counts[3], size_t dropped);

#endif
