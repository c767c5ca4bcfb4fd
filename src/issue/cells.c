#include "issue/cells.h"

#include "issue/block.h"
#include "issue/labels.h"

#include <string.h>

enum { LONGEST_LABEL = 60 }; /* octets */

/* The label that is all of the cell, its colon there or not; LABEL_NONE: it says more, or less. */
static enum label label_of(const char *cell)
{
    size_t length = strlen(cell);
    if (!length || length > LONGEST_LABEL)
        return LABEL_NONE;
    bool colon = g_str_has_suffix(cell, "：") || g_str_has_suffix(cell, ":");
    AUTO(text) char *with_colon = g_strconcat(cell, colon ? "" : "：", NULL);
    AUTO(array) GPtrArray *segments = labels_cut(with_colon);
    const struct segment *first = segments->len == 1 ? segments->pdata[0] : NULL;
    return first && !*first->value ? first->label : LABEL_NONE;
}

static void add_cell(GString *line, const char *cell, bool value)
{
    bool labelled = g_str_has_suffix(line->str, "：") || g_str_has_suffix(line->str, ":");
    if (value && !labelled)
        g_string_append(line, "：");
    g_string_append(line, cell);
}

static void end_line(GPtrArray *lines, GString *line, int number)
{
    if (line->len)
        g_ptr_array_add(lines, block_line_new(line->str, number, 0));
    g_string_truncate(line, 0);
}

/* A label and what stands beside it are a line; so is a cell that holds both, or neither. */
static void add_row(GPtrArray *lines, const GPtrArray *cells, int number)
{
    AUTO(str) GString *line = g_string_new(NULL);
    bool after_label = false;
    for (guint i = 0; i < cells->len; i++) {
        const char *cell = cells->pdata[i];
        bool label = label_of(cell) != LABEL_NONE;
        if (!*cell)
            continue;
        if (!after_label || label)
            end_line(lines, line, number);
        add_cell(line, cell, after_label && !label);
        after_label = label;
    }
    if (after_label) /* nothing stands beside the last */
        add_cell(line, "", true);
    end_line(lines, line, number);
}

/* Labels alone in the first row, who edits or receives among them: what they label is under them.
 */
static bool is_headed(const struct block *table)
{
    const GPtrArray *cells = table->rows->pdata[0];
    bool maker = false;
    guint labels = 0;
    for (guint i = 0; i < cells->len; i++) {
        enum label label = label_of(cells->pdata[i]);
        if (label == LABEL_NONE && *(const char *)cells->pdata[i])
            return false;
        labels += label != LABEL_NONE;
        maker = maker || label == LABEL_EDITOR || label == LABEL_REVIEWER ||
                label == LABEL_DISTRIBUTION;
    }
    return labels > 1 && maker && table->rows->len > 1;
}

static void add_columns(GPtrArray *lines, const struct block *table, guint rows)
{
    const GPtrArray *head = table->rows->pdata[0];
    for (guint c = 0; c < head->len; c++) {
        for (guint r = 1; r < table->rows->len && r < rows; r++) {
            const GPtrArray *cells = table->rows->pdata[r];
            AUTO(str) GString *line = g_string_new(r == 1 ? head->pdata[c] : "");
            if (c < cells->len)
                add_cell(line, cells->pdata[c], line->len > 0);
            int number = ((const struct block_line *)table->lines->pdata[r])->line;
            if (line->len)
                g_ptr_array_add(lines, block_line_new(line->str, number, 0));
        }
    }
}

GPtrArray *cells_labelled(const struct block *table, guint rows)
{
    GPtrArray *lines = block_lines_new();
    if (is_headed(table)) {
        add_columns(lines, table, rows);
        return lines;
    }
    for (guint r = 0; r < table->rows->len && r < rows; r++) {
        int number = ((const struct block_line *)table->lines->pdata[r])->line;
        add_row(lines, table->rows->pdata[r], number);
    }
    return lines;
}
