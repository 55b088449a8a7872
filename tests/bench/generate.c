/* generate users USERS RULES PATTERNS | generate one RULES: an ACL file;
 * generate conf LISTENERS BRIDGES: a mosquitto.conf; generate dynsec CLIENTS GROUPS ROLES ACLS; on standard output, the same for the same arguments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

static unsigned number(const char *word) { return (unsigned)strtoul(word, NULL, 10); }

int main(int argc, char **argv)
{
    cx_buf out = {0};
    if ((argc == 5 || argc == 6) && strcmp(argv[1], "users") == 0) {
        gen_users(&out, number(argv[2]), number(argv[3]), number(argv[4]), argc == 6 ? number(argv[5]) : 1);
    } else if (argc == 3 && strcmp(argv[1], "one") == 0) {
        gen_one(&out, number(argv[2]), 1);
    } else if (argc == 6 && strcmp(argv[1], "dynsec") == 0) {
        gen_dynsec(&out, number(argv[2]), number(argv[3]), number(argv[4]), number(argv[5]), 1);
    } else if (argc == 4 && strcmp(argv[1], "conf") == 0) {
        gen_conf(&out, number(argv[2]), number(argv[3]), 1);
    } else {
        fprintf(
            stderr,
            "usage: generate users USERS RULES PATTERNS [SEED] | generate one RULES | generate conf LISTENERS BRIDGES |\n"
            "       generate dynsec CLIENTS GROUPS ROLES ACLS\n");
        return 2;
    }
    bool ok = fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
    cx_buf_clear(&out);
    return ok ? 0 : 1;
}
