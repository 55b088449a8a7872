/* What every command works with: its words, where it writes, what it is asked for.
 * Only this room reads argv and the environment, prints, and exits. */
#ifndef CX_CLI_H
#define CX_CLI_H

#include "base/buf.h"
#include "base/io.h"
#include "grammar/grammar.h"
#include "report/report.h"
#include "settings/settings.h"
#include "text/kind.h"

/* Exit codes, the contract of CLI.md. */
enum {
    CX_EXIT_YES = 0,     /* yes, clean, allowed, same */
    CX_EXIT_NO = 1,      /* no, findings, denied, different */
    CX_EXIT_USAGE = 2,   /* wrong words on the command line */
    CX_EXIT_INPUT = 3,   /* input that culex or the target cannot read */
    CX_EXIT_NETWORK = 4, /* broker unreachable or refused */
    CX_EXIT_FAILED = 5,  /* culex failed */
};

typedef struct cx_option {
    const char *name;  /* without "--" */
    char letter;       /* 0: none */
    const char *value; /* what it takes, for --help; NULL: nothing */
    const char *help;  /* NULL: known, but not shown */
} cx_option;

typedef struct cx_cli cx_cli;

typedef struct cx_command {
    const char *name, *usage, *summary;
    const char *about;        /* prose and examples for --help */
    const cx_option *options; /* ended by a NULL name; the common ones come besides */
    unsigned least, most;     /* operands */
    int (*run)(cx_cli *cli);
    const char *const *formats; /* what --format takes, ended by NULL; NULL: text and json */
} cx_command;

/* Of commands with the usual formats. */
enum { CX_FORMAT_TEXT, CX_FORMAT_JSON };

enum { CX_VALUES_MAX = 256 };

struct cx_cli {
    const cx_command *command;
    const char **operands;
    unsigned operand_count;
    struct {
        const char *name, *value; /* value "" for an option without one */
    } given[CX_VALUES_MAX];
    unsigned given_count;

    cx_targets targets;       /* what --target says, else 2.0 and 2.1 */
    const char *exact_target; /* the one exact release it says; NULL: none */
    unsigned format;          /* number in the command's formats */
    cx_style style;
    bool quiet, verbose;
    cx_settings settings; /* of .culex.yaml; empty: there is none */
    const char *settings_path;
    cx_arena arena; /* until the command ends */
    unsigned threads;
    cx_buf out, err; /* written when the command ends, or by cx_cli_flush */
};

extern const cx_command cx_cmd_test, cx_cmd_simplify, cx_cmd_diff, cx_cmd_who, cx_cmd_access, cx_cmd_aclcheck,
    cx_cmd_check, cx_cmd_passwd, cx_cmd_explain, cx_cmd_fmt, cx_cmd_lint, cx_cmd_show;

/* Words on the command line into CLI; an exit code >= 0 ends the program. */
int cx_cli_parse(cx_cli *cli, const cx_command *command, int argc, char **argv);

/* The folder absolute paths in confs begin at: --root, or the settings'; NULL: none. */
const char *cx_cli_root(const cx_cli *cli);

/* The releases that VALUE names, as after --target: -1, or an exit code. VALUE must outlive CLI. */
int cx_cli_targets(cx_cli *cli, const char *value);

/* The releases asked without --target: 2.0 and 2.1. */
cx_targets cx_targets_usual(void);

/* The last value of an option, "" for one without value; NULL: not given. */
const char *cx_cli_value(const cx_cli *cli, const char *name);

/* Sends what is buffered. False: the reader is gone or the disk is full. */
bool cx_cli_flush(cx_cli *cli);

/* "culex: message" on standard error; returns CODE. */
int cx_cli_fail(cx_cli *cli, int code, const char *message, ...) __attribute__((format(printf, 3, 4)));
/* "note: message" on standard error, unless -q. */
void cx_cli_note(cx_cli *cli, const char *message, ...) __attribute__((format(printf, 2, 3)));

/* The kind --as or --kind forces; false: not a kind (already reported). */
bool cx_cli_kind(cx_cli *cli, cx_kind *kind);

/* Neither name nor content of PATH tells its kind: said so, and the exit code of that. */
int cx_cli_no_kind(cx_cli *cli, const char *path);

/* culex lint --list-rules */
int cx_list_rules(cx_cli *cli);

/* Prints a command's --help, and the list of commands. */
void cx_help_command(cx_cli *cli, const cx_command *command);
void cx_help_all(cx_cli *cli);
const cx_command *cx_command_find(const char *name);

#endif
