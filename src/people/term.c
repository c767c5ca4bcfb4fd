#include "people/term.h"

#include <glib.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"

/* Up to `most` digits; -1: there is none. Moves on. */
static int digits(const char **text, int most)
{
    int number = -1;
    for (; most > 0 && g_ascii_isdigit(**text); (*text)++, most--)
        number = (number < 0 ? 0 : number * 10) + (**text - '0');
    return number;
}

/* Moves past what stands between the parts of a day. False: nothing does. */
static bool pass_mark(const char **text)
{
    bool passed = false;
    static const char *const marks[] = {"-", "/", ".", "年", "月"};
    while (**text == ' ')
        (*text)++;
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        if (g_str_has_prefix(*text, marks[i])) {
            *text += strlen(marks[i]);
            passed = true;
            break;
        }
    while (**text == ' ')
        (*text)++;
    return passed;
}

static int last_of_month(int year, int month)
{
    return g_date_get_days_in_month((GDateMonth)month, (GDateYear)year);
}

static bool is_end(const char *text)
{
    if (g_str_has_prefix(text, "日"))
        text += strlen("日");
    /* A time of day, as spreadsheets add it, changes no day. */
    return !*text || *text == ' ' || *text == 'T';
}

int term_day(const char *text, bool last)
{
    AUTO(text) char *folded = text_fold(text);
    AUTO(text) char *trimmed = text_trim(folded);
    const char *at = trimmed;
    int year = digits(&at, 4);
    /* Without marks eight digits are a day; fewer may be a serial number of a spreadsheet. */
    bool marked = pass_mark(&at) || strspn(trimmed, "0123456789") == 8;
    int month = digits(&at, 2);
    if (!marked || year < 1900 || month < 1 || month > 12)
        return 0;
    pass_mark(&at);
    int day = digits(&at, 2);
    if (day < 0 && !*at)
        day = last ? last_of_month(year, month) : 1;
    if (!is_end(at) || day < 1 || !date_is_valid(year, month, day))
        return 0;
    return year * 10000 + month * 100 + day;
}

int term_today(void)
{
    GDateTime *now = g_date_time_new_now_local();
    int today = g_date_time_get_year(now) * 10000 + g_date_time_get_month(now) * 100 +
                g_date_time_get_day_of_month(now);
    g_date_time_unref(now);
    return today;
}

int term_day_before(int day, int days)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)(day % 100), (GDateMonth)(day / 100 % 100),
                   (GDateYear)(day / 10000));
    g_date_subtract_days(&date, (guint)days);
    return g_date_get_year(&date) * 10000 + (int)g_date_get_month(&date) * 100 +
           g_date_get_day(&date);
}

char *term_day_text(int day)
{
    return g_strdup_printf("%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
}

bool term_holds(const struct term *term, int day)
{
    return (!term->from || term->from <= day) && (!term->until || day <= term->until);
}
