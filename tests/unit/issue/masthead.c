/* What a line of a masthead says. */
#include "../cases.h"

#include "issue/masthead.h"

#include <string.h>

static void lines_are_read_in_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int year, number, total, year_of, month, day;
        const char *rest; /* its words, | between; "": none */
    } rows[] = {
        {"2023年 第25期", 2023, 25, 0, 0, 0, 0, ""},
        {"２０２３年第２５期（总第７８期）", 2023, 25, 78, 0, 0, 0, ""},
        {"第25期", 0, 25, 0, 0, 0, 0, ""},
        {"第025期", 0, 25, 0, 0, 0, 0, ""},
        {"〔2023〕25期", 2023, 25, 0, 0, 0, 0, ""},
        {"第二十五期", 0, 25, 0, 0, 0, 0, ""},
        {"二〇二三年第二十五期", 2023, 25, 0, 0, 0, 0, ""},
        {"(总第78期)", 0, 0, 78, 0, 0, 0, ""},
        {"总78期", 0, 0, 78, 0, 0, 0, ""},
        {"【总第七十八期】", 0, 0, 78, 0, 0, 0, ""},
        {"（总第　期）", 0, 0, 0, 0, 0, 0, ""},
        {"2023年11月16日", 0, 0, 0, 2023, 11, 16, ""},
        {"二○二三年十一月十六日", 0, 0, 0, 2023, 11, 16, ""},
        {"二Ｏ二三年十一月十六日 星期四", 0, 0, 0, 2023, 11, 16, ""},
        {"2023-11-16", 0, 0, 0, 2023, 11, 16, ""},
        {"2023.11.16", 0, 0, 0, 2023, 11, 16, ""},
        {"2023/11/6", 0, 0, 0, 2023, 11, 6, ""},
        {"科协每周动态 2023年第25期（总第78期）", 2023, 25, 78, 0, 0, 0, "科协每周动态"},
        {"北京市科协办公室编　　2023年11月16日", 0, 0, 0, 2023, 11, 16, "北京市科协办公室编"},
        {"北京市科协办公室", 0, 0, 0, 0, 0, 0, "北京市科协办公室"},
        {"2023年第25期 北京市科协办公室 2023年11月16日", 2023, 25, 0, 2023, 11, 16,
         "北京市科协办公室"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct masthead said;
        CASE(rows[i].line);
        masthead_read(&said, rows[i].line);
        assert_int_equal(said.year, rows[i].year);
        assert_int_equal(said.number, rows[i].number);
        assert_int_equal(said.total, rows[i].total);
        assert_int_equal(said.date_year, rows[i].year_of);
        assert_int_equal(said.date_month, rows[i].month);
        assert_int_equal(said.date_day, rows[i].day);
        g_ptr_array_add(said.rest, NULL);
        AUTO(text) char *rest = g_strjoinv("|", (char **)said.rest->pdata);
        assert_string_equal(rest, rows[i].rest);
        masthead_clear(&said);
    }
}

static void supplements_and_special_issues_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool supplement;
        int number;
        const char *subtitle;
    } rows[] = {
        {"2023年 增刊第1期", true, 1, NULL},
        {"2023年第2期（增刊）", true, 2, NULL},
        {"增刊（一）", true, 1, NULL},
        {"2023年增刊", true, 0, NULL},
        {"主题教育专刊", false, 0, "主题教育专刊"},
        {"2023年第25期（特刊）", false, 25, "特刊"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct masthead said;
        CASE(rows[i].line);
        masthead_read(&said, rows[i].line);
        assert_int_equal(said.supplement, rows[i].supplement);
        assert_int_equal(said.number, rows[i].number);
        assert_int_equal(g_strcmp0(said.subtitle, rows[i].subtitle), 0);
        masthead_clear(&said);
    }
}

static void blanks_and_days_reported_on_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *line, *period;
        bool blank, glued;
    } rows[] = {
        {"2024年第　　期（总第　　期）", NULL, true, false},
        {"第＿＿期", NULL, true, false},
        {"（2024年11月1日—11月15日）", "2024年11月1日—11月15日", false, false},
        {"第5期培训班开班", NULL, false, true},
        {"〔2024〕18号　　签发：刘建军", NULL, false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct masthead said;
        CASE(rows[i].line);
        masthead_read(&said, rows[i].line);
        assert_int_equal(said.blank, rows[i].blank);
        assert_int_equal(said.glued, rows[i].glued);
        assert_int_equal(g_strcmp0(said.period, rows[i].period), 0);
        masthead_clear(&said);
    }
}

static void impossible_days_are_told(void **state)
{
    (void)state;
    static const char *const lines[] = {"2023年2月30日", "2023年13月1日", "2023-11-31",
                                        "二〇二三年二月三十日"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct masthead said;
        CASE(lines[i]);
        masthead_read(&said, lines[i]);
        assert_true(said.date_given);
        assert_string_equal(said.impossible, lines[i]);
        masthead_clear(&said);
    }
}

static void titles_and_text_are_no_line_of_a_masthead(void **state)
{
    (void)state;
    static const char *const lines[] = {"第25期培训班开班", "2023年科普工作", "11月16日，会议召开",
                                        "北京市科协办公室", "总结第一阶段工作"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_false(masthead_is_line(lines[i]));
    assert_true(masthead_is_line("2023年第26期 (总第79期)"));
}

static void offices_lose_what_they_do(void **state)
{
    (void)state;
    static const char *const lines[] = {"北京市科协办公室编",    "主办：北京市科协办公室",
                                        "北京市科协办公室 主办", "编印单位 北京市科协办公室",
                                        "北京市科协办公室编印",  "北京市科协办公室"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        AUTO(text) char *office = masthead_office(lines[i]);
        assert_string_equal(office, "北京市科协办公室");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_in_every_form),
        cmocka_unit_test(supplements_and_special_issues_are_known),
        cmocka_unit_test(blanks_and_days_reported_on_are_told_apart),
        cmocka_unit_test(impossible_days_are_told),
        cmocka_unit_test(titles_and_text_are_no_line_of_a_masthead),
        cmocka_unit_test(offices_lose_what_they_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
