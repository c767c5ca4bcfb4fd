/* The contents: heads, entries, and which title an entry means. */
#include "../cases.h"

#include "base/text.h"
#include "issue/contents.h"
#include "issue/words.h"

static void heads_are_known(void **state)
{
    (void)state;
    static const char *const heads[] = {"目录",         "目录提要", "本期要目：", "目　次",
                                        "【本期要点】", "≡≡要目≡≡", "本 期 目 录"};
    static const char *const none[] = {"目录学研究", "", "基层动态", "【编者按】"};
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
        assert_true(contents_is_head(heads[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        assert_false(contents_is_head(none[i]));
}

static void entries_lose_bullets_numbers_and_pages(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "培训班开班",          "● 培训班开班",     "※培训班开班 ……… 3",   "1. 培训班开班",
        "（一）培训班开班",    "1、培训班开班(2)", "培训班开班.......12", "◆ 培训班开班　　第3页",
        "培训班开班…………（3）", "- 培训班开班",     "① 培训班开班 3"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct contents contents;
        CASE(lines[i]);
        contents_init(&contents);
        assert_true(contents_add(&contents, lines[i], 1));
        assert_string_equal(((struct entry *)contents.entries->pdata[0])->text, "培训班开班");
        contents_clear(&contents);
    }
    struct contents contents;
    contents_init(&contents);
    assert_false(contents_add(&contents, "…… 3", 1));
    assert_true(contents_add(&contents, "展望 2023", 1));
    assert_string_equal(((struct entry *)contents.entries->pdata[0])->text, "展望 2023");
    contents_clear(&contents);
}

static void entries_may_shorten_titles(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *title;
        bool meant;
    } rows[] = {
        {"市科协党务干部培训班开班", "2023 年北京市科协党务干部培训班开班", true},
        {"京宁两地科协深化交流合作", "京宁两地科协组织深化科技交流合作 院士专家助力", true},
        {"平谷区四校学子与科学家面对面", "平谷区四校学子与科学家面对面", true},
        {"平谷区四校学子", "海淀区科协赴纳通科技集团调研", false},
        {"会议", "会议召开", false}, /* too short to tell */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct contents contents;
        AUTO(text) char *key = words_key(rows[i].title);
        CASE(rows[i].title);
        contents_init(&contents);
        assert_true(contents_add(&contents, rows[i].entry, 1));
        assert_int_equal(contents_match(&contents, key) != NULL, rows[i].meant);
        contents_clear(&contents);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_known),
        cmocka_unit_test(entries_lose_bullets_numbers_and_pages),
        cmocka_unit_test(entries_may_shorten_titles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
