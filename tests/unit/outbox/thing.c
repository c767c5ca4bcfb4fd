/* What is waited for, and for how long. */
#include "fixture.h"
#include "outbox/thing.h"

#define HOUR (60 * USEC_PER_MINUTE)

static void nothing_waits_for_ever(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool empty_folder, says_progress;
        usec_t waited;
        enum readiness readiness;
    } rows[] = {
        {"whole", false, false, 0, THING_READY},
        {"just begun", true, false, HOUR - 1, THING_WAITS},
        {"begun and left", true, false, HOUR, THING_REFUSED},
        {"begun, with work in progress alone", true, true, HOUR, THING_REFUSED},
        {"somebody works on it", false, true, HOUR - 1, THING_WAITS},
        {"somebody worked on it", false, true, HOUR, THING_READY},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(error) struct error why = {0};
        const struct look look = {.there = true,
                                  .is_folder = true,
                                  .is_empty_folder = rows[i].empty_folder,
                                  .says_progress = rows[i].says_progress};
        enum readiness readiness = thing_ready(&look, rows[i].waited, &why);
        if (readiness != rows[i].readiness)
            fail_msg("%s: %d", rows[i].name, (int)readiness);
        assert_int_equal(error_is_set(&why), rows[i].readiness == THING_REFUSED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_waits_for_ever)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
