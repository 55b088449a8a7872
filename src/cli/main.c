/* culex: exact answers about Mosquitto's configuration.
 *
 * A map of the source, in the order of its rooms; a room uses only those above it:
 *
 *   base/      strings, memory, tables, files, threads
 *   data/      JSON as a stream, YAML as a tree
 *   grammar/   the tables made from grammars/ at build time: releases as sets of
 *              named behaviours, words of the formats, kinds of findings
 *   text/      a source and its lines, as a person and as a broker counts them; findings,
 *              comments that allow them, differences, layout
 *   secret/    password hashes, buffers that are wiped
 *   settings/  .culex.yaml
 *   topic/     topic names and filters; sets of them
 *   formats/   conf/ acl/ passwd/ psk/ dynsec/ claims/: what stands in a file
 *   policy/    what a file means: lists of rules, who asks which; decide, explain
 *   broker/    what the broker puts around a policy
 *   analysis/  all questions at once: what a client may do, as sets; claims and proofs
 *   lint/      what is wrong, doubtful or open: units, areas of rules, fixes
 *   report/    findings for people and machines
 *   cli/       this: commands, options, exit codes
 *
 * A question travels bytes -> source -> document -> policy -> broker -> answer;
 * start at cmd_aclcheck.c to follow one.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/typo.h"
#include "data/json_pool.h"

#ifndef CX_VERSION
#define CX_VERSION "0"
#endif

static const cx_command *const commands[] = {&cx_cmd_access,  &cx_cmd_aclcheck, &cx_cmd_check, &cx_cmd_diff,
                                             &cx_cmd_explain, &cx_cmd_fmt,      &cx_cmd_lint,  &cx_cmd_passwd,
                                             &cx_cmd_show,    &cx_cmd_simplify, &cx_cmd_test,  &cx_cmd_who};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* Words of the contract that a later version brings. */
static const char *const later[] = {"flow",  "convert", "upgrade", "dynsec", "pull",    "plan",
                                    "apply", "drift",   "verify",  "ctl",    "retained"};

const cx_command *cx_command_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

void cx_help_all(cx_cli *cli)
{
    cx_buf *out = &cli->out;
    cx_buf_puts(out, "culex - what a Mosquitto broker will do with its files, before it is deployed\n\n"
                     "usage: culex COMMAND [OPTION…] [OPERAND…]\n\ncommands:\n");
    for (size_t i = 0; i < COMMANDS; i++) cx_buf_printf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    cx_buf_puts(out,
                "\n'culex COMMAND --help' shows a command, 'culex --version' the version.\n"
                "exit codes: 0 yes, 1 no, 2 wrong words, 3 unreadable input, 4 broker unreachable, 5 culex failed\n");
}

static int unknown_command(cx_cli *cli, const char *word)
{
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (strcmp(later[i], word) == 0) return cx_cli_fail(cli, CX_EXIT_USAGE, "'%s' is not in this version", word);
    cx_nearest n = {0};
    for (size_t i = 0; i < COMMANDS; i++) cx_nearest_offer(&n, cx_str_of(word), cx_str_of(commands[i]->name));
    if (n.word.p) return cx_cli_fail(cli, CX_EXIT_USAGE, "no command '%s', did you mean '%s'?", word, n.word.p);
    return cx_cli_fail(cli, CX_EXIT_USAGE, "no command '%s'; 'culex --help' lists them", word);
}

static int run_command(cx_cli *cli, const cx_command *command, int argc, char **argv)
{
    int code = cx_cli_parse(cli, command, argc, argv);
    return code >= 0 ? code : command->run(cli);
}

static int run(cx_cli *cli, int argc, char **argv)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *self = slash ? slash + 1 : argc > 0 ? argv[0] : "culex";
    if (strcmp(self, "aclcheck") == 0 && !(argc == 2 && strcmp(argv[1], "--version") == 0))
        return run_command(cli, &cx_cmd_aclcheck, argc - 1, argv + 1);
    if (argc < 2) {
        cx_help_all(cli);
        cx_buf_put(&cli->err, cx_buf_str(&cli->out));
        cx_buf_clear(&cli->out);
        return CX_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--version") == 0) {
        cx_buf_printf(&cli->out, "culex %s\n", CX_VERSION);
        return CX_EXIT_YES;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        const cx_command *command = argc > 2 ? cx_command_find(argv[2]) : NULL;
        if (argc > 2 && !command) return unknown_command(cli, argv[2]);
        if (command) cx_help_command(cli, command);
        else cx_help_all(cli);
        return CX_EXIT_YES;
    }
    const cx_command *command = cx_command_find(word);
    if (command) return run_command(cli, command, argc - 2, argv + 2);
    if (word[0] == '-')
        return cx_cli_fail(cli, CX_EXIT_USAGE, "an option before the command: '%s'; write 'culex COMMAND %s'", word,
                           word);
    return unknown_command(cli, word);
}

static void on_fatal(cx_fatal kind, const char *what)
{
    fprintf(stderr, "culex: %s%s\n", kind == CX_FATAL_BUG ? "a bug in culex: " : "", what);
    _exit(CX_EXIT_FAILED);
}

int main(int argc, char **argv)
{
    cx_on_fatal(on_fatal);
    cx_json_use_pool();
    cx_cli cli = {0};
    int code = run(&cli, argc, argv);
    if (!cx_cli_flush(&cli)) code = CX_EXIT_FAILED;
    cx_buf_clear(&cli.out);
    cx_buf_clear(&cli.err);
    cx_settings_clear(&cli.settings);
    cx_arena_clear(&cli.arena);
    free(cli.operands);
    return code;
}
