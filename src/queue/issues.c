/* Issues: as they are read for people, and as they are kept in memory while they can change. */
#include "queue/sql.h"

void queue_issue_free(struct queue_issue *issue)
{
    if (!issue)
        return;
    g_free(issue->publication);
    g_free(issue->key);
    g_free(issue->kind);
    g_free(issue->title);
    g_free(issue->date);
    g_free(issue->document);
    g_free(issue->document_sha256);
    g_free(issue->parcel);
    g_free(issue->message_id);
    g_free(issue->envelope_from);
    g_free(issue->why_text);
    g_free(issue);
}

/* --- in memory --- */

void open_issue_free(void *pointer)
{
    struct open_issue *issue = pointer;
    g_free(issue->publication);
    g_free(issue->key);
    g_free(issue->parcel);
    g_free(issue->message_id);
    g_free(issue->envelope_from);
    g_free(issue->why_text);
    g_clear_pointer(&issue->due, g_array_unref);
    g_clear_pointer(&issue->bars, g_ptr_array_unref);
    g_hash_table_unref(issue->sorts);
    g_hash_table_unref(issue->in_flight);
    g_free(issue);
}

/* The columns in the order of ISSUE_COLUMNS in sql.c. */
enum column {
    ID,
    PUBLICATION,
    KEY,
    KIND,
    TITLE,
    DATE,
    DOCUMENT,
    DOCUMENT_SHA256,
    PARCEL,
    MESSAGE_ID,
    ENVELOPE_FROM,
    TOTAL_NUMBER,
    PERSONAL,
    STATE,
    WHY,
    WHY_TEXT,
    ACCEPTED_AT,
    FINISHED_AT,
    FILED,
    REPORTED,
    FIRST,
    LAST,
    CURSOR,
    COUNTS,
    CANCELLING = COUNTS + DELIVERY_STATES
};

static struct open_issue *open_issue_of(sqlite3_stmt *row)
{
    struct open_issue *issue = g_new0(struct open_issue, 1);
    issue->id = sqlite3_column_int64(row, ID);
    issue->publication = sql_text(row, PUBLICATION);
    issue->key = sql_text(row, KEY);
    issue->parcel = sql_text(row, PARCEL);
    issue->message_id = sql_text(row, MESSAGE_ID);
    issue->envelope_from = sql_text(row, ENVELOPE_FROM);
    issue->is_notice = g_strcmp0((const char *)sqlite3_column_text(row, KIND), "notice") == 0;
    issue->first = sqlite3_column_int64(row, FIRST);
    issue->last = sqlite3_column_int64(row, LAST);
    issue->cursor = sqlite3_column_int64(row, CURSOR);
    issue->state = (enum issue_state)sqlite3_column_int(row, STATE);
    issue->why = (enum hold_reason)sqlite3_column_int(row, WHY);
    issue->why_text = sql_text(row, WHY_TEXT);
    issue->personal = sqlite3_column_int(row, PERSONAL);
    issue->cancelling = sqlite3_column_int(row, CANCELLING);
    issue->accepted_at = sqlite3_column_int64(row, ACCEPTED_AT);
    issue->finished_at = sqlite3_column_int64(row, FINISHED_AT);
    for (int state = 0; state < DELIVERY_STATES; state++)
        issue->counts[state] = sqlite3_column_int64(row, COUNTS + state);
    issue->sorts = sorts_new();
    issue->in_flight = g_hash_table_new(NULL, NULL);
    return issue;
}

static bool remember(struct queue *queue, sqlite3_stmt *row, struct error *error)
{
    struct open_issue *issue = open_issue_of(row);
    g_hash_table_replace(queue->open, &issue->id, issue);
    return sorts_load(queue, issue, error);
}

bool open_issues_load(struct queue *queue, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUES_OPEN, error);
    while (row && sql_row(queue, row, error) && remember(queue, row, error))
        continue;
    return !error_is_set(error);
}

bool open_issue_get(struct queue *queue, int64_t id, struct open_issue **issue, struct error *error)
{
    *issue = g_hash_table_lookup(queue->open, &id);
    if (*issue)
        return true;
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUE_BY_ID, error);
    if (!row)
        return false;
    sql_bind(row, "i", id);
    if (sql_row(queue, row, error)) {
        bool good = remember(queue, row, error);
        sqlite3_reset(row);
        if (!good)
            return false;
    }
    *issue = g_hash_table_lookup(queue->open, &id);
    return *issue || error_set(error, EX_NOINPUT, NOWHERE, NULL, N_("there is no such issue"));
}

