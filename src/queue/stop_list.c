/* The stop list: whom nothing is sent to. It stands apart from the recipient lists, so that an
 * import can never bring a stopped address back. */
#include "queue/admit.h"

/* The open issues are read first: the table changes while they are walked. */
static GArray *open_ids(struct queue *queue)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    GHashTableIter iter;
    void *pointer;
    g_hash_table_iter_init(&iter, queue->open);
    while (g_hash_table_iter_next(&iter, NULL, &pointer)) {
        const struct open_issue *issue = pointer;
        if (issue->state == ISSUE_SENDING || issue->state == ISSUE_HELD)
            g_array_append_val(ids, issue->id);
    }
    return ids;
}

static bool stop_open_ones(struct queue *queue, const char *address, const char *why,
                           const char *who, usec_t now, GArray *stopped, struct error *error)
{
    GArray *ids = open_ids(queue);
    bool good = true;
    for (guint i = 0; good && i < ids->len; i++) {
        int64_t id = g_array_index(ids, int64_t, i);
        struct open_issue *issue;
        bool had = false;
        good = open_issue_get(queue, id, &issue, error) &&
               open_issue_suppress(queue, issue, address, &had, error) &&
               (!had || history_add(queue, now, who, "suppressed", id, address, why, error));
        if (good && had)
            g_array_append_val(stopped, id);
    }
    g_array_unref(ids);
    return good;
}

bool queue_suppress(struct queue *queue, const struct address *address, const char *why,
                    const char *who, usec_t now, usec_t until, GArray **issues,
                    struct error *error)
{
    const char *text = address_text(address);
    GArray *stopped = g_array_new(FALSE, FALSE, sizeof(int64_t));
    bool good =
        change_begin(queue, error) &&
        sql_run(queue, error, SQL_SUPPRESSION_ADD, "tttiz", text, why, who, now, until) &&
        history_add(queue, now, who, "suppressed", 0, text, why, error) &&
        stop_open_ones(queue, text, why, who, now, stopped, error) &&
        (!queue->admission || admission_stop(queue->admission, text, error)) &&
        queue_commit(queue, error);
    if (good && issues)
        *issues = g_array_ref(stopped);
    g_array_unref(stopped);
    return good;
}

static bool any_listed(struct queue *queue, bool *any, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_MEMBERS_ANY, error);
    *any = row && sql_row(queue, row, error);
    if (row)
        sqlite3_reset(row);
    return !error_is_set(error);
}

bool queue_lookalikes(struct queue *queue, const struct address *address, bool *known,
                      bool *listed, GPtrArray **alike, struct error *error)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    sqlite3_stmt *row = sql_get(queue, SQL_MEMBERS_ALIKE, error);
    *listed = false;
    if (row)
        sql_bind(row, "t", address_text(address));
    while (row && sql_row(queue, row, error)) {
        AUTO(text) char *other = sql_text(row, 0);
        if (g_str_equal(other, address_text(address)))
            *listed = true;
        else
            g_ptr_array_add(all, TAKE(other));
    }
    if (error_is_set(error) || !any_listed(queue, known, error))
        return false;
    *alike = TAKE(all);
    return true;
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
    if (queue->admission)
        admission_unstop(queue->admission, address_text(address));
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
