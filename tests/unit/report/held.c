/* What people are told of an issue that the guard holds. */
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
    AUTO(text) char *letter = letter_of(fixture, notice);
    assert_says(letter, "admin@example.org");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_guard_hold_goes_to_editor_and_admins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
