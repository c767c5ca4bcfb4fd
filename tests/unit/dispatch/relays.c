/* Health, rate and lots of relays. */
#include "../cases.h"
#include "dispatch/relays.h"

static struct relay settings[] = {
    {.name = (char *)"office", .connections = 4, .recipients_per_message = 100},
    {.name = (char *)"second", .connections = 2, .recipients_per_message = 50, .rate = 60,
     .rate_period = USEC_PER_MINUTE},
};

static struct conf *conf_of(size_t first, size_t count)
{
    static struct conf conf;
    if (conf.relays)
        g_ptr_array_unref(conf.relays);
    conf.relays = g_ptr_array_new();
    for (size_t i = first; i < first + count; i++)
        g_ptr_array_add(conf.relays, &settings[i]);
    return &conf;
}

static void a_failure_rests_longer_each_time(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *relays = relays_new(conf_of(0, 1));
    struct relay_state *relay = relays->pdata[0];
    usec_t now = 1000, last = 0;
    for (int i = 0; i < 12; i++) {
        relay_failed(relay, "no route", now);
        usec_t pause = relay->rests_until - now;
        assert_true(relay_rests(relay, now));
        assert_true(pause >= last || pause >= 5 * USEC_PER_MINUTE);
        assert_true(pause <= 6 * USEC_PER_MINUTE);
        assert_int_equal(relay_connections(relay), 1);
        last = pause * 9 / 10;
        now = relay->rests_until + 1;
        assert_false(relay_rests(relay, now));
    }
    relay_went_well(relay);
    assert_int_equal(relay_connections(relay), 4);
    assert_null(relay->trouble);
}

static void one_failure_seen_by_many_counts_once(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *relays = relays_new(conf_of(0, 1));
    struct relay_state *relay = relays->pdata[0];
    for (int i = 0; i < 4; i++)
        relay_failed(relay, "421", 1000);
    assert_int_equal(relay->failures, 1);
}

static void soft_failures_count_in_a_row(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *relays = relays_new(conf_of(0, 1));
    struct relay_state *relay = relays->pdata[0];
    relay_failed_softly(relay, "451", 1);
    relay_failed_softly(relay, "451", 1);
    relay_went_well(relay);
    relay_failed_softly(relay, "451", 1);
    relay_failed_softly(relay, "451", 1);
    assert_false(relay_rests(relay, 1));
    relay_failed_softly(relay, "451", 1);
    assert_true(relay_rests(relay, 1));
}

static void too_large_lots_shrink_and_grow_again(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *relays = relays_new(conf_of(0, 1));
    struct relay_state *relay = relays->pdata[0];
    relay_lot_was_too_large(relay, 30);
    assert_int_equal(relay->lot, 30);
    relay_lot_was_too_large(relay, 0);
    assert_int_equal(relay->lot, 15);
    relay_went_well(relay);
    assert_int_equal(relay->lot, 16);
    for (int i = 0; i < 10; i++)
        relay_lot_was_too_large(relay, 0);
    assert_int_equal(relay->lot, 1);
}

static void a_rate_lets_a_minute_through_at_most(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *relays = relays_new(conf_of(1, 1));
    struct relay_state *relay = relays->pdata[0];
    usec_t now = USEC_PER_MINUTE;
    relay_take(relay, relay_room(relay, 50, now));
    assert_int_equal(relay_room(relay, 50, now), 0);
    assert_true(relay_room_at(relay, now) > now);
    assert_int_equal(relay_room(relay, 50, now + 10 * USEC_PER_SEC), 10);
    assert_int_equal(relay_room(relay, 1000, now + 100 * USEC_PER_MINUTE), 60);
}

static void a_reload_keeps_health_and_order(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *relays = relays_new(conf_of(0, 2));
    relay_failed(relays->pdata[1], "down", 1);
    relays_reconfigure(relays, conf_of(1, 1));
    const struct relay_state *first = relays->pdata[0];
    assert_string_equal(first->name, "second");
    assert_true(relay_rests(first, 1));
    const struct relay_state *gone = relays->pdata[1];
    assert_null(gone->conf);
    assert_true(relay_rests(gone, 1));
    assert_int_equal(relay_connections(gone), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_rests_longer_each_time),
        cmocka_unit_test(one_failure_seen_by_many_counts_once),
        cmocka_unit_test(soft_failures_count_in_a_row),
        cmocka_unit_test(too_large_lots_shrink_and_grow_again),
        cmocka_unit_test(a_rate_lets_a_minute_through_at_most),
        cmocka_unit_test(a_reload_keeps_health_and_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
