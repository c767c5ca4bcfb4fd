#include "people/merge.h"

#include <string.h>

#include "base/csv.h"
#include "people/merge_rows.h"
#include "people/term.h"

/* The columns that a spreadsheet can change. Not by gettext: list_read() must know them again. */
static const struct {
    enum column column;
    const char *english, *chinese;
    bool always; /* else a list has it only where there is something to write into it */
} written[] = {{ADDRESS, "address", "邮箱", true}, {NAME, "name", "姓名", true},
               {TITLE, "title", "职务", true},     {UNIT, "unit", "单位", true},
               {NOTE, "note", "备注", false},      {DISABLED, "disabled", "停用", false},
               {FROM, "from", "起", false},        {UNTIL, "until", "止", false}};

const char *merge_heading(size_t index)
{
    bool is_english = strcmp(_("en"), "en") == 0; /* the language of the catalogue in use */
    return is_english ? written[index].english : written[index].chinese;
}

struct wanted { /* somebody whom the spreadsheet names */
    const struct merge_person *person;
    const struct merge_row *row;
    bool placed; /* he has his row */
};

struct merging {
    struct merge *merge;
    GHashTable *elsewhere;         /* struct address to its origin; NULL: nobody */
    GHashTable *wanted, *by_lower; /* struct address, its text in lower case, to struct wanted */
    GPtrArray *in_order;           /* of struct wanted */
    GHashTable *listed;            /* a set of struct address: the list as it is */
    bool needs[COLUMNS];
    struct columns columns;
    bool header_done;
    guint width; /* fields of the header */
};

static void merge_change_free(void *pointer)
{
    struct merge_change *change = pointer;
    g_free(change->address);
    g_free(change->name);
    g_free(change->detail);
    g_free(change);
}

void merge_free(struct merge *merge)
{
    if (!merge)
        return;
    g_ptr_array_unref(merge->changes);
    g_string_free(merge->text, TRUE);
    g_free(merge);
}

static void note(struct merging *merging, enum merge_kind kind, const struct merge_person *person,
                 const char *detail)
{
    struct merge_change *change = g_new0(struct merge_change, 1);
    change->kind = kind;
    change->address = g_strdup(address_text(person->address));
    change->name = g_strdup(person->name ? person->name : "");
    change->detail = g_strdup(detail);
    g_ptr_array_add(merging->merge->changes, change);
    merging->merge->counts[kind]++;
}

/* --- who is wanted -------------------------------------------------------------------------------
 */

static void want(struct merging *merging, const struct merge_row *row,
                 const struct merge_person *person)
{
    struct wanted *known = g_hash_table_lookup(merging->wanted, person->address);
    if (known && !known->row->disabled)
        return;
    if (known) { /* in one row stopped, in another one not: as list_read() takes it */
        *known = (struct wanted){person, row, false};
        return;
    }
    struct wanted *wanted = g_new0(struct wanted, 1);
    *wanted = (struct wanted){person, row, false};
    g_hash_table_insert(merging->wanted, person->address, wanted);
    g_hash_table_insert(merging->by_lower, g_ascii_strdown(address_text(person->address), -1),
                        wanted);
    g_ptr_array_add(merging->in_order, wanted);
}

static void want_all(struct merging *merging, const struct merge_rows *spreadsheet)
{
    for (guint i = 0; i < spreadsheet->all->len; i++) {
        const struct merge_row *row = spreadsheet->all->pdata[i];
        for (guint j = 0; j < row->persons->len; j++)
            want(merging, row, row->persons->pdata[j]);
        for (size_t column = 0; row->persons->len && column < COLUMNS; column++)
            merging->needs[column] |= row->cells[column] && (column != DISABLED || row->disabled);
    }
}

/* Hardly any server tells two spellings in upper and lower case apart: one that the list does not
 * know is its own one written otherwise. */
static struct wanted *wanted_of(const struct merging *merging, const struct merge_person *person)
{
    struct wanted *wanted = g_hash_table_lookup(merging->wanted, person->address);
    if (wanted)
        return wanted;
    AUTO(text) char *lower = g_ascii_strdown(address_text(person->address), -1);
    wanted = g_hash_table_lookup(merging->by_lower, lower);
    return wanted && !g_hash_table_contains(merging->listed, wanted->person->address) ? wanted
                                                                                      : NULL;
}

/* --- rows as they are ----------------------------------------------------------------------------
 */

static void set_cell(GPtrArray *row, int at, const char *text)
{
    while (row->len <= (guint)at)
        g_ptr_array_add(row, g_strdup(""));
    g_free(row->pdata[at]);
    row->pdata[at] = g_strdup(text ? text : "");
}

