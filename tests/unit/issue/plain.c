/* Plain text to blocks, and which lines are one paragraph. */
#include "../cases.h"

#include "issue/furniture.h"
#include "issue/plain.h"

#include <string.h>

/* The blocks, | between: P paragraph, R rule; _ a page ended after it, = a rule stands under it. */
static char *shown(const GPtrArray *blocks)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < blocks->len; i++) {
        const struct block *block = blocks->pdata[i];
        g_string_append_printf(text, "%s%d:%s%s%s", i ? "|" : "", block->line,
                               block->kind == BLOCK_RULE ? "---" : block->text,
                               block->underlined ? "=" : "", block->page_end ? "_" : "");
    }
    return g_string_free(text, FALSE);
}

static void lines_become_paragraphs(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *blocks;
    } rows[] = {
        {"blank lines part", "一\n\n\n二\n", "1:一|4:二"},
        {"unbroken lines are paragraphs", "一\n二\n", "1:一|2:二"},
        {"rules of all sorts", "一\n────\n二\n====\n三\n_ _ _\n",
         "1:一=|2:---|3:二=|4:---|5:三=|6:---"},
        {"wrapped text, moved in",
         "　　会议听取了今年科普工作情况汇报和明年工作要\n点的说明，"
         "并就有关事项作了研究部署，提出了明确\n要求。\n　　会议强调，"
         "要抓好落实，形成政府引导社会化参\n与的模式。\n",
         "1:"
         "会议听取了今年科普工作情况汇报和明年工作要点的说明，并就有关事项作了研究部署，提出了明确"
         "要"
         "求。|4:会议强调，要抓好落实，形成政府引导社会化参与的模式。"},
        {"a title over moved-in text", "标题一\n　　正文。\n", "1:标题一|2:正文。"},
        {"a centred title", "          标题一\n　　正文。\n", "1:标题一|2:正文。"},
        {"labels begin lines", "编辑：张三\n审核：李四\n", "1:编辑：张三|2:审核：李四"},
        {"bullets begin lines", "● 甲\n● 乙\n", "1:● 甲|2:● 乙"},
        {"a box", "┏━━━┓\n┃　简　报　┃\n┗━━━┛\n", "1:---|2:简　报=|3:---"},
        {"all of it moved in", "    标题一\n    　　正文。\n", "1:标题一|2:正文。"},
        {"a form feed", "一\n\f二\n", "1:一_|2:二"},
        {"nothing", "", ""},
        {"blanks alone", "  \n　\n", ""},
        {"no line end", "一", "1:一"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].name);
        AUTO(str) GString *text = g_string_new(rows[i].text);
        AUTO(array) GPtrArray *blocks = plain_blocks(text);
        AUTO(text) char *is = shown(blocks);
        assert_string_equal(is, rows[i].blocks);
    }
}

static void page_furniture_is_left_out_with_a_remark(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *blocks;
        size_t remarks;
    } rows[] = {
        {"a page number", "动态\n\n一\n\n— 3 —\n\n二\n", "1:动态|3:一_|7:二", 1},
        {"of how many", "动态\n\n一\n第 3 页 共 8 页\n二\n", "1:动态|3:一_|5:二", 1},
        {"and a running head", "动态\n\n一\n— 3 —\n动 态\n二\n", "1:动态|3:一_|6:二", 2},
        {"a running head with the number", "动态\n\n一\n\f动态 2023年第25期\n二\n",
         "1:动态|3:一_|5:二", 1},
        {"a digit before a form feed", "动态\n\n一\n\n3\n\f二\n", "1:动态|3:一_|6:二", 1},
        {"a digit in the text", "动态\n\n一\n\n3\n\n二\n", "1:动态|3:一|5:3|7:二", 0},
        {"the name in the text", "动态\n\n一\n\n动态\n\n二\n", "1:动态|3:一|5:动态|7:二", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].name);
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(str) GString *text = g_string_new(rows[i].text);
        AUTO(array) GPtrArray *blocks = plain_blocks(text);
        furniture_drop(blocks, "a.txt", problems);
        AUTO(text) char *is = shown(blocks);
        assert_string_equal(is, rows[i].blocks);
        assert_int_equal(problems_count(problems), rows[i].remarks);
        assert_false(problems_any(problems));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_paragraphs),
        cmocka_unit_test(page_furniture_is_left_out_with_a_remark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
