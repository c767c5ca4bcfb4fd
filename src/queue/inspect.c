#include "queue/inspect.h"
#include "queue/sql.h"

static void statement_free(sqlite3_stmt *statement)
{
    (void)sqlite3_finalize(statement); /* it was told when it ran */
}
AUTO_DEFINE(statement, sqlite3_stmt, statement_free)

#define TOLD_MOST 20 /* of each rule */

#define NAME "issue.publication || '/' || issue.key"
/* In flight are state 1, and a first try behind the cursor, which has no mark. */
#define IN_FLIGHT                                                                                  \
    "(delivery.state = 1 OR (delivery.state = 0 AND delivery.id <= cursor"                         \
    " AND next_attempt IS NULL))"
#define RECOUNTED                                                                                  \
    " coalesce(sum(delivery.state = 0 AND NOT " IN_FLIGHT "), 0) AS q,"                            \
    " coalesce(sum(" IN_FLIGHT "), 0) AS g, coalesce(sum(delivery.state = 2), 0) AS s,"            \
    " coalesce(sum(delivery.state = 3), 0) AS d, coalesce(sum(delivery.state = 4), 0) AS u,"       \
    " coalesce(sum(delivery.state = 5), 0) AS f, coalesce(sum(delivery.state = 6), 0) AS p,"       \
    " coalesce(sum(delivery.state = 7), 0) AS c"
#define NOT_AS_KEPT                                                                                \
    " (queued, sending, sent, deferred, unknown, failed, suppressed, cancelled)"                   \
    " <> (q, g, s, d, u, f, p, c)"
#define OF_DELIVERIES                                                                              \
    "SELECT " NAME ", address FROM delivery JOIN issue ON issue.id = delivery.issue WHERE "

/* Each row that comes back is a fault: the issue or thing, and a detail. */
static const struct {
    const char *rule;
    enum severity severity;
    const char *sql, *todo, *what;
} rules[] = {
    {"queue-file", PROBLEM,
     "SELECT integrity_check, '' FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
     N_("stop fensongd, keep a copy of state_dir, and bring queue.db back from a backup"),
     N_("the queue's file is damaged: %1$s%2$s")},
    {"queue-reference", PROBLEM, "SELECT \"table\", rowid FROM pragma_foreign_key_check", NULL,
     N_("a row of the queue refers to one that is not there: %1$s %2$s")},
    {"queue-counts", PROBLEM,
     "WITH recount AS (SELECT issue.id AS own," RECOUNTED " FROM issue LEFT JOIN delivery"
     " ON delivery.id BETWEEN first AND last WHERE issue.state <> 0 GROUP BY issue.id)"
     " SELECT " NAME ", q + g || ', ' || s || ', ' || d || ', ' || u || ', ' || f || ', ' || p"
     " || ', ' || c FROM issue JOIN recount ON own = issue.id WHERE" NOT_AS_KEPT,
     NULL, N_("issue %1$s: its counts are not those of its deliveries: %2$s")},
    {"queue-tallies", PROBLEM,
     "WITH recount AS (SELECT issue.id AS own, groups," RECOUNTED " FROM issue JOIN delivery"
     " ON delivery.id BETWEEN first AND last WHERE issue.state <> 0 GROUP BY issue.id, groups)"
     " SELECT " NAME ", recount.groups FROM recount JOIN issue ON issue.id = own"
     " LEFT JOIN issue_tally AS kept ON kept.issue = own AND kept.groups = recount.groups"
     " WHERE kept.issue IS NULL OR (kept.queued, kept.sending, kept.sent, kept.deferred,"
     " kept.unknown, kept.failed, kept.suppressed, kept.cancelled) <> (q, g, s, d, u, f, p, c)"
     " UNION ALL SELECT " NAME ", kept.groups FROM issue_tally AS kept"
     " JOIN issue ON issue.id = kept.issue WHERE kept.queued + kept.sending + kept.sent"
     " + kept.deferred + kept.unknown + kept.failed + kept.suppressed + kept.cancelled <> 0"
     " AND NOT EXISTS (SELECT 1 FROM recount WHERE own = kept.issue"
     " AND recount.groups = kept.groups)",
     NULL, N_("issue %1$s: the tally of those in \"%2$s\" is not that of its deliveries")},
    {"queue-range", PROBLEM,
     "SELECT " NAME ", first || '-' || last FROM issue WHERE state <> 0 AND last - first + 1 <>"
     " (SELECT count(*) FROM delivery WHERE id BETWEEN first AND last AND issue = issue.id)",
     NULL, N_("issue %1$s: not all deliveries from %2$s are its own")},
    {"queue-range", PROBLEM,
     "SELECT " NAME ", other.publication || '/' || other.key FROM issue JOIN issue AS other"
     " ON other.id > issue.id AND other.first <= issue.last AND issue.first <= other.last",
     NULL, N_("issue %1$s: its deliveries run into those of %2$s")},
    {"queue-stray", PROBLEM, OF_DELIVERIES "delivery.id NOT BETWEEN first AND last", NULL,
     N_("issue %1$s: a delivery outside its range: %2$s")},
    {"queue-twice", PROBLEM,
     "SELECT " NAME ", address FROM issue JOIN delivery ON delivery.id BETWEEN first AND last"
     " GROUP BY issue.id, address HAVING count(*) > 1",
     NULL, N_("issue %1$s: a recipient twice: %2$s")},
    {"queue-cursor", PROBLEM,
     "SELECT " NAME ", cursor FROM issue WHERE cursor NOT BETWEEN first - 1 AND last", NULL,
     N_("issue %1$s: its cursor stands outside its deliveries, at %2$s")},
    {"queue-ended", PROBLEM,
     OF_DELIVERIES "issue.state IN (3, 4, 5) AND delivery.state IN (0, 1, 3, 4)", NULL,
     N_("issue %1$s has ended, and yet this delivery is not through: %2$s")},
    {"queue-ended", PROBLEM, OF_DELIVERIES "issue.state = 3 AND delivery.state IN (5, 7)", NULL,
     N_("issue %1$s counts as sent to all, and yet this one does not have it: %2$s")},
    {"queue-state", PROBLEM,
     "SELECT " NAME ", state FROM issue WHERE state NOT BETWEEN 0 AND 5"
     " OR (state = 1 AND why = 0)",
     NULL, N_("issue %1$s is in a state that there is not: %2$s")},
    {"queue-state", PROBLEM, OF_DELIVERIES "delivery.state NOT BETWEEN 0 AND 7", NULL,
     N_("issue %1$s: a delivery in a state that there is not: %2$s")},
    {"queue-sent", PROBLEM, OF_DELIVERIES "delivery.state = 2 AND sent_at IS NULL", NULL,
     N_("issue %1$s: a delivery that was sent at no time: %2$s")},
    {"queue-due", PROBLEM,
     OF_DELIVERIES "(next_attempt IS NOT NULL AND delivery.state NOT IN (0, 3, 4))"
                   " OR (next_attempt IS NULL AND delivery.state = 3)",
     NULL, N_("issue %1$s: the next attempt of a delivery does not fit its state: %2$s")},
    {"queue-lane", PROBLEM,
     OF_DELIVERIES "lane IS NOT NULL AND (lane IN ('', '+') OR (delivery.state = 0"
                   " AND next_attempt IS NOT NULL AND lane LIKE '%+'))",
     NULL, N_("issue %1$s: a delivery waits in a lane that is none: %2$s")},
    {"queue-admitting", REMARK, "SELECT " NAME ", last - first + 1 FROM issue WHERE state = 0",
     N_("nothing need be done: fensongd takes it away when it starts, and admits it anew"),
     N_("issue %1$s was being admitted, with %2$s recipients")},
};

