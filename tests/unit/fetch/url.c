#include "fetch/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
    const char *what, *text, *url; /* url NULL: refused … */
    const char *words;             /* … in these */
} rows[] = {
    {"https", "https://example.org/members.csv", "https://example.org/members.csv", NULL},
    {"query", "https://example.org/x?list=a&form=csv", "https://example.org/x?list=a&form=csv",
     NULL},
    {"Chinese path", "https://example.org/名单.csv", "https://example.org/%E5%90%8D%E5%8D%95.csv",
     NULL},
    {"blanks", "https://example.org/a b.csv", "https://example.org/a%20b.csv", NULL},
    {"encoded stays", "https://example.org/a%20b.csv", "https://example.org/a%20b.csv", NULL},
    {"http on this machine", "http://127.0.0.1:8080/x.csv", "http://127.0.0.1:8080/x.csv", NULL},
    {"http elsewhere", "http://example.org/x.csv", NULL, "not fetched from such"},
    {"http to a name that only looks so", "http://127.example.org.evil.org/x.csv", NULL,
     "not fetched"},
    {"file", "file:///etc/passwd", NULL, "not fetched"},
    {"ftp", "ftp://example.org/x.csv", NULL, "not fetched"},
    {"gopher", "gopher://127.0.0.1:25/x", NULL, "not fetched"},
    {"no host", "https:///x.csv", NULL, "no address of a list"},
    {"password in it", "https://u:p@example.org/x.csv", NULL, "name or password"},
    {"LDAP", "ldaps://ldap.example.org/ou=people,dc=example,dc=org??sub?(mail=*)",
     "ldaps://ldap.example.org/ou=people,dc=example,dc=org?mail,cn,title,o?sub?(mail=*)", NULL},
    {"LDAP, base alone", "ldap://ldap.example.org/dc=example,dc=org",
     "ldap://ldap.example.org/dc=example,dc=org?mail,cn,title,o?sub?(mail=*)", NULL},
    {"LDAP, one level", "ldap://h.example.org/dc=x?mail,cn,title,o?one?(&(o=a)(cn=b))",
     "ldap://h.example.org/dc=x?mail,cn,title,o?one?(&(o=a)(cn=b))", NULL},
    {"LDAP, Chinese filter", "ldap://h.example.org/dc=x??sub?(o=市科协)",
     "ldap://h.example.org/dc=x?mail,cn,title,o?sub?(o=%E5%B8%82%E7%A7%91%E5%8D%8F)", NULL},
    {"LDAP, escaped in the filter", "ldap://h.example.org/dc=x??sub?(cn=a\\28b\\29)",
     "ldap://h.example.org/dc=x?mail,cn,title,o?sub?(cn=a%5C28b%5C29)", NULL},
    {"LDAP without a base", "ldap://h.example.org/", NULL, "no LDAP URL"},
    {"LDAP without a slash", "ldap://h.example.org", NULL, "no LDAP URL"},
    {"LDAP, no scope", "ldap://h.example.org/dc=x??deep?(mail=*)", NULL, "no LDAP URL"},
    {"LDAP, parenthesis open", "ldap://h.example.org/dc=x??sub?(&(o=a)", NULL, "no LDAP URL"},
    {"LDAP, two filters", "ldap://h.example.org/dc=x??sub?(o=a)(o=b)", NULL, "no LDAP URL"},
    {"LDAP, no parenthesis", "ldap://h.example.org/dc=x??sub?mail=*", NULL, "no LDAP URL"},
    {"LDAP, other attributes", "ldap://h.example.org/dc=x?userPassword?sub?(mail=*)", NULL,
     "no LDAP URL"},
};

static void checks_addresses_of_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].what);
        AUTO(text) char *url = NULL;
        AUTO(error) struct error error = {0};
        bool good = url_check(&url, rows[i].text, (struct place){"g.conf", 3, 0}, &error);
        assert_int_equal(good, rows[i].url != NULL);
        if (good)
            assert_string_equal(url, rows[i].url);
        else
            assert_non_null(strstr(error.what.english, rows[i].words));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(checks_addresses_of_lists)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
