#include "base/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
    const char *what, *text, *name, *address; /* address NULL: refused */
} rows[] = {
    {"address alone", "a@example.org", NULL, "a@example.org"},
    {"in brackets", "<a@example.org>", NULL, "a@example.org"},
    {"name and address", "北京市科协办公室 <weekly@example.org>", "北京市科协办公室",
     "weekly@example.org"},
    {"name in quotes", "\"Zhang, San\" <a@example.org>", "Zhang, San", "a@example.org"},
    {"name with full-width letters stays", "张三（办公室）<a@example.org>", "张三（办公室）",
     "a@example.org"},
    {"full-width brackets", "张三＜a@example.org＞", "张三", "a@example.org"},
    {"full-width at", "a＠example．org", NULL, "a@example.org"},
    {"full-width letters", "ｚｈａｎｇ＠example.org", NULL, "zhang@example.org"},
    {"blanks around", "\xe3\x80\x80 a@example.org \xc2\xa0", NULL, "a@example.org"},
    {"BOM within",
     "\xef\xbb\xbf"
     "a@example.org",
     NULL, "a@example.org"},
    {"blanks at the at", "a @ example.org", NULL, "a@example.org"},
    {"blank in the local part", "zhang san@example.org", NULL, NULL},
    {"mailto", "mailto:a@example.org", NULL, "a@example.org"},
    {"mailto with fields", "MAILTO:a@example.org?subject=x@y", NULL, "a@example.org"},
    {"mailto in brackets", "张三 <mailto:a@example.org>", "张三", "a@example.org"},
    {"quoted local part", "\"a b\"@example.org", NULL, "\"a b\"@example.org"},
    {"not closed", "张三 <a@example.org", NULL, NULL},
    {"text after the bracket", "张三 <a@example.org> 转", NULL, NULL},
    {"nothing", "", NULL, NULL},
    {"empty brackets", "张三 <>", NULL, NULL},
    {"no address", "张三", NULL, NULL},
    {"SMTP command", "a@example.org>\r\nRCPT TO:<b@example.org", NULL, NULL},
    {"two addresses", "a@example.org;b@example.org", NULL, NULL},
};

static void reads_what_people_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *name = NULL;
        AUTO(address) struct address *address = NULL;
        AUTO(error) struct error error = {0};
        print_message("%s\n", rows[i].what);
        bool good =
            mailbox_parse(&name, &address, rows[i].text, (struct place){"f", 3, 0}, NULL, &error);
        assert_int_equal(good, rows[i].address != NULL);
        if (!good) {
            assert_int_equal(error.exit_class, EX_DATAERR);
            assert_int_equal(error.place.line, 3);
            assert_null(address);
            continue;
        }
        assert_string_equal(address_text(address), rows[i].address);
        if (rows[i].name)
            assert_string_equal(name, rows[i].name);
        else
            assert_null(name);
    }
}

/* What stands alone, and goes a shorter way, is read as it would be in brackets. */
static void alone_and_in_brackets_are_the_same(void **state)
{
    (void)state;
    static const char octets[] = "ab.@@ ;:,\"()mailto:\t-_?";
    GRand *random = g_rand_new_with_seed(1);
    for (int i = 0; i < 100000; i++) {
        char text[16] = "";
        int length = g_rand_int_range(random, 1, sizeof text);
        for (int at = 0; at < length; at++)
            text[at] = octets[g_rand_int_range(random, 0, sizeof octets - 1)];
        if (i % 2)
            memcpy(text + 8, "@b.org", 7);
        AUTO(text) char *bracketed = g_strdup_printf("<%s>", text);
        AUTO(text) char *name = NULL;
        AUTO(text) char *no_name = NULL;
        AUTO(address) struct address *alone = NULL;
        AUTO(address) struct address *inside = NULL;
        bool good = mailbox_parse(&name, &alone, text, NOWHERE, NULL, NULL);
        assert_int_equal(good, mailbox_parse(&no_name, &inside, bracketed, NOWHERE, NULL, NULL));
        if (good)
            assert_string_equal(address_text(alone), address_text(inside));
        assert_null(name);
    }
    g_rand_free(random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_what_people_write),
                                       cmocka_unit_test(alone_and_in_brackets_are_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
