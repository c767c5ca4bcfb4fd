#include "queue/rolls.h"
#include "queue/census.h"
#include "queue/sql.h"

#define MEMBERS_AT_ONCE 2000

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

enum noting_phase { READ_KNOWN, ADD_NEW, END_GONE, NOTED };
enum { NOT_SEEN, SEEN }; /* the sorts of the census: groups of that name */

struct noting {
    struct queue *queue;
    char *group, *name, *sha256;
    usec_t now, since; /* since: of new members */
    enum noting_phase phase;
    struct census *known; /* the members before; SEEN: they stay */
    char *after;          /* the last address of a walk over them */
    int64_t changes;
};

/* A first noting that a crash cut off: whoever is added yet was there from the beginning too. */
static bool find_since(struct noting *noting, const char *sha256, usec_t first_seen,
                       struct error *error)
{
    noting->since = noting->now;
    sqlite3_stmt *row = first_seen && !sha256 ? sql_get(noting->queue, SQL_MEMBERS, error) : NULL;
    if (row) {
        sql_bind(row, "tti", noting->group, "", (int64_t)1);
        if (sql_row(noting->queue, row, error))
            noting->since = first_seen;
        sqlite3_reset(row);
    }
    return !error_is_set(error);
}

bool noting_begin(struct noting **noting, struct queue *queue, const struct roll *roll, usec_t now,
                  struct error *error)
{
    AUTO(noting) struct noting *fresh = g_new0(struct noting, 1);
    AUTO(text) char *sha256 = NULL;
    usec_t first_seen;
    fresh->queue = queue;
    fresh->group = g_strdup(roll->group);
    fresh->name = g_strdup(roll->name);
    fresh->sha256 = g_strdup(roll->sha256);
    fresh->after = g_strdup("");
    fresh->now = now;
    fresh->known = census_new(0);
    (void)census_sort(fresh->known, "not seen"), (void)census_sort(fresh->known, "seen");
    if (!read_roll(queue, roll->group, &sha256, &first_seen, error) ||
        !find_since(fresh, sha256, first_seen, error))
        return false;
    *noting = TAKE(fresh);
    return true;
}

void noting_free(struct noting *noting)
{
    if (!noting)
        return;
    census_free(noting->known);
    g_free(noting->group);
    g_free(noting->name);
    g_free(noting->sha256);
    g_free(noting->after);
    g_free(noting);
}

int64_t noting_changes(const struct noting *noting)
{
    return noting->changes;
}

/* The next of those who are members now, by address; of char *. */
static GPtrArray *next_members(struct noting *noting, struct error *error)
{
    AUTO(array) GPtrArray *addresses = g_ptr_array_new_with_free_func(g_free);
    sqlite3_stmt *row = sql_get(noting->queue, SQL_MEMBERS, error);
    if (row)
        sql_bind(row, "tti", noting->group, noting->after, (int64_t)MEMBERS_AT_ONCE);
    while (row && sql_row(noting->queue, row, error))
        g_ptr_array_add(addresses, sql_text(row, 0));
    if (error_is_set(error))
        return NULL;
    g_free(noting->after);
    noting->after = g_strdup(addresses->len ? addresses->pdata[addresses->len - 1] : "");
    return TAKE(addresses);
}

static bool read_known(struct noting *noting, struct error *error)
{
    AUTO(array) GPtrArray *addresses = next_members(noting, error);
    unsigned sort;
    for (guint i = 0; addresses && i < addresses->len; i++)
        (void)census_add(noting->known, addresses->pdata[i], "not seen", &sort);
    if (addresses && !addresses->len)
        noting->phase = ADD_NEW;
    return addresses;
}

static bool end_gone(struct noting *noting, struct error *error)
{
    AUTO(array) GPtrArray *addresses = next_members(noting, error);
    for (guint i = 0; addresses && i < addresses->len; i++) {
        const char *address = addresses->pdata[i];
        unsigned sort;
        /* Who was added by this noting is not among the known. */
        if (!census_find(noting->known, address, &sort) || sort == SEEN)
            continue;
        noting->changes++;
        if (!sql_run(noting->queue, error, SQL_MEMBER_END, "tti", noting->group, address,
                     noting->now))
            return false;
    }
    if (addresses && !addresses->len)
        noting->phase = NOTED;
    return addresses;
}

