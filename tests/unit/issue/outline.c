/* From blocks to an issue: what each part is taken for, in documents of a few lines. */
#include "../cases.h"

#include "issue/issue.h"

#include <string.h>

static void add_list(GString *text, const char *name, const GPtrArray *items)
{
    g_string_append_printf(text, " %s=", name);
    for (guint i = 0; i < items->len; i++)
        g_string_append_printf(text, "%s%s", i ? "," : "", (char *)items->pdata[i]);
}

static void add_article(GString *text, const struct article *article)
{
    g_string_append_printf(text, " [%s", article->title);
    if (article->section)
        g_string_append_printf(text, "@%s", article->section);
    for (guint i = 0; i < article->blocks->len; i++) {
        const struct block *block = article->blocks->pdata[i];
        const char *words = block->text ? block->text : block->texts->pdata[0];
        g_string_append_printf(text, "/%s%s", block->kind == BLOCK_HEADING ? "#" : "", words);
    }
    if (article->attribution)
        g_string_append_printf(text, " by %s", article->attribution);
    g_string_append_c(text, ']');
}

/* Articles as [TITLE@SECTION/TEXT/#SUB-HEADING by ATTRIBUTION], then what the rows look at. */
static char *shown(const struct issue *issue)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < issue->articles->len; i++)
        add_article(text, issue->articles->pdata[i]);
    if (issue->contents->len)
        add_list(text, "contents", issue->contents);
    for (guint i = 0; i < issue->distribution->len; i++) {
        const struct distribution_line *line = issue->distribution->pdata[i];
        g_string_append_printf(text, " %d:%s>%s", line->line, line->label, line->text);
    }
    if (issue->editor->len)
        add_list(text, "editor", issue->editor);
    for (guint i = 0; i < issue->other->len; i++) {
        const struct imprint_line *line = issue->other->pdata[i];
        g_string_append_printf(text, " %d:%s=%s", line->line, line->label ? line->label : "",
                               line->text);
    }
    return g_string_free(text, FALSE);
}

struct row {
    const char *name, *document, *text, *issue; /* issue NULL: there is a problem */
    const char *rules; /* of all problems and remarks, blanks between; NULL: none */
};

static void check(const struct row *row)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    AUTO(str) GString *rules = g_string_new(NULL);
    CASE(row->name);
    AUTO(text) char *document = g_strconcat("科协动态\n\n2023年第25期\n\n", row->text, NULL);
    bool good = issue_read(&issue, document, strlen(document), row->document, problems);
    for (size_t i = 0; i < problems_count(problems); i++)
        g_string_append_printf(rules, "%s%s", i ? " " : "", problems_at(problems, i)->rule);
    assert_string_equal(rules->str, row->rules ? row->rules : "");
    assert_int_equal(good, row->issue != NULL);
    if (row->issue) {
        AUTO(text) char *is = shown(issue);
        assert_string_equal(is[0] == ' ' ? is + 1 : is, row->issue);
    }
}