static bool open_issue_save(struct queue *queue, struct open_issue *issue, struct error *error)
{
    const int64_t *n = issue->counts;
    issue->dirty = false;
    return sql_run(queue, error, SQL_ISSUE_SAVE, "iiitziiiiiiiiii", issue->id,
                   (int64_t)issue->state, (int64_t)issue->why, issue->why_text, issue->finished_at,
                   issue->cursor, n[QUEUED], n[SENDING], n[SENT], n[DEFERRED], n[UNKNOWN],
                   n[FAILED], n[SUPPRESSED], n[CANCELLED], (int64_t)issue->cancelling) &&
           sorts_save(queue, issue->id, issue->sorts, error);
}

bool open_issues_save(struct queue *queue, struct error *error)
{
    if (!queue_is_sound(queue, error))
        return false;
    GHashTableIter iter;
    void *issue;
    g_hash_table_iter_init(&iter, queue->open);
    while (g_hash_table_iter_next(&iter, NULL, &issue))
        if (((struct open_issue *)issue)->dirty && !open_issue_save(queue, issue, error))
            return false;
    return true;
}

/* --- for people --- */

static struct counts counts_of(const struct open_issue *issue)
{
    const int64_t *n = issue->counts;
    struct counts counts = {.queued = n[QUEUED],
                            .sending = n[SENDING],
                            .sent = n[SENT],
                            .deferred = n[DEFERRED],
                            .unknown = n[UNKNOWN],
                            .failed = n[FAILED],
                            .suppressed = n[SUPPRESSED],
                            .cancelled = n[CANCELLED]};
    for (int state = 0; state < DELIVERY_STATES; state++)
        counts.recipients += n[state];
    return counts;
}

static void take_from(struct queue_issue *issue, const struct open_issue *now)
{
    issue->state = now->state;
    issue->why = now->why;
    issue->why_text = g_strdup(now->why_text);
    issue->finished_at = now->finished_at;
    issue->counts = counts_of(now);
}

/* What is in memory is newer than the row until the next commit. */
static void add_memory(struct queue *queue, struct queue_issue *issue, sqlite3_stmt *row)
{
    const struct open_issue *memory = g_hash_table_lookup(queue->open, &issue->id);
    if (memory) {
        take_from(issue, memory);
        return;
    }
    struct open_issue *stored = open_issue_of(row);
    take_from(issue, stored);
    open_issue_free(stored);
}

static struct queue_issue *issue_of(struct queue *queue, sqlite3_stmt *row)
{
    struct queue_issue *issue = g_new0(struct queue_issue, 1);
    issue->id = sqlite3_column_int64(row, ID);
    issue->publication = sql_text(row, PUBLICATION);
    issue->key = sql_text(row, KEY);
    issue->kind = sql_text(row, KIND);
    issue->title = sql_text(row, TITLE);
    issue->date = sql_text(row, DATE);
    issue->document = sql_text(row, DOCUMENT);
    issue->document_sha256 = sql_text(row, DOCUMENT_SHA256);
    issue->parcel = sql_text(row, PARCEL);
    issue->message_id = sql_text(row, MESSAGE_ID);
    issue->envelope_from = sql_text(row, ENVELOPE_FROM);
    issue->total_number = sqlite3_column_int(row, TOTAL_NUMBER);
    issue->personal = sqlite3_column_int(row, PERSONAL);
    issue->accepted_at = sqlite3_column_int64(row, ACCEPTED_AT);
    issue->filed = sqlite3_column_int(row, FILED);
    issue->reported = sqlite3_column_int(row, REPORTED);
    add_memory(queue, issue, row);
    return issue;
}

static void free_issue(void *issue)
{
    queue_issue_free(issue);
}

/* Only what is not yet over has a next attempt. */
static bool find_next(struct queue *queue, struct queue_issue *issue, struct error *error)
{
    const struct counts *counts = &issue->counts;
    return !(counts->queued || counts->deferred || counts->unknown) ||
           open_issue_next(queue, issue->id, &issue->next_attempt_at, error);
}

