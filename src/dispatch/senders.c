/* The sender processes: started, given jobs, listened to, and their ends. */
#include "base/log.h"
#include "dispatch/parts.h"
#include "mail/mail.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

void handed_free(struct handed *job)
{
    for (size_t i = 0; i < job->count; i++)
        claim_clear(&job->claims[i]);
    for (size_t i = 0; job->verdicts && i < job->count; i++)
        reply_clear(&job->verdicts[i].reply);
    g_free(job->verdicts);
    g_free(job->claims);
    g_free(job);
}

static void free_handed(void *job)
{
    handed_free(job);
}

void sender_free(struct sender *sender)
{
    sd_event_source_disable_unref(sender->readable);
    sd_event_source_disable_unref(sender->child);
    g_queue_clear_full(&sender->jobs, free_handed);
    g_hash_table_unref(sender->messages);
    g_hash_table_unref(sender->carried);
    link_close(&sender->link);
    g_free(sender->why_text);
    g_free(sender);
}

static struct log_about about(const struct sender *sender, int code)
{
    return (struct log_about){.relay = sender->relay->name, .smtp_code = code};
}

/* The job whose transaction runs: it takes them in order, one after the other without a pause. */
static const struct handed *running_job(const struct sender *sender)
{
    const struct handed *job = g_queue_peek_head((GQueue *)&sender->jobs);
    return sender->is_ready && job && job->was_sent_to_sender ? job : NULL;
}

bool sender_waits_for_end(const struct sender *sender)
{
    const struct handed *job = running_job(sender);
    AUTO(table) GHashTable *known = NULL;
    AUTO(error) struct error ignored = {0};
    if (!job || !recovery_read_journal(sender->link.journal, &known, &ignored))
        return job; /* in doubt it does */
    const struct verdict *last = g_hash_table_lookup(known, &job->claims[0].delivery);
    return last && last->job == job->id && last->kind == VERDICT_UNKNOWN;
}

/* --- what it tells --- */

static struct handed *find_job(struct sender *sender, uint64_t id)
{
    for (GList *link = sender->jobs.head; link; link = link->next)
        if (((struct handed *)link->data)->id == id)
            return link->data;
    return NULL;
}

static bool on_ready(struct sender *sender, const struct event *event)
{
    sender->is_ready = true;
    log_line(LOG_DEBUG, about(sender, event->reply.code), "connected: %s",
             event->reply.text ? event->reply.text : "");
    return true;
}

/* The connection went under it, or the sender gave it up. */
static bool is_cut_off(const struct event *event)
{
    for (size_t i = 0; i < event->count; i++)
        if (event->verdicts[i].kind == VERDICT_UNTOUCHED)
            return true;
    return false;
}

/* What follows from it depends on why, which the sender tells last. */
static void keep_verdicts(struct sender *sender, struct handed *job, const struct event *event)
{
    job->verdicts = g_memdup2(event->verdicts, sizeof *event->verdicts * event->count);
    for (size_t i = 0; i < event->count; i++)
        job->verdicts[i].reply = reply_copy(&event->verdicts[i].reply);
    sender_end(sender);
}

static bool on_outcome(struct sender *sender, const struct event *event, struct error *error)
{
    struct handed *job = find_job(sender, event->job);
    if (!job || job->verdicts)
        return error_set(error, EX_PROTOCOL, NOWHERE, NULL,
                         N_("a sender told of a job that it has not"));
    if (event->count == job->count && is_cut_off(event)) {
        keep_verdicts(sender, job, event);
        return true;
    }
    g_queue_remove(&sender->jobs, job);
    sender->done++;
    bool good = outcomes_apply(sender->dispatch, sender->relay, job, event->verdicts, event->count,
                               false, error);
    handed_free(job);
    return good;
}

static void on_gone(struct sender *sender, const struct event *event)
{
    sender->is_gone = true;
    sender->is_ending = true;
    sender->why = event->why;
    sender->faulty_job = event->job;
    sender->was_too_many =
        event->why == GONE_GREETING && event->reply.code &&
        answer_of(sender->dispatch->answers, STAGE_CONNECT, &event->reply).class == ANSWER_RATE;
    g_free(sender->why_text);
    sender->why_text = g_strdup(event->reply.text ? event->reply.text : "");
}

