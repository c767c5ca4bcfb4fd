#include "intake/reception.h"
#include "base/file.h"
#include "base/log.h"
#include "base/program.h"
#include "base/spawn.h"
#include "intake/admission.h"
#include "queue/claim.h"
#include "report/report.h"

#include <signal.h>
#include <sys/wait.h>

#define AT_ONCE   2 /* intakes */
#define TIME_MOST (5 * USEC_PER_MINUTE)
#define TRIES     2
#define PAUSE     (10 * USEC_PER_SEC)
/* One turn of an admission; where other issues are being sent, they then have a fourth as long: a
 * fifth of the loop hands out 6,000 messages a second. */
#define ADMIT_MOST    (25 * USEC_PER_MSEC)
#define TURNS_TO_REST 4

struct visit { /* one settled item and its intake */
    struct reception *reception;
    struct outbox *outbox;
    const struct outbox_item *item; /* the outbox's, until released */
    char *out;                      /* where its intake puts the parcel, or the reasons */
    pid_t pid;                      /* 0: no intake runs */
    bool is_read;                   /* its parcel waits to be admitted */
    int tries;
    sd_event_source *child, *limit;
};

struct reception {
    sd_event *loop;
    struct reception_parts parts;
    GPtrArray *visits;           /* of struct visit, in the order of their arrival */
    GQueue parcels;              /* of struct visit, in the order in which their intakes ended */
    struct admission *admission; /* of the first of these; NULL: not begun */
    sd_event_source *admit;
    char *spool; /* the intakes' folder */
    unsigned last;
};

static void start_waiting(struct reception *reception);

static void visit_free(void *pointer)
{
    struct visit *visit = pointer;
    sd_event_source_disable_unref(visit->child);
    sd_event_source_disable_unref(visit->limit);
    g_free(visit->out);
    g_free(visit);
}

static struct log_about nothing(void)
{
    return (struct log_about){0};
}

/* The next parcel has its turn. */
static void forget_parcel(struct reception *reception, struct visit *visit)
{
    if (g_queue_peek_head(&reception->parcels) == visit) {
        admission_free(reception->admission);
        reception->admission = NULL;
    }
    g_queue_remove(&reception->parcels, visit);
}

/* Done with the item: the outbox looks at it again at `later`. */
static void finish(struct visit *visit, usec_t later)
{
    struct reception *reception = visit->reception;
    AUTO(error) struct error error = {0};
    if (!folder_remove(visit->out, &error))
        log_error(LOG_WARNING, nothing(), &error);
    forget_parcel(reception, visit);
    outbox_release(visit->outbox, visit->item, later);
    g_ptr_array_remove(reception->visits, visit);
    start_waiting(reception);
}

/* --- how an intake ended --- */