static bool collect(struct queue *queue, sqlite3_stmt *row, GPtrArray **issues, struct error *error)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(free_issue);
    while (row && sql_row(queue, row, error))
        g_ptr_array_add(all, issue_of(queue, row));
    for (guint i = 0; !error_is_set(error) && i < all->len; i++)
        if (!find_next(queue, all->pdata[i], error))
            return false;
    if (error_is_set(error))
        return false;
    *issues = TAKE(all);
    return true;
}

bool queue_issues(struct queue *queue, size_t most, GPtrArray **issues, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUES, error);
    if (row)
        sql_bind(row, "i", most ? (int64_t)most : (int64_t)-1);
    return collect(queue, row, issues, error);
}

bool queue_issues_before(struct queue *queue, const struct queue_issue *issue, size_t most,
                         GPtrArray **issues, struct error *error)
{
    /* The rows' states may be older than memory's. */
    if (!open_issues_save(queue, error))
        return false;
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUES_BEFORE, error);
    if (row)
        sql_bind(row, "tii", issue->publication, issue->id, (int64_t)most);
    return collect(queue, row, issues, error);
}

bool queue_open_issues(struct queue *queue, GPtrArray **issues, struct error *error)
{
    /* The rows' states may be older than memory's. */
    if (!open_issues_save(queue, error))
        return false;
    return collect(queue, sql_get(queue, SQL_ISSUES_OPEN, error), issues, error);
}

bool queue_issue(struct queue *queue, int64_t id, struct queue_issue **issue, struct error *error)
{
    AUTO(array) GPtrArray *found = NULL;
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUE_BY_ID, error);
    if (row)
        sql_bind(row, "i", id);
    if (!collect(queue, row, &found, error))
        return false;
    if (found->len == 0)
        return error_set(error, EX_NOINPUT, NOWHERE, NULL, N_("there is no such issue"));
    *issue = g_ptr_array_steal_index(found, 0);
    return true;
}

static bool tell_ambiguous(const char *name, const GPtrArray *found, struct error *error)
{
    AUTO(str) GString *names = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        const struct queue_issue *issue = found->pdata[i];
        g_string_append_printf(names, "%s%s/%s", i ? ", " : "", issue->publication, issue->key);
    }
    return error_set(error, EX_DATAERR, NOWHERE, N_("name the publication too"),
                     N_("several publications have an issue %s: %s"), name, names->str);
}

bool queue_find(struct queue *queue, const char *name, struct queue_issue **issue,
                struct error *error)
{
    const char *slash = strchr(name, '/');
    AUTO(text) char *publication = slash ? g_strndup(name, (gsize)(slash - name)) : NULL;
    AUTO(array) GPtrArray *found = NULL;
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUES_NAMED, error);
    if (row)
        sql_bind(row, "tt", slash ? slash + 1 : name, publication);
    if (!collect(queue, row, &found, error))
        return false;
    if (found->len == 0)
        return error_set(error, EX_NOINPUT, NOWHERE,
                         N_("\"fensong status\" lists the issues that there are"),
                         N_("there is no issue %s"), name);
    if (found->len > 1)
        return tell_ambiguous(name, found, error);
    *issue = g_ptr_array_steal_index(found, 0);
    return true;
}

char *open_issue_name(struct queue *queue, int64_t id)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    AUTO(error) struct error ignored = {0};
    if (!id || !queue_issue(queue, id, &issue, &ignored))
        return NULL;
    return g_strdup_printf("%s/%s", issue->publication, issue->key);
}

bool queue_has_parcel(struct queue *queue, const char *parcel, bool *has, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUE_OF_PARCEL, error);
    if (!row)
        return false;
    sql_bind(row, "t", parcel);
    *has = sql_row(queue, row, error);
    sqlite3_reset(row);
    return !error_is_set(error);
}

bool queue_set_filed(struct queue *queue, int64_t issue, struct error *error)
{
    return change_begin(queue, error) && sql_run(queue, error, SQL_ISSUE_SET_FILED, "i", issue) &&
           queue_commit(queue, error);
}

bool queue_set_reported(struct queue *queue, int64_t issue, struct error *error)
{
    return change_begin(queue, error) &&
           sql_run(queue, error, SQL_ISSUE_SET_REPORTED, "ii", issue, (int64_t)1) &&
           queue_commit(queue, error);
}
