#include "fixture.h"

#include <glib/gstdio.h>

static const struct fate mixed[] = {
    {ON_REFUSED_FOR_GOOD, 550, "5.1.1 no such user"},
    {ON_LOST_AFTER_END, 0, NULL},
    {ON_TAKEN, 250, "2.0.0 ok"},
};
static const struct fate good[] = {{ON_TAKEN, 250, "2.0.0 ok"}};

static void put_original(struct fixture *fixture)
{
    AUTO(text) char *folder = g_build_filename(fixture->publication.folder, "sending", KEY, NULL);
    AUTO(text) char *path = g_build_filename(folder, "a.md", NULL);
    assert_good(folder_make(folder, &fixture->error));
    assert_true(g_file_set_contents(path, "text", -1, NULL));
}

/* An issue that has come to its end and is filed. */
static int64_t end(struct fixture *fixture, int count, const struct fate fates[], size_t fate_count)
{
    int64_t id = admit(fixture, count);
    put_original(fixture);
    assert_good(queue_set_filed(fixture->queue, id, &fixture->error));
    record(fixture, id, fates, fate_count);
    return id;
}

static void report_it(struct fixture *fixture, int64_t id)
{
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    assert_good(report_ended(&fixture->parts, issue, NOON, &fixture->error));
}

/* The notices in the queue, the oldest first; of struct queue_issue. */
static GPtrArray *notices(struct fixture *fixture)
{
    AUTO(array) GPtrArray *open = NULL;
    assert_good(queue_open_issues(fixture->queue, &open, &fixture->error));
    for (guint i = open->len; i > 0; i--)
        if (strcmp(((struct queue_issue *)open->pdata[i - 1])->kind, "notice") != 0)
            g_ptr_array_remove_index(open, i - 1);
    return TAKE(open);
}

static char *letter_of(const struct fixture *fixture, const struct queue_issue *notice)
{
    AUTO(text)
    char *path =
        g_build_filename(fixture->home, "spool", "parcels", notice->parcel, "message.eml", NULL);
    char *content = NULL;
    assert_true(g_file_get_contents(path, &content, NULL, NULL));
    return content;
}

static void all_is_filed_and_mailed(void **state)
{
    struct fixture *fixture = *state;
    report_it(fixture, end(fixture, 5, good, 1));
    AUTO(text) char *page = content_of(fixture, "sent/2023-25/report.html");
    AUTO(text) char *sheet = content_of(fixture, "sent/2023-25/report.csv");
    AUTO(text) char *original = content_of(fixture, "sent/2023-25/a.md");
    assert_string_equal(original, "text");
    assert_says(page, "Should get it: 5; sent: 5; not sent: 0");
    assert_null(strstr(page, "http-equiv=\"refresh\""));
    assert_true(g_str_has_prefix(sheet, "\xef\xbb\xbfMail address,Full name,Job title,Unit,"));
    assert_says(sheet, "\r\nr2@example.org,<张2>,主任,,\"各区科协, 市级学会\",sent,1,");
    AUTO(array) GPtrArray *all = notices(fixture);
    assert_int_equal(all->len, 1);
    const struct queue_issue *notice = all->pdata[0];
    assert_int_equal(notice->counts.recipients, 1);
    assert_string_equal(notice->envelope_from, "weekly@example.org");
    AUTO(text) char *letter = letter_of(fixture, notice);
    assert_says(letter, "Auto-Submitted: auto-replied");
    assert_says(letter, "editor@example.org");
    assert_says(letter, notice->message_id);
    assert_true(strlen(notice->message_id) > 10);
}

static void who_did_not_get_it_is_told_with_the_reason(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = end(fixture, 6, mixed, G_N_ELEMENTS(mixed));
    assert_good(
        queue_settle(fixture->queue, id, "r2@example.org", false, "anna", NOON, &fixture->error));
    bool changed;
    assert_good(queue_conclude(fixture->queue, id, NOON, &changed, &fixture->error));
    report_it(fixture, id);
    AUTO(text) char *page = content_of(fixture, "sent/2023-25/report.html");
    assert_says(page, "not sent: 2 (failed 2, unknown 0, cancelled 0)");
    assert_says(page, "<tr><td>市级学会</td><td class=\"number\">3</td><td "
                      "class=\"number\">2</td><td class=\"number\">1</td>");
    assert_says(page, "&lt;张1&gt; (主任)");
    assert_says(page, "this mailbox does not exist: correct the address in the list");
    assert_says(page, "550 5.1.1 no such user");
    assert_null(strstr(page, "r3@example.org"));
}

static void the_stopped_stand_apart(void **state)
{
    struct fixture *fixture = *state;
    AUTO(address) struct address *address = address_of("r1@example.org");
    assert_good(
        queue_suppress(fixture->queue, address, "已调离", "anna", NOON, 0, NULL, &fixture->error));
    report_it(fixture, end(fixture, 3, good, 1));
    AUTO(text) char *page = content_of(fixture, "sent/2023-25/report.html");
    assert_says(page, "Should get it: 2; sent: 2; not sent: 0");
    assert_says(page, "On the stop list: 1.");
    assert_says(page, "this address is on the stop list: 已调离");
}

