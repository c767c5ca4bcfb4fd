#include "people/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "people/columns.h"
#include "people/list.h"

#define LIST_MOST ((size_t)256 << 20)

/* The columns that a spreadsheet can change. Not by gettext: list_read() must know them again. */
static const struct {
    enum column column;
    const char *english, *chinese;
} written[MERGE_HEADINGS] = {{ADDRESS, "address", "邮箱"},
                             {NAME, "name", "姓名"},
                             {TITLE, "title", "职务"},
                             {UNIT, "unit", "单位"}};

const char *merge_heading(size_t index)
{
    bool is_english = strcmp(_("en"), "en") == 0; /* the language of the catalogue in use */
    return is_english ? written[index].english : written[index].chinese;
}

struct merging {
    struct merge *merge;
    GHashTable *wanted;  /* of the spreadsheet: struct address to struct member, borrowed */
    GHashTable *placed;  /* a set of struct address: wanted ones that have their row */
    GHashTable *by_line; /* line to GPtrArray of struct member: the list as it is */
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

static void note(struct merging *merging, enum merge_kind kind, const struct member *member,
                 char *detail)
{
    struct merge_change *change = g_new0(struct merge_change, 1);
    change->kind = kind;
    change->address = g_strdup(address_text(member->address));
    change->name = g_strdup(member->name ? member->name : "");
    change->detail = detail;
    g_ptr_array_add(merging->merge->changes, change);
    merging->merge->counts[kind]++;
}

/* --- rows as they are ----------------------------------------------------------------------------
 */

/* A copy that can grow; without the ' that guards what looks like a formula. */
static GPtrArray *copy_row(const GPtrArray *fields, guint width)
{
    GPtrArray *row = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < fields->len; i++)
        g_ptr_array_add(row, g_strdup(csv_unguarded(fields->pdata[i])));
    while (row->len < width)
        g_ptr_array_add(row, g_strdup(""));
    return row;
}

static void set_cell(GPtrArray *row, int at, const char *text)
{
    while (row->len <= (guint)at)
        g_ptr_array_add(row, g_strdup(""));
    g_free(row->pdata[at]);
    row->pdata[at] = g_strdup(text ? text : "");
}

static void write_row(struct merging *merging, const GPtrArray *row)
{
    csv_add_record(merging->merge->text, (const char *const *)row->pdata, row->len);
}

/* Adds the columns that the header lacks. Without a header the columns are as list_read() takes
 * them: one of addresses, the others without a name. */
