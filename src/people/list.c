#include "people/list.h"

#include <fcntl.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "base/xlsx.h"
#include "people/cell.h"
#include "people/columns.h"
#include "people/delimiter.h"

#define LIST_MOST      ((size_t)256 << 20) /* octets; some three million rows */
#define TOLD_MOST      50                  /* wrong rows that are told: nobody reads more */
#define ADDRESSES_MOST 1000                /* in a cell */
#define TITLES_MOST    5                   /* rows before the header, as 市科协领导名单 */

static const char rule[] = "list";

static const char *const yes[] = {"是", "1",    "true",   "yes", "y", "x",
                                  "√",  "停用", "已停用", "✓",   "✔", NULL};
static const char *const no[] = {"", "否", "0", "false", "no", "n", NULL};

struct list {
    GPtrArray *members;
    const struct list_file *file;
    struct problems *problems;
    char *place;       /* of its rows: what is shown, with the sheet */
    char *sheet;       /* NULL: CSV */
    GString *origin;   /* of the row */
    GStringChunk *cut; /* its cells that are not as they stand in the file */
    char delimiter;    /* of CSV; 0: none */
    bool columns_known, has_header, given_up;
    bool disabled, out_of_term; /* the row */
    struct columns columns;
    int title_line;  /* of the first row before the header; 0: none */
    unsigned titles; /* such rows */
    unsigned wrong;  /* rows */
    int today;
};

/* --- cells --- */

/* Trimmed, good during the row; NULL where it is empty or the row ends before it. A copy only where
 * there is something to cut off: lists have a million rows. */
static const char *cell(const struct list *list, const GPtrArray *fields, enum column column)
{
    int at = list->columns.at[column];
    size_t length;
    if (at < 0 || (guint)at >= fields->len)
        return NULL;
    const char *text = text_trimmed(csv_unguarded(fields->pdata[at]), &length);
    if (text[length])
        text = g_string_chunk_insert_len(list->cut, text, (gssize)length);
    return *text ? text : NULL;
}

static bool is_blank(const char *text)
{
    for (; *text; text = g_utf8_next_char(text))
        if (!text_is_blank(g_utf8_get_char(text)))
            return false;
    return true;
}

/* Up to `most`, for who need not know how many more. */
static guint filled(const GPtrArray *fields, guint most)
{
    guint count = 0;
    for (guint i = 0; i < fields->len && count < most; i++)
        count += !is_blank(fields->pdata[i]);
    return count;
}

static bool holds_address(const char *text)
{
    return strchr(text, '@') || strstr(text, "＠");
}

static bool any_address(const GPtrArray *fields)
{
    for (guint i = 0; i < fields->len; i++)
        if (holds_address(fields->pdata[i]))
            return true;
    return false;
}

static bool wrong_row(struct list *list)
{
    list->wrong++;
    list->given_up = list->wrong >= TOLD_MOST;
    return false;
}

/* --- columns --- */

/* The cell that is wrong, for who looks into a wide table. */
static struct place in_column(const struct list *list, struct place place, enum column column)
{
    place.column = list->columns.at[column] + 1;
    return place;
}

static bool refuse_columns(struct list *list, struct place place)
{
    list->given_up = true;
    if (list->has_header)
        return problems_add(list->problems, PROBLEM, rule, EX_DATAERR, place,
                            N_("give the column that holds the addresses the heading address"),
                            N_("the header row names no column of addresses"));
    return problems_add(list->problems, PROBLEM, rule, EX_DATAERR, place,
                        N_("begin the list with a header row: address,name,title,unit"),
                        N_("the list begins neither with a header row nor with an address"));
}

/* A title stands alone in its row. It is passed over if a header follows: before addresses without
 * a header it may be an address that lacks its @, which must not go unnoticed. */
static bool may_be_title(const struct list *list, const GPtrArray *fields)
{
    return list->titles < TITLES_MOST && filled(fields, 2) == 1 && !any_address(fields);
}

/* True: the row is done with. */
static bool settle_columns(struct list *list, const GPtrArray *fields, struct place place)
{
    list->has_header = columns_read_header(&list->columns, fields);
    if (!list->has_header && may_be_title(list, fields)) {
        list->title_line = list->title_line ? list->title_line : place.line;
        list->titles++;
        return true;
    }
    list->columns_known = true;
    for (guint i = 0; !list->has_header && i < fields->len; i++)
        if (list->columns.at[ADDRESS] < 0 && holds_address(fields->pdata[i]))
            list->columns.at[ADDRESS] = (int)i;
    if (!list->has_header && list->title_line)
        place.line = list->title_line;
    if (list->columns.at[ADDRESS] < 0 || (!list->has_header && list->title_line))
        return !refuse_columns(list, place);
    if (list->has_header)
        columns_check_header(fields, place, list->problems);
    return list->has_header;
}

