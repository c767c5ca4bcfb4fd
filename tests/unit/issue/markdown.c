/* Markdown to blocks: what it would swallow or mistake stays text. */
#include "../cases.h"

#include "issue/markdown.h"

#include <string.h>

static void show_list(GString *text, const struct block *block)
{
    for (guint i = 0; i < block->texts->len; i++)
        g_string_append_printf(text, "%s%s", i ? "/" : "", (char *)block->texts->pdata[i]);
}

static void show_table(GString *text, const struct block *block)
{
    for (guint i = 0; i < block->rows->len; i++) {
        const GPtrArray *row = block->rows->pdata[i];
        for (guint c = 0; c < row->len; c++)
            g_string_append_printf(text, "%s%s", c ? "," : i ? "/" : "", (char *)row->pdata[c]);
    }
}

/* KIND LINE:text of each block, | between; * bold. */
static char *shown(const GPtrArray *blocks)
{
    static const char kinds[] = "HPLTIRQF";
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < blocks->len; i++) {
        const struct block *block = blocks->pdata[i];
        g_string_append_printf(text, "%s%c%d:%s", i ? "|" : "", kinds[block->kind], block->line,
                               block->bold ? "*" : "");
        if (block->texts)
            show_list(text, block);
        else if (block->rows)
            show_table(text, block);
        else
            g_string_append(text, block->text ? block->text : "");
        if (block->target)
            g_string_append_printf(text, "<%s>", block->target);
    }
    return g_string_free(text, FALSE);
}

static void documents_become_blocks(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *blocks;
    } rows[] = {
        {"headings and text", "# 一\n\n二\n\n## 三 ##\n", "H1:一|P3:二|H5:三"},
        {"bold in a heading", "## **一**\n", "H1:*一"},
        {"a bold line over text", "**一**\n二\n", "P1:*一|P2:二"},
        {"soft breaks join", "学习\n贯彻 Science\nWeekly\n", "P1:学习贯彻 Science Weekly"},
        {"hard breaks part", "一  \n二\\\n三\n", "P1:一|P2:二|P3:三"},
        {"a rule under a line is no heading", "审核：李四\n---\n\n分送：甲\n",
         "P1:审核：李四|R2:|P4:分送：甲"},
        {"under two lines neither", "一，\n二\n---\n", "P1:一，二|R3:"},
        {"rules", "一\n\n---\n\n***\n\n────\n", "P1:一|R3:|R5:|R7:"},
        {"lists", "- 一\n- 二\n  - 三\n", "L1:一/二/  三"},
        {"numbered lists", "1. 一\n2. 二\n", "L1:一/二"},
        {"a list of one number is a numbered line", "3. 标题\n\n正文\n", "P1:3. 标题|P3:正文"},
        {"tables", "| a | b |\n|---|---|\n| c | **d** |\n", "T1:a,b/c,d"},
        {"text right over a table", "一\n二\n| a | b |\n|---|---|\n| c | d |\n",
         "P1:一二|T3:a,b/c,d"},
        {"quotes", "> 一\n>\n> 二\n", "Q1:一/二"},
        {"pictures", "前![会场](a.jpg)后\n", "P1:前|I1:会场<a.jpg>|P1:后"},
        {"footnotes", "一[^a]\n\n[^a]: 注\n", "P1:一[1]|F3:注<1>"},
        {"a footnote that nothing refers to", "一\n\n[^a]: 注\n", "P1:一|P3:[^a]: 注"},
        {"a note that looks like a link's definition", "[注]: 本文有删节\n", "P1:[注]: 本文有删节"},
        {"links keep their addresses", "[官网](https://a.cn/) <b@c.cn>\n",
         "P1:官网（https://a.cn/） b@c.cn"},
        {"front matter", "---\ntitle: x\ntags:\n  - y\n---\n# 一\n", "H6:一"},
        {"a masthead between rules is no front matter", "---\n科协动态\n---\n",
         "R1:|P2:科协动态|R3:"},
        {"comments", "<!-- 排版 -->\n\n一<!-- 二 -->三\n", "P3:一三"},
        {"HTML", "<center>一<br>二</center>\n", "P1:一|P1:二"},
        {"text moved in by four blanks", "一\n\n    二\n", "P1:一|P3:二"},
        {"escapes", "1\\. 一 \\* 二\n", "P1:1. 一 * 二"},
        {"where a program puts contents", "[TOC]\n\n一\n", "P3:一"},
        {"links within the document", "[一](#1)\n", "P1:一"},
        {"columns kept by blanks", "区名    场次\n海淀    12\n朝阳    9\n",
         "T1:区名,场次/海淀,12/朝阳,9"},
        {"names in rows are no table", "张三    李四\n王五    赵六\n孙七    周八\n",
         "P1:张三    李四|P2:王五    赵六|P3:孙七    周八"},
        {"nothing", "", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].name);
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(str) GString *text = g_string_new(rows[i].text);
        AUTO(array) GPtrArray *blocks = markdown_blocks(text, "a.md", problems);
        AUTO(text) char *is = shown(blocks);
        assert_string_equal(is, rows[i].blocks);
        assert_int_equal(problems_count(problems), 0);
    }
}

static void pictures_in_html_are_a_problem(void **state)
{
    (void)state;
    static const char *const texts[] = {"一\n\n<img src=\"a.png\">\n",
                                        "一\n\n二 <img src='a'> 三\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(str) GString *text = g_string_new(texts[i]);
        AUTO(array) GPtrArray *blocks = markdown_blocks(text, "a.md", problems);
        assert_true(problems_any(problems));
        assert_int_equal(problems_at(problems, 0)->error.place.line, 3);
        assert_true(blocks->len > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_become_blocks),
        cmocka_unit_test(pictures_in_html_are_a_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
