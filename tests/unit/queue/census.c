/* A census tells recipients apart, and knows the groups of each, however many there are. */
#include "queue/census.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#define MANY 50000

static const char *name(int i)
{
    static char text[32];
    (void)snprintf(text, sizeof text, "r%d@example.org", i);
    return text;
}

/* It begins with room for none. */
static void all_are_told_apart(void **state)
{
    (void)state;
    AUTO(census) struct census *census = census_new(0);
    unsigned sort;
    for (int i = 0; i < MANY; i++)
        assert_true(census_add(census, name(i), i % 3 ? "b" : "a b", &sort));
    for (int i = 0; i < MANY; i++) {
        assert_true(census_find(census, name(i), &sort));
        assert_string_equal(census_groups(census, sort), i % 3 ? "b" : "a b");
        assert_false(census_find(census, name(i + MANY), &sort));
    }
    assert_int_equal(census_sorts(census), 2);
    assert_int_equal(census_count(census, census_sort(census, "a b")), (MANY + 2) / 3);
}

static void who_is_there_already_stays_as_he_was(void **state)
{
    (void)state;
    AUTO(census) struct census *census = census_new(4);
    unsigned sort;
    assert_true(census_add(census, "a@example.org", "x", &sort));
    assert_false(census_add(census, "a@example.org", "y", &sort));
    assert_true(census_find(census, "a@example.org", &sort));
    assert_string_equal(census_groups(census, sort), "x");
    assert_int_equal(census_count(census, census_sort(census, "y")), 0);
}

static void one_moves_to_other_groups(void **state)
{
    (void)state;
    AUTO(census) struct census *census = census_new(4);
    unsigned sort, other = census_sort(census, "y");
    assert_true(census_add(census, "a@example.org", "x", &sort));
    assert_true(census_move(census, "a@example.org", other));
    assert_false(census_move(census, "b@example.org", other));
    assert_int_equal(census_count(census, sort), 0);
    assert_int_equal(census_count(census, other), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_told_apart),
        cmocka_unit_test(who_is_there_already_stays_as_he_was),
        cmocka_unit_test(one_moves_to_other_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
