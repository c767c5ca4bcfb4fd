#include "conf/window.h"

#include <stdio.h>
#include <string.h>

#include "conf/sections.h"
#include "conf/workdays.h"

#define DAY_MINUTES 1440
#define DAYS_AHEAD  40 /* no holidays are so long */

/* --- reading --- */

static bool read_time(const char *text, unsigned *minutes)
{
    unsigned hour, minute;
    int end = 0;
    if (sscanf(text, "%2u:%2u%n", &hour, &minute, &end) != 2 || end != 5 || text[5] ||
        !g_ascii_isdigit(text[0]) || !g_ascii_isdigit(text[3]) || minute > 59)
        return false;
    *minutes = hour * 60 + minute;
    return *minutes <= DAY_MINUTES;
}

static bool read_window(const char *text, struct send_window *window)
{
    AUTO(texts) char **words = g_strsplit(text, " ", 2);
    AUTO(texts) char **times = g_strsplit(words[0] ? words[0] : "", "-", 2);
    if (words[0] && words[1] && strcmp(words[1], "workdays") != 0)
        return false;
    window->workdays = words[0] && words[1];
    window->is_set = true;
    return times[0] && times[1] && read_time(times[0], &window->from) &&
           read_time(times[1], &window->to) && window->from < DAY_MINUTES &&
           window->from != window->to;
}

static bool take_window(struct reader *reader, const struct key *key, const struct given *given,
                        void *field)
{
    struct send_window window = {0};
    if (!read_window(given->text, &window))
        return reader_problem(reader, given->place,
                              N_("write it like \"08:00-20:00\" or \"08:00-20:00 workdays\""),
                              N_("%s is no time of the day: %s"), key->name, given->text);
    *(struct send_window *)field = window;
    return true;
}
const struct kind kind_window = {VALUE_TEXT, take_window};

/* --- asking --- */

static usec_t time_of(GDateTime *day, unsigned minutes)
{
    GDateTime *base = minutes == DAY_MINUTES ? g_date_time_add_days(day, 1) : g_date_time_ref(day);
    int hour = (int)(minutes % DAY_MINUTES / 60), minute = (int)(minutes % 60);
    GDateTime *moment =
        g_date_time_new_local(g_date_time_get_year(base), g_date_time_get_month(base),
                              g_date_time_get_day_of_month(base), hour, minute, 0);
    usec_t time = moment ? g_date_time_to_unix(moment) * USEC_PER_SEC : 0;
    g_clear_pointer(&moment, g_date_time_unref);
    g_date_time_unref(base);
    return time;
}

static bool is_day(const struct send_window *window, const struct workdays *workdays,
                   GDateTime *day)
{
    return !window->workdays || !workdays ||
           workdays_has(workdays, g_date_time_get_year(day), g_date_time_get_month(day),
                        g_date_time_get_day_of_month(day));
}

/* The window that begins on this day: 0 and *open where now is in it, else its beginning if that is
 * to come, else 0. */
static usec_t opens_on(const struct send_window *window, GDateTime *day, usec_t now, bool *open)
{
    usec_t from = time_of(day, window->from);
    GDateTime *last =
        window->to <= window->from ? g_date_time_add_days(day, 1) : g_date_time_ref(day);
    usec_t to = time_of(last, window->to);
    g_date_time_unref(last);
    *open = now >= from && now < to;
    return now < from ? from : 0;
}

usec_t window_opens(const struct send_window *window, const struct workdays *workdays, usec_t now)
{
    if (!window->is_set)
        return 0;
    GDateTime *today = g_date_time_new_from_unix_local(now / USEC_PER_SEC);
    usec_t opens = 0;
    bool open = today == NULL;
    /* From yesterday on, whose window may go over midnight. */
    for (int offset = -1; !open && !opens && offset <= DAYS_AHEAD; offset++) {
        GDateTime *day = g_date_time_add_days(today, offset);
        if (is_day(window, workdays, day))
            opens = opens_on(window, day, now, &open);
        g_date_time_unref(day);
    }
    g_clear_pointer(&today, g_date_time_unref);
    return open ? 0 : opens;
}

int window_year(usec_t time)
{
    GDateTime *moment = g_date_time_new_from_unix_local(time / USEC_PER_SEC);
    int year = moment ? g_date_time_get_year(moment) : 0;
    g_clear_pointer(&moment, g_date_time_unref);
    return year;
}
