/* Times and durations. */
#pragma once
#include "base/error.h"

#include <stdint.h>

typedef int64_t usec_t; /* microseconds: since 1970 UTC, or a length of time */

#define USEC_PER_MSEC ((usec_t)1000)
#define USEC_PER_SEC ((usec_t)1000000)
#define USEC_PER_MINUTE (60 * USEC_PER_SEC)

/* Now, by the wall clock. */
usec_t clock_now(void);
/* A clock that nobody sets; its zero means nothing. */
usec_t clock_monotonic(void);

/* A moment by the clock on the wall, in g_date_time_format()'s form; "" if there is no such time.
 * The caller frees. One thread. */
char *clock_local(usec_t time, const char *format);
/* RFC 3339 in local time with offset, whole seconds: 2023-11-16T09:30:00+08:00. Caller frees. */
char *clock_rfc3339(usec_t time);

/* "90s", "5m", "2h", "5d" (digits and one unit letter). False if it is none or overflows. */
MUST bool duration_parse(const char *text, usec_t *duration);
/* The largest unit that divides it: "90s", "2h". Caller frees. */
char *duration_text(usec_t duration);

/* "25MiB", "512KiB", "1GiB", "100B". False if it is none. */
MUST bool size_parse(const char *text, uint64_t *octets);

/* Is it a day of the Gregorian calendar (not 2月30日)? */
bool date_is_valid(int year, int month, int day);
