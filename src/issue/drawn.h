/* Tables that a typist drew: with bars (│区│场次│), or by blanks that keep columns in line. */
#pragma once
#include "issue/block.h"

/* Is it a row between bars? */
bool drawn_is_row(const char *text);
/* Adds the row to the table that stands last in `blocks`, if it goes on in this line; else to a new
 * one. */
void drawn_add_row(GPtrArray *blocks, const struct block_line *line);
/* Takes the bars off a line that has them at both ends only: ┃　简　报　┃ is in a box. */
void drawn_unbox(struct block_line *line);

/* How many of the lines from `at` on are a table whose columns blanks draw; 0: it is none. */
guint drawn_columns(const GPtrArray *lines, guint at);
/* Adds that table to `blocks`. */
void drawn_add_columns(GPtrArray *blocks, const GPtrArray *lines, guint at, guint rows);
/* One cell with words in it is a line with a box around it: takes the table, gives the paragraph,
 * or the table as it is. */
struct block *drawn_unboxed(struct block *table);
