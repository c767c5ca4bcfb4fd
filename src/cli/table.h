/* A table for a terminal, its columns aligned by display width. */
#pragma once
#include "base/auto.h"

#include <stdbool.h>

struct table; /* opaque */

/* The heads are in the language of people, and stay the caller's. */
struct table *table_new(const char *const heads[], size_t columns);
void table_free(struct table *table);
AUTO_DEFINE(table_of, struct table, table_free)

/* The numbers of this column end at the same place. */
void table_align_right(struct table *table, size_t column);
/* Copies the cells; NULL is an empty one. What could move the cursor is made visible. */
void table_add(struct table *table, const char *const cells[]);
/* The same of one text. The caller frees. */
char *table_harmless(const char *text);
/* Prints what was added since the last time, the heads before the first. Widths only grow, so that
 * a long table can be printed by parts. */
void table_print(struct table *table, FILE *to);