static bool on_event(struct sender *sender, const struct event *event, struct error *error)
{
    sender->last_sign = clock_monotonic();
    switch (event->kind) {
    case EVENT_READY:
        return on_ready(sender, event);
    case EVENT_OUTCOME:
        return on_outcome(sender, event, error);
    case EVENT_GONE:
        on_gone(sender, event);
        return true;
    }
    return true;
}

/* Everything that waits in its socket. False: an error that is not the sender's. */
static bool listen_to(struct sender *sender, struct error *error)
{
    for (;;) {
        struct event event = {0};
        AUTO(error) struct error trouble = {0};
        bool end = false;
        if (!event_receive(sender->link.socket, &event, &end, &trouble)) {
            if (trouble.exit_class != EX_TEMPFAIL) {
                log_error(LOG_ERR, about(sender, 0), &trouble);
                sender_kill(sender, SIGKILL);
                sd_event_source_set_enabled(sender->readable, SD_EVENT_OFF);
            }
            return true;
        }
        if (end) {
            /* The rest is the child's end. */
            sd_event_source_set_enabled(sender->readable, SD_EVENT_OFF);
            return true;
        }
        bool good = on_event(sender, &event, error);
        event_clear(&event);
        if (!good)
            return false;
    }
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)fd, (void)events;
    struct sender *sender = user;
    AUTO(error) struct error error = {0};
    if (!listen_to(sender, &error))
        dispatch_fail(sender->dispatch, &error);
    dispatch_wake(sender->dispatch);
    return 0;
}

/* --- its end --- */

static bool was_lost(const struct sender *sender)
{
    if (sender->killed_by_us)
        return false;
    return !sender->is_gone || sender->why == GONE_LOST;
}

static const char *describe(const struct sender *sender)
{
    if (!sender->is_gone)
        return "the sender ended by itself";
    return sender->why_text && *sender->why_text ? sender->why_text : "the connection was lost";
}

/* What goes alone has shown that it is the cause: the relay is not to blame again. */
static bool only_one_alone(const struct sender *sender)
{
    const struct handed *job = running_job(sender);
    return job && job->count == 1 && job->claims[0].alone;
}

static void blame_relay(struct sender *sender)
{
    if (sender->killed_by_us || (sender->is_gone && sender->why == GONE_DONE) ||
        only_one_alone(sender))
        return;
    log_line(LOG_WARNING, about(sender, 0), "relay %s: %s", sender->relay->name, describe(sender));
    /* Those that are connected go on. */
    if (sender->was_too_many && sender->relay->senders > 1) {
        valve_too_many_connections(&sender->relay->valve, sender->relay->senders - 1,
                                   clock_monotonic());
        return;
    }
    relay_failed(sender->relay, describe(sender), clock_monotonic());
}

/* A message that is not clean stays so: the issue waits for a person, the relay is not to blame. */
static bool hold_faulty_issue(struct sender *sender, struct error *error)
{
    const struct handed *job =
        sender->is_gone && sender->why == GONE_OURS ? find_job(sender, sender->faulty_job) : NULL;
    return !job || queue_hold(sender->dispatch->queue, job->issue, HOLD_RELAY, sender->why_text,
                              "fensongd", error);
}

static bool settle_jobs(struct sender *sender, struct error *error)
{
    const struct handed *running = running_job(sender);
    struct handed *job;
    AUTO(table) GHashTable *journal = NULL;
    if (sender->jobs.length && !recovery_read_journal(sender->link.journal, &journal, error))
        return false;
    while ((job = g_queue_pop_head(&sender->jobs))) {
        bool lost = job == running && was_lost(sender);
        bool good = job->verdicts ? outcomes_apply(sender->dispatch, sender->relay, job,
                                                   job->verdicts, job->count, lost, error)
                                  : outcomes_of_lost_job(sender->dispatch, sender->relay, job,
                                                         journal, lost, error);
        handed_free(job);
        if (!good)
            return false;
    }
    return true;
}

static int on_child(sd_event_source *source, const siginfo_t *info, void *user)
{
    (void)source;
    struct sender *sender = user;
    struct dispatch *dispatch = sender->dispatch;
    AUTO(error) struct error error = {0};
    if (info->si_code != CLD_EXITED && !sender->killed_by_us)
        log_line(LOG_WARNING, about(sender, 0), "sender %d ended by signal %d", info->si_pid,
                 info->si_status);
    bool good = listen_to(sender, &error);
    if (good) {
        blame_relay(sender);
        good = hold_faulty_issue(sender, &error) && settle_jobs(sender, &error);
    }
    if (good && sender->link.journal)
        g_ptr_array_add(dispatch->old_journals, g_strdup(sender->link.journal));
    sender->relay->senders--;
    g_ptr_array_remove(dispatch->senders, sender);
    sender_free(sender);
    if (!good)
        dispatch_fail(dispatch, &error);
    dispatch_wake(dispatch);
    return 0;
}