static void write_header(struct merging *merging, const GPtrArray *header)
{
    AUTO(array) GPtrArray *row = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; header && i < header->len; i++)
        g_ptr_array_add(row, g_strdup(header->pdata[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(written); i++) {
        int *at = &merging->columns.at[written[i].column];
        bool has_heading = *at >= 0 && (guint)*at < row->len && *(char *)row->pdata[*at];
        if (has_heading)
            continue;
        if (*at < 0)
            *at = (int)MAX(row->len, merging->width);
        set_cell(row, *at, merge_heading(i));
    }
    merging->width = row->len;
    merging->header_done = true;
    write_row(merging, row);
}

/* True: it is the header, and written. */
static bool settle_header(struct merging *merging, const GPtrArray *fields)
{
    if (columns_read_header(&merging->columns, fields)) {
        merging->width = fields->len;
        write_header(merging, fields);
        return true;
    }
    merging->width = fields->len;
    for (guint i = 0; i < fields->len; i++)
        if (merging->columns.at[ADDRESS] < 0 &&
            (strstr(fields->pdata[i], "@") || strstr(fields->pdata[i], "＠")))
            merging->columns.at[ADDRESS] = (int)i;
    write_header(merging, NULL);
    return false;
}

/* --- who stays -----------------------------------------------------------------------------------
 */

/* What the spreadsheet does not say is no change. */
static void change_cell(const struct merging *merging, GPtrArray *row, enum column column,
                        const char *before, const char *after, GString *detail)
{
    if (!after || g_strcmp0(before, after) == 0)
        return;
    g_string_append_printf(detail, "%s%s → %s", detail->len ? ", " : "", before ? before : "-",
                           after);
    set_cell(row, merging->columns.at[column], after);
}

static void update_row(struct merging *merging, GPtrArray *row, const struct member *before)
{
    const struct member *after = g_hash_table_lookup(merging->wanted, before->address);
    GString *detail = g_string_new(NULL);
    change_cell(merging, row, NAME, before->name, after->name, detail);
    change_cell(merging, row, TITLE, before->title, after->title, detail);
    change_cell(merging, row, UNIT, before->unit, after->unit, detail);
    bool changed = detail->len;
    char *words = g_string_free(detail, FALSE);
    if (changed)
        note(merging, MERGE_CHANGED, after, words);
    else
        g_free(words);
}

/* Only some of the addresses of a row stay: the cell keeps these. */
static void keep_addresses(const struct merging *merging, GPtrArray *row, const GPtrArray *stay)
{
    AUTO(str) GString *cell = g_string_new(NULL);
    for (guint i = 0; i < stay->len; i++)
        g_string_append_printf(cell, "%s%s", i ? "; " : "",
                               address_text(((const struct member *)stay->pdata[i])->address));
    set_cell(row, merging->columns.at[ADDRESS], cell->str);
}

static void merge_members(struct merging *merging, const GPtrArray *fields,
                          const GPtrArray *members)
{
    AUTO(array) GPtrArray *row = copy_row(fields, merging->width);
    AUTO(array) GPtrArray *stay = g_ptr_array_new();
    for (guint i = 0; i < members->len; i++) {
        const struct member *member = members->pdata[i];
        if (!g_hash_table_contains(merging->wanted, member->address)) {
            note(merging, MERGE_GONE, member, NULL);
            continue;
        }
        g_hash_table_add(merging->placed, member->address);
        g_ptr_array_add(stay, (void *)member);
    }
    if (!stay->len)
        return;
    if (stay->len < members->len)
        keep_addresses(merging, row, stay);
    if (members->len == 1)
        update_row(merging, row, stay->pdata[0]);
    write_row(merging, row);
}

/* A row that counts for nobody now: somebody stopped it, and an import does not undo that. */
static void keep_row(struct merging *merging, const GPtrArray *fields)
{
    AUTO(array) GPtrArray *row = copy_row(fields, merging->width);
    for (guint i = 0; i < fields->len; i++) {
        AUTO(member) struct member *member = member_new();
        AUTO(problems) struct problems *no_address = problems_new();
        struct member *wanted =
            strpbrk(fields->pdata[i], "@") &&
                    member_read_address(member, fields->pdata[i], NOWHERE, no_address)
                ? g_hash_table_lookup(merging->wanted, member->address)
                : NULL;
        if (wanted && g_hash_table_add(merging->placed, wanted->address))
            note(merging, MERGE_STOPPED, wanted, NULL);
    }
    write_row(merging, row);
}

static bool take_record(void *user, int line, const GPtrArray *fields, struct error *error)
{
    (void)error;
    struct merging *merging = user;
    const GPtrArray *members = g_hash_table_lookup(merging->by_line, GINT_TO_POINTER(line));
    if (!merging->header_done && settle_header(merging, fields))
        return true;
    if (members)
        merge_members(merging, fields, members);
    else
        keep_row(merging, fields);
    return true;
}

/* --- who is new ----------------------------------------------------------------------------------
 */

static void add_new(struct merging *merging, const GPtrArray *spreadsheet)
{
    if (!merging->header_done)
        write_header(merging, NULL);
    for (guint i = 0; i < spreadsheet->len; i++) {
        const struct member *member = spreadsheet->pdata[i];
        if (!g_hash_table_add(merging->placed, member->address))
            continue;
        AUTO(array) GPtrArray *row = g_ptr_array_new_with_free_func(g_free);
        set_cell(row, (int)merging->width - 1, "");
        set_cell(row, merging->columns.at[ADDRESS], address_text(member->address));
        set_cell(row, merging->columns.at[NAME], member->name);
        set_cell(row, merging->columns.at[TITLE], member->title);
        set_cell(row, merging->columns.at[UNIT], member->unit);
        write_row(merging, row);
        note(merging, MERGE_ADDED, member, NULL);
    }
}

/* --- reading -------------------------------------------------------------------------------------
 */

static void free_member(void *member)
{
    member_free(member);
}

static void free_members(void *members)
{
    g_ptr_array_unref(members);
}

static GHashTable *lines_of(const GPtrArray *members)
{
    GHashTable *by_line = g_hash_table_new_full(NULL, NULL, NULL, free_members);
    for (guint i = 0; i < members->len; i++) {
        const struct member *member = members->pdata[i];
        void *line = GINT_TO_POINTER(atoi(strrchr(member->origin, ':') + 1));
        GPtrArray *row = g_hash_table_lookup(by_line, line);
        if (!row)
            g_hash_table_insert(by_line, line, row = g_ptr_array_new());
        g_ptr_array_add(row, (void *)member);
    }
    return by_line;
}

/* As list_read() takes it: what parts the first line into most headings. */
static char find_delimiter(const char *text)
{
    char best = ',';
    guint most = 0;
    text += strspn(text, "\n");
    AUTO(text) char *line = g_strndup(text, strcspn(text, "\n"));
    for (const char *one = ",;\t"; *one; one++) {
        AUTO(texts) char **cells = g_strsplit(line, (const char[]){*one, '\0'}, 256);
        guint headings = columns_headings(cells);
        if (headings > most)
            best = *one;
        most = MAX(most, headings);
    }
    if (!most && !strchr(line, ',') && strchr(line, '\t'))
        best = '\t';
    return best;
}

static bool load(GString **text, const char *path, struct error *error)
{
    AUTO(bytes) GBytes *bytes = NULL;
    if (!file_load(&bytes, path, LIST_MOST, error))
        return false;
    size_t length;
    const char *octets = g_bytes_get_data(bytes, &length);
    return text_decode(text, octets, length, path, error);
}

/* Members of a file; false after a PROBLEM. */
static bool read_members(GPtrArray *members, const char *path, struct problems *problems)
{
    AUTO(problems) struct problems *found = problems_new();
    AUTO(text) char *name = g_path_get_basename(path);
    list_read(members, path, name, (struct place){path, 0, 0}, found);
    problems_join(problems, found);
    return !problems_any(found);
}

static void merge_rows(struct merging *merging, const GPtrArray *spreadsheet)
{
    for (guint i = 0; i < spreadsheet->len; i++) {
        struct member *member = spreadsheet->pdata[i];
        if (!g_hash_table_contains(merging->wanted, member->address))
            g_hash_table_insert(merging->wanted, member->address, member);
    }
}

static bool merge_all(struct merging *merging, const char *list, const GPtrArray *spreadsheet,
                      struct problems *problems)
{
    AUTO(array) GPtrArray *members = g_ptr_array_new_with_free_func(free_member);
    AUTO(error) struct error error = {0};
    AUTO(str) GString *text = NULL;
    bool is_new = access(list, F_OK) < 0;
    if (!is_new && !read_members(members, list, problems))
        return false;
    if (!is_new && !load(&text, list, &error))
        return problems_take(problems, "list", &error);
    AUTO(table) GHashTable *by_line = lines_of(members);
    merging->by_line = by_line;
    merge_rows(merging, spreadsheet);
    if (text && !csv_read(text->str, text->len, find_delimiter(text->str), list, take_record,
                          merging, &error))
        return problems_take(problems, "list", &error);
    add_new(merging, spreadsheet);
    return true;
}

bool merge_read(struct merge **merge, const char *list, const char *spreadsheet,
                struct problems *problems)
{
    AUTO(array) GPtrArray *rows = g_ptr_array_new_with_free_func(free_member);
    AUTO(table) GHashTable *wanted = g_hash_table_new(address_hash, address_equal);
    AUTO(table) GHashTable *placed = g_hash_table_new(address_hash, address_equal);
    AUTO(merge) struct merge *fresh = g_new0(struct merge, 1);
    fresh->changes = g_ptr_array_new_with_free_func(merge_change_free);
    fresh->text = g_string_new(NULL);
    csv_add_bom(fresh->text);
    struct merging merging = {.merge = fresh, .wanted = wanted, .placed = placed};
    columns_clear(&merging.columns);
    if (!read_members(rows, spreadsheet, problems) || !merge_all(&merging, list, rows, problems))
        return false;
    *merge = TAKE(fresh);
    return true;
}
