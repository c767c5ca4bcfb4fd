/* Opening the queue: the lock, the schema, what is in memory. */
#include "base/file.h"
#include "queue/admit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>

#define LOCK_TRIES 25
#define LOCK_PAUSE 20000 /* microseconds */

static bool run_script(struct queue *queue, const char *script, struct error *error)
{
    return sqlite3_exec(queue->db, script, NULL, NULL, NULL) == SQLITE_OK ||
           sql_failed(queue, error);
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

/* A helper that a daemon was just starting when it was killed still has the lock until its exec()
 * is through: that is waited for. */
static bool lock_soon(int lock)
{
    for (int tries = LOCK_TRIES; tries > 0; tries--) {
        if (flock(lock, LOCK_EX | LOCK_NB) == 0)
            return true;
        g_usleep(LOCK_PAUSE);
    }
    return false;
}

/* The descriptor is O_CLOEXEC: a sender that outlives its daemon doesn't hold the queue. */
static bool take_lock(struct queue *queue, const char *state_dir, struct error *error)
{
    AUTO(text) char *path = g_build_filename(state_dir, "queue.lock", NULL);
    AUTO(fd) int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (lock < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be opened"));
    if (!lock_soon(lock))
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
    queue->due_seen = queue->bars_seen = 1;
    queue->open = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, open_issue_free);
    return queue;
}

/* Admissions that a crash cut off: their parcels are admitted anew. */
static bool clear_leftovers(struct queue *queue, struct error *error)
{
    bool clear = false;
    while (!clear)
        if (!leftovers_clear(queue, clock_monotonic() + USEC_PER_SEC, &clear, error))
            return false;
    return true;
}

bool queue_open(struct queue **queue, const char *state_dir, struct error *error)
{
    AUTO(queue) struct queue *fresh = queue_new();
    if (!folder_make(state_dir, error) || !take_lock(fresh, state_dir, error) ||
        !open_database(fresh, state_dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                       "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;",
                       error) ||
        !schema_update(fresh, error) || !clear_leftovers(fresh, error) ||
        !open_issues_load(fresh, error))
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
        !schema_check(fresh, error) || !open_issues_load(fresh, error))
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
    error_clear(&queue->failure);
    g_free(queue);
}
