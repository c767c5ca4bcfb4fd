#include "cli/bar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static const struct {
    const char *row;
    struct progress progress;
    const char *bar;
} rows[] = {
    {"nothing yet", {.left = 412}, "[..........]"},
    {"half", {.sent = 50, .left = 50}, "[#####.....]"},
    {"all", {.sent = 412}, "[##########]"},
    {"the last one still shows", {.sent = 999999, .left = 1}, "[#########.]"},
    {"one failure among thousands shows", {.sent = 99999, .failed = 1}, "[#########x]"},
    {"every sort",
     {.sent = 60, .deferred = 10, .unknown = 10, .failed = 10, .left = 10},
     "[######~?x.]"},
    {"small sorts take from the largest",
     {.sent = 1000, .deferred = 1, .unknown = 1, .failed = 1, .left = 1},
     "[######~?x.]"},
    {"one of two", {.sent = 1, .deferred = 1}, "[#####~~~~~]"},
    {"a million", {.sent = 333333, .left = 666667}, "[###.......]"},
    {"nobody to send to", {0}, "[..........]"},
};

static void each_sort_has_its_share(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *bar = bar_text(&rows[i].progress, 10);
        print_message("%s\n", rows[i].row);
        assert_string_equal(bar, rows[i].bar);
        g_free(bar);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_sort_has_its_share)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
