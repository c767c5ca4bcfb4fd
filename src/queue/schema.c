/* The tables of the queue, and how an older queue comes up to date. */
#include "queue/sql.h"

/* Deliveries have no index but one on what is due again: first tries go by the cursor. */
static const char tables[] =
    "CREATE TABLE issue ("
    " id INTEGER PRIMARY KEY, publication TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,"
    " title TEXT NOT NULL, date TEXT, document TEXT, document_sha256 TEXT, parcel TEXT NOT NULL,"
    " message_id TEXT NOT NULL, envelope_from TEXT NOT NULL, total_number INTEGER NOT NULL,"
    " personal INTEGER NOT NULL, state INTEGER NOT NULL, why INTEGER NOT NULL DEFAULT 0,"
    " why_text TEXT, accepted_at INTEGER NOT NULL, finished_at INTEGER,"
    " filed INTEGER NOT NULL DEFAULT 0, reported INTEGER NOT NULL DEFAULT 0,"
    " first INTEGER NOT NULL, last INTEGER NOT NULL, cursor INTEGER NOT NULL,"
    " queued INTEGER NOT NULL DEFAULT 0, sending INTEGER NOT NULL DEFAULT 0,"
    " sent INTEGER NOT NULL DEFAULT 0, deferred INTEGER NOT NULL DEFAULT 0,"
    " unknown INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,"
    " suppressed INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0,"
    " cancelling INTEGER NOT NULL DEFAULT 0, UNIQUE (publication, key));"
    "CREATE TABLE issue_group ("
    " issue INTEGER NOT NULL REFERENCES issue, position INTEGER NOT NULL, id TEXT NOT NULL,"
    " name TEXT NOT NULL, PRIMARY KEY (issue, position)) WITHOUT ROWID;"
    "CREATE TABLE delivery ("
    " id INTEGER PRIMARY KEY, issue INTEGER NOT NULL REFERENCES issue, address TEXT NOT NULL,"
    " name TEXT, title TEXT, unit TEXT, groups TEXT NOT NULL, state INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL DEFAULT 0, unknown_tries INTEGER NOT NULL DEFAULT 0,"
    " losses INTEGER NOT NULL DEFAULT 0, alone INTEGER NOT NULL DEFAULT 0,"
    " relay TEXT, code INTEGER, enhanced TEXT, answer TEXT, sent_at INTEGER,"
    " next_attempt INTEGER);"
    "CREATE INDEX delivery_due ON delivery (issue, next_attempt) WHERE next_attempt IS NOT NULL;"
    "CREATE TABLE attempt ("
    " delivery INTEGER NOT NULL REFERENCES delivery, at INTEGER NOT NULL, relay TEXT,"
    " event INTEGER NOT NULL, code INTEGER, enhanced TEXT, answer TEXT);"
    "CREATE TABLE bar ("
    " issue INTEGER NOT NULL REFERENCES issue, relay TEXT NOT NULL, answer TEXT,"
    " PRIMARY KEY (issue, relay)) WITHOUT ROWID;"
    "CREATE TABLE suppression ("
    " address TEXT PRIMARY KEY, why TEXT NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL,"
    " until INTEGER) WITHOUT ROWID;"
    "CREATE TABLE history ("
    " id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,"
    " issue INTEGER REFERENCES issue, issue_name TEXT, address TEXT, detail TEXT);"
    "CREATE INDEX history_issue ON history (issue);";

/* Where each recipient came from; how large a group was, so that one that was never empty is known
 * without counting; and what the groups were (rolls.h). */
static const char rolls[] =
    "ALTER TABLE delivery ADD COLUMN origin TEXT;"
    "ALTER TABLE issue_group ADD COLUMN recipients INTEGER;"
    "CREATE TABLE roll ("
    " id TEXT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT, first_seen INTEGER NOT NULL,"
    " seen INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE membership ("
    " roll TEXT NOT NULL REFERENCES roll, address TEXT NOT NULL, name TEXT, list TEXT NOT NULL,"
    " since INTEGER NOT NULL, until INTEGER);"
    "CREATE UNIQUE INDEX membership_now ON membership (roll, address) WHERE until IS NULL;"
    "CREATE INDEX membership_address ON membership (address);";

