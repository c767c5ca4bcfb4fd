/* What there is to do: the open issues, their lanes, when something is due; and the limits' state.
 */
#include "queue/sql.h"

/* --- lanes --- */

void queue_set_lanes(struct queue *queue, queue_lane_of *lane_of, void *user)
{
    queue->lane_of = lane_of;
    queue->lane_user = user;
}

static bool next_due(struct queue *queue, int64_t issue, const char *lane, usec_t *when,
                     struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_NEXT_DUE, error);
    if (!row)
        return false;
    sql_bind(row, "it", issue, lane);
    if (!sql_row(queue, row, error))
        return false;
    *when = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return true;
}

/* The lane after this one, by one step in the index; NULL: it was the last. */
static bool next_lane(struct queue *queue, int64_t issue, const char **lane, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_NEXT_LANE, error);
    if (!row)
        return false;
    sql_bind(row, "it", issue, *lane ? *lane : "");
    *lane = NULL;
    if (sql_row(queue, row, error)) {
        *lane = g_intern_string((const char *)sqlite3_column_text(row, 0));
        sqlite3_reset(row);
    }
    return !error_is_set(error);
}

static bool read_lanes(struct queue *queue, int64_t issue, GArray *all, struct error *error)
{
    struct due due = {0};
    do {
        if (!next_due(queue, issue, due.lane, &due.next, error))
            return false;
        if (due.next)
            g_array_append_val(all, due);
        if (!next_lane(queue, issue, &due.lane, error))
            return false;
    } while (due.lane);
    return true;
}

/* issue->due, read anew where something may have changed it: mostly nothing has, and this is asked
 * for each lot. */
static bool know_due(struct queue *queue, struct open_issue *issue, struct error *error)
{
    if (issue->due_seen == queue->due_seen)
        return true;
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct due));
    if (!read_lanes(queue, issue->id, all, error)) {
        g_array_unref(all);
        return false;
    }
    g_clear_pointer(&issue->due, g_array_unref);
    issue->due = all;
    issue->due_seen = queue->due_seen;
    return true;
}

bool open_issue_next(struct queue *queue, int64_t id, usec_t *next, struct error *error)
{
    struct open_issue *issue;
    *next = 0;
    if (!open_issue_get(queue, id, &issue, error) || !know_due(queue, issue, error))
        return false;
    for (guint i = 0; i < issue->due->len; i++) {
        usec_t due = g_array_index(issue->due, struct due, i).next;
        if (due > DUE_SINCE_EVER)
            *next = *next ? MIN(*next, due) : due;
    }
    return true;
}

/* --- work --- */

static int by_age(const void *left, const void *right)
{
    const struct work *a = left, *b = right;
    return (a->issue > b->issue) - (a->issue < b->issue);
}

static void work_clear(void *pointer)
{
    g_array_unref(((struct work *)pointer)->due);
}

static bool has_first(const struct open_issue *issue)
{
    return issue->cursor < issue->last;
}

bool queue_is_sending(const struct queue *queue)
{
    GHashTableIter iter;
    void *pointer;
    g_hash_table_iter_init(&iter, queue->open);
    while (g_hash_table_iter_next(&iter, NULL, &pointer))
        if (((const struct open_issue *)pointer)->state == ISSUE_SENDING)
            return true;
    return false;
}

bool queue_work(struct queue *queue, GArray **work, struct error *error)
{
    if (!queue_is_sound(queue, error))
        return false;
    GArray *all = g_array_new(FALSE, TRUE, sizeof(struct work));
    g_array_set_clear_func(all, work_clear);
    GHashTableIter iter;
    void *pointer;
    g_hash_table_iter_init(&iter, queue->open);
    while (!error_is_set(error) && g_hash_table_iter_next(&iter, NULL, &pointer)) {
        struct open_issue *issue = pointer;
        if (issue->state != ISSUE_SENDING)
            continue;
        if (!know_due(queue, issue, error))
            break;
        struct work one = {.issue = issue->id,
                           .publication = issue->publication,
                           .personal = issue->personal,
                           .is_notice = issue->is_notice,
                           .has_first = has_first(issue),
                           .due = g_array_ref(issue->due),
                           .accepted_at = issue->accepted_at};
        g_array_append_val(all, one);
    }
    if (error_is_set(error)) {
        g_array_unref(all);
        return false;
    }
    g_array_sort(all, by_age);
    *work = all;
    return true;
}

/* --- limits --- */

bool queue_save_valve(struct queue *queue, const struct queue_valve *valve, struct error *error)
{
    return change_begin(queue, error) &&
           sql_run(queue, error, SQL_VALVE_SAVE, "tiiiiiii", valve->name, valve->recipients,
                   valve->messages, valve->learnt, valve->well, valve->connections, valve->lot,
                   valve->at);
}

bool queue_load_valve(struct queue *queue, const char *name, struct queue_valve *valve, bool *found,
                      struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_VALVE, error);
    if (!row)
        return false;
    sql_bind(row, "t", name);
    *found = sql_row(queue, row, error);
    if (*found) {
        *valve = (struct queue_valve){
            .name = name,
            .recipients = sqlite3_column_int64(row, 0),
            .messages = sqlite3_column_int64(row, 1),
            .learnt = sqlite3_column_int64(row, 2),
            .well = sqlite3_column_int64(row, 3),
            .connections = sqlite3_column_int64(row, 4),
            .lot = sqlite3_column_int64(row, 5),
            .at = sqlite3_column_int64(row, 6),
        };
        sqlite3_reset(row);
    }
    return !error_is_set(error);
}
