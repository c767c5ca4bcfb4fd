/* What happens to an admission from without: its leftovers after a crash, and the stop list. */
#include "queue/admit.h"

#define ROWS_AT_ONCE 5000

/* --- leftovers ---------------------------------------------------------------------------------
 */

struct leftover {
    int64_t issue, first, last; /* issue 0: there is none */
};

static bool find_leftover(struct queue *queue, struct leftover *leftover, struct error *error)
{
    *leftover = (struct leftover){0};
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUE_ADMITTING, error);
    if (row && sql_row(queue, row, error)) {
        *leftover = (struct leftover){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
                                      sqlite3_column_int64(row, 2)};
        sqlite3_reset(row);
    }
    return !error_is_set(error);
}

/* The first of its deliveries that are still there; 0: none. */
static bool find_first(struct queue *queue, const struct leftover *leftover, int64_t *first,
                       struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_DELIVERY_FIRST, error);
    *first = 0;
    if (!row)
        return false;
    sql_bind(row, "ii", leftover->first, leftover->last);
    if (sql_row(queue, row, error)) {
        *first = sqlite3_column_int64(row, 0);
        sqlite3_reset(row);
    }
    return !error_is_set(error);
}

static bool remove_part(struct queue *queue, const struct leftover *leftover, usec_t until,
                        struct error *error)
{
    int64_t first;
    do {
        if (!find_first(queue, leftover, &first, error))
            return false;
        int64_t to = MIN(first + ROWS_AT_ONCE - 1, leftover->last);
        if (first && !sql_run(queue, error, SQL_DELIVERIES_REMOVE, "ii", first, to))
            return false;
    } while (first && clock_monotonic() < until);
    return first || (sql_run(queue, error, SQL_GROUPS_REMOVE, "i", leftover->issue) &&
                     sql_run(queue, error, SQL_ISSUE_REMOVE, "i", leftover->issue));
}

/* SQLite would look through all attempts for each delivery that goes; none was ever tried. */
static bool set_foreign_keys(struct queue *queue, bool on, struct error *error)
{
    const char *words = on ? "PRAGMA foreign_keys = ON" : "PRAGMA foreign_keys = OFF";
    return sqlite3_exec(queue->db, words, NULL, NULL, NULL) == SQLITE_OK ||
           sql_failed(queue, error);
}

static bool remove_in_chunk(struct queue *queue, const struct leftover *leftover, usec_t until,
                            struct error *error)
{
    if (chunk_begin(queue, error) && remove_part(queue, leftover, until, error) &&
        chunk_commit(queue, error))
        return true;
    if (queue->in_chunk)
        change_rollback(queue);
    queue->in_chunk = false;
    return false;
}

bool leftovers_clear(struct queue *queue, usec_t until, bool *clear, struct error *error)
{
    struct leftover leftover;
    bool some = false;
    for (*clear = false; find_leftover(queue, &leftover, error); some = true) {
        if (!leftover.issue)
            return *clear = true;
        if (some && clock_monotonic() >= until)
            return true;
        struct error none = {0};
        bool good = queue_commit(queue, error) && set_foreign_keys(queue, false, error) &&
                    remove_in_chunk(queue, &leftover, until, error);
        if (!set_foreign_keys(queue, true, good ? error : &none))
            good = false;
        error_clear(&none);
        if (!good)
            return false;
    }
    return false;
}

/* --- the stop list -----------------------------------------------------------------------------
 */

bool admission_stop(struct queue_admission *admission, const char *address, struct error *error)
{
    struct queue *queue = admission->queue;
    unsigned number;
    g_hash_table_add(admission->suppressed, g_strdup(address));
    if (!admission->issue || !census_find(admission->census, address, &number))
        return true;
    sqlite3_stmt *row = sql_get(queue, SQL_DELIVERY_SAME, error);
    if (!row)
        return false;
    sql_bind(row, "iit", admission->first, admission->next - 1, address);
    bool there = sql_row(queue, row, error) && sqlite3_column_int64(row, 1) == QUEUED;
    int64_t id = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    if (!there)
        return !error_is_set(error);
    struct sort *sort = admission->by_number->pdata[number];
    sort->counts[QUEUED]--;
    sort->counts[SUPPRESSED]++;
    return sql_run(queue, error, SQL_CHANGE, "iizzz", id, (int64_t)SUPPRESSED, (usec_t)0, (usec_t)0,
                   (int64_t)0);
}

void admission_unstop(struct queue_admission *admission, const char *address)
{
    g_hash_table_remove(admission->suppressed, address);
}
