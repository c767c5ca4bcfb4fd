#include "outbox/name.h"
#include "fixture.h"

static void work_in_progress_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool in_progress;
    } rows[] = {
        {"科协每周动态第25期.md", false},
        {"issue.txt", false},
        {".hidden", true},
        {"~$weekly.docx", true},
        {".~lock.weekly.odt#", true},
        {"weekly.md.tmp", true},
        {"~WRD0001.TMP", true},
        {"weekly.md.part", true},
        {"weekly.md.crdownload", true},
        {"weekly.swp", true},
        {"weekly.md~", true},
        {"desktop.ini", true},
        {"Thumbs.db", true},
        {"THUMBS.DB", true},
        {"part", false},
        {"tmp", false},
        {"counterpart.md", false},
        {"\xff\xfe.md", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (outbox_is_work_in_progress(rows[i].name) != rows[i].in_progress)
            fail_msg("%s", rows[i].name);
}

static void a_number_goes_where_it_does_no_harm(void **state)
{
    (void)state;
    static const struct {
        const char *name, *numbered, *before_ending;
    } rows[] = {
        {"issue.md", "issue.md (2)", "issue (2).md"},
        {"动态", "动态 (2)", "动态 (2)"},
        {".md", ".md (2)", ".md (2)"},
        {"a.b.md", "a.b.md (2)", "a.b (2).md"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *numbered = name_numbered(rows[i].name, 2);
        AUTO(text) char *before = name_numbered_before_ending(rows[i].name, 2);
        assert_string_equal(numbered, rows[i].numbered);
        assert_string_equal(before, rows[i].before_ending);
    }
}

static void a_long_name_is_cut_between_characters(void **state)
{
    (void)state;
    AUTO(str) GString *name = g_string_new(NULL);
    for (int i = 0; i < 84; i++)
        g_string_append(name, "期");
    g_string_append(name, ".md");
    assert_int_equal(name->len, 255);
    AUTO(text) char *numbered = name_numbered(name->str, 12);
    AUTO(text) char *before = name_numbered_before_ending(name->str, 12);
    assert_true(strlen(numbered) <= 255 && g_utf8_validate(numbered, -1, NULL));
    assert_true(strlen(before) <= 255 && g_utf8_validate(before, -1, NULL));
    assert_true(g_str_has_suffix(before, "期 (12).md"));
}

static void any_octets_are_shown_safely(void **state)
{
    (void)state;
    static const struct {
        const char *name, *shown;
    } rows[] = {
        {"动态.md", "动态.md"},
        {"a\nb\033[31m", "a\uFFFDb\uFFFD[31m"},
        {"\xff.md", "\uFFFD.md"},
        {"a\u202Egpj.md", "a\uFFFDgpj.md"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *shown = name_shown(rows[i].name);
        assert_string_equal(shown, rows[i].shown);
    }
}

static void only_plain_names_name_files(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ".", "..", "a/b", "/etc/passwd", "../x"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_false(name_is_plain(bad[i]));
    assert_true(name_is_plain("2023-25"));
    assert_true(name_is_plain("..."));
}

static void our_own_names_are_not_taken_by_originals(void **state)
{
    (void)state;
    AUTO(text) char *taken = name_filed("WHY.txt");
    AUTO(text) char *other = name_filed("why.md");
    assert_string_equal(taken, "original-WHY.txt");
    assert_string_equal(other, "why.md");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_in_progress_is_known),
        cmocka_unit_test(a_number_goes_where_it_does_no_harm),
        cmocka_unit_test(a_long_name_is_cut_between_characters),
        cmocka_unit_test(any_octets_are_shown_safely),
        cmocka_unit_test(only_plain_names_name_files),
        cmocka_unit_test(our_own_names_are_not_taken_by_originals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
