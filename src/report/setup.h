/* The broker a conf makes, for people and for machines. */
#ifndef CX_REPORT_SETUP_H
#define CX_REPORT_SETUP_H

#include "broker/serve.h"
#include "report/report.h"

/* Listeners, bridges, files and settings of one release, without its name. */
void cx_report_setup(cx_buf *out, cx_style style, const cx_setup *s);

/* The members of an open object: "target", "listeners", "bridges", "files", "settings". */
void cx_report_setup_json(cx_json *j, const cx_setup *s);

/* "password_file", "dynsec", …: as in JSON. */
const char *cx_asked_name(cx_asked a);

/* Calls EACH for every setting in force, global ones first, then by listener, plug-in
 * and bridge. OWNER: what it belongs to, "" for global ones. */
void cx_setup_each(const cx_setup *s, void each(void *context, cx_setting line, cx_str owner), void *context);

#endif
