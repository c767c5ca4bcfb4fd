/* A queue that reads well, and is not what was accepted, is refused. */
#include "../cases.h"
#include "fixture.h"
#include "queue/sql.h"
#include "queue/verify.h"

#include <string.h>

static void outcome(struct fixture *fixture, int64_t issue, int64_t delivery,
                    enum delivery_event event, usec_t next)
{
    struct outcome one = {.delivery = delivery,
                          .issue = issue,
                          .event = event,
                          .at = 5,
                          .next_attempt = next,
                          .counts = true};
    assert_good(queue_record(fixture->queue, &one, &fixture->error));
}

/* An issue with a delivery in each of the usual states, one of them in flight. */
static int64_t in_the_middle(struct fixture *fixture)
{
    struct claim claims[5];
    size_t claimed;
    int64_t issue = fixture_admit(fixture, "2023-25", 8);
    assert_good(queue_claim_first(fixture->queue, issue, 5, claims, &claimed, &fixture->error));
    assert_int_equal(claimed, 5);
    outcome(fixture, issue, claims[0].delivery, ON_TAKEN, 0);
    outcome(fixture, issue, claims[1].delivery, ON_REFUSED_FOR_NOW, 1000);
    outcome(fixture, issue, claims[2].delivery, ON_REFUSED_FOR_GOOD, 0);
    outcome(fixture, issue, claims[3].delivery, ON_LOST_AFTER_END, 1000);
    for (size_t i = 0; i < claimed; i++)
        claim_clear(&claims[i]);
    assert_good(queue_commit(fixture->queue, &fixture->error));
    return issue;
}

/* What SQLite can't know: a row that reads well and is another one than it was. */
static void a_delivery_that_is_not_as_it_was_accepted_is_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name, *sql, *words; /* words NULL: all is well */
    } rows[] = {
        {"nothing", "SELECT 1", NULL},
        {"another address", "UPDATE delivery SET address = 'r9@example.org' WHERE id = 8",
         "delivery 8"},
        {"another name", "UPDATE delivery SET name = 'x' WHERE id = 1", "delivery 1"},
        {"other groups", "UPDATE delivery SET groups = 'al' WHERE id = 2", "delivery 2"},
        {"another id", "UPDATE delivery SET id = 20 WHERE id = 3", "delivery 3"},
        {"another issue", "UPDATE delivery SET issue = 2 WHERE id = 4", "delivery 4"},
        {"no such state", "UPDATE delivery SET state = 77 WHERE id = 5", "delivery 5"},
        {"sent, by one octet", "UPDATE delivery SET state = 2 WHERE id = 8", "counts"},
        {"queued, by one octet", "UPDATE delivery SET state = 0, next_attempt = 1 WHERE id = 1",
         "counts"},
        {"gone", "DELETE FROM delivery WHERE id = 8", "delivery 8"},
    };
    in_the_middle(fixture);
    sqlite3 *db = fixture->queue->db;
    assert_int_equal(sqlite3_exec(db, "PRAGMA foreign_keys = OFF", NULL, NULL, NULL), SQLITE_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].name);
        AUTO(error) struct error error = {0};
        assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(queue_verify(fixture->queue, fixture->parcels, &error), !rows[i].words);
        if (rows[i].words) {
            assert_int_equal(error.exit_class, EX_IOERR);
            assert_non_null(strstr(error.what.english, rows[i].words));
        }
        assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    }
    AUTO(error) struct error error = {0};
    assert_true(queue_verify(fixture->queue, "/nowhere", &error)); /* left to who needs it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_delivery_that_is_not_as_it_was_accepted_is_refused,
                                        fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
