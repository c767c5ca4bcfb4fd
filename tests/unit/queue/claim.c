/* Claims, outcomes, ends; and what a kill leaves. */
#include "fixture.h"

static size_t claim_first(struct fixture *fixture, int64_t issue, struct claim claims[], size_t room)
{
    size_t claimed = 0;
    assert_good(queue_claim_first(fixture->queue, issue, room, claims, &claimed, &fixture->error));
    return claimed;
}

static void record(struct fixture *fixture, struct claim *claim, enum delivery_event event,
                   usec_t next_attempt)
{
    struct reply reply = {250, (char *)"2.0.0", (char *)"ok"};
    struct outcome outcome = {.delivery = claim->delivery, .issue = claim->issue, .event = event,
                              .relay = "office", .reply = &reply, .at = 5,
                              .next_attempt = next_attempt, .counts = true};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    claim_clear(claim);
}

static void first_tries_come_in_order_and_once(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 5);
    struct claim claims[3];
    assert_int_equal(claim_first(fixture, issue, claims, 3), 3);
    assert_string_equal(address_text(claims[0].address), "r1@example.org");
    assert_string_equal(claims[0].name, "=name");
    for (int i = 0; i < 3; i++)
        claim_clear(&claims[i]);
    assert_int_equal(claim_first(fixture, issue, claims, 3), 2);
    assert_string_equal(address_text(claims[1].address), "r5@example.org");
    for (int i = 0; i < 2; i++)
        claim_clear(&claims[i]);
    assert_int_equal(claim_first(fixture, issue, claims, 3), 0);
    struct counts counts = fixture_counts(fixture, issue);
    assert_int_equal(counts.sending, 5);
    assert_int_equal(counts.queued, 0);
}

static void an_issue_ends_when_nothing_is_left(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 2);
    struct claim claims[2];
    bool changed;
    claim_first(fixture, issue, claims, 2);
    record(fixture, &claims[0], ON_TAKEN, 0);
    assert_good(queue_conclude(fixture->queue, issue, 9, &changed, &fixture->error));
    assert_false(changed);
    record(fixture, &claims[1], ON_REFUSED_FOR_GOOD, 0);
    assert_good(queue_conclude(fixture->queue, issue, 9, &changed, &fixture->error));
    assert_true(changed);
    assert_good(queue_commit(fixture->queue, &fixture->error));
    fixture_reopen(fixture);
    AUTO(queue_issue) struct queue_issue *ended = NULL;
    assert_good(queue_find(fixture->queue, "weekly/2023-25", &ended, &fixture->error));
    assert_int_equal(ended->state, ISSUE_FINISHED);
    assert_int_equal(ended->counts.sent, 1);
    assert_int_equal(ended->counts.failed, 1);
    assert_int_equal(ended->finished_at, 9);
}

static void a_deferred_one_is_due_at_its_time(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 1);
    struct claim claim;
    size_t claimed;
    claim_first(fixture, issue, &claim, 1);
    record(fixture, &claim, ON_REFUSED_FOR_NOW, 100);
    assert_good(queue_claim_due(fixture->queue, issue, NULL, 99, 1, &claim, &claimed, &fixture->error));
    assert_int_equal(claimed, 0);
    assert_good(queue_claim_due(fixture->queue, issue, NULL, 100, 1, &claim, &claimed, &fixture->error));
    assert_int_equal(claimed, 1);
    assert_int_equal(claim.attempts, 1);
    record(fixture, &claim, ON_TAKEN, 0);
    assert_int_equal(fixture_counts(fixture, issue).sent, 1);
}

static void what_goes_alone_comes_alone(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 3);
    struct claim claims[3];
    size_t claimed;
    claim_first(fixture, issue, claims, 3);
    for (int i = 0; i < 3; i++) {
        struct outcome outcome = {.delivery = claims[i].delivery, .issue = issue,
                                  .event = ON_PUT_BACK, .next_attempt = 10 + i, .alone = i == 1};
        assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
        claim_clear(&claims[i]);
    }
    assert_good(queue_claim_due(fixture->queue, issue, NULL, 50, 3, claims, &claimed, &fixture->error));
    assert_int_equal(claimed, 2);
    assert_string_equal(address_text(claims[1].address), "r3@example.org");
    claim_clear(&claims[0]);
    claim_clear(&claims[1]);
    assert_good(queue_claim_due(fixture->queue, issue, NULL, 50, 3, claims, &claimed, &fixture->error));
    assert_int_equal(claimed, 1);
    assert_true(claims[0].alone);
    claim_clear(&claims[0]);
}

