#include "control/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct {
    const char *row, *target, *pattern, *named, *state;
    bool parses, matches;
} rows[] = {
    {"a list", "/v1/issues", "/v1/issues", NULL, NULL, true, true},
    {"one", "/v1/issues/2023-25", "/v1/issues/*", "2023-25", NULL, true, true},
    {"a slash in a name", "/v1/issues/weekly%2F2023-25", "/v1/issues/*", "weekly/2023-25", NULL,
     true, true},
    {"Chinese", "/v1/issues/%E5%91%A8", "/v1/issues/*", "周", NULL, true, true},
    {"a query", "/v1/issues/2023-25/recipients?state=failed&limit=2", "/v1/issues/*/recipients",
     "2023-25", "failed", true, true},
    {"an encoded query", "/v1/issues?state=%66ailed", "/v1/issues", NULL, "failed", true, true},
    {"a plus is a plus", "/v1/suppressions/a+b@example.org", "/v1/suppressions/*",
     "a+b@example.org", NULL, true, true},
    {"longer than the pattern", "/v1/issues/2023-25/x", "/v1/issues/*", NULL, NULL, true, false},
    {"shorter", "/v1/issues", "/v1/issues/*", NULL, NULL, true, false},
    {"an empty name", "/v1/issues/", "/v1/issues/*", NULL, NULL, true, false},
    {"another word", "/v1/relays", "/v1/issues", NULL, NULL, true, false},
    {"no escape", "/v1/%zz", NULL, NULL, NULL, false, false},
    {"an escaped NUL", "/v1/a%00b", NULL, NULL, NULL, false, false},
    {"no UTF-8", "/v1/%ff", NULL, NULL, NULL, false, false},
    {"a broken query", "/v1/issues?state=%zz", NULL, NULL, NULL, false, false},
    {"relative", "v1/issues", NULL, NULL, NULL, false, false},
    {"an asterisk", "*", NULL, NULL, NULL, false, false},
    {"empty", "", NULL, NULL, NULL, false, false},
};

static void targets_are_parsed_and_matched(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct target target;
        const char *named = NULL;
        AUTO(error) struct error error = {0};
        print_message("%s\n", rows[i].row);
        assert_int_equal(target_parse(&target, rows[i].target, &error), rows[i].parses);
        if (!rows[i].parses) {
            assert_int_equal(error.exit_class, EX_USAGE);
            continue;
        }
        assert_int_equal(target_matches(&target, rows[i].pattern, &named), rows[i].matches);
        assert_int_equal(g_strcmp0(named, rows[i].named), 0);
        assert_int_equal(g_strcmp0(g_hash_table_lookup(target.query, "state"), rows[i].state), 0);
        target_clear(&target);
    }
}

static void a_segment_comes_back_as_it_was(void **state)
{
    (void)state;
    static const char *const names[] = {"weekly/2023-25", "a+b@example.org", "100% ?&#", "周报"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        AUTO(text) char *segment = target_segment(names[i]);
        AUTO(text) char *text = g_strconcat("/", segment, NULL);
        struct target target;
        const char *named = NULL;
        assert_true(target_parse(&target, text, NULL));
        assert_true(target_matches(&target, "/*", &named));
        assert_string_equal(named, names[i]);
        target_clear(&target);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_parsed_and_matched),
        cmocka_unit_test(a_segment_comes_back_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
