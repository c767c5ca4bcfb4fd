#include "base/xlsx_book.h"

#include <string.h>

#include "base/text.h"

#define SHEETS_MOST  1000
#define STYLES_MOST  100000
#define STRINGS_MOST ((size_t)16 << 20)

struct sheet {
    char *name, *id, *part;
    bool hidden;
};

struct xlsx_book {
    struct xlsx_file file;
    GPtrArray *sheets; /* of struct sheet */
    GString *pool;     /* of the shared strings, each with its NUL */
    GArray *strings;   /* of size_t: where in the pool each begins */
    GHashTable *dates; /* a set of the ids of number formats that are dates */
    GArray *styles;    /* of bool: does this style show a date? */
    bool from_1904;
};

static void free_sheet(void *pointer)
{
    struct sheet *sheet = pointer;
    g_free(sheet->name);
    g_free(sheet->id);
    g_free(sheet->part);
    g_free(sheet);
}

static struct xlsx_book *book_new(const struct xlsx_file *file)
{
    struct xlsx_book *book = g_new0(struct xlsx_book, 1);
    book->file = *file;
    book->sheets = g_ptr_array_new_with_free_func(free_sheet);
    book->pool = g_string_new(NULL);
    book->strings = g_array_new(FALSE, FALSE, sizeof(size_t));
    book->dates = g_hash_table_new(NULL, NULL);
    book->styles = g_array_new(FALSE, FALSE, sizeof(bool));
    return book;
}

void xlsx_book_free(struct xlsx_book *book)
{
    if (!book)
        return;
    g_ptr_array_unref(book->sheets);
    g_string_free(book->pool, TRUE);
    g_array_unref(book->strings);
    g_hash_table_unref(book->dates);
    g_array_unref(book->styles);
    g_free(book);
}

static bool too_much(const struct xlsx_book *book, struct error *error)
{
    return error_set(error, EX_DATAERR, (struct place){book->file.name, 0, 0},
                     N_("save the list alone in a file of its own"),
                     N_("this .xlsx file holds more sheets, styles or texts than can be read"));
}

/* --- sheets --- */

static void add_sheet(struct xlsx_book *book, const struct xlsx_part *part)
{
    struct sheet *sheet = g_new0(struct sheet, 1);
    sheet->name = xlsx_part_attribute(part, "name");
    sheet->id = xlsx_part_attribute(part, "id");
    AUTO(text) char *state = xlsx_part_attribute(part, "state");
    sheet->hidden = state && strcmp(state, "visible") != 0;
    g_ptr_array_add(book->sheets, sheet);
}

static bool read_workbook(struct xlsx_book *book, struct error *error)
{
    AUTO(xlsx_part) struct xlsx_part *part = NULL;
    if (!xlsx_part_open(&part, &book->file, "xl/workbook.xml", error))
        return false;
    if (!part)
        return error_set(error, EX_DATAERR, (struct place){book->file.name, 0, 0},
                         N_("open it in the spreadsheet program and save it anew as .xlsx"),
                         N_("this archive holds no spreadsheet"));
    while (xlsx_part_next(part, error)) {
        if (xlsx_part_starts(part, "sheet"))
            add_sheet(book, part);
        if (book->sheets->len > SHEETS_MOST)
            return too_much(book, error);
        if (!xlsx_part_starts(part, "workbookPr"))
            continue;
        AUTO(text) char *from_1904 = xlsx_part_attribute(part, "date1904");
        book->from_1904 = from_1904 && (*from_1904 == '1' || *from_1904 == 't');
    }
    return !error_is_set(error);
}

/* Targets are relative to the folder xl, or begin with / */
static void set_part(struct xlsx_book *book, const char *id, const char *target)
{
    for (guint i = 0; id && target && i < book->sheets->len; i++) {
        struct sheet *sheet = book->sheets->pdata[i];
        if (g_strcmp0(sheet->id, id) == 0 && !sheet->part)
            sheet->part = *target == '/' ? g_strdup(target + 1) : g_strconcat("xl/", target, NULL);
    }
}

