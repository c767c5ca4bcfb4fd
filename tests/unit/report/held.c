/* What people are told of an issue that the guard holds, and of lists that can't be used. */
#include "fixture.h"
#include "queue/guard.h"

static struct queue_issue *only_notice(struct fixture *fixture)
{
    AUTO(array) GPtrArray *open = NULL;
    assert_good(queue_open_issues(fixture->queue, &open, &fixture->error));
    for (guint i = 0; i < open->len; i++)
        if (strcmp(((struct queue_issue *)open->pdata[i])->kind, "notice") == 0)
            return g_ptr_array_steal_index(open, i);
    return NULL;
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

static guint notice_count(struct fixture *fixture)
{
    AUTO(array) GPtrArray *open = NULL;
    guint count = 0;
    assert_good(queue_open_issues(fixture->queue, &open, &fixture->error));
    for (guint i = 0; i < open->len; i++)
        count += strcmp(((struct queue_issue *)open->pdata[i])->kind, "notice") == 0;
    return count;
}

static void a_guard_hold_goes_to_editor_and_admins(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = admit(fixture, 9);
    assert_good(queue_hold(fixture->queue, id, HOLD_GUARD, "all 40 → 9 (+0 -31)", "fensongd",
                           &fixture->error));
    AUTO(queue_issue) struct queue_issue *issue = issue_now(fixture, id);
    for (int twice = 0; twice < 2; twice++)
        assert_good(report_held(&fixture->parts, issue, NOON, &fixture->error));
    assert_int_equal(notice_count(fixture), 1);
    AUTO(queue_issue) struct queue_issue *notice = only_notice(fixture);
    assert_int_equal(notice->counts.recipients, fixture->publication.report_to->len + 1);
}

static void troubles_of_lists_go_to_the_admins_once_a_day(void **state)
{
    struct fixture *fixture = *state;
    const char *troubles = "a.csv:2: this mail address has no @: nobody\n    correct it\n";
    for (int hour = 0; hour < 3; hour++)
        assert_good(report_list_troubles(&fixture->parts, troubles,
                                         NOON + hour * 60 * USEC_PER_MINUTE, &fixture->error));
    assert_int_equal(notice_count(fixture), 1);
    AUTO(queue_issue) struct queue_issue *notice = only_notice(fixture);
    AUTO(text) char *letter = letter_of(fixture, notice);
    assert_says(letter, "admin@example.org");
    assert_good(report_list_troubles(&fixture->parts, "b.csv:3: another\n", NOON, &fixture->error));
    assert_good(report_list_troubles(&fixture->parts, troubles, NOON + 24 * 60 * USEC_PER_MINUTE,
                                     &fixture->error));
    assert_int_equal(notice_count(fixture), 3);
}

static void without_admins_nobody_is_told(void **state)
{
    struct fixture *fixture = *state;
    g_ptr_array_set_size(fixture->conf.admins, 0);
    assert_good(report_list_troubles(&fixture->parts, "x\n", NOON, &fixture->error));
    assert_int_equal(notice_count(fixture), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_guard_hold_goes_to_editor_and_admins),
        TEST(troubles_of_lists_go_to_the_admins_once_a_day),
        TEST(without_admins_nobody_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
