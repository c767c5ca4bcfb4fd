/* How much may go: configured rates, and what answers taught. */
#include "../cases.h"
#include "dispatch/valve.h"

#include <limits.h>

#define SECOND USEC_PER_SEC
#define MINUTE USEC_PER_MINUTE
#define START  (1000 * SECOND)

static struct valve valve_with(struct limits limits)
{
    struct valve valve = {0};
    valve_set_limits(&valve, &limits);
    return valve;
}

static void nothing_limits_nothing(void **state)
{
    (void)state;
    struct valve valve = valve_with((struct limits){0});
    assert_int_equal(valve_room(&valve, 700, START), 700);
    valve_take(&valve, 700);
    assert_int_equal(valve_room(&valve, 700, START), 700);
    assert_int_equal(valve_opens(&valve, START), 0);
    assert_int_equal(valve_connections(&valve, START), UINT_MAX);
    assert_false(valve.is_dirty);
}

/* What may have gone after `seconds`, asked for 100 every second. */
static const struct {
    const char *name;
    struct limits limits;
    int seconds;
    size_t least, most;
} rates[] = {
    {"60 a minute", {.rate = {60, MINUTE}}, 30, 30, 31},
    {"10 a second", {.rate = {10, SECOND}}, 20, 200, 201},
    {"an hour's", {.rate = {360, 60 * MINUTE}}, 100, 10, 11},
    {"messages alone, of 100 each", {.message_rate = {60, MINUTE}}, 10, 1000, 1100},
    {"messages are less", {.rate = {6000, SECOND}, .message_rate = {6, MINUTE}}, 21, 200, 300},
    {"a lot is the most", {.recipients_per_message = 7}, 10, 77, 77},
};

static void a_rate_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        struct valve valve = valve_with(rates[i].limits);
        size_t gone = 0;
        for (int second = 0; second <= rates[i].seconds; second++) {
            size_t room = valve_room(&valve, 100, START + second * SECOND);
            if (room)
                valve_take(&valve, room);
            gone += room;
        }
        if (gone < rates[i].least || gone > rates[i].most)
            fail_msg("%s: %zu", rates[i].name, gone);
    }
}

static void a_bucket_holds_at_most_a_minutes_worth(void **state)
{
    (void)state;
    struct valve valve = valve_with((struct limits){.rate = {60, MINUTE}});
    assert_int_equal(valve_room(&valve, 1000, START), 1);
    assert_int_equal(valve_room(&valve, 1000, START + 100 * MINUTE), 60);
}

static void it_says_when_it_opens(void **state)
{
    (void)state;
    struct valve valve = valve_with((struct limits){.rate = {60, MINUTE}});
    assert_int_equal(valve_room(&valve, 1, START), 1);
    valve_take(&valve, 1);
    usec_t opens = valve_opens(&valve, START);
    assert_in_range(opens, START + SECOND, START + SECOND + 10);
    assert_int_equal(valve_room(&valve, 1, opens), 1);
}

static void too_fast_halves_at_once_and_counts_once(void **state)
{
    (void)state;
    struct valve valve = valve_with((struct limits){0});
    for (int second = 0; second < 10; second++)
        valve_went_well(&valve, 20, START + second * SECOND);
    usec_t now = START + 10 * SECOND;
    valve_too_fast(&valve, now);
    valve_too_fast(&valve, now + SECOND);
    assert_in_range((int)valve_learnt(&valve), 590, 610); /* of 20 a second */
    assert_int_equal(valve_room(&valve, 50, now), 0);
    assert_true(valve_opens(&valve, now) > now);
    valve_too_fast(&valve, now + 10 * SECOND);
    assert_in_range((int)valve_learnt(&valve), 25, 35); /* nothing had gone since: a guess */
}

static void what_was_learnt_is_tried_upwards_and_forgotten(void **state)
{
    (void)state;
    struct valve valve = valve_with((struct limits){.rate = {10, SECOND}});
    valve_went_well(&valve, 10, START);
    valve_too_fast(&valve, START);
    double low = valve_learnt(&valve);
    (void)valve_room(&valve, 1, START + 59 * SECOND);
    assert_true(valve_learnt(&valve) == low);
    (void)valve_room(&valve, 1, START + 61 * SECOND);
    assert_true(valve_learnt(&valve) > low && valve_learnt(&valve) < 1.5 * low);
    (void)valve_room(&valve, 1, START + 60 * MINUTE);
    assert_true(valve_learnt(&valve) == 0);
    assert_int_equal(valve_room(&valve, 100, START + 61 * MINUTE), 100);
}