static bool read_relations(struct xlsx_book *book, struct error *error)
{
    AUTO(xlsx_part) struct xlsx_part *part = NULL;
    if (!xlsx_part_open(&part, &book->file, "xl/_rels/workbook.xml.rels", error))
        return false;
    while (part && xlsx_part_next(part, error)) {
        if (!xlsx_part_starts(part, "Relationship"))
            continue;
        AUTO(text) char *id = xlsx_part_attribute(part, "Id");
        AUTO(text) char *target = xlsx_part_attribute(part, "Target");
        set_part(book, id, target);
    }
    return !error_is_set(error);
}

static bool is_named(const struct sheet *sheet, const char *wanted)
{
    AUTO(text) char *a = text_fold(sheet->name ? sheet->name : "");
    AUTO(text) char *b = text_fold(wanted);
    AUTO(text) char *name = text_squeeze(a);
    AUTO(text) char *other = text_squeeze(b);
    return strcmp(name, other) == 0;
}

static bool refuse_sheet(const struct xlsx_book *book, const char *wanted, struct error *error)
{
    AUTO(str) GString *names = g_string_new(NULL);
    for (guint i = 0; i < book->sheets->len; i++)
        g_string_append_printf(names, "%s%s", i ? "、" : "",
                               ((const struct sheet *)book->sheets->pdata[i])->name);
    struct place place = {book->file.name, 0, 0};
    if (!wanted)
        return error_set(error, EX_DATAERR, place, N_("save the list in a sheet that is shown"),
                         N_("this .xlsx file shows no sheet"));
    return error_set(error, EX_DATAERR, place, N_("name one of its sheets after the #"),
                     N_("there is no sheet %1$s; there are: %2$s"), wanted, names->str);
}

bool xlsx_book_sheet(const struct xlsx_book *book, const char *wanted, const char **name,
                     const char **part, struct error *error)
{
    for (guint i = 0; i < book->sheets->len; i++) {
        const struct sheet *sheet = book->sheets->pdata[i];
        if (!sheet->part || !sheet->name || (wanted ? !is_named(sheet, wanted) : sheet->hidden))
            continue;
        *name = sheet->name;
        *part = sheet->part;
        return true;
    }
    return refuse_sheet(book, wanted, error);
}

/* --- shared strings --- */

static void end_string(struct xlsx_book *book, size_t *begin)
{
    g_string_append_c(book->pool, '\0');
    g_array_append_val(book->strings, *begin);
    *begin = book->pool->len;
}

/* <si><t>text</t></si>, or rich text in runs; <rPh> says how it is spoken, and is no text of it. */
static bool read_strings(struct xlsx_book *book, struct error *error)
{
    AUTO(xlsx_part) struct xlsx_part *part = NULL;
    size_t begin = 0;
    bool in_text = false, spoken = false;
    if (!xlsx_part_open(&part, &book->file, "xl/sharedStrings.xml", error))
        return false;
    while (part && xlsx_part_next(part, error)) {
        if (xlsx_part_starts(part, "t") || xlsx_part_ends(part, "t"))
            in_text = xlsx_part_node(part) == XLSX_START && !xlsx_part_is_empty(part);
        else if (xlsx_part_starts(part, "rPh") || xlsx_part_ends(part, "rPh"))
            spoken = xlsx_part_node(part) == XLSX_START && !xlsx_part_is_empty(part);
        else if (in_text && !spoken && xlsx_part_node(part) == XLSX_TEXT)
            g_string_append(book->pool, xlsx_part_text(part));
        else if (xlsx_part_ends(part, "si") ||
                 (xlsx_part_starts(part, "si") && xlsx_part_is_empty(part)))
            end_string(book, &begin);
        if (book->strings->len > STRINGS_MOST)
            return too_much(book, error);
    }
    return !error_is_set(error);
}

const char *xlsx_book_string(const struct xlsx_book *book, guint64 index)
{
    if (index >= book->strings->len)
        return NULL;
    return book->pool->str + g_array_index(book->strings, size_t, index);
}

/* --- dates --- */

