/* culex passwd: work on password files. So far: verify. */
#include "cli/cli.h"

#include <stdlib.h>

#include "base/typo.h"
#include "formats/passwd/passwd.h"
#include "secret/secret.h"

static const cx_option options[] = {
    {"password-file", 0, "FILE",
     "the password: first line of FILE, '-' for standard input (else CULEX_PASSWORD, else a prompt)"},
    {"passwd", 0, "FILE", NULL},
    {"argon2", 0, NULL, "the broker is built with argon2 (stock builds are not)"},
    {NULL, 0, NULL, NULL},
};

static bool get_password(cx_cli *cli, cx_buf *password, int *code)
{
    cx_error e;
    const char *file = cx_cli_value(cli, "password-file"), *environment = getenv("CULEX_PASSWORD");
    *code = CX_EXIT_INPUT;
    if (file) {
        if (cx_secret_from_file(file, password, &e)) return true;
    } else if (environment) {
        *password = (cx_buf){0};
        cx_buf_puts(password, environment);
        return true;
    } else {
        cx_cli_flush(cli);
        if (cx_secret_from_terminal("Password: ", password, &e)) return true;
        *code = CX_EXIT_USAGE;
    }
    cx_cli_fail(cli, *code, "%s", e.text);
    return false;
}

static void note_file_given_as_password(cx_cli *cli, const cx_passwd *pw, const cx_buf *password)
{
    if (cx_str_has(cx_buf_str(password), ':') && cx_str_has(cx_buf_str(password), '$') && pw->entries.n)
        cx_cli_note(
            cli,
            "the file given with --password-file looks like a Mosquitto password file; it should hold the password alone");
}

static const char *why_not(const cx_passwd *pw, cx_str user, cx_str password, const cx_release *release)
{
    if (user.n == 0) return "an empty user name is no user name";
    bool there = false;
    for (size_t i = 0; i < pw->entries.n; i++)
        there |= (pw->entries.items[i].targets & CX_TARGET_BIT(release)) && cx_str_eq(pw->entries.items[i].user, user);
    if (!there) return "no such user";
    if (!cx_passwd_find(pw, user, release)) return "the user's hash cannot be used";
    return password.n == 0 ? "an empty password is never accepted" : "wrong password";
}

static void note_near_user(cx_cli *cli, const cx_passwd *pw, cx_str user)
{
    cx_nearest n = {0};
    for (size_t i = 0; i < pw->entries.n; i++) cx_nearest_offer(&n, user, pw->entries.items[i].user);
    if (n.word.p && n.distance > 0) cx_cli_note(cli, "did you mean user '%.*s'?", (int)n.word.n, n.word.p);
}

static int answer(cx_cli *cli, const cx_passwd *pw, cx_str user, cx_str password)
{
    bool right[CX_RELEASE_COUNT] = {false}, all = true, any = false;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        if (!(cli->targets & CX_TARGET_BIT(&cx_releases[i]))) continue;
        right[i] = cx_passwd_login(pw, user, password, &cx_releases[i]);
        all &= right[i];
        any |= right[i];
    }
    cx_json j = {&cli->out, false};
    if (cli->format == CX_FORMAT_JSON) {
        cx_json_object(&j, NULL);
        cx_json_str(&j, "file", pw->source->name);
        cx_json_str(&j, "user", user);
        cx_json_array(&j, "answers");
    }
    bool said = false;
    for (size_t i = 0; i < CX_RELEASE_COUNT; i++) {
        if (!(cli->targets & CX_TARGET_BIT(&cx_releases[i]))) continue;
        const char *why = right[i] ? "the password is right" : why_not(pw, user, password, &cx_releases[i]);
        if (cli->format == CX_FORMAT_JSON) {
            cx_json_object(&j, NULL);
            cx_json_str(&j, "target", cx_str_of(cx_releases[i].label));
            cx_json_bool(&j, "allow", right[i]);
            cx_json_str(&j, "reason", cx_str_of(why));
            cx_json_end_object(&j);
        } else if (any != all || !said) {
            cx_buf_printf(&cli->out, "%-5s  ", right[i] ? "allow" : "deny");
            if (any != all) cx_buf_printf(&cli->out, "%-7s", cx_releases[i].label);
            if (user.n == 0) cx_buf_puts(&cli->out, "''");
            cx_buf_put_safe(&cli->out, user);
            cx_buf_printf(&cli->out, ": %s\n", why);
            said = true;
        }
    }
    if (cli->format == CX_FORMAT_JSON) {
        cx_json_end_array(&j);
        cx_json_end_object(&j);
        cx_buf_putc(&cli->out, '\n');
    }
    if (!all) note_near_user(cli, pw, user);
    return all ? CX_EXIT_YES : CX_EXIT_NO;
}

static int verify(cx_cli *cli, const char *path, const char *user)
{
    cx_source source;
    cx_error e;
    if (!cx_source_open(&source, path, &e)) return cx_cli_fail(cli, CX_EXIT_INPUT, "%s", e.text);
    cx_passwd pw;
    cx_passwd_read(&pw, &source, cli->targets, cx_cli_value(cli, "argon2") != NULL);
    int code;
    cx_targets refused = pw.findings.refused & cli->targets;
    if (refused) {
        cx_arena a = {0};
        cx_str who = cx_targets_text(&a, refused);
        code = cx_cli_fail(cli, CX_EXIT_INPUT,
                           "%s: %.*s refuses the file and does not start; 'culex check --kind passwd' shows why", path,
                           (int)who.n, who.p);
        cx_arena_clear(&a);
    } else {
        cx_buf password = {0};
        if (get_password(cli, &password, &code)) {
            note_file_given_as_password(cli, &pw, &password);
            code = answer(cli, &pw, cx_str_of(user), cx_buf_str(&password));
        }
        cx_secret_clear(&password);
    }
    cx_passwd_clear(&pw);
    cx_source_clear(&source);
    return code;
}

static int run(cx_cli *cli)
{
    static const char *const later[] = {"add", "set", "delete", "list", "hash", "audit"};
    const char *verb = cli->operands[0];
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (strcmp(verb, later[i]) == 0)
            return cx_cli_fail(cli, CX_EXIT_USAGE, "'passwd %s' is not in this version", verb);
    if (strcmp(verb, "verify") != 0)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "no such thing: 'passwd %s'; say 'passwd verify FILE USER'", verb);
    if (cli->operand_count > 3)
        return cx_cli_fail(
            cli, CX_EXIT_USAGE,
            "too many operands; a password is never one: use --password-file, standard input or the prompt");
    if (cli->operand_count < 3)
        return cx_cli_fail(cli, CX_EXIT_USAGE, "too few operands; usage: culex %s", cli->command->usage);
    if (cx_cli_value(cli, "passwd"))
        return cx_cli_fail(
            cli, CX_EXIT_USAGE,
            "Mosquitto's password file is the operand FILE; --password-file holds the password to check");
    return verify(cli, cli->operands[1], cli->operands[2]);
}

const cx_command cx_cmd_passwd = {
    .name = "passwd",
    .usage = "passwd verify [--password-file FILE] [--target RELEASE] FILE USER",
    .summary = "verify: does this user log in with this password?",
    .about = "Checks a login against a password file as the broker does. The password comes from\n"
             "a file, standard input, CULEX_PASSWORD or a prompt, never from the command line.\n"
             "Exit code: 0 right, 1 wrong or no such user, 3 the release refuses the file.\n\n"
             "  culex passwd verify /etc/mosquitto/pw alice\n"
             "  culex passwd verify pw alice --password-file - < secret\n",
    .options = options,
    .least = 1,
    .most = 4,
    .run = run,
};
