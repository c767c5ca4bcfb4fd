/* Opening the queue: the lock, the schema, what is in memory. */
#include "base/file.h"
#include "queue/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>

#define SCHEMA_VERSION 1

/* Deliveries have no index but one on what is due again: first tries go by the cursor. */
static const char schema[] =
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

bool schema_update(struct queue *queue, struct error *error)
{
    int version = stored_version(queue);
    if (version < 0)
        return sql_failed(queue, error);
    if (version > SCHEMA_VERSION)
        return error_set(error, EX_CONFIG,
                         (struct place){sqlite3_db_filename(queue->db, "main"), 0, 0},
                         N_("install that version again, or a later one"),
                         N_("this queue was written by a later version of Fensong"));
    if (version == SCHEMA_VERSION)
        return true;
    if (!run_script(queue, "BEGIN EXCLUSIVE", error))
        return false;
    AUTO(text) char *mark = g_strdup_printf("PRAGMA user_version = %d; COMMIT", SCHEMA_VERSION);
    if (run_script(queue, schema, error) && run_script(queue, mark, error))
        return true;
    change_rollback(queue);
    return false;
}

static bool tell_holder(int lock, const char *path, struct error *error)
{
    char pid[32] = "";
    ssize_t got = pread(lock, pid, sizeof pid - 1, 0);
    pid[MAX(got, 0)] = '\0';
    return error_set(error, EX_TEMPFAIL, (struct place){path, 0, 0},
                     N_("end that one first, or give this one a state_dir of its own"),
                     N_("another fensongd has this queue: process %s"), g_strchomp(pid));
}

/* The descriptor is O_CLOEXEC: a sender that outlives its daemon doesn't hold the queue. */
static bool take_lock(struct queue *queue, const char *state_dir, struct error *error)
{
    AUTO(text) char *path = g_build_filename(state_dir, "queue.lock", NULL);
    AUTO(fd) int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (lock < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be opened"));
    if (flock(lock, LOCK_EX | LOCK_NB) < 0)
        return tell_holder(lock, path, error);
    AUTO(text) char *pid = g_strdup_printf("%d\n", getpid());
    if (ftruncate(lock, 0) < 0 || pwrite(lock, pid, strlen(pid), 0) < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be written"));
    queue->lock = take_fd(&lock);
    return true;
}

static bool open_database(struct queue *queue, const char *state_dir, int flags,
                          const char *settings, struct error *error)
{
    AUTO(text) char *path = g_build_filename(state_dir, "queue.db", NULL);
    if (sqlite3_open_v2(path, &queue->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return sql_failed(queue, error);
    sqlite3_extended_result_codes(queue->db, 0);
    sqlite3_busy_timeout(queue->db, 5000);
    return run_script(queue, settings, error);
}

static struct queue *queue_new(void)
{
    struct queue *queue = g_new0(struct queue, 1);
    queue->lock = -1;
    queue->open = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, open_issue_free);
    return queue;
}

bool queue_open(struct queue **queue, const char *state_dir, struct error *error)
{
    AUTO(queue) struct queue *fresh = queue_new();
    if (!folder_make(state_dir, error) || !take_lock(fresh, state_dir, error) ||
        !open_database(fresh, state_dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                       "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;",
                       error) ||
        !schema_update(fresh, error) || !open_issues_load(fresh, error))
        return false;
    *queue = TAKE(fresh);
    return true;
}

bool queue_open_reading(struct queue **queue, const char *state_dir, struct error *error)
{
    AUTO(queue) struct queue *fresh = queue_new();
    AUTO(text) char *path = g_build_filename(state_dir, "queue.db", NULL);
    if (access(path, R_OK) < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("there is no queue here"));
    if (!open_database(fresh, state_dir, SQLITE_OPEN_READONLY, "PRAGMA query_only = ON", error) ||
        !open_issues_load(fresh, error))
        return false;
    *queue = TAKE(fresh);
    return true;
}

void queue_close(struct queue *queue)
{
    if (!queue)
        return;
    change_rollback(queue);
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(queue->statements[i]);
    sqlite3_close(queue->db);
    if (queue->lock >= 0)
        close(queue->lock);
    g_hash_table_unref(queue->open);
    g_free(queue);
}