/* ECMA-376 part 1, 18.8.30, with the formats of Chinese, Japanese and Korean programs. */
static bool is_known_date(guint64 format)
{
    return (format >= 14 && format <= 17) || format == 22 || (format >= 27 && format <= 36) ||
           (format >= 50 && format <= 58);
}

/* Has the code a year or a day, out of quotes, brackets and escapes? */
static bool shows_date(const char *code)
{
    static const char general[] = "General";
    for (; *code; code++) {
        if (g_ascii_strncasecmp(code, general, strlen(general)) == 0) {
            code += strlen(general) - 1; /* its e is no year */
        } else if (*code == '\\' && code[1]) {
            code++;
        } else if (*code == '"' || *code == '[') {
            const char *end = strchr(code + 1, *code == '"' ? '"' : ']');
            if (!end)
                return false;
            code = end;
        } else if (strchr("yYdDeE", *code) && !g_str_has_prefix(code, "E+") &&
                   !g_str_has_prefix(code, "E-")) {
            return true;
        }
    }
    return false;
}

static void add_format(struct xlsx_book *book, const struct xlsx_part *part)
{
    AUTO(text) char *id = xlsx_part_attribute(part, "numFmtId");
    AUTO(text) char *code = xlsx_part_attribute(part, "formatCode");
    if (id && code && shows_date(code))
        g_hash_table_add(book->dates, GUINT_TO_POINTER((guint)g_ascii_strtoull(id, NULL, 10)));
}

static void add_style(struct xlsx_book *book, const struct xlsx_part *part)
{
    AUTO(text) char *id = xlsx_part_attribute(part, "numFmtId");
    guint64 format = id ? g_ascii_strtoull(id, NULL, 10) : 0;
    bool date = is_known_date(format) ||
                g_hash_table_contains(book->dates, GUINT_TO_POINTER((guint)format));
    g_array_append_val(book->styles, date);
}

static bool read_styles(struct xlsx_book *book, struct error *error)
{
    AUTO(xlsx_part) struct xlsx_part *part = NULL;
    bool in_cells = false;
    if (!xlsx_part_open(&part, &book->file, "xl/styles.xml", error))
        return false;
    while (part && xlsx_part_next(part, error)) {
        if (xlsx_part_starts(part, "numFmt"))
            add_format(book, part);
        else if (xlsx_part_starts(part, "cellXfs") || xlsx_part_ends(part, "cellXfs"))
            in_cells = xlsx_part_node(part) == XLSX_START && !xlsx_part_is_empty(part);
        else if (in_cells && xlsx_part_starts(part, "xf"))
            add_style(book, part);
        if (book->styles->len > STYLES_MOST || g_hash_table_size(book->dates) > STYLES_MOST)
            return too_much(book, error);
    }
    return !error_is_set(error);
}

bool xlsx_book_is_date(const struct xlsx_book *book, guint64 style)
{
    return style < book->styles->len && g_array_index(book->styles, bool, style);
}

/* Days since 1899-12-30, which is right from 1900-03-01 on: the format counts a 29 February 1900.
 * Files of old Macintoshes count from 1904-01-01. */
char *xlsx_book_date(const struct xlsx_book *book, double serial)
{
    GDate date;
    double most = 2958465; /* 9999-12-31 */
    if (!(serial >= (book->from_1904 ? 0 : 61)) || serial > most - (book->from_1904 ? 1462 : 0))
        return NULL;
    if (book->from_1904)
        g_date_set_dmy(&date, 1, G_DATE_JANUARY, 1904);
    else
        g_date_set_dmy(&date, 30, G_DATE_DECEMBER, 1899);
    g_date_add_days(&date, (guint)serial);
    return g_strdup_printf("%04d-%02d-%02d", g_date_get_year(&date), g_date_get_month(&date),
                           g_date_get_day(&date));
}

/* --- the whole --- */

bool xlsx_book_open(struct xlsx_book **book, const struct xlsx_file *file, struct error *error)
{
    AUTO(xlsx_book) struct xlsx_book *fresh = book_new(file);
    if (!read_workbook(fresh, error) || !read_relations(fresh, error) ||
        !read_strings(fresh, error) || !read_styles(fresh, error))
        return false;
    *book = TAKE(fresh);
    return true;
}