/* Lanes (claim.h), why a delivery was given up, and the state of limits. */
static const char flow[] =
    "ALTER TABLE delivery ADD COLUMN lane TEXT;"
    "ALTER TABLE delivery ADD COLUMN gave_up INTEGER;"
    "DROP INDEX delivery_due;"
    "CREATE INDEX delivery_due ON delivery (issue, lane, next_attempt)"
    " WHERE next_attempt IS NOT NULL;"
    "CREATE TABLE valve ("
    " name TEXT PRIMARY KEY, recipients INTEGER NOT NULL, messages INTEGER NOT NULL,"
    " learnt INTEGER NOT NULL, well INTEGER NOT NULL, connections INTEGER NOT NULL,"
    " lot INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;";

/* What stands in the way of an issue is found without reading all of it; how its groups stand
 * (struct sort), so that nobody counts; and what the guard held it for. A first try in flight has no
 * mark in its row. */
static const char tallies[] =
    "CREATE INDEX delivery_trouble ON delivery (issue, state) WHERE state > 2;"
    "CREATE TABLE issue_tally ("
    " issue INTEGER NOT NULL REFERENCES issue, groups TEXT NOT NULL, queued INTEGER NOT NULL,"
    " sending INTEGER NOT NULL, sent INTEGER NOT NULL, deferred INTEGER NOT NULL,"
    " unknown INTEGER NOT NULL, failed INTEGER NOT NULL, suppressed INTEGER NOT NULL,"
    " cancelled INTEGER NOT NULL, PRIMARY KEY (issue, groups)) WITHOUT ROWID;"
    "CREATE TABLE issue_comparison ("
    " issue INTEGER PRIMARY KEY REFERENCES issue, text TEXT NOT NULL);"
    "INSERT INTO issue_tally SELECT issue.id, groups,"
    " sum(delivery.state = 0 AND (delivery.id > cursor OR next_attempt IS NOT NULL)),"
    " sum(delivery.state = 1"
    " OR (delivery.state = 0 AND delivery.id <= cursor AND next_attempt IS NULL)),"
    " sum(delivery.state = 2), sum(delivery.state = 3), sum(delivery.state = 4),"
    " sum(delivery.state = 5), sum(delivery.state = 6), sum(delivery.state = 7)"
    " FROM delivery JOIN issue ON issue.id = delivery.issue GROUP BY issue.id, groups;";

/* From each version to the next; append only. */
static const char *const steps[] = {tables, rolls, flow, tallies};
#define SCHEMA_VERSION ((int)G_N_ELEMENTS(steps))

static bool run_script(struct queue *queue, const char *script, struct error *error)
{
    return sqlite3_exec(queue->db, script, NULL, NULL, NULL) == SQLITE_OK ||
           sql_failed(queue, error);
}

static int stored_version(struct queue *queue)
{
    sqlite3_stmt *statement = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(queue->db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return version;
}

static bool refuse_later(struct queue *queue, struct error *error)
{
    return error_set(error, EX_CONFIG, (struct place){sqlite3_db_filename(queue->db, "main"), 0, 0},
                     N_("install that version again, or a later one"),
                     N_("this queue was written by a later version of Fensong"));
}

static bool take_steps(struct queue *queue, int version, struct error *error)
{
    AUTO(text) char *mark = g_strdup_printf("PRAGMA user_version = %d; COMMIT", SCHEMA_VERSION);
    if (!run_script(queue, "BEGIN EXCLUSIVE", error))
        return false;
    for (; version < SCHEMA_VERSION; version++)
        if (!run_script(queue, steps[version], error))
            return false;
    return run_script(queue, mark, error);
}

bool schema_update(struct queue *queue, struct error *error)
{
    int version = stored_version(queue);
    if (version < 0)
        return sql_failed(queue, error);
    if (version > SCHEMA_VERSION)
        return refuse_later(queue, error);
    if (version == SCHEMA_VERSION || take_steps(queue, version, error))
        return true;
    change_rollback(queue);
    return false;
}

bool schema_check(struct queue *queue, struct error *error)
{
    int version = stored_version(queue);
    if (version < 0)
        return sql_failed(queue, error);
    if (version > SCHEMA_VERSION)
        return refuse_later(queue, error);
    return version == SCHEMA_VERSION ||
           error_set(error, EX_TEMPFAIL,
                     (struct place){sqlite3_db_filename(queue->db, "main"), 0, 0},
                     N_("start fensongd: it brings the queue up to date"),
                     N_("this queue was written by an earlier version of Fensong"));
}
