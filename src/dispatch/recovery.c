/* After a start: the right state out of the queue and the journals of former senders. */
#include "base/file.h"
#include "base/log.h"
#include "dispatch/parts.h"
#include "queue/schedule.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <systemd/sd-daemon.h>

#define WAIT_MOST (60 * USEC_PER_SEC) /* for all of them together */
#define WAIT_STEP (20 * USEC_PER_MSEC)
#define WAIT_SIGN 50 /* steps between two signs of life to systemd */

static void verdict_free(void *pointer)
{
    struct verdict *verdict = pointer;
    reply_clear(&verdict->reply);
    g_free(verdict);
}

static GHashTable *verdicts_new(void)
{
    return g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, verdict_free);
}

/* Several journals may speak of a delivery, of a deferral and of the try after it: they lie in no
 * order, but jobs are numbered in theirs. */
static bool keep_verdict(void *user, const struct verdict *verdict, struct error *error)
{
    (void)error;
    const struct verdict *before = g_hash_table_lookup(user, &verdict->delivery);
    if (before && before->job > verdict->job)
        return true;
    struct verdict *kept = g_new0(struct verdict, 1);
    *kept = *verdict;
    kept->reply = reply_copy(&verdict->reply);
    g_hash_table_replace(user, &kept->delivery, kept);
    return true;
}

bool recovery_read_journal(const char *path, GHashTable **verdicts, struct error *error)
{
    AUTO(table) GHashTable *all = verdicts_new();
    if (path && !journal_read(path, keep_verdict, all, error))
        return false;
    *verdicts = TAKE(all);
    return true;
}

/* The sender holds the lock of its journal as long as it lives: its transaction in flight is waited
 * for, because what it still learns is worth more than a doubt. */
static void wait_for_sender(const char *path, usec_t until)
{
    AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (int step = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK &&
                       clock_monotonic() < until;
         step++) {
        if (step % WAIT_SIGN == 0)
            (void)sd_notify(0, "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=10000000");
        g_usleep(WAIT_STEP);
    }
}

static bool read_all(struct dispatch *dispatch, GHashTable *verdicts, struct error *error)
{
    GDir *folder = g_dir_open(dispatch->journals, 0, NULL);
    const char *name;
    usec_t until = clock_monotonic() + WAIT_MOST;
    bool good = true;
    while (folder && good && (name = g_dir_read_name(folder))) {
        char *path = g_build_filename(dispatch->journals, name, NULL);
        wait_for_sender(path, until);
        good = journal_read(path, keep_verdict, verdicts, error);
        g_ptr_array_add(dispatch->old_journals, path);
    }
    if (folder)
        g_dir_close(folder);
    return good;
}

struct recovering {
    struct dispatch *dispatch;
    GHashTable *verdicts;
    GPtrArray *jobs; /* of struct handed, one for each claimed delivery */
};

/* Gathers first: records change the rows under the walk. */
static bool gather(void *user, const struct claim *claim, struct error *error)
{
    (void)error;
    struct recovering *recovering = user;
    struct handed *job = g_new0(struct handed, 1);
    job->issue = claim->issue;
    job->count = 1;
    job->claims = g_new0(struct claim, 1);
    job->claims[0] = *claim;
    job->claims[0].address = address_copy(claim->address);
    job->claims[0].name = g_strdup(claim->name);
    g_ptr_array_add(recovering->jobs, job);
    return true;
}

static void free_job(void *job)
{
    handed_free(job);
}

static bool apply_all(struct recovering *recovering, struct error *error)
{
    /* Which relay it was, the journal does not say; nobody is blamed for the past. */
    struct relay_state nobody = {.name = (char *)""};
    for (guint i = 0; i < recovering->jobs->len; i++) {
        const struct handed *job = recovering->jobs->pdata[i];
        const struct verdict *known =
            g_hash_table_lookup(recovering->verdicts, &job->claims[0].delivery);
        struct verdict verdict = known ? *known : (struct verdict){.kind = VERDICT_UNTOUCHED};
        verdict.delivery = job->claims[0].delivery;
        if (!outcomes_apply(recovering->dispatch, &nobody, job, &verdict, 1, false, error))
            return false;
    }
    g_free(nobody.trouble);
    return true;
}

/* Outcomes may have been committed by another commit than a turn's (an admission's, say) and the
 * kill come before the turn that would have seen that nothing is left: so each is looked at once.
 */
static bool touch_open_issues(struct dispatch *dispatch, struct error *error)
{
    AUTO(array) GPtrArray *issues = NULL;
    if (!queue_open_issues(dispatch->queue, &issues, error))
        return false;
    for (guint i = 0; i < issues->len; i++) {
        const struct queue_issue *issue = issues->pdata[i];
        if (issue->state == ISSUE_SENDING)
            g_hash_table_add(dispatch->touched, g_memdup2(&issue->id, sizeof issue->id));
    }
    return true;
}

bool recovery_run(struct dispatch *dispatch, struct error *error)
{
    AUTO(table) GHashTable *verdicts = verdicts_new();
    AUTO(array) GPtrArray *jobs = g_ptr_array_new_with_free_func(free_job);
    struct recovering recovering = {dispatch, verdicts, jobs};
    if (!folder_make(dispatch->journals, error) || !read_all(dispatch, verdicts, error) ||
        !queue_claimed(dispatch->queue, gather, &recovering, error) ||
        !apply_all(&recovering, error) || !touch_open_issues(dispatch, error))
        return false;
    if (jobs->len)
        log_line(LOG_NOTICE, (struct log_about){0},
                 "recovered %u deliveries that were in flight, %u of them by journals", jobs->len,
                 g_hash_table_size(verdicts));
    return queue_commit(dispatch->queue, error);
}
