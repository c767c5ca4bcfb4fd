#include "intake/admission.h"
#include "base/file.h"
#include "base/log.h"
#include "queue/admission.h"
#include "report/words.h"

#include <fcntl.h>

static char *parcels_folder(const struct conf *conf)
{
    return g_build_filename(conf->state_dir, "spool", "parcels", NULL);
}

/* --- filing --- */

/* What lies under that name may be another text by now, if the daemon was away for long. */
static bool is_the_original(const struct publication *publication, const struct queue_issue *issue)
{
    AUTO(text) char *path = g_build_filename(publication->folder, "outbox", issue->document, NULL);
    AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    AUTO(text) char *hex = NULL;
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        return false;
    return S_ISDIR(status.st_mode) ||
           (file_sha256(&hex, fd, path, NULL) && g_strcmp0(hex, issue->document_sha256) == 0);
}

static bool write_preview(const struct conf *conf, const struct publication *publication,
                          const struct queue_issue *issue, struct error *error)
{
    AUTO(text) char *parcels = parcels_folder(conf);
    AUTO(text) char *path = g_build_filename(parcels, issue->parcel, "preview.html", NULL);
    AUTO(bytes) GBytes *bytes = NULL;
    if (!file_load(&bytes, path, SIZE_MAX, error))
        return false;
    gsize length;
    const char *octets = g_bytes_get_data(bytes, &length);
    return outbox_write_sending(publication, issue->key, "preview.html", octets, length, error);
}

static bool file_one(const struct conf *conf, const struct queue_issue *issue, struct error *error)
{
    const struct publication *publication = conf_publication(conf, issue->publication);
    if (!publication || !issue->document)
        return true; /* a notice, or a publication that is gone */
    return (!is_the_original(publication, issue) ||
            outbox_file_sending(publication, issue->document, issue->key, error)) &&
           write_preview(conf, publication, issue, error);
}

static bool file_and_mark(const struct conf *conf, struct queue *queue,
                          const struct queue_issue *issue, struct error *error)
{
    AUTO(error) struct error trouble = {0};
    if (file_one(conf, issue, &trouble))
        return queue_set_filed(queue, issue->id, error);
    log_error(LOG_WARNING, (struct log_about){.issue = issue->key}, &trouble);
    return true;
}

bool admission_file_all(const struct conf *conf, struct queue *queue, struct error *error)
{
    AUTO(array) GPtrArray *issues = NULL;
    if (!queue_open_issues(queue, &issues, error))
        return false;
    for (guint i = 0; i < issues->len; i++) {
        const struct queue_issue *issue = issues->pdata[i];
        if (!issue->filed && !file_and_mark(conf, queue, issue, error))
            return false;
    }
    return true;
}

/* --- admission --- */

static char *name_of(const struct parcel *parcel)
{
    const struct parcel_facts *facts = parcel_facts(parcel);
    /* With a chance part: the same text again must not touch the parcel that is being sent. */
    return g_strdup_printf("%s-%s-%.12s-%04x", facts->publication, facts->issue,
                           parcel_sha256(parcel), g_random_int() & 0xffffU);
}

/* What stays is swept at the next start. */
static void take_away(const char *parcel)
{
    if (!folder_remove(parcel, NULL))
        log_line(LOG_WARNING, (struct log_about){0}, "%s can't be removed", parcel);
}

struct admission {
    struct queue *queue;
    const struct outbox_item *item;
    struct parcel *parcel;
    char *name; /* of its folder in spool/parcels */
    struct queue_admission *inside;
};

void admission_free(struct admission *admission)
{
    if (!admission)
        return;
    queue_admission_free(admission->inside);
    parcel_free(admission->parcel);
    g_free(admission->name);
    g_free(admission);
}

