#include "people/merge_rows.h"

#include "base/csv.h"
#include "people/cell.h"

static void free_person(void *pointer)
{
    struct merge_person *person = pointer;
    address_free(person->address);
    g_free(person->piece);
    g_free(person->name);
    g_free(person);
}

static void free_row(void *pointer)
{
    struct merge_row *row = pointer;
    g_ptr_array_unref(row->fields);
    g_ptr_array_unref(row->persons);
    for (size_t i = 0; i < COLUMNS; i++)
        g_free(row->cells[i]);
    g_free(row);
}

static void free_member(void *member)
{
    member_free(member);
}

struct merge_rows *merge_rows_new(void)
{
    struct merge_rows *rows = g_new0(struct merge_rows, 1);
    rows->all = g_ptr_array_new_with_free_func(free_row);
    columns_clear(&rows->columns);
    return rows;
}

void merge_rows_free(struct merge_rows *rows)
{
    if (!rows)
        return;
    g_ptr_array_unref(rows->all);
    g_free(rows);
}

/* What is no address was told by who read the list, or stands in a row that counts for nobody. */
static void add_person(struct merge_row *row, const char *piece)
{
    AUTO(member) struct member *member = member_new();
    AUTO(problems) struct problems *told = problems_new();
    member->name = g_strdup(row->cells[NAME]);
    if (!member_read_address(member, piece, NOWHERE, told))
        return;
    struct merge_person *person = g_new0(struct merge_person, 1);
    person->address = TAKE(member->address);
    person->name = TAKE(member->name);
    person->piece = g_strdup(piece);
    g_ptr_array_add(row->persons, person);
}

static void read_cells(struct merge_row *row, const struct list_row *from)
{
    for (int i = 0; i < COLUMNS; i++)
        row->cells[i] = list_row_cell(from, (enum column)i);
    if (!row->cells[ADDRESS])
        return;
    AUTO(array) GPtrArray *pieces = cell_addresses(row->cells[ADDRESS]);
    for (guint i = 0; i < pieces->len; i++)
        add_person(row, pieces->pdata[i]);
}

static void take_row(void *user, const struct list_row *from)
{
    struct merge_rows *rows = user;
    struct merge_row *row = g_new0(struct merge_row, 1);
    row->kind = from->kind;
    row->disabled = from->disabled;
    row->out_of_term = from->out_of_term;
    row->fields = g_ptr_array_new_with_free_func(g_free);
    row->persons = g_ptr_array_new_with_free_func(free_person);
    for (guint i = 0; i < from->fields->len; i++)
        g_ptr_array_add(row->fields, g_strdup(csv_unguarded(from->fields->pdata[i])));
    if (row->kind == LIST_PERSON)
        read_cells(row, from);
    rows->columns = *from->columns;
    g_ptr_array_add(rows->all, row);
}

bool merge_rows_read(struct merge_rows **rows, const char *path, struct problems *problems)
{
    AUTO(merge_rows) struct merge_rows *fresh = merge_rows_new();
    AUTO(problems) struct problems *found = problems_new();
    AUTO(array) GPtrArray *members = g_ptr_array_new_with_free_func(free_member);
    AUTO(text) char *name = g_path_get_basename(path);
    struct list_file file = {.name = name, .said = {path, 0, 0}, .visit = take_row, .user = fresh};
    AUTO(text) char *bare = list_sheet(path, &file.sheet);
    file.path = file.shown = bare;
    list_read_file(members, &file, found);
    problems_join(problems, found);
    if (problems_any(found))
        return false;
    *rows = TAKE(fresh);
    return true;
}
