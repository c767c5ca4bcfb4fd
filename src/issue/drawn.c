#include "issue/drawn.h"

#include "issue/labels.h"
#include "issue/words.h"

#include <string.h>

/* --- bars --- */

static bool is_bar(gunichar c)
{
    return c == 0x2502 || c == 0x2503 || c == '|' || c == 0xff5c;
}

/* │区　│场次│: bars at both ends and between. */
bool drawn_is_row(const char *text)
{
    if (!is_bar(g_utf8_get_char(text)) || strlen(text) > 2000)
        return false;
    int bars = 0;
    gunichar last = 0;
    for (; *text; text = g_utf8_next_char(text)) {
        last = g_utf8_get_char(text);
        bars += is_bar(last);
    }
    return bars >= 3 && is_bar(last);
}

static void add_row(struct block *table, const struct block_line *line)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    AUTO(str) GString *joined = g_string_new(NULL);
    const char *cell = g_utf8_next_char(line->text);
    for (const char *at = cell; *at; at = g_utf8_next_char(at)) {
        if (!is_bar(g_utf8_get_char(at)))
            continue;
        AUTO(text) char *raw = g_strndup(cell, (gsize)(at - cell));
        char *text = text_trim(raw);
        g_string_append_printf(joined, "%s%s", joined->len && *text ? "　" : "", text);
        g_ptr_array_add(cells, text);
        cell = g_utf8_next_char(at);
    }
    g_ptr_array_add(table->rows, cells);
    g_ptr_array_add(table->lines, block_line_new(joined->str, line->line, line->indent));
    table->last_line = line->line;
}

/* Is the last block a table that a line may go on with? Rules between rows are part of it. */
static struct block *open_table(GPtrArray *blocks, int line)
{
    guint last = blocks->len;
    while (last && ((struct block *)blocks->pdata[last - 1])->kind == BLOCK_RULE)
        last--;
    struct block *table = last ? blocks->pdata[last - 1] : NULL;
    int rules = (int)(blocks->len - last);
    if (!table || table->kind != BLOCK_TABLE || table->last_line + rules + 1 != line)
        return NULL;
    g_ptr_array_set_size(blocks, (gint)last);
    return table;
}

void drawn_add_row(GPtrArray *blocks, const struct block_line *line)
{
    struct block *table = open_table(blocks, line->line);
    if (!table) {
        table = block_new(BLOCK_TABLE, line->line);
        table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
        g_ptr_array_add(blocks, table);
    }
    add_row(table, line);
}

void drawn_unbox(struct block_line *line)
{
    const char *last = line->text + strlen(line->text);
    if (!is_bar(g_utf8_get_char(line->text)) || last == g_utf8_next_char(line->text))
        return;
    last = g_utf8_prev_char(last);
    if (!is_bar(g_utf8_get_char(last)) || last == line->text || drawn_is_row(line->text))
        return;
    AUTO(text) char *inside = g_utf8_next_char(line->text);
    inside = g_strndup(inside, (gsize)(last - inside));
    g_free(line->text);
    line->text = words_clean(inside);
}

static bool is_box(const struct block *table)
{
    const GPtrArray *cells = table->rows->pdata[0];
    return table->rows->len == 1 && cells->len == 1 && *(const char *)cells->pdata[0];
}

struct block *drawn_unboxed(struct block *table)
{
    if (!is_box(table))
        return table;
    struct block *line = block_new(BLOCK_PARAGRAPH, table->line);
    g_ptr_array_add(line->lines, g_ptr_array_steal_index(table->lines, 0));
    block_join_lines(line);
    line->last_line = table->last_line;
    block_free(table);
    return line;
}

/* --- columns --- */

enum {
    MOST_COLUMNS = 12,
    LEAST_ROWS = 3,   /* with the head */
    LEAST_GAP = 3,    /* columns of blanks between two cells; or two ASCII blanks */
    WIDEST_CELL = 40, /* columns */
    SLACK = 2,        /* columns by which cells of one column may stand apart */
};

struct cells {
    int count;
    char *texts[MOST_COLUMNS];
    int begins[MOST_COLUMNS], ends[MOST_COLUMNS]; /* in columns */
};

static void auto_cells(struct cells *cells)
{
    for (int i = 0; i < cells->count; i++)
        g_free(cells->texts[i]);
}

/* The end of the cell that begins at `text`: wide blanks, or the line's end. *width: of the cell.
 */
