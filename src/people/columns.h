/* Which column of a list holds what. */
#pragma once
#include "base/problem.h"

#include <glib.h>
#include <stdbool.h>

enum column { ADDRESS, NAME, TITLE, UNIT, DISABLED, NOTE, FROM, UNTIL, ENTRY, COLUMNS };

struct columns {
    int at[COLUMNS]; /* from 0; -1: there is none */
};

void columns_clear(struct columns *columns);
/* Is it a header row? Then the columns are set by it; the first of two alike counts. */
bool columns_read_header(struct columns *columns, const GPtrArray *fields);
/* Adds a remark for each heading of a header row that is passed over and may have been meant:
 * 停发者 for 停用, or the second of two alike. Who is not stopped gets mail. */
void columns_check_header(const GPtrArray *fields, struct place place, struct problems *problems);
/* How many of these cells are headings. */
guint columns_headings(char *const cells[]);
/* As headings and words are compared: folded, without blanks, in lower case. Caller frees. */
char *columns_comparable(const char *text);
