/* What people ask for, admission, the stop list, history. */
#include "fixture.h"

static int64_t retry_all(struct fixture *fixture, int64_t issue, const char *address)
{
    int64_t count = 0;
    assert_good(queue_retry(fixture->queue, issue, address, "zhang", 50, &count, &fixture->error));
    return count;
}

static void a_second_admission_is_refused(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 2), same = 0;
    AUTO(parcel) struct parcel *again = fixture_parcel(fixture, "2023-25", 3);
    assert_false(queue_admit(fixture->queue, again, "x", 2, &same, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_DATAERR);
    assert_int_equal(same, issue);
    error_clear(&fixture->error);
    assert_int_equal(fixture_counts(fixture, issue).recipients, 2);
}

static void the_suppressed_are_never_claimed(void **state)
{
    struct fixture *fixture = *state;
    AUTO(address) struct address *address = NULL;
    assert_good(address_parse(&address, "r2@example.org", NOWHERE, NULL, &fixture->error));
    assert_good(
        queue_suppress(fixture->queue, address, "left", "zhang", 1, 0, NULL, &fixture->error));
    int64_t issue = fixture_admit(fixture, "2023-25", 2);
    struct claim claims[2];
    size_t claimed;
    assert_good(queue_claim_first(fixture->queue, issue, 2, claims, &claimed, &fixture->error));
    assert_int_equal(claimed, 1);
    assert_string_equal(address_text(claims[0].address), "r1@example.org");
    claim_clear(&claims[0]);
    assert_int_equal(fixture_counts(fixture, issue).suppressed, 1);
    assert_good(queue_unsuppress(fixture->queue, address, "zhang", 2, &fixture->error));
    assert_false(queue_unsuppress(fixture->queue, address, "zhang", 2, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_NOINPUT);
    error_clear(&fixture->error);
}

static void cancel_gives_up_what_is_left(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 3), count = 0;
    struct claim claim;
    size_t claimed;
    bool changed;
    assert_good(queue_claim_first(fixture->queue, issue, 1, &claim, &claimed, &fixture->error));
    assert_good(queue_cancel(fixture->queue, issue, "zhang", &count, &fixture->error));
    assert_int_equal(count, 2); /* what is in flight decides by itself */
    struct outcome outcome = {.delivery = claim.delivery, .issue = issue, .event = ON_TAKEN};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    claim_clear(&claim);
    assert_good(queue_conclude(fixture->queue, issue, 9, &changed, &fixture->error));
    AUTO(queue_issue) struct queue_issue *ended = NULL;
    assert_good(queue_issue(fixture->queue, issue, &ended, &fixture->error));
    assert_int_equal(ended->state, ISSUE_CANCELLED);
    assert_int_equal(ended->counts.sent, 1);
    assert_int_equal(ended->counts.cancelled, 2);
}

static void retry_opens_a_finished_issue_again(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 2), count = 0;
    bool changed;
    assert_good(queue_give_up(fixture->queue, issue, GAVE_UP_TOO_OLD, 5, &count, &fixture->error));
    assert_int_equal(count, 2);
    assert_good(queue_conclude(fixture->queue, issue, 6, &changed, &fixture->error));
    assert_int_equal(retry_all(fixture, issue, "r2@example.org"), 1);
    struct claim claim;
    size_t claimed;
    assert_good(queue_claim_due(fixture->queue, issue, NULL, 50, 1, &claim, &claimed, &fixture->error));
    assert_int_equal(claimed, 1);
    claim_clear(&claim);
    int64_t none;
    assert_false(queue_retry(fixture->queue, issue, "who@example.org", "zhang", 50, &none,
                             &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_NOINPUT);
    error_clear(&fixture->error);
}

static void release_needs_a_held_issue(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 1);
    assert_false(queue_release(fixture->queue, issue, "zhang", &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_DATAERR);
    error_clear(&fixture->error);
    assert_good(queue_hold(fixture->queue, issue, HOLD_BY_HAND, NULL, "zhang", &fixture->error));
    AUTO(array) GPtrArray *history = NULL;
    assert_good(queue_history(fixture->queue, issue, &history, &fixture->error));
    assert_int_equal(history->len, 2);
    const struct history_entry *entry = history->pdata[1];
    assert_string_equal(entry->who, "zhang");
    assert_string_equal(entry->what, "held");
    assert_string_equal(entry->issue, "weekly/2023-25");
}