static char *read_reason(const struct visit *visit, const char *name)
{
    AUTO(text) char *path = g_build_filename(visit->out, name, NULL);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static void reject(struct visit *visit, const char *text, const char *html)
{
    AUTO(error) struct error error = {0};
    const struct publication *publication = outbox_publication(visit->outbox);
    if (outbox_reject(publication, visit->item->name, text, html, &error))
        log_line(LOG_NOTICE, nothing(), "%s: %s is rejected", publication->id, visit->item->name);
    else
        log_error(LOG_ERR, nothing(), &error);
    finish(visit, error_is_set(&error) ? clock_now() + PAUSE : 0);
}

static void reject_for(struct visit *visit, const struct problems *problems)
{
    AUTO(text) char *text = report_why_text(visit->item->name, problems);
    AUTO(text) char *html = report_why_html(visit->item->name, problems);
    for (size_t i = 0; i < problems_count(problems); i++)
        if (problems_at(problems, i)->severity == PROBLEM)
            log_error(LOG_NOTICE, nothing(), &problems_at(problems, i)->error);
    reject(visit, text, html);
}

static void reject_with_reasons(struct visit *visit)
{
    AUTO(text) char *text = read_reason(visit, "why.txt");
    AUTO(text) char *html = read_reason(visit, "why.html");
    if (text && html)
        reject(visit, text, html);
    else
        finish(visit, clock_now() + PAUSE);
}

static void give_up_reading(struct visit *visit)
{
    AUTO(problems) struct problems *problems = problems_new();
    problems_add(problems, PROBLEM, "intake", EX_SOFTWARE, (struct place){visit->item->name, 0, 0},
                 N_("save it anew, as Markdown or plain text, and tell the administrator"),
                 N_("the program that reads issues failed at this document"));
    reject_for(visit, problems);
}

/* --- admission, in turns of the loop --- */

static void admit_at(struct reception *reception, usec_t when)
{
    (void)sd_event_source_set_time(reception->admit, (uint64_t)when);
    (void)sd_event_source_set_enabled(reception->admit, SD_EVENT_ONESHOT);
}

static void end_admission(struct visit *visit, enum admission_result result, int64_t issue,
                          const struct problems *problems, struct error *error)
{
    struct reception *reception = visit->reception;
    switch (result) {
    case ADMISSION_GOES_ON:
        return;
    case ADMITTED:
        forget_parcel(reception, visit); /* what it holds in memory is needed no more */
        reception->parts.admitted(reception->parts.user, issue);
        finish(visit, 0);
        return;
    case ADMISSION_REFUSED:
        reject_for(visit, problems);
        return;
    case ADMISSION_STALE:
        finish(visit, 0);
        return;
    case ADMISSION_FAILED:
        log_error(LOG_ERR, nothing(), error);
        finish(visit, clock_now() + PAUSE);
        return;
    case ADMISSION_IN_DOUBT:
        reception->parts.failed(reception->parts.user, error);
        finish(visit, clock_now() + PAUSE);
        return;
    }
}

static void admit_part(struct visit *visit)
{
    struct reception *reception = visit->reception;
    AUTO(error) struct error error = {0};
    AUTO(problems) struct problems *problems = problems_new();
    struct admission_order order = {reception->parts.conf, reception->parts.queue, visit->outbox,
                                    visit->item, visit->out};
    int64_t issue = 0;
    enum admission_result result = ADMISSION_GOES_ON;
    if (!reception->admission)
        result = admission_begin(&reception->admission, &order, problems, &error);
    if (result == ADMISSION_GOES_ON)
        result =
            admission_step(reception->admission, reception->parts.conf, ADMIT_MOST, &issue, &error);
    end_admission(visit, result, issue, problems, &error);
}

static int on_admit(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    struct reception *reception = user;
    struct visit *visit = g_queue_peek_head(&reception->parcels);
    usec_t began = clock_monotonic();
    if (visit)
        admit_part(visit);
    usec_t now = clock_monotonic();
    if (!g_queue_is_empty(&reception->parcels))
        admit_at(reception, queue_is_sending(reception->parts.queue)
                                ? now + (now - began) / TURNS_TO_REST
                                : now);
    return 0;
}

static void admit(struct visit *visit)
{
    visit->pid = 0;
    visit->is_read = true;
    g_queue_push_tail(&visit->reception->parcels, visit);
    if (visit->reception->parcels.length == 1)
        admit_at(visit->reception, 0);
    start_waiting(visit->reception);
}

/* --- the intakes' ends --- */

static void try_again(struct visit *visit, const char *how)
{
    log_line(LOG_ERR, nothing(), "the intake of %s %s", visit->item->name, how);
    visit->pid = 0;
    if (visit->tries >= TRIES)
        give_up_reading(visit);
    else
        start_waiting(visit->reception);
}

static int on_child(sd_event_source *source, const siginfo_t *info, void *user)
{
    struct visit *visit = user;
    sd_event_source_set_enabled(source, SD_EVENT_OFF);
    sd_event_source_set_enabled(visit->limit, SD_EVENT_OFF);
    if (info->si_code != CLD_EXITED)
        try_again(visit, "was ended by a signal");
    else if (info->si_status == EX_OK)
        admit(visit);
    else if (info->si_status == EX_DATAERR)
        reject_with_reasons(visit);
    else if (info->si_status == EX_SOFTWARE)
        try_again(visit, "failed");
    else
        finish(visit, clock_now() + PAUSE);
    return 0;
}

static int on_limit(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    struct visit *visit = user;
    (void)kill(visit->pid, SIGKILL);
    return 0;
}

/* --- how it starts --- */

static bool run_intake(struct visit *visit, struct error *error)
{
    AUTO(text) char *program = program_helper("fensong-intake");
    char *arguments[] = {program,
                         (char *)"--config",
                         visit->reception->parts.conf->file,
                         (char *)"--publication",
                         outbox_publication(visit->outbox)->id,
                         (char *)"--out",
                         visit->out,
                         (char *)"--",
                         visit->item->name,
                         NULL};
    const int descriptors[] = {visit->item->fd};
    return spawn(&visit->pid, program, arguments, descriptors, 1, error);
}

static void watch(struct visit *visit)
{
    sd_event_source_disable_unref(visit->child);
    sd_event_source_disable_unref(visit->limit);
    uint64_t until = (uint64_t)(clock_monotonic() + TIME_MOST);
    if (sd_event_add_child(visit->reception->loop, &visit->child, visit->pid, WEXITED, on_child,
                           visit) < 0 ||
        sd_event_add_time(visit->reception->loop, &visit->limit, CLOCK_MONOTONIC, until, 0,
                          on_limit, visit) < 0)
        g_error("the event loop takes no more sources");
}

static void start(struct visit *visit)
{
    AUTO(error) struct error error = {0};
    visit->tries++;
    if (run_intake(visit, &error)) {
        watch(visit);
        return;
    }
    log_error(LOG_ERR, nothing(), &error);
    finish(visit, clock_now() + PAUSE);
}

/* Of two texts of one issue the one that came first is to be admitted, not the one that is read
 * sooner: so what lies in one outbox is read one after the other. */
static bool is_first_of_its_outbox(const struct reception *reception, guint index)
{
    const struct visit *visit = reception->visits->pdata[index];
    for (guint i = 0; i < index; i++)
        if (((const struct visit *)reception->visits->pdata[i])->outbox == visit->outbox)
            return false;
    return true;
}

static void start_waiting(struct reception *reception)
{
    struct visit *next = NULL;
    unsigned running = 0;
    for (guint i = 0; i < reception->visits->len; i++) {
        struct visit *visit = reception->visits->pdata[i];
        running += visit->pid > 0;
        bool waits = !visit->pid && !visit->is_read;
        if (!next && waits && is_first_of_its_outbox(reception, i))
            next = visit;
    }
    if (next && running < AT_ONCE) {
        start(next);
        start_waiting(reception);
    }
}

void reception_settled(void *user, struct outbox *outbox, const struct outbox_item *item)
{
    struct reception *reception = user;
    struct visit *visit = g_new0(struct visit, 1);
    visit->reception = reception;
    visit->outbox = outbox;
    visit->item = item;
    visit->out = g_strdup_printf("%s/%d-%u", reception->spool, getpid(), ++reception->last);
    g_ptr_array_add(reception->visits, visit);
    start_waiting(reception);
}

void reception_refused(void *user, struct outbox *outbox, const char *name, const struct error *why)
{
    (void)user;
    const struct publication *publication = outbox_publication(outbox);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(error) struct error copy = {0}, error = {0};
    error_copy(&copy, why);
    problems_take(problems, "refused", &copy);
    AUTO(text) char *text = report_why_text(name, problems);
    AUTO(text) char *html = report_why_html(name, problems);
    if (!outbox_reject(publication, name, text, html, &error))
        log_error(LOG_ERR, nothing(), &error);
    else
        log_error(LOG_NOTICE, nothing(), why);
}

static void drop(struct visit *visit)
{
    if (visit->pid > 0) {
        sd_event_source_set_enabled(visit->child, SD_EVENT_OFF);
        (void)kill(visit->pid, SIGKILL);
        (void)waitpid(visit->pid, NULL, 0);
    }
    if (!folder_remove(visit->out, NULL)) {
        /* Swept at the next start. */
    }
}

void reception_forget(struct reception *reception, const struct outbox *outbox)
{
    for (guint i = reception->visits->len; i > 0; i--) {
        struct visit *visit = reception->visits->pdata[i - 1];
        if (visit->outbox == outbox) {
            forget_parcel(reception, visit);
            drop(visit);
            g_ptr_array_remove_index(reception->visits, i - 1);
        }
    }
}

/* An intake whose daemon was killed may still write there, into a folder that no other uses: what
 * it leaves is swept at the next start. */
static void sweep_spool(const char *spool)
{
    AUTO(error) struct error error = {0};
    if (!folder_remove(spool, &error))
        log_error(LOG_WARNING, nothing(), &error);
}

static bool add_source(struct reception *reception, struct error *error)
{
    if (sd_event_add_time(reception->loop, &reception->admit, CLOCK_MONOTONIC, 0, USEC_PER_MSEC,
                          on_admit, reception) < 0 ||
        sd_event_source_set_enabled(reception->admit, SD_EVENT_OFF) < 0)
        return error_set(error, EX_OSERR, NOWHERE, NULL,
                         N_("the event loop takes no more sources"));
    /* As the dispatch's turn, so that these two alternate, and after all that has happened. */
    (void)sd_event_source_set_priority(reception->admit, SD_EVENT_PRIORITY_IDLE);
    return true;
}

bool reception_start(struct reception **reception, sd_event *loop,
                     const struct reception_parts *parts, struct error *error)
{
    struct reception *fresh = g_new0(struct reception, 1);
    fresh->loop = sd_event_ref(loop);
    fresh->parts = *parts;
    fresh->visits = g_ptr_array_new_with_free_func(visit_free);
    g_queue_init(&fresh->parcels);
    fresh->spool = g_build_filename(parts->conf->state_dir, "spool", "intake", NULL);
    sweep_spool(fresh->spool);
    if (!folder_make(fresh->spool, error) || !admission_sweep(parts->conf, parts->queue, error) ||
        !add_source(fresh, error)) {
        reception_stop(fresh);
        return false;
    }
    *reception = fresh;
    return true;
}

void reception_set_conf(struct reception *reception, const struct conf *conf)
{
    reception->parts.conf = conf;
}

void reception_stop(struct reception *reception)
{
    if (!reception)
        return;
    admission_free(reception->admission);
    g_queue_clear(&reception->parcels);
    sd_event_source_disable_unref(reception->admit);
    for (guint i = 0; i < reception->visits->len; i++)
        drop(reception->visits->pdata[i]);
    g_ptr_array_unref(reception->visits);
    sd_event_unref(reception->loop);
    g_free(reception->spool);
    g_free(reception);
}

bool reception_file_admitted(struct reception *reception, struct error *error)
{
    return admission_file_all(reception->parts.conf, reception->parts.queue, error);
}
