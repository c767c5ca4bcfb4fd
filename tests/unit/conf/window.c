/* Send windows by the hands of a clock in Peking, and the workdays that are shipped. */
#include "../cases.h"
#include "conf/window.h"
#include "conf/workdays.h"

#include <stdlib.h>
#include <string.h>

static usec_t at(const char *text)
{
    AUTO(text) char *whole = g_strdup_printf("%s:00+08:00", text);
    GDateTime *moment = g_date_time_new_from_iso8601(whole, NULL);
    assert_non_null(moment);
    usec_t time = g_date_time_to_unix(moment) * USEC_PER_SEC;
    g_date_time_unref(moment);
    return time;
}

static const struct {
    const char *name;
    struct send_window window;
    const char *now, *opens; /* NULL: it is open */
} rows[] = {
    {"no window", {0}, "2026-03-02T03:00", NULL},
    {"before it", {true, 480, 1200, false}, "2026-03-02T07:59", "2026-03-02T08:00"},
    {"its first minute", {true, 480, 1200, false}, "2026-03-02T08:00", NULL},
    {"its last minute", {true, 480, 1200, false}, "2026-03-02T19:59", NULL},
    {"after it", {true, 480, 1200, false}, "2026-03-02T20:00", "2026-03-03T08:00"},
    {"at the month's end", {true, 480, 1200, false}, "2026-02-28T21:00", "2026-03-01T08:00"},
    {"over midnight, late", {true, 1320, 360, false}, "2026-03-02T23:00", NULL},
    {"over midnight, early", {true, 1320, 360, false}, "2026-03-03T05:59", NULL},
    {"over midnight, noon", {true, 1320, 360, false}, "2026-03-03T12:00", "2026-03-03T22:00"},
    {"to the day's end", {true, 480, 1440, false}, "2026-03-02T23:59", NULL},
    {"the whole day but midnight", {true, 1, 1440, false}, "2026-03-02T00:00", "2026-03-02T00:01"},
    {"a Friday evening", {true, 480, 1200, true}, "2026-03-06T20:00", "2026-03-09T08:00"},
    {"a Saturday", {true, 480, 1200, true}, "2026-03-07T10:00", "2026-03-09T08:00"},
    {"a Saturday that is worked", {true, 480, 1200, true}, "2026-02-14T10:00", NULL},
    {"spring festival", {true, 480, 1200, true}, "2026-02-14T20:00", "2026-02-24T08:00"},
    {"national day", {true, 480, 1200, true}, "2026-09-30T21:00", "2026-10-08T08:00"},
    {"a workday over midnight into Saturday", {true, 1320, 360, true}, "2026-03-07T05:00", NULL},
    {"Saturday's own night", {true, 1320, 360, true}, "2026-03-07T23:00", "2026-03-09T22:00"},
    {"a year that is not known", {true, 480, 1200, true}, "2031-05-03T10:00", "2031-05-05T08:00"},
};

static struct workdays *shipped(void)
{
    struct workdays *workdays = NULL;
    AUTO(problems) struct problems *problems = problems_new();
    assert_true(workdays_read(&workdays, "conf/workdays.conf", problems));
    assert_int_equal(problems_count(problems), 0);
    return workdays;
}

static void a_window_opens_when_it_should(void **state)
{
    (void)state;
    AUTO(workdays) struct workdays *workdays = shipped();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        usec_t opens = window_opens(&rows[i].window, workdays, at(rows[i].now));
        AUTO(text) char *got = clock_rfc3339(opens);
        if (opens != (rows[i].opens ? at(rows[i].opens) : 0))
            fail_msg("%s: %s", rows[i].name, opens ? got : "open");
    }
}

/* The notices give the length of each holiday: so many days of the year are no workdays. */
static void the_shipped_years_add_up(void **state)
{
    (void)state;
    static const struct {
        int year, workdays;
    } years[] = {{2025, 248}, {2026, 248}};
    AUTO(workdays) struct workdays *workdays = shipped();
    for (size_t i = 0; i < G_N_ELEMENTS(years); i++) {
        int count = 0;
        assert_true(workdays_knows(workdays, years[i].year));
        for (int month = 1; month <= 12; month++)
            for (int day = 1; date_is_valid(years[i].year, month, day); day++)
                count += workdays_has(workdays, years[i].year, month, day);
        assert_int_equal(count, years[i].workdays);
    }
    assert_false(workdays_knows(workdays, 2031));
}

static const struct {
    const char *name, *text, *words;
} bad[] = {
    {"another year's day",
     "years = ( { year = 2026; holidays = [ \"2025-01-01\" ]; work = []; } );",
     "no days of 2026: 2025-01-01"},
    {"no day", "years = ( { year = 2026; holidays = [ \"2026-02-30\" ]; work = []; } );",
     "2026-02-30"},
    {"backwards",
     "years = ( { year = 2026; holidays = []; work = [ \"2026-02-03/2026-02-01\" ]; } );",
     "2026-02-03/2026-02-01"},
    {"years long",
     "years = ( { year = 2026; holidays = [ \"2026-01-01/2026-12-31\" ]; work = []; } );",
     "2026-12-31"},
    {"no list of worked days", "years = ( { year = 2026; holidays = []; } );", "work is missing"},
    {"nothing", "", "years is missing"},
};

static void a_wrong_file_is_refused(void **state)
{
    (void)state;
    AUTO(text) char *path = NULL;
    int fd = g_file_open_tmp("fensong-workdays-XXXXXX", &path, NULL);
    close(fd);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        AUTO(workdays) struct workdays *workdays = NULL;
        AUTO(problems) struct problems *problems = problems_new();
        assert_true(g_file_set_contents(path, bad[i].text, -1, NULL));
        assert_false(workdays_read(&workdays, path, problems));
        assert_int_equal(problems_count(problems), 1);
        const char *what = problems_at(problems, 0)->error.what.english;
        if (!strstr(what, bad[i].words))
            fail_msg("%s: %s", bad[i].name, what);
    }
    (void)unlink(path);
}

int main(void)
{
    setenv("TZ", "Asia/Shanghai", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_opens_when_it_should),
        cmocka_unit_test(the_shipped_years_add_up),
        cmocka_unit_test(a_wrong_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
