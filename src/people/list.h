/* A list: a CSV file that says who is in a group. With a header row (address/邮箱, name/姓名,
 * title/职务, unit/单位, 停用/disabled) or without one: then the column that holds addresses. */
#pragma once
#include "people/member.h"

/* Appends the members of a list, in the order of its rows, without those who are 停用. `name` is
 * how the group calls it, for the origin; `said` is where. Adds all that is wrong (EX_DATAERR),
 * each with the list's line: where any is a PROBLEM, the list was not read whole and may not be
 * used. */
void list_read(GPtrArray *members, const char *path, const char *name, struct place said,
               struct problems *problems);
