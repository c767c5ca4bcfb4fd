#include "queue/rolls.h"
#include "queue/sql.h"

/* *sha256 NULL: not seen so far, or ended. */
static bool read_roll(struct queue *queue, const char *group, char **sha256, usec_t *first_seen,
                      struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_ROLL, error);
    *sha256 = NULL;
    *first_seen = 0;
    if (!row)
        return false;
    sql_bind(row, "t", group);
    if (sql_row(queue, row, error)) {
        *sha256 = sql_text(row, 1);
        *first_seen = sqlite3_column_int64(row, 2);
        sqlite3_reset(row);
    }
    return !error_is_set(error);
}

bool queue_roll_is_known(struct queue *queue, const char *group, const char *sha256, bool *known,
                         struct error *error)
{
    AUTO(text) char *seen = NULL;
    usec_t first_seen;
    if (!read_roll(queue, group, &seen, &first_seen, error))
        return false;
    *known = g_strcmp0(seen, sha256) == 0;
    return true;
}

/* --- noting ------------------------------------------------------------------------------------
 */

static GHashTable *members_now(struct queue *queue, const char *group, struct error *error)
{
    AUTO(table) GHashTable *now = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sqlite3_stmt *row = sql_get(queue, SQL_MEMBERS, error);
    if (row)
        sql_bind(row, "t", group);
    while (row && sql_row(queue, row, error))
        g_hash_table_add(now, sql_text(row, 0));
    return error_is_set(error) ? NULL : TAKE(now);
}

/* Takes those who stay out of `left`. */
static bool add_new(struct queue *queue, const struct roll *roll, GHashTable *left, usec_t now,
                    int64_t *changes, struct error *error)
{
    for (guint i = 0; i < roll->members->len; i++) {
        const struct roll_member *member = roll->members->pdata[i];
        if (g_hash_table_remove(left, member->address))
            continue;
        ++*changes;
        if (!sql_run(queue, error, SQL_MEMBER_ADD, "tttti", roll->group, member->address,
                     member->name, member->list, now))
            return false;
    }
    return true;
}

static bool end_gone(struct queue *queue, const char *group, GHashTable *left, usec_t now,
                     int64_t *changes, struct error *error)
{
    GHashTableIter iter;
    void *address;
    g_hash_table_iter_init(&iter, left);
    while (g_hash_table_iter_next(&iter, &address, NULL)) {
        ++*changes;
        if (!sql_run(queue, error, SQL_MEMBER_END, "tti", group, address, now))
            return false;
    }
    return true;
}

bool queue_note_roll(struct queue *queue, const struct roll *roll, usec_t now, int64_t *changes,
                     struct error *error)
{
    *changes = 0;
    if (!change_begin(queue, error))
        return false;
    AUTO(table) GHashTable *left = members_now(queue, roll->group, error);
    return left &&
           sql_run(queue, error, SQL_ROLL_SAVE, "ttti", roll->group, roll->name, roll->sha256,
                   now) &&
           add_new(queue, roll, left, now, changes, error) &&
           end_gone(queue, roll->group, left, now, changes, error) && queue_commit(queue, error);
}

bool queue_end_roll(struct queue *queue, const char *group, usec_t now, struct error *error)
{
    return change_begin(queue, error) && sql_run(queue, error, SQL_MEMBERS_END, "ti", group, now) &&
           sql_run(queue, error, SQL_ROLL_END, "ti", group, now) && queue_commit(queue, error);
}

bool queue_roll_groups(struct queue *queue, GPtrArray **groups, struct error *error)
{
    AUTO(array) GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    sqlite3_stmt *row = sql_get(queue, SQL_ROLLS, error);
    while (row && sql_row(queue, row, error))
        g_ptr_array_add(ids, sql_text(row, 0));
    if (error_is_set(error))
        return false;
    *groups = TAKE(ids);
    return true;
}

/* --- looking back ------------------------------------------------------------------------------
 */

static void change_free(void *pointer)
{
    struct roll_change *change = pointer;
    g_free(change->group);
    g_free(change->group_name);
    g_free(change->address);
    g_free(change->name);
    g_free(change->list);
    g_free(change->why);
    g_free(change);
}

static struct roll_change *change_of(sqlite3_stmt *row)
{
    static const char *const whats[] = {"added", "gone", "first seen", "suppressed",
                                        "unsuppressed"}; /* as in the SQL */
    struct roll_change *change = g_new0(struct roll_change, 1);
    change->at = sqlite3_column_int64(row, 0);
    change->what = whats[sqlite3_column_int(row, 1)];
    change->group = sql_text(row, 2);
    change->address = sql_text(row, 3);
    change->name = sql_text(row, 4);
    change->list = sql_text(row, 5);
    change->group_name = sql_text(row, 6);
    change->why = sql_text(row, 7);
    return change;
}

bool queue_roll_changes(struct queue *queue, const struct roll_question *question,
                        GPtrArray **changes, struct error *error)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(change_free);
    AUTO(text) char *words = question->words ? g_ascii_strdown(question->words, -1) : NULL;
    AUTO(text)
    char *address = question->address ? g_ascii_strdown(question->address, -1) : NULL;
    sqlite3_stmt *row = sql_get(queue, SQL_ROLL_CHANGES, error);
    if (row)
        sql_bind(row, "ttt", question->group, address, words);
    while (row && sql_row(queue, row, error))
        g_ptr_array_add(all, change_of(row));
    if (error_is_set(error))
        return false;
    *changes = TAKE(all);
    return true;
}

bool queue_roll_at(struct queue *queue, const char *group, usec_t at, bool *known,
                   queue_roll_visit *visit, void *user, struct error *error)
{
    AUTO(text) char *sha256 = NULL;
    usec_t first_seen;
    if (!read_roll(queue, group, &sha256, &first_seen, error))
        return false;
    *known = first_seen && first_seen <= at;
    sqlite3_stmt *row = sql_get(queue, SQL_MEMBERS_AT, error);
    if (row)
        sql_bind(row, "ti", group, at);
    bool goes_on = row;
    while (goes_on && sql_row(queue, row, error)) {
        const struct roll_member member = {(const char *)sqlite3_column_text(row, 0),
                                           (const char *)sqlite3_column_text(row, 1),
                                           (const char *)sqlite3_column_text(row, 2)};
        goes_on = visit(user, &member, error);
    }
    if (row)
        sqlite3_reset(row);
    return goes_on && !error_is_set(error);
}
