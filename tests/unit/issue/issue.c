/* The face: forms, what is refused before anything is read, what a publication requires. */
#include "../cases.h"

#include "conf/conf.h"
#include "issue/issue.h"

#include <string.h>

static void forms_are_known_by_the_ending(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum document_form form;
    } rows[] = {
        {"第25期.md", DOCUMENT_MARKDOWN}, {"A.MD", DOCUMENT_MARKDOWN}, {"a.txt", DOCUMENT_PLAIN},
        {"a.docx", DOCUMENT_UNKNOWN},     {"md", DOCUMENT_UNKNOWN},    {"", DOCUMENT_UNKNOWN},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_int_equal(document_form(rows[i].name), rows[i].form);
}

static void refused_documents_give_no_issue(void **state)
{
    (void)state;
    static const struct {
        const char *name, *document, *text;
        size_t length;
        const char *rule;
    } rows[] = {
        {"form", "a.docx", "PK", 2, "document-form"},
        {"encoding", "a.md", "\xff\xff\xff", 3, "encoding"},
        {"no text", "a.md", "a\0b", 3, "encoding"},
        {"secrecy", "a.md", "秘密★1年\n", 14, "secrecy"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(issue) struct issue *issue = NULL;
        CASE(rows[i].name);
        assert_false(issue_read(&issue, rows[i].text, rows[i].length, rows[i].document, problems));
        assert_null(issue);
        assert_int_equal(problems_count(problems), 1);
        assert_string_equal(problems_at(problems, 0)->rule, rows[i].rule);
        assert_true(problems_at(problems, 0)->error.place.line > 0);
    }
}

static void earlier_problems_are_kept_and_not_counted(void **state)
{
    (void)state;
    static const char text[] = "动态\n2023年第1期\n\n## 一号\n\n文。\n";
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    problems_add(problems, PROBLEM, "other", EX_DATAERR, NOWHERE, NULL, "%s", "x");
    assert_true(issue_read(&issue, text, strlen(text), "a.md", problems));
    assert_non_null(issue);
    assert_int_equal(problems_count(problems), 1);
}

static void what_is_required_must_be_there(void **state)
{
    (void)state;
    static const char text[] = "动态\n2023年第1期\n\n## 一号\n\n文。\n";
    static const unsigned all = REQUIRE_DATE | REQUIRE_EDITOR | REQUIRE_REVIEWER |
                                REQUIRE_DISTRIBUTION | REQUIRE_CONTACT | REQUIRE_OFFICE |
                                REQUIRE_TOTAL;
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    assert_true(issue_read(&issue, text, strlen(text), "a.md", problems));
    issue_require(issue, 0, problems);
    assert_int_equal(problems_count(problems), 0);
    issue_require(issue, all, problems);
    assert_int_equal(problems_count(problems), 7);
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct error *error = &problems_at(problems, i)->error;
        assert_int_equal(problems_at(problems, i)->severity, PROBLEM);
        assert_string_equal(error->place.file, "a.md");
        assert_int_equal(error->place.line, i < 3 ? 1 : 6);
        assert_non_null(error->todo.english);
    }
}

static void a_whole_issue_lacks_nothing(void **state)
{
    (void)state;
    static const char text[] = "动态\n2023年增刊第1期\n北京市科协办公室 2023年1月2日\n\n## "
                               "一号\n\n文。\n\n邮箱：a@b.cn\n\n"
                               "编辑：张三\n\n审核：李四\n\n分送：甲\n";
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    assert_true(issue_read(&issue, text, strlen(text), "a.md", problems));
    issue_require(issue, ~0u, problems);
    assert_int_equal(problems_count(problems), 0);
}

/* --- bounds --- */

static GString *repeated(const char *unit, guint times)
{
    GString *text = g_string_new("动态\n2023年第1期\n\n## 一号\n\n");
    for (guint i = 0; i < times; i++)
        g_string_append(text, unit);
    return text;
}

/* Read or refused: the test is that it ends; bounds.c prints how soon. */
static void hostile_documents_end(void **state)
{
    (void)state;
    static const struct {
        const char *name, *unit;
        guint times;
    } rows[] = {
        {"headings", "## 标题\n\n", 20000},
        {"a long line", "字，", 500000},
        {"quotes in quotes", ">", 20000},
        {"lists in lists", "- ", 5000},
        {"brackets", "[", 100000},
        {"labels", "分送：甲\n\n", 10000},
        {"labels on a line", "编辑：张", 50000},
        {"footnotes", "[^a]: 注\n\n", 20000},
        {"short lines", "字\n", 50000},
        {"sections", "## 【栏】\n\n", 20000},
        {"too many lines", "字\n", 200000},
        {"open brackets", "（", 200000},
        {"mastheads", "2023年第1期\n", 20000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        static const char *const documents[] = {"a.md", "a.txt"};
        CASE(rows[i].name);
        AUTO(str) GString *text = repeated(rows[i].unit, rows[i].times);
        for (size_t d = 0; d < G_N_ELEMENTS(documents); d++) {
            AUTO(problems) struct problems *problems = problems_new();
            AUTO(issue) struct issue *issue = NULL;
            bool good = issue_read(&issue, text->str, text->len, documents[d], problems);
            assert_int_equal(good, !problems_any(problems));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_known_by_the_ending),
        cmocka_unit_test(refused_documents_give_no_issue),
        cmocka_unit_test(earlier_problems_are_kept_and_not_counted),
        cmocka_unit_test(what_is_required_must_be_there),
        cmocka_unit_test(a_whole_issue_lacks_nothing),
        cmocka_unit_test(hostile_documents_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
