#include "fixture.h"

#define DOCUMENT "动态<25>.md"

static struct problems *some_problems(void)
{
    struct problems *problems = problems_new();
    problems_add(problems, PROBLEM, "no-date", EX_DATAERR, (struct place){DOCUMENT, 4, 0},
                 N_("write the date under the number"), N_("there is no date"));
    problems_add(problems, PROBLEM, "bad-address", EX_DATAERR, (struct place){"leaders.csv", 7, 2},
                 NULL, N_("this is no address: %s"), "a<b");
    problems_add(problems, PROBLEM, "sent", EX_DATAERR, NOWHERE, NULL, N_("it was sent before"));
    problems_add(problems, REMARK, "stray-english", 0, (struct place){DOCUMENT, 9, 0}, NULL,
                 N_("an English word: %s"), "and");
    return problems;
}

static void why_txt_says_all_of_it(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = some_problems();
    AUTO(text) char *text = report_why_text(DOCUMENT, problems);
    assert_string_equal(text, DOCUMENT
                        " was not sent\n\n"
                        "Nothing of this drop was sent. There are 3 reasons:\n\n"
                        "1. Line 4: there is no date\n"
                        "   How to mend it: write the date under the number\n\n"
                        "2. leaders.csv, line 7, column B: this is no address: a<b\n\n"
                        "3. it was sent before\n\n"
                        "Not in its way, but worth a look:\n\n"
                        "1. Line 9: an English word: and\n\n"
                        "What is to be mended: mend it, then drop it into the folder outbox again. "
                        "This folder may be deleted.\n");
}

static void why_html_says_the_same_escaped(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = some_problems();
    AUTO(text) char *html = report_why_html(DOCUMENT, problems);
    assert_says(html, "<meta charset=\"utf-8\">");
    assert_says(html, "<h1>动态&lt;25&gt;.md was not sent</h1>");
    assert_says(html, "<li><b>leaders.csv, line 7, column B: this is no address: a&lt;b</b></li>");
    assert_says(html, "Line 9: an English word: and");
    assert_null(strstr(html, "a<b"));
    assert_null(strstr(html, "<script"));
}

static void all_lines_of_a_list_are_named(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new();
    for (int line = 7; line <= 9; line++)
        problems_add(problems, PROBLEM, "x", EX_DATAERR, (struct place){"leaders.csv", line, 1},
                     N_("add it"), N_("no address"));
    problems_add(problems, PROBLEM, "x", EX_DATAERR, (struct place){"others.csv", 3, 0}, NULL,
                 N_("no address"));
    AUTO(text) char *text = report_why_text(DOCUMENT, problems);
    assert_says(text, "1. leaders.csv, lines 7, 8, 9, column A: no address\n");
    assert_says(text, "2. others.csv, line 3: no address\n");
}

static void one_problem_is_told_without_a_number(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new();
    problems_add(problems, PROBLEM, "x", EX_DATAERR, NOWHERE, NULL, N_("it was sent before"));
    AUTO(text) char *text = report_why_text("a.md", problems);
    assert_says(text, "The reason:\n\n1. it was sent before\n");
}

static void what_several_ask_for_is_said_once(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new();
    for (int line = 1; line <= 3; line++)
        problems_add(problems, REMARK, "x", 0, (struct place){DOCUMENT, line, 0}, N_("join them"),
                     N_("torn at %d"), line);
    AUTO(text) char *text = report_why_text(DOCUMENT, problems);
    AUTO(text) char *page = report_why_html(DOCUMENT, problems);
    const char *first = strstr(text, "join them"), *on_page = strstr(page, "join them");
    assert_non_null(first);
    assert_null(strstr(first + 1, "join them"));
    assert_non_null(strstr(text, "torn at 3"));
    assert_true(first > strstr(text, "torn at 3"));
    assert_null(strstr(on_page + 1, "join them"));
}

static void any_octets_become_a_valid_page(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new();
    problems_add(problems, PROBLEM, "x", EX_DATAERR, (struct place){"\xff\xe6", 1, 0}, NULL,
                 N_("an English word: %s"), "\xe6");
    AUTO(text) char *html = report_why_html("\xff\xe6.md", problems);
    AUTO(text) char *text = report_why_text("\xff\xe6.md", problems);
    assert_true(g_utf8_validate(html, -1, NULL));
    assert_true(g_utf8_validate(text, -1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lines_of_a_list_are_named),
        cmocka_unit_test(why_txt_says_all_of_it),
        cmocka_unit_test(why_html_says_the_same_escaped),
        cmocka_unit_test(one_problem_is_told_without_a_number),
        cmocka_unit_test(what_several_ask_for_is_said_once),
        cmocka_unit_test(any_octets_become_a_valid_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
