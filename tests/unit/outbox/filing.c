#include "fixture.h"

#define KEY "2023-25"

static void sending_holds_the_original(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/动态.md", "text");
    assert_true(outbox_file_sending(&fixture->publication, "动态.md", KEY, NULL));
    assert_false(is_there(fixture, "outbox/动态.md"));
    assert_holds(fixture, "sending/2023-25/动态.md", "text");
    /* Once more, as after a crash. */
    assert_true(outbox_file_sending(&fixture->publication, "动态.md", KEY, NULL));
    assert_holds(fixture, "sending/2023-25/动态.md", "text");
}

static void a_copy_that_a_crash_left_is_taken_away(void **state)
{
    struct fixture *fixture = *state;
    make_folder(fixture, "sending/2023-25");
    put(fixture, "sending/2023-25/a.md", "text");
    put(fixture, "outbox/a.md", "text");
    assert_true(outbox_file_sending(&fixture->publication, "a.md", KEY, NULL));
    assert_false(is_there(fixture, "outbox/a.md"));
}

static void another_text_of_that_name_is_another_drop(void **state)
{
    struct fixture *fixture = *state;
    make_folder(fixture, "sending/2023-25");
    put(fixture, "sending/2023-25/a.md", "text");
    put(fixture, "outbox/a.md", "another");
    assert_true(outbox_file_sending(&fixture->publication, "a.md", KEY, NULL));
    assert_holds(fixture, "sending/2023-25/a.md", "text");
    assert_holds(fixture, "outbox/a.md", "another");
}

static void a_folder_is_filed_whole(void **state)
{
    struct fixture *fixture = *state;
    make_folder(fixture, "outbox/第25期/图");
    put(fixture, "outbox/第25期/a.md", "text");
    put(fixture, "outbox/第25期/图/1.png", "picture");
    assert_true(outbox_file_sending(&fixture->publication, "第25期", KEY, NULL));
    assert_holds(fixture, "sending/2023-25/第25期/图/1.png", "picture");
    assert_false(is_there(fixture, "outbox/第25期"));
}

static void what_is_nowhere_can_not_be_filed(void **state)
{
    struct fixture *fixture = *state;
    AUTO(error) struct error error = {0};
    assert_false(outbox_file_sending(&fixture->publication, "a.md", KEY, &error));
    assert_int_equal(error.exit_class, EX_NOINPUT);
}

static void no_name_leads_elsewhere(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "text");
    assert_false(outbox_file_sending(&fixture->publication, "a.md", "../../x", NULL));
    assert_false(outbox_file_sending(&fixture->publication, "../a.md", KEY, NULL));
    assert_false(outbox_write_sending(&fixture->publication, "..", "status.html", "x", 1, NULL));
    assert_holds(fixture, "outbox/a.md", "text");
}

static void a_share_that_is_away_is_not_written_beneath(void **state)
{
    struct fixture *fixture = *state;
    AUTO(error) struct error error = {0};
    assert_true(folder_remove(fixture->publication.folder, NULL));
    make_folder(fixture, "");
    assert_false(outbox_write_sending(&fixture->publication, KEY, "status.html", "x", 1, &error));
    assert_int_equal(error.exit_class, EX_NOINPUT);
    assert_false(is_there(fixture, "sending"));
}

static void sent_is_without_the_pages_of_progress(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "text");
    assert_true(outbox_file_sending(&fixture->publication, "a.md", KEY, NULL));
    static const char *const files[] = {"status.html", "preview.html", "report.html"};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        assert_true(outbox_write_sending(&fixture->publication, KEY, files[i], files[i], 11, NULL));
    for (int again = 0; again < 2; again++) {
        assert_true(outbox_file_sent(&fixture->publication, KEY, NULL));
        assert_false(is_there(fixture, "sending/2023-25"));
        assert_holds(fixture, "sent/2023-25/a.md", "text");
        assert_holds(fixture, "sent/2023-25/report.html", "report.html");
        assert_false(is_there(fixture, "sent/2023-25/status.html"));
        assert_false(is_there(fixture, "sent/2023-25/preview.html"));
    }
}

static void a_second_report_replaces_the_first(void **state)
{
    struct fixture *fixture = *state;
    make_folder(fixture, "sent/2023-25/第25期");
    put(fixture, "sent/2023-25/第25期/a.md", "text");
    put(fixture, "sent/2023-25/report.html", "old");
    make_folder(fixture, "sending/2023-25/第25期");
    put(fixture, "sending/2023-25/report.html", "new");
    put(fixture, "sending/2023-25/status.html", "x");
    assert_true(outbox_file_sent(&fixture->publication, KEY, NULL));
    assert_holds(fixture, "sent/2023-25/report.html", "new");
    assert_holds(fixture, "sent/2023-25/第25期/a.md", "text");
    assert_false(is_there(fixture, "sent/2023-25/status.html"));
    assert_false(is_there(fixture, "sending/2023-25"));
}

