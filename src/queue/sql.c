#include "queue/sql.h"

#include <stdarg.h>

#define ISSUE_COLUMNS                                                                              \
    "id, publication, key, kind, title, date, document, document_sha256, parcel, message_id, "     \
    "envelope_from, total_number, personal, state, why, why_text, accepted_at, finished_at, "      \
    "filed, reported, first, last, cursor, queued, sending, sent, deferred, unknown, failed, "     \
    "suppressed, cancelled, cancelling"

/* Neither cancelled nor still held by the guard: with what a later issue may be compared. */
#define WENT_OUT " AND kind <> 'notice' AND state NOT IN (0, 5) AND NOT (state = 1 AND why = 2)"

#define COUNTS "queued, sending, sent, deferred, unknown, failed, suppressed, cancelled"

#define DELIVERY_COLUMNS                                                                           \
    "id, address, name, title, unit, groups, state, attempts, relay, code, enhanced, answer, "     \
    "sent_at, next_attempt, origin, gave_up"

/* A claim's: as claim_of() reads them. */
#define CLAIM_COLUMNS "id, address, name, attempts, unknown_tries, losses, alone, groups"

static const char *const texts[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_ISSUE_ADD] =
        "INSERT INTO issue (publication, key, kind, title, date, document, document_sha256, parcel,"
        " message_id, envelope_from, total_number, personal, state, accepted_at, first, last,"
        " cursor)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    [SQL_ISSUE_OPEN] = "UPDATE issue SET state = 2, accepted_at = ?2, queued = ?3, suppressed = ?4"
                       " WHERE id = ?1",
    [SQL_ISSUE_ADMITTING] = "SELECT id, first, last FROM issue WHERE state = 0 LIMIT 1",
    [SQL_ISSUE_REMOVE] = "DELETE FROM issue WHERE id = ?1",
    [SQL_GROUPS_REMOVE] = "DELETE FROM issue_group WHERE issue = ?1",
    [SQL_DELIVERIES_REMOVE] = "DELETE FROM delivery WHERE id BETWEEN ?1 AND ?2",
    [SQL_ISSUE_SAVE] =
        "UPDATE issue SET state = ?2, why = ?3, why_text = ?4, finished_at = ?5, cursor = ?6,"
        " queued = ?7, sending = ?8, sent = ?9, deferred = ?10, unknown = ?11, failed = ?12,"
        " suppressed = ?13, cancelled = ?14, cancelling = ?15 WHERE id = ?1",
    [SQL_ISSUE_SAME] = "SELECT id FROM issue WHERE publication = ?1 AND key = ?2 AND state <> 0",
    [SQL_ISSUE_OF_PARCEL] = "SELECT 1 FROM issue WHERE parcel = ?1 AND state <> 0",
    [SQL_ISSUE_BY_ID] = "SELECT " ISSUE_COLUMNS " FROM issue WHERE id = ?1 AND state <> 0",
    [SQL_ISSUES] = "SELECT " ISSUE_COLUMNS " FROM issue WHERE kind <> 'notice' AND state <> 0"
                   " ORDER BY id DESC LIMIT ?1",
    [SQL_ISSUES_OPEN] =
        "SELECT " ISSUE_COLUMNS " FROM issue WHERE state IN (1, 2) OR (reported = 0 AND state <> 0)"
        " ORDER BY id",
    [SQL_ISSUES_NAMED] = "SELECT " ISSUE_COLUMNS " FROM issue WHERE kind <> 'notice' AND state <> 0"
                         " AND key = ?1 AND (?2 IS NULL OR publication = ?2) ORDER BY id",
    [SQL_ISSUE_SET_FILED] = "UPDATE issue SET filed = 1 WHERE id = ?1",
    [SQL_ISSUE_SET_REPORTED] = "UPDATE issue SET reported = ?2 WHERE id = ?1",
    [SQL_GROUP_ADD] = "INSERT INTO issue_group (issue, position, id, name) VALUES (?1, ?2, ?3, ?4)",
    [SQL_GROUPS] = "SELECT id, name FROM issue_group WHERE issue = ?1 ORDER BY position",
    [SQL_GROUP_SET_SIZE] = "UPDATE issue_group SET recipients = ?3 WHERE issue = ?1 AND id = ?2",
    [SQL_GROUP_SMALLEST] =
        "SELECT count(*), min(coalesce(issue_group.recipients, 1)) FROM issue"
        " JOIN issue_group ON issue_group.issue = issue.id WHERE issue.publication = ?1"
        " AND issue.id < ?2 AND issue.kind <> 'notice' AND issue.state NOT IN (0, 5)"
        " AND issue_group.id = ?3",
    [SQL_ISSUE_BEFORE] =
        "SELECT id, key, first, last FROM issue WHERE publication = ?1 AND id < ?2" WENT_OUT
        " AND (?3 IS NULL OR EXISTS (SELECT 1 FROM issue_group WHERE issue_group.issue = issue.id"
        " AND issue_group.id = ?3)) ORDER BY id DESC LIMIT 1",
    [SQL_ISSUES_BEFORE] =
        "SELECT " ISSUE_COLUMNS " FROM issue WHERE publication = ?1 AND id < ?2" WENT_OUT
        " ORDER BY id DESC LIMIT ?3",
    [SQL_PERSONS] = "SELECT id, address, name, groups FROM delivery WHERE id BETWEEN ?1 AND ?2",
    [SQL_DELIVERY_MAX] = "SELECT max(coalesce((SELECT max(id) FROM delivery), 0),"
                         " coalesce((SELECT max(last) FROM issue), 0))",
    [SQL_DELIVERY_FIRST] = "SELECT id FROM delivery WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1",
    [SQL_DELIVERY_SAME] =
        "SELECT id, state FROM delivery WHERE id BETWEEN ?1 AND ?2 AND address = ?3 LIMIT 1",
    [SQL_DELIVERY_ADD] =
        "INSERT INTO delivery (id, issue, address, name, title, unit, groups, state, origin)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_DELIVERIES] = "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE id BETWEEN ?1 AND ?2"
                       " ORDER BY id",
    [SQL_DELIVERIES_IN] = "SELECT " DELIVERY_COLUMNS " FROM delivery INDEXED BY delivery_trouble"
                          " WHERE issue = ?4 AND state > 2 AND state = ?3 AND id BETWEEN ?1 AND ?2"
                          " ORDER BY id",
    [SQL_GROUPS_OF] = "SELECT groups FROM delivery WHERE id = ?1",
    [SQL_COMPARISON] = "SELECT text FROM issue_comparison WHERE issue = ?1",
    [SQL_COMPARISON_SAVE] = "INSERT INTO issue_comparison (issue, text) VALUES (?1, ?2)",
    [SQL_TALLIES] = "SELECT groups, " COUNTS " FROM issue_tally WHERE issue = ?1",
    [SQL_TALLY_SAVE] = "INSERT OR REPLACE INTO issue_tally (issue, groups, " COUNTS ")"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [SQL_CLAIM_FIRST] =
        "SELECT " CLAIM_COLUMNS " FROM delivery WHERE id > ?1 AND id <= ?2 AND state = 0"
        " AND next_attempt IS NULL ORDER BY id LIMIT ?3",
    [SQL_CLAIM_DUE] = "SELECT " CLAIM_COLUMNS ", state"
                      " FROM delivery INDEXED BY delivery_due"
                      " WHERE issue = ?1 AND lane IS ?4 AND next_attempt <= ?2"
                      " ORDER BY next_attempt, id LIMIT ?3",
    [SQL_CLAIM_MARK] = "UPDATE delivery SET state = 1, next_attempt = NULL WHERE id = ?1",
    [SQL_PUT_ASIDE] = "UPDATE delivery SET lane = ?2, next_attempt = ?3 WHERE id = ?1",
    [SQL_SET_LANE] = "UPDATE delivery SET lane = ?2 WHERE id = ?1",
    [SQL_NEXT_LANE] = "SELECT lane FROM delivery INDEXED BY delivery_due WHERE issue = ?1"
                      " AND lane > ?2 AND next_attempt IS NOT NULL ORDER BY lane LIMIT 1",
    /* State 1, or behind the cursor and yet 0 with nothing due: a first try in flight. */
    [SQL_CLAIMED] = "SELECT " CLAIM_COLUMNS " FROM delivery WHERE id BETWEEN ?1 AND ?2"
                    " AND (state = 1 OR (state = 0 AND id <= ?3 AND next_attempt IS NULL))",
    [SQL_NEXT_DUE] = "SELECT min(next_attempt) FROM delivery INDEXED BY delivery_due"
                     " WHERE issue = ?1 AND lane IS ?2 AND next_attempt IS NOT NULL",
    [SQL_RECORD] =
        "UPDATE delivery SET state = ?2, attempts = attempts + ?3, relay = coalesce(?4, relay),"
        " code = coalesce(?5, code), enhanced = iif(?5 IS NULL, enhanced, ?6),"
        " answer = iif(?5 IS NULL, answer, ?7), sent_at = NULL, next_attempt = ?8,"
        " unknown_tries = unknown_tries + ?9, losses = losses + ?10, alone = max(alone, ?11),"
        " lane = iif(lane IS NULL OR ?2 = 0, lane, rtrim(lane, '+') || '+'), gave_up = NULL"
        " WHERE id = ?1",
    /* The way of nearly all: nothing was due of it, and no index is touched. */
    [SQL_RECORD_SENT] =
        "UPDATE delivery SET state = 2, attempts = attempts + ?2, relay = coalesce(?3, relay),"
        " code = coalesce(?4, code), enhanced = iif(?4 IS NULL, enhanced, ?5),"
        " answer = iif(?4 IS NULL, answer, ?6), sent_at = ?7, gave_up = NULL WHERE id = ?1",
    [SQL_ATTEMPT_ADD] = "INSERT INTO attempt (delivery, at, relay, event, code, enhanced, answer)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_STATE_OF] = "SELECT id, state, next_attempt, groups FROM delivery WHERE id BETWEEN ?1 AND ?2"
                     " AND (?3 IS NULL OR address = ?3"
                     " OR ?4 AND address = ?3 COLLATE NOCASE)",
    [SQL_CHANGE] = "UPDATE delivery SET state = ?2, next_attempt = ?3, sent_at = ?4, gave_up = ?5"
                   " WHERE id = ?1",
    [SQL_BAR_ADD] = "INSERT OR REPLACE INTO bar (issue, relay, answer) VALUES (?1, ?2, ?3)",
    [SQL_BARS] = "SELECT relay FROM bar WHERE issue = ?1",
    [SQL_BAR_ANSWER] = "SELECT answer FROM bar WHERE issue = ?1 AND answer IS NOT NULL LIMIT 1",
    [SQL_BARS_CLEAR] = "DELETE FROM bar WHERE issue = ?1",
    [SQL_SUPPRESSION_ADD] = "INSERT OR REPLACE INTO suppression (address, why, who, at, until)"
                            " VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_SUPPRESSION_REMOVE] = "DELETE FROM suppression"
                               " WHERE address = ?1 COLLATE NOCASE",
    [SQL_SUPPRESSIONS] = "SELECT address, why, who, at, until FROM suppression ORDER BY address",
    [SQL_IS_SUPPRESSED] =
        "SELECT 1 FROM suppression JOIN delivery"
        " ON delivery.address = suppression.address COLLATE NOCASE"
        " WHERE delivery.id = ?1 AND (until IS NULL OR until > ?2)",
    [SQL_HISTORY_ADD] = "INSERT INTO history (at, who, what, issue, issue_name, address, detail)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_HISTORY] = "SELECT at, who, what, issue_name, address, detail FROM history"
                    " WHERE (?1 IS NULL OR issue = ?1) AND (issue IS NULL OR NOT EXISTS"
                    " (SELECT 1 FROM issue WHERE issue.id = history.issue AND kind = 'notice'))"
                    " ORDER BY id",
    [SQL_VALVE] = "SELECT recipients, messages, learnt, well, connections, lot, at FROM valve"
                  " WHERE name = ?1",
    [SQL_VALVE_SAVE] =
        "INSERT OR REPLACE INTO valve (name, recipients, messages, learnt, well, connections, lot,"
        " at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [SQL_ROLL] = "SELECT name, sha256, first_seen FROM roll WHERE id = ?1",
    [SQL_ROLLS] = "SELECT id FROM roll WHERE sha256 IS NOT NULL ORDER BY id",
    [SQL_ROLL_ADD] = "INSERT OR IGNORE INTO roll (id, name, sha256, first_seen, seen)"
                     " VALUES (?1, ?2, NULL, ?3, ?3)",
    [SQL_ROLL_SAVE] =
        "INSERT INTO roll (id, name, sha256, first_seen, seen) VALUES (?1, ?2, ?3, ?4, ?4)"
        " ON CONFLICT (id) DO UPDATE SET name = ?2, sha256 = ?3, seen = ?4",
    [SQL_ROLL_END] = "UPDATE roll SET sha256 = NULL, seen = ?2 WHERE id = ?1",
    [SQL_ROLL_CHANGES] = /* ?1: a group; ?2: an address, ?3: words; in lower case */
        "WITH person AS (SELECT rowid AS row FROM membership WHERE lower(address) = ?2"
        " OR instr(lower(address), ?3) OR instr(lower(coalesce(name, '')), ?3))"
        " SELECT since AS at, iif(since > first_seen, 0, 2) AS what, roll, address,"
        " membership.name, list, roll.name, NULL FROM membership JOIN roll ON roll.id = roll"
        " WHERE (coalesce(?1, ?2, ?3) IS NULL OR roll = ?1) AND since > first_seen"
        " OR membership.rowid IN person"
        " UNION ALL SELECT until, 1, roll, address, membership.name, list, roll.name, NULL"
        " FROM membership JOIN roll ON roll.id = roll WHERE until IS NOT NULL"
        " AND (coalesce(?1, ?2, ?3) IS NULL OR roll = ?1 OR membership.rowid IN person)"
        " UNION ALL SELECT at, iif(what = 'suppressed', 3, 4), NULL, address, NULL, NULL, NULL,"
        " detail FROM history WHERE issue IS NULL AND what IN ('suppressed', 'unsuppressed')"
        " AND (lower(address) = ?2 OR instr(lower(address), ?3) OR address IN"
        " (SELECT address FROM membership WHERE rowid IN person))"
        " ORDER BY at, roll, what, address",
    [SQL_MEMBERS] = "SELECT address FROM membership INDEXED BY membership_now WHERE roll = ?1"
                    " AND until IS NULL AND address > ?2 ORDER BY address LIMIT ?3",
    [SQL_MEMBER_ADD] =
        "INSERT INTO membership (roll, address, name, list, since) VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_MEMBER_END] =
        "UPDATE membership SET until = ?3 WHERE roll = ?1 AND address = ?2 AND until IS NULL",
    [SQL_MEMBERS_END] = "UPDATE membership SET until = ?2 WHERE roll = ?1 AND until IS NULL",
    [SQL_MEMBERS_AT] = "SELECT address, name, list FROM membership WHERE roll = ?1"
                       " AND since <= ?2 AND (until IS NULL OR until > ?2) ORDER BY rowid",
    [SQL_MEMBERS_ALIKE] = "SELECT DISTINCT address FROM membership"
                          " WHERE until IS NULL AND lower(address) = lower(?1) ORDER BY address",
    [SQL_MEMBERS_ANY] = "SELECT 1 FROM membership WHERE until IS NULL LIMIT 1",
    [SQL_LATELY] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE id BETWEEN ?1 AND ?2"
        " AND (instr(lower(address), ?3) OR instr(lower(coalesce(name, '')), ?3)) LIMIT ?4",
    [SQL_VERIFY] = "SELECT address, name, groups, id, state, next_attempt FROM delivery"
                   " WHERE id BETWEEN ?1 AND ?2 AND issue = ?3 ORDER BY id",
};

