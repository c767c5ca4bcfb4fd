/* From a failure of SQLite on, nothing is written until the queue is opened anew. */
#include "fixture.h"
#include "queue/sql.h"

static int refuse(void *user)
{
    (void)user;
    return 1;
}

static void claim_and_take(struct fixture *fixture, int64_t issue)
{
    struct claim claim;
    size_t claimed;
    assert_good(queue_claim_first(fixture->queue, issue, 1, &claim, &claimed, &fixture->error));
    assert_int_equal(claimed, 1);
    struct outcome outcome = {
        .delivery = claim.delivery, .issue = issue, .event = ON_TAKEN, .at = 1, .counts = true};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    claim_clear(&claim);
}

static void assert_refused(struct fixture *fixture, bool done, const char *what)
{
    if (done || !error_is_set(&fixture->error))
        fail_msg("%s went on with a queue that had failed", what);
    error_clear(&fixture->error);
}

/* A commit that fails is rolled back, and memory has counted what was in it: the counts may not get
 * into the rows by somebody else's commit. */
static void counts_of_a_failed_commit_are_never_stored(void **state)
{
    struct fixture *fixture = *state;
    struct queue *queue = fixture->queue;
    struct error *error = &fixture->error;
    int64_t issue = fixture_admit(fixture, "2023-25", 3);
    claim_and_take(fixture, issue);
    sqlite3_commit_hook(queue->db, refuse, NULL);
    assert_refused(fixture, queue_commit(queue, error), "the commit");
    sqlite3_commit_hook(queue->db, NULL, NULL);

    GPtrArray *issues = NULL;
    GArray *work = NULL;
    assert_refused(fixture, queue_commit(queue, error), "a second commit");
    assert_refused(fixture, queue_set_filed(queue, issue, error), "filing");
    assert_refused(fixture, queue_hold(queue, issue, HOLD_BY_HAND, NULL, "zhang", error), "a hold");
    assert_refused(fixture, queue_open_issues(queue, &issues, error), "the list of open issues");
    assert_refused(fixture, queue_work(queue, &work, error), "the dispatch");

    fixture_reopen(fixture);
    struct counts counts = fixture_counts(fixture, issue);
    assert_int_equal(counts.queued, 3);
    assert_int_equal(counts.sent, 0);
    claim_and_take(fixture, issue);
    assert_good(queue_commit(fixture->queue, error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_of_a_failed_commit_are_never_stored, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