static void no_such_issue_is_said(void **state)
{
    struct fixture *fixture = *state;
    struct queue_issue *issue = NULL;
    assert_false(queue_find(fixture->queue, "2023-99", &issue, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_NOINPUT);
    error_clear(&fixture->error);
}

static void a_second_daemon_is_refused_with_the_holder(void **state)
{
    struct fixture *fixture = *state;
    struct queue *second = NULL;
    AUTO(text) char *pid = g_strdup_printf("%d", getpid());
    assert_false(queue_open(&second, fixture->folder, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_TEMPFAIL);
    assert_non_null(strstr(fixture->error.what.english, pid));
    error_clear(&fixture->error);
}

static void groups_are_counted_apart(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 3);
    AUTO(array) GPtrArray *groups = NULL;
    assert_good(queue_group_counts(fixture->queue, issue, &groups, &fixture->error));
    assert_int_equal(groups->len, 1);
    const struct group_counts *group = groups->pdata[0];
    assert_string_equal(group->name, "everybody");
    assert_int_equal(group->counts.recipients, 3);
    assert_int_equal(group->counts.queued, 3);
}

static int64_t suppress(struct fixture *fixture, const char *text)
{
    AUTO(address) struct address *address = NULL;
    GArray *issues = NULL;
    assert_good(address_parse(&address, text, NOWHERE, NULL, &fixture->error));
    assert_good(
        queue_suppress(fixture->queue, address, "left", "zhang", 5, 0, &issues, &fixture->error));
    int64_t count = issues->len;
    g_array_unref(issues);
    return count;
}

static void who_is_suppressed_gets_nothing_of_open_issues(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 4), none;
    struct claim claims[2];
    size_t claimed;
    assert_good(queue_claim_first(fixture->queue, issue, 2, claims, &claimed, &fixture->error));
    struct outcome later = {.delivery = claims[0].delivery,
                            .issue = issue,
                            .at = 4,
                            .event = ON_REFUSED_FOR_NOW,
                            .next_attempt = 100};
    assert_good(queue_record(fixture->queue, &later, &fixture->error));
    assert_int_equal(suppress(fixture, "r1@example.org"), 1);  /* deferred */
    assert_int_equal(suppress(fixture, "R2@EXAMPLE.org"), 0);  /* in flight, and in another case */
    assert_int_equal(suppress(fixture, "R3@example.org"), 1);  /* queued, and in another case */
    assert_int_equal(fixture_counts(fixture, issue).suppressed, 2);
    later.delivery = claims[1].delivery;
    later.at = 6;
    assert_good(queue_record(fixture->queue, &later, &fixture->error));
    assert_int_equal(fixture_counts(fixture, issue).suppressed, 3);
    assert_int_equal(fixture_counts(fixture, issue).deferred, 0);
    claim_clear(&claims[0]);
    claim_clear(&claims[1]);
    assert_good(queue_claim_first(fixture->queue, issue, 2, claims, &claimed, &fixture->error));
    assert_int_equal(claimed, 1);
    assert_string_equal(address_text(claims[0].address), "r4@example.org");
    struct outcome gone = {
        .delivery = claims[0].delivery, .issue = issue, .at = 7, .event = ON_REFUSED_FOR_GOOD};
    assert_good(queue_record(fixture->queue, &gone, &fixture->error));
    claim_clear(&claims[0]);
    assert_int_equal(suppress(fixture, "r4@example.org"), 0);
    assert_false(queue_retry(fixture->queue, issue, NULL, "zhang", 9, &none, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_DATAERR);
    error_clear(&fixture->error);
}

static void a_retry_that_concerns_nobody_says_why(void **state)
{
    static const struct {
        const char *address; /* NULL: all */
        const char *why;
    } rows[] = {
        {NULL, "nobody's delivery of this issue is deferred, failed or unknown"},
        {"r1@example.org", "r1@example.org has it already"},
        {"r2@example.org", "r2@example.org is being sent just now"},
        {"r3@example.org", "r3@example.org is not tried yet: it comes by itself"},
    };
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 3), count = 0;
    struct claim claims[2];
    size_t claimed;
    assert_good(queue_claim_first(fixture->queue, issue, 2, claims, &claimed, &fixture->error));
    struct outcome outcome = {
        .delivery = claims[0].delivery, .issue = issue, .event = ON_TAKEN};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    claim_clear(&claims[0]);
    claim_clear(&claims[1]);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_false(queue_retry(fixture->queue, issue, rows[i].address, "zhang", 9, &count,
                                 &fixture->error));
        assert_int_equal(fixture->error.exit_class, EX_DATAERR);
        assert_string_equal(fixture->error.what.english, rows[i].why);
        error_clear(&fixture->error);
    }
    AUTO(array) GPtrArray *history = NULL;
    assert_good(queue_history(fixture->queue, issue, &history, &fixture->error));
    assert_int_equal(history->len, 1);
}

