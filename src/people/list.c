#include "people/list.h"

#include <fcntl.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"

#define LIST_MOST ((size_t)256 << 20) /* octets; some three million rows */
#define TOLD_MOST 50                  /* wrong rows that are told: nobody reads more */

static const char rule[] = "list";

enum column { ADDRESS, NAME, TITLE, UNIT, DISABLED, NOTE, COLUMNS };

/* As they are compared: folded, without blanks, in lower case. */
static const struct {
    const char *heading;
    enum column column;
} headings[] = {
    {"address", ADDRESS},  {"邮箱", ADDRESS},      {"电子邮箱", ADDRESS}, {"邮件地址", ADDRESS},
    {"邮箱地址", ADDRESS}, {"email", ADDRESS},     {"e-mail", ADDRESS},   {"name", NAME},
    {"姓名", NAME},        {"title", TITLE},       {"职务", TITLE},       {"unit", UNIT},
    {"单位", UNIT},        {"disabled", DISABLED}, {"停用", DISABLED},    {"note", NOTE},
    {"备注", NOTE},
};

static const char *const yes[] = {"是", "1", "true", "yes", "x", "√", NULL};
static const char *const no[] = {"", "否", "0", "false", "no", NULL};

struct list {
    GPtrArray *members;
    const char *path, *name;
    struct problems *problems;
    bool columns_known, has_header, given_up;
    int column[COLUMNS]; /* -1: there is none */
    unsigned wrong;      /* rows */
};

/* --- cells ---------------------------------------------------------------------------------- */

/* Trimmed; "" where the row ends before it. Caller frees. */
static char *cell(const struct list *list, const GPtrArray *fields, enum column column)
{
    int at = list->column[column];
    if (at < 0 || (guint)at >= fields->len)
        return g_strdup("");
    return text_trim(csv_unguarded(fields->pdata[at]));
}

static char *comparable(const char *text)
{
    AUTO(text) char *folded = text_fold(text);
    AUTO(text) char *squeezed = text_squeeze(folded);
    return g_ascii_strdown(squeezed, -1);
}

static bool is_blank(const GPtrArray *fields)
{
    for (guint i = 0; i < fields->len; i++)
        for (const char *c = fields->pdata[i]; *c; c = g_utf8_next_char(c))
            if (!text_is_blank(g_utf8_get_char(c)))
                return false;
    return true;
}

static bool holds_address(const char *text)
{
    return strstr(text, "@") || strstr(text, "＠");
}

static bool wrong_row(struct list *list)
{
    list->wrong++;
    list->given_up = list->wrong >= TOLD_MOST;
    return false;
}

/* --- columns -------------------------------------------------------------------------------- */

static int heading_of(const char *text)
{
    AUTO(text) char *heading = comparable(text);
    for (size_t i = 0; i < G_N_ELEMENTS(headings); i++)
        if (strcmp(headings[i].heading, heading) == 0)
            return headings[i].column;
    return -1;
}

/* Is it a header row? Then the columns are set by it; the first of two alike counts. */
static bool read_header(struct list *list, const GPtrArray *fields)
{
    bool any = false;
    for (guint i = 0; i < fields->len; i++) {
        int column = heading_of(fields->pdata[i]);
        if (column < 0)
            continue;
        any = true;
        if (list->column[column] < 0)
            list->column[column] = (int)i;
    }
    return any;
}

static void settle_columns(struct list *list, const GPtrArray *fields, struct place place)
{
    list->columns_known = true;
    list->has_header = read_header(list, fields);
    for (guint i = 0; !list->has_header && i < fields->len; i++)
        if (list->column[ADDRESS] < 0 && holds_address(fields->pdata[i]))
            list->column[ADDRESS] = (int)i;
    if (list->column[ADDRESS] >= 0)
        return;
    list->given_up = true;
    if (list->has_header)
        problems_add(list->problems, PROBLEM, rule, EX_DATAERR, place,
                     N_("give the column that holds the addresses the heading address"),
                     N_("the header row names no column of addresses"));
    else
        problems_add(list->problems, PROBLEM, rule, EX_DATAERR, place,
                     N_("begin the list with a header row: address,name,title,unit"),
                     N_("the list begins neither with a header row nor with an address"));
}

/* --- rows ----------------------------------------------------------------------------------- */

