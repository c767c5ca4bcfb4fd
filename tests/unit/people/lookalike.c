#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "people/lookalike.h"

static const struct {
    const char *name, *domain, *meant; /* NULL: looks like none */
} cases[] = {
    {"the known one itself", "qq.com", NULL},
    {"another end of .com", "qq.con", "qq.com"},
    {"half an end", "163.cm", "163.com"},
    {"an end turned round", "126.cmo", "126.com"},
    {"an end without its dot", "163com", "163.com"},
    {"two letters turned round", "gmial.com", "gmail.com"},
    {"a letter less", "gmai.com", "gmail.com"},
    {"a letter more", "hotmaill.com", "hotmail.com"},
    {"another letter", "outlook.con", "outlook.com"},
    {"another letter in the name", "outlool.com", "outlook.com"},
    {"the first letter", "xoxmail.com", "foxmail.com"},
    {"in a longer domain", "vip.163.con", "vip.163.com"},
    {"a short name is near to many", "qs.com", NULL},
    {"digits beside others", "162.com", NULL},
    {"somebody's, though near", "mail.com", NULL},
    {"another one that is known", "sina.cn", NULL},
    {"an office's own", "bast.net.cn", NULL},
    {"only the beginning", "gmail.com.example.org", NULL},
    {"as long as can be",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaa.con",
     NULL},
};

static void slips_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *meant = lookalike_of(cases[i].domain);
        if (!meant != !cases[i].meant || (meant && strcmp(meant, cases[i].meant) != 0))
            fail_msg("%s: %s", cases[i].name, meant ? meant : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slips_are_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
