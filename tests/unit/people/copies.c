#include "people/copies.h"

#include "folder.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_kept_by_key_and_content),
        cmocka_unit_test(age_counts_from_the_last_good_look),
        cmocka_unit_test(what_nobody_needs_is_swept),
        cmocka_unit_test(damaged_records_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
