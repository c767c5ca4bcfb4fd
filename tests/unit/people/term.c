#include "people/term.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/auto.h"

static const struct {
    const char *text;
    bool last;
    int day; /* 0: none */
} rows[] = {
    {"2023-11-16", false, 20231116},
    {"2023/11/6", false, 20231106},
    {"2023.1.6", false, 20230106},
    {"20231116", false, 20231116},
    {"2023年11月16日", false, 20231116},
    {"2023 年 1 月 6 日", false, 20230106},
    {"２０２３－１１－１６", false, 20231116},
    {" 2023-11-16 ", false, 20231116},
    {"2023-11-16 08:00:00", false, 20231116},
    {"2023-11-16T08:00", false, 20231116},
    {"2023-02", false, 20230201},
    {"2023-02", true, 20230228},
    {"2024年2月", true, 20240229},
    {"2024年2月", false, 20240201},
    {"2023-02-29", false, 0},
    {"2024-02-29", false, 20240229},
    {"2023-13-01", false, 0},
    {"2023-00-01", false, 0},
    {"2023-11-00", false, 0},
    {"2023", false, 0},
    {"11/16/2023", false, 0},
    {"16.11.2023", false, 0},
    {"45246", false, 0},
    {"", false, 0},
    {"至今", false, 0},
    {"2023-11-161", false, 0},
    {"2023-11-16x", false, 0},
    {"1066-10-14", false, 0},
};

static void reads_days(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].text);
        assert_int_equal(term_day(rows[i].text, rows[i].last), rows[i].day);
    }
}

static void both_days_belong_to_a_term(void **state)
{
    (void)state;
    const struct term term = {20230101, 20231231}, open = {0, 0}, since = {20230101, 0};
    assert_false(term_holds(&term, 20221231));
    assert_true(term_holds(&term, 20230101));
    assert_true(term_holds(&term, 20231231));
    assert_false(term_holds(&term, 20240101));
    assert_true(term_holds(&open, 20240101));
    assert_true(term_holds(&since, 20240101));
    assert_false(term_holds(&since, 20221231));
}

static void counts_days_back(void **state)
{
    (void)state;
    assert_int_equal(term_day_before(20240301, 1), 20240229);
    assert_int_equal(term_day_before(20240101, 31), 20231201);
    AUTO(text) char *text = term_day_text(20240229);
    assert_string_equal(text, "2024-02-29");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_days),
        cmocka_unit_test(both_days_belong_to_a_term),
        cmocka_unit_test(counts_days_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
