/* When a delivery is tried again. */
#include "../cases.h"
#include "queue/schedule.h"

static usec_t delays[] = {5 * USEC_PER_MINUTE, 15 * USEC_PER_MINUTE, 60 * USEC_PER_MINUTE};
static const struct retry retry = {
    .delays = delays, .delay_count = 3, .give_up_after = 120 * USEC_PER_MINUTE};

static void delays_come_in_order_and_the_last_repeats(void **state)
{
    (void)state;
    static const struct {
        int attempts;
        usec_t minutes;
    } rows[] = {{0, 5}, {1, 5}, {2, 15}, {3, 60}, {4, 60}, {100, 60}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_int_equal(schedule_next(&retry, rows[i].attempts, 1000, 0),
                         1000 + rows[i].minutes * USEC_PER_MINUTE);
}

static void jitter_adds_a_tenth_at_most(void **state)
{
    (void)state;
    for (uint32_t chance = 0; chance < UINT32_MAX - 99991; chance += 99991) {
        usec_t next = schedule_next(&retry, 1, 0, chance);
        assert_in_range(next, 5 * USEC_PER_MINUTE, 5 * USEC_PER_MINUTE + 30 * USEC_PER_SEC);
    }
}

static void what_lies_farther_off_than_any_delay_is_due(void **state)
{
    (void)state;
    usec_t now = 1000, farthest = now + 66 * USEC_PER_MINUTE;
    assert_int_equal(schedule_due_until(&retry, 0, now), now);
    assert_int_equal(schedule_due_until(&retry, farthest, now), now);
    assert_int_equal(schedule_due_until(&retry, farthest + 1, now), INT64_MAX);
}

static void it_gives_up_after_its_time(void **state)
{
    (void)state;
    assert_false(schedule_gives_up(&retry, 0, 120 * USEC_PER_MINUTE - 1));
    assert_true(schedule_gives_up(&retry, 0, 120 * USEC_PER_MINUTE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_come_in_order_and_the_last_repeats),
        cmocka_unit_test(jitter_adds_a_tenth_at_most),
        cmocka_unit_test(what_lies_farther_off_than_any_delay_is_due),
        cmocka_unit_test(it_gives_up_after_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
