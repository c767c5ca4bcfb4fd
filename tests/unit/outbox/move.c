#include "outbox/move.h"
#include "fixture.h"

/* A folder on another file system than the temporary one, or none. */
static char *elsewhere(const struct fixture *fixture)
{
    struct stat here, there;
    if (stat(fixture->home, &here) < 0 || stat("/dev/shm", &there) < 0 ||
        here.st_dev == there.st_dev || access("/dev/shm", W_OK) < 0)
        return NULL;
    return g_mkdtemp(g_strdup("/dev/shm/fensong-move-XXXXXX"));
}

static void a_file_system_away_is_moved_by_copying(void **state)
{
    struct fixture *fixture = *state;
    AUTO(text) char *away = elsewhere(fixture);
    if (!away)
        skip();
    make_folder(fixture, "outbox/第25期/图");
    put(fixture, "outbox/第25期/a.md", "text");
    put(fixture, "outbox/第25期/图/1.png", "picture");
    AUTO(text) char *link = path_in(fixture, "outbox/第25期/link");
    assert_int_equal(symlink("/etc/passwd", link), 0);
    AUTO(text) char *from = path_in(fixture, "outbox/第25期");
    AUTO(text) char *to = g_build_filename(away, "第25期", NULL);
    assert_true(move_durably(from, to, NULL));
    assert_false(is_there(fixture, "outbox/第25期"));

    AUTO(text) char *inner = g_build_filename(to, "图", "1.png", NULL);
    AUTO(text) char *copied_link = g_build_filename(to, "link", NULL);
    AUTO(text) char *content = NULL;
    assert_true(g_file_get_contents(inner, &content, NULL, NULL));
    assert_string_equal(content, "picture");
    assert_int_not_equal(access(copied_link, F_OK), 0);

    AUTO(text) char *back = path_in(fixture, "sent/第25期");
    assert_true(move_durably(to, back, NULL));
    assert_holds(fixture, "sent/第25期/a.md", "text");
    assert_int_equal(rmdir(away), 0); /* nothing is left behind */
}

static void a_name_that_is_taken_stays(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a", "new");
    put(fixture, "outbox/b", "old");
    AUTO(text) char *a = path_in(fixture, "outbox/a");
    AUTO(text) char *b = path_in(fixture, "outbox/b");
    assert_false(rename_to_free_name(a, b));
    assert_int_equal(errno, EEXIST);
    assert_holds(fixture, "outbox/b", "old");
}

static void only_files_with_the_same_octets_are_alike(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a", "text");
    put(fixture, "outbox/b", "text");
    put(fixture, "outbox/c", "texT");
    AUTO(text) char *a = path_in(fixture, "outbox/a");
    AUTO(text) char *b = path_in(fixture, "outbox/b");
    AUTO(text) char *c = path_in(fixture, "outbox/c");
    AUTO(text) char *folder = path_in(fixture, "outbox");
    assert_true(has_same_content(a, b));
    assert_false(has_same_content(a, c));
    assert_false(has_same_content(a, "/nowhere"));
    assert_false(has_same_content(folder, folder));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_system_away_is_moved_by_copying),
        TEST(a_name_that_is_taken_stays),
        TEST(only_files_with_the_same_octets_are_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
