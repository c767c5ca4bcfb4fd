/* Which days are workdays: Monday to Friday, but for what the State Council's yearly notice says.
 */
#pragma once
#include "base/problem.h"

struct workdays; /* opaque */

/* Reads conf/workdays.conf. What is wrong with it is added (EX_CONFIG). *workdays is the caller's
 * if there was nothing wrong. */
MUST bool workdays_read(struct workdays **workdays, const char *file, struct problems *problems);
void workdays_free(struct workdays *workdays);
AUTO_DEFINE(workdays, struct workdays, workdays_free)

/* Does the file hold the notice for this year? Where it does not, Monday to Friday are workdays. */
bool workdays_knows(const struct workdays *workdays, int year);
bool workdays_has(const struct workdays *workdays, int year, int month, int day);