/* --- rows --- */

static bool is_disabled(struct list *list, const GPtrArray *fields, struct place place)
{
    const char *text = cell(list, fields, DISABLED);
    if (!text)
        return false;
    AUTO(text) char *word = columns_comparable(text);
    if (g_strv_contains(yes, word))
        return true;
    if (!g_strv_contains(no, word))
        problems_add(
            list->problems, REMARK, "disabled-word", EX_DATAERR, in_column(list, place, DISABLED),
            N_("write yes for who is to get nothing, else leave it empty"),
            N_("the column disabled says neither yes nor no, and was taken as no: %s"), text);
    return false;
}

static bool read_day(struct list *list, const GPtrArray *fields, enum column column, int *day,
                     struct place place)
{
    const char *text = cell(list, fields, column);
    *day = text ? term_day(text, column == UNTIL) : 0;
    if (!text || *day)
        return true;
    return problems_add(list->problems, PROBLEM, rule, EX_DATAERR, in_column(list, place, column),
                        N_("write it like 2023-11-16"), N_("this is no date: %s"), text);
}

/* *counts: is today in the term of office? */
static bool read_term(struct list *list, const GPtrArray *fields, struct place place, bool *counts)
{
    struct term term = {0};
    if (!read_day(list, fields, FROM, &term.from, place) ||
        !read_day(list, fields, UNTIL, &term.until, place))
        return false;
    const char *who = cell(list, fields, ADDRESS);
    return member_term_counts(&term, who ? who : "", list->today, in_column(list, place, UNTIL),
                              list->problems, counts);
}

/* Without a header row the other columns have no names: two addresses in a row may be two persons
 * or one, and nobody can tell which was meant. */
static bool holds_second_address(const struct list *list, const GPtrArray *fields)
{
    for (guint i = 0; !list->has_header && i < fields->len; i++)
        if ((int)i != list->columns.at[ADDRESS] && holds_address(fields->pdata[i]))
            return true;
    return false;
}

static char *put_on_one_line(char *text)
{
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    return text;
}

/* On one line, for a cell in a spreadsheet may hold line breaks; NULL where it is empty. */
static char *plain_cell(const struct list *list, const GPtrArray *fields, enum column column)
{
    const char *text = cell(list, fields, column);
    const char *c = text;
    while (c && *c && (unsigned char)*c >= ' ' && *c != 0x7f)
        c++;
    if (!c || !*c)
        return (char *)text;
    return put_on_one_line(g_string_chunk_insert(list->cut, text));
}

/* printf() would take a tenth of the time of a long list. */
static void append_number(GString *to, int number)
{
    char digits[3 * sizeof number];
    size_t from = sizeof digits;
    do
        digits[--from] = (char)('0' + number % 10);
    while ((number /= 10));
    g_string_append_len(to, digits + from, (gssize)(sizeof digits - from));
}

/* "leaders.csv:12", "leaders.xlsx:名单!B12"; of a directory the entry's DN. */
static char *origin(const struct list *list, const GPtrArray *fields, int line)
{
    char *entry = plain_cell(list, fields, ENTRY);
    if (entry)
        return entry;
    g_string_assign(list->origin, list->file->name);
    if (!list->sheet) {
        g_string_append_c(list->origin, ':');
        append_number(list->origin, line);
        return list->origin->str;
    }
    char letters[3] = "";
    int column = list->columns.at[ADDRESS];
    if (column >= 26)
        letters[0] = (char)('A' + column / 26 - 1);
    letters[strlen(letters)] = (char)('A' + column % 26);
    g_string_truncate(list->origin, strcspn(list->file->name, "#"));
    g_string_append_printf(list->origin, ":%s!%s%d", list->sheet, letters, line);
    return list->origin->str;
}

static bool add_member(struct list *list, const GPtrArray *fields, const char *address,
                       struct place place)
{
    struct member row = {.name = plain_cell(list, fields, NAME)};
    const char *name = row.name;
    if (!member_read_address(&row, address, in_column(list, place, ADDRESS), list->problems))
        return wrong_row(list);
    row.title = plain_cell(list, fields, TITLE);
    row.unit = plain_cell(list, fields, UNIT);
    row.origin = origin(list, fields, place.line);
    g_ptr_array_add(list->members, member_pack(&row));
    address_free(row.address);
    if (!name) /* then it stood before the address */
        g_free(row.name);
    return true;
}