void sender_kill(struct sender *sender, int signal)
{
    if (signal == SIGKILL)
        sender->killed_by_us = true;
    sender->is_ending = true;
    (void)kill(sender->link.pid, signal);
}

void sender_end(struct sender *sender)
{
    sender->is_ending = true;
    (void)shutdown(sender->link.socket, SHUT_WR);
}

/* --- its start and its jobs --- */

bool sender_start(struct dispatch *dispatch, struct relay_state *relay, struct error *error)
{
    struct sender *sender = g_new0(struct sender, 1);
    sender->dispatch = dispatch;
    sender->relay = relay;
    sender->messages = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    sender->carried = g_hash_table_new(NULL, NULL);
    sender->last_sign = clock_monotonic();
    g_queue_init(&sender->jobs);
    if (!link_start(&sender->link, dispatch->conf, relay->conf, dispatch->journals, false, error)) {
        sender_free(sender);
        return false;
    }
    if (sd_event_add_io(dispatch->loop, &sender->readable, sender->link.socket, EPOLLIN,
                        on_readable, sender) < 0 ||
        sd_event_add_child(dispatch->loop, &sender->child, sender->link.pid, WEXITED, on_child,
                           sender) < 0)
        g_error("the event loop takes no more sources");
    relay->senders++;
    g_ptr_array_add(dispatch->senders, sender);
    return true;
}

static bool send_message(struct sender *sender, int64_t issue, const char *parcel,
                         struct error *error)
{
    if (g_hash_table_contains(sender->messages, &issue))
        return true;
    AUTO(text)
    char *path = g_build_filename(sender->dispatch->conf->state_dir, "spool", "parcels", parcel,
                                  "message.eml", NULL);
    AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be opened"));
    struct order order = {.kind = ORDER_MESSAGE, .issue = issue, .message_fd = fd};
    if (!order_send(sender->link.socket, &order, error))
        return false;
    g_hash_table_add(sender->messages, g_memdup2(&issue, sizeof issue));
    return true;
}

static bool send_job(struct sender *sender, struct handed *handed, struct error *error)
{
    struct envelope envelope;
    if (!queue_envelope(sender->dispatch->queue, handed->issue, &envelope, error) ||
        !send_message(sender, handed->issue, envelope.parcel, error))
        return false;
    AUTO(text)
    char *header = handed->is_personal
                       ? mail_personal_header(envelope.message_id, handed->claims[0].name,
                                              handed->claims[0].address)
                       : g_strdup("");
    AUTO(address) struct address *mail_from = NULL;
    if (!address_parse(&mail_from, envelope.from, NOWHERE, NULL, error))
        return false;
    struct job_recipient *recipients = g_new0(struct job_recipient, handed->count);
    for (size_t i = 0; i < handed->count; i++)
        recipients[i] =
            (struct job_recipient){handed->claims[i].delivery, handed->claims[i].address};
    struct order order = {.kind = ORDER_JOB,
                          .message_fd = -1,
                          .job = {.id = handed->id,
                                  .issue = handed->issue,
                                  .mail_from = mail_from,
                                  .personal_header = header,
                                  .count = handed->count,
                                  .recipients = recipients}};
    bool good = order_send(sender->link.socket, &order, error);
    g_free(recipients);
    handed->was_sent_to_sender = good;
    return good;
}

/* A sender that is gone, or whose socket is full, is no error of ours: the jobs wait for room, or
 * for the child's end, which puts them back. */
bool sender_send_jobs(struct sender *sender, struct error *error)
{
    /* What an ending one has not got goes back when it is gone. */
    for (GList *link = sender->is_ending ? NULL : sender->jobs.head; link; link = link->next) {
        struct handed *job = link->data;
        AUTO(error) struct error trouble = {0};
        if (job->was_sent_to_sender || send_job(sender, job, &trouble))
            continue;
        if (trouble.exit_class == EX_TEMPFAIL || trouble.exit_class == EX_UNAVAILABLE)
            return true;
        return error_pass(error, &trouble);
    }
    return true;
}
