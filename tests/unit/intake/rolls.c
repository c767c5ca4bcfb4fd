/* From lists to what the queue knows of the groups. */
#include "intake/rolls.h"

#include "../people/folder.h"

struct fixture {
    char *home, *groups, *out;
    struct queue *queue;
    struct error error;
};

static int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    fixture->home = g_dir_make_tmp("fensong-rolls-XXXXXX", NULL);
    fixture->groups = g_build_filename(fixture->home, "groups.d", NULL);
    fixture->out = g_build_filename(fixture->home, "out", NULL);
    *state = fixture;
    return folder_make(fixture->groups, &fixture->error) &&
                   queue_open(&fixture->queue, fixture->home, &fixture->error)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    queue_close(fixture->queue);
    bool removed = folder_remove(fixture->home, NULL);
    g_free(fixture->home);
    g_free(fixture->groups);
    g_free(fixture->out);
    g_free(fixture);
    return removed ? 0 : -1;
}

static void put(const struct fixture *fixture, const char *name, const char *text)
{
    AUTO(text) char *path = g_build_filename(fixture->groups, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* Looks at the lists; how many changes were noted. */
static int64_t look(struct fixture *fixture, usec_t at)
{
    AUTO(people) struct people *people = people_of(fixture->groups);
    AUTO(error) struct error error = {0};
    int64_t changes = -1;
    assert_true(folder_remove(fixture->out, NULL));
    assert_true(rolls_write(people, fixture->out, &error));
    assert_true(rolls_note(fixture->queue, fixture->out, at, &changes, &error));
    return changes;
}

static char *last_change(struct fixture *fixture, const char *of)
{
    AUTO(array) GPtrArray *changes = NULL;
    const struct roll_question question = {of && !strchr(of, '@') ? of : NULL,
                                           of && strchr(of, '@') ? of : NULL, NULL};
    assert_true(queue_roll_changes(fixture->queue, &question, &changes, &fixture->error));
    if (!changes->len)
        return g_strdup("none");
    const struct roll_change *one = changes->pdata[changes->len - 1];
    return g_strdup_printf("%lld %s %s %s %s", (long long)one->at, one->what, one->address,
                           one->name ? one->name : "-", one->list);
}

#define GROUP "name = \"G\"; lists = [ \"g.csv\" ];"

static void a_change_is_noted_with_its_list(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "g.conf", GROUP);
    put(fixture, "g.csv", "address,name\na@b.org,A\n");
    (void)look(fixture, 5);
    put(fixture, "g.csv", "address,name\na@b.org,A\nn@b.org,=N\n");
    assert_int_equal(look(fixture, 7), 1);
    AUTO(text) char *change = last_change(fixture, "g");
    assert_string_equal(change, "7 added n@b.org =N g.csv");
}

static void another_order_or_name_is_no_change(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "g.conf", GROUP);
    put(fixture, "g.csv", "address,name\na@b.org,A\nc@b.org,C\n");
    (void)look(fixture, 5);
    put(fixture, "g.csv", "name,address\nX,c@b.org\n\n,a@b.org\n");
    assert_int_equal(look(fixture, 7), 0);
    AUTO(text) char *change = last_change(fixture, "g");
    assert_string_equal(change, "none");
}

static void a_list_that_cant_be_read_makes_nobody_go(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "g.conf", GROUP);
    put(fixture, "g.csv", "address,name\na@b.org,A\n");
    (void)look(fixture, 5);
    put(fixture, "g.csv", "address,name\nnobody\n");
    assert_int_equal(look(fixture, 7), 0);
    AUTO(text) char *change = last_change(fixture, "a@b.org");
    assert_string_equal(change, "5 first seen a@b.org A g.csv");
}

static void a_group_without_its_file_is_gone(void **state)
{
    struct fixture *fixture = *state;
    AUTO(text) char *path = g_build_filename(fixture->groups, "g.conf", NULL);
    put(fixture, "g.conf", "name = \"G\"; members = ( { address = \"a@b.org\"; } );");
    (void)look(fixture, 5);
    assert_int_equal(unlink(path), 0);
    (void)look(fixture, 7);
    AUTO(text) char *change = last_change(fixture, "a@b.org");
    assert_string_equal(change, "7 gone a@b.org - g.conf");
}

static void what_was_not_written_whole_is_not_taken(void **state)
{
    struct fixture *fixture = *state;
    AUTO(error) struct error error = {0};
    int64_t changes;
    assert_false(rolls_note(fixture->queue, fixture->out, 5, &changes, &error));
    assert_int_equal(error.exit_class, EX_TEMPFAIL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_change_is_noted_with_its_list),          TEST(another_order_or_name_is_no_change),
        TEST(a_list_that_cant_be_read_makes_nobody_go), TEST(a_group_without_its_file_is_gone),
        TEST(what_was_not_written_whole_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
