/* Which column of a list holds what. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum column { ADDRESS, NAME, TITLE, UNIT, DISABLED, NOTE, FROM, UNTIL, ENTRY, COLUMNS };

struct columns {
    int at[COLUMNS]; /* from 0; -1: there is none */
};

void columns_clear(struct columns *columns);
/* Is it a header row? Then the columns are set by it; the first of two alike counts. */
bool columns_read_header(struct columns *columns, const GPtrArray *fields);
/* How many of these cells are headings. */
guint columns_headings(char *const cells[]);
/* As headings and words are compared: folded, without blanks, in lower case. Caller frees. */
char *columns_comparable(const char *text);