bool noting_add(struct noting *noting, const struct roll_member *member, struct error *error)
{
    if (census_move(noting->known, member->address, SEEN))
        return true;
    noting->changes++;
    return sql_run(noting->queue, error, SQL_MEMBER_ADD, "ssssi", noting->group, member->address,
                   member->name, member->list, noting->since);
}

static bool note_part(struct noting *noting, roll_feed *feed, void *user, struct error *error)
{
    bool end = false;
    switch (noting->phase) {
    case READ_KNOWN:
        return read_known(noting, error);
    case ADD_NEW:
        if (!feed(user, noting, &end, error))
            return false;
        if (end)
            noting->phase = END_GONE;
        return true;
    case END_GONE:
        return end_gone(noting, error);
    case NOTED:
        break;
    }
    return true;
}

/* Not yet with its hash: it is known only when all are in. */
static bool add_roll(struct noting *noting, struct error *error)
{
    return sql_run(noting->queue, error, SQL_ROLL_ADD, "tti", noting->group, noting->name,
                   noting->now);
}

static bool note_until(struct noting *noting, usec_t until, roll_feed *feed, void *user,
                       struct error *error)
{
    if (!chunk_begin(noting->queue, error) || !add_roll(noting, error))
        return false;
    do {
        if (!note_part(noting, feed, user, error))
            return false;
    } while (noting->phase != NOTED && clock_monotonic() < until);
    if (noting->phase == NOTED &&
        !sql_run(noting->queue, error, SQL_ROLL_SAVE, "ttti", noting->group, noting->name,
                 noting->sha256, noting->now))
        return false;
    return chunk_commit(noting->queue, error);
}

bool noting_step(struct noting *noting, usec_t most, roll_feed *feed, void *user, bool *done,
                 struct error *error)
{
    struct queue *queue = noting->queue;
    bool good = note_until(noting, clock_monotonic() + most, feed, user, error);
    if (!good && queue->in_chunk)
        change_rollback(queue);
    queue->in_chunk = false;
    *done = noting->phase == NOTED;
    return good;
}

static bool feed_all(void *user, struct noting *noting, bool *end, struct error *error)
{
    const struct roll *roll = user;
    *end = true;
    for (guint i = 0; i < roll->members->len; i++)
        if (!noting_add(noting, roll->members->pdata[i], error))
            return false;
    return true;
}

bool queue_note_roll(struct queue *queue, const struct roll *roll, usec_t now, int64_t *changes,
                     struct error *error)
{
    AUTO(noting) struct noting *noting = NULL;
    bool done = false;
    *changes = 0;
    bool good = noting_begin(&noting, queue, roll, now, error);
    while (good && !done)
        good = noting_step(noting, USEC_PER_SEC, feed_all, (void *)roll, &done, error);
    if (good)
        *changes = noting_changes(noting);
    return good;
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
    g_free(change->address);
    g_free(change->name);
    g_free(change->list);
    g_free(change);
}

bool queue_roll_changes(struct queue *queue, const char *of, GPtrArray **changes,
                        struct error *error)
{
    static const char *const whats[] = {"added", "gone", "first seen"}; /* as in the SQL */
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(change_free);
    sqlite3_stmt *row = sql_get(queue, SQL_ROLL_CHANGES, error);
    if (row)
        sql_bind(row, "t", of);
    while (row && sql_row(queue, row, error)) {
        struct roll_change *change = g_new0(struct roll_change, 1);
        change->at = sqlite3_column_int64(row, 0);
        change->what = whats[sqlite3_column_int(row, 1)];
        change->group = sql_text(row, 2);
        change->address = sql_text(row, 3);
        change->name = sql_text(row, 4);
        change->list = sql_text(row, 5);
        g_ptr_array_add(all, change);
    }
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
