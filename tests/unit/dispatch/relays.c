/* The breaker of a relay: closed, open, half open. */
#include "../cases.h"
#include "dispatch/relays.h"

static struct relay settings[] = {
    {.name = (char *)"office", .limits = {.connections = 4, .recipients_per_message = 100}},
    {.name = (char *)"second",
     .limits = {.connections = 2, .recipients_per_message = 50, .rate = {60, USEC_PER_MINUTE}}},
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
    assert_int_equal(relay_circuit(relay, now), CIRCUIT_CLOSED);
    for (int i = 0; i < 12; i++) {
        relay_failed(relay, "no route", now);
        usec_t pause = relay->rests_until - now;
        assert_true(relay_rests(relay, now));
        assert_int_equal(relay_circuit(relay, now), CIRCUIT_OPEN);
        assert_true(pause >= last || pause >= 5 * USEC_PER_MINUTE);
        assert_true(pause <= 6 * USEC_PER_MINUTE);
        assert_int_equal(relay_connections(relay, now), 1);
        last = pause * 9 / 10;
        now = relay->rests_until + 1;
        assert_int_equal(relay_circuit(relay, now), CIRCUIT_HALF_OPEN);
    }
    relay_went_well(relay);
    assert_int_equal(relay_circuit(relay, now), CIRCUIT_CLOSED);
    assert_int_equal(relay_connections(relay, now), 4);
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

static void a_learnt_limit_of_connections_holds(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *relays = relays_new(conf_of(0, 1));
    struct relay_state *relay = relays->pdata[0];
    valve_too_many_connections(&relay->valve, 2, 1000);
    assert_int_equal(relay_connections(relay, 1000), 2);
    assert_int_equal(relay_connections(relay, 1000 + USEC_PER_MINUTE), 3);
    assert_int_equal(relay_connections(relay, 1000 + 2 * USEC_PER_MINUTE), 4);
    assert_int_equal(relay->valve.connections, 0);
}

static void a_reload_keeps_what_is_known_of_those_that_stay(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *relays = relays_new(conf_of(0, 2));
    struct relay_state *office = relays->pdata[0], *second = relays->pdata[1];
    relay_failed(second, "no route", 1000);
    relays_reconfigure(relays, conf_of(1, 1));
    assert_ptr_equal(relays->pdata[0], second);
    assert_true(relay_rests(second, 1000));
    assert_null(office->conf);
    assert_int_equal(relay_connections(office, 1000), 0);
    assert_true(relay_rests(office, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_rests_longer_each_time),
        cmocka_unit_test(one_failure_seen_by_many_counts_once),
        cmocka_unit_test(soft_failures_count_in_a_row),
        cmocka_unit_test(a_learnt_limit_of_connections_holds),
        cmocka_unit_test(a_reload_keeps_what_is_known_of_those_that_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
