/* Admission: a parcel becomes an issue and its deliveries in one commit. */
#include "queue/guard.h"
#include "queue/sql.h"

#define UNGUARDED UINT_MAX

struct admission {
    struct queue *queue;
    int64_t issue, next, first;
    GHashTable *seen;       /* addresses: the expansion's promise, checked here */
    GHashTable *suppressed; /* addresses */
    int64_t stopped;        /* how many are suppressed */
    GHashTable *sorts;      /* the groups of a recipient, as written, to how many have just these */
    unsigned guard;         /* in percent, or UNGUARDED */
};

static bool read_suppressed(struct queue *queue, usec_t now, GHashTable *suppressed,
                            struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_SUPPRESSIONS, error);
    while (row && sql_row(queue, row, error)) {
        usec_t until = sqlite3_column_int64(row, 4);
        if (!until || until > now)
            g_hash_table_add(suppressed, sql_text(row, 0));
    }
    return !error_is_set(error);
}

static bool largest_delivery(struct queue *queue, int64_t *id, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_DELIVERY_MAX, error);
    if (!row || !sql_row(queue, row, error))
        return false;
    *id = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return true;
}

static void count_sort(GHashTable *sorts, const char *groups)
{
    int64_t *count = g_hash_table_lookup(sorts, groups);
    if (!count) {
        count = g_new0(int64_t, 1);
        g_hash_table_insert(sorts, g_strdup(groups), count);
    }
    ++*count;
}

static bool admit_recipient(void *user, const struct parcel_recipient *recipient,
                            struct error *error)
{
    struct admission *admission = user;
    const char *address = address_text(recipient->address);
    if (!g_hash_table_add(admission->seen, g_strdup(address)))
        return error_set(error, EX_DATAERR, NOWHERE, NULL,
                         N_("this parcel names a recipient twice: %s"), address);
    bool stopped = g_hash_table_contains(admission->suppressed, address);
    admission->stopped += stopped;
    count_sort(admission->sorts, recipient->groups);
    return sql_run(admission->queue, error, SQL_DELIVERY_ADD, "iitttttit", admission->next++,
                   admission->issue, address, recipient->name, recipient->title, recipient->unit,
                   recipient->groups, (int64_t)(stopped ? SUPPRESSED : QUEUED), recipient->origin);
}

static bool add_groups(struct queue *queue, int64_t issue, const GPtrArray *groups,
                       struct error *error)
{
    for (guint i = 0; i < groups->len; i++) {
        const struct parcel_group *group = groups->pdata[i];
        if (!sql_run(queue, error, SQL_GROUP_ADD, "iitt", issue, (int64_t)i, group->id,
                     group->name))
            return false;
    }
    return true;
}

static bool add_issue(struct admission *admission, const struct parcel_facts *facts,
                      const char *parcel_name, usec_t now, struct error *error)
{
    if (!sql_run(admission->queue, error, SQL_ISSUE_ADD, "ttttttttttiiiiiii", facts->publication,
                 facts->issue, facts->kind, facts->title, facts->date, facts->document,
                 facts->document_sha256, parcel_name, facts->message_id, facts->envelope_from,
                 (int64_t)facts->total_number, (int64_t)facts->personal, (int64_t)ISSUE_SENDING,
                 now, admission->first, admission->first - 1, admission->first - 1))
        return false;
    admission->issue = sqlite3_last_insert_rowid(admission->queue->db);
    return true;
}

/* The counts are known only now. */
static bool set_counts(struct admission *admission, struct error *error)
{
    struct open_issue *issue;
    if (!open_issue_get(admission->queue, admission->issue, &issue, error))
        return false;
    issue->last = admission->next - 1;
    issue->counts[SUPPRESSED] = admission->stopped;
    issue->counts[QUEUED] = admission->next - admission->first - admission->stopped;
    issue->dirty = true;
    return sql_run(admission->queue, error, SQL_ISSUE_SET_LAST, "ii", issue->id, issue->last);
}

/* By the same commit: an issue that is to be held is never seen without its hold. */
static bool hold_as_said(struct admission *admission, const struct parcel_facts *facts, usec_t now,
                         struct error *error)
{
    struct open_issue *issue;
    const char *lists = hold_reason_name(HOLD_LISTS);
    if (g_strcmp0(facts->hold, lists) != 0)
        return true;
    if (!open_issue_get(admission->queue, admission->issue, &issue, error))
        return false;
    if (issue->state == ISSUE_HELD) /* by the guard, which says more */
        return true;
    issue->state = ISSUE_HELD;
    issue->why = HOLD_LISTS;
    g_free(issue->why_text);
    issue->why_text = g_strdup(facts->hold_words);
    issue->dirty = true;
    return history_add(admission->queue, now, "fensongd", "held", admission->issue, NULL, lists,
                       error);
}

