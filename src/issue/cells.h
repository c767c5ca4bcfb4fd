/* Tables of an imprint: which cells are labels, and of what. */
#pragma once
#include "issue/issue.h"

/* The table's lines, at most `rows` of its rows, as they would be written without a table:
 * 编辑：张红波 for the cells 编辑 and 张红波, one beside or under the other. Of struct block_line;
 * the caller frees the array. */
GPtrArray *cells_labelled(const struct block *table, guint rows);
