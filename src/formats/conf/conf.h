/* mosquitto.conf, lossless: the lines of a file and of the files its include_dir
 * lines bring, in the order a broker reads them. What an option means is not
 * known here; broker/setup does that.
 *
 * Only the main file may include. A file that several include_dir lines bring is
 * read once, so the files form a list and not a tree.
 */
#ifndef CX_CONF_H
#define CX_CONF_H

#include "base/arena.h"
#include "base/vec.h"
#include "formats/conf/paths.h"
#include "grammar/grammar.h"
#include "text/finding.h"
#include "text/source.h"

/* Over all included files. A broker would read more; nobody wrote it. */
#define CX_CONF_FILES_MAX 100000u

typedef enum {
    CX_CONF_OPTION,  /* an option: its first word is one, in some release */
    CX_CONF_UNKNOWN, /* a first word that no release knows */
    CX_CONF_LOST,    /* text a NUL byte or the broker's buffer hides */
    CX_CONF_SKIPPED, /* the first line with text behind a carriage return at its front, which hides it */
} cx_conf_line_kind;

/* One line that is neither blank nor a comment. What lies between lines, and the
 * comments, is in the source. */
typedef struct cx_conf_line {
    uint32_t at;        /* of its first word in the source */
    uint32_t word_len;  /* bytes of the first word */
    uint32_t value_len; /* bytes behind the one space that ends the word, up to the line's end */
    uint32_t file;      /* number in cx_conf */
    uint16_t name;      /* in cx_conf_names; CX_CONF_OPTION only */
    uint8_t kind;       /* cx_conf_line_kind */
    cx_targets targets; /* the releases that read it like this */
    uint32_t include;   /* of an include_dir in the main file: number in includes + 1 */
} cx_conf_line;

typedef struct cx_conf_file {
    cx_source source;
    cx_error error;             /* why it cannot be read; empty: it was */
    bool directory;             /* it is one */
    CX_VEC(cx_conf_line) lines; /* in the order of the file, for each way releases cut it */
    cx_findings findings;       /* about this file, whoever makes them */
} cx_conf_file;

/* What one folder named by include_dir holds. */
typedef struct cx_conf_folder {
    cx_str path;           /* as the conf names it */
    cx_error error;        /* why it cannot be listed; empty: it was, or is not here */
    bool elsewhere;        /* it is not here, and may well be on the broker's host, with who knows what in it */
    uint32_t first, count; /* its *.conf files in cx_conf.files, in the broker's order */
} cx_conf_folder;

typedef struct cx_conf {
    cx_arena arena;
    cx_paths paths;
    CX_VEC(cx_conf_file *) files; /* the main file is the first */
    CX_VEC(cx_conf_folder) folders;
    CX_VEC(uint32_t) includes; /* the folder of each include_dir line of the main file */
    bool too_many;             /* more than CX_CONF_FILES_MAX files: some were not read */
} cx_conf;

/* Reads a conf, included files too. False with E set: PATH cannot be read. PATHS: where its paths lead; NULL: where
 * they lead here. */
bool cx_conf_open(cx_conf *c, const char *path, const cx_paths *paths, cx_error *e);
/* The same over one text, without included files: include_dir lines find nothing. */
void cx_conf_over(cx_conf *c, cx_str name, cx_str text);
void cx_conf_clear(cx_conf *c);

static inline const cx_conf_option *cx_conf_line_option(const cx_conf_line *l)
{
    return &cx_conf_options[cx_conf_names[l->name].option];
}
static inline cx_str cx_conf_line_word(const cx_conf *c, const cx_conf_line *l)
{
    return cx_str_sub(c->files.items[l->file]->source.text, l->at, l->word_len);
}
/* What stands behind the separating space, untrimmed; may be empty. */
static inline cx_str cx_conf_line_rest(const cx_conf *c, const cx_conf_line *l)
{
    if (l->value_len == 0) return CX_STR("");
    return cx_str_sub(c->files.items[l->file]->source.text, l->at + l->word_len + 1, l->value_len);
}

#endif