static bool move_to_parcels(struct admission *admission, const struct conf *conf,
                            struct error *error)
{
    AUTO(text) char *folder = parcels_folder(conf);
    AUTO(text) char *path = g_build_filename(folder, admission->name, NULL);
    if (!folder_make(folder, error))
        return false;
    if (rename(parcel_path(admission->parcel), path) < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be renamed"));
    parcel_moved(admission->parcel, path);
    if (folder_sync(folder, error))
        return true;
    take_away(path);
    return false;
}

static void tell_before(const struct admission *admission, const struct queue_issue *before,
                        struct problems *problems)
{
    AUTO(text) char *key = words_of_key(before->key);
    AUTO(text)
    char *when = words_of_moment(before->finished_at ? before->finished_at : before->accepted_at);
    bool same = g_strcmp0(parcel_facts(admission->parcel)->document_sha256,
                          before->document_sha256) == 0;
    struct place place = {admission->item->name, 0, 0};
    if (same && before->finished_at)
        problems_add(problems, PROBLEM, "sent-before", EX_DATAERR, place,
                     N_("nothing need be done; a new issue needs its own number"),
                     N_("this very text of issue %1$s was sent already, at %2$s"), key,
                     when);
    else if (same)
        problems_add(problems, PROBLEM, "sent-before", EX_DATAERR, place,
                     N_("nothing need be done; a new issue needs its own number"),
                     N_("this very text of issue %1$s was accepted already, at %2$s, and is not "
                        "through yet"),
                     key, when);
    else
        problems_add(problems, PROBLEM, "sent-before", EX_DATAERR, place,
                     N_("if this is a new issue, correct its number; an issue that was sent is not "
                        "sent again with another text"),
                     N_("another text of issue %1$s was accepted already, at %2$s"), key,
                     when);
}

/* Left in the outbox by a crash between the commit and the filing? */
static bool is_leftover(const struct parcel *parcel, const struct queue_issue *before,
                        const char *name)
{
    return !before->filed && g_strcmp0(before->document, name) == 0 &&
           g_strcmp0(parcel_facts(parcel)->document_sha256, before->document_sha256) == 0;
}

static enum admission_result refuse(const struct admission *admission, const struct conf *conf,
                                    int64_t same, struct problems *problems, struct error *error)
{
    AUTO(queue_issue) struct queue_issue *before = NULL;
    error_clear(error);
    if (!queue_issue(admission->queue, same, &before, error))
        return ADMISSION_IN_DOUBT;
    if (is_leftover(admission->parcel, before, admission->item->name))
        return file_and_mark(conf, admission->queue, before, error) ? ADMISSION_STALE
                                                                    : ADMISSION_IN_DOUBT;
    tell_before(admission, before, problems);
    return ADMISSION_REFUSED;
}

static bool belongs_to_issue(struct queue *queue, const char *parcel_name)
{
    bool found = false;
    AUTO(error) struct error error = {0};
    /* Where the queue can't say, nothing is taken away. */
    return !queue_has_parcel(queue, parcel_name, &found, &error) || found;
}

/* A commit that failed at its fsync may yet be found whole by the next start, if a kill comes before
 * the queue is closed: its parcel must then be there. Else that start sweeps it. */
static enum admission_result end_with(const struct admission *admission,
                                      enum admission_result result)
{
    bool stays = result == ADMITTED || result == ADMISSION_IN_DOUBT;
    if (!stays && !belongs_to_issue(admission->queue, admission->name))
        take_away(parcel_path(admission->parcel));
    return result;
}

static enum admission_result failed(const struct admission *admission)
{
    bool in_doubt = queue_has_failed(admission->queue);
    return end_with(admission, in_doubt ? ADMISSION_IN_DOUBT : ADMISSION_FAILED);
}

enum admission_result admission_begin(struct admission **admission,
                                      const struct admission_order *order,
                                      struct problems *problems, struct error *error)
{
    AUTO(admission) struct admission *fresh = g_new0(struct admission, 1);
    int64_t same = 0;
    if (!outbox_is_unchanged(order->outbox, order->item))
        return ADMISSION_STALE;
    fresh->queue = order->queue;
    fresh->item = order->item;
    if (!parcel_open(&fresh->parcel, order->parcel, error))
        return ADMISSION_FAILED;
    fresh->name = name_of(fresh->parcel);
    if (!move_to_parcels(fresh, order->conf, error))
        return ADMISSION_FAILED;
    if (queue_admission_begin(&fresh->inside, order->queue, fresh->parcel, fresh->name,
                              order->conf->guard, clock_now(), &same, error)) {
        *admission = TAKE(fresh);
        return ADMISSION_GOES_ON;
    }
    if (error->exit_class == EX_DATAERR && same)
        return end_with(fresh, refuse(fresh, order->conf, same, problems, error));
    return failed(fresh);
}

enum admission_result admission_step(struct admission *admission, const struct conf *conf,
                                     usec_t most, int64_t *issue, struct error *error)
{
    if (!queue_admission_step(admission->inside, most, issue, error))
        return failed(admission);
    if (!*issue)
        return ADMISSION_GOES_ON;
    log_line(LOG_NOTICE, (struct log_about){.issue = parcel_facts(admission->parcel)->issue},
             "%s is accepted", admission->item->name);
    return admission_file_all(conf, admission->queue, error) ? ADMITTED : ADMISSION_IN_DOUBT;
}

/* --- sweeping --- */

bool admission_sweep(const struct conf *conf, struct queue *queue, struct error *error)
{
    AUTO(text) char *folder = parcels_folder(conf);
    if (!folder_make(folder, error))
        return false;
    GDir *parcels = g_dir_open(folder, 0, NULL);
    const char *name;
    bool good = true;
    while (parcels && good && (name = g_dir_read_name(parcels))) {
        AUTO(text) char *path = g_build_filename(folder, name, NULL);
        if (!belongs_to_issue(queue, name))
            good = folder_remove(path, error);
    }
    if (parcels)
        g_dir_close(parcels);
    return good;
}
