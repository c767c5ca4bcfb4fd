#include "smtp/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct row {
    const char *name;
    int code;
    const char *text, *enhanced, *clean;
} rows[] = {
    {"plain", 250, "ok", NULL, "ok"},
    {"none", 250, NULL, NULL, NULL},
    {"empty", 250, "", NULL, NULL},
    {"words without a code", 0, "no connection", NULL, "no connection"},
    {"enhanced", 550, "5.1.1 no such user", "5.1.1", "no such user"},
    {"enhanced alone", 550, "5.1.1", "5.1.1", NULL},
    {"enhanced of another class", 450, "5.1.1 no", NULL, "5.1.1 no"},
    {"three digits", 550, "5.7.515 no", "5.7.515", "no"},
    {"four digits are none", 550, "5.7.5151 no", NULL, "5.7.5151 no"},
    {"two parts are none", 550, "5.7 no", NULL, "5.7 no"},
    {"no blank after it", 550, "5.1.1no", NULL, "5.1.1no"},
    {"greeting has none", 354, "3.0.0 go", NULL, "3.0.0 go"},
    {"lines", 550, "one\ntwo\n three ", NULL, "one two three"},
    {"the same code in each line", 550, "5.1.1 one\n5.1.1 two", "5.1.1", "one two"},
    {"another code in a line", 550, "5.1.1 one\n5.1.2 two", "5.1.1", "one 5.1.2 two"},
    {"code in the second line alone", 550, "one\n5.1.1 two", "5.1.1", "one two"},
    {"blanks", 250, "  a \t b  ", NULL, "a b"},
    {"control characters", 250,
     "a\x01\x1b[31mb\x7f\xc2\x85"
     "c",
     NULL, "a [31mb c"},
    {"line separator", 250,
     "a\xe2\x80\xa8"
     "b",
     NULL, "a b"},
    {"Chinese", 550, "5.1.1 用户不存在", "5.1.1", "用户不存在"},
    {"Chinese in GB18030", 550, "\xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda", NULL, "用户不存在"},
    {"no charset at all", 550, "a\xff\xff", NULL, "a\xef\xbf\xbd\xef\xbf\xbd"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct reply reply = reply_new(rows[i].code, rows[i].text);
        if (reply.code != rows[i].code || g_strcmp0(reply.enhanced, rows[i].enhanced) != 0 ||
            g_strcmp0(reply.text, rows[i].clean) != 0)
            fail_msg("%s: %d %s %s", rows[i].name, reply.code, reply.enhanced, reply.text);
        reply_clear(&reply);
        assert_null(reply.text);
    }
}

static void text_is_cut_between_characters(void **state)
{
    (void)state;
    AUTO(str) GString *text = g_string_new("a");
    for (int i = 0; i < 1000; i++)
        g_string_append(text, "字");
    struct reply reply = reply_new(550, text->str);
    assert_int_equal(strlen(reply.text), 1000);
    assert_true(g_utf8_validate(reply.text, -1, NULL));
    reply_clear(&reply);
}

static void copy_is_its_own(void **state)
{
    (void)state;
    struct reply reply = reply_new(550, "5.1.1 no");
    struct reply copy = reply_copy(&reply);
    reply_clear(&reply);
    assert_int_equal(copy.code, 550);
    assert_string_equal(copy.enhanced, "5.1.1");
    assert_string_equal(copy.text, "no");
    reply_clear(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(text_is_cut_between_characters),
        cmocka_unit_test(copy_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
