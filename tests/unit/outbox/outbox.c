/* On a real event loop; what is asserted is what came and in which order, never when. */
#include "fixture.h"

#include <stdlib.h>

struct seen {
    sd_event *loop;
    struct outbox *outbox;
    GPtrArray *settled; /* of char *: names */
    GPtrArray *items;   /* borrowed, while not released */
    GPtrArray *refused; /* of char *: names */
    char *why;          /* the last one's */
};

static void on_settled(void *user, struct outbox *outbox, const struct outbox_item *item)
{
    struct seen *seen = user;
    assert_ptr_equal(outbox, seen->outbox);
    g_ptr_array_add(seen->settled, g_strdup(item->name));
    g_ptr_array_add(seen->items, (void *)item);
}

static void on_refused(void *user, struct outbox *outbox, const char *name, const struct error *why)
{
    (void)outbox;
    struct seen *seen = user;
    g_ptr_array_add(seen->refused, g_strdup(name));
    g_free(seen->why);
    seen->why = error_line_english(why);
}

static struct seen *start(const struct fixture *fixture)
{
    struct seen *seen = g_new0(struct seen, 1);
    assert_true(sd_event_new(&seen->loop) >= 0);
    seen->settled = g_ptr_array_new_with_free_func(g_free);
    seen->items = g_ptr_array_new();
    seen->refused = g_ptr_array_new_with_free_func(g_free);
    struct outbox_calls calls = {on_settled, on_refused, seen};
    assert_true(outbox_open(&seen->outbox, seen->loop, &fixture->publication, calls, NULL));
    return seen;
}

static void stop(struct seen *seen)
{
    outbox_close(seen->outbox);
    sd_event_unref(seen->loop);
    g_ptr_array_unref(seen->settled);
    g_ptr_array_unref(seen->items);
    g_ptr_array_unref(seen->refused);
    g_free(seen->why);
    g_free(seen);
}

static void turn_for(struct seen *seen, usec_t time)
{
    usec_t end = clock_monotonic() + time;
    for (usec_t now; (now = clock_monotonic()) < end;)
        assert_true(sd_event_run(seen->loop, (uint64_t)(end - now)) >= 0);
}

/* Long enough for whatever would settle wrongly to do so. */
static void turn_a_while(struct seen *seen)
{
    turn_for(seen, 400 * USEC_PER_MSEC);
}

static void turn_until(struct seen *seen, const GPtrArray *array, guint count)
{
    usec_t end = clock_monotonic() + 10 * USEC_PER_SEC;
    while (array->len < count && clock_monotonic() < end)
        assert_true(sd_event_run(seen->loop, 100000) >= 0);
    assert_int_equal(array->len, count);
}

static const struct outbox_item *item_at(const struct seen *seen, guint index)
{
    return seen->items->pdata[index];
}

static void what_lay_there_and_what_comes_is_taken(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "text");
    put(fixture, "outbox/b.md", "text");
    put(fixture, "outbox/~$a.md", "lock");
    struct seen *seen = start(fixture);
    assert_null(outbox_trouble(seen->outbox));
    turn_until(seen, seen->settled, 2);
    assert_string_equal(seen->settled->pdata[0], "a.md");
    assert_string_equal(seen->settled->pdata[1], "b.md");
    put(fixture, "outbox/\xff\n.md", "text");
    turn_until(seen, seen->settled, 3);
    assert_string_equal(seen->settled->pdata[2], "\xff\n.md");
    turn_a_while(seen);
    assert_int_equal(seen->settled->len, 3); /* each once */
    stop(seen);
}

static void the_oldest_comes_first(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/b.md", "text");
    AUTO(text) char *path = path_in(fixture, "outbox/b.md");
    const struct timespec times[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    put(fixture, "outbox/a.md", "text");
    struct seen *seen = start(fixture);
    turn_until(seen, seen->settled, 2);
    assert_string_equal(seen->settled->pdata[0], "b.md");
    assert_string_equal(seen->settled->pdata[1], "a.md");
    stop(seen);
}

static void the_item_is_open_for_reading(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "text");
    struct seen *seen = start(fixture);
    turn_until(seen, seen->settled, 1);
    const struct outbox_item *item = item_at(seen, 0);
    assert_false(item->is_folder);
    AUTO(bytes) GBytes *bytes = NULL;
    assert_true(file_read(&bytes, item->fd, 100, item->name, NULL));
    assert_memory_equal(g_bytes_get_data(bytes, NULL), "text", 4);
    assert_true(outbox_is_unchanged(seen->outbox, item));
    stop(seen);
}

