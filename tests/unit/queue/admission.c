/* A parcel that goes in by parts: unseen till the end, whole or not at all, in nobody's way. */
#include "queue/admission.h"
#include "fixture.h"
#include "queue/inspect.h"
#include "queue/sql.h"

#define MANY 20000 /* several pieces of a parcel */

static struct queue_admission *begin(struct fixture *fixture, struct parcel *parcel)
{
    struct queue_admission *admission = NULL;
    int64_t issue = 0;
    assert_good(queue_admission_begin(&admission, fixture->queue, parcel,
                                      parcel_facts(parcel)->issue, UNGUARDED, 1, &issue,
                                      &fixture->error));
    return admission;
}

/* The least that one turn does. */
static int64_t step(struct fixture *fixture, struct queue_admission *admission)
{
    int64_t issue = 0;
    assert_good(queue_admission_step(admission, 1, &issue, &fixture->error));
    return issue;
}

static int64_t finish(struct fixture *fixture, struct queue_admission *admission)
{
    int64_t issue = 0;
    while (!issue)
        issue = step(fixture, admission);
    queue_admission_free(admission);
    return issue;
}

static int64_t rows(struct fixture *fixture, const char *sql)
{
    sqlite3_stmt *row = NULL;
    assert_int_equal(sqlite3_prepare_v2(fixture->queue->db, sql, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    int64_t count = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return count;
}

static int64_t deliveries(struct fixture *fixture)
{
    return rows(fixture, "SELECT count(*) FROM delivery");
}

static void assert_sound(struct fixture *fixture)
{
    AUTO(problems) struct problems *problems = problems_new();
    struct inspected seen;
    assert_good(queue_commit(fixture->queue, &fixture->error));
    assert_good(queue_inspect(fixture->queue, problems, &seen, &fixture->error));
    if (problems_count(problems))
        fail_msg("%s", problems_at(problems, 0)->error.what.english);
}

static void assert_unseen(struct fixture *fixture)
{
    AUTO(array) GPtrArray *issues = NULL, *open = NULL;
    AUTO(queue_issue) struct queue_issue *found = NULL;
    bool has;
    GArray *work = NULL;
    assert_good(queue_issues(fixture->queue, 0, &issues, &fixture->error));
    assert_int_equal(issues->len, 0);
    assert_good(queue_open_issues(fixture->queue, &open, &fixture->error));
    assert_int_equal(open->len, 0);
    assert_good(queue_work(fixture->queue, &work, &fixture->error));
    assert_int_equal(work->len, 0);
    g_array_unref(work);
    assert_good(queue_has_parcel(fixture->queue, "2023-25", &has, &fixture->error));
    assert_false(has);
    assert_false(queue_is_sending(fixture->queue));
    assert_false(queue_find(fixture->queue, "2023-25", &found, &fixture->error));
    error_clear(&fixture->error);
    assert_false(queue_issue(fixture->queue, 1, &found, &fixture->error));
    error_clear(&fixture->error);
}

static void nobody_sees_a_part(void **state)
{
    struct fixture *fixture = *state;
    AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", MANY);
    struct queue_admission *admission = begin(fixture, parcel);
    int parts = 0;
    int64_t issue = 0;
    while (!(issue = step(fixture, admission))) {
        assert_unseen(fixture);
        parts++;
    }
    queue_admission_free(admission);
    assert_true(parts >= 3);
    assert_int_equal(fixture_counts(fixture, issue).queued, MANY);
    assert_sound(fixture);
}

static void what_a_crash_cut_off_is_taken_away_and_admitted_anew(void **state)
{
    struct fixture *fixture = *state;
    for (int turns = 0; turns < 6; turns++) {
        AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", MANY);
        struct queue_admission *admission = begin(fixture, parcel);
        for (int i = 0; i < turns; i++)
            assert_int_equal(step(fixture, admission), 0);
        queue_admission_free(admission);
        fixture_reopen(fixture);
        assert_int_equal(deliveries(fixture), 0);
        assert_int_equal(rows(fixture, "SELECT count(*) FROM issue"), 0);
        assert_int_equal(rows(fixture, "SELECT count(*) FROM issue_group"), 0);
    }
    assert_int_equal(fixture_counts(fixture, fixture_admit(fixture, "2023-25", MANY)).queued, MANY);
    assert_sound(fixture);
}

/* Without a restart: the next one takes it away, in parts too. */
static void what_was_broken_off_is_in_nobodys_way(void **state)
{
    struct fixture *fixture = *state;
    AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", MANY);
    struct queue_admission *admission = begin(fixture, parcel);
    for (int i = 0; i < 3; i++)
        (void)step(fixture, admission);
    queue_admission_free(admission);
    assert_true(deliveries(fixture) > 0);
    int64_t issue = finish(fixture, begin(fixture, parcel));
    assert_int_equal(fixture_counts(fixture, issue).queued, MANY);
    assert_int_equal(deliveries(fixture), MANY);
    assert_sound(fixture);
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

/* Claims and outcomes that are not yet committed, and another admission, between its parts. */
static void others_go_on_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    int64_t small = fixture_admit(fixture, "2023-24", 100);
    AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", MANY);
    struct queue_admission *admission = begin(fixture, parcel);
    int64_t issue = 0, notice = 0;
    int taken = 0;
    while (!issue) {
        claim_and_take(fixture, small);
        if (++taken == 2)
            notice = fixture_admit(fixture, "notice", 10);
        issue = step(fixture, admission);
    }
    queue_admission_free(admission);
    assert_int_equal(fixture_counts(fixture, small).sent, taken);
    assert_int_equal(fixture_counts(fixture, notice).queued, 10);
    assert_int_equal(fixture_counts(fixture, issue).queued, MANY);
    claim_and_take(fixture, issue);
    assert_sound(fixture);
    fixture_reopen(fixture);
    assert_int_equal(fixture_counts(fixture, small).sent, taken);
    assert_int_equal(fixture_counts(fixture, issue).queued, MANY - 1);
}

static void the_same_issue_is_refused_at_the_start(void **state)
{
    struct fixture *fixture = *state;
    int64_t first = fixture_admit(fixture, "2023-25", 3), same = 0;
    AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", 4);
    struct queue_admission *admission = NULL;
    assert_false(queue_admission_begin(&admission, fixture->queue, parcel, "again", UNGUARDED, 1,
                                       &same, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_DATAERR);
    assert_int_equal(same, first);
    error_clear(&fixture->error);
}

/* --- what fails ---------------------------------------------------------------------------------
 */

static void fails_with(struct fixture *fixture, struct parcel *parcel, int exit_class)
{
    struct queue_admission *admission = begin(fixture, parcel);
    int64_t issue = 0;
    while (queue_admission_step(admission, 1, &issue, &fixture->error))
        assert_int_equal(issue, 0);
    assert_int_equal(fixture->error.exit_class, exit_class);
    error_clear(&fixture->error);
    queue_admission_free(admission);
}

/* The whole takes some 300. */
static void limit_pages(struct fixture *fixture, int64_t more)
{
    char sql[64];
    int64_t now = rows(fixture, "PRAGMA page_count");
    g_snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld", (long long)(now + more));
    assert_int_equal(sqlite3_exec(fixture->queue->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void a_full_disk_takes_back_the_admission_alone(void **state)
{
    struct fixture *fixture = *state;
    int64_t small = fixture_admit(fixture, "2023-24", 100);
    AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", MANY);
    for (int room = 1; room <= 181; room += 60) {
        limit_pages(fixture, room);
        claim_and_take(fixture, small);
        fails_with(fixture, parcel, EX_TEMPFAIL);
        assert_false(queue_has_failed(fixture->queue));
        assert_int_equal(deliveries(fixture), 100);
        claim_and_take(fixture, small);
        assert_sound(fixture);
        limit_pages(fixture, 1000000);
    }
    assert_int_equal(fixture_counts(fixture, small).sent, 8);
    int64_t issue = finish(fixture, begin(fixture, parcel));
    assert_int_equal(fixture_counts(fixture, issue).queued, MANY);
    assert_sound(fixture);
}

static void write_over(struct parcel *parcel, const char *from, const char *to)
{
    AUTO(text) char *path = g_build_filename(parcel_path(parcel), "recipients.csv", NULL);
    AUTO(text) char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    char *at = strstr(text, from);
    assert_non_null(at);
    memcpy(at, to, strlen(to));
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void a_parcel_that_is_not_what_was_written_is_taken_back(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name, *from, *to;
    } rows_of[] = {
        {"another recipient", "r19999@example.org", "x19999@example.org"},
        {"a recipient twice, in one part", "r2@example.org", "r1@example.org"},
        {"a recipient twice, far apart", "r19999@example.org", "r10999@example.org"},
        {"no address", "r15000@example.org", "r15000 example.org"},
        {"two rows in one", "\r\nr17000@", ",,r17000@"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows_of); i++) {
        print_message("  %s\n", rows_of[i].name);
        AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", MANY);
        write_over(parcel, rows_of[i].from, rows_of[i].to);
        fails_with(fixture, parcel, EX_DATAERR);
        assert_int_equal(deliveries(fixture), 0);
        assert_unseen(fixture);
    }
}

/* --- the stop list -----------------------------------------------------------------------------
 */

static void suppress(struct fixture *fixture, const char *text)
{
    AUTO(address) struct address *address = NULL;
    assert_good(address_parse(&address, text, NOWHERE, NULL, &fixture->error));
    assert_good(queue_suppress(fixture->queue, address, "moved", "zhang", 1, 0, NULL,
                               &fixture->error));
}

static void who_is_stopped_meanwhile_is_stopped(void **state)
{
    struct fixture *fixture = *state;
    AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", MANY);
    suppress(fixture, "r7@example.org");
    struct queue_admission *admission = begin(fixture, parcel);
    for (int i = 0; i < 3; i++)
        (void)step(fixture, admission);
    suppress(fixture, "r1@example.org");
    suppress(fixture, "r20000@example.org");
    suppress(fixture, "stranger@example.org");
    int64_t issue = finish(fixture, admission);
    assert_int_equal(fixture_counts(fixture, issue).suppressed, 3);
    assert_sound(fixture);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(nobody_sees_a_part),
        TEST(what_a_crash_cut_off_is_taken_away_and_admitted_anew),
        TEST(what_was_broken_off_is_in_nobodys_way),
        TEST(others_go_on_meanwhile),
        TEST(the_same_issue_is_refused_at_the_start),
        TEST(a_full_disk_takes_back_the_admission_alone),
        TEST(a_parcel_that_is_not_what_was_written_is_taken_back),
        TEST(who_is_stopped_meanwhile_is_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
