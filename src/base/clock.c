#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

usec_t clock_now(void)
{
    return g_get_real_time();
}

usec_t clock_monotonic(void)
{
    return g_get_monotonic_time();
}

/* GLib looks at /etc/localtime anew each time, with five system calls: too many for each row of a
 * report. */
static GTimeZone *local_zone(void)
{
    static GTimeZone *zone;
    static usec_t looked_at;
    usec_t now = clock_monotonic();
    if (!zone || now - looked_at > USEC_PER_MINUTE) {
        g_clear_pointer(&zone, g_time_zone_unref);
        zone = g_time_zone_new_local();
        looked_at = now;
    }
    return zone;
}

char *clock_local(usec_t time, const char *format)
{
    GDateTime *utc = g_date_time_new_from_unix_utc(time / USEC_PER_SEC);
    GDateTime *moment = utc ? g_date_time_to_timezone(utc, local_zone()) : NULL;
    char *text = moment ? g_date_time_format(moment, format) : NULL;
    g_clear_pointer(&moment, g_date_time_unref);
    g_clear_pointer(&utc, g_date_time_unref);
    return text ? text : g_strdup("");
}

char *clock_rfc3339(usec_t time)
{
    return clock_local(time, "%Y-%m-%dT%H:%M:%S%:z");
}

struct unit {
    const char *name;
    int64_t factor;
};

/* The largest first. */
static const struct unit time_units[] = {
    {"d", 24 * 60 * USEC_PER_MINUTE},
    {"h", 60 * USEC_PER_MINUTE},
    {"m", USEC_PER_MINUTE},
    {"s", USEC_PER_SEC},
};
static const struct unit size_units[] = {
    {"GiB", 1 << 30},
    {"MiB", 1 << 20},
    {"KiB", 1 << 10},
    {"B", 1},
};

static bool parse_with_unit(const char *text, const struct unit *units, size_t count,
                            int64_t *value)
{
    if (!isdigit((unsigned char)*text))
        return false;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(end, units[i].name) == 0)
            return !__builtin_mul_overflow((int64_t)number, units[i].factor, value);
    return false;
}

bool duration_parse(const char *text, usec_t *duration)
{
    return parse_with_unit(text, time_units, G_N_ELEMENTS(time_units), duration);
}

bool size_parse(const char *text, uint64_t *octets)
{
    int64_t value;
    if (!parse_with_unit(text, size_units, G_N_ELEMENTS(size_units), &value))
        return false;
    *octets = (uint64_t)value;
    return true;
}

char *duration_text(usec_t duration)
{
    for (size_t i = 0; i < G_N_ELEMENTS(time_units); i++)
        if (duration && duration % time_units[i].factor == 0)
            return g_strdup_printf("%" G_GINT64_FORMAT "%s", duration / time_units[i].factor,
                                   time_units[i].name);
    return g_strdup_printf("%" G_GINT64_FORMAT "s", duration / USEC_PER_SEC);
}

bool date_is_valid(int year, int month, int day)
{
    return year >= 1900 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
           g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}
