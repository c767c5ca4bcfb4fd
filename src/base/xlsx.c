#include "base/xlsx.h"

#include <string.h>

#include "base/xlsx_book.h"

#define COLUMNS_MOST 256 /* what stands further right is no list's */
#define ROWS_MOST    1048576

struct sheet_reading {
    const struct xlsx_book *book;
    struct xlsx_part *part;
    const char *file;
    csv_record *record;
    void *user;
    GPtrArray *fields;
    int row;
    guint column; /* of the cell, from 0 */
    char *type;
    guint64 style;
    GString *value;
    bool in_value, spoken, stopped;
};

bool xlsx_is(GBytes *octets)
{
    size_t length;
    const void *start = g_bytes_get_data(octets, &length);
    return length >= 4 && memcmp(start, "PK\x03\x04", 4) == 0;
}

bool xlsx_is_compound(GBytes *octets)
{
    size_t length;
    const void *start = g_bytes_get_data(octets, &length);
    return length >= 8 && memcmp(start, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0;
}

/* --- cells --- */

/* "B12" is 1; a cell without a reference stands after the one before. */
static guint column_of(const char *reference, guint next)
{
    guint column = 0;
    if (!reference || !g_ascii_isalpha(*reference))
        return next;
    for (; g_ascii_isalpha(*reference) && column <= COLUMNS_MOST; reference++)
        column = column * 26 + (guint)(g_ascii_toupper(*reference) - 'A') + 1;
    return column - 1;
}

static void begin_cell(struct sheet_reading *reading)
{
    AUTO(text) char *reference = xlsx_part_attribute(reading->part, "r");
    AUTO(text) char *style = xlsx_part_attribute(reading->part, "s");
    reading->column = column_of(reference, reading->column);
    g_free(reading->type);
    reading->type = xlsx_part_attribute(reading->part, "t");
    reading->style = style ? g_ascii_strtoull(style, NULL, 10) : 0;
    g_string_truncate(reading->value, 0);
}

static char *number(const struct sheet_reading *reading)
{
    char *end;
    double serial = g_ascii_strtod(reading->value->str, &end);
    char *date = NULL;
    if (reading->value->len && !*end && xlsx_book_is_date(reading->book, reading->style))
        date = xlsx_book_date(reading->book, serial);
    return date ? date : g_strdup(reading->value->str);
}

static char *shared(const struct sheet_reading *reading)
{
    const char *text =
        xlsx_book_string(reading->book, g_ascii_strtoull(reading->value->str, NULL, 10));
    return g_strdup(text && reading->value->len ? text : "");
}

/* A carriage return in a text is written so (22.9.2.19). */
static char *without_returns(char *text)
{
    static const char escaped[] = "_x000D_";
    for (char *at = text; (at = strstr(at, escaped));)
        memmove(at, at + strlen(escaped), strlen(at + strlen(escaped)) + 1);
    return text;
}

static void end_cell(struct sheet_reading *reading)
{
    guint column = reading->column++;
    if (column >= COLUMNS_MOST)
        return;
    while (reading->fields->len <= column)
        g_ptr_array_add(reading->fields, g_strdup(""));
    bool is_shared = g_strcmp0(reading->type, "s") == 0;
    bool is_number = !reading->type || strcmp(reading->type, "n") == 0;
    char *text = is_shared   ? shared(reading)
                 : is_number ? number(reading)
                             : g_strdup(reading->value->str);
    g_free(reading->fields->pdata[column]);
    reading->fields->pdata[column] = without_returns(text);
}

/* --- rows --- */

static bool begin_row(struct sheet_reading *reading, struct error *error)
{
    AUTO(text) char *row = xlsx_part_attribute(reading->part, "r");
    gint64 number = row ? g_ascii_strtoll(row, NULL, 10) : reading->row + 1;
    g_ptr_array_set_size(reading->fields, 0);
    reading->column = 0;
    if (number <= reading->row || number > ROWS_MOST)
        return error_set(error, EX_DATAERR, (struct place){reading->file, reading->row, 0},
                         N_("open it in the spreadsheet program and save it anew as .xlsx"),
                         N_("the rows of this .xlsx file are out of order"));
    reading->row = (int)number;
    return true;
}

static void end_row(struct sheet_reading *reading, struct error *error)
{
    if (reading->fields->len &&
        !reading->record(reading->user, reading->row, reading->fields, error))
        reading->stopped = true;
}

static bool take_start(struct sheet_reading *reading, const char *name, bool empty,
                       struct error *error)
{
    if (strcmp(name, "row") == 0)
        return begin_row(reading, error);
    if (strcmp(name, "c") == 0) {
        begin_cell(reading);
        if (empty)
            end_cell(reading);
    } else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        reading->in_value = !empty;
    } else if (strcmp(name, "rPh") == 0) {
        reading->spoken = !empty;
    }
    return true;
}

static void take_end(struct sheet_reading *reading, const char *name, struct error *error)
{
    if (strcmp(name, "row") == 0)
        end_row(reading, error);
    else if (strcmp(name, "c") == 0)
        end_cell(reading);
    else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        reading->in_value = false;
    else if (strcmp(name, "rPh") == 0)
        reading->spoken = false;
}

static bool read_rows(struct sheet_reading *reading, struct error *error)
{
    while (!reading->stopped && xlsx_part_next(reading->part, error)) {
        const char *name = xlsx_part_name(reading->part);
        enum xlsx_node node = xlsx_part_node(reading->part);
        if (node == XLSX_START &&
            !take_start(reading, name, xlsx_part_is_empty(reading->part), error))
            return false;
        if (node == XLSX_END)
            take_end(reading, name, error);
        if (node == XLSX_TEXT && reading->in_value && !reading->spoken)
            g_string_append(reading->value, xlsx_part_text(reading->part));
    }
    return !reading->stopped && !error_is_set(error);
}

static bool read_sheet(struct sheet_reading *reading, struct error *error)
{
    reading->fields = g_ptr_array_new_with_free_func(g_free);
    reading->value = g_string_new(NULL);
    bool good = read_rows(reading, error);
    g_ptr_array_unref(reading->fields);
    g_string_free(reading->value, TRUE);
    g_free(reading->type);
    return good;
}

bool xlsx_read(GBytes *octets, const char *sheet, const char *file, char **name, csv_record *record,
               void *user, struct error *error)
{
    const struct xlsx_file xlsx = {octets, file};
    AUTO(xlsx_book) struct xlsx_book *book = NULL;
    AUTO(xlsx_part) struct xlsx_part *part = NULL;
    const char *sheet_name, *part_name;
    if (!xlsx_book_open(&book, &xlsx, error) ||
        !xlsx_book_sheet(book, sheet, &sheet_name, &part_name, error) ||
        !xlsx_part_open(&part, &xlsx, part_name, error))
        return false;
    if (!part)
        return error_set(error, EX_DATAERR, (struct place){file, 0, 0},
                         N_("open it in the spreadsheet program and save it anew as .xlsx"),
                         N_("the sheet %s is missing from this .xlsx file"), sheet_name);
    if (name)
        *name = g_strdup(sheet_name);
    struct sheet_reading reading = {
        .book = book, .part = part, .file = file, .record = record, .user = user};
    return read_sheet(&reading, error);
}
