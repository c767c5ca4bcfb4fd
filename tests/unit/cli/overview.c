#include "cli/overview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static json_t *issue_in(const char *state, const char *why)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:n, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:s,"
                     " s:n, s:n, s:n, s:[{s:s, s:s, s:i, s:i}]}",
                     "issue", "2023-25", "title", "科协每周动态", "date", "2023-11-16", "state",
                     state, "why", why, "why_text", "recipients", 412, "sent", 300, "deferred", 3,
                     "failed", 1, "suppressed", 2, "queued", 106, "unknown", 0, "cancelled", 0,
                     "accepted_at", "2023-11-16T09:30:00+08:00", "finished_at", "next_attempt_at",
                     "waits_until", "groups", "group", "leaders", "name", "市科协驻会领导",
                     "recipients", 12, "sent", 12);
}

static json_t *status_of(const char *state, const char *why)
{
    return json_pack("{s:[o]}", "issues", issue_in(state, why));
}

static void an_issue_has_a_line_with_its_numbers(void **state)
{
    (void)state;
    AUTO(json) json_t *status = status_of("held", "by hand");
    AUTO(text) char *text = overview_text(status, false);
    assert_non_null(strstr(text, "2023-25  科协每周动态  2023-11-16  held: by hand"));
    assert_non_null(strstr(text, "412"));
    assert_non_null(strstr(text, "[################"));
    assert_null(strstr(text, "leaders"));
}

static void a_named_one_shows_its_groups(void **state)
{
    (void)state;
    AUTO(json) json_t *status = status_of("sending", NULL);
    AUTO(text) char *text = overview_text(status, true);
    assert_non_null(strstr(text, "leaders  市科协驻会领导"));
    assert_non_null(strstr(text, "2023-11-16 09:30:00"));
}

static void words_say_whose_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *why, *words, *shown;
    } rows[] = {
        {"relay", "554 5.7.1 no", "\nthe server's answer: 554 5.7.1 no\n"},
        {"by hand", "a wrong date", "\nwhy: a wrong date\n"},
        {"by hand", "", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(json) json_t *status = status_of("held", rows[i].why);
        json_t *issue = json_array_get(json_object_get(status, "issues"), 0);
        json_object_set_new(issue, "why_text", json_string(rows[i].words));
        AUTO(text) char *text = overview_text(status, true);
        assert_true(rows[i].shown ? strstr(text, rows[i].shown) != NULL
                                  : strstr(text, "\n\naccepted") == NULL);
    }
}

static void nothing_yet_is_said(void **state)
{
    (void)state;
    AUTO(json) json_t *status = json_pack("{s:[]}", "issues");
    AUTO(text) char *text = overview_text(status, false);
    assert_string_equal(text, "no issue has been accepted yet\n");
}

static void a_watch_ends_with_the_last_open_issue(void **state)
{
    (void)state;
    static const struct {
        const char *state;
        bool over;
    } rows[] = {{"sending", false},
                {"held", false},
                {"sent", true},
                {"finished", true},
                {"cancelled", true}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(json) json_t *status = status_of(rows[i].state, NULL);
        json_array_append_new(json_object_get(status, "issues"), issue_in("sent", NULL));
        assert_int_equal(overview_is_over(status), rows[i].over);
    }
}

static void only_a_relay_in_trouble_is_told(void **state)
{
    (void)state;
    AUTO(json)
    json_t *relays =
        json_pack("{s:[{s:s, s:b, s:n, s:n}, {s:s, s:b, s:s, s:s}]}", "relays", "name", "good",
                  "resting", 0, "rests_until", "trouble", "name", "office", "resting", 1,
                  "rests_until", "2023-11-16T09:30:00+08:00", "trouble", "no route");
    AUTO(text) char *text = overview_relays(relays);
    AUTO(text) char *none = overview_relays(NULL);
    assert_string_equal(text, "relay office rests until 2023-11-16 09:30:00: no route\n");
    assert_string_equal(none, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issue_has_a_line_with_its_numbers),
        cmocka_unit_test(a_named_one_shows_its_groups),
        cmocka_unit_test(nothing_yet_is_said),
        cmocka_unit_test(words_say_whose_they_are),
        cmocka_unit_test(a_watch_ends_with_the_last_open_issue),
        cmocka_unit_test(only_a_relay_in_trouble_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
