#include "people/copies.h"

#include "folder.h"

#include <fcntl.h>
#include <sys/stat.h>

static GBytes *bytes_of(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

static void keep(const struct copies *copies, const char *key, const char *text, usec_t at)
{
    AUTO(error) struct error error = {0};
    AUTO(copy) struct copy *copy = copies_find(copies, key);
    AUTO(bytes) GBytes *content = bytes_of(text);
    if (!copy) {
        copy = g_new0(struct copy, 1);
        copy->key = g_strdup(key);
    }
    copy->good_at = at;
    assert_true(copies_keep(copies, copy, content, &error));
}

static char *content_of(const struct copies *copies, const char *key)
{
    AUTO(copy) struct copy *copy = copies_find(copies, key);
    char *text = NULL;
    if (!copy)
        return NULL;
    AUTO(text) char *path = copy_path(copies, copy);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static guint files_in(const char *folder)
{
    GDir *open = g_dir_open(folder, 0, NULL);
    guint count = 0;
    while (g_dir_read_name(open))
        count++;
    g_dir_close(open);
    return count;
}

static void copies_are_kept_by_key_and_content(void **state)
{
    (void)state;
    AUTO(folder) char *folder = folder_new(NULL, 0);
    AUTO(copies) struct copies *copies = copies_new(folder, 1000);
    assert_null(copies_find(copies, "https://example.org/a.csv"));
    keep(copies, "https://example.org/a.csv", "one", 5);
    keep(copies, "/b.csv", "one", 5);
    keep(copies, "https://example.org/a.csv", "two", 7);
    AUTO(text) char *a = content_of(copies, "https://example.org/a.csv");
    AUTO(text) char *b = content_of(copies, "/b.csv");
    assert_string_equal(a, "two");
    assert_string_equal(b, "one");
}

static void age_counts_from_the_last_good_look(void **state)
{
    (void)state;
    AUTO(folder) char *folder = folder_new(NULL, 0);
    AUTO(copies) struct copies *copies = copies_new(folder, 1000);
    keep(copies, "a", "one", 5000);
    AUTO(copy) struct copy *copy = copies_find(copies, "a");
    assert_int_equal(copy->good_at, 5000);
    assert_false(copy_is_too_old(copies, copy, 6000));
    assert_true(copy_is_too_old(copies, copy, 6001));
}

static void what_nobody_needs_is_swept(void **state)
{
    (void)state;
    AUTO(folder) char *folder = folder_new(NULL, 0);
    AUTO(copies) struct copies *copies = copies_new(folder, 1000);
    AUTO(table) GHashTable *keys = g_hash_table_new(g_str_hash, g_str_equal);
    AUTO(error) struct error error = {0};
    keep(copies, "a", "one", 1);
    keep(copies, "a", "two", 1);
    keep(copies, "b", "three", 1);
    assert_int_equal(files_in(copies->folder), 5);
    g_hash_table_add(keys, (void *)"a");
    assert_true(copies_sweep(copies, keys, &error));
    assert_int_equal(files_in(copies->folder), 2);
    AUTO(text) char *a = content_of(copies, "a");
    assert_string_equal(a, "two");
    assert_null(copies_find(copies, "b"));
}

/* A record is written by us alone; one that is damaged is as good as none. */
static void damaged_records_are_none(void **state)
{
    (void)state;
    static const char *const records[] = {"", "{", "[]", "{\"list\": \"other\", \"sha256\": null}",
                                          "{\"list\": \"a\", \"sha256\": \"../../../etc/passwd\"}"};
    AUTO(folder) char *folder = folder_new(NULL, 0);
    AUTO(copies) struct copies *copies = copies_new(folder, 1000);
    keep(copies, "a", "one", 1);
    AUTO(text) char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "a", -1);
    AUTO(text) char *name = g_strdup_printf("%.32s.json", hex);
    AUTO(text) char *path = g_build_filename(copies->folder, name, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
        assert_true(g_file_set_contents(path, records[i], -1, NULL));
        AUTO(copy) struct copy *copy = copies_find(copies, "a");
        assert_true(!copy || !copy->sha256);
    }
}

/* Every beginning of a list, as a broken copy leaves it: what ends with a row is a list, and what
 * ends in one is none, though it may read whole. */
static void what_is_cut_off_in_a_row_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *good, *part;
        size_t good_length, part_length; /* 0: to their NUL */
        int line;                        /* that is told; 0: none is */
    } cases[] = {
        {"a,b\nc@d.org,E\n", "a,b\nc@d.or", 0, 0, 2},
        {"a,b\nc@d.org,E\nf\n", "a,b\nc@d.org,E", 0, 0, 2},
        {"a,b\nc@d.org,E\n", "a,b\nc@d.org,E", 0, 0, 0},
        {"a,b\r\nc@d.org,E\r\n", "a,b\r\nc@d.org,E", 0, 0, 0},
        {"a,b\nc@d.org,E\n", "a,b", 0, 0, 1},
        {"a,b\nc@d.org,E\n", "a,b\n", 0, 0, 0},
        {"a,b\nc@d.org,E\n", "a,b\nc@d.ox", 0, 0, 0},
        {"a,b\nc@d.org,E\n", "a,b\nc@d.org,E\n", 0, 0, 0},
        {"a,b\nc@d.org,E\n", "a,b\nc@d.org,E\nf", 0, 0, 0},
        {"a\r\nb\r\n", "a\r", 0, 0, 1},
        {"a\nb", "a", 0, 0, 0}, /* whoever ends no row with a line break may end here */
        {"a\r\nb", "a", 0, 0, 0},
        {"aa\nb", "a", 0, 0, 1},
        {"a\0\n\0b\0\n\0", "a\0\n\0", 8, 4, 0},
        {"a\0\n\0b\0\n\0", "a\0", 8, 2, 1},
    };
    AUTO(folder) char *folder = folder_new(NULL, 0);
    AUTO(copies) struct copies *copies = copies_new(folder, 1000);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(error) struct error error = {0};
        size_t good_length = cases[i].good_length, length = cases[i].part_length;
        AUTO(bytes)
        GBytes *good =
            g_bytes_new(cases[i].good, good_length ? good_length : strlen(cases[i].good));
        AUTO(bytes)
        GBytes *part = g_bytes_new(cases[i].part, length ? length : strlen(cases[i].part));
        AUTO(copy) struct copy *copy = g_new0(struct copy, 1);
        copy->key = g_strdup("a.csv");
        assert_true(copies_is_uncut(copies, copy, part, "a.csv", problems));
        assert_true(copies_keep(copies, copy, good, &error));
        bool uncut = copies_is_uncut(copies, copy, part, "a.csv", problems);
        if (uncut != (cases[i].line == 0))
            fail_msg("case %zu is %s", i, uncut ? "whole" : "cut off");
        assert_true(uncut || is_told(problems, PROBLEM, cases[i].line, "cut off"));
    }
}

