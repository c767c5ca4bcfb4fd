/* Keys as people say them, and what a page looks like at night. */
#include "report/page.h"
#include "report/words.h"

#include "base/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void keys_are_said_as_people_do(void **state)
{
    (void)state;
    static const struct {
        const char *key, *said;
    } rows[] = {
        {"2023-25", "2023-25"},
        {"2023-s1", "2023-s1"},
        {"no key", "no key"},
        {"2023-25x", "2023-25x"},
        {"weekly.report.1", "weekly.report.1"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *said = words_of_key(rows[i].key);
        assert_string_equal(said, rows[i].said);
    }
    AUTO(text) char *never = words_of_moment(0);
    assert_string_equal(never, "");
    AUTO(text) char *moment = words_of_moment(1700000000 * USEC_PER_SEC);
    assert_int_equal(strlen(moment), strlen("2023-11-14 22:13"));
}

static void pages_know_the_dark(void **state)
{
    (void)state;
    AUTO(str) GString *page = page_begin("title", 0);
    assert_non_null(strstr(page->str, "@media(prefers-color-scheme:dark)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keys_are_said_as_people_do),
                                       cmocka_unit_test(pages_know_the_dark)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
