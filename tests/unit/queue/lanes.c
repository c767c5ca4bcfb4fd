/* Lanes: what shares a limit is put aside and claimed apart. */
#include "fixture.h"

#include <string.h>

#define MANY 40

/* The recipients are r1 … rN: those whose number ends in `digit` are of the lane "five". */
static const char *lane_of_digit(void *user, const struct address *address)
{
    const char *digit = user;
    const char *at = strchr(address_text(address), '@');
    return at[-1] == *digit ? "five" : NULL;
}

static int number_of(const struct claim *claim)
{
    return atoi(address_text(claim->address) + 1);
}

static size_t first(struct fixture *fixture, int64_t issue, struct claim claims[], size_t room)
{
    size_t claimed;
    assert_good(queue_claim_first(fixture->queue, issue, room, claims, &claimed, &fixture->error));
    return claimed;
}

static size_t due(struct fixture *fixture, int64_t issue, const char *lane, usec_t now,
                  struct claim claims[], size_t room)
{
    size_t claimed;
    assert_good(
        queue_claim_due(fixture->queue, issue, lane, now, room, claims, &claimed, &fixture->error));
    return claimed;
}

static void clear(struct claim claims[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        claim_clear(&claims[i]);
}

static void record(struct fixture *fixture, const struct claim *claim, enum delivery_event event,
                   usec_t next)
{
    struct outcome outcome = {.delivery = claim->delivery,
                              .issue = claim->issue,
                              .event = event,
                              .at = 1,
                              .next_attempt = next,
                              .counts = true};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
}

/* The only issue's lanes and when each is due, such as ":0 five:1". */
static char *lanes(struct fixture *fixture)
{
    GArray *work = NULL;
    GString *text = g_string_new(NULL);
    assert_good(queue_work(fixture->queue, &work, &fixture->error));
    for (guint i = 0; i < work->len; i++) {
        const GArray *all = g_array_index(work, struct work, i).due;
        for (guint d = 0; d < all->len; d++) {
            const struct due *one = &g_array_index(all, struct due, d);
            g_string_append_printf(text, "%s%s:%d", text->len ? " " : "",
                                   one->lane ? one->lane : "", (int)one->next);
        }
    }
    g_array_unref(work);
    return g_string_free(text, FALSE);
}

static void first_tries_of_a_lane_are_put_aside_in_order(void **state)
{
    struct fixture *fixture = *state;
    struct claim claims[MANY];
    int64_t issue = fixture_admit(fixture, "2023-25", MANY);
    queue_set_lanes(fixture->queue, lane_of_digit, (void *)"5");
    size_t count = first(fixture, issue, claims, 10);
    assert_int_equal(count, 10);
    for (size_t i = 0; i < count; i++) /* 1 2 3 4 6 7 8 9 10 11 */
        assert_int_equal(number_of(&claims[i]), (int)i + 1 + (i >= 4));
    clear(claims, count);
    AUTO(text) char *known = lanes(fixture);
    assert_string_equal(known, "five:1");
    count = first(fixture, issue, claims, MANY);
    assert_int_equal(count, 26);
    clear(claims, count);
    count = due(fixture, issue, "five", 99, claims, 3);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(number_of(&claims[i]), 10 * (int)i + 5);
    clear(claims, count);
    struct counts counts = fixture_counts(fixture, issue);
    assert_int_equal(counts.sending, 39);
    assert_int_equal(counts.queued, 1);
}

static void only_a_lane_left_claims_nothing_and_goes_on(void **state)
{
    struct fixture *fixture = *state;
    struct claim claims[MANY];
    int64_t issue = fixture_admit(fixture, "2023-25", 9);
    queue_set_lanes(fixture->queue, lane_of_digit, (void *)"5");
    assert_int_equal(first(fixture, issue, claims, 4), 4);
    clear(claims, 4);
    assert_int_equal(first(fixture, issue, claims, 4), 4);
    clear(claims, 4);
    assert_int_equal(first(fixture, issue, claims, 4), 0);
    AUTO(text) char *known = lanes(fixture);
    assert_string_equal(known, "five:1");
}

static void what_is_put_aside_outlives_a_restart_and_is_not_in_flight(void **state)
{
    struct fixture *fixture = *state;
    struct claim claims[MANY];
    int64_t issue = fixture_admit(fixture, "2023-25", MANY);
    queue_set_lanes(fixture->queue, lane_of_digit, (void *)"5");
    size_t count = first(fixture, issue, claims, MANY);
    for (size_t i = 0; i < count; i++)
        record(fixture, &claims[i], ON_TAKEN, 0);
    clear(claims, count);
    assert_good(queue_commit(fixture->queue, &fixture->error));
    fixture_reopen(fixture);
    struct counts counts = fixture_counts(fixture, issue);
    assert_int_equal(counts.sent, 36);
    assert_int_equal(counts.queued, 4);
    AUTO(text) char *known = lanes(fixture);
    assert_string_equal(known, "five:1");
    queue_set_lanes(fixture->queue, lane_of_digit, (void *)"5");
    count = due(fixture, issue, "five", 99, claims, MANY);
    assert_int_equal(count, 4);
    clear(claims, count);
}

static void retries_of_a_lane_wait_apart(void **state)
{
    struct fixture *fixture = *state;
    struct claim claims[MANY];
    int64_t issue = fixture_admit(fixture, "2023-25", MANY);
    queue_set_lanes(fixture->queue, lane_of_digit, (void *)"5");
    size_t count = first(fixture, issue, claims, MANY);
    record(fixture, &claims[0], ON_REFUSED_FOR_NOW, 50);
    clear(claims, count);
    count = due(fixture, issue, "five", 99, claims, 2);
    record(fixture, &claims[0], ON_REFUSED_FOR_NOW, 60);
    record(fixture, &claims[1], ON_PUT_BACK, 70); /* was no try */
    clear(claims, count);
    AUTO(text) char *known = lanes(fixture);
    assert_string_equal(known, ":50 five:1 five+:60");
    count = due(fixture, issue, "five+", 99, claims, MANY);
    assert_int_equal(count, 1);
    assert_int_equal(number_of(&claims[0]), 5);
    assert_int_equal(claims[0].attempts, 1);
    clear(claims, count);
    assert_int_equal(due(fixture, issue, NULL, 49, claims, MANY), 0);
    count = due(fixture, issue, NULL, 50, claims, MANY);
    assert_int_equal(number_of(&claims[0]), 1);
    clear(claims, count);
}

static void other_limits_move_what_waits(void **state)
{
    struct fixture *fixture = *state;
    struct claim claims[MANY];
    int64_t issue = fixture_admit(fixture, "2023-25", MANY);
    queue_set_lanes(fixture->queue, lane_of_digit, (void *)"5");
    size_t count = first(fixture, issue, claims, MANY);
    for (size_t i = 0; i < count; i++)
        record(fixture, &claims[i], ON_REFUSED_FOR_NOW, 50);
    clear(claims, count);
    queue_set_lanes(fixture->queue, lane_of_digit, (void *)"7");
    count = due(fixture, issue, NULL, 99, claims, MANY);
    assert_int_equal(count, 32);
    clear(claims, count);
    assert_int_equal(due(fixture, issue, "five", 99, claims, MANY), 0);
    AUTO(text) char *known = lanes(fixture);
    assert_string_equal(known, ":1 five+:50");
    queue_set_lanes(fixture->queue, NULL, NULL);
    assert_int_equal(due(fixture, issue, "five+", 99, claims, MANY), 0);
    AUTO(text) char *moved = lanes(fixture);
    assert_string_equal(moved, ":1");
    count = due(fixture, issue, NULL, 99, claims, MANY);
    assert_int_equal(count, 8);
    clear(claims, count);
}

static void one_that_goes_alone_comes_alone(void **state)
{
    struct fixture *fixture = *state;
    struct claim claims[MANY];
    int64_t issue = fixture_admit(fixture, "2023-25", 3);
    size_t count = first(fixture, issue, claims, 3);
    for (size_t i = 0; i < count; i++) {
        struct outcome outcome = {.delivery = claims[i].delivery,
                                  .issue = issue,
                                  .event = ON_REFUSED_FOR_NOW,
                                  .at = 1,
                                  .next_attempt = 10 + (int)i,
                                  .alone = i == 1};
        assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    }
    clear(claims, count);
    static const int numbers[][2] = {{1, 3}, {2, 0}};
    for (size_t lot = 0; lot < G_N_ELEMENTS(numbers); lot++) {
        count = due(fixture, issue, NULL, 99, claims, 3);
        assert_int_equal(count, lot == 0 ? 2 : 1);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(number_of(&claims[i]), numbers[lot][i]);
        clear(claims, count);
    }
}

static void nobody_is_told_of_what_is_put_aside(void **state)
{
    struct fixture *fixture = *state;
    struct claim claims[MANY];
    int64_t issue = fixture_admit(fixture, "2023-25", MANY);
    queue_set_lanes(fixture->queue, lane_of_digit, (void *)"5");
    clear(claims, first(fixture, issue, claims, MANY));
    AUTO(queue_issue) struct queue_issue *known = NULL;
    assert_good(queue_issue(fixture->queue, issue, &known, &fixture->error));
    assert_int_equal(known->next_attempt_at, 0);
}

static void giving_up_says_why_and_asks_of_the_unknown(void **state)
{
    struct fixture *fixture = *state;
    struct claim claims[MANY];
    int64_t issue = fixture_admit(fixture, "2023-25", 4), count;
    size_t claimed = first(fixture, issue, claims, 2);
    record(fixture, &claims[0], ON_LOST_AFTER_END, 50);
    record(fixture, &claims[1], ON_REFUSED_FOR_NOW, 50);
    clear(claims, claimed);
    assert_good(
        queue_give_up(fixture->queue, issue, GAVE_UP_TOO_LATE, 60, &count, &fixture->error));
    assert_int_equal(count, 3);
    struct counts counts = fixture_counts(fixture, issue);
    assert_int_equal(counts.failed, 3);
    assert_int_equal(counts.unknown, 1);
    AUTO(text) char *known = lanes(fixture);
    assert_string_equal(known, "");
    bool changed;
    assert_good(queue_conclude(fixture->queue, issue, 60, &changed, &fixture->error));
    AUTO(queue_issue) struct queue_issue *held = NULL;
    assert_good(queue_issue(fixture->queue, issue, &held, &fixture->error));
    assert_int_equal(held->why, HOLD_UNKNOWN);
}

static void a_valve_is_kept(void **state)
{
    struct fixture *fixture = *state;
    const struct queue_valve saved = {"domain qq.com", -500, 1000, 7, 8, 3, 9, 12345};
    struct queue_valve loaded;
    bool found;
    assert_good(queue_load_valve(fixture->queue, saved.name, &loaded, &found, &fixture->error));
    assert_false(found);
    for (int i = 0; i < 2; i++)
        assert_good(queue_save_valve(fixture->queue, &saved, &fixture->error));
    assert_good(queue_commit(fixture->queue, &fixture->error));
    fixture_reopen(fixture);
    assert_good(queue_load_valve(fixture->queue, saved.name, &loaded, &found, &fixture->error));
    assert_true(found);
    assert_int_equal(loaded.recipients, -500);
    assert_int_equal(loaded.lot, 9);
    assert_int_equal(loaded.at, 12345);
}

static void assert_lanes(struct fixture *fixture, const char *expected)
{
    AUTO(text) char *known = lanes(fixture);
    assert_string_equal(known, expected);
}

/* It is kept in memory between the changes: each of them must be seen. */
static void what_is_due_is_known_after_each_change(void **state)
{
    struct fixture *fixture = *state;
    struct claim claims[3];
    int64_t issue = fixture_admit(fixture, "2023-25", 3), count;
    assert_int_equal(first(fixture, issue, claims, 3), 3);
    assert_lanes(fixture, "");
    record(fixture, &claims[0], ON_TAKEN, 0);
    assert_lanes(fixture, "");
    record(fixture, &claims[1], ON_REFUSED_FOR_NOW, 50);
    assert_lanes(fixture, ":50");
    clear(claims, 3);
    assert_int_equal(due(fixture, issue, NULL, 60, claims, 1), 1);
    assert_lanes(fixture, "");
    record(fixture, &claims[0], ON_PUT_BACK_DEFERRED, 70);
    assert_lanes(fixture, ":70");
    clear(claims, 1);
    assert_good(queue_retry(fixture->queue, issue, NULL, "zhang", 80, &count, &fixture->error));
    assert_lanes(fixture, ":80");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(first_tries_of_a_lane_are_put_aside_in_order),
        TEST(only_a_lane_left_claims_nothing_and_goes_on),
        TEST(what_is_put_aside_outlives_a_restart_and_is_not_in_flight),
        TEST(retries_of_a_lane_wait_apart),
        TEST(other_limits_move_what_waits),
        TEST(one_that_goes_alone_comes_alone),
        TEST(nobody_is_told_of_what_is_put_aside),
        TEST(giving_up_says_why_and_asks_of_the_unknown),
        TEST(what_is_due_is_known_after_each_change),
        TEST(a_valve_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
