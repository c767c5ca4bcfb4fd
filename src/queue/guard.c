/* What a comparison says, and the one call that makes it. */
#include "queue/compare.h"
#include "queue/sql.h"

#define ALARMS_SAID 5 /* in one line; the page has them all */

static void changed_person_free(void *pointer)
{
    struct changed_person *person = pointer;
    g_free(person->address);
    g_free(person->name);
    g_free(person);
}

void group_change_free(void *pointer)
{
    struct group_change *change = pointer;
    g_free(change->group);
    g_free(change->name);
    g_free(change->since);
    g_ptr_array_unref(change->came);
    g_ptr_array_unref(change->went);
    g_free(change);
}

struct group_change *group_change_new(const char *group, const char *name)
{
    struct group_change *change = g_new0(struct group_change, 1);
    change->group = g_strdup(group);
    change->name = g_strdup(name);
    change->came = g_ptr_array_new_with_free_func(changed_person_free);
    change->went = g_ptr_array_new_with_free_func(changed_person_free);
    return change;
}

void comparison_free(struct comparison *comparison)
{
    if (!comparison)
        return;
    group_change_free(comparison->whole);
    g_ptr_array_unref(comparison->groups);
    g_free(comparison);
}

/* *comparison stays NULL where none is kept. */
static bool read_kept(struct queue *queue, int64_t issue, size_t most,
                      struct comparison **comparison, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_COMPARISON, error);
    if (!row)
        return false;
    sql_bind(row, "i", issue);
    if (sql_row(queue, row, error)) {
        *comparison = comparison_from_text((const char *)sqlite3_column_text(row, 0), most);
        sqlite3_reset(row);
    }
    return !error_is_set(error);
}

static bool compare_now(struct queue *queue, int64_t id, unsigned guard, size_t most,
                        struct comparison **comparison, struct error *error)
{
    struct open_issue *issue;
    AUTO(comparing) struct comparing *comparing = NULL;
    /* The rows' states may be older than memory's. */
    if (!open_issues_save(queue, error) || !open_issue_get(queue, id, &issue, error))
        return false;
    const struct compared compared = {issue->publication, id, issue->first, issue->last, NULL};
    bool done = false;
    bool good = comparing_begin(&comparing, queue, &compared, guard, most, error);
    while (good && !done)
        good = comparing_step(comparing, &done, error);
    if (good)
        *comparison = comparing_take(comparing);
    return good;
}

bool queue_compare(struct queue *queue, int64_t id, unsigned guard, size_t most,
                   struct comparison **comparison, struct error *error)
{
    *comparison = NULL;
    if (most <= PERSONS_KEPT && !read_kept(queue, id, most, comparison, error))
        return false;
    return *comparison || compare_now(queue, id, guard, most, comparison, error);
}

/* --- telling -----------------------------------------------------------------------------------
 */

static void add_alarm(GString *line, const struct group_change *change)
{
    g_string_append_printf(line, "%s%s %lld → %lld (+%lld -%lld)", line->len ? "; " : "",
                           change->group ? change->name : _("all together"),
                           (long long)change->before, (long long)change->now,
                           (long long)change->added, (long long)change->gone);
}

char *comparison_alarm(const struct comparison *comparison)
{
    AUTO(str) GString *line = g_string_new(NULL);
    guint said = 0;
    for (guint i = 0; i < comparison->groups->len; i++) {
        const struct group_change *change = comparison->groups->pdata[i];
        if (change->alarming && ++said <= ALARMS_SAID)
            add_alarm(line, change);
    }
    if (said > ALARMS_SAID)
        g_string_append(line, "; …");
    if (comparison->whole->alarming)
        add_alarm(line, comparison->whole);
    return line->len ? g_string_free(TAKE(line), FALSE) : NULL;
}
