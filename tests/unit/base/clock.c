/* Durations, sizes, dates. */
#include "../cases.h"
#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

static void durations_are_a_number_and_a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        usec_t seconds; /* -1: refused */
    } rows[] = {{"90s", 90}, {"5m", 300}, {"2h", 7200}, {"5d", 432000}, {"0s", 0}, {"", -1},
                {"5", -1}, {"s", -1}, {"-5s", -1}, {" 5s", -1}, {"5 s", -1}, {"5sec", -1},
                {"1.5h", -1}, {"99999999999999999999d", -1}, {"106751992d", -1}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].text);
        usec_t duration = 0;
        assert_int_equal(duration_parse(rows[i].text, &duration), rows[i].seconds >= 0);
        if (rows[i].seconds >= 0)
            assert_int_equal(duration, rows[i].seconds * USEC_PER_SEC);
    }
    AUTO(text) char *text = duration_text(7200 * USEC_PER_SEC);
    assert_string_equal(text, "2h");
}

static void sizes_are_powers_of_two(void **state)
{
    (void)state;
    uint64_t octets;
    assert_true(size_parse("25MiB", &octets));
    assert_int_equal(octets, 25 << 20);
    assert_false(size_parse("25MB", &octets));
    assert_false(size_parse("25", &octets));
}

static void impossible_days_are_none(void **state)
{
    (void)state;
    assert_true(date_is_valid(2024, 2, 29));
    assert_false(date_is_valid(2023, 2, 29));
    assert_false(date_is_valid(2023, 2, 30));
    assert_false(date_is_valid(2023, 13, 1));
    assert_false(date_is_valid(2023, 0, 1));
    assert_false(date_is_valid(23, 1, 1));
}

static void times_bear_their_offset(void **state)
{
    (void)state;
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    AUTO(text) char *text = clock_rfc3339((usec_t)1700098200 * USEC_PER_SEC);
    assert_string_equal(text, "2023-11-16T09:30:00+08:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_a_number_and_a_unit),
        cmocka_unit_test(sizes_are_powers_of_two),
        cmocka_unit_test(impossible_days_are_none),
        cmocka_unit_test(times_bear_their_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