static void what_is_written_to_is_waited_for(void **state)
{
    struct fixture *fixture = *state;
    AUTO(text) char *path = path_in(fixture, "outbox/a.md");
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    assert_int_equal(write(fd, "te", 2), 2);
    struct seen *seen = start(fixture);
    turn_a_while(seen);
    assert_int_equal(seen->settled->len, 0);
    assert_int_equal(write(fd, "xt", 2), 2);
    close(fd);
    turn_until(seen, seen->settled, 1);
    stop(seen);
}

static void what_grows_is_waited_for(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "0");
    AUTO(text) char *path = path_in(fixture, "outbox/a.md");
    struct seen *seen = start(fixture);
    for (int i = 0; i < 10; i++) {
        turn_for(seen, 40 * USEC_PER_MSEC);
        int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
        assert_int_equal(write(fd, "1", 1), 1);
        close(fd);
        assert_int_equal(seen->settled->len, 0);
    }
    turn_until(seen, seen->settled, 1);
    stop(seen);
}

static void a_clock_that_is_wrong_does_not_matter(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "text");
    AUTO(text) char *path = path_in(fixture, "outbox/a.md");
    const struct timespec in_a_year[] = {{time(NULL) + 31536000, 0}, {time(NULL) + 31536000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, in_a_year, 0), 0);
    struct seen *seen = start(fixture);
    turn_until(seen, seen->settled, 1);
    stop(seen);
}

static void what_is_replaced_while_it_is_read_is_seen(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "text");
    struct seen *seen = start(fixture);
    turn_until(seen, seen->settled, 1);
    put(fixture, "outbox/a.md", "TEXT");
    assert_false(outbox_is_unchanged(seen->outbox, item_at(seen, 0)));
    turn_a_while(seen);
    assert_int_equal(seen->settled->len, 1);
    outbox_release(seen->outbox, item_at(seen, 0), 0);
    turn_until(seen, seen->settled, 2);
    assert_true(outbox_is_unchanged(seen->outbox, item_at(seen, 1)));
    stop(seen);
}

static void a_release_that_waits_is_kept(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "text");
    struct seen *seen = start(fixture);
    turn_until(seen, seen->settled, 1);
    outbox_release(seen->outbox, item_at(seen, 0), clock_now() + 600 * USEC_PER_MSEC);
    turn_a_while(seen);
    assert_int_equal(seen->settled->len, 1);
    turn_until(seen, seen->settled, 2);
    stop(seen);
}

static void no_more_than_eight_are_out_at_once(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 10; i++) {
        AUTO(text) char *name = g_strdup_printf("outbox/%d.md", i);
        put(fixture, name, "text");
    }
    struct seen *seen = start(fixture);
    turn_until(seen, seen->settled, 8);
    turn_a_while(seen);
    assert_int_equal(seen->settled->len, 8);
    for (guint i = 0; i < 2; i++) {
        AUTO(text) char *key = g_strdup_printf("2023-%u", i);
        assert_true(outbox_file_sending(&fixture->publication, item_at(seen, i)->name, key, NULL));
        outbox_release(seen->outbox, item_at(seen, i), 0);
    }
    turn_until(seen, seen->settled, 10);
    assert_string_equal(seen->settled->pdata[9], "9.md");
    stop(seen);
}

/* --- refused ------------------------------------------------------------------------------------
 */

static void make_link(const char *path)
{
    assert_int_equal(symlink("/etc/passwd", path), 0);
}

static void make_pipe(const char *path)
{
    assert_int_equal(mkfifo(path, 0666), 0);
}

static void make_empty(const char *path)
{
    assert_true(g_file_set_contents(path, "", 0, NULL));
}

static void make_folder_with_link(const char *path)
{
    AUTO(text) char *inner = g_build_filename(path, "图", NULL);
    AUTO(text) char *link = g_build_filename(inner, "1.png", NULL);
    assert_int_equal(g_mkdir_with_parents(inner, 0770), 0);
    make_link(link);
}