static void articles_are_found(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"headings", "a.md", "## 一号\n\n文。\n\n## 二号\n\n文。\n", "[一号/文。] [二号/文。]",
         NULL},
        {"bold lines", "a.md", "**一号**\n\n文。\n\n**二号**\n\n文。\n", "[一号/文。] [二号/文。]",
         NULL},
        {"bare lines", "a.md", "一号\n\n文一。\n\n二号\n\n文二。\n", "[一号/文一。] [二号/文二。]",
         NULL},
        {"bare lines in plain text", "a.txt", "一号\n　　文一。\n二号\n　　文二。\n",
         "[一号/文一。] [二号/文二。]", NULL},
        {"underlined", "a.md", "一号\n---\n\n文一。\n", "[一号/文一。]", NULL},
        {"numbered", "a.md", "1. 一号\n\n文一。\n\n2. 二号\n\n文二。\n",
         "[一号/文一。] [二号/文二。]", NULL},
        {"a section", "a.md", "## 【栏目】\n\n### 一号\n\n文。\n\n## 二号\n\n文。\n",
         "[一号@栏目/文。] [二号@栏目/文。]", NULL},
        {"a heading over headings", "a.md", "## 栏目\n\n### 一号\n\n文。\n", "[一号@栏目/文。]",
         NULL},
        {"sections by 一、", "a.md",
         "## 一、栏目\n\n## 一号\n\n文。（密云区科协）\n\n## 二、栏二\n\n## 二号\n\n文。\n",
         "[一号@栏目/文。 by 密云区科协] [二号@栏二/文。]", NULL},
        {"一、 in an article is no title", "a.md", "## 一号\n\n文。\n\n## 一、背景\n\n文二。\n",
         "[一号/文。/#一、背景/文二。]", NULL},
        {"a bold line among headings is no title", "a.md",
         "## 一号\n\n文。\n\n**要点**\n\n文二。\n", "[一号/文。/要点/文二。]", NULL},
        {"a title over two lines", "a.md", "## 一号\n\n## 续\n\n文。\n", "[一号续/文。]", NULL},
        {"a title can hold anything", "a.md",
         "## 第5期培训班审核\n\n分送：是正文里的词，不是版记。\n\n文。后续。\n",
         "[第5期培训班审核/分送：是正文里的词，不是版记。/文。后续。]", NULL},
        {"a by-line", "a.md", "## 一号\n\n海淀区科协\n\n文。\n", "[一号/文。 by 海淀区科协]", NULL},
        {"an editor's note", "a.md", "【编者按】按语。\n\n## 一号\n\n文。\n",
         "[一号/【编者按】按语。/文。]", NULL},
        {"an editor's note in a quotation", "a.md", "> 【按】按语。\n\n## 一号\n\n文。\n",
         "[一号/【按】按语。/文。]", NULL},
        {"text after a note that no title followed", "a.md",
         "## 一号\n\n文。\n\n【编者按】按语。\n\n甲。\n\n乙。\n\n丙。\n\n丁。\n\n戊。\n\n己。"
         "\n\n庚。\n\n辛。\n\n壬。\n\n癸。\n\n子。\n\n丑。\n",
         NULL, "stray-text stray-text"},
        {"a sign before titles", "a.md",
         "◆ 一号\n\n文。\n\n**甲**\n\n文二。\n\n**乙**\n\n文三。\n\n◆ 二号\n\n文四。\n",
         "[一号/文。/甲/文二。/乙/文三。] [二号/文四。]", NULL},
        {"a title as its section is named", "a.md", "## 【通知】\n\n## 通知\n\n文。\n",
         "[通知@通知/文。]", NULL},
        {"deeper headings in an article", "a.md",
         "# 一号\n\n文。\n\n## 背景\n\n文二。\n\n# 二号\n\n文三。\n",
         "[一号/文。/#背景/文二。] [二号/文三。]", NULL},
        {"numbers that follow on inside", "a.md",
         "## 一号\n\n文。\n\n## 一、背景\n\n文二。\n\n## 二、问题\n\n### （一）甲\n\n文三。\n",
         "[一号/文。/#一、背景/文二。/#二、问题/#（一）甲/文三。]", NULL},
        {"numbers that follow on before titles", "a.txt",
         "1、一号\n今天，会议召开，到会三十人。\n2、二号\n昨天，展览开幕，观众三百人。\n",
         "[一号/今天，会议召开，到会三十人。] [二号/昨天，展览开幕，观众三百人。]", NULL},
        {"numbered lines among plain titles", "a.md",
         "**一号**\n\n文。\n\n**1. 背景**\n\n文二。\n\n**二号**\n\n文三。\n",
         "[一号/文。/1. 背景/文二。] [二号/文三。]", NULL},
        {"sections by their names", "a.txt",
         "工作动态\n\n区科协召开全委会\n\n　　会议召开。\n\n通知公告\n\n关于报名的通知\n\n　　请报"
         "名。\n",
         "[区科协召开全委会@工作动态/会议召开。] [关于报名的通知@通知公告/请报名。]", NULL},
        {"a sign over another sign", "a.txt",
         "●区内\n△一号\n今天，会议召开。\n△二号\n昨天，展览开幕。\n",
         "[一号@区内/今天，会议召开。] [二号@区内/昨天，展览开幕。]", NULL},
        {"a second title", "a.md", "## 一号\n\n**——记某事**\n\n文。\n", "[一号——记某事/文。]",
         NULL},
        {"a unit in brackets ends an article", "a.md",
         "## 一号\n\n文。\n\n【昆山市科协】\n\n## 二号\n\n文。\n",
         "[一号/文。 by 昆山市科协] [二号/文。]", NULL},
        {"a signature at the right", "a.txt",
         "一号\n　　文。\n　　　　　　　　　　右玉县科协 曹鹏\n二号\n　　文。\n",
         "[一号/文。 by 右玉县科协 曹鹏] [二号/文。]", NULL},
        {"a letter's signature and date", "a.md",
         "## 一号\n\n此致敬礼！\n\n大兴区科协\n\n2024年12月20日\n\n## 二号\n\n文。\n",
         "[一号/此致敬礼！/大兴区科协/2024年12月20日] [二号/文。]", NULL},
        {"no article", "a.md", "", NULL, "no-article"},
        {"text under no title", "a.md", "这是一段话，没有标题。\n\n## 一号\n\n文。\n", NULL,
         "stray-text"},
        {"a blank that parts a title", "a.md", "## 一号工作　二号工作\n\n文。\n",
         "[一号工作 二号工作/文。]", NULL},
        {"a title spaced out", "a.md", "## 科 普 开 讲\n\n文。\n", "[科普开讲/文。]", NULL},
        {"a title torn after 暨", "a.md", "## 培训班暨 提升班\n\n文。\n", "[培训班暨提升班/文。]",
         NULL},
        {"01 before titles", "a.md", "**01 一号**\n\n文。\n\n**02 二号**\n\n文。\n",
         "[一号/文。] [二号/文。]", NULL},
        {"01 on a line over titles", "a.md",
         "**01**\n\n**一号**\n\n文。\n\n**02**\n\n**二号**\n\n文。\n", "[一号/文。] [二号/文。]",
         NULL},
        {"1/ and 2 | before titles", "a.md", "## 1/ 一号\n\n文。\n\n## 2 | 二号\n\n文。\n",
         "[一号/文。] [二号/文。]", NULL},
        {"a bold mark between a colon and a Hanzi", "a.md", "**“一号”**开营\n\n文。\n",
         "[“一号”开营/文。]", NULL},
        {"titles that exclaim", "a.md", "**一号来了！**\n\n文。\n\n**二号来了！**\n\n文。\n",
         "[一号来了！/文。] [二号来了！/文。]", NULL},
        {"a bold line that exclaims in an article", "a.md",
         "**一号**\n\n文。\n\n**我们在路上！**\n\n文。\n", "[一号/文。/我们在路上！/文。]", NULL},
        {"a first title that asks", "a.md", "怎么办？\n\n文。\n", "[怎么办？/文。]", NULL},
        {"a caption after the attribution", "a.md",
         "## 一号\n\n文。（密云区科协）\n\n![图](a.jpg)\n\n▲现场\n\n## 二号\n\n文。\n",
         "[一号/文。/图/▲现场 by 密云区科协] [二号/文。]", NULL},
        {"a caption between pictures", "a.md",
         "## 一号\n\n文。\n\n（密云区科协）\n\n![图](a.jpg)\n\n图为现场\n\n![图](b.jpg)\n\n"
         "## 二号\n\n文。\n",
         "[一号/文。/图/图为现场/图 by 密云区科协] [二号/文。]", NULL},
        {"blanks behind a break", "a.md", "**一号**\n\n文。\\  \n文。\n", "[一号/文。/文。]", NULL},
        {"bold in pieces", "a.md", "**市科协****开会**\n\n文。\n", "[市科协开会/文。]", NULL},
        {"bold within a tag", "a.md", "<center>**一号**</center>\n\n文。\n", "[一号/文。]", NULL},
        {"a title between signs", "a.txt", "★一号★\n　　文。\n\n★二号★\n　　文。\n",
         "[一号/文。] [二号/文。]", NULL},
        {"a bar before sections", "a.md", "**| 要闻**\n\n**一号**\n\n文。\n", "[一号@要闻/文。]",
         NULL},
        {"a running head without a page's number", "a.md",
         "## "
         "一号\n\n会议要求，各单位要压实责任，加强组织领导，\n\n科协动态　第25期\n\n确保安全。\n",
         "[一号/会议要求，各单位要压实责任，加强组织领导，确保安全。]",
         "torn-paragraph page-furniture"},
        {"page numbers of a digit alone", "a.txt",
         "一号\n　　会议要求，各单位要压实责任，\n\n1\n\n科协动态（第25期）\n\n确保安全。\n\n2\n\n"
         "二号\n　　文。\n",
         "[一号/会议要求，各单位要压实责任，确保安全。] [二号/文。]",
         "torn-paragraph page-furniture page-furniture page-furniture"},
        {"a deeper second line of a title", "a.md",
         "## 一号\n\n### ——记王淑芬\n\n文。\n\n## 二号\n\n文。\n",
         "[一号——记王淑芬/文。] [二号/文。]", NULL},
        {"a section in a box", "a.md", "| 要闻 |\n|---|\n\n**一号**\n\n文。\n", "[一号@要闻/文。]",
         NULL},
        {"a title right over the imprint", "a.md", "## 一号\n\n文。\n\n## 二号\n\n编辑：张三\n",
         NULL, "article-without-text"},
        {"a title that fills its line, over a day", "a.txt",
         "市科协部署全国科普日主场活动和重点活动筹备工作会\n"
         "9月5日，市科协召开全国科普日活动筹备工作会议，对主场\n"
         "活动和重点活动作出安排，要求各单位压实责任抓好落实，\n有序推进。\n",
         "[市科协部署全国科普日主场活动和重点活动筹备工作会/"
         "9月5日，市科协召开全国科普日活动筹备工作会议，对主场活动和重点活动作出安排，"
         "要求各单位压实责任抓好落实，有序推进。]",
         NULL},
        {"a title without text", "a.md", "## 一号\n\n文。\n\n## 二号\n", "[一号/文。] [二号]",
         "article-without-text"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check(&rows[i]);
}

