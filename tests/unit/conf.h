/* Confs for tests: written into a folder of their own, read, started and looked at. */
#ifndef CX_UNIT_CONF_H
#define CX_UNIT_CONF_H

#include "broker/start.h"
#include "unit.h"

/* ---- folders ---- */

/* A new empty folder, and into it; back to where the run began. */
const char *tree_enter(void);
void tree_leave(void);
/* The folder with all in it; others remain until the run ends. */
void tree_remove(const char *path);

/* A file below the folder, with the folders that lead to it. */
void tree_write(const char *name, cx_str bytes);
void tree_folder(const char *name);

/* An example of several files: a line "==> NAME <==" begins another one, "==> NAME ->
 * TARGET <==" is a symbolic link; what comes before is MAIN. ESCAPES: as unit_text_escaped. */
void tree_parts(const char *main, const char *text, bool escapes);

/* ---- confs ---- */

typedef struct unit_conf {
    unit_text text; /* of unit_conf_over */
    cx_conf conf;
    cx_setups setups;
    cx_start start;
} unit_conf;

void unit_conf_open(unit_conf *u, const char *path, cx_targets targets);
/* One text without included files; "\0" is NUL. */
void unit_conf_over(unit_conf *u, const char *text, cx_targets targets);
void unit_conf_bytes(unit_conf *u, cx_str text, cx_targets targets);
void unit_conf_start(unit_conf *u);
void unit_conf_free(unit_conf *u);

/* Findings of a rule in all files of the conf; the releases they are true of, and those that refuse. */
size_t unit_conf_count(const unit_conf *u, unsigned rule);
cx_targets unit_conf_true(const unit_conf *u, unsigned rule);
cx_targets unit_conf_refused(const unit_conf *u, unsigned rule);
const cx_finding *unit_conf_find(const unit_conf *u, unsigned rule);

/* Every finding of every file is in order (unit_check_findings). */
void unit_conf_check(const unit_conf *u, cx_targets targets);

/* Whether a note of a finding of the conf has WORDS in it. */
bool unit_conf_says(const unit_conf *u, cx_str words);
/* The first note there is, for a message. */
cx_str unit_conf_first_note(const unit_conf *u);

#endif
