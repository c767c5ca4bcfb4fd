/* A sound queue is told as sound, and each break of an invariant is found. */
#include "queue/inspect.h"
#include "fixture.h"
#include "queue/sql.h"

static bool has_rule(const struct problems *problems, const char *rule)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (g_str_equal(problems_at(problems, i)->rule, rule))
            return true;
    return false;
}

static struct problems *inspect(struct fixture *fixture)
{
    struct problems *problems = problems_new();
    struct inspected seen;
    assert_good(queue_inspect(fixture->queue, problems, &seen, &fixture->error));
    return problems;
}

static void outcome(struct fixture *fixture, int64_t issue, enum delivery_event event)
{
    struct claim claim;
    size_t claimed;
    assert_good(queue_claim_first(fixture->queue, issue, 1, &claim, &claimed, &fixture->error));
    assert_int_equal(claimed, 1);
    struct outcome outcome = {.delivery = claim.delivery, .issue = issue, .event = event, .at = 1,
                              .counts = true,
                              .next_attempt = event == ON_REFUSED_FOR_NOW ? 5 : 0};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    claim_clear(&claim);
}

/* An issue with one of each: sent, deferred, failed, in flight, queued; and one that has ended. */
static int64_t fill(struct fixture *fixture)
{
    struct claim claim;
    size_t claimed;
    bool changed;
    int64_t ended = fixture_admit(fixture, "2023-24", 1);
    outcome(fixture, ended, ON_TAKEN);
    assert_good(queue_conclude(fixture->queue, ended, 1, &changed, &fixture->error));
    int64_t issue = fixture_admit(fixture, "2023-25", 6);
    outcome(fixture, issue, ON_TAKEN);
    outcome(fixture, issue, ON_REFUSED_FOR_NOW);
    outcome(fixture, issue, ON_REFUSED_FOR_GOOD);
    assert_good(queue_claim_first(fixture->queue, issue, 1, &claim, &claimed, &fixture->error));
    claim_clear(&claim);
    assert_good(queue_commit(fixture->queue, &fixture->error));
    return issue;
}

static void a_queue_at_work_is_sound(void **state)
{
    struct fixture *fixture = *state;
    (void)fill(fixture);
    AUTO(problems) struct problems *problems = inspect(fixture);
    if (problems_count(problems))
        fail_msg("%s", problems_at(problems, 0)->error.what.english);
}

/* Deliveries 1 is of 2023-24 (issue 1, ended); 2 to 7 are of 2023-25 (issue 2): sent, deferred,
 * failed, in flight, queued, queued. */
static const struct {
    const char *name, *sql, *rule;
} breaks[] = {
    {"a count", "UPDATE issue SET sent = 3 WHERE id = 2", "queue-counts"},
    {"a delivery's state alone", "UPDATE delivery SET state = 2 WHERE id = 7", "queue-counts"},
    {"a tally", "UPDATE issue_tally SET sent = 3 WHERE issue = 2", "queue-tallies"},
    {"a tally that is gone", "DELETE FROM issue_tally WHERE issue = 2", "queue-tallies"},
    {"a tally of nobody", "INSERT INTO issue_tally VALUES (2, 'none', 1, 0, 0, 0, 0, 0, 0, 0)",
     "queue-tallies"},
    {"a delivery that is gone", "DELETE FROM delivery WHERE id = 7", "queue-range"},
    {"ranges that meet", "UPDATE issue SET last = 2 WHERE id = 1", "queue-range"},
    {"a delivery of another issue", "UPDATE delivery SET issue = 1 WHERE id = 7", "queue-stray"},
    {"a recipient twice", "UPDATE delivery SET address = 'r1@example.org' WHERE id = 7",
     "queue-twice"},
    {"a cursor that is lost", "UPDATE issue SET cursor = 9 WHERE id = 2", "queue-cursor"},
    {"an ended issue with work", "UPDATE delivery SET state = 3, next_attempt = 1 WHERE id = 1",
     "queue-ended"},
    {"sent to all, but one failed", "UPDATE delivery SET state = 5 WHERE id = 1", "queue-ended"},
    {"a hold without a reason", "UPDATE issue SET state = 1 WHERE id = 2", "queue-state"},
    {"no such state", "UPDATE delivery SET state = 8 WHERE id = 7", "queue-state"},
    {"sent, nobody knows when", "UPDATE delivery SET sent_at = NULL WHERE id = 2", "queue-sent"},
    {"deferred for ever", "UPDATE delivery SET next_attempt = NULL WHERE id = 3", "queue-due"},
    {"sent, and due again", "UPDATE delivery SET next_attempt = 1 WHERE id = 2", "queue-due"},
    {"no lane", "UPDATE delivery SET lane = '' WHERE id = 3", "queue-lane"},
    {"a first try among retries", "UPDATE delivery SET lane = 'qq.com+', next_attempt = 1"
                                  " WHERE id = 7", "queue-lane"},
    {"a reference to nothing", "PRAGMA foreign_keys = OFF; INSERT INTO bar VALUES (7, 'office', '')",
     "queue-reference"},
    {"a broken index", "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX"
                       " delivery_trouble ON delivery (issue, state) WHERE state > 1'"
                       " WHERE name = 'delivery_trouble'", "queue-file"},
    {"an admission cut off", "UPDATE issue SET state = 0 WHERE id = 2", "queue-admitting"},
};

static void each_break_is_found(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(breaks); i++) {
        if (i) {
            assert_int_equal(fixture_teardown(state), 0);
            assert_int_equal(fixture_setup(state), 0);
            fixture = *state;
        }
        (void)fill(fixture);
        char *path = g_build_filename(fixture->folder, "queue.db", NULL);
        sqlite3 *db = NULL;
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
        if (sqlite3_exec(db, breaks[i].sql, NULL, NULL, NULL) != SQLITE_OK)
            fail_msg("%s: %s", breaks[i].name, sqlite3_errmsg(db));
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        struct queue *own = fixture->queue;
        assert_good(queue_open_reading(&fixture->queue, fixture->folder, &fixture->error));
        AUTO(problems) struct problems *problems = inspect(fixture);
        queue_close(fixture->queue);
        fixture->queue = own;
        if (!has_rule(problems, breaks[i].rule))
            fail_msg("%s: not found, but %zu others", breaks[i].name, problems_count(problems));
        g_free(path);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_queue_at_work_is_sound),
        TEST(each_break_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