/* What memory keeps as read until a statement may have changed it. */
enum memory { DUE = 1, BARS = 2 };
static const enum memory changes[SQL_COUNT] = {
    [SQL_PUT_ASIDE] = DUE,   [SQL_SET_LANE] = DUE,        [SQL_CLAIM_MARK] = DUE,
    [SQL_RECORD] = DUE,      [SQL_CHANGE] = DUE,          [SQL_BAR_ADD] = BARS,
    [SQL_BARS_CLEAR] = BARS, [SQL_ROLLBACK] = DUE | BARS, [SQL_DELIVERIES_REMOVE] = DUE,
};

static void note_changes(struct queue *queue, enum sql which)
{
    queue->due_seen += (changes[which] & DUE) != 0;
    queue->bars_seen += (changes[which] & BARS) != 0;
}

bool sql_failed(struct queue *queue, struct error *error)
{
    int code = sqlite3_errcode(queue->db);
    const char *file = sqlite3_db_filename(queue->db, "main");
    bool for_now = code == SQLITE_FULL || code == SQLITE_BUSY || code == SQLITE_NOMEM;
    struct error failure = {0};
    error_set(&failure, for_now ? EX_TEMPFAIL : EX_IOERR, (struct place){file, 0, 0},
              code == SQLITE_FULL ? N_("make room on the disk of state_dir") : NULL,
              N_("the queue can't be used: %s"), sqlite3_errmsg(queue->db));
    /* A full disk takes back a part of an admission, and nothing that memory has counted. */
    if (!error_is_set(&queue->failure) && !(queue->in_chunk && for_now))
        error_copy(&queue->failure, &failure);
    return error_pass(error, &failure);
}

