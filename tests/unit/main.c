/* Runs all suites with Check and prints its summary. In the environment: SEED
 * repeats a run, CK_FORK=no runs without forks (for a debugger), CK_RUN_SUITE and
 * CK_RUN_CASE choose, CK_VERBOSITY=verbose lists what holds. */
#define _POSIX_C_SOURCE 200809L
#include "unit.h"

#include <stdlib.h>

int main(void)
{
    setenv("CK_DEFAULT_TIMEOUT", "60", 0); /* sanitizers and busy machines are slow */
    printf("seed %llu (SEED=%llu repeats this run)\n", (unsigned long long)unit_seed(),
           (unsigned long long)unit_seed());
    fflush(stdout);
    SRunner *run = srunner_create(suite_base());
    srunner_add_suite(run, suite_data());
    srunner_add_suite(run, suite_grammar());
    srunner_add_suite(run, suite_text());
    srunner_add_suite(run, suite_secret());
    srunner_add_suite(run, suite_topic());
    srunner_add_suite(run, suite_set());
    srunner_add_suite(run, suite_formats());
    srunner_add_suite(run, suite_conf());
    srunner_add_suite(run, suite_policy());
    srunner_add_suite(run, suite_broker());
    srunner_add_suite(run, suite_setup());
    srunner_add_suite(run, suite_start());
    srunner_add_suite(run, suite_lint());
    srunner_add_suite(run, suite_fmt());
    srunner_add_suite(run, suite_report());
    srunner_add_suite(run, suite_culex());
    srunner_add_suite(run, suite_vectors());
    srunner_add_suite(run, suite_conf_vectors());
    srunner_add_suite(run, suite_dynsec());
    srunner_add_suite(run, suite_dynsec_vectors());
    srunner_run_all(run, CK_ENV);
    int failed = srunner_ntests_failed(run);
    srunner_free(run);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
