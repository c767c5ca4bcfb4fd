/* What the groups were. */
#include "queue/rolls.h"

#include "fixture.h"

static void free_member(void *pointer)
{
    g_free((char *)((struct roll_member *)pointer)->address);
    g_free(pointer);
}

/* `members`: "a b c", each @example.org. How many changes it made. */
static int64_t see(struct fixture *fixture, const char *group, const char *members, usec_t at)
{
    AUTO(texts) char **names = g_strsplit(members, " ", -1);
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(free_member);
    int64_t changes = 0;
    for (char **name = names; **names && *name; name++) {
        struct roll_member *member = g_new0(struct roll_member, 1);
        *member = (struct roll_member){g_strconcat(*name, "@example.org", NULL), "name", "a.csv"};
        g_ptr_array_add(all, member);
    }
    const struct roll roll = {group, "Group", members, all};
    assert_good(queue_note_roll(fixture->queue, &roll, at, &changes, &fixture->error));
    return changes;
}

/* "5 added all b; 7 gone all a" */
static char *changes_of(struct fixture *fixture, const char *of)
{
    AUTO(array) GPtrArray *changes = NULL;
    const struct roll_question question = {of && !strchr(of, '@') ? of : NULL,
                                           of && strchr(of, '@') ? of : NULL, NULL};
    GString *text = g_string_new(NULL);
    assert_good(queue_roll_changes(fixture->queue, &question, &changes, &fixture->error));
    for (guint i = 0; i < changes->len; i++) {
        const struct roll_change *one = changes->pdata[i];
        g_string_append_printf(text, "%s%lld %s %s %.1s", i ? "; " : "", (long long)one->at,
                               one->what, one->group, one->address);
    }
    return g_string_free(text, FALSE);
}

static bool add_letter(void *user, const struct roll_member *member, struct error *error)
{
    (void)error;
    g_string_append_len(user, member->address, 1);
    return true;
}

static void assert_was(struct fixture *fixture, const char *group, usec_t at, const char *expected)
{
    AUTO(str) GString *letters = g_string_new(NULL);
    bool known;
    assert_good(
        queue_roll_at(fixture->queue, group, at, &known, add_letter, letters, &fixture->error));
    assert_string_equal(known ? letters->str : "unknown", expected);
}

static void who_was_there_from_the_beginning_is_no_change(void **state)
{
    struct fixture *fixture = *state;
    (void)see(fixture, "all", "a b", 5);
    AUTO(text) char *all = changes_of(fixture, NULL);
    AUTO(text) char *one = changes_of(fixture, "a@example.org");
    assert_string_equal(all, "");
    assert_string_equal(one, "5 first seen all a");
}

static void who_came_and_who_went_is_kept(void **state)
{
    struct fixture *fixture = *state;
    (void)see(fixture, "all", "a b", 5);
    assert_int_equal(see(fixture, "all", "b c", 7), 2);
    assert_int_equal(see(fixture, "all", "c b", 8), 0); /* in another order */
    assert_int_equal(see(fixture, "all", "a b c", 9), 1);
    AUTO(text) char *all = changes_of(fixture, "all");
    assert_string_equal(all, "7 added all c; 7 gone all a; 9 added all a");
    AUTO(text) char *one = changes_of(fixture, "a@example.org");
    assert_string_equal(one, "5 first seen all a; 7 gone all a; 9 added all a");
}

static void a_group_is_seen_as_it_was(void **state)
{
    struct fixture *fixture = *state;
    (void)see(fixture, "all", "a b", 5);
    (void)see(fixture, "all", "b c", 7);
    assert_was(fixture, "all", 4, "unknown");
    assert_was(fixture, "all", 5, "ab");
    assert_was(fixture, "all", 6, "ab");
    assert_was(fixture, "all", 7, "bc");
    assert_was(fixture, "none", 7, "unknown");
}

static void the_same_content_is_known(void **state)
{
    struct fixture *fixture = *state;
    bool known = true;
    assert_good(queue_roll_is_known(fixture->queue, "all", "a b", &known, &fixture->error));
    assert_false(known);
    (void)see(fixture, "all", "a b", 5);
    assert_good(queue_roll_is_known(fixture->queue, "all", "a b", &known, &fixture->error));
    assert_true(known);
}

static void a_group_that_is_gone_ends_and_may_come_back(void **state)
{
    struct fixture *fixture = *state;
    AUTO(array) GPtrArray *groups = NULL;
    (void)see(fixture, "all", "a", 5);
    assert_good(queue_end_roll(fixture->queue, "all", 6, &fixture->error));
    assert_good(queue_roll_groups(fixture->queue, &groups, &fixture->error));
    assert_int_equal(groups->len, 0);
    assert_was(fixture, "all", 6, "");
    assert_int_equal(see(fixture, "all", "a", 8), 1);
    assert_was(fixture, "all", 8, "a");
}

static bool feed_one(void *user, struct noting *noting, bool *end, struct error *error)
{
    const char *const *left = user;
    const struct roll_member member = {*left, "name", "a.csv"};
    *end = false;
    return noting_add(noting, &member, error);
}

/* As many members as one feed gives are committed by each step. */
static void a_noting_that_was_cut_off_is_taken_up(void **state)
{
    struct fixture *fixture = *state;
    const struct roll roll = {"all", "Group", "a b", NULL};
    struct noting *noting = NULL;
    const char *first = "a@example.org";
    bool done = false;
    assert_good(noting_begin(&noting, fixture->queue, &roll, 5, &fixture->error));
    for (int i = 0; i < 2; i++) /* the first one finds that nobody is known */
        assert_good(noting_step(noting, 0, feed_one, &first, &done, &fixture->error));
    assert_false(done);
    noting_free(noting);
    fixture_reopen(fixture);
    bool known;
    assert_good(queue_roll_is_known(fixture->queue, "all", "a b", &known, &fixture->error));
    assert_false(known);
    assert_int_equal(see(fixture, "all", "a b", 7), 1);
    AUTO(text) char *all = changes_of(fixture, NULL); /* both were there from the beginning */
    assert_string_equal(all, "");
    assert_was(fixture, "all", 7, "ab");
    assert_int_equal(see(fixture, "all", "b c", 9), 2);
    AUTO(text) char *later = changes_of(fixture, NULL);
    assert_string_equal(later, "9 added all c; 9 gone all a");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(who_was_there_from_the_beginning_is_no_change),
        TEST(who_came_and_who_went_is_kept),
        TEST(a_group_is_seen_as_it_was),
        TEST(the_same_content_is_known),
        TEST(a_group_that_is_gone_ends_and_may_come_back),
        TEST(a_noting_that_was_cut_off_is_taken_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
