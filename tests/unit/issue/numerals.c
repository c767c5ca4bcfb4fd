/* Numbers as mastheads write them. */
#include "../cases.h"

#include "issue/numerals.h"

static void numbers_are_read_in_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int value; /* -1: none */
    } rows[] = {
        {"25", 25},         {"025", 25},       {"２５", 25},       {"2 5", 25},
        {"二十五", 25},     {"十", 10},        {"十一", 11},       {"二十", 20},
        {"一百零三", 103},  {"一百二十", 120}, {"廿五", 25},       {"卅", 30},
        {"二〇二三", 2023}, {"二○二三", 2023}, {"二Ｏ二三", 2023}, {"二0二三", 2023},
        {"二零二三", 2023}, {"", -1},          {"第", -1},         {"二十五期", -1},
        {"99999", 99999},   {"100000", -1},    {"十二三", -1},     {"99999999999999999999", -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int value = -1;
        CASE(rows[i].text);
        assert_int_equal(numeral_parse(rows[i].text, &value), rows[i].value >= 0);
        assert_int_equal(value, rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_read_in_every_form)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
