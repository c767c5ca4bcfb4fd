/* What is said several times is gathered; remarks are named. */
#include "base/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

static void add(struct problems *problems, enum severity severity, int line, const char *word)
{
    (void)problems_add(problems, severity, "rule", EX_DATAERR, (struct place){"a.md", line, 0},
                       N_("mend it"), N_("an English word: %s"), word);
}

static char *printed(const struct problems *problems, enum severity severity)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    problems_print(problems, severity, to);
    (void)fclose(to);
    return text;
}

static void what_is_said_again_is_gathered(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new();
    add(problems, REMARK, 3, "and");
    add(problems, REMARK, 5, "or");
    add(problems, REMARK, 9, "and");
    add(problems, PROBLEM, 11, "and");
    add(problems, REMARK, 12, "and");
    char *remarks = printed(problems, REMARK), *wrong = printed(problems, PROBLEM);
    assert_string_equal(remarks, "a.md:3: remark: an English word: and (also in lines 9, 12)\n"
                                 "a.md:5: remark: an English word: or\n"
                                 "    mend it\n");
    assert_string_equal(wrong, "a.md:11: an English word: and\n    mend it\n");
    free(remarks);
    free(wrong);
}

/* What is known of repeats is looked for anew after a change. */
static void repeats_are_those_of_now(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new();
    add(problems, REMARK, 9, "and");
    add(problems, REMARK, 0, "or");
    add(problems, REMARK, 0, "or");
    add(problems, REMARK, 9, "and");
    add(problems, REMARK, 12, "and");
    assert_false(problems_is_repeat(problems, 0));
    assert_false(problems_is_repeat(problems, 2)); /* nobody knows where */
    AUTO(text) char *more = problems_more_lines(problems, 0);
    assert_string_equal(more, ", 12");
    add(problems, REMARK, 3, "and");
    assert_true(problems_is_repeat(problems, 5));
    problems_sort(problems);
    assert_false(problems_is_repeat(problems, 2));
    assert_true(problems_is_repeat(problems, 3));
    AUTO(text) char *sorted = problems_more_lines(problems, 2);
    assert_string_equal(sorted, ", 9, 12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_said_again_is_gathered),
                                       cmocka_unit_test(repeats_are_those_of_now)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
