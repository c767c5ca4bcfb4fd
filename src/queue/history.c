/* Who did what and when. */
#include "queue/sql.h"

bool history_add(struct queue *queue, usec_t at, const char *who, const char *what, int64_t issue,
                 const char *address, const char *detail, struct error *error)
{
    AUTO(text) char *name = open_issue_name(queue, issue);
    return sql_run(queue, error, SQL_HISTORY_ADD, "ittzttt", at, who, what, issue, name, address,
                   detail);
}

bool queue_history_add(struct queue *queue, const struct history_entry *entry,
                       struct error *error)
{
    return change_begin(queue, error) &&
           history_add(queue, entry->at, entry->who, entry->what, 0, entry->address, entry->detail,
                       error) &&
           queue_commit(queue, error);
}

static void entry_free(void *pointer)
{
    struct history_entry *entry = pointer;
    g_free(entry->who);
    g_free(entry->what);
    g_free(entry->issue);
    g_free(entry->address);
    g_free(entry->detail);
    g_free(entry);
}

bool queue_history(struct queue *queue, int64_t issue, GPtrArray **entries, struct error *error)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(entry_free);
    sqlite3_stmt *row = sql_get(queue, SQL_HISTORY, error);
    if (row)
        sql_bind(row, "z", issue);
    while (row && sql_row(queue, row, error)) {
        struct history_entry *entry = g_new0(struct history_entry, 1);
        entry->at = sqlite3_column_int64(row, 0);
        entry->who = sql_text(row, 1);
        entry->what = sql_text(row, 2);
        entry->issue = sql_text(row, 3);
        entry->address = sql_text(row, 4);
        entry->detail = sql_text(row, 5);
        g_ptr_array_add(all, entry);
    }
    if (error_is_set(error))
        return false;
    *entries = TAKE(all);
    return true;
}