bool queue_is_sound(const struct queue *queue, struct error *error)
{
    if (!error_is_set(&queue->failure))
        return true;
    struct error failure = {0};
    error_copy(&failure, &queue->failure);
    return error_pass(error, &failure);
}

sqlite3_stmt *sql_get(struct queue *queue, enum sql which, struct error *error)
{
    sqlite3_stmt **statement = &queue->statements[which];
    if (*statement) {
        sqlite3_reset(*statement);
        sqlite3_clear_bindings(*statement);
    } else if (sqlite3_prepare_v3(queue->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement,
                                  NULL) != SQLITE_OK) {
        sql_failed(queue, error);
        return NULL;
    }
    return *statement;
}

static void bind_va(sqlite3_stmt *statement, const char *letters, va_list values)
{
    for (int at = 1; *letters; letters++, at++) {
        if (*letters == 't' || *letters == 's') {
            sqlite3_bind_text(statement, at, va_arg(values, const char *), -1,
                              *letters == 's' ? SQLITE_STATIC : SQLITE_TRANSIENT);
            continue;
        }
        int64_t number = va_arg(values, int64_t);
        if (*letters == 'i' || number)
            sqlite3_bind_int64(statement, at, number);
    }
}

void sql_bind(sqlite3_stmt *statement, const char *letters, ...)
{
    va_list values;
    va_start(values, letters);
    bind_va(statement, letters, values);
    va_end(values);
}

