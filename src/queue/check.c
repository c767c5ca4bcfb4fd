#include "queue/check.h"
#include "queue/sql.h"

/* A first try in flight has state 0 and stands behind the cursor with nothing due (SQL_CLAIMED). */
#define STATE_NOW                                                                                  \
    "iif(delivery.state = 0 AND delivery.id <= issue.cursor AND next_attempt IS NULL, 1,"          \
    " delivery.state)"
/* What is being admitted is not there yet. */
#define ISSUES  " FROM issue WHERE issue.state <> 0"
#define NAME    "publication || '/' || key"
#define WITHIN  "delivery.id BETWEEN first AND last"
#define COUNTED "queued + sending + sent + deferred + unknown + failed + suppressed + cancelled"
#define ENDED   "issue.state IN (3, 4, 5)"

/* Each gives a row for each thing that is wrong: the issue, and a detail. */
static const struct {
    const char *rule, *what, *sql;
} checks[] = {
    {"integrity", N_("the file of the queue is damaged: %2$s%1$s"),
     "SELECT '', integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"},
    {"foreign-key",
     N_("the file of the queue is damaged: %1$s names a row that is not there: %2$s"),
     "SELECT \"table\", parent FROM pragma_foreign_key_check"},
    {"counts", N_("issue %1$s: its counts are not those of its deliveries: %2$s"),
     "WITH real AS (SELECT issue.id AS of, " STATE_NOW " AS now, count(*) AS n"
     " FROM issue JOIN delivery ON " WITHIN " WHERE issue.state <> 0 GROUP BY 1, 2),"
     " said AS (SELECT id AS of, 0 AS now, queued AS n FROM issue WHERE state <> 0"
     " UNION ALL SELECT id, 1, sending" ISSUES " UNION ALL SELECT id, 2, sent" ISSUES
     " UNION ALL SELECT id, 3, deferred" ISSUES " UNION ALL SELECT id, 4, unknown" ISSUES
     " UNION ALL SELECT id, 5, failed" ISSUES " UNION ALL SELECT id, 6, suppressed" ISSUES
     " UNION ALL SELECT id, 7, cancelled" ISSUES ")"
     " SELECT " NAME ", 'state ' || said.now || ': ' || said.n || ', ' || coalesce(real.n, 0)"
     " FROM said JOIN issue ON issue.id = said.of"
     " LEFT JOIN real ON real.of = said.of AND real.now = said.now"
     " WHERE said.n <> coalesce(real.n, 0)"},
    {"size", N_("issue %1$s: deliveries are missing or too many: %2$s"),
     "SELECT " NAME ", " COUNTED " || ', ' || (last - first + 1)" ISSUES " AND " COUNTED
     " <> last - first + 1"},
    {"ended", N_("issue %1$s: it has ended, and deliveries of it are open: %2$s"),
     "SELECT " NAME ", queued + sending + deferred + unknown" ISSUES " AND " ENDED
     " AND queued + sending + deferred + unknown > 0"},
    {"cursor", N_("issue %1$s: its cursor stands outside: %2$s"),
     "SELECT " NAME ", cursor" ISSUES " AND cursor NOT BETWEEN first - 1 AND last"},
    {"foreign", N_("issue %1$s: a delivery of another one stands among its own: %2$s"),
     "SELECT " NAME ", delivery.id FROM issue JOIN delivery ON " WITHIN
     " WHERE issue.state <> 0 AND delivery.issue <> issue.id"},
    {"twice", N_("issue %1$s: a recipient stands in it twice: %2$s"),
     "SELECT " NAME ", address FROM issue JOIN delivery ON " WITHIN
     " WHERE issue.state <> 0 GROUP BY issue.id, address HAVING count(*) > 1"},
    {"never-due", N_("issue %1$s: a deferred delivery would never be tried again: %2$s"),
     "SELECT " NAME ", delivery.id FROM issue JOIN delivery ON " WITHIN
     " WHERE issue.state IN (1, 2) AND delivery.state = 3 AND next_attempt IS NULL"},
    {"due-and-over", N_("issue %1$s: a delivery that is over would be tried again: %2$s"),
     "SELECT " NAME ", delivery.id FROM issue JOIN delivery ON " WITHIN
     " WHERE issue.state <> 0 AND delivery.state IN (1, 2, 5, 6, 7) AND next_attempt IS NOT NULL"},
    {"sent-when", N_("issue %1$s: a delivery is sent at no time: %2$s"),
     "SELECT " NAME ", delivery.id FROM issue JOIN delivery ON " WITHIN
     " WHERE issue.state <> 0 AND delivery.state = 2 AND sent_at IS NULL"},
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* from the table above: two %s each */
static void tell(const struct queue *queue, size_t which, sqlite3_stmt *row,
                 struct problems *problems)
{
    struct place place = {sqlite3_db_filename(queue->db, "main"), 0, 0};
    problems_add(problems, PROBLEM, checks[which].rule, EX_IOERR, place,
                 N_("keep a copy of state_dir, and ask the makers before fensongd goes on with it"),
                 checks[which].what, (const char *)sqlite3_column_text(row, 0),
                 (const char *)sqlite3_column_text(row, 1));
}
#pragma GCC diagnostic pop

/* A file that is damaged may make a later question fail: what was found is told all the same. */
static bool ask(struct queue *queue, size_t which, struct problems *problems, struct error *error)
{
    sqlite3_stmt *row = NULL;
    int code = sqlite3_prepare_v2(queue->db, checks[which].sql, -1, &row, NULL), told = 0;
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(row)) == SQLITE_ROW && told < QUEUE_CHECK_MOST) {
            tell(queue, which, row, problems);
            told++;
        }
    bool good = code == SQLITE_DONE || code == SQLITE_ROW || sql_failed(queue, error);
    sqlite3_finalize(row);
    return good;
}

static bool count(struct queue *queue, const char *sql, int64_t *number, struct error *error)
{
    sqlite3_stmt *row = NULL;
    bool good = sqlite3_prepare_v2(queue->db, sql, -1, &row, NULL) == SQLITE_OK &&
                sqlite3_step(row) == SQLITE_ROW;
    *number = good ? sqlite3_column_int64(row, 0) : 0;
    if (!good)
        sql_failed(queue, error);
    sqlite3_finalize(row);
    return good;
}

/* All questions between the two see the same moment. */
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

bool queue_check(struct queue *queue, struct queue_size *size, struct problems *problems,
                 struct error *error)
{
    bool own = begin_looking(queue);
    bool good = count(queue, "SELECT count(*) FROM issue WHERE state <> 0", &size->issues, error) &&
                count(queue, "SELECT count(*) FROM delivery", &size->deliveries, error);
    for (size_t i = 0; good && i < G_N_ELEMENTS(checks); i++)
        good = ask(queue, i, problems, error);
    end_looking(queue, own);
    return good;
}

/* --- against the parcels --- */

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
