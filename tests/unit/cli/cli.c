/* What the program answers to what is typed wrong, before it looks at anything. */
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/error.h"

static const struct {
    const char *line;
    int status;
} rows[] = {
    {"fensong", EX_USAGE},
    {"fensong frobnicate", EX_USAGE},
    {"fensong --frob status", EX_USAGE},
    {"fensong --config", EX_USAGE},
    {"fensong status a b", EX_USAGE},
    {"fensong status --frob", EX_USAGE},
    {"fensong recipients", EX_USAGE},
    {"fensong recipients 2023-25 --state lost", EX_USAGE},
    {"fensong recipients 2023-25 --csv --json", EX_USAGE},
    {"fensong hold", EX_USAGE},
    {"fensong hold 2023-25 --why", EX_USAGE},
    {"fensong release 2023-25 2023-26", EX_USAGE},
    {"fensong cancel", EX_USAGE},
    {"fensong retry", EX_USAGE},
    {"fensong settle 2023-25 --sent", EX_USAGE},
    {"fensong settle 2023-25 a@example.org", EX_USAGE},
    {"fensong settle 2023-25 a@example.org --sent --failed", EX_USAGE},
    {"fensong suppress", EX_USAGE},
    {"fensong suppress frob", EX_USAGE},
    {"fensong suppress add", EX_USAGE},
    {"fensong suppress add a@example.org", EX_USAGE},
    {"fensong suppress add a@example.org b@example.org --why x", EX_USAGE},
    {"fensong suppress remove a@example.org --why x", EX_USAGE},
    {"fensong suppress list a@example.org", EX_USAGE},
    {"fensong groups --expand", EX_USAGE},
    {"fensong groups leaders --expand --diff 2023-25", EX_USAGE},
    {"fensong check --relays a.md", EX_USAGE},
    {"fensong check --json", EX_USAGE},
    {"fensong check --explain", EX_USAGE},
    {"fensong check --explain --json a.md", EX_USAGE},
    {"fensong preview", EX_USAGE},
    {"fensong send a.md b.md", EX_USAGE},
    {"fensong history 2023-25 2023-26", EX_USAGE},
    {"fensong help frob", EX_USAGE},
    {"fensong help", EX_OK},
    {"fensong help hold", EX_OK},
    {"fensong --help", EX_OK},
    {"fensong status --help", EX_OK},
    {"fensong --version", EX_OK},
    {"fensong --config /nonexistent/fensong.conf status", EX_CONFIG},
    {"fensong --config=/nonexistent/fensong.conf check a.md", EX_CONFIG},
};

static void each_mistake_has_its_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(texts) char **typed = g_strsplit(rows[i].line, " ", -1);
        int count = (int)g_strv_length(typed);
        /* getopt_long() changes the order of what it reads, not the texts. */
        char **argv = g_memdup2(typed, (gsize)(count + 1) * sizeof *typed);
        print_message("%s\n", rows[i].line);
        assert_int_equal(cli_main(count, argv), rows[i].status);
        g_free(argv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_mistake_has_its_status)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