bool sql_row(struct queue *queue, sqlite3_stmt *statement, struct error *error)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        sql_failed(queue, error);
    sqlite3_reset(statement);
    return false;
}

bool sql_run(struct queue *queue, struct error *error, enum sql which, const char *letters, ...)
{
    sqlite3_stmt *statement = sql_get(queue, which, error);
    if (!statement)
        return false;
    va_list values;
    va_start(values, letters);
    bind_va(statement, letters, values);
    va_end(values);
    bool good = sqlite3_step(statement) == SQLITE_DONE || sql_failed(queue, error);
    sqlite3_reset(statement);
    note_changes(queue, which);
    return good;
}

char *sql_text(sqlite3_stmt *statement, int column)
{
    return g_strdup((const char *)sqlite3_column_text(statement, column));
}

bool change_begin(struct queue *queue, struct error *error)
{
    if (!queue_is_sound(queue, error))
        return false;
    if (!queue->in_transaction && sql_run(queue, error, SQL_BEGIN, ""))
        queue->in_transaction = true;
    return queue->in_transaction;
}

void change_rollback(struct queue *queue)
{
    struct error ignored = {0};
    if (queue->db && !sqlite3_get_autocommit(queue->db) &&
        !sql_run(queue, &ignored, SQL_ROLLBACK, ""))
        error_clear(&ignored);
    queue->in_transaction = false;
}