static void set_age(const char *path, int seconds)
{
    const struct timespec then = {.tv_sec = time(NULL) - seconds};
    assert_int_equal(utimensat(AT_FDCWD, path, (const struct timespec[]){then, then}, 0), 0);
}

static void a_file_of_the_future_is_not_being_written(void **state)
{
    (void)state;
    AUTO(folder) char *folder = folder_new((struct folder_file[]){{"a.csv", "a@b.org\n"}}, 1);
    AUTO(text) char *path = g_build_filename(folder, "a.csv", NULL);
    static const struct {
        int age;
        bool settled;
    } cases[] = {{0, false}, {1, false}, {10, true}, {-3600, true}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        set_age(path, cases[i].age);
        assert_int_equal(copies_is_settled(path, clock_now()), cases[i].settled);
    }
    assert_true(copies_is_settled("/nowhere/a.csv", clock_now()));
}

/* What is to be sent waits for a list that is being saved; who only looks does not. */
static void what_is_sent_waits_until_a_list_is_saved(void **state)
{
    (void)state;
    const struct folder_file files[] = {{"g.conf", "name = \"g\"; lists = [ \"a.csv\" ];\n"},
                                        {"a.csv", "a@b.org\nc@b.org\n"}};
    AUTO(folder) char *folder = folder_new(files, G_N_ELEMENTS(files));
    AUTO(text) char *path = g_build_filename(folder, "a.csv", NULL);
    AUTO(copies) struct copies *copies = copies_new(folder, 1000);
    struct conf conf = {.groups_dir = folder, .state_dir = folder, .list_max_age = 1000};
    keep(copies, path, "a@b.org\nc@b.org\n", clock_now());
    for (int round = 0; round < 3; round++) {
        AUTO(people) struct people *people = NULL, *looked = NULL;
        AUTO(problems) struct problems *problems = problems_new(), *none = problems_new();
        AUTO(error) struct error error = {0};
        if (round)
            assert_true(g_file_set_contents(path, "n@b.org\n", -1, NULL));
        set_age(path, round == 2 ? 10 : 0);
        assert_true(people_read_settled(&people, &conf, &error));
        assert_true(people_read_configured(&looked, &conf, &error));
        AUTO(text) char *sent = expanded(people, "g", problems);
        AUTO(text) char *seen = expanded(looked, "g", none);
        assert_string_equal(seen, round ? "n@b.org=g" : "a@b.org=g c@b.org=g");
        if (round != 1)
            assert_string_equal(sent, seen);
        else
            assert_int_equal(problems_exit_class(problems), EX_TEMPFAIL);
        assert_true(round != 1 || is_told(problems, PROBLEM, 1, "changed just now"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_kept_by_key_and_content),
        cmocka_unit_test(age_counts_from_the_last_good_look),
        cmocka_unit_test(what_nobody_needs_is_swept),
        cmocka_unit_test(damaged_records_are_none),
        cmocka_unit_test(what_is_cut_off_in_a_row_is_told),
        cmocka_unit_test(a_file_of_the_future_is_not_being_written),
        cmocka_unit_test(what_is_sent_waits_until_a_list_is_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