static bool add_members(struct list *list, const GPtrArray *fields, const char *addresses,
                        struct place place)
{
    if (cell_is_one(addresses))
        return add_member(list, fields, addresses, place);
    AUTO(array) GPtrArray *each = cell_addresses(addresses);
    if (each->len > ADDRESSES_MOST)
        return problems_add(list->problems, PROBLEM, rule, EX_DATAERR,
                            in_column(list, place, ADDRESS), N_("write one address in a row"),
                            N_("this row holds more than %d addresses"), ADDRESSES_MOST),
               wrong_row(list);
    for (guint i = 0; i < each->len; i++)
        if (!add_member(list, fields, each->pdata[i], place))
            return false;
    return true;
}

/* Does a line of this cell but the first look like a row? Then a quotation mark was opened and not
 * closed, and another one, somewhere below, ended the cell: in between are people. */
static bool holds_rows(const struct list *list, const char *field)
{
    const char delimiter[] = {list->delimiter, '\0'};
    for (const char *line = strchr(field, '\n'); list->delimiter && line;
         line = strchr(line, '\n')) {
        line++;
        AUTO(text) char *text = g_strndup(line, strcspn(line, "\n"));
        if (holds_address(text) && strstr(text, delimiter))
            return true;
    }
    return false;
}

/* False after a problem. A note may hold what looks like a row. */
static bool check_quotes(const struct list *list, const GPtrArray *fields, struct place place)
{
    for (guint i = 0; i < fields->len; i++) {
        bool is_note = (int)i == list->columns.at[NOTE];
        if ((int)i == list->columns.at[ADDRESS] || !holds_rows(list, fields->pdata[i]))
            continue;
        place.column = (int)i + 1;
        problems_add(list->problems, is_note ? REMARK : PROBLEM, rule, EX_DATAERR, place,
                     N_("close the quotation mark at the end of the cell; text of several lines "
                        "belongs into the column note"),
                     N_("this cell holds whole rows: a quotation mark is not closed"));
        return is_note;
    }
    return true;
}

static bool read_row(struct list *list, const GPtrArray *fields, struct place place)
{
    bool counts = true;
    if (!check_quotes(list, fields, place))
        return wrong_row(list);
    list->out_of_term = false;
    list->disabled = is_disabled(list, fields, place);
    if (list->disabled)
        return true;
    if (!read_term(list, fields, place, &counts))
        return wrong_row(list);
    list->out_of_term = !counts;
    if (!counts)
        return true;
    const char *addresses = cell(list, fields, ADDRESS);
    if (!addresses)
        return problems_add(list->problems, PROBLEM, rule, EX_DATAERR,
                            in_column(list, place, ADDRESS),
                            N_("add the address, or write yes in the column disabled"),
                            N_("this row has no address")),
               wrong_row(list);
    if (holds_second_address(list, fields))
        return problems_add(list->problems, PROBLEM, rule, EX_DATAERR, place,
                            N_("write one address in a row"), N_("this row holds two addresses")),
               wrong_row(list);
    return add_members(list, fields, addresses, place);
}

char *list_row_cell(const struct list_row *row, enum column column)
{
    int at = row->columns->at[column];
    if (at < 0 || (guint)at >= row->fields->len)
        return NULL;
    AUTO(text) char *text = text_trim(csv_unguarded(row->fields->pdata[at]));
    return *text ? put_on_one_line(TAKE(text)) : NULL;
}

static bool show(const struct list *list, enum list_row_kind kind, const GPtrArray *fields)
{
    const struct list_row row = {kind, fields, &list->columns,
                                 kind == LIST_PERSON && list->disabled,
                                 kind == LIST_PERSON && list->out_of_term};
    if (list->file->visit)
        list->file->visit(list->file->user, &row);
    return true;
}

static bool take_record(void *user, int line, const GPtrArray *fields, struct error *error)
{
    (void)error;
    struct list *list = user;
    struct place place = {list->place, line, 0};
    g_string_chunk_clear(list->cut);
    if (list->given_up)
        return true;
    if (filled(fields, 1) == 0)
        return show(list, LIST_ASIDE, fields);
    if (!list->columns_known && settle_columns(list, fields, place))
        return show(list, list->columns_known ? LIST_HEADER : LIST_ASIDE, fields);
    if (!read_row(list, fields, place) && list->given_up)
        problems_add(list->problems, PROBLEM, rule, EX_DATAERR, place, NULL,
                     N_("%u rows are wrong; the rest of the list was not looked at"), list->wrong);
    return show(list, LIST_PERSON, fields);
}