bool queue_is_dirty(const struct queue *queue)
{
    return queue->in_transaction;
}

bool queue_commit(struct queue *queue, struct error *error)
{
    if (!queue_is_sound(queue, error))
        return false;
    if (!queue->in_transaction)
        return true;
    if (!open_issues_save(queue, error) || !sql_run(queue, error, SQL_COMMIT, ""))
        return false;
    queue->in_transaction = false;
    return true;
}

static bool set_synchronous(struct queue *queue, const char *level, struct error *error)
{
    AUTO(text) char *pragma = g_strconcat("PRAGMA synchronous = ", level, NULL);
    return sqlite3_exec(queue->db, pragma, NULL, NULL, NULL) == SQLITE_OK ||
           sql_failed(queue, error);
}

bool chunk_begin(struct queue *queue, bool durable, struct error *error)
{
    if (!queue_commit(queue, error))
        return false;
    queue->in_chunk = true;
    if (set_synchronous(queue, durable ? "FULL" : "NORMAL", error) && change_begin(queue, error))
        return true;
    chunk_rollback(queue);
    return false;
}

bool chunk_commit(struct queue *queue, struct error *error)
{
    if (!sql_run(queue, error, SQL_COMMIT, ""))
        return false;
    queue->in_transaction = queue->in_chunk = false;
    return set_synchronous(queue, "FULL", error);
}

void chunk_rollback(struct queue *queue)
{
    AUTO(error) struct error ignored = {0};
    if (!queue->in_chunk)
        return;
    change_rollback(queue);
    queue->in_chunk = false;
    (void)!set_synchronous(queue, "FULL", &ignored); /* a failure marks the queue */
}

bool queue_has_failed(const struct queue *queue)
{
    return error_is_set(&queue->failure);
}