static void torn_paragraphs_are_joined(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"by a page break", "a.md",
         "## "
         "一号\n\n培训班采用专题报告、专题辅导和分组研讨等形式，全面学习、实践、推\n\n动工作。\n",
         "[一号/培训班采用专题报告、专题辅导和分组研讨等形式，全面学习、实践、推动工作。]",
         "torn-paragraph"},
        {"in an attribution", "a.md",
         "## 一号\n\n培训班采用专题报告、专题辅导和分组研讨等形式，全面学习。（密云区\n\n科协）\n",
         "[一号/培训班采用专题报告、专题辅导和分组研讨等形式，全面学习。 by 密云区科协]",
         "torn-paragraph"},
        {"with a page number between", "a.txt", "一号\n　　会议听取了汇报，\n— 3 —\n并作了研究。\n",
         "[一号/会议听取了汇报，并作了研究。]", "torn-paragraph page-furniture"},
        {"a heading ends it all the same", "a.md",
         "## 一号\n\n培训班采用专题报告、专题辅导和分组研讨等形式，全面学习、实践、推\n\n## "
         "二号\n\n文。\n",
         "[一号/培训班采用专题报告、专题辅导和分组研讨等形式，全面学习、实践、推] [二号/文。]",
         NULL},
        {"an English word", "a.md", "## 一号\n\n学习思想 and 精神，用 PPT 讲解。\n",
         "[一号/学习思想 and 精神，用 PPT 讲解。]", "stray-english"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check(&rows[i]);
}

