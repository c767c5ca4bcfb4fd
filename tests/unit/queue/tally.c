/* The tallies of groups follow every change, without a look at the deliveries. */
#include "fixture.h"
#include "queue/inspect.h"
#include "queue/sql.h"

#define COUNT 7

static struct counts of_group(struct fixture *fixture, int64_t issue)
{
    AUTO(array) GPtrArray *groups = NULL;
    assert_good(queue_group_counts(fixture->queue, issue, &groups, &fixture->error));
    assert_int_equal(groups->len, 1);
    return ((const struct group_counts *)groups->pdata[0])->counts;
}

/* All are in one group: its counts are the issue's. And the rows say the same, after a commit. */
static void assert_agrees(struct fixture *fixture, int64_t issue)
{
    struct counts group = of_group(fixture, issue), all = fixture_counts(fixture, issue);
    AUTO(problems) struct problems *problems = problems_new();
    struct inspected seen;
    assert_memory_equal(&group, &all, sizeof group);
    assert_good(queue_commit(fixture->queue, &fixture->error));
    assert_good(queue_inspect(fixture->queue, problems, &seen, &fixture->error));
    if (problems_count(problems))
        fail_msg("%s", problems_at(problems, 0)->error.what.english);
}

static void claim(struct fixture *fixture, int64_t issue, enum delivery_event event, bool again)
{
    struct claim one;
    size_t claimed;
    bool good =
        again
            ? queue_claim_due(fixture->queue, issue, NULL, 100, 1, &one, &claimed, &fixture->error)
            : queue_claim_first(fixture->queue, issue, 1, &one, &claimed, &fixture->error);
    assert_good(good);
    assert_int_equal(claimed, 1);
    assert_agrees(fixture, issue);
    bool later = event == ON_REFUSED_FOR_NOW || event == ON_LOST_AFTER_END || event == ON_PUT_BACK;
    struct outcome outcome = {.delivery = one.delivery,
                              .issue = issue,
                              .event = event,
                              .at = 1,
                              .counts = true,
                              .next_attempt = later ? 5 : 0};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    claim_clear(&one);
    assert_agrees(fixture, issue);
}

static void tallies_follow_every_change(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", COUNT), count;
    AUTO(address) struct address *address = NULL;
    assert_agrees(fixture, issue);
    claim(fixture, issue, ON_TAKEN, false);
    claim(fixture, issue, ON_REFUSED_FOR_NOW, false);
    claim(fixture, issue, ON_REFUSED_FOR_GOOD, false);
    claim(fixture, issue, ON_LOST_AFTER_END, false);
    claim(fixture, issue, ON_PUT_BACK, false);
    claim(fixture, issue, ON_TAKEN, true);
    assert_good(queue_retry(fixture->queue, issue, NULL, "zhang", 6, &count, &fixture->error));
    assert_agrees(fixture, issue);
    assert_true(address_parse(&address, "r7@example.org", NOWHERE, NULL, NULL));
    assert_good(
        queue_suppress(fixture->queue, address, "moved", "zhang", 1, 0, NULL, &fixture->error));
    assert_agrees(fixture, issue);
    assert_good(
        queue_settle(fixture->queue, issue, "r4@example.org", true, "zhang", 7, &fixture->error));
    assert_agrees(fixture, issue);
    assert_good(queue_cancel(fixture->queue, issue, "zhang", &count, &fixture->error));
    assert_agrees(fixture, issue);
    struct counts end = of_group(fixture, issue);
    assert_int_equal(end.recipients, COUNT);
    assert_int_equal(end.suppressed, 1);
    assert_true(end.sent >= 2 && end.cancelled >= 1);
}

static void what_is_in_flight_at_a_crash_is_counted(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", COUNT);
    struct claim one;
    size_t claimed;
    assert_good(queue_claim_first(fixture->queue, issue, 1, &one, &claimed, &fixture->error));
    assert_good(queue_commit(fixture->queue, &fixture->error));
    fixture_reopen(fixture);
    assert_int_equal(of_group(fixture, issue).sending, 1);
    struct outcome outcome = {
        .delivery = one.delivery, .issue = issue, .event = ON_TAKEN, .at = 1, .counts = true};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    claim_clear(&one);
    assert_agrees(fixture, issue);
    assert_int_equal(of_group(fixture, issue).sent, 1);
}

/* What memory no longer holds is read from the tallies, not from the deliveries. */
static void an_ended_issue_needs_no_look_at_its_deliveries(void **state)
{
    struct fixture *fixture = *state;
    int64_t issue = fixture_admit(fixture, "2023-25", 1);
    bool changed;
    claim(fixture, issue, ON_TAKEN, false);
    assert_good(queue_conclude(fixture->queue, issue, 1, &changed, &fixture->error));
    assert_good(queue_set_reported(fixture->queue, issue, &fixture->error));
    fixture_reopen(fixture);
    assert_int_equal(sqlite3_exec(fixture->queue->db,
                                  "PRAGMA foreign_keys = OFF;"
                                  "DELETE FROM delivery",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(of_group(fixture, issue).sent, 1);
}

static void an_older_queue_gets_its_tallies(void **state)
{
    struct fixture *fixture = *state;
    AUTO(text) char *script = NULL;
    AUTO(text) char *path = g_build_filename(fixture->folder, "queue.db", NULL);
    sqlite3 *db = NULL;
    queue_close(TAKE(fixture->queue));
    assert_int_equal(unlink(path), 0);
    assert_true(g_file_get_contents("tests/data/queue-1.sql", &script, NULL, NULL));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, script, NULL, NULL, NULL), SQLITE_OK);
    /* One in flight, one put aside, one deferred: as a daemon of those days left them. */
    assert_int_equal(sqlite3_exec(db,
                                  "UPDATE issue SET state = 2, sent = 2, queued = 2, sending = 1,"
                                  " deferred = 1, cursor = 4; UPDATE delivery SET sent_at = 1; "
                                  "UPDATE delivery SET state = 0"
                                  " WHERE id IN (3, 4, 5); UPDATE delivery SET next_attempt = 1"
                                  " WHERE id = 3; UPDATE delivery SET state = 3, next_attempt = 9"
                                  " WHERE id = 6",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_good(queue_open(&fixture->queue, fixture->folder, &fixture->error));
    assert_agrees(fixture, 1);
    struct counts counts = of_group(fixture, 1);
    assert_int_equal(counts.queued, 2);
    assert_int_equal(counts.sending, 1);
    assert_int_equal(counts.deferred, 1);
    assert_int_equal(counts.sent, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(tallies_follow_every_change),
        TEST(what_is_in_flight_at_a_crash_is_counted),
        TEST(an_ended_issue_needs_no_look_at_its_deliveries),
        TEST(an_older_queue_gets_its_tallies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
