#include "fixture.h"

const struct publication *conf_publication(const struct conf *conf, const char *id);

static const struct fate fates[] = {
    {ON_REFUSED_FOR_GOOD, 550, "5.1.1 no <such> user"},
    {ON_REFUSED_FOR_NOW, 450, "4.2.0 later"},
    {ON_TAKEN, 250, "2.0.0 ok"},
};

static void a_page_says_how_far_it_is(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = admit(fixture, 10);
    record(fixture, id, fates, G_N_ELEMENTS(fates));
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    assert_good(report_status_page(&fixture->parts, issue, NOON, &fixture->error));
    AUTO(text) char *page = content_of(fixture, "sending/2023-25/status.html");
    assert_says(page, "<meta http-equiv=\"refresh\" content=\"5\">");
    assert_says(page, "8 of 10 sent.");
    assert_says(page, "width:80.00%");
    assert_says(page, "<td>各区科协</td>");
    assert_says(page, "<td>市级学会</td>");
    assert_says(page, "&lt;张1&gt; (主任)");
    assert_says(page, "550 5.1.1 no &lt;such&gt; user");
    assert_says(page, "next try:");
    assert_null(strstr(page, "<张"));
    assert_null(strstr(page, "r3@example.org")); /* he has it */
}

static void the_same_is_not_written_again(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = admit(fixture, 2);
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    assert_good(report_status_page(&fixture->parts, issue, NOON, &fixture->error));
    AUTO(text) char *first = content_of(fixture, "sending/2023-25/status.html");
    usec_t later = NOON + USEC_PER_MINUTE;
    assert_good(report_status_page(&fixture->parts, issue, later, &fixture->error));
    AUTO(text) char *second = content_of(fixture, "sending/2023-25/status.html");
    assert_string_equal(first, second);
    record(fixture, id, &fates[1], 1);
    AUTO(queue_issue) struct queue_issue *changed = issue_now(fixture, id);
    assert_good(report_status_page(&fixture->parts, changed, later, &fixture->error));
    AUTO(text) char *third = content_of(fixture, "sending/2023-25/status.html");
    assert_string_not_equal(first, third);
}

static void a_held_one_says_why_and_what_to_do(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = admit(fixture, 2);
    assert_good(
        queue_hold(fixture->queue, id, HOLD_RELAY, "554 <spam>", "fensongd", &fixture->error));
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    assert_good(report_status_page(&fixture->parts, issue, NOON, &fixture->error));
    AUTO(text) char *page = content_of(fixture, "sending/2023-25/status.html");
    assert_says(page, "The mail server refuses the message itself");
    assert_says(page, "554 &lt;spam&gt;");
    assert_says(page, "go on with fensong release");
}

static void long_lists_are_cut(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = admit(fixture, 250);
    record(fixture, id, fates, 1);
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    issue->reported = false;
    assert_good(report_status_page(&fixture->parts, issue, NOON, &fixture->error));
    AUTO(text) char *page = content_of(fixture, "sending/2023-25/status.html");
    assert_says(page, "r200@example.org");
    assert_null(strstr(page, "r201@example.org"));
    assert_says(page, "… and 50 more");
}

static void a_reported_one_has_no_page(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = admit(fixture, 1);
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    issue->reported = true;
    assert_good(report_status_page(&fixture->parts, issue, NOON, &fixture->error));
    AUTO(text) char *page = content_of(fixture, "sending/2023-25/status.html");
    assert_null(page);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_page_says_how_far_it_is),          TEST(the_same_is_not_written_again),
        TEST(a_held_one_says_why_and_what_to_do), TEST(long_lists_are_cut),
        TEST(a_reported_one_has_no_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
