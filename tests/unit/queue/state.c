/* Every pair of state and event. */
#include "../cases.h"
#include "queue/state.h"

/* By rows: from; by columns: event. -1: none follows. */
static const int expected[DELIVERY_STATES][DELIVERY_EVENTS] = {
    [QUEUED] = {[ON_CLAIMED] = SENDING + 1, [ON_GIVEN_UP] = FAILED + 1,
                [ON_CANCELLED] = CANCELLED + 1, [ON_SUPPRESSED] = SUPPRESSED + 1},
    [SENDING] = {[ON_TAKEN] = SENT + 1, [ON_REFUSED_FOR_NOW] = DEFERRED + 1,
                 [ON_REFUSED_FOR_GOOD] = FAILED + 1, [ON_PUT_BACK] = QUEUED + 1,
                 [ON_PUT_BACK_DEFERRED] = DEFERRED + 1, [ON_PUT_BACK_UNKNOWN] = UNKNOWN + 1,
                 [ON_LOST_AFTER_END] = UNKNOWN + 1},
    [DEFERRED] = {[ON_CLAIMED] = SENDING + 1, [ON_GIVEN_UP] = FAILED + 1,
                  [ON_RETRY_BY_HAND] = DEFERRED + 1, [ON_CANCELLED] = CANCELLED + 1,
                  [ON_SUPPRESSED] = SUPPRESSED + 1},
    [UNKNOWN] = {[ON_CLAIMED] = SENDING + 1, [ON_GIVEN_UP] = UNKNOWN + 1,
                 [ON_RETRY_BY_HAND] = UNKNOWN + 1,
                 [ON_SETTLED_SENT] = SENT + 1, [ON_SETTLED_FAILED] = FAILED + 1,
                 [ON_CANCELLED] = CANCELLED + 1, [ON_SUPPRESSED] = UNKNOWN + 1},
    [FAILED] = {[ON_RETRY_BY_HAND] = DEFERRED + 1},
};

static void every_pair_is_as_it_was_drawn(void **state)
{
    (void)state;
    for (int from = 0; from < DELIVERY_STATES; from++) {
        for (int on = 0; on < DELIVERY_EVENTS; on++) {
            AUTO(error) struct error error = {0};
            enum delivery_state to = DELIVERY_STATES;
            int want = expected[from][on];
            bool changed = delivery_change((enum delivery_state)from, (enum delivery_event)on, &to,
                                           &error);
            assert_int_equal(changed, want > 0);
            assert_int_equal(to, want ? want - 1 : DELIVERY_STATES);
            assert_int_equal(error.exit_class, want ? 0 : EX_SOFTWARE);
        }
    }
}

static void names_are_the_contracts(void **state)
{
    (void)state;
    static const char *const names[] = {"queued",  "sending", "sent",       "deferred",
                                        "unknown", "failed",  "suppressed", "cancelled"};
    for (int i = 0; i < DELIVERY_STATES; i++) {
        assert_string_equal(delivery_state_name((enum delivery_state)i), names[i]);
        assert_int_equal(delivery_state_named(names[i]), i);
    }
    assert_int_equal(delivery_state_named("lost"), -1);
    assert_string_equal(hold_reason_name(HOLD_BY_HAND), "by hand");
    assert_string_equal(issue_state_name(ISSUE_FINISHED), "finished");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_is_as_it_was_drawn),
        cmocka_unit_test(names_are_the_contracts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
