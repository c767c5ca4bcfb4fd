#include "mail/plain.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define WIDE_COLUMNS 2 /* of － and ＝: wide in every terminal, which ─ and ═ are not */
#define TABLE_GAP    2
#define ITEM_INDENT  2
#define DEPTH_MAX    8

struct page {
    GString *out;
    GPtrArray *rows;   /* of char **: the table so far */
    int label_columns; /* where the words of the last label began */
};

/* --- lines --- */

static void add_repeated(GString *out, const char *what, int times)
{
    for (int i = 0; i < times; i++)
        g_string_append(out, what);
}

static void add_rule(GString *out, const char *letter, int columns)
{
    add_repeated(out, letter, (columns + WIDE_COLUMNS - 1) / WIDE_COLUMNS);
    g_string_append_c(out, '\n');
}

static void add_blank_line(GString *out)
{
    if (out->len > 0 && !g_str_has_suffix(out->str, "\n\n"))
        g_string_append_c(out, '\n');
}

/* The lines that `text` needs; the caller frees. */
static char **lines_of(const char *text)
{
    AUTO(str) GString *wrapped = g_string_new(NULL);
    text_wrap(wrapped, text, PLAIN_COLUMNS, "", "");
    g_string_truncate(wrapped, wrapped->len - 1);
    return g_strsplit(wrapped->str, "\n", -1);
}

static void add_padded(GString *out, int before, const char *line)
{
    add_repeated(out, " ", before);
    g_string_append(out, line);
    g_string_append_c(out, '\n');
}

/* Each line as far from the left as `share` of what is free says: half is the middle. */
static void add_aligned(GString *out, const char *text, int numerator, int denominator)
{
    AUTO(texts) char **lines = lines_of(text);
    for (char **line = lines; *line; line++)
        add_padded(out, MAX(0, PLAIN_COLUMNS - text_width(*line)) * numerator / denominator, *line);
}

static void add_underlined(GString *out, const char *text, const char *letter)
{
    AUTO(texts) char **lines = lines_of(text);
    int columns = 0;
    for (char **line = lines; *line; line++) {
        columns = MAX(columns, text_width(*line));
        add_padded(out, 0, *line);
    }
    add_rule(out, letter, MIN(columns, PLAIN_COLUMNS));
}

/* --- marks --- */

static void add_centred(struct page *page, const char *text)
{
    add_aligned(page->out, text, 1, 2);
}

static void add_right(struct page *page, const char *text)
{
    add_aligned(page->out, text, 1, 1);
}

static void add_section(struct page *page, const char *text)
{
    add_underlined(page->out, text, "＝");
}

static void add_title(struct page *page, const char *text)
{
    add_underlined(page->out, text, "－");
}

static void add_paragraph(struct page *page, const char *text)
{
    text_wrap(page->out, text, PLAIN_COLUMNS, "　　", "");
}

static void add_quote(struct page *page, const char *text)
{
    text_wrap(page->out, text, PLAIN_COLUMNS, "> ", "> ");
}

static void add_both_ends(struct page *page, const char *text)
{
    AUTO(texts) char **ends = g_strsplit(text, "\t", 2);
    const char *left = ends[0] ? ends[0] : "", *right = ends[0] && ends[1] ? ends[1] : "";
    int between = PLAIN_COLUMNS - text_width(left) - text_width(right);
    if (!*right || !*left || between < TABLE_GAP) {
        if (*left)
            text_wrap(page->out, left, PLAIN_COLUMNS, "", "");
        if (*right)
            add_right(page, right);
        return;
    }
    g_string_append(page->out, left);
    add_padded(page->out, between, right);
}

static void add_item(struct page *page, const char *text)
{
    AUTO(texts) char **parts = g_strsplit(text, "\t", 3);
    guint count = g_strv_length(parts);
    const char *mark = count > 0 ? parts[0] : "", *words = count > 1 ? parts[1] : "";
    int depth = count > 2 ? CLAMP(atoi(parts[2]), 0, DEPTH_MAX) : 0;
    AUTO(text) char *first = g_strdup_printf("%*s%s ", ITEM_INDENT * (depth + 1), "", mark);
    AUTO(text) char *rest = g_strnfill((gsize)text_width(first), ' ');
    text_wrap(page->out, words, PLAIN_COLUMNS, first, rest);
}

static void add_labelled(struct page *page, const char *text)
{
    AUTO(texts) char **parts = g_strsplit(text, "\t", 2);
    const char *label = parts[0] ? parts[0] : "";
    const char *words = parts[0] && parts[1] ? parts[1] : "";
    if (*label)
        page->label_columns = MIN(text_width(label), PLAIN_COLUMNS / 2);
    AUTO(text) char *indent = g_strnfill((gsize)page->label_columns, ' ');
    text_wrap(page->out, words, PLAIN_COLUMNS, *label ? label : indent, indent);
}

