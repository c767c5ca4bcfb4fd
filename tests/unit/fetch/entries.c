#include "fetch/entries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define HEADER "address,name,title,unit,dn\r\n"

static const struct {
    const char *what, *text, *list; /* list NULL: refused */
} rows[] = {
    {"nothing", "", HEADER},
    {"an entry", "DN: cn=a,dc=x\n\tmail: a@x.org\n\tcn: A\n\ttitle: T\n\to: O\n\n",
     HEADER "a@x.org,A,T,O,\"cn=a,dc=x\"\r\n"},
    {"base64", "DN: cn=a\n\tmail: a@x.org\n\tcn:: 5byg5LiJ\n\n", HEADER "a@x.org,张三,,,cn=a\r\n"},
    {"two entries", "DN: cn=a\n\tmail: a@x.org\n\nDN: cn=b\n\tmail: b@x.org\n\n",
     HEADER "a@x.org,,,,cn=a\r\nb@x.org,,,,cn=b\r\n"},
    {"two mails", "DN: cn=a\n\tmail: a@x.org\n\tmail: b@x.org\n\n",
     HEADER "a@x.org;b@x.org,,,,cn=a\r\n"},
    {"two names", "DN: cn=a\n\tmail: a@x.org\n\tcn: A\n\tcn: B\n\n", HEADER "a@x.org,A,,,cn=a\r\n"},
    {"no mail", "DN: cn=a\n\tcn: A\n\nDN: cn=b\n\tmail: b@x.org\n", HEADER "b@x.org,,,,cn=b\r\n"},
    {"another attribute", "DN: cn=a\n\tmail: a@x.org\n\tsn: S\n", HEADER "a@x.org,,,,cn=a\r\n"},
    {"a comma and a formula", "DN: cn=a\n\tmail: a@x.org\n\tcn: =1,2\n",
     HEADER "a@x.org,\"'=1,2\",,,cn=a\r\n"},
    {"an attribute before a DN", "\tmail: a@x.org\n", NULL},
    {"another beginning", "<html>\n", NULL},
    {"no colon", "DN: cn=a\n\tmail\n", NULL},
};

static void turns_entries_into_a_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].what);
        AUTO(str) GString *list = NULL;
        AUTO(error) struct error error = {0};
        bool good = entries_to_list(&list, rows[i].text, strlen(rows[i].text),
                                    (struct place){"g.conf", 3, 0}, &error);
        assert_int_equal(good, rows[i].list != NULL);
        if (good)
            assert_string_equal(list->str, rows[i].list);
        else
            assert_int_equal(error.exit_class, EX_UNAVAILABLE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(turns_entries_into_a_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