static bool run_rule(struct queue *queue, size_t rule, struct problems *problems,
                     struct error *error)
{
    AUTO(statement) sqlite3_stmt *row = NULL;
    struct place file = {sqlite3_db_filename(queue->db, "main"), 0, 0};
    if (sqlite3_prepare_v2(queue->db, rules[rule].sql, -1, &row, NULL) != SQLITE_OK)
        return sql_failed(queue, error);
    for (int told = 0; told < TOLD_MOST && sql_row(queue, row, error); told++) {
        AUTO(text) char *name = sql_text(row, 0);
        AUTO(text) char *detail = sql_text(row, 1);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        problems_add(problems, rules[rule].severity, rules[rule].rule, EX_IOERR, file,
                     rules[rule].todo, rules[rule].what, name ? name : "", detail ? detail : "");
#pragma GCC diagnostic pop
    }
    return !error_is_set(error);
}

static bool count(struct queue *queue, struct inspected *inspected, struct error *error)
{
    AUTO(statement) sqlite3_stmt *row = NULL;
    static const char sql[] = "SELECT (SELECT count(*) FROM issue), (SELECT count(*) FROM delivery)";
    if (sqlite3_prepare_v2(queue->db, sql, -1, &row, NULL) != SQLITE_OK)
        return sql_failed(queue, error);
    if (!sql_row(queue, row, error))
        return false;
    *inspected = (struct inspected){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)};
    return true;
}

/* A damaged file is told as what it is; what can't be read further is not looked for. */
static bool run_rules(struct queue *queue, struct problems *problems, struct inspected *inspected,
                      struct error *error)
{
    for (size_t rule = 0; rule < G_N_ELEMENTS(rules); rule++)
        if (!run_rule(queue, rule, problems, error))
            return false;
    return count(queue, inspected, error);
}

bool queue_inspect(struct queue *queue, struct problems *problems, struct inspected *inspected,
                   struct error *error)
{
    if (sqlite3_exec(queue->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        return sql_failed(queue, error);
    bool good = run_rules(queue, problems, inspected, error);
    (void)sqlite3_exec(queue->db, "ROLLBACK", NULL, NULL, NULL); /* nothing was written */
    return good;
}