static void contents_are_told_from_articles(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"under a head over a column", "a.md",
         "| 目录 | 页码 |\n|---|---|\n| 一号 | 1 |\n| 二号 | 2 |\n\n## 一号\n\n文。\n\n## "
         "二号\n\n文。\n",
         "[一号/文。] [二号/文。] contents=一号,二号", NULL},
        {"a table that all comes again", "a.md",
         "| 序号 | 标题 |\n|---|---|\n| 1 | 一号 |\n| 2 | 二号 |\n\n## 一号\n\n文。\n\n## "
         "二号\n\n文。\n",
         "[一号/文。] [二号/文。] contents=一号,二号", NULL},
        {"an entry that fills its line, and its title", "a.txt",
         "目录\n市科协部署全国科普日主场活动和重点活动筹备工作会\n二号\n\n"
         "市科协部署全国科普日主场活动和重点活动筹备工作会\n"
         "会议于九月五日召开，对全国科普日的主场活动和重点活动\n"
         "作出安排，要求各单位压实责任，狠抓落实，有序推进。\n\n二号\n　　文。\n",
         "[市科协部署全国科普日主场活动和重点活动筹备工作会/"
         "会议于九月五日召开，对全国科普日的主场活动和重点活动作出安排，要求各单位压实责任，狠抓落"
         "实，"
         "有序推进。] [二号/文。] contents=市科协部署全国科普日主场活动和重点活动筹备工作会,二号",
         NULL},
        {"a list", "a.md", "目录\n\n- 一号\n- 二号\n\n## 一号\n\n文。\n\n## 二号\n\n文。\n",
         "[一号/文。] [二号/文。] contents=一号,二号", NULL},
        {"lines with leaders", "a.txt",
         "目　录\n一号……1\n二号……2\n\n一号\n　　文。\n二号\n　　文。\n",
         "[一号/文。] [二号/文。] contents=一号,二号", NULL},
        {"a table", "a.md",
         "目录\n\n| 标题 | 页码 |\n|---|---|\n| 一号 | 1 |\n| 二号 | 2 |\n\n## 一号\n\n文。\n\n## "
         "二号\n\n文。\n",
         "[一号/文。] [二号/文。] contents=一号,二号", NULL},
        {"grouped by sections", "a.md",
         "目录\n\n【栏目】\n\n- 一号\n\n## 【栏目】\n\n## 一号\n\n文。\n",
         "[一号@栏目/文。] contents=一号", NULL},
        {"without a head", "a.md",
         "- [一号](#1)\n- [二号](#2)\n\n## 一号\n\n文。\n\n## 二号\n\n文。\n",
         "[一号/文。] [二号/文。] contents=一号,二号", NULL},
        {"grouped by names without a page", "a.txt",
         "目录\n要闻\n1.一号 ....... 1\n动态\n2.二号 ....... "
         "2\n\n要闻\n\n一号\n\n文。\n\n动态\n\n二号\n\n文。\n",
         "[一号@要闻/文。] [二号@动态/文。] contents=一号,二号", NULL},
        {"an entry over two lines", "a.txt",
         "目录\n一号开班.......1\n二号召开会议\n    "
         "助力发展.......2\n\n一号开班\n　　文。\n二号召开会议\n助力发展\n　　文。\n",
         "[一号开班/文。] [二号召开会议助力发展/文。] contents=一号开班,二号召开会议助力发展",
         NULL},
        {"an entry too many", "a.md", "目录\n\n- 一号\n- 无此文章\n\n## 一号\n\n文。\n",
         "[一号/文。] contents=一号,无此文章", "contents-entry"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check(&rows[i]);
}