static void make_deep(const char *path)
{
    AUTO(text) char *inner = g_build_filename(path, "1/2/3/4/5/6/7/8/9", NULL);
    assert_int_equal(g_mkdir_with_parents(inner, 0770), 0);
}

static void what_can_never_be_taken_is_refused(void **state)
{
    static const struct {
        const char *name;
        void (*make)(const char *path);
        const char *why;
    } rows[] = {
        {"link", make_link, "x: this is a symbolic link"},
        {"pipe", make_pipe, "x: this is a device, a pipe or a socket"},
        {"empty file", make_empty, "x: this file is empty"},
        {"link in a folder", make_folder_with_link, "x/图/1.png: this is a symbolic link"},
        {"deep folder", make_deep,
         "x/1/2/3/4/5/6/7/8/9: this folder holds too many files, or too many folders in one "
         "another"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *path = path_in(fixture, "outbox/x");
        rows[i].make(path);
        struct seen *seen = start(fixture);
        turn_until(seen, seen->refused, 1);
        assert_string_equal(seen->refused->pdata[0], "x");
        assert_string_equal(seen->why, rows[i].why);
        turn_a_while(seen);
        assert_int_equal(seen->refused->len, 1); /* not again and again */
        assert_int_equal(seen->settled->len, 0);
        stop(seen);
        assert_true(outbox_reject(&fixture->publication, "x", "why", "why", NULL));
    }
}

static void what_can_not_be_read_is_refused(void **state)
{
    struct fixture *fixture = *state;
    if (geteuid() == 0 && seteuid(65534) < 0)
        skip();
    bool was_root = getuid() == 0;
    if (was_root) {
        assert_int_equal(seteuid(0), 0);
        assert_int_equal(chmod(fixture->home, 0755), 0);
        put(fixture, "outbox/a.md", "text");
        AUTO(text) char *outbox = path_in(fixture, "outbox");
        assert_int_equal(chmod(outbox, 0777), 0);
        AUTO(text) char *folder = path_in(fixture, "");
        assert_int_equal(chmod(folder, 0777), 0);
    } else {
        put(fixture, "outbox/a.md", "text");
    }
    AUTO(text) char *path = path_in(fixture, "outbox/a.md");
    assert_int_equal(chmod(path, 0), 0);
    if (was_root)
        assert_int_equal(seteuid(65534), 0);
    struct seen *seen = start(fixture);
    turn_until(seen, seen->refused, 1);
    if (was_root)
        assert_int_equal(seteuid(0), 0);
    assert_string_equal(seen->why, "a.md: the service is not allowed to read this");
    stop(seen);
}

/* --- folders ------------------------------------------------------------------------------------
 */

static void a_folder_is_taken_once_all_in_it_has_settled(void **state)
{
    struct fixture *fixture = *state;
    make_folder(fixture, "outbox/第25期");
    struct seen *seen = start(fixture);
    turn_a_while(seen);
    assert_int_equal(seen->settled->len, 0); /* it is empty: just begun */
    put(fixture, "outbox/第25期/.DS_Store", "litter");
    turn_a_while(seen);
    assert_int_equal(seen->settled->len, 0);
    put(fixture, "outbox/第25期/a.md", "text");
    put(fixture, "outbox/第25期/b.png.part", "half");
    turn_a_while(seen);
    assert_int_equal(seen->settled->len, 0); /* a name in it says that it goes on */
    AUTO(text) char *part = path_in(fixture, "outbox/第25期/b.png.part");
    assert_int_equal(unlink(part), 0);
    turn_until(seen, seen->settled, 1);
    assert_true(item_at(seen, 0)->is_folder);
    assert_true(outbox_is_unchanged(seen->outbox, item_at(seen, 0)));
    put(fixture, "outbox/第25期/a.md", "TEXT");
    assert_false(outbox_is_unchanged(seen->outbox, item_at(seen, 0)));
    stop(seen);
}

static void a_file_in_a_folder_that_is_written_to_is_waited_for(void **state)
{
    struct fixture *fixture = *state;
    make_folder(fixture, "outbox/x/y");
    put(fixture, "outbox/x/a.md", "text");
    AUTO(text) char *path = path_in(fixture, "outbox/x/y/1.png");
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    assert_int_equal(write(fd, "1", 1), 1);
    struct seen *seen = start(fixture);
    turn_a_while(seen);
    assert_int_equal(seen->settled->len, 0);
    close(fd);
    turn_until(seen, seen->settled, 1);
    stop(seen);
}

/* --- an outbox that goes and comes -------------------------------------------------------------
 */

static void a_share_that_comes_back_is_watched_again(void **state)
{
    struct fixture *fixture = *state;
    const char *folder = fixture->publication.folder;
    AUTO(text) char *away = g_build_filename(fixture->home, "away", NULL);
    AUTO(text) char *dropped = g_build_filename(away, "outbox", "a.md", NULL);
    struct seen *seen = start(fixture);
    turn_a_while(seen);
    assert_int_equal(rename(folder, away), 0);
    assert_int_equal(mkdir(folder, 0770), 0); /* the place to mount it on, with nothing there */
    assert_true(g_file_set_contents(dropped, "text", -1, NULL));
    turn_a_while(seen);
    assert_non_null(outbox_trouble(seen->outbox));
    assert_int_equal(seen->settled->len, 0);
    assert_false(is_there(fixture, "outbox")); /* nothing is written beneath the share */

    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rename(away, folder), 0);
    /* In place of waiting for the rescan. */
    outbox_set_publication(seen->outbox, &fixture->publication);
    turn_until(seen, seen->settled, 1);
    assert_null(outbox_trouble(seen->outbox));
    put(fixture, "outbox/b.md", "text");
    turn_until(seen, seen->settled, 2);
    stop(seen);
}

