/* Charsets, widths, likeness, wrapping. */
#include "../cases.h"
#include "base/text.h"

#include <uniwidth.h>

static void documents_of_every_charset_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *octets;
        size_t length;
        const char *text; /* NULL: refused */
        int line;
    } rows[] = {
        {"UTF-8", "中文\r\n二", 11, "中文\n二", 0},
        {"UTF-8 with BOM", "\xef\xbb\xbf中", 6, "中", 0},
        {"GB18030", "\xd6\xd0\xce\xc4\n", 5, "中文\n", 0},
        {"UTF-16LE with BOM", "\xff\xfe\x2d\x4e", 4, "中", 0},
        {"UTF-16BE with BOM", "\xfe\xff\x4e\x2d", 4, "中", 0},
        {"a lone CR ends a line", "a\rb", 3, "a\nb", 0},
        {"CRs of all sorts", "\r\n\ra\r\r\nb\r", 9, "\n\na\n\nb\n", 0},
        {"a BOM, and then no UTF-8",
         "\xef\xbb\xbf"
         "a\n\xff\xff",
         7, NULL, 2},
        {"a BOM, and then a NUL",
         "\xef\xbb\xbf"
         "a\0b",
         6, NULL, 1},
        {"neither", "a\n\xff\xff\xff", 5, NULL, 2},
        {"a NUL", "a\nb\0c", 5, NULL, 2},
        {"nothing", "", 0, "", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].name);
        AUTO(str) GString *text = NULL;
        AUTO(error) struct error error = {0};
        assert_int_equal(text_decode(&text, rows[i].octets, rows[i].length, "f", &error),
                         rows[i].text != NULL);
        if (rows[i].text)
            assert_string_equal(text->str, rows[i].text);
        else
            assert_int_equal(error.place.line, rows[i].line);
    }
}

static void widths_are_those_of_a_chinese_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
    } rows[] = {{"a", 1},   {"中", 2},        {"“”", 4},          {"—", 2},
                {"①★℃", 6}, {"e\xcc\x81", 1}, {"\xe2\x80\x8b", 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_int_equal(text_width(rows[i].text), rows[i].width);
}

/* Most signs are not asked for one by one: all the same. */
static void every_sign_is_as_wide_as_libunistring_says(void **state)
{
    (void)state;
    for (gunichar c = 1; c < 0x110000; c++) {
        if (text_width_of(c) != MAX(0, uc_width(c, "GBK")))
            fail_msg("U+%04X", c);
        if (c < 0x80)
            assert_int_equal(text_is_blank(c), g_unichar_isspace(c));
    }
}

static void folding_makes_half_width(void **state)
{
    (void)state;
    AUTO(text) char *folded = text_fold("２０２３年　第\xe2\x80\x8b２５期：\xc2\xa0Ａ");
    assert_string_equal(folded, "2023年 第25期: A");
    AUTO(text) char *trimmed = text_trim("　 a b \xef\xbb\xbf");
    assert_string_equal(trimmed, "a b");
    AUTO(text) char *squeezed = text_squeeze("科 协　每 周");
    assert_string_equal(squeezed, "科协每周");
}

static void the_nearest_names_come_first(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *names = g_ptr_array_new();
    g_ptr_array_add(names, (char *)"市科协驻会领导");
    g_ptr_array_add(names, (char *)"市科协主席");
    g_ptr_array_add(names, (char *)"基金会");
    AUTO(array) GPtrArray *nearest = text_nearest("市科协住会领导", names, 2);
    assert_int_equal(nearest->len, 1);
    assert_string_equal(nearest->pdata[0], "市科协驻会领导");
}

static void lines_break_where_the_standard_allows(void **state)
{
    (void)state;
    static const struct {
        const char *name, *paragraph;
        int columns;
        const char *lines;
    } rows[] = {
        {"between Hanzi", "一二三四五六", 8, "一二三四\n五六\n"},
        {"no 。 begins a line", "一二三四。五", 8, "一二三\n四。五\n"},
        {"no “ ends a line", "一二三“四”", 8, "一二三\n“四”\n"},
        {"—— stays whole and begins no line", "一二三——四", 8, "一二\n三——四\n"},
        {"words stay whole", "hello world again", 11, "hello world\nagain\n"},
        {"a word longer than the line", "abcdefghij", 4, "abcdefghij\n"},
        {"empty", "", 8, "\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].name);
        AUTO(str) GString *wrapped = g_string_new(NULL);
        text_wrap(wrapped, rows[i].paragraph, rows[i].columns, "", "");
        assert_string_equal(wrapped->str, rows[i].lines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_of_every_charset_are_read),
        cmocka_unit_test(widths_are_those_of_a_chinese_terminal),
        cmocka_unit_test(every_sign_is_as_wide_as_libunistring_says),
        cmocka_unit_test(folding_makes_half_width),
        cmocka_unit_test(the_nearest_names_come_first),
        cmocka_unit_test(lines_break_where_the_standard_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