static void a_second_hold_keeps_the_reason(void **state)
{
    static const struct {
        const char *name;
        enum hold_reason first, second;
        const char *words, *then; /* of the second, and what stands afterwards */
        guint entries;
    } rows[] = {
        {"nothing new", HOLD_BY_HAND, HOLD_BY_HAND, NULL, "a wrong date", 2},
        {"an empty reason", HOLD_BY_HAND, HOLD_BY_HAND, "", "a wrong date", 2},
        {"another reason", HOLD_BY_HAND, HOLD_BY_HAND, "a wrong name", "a wrong name", 3},
        {"held by the relay", HOLD_RELAY, HOLD_BY_HAND, NULL, "a wrong date", 2},
        {"would end by itself", HOLD_SCHEDULED, HOLD_BY_HAND, NULL, NULL, 3},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *key = g_strdup_printf("2023-%zu", i + 1);
        AUTO(queue_issue) struct queue_issue *issue = NULL;
        AUTO(array) GPtrArray *history = NULL;
        int64_t id = fixture_admit(fixture, key, 1);
        assert_good(queue_hold(fixture->queue, id, rows[i].first, "a wrong date", "zhang",
                               &fixture->error));
        assert_good(queue_hold(fixture->queue, id, rows[i].second, rows[i].words, "zhang",
                               &fixture->error));
        assert_good(queue_issue(fixture->queue, id, &issue, &fixture->error));
        assert_good(queue_history(fixture->queue, id, &history, &fixture->error));
        if (g_strcmp0(issue->why_text, rows[i].then) != 0 || history->len != rows[i].entries)
            fail_msg("%s: %s, %u", rows[i].name, issue->why_text ? issue->why_text : "(none)",
                     history->len);
    }
}

static bool see_settled(void *user, const struct queue_delivery *delivery, struct error *error)
{
    (void)error;
    *(bool *)user = delivery->gave_up == GAVE_UP_SETTLED;
    return true;
}

static void what_a_person_settled_is_marked_until_it_is_tried_again(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 1);
    struct claim claim;
    size_t claimed;
    bool settled = true;
    assert_good(queue_claim_first(fixture->queue, issue, 1, &claim, &claimed, &fixture->error));
    struct outcome outcome = {
        .delivery = claim.delivery, .issue = issue, .event = ON_LOST_AFTER_END};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    claim_clear(&claim);
    assert_good(
        queue_deliveries(fixture->queue, issue, -1, see_settled, &settled, &fixture->error));
    assert_false(settled);
    assert_good(queue_settle(fixture->queue, issue, "r1@example.org", false, "zhang", 9,
                             &fixture->error));
    assert_good(
        queue_deliveries(fixture->queue, issue, -1, see_settled, &settled, &fixture->error));
    assert_true(settled);
    assert_int_equal(retry_all(fixture, issue, "r1@example.org"), 1);
    assert_good(
        queue_deliveries(fixture->queue, issue, -1, see_settled, &settled, &fixture->error));
    assert_false(settled);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_second_admission_is_refused),
        TEST(the_suppressed_are_never_claimed),
        TEST(cancel_gives_up_what_is_left),
        TEST(retry_opens_a_finished_issue_again),
        TEST(release_needs_a_held_issue),
        TEST(no_such_issue_is_said),
        TEST(a_second_daemon_is_refused_with_the_holder),
        TEST(groups_are_counted_apart),
        TEST(who_is_suppressed_gets_nothing_of_open_issues),
        TEST(a_retry_that_concerns_nobody_says_why),
        TEST(a_second_hold_keeps_the_reason),
        TEST(what_a_person_settled_is_marked_until_it_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
