/* The error object and the gathering of problems. */
#include "../cases.h"
#include "base/problem.h"

#include <errno.h>

static void the_first_error_was_the_cause(void **state)
{
    (void)state;
    AUTO(error) struct error error = {0};
    assert_false(error_set(&error, EX_DATAERR, (struct place){"a.md", 3, 0}, "mend it", "wrong: %d", 7));
    assert_false(error_set(&error, EX_CONFIG, NOWHERE, NULL, "second"));
    AUTO(text) char *line = error_line_english(&error);
    assert_string_equal(line, "a.md:3: wrong: 7");
    assert_string_equal(error.todo.english, "mend it");
    assert_int_equal(error.exit_class, EX_DATAERR);
}

static void errno_chooses_the_class(void **state)
{
    (void)state;
    static const struct {
        int code, exit_class;
    } rows[] = {{ENOENT, EX_NOINPUT}, {EACCES, EX_NOPERM}, {ENOSPC, EX_TEMPFAIL}, {EIO, EX_IOERR}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(error) struct error error = {0};
        errno = rows[i].code;
        error_set_errno(&error, NOWHERE, "can't");
        assert_int_equal(error.exit_class, rows[i].exit_class);
    }
}

static void nobody_need_want_the_error(void **state)
{
    (void)state;
    assert_false(error_set(NULL, EX_DATAERR, NOWHERE, NULL, "x"));
    struct error from = {0};
    error_set(&from, EX_DATAERR, NOWHERE, NULL, "x");
    assert_false(error_pass(NULL, &from));
    assert_false(error_is_set(&from));
}

static void the_contracts_order_of_exit_classes_counts(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new();
    assert_int_equal(problems_exit_class(problems), 0);
    problems_add(problems, REMARK, "r", EX_CONFIG, NOWHERE, NULL, "a remark stops nothing");
    assert_false(problems_any(problems));
    problems_add(problems, PROBLEM, "r", EX_IOERR, NOWHERE, NULL, "a");
    problems_add(problems, PROBLEM, "r", EX_UNAVAILABLE, NOWHERE, NULL, "b");
    problems_add(problems, PROBLEM, "r", EX_NOINPUT, NOWHERE, NULL, "c");
    problems_add(problems, PROBLEM, "r", EX_DATAERR, NOWHERE, NULL, "d");
    assert_int_equal(problems_exit_class(problems), EX_DATAERR);
    problems_add(problems, PROBLEM, "r", EX_CONFIG, NOWHERE, NULL, "e");
    assert_int_equal(problems_exit_class(problems), EX_CONFIG);
}

static void problems_are_sorted_by_place(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new(), *joined = problems_new();
    problems_add(problems, PROBLEM, "r", EX_DATAERR, (struct place){"b", 1, 0}, NULL, "3");
    problems_add(problems, PROBLEM, "r", EX_DATAERR, (struct place){"a", 9, 0}, NULL, "2");
    problems_add(problems, PROBLEM, "r", EX_DATAERR, (struct place){"a", 2, 0}, NULL, "1");
    problems_join(joined, problems);
    problems_sort(joined);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(problems_at(joined, i)->error.what.english[0], '1' + (int)i);
}

static void columns_are_named_in_lists_alone(void **state)
{
    (void)state;
    static const struct {
        const char *file, *line;
    } rows[] = {{"a.csv", "a.csv:7: no (column B)"}, {"a.md", "a.md:7: no"}, {"a.txt", "a.txt:7: no"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(error) struct error error = {0};
        error_set(&error, EX_DATAERR, (struct place){rows[i].file, 7, 2}, NULL, "no");
        AUTO(text) char *line = error_line_english(&error);
        assert_string_equal(line, rows[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_named_in_lists_alone),
        cmocka_unit_test(the_first_error_was_the_cause),
        cmocka_unit_test(errno_chooses_the_class),
        cmocka_unit_test(nobody_need_want_the_error),
        cmocka_unit_test(the_contracts_order_of_exit_classes_counts),
        cmocka_unit_test(problems_are_sorted_by_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
