#include "people/cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/auto.h"

static const struct {
    const char *what, *text, *pieces; /* apart by | */
} rows[] = {
    {"one", "a@x.org", "a@x.org"},
    {"nothing", "", ""},
    {"blanks alone", " 　\t", ""},
    {"semicolons of both widths", "a@x.org;b@x.org；c@x.org", "a@x.org|b@x.org|c@x.org"},
    {"enumeration commas", "a@x.org、b@x.org，c@x.org,d@x.org", "a@x.org|b@x.org|c@x.org|d@x.org"},
    {"blanks of all sorts",
     "a@x.org b@x.org　c@x.org\nd@x.org\xc2\xa0"
     "e@x.org",
     "a@x.org|b@x.org|c@x.org|d@x.org|e@x.org"},
    {"a separator at the end", "a@x.org;", "a@x.org"},
    {"empty between", "a@x.org;;b@x.org", "a@x.org|b@x.org"},
    {"blanks at the at", "a @ x.org;b @x.org", "a@x.org|b@x.org"},
    {"zero width", "a\xe2\x80\x8b@x.org", "a@x.org"},
    {"name", "张三 <a@x.org>", "张三 <a@x.org>"},
    {"name without a blank", "张三<a@x.org>", "张三<a@x.org>"},
    {"name of two words", "Zhang San <a@x.org>; b@x.org", "Zhang San <a@x.org>|b@x.org"},
    {"full-width", "张三＜ａ＠x.org＞；b@x.org", "张三＜ａ＠x.org＞|b@x.org"},
    {"comma in a quoted name", "\"Zhang, San\" <a@x.org>, b@x.org",
     "\"Zhang, San\" <a@x.org>|b@x.org"},
    {"quoted local part", "\"a; b\"@x.org;c@x.org", "\"a; b\"@x.org|c@x.org"},
    {"escaped quote", "\"a\\\" b\"@x.org c@x.org", "\"a\\\" b\"@x.org|c@x.org"},
    {"a word before an address without brackets", "zhang san@x.org", "zhang|san@x.org"},
    {"a word at the end", "a@x.org 转", "a@x.org|转"},
    {"a name that a separator parts from the address", "张三；<a@x.org>", "张三|<a@x.org>"},
    {"blanks in brackets", "张三 < a@x.org >", "张三 < a@x.org >"},
    {"a bracket that never closes", "张三 <a@x.org; b@x.org", "张三 <a@x.org; b@x.org"},
};

static void parts_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].what);
        AUTO(array) GPtrArray *pieces = cell_addresses(rows[i].text);
        g_ptr_array_add(pieces, NULL);
        AUTO(text) char *joined = g_strjoinv("|", (char **)pieces->pdata);
        assert_string_equal(joined, rows[i].pieces);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(parts_cells)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
