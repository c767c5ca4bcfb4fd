/* What the characters of a line tell. */
#include "../cases.h"

#include "issue/words.h"

static void headings_lose_the_blanks_of_a_broken_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *heading;
    } rows[] = {
        {"2023 年北京市科协党务干部培训班暨 科技社团培训班",
         "2023 年北京市科协党务干部培训班暨科技社团培训班"},
        {"科 协 每 周 动 态", "科协每周动态"},
        {"  Science  Weekly ", "Science Weekly"},
        {"学习　贯彻", "学习贯彻"},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *heading = words_heading(rows[i].text);
        assert_string_equal(heading, rows[i].heading);
    }
}

static void lines_join_with_a_blank_between_latin_words_alone(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *joined;
    } rows[] = {
        {"实践、推", "动工作", "实践、推动工作"},
        {"Science", "Weekly", "Science Weekly"},
        {"约", "100 名", "约100 名"},
        {"", "开头", "开头"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(str) GString *text = g_string_new(rows[i].first);
        words_join(text, rows[i].second);
        assert_string_equal(text->str, rows[i].joined);
    }
}

static void invisible_characters_are_cleaned_away(void **state)
{
    (void)state;
    AUTO(text) char *clean = words_clean("　编\xe2\x80\x8b辑：\xc2\xa0张\t三\f ");
    assert_string_equal(clean, "编辑： 张 三");
}

static void closed_and_open_ends_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool closed;
    } rows[] = {
        {"会议召开。", true}, {"如下：", true},     {"他说“好”", true},  {"（密云区科协）", true},
        {"推", false},        {"各方面、", false},  {"（密云区", false}, {"清华大学", false},
        {"", false},          {"See below.", true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].text);
        assert_int_equal(words_is_closed(rows[i].text), rows[i].closed);
    }
    assert_true(words_has_sentence("一句。两句"));
    assert_false(words_has_sentence("一句。"));
}

static void rules_and_page_numbers_are_known(void **state)
{
    (void)state;
    static const char *const rules[] = {"───", "═══════", "___", "- - -", "＝＝＝", "***"};
    static const char *const none[] = {"--", "——北京", "一", "", "3-4"};
    static const char *const numbers[] = {"— 3 —", "-3-",    "第 3 页 共 8 页", "第三页",
                                          "3/8",   "· 12 ·", "Page 3 of 8"};
    static const char *const texts[] = {"3", "第3期", "第 3 页写道", "11/2023", "——"};
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        assert_true(words_is_rule(rules[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        assert_false(words_is_rule(none[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        assert_true(words_is_page_number(numbers[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_false(words_is_page_number(texts[i]));
}

static void units_and_persons_are_known(void **state)
{
    (void)state;
    static const char *const units[] = {"密云区科协", "北京市科协办公室", "北京膜学会",
                                        "清华大学老科学技术工作者协会"};
    static const char *const none[] = {"党校", "以下简称", "完", "海淀区科协赴纳通科技集团调研"};
    static const char *const persons[] = {"张红波", "张红波　王五", "张红波、李金涛", "张　三"};
    static const char *const others[] = {"", "张红波等十余人参加", "机关各部门及事业单位"};
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        assert_true(words_is_unit(units[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        assert_false(words_is_unit(none[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(persons); i++)
        assert_true(words_is_persons(persons[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        assert_false(words_is_persons(others[i]));
}

static void marks_before_a_line_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum mark mark;
        const char *rest;
    } rows[] = {
        {"■ 标题", MARK_BULLET, "标题"},     {"※标题", MARK_BULLET, "标题"},
        {"1. 标题", MARK_NUMBER, "标题"},    {"12、标题", MARK_NUMBER, "标题"},
        {"①标题", MARK_NUMBER, "标题"},      {"（一）标题", MARK_BRACKETS, "标题"},
        {"(1) 标题", MARK_BRACKETS, "标题"}, {"一、标题", MARK_HAN, "标题"},
        {"十二、标题", MARK_HAN, "标题"},    {"3.5万人", MARK_NONE, "3.5万人"},
        {"一是提高", MARK_NONE, "一是提高"}, {"（密云区）", MARK_NONE, "（密云区）"},
        {"2023年", MARK_NONE, "2023年"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *rest;
        CASE(rows[i].text);
        assert_int_equal(words_mark(rows[i].text, &rest), rows[i].mark);
        assert_string_equal(rest, rows[i].rest);
    }
}

static void frames_are_taken_off(void **state)
{
    (void)state;
    static const struct {
        const char *text, *inside;
        bool bracketed;
    } rows[] = {
        {"【基层动态】", "基层动态", true},
        {"〖基 层 动 态〗", "基层动态", true},
        {"≡≡ 目录 ≡≡", "目录", false},
        {"◇基层动态◇", "基层动态", false},
        {"【编者按】本刊", NULL, false},
        {"基层动态", NULL, false},
        {"【】", NULL, false},
        {"——北京力学会", NULL, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        bool bracketed = true;
        AUTO(text) char *inside = words_framed(rows[i].text, &bracketed);
        CASE(rows[i].text);
        assert_int_equal(bracketed, rows[i].bracketed);
        if (rows[i].inside)
            assert_string_equal(inside, rows[i].inside);
        else
            assert_null(inside);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_lose_the_blanks_of_a_broken_line),
        cmocka_unit_test(lines_join_with_a_blank_between_latin_words_alone),
        cmocka_unit_test(invisible_characters_are_cleaned_away),
        cmocka_unit_test(closed_and_open_ends_are_told_apart),
        cmocka_unit_test(rules_and_page_numbers_are_known),
        cmocka_unit_test(units_and_persons_are_known),
        cmocka_unit_test(marks_before_a_line_are_told_apart),
        cmocka_unit_test(frames_are_taken_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
