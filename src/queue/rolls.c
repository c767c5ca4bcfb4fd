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

#define TEXTS_AT_ONCE ((gsize)64 << 10) /* octets */

/* In the place of a hash while a group is being noted. */
static const char begun[] = "begun", begun_first[] = "begun for the first time";

struct roll_noting {
    struct queue *queue;
    char *group, *name, *sha256;
    GHashTable *left;    /* addresses that are in it and were not added again … */
    GStringChunk *texts; /* … which lie here: there may be a million */
    char *last;          /* the last that was read of them */
    usec_t now, since;   /* since: of whoever is new */
    int64_t changes;
};

void roll_noting_free(struct roll_noting *noting)
{
    if (!noting)
        return;
    g_free(noting->group);
    g_free(noting->name);
    g_free(noting->sha256);
    g_hash_table_unref(noting->left);
    g_string_chunk_free(noting->texts);
    g_free(noting->last);
    g_free(noting);
}

static bool save(const struct roll_noting *noting, const char *sha256, struct error *error)
{
    return sql_run(noting->queue, error, SQL_ROLL_SAVE, "ttti", noting->group, noting->name, sha256,
                   noting->now);
}

bool roll_noting_begin(struct roll_noting **noting, struct queue *queue, const struct roll *roll,
                       usec_t now, struct error *error)
{
    AUTO(text) char *seen = NULL;
    usec_t first_seen;
    if (!change_begin(queue, error) || !read_roll(queue, roll->group, &seen, &first_seen, error))
        return false;
    bool is_first = !first_seen || g_strcmp0(seen, begun_first) == 0;
    AUTO(roll_noting) struct roll_noting *fresh = g_new0(struct roll_noting, 1);
    fresh->queue = queue;
    fresh->group = g_strdup(roll->group);
    fresh->name = g_strdup(roll->name);
    fresh->sha256 = g_strdup(roll->sha256);
    fresh->left = g_hash_table_new(g_str_hash, g_str_equal);
    fresh->texts = g_string_chunk_new(TEXTS_AT_ONCE);
    fresh->last = g_strdup("");
    fresh->now = now;
    fresh->since = is_first && first_seen ? first_seen : now;
    if (!save(fresh, is_first ? begun_first : begun, error))
        return false;
    *noting = TAKE(fresh);
    return true;
}

bool roll_noting_load(struct roll_noting *noting, int64_t most, bool *ready, struct error *error)
{
    int64_t count = 0;
    sqlite3_stmt *row = sql_get(noting->queue, SQL_MEMBERS, error);
    if (row)
        sql_bind(row, "tti", noting->group, noting->last, most);
    for (; row && sql_row(noting->queue, row, error); count++) {
        g_free(noting->last);
        noting->last = sql_text(row, 0);
        g_hash_table_add(noting->left, g_string_chunk_insert(noting->texts, noting->last));
    }
    *ready = count < most;
    return !error_is_set(error);
}

bool roll_noting_add(struct roll_noting *noting, const struct roll_member *member,
                     struct error *error)
{
    if (g_hash_table_remove(noting->left, member->address))
        return true;
    noting->changes++;
    return change_begin(noting->queue, error) &&
           sql_run(noting->queue, error, SQL_MEMBER_ADD, "tttti", noting->group, member->address,
                   member->name, member->list, noting->since);
}

bool roll_noting_end(struct roll_noting *noting, int64_t most, bool *done, struct error *error)
{
    GHashTableIter iter;
    void *address;
    if (!change_begin(noting->queue, error))
        return false;
    g_hash_table_iter_init(&iter, noting->left);
    for (int64_t i = 0; i < most && g_hash_table_iter_next(&iter, &address, NULL); i++) {
        if (!sql_run(noting->queue, error, SQL_MEMBER_END, "tti", noting->group, address,
                     noting->now))
            return false;
        noting->changes++;
        g_hash_table_iter_remove(&iter);
    }
    *done = g_hash_table_size(noting->left) == 0;
    return !*done || save(noting, noting->sha256, error);
}

int64_t roll_noting_changes(const struct roll_noting *noting)
{
    return noting->changes;
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