static void an_outbox_without_its_parent_is_trouble_and_no_error(void **state)
{
    struct fixture *fixture = *state;
    struct publication nowhere = fixture->publication;
    AUTO(text) char *folder = g_build_filename(fixture->home, "nowhere", "weekly", NULL);
    nowhere.folder = folder;
    struct fixture elsewhere = {fixture->home, nowhere};
    struct seen *seen = start(&elsewhere);
    assert_non_null(outbox_trouble(seen->outbox));
    assert_int_not_equal(access(folder, F_OK), 0);
    stop(seen);
}

static void an_outbox_that_was_deleted_is_made_again(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "outbox/a.md", "text");
    AUTO(text) char *path = path_in(fixture, "outbox");
    struct seen *seen = start(fixture);
    assert_true(folder_remove(path, NULL));
    turn_a_while(seen);
    assert_null(outbox_trouble(seen->outbox));
    assert_true(is_there(fixture, "outbox"));
    put(fixture, "outbox/b.md", "text");
    turn_until(seen, seen->settled, 1);
    assert_string_equal(seen->settled->pdata[0], "b.md");
    stop(seen);
}

static void missing_folders_are_made_at_the_start(void **state)
{
    struct fixture *fixture = *state;
    assert_true(folder_remove(fixture->publication.folder, NULL));
    struct seen *seen = start(fixture);
    assert_null(outbox_trouble(seen->outbox));
    static const char *const folders[] = {"outbox", "sending", "sent", "rejected"};
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
        assert_true(is_there(fixture, folders[i]));
    stop(seen);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_lay_there_and_what_comes_is_taken),
        TEST(the_item_is_open_for_reading),
        TEST(what_is_written_to_is_waited_for),
        TEST(what_grows_is_waited_for),
        TEST(the_oldest_comes_first),
        TEST(a_clock_that_is_wrong_does_not_matter),
        TEST(what_is_replaced_while_it_is_read_is_seen),
        TEST(a_release_that_waits_is_kept),
        TEST(no_more_than_eight_are_out_at_once),
        TEST(what_can_never_be_taken_is_refused),
        TEST(what_can_not_be_read_is_refused),
        TEST(a_folder_is_taken_once_all_in_it_has_settled),
        TEST(a_file_in_a_folder_that_is_written_to_is_waited_for),
        TEST(a_share_that_comes_back_is_watched_again),
        TEST(an_outbox_without_its_parent_is_trouble_and_no_error),
        TEST(an_outbox_that_was_deleted_is_made_again),
        TEST(missing_folders_are_made_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