static void it_never_falls_to_nothing(void **state)
{
    (void)state;
    struct valve valve = valve_with((struct limits){0});
    for (int i = 0; i < 50; i++)
        valve_too_fast(&valve, START + i * 10 * SECOND);
    assert_true(valve_learnt(&valve) >= 0.99);
}

static void connections_come_back_one_by_one(void **state)
{
    (void)state;
    struct valve valve = valve_with((struct limits){.connections = 4});
    valve_too_many_connections(&valve, 0, START);
    for (int minute = 0; minute < 3; minute++)
        assert_int_equal(valve_connections(&valve, START + minute * MINUTE), minute + 1);
    assert_int_equal(valve_connections(&valve, START + 3 * MINUTE), 4);
    assert_int_equal(valve.connections, 0);
}

static void lots_shrink_at_once_and_grow_slowly(void **state)
{
    (void)state;
    struct valve valve = valve_with((struct limits){.recipients_per_message = 100});
    valve_too_many_recipients(&valve, 7);
    assert_int_equal(valve_room(&valve, 100, START), 7);
    for (int i = 0; i < 9; i++)
        valve_went_well(&valve, 7, START);
    assert_int_equal(valve_room(&valve, 100, START), 7);
    valve_went_well(&valve, 7, START);
    assert_int_equal(valve_room(&valve, 100, START), 8);
    for (int i = 0; i < 100; i++) /* less than a lot proves nothing */
        valve_went_well(&valve, 2, START);
    assert_int_equal(valve_room(&valve, 100, START), 8);
    for (int i = 0; i < 1000; i++)
        valve_went_well(&valve, 100, START);
    assert_int_equal(valve_room(&valve, 1000, START), 100);
    assert_int_equal(valve.lot, 0);
    valve_too_many_recipients(&valve, 0);
    assert_int_equal(valve_room(&valve, 100, START), 50);
}

/* Saved at wall 5000 s with nothing left of 60 a minute; loaded later. */
static const struct {
    const char *name;
    usec_t wall;
    size_t room;
} restarts[] = {
    {"at once", 5000 * SECOND, 0},
    {"after ten seconds", 5010 * SECOND, 10},
    {"after a day", (5000 + 86400) * SECOND, 60},
    {"the clock went back a day", (5000 - 86400) * SECOND, 0},
};

static void a_restart_gives_nothing_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(restarts); i++) {
        struct valve valve = valve_with((struct limits){.rate = {60, MINUTE}});
        assert_int_equal(valve_room(&valve, 1, START), 1);
        valve_take(&valve, 1);
        assert_true(valve.is_dirty);
        const struct queue_valve saved = valve_save(&valve, "x", START, 5000 * SECOND);
        assert_false(valve.is_dirty);
        struct valve again = valve_with((struct limits){.rate = {60, MINUTE}});
        valve_load(&again, &saved, 7 * SECOND, restarts[i].wall);
        size_t room = valve_room(&again, 100, 7 * SECOND);
        if (room != restarts[i].room)
            fail_msg("%s: %zu", restarts[i].name, room);
    }
}

static void a_restart_keeps_what_was_learnt(void **state)
{
    (void)state;
    struct valve valve =
        valve_with((struct limits){.connections = 8, .recipients_per_message = 50});
    valve_went_well(&valve, 10, START);
    valve_too_fast(&valve, START);
    valve_too_many_connections(&valve, 2, START);
    valve_too_many_recipients(&valve, 9);
    const struct queue_valve saved = valve_save(&valve, "x", START, START);
    struct valve again =
        valve_with((struct limits){.connections = 8, .recipients_per_message = 50});
    valve_load(&again, &saved, 9 * MINUTE, START + SECOND);
    assert_in_range((int)valve_learnt(&again), 295, 305);
    assert_int_equal(again.connections, 2);
    assert_int_equal(again.lot, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_limits_nothing),
        cmocka_unit_test(a_rate_is_kept),
        cmocka_unit_test(a_bucket_holds_at_most_a_minutes_worth),
        cmocka_unit_test(it_says_when_it_opens),
        cmocka_unit_test(too_fast_halves_at_once_and_counts_once),
        cmocka_unit_test(what_was_learnt_is_tried_upwards_and_forgotten),
        cmocka_unit_test(it_never_falls_to_nothing),
        cmocka_unit_test(connections_come_back_one_by_one),
        cmocka_unit_test(lots_shrink_at_once_and_grow_slowly),
        cmocka_unit_test(a_restart_gives_nothing_away),
        cmocka_unit_test(a_restart_keeps_what_was_learnt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