static int64_t size_of(GHashTable *sorts, const char *group)
{
    GHashTableIter iter;
    void *groups, *count;
    int64_t size = 0;
    g_hash_table_iter_init(&iter, sorts);
    while (g_hash_table_iter_next(&iter, &groups, &count)) {
        AUTO(texts) char **ids = g_strsplit(groups, " ", -1);
        if (g_strv_contains((const char *const *)ids, group))
            size += *(int64_t *)count;
    }
    return size;
}

static bool set_sizes(const struct admission *admission, const GPtrArray *groups,
                      struct error *error)
{
    for (guint i = 0; i < groups->len; i++) {
        const struct parcel_group *group = groups->pdata[i];
        if (!sql_run(admission->queue, error, SQL_GROUP_SET_SIZE, "iti", admission->issue,
                     group->id, size_of(admission->sorts, group->id)))
            return false;
    }
    return true;
}

/* Nothing of it is visible yet: there is no moment in which it could be sent. */
static bool pass_guard(const struct admission *admission, usec_t now, struct error *error)
{
    AUTO(comparison) struct comparison *comparison = NULL;
    struct open_issue *issue;
    if (admission->guard == UNGUARDED)
        return true;
    if (!queue_compare(admission->queue, admission->issue, admission->guard, 0, &comparison,
                       error) ||
        !open_issue_get(admission->queue, admission->issue, &issue, error))
        return false;
    AUTO(text) char *alarm = comparison_alarm(comparison);
    if (!alarm)
        return true;
    AUTO(text) char *detail = g_strdup_printf("%s: %s", hold_reason_name(HOLD_GUARD), alarm);
    /* Where a list is to be mended first, that is the reason, and this is said with it. */
    char *former = issue->why_text;
    issue->why_text = former ? g_strdup_printf("%s; %s", former, alarm) : TAKE(alarm);
    issue->why = issue->state == ISSUE_HELD ? issue->why : HOLD_GUARD;
    issue->state = ISSUE_HELD;
    issue->dirty = true;
    g_free(former);
    return history_add(admission->queue, now, "fensongd", "held", issue->id, NULL, detail, error);
}

static bool admit(struct admission *admission, const struct parcel *parcel, const char *parcel_name,
                  usec_t now, struct error *error)
{
    struct queue *queue = admission->queue;
    const struct parcel_facts *facts = parcel_facts(parcel);
    int64_t largest;
    if (!change_begin(queue, error) || !largest_delivery(queue, &largest, error))
        return false;
    admission->first = admission->next = largest + 1;
    return add_issue(admission, facts, parcel_name, now, error) &&
           add_groups(queue, admission->issue, facts->groups, error) &&
           parcel_recipients(parcel, admit_recipient, admission, error) &&
           set_counts(admission, error) && set_sizes(admission, facts->groups, error) &&
           history_add(queue, now, "fensongd", "accepted", admission->issue, NULL, facts->document,
                       error) &&
           hold_as_said(admission, facts, now, error) && pass_guard(admission, now, error) &&
           queue_commit(queue, error);
}

static bool find_same(struct queue *queue, const struct parcel_facts *facts, int64_t *id,
                      struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUE_SAME, error);
    *id = 0;
    if (row) {
        sql_bind(row, "tt", facts->publication, facts->issue);
        if (sql_row(queue, row, error)) {
            *id = sqlite3_column_int64(row, 0);
            sqlite3_reset(row);
        }
    }
    return !error_is_set(error);
}

bool queue_admit_guarded(struct queue *queue, const struct parcel *parcel, const char *parcel_name,
                         unsigned guard, usec_t now, int64_t *issue, struct error *error)
{
    const struct parcel_facts *facts = parcel_facts(parcel);
    int64_t same;
    if (!queue_commit(queue, error) || !find_same(queue, facts, &same, error))
        return false;
    if (same) {
        *issue = same;
        return error_set(error, EX_DATAERR, NOWHERE, NULL, N_("issue %s was accepted before"),
                         facts->issue);
    }
    AUTO(table) GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    AUTO(table) GHashTable *suppressed = stopped_new();
    AUTO(table) GHashTable *sorts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    struct admission admission = {.queue = queue,
                                  .seen = seen,
                                  .suppressed = suppressed,
                                  .sorts = sorts,
                                  .guard = guard};
    if (read_suppressed(queue, now, suppressed, error) &&
        admit(&admission, parcel, parcel_name, now, error)) {
        *issue = admission.issue;
        return true;
    }
    change_rollback(queue);
    g_hash_table_remove(queue->open, &admission.issue);
    return false;
}

bool queue_admit(struct queue *queue, const struct parcel *parcel, const char *parcel_name,
                 usec_t now, int64_t *issue, struct error *error)
{
    return queue_admit_guarded(queue, parcel, parcel_name, UNGUARDED, now, issue, error);
}