static void imprints_are_read(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"one distribution line", "a.md", "## 一号\n\n文。\n\n分送：甲、乙\n",
         "[一号/文。] 9:分送>甲、乙", NULL},
        {"it goes on", "a.md", "## 一号\n\n文。\n\n分送：甲\n\n乙\n\n丙\n",
         "[一号/文。] 9:分送>甲 11:分送>乙 13:分送>丙", NULL},
        {"on lines of one paragraph", "a.md", "## 一号\n\n文。\n\n分送：甲\n乙\n抄送：丙\n",
         "[一号/文。] 9:分送>甲 10:分送>乙 11:抄送>丙", NULL},
        {"the triple", "a.txt", "一号\n\n　　文。\n\n报：甲\n送：乙\n发：丙\n",
         "[一号/文。] 9:报>甲 10:送>乙 11:发>丙", NULL},
        {"a label alone", "a.md", "## 一号\n\n文。\n\n分送：\n\n甲\n", "[一号/文。] 11:分送>甲",
         NULL},
        {"in headings", "a.md", "## 一号\n\n文。\n\n## 编辑：张三\n\n## 分送：甲\n",
         "[一号/文。] 11:分送>甲 editor=张三", NULL},
        {"in a table", "a.md", "## 一号\n\n文。\n\n| 编辑 | 张三 |\n|---|---|\n| 分送 | 甲 |\n",
         "[一号/文。] 11:分送>甲 editor=张三", NULL},
        {"labels in bold", "a.md", "## 一号\n\n文。\n\n**编辑：**张三\n\n**分送：** 甲\n",
         "[一号/文。] 11:分送>甲 editor=张三", NULL},
        {"labels slanted", "a.md", "## 一号\n\n文。\n\n*编辑：*张三\n\n*分送：*甲\n",
         "[一号/文。] 11:分送>甲 editor=张三", NULL},
        {"signs before labels", "a.md", "## 一号\n\n文。\n\n◆编辑：张三\n\n◆分送：甲\n",
         "[一号/文。] 11:分送>甲 editor=张三", NULL},
        {"labels over a table's columns", "a.md",
         "## 一号\n\n文。\n\n| 编 辑 | 分 送 |\n|---|---|\n| 张三 | 甲 |\n",
         "[一号/文。] 11:分送>甲 editor=张三", NULL},
        {"a table without a head", "a.md",
         "## 一号\n\n文。\n\n| | |\n|---|---|\n| 编辑 | 张三 |\n| 送 | 甲 |\n",
         "[一号/文。] 12:送>甲 editor=张三", NULL},
        {"under — END —", "a.md", "## 一号\n\n文。\n\n**— END —**\n\n分送：甲\n",
         "[一号/文。] 11:分送>甲", NULL},
        {"a picture under it", "a.md",
         "## 一号\n\n文。\n\n编辑：张三\n\n分送：甲\n\n![二维码](a.png)\n",
         "[一号/文。] 11:分送>甲 editor=张三", "imprint-picture"},
        {"in brackets under a rule", "a.md", "## 一号\n\n文。\n\n---\n\n（编辑：张三　分送：甲）\n",
         "[一号/文。] 11:分送>甲 editor=张三", NULL},
        {"in brackets at an article's end", "a.md",
         "## 一号\n\n文。\n\n（编辑：张三　审核：李四）\n", "[一号/文。 by 编辑：张三　审核：李四]",
         NULL},
        {"who printed it over the first label", "a.md",
         "## 一号\n\n文。\n\n---\n\n办公室　2023年1月1日印发\n\n分送：甲\n",
         "[一号/文。] 13:分送>甲 11:=办公室　2023年1月1日印发", NULL},
        {"copies printed and a full stop", "a.md",
         "## 一号\n\n文。\n\n分送：甲、乙。（共印150份）\n\n办公室 2023年1月1日印发\n",
         "[一号/文。] 9:分送>甲、乙 11:=办公室 2023年1月1日印发", NULL},
        {"a rule ends it", "a.md", "## 一号\n\n文。\n\n分送：甲\n\n---\n\n乙\n", NULL,
         "imprint-unknown"},
        {"words under no label", "a.md",
         "## 一号\n\n文。\n\n编辑：张三\n\n这一行不知道是什么\n\n分送：甲\n", NULL,
         "imprint-unknown"},
        {"persons spaced out", "a.md", "## 一号\n\n文。\n\n编辑：张　三　李红波、王五\n",
         "[一号/文。] editor=张三,李红波,王五", NULL},
        {"a telephone in an article's notice", "a.md",
         "## 一号\n\n文。\n\n联系电话：010-1\n\n欢迎报名\n\n编辑：张三\n",
         "[一号/文。/联系电话：010-1/欢迎报名] editor=张三", NULL},
        {"in the middle", "a.md",
         "## 一号\n\n文。\n\n编辑：张三\n\n分送：甲\n\n## 二号\n\n文一。后续。\n", NULL,
         "imprint-misplaced"},
        {"in the middle, another at the end", "a.md",
         "## 一号\n\n文。\n\n编辑：张三\n\n分送：甲\n\n## 二号\n\n文一。后续。\n\n邮箱：a@b.cn\n",
         NULL, "imprint-misplaced"},
        {"a letter's copies in an article", "a.md",
         "## 一号\n\n文。\n\n抄送：乙\n\n## 二号\n\n文一。后续。\n\n编辑：张三\n",
         "[一号/文。/抄送：乙] [二号/文一。后续。] editor=张三", NULL},
        {"editors at the head", "a.md",
         "编辑：张三\n审核：李四\n\n## 一号\n\n会议召开。会议强调安全。\n",
         "[一号/会议召开。会议强调安全。] editor=张三", NULL},
        {"who printed it", "a.md", "## 一号\n\n文。\n\n编辑：张三\n\n办公室 2023年1月1日印发\n",
         "[一号/文。] editor=张三 11:=办公室 2023年1月1日印发", NULL},
        {"a name with a foreign part", "a.md", "## 一号\n\n文。\n\n编辑：Anna 李、周明\n",
         "[一号/文。] editor=Anna 李,周明", NULL},
        {"a second mail address", "a.md", "## 一号\n\n文。\n\n邮箱：a@b.cn\n\n邮箱：c@d.cn\n",
         "[一号/文。]", "second-contact"},
        {"an address", "a.md", "## 一号\n\n文。\n\n地址：北京\n\n编辑：张三\n",
         "[一号/文。] editor=张三 9:地址=北京", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(articles_are_found),
        cmocka_unit_test(torn_paragraphs_are_joined),
        cmocka_unit_test(contents_are_told_from_articles),
        cmocka_unit_test(imprints_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
