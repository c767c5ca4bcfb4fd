#include "folder.h"

/* The lines of the real issue, 2023 No. 25. */
static const char real_lines[] = "市科协第十届委员会主席、副主席、常委、委员|市科协驻会领导|"
                                 "市学会、基金会，区科协，基层组织|机关各部门及事业单位";

static void shipped_groups_have_no_problem(void **state)
{
    (void)state;
    AUTO(people) struct people *people = people_of("conf/groups.d");
    AUTO(problems) struct problems *problems = problems_new();
    people_check(people, problems);
    problems_print(problems, PROBLEM, stderr);
    problems_print(problems, REMARK, stderr);
    assert_int_equal(problems_count(problems), 0);
    assert_int_equal(people_group_count(people), 11);
}

static void real_lines_resolve(void **state)
{
    (void)state;
    AUTO(people) struct people *people = people_of("conf/groups.d");
    AUTO(problems) struct problems *problems = problems_new();
    bool good;
    AUTO(text) char *groups = resolved(people, real_lines, problems, &good);
    assert_true(good);
    assert_int_equal(problems_count(problems), 0);
    assert_string_equal(groups, "chairs vice-chairs standing-members members|leaders|"
                                "societies foundations district-associations grassroots|"
                                "departments institutions");
}

static bool is_reserved(const char *domain)
{
    static const char *const reserved[] = {"example.org", "example.com", "example.net",
                                           "bast.example", NULL};
    return g_strv_contains(reserved, domain);
}

static void real_lines_reach_everybody_once(void **state)
{
    (void)state;
    AUTO(people) struct people *people = people_of("conf/groups.d");
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(array) GPtrArray *lines = distribution_of(real_lines);
    AUTO(array) GPtrArray *recipients = NULL;
    assert_true(people_resolve(people, lines, "issue.md", problems));
    AUTO(array) GPtrArray *groups = people_groups_of(lines);
    assert_int_equal(groups->len, 11);
    assert_true(people_expand(people, groups, &recipients, problems));
    assert_int_equal(problems_count(problems), 0);
    AUTO(table) GHashTable *seen = g_hash_table_new(address_hash, address_equal);
    guint in_two = 0;
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *recipient = recipients->pdata[i];
        assert_true(g_hash_table_add(seen, recipient->address));
        assert_true(is_reserved(address_domain(recipient->address)));
        assert_true(recipient->name || recipient->unit);
        in_two += recipient->groups->len > 1;
    }
    assert_int_equal(recipients->len, 412);
    assert_int_equal(in_two, 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_groups_have_no_problem),
        cmocka_unit_test(real_lines_resolve),
        cmocka_unit_test(real_lines_reach_everybody_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
