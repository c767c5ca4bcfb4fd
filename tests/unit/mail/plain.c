#include "mail/plain.h"

#include <string.h>

#include "base/text.h"
#include "sample.h"

#define RULE        "－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－"
#define DOUBLE_RULE "＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝"
#define TEN         "一二三四五六七八九十"

static const struct {
    const char *name, *marked, *expected;
} rows[] = {
    {"nothing", "", ""},
    {"a double rule", "=\n", DOUBLE_RULE "\n"},
    {"a rule", "-\n", RULE "\n"},
    {"in the middle", "c 科协\n", "                                    科协\n"},
    {"at the right", "r （密云）\n",
     "                                                                    （密云）\n"},
    {"both ends", "b 办公室\t11月6日\n",
     "办公室                                                               11月6日\n"},
    {"one end alone", "b \t11月6日\n",
     "                                                                     11月6日\n"},
    {"the other end alone", "b 办公室\t\n", "办公室\n"},
    {"ends that don't fit on a line", "b " TEN TEN TEN "\t" TEN "\n",
     TEN TEN TEN "\n"
                 "                                                        " TEN "\n"},
    {"a section", "s 【动态】\n", "【动态】\n＝＝＝＝\n"},
    {"a title", "h 动态1\n", "动态1\n－－－\n"},
    {"a title of two lines", "h " TEN TEN TEN TEN "\n",
     TEN TEN TEN "一二三四五六七八\n九十\n" RULE "\n"},
    {"a paragraph", "p " TEN TEN TEN TEN "\n", "　　" TEN TEN TEN "一二三四五六\n七八九十\n"},
    {"a quote", "q " TEN TEN TEN TEN "\n", "> " TEN TEN TEN "一二三四五六七\n> 八九十\n"},
    {"an item", "i 1.\t" TEN TEN TEN TEN "\n", "  1. " TEN TEN TEN "一二三四五\n     六七八九十\n"},
    {"an item further in", "i -\t一\t2\n", "      - 一\n"},
    {"a label and one without", "l 分送：\t甲\nl \t乙\n", "分送：甲\n      乙\n"},
    {"a table", "t 区\t场次\t\nt 密云区\t12\t\nt 海淀\t\t\n",
     "区      场次\n－－－－－－\n密云区  12\n海淀\n"},
    {"a table that is too wide", "t 区\t事\t\nt 密云\t" TEN TEN TEN TEN "\t\n",
     "- 区：密云\n  事：" TEN TEN TEN "一二三四五\n  六七八九十\n"},
    {"rows of unlike length", "t 甲\t乙\t\nt 一\t二\t三\t\n", "甲  乙\n－－－－－\n一  二  三\n"},
    {"blank lines are one", "p 一\n\n\n\np 二\n\n\n", "　　一\n\n　　二\n"},
    {"no blank line at the top", "\n\np 一\n", "　　一\n"},
    {"a mark without words leaves no line", "c \np 一\n", "　　一\n"},
    {"no mark", "没有记号\n", "没有记号\n"},
    {"a letter that is none", "x 一\n", "x 一\n"},
};

static void marked_lines_are_laid_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(str) GString *plain = plain_lay_out(rows[i].marked);
        if (strcmp(plain->str, rows[i].expected) != 0)
            fail_msg("%s:\n%s", rows[i].name, plain->str);
    }
}

static void no_line_is_wider_than_76_columns(void **state)
{
    (void)state;
    static const char *const marks[] = {"c ",    "r ",         "s ",    "h ", "p ", "q ",
                                        "i -\t", "l 分送：\t", "b x\t", "t ", ""};
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        AUTO(str) GString *marked = g_string_new(marks[i]);
        for (int n = 0; n < 40; n++)
            g_string_append(marked, "“一二，三 four 五……”——六（七）、");
        AUTO(str) GString *plain = plain_lay_out(marked->str);
        AUTO(texts) char **lines = g_strsplit(plain->str, "\n", -1);
        for (char **line = lines; *line && *marks[i] != 't'; line++)
            if (text_width(*line) > PLAIN_COLUMNS)
                fail_msg("mark %s: %s", marks[i], *line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marked_lines_are_laid_out),
        cmocka_unit_test(no_line_is_wider_than_76_columns),
    };
    return cmocka_run_group_tests_name("mail/plain", tests, NULL, NULL);
}