static bool count_claimed(void *user, const struct claim *claim, struct error *error)
{
    (void)claim, (void)error;
    ++*(int *)user;
    return true;
}

static void what_was_claimed_is_known_after_a_kill(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 4);
    struct claim claims[3];
    claim_first(fixture, issue, claims, 3);
    record(fixture, &claims[0], ON_TAKEN, 0);
    assert_good(queue_commit(fixture->queue, &fixture->error));
    record(fixture, &claims[1], ON_TAKEN, 0); /* never committed */
    claim_clear(&claims[2]);
    fixture_reopen(fixture);
    int claimed = 0;
    assert_good(queue_claimed(fixture->queue, count_claimed, &claimed, &fixture->error));
    assert_int_equal(claimed, 2);
    struct counts counts = fixture_counts(fixture, issue);
    assert_int_equal(counts.sent, 1);
    assert_int_equal(counts.sending, 2);
    assert_int_equal(counts.queued, 1);
}

static void an_uncommitted_claim_never_was(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 2);
    struct claim claims[2];
    claim_first(fixture, issue, claims, 2);
    claim_clear(&claims[0]);
    claim_clear(&claims[1]);
    fixture_reopen(fixture);
    assert_int_equal(fixture_counts(fixture, issue).queued, 2);
    assert_int_equal(claim_first(fixture, issue, claims, 2), 2);
    claim_clear(&claims[0]);
    claim_clear(&claims[1]);
}

static void only_unknown_ones_left_holds_the_issue(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 1);
    struct claim claim;
    bool changed;
    claim_first(fixture, issue, &claim, 1);
    record(fixture, &claim, ON_LOST_AFTER_END, 0);
    assert_good(queue_conclude(fixture->queue, issue, 9, &changed, &fixture->error));
    assert_true(changed);
    AUTO(queue_issue) struct queue_issue *held = NULL;
    assert_good(queue_issue(fixture->queue, issue, &held, &fixture->error));
    assert_int_equal(held->state, ISSUE_HELD);
    assert_int_equal(held->why, HOLD_UNKNOWN);
    assert_good(queue_settle(fixture->queue, issue, "r1@example.org", true, "zhang", 10,
                             &fixture->error));
    assert_good(queue_conclude(fixture->queue, issue, 11, &changed, &fixture->error));
    assert_true(changed);
    assert_int_equal(fixture_counts(fixture, issue).sent, 1);
}

static void an_impossible_outcome_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 1);
    struct outcome outcome = {.delivery = 1, .issue = issue, .event = ON_CLAIMED};
    assert_false(queue_record(fixture->queue, &outcome, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_SOFTWARE);
}

static void a_bar_stands_until_release(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 1);
    struct reply reply = {554, (char *)"5.7.1", (char *)"no"};
    bool barred;
    AUTO(text) char *answer = NULL;
    assert_good(queue_is_barred(fixture->queue, issue, "office", &barred, &fixture->error));
    assert_false(barred);
    assert_good(queue_bar(fixture->queue, issue, "office", &reply, &fixture->error));
    assert_good(queue_is_barred(fixture->queue, issue, "office", &barred, &fixture->error));
    assert_true(barred);
    assert_good(queue_bar_answer(fixture->queue, issue, &answer, &fixture->error));
    assert_string_equal(answer, "554 5.7.1 no");
    assert_good(queue_is_barred(fixture->queue, issue, "other", &barred, &fixture->error));
    assert_false(barred);
    assert_good(queue_hold(fixture->queue, issue, HOLD_RELAY, "554 no", "fensongd",
                           &fixture->error));
    assert_good(queue_release(fixture->queue, issue, "zhang", &fixture->error));
    assert_good(queue_is_barred(fixture->queue, issue, "office", &barred, &fixture->error));
    assert_false(barred);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(first_tries_come_in_order_and_once),
        TEST(an_issue_ends_when_nothing_is_left),
        TEST(a_deferred_one_is_due_at_its_time),
        TEST(what_goes_alone_comes_alone),
        TEST(what_was_claimed_is_known_after_a_kill),
        TEST(an_uncommitted_claim_never_was),
        TEST(only_unknown_ones_left_holds_the_issue),
        TEST(an_impossible_outcome_is_an_error),
        TEST(a_bar_stands_until_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