/* A copy that can grow. */
static GPtrArray *copy_row(const GPtrArray *fields, guint width)
{
    GPtrArray *row = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; fields && i < fields->len; i++)
        g_ptr_array_add(row, g_strdup(fields->pdata[i]));
    if (row->len < width)
        set_cell(row, (int)width - 1, "");
    return row;
}

static void write_row(struct merging *merging, const GPtrArray *row)
{
    csv_add_record(merging->merge->text, (const char *const *)row->pdata, row->len);
}

/* Adds the columns that the header lacks. Without a header (NULL) the columns are as list_read()
 * takes them: one of addresses, the others without a name. */
static void write_header(struct merging *merging, const GPtrArray *header)
{
    AUTO(array) GPtrArray *row = copy_row(header, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(written); i++) {
        int *at = &merging->columns.at[written[i].column];
        bool has_heading = *at >= 0 && (guint)*at < row->len && *(char *)row->pdata[*at];
        if (has_heading || (!written[i].always && !merging->needs[written[i].column]))
            continue;
        if (*at < 0)
            *at = (int)MAX(row->len, merging->width);
        set_cell(row, *at, merge_heading(i));
    }
    merging->width = row->len;
    merging->header_done = true;
    write_row(merging, row);
}

/* --- who stays -----------------------------------------------------------------------------------
 */

static bool is_same(enum column column, const char *before, const char *after)
{
    bool is_day = column == FROM || column == UNTIL;
    if (is_day && before && term_day(before, column == UNTIL))
        return term_day(before, column == UNTIL) == term_day(after, column == UNTIL);
    return g_strcmp0(before, after) == 0;
}

/* What the spreadsheet does not say is no change. */
static void change_cell(const struct merging *merging, GPtrArray *row, enum column column,
                        const char *before, const char *after, GString *detail)
{
    if (!after || is_same(column, before, after))
        return;
    g_string_append_printf(detail, "%s%s → %s", detail->len ? ", " : "", before ? before : "-",
                           after);
    set_cell(row, merging->columns.at[column], after);
}

/* What the spreadsheet changes of him in his row; false: nothing. */
static bool update_row(struct merging *merging, GPtrArray *own, const struct merge_row *row,
                       const struct merge_person *person, const struct wanted *wanted)
{
    static const enum column said[] = {TITLE, UNIT, NOTE, FROM, UNTIL};
    AUTO(str) GString *detail = g_string_new(NULL);
    if (wanted->row->disabled) {
        set_cell(own, merging->columns.at[DISABLED], wanted->row->cells[DISABLED]);
        note(merging, MERGE_GONE, person, _("stopped in the spreadsheet"));
        return true;
    }
    change_cell(merging, own, NAME, person->name, wanted->person->name, detail);
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++)
        change_cell(merging, own, said[i], row->cells[said[i]], wanted->row->cells[said[i]],
                    detail);
    if (detail->len)
        note(merging, MERGE_CHANGED, wanted->person, detail->str);
    return detail->len;
}

/* Only some of the persons of a row stay in it: the cell keeps what names these. */
static void write_pieces(struct merging *merging, const struct merge_row *row,
                         const GPtrArray *pieces)
{
    AUTO(array) GPtrArray *rest = copy_row(row->fields, merging->width);
    AUTO(str) GString *cell = g_string_new(NULL);
    for (guint i = 0; i < pieces->len; i++)
        g_string_append_printf(cell, "%s%s", i ? "; " : "", (const char *)pieces->pdata[i]);
    if (pieces->len && pieces->len < row->persons->len)
        set_cell(rest, merging->columns.at[ADDRESS], cell->str);
    if (pieces->len)
        write_row(merging, rest);
}

/* Whoever changes gets a row of his own after the one that he stood in with others. */
static void merge_persons(struct merging *merging, const struct merge_row *row)
{
    AUTO(array) GPtrArray *same = g_ptr_array_new();
    AUTO(array)
    GPtrArray *changed = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < row->persons->len; i++) {
        const struct merge_person *person = row->persons->pdata[i];
        struct wanted *wanted = wanted_of(merging, person);
        if (!wanted) {
            note(merging, MERGE_GONE, person, NULL);
            continue;
        }
        wanted->placed = true;
        AUTO(array) GPtrArray *own = copy_row(row->fields, merging->width);
        if (!update_row(merging, own, row, person, wanted)) {
            g_ptr_array_add(same, person->piece);
            continue;
        }
        if (row->persons->len > 1)
            set_cell(own, merging->columns.at[ADDRESS], person->piece);
        g_ptr_array_add(changed, TAKE(own));
    }
    write_pieces(merging, row, same);
    for (guint i = 0; i < changed->len; i++)
        write_row(merging, changed->pdata[i]);
}

