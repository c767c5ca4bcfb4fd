/* Files: bounded reading, durable writing, hashes. */
#include "../cases.h"
#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

static int setup(void **state)
{
    *state = g_dir_make_tmp("fensong-file-XXXXXX", NULL);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    bool removed = folder_remove(*state, NULL);
    g_free(*state);
    return removed ? 0 : -1;
}

static char *in(void **state, const char *name)
{
    return g_build_filename(*state, name, NULL);
}

static void a_file_is_written_whole_and_read_again(void **state)
{
    AUTO(text) char *path = in(state, "a");
    AUTO(bytes) GBytes *bytes = NULL;
    AUTO(error) struct error error = {0};
    assert_true(file_write_durably(path, "one", 3, &error));
    assert_true(file_write_durably(path, "second", 6, &error));
    assert_true(file_load(&bytes, path, 6, &error));
    assert_memory_equal(g_bytes_get_data(bytes, NULL), "second", 6);
    AUTO(text) char *temporary = in(state, ".a.tmp");
    assert_int_equal(access(temporary, F_OK), -1);
}

static void what_is_too_large_is_refused(void **state)
{
    AUTO(text) char *path = in(state, "a");
    GBytes *bytes = NULL;
    AUTO(error) struct error error = {0};
    assert_true(file_write_durably(path, "1234567", 7, &error));
    assert_false(file_load(&bytes, path, 6, &error));
    assert_int_equal(error.exit_class, EX_DATAERR);
}

static void links_and_folders_are_no_files(void **state)
{
    AUTO(text) char *link = in(state, "link");
    GBytes *bytes = NULL;
    AUTO(error) struct error error = {0}, second = {0}, third = {0};
    assert_int_equal(symlink("/etc/passwd", link), 0);
    assert_false(file_load(&bytes, link, 1 << 20, &error));
    assert_false(file_load(&bytes, *state, 1 << 20, &second));
    AUTO(text) char *fifo = in(state, "fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_false(file_load(&bytes, fifo, 1 << 20, &third));
    assert_int_equal(third.exit_class, EX_DATAERR);
}

static void folders_come_and_go(void **state)
{
    AUTO(text) char *path = in(state, "x/y/z"), *top = in(state, "x");
    AUTO(error) struct error error = {0};
    assert_true(folder_make(path, &error));
    assert_true(folder_sync(path, &error));
    assert_true(folder_remove(top, &error));
    assert_true(folder_remove(top, &error)); /* gone already */
    assert_false(folder_sync(top, &error));
    assert_int_equal(error.exit_class, EX_NOINPUT);
}

static void a_hash_is_of_the_octets(void **state)
{
    AUTO(text) char *path = in(state, "a"), *hex = NULL;
    AUTO(error) struct error error = {0};
    assert_true(file_write_durably(path, "abc", 3, &error));
    AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(file_sha256(&hex, fd, path, &error));
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_written_whole_and_read_again), TEST(what_is_too_large_is_refused),
        TEST(links_and_folders_are_no_files), TEST(folders_come_and_go),
        TEST(a_hash_is_of_the_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
