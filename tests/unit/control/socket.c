#include "control/socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

#define NO_GROUP ((gid_t)-1)

static int make_folder(void **state)
{
    *state = g_dir_make_tmp("fensong-socket-XXXXXX", NULL);
    return *state ? 0 : -1;
}

static int remove_folder(void **state)
{
    bool removed = folder_remove(*state, NULL);
    g_free(*state);
    return removed ? 0 : -1;
}

static void only_user_and_group_can_connect(void **state)
{
    AUTO(text) char *path = g_build_filename(*state, "run", "control", NULL);
    AUTO(fd) int fd = -1;
    struct stat status;
    assert_true(socket_listen(&fd, path, getgid(), NULL));
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 07777, 0660);
    assert_int_equal(status.st_gid, getgid());
}

static void what_a_dead_daemon_left_is_replaced(void **state)
{
    AUTO(text) char *path = g_build_filename(*state, "control", NULL);
    int fd = -1;
    assert_true(socket_listen(&fd, path, NO_GROUP, NULL));
    close(fd);
    AUTO(fd) int again = -1;
    assert_true(socket_listen(&again, path, NO_GROUP, NULL));
}

static void a_living_daemon_is_not_replaced(void **state)
{
    AUTO(text) char *path = g_build_filename(*state, "control", NULL);
    AUTO(error) struct error error = {0};
    AUTO(fd) int fd = -1;
    int second = -1;
    assert_true(socket_listen(&fd, path, NO_GROUP, NULL));
    assert_false(socket_listen(&second, path, NO_GROUP, &error));
    assert_int_equal(error.exit_class, EX_TEMPFAIL);
    assert_int_equal(second, -1);
}

static void another_file_is_not_replaced(void **state)
{
    AUTO(text) char *path = g_build_filename(*state, "control", NULL);
    AUTO(error) struct error error = {0};
    int fd = -1;
    assert_true(g_file_set_contents(path, "precious", -1, NULL));
    assert_false(socket_listen(&fd, path, NO_GROUP, &error));
    assert_int_equal(error.exit_class, EX_CONFIG);
    assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
}

static void a_path_too_long_is_told(void **state)
{
    AUTO(text) char *name = g_strnfill(120, 'x');
    AUTO(text) char *path = g_build_filename(*state, name, NULL);
    AUTO(error) struct error error = {0};
    int fd = -1;
    assert_false(socket_listen(&fd, path, NO_GROUP, &error));
    assert_int_equal(error.exit_class, EX_CONFIG);
    assert_non_null(strstr(error.what.english, "107"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_user_and_group_can_connect), TEST(what_a_dead_daemon_left_is_replaced),
        TEST(a_living_daemon_is_not_replaced), TEST(another_file_is_not_replaced),
        TEST(a_path_too_long_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
