/* What is wrong with a queue is found, each sort by itself; and nothing is where all is well. */
#include "../cases.h"
#include "fixture.h"
#include "queue/check.h"
#include "queue/sql.h"

#include <string.h>

static bool has_rule(const struct problems *problems, const char *rule)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (strcmp(problems_at(problems, i)->rule, rule) == 0)
            return true;
    return false;
}

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

static void check(struct fixture *fixture, struct problems *problems)
{
    struct queue_size size;
    assert_good(queue_check(fixture->queue, &size, problems, &fixture->error));
    assert_int_equal(size.issues, 1);
    assert_int_equal(size.deliveries, 8);
}

static void a_queue_in_the_middle_of_its_work_is_well(void **state)
{
    struct fixture *fixture = *state;
    AUTO(problems) struct problems *problems = problems_new();
    in_the_middle(fixture);
    check(fixture, problems);
    problems_print(problems, PROBLEM, stderr);
    assert_int_equal(problems_count(problems), 0);
}

static void each_sort_of_damage_is_told(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name, *sql;
    } rows[] = {
        {"counts", "UPDATE issue SET sent = sent + 1, queued = queued - 1"},
        {"counts", "UPDATE delivery SET state = 2, sent_at = 1 WHERE id = 8"},
        {"size", "UPDATE issue SET last = last + 1"},
        {"size", "DELETE FROM delivery WHERE id = 8; UPDATE issue SET queued = queued - 1"},
        {"ended", "UPDATE issue SET state = 3"},
        {"cursor", "UPDATE issue SET cursor = 100"},
        {"foreign", "UPDATE delivery SET issue = 7 WHERE id = 8"},
        {"foreign-key", "UPDATE delivery SET issue = 7 WHERE id = 8"},
        {"twice", "UPDATE delivery SET address = 'r1@example.org' WHERE id = 8"},
        {"never-due", "UPDATE delivery SET next_attempt = NULL WHERE state = 3"},
        {"due-and-over", "UPDATE delivery SET next_attempt = 7 WHERE state = 2"},
        {"sent-when", "UPDATE delivery SET sent_at = NULL WHERE state = 2"},
    };
    in_the_middle(fixture);
    sqlite3 *db = fixture->queue->db;
    assert_int_equal(sqlite3_exec(db, "PRAGMA foreign_keys = OFF", NULL, NULL, NULL), SQLITE_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].name);
        AUTO(problems) struct problems *problems = problems_new();
        struct queue_size size;
        assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL), SQLITE_OK);
        assert_good(queue_check(fixture->queue, &size, problems, &fixture->error));
        assert_true(has_rule(problems, rows[i].name));
        assert_int_equal(problems_exit_class(problems), EX_IOERR);
        assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    }
}

static void an_index_that_does_not_fit_its_table_is_told(void **state)
{
    struct fixture *fixture = *state;
    AUTO(problems) struct problems *problems = problems_new();
    in_the_middle(fixture);
    /* What a flipped byte does: the rows say another thing than the index. */
    static const char forge[] =
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX delivery_due ON"
        " delivery (issue, lane, next_attempt) WHERE attempts IS NOT NULL'"
        " WHERE name = 'delivery_due'; PRAGMA writable_schema = RESET";
    assert_int_equal(sqlite3_exec(fixture->queue->db, forge, NULL, NULL, NULL), SQLITE_OK);
    check(fixture, problems);
    assert_true(has_rule(problems, "integrity"));
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
        cmocka_unit_test_setup_teardown(a_queue_in_the_middle_of_its_work_is_well, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(each_sort_of_damage_is_told, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_delivery_that_is_not_as_it_was_accepted_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(an_index_that_does_not_fit_its_table_is_told, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
