#include "fixture.h"

#define HARD "this mailbox does not exist: correct the address in the list"

static void each_state_has_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum delivery_state state;
        int attempts, code;
        const char *answer, *reason;
    } rows[] = {
        {"has it", SENT, 1, 250, "2.0.0 ok", NULL},
        {"on its way", SENDING, 0, 0, NULL, NULL},
        {"not tried", QUEUED, 0, 0, NULL, NULL},
        {"no such mailbox", FAILED, 1, 550, "5.1.1 User unknown", HARD},
        {"given up", FAILED, 9, 450, "4.1.1 User unknown",
         "given up after 9 tries: the mailbox can't take mail now (full, disabled, or its server "
         "has trouble): tell the recipient if it stays so"},
        {"never reached", FAILED, 0, 0, NULL, "given up after 0 tries: no mail server took it"},
        {"lost", DEFERRED, 2, 0, NULL, "the connection was lost before the mail was over"},
        {"may have it", UNKNOWN, 1, 0, NULL,
         "all of it was sent, but the connection was lost before the server answered: the "
         "recipient "
         "may have it"},
        {"stopped", SUPPRESSED, 0, 0, NULL, "this address is on the stop list"},
        {"cancelled", CANCELLED, 0, 0, NULL,
         "the issue was cancelled before a server confirmed that it took it"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct queue_delivery delivery = {
            .state = rows[i].state,
            .attempts = rows[i].attempts,
            .reply = reply_new(rows[i].code, rows[i].answer ? rows[i].answer : ""),
        };
        AUTO(text) char *reason = report_reason(NULL, &delivery);
        if (g_strcmp0(reason, rows[i].reason) != 0)
            fail_msg("%s: %s", rows[i].name, reason ? reason : "(none)");
        reply_clear(&delivery.reply);
    }
}

static void what_a_person_found_out_is_said_to_be_that(void **state)
{
    (void)state;
    struct queue_delivery delivery = {
        .state = FAILED, .attempts = 2, .gave_up = GAVE_UP_SETTLED, .reply = reply_new(451, "4.3.0 later")};
    AUTO(text) char *reason = report_reason(NULL, &delivery);
    assert_string_equal(reason, "a person found out that it did not arrive");
    reply_clear(&delivery.reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_state_has_its_reason),
                                       cmocka_unit_test(what_a_person_found_out_is_said_to_be_that)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