static void doing_it_again_mails_nothing_twice(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = end(fixture, 3, good, 1);
    AUTO(queue_issue) struct queue_issue *before = issue_now(fixture, id);
    for (int i = 0; i < 3; i++) /* as after a crash: it was not marked yet */
        assert_good(report_ended(&fixture->parts, before, NOON + i, &fixture->error));
    AUTO(array) GPtrArray *all = notices(fixture);
    assert_int_equal(all->len, 1);
    AUTO(text) char *again = content_of(fixture, "sending/2023-25/report.html");
    AUTO(text) char *page = content_of(fixture, "sent/2023-25/report.html");
    assert_null(again);
    assert_non_null(page);
    AUTO(queue_issue) struct queue_issue *after = issue_now(fixture, id);
    assert_true(after->reported);
}

static void another_end_has_another_report(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = end(fixture, 3, mixed, 1);
    report_it(fixture, id);
    int64_t count;
    assert_good(queue_retry(fixture->queue, id, NULL, "anna", NOON, &count, &fixture->error));
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    assert_false(issue->reported);
    issue->finished_at = NOON + USEC_PER_SEC;
    assert_good(report_ended(&fixture->parts, issue, NOON, &fixture->error));
    AUTO(array) GPtrArray *all = notices(fixture);
    assert_int_equal(all->len, 2);
}

static void a_long_list_is_attached(void **state)
{
    struct fixture *fixture = *state;
    report_it(fixture, end(fixture, 250, mixed, 1));
    AUTO(array) GPtrArray *all = notices(fixture);
    AUTO(text) char *letter = letter_of(fixture, all->pdata[0]);
    assert_says(letter, "2023-25-report.csv");
}

static void what_is_not_filed_waits(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = admit(fixture, 2);
    record(fixture, id, good, 1);
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    assert_false(report_ended(&fixture->parts, issue, NOON, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_TEMPFAIL);
}

static void a_share_that_is_away_keeps_no_mail_back(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = end(fixture, 3, good, 1);
    AUTO(text) char *away = g_build_filename(fixture->home, "away", NULL);
    assert_int_equal(g_rename(fixture->publication.folder, away), 0);
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    assert_false(report_ended(&fixture->parts, issue, NOON, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_NOINPUT);
    error_clear(&fixture->error);
    AUTO(array) GPtrArray *all = notices(fixture);
    assert_int_equal(all->len, 1);
    assert_int_equal(g_rename(away, fixture->publication.folder), 0);
    report_it(fixture, id);
    AUTO(text) char *page = content_of(fixture, "sent/2023-25/report.html");
    AUTO(array) GPtrArray *still = notices(fixture);
    assert_non_null(page);
    assert_int_equal(still->len, 1);
}

static void a_notice_has_no_report(void **state)
{
    struct fixture *fixture = *state;
    report_it(fixture, end(fixture, 3, good, 1));
    AUTO(array) GPtrArray *all = notices(fixture);
    const struct queue_issue *notice = all->pdata[0];
    record(fixture, notice->id, mixed, 1);
    report_it(fixture, notice->id);
    AUTO(array) GPtrArray *left = notices(fixture);
    assert_int_equal(left->len, 0);
}

static void nobody_to_tell_is_no_error(void **state)
{
    struct fixture *fixture = *state;
    g_ptr_array_set_size(fixture->publication.report_to, 0);
    report_it(fixture, end(fixture, 3, good, 1));
    AUTO(array) GPtrArray *all = notices(fixture);
    assert_int_equal(all->len, 0);
}

static void each_hold_is_told_once(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = admit(fixture, 3);
    for (guint hold = 1; hold <= 2; hold++) {
        assert_good(
            queue_hold(fixture->queue, id, HOLD_RELAY, "554 no", "fensongd", &fixture->error));
        AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
        for (int again = 0; again < 2; again++)
            assert_good(report_held(&fixture->parts, issue, NOON, &fixture->error));
        AUTO(array) GPtrArray *all = notices(fixture);
        assert_int_equal(all->len, hold);
        const struct queue_issue *notice = all->pdata[hold - 1];
        assert_int_equal(notice->counts.recipients, 2); /* the administrator too */
        AUTO(text) char *letter = letter_of(fixture, notice);
        assert_says(letter, "Auto-Submitted: auto-generated");
        assert_good(queue_release(fixture->queue, id, "anna", &fixture->error));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_is_filed_and_mailed),        TEST(who_did_not_get_it_is_told_with_the_reason),
        TEST(the_stopped_stand_apart),        TEST(doing_it_again_mails_nothing_twice),
        TEST(another_end_has_another_report), TEST(a_long_list_is_attached),
        TEST(what_is_not_filed_waits),        TEST(a_share_that_is_away_keeps_no_mail_back),
        TEST(a_notice_has_no_report),         TEST(nobody_to_tell_is_no_error),
        TEST(each_hold_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