/* A row that counts for nobody now: somebody stopped it, and an import does not undo that. */
static void keep_stopped(struct merging *merging, const struct merge_row *row)
{
    AUTO(array) GPtrArray *kept = copy_row(row->fields, merging->width);
    for (guint i = 0; i < row->persons->len; i++) {
        struct wanted *wanted = wanted_of(merging, row->persons->pdata[i]);
        if (!wanted || wanted->placed)
            continue;
        wanted->placed = true;
        if (!wanted->row->disabled)
            note(merging, MERGE_STOPPED, wanted->person, NULL);
    }
    write_row(merging, kept);
}

static void merge_row(struct merging *merging, const struct merge_row *row)
{
    if (row->kind == LIST_HEADER) {
        merging->width = row->fields->len;
        write_header(merging, row->fields);
        return;
    }
    if (row->kind == LIST_ASIDE) {
        write_row(merging, row->fields);
        return;
    }
    if (!merging->header_done) {
        merging->width = row->fields->len;
        write_header(merging, NULL);
    }
    if (row->disabled || row->out_of_term)
        keep_stopped(merging, row);
    else
        merge_persons(merging, row);
}

/* --- who is new ----------------------------------------------------------------------------------
 */

static void write_new(struct merging *merging, const struct wanted *wanted)
{
    AUTO(array) GPtrArray *row = copy_row(NULL, merging->width);
    for (size_t i = 0; i < G_N_ELEMENTS(written); i++) {
        enum column column = written[i].column;
        const char *text = column == ADDRESS ? address_text(wanted->person->address)
                           : column == NAME  ? wanted->person->name
                                             : wanted->row->cells[column];
        if (text && merging->columns.at[column] >= 0 && column != DISABLED)
            set_cell(row, merging->columns.at[column], text);
    }
    write_row(merging, row);
}

static void add_new(struct merging *merging)
{
    if (!merging->header_done)
        write_header(merging, NULL);
    for (guint i = 0; i < merging->in_order->len; i++) {
        struct wanted *wanted = merging->in_order->pdata[i];
        const char *origin = merging->elsewhere
                                 ? g_hash_table_lookup(merging->elsewhere, wanted->person->address)
                                 : NULL;
        if (wanted->placed || wanted->row->disabled)
            continue;
        if (origin) {
            note(merging, MERGE_ELSEWHERE, wanted->person, origin);
            continue;
        }
        write_new(merging, wanted);
        note(merging, MERGE_ADDED, wanted->person,
             wanted->row->out_of_term ? _("not in his term today") : NULL);
    }
}

/* --- both ----------------------------------------------------------------------------------------
 */

static void merge_all(struct merging *merging, const struct merge_rows *list,
                      const struct merge_rows *spreadsheet)
{
    merging->columns = list->columns;
    want_all(merging, spreadsheet);
    for (guint i = 0; i < list->all->len; i++) {
        const GPtrArray *persons = ((const struct merge_row *)list->all->pdata[i])->persons;
        for (guint j = 0; j < persons->len; j++)
            g_hash_table_add(merging->listed,
                             ((const struct merge_person *)persons->pdata[j])->address);
    }
    for (guint i = 0; i < list->all->len; i++)
        merge_row(merging, list->all->pdata[i]);
    add_new(merging);
}

bool merge_read(struct merge **merge, const char *list, const char *spreadsheet,
                GHashTable *elsewhere, struct problems *problems)
{
    AUTO(merge_rows) struct merge_rows *before = NULL, *after = NULL;
    bool is_new = access(list, F_OK) < 0;
    bool good = merge_rows_read(&after, spreadsheet, problems) &&
                (is_new || merge_rows_read(&before, list, problems));
    if (!good)
        return false;
    before = before ? before : merge_rows_new();
    AUTO(table) GHashTable *wanted = g_hash_table_new(address_hash, address_equal);
    AUTO(table)
    GHashTable *by_lower = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    AUTO(table) GHashTable *listed = g_hash_table_new(address_hash, address_equal);
    AUTO(array) GPtrArray *in_order = g_ptr_array_new_with_free_func(g_free);
    struct merge *fresh = g_new0(struct merge, 1);
    fresh->changes = g_ptr_array_new_with_free_func(merge_change_free);
    fresh->text = g_string_new(NULL);
    csv_add_bom(fresh->text);
    struct merging merging = {.merge = fresh,
                              .elsewhere = elsewhere,
                              .wanted = wanted,
                              .by_lower = by_lower,
                              .in_order = in_order,
                              .listed = listed};
    merge_all(&merging, before, after);
    *merge = fresh;
    return true;
}
