/* Standing still: said once, and again only after something moved. */
#include "../cases.h"
#include "dispatch/watch.h"

#define LIMIT (10 * USEC_PER_MINUTE)

enum act { LOOK, LOOK_NOTHING, ENDED };

static const struct {
    const char *name;
    struct {
        enum act act;
        int minute;
        bool alarm;
    } steps[8];
    size_t count;
} rows[] = {
    {"ten minutes, once",
     {{LOOK, 1, false}, {LOOK, 10, false}, {LOOK, 11, true}, {LOOK, 12, false}, {LOOK, 60, false}},
     5},
    {"an outcome in between",
     {{LOOK, 1, false}, {ENDED, 9, false}, {LOOK, 12, false}, {LOOK, 18, false}, {LOOK, 19, true}},
     5},
    {"nothing to do in between",
     {{LOOK, 1, false},
      {LOOK_NOTHING, 5, false},
      {LOOK, 6, false},
      {LOOK, 15, false},
      {LOOK, 16, true}},
     5},
    {"again after it moved",
     {{LOOK, 1, false}, {LOOK, 11, true}, {ENDED, 12, false}, {LOOK, 13, false}, {LOOK, 22, true}},
     5},
    {"idle is no stand", {{LOOK_NOTHING, 1, false}, {LOOK_NOTHING, 99, false}}, 2},
};

static void it_is_said_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct watch watch = {0};
        for (size_t s = 0; s < rows[i].count; s++) {
            usec_t now = rows[i].steps[s].minute * USEC_PER_MINUTE;
            bool alarm = false;
            if (rows[i].steps[s].act == ENDED)
                watch_ended(&watch, now);
            else
                alarm = watch_look(&watch, rows[i].steps[s].act == LOOK, LIMIT, now);
            if (alarm != rows[i].steps[s].alarm)
                fail_msg("%s: step %zu", rows[i].name, s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_said_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
