/* Marks of secrecy, and words that are none. */
#include "../cases.h"

#include "issue/secrecy.h"

static void marks_are_refused_and_words_are_not(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        int line; /* 0: no mark */
    } rows[] = {
        {"alone at the head", "机密\n\n科协每周动态", 1},
        {"spaced out", "科协每周动态\n机　密\n", 2},
        {"with a star and a term", "秘密★10年\n科协每周动态", 1},
        {"with a star after text", "# 动态\n\n会议召开，大家参加。\n\n绝密★\n", 5},
        {"with a term", "机密　1年\n", 1},
        {"after 密级", "密级：秘密\n", 1},
        {"in bold", "**机密★启封前**\n", 1},
        {"in brackets", "【秘密】\n科协每周动态", 1},
        {"internal material", "内部资料　注意保存\n", 1},
        {"internal, on a line with the number", "内部文件　　　　　第25期\n", 1},
        {"internal, for reference", "科协每周动态\n（内部参阅）\n", 2},
        {"secrets of trade in text", "科协每周动态\n\n会议强调商业秘密保护，机密文件要管好。\n", 0},
        {"a title about secrets", "科协每周动态\n## 商业秘密保护培训班举办\n", 0},
        {"the bare word after the head", "动态\n会议召开，大家参加。\n秘密\n", 0},
        {"internal matters", "动态\n内部管理制度汇编\n", 0},
        {"not secret", "密级：公开\n动态\n", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(problems) struct problems *problems = problems_new();
        CASE(rows[i].name);
        assert_int_equal(secrecy_check(rows[i].text, "a.md", problems), rows[i].line == 0);
        assert_int_equal(problems_count(problems), rows[i].line != 0);
        if (rows[i].line)
            assert_int_equal(problems_at(problems, 0)->error.place.line, rows[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(marks_are_refused_and_words_are_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
