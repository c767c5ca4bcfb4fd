/* Every resource on a queue of its own, without a socket. */
#include "doubles.h"

#include <string.h>

#include "base/log.h"
#include "control/resource.h"

static int64_t changed_issue;

static void note_changed(void *user, int64_t issue)
{
    (void)user;
    changed_issue = issue;
}

/* Asks as "zhang"; the answer is the caller's. */
static json_t *ask(struct fixture *fixture, const char *method, const char *target,
                   const char *body, unsigned wanted)
{
    const struct control_parts parts = {
        .queue = fixture->queue, .dispatch = the_dispatch(), .changed = note_changed};
    unsigned status = 0;
    json_t *answer =
        resource_answer(&parts, method, target, body, body ? strlen(body) : 0, "zhang", &status);
    assert_non_null(answer);
    if (status != wanted)
        fail_msg("%s %s: %u instead of %u", method, target, status, wanted);
    return answer;
}

/* Tries one delivery of the issue and records what came of it. */
static void try_one(struct fixture *fixture, int64_t issue, enum delivery_event event)
{
    struct claim claim;
    size_t claimed;
    assert_good(queue_claim_first(fixture->queue, issue, 1, &claim, &claimed, &fixture->error));
    assert_int_equal(claimed, 1);
    struct reply reply = reply_new(550, "5.1.1 no such user");
    struct outcome outcome = {.delivery = claim.delivery,
                              .issue = issue,
                              .event = event,
                              .relay = "office",
                              .reply = &reply,
                              .at = USEC_PER_SEC,
                              .counts = true};
    assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
    reply_clear(&reply);
    claim_clear(&claim);
}