static const char *cell_end(const char *text, int *width, int *gap, const char **next)
{
    *width = 0;
    while (*text) {
        const char *blank = text;
        int columns = 0, blanks = 0;
        for (; *blank && text_is_blank(g_utf8_get_char(blank)); blanks++) {
            columns += text_width_of(g_utf8_get_char(blank));
            blank = g_utf8_next_char(blank);
        }
        if (columns >= LEAST_GAP || (blanks > 1 && columns > 1)) {
            *gap = columns;
            *next = blank;
            return text;
        }
        *width += text_width_of(g_utf8_get_char(text));
        text = g_utf8_next_char(text);
    }
    *gap = 0;
    *next = text;
    return text;
}

/* Cuts the line at its wide blanks; false: it has too few or too many cells, or one of them is no
 * cell: a sentence, a label, a long text. */
static bool cut(struct cells *cells, const struct block_line *line)
{
    const char *text = line->text;
    int column = line->indent;
    cells->count = 0;
    if (!strstr(text, "  ") && !strstr(text, "　　") && !strstr(text, "　 ") &&
        !strstr(text, " 　"))
        return false;
    while (*text && cells->count < MOST_COLUMNS) {
        int width, gap;
        const char *next, *end = cell_end(text, &width, &gap, &next);
        char *cell = g_strndup(text, (gsize)(end - text));
        int at = cells->count++;
        cells->texts[at] = cell;
        cells->begins[at] = column;
        cells->ends[at] = column + width;
        if (width > WIDEST_CELL || strstr(cell, "。") || strstr(cell, "....") ||
            strstr(cell, "……") || labels_first(cell) != LABEL_NONE || words_is_rule(cell))
            return false;
        column += width + gap;
        text = next;
    }
    return !*text && cells->count >= 2;
}

static bool are_in_line(const struct cells *a, const struct cells *b)
{
    for (int i = 0; i < a->count; i++)
        if (ABS(a->begins[i] - b->begins[i]) > SLACK && ABS(a->ends[i] - b->ends[i]) > SLACK &&
            ABS(a->begins[i] + a->ends[i] - b->begins[i] - b->ends[i]) > 2 * SLACK)
            return false;
    return true;
}

static bool is_figure(const char *cell)
{
    return g_unichar_isdigit(g_utf8_get_char(cell)) || strchr("-+", *cell);
}

/* What is called so stands over a column. */
static bool is_caption(const char *cell)
{
    static const char *const words[] = {"姓名", "名称", "单位", "序号", "职务", "时间", "日期",
                                        "地点", "项目", "数量", "内容", "类别", "名次", "奖项",
                                        "等级", "等次", "职称", "场次", "人次", "人数", "区县",
                                        "备注", "主题", "活动", "比例", "电话", "学会", "主讲"};
    AUTO(text) char *bare = text_squeeze(cell);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_has_suffix(bare, words[i]))
            return true;
    return false;
}

/* A head of captions, or figures under words: else it may be a list of names in rows. */
static bool has_head(const struct cells *head, const struct cells *row)
{
    int captions = 0, figures = 0;
    for (int i = 0; i < head->count; i++) {
        captions += is_caption(head->texts[i]);
        figures += !is_figure(head->texts[i]) && is_figure(row->texts[i]);
    }
    return captions > 1 || figures > 0;
}

guint drawn_columns(const GPtrArray *lines, guint at)
{
    AUTO(cells) struct cells head = {0};
    if (at + LEAST_ROWS > lines->len || !cut(&head, lines->pdata[at]))
        return 0;
    guint rows = 1;
    for (; at + rows < lines->len; rows++) {
        AUTO(cells) struct cells row = {0};
        if (!cut(&row, lines->pdata[at + rows]) || row.count != head.count ||
            !are_in_line(&head, &row) || (rows == 1 && !has_head(&head, &row)))
            break;
    }
    return rows >= LEAST_ROWS ? rows : 0;
}

void drawn_add_columns(GPtrArray *blocks, const GPtrArray *lines, guint at, guint rows)
{
    struct block *table = NULL;
    for (guint i = at; i < at + rows; i++) {
        AUTO(block_line) struct block_line *line = lines->pdata[i];
        AUTO(cells) struct cells cells = {0};
        lines->pdata[i] = NULL;
        (void)cut(&cells, line);
        if (!table) {
            table = block_new(BLOCK_TABLE, line->line);
            table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
            g_ptr_array_add(blocks, table);
        }
        GPtrArray *row = g_ptr_array_new_with_free_func(g_free);
        for (int c = 0; c < cells.count; c++)
            g_ptr_array_add(row, TAKE(cells.texts[c]));
        g_ptr_array_add(table->rows, row);
        table->last_line = line->line;
        g_ptr_array_add(table->lines, TAKE(line));
    }
}
