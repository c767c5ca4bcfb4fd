/* Each row of the architecture's table "Failure sorts". */
#include "../cases.h"
#include "dispatch/decide.h"

static const struct row {
    const char *name;
    struct situation when;
    struct decision then;
} rows[] = {
    {"taken", {.kind = VERDICT_SENT, .lot = 5},
     {.event = ON_TAKEN, .when = WHEN_NEVER, .counts = true}},
    {"untouched", {.kind = VERDICT_UNTOUCHED, .lot = 5},
     {.event = ON_PUT_BACK, .when = WHEN_NOW}},
    {"untouched, deferred before", {.kind = VERDICT_UNTOUCHED, .attempts = 2, .lot = 1},
     {.event = ON_PUT_BACK_DEFERRED, .when = WHEN_NOW}},
    {"untouched, unknown before", {.kind = VERDICT_UNTOUCHED, .unknown_tries = 1, .attempts = 1},
     {.event = ON_PUT_BACK_UNKNOWN, .when = WHEN_NOW}},
    {"first loss before the end", {.kind = VERDICT_UNTOUCHED, .lost = true, .lot = 5},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_RELAY, .lost = true}},
    {"second loss before the end", {.kind = VERDICT_UNTOUCHED, .lost = true, .losses = 1, .lot = 5},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .blame = BLAME_RELAY, .counts = true,
      .lost = true, .alone = true}},
    {"a loss of one alone", {.kind = VERDICT_UNTOUCHED, .lost = true, .losses = 2, .lot = 1},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .counts = true, .lost = true,
      .alone = true}},
    {"lost after the end", {.kind = VERDICT_UNKNOWN, .lot = 5},
     {.event = ON_LOST_AFTER_END, .when = WHEN_SCHEDULE, .blame = BLAME_RELAY_SOFT,
      .counts = true}},
    {"lost after the end, hold", {.kind = VERDICT_UNKNOWN, .after_unknown = UNKNOWN_HOLD},
     {.event = ON_LOST_AFTER_END, .when = WHEN_NEVER, .blame = BLAME_RELAY_SOFT, .counts = true}},
    {"lost after the end, the fourth time", {.kind = VERDICT_UNKNOWN, .unknown_tries = 3},
     {.event = ON_LOST_AFTER_END, .when = WHEN_NEVER, .blame = BLAME_RELAY_SOFT, .counts = true}},

    {"4xx for a RCPT", {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 450, .lot = 5},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .counts = true}},
    {"5xx for a RCPT",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 550, .class = ANSWER_HARD, .lot = 5},
     {.event = ON_REFUSED_FOR_GOOD, .when = WHEN_NEVER, .counts = true}},
    {"a rate limit in 5xx clothes",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 550, .class = ANSWER_RATE, .lot = 5},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .counts = true}},
    {"452 for some", {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 452, .lot = 5, .taken = 3},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_LOT}},
    {"452 about a mailbox",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 452, .lot = 5, .mailbox_code = true},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .counts = true}},
    {"452 for one alone", {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 452, .lot = 1},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .counts = true}},
    {"552 too many",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 552, .class = ANSWER_TOO_MANY, .lot = 5},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_LOT}},
    {"relaying denied for all",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 554, .class = ANSWER_OURS, .lot = 5,
      .all_ours = true},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_ISSUE}},
    {"relaying denied for a notice",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 554, .class = ANSWER_OURS, .lot = 5,
      .all_ours = true, .notice = true},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .blame = BLAME_ISSUE, .counts = true}},
    {"5xx for MAIL of a notice",
     {.kind = VERDICT_REFUSED, .stage = STAGE_MAIL, .code = 550, .lot = 1, .notice = true},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .blame = BLAME_ISSUE, .counts = true}},
    {"relaying denied for one of many",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 554, .class = ANSWER_OURS, .lot = 5,
      .taken = 4},
     {.event = ON_REFUSED_FOR_GOOD, .when = WHEN_NEVER, .counts = true}},
    {"relaying denied for one alone",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 554, .class = ANSWER_OURS, .lot = 1},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .counts = true}},
    {"the same again, while others are taken",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 554, .class = ANSWER_OURS, .lot = 1,
      .attempts = 1, .taken_before = true},
     {.event = ON_REFUSED_FOR_GOOD, .when = WHEN_NEVER, .counts = true}},
    {"ten in a row",
     {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 554, .class = ANSWER_OURS, .lot = 1,
      .ours_streak = 9},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_ISSUE}},
    {"421", {.kind = VERDICT_REFUSED, .stage = STAGE_RCPT, .code = 421, .lot = 5},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_RELAY}},
    {"421 at the end of data",
     {.kind = VERDICT_REFUSED, .stage = STAGE_END_OF_DATA, .code = 421, .lot = 5},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .blame = BLAME_RELAY, .counts = true}},
    {"530 at MAIL", {.kind = VERDICT_REFUSED, .stage = STAGE_MAIL, .code = 530, .lot = 5},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_RELAY}},

    {"4xx for MAIL", {.kind = VERDICT_REFUSED, .stage = STAGE_MAIL, .code = 451, .lot = 5},
     {.event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .blame = BLAME_RELAY_SOFT,
      .counts = true}},
    {"5xx for MAIL", {.kind = VERDICT_REFUSED, .stage = STAGE_MAIL, .code = 550, .lot = 5},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_ISSUE}},
    {"5xx at the end of data",
     {.kind = VERDICT_REFUSED, .stage = STAGE_END_OF_DATA, .code = 554, .lot = 5},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_ISSUE}},
    {"5xx at the end of a personal message",
     {.kind = VERDICT_REFUSED, .stage = STAGE_END_OF_DATA, .code = 554, .lot = 1, .personal = true},
     {.event = ON_REFUSED_FOR_GOOD, .when = WHEN_NEVER, .counts = true}},
    {"the third alike",
     {.kind = VERDICT_REFUSED, .stage = STAGE_END_OF_DATA, .code = 554, .lot = 1, .personal = true,
      .content_streak = 2},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_ISSUE}},
    {"503 to DATA after 452",
     {.kind = VERDICT_REFUSED, .stage = STAGE_DATA, .code = 503, .lot = 5, .taken = 2},
     {.event = ON_PUT_BACK, .when = WHEN_NOW, .blame = BLAME_LOT}},
};

static void every_sort_of_failure_has_its_consequence(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].name);
        struct decision then = decide(&rows[i].when);
        assert_int_equal(then.event, rows[i].then.event);
        assert_int_equal(then.when, rows[i].then.when);
        assert_int_equal(then.blame, rows[i].then.blame);
        assert_int_equal(then.counts, rows[i].then.counts);
        assert_int_equal(then.lost, rows[i].then.lost);
        assert_int_equal(then.alone, rows[i].then.alone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_sort_of_failure_has_its_consequence)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
