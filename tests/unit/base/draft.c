/* A draft is there when it is whole, and leaves nothing when it is not. */
#include "base/draft.h"
#include "base/digest.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <unistd.h>

struct fixture {
    char *folder, *path, *temporary;
    struct error error;
};

static int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    fixture->folder = g_dir_make_tmp("fensong-draft-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "report.csv", NULL);
    fixture->temporary = g_build_filename(fixture->folder, ".report.csv.tmp", NULL);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    bool gone = folder_remove(fixture->folder, NULL);
    error_clear(&fixture->error);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->temporary);
    g_free(fixture);
    return gone ? 0 : -1;
}

static void it_is_there_when_it_is_finished(void **state)
{
    struct fixture *fixture = *state;
    AUTO(draft) struct draft *draft = NULL;
    AUTO(text) char *text = NULL;
    assert_true(draft_begin(&draft, fixture->path, &fixture->error));
    assert_true(draft_add(draft, "one", 3, &fixture->error));
    assert_int_equal(access(fixture->path, F_OK), -1);
    assert_true(draft_add(draft, "two", 3, &fixture->error));
    assert_true(draft_finish(draft, &fixture->error));
    assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
    assert_string_equal(text, "onetwo");
    assert_int_equal(access(fixture->temporary, F_OK), -1);
}

static void what_is_not_finished_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct draft *draft = NULL;
    AUTO(text) char *large = g_strnfill(5 << 20, 'x');
    assert_true(draft_begin(&draft, fixture->path, &fixture->error));
    assert_true(draft_add(draft, large, 5 << 20, &fixture->error));
    draft_free(draft);
    assert_int_equal(access(fixture->path, F_OK), -1);
    assert_int_equal(access(fixture->temporary, F_OK), -1);
}

static void a_folder_that_is_away_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct draft *draft = NULL;
    assert_false(draft_begin(&draft, "/nowhere/report.csv", &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_NOINPUT);
    assert_null(draft);
}

static void a_digest_is_that_of_all_its_pieces(void **state)
{
    (void)state;
    AUTO(digest) struct digest *digest = digest_new();
    digest_add(digest, "a", 1);
    digest_add(digest, "bc", 2);
    AUTO(text) char *hex = digest_hex(digest);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(it_is_there_when_it_is_finished),
        TEST(what_is_not_finished_leaves_nothing),
        TEST(a_folder_that_is_away_is_told),
        TEST(a_digest_is_that_of_all_its_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
