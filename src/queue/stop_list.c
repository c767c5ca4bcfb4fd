/* The stop list: whom nothing is sent to. It stands apart from the recipient lists, so that an
 * import can never bring a stopped address back. */
#include "queue/sql.h"

bool queue_suppress(struct queue *queue, const struct address *address, const char *why,
                    const char *who, usec_t now, usec_t until, struct error *error)
{
    return change_begin(queue, error) &&
           sql_run(queue, error, SQL_SUPPRESSION_ADD, "tttiz", address_text(address), why, who, now,
                   until) &&
           history_add(queue, now, who, "suppressed", 0, address_text(address), why, error) &&
           queue_commit(queue, error);
}

bool queue_unsuppress(struct queue *queue, const struct address *address, const char *who,
                      usec_t now, struct error *error)
{
    if (!change_begin(queue, error) ||
        !sql_run(queue, error, SQL_SUPPRESSION_REMOVE, "t", address_text(address)))
        return false;
    if (sqlite3_changes(queue->db) == 0)
        return error_set(error, EX_NOINPUT, NOWHERE, NULL, N_("%s is not on the stop list"),
                         address_text(address));
    return history_add(queue, now, who, "unsuppressed", 0, address_text(address), NULL, error) &&
           queue_commit(queue, error);
}

static void suppression_free(void *pointer)
{
    struct suppression *one = pointer;
    g_free(one->address);
    g_free(one->why);
    g_free(one->who);
    g_free(one);
}

bool queue_suppressions(struct queue *queue, GPtrArray **list, struct error *error)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(suppression_free);
    sqlite3_stmt *row = sql_get(queue, SQL_SUPPRESSIONS, error);
    while (row && sql_row(queue, row, error)) {
        struct suppression *one = g_new0(struct suppression, 1);
        one->address = sql_text(row, 0);
        one->why = sql_text(row, 1);
        one->who = sql_text(row, 2);
        one->at = sqlite3_column_int64(row, 3);
        one->until = sqlite3_column_int64(row, 4);
        g_ptr_array_add(all, one);
    }
    if (error_is_set(error))
        return false;
    *list = TAKE(all);
    return true;
}
