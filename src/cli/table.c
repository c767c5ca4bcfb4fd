#include "cli/table.h"

#include "base/text.h"

#define GAP "  "

struct table {
    size_t columns;
    char **heads;
    bool *right;
    int *widths;
    GPtrArray *rows; /* of char **, not yet printed */
    bool headed;
};

/* A name or a server's answer is foreign: an escape sequence in it would be the terminal's order.
 */
static bool is_harmless(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c =
            (unsigned char)*text < 0x80 ? (gunichar)*text : g_utf8_get_char_validated(text, -1);
        if (c < ' ' || (c >= 0x7f && c <= 0x9f) || c > 0x10ffff) /* or no character */
            return false;
    }
    return true;
}

char *table_harmless(const char *text)
{
    if (is_harmless(text ? text : ""))
        return g_strdup(text ? text : "");
    AUTO(text) char *valid = g_utf8_make_valid(text, -1);
    GString *shown = g_string_new(NULL);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        g_string_append_unichar(shown, g_unichar_iscntrl(c) ? 0xfffd : c);
    }
    return g_string_free(shown, FALSE);
}

static char **copy_row(struct table *table, const char *const cells[])
{
    char **row = g_new0(char *, table->columns + 1);
    for (size_t i = 0; i < table->columns; i++) {
        row[i] = table_harmless(cells[i]);
        table->widths[i] = MAX(table->widths[i], text_width(row[i]));
    }
    return row;
}

static void free_row(void *row)
{
    g_strfreev(row);
}

struct table *table_new(const char *const heads[], size_t columns)
{
    struct table *table = g_new0(struct table, 1);
    table->columns = columns;
    table->right = g_new0(bool, columns);
    table->widths = g_new0(int, columns);
    table->heads = copy_row(table, heads);
    table->rows = g_ptr_array_new_with_free_func(free_row);
    return table;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    g_strfreev(table->heads);
    g_free(table->right);
    g_free(table->widths);
    g_ptr_array_unref(table->rows);
    g_free(table);
}

void table_align_right(struct table *table, size_t column)
{
    table->right[column] = true;
}

void table_add(struct table *table, const char *const cells[])
{
    g_ptr_array_add(table->rows, copy_row(table, cells));
}

static size_t last_filled(const struct table *table, char *const row[])
{
    size_t last = table->columns;
    while (last > 1 && !*row[last - 1])
        last--;
    return last;
}

static void pad_by(int columns, FILE *to)
{
    while (columns-- > 0)
        (void)putc(' ', to);
}

/* Nothing is printed after the last cell that holds something: no blanks at a line's end. */
static void print_row(const struct table *table, char *const row[], FILE *to)
{
    size_t last = last_filled(table, row);
    for (size_t i = 0; i < last; i++) {
        int pad = table->widths[i] - text_width(row[i]);
        if (table->right[i])
            pad_by(pad, to);
        (void)fputs(row[i], to);
        if (!table->right[i] && i + 1 < last)
            pad_by(pad, to);
        (void)fputs(i + 1 < last ? GAP : "\n", to);
    }
}

void table_print(struct table *table, FILE *to)
{
    if (!table->headed)
        print_row(table, table->heads, to);
    table->headed = true;
    for (guint i = 0; i < table->rows->len; i++)
        print_row(table, table->rows->pdata[i], to);
    g_ptr_array_set_size(table->rows, 0);
}
