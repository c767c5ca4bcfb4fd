#include "mail/encode.h"

#include <string.h>

#include "sample.h"

#define TEN "一二三四五六七八九十"

static const struct {
    const char *name, *text, *subject, *phrase;
} rows[] = {
    {"nothing", "", "", ""},
    {"ASCII", "Weekly No. 5", "Weekly No. 5", "\"Weekly No. 5\""},
    {"atoms", "Zhang San", "Zhang San", "Zhang San"},
    {"quotes", "a \"b\" \\c", "a \"b\" \\c", "\"a \\\"b\\\" \\\\c\""},
    {"brackets and commas", "a, <b@c>", "a, <b@c>", "\"a, <b@c>\""},
    {"Hanzi", "张三", "=?UTF-8?B?5byg5LiJ?=", "=?UTF-8?B?5byg5LiJ?="},
    {"blanks among Hanzi are encoded", "张 三",
     "=?UTF-8?B?5bygIOS4iQ==?=", "=?UTF-8?B?5bygIOS4iQ==?="},
    {"what looks encoded is encoded", "=?UTF-8?B?eA==?=", "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=",
     "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?="},
    {"a line end", "a\r\nBcc: b", "a  Bcc: b", "\"a  Bcc: b\""},
    {"thirteen Hanzi a word", TEN "一二三四",
     "=?UTF-8?B?5LiA5LqM5LiJ5Zub5LqU5YWt5LiD5YWr5Lmd5Y2B5LiA5LqM5LiJ?=\r\n =?UTF-8?B?5Zub?=",
     "=?UTF-8?B?5LiA5LqM5LiJ5Zub5LqU5YWt5LiD5YWr5Lmd5Y2B5LiA5LqM5LiJ?=\r\n =?UTF-8?B?5Zub?="},
};

static void words_are_fit_for_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *subject = encode_text(rows[i].text);
        AUTO(text) char *phrase = encode_phrase(rows[i].text);
        if (strcmp(subject, rows[i].subject) != 0 || strcmp(phrase, rows[i].phrase) != 0)
            fail_msg("%s: %s / %s", rows[i].name, subject, phrase);
    }
}

static void long_ascii_is_encoded_and_folded(void **state)
{
    (void)state;
    AUTO(text) char *text = g_strnfill(61, 'x');
    AUTO(text) char *words = encode_text(text);
    assert_true(g_str_has_prefix(words, "=?UTF-8?B?"));
    assert_non_null(strstr(words, "?=\r\n =?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_fit_for_their_place),
        cmocka_unit_test(long_ascii_is_encoded_and_folded),
    };
    return cmocka_run_group_tests_name("mail/encode", tests, NULL, NULL);
}