static json_int_t number(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

static void the_numbers_of_an_issue_add_up(void **state)
{
    struct fixture *fixture = *state;
    static const char *const parts[] = {"sent",       "deferred", "failed",   "queued",
                                        "suppressed", "unknown",  "cancelled"};
    int64_t id = fixture_admit(fixture, "2023-25", 5);
    struct claim claim;
    size_t claimed;
    try_one(fixture, id, ON_REFUSED_FOR_GOOD);
    assert_good(queue_claim_first(fixture->queue, id, 1, &claim, &claimed, &fixture->error));
    claim_clear(&claim); /* in flight */
    AUTO(json) json_t *issue = ask(fixture, "GET", "/v1/issues/2023-25", NULL, 200);
    AUTO(json) json_t *all = ask(fixture, "GET", "/v1/issues", NULL, 200);
    json_int_t sum = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        sum += number(issue, parts[i]);
    assert_int_equal(sum, 5);
    assert_int_equal(number(issue, "recipients"), 5);
    assert_int_equal(number(issue, "failed"), 1);
    assert_int_equal(number(issue, "queued"), 4);
    assert_string_equal(json_get_text(issue, "state"), "sending");
    assert_string_equal(json_get_text(issue, "title"), "Weekly");
    assert_true(json_is_null(json_object_get(issue, "why")));
    assert_true(json_is_null(json_object_get(issue, "waits_until")));
    assert_true(json_is_null(json_object_get(issue, "finished_at")));
    const json_t *group = json_array_get(json_object_get(issue, "groups"), 0);
    assert_string_equal(json_get_text(group, "group"), "all");
    assert_string_equal(json_get_text(group, "name"), "everybody");
    assert_int_equal(number(group, "failed"), 1);
    assert_int_equal(number(group, "queued"), 4);
    assert_true(json_equal(json_array_get(json_object_get(all, "issues"), 0), issue));
}

static void recipients_come_by_pages(void **state)
{
    struct fixture *fixture = *state;
    (void)fixture_admit(fixture, "2023-25", 5);
    json_int_t after = 0;
    size_t pages = 0, rows = 0;
    do {
        AUTO(text)
        char *target =
            g_strdup_printf("/v1/issues/2023-25/recipients?limit=2&after=%d", (int)after);
        AUTO(json) json_t *page = ask(fixture, "GET", target, NULL, 200);
        rows += json_array_size(json_object_get(page, "recipients"));
        after = number(page, "next");
        pages++;
    } while (after && pages < 10);
    assert_int_equal(pages, 3);
    assert_int_equal(rows, 5);
}

static void a_failed_recipient_says_why(void **state)
{
    struct fixture *fixture = *state;
    try_one(fixture, fixture_admit(fixture, "2023-25", 3), ON_REFUSED_FOR_GOOD);
    AUTO(json)
    json_t *page =
        ask(fixture, "GET", "/v1/issues/weekly%2F2023-25/recipients?state=failed", NULL, 200);
    const json_t *rows = json_object_get(page, "recipients");
    assert_int_equal(json_array_size(rows), 1);
    const json_t *row = json_array_get(rows, 0);
    AUTO(json)
    json_t *expected =
        json_pack("{s:s, s:s, s:[s], s:s, s:i, s:s, s:i, s:s, s:s, s:n, s:n, s:s}", "address",
                  "r1@example.org", "name", "=name", "groups", "all", "state", "failed", "attempts",
                  1, "relay", "office", "code", 550, "enhanced", "5.1.1", "answer", "no such user",
                  "sent_at", "next_attempt_at", "reason", "no such mailbox");
    assert_true(json_equal(row, expected));
    assert_true(json_is_null(json_object_get(page, "next")));
}

static void a_hold_is_told_and_kept(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = fixture_admit(fixture, "2023-25", 2);
    woken = 0;
    changed_issue = 0;
    AUTO(json)
    json_t *held =
        ask(fixture, "POST", "/v1/issues/2023-25/hold", "{\"why\":\"a wrong date\"}", 200);
    assert_string_equal(json_get_text(held, "state"), "held");
    assert_int_equal(woken, 1);
    assert_int_equal(changed_issue, id);
    AUTO(json) json_t *issue = ask(fixture, "GET", "/v1/issues/2023-25", NULL, 200);
    assert_string_equal(json_get_text(issue, "why"), "by hand");
    assert_string_equal(json_get_text(issue, "why_text"), "a wrong date");
    AUTO(json) json_t *history = ask(fixture, "GET", "/v1/issues/2023-25/history", NULL, 200);
    const json_t *entries = json_object_get(history, "history");
    const json_t *last = json_array_get(entries, json_array_size(entries) - 1);
    assert_string_equal(json_get_text(last, "who"), "zhang");
    assert_string_equal(json_get_text(last, "what"), "held");
    assert_string_equal(json_get_text(last, "issue"), "weekly/2023-25");
    AUTO(json) json_t *released = ask(fixture, "POST", "/v1/issues/2023-25/release", "{}", 200);
    assert_string_equal(json_get_text(released, "state"), "sending");
    AUTO(json) json_t *again = ask(fixture, "POST", "/v1/issues/2023-25/release", NULL, 409);
    assert_int_equal(number(json_object_get(again, "error"), "exit"), EX_DATAERR);
}

static void nothing_is_tried_while_it_is_held(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = fixture_admit(fixture, "2023-25", 1);
    try_one(fixture, id, ON_REFUSED_FOR_NOW);
    json_decref(ask(fixture, "POST", "/v1/issues/2023-25/retry", "{}", 200)); /* it has a time */
    AUTO(json) json_t *before = ask(fixture, "GET", "/v1/issues/2023-25", NULL, 200);
    assert_true(json_is_string(json_object_get(before, "next_attempt_at")));
    json_decref(ask(fixture, "POST", "/v1/issues/2023-25/hold", "{}", 200));
    AUTO(json) json_t *held = ask(fixture, "GET", "/v1/issues/2023-25", NULL, 200);
    assert_true(json_is_null(json_object_get(held, "next_attempt_at")));
    AUTO(json) json_t *page = ask(fixture, "GET", "/v1/issues/2023-25/recipients", NULL, 200);
    const json_t *row = json_array_get(json_object_get(page, "recipients"), 0);
    assert_string_equal(json_get_text(row, "state"), "deferred");
    assert_true(json_is_null(json_object_get(row, "next_attempt_at")));
}

static void one_wrong_address_keeps_no_other_back(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = fixture_admit(fixture, "2023-25", 2);
    try_one(fixture, id, ON_REFUSED_FOR_GOOD);
    AUTO(json)
    json_t *answer = ask(fixture, "POST", "/v1/issues/2023-25/retry",
                         "{\"addresses\":[\"nobody@example.org\",\"r1@EXAMPLE.org\"]}", 200);
    assert_int_equal(number(answer, "changed"), 1);
    const json_t *problems = json_object_get(answer, "problems");
    assert_int_equal(json_array_size(problems), 1);
    assert_int_equal(number(json_array_get(problems, 0), "exit"), EX_NOINPUT);
    AUTO(json)
    json_t *none = ask(fixture, "POST", "/v1/issues/2023-25/retry",
                       "{\"addresses\":[\"nobody@example.org\"]}", 404);
    assert_int_equal(number(json_object_get(none, "error"), "exit"), EX_NOINPUT);
}

static void what_is_unknown_is_settled(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = fixture_admit(fixture, "2023-25", 2);
    try_one(fixture, id, ON_LOST_AFTER_END);
    AUTO(json)
    json_t *answer = ask(fixture, "POST", "/v1/issues/2023-25/settle",
                         "{\"addresses\":[\"r1@example.org\"],\"sent\":true}", 200);
    assert_int_equal(number(answer, "changed"), 1);
    assert_int_equal(fixture_counts(fixture, id).sent, 1);
}

static void the_stop_list_is_kept(void **state)
{
    struct fixture *fixture = *state;
    json_decref(ask(fixture, "POST", "/v1/suppressions",
                    "{\"address\":\"left@Example.org\",\"why\":\"已调离\"}", 200));
    AUTO(json) json_t *list = ask(fixture, "GET", "/v1/suppressions", NULL, 200);
    const json_t *row = json_array_get(json_object_get(list, "suppressed"), 0);
    assert_string_equal(json_get_text(row, "address"), "left@example.org");
    assert_string_equal(json_get_text(row, "why"), "已调离");
    assert_string_equal(json_get_text(row, "who"), "zhang");
    assert_true(json_is_null(json_object_get(row, "until")));
    json_decref(ask(fixture, "DELETE", "/v1/suppressions/left%40example.org", NULL, 200));
    json_decref(ask(fixture, "DELETE", "/v1/suppressions/left@example.org", NULL, 404));
}

static void relays_say_how_they_are(void **state)
{
    AUTO(json) json_t *answer = ask(*state, "GET", "/v1/relays", NULL, 200);
    const json_t *relay = json_array_get(json_object_get(answer, "relays"), 0);
    assert_string_equal(json_get_text(relay, "name"), "office");
    assert_true(json_is_true(json_object_get(relay, "resting")));
    assert_string_equal(json_get_text(relay, "state"), "resting");
    assert_int_equal(number(relay, "senders"), 2);
    assert_int_equal(number(json_object_get(relay, "learnt"), "connections"), 3);
    const json_t *domain = json_array_get(json_object_get(answer, "domains"), 0);
    assert_int_equal(json_array_size(json_object_get(domain, "domains")), 2);
    assert_int_equal(number(json_object_get(domain, "learnt"), "rate_per_minute"), 30);
    assert_true(json_is_null(json_object_get(answer, "trouble")));
}

static void an_issue_says_until_when_it_waits(void **state)
{
    struct fixture *fixture = *state;
    (void)fixture_admit(fixture, "2023-25", 2);
    waits_until = clock_now() + USEC_PER_MINUTE;
    AUTO(json) json_t *issue = ask(fixture, "GET", "/v1/issues/2023-25", NULL, 200);
    waits_until = 0;
    assert_string_equal(json_get_text(issue, "state"), "sending");
    assert_string_equal(json_get_text(issue, "waits_for"), "limit");
    assert_non_null(json_get_text(issue, "waits_until"));
    AUTO(json) json_t *now = ask(fixture, "GET", "/v1/issues/2023-25", NULL, 200);
    assert_true(json_is_null(json_object_get(now, "waits_until")));
    assert_true(json_is_null(json_object_get(now, "waits_for")));
}

static void wrong_requests_are_refused(void **state)
{
    static const struct {
        const char *row, *method, *target, *body;
        unsigned status;
        int exit_class;
    } rows[] = {
        {"no such resource", "GET", "/v2/issues", NULL, 404, EX_USAGE},
        {"no such method", "PUT", "/v1/issues", NULL, 405, EX_USAGE},
        {"not for reading", "GET", "/v1/issues/2023-25/hold", NULL, 405, EX_USAGE},
        {"no such issue", "GET", "/v1/issues/2023-99", NULL, 404, EX_NOINPUT},
        {"no such publication", "GET", "/v1/issues/daily%2F2023-25", NULL, 404, EX_NOINPUT},
        {"no such state", "GET", "/v1/issues/2023-25/recipients?state=lost", NULL, 400, EX_USAGE},
        {"no number", "GET", "/v1/issues/2023-25/recipients?limit=x", NULL, 400, EX_USAGE},
        {"too many", "GET", "/v1/issues/2023-25/recipients?limit=9999999", NULL, 400, EX_USAGE},
        {"no JSON", "POST", "/v1/issues/2023-25/hold", "{why", 400, EX_USAGE},
        {"no object", "POST", "/v1/issues/2023-25/hold", "[]", 400, EX_USAGE},
        {"a member too many", "POST", "/v1/issues/2023-25/hold", "{\"wy\":\"x\"}", 400, EX_USAGE},
        {"a member of another type", "POST", "/v1/issues/2023-25/hold", "{\"why\":1}", 400,
         EX_USAGE},
        {"twice the same", "POST", "/v1/issues/2023-25/hold", "{\"why\":\"a\",\"why\":\"b\"}", 400,
         EX_USAGE},
        {"addresses that are none", "POST", "/v1/issues/2023-25/retry", "{\"addresses\":\"a@b.c\"}",
         400, EX_USAGE},
        {"no addresses", "POST", "/v1/issues/2023-25/retry", "{\"addresses\":[]}", 400, EX_USAGE},
        {"numbers for addresses", "POST", "/v1/issues/2023-25/retry", "{\"addresses\":[1]}", 400,
         EX_USAGE},
        {"an address that is none", "POST", "/v1/issues/2023-25/retry", "{\"addresses\":[\"a b\"]}",
         409, EX_DATAERR},
        {"nobody to settle", "POST", "/v1/issues/2023-25/settle",
         "{\"addresses\":[],\"sent\":true}", 400, EX_USAGE},
        {"settled as what", "POST", "/v1/issues/2023-25/settle", "{\"addresses\":[\"a@b.cn\"]}",
         400, EX_USAGE},
        {"no reason", "POST", "/v1/suppressions", "{\"address\":\"a@example.org\"}", 400, EX_USAGE},
        {"an SMTP command", "POST", "/v1/suppressions",
         "{\"address\":\"a@example.org>\\r\\nRCPT TO:<b\",\"why\":\"x\"}", 409, EX_DATAERR},
    };
    struct fixture *fixture = *state;
    (void)fixture_admit(fixture, "2023-25", 1);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].row);
        AUTO(json)
        json_t *answer = ask(fixture, rows[i].method, rows[i].target, rows[i].body, rows[i].status);
        const json_t *error = json_object_get(answer, "error");
        assert_int_equal(number(error, "exit"), rows[i].exit_class);
        assert_non_null(json_get_text(error, "message"));
        assert_non_null(json_get_text(error, "english"));
    }
}

