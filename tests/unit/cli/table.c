#include "cli/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* What the table prints now. */
static char *printed(struct table *table)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    table_print(table, to);
    (void)fclose(to);
    char *copy = g_strdup(text);
    free(text);
    return copy;
}

static void columns_align_by_display_width(void **state)
{
    (void)state;
    AUTO(table_of) struct table *table = table_new((const char *[]){"组", "n", "name"}, 3);
    table_align_right(table, 1);
    table_add(table, (const char *[]){"a", "7", "主席"});
    table_add(table, (const char *[]){"副主席", "412", NULL});
    AUTO(text) char *text = printed(table);
    assert_string_equal(text, "组        n  name\n"
                              "a         7  主席\n"
                              "副主席  412\n");
}

static void a_later_part_has_no_heads(void **state)
{
    (void)state;
    AUTO(table_of) struct table *table = table_new((const char *[]){"a", "b"}, 2);
    table_add(table, (const char *[]){"long one", "x"});
    g_free(printed(table));
    table_add(table, (const char *[]){"s", "y"});
    AUTO(text) char *text = printed(table);
    assert_string_equal(text, "s         y\n");
}

static void a_foreign_text_gives_the_terminal_no_orders(void **state)
{
    (void)state;
    AUTO(table_of) struct table *table = table_new((const char *[]){"a"}, 1);
    table_add(table, (const char *[]){"\033[2J\r\n\xc2\x9b"
                                      "31m\xff"});
    AUTO(text) char *text = printed(table);
    assert_null(strpbrk(text, "\033\r"));
    assert_null(strstr(text, "\xc2\x9b"));
    assert_true(g_utf8_validate(text, -1, NULL));
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_ptr_equal(strchr(strchr(text, '\n') + 1, '\n'), text + strlen(text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_align_by_display_width),
        cmocka_unit_test(a_later_part_has_no_heads),
        cmocka_unit_test(a_foreign_text_gives_the_terminal_no_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