static bool is_disabled(struct list *list, const GPtrArray *fields, struct place place)
{
    AUTO(text) char *text = cell(list, fields, DISABLED);
    AUTO(text) char *word = comparable(text);
    if (g_strv_contains(yes, word))
        return true;
    if (!g_strv_contains(no, word))
        problems_add(list->problems, REMARK, "disabled-word", EX_DATAERR, place,
                     N_("write yes for who is to get nothing, else leave it empty"),
                     N_("the column disabled says neither yes nor no, and was taken as no: %s"),
                     text);
    return false;
}

/* Without a header row the other columns have no names: two addresses in a row may be two persons
 * or one, and nobody can tell which was meant. */
static bool holds_second_address(const struct list *list, const GPtrArray *fields)
{
    for (guint i = 0; !list->has_header && i < fields->len; i++)
        if ((int)i != list->column[ADDRESS] && holds_address(fields->pdata[i]))
            return true;
    return false;
}

/* On one line, for a cell in a spreadsheet may hold line breaks; NULL where it is empty. */
static char *plain(char *text)
{
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    if (!*text)
        g_clear_pointer(&text, g_free);
    return text;
}

static bool read_row(struct list *list, const GPtrArray *fields, struct place place)
{
    if (is_disabled(list, fields, place))
        return true;
    AUTO(text) char *address = cell(list, fields, ADDRESS);
    if (!*address)
        return problems_add(list->problems, PROBLEM, rule, EX_DATAERR, place,
                            N_("add the address, or write yes in the column disabled"),
                            N_("this row has no address")),
               wrong_row(list);
    if (holds_second_address(list, fields))
        return problems_add(list->problems, PROBLEM, rule, EX_DATAERR, place,
                            N_("write one address in a row"), N_("this row holds two addresses")),
               wrong_row(list);
    AUTO(member) struct member *member = member_new();
    member->name = plain(cell(list, fields, NAME));
    if (!member_read_address(member, address, place, list->problems))
        return wrong_row(list);
    member->title = plain(cell(list, fields, TITLE));
    member->unit = plain(cell(list, fields, UNIT));
    member->origin = g_strdup_printf("%s:%d", list->name, place.line);
    g_ptr_array_add(list->members, TAKE(member));
    return true;
}

static bool take_record(void *user, int line, const GPtrArray *fields, struct error *error)
{
    (void)error;
    struct list *list = user;
    struct place place = {list->path, line, 0};
    if (list->given_up || is_blank(fields))
        return true;
    if (!list->columns_known) {
        settle_columns(list, fields, place);
        if (list->has_header || list->given_up)
            return true;
    }
    if (!read_row(list, fields, place) && list->given_up)
        problems_add(list->problems, PROBLEM, rule, EX_DATAERR, place, NULL,
                     N_("%u rows are wrong; the rest of the list was not looked at"), list->wrong);
    return true;
}

/* --- the file ------------------------------------------------------------------------------- */

/* The one that stands most often, out of quotes, in the first line that is not empty. */
static char find_delimiter(const char *text)
{
    static const char delimiters[] = ",;\t";
    size_t count[sizeof delimiters] = {0}, best = 0;
    bool quoted = false;
    text += strspn(text, "\n");
    for (; *text && (quoted || *text != '\n'); text++) {
        quoted ^= *text == '"';
        const char *found = quoted ? NULL : strchr(delimiters, *text);
        if (found)
            count[found - delimiters]++;
    }
    for (size_t i = 1; i < strlen(delimiters); i++)
        if (count[i] > count[best])
            best = i;
    return delimiters[best];
}

static bool load(GString **text, const char *path, struct place said, struct error *error)
{
    AUTO(bytes) GBytes *bytes = NULL;
    AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return error_set_errno(error, said, N_("the list %s can't be opened"), path);
    if (!file_read(&bytes, fd, LIST_MOST, path, error))
        return false;
    size_t length;
    const char *octets = g_bytes_get_data(bytes, &length);
    return text_decode(text, octets, length, path, error);
}

void list_read(GPtrArray *members, const char *path, const char *name, struct place said,
               struct problems *problems)
{
    AUTO(error) struct error error = {0};
    AUTO(str) GString *text = NULL;
    AUTO(problems) struct problems *found = problems_new();
    struct list list = {.members = members, .path = path, .name = name, .problems = found};
    memset(list.column, -1, sizeof list.column);
    if (!load(&text, path, said, &error) ||
        !csv_read(text->str, text->len, find_delimiter(text->str), path, take_record, &list,
                  &error)) {
        error.exit_class = EX_DATAERR;
        problems_take(found, rule, &error);
    }
    problems_join(problems, found);
}
