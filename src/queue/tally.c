/* How the groups of an issue stand: kept with every change, never counted from the deliveries. */
#include "queue/sql.h"

#include <string.h>

/* --- sorts -------------------------------------------------------------------------------------
 */

static void sort_free(void *pointer)
{
    struct sort *sort = pointer;
    g_free(sort->groups);
    g_free(sort);
}

GHashTable *sorts_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, sort_free);
}

struct sort *sorts_get(GHashTable *sorts, const char *groups)
{
    struct sort *sort = g_hash_table_lookup(sorts, groups);
    if (!sort) {
        sort = g_new0(struct sort, 1);
        sort->groups = g_strdup(groups);
        g_hash_table_insert(sorts, sort->groups, sort);
    }
    return sort;
}

bool groups_have(const char *groups, const char *id)
{
    size_t length = strlen(id);
    for (const char *at = groups; (at = strstr(at, id)); at += length)
        if ((at == groups || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

int64_t sorts_size(GHashTable *sorts, const char *group)
{
    GHashTableIter iter;
    void *pointer;
    int64_t size = 0;
    g_hash_table_iter_init(&iter, sorts);
    while (g_hash_table_iter_next(&iter, NULL, &pointer)) {
        const struct sort *sort = pointer;
        for (int state = 0; state < DELIVERY_STATES && groups_have(sort->groups, group); state++)
            size += sort->counts[state];
    }
    return size;
}

static bool sorts_read(struct queue *queue, int64_t issue, GHashTable *sorts, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_TALLIES, error);
    if (row)
        sql_bind(row, "i", issue);
    while (row && sql_row(queue, row, error)) {
        struct sort *sort = sorts_get(sorts, (const char *)sqlite3_column_text(row, 0));
        for (int state = 0; state < DELIVERY_STATES; state++)
            sort->counts[state] = sqlite3_column_int64(row, 1 + state);
    }
    return !error_is_set(error);
}

bool sorts_load(struct queue *queue, struct open_issue *issue, struct error *error)
{
    return sorts_read(queue, issue->id, issue->sorts, error);
}

bool sorts_save(struct queue *queue, int64_t issue, GHashTable *sorts, struct error *error)
{
    GHashTableIter iter;
    void *pointer;
    g_hash_table_iter_init(&iter, sorts);
    while (g_hash_table_iter_next(&iter, NULL, &pointer)) {
        struct sort *sort = pointer;
        const int64_t *n = sort->counts;
        if (sort->dirty &&
            !sql_run(queue, error, SQL_TALLY_SAVE, "itiiiiiiii", issue, sort->groups, n[QUEUED],
                     n[SENDING], n[SENT], n[DEFERRED], n[UNKNOWN], n[FAILED], n[SUPPRESSED],
                     n[CANCELLED]))
            return false;
        sort->dirty = false;
    }
    return true;
}

/* --- of an open issue --------------------------------------------------------------------------
 */

struct sort *open_issue_sort(struct open_issue *issue, const char *groups)
{
    return sorts_get(issue->sorts, groups);
}

void open_issue_fly(struct open_issue *issue, int64_t delivery, struct sort *sort)
{
    g_hash_table_insert(issue->in_flight, GSIZE_TO_POINTER(delivery), sort);
}

void open_issue_land(struct open_issue *issue, int64_t delivery)
{
    g_hash_table_remove(issue->in_flight, GSIZE_TO_POINTER(delivery));
}

struct sort *open_issue_sort_of(struct queue *queue, struct open_issue *issue, int64_t delivery,
                                struct error *error)
{
    struct sort *sort = g_hash_table_lookup(issue->in_flight, GSIZE_TO_POINTER(delivery));
    if (sort)
        return sort;
    sqlite3_stmt *row = sql_get(queue, SQL_GROUPS_OF, error);
    if (!row)
        return NULL;
    sql_bind(row, "i", delivery);
    if (sql_row(queue, row, error)) {
        sort = open_issue_sort(issue, (const char *)sqlite3_column_text(row, 0));
        sqlite3_reset(row);
    } else if (!error_is_set(error)) {
        error_set(error, EX_SOFTWARE, NOWHERE, NULL, N_("there is no delivery %lld"),
                  (long long)delivery);
    }
    return sort;
}

bool open_issue_count(struct open_issue *issue, struct sort *sort, enum delivery_state from,
                      enum delivery_event on, enum delivery_state *to, struct error *error)
{
    if (!delivery_change(from, on, to, error))
        return false;
    issue->counts[from]--;
    issue->counts[*to]++;
    sort->counts[from]--;
    sort->counts[*to]++;
    issue->dirty = sort->dirty = true;
    return true;
}

/* --- by group ----------------------------------------------------------------------------------
 */

static void group_free(void *pointer)
{
    struct group_counts *group = pointer;
    g_free(group->group);
    g_free(group->name);
    g_free(group);
}

static bool read_groups(struct queue *queue, int64_t issue, GPtrArray *groups, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_GROUPS, error);
    if (row)
        sql_bind(row, "i", issue);
    while (row && sql_row(queue, row, error)) {
        struct group_counts *group = g_new0(struct group_counts, 1);
        group->group = sql_text(row, 0);
        group->name = sql_text(row, 1);
        g_ptr_array_add(groups, group);
    }
    return !error_is_set(error);
}

static void add_sort(struct counts *counts, const struct sort *sort)
{
    const int64_t *n = sort->counts;
    counts->queued += n[QUEUED];
    counts->sending += n[SENDING];
    counts->sent += n[SENT];
    counts->deferred += n[DEFERRED];
    counts->unknown += n[UNKNOWN];
    counts->failed += n[FAILED];
    counts->suppressed += n[SUPPRESSED];
    counts->cancelled += n[CANCELLED];
    for (int state = 0; state < DELIVERY_STATES; state++)
        counts->recipients += n[state];
}

static void add_sorts(GPtrArray *groups, GHashTable *sorts)
{
    GHashTableIter iter;
    void *pointer;
    g_hash_table_iter_init(&iter, sorts);
    while (g_hash_table_iter_next(&iter, NULL, &pointer)) {
        const struct sort *sort = pointer;
        for (guint i = 0; i < groups->len; i++) {
            struct group_counts *group = groups->pdata[i];
            if (groups_have(sort->groups, group->group))
                add_sort(&group->counts, sort);
        }
    }
}

bool queue_group_counts(struct queue *queue, int64_t id, GPtrArray **groups, struct error *error)
{
    const struct open_issue *issue = g_hash_table_lookup(queue->open, &id);
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(group_free);
    AUTO(table) GHashTable *stored = sorts_new();
    /* What is in memory is newer than the rows until the next commit. */
    if (!read_groups(queue, id, all, error) ||
        (!issue && !sorts_read(queue, id, stored, error)))
        return false;
    add_sorts(all, issue ? issue->sorts : stored);
    *groups = TAKE(all);
    return true;
}