static void rejected_says_why(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "text");
    assert_true(
        outbox_reject(&fixture->publication, "a.md", "第 1 行\n改好\r\n", "<p>1</p>", NULL));
    assert_false(is_there(fixture, "outbox/a.md"));
    assert_holds(fixture, "rejected/a.md/a.md", "text");
    assert_holds(fixture, "rejected/a.md/why.txt", "\xef\xbb\xbf第 1 行\r\n改好\r\n");
    assert_holds(fixture, "rejected/a.md/why.html", "<p>1</p>");
}

static void a_second_of_the_name_gets_a_number(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 3; i++) {
        put(fixture, "outbox/a.md", "text");
        assert_true(outbox_reject(&fixture->publication, "a.md", "why", "why", NULL));
    }
    assert_holds(fixture, "rejected/a.md (2)/a.md", "text");
    assert_holds(fixture, "rejected/a.md (3)/a.md", "text");
    assert_false(is_there(fixture, "rejected/a.md (4)"));
}

static void a_folder_without_its_original_is_used_again(void **state)
{
    struct fixture *fixture = *state;
    make_folder(fixture, "rejected/a.md");
    put(fixture, "rejected/a.md/why.txt", "old");
    put(fixture, "outbox/a.md", "text");
    assert_true(outbox_reject(&fixture->publication, "a.md", "new", "new", NULL));
    assert_holds(fixture, "rejected/a.md/why.txt", "\xef\xbb\xbfnew");
    assert_false(is_there(fixture, "rejected/a.md (2)"));
}

static void what_was_taken_back_leaves_no_trace(void **state)
{
    struct fixture *fixture = *state;
    assert_true(outbox_reject(&fixture->publication, "a.md", "why", "why", NULL));
    assert_false(is_there(fixture, "rejected/a.md"));
}

static void a_link_is_taken_away_and_not_followed(void **state)
{
    struct fixture *fixture = *state;
    AUTO(text) char *link = path_in(fixture, "outbox/link.md");
    AUTO(text) char *target = g_build_filename(fixture->home, "secret", NULL);
    assert_true(g_file_set_contents(target, "secret", -1, NULL));
    assert_int_equal(symlink(target, link), 0);
    assert_true(outbox_reject(&fixture->publication, "link.md", "why", "why", NULL));
    assert_false(is_there(fixture, "outbox/link.md"));
    assert_false(is_there(fixture, "rejected/link.md/link.md"));
    assert_true(is_there(fixture, "rejected/link.md/why.txt"));
    assert_int_equal(access(target, F_OK), 0);
}

static void an_original_named_like_the_reason_keeps_both(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/why.txt", "text");
    assert_true(outbox_reject(&fixture->publication, "why.txt", "why", "why", NULL));
    assert_holds(fixture, "rejected/why.txt/original-why.txt", "text");
    assert_holds(fixture, "rejected/why.txt/why.txt", "\xef\xbb\xbfwhy");
}

static void any_octets_can_be_a_name(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/\xff\n.md", "text");
    assert_true(outbox_reject(&fixture->publication, "\xff\n.md", "why", "why", NULL));
    assert_holds(fixture, "rejected/\xff\n.md/\xff\n.md", "text");
}

static void a_drop_appears_whole_under_a_free_name(void **state)
{
    struct fixture *fixture = *state;
    AUTO(bytes) GBytes *content = g_bytes_new("text", 4);
    assert_true(outbox_drop(&fixture->publication, "a.md", content, NULL));
    assert_true(outbox_drop(&fixture->publication, "a.md", content, NULL));
    assert_holds(fixture, "outbox/a.md", "text");
    assert_holds(fixture, "outbox/a (2).md", "text");
    AUTO(text) char *outbox = path_in(fixture, "outbox");
    GDir *dir = g_dir_open(outbox, 0, NULL);
    int count = 0;
    while (g_dir_read_name(dir))
        count++;
    g_dir_close(dir);
    assert_int_equal(count, 2);
}

static void a_drop_that_would_be_passed_over_is_refused(void **state)
{
    struct fixture *fixture = *state;
    AUTO(error) struct error error = {0};
    AUTO(bytes) GBytes *content = g_bytes_new("text", 4);
    assert_false(outbox_drop(&fixture->publication, ".a.md", content, &error));
    assert_int_equal(error.exit_class, EX_DATAERR);
    assert_false(outbox_drop(&fixture->publication, "../a.md", content, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sending_holds_the_original),
        TEST(a_copy_that_a_crash_left_is_taken_away),
        TEST(another_text_of_that_name_is_another_drop),
        TEST(a_folder_is_filed_whole),
        TEST(what_is_nowhere_can_not_be_filed),
        TEST(no_name_leads_elsewhere),
        TEST(a_share_that_is_away_is_not_written_beneath),
        TEST(sent_is_without_the_pages_of_progress),
        TEST(a_second_report_replaces_the_first),
        TEST(rejected_says_why),
        TEST(a_second_of_the_name_gets_a_number),
        TEST(a_folder_without_its_original_is_used_again),
        TEST(what_was_taken_back_leaves_no_trace),
        TEST(a_link_is_taken_away_and_not_followed),
        TEST(an_original_named_like_the_reason_keeps_both),
        TEST(any_octets_can_be_a_name),
        TEST(a_drop_appears_whole_under_a_free_name),
        TEST(a_drop_that_would_be_passed_over_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