/* --- CSV --- */

static bool read_csv(struct list *list, GBytes *octets, struct error *error)
{
    AUTO(str) GString *text = NULL;
    size_t length;
    const char *start = g_bytes_get_data(octets, &length);
    if (!text_decode(&text, start, length, list->place, error))
        return false;
    list->delimiter = delimiter_of(text);
    return csv_read(text->str, text->len, list->delimiter, list->place, take_record, list, error);
}

/* --- the file --- */

/* The sheet's name is known before the first row, and the rows' place with it. */
static bool take_sheet_record(void *user, int line, const GPtrArray *fields, struct error *error)
{
    struct list *list = user;
    if (!strchr(list->place, '#')) {
        char *place = g_strconcat(list->place, "#", list->sheet, NULL);
        g_free(list->place);
        list->place = place;
    }
    return take_record(list, line, fields, error);
}

static bool read_octets(struct list *list, GBytes *octets, struct error *error)
{
    struct place place = {list->place, 0, 0};
    if (xlsx_is(octets))
        return xlsx_read(octets, list->file->sheet, list->place, &list->sheet, take_sheet_record,
                         list, error);
    if (xlsx_is_compound(octets))
        return error_set(error, EX_DATAERR, place,
                         N_("save it as .xlsx without a password, or as CSV"),
                         N_("this is an .xls file, or one with a password: it can't be read"));
    if (list->file->sheet)
        return error_set(error, EX_DATAERR, place, N_("take the # with the sheet's name out"),
                         N_("this is no .xlsx file: it has no sheets"));
    return read_csv(list, octets, error);
}

/* Programs empty a file before they write it anew: that is no list of nobody. */
static bool is_begun(const struct list *list, struct error *error)
{
    if (list->columns_known)
        return true;
    struct place place = {list->place, list->title_line, 0};
    return error_set(error, EX_DATAERR, place,
                     N_("begin the list with a header row: address,name,title,unit"),
                     N_("the list is empty: it has neither a header row nor an address"));
}

void list_read_octets(GPtrArray *members, GBytes *octets, const struct list_file *file,
                      struct problems *problems)
{
    AUTO(error) struct error error = {0};
    struct list list = {.members = members,
                        .file = file,
                        .problems = problems,
                        .place = g_strdup(file->shown),
                        .origin = g_string_new(NULL),
                        .cut = g_string_chunk_new(256),
                        .today = term_today()};
    columns_clear(&list.columns);
    if (!read_octets(&list, octets, &error) || !is_begun(&list, &error))
        problems_take(problems, rule, &error);
    g_free(list.place);
    g_free(list.sheet);
    g_string_free(list.origin, TRUE);
    g_string_chunk_free(list.cut);
}

bool list_load(GBytes **octets, const struct list_file *file, struct error *error)
{
    AUTO(fd) int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && file_read(octets, fd, LIST_MOST, file->shown, error))
        return true;
    if (fd < 0)
        error_set_errno(error, file->said, N_("the list %s can't be opened"), file->shown);
    if (error->exit_class != EX_TEMPFAIL)
        error->exit_class = EX_DATAERR;
    error_advise(error,
                 N_("put the list there, where the service can read it, or correct its name"));
    return false;
}

void list_read_file(GPtrArray *members, const struct list_file *file, struct problems *problems)
{
    AUTO(error) struct error error = {0};
    AUTO(bytes) GBytes *octets = NULL;
    if (list_load(&octets, file, &error))
        list_read_octets(members, octets, file, problems);
    else
        problems_take(problems, rule, &error);
}

char *list_sheet(const char *name, const char **sheet)
{
    const char *mark = strrchr(name, '#');
    bool is_sheet =
        mark && mark - name >= 5 && g_ascii_strncasecmp(mark - 5, ".xlsx", 5) == 0 && mark[1];
    *sheet = is_sheet ? mark + 1 : NULL;
    return is_sheet ? g_strndup(name, (gsize)(mark - name)) : g_strdup(name);
}

void list_read(GPtrArray *members, const char *path, const char *name, struct place said,
               struct problems *problems)
{
    struct list_file file = {.name = name, .said = said};
    AUTO(text) char *bare = list_sheet(path, &file.sheet);
    file.path = file.shown = bare;
    list_read_file(members, &file, problems);
}