static void without_a_daemon_the_same_is_read(void **state)
{
    struct fixture *fixture = *state;
    (void)fixture_admit(fixture, "2023-25", 2);
    const struct control_parts parts = {.queue = fixture->queue};
    AUTO(json) json_t *issue = control_get(&parts, "/v1/issues/2023-25", &fixture->error);
    assert_int_equal(number(issue, "recipients"), 2);
    assert_null(control_get(&parts, "/v1/issues/2023-25/hold", &fixture->error));
    error_clear(&fixture->error);
    assert_null(control_get(&parts, "/v1/issues/2023-99", &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_NOINPUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    log_set_level(LOG_ERR);
    const struct CMUnitTest tests[] = {
        TEST(the_numbers_of_an_issue_add_up),
        TEST(recipients_come_by_pages),
        TEST(a_failed_recipient_says_why),
        TEST(a_hold_is_told_and_kept),
        TEST(nothing_is_tried_while_it_is_held),
        TEST(one_wrong_address_keeps_no_other_back),
        TEST(what_is_unknown_is_settled),
        TEST(the_stop_list_is_kept),
        TEST(relays_say_how_they_are),
        TEST(an_issue_says_until_when_it_waits),
        TEST(wrong_requests_are_refused),
        TEST(without_a_daemon_the_same_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