static const struct {
    char mark;
    void (*add)(struct page *page, const char *text);
} marks[] = {
    {'c', add_centred}, {'r', add_right},     {'s', add_section},
    {'h', add_title},   {'p', add_paragraph}, {'q', add_quote},
    {'i', add_item},    {'b', add_both_ends}, {'l', add_labelled},
};

/* --- tables --- */

static const char *cell_of(char **row, guint column)
{
    return column < g_strv_length(row) ? row[column] : "";
}

static int column_width(const GPtrArray *rows, guint column)
{
    int width = 0;
    for (guint i = 0; i < rows->len; i++)
        width = MAX(width, text_width(cell_of(rows->pdata[i], column)));
    return width;
}

static void add_grid_row(GString *out, char **row, const int widths[], guint columns)
{
    for (guint c = 0; c < columns; c++) {
        const char *cell = cell_of(row, c);
        g_string_append(out, cell);
        if (c + 1 < columns)
            add_repeated(out, " ", widths[c] - text_width(cell) + TABLE_GAP);
    }
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

/* Too wide for columns: each row as a list of `head：cell`. */
static void add_rows_as_lists(GString *out, const GPtrArray *rows, guint columns)
{
    char **head = rows->pdata[0];
    for (guint i = 1; i < rows->len; i++) {
        for (guint c = 0; c < columns; c++) {
            const char *cell = cell_of(rows->pdata[i], c), *name = cell_of(head, c);
            AUTO(text) char *line = g_strconcat(name, *name ? "：" : "", cell, NULL);
            text_wrap(out, line, PLAIN_COLUMNS, c == 0 ? "- " : "  ", "  ");
        }
    }
}

static void add_table(struct page *page)
{
    const GPtrArray *rows = page->rows;
    guint columns = 0;
    for (guint i = 0; i < rows->len; i++)
        columns = MAX(columns, g_strv_length(rows->pdata[i]));
    AUTO(text) char *memory = g_malloc0_n(columns + 1, sizeof(int));
    int *widths = (int *)(void *)memory, whole = -TABLE_GAP;
    for (guint c = 0; c < columns; c++) {
        widths[c] = column_width(rows, c);
        whole += widths[c] + TABLE_GAP;
    }
    if (whole > PLAIN_COLUMNS && rows->len > 1) {
        add_rows_as_lists(page->out, rows, columns);
        return;
    }
    for (guint i = 0; i < rows->len; i++) {
        add_grid_row(page->out, rows->pdata[i], widths, columns);
        if (i == 0)
            add_rule(page->out, "－", MIN(whole, PLAIN_COLUMNS));
    }
}

static void end_table(struct page *page)
{
    if (page->rows->len == 0)
        return;
    add_table(page);
    g_ptr_array_set_size(page->rows, 0);
}

static void take_row(struct page *page, const char *text)
{
    char **row = g_strsplit(text, "\t", -1);
    guint cells = g_strv_length(row);
    if (cells > 0 && !*row[cells - 1]) {
        g_free(row[cells - 1]); /* after the last tab stands nothing */
        row[cells - 1] = NULL;
    }
    g_ptr_array_add(page->rows, row);
}

/* --- the page --- */

static void add_marked(struct page *page, char mark, const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        if (marks[i].mark == mark) {
            marks[i].add(page, text);
            return;
        }
}

static void add_line(struct page *page, const char *line)
{
    bool marked = g_ascii_isalpha(line[0]) && line[1] == ' ' && strchr("crshpqiblt", line[0]);
    if (marked && line[0] == 't') {
        take_row(page, line + 2);
        return;
    }
    end_table(page);
    if (!*line)
        add_blank_line(page->out);
    else if (strcmp(line, "=") == 0)
        add_rule(page->out, "＝", PLAIN_COLUMNS);
    else if (strcmp(line, "-") == 0)
        add_rule(page->out, "－", PLAIN_COLUMNS);
    else if (!marked)
        text_wrap(page->out, line, PLAIN_COLUMNS, "", "");
    else if (line[2 + strspn(line + 2, " \t")])
        add_marked(page, line[0], line + 2);
}

GString *plain_lay_out(const char *marked)
{
    AUTO(array) GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    struct page page = {.out = g_string_new(NULL), .rows = rows};
    AUTO(texts) char **lines = g_strsplit(marked, "\n", -1);
    for (char **line = lines; *line; line++)
        add_line(&page, *line);
    end_table(&page);
    while (g_str_has_suffix(page.out->str, "\n\n"))
        g_string_truncate(page.out, page.out->len - 1);
    return page.out;
}
