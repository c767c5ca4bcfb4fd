#include "queue/verify.h"
#include "queue/sql.h"

/* All that is asked between the two sees the same moment. */
static bool begin_looking(struct queue *queue)
{
    return sqlite3_get_autocommit(queue->db) &&
           sqlite3_exec(queue->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;
}

static void end_looking(struct queue *queue, bool own)
{
    if (own)
        (void)sqlite3_exec(queue->db, "ROLLBACK", NULL, NULL, NULL);
}

struct verifying {
    struct queue *queue;
    const struct open_issue *issue;
    sqlite3_stmt *row;
    int64_t next, counts[DELIVERY_STATES];
};

static bool refuse(const struct verifying *verifying, struct error *error)
{
    const struct open_issue *issue = verifying->issue;
    struct place place = {sqlite3_db_filename(verifying->queue->db, "main"), 0, 0};
    return error_set(
        error, EX_IOERR, place,
        N_("restore state_dir from a copy; \"fensong check --queue\" says what is wrong"),
        N_("the queue is damaged: delivery %1$lld of issue %2$s is not as it was "
           "accepted"),
        (long long)verifying->next, issue->key);
}

static bool count_row(struct verifying *verifying)
{
    int64_t state = sqlite3_column_int64(verifying->row, 4);
    if (state < 0 || state >= DELIVERY_STATES)
        return false;
    bool in_flight = state == QUEUED && verifying->next <= verifying->issue->cursor &&
                     sqlite3_column_type(verifying->row, 5) == SQLITE_NULL;
    verifying->counts[in_flight ? SENDING : state]++;
    return true;
}

static bool verify_row(void *user, const struct parcel_recipient *recipient, struct error *error)
{
    struct verifying *verifying = user;
    const char *const wanted[] = {address_text(recipient->address), recipient->name,
                                  recipient->groups};
    if (!sql_row(verifying->queue, verifying->row, error))
        return error_is_set(error) ? false : refuse(verifying, error);
    bool same = sqlite3_column_int64(verifying->row, 3) == verifying->next;
    for (int i = 0; same && i < (int)G_N_ELEMENTS(wanted); i++)
        same = g_strcmp0((const char *)sqlite3_column_text(verifying->row, i), wanted[i]) == 0;
    if (!same || !count_row(verifying))
        return refuse(verifying, error);
    verifying->next++;
    return true;
}

static bool verify_counts(const struct verifying *verifying, struct error *error)
{
    const struct open_issue *issue = verifying->issue;
    for (int state = 0; state < DELIVERY_STATES; state++)
        if (verifying->counts[state] != issue->counts[state])
            return error_set(
                error, EX_IOERR,
                (struct place){sqlite3_db_filename(verifying->queue->db, "main"), 0, 0},
                N_("restore state_dir from a copy; \"fensong check --queue\" says what is wrong"),
                N_("the queue is damaged: the counts of issue %s are not those of its deliveries"),
                issue->key);
    return verifying->next == issue->last + 1 || refuse(verifying, error);
}

static bool verify_issue(struct queue *queue, const struct open_issue *issue,
                         const struct parcel *parcel, struct error *error)
{
    struct verifying verifying = {.queue = queue,
                                  .issue = issue,
                                  .row = sql_get(queue, SQL_VERIFY, error),
                                  .next = issue->first};
    if (!verifying.row)
        return false;
    sql_bind(verifying.row, "iii", issue->first, issue->last, issue->id);
    bool good = parcel_recipients(parcel, verify_row, &verifying, error) &&
                verify_counts(&verifying, error);
    sqlite3_reset(verifying.row);
    return good;
}

/* The folder's name of a parcel; NULL: the row is not there. The caller frees. */
static char *parcel_of(struct queue *queue, int64_t id, struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    return queue_issue(queue, id, &issue, error) ? g_strdup(issue->parcel) : NULL;
}

static bool verify_open(struct queue *queue, const char *parcels, struct error *error)
{
    GHashTableIter iter;
    void *pointer;
    g_hash_table_iter_init(&iter, queue->open);
    while (g_hash_table_iter_next(&iter, NULL, &pointer)) {
        const struct open_issue *issue = pointer;
        AUTO(error) struct error not_whole = {0};
        AUTO(parcel) struct parcel *parcel = NULL;
        if (issue->state != ISSUE_SENDING && issue->state != ISSUE_HELD)
            continue;
        AUTO(text) char *name = parcel_of(queue, issue->id, error);
        AUTO(text) char *path = name ? g_build_filename(parcels, name, NULL) : NULL;
        if (!path)
            return false;
        if (parcel_open(&parcel, path, &not_whole) && !verify_issue(queue, issue, parcel, error))
            return false;
    }
    return true;
}

bool queue_verify(struct queue *queue, const char *parcels, struct error *error)
{
    bool own = begin_looking(queue);
    /* Who only reads saw the issues a moment ago; a daemon may have gone on. */
    bool good = queue->lock >= 0 || open_issues_load(queue, error);
    good = good && verify_open(queue, parcels, error);
    end_looking(queue, own);
    return good;
}
