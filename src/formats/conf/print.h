/* A mosquitto.conf in the layout of culex fmt. */
#ifndef CX_CONF_PRINT_H
#define CX_CONF_PRINT_H

#include "formats/conf/conf.h"

/* The file of that number: one space behind the name of an option, nothing before or behind what counts, a blank line
 * before what begins a listener, connection or plug-in. Comments, their places and the order stay, and so does every line
 * that is not an option or whose blanks count in some release. The meaning is the same in every release; where that
 * cannot be, the text is put as it is. */
void cx_conf_print(cx_buf *out, const cx_conf *c, uint32_t file);

#endif
