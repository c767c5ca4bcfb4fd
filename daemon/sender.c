/* fensong-sender: one SMTP connection. Reads orders from the daemon on descriptor 3, keeps a
 * journal on descriptor 4, opens nothing but the connection (and the certificates for it). The
 * journal is written before the daemon is told, so that whoever dies when, the outcome is known or
 * in doubt for one transaction at most. */
#include "base/log.h"
#include "smtp/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#define IDLE     (2 * USEC_PER_SEC) /* without a next order, then the connection ends */
#define FOR_EVER (-1)
/* So long a sender waits for a disk that refuses the record of an answer. */
#define RECORD_WAIT (30 * USEC_PER_SEC)
#define RECORD_STEP (100 * USEC_PER_MSEC)

struct held { /* a message, or why it can't be sent */
    struct message *message;
    struct error error;
};

struct sender {
    int stop_fd; /* SIGTERM and SIGINT */
    struct order relay;
    GHashTable *messages;          /* by issue, of struct held */
    uint64_t job;                  /* the last one taken … */
    const struct message *message; /* … and its message */
    struct error fault;            /* ours or the daemon's: ends it; {0}: none */
    bool is_refused;               /* the journal took no record; it was said */
};

/* --- telling -------------------------------------------------------------------------------------
 */

/* Without a daemon the transaction in flight is finished all the same: its journal is read by the
 * next one. */
static void tell(const struct event *event)
{
    struct error error = {0};
    if (!event_send(SENDER_SOCKET_FD, event, &error))
        error_clear(&error);
}

static void tell_ready(void *user, const struct reply *greeting, unsigned capabilities,
                       uint64_t size_max)
{
    (void)user;
    tell(&(struct event){.kind = EVENT_READY,
                         .reply = *greeting,
                         .capabilities = capabilities,
                         .size_max = size_max});
}

/* Before the end of data goes out and not after: in doubt it was sent. */
static bool mark_end(void *user, const struct job *job)
{
    struct sender *sender = user;
    return journal_mark(SENDER_JOURNAL_FD, job, &sender->fault);
}

/* Did the server answer an end of data? Without the record all that the journal has is the mark. */
static bool is_end_answered(const struct job *job, const struct verdict verdicts[])
{
    for (size_t i = 0; i < job->count; i++)
        if (verdicts[i].kind == VERDICT_SENT ||
            (verdicts[i].kind == VERDICT_REFUSED && verdicts[i].stage == STAGE_END_OF_DATA))
            return true;
    return false;
}

/* Such an answer is worth waiting for: else whoever reads the journal must take all of the
 * transaction for unknown, and it is sent again. */
static void record(struct sender *sender, const struct job *job, const struct verdict verdicts[])
{
    struct error refused = {0};
    usec_t until = clock_monotonic() + (is_end_answered(job, verdicts) ? RECORD_WAIT : 0);
    while (!journal_record(SENDER_JOURNAL_FD, job->id, verdicts, job->count, &refused)) {
        if (!sender->is_refused)
            log_error(LOG_ERR, (struct log_about){0}, &refused);
        sender->is_refused = true;
        if (clock_monotonic() >= until) {
            (void)error_pass(&sender->fault, &refused);
            return;
        }
        error_clear(&refused);
        g_usleep(RECORD_STEP);
    }
    sender->is_refused = false;
}

static void tell_outcome(void *user, const struct job *job, const struct verdict verdicts[])
{
    struct sender *sender = user;
    record(sender, job, verdicts);
    tell(&(struct event){.kind = EVENT_OUTCOME,
                         .job = job->id,
                         .count = job->count,
                         .verdicts = (struct verdict *)verdicts});
}

/* A full disk, say, of the journal: that passes, and no message is to blame. */
static bool is_for_now(const struct error *fault)
{
    return fault->exit_class == EX_IOERR || fault->exit_class == EX_TEMPFAIL;
}

/* With GONE_OURS the job at hand is named: it is the one that can't be sent. */
static void tell_gone(const struct sender *sender, const struct session_end *end)
{
    bool at_fault = end->why == GONE_OURS && !is_for_now(&sender->fault);
    tell(&(struct event){.kind = EVENT_GONE,
                         .why = end->why,
                         .reply = end->reply,
                         .job = at_fault ? sender->job : 0});
}

/* --- orders --------------------------------------------------------------------------------------
 */

enum next { NEXT_JOB, NEXT_CHECK, NEXT_NONE };

/* Waits for an order; false: told to end, or none came in time. */
static bool wait_for_order(const struct sender *sender, usec_t limit)
{
    struct pollfd fds[] = {{.fd = sender->stop_fd, .events = POLLIN},
                           {.fd = SENDER_SOCKET_FD, .events = POLLIN}};
    int msec = limit == FOR_EVER ? -1 : (int)(limit / USEC_PER_MSEC);
    int count;
    do
        count = poll(fds, G_N_ELEMENTS(fds), msec);
    while (count < 0 && errno == EINTR);
    return count > 0 && !fds[0].revents;
}

/* One that is not clean is a fault only when a job wants it. */
static void take_message(struct sender *sender, const struct order *order)
{
    struct held *held = g_new0(struct held, 1);
    if (!message_open(&held->message, order->message_fd, &held->error))
        log_error(LOG_ERR, (struct log_about){0}, &held->error);
    g_hash_table_replace(sender->messages, g_memdup2(&order->issue, sizeof order->issue), held);
}

static enum next take_job(struct sender *sender, struct order *order, struct job *job)
{
    const struct held *held = g_hash_table_lookup(sender->messages, &order->job.issue);
    sender->job = order->job.id;
    if (!held) {
        error_set(&sender->fault, EX_PROTOCOL, NOWHERE, NULL,
                  N_("the daemon gave a job without its message"));
        return NEXT_NONE;
    }
    if (!held->message) {
        error_copy(&sender->fault, &held->error);
        return NEXT_NONE;
    }
    sender->message = held->message;
    *job = order->job;
    order->job = (struct job){0};
    return NEXT_JOB;
}

static enum next take_order(struct sender *sender, struct order *order, struct job *job)
{
    switch (order->kind) {
    case ORDER_JOB:
        return take_job(sender, order, job);
    case ORDER_MESSAGE:
        take_message(sender, order);
        return NEXT_NONE;
    case ORDER_CHECK:
        return NEXT_CHECK;
    case ORDER_RELAY:
        error_set(&sender->fault, EX_PROTOCOL, NOWHERE, NULL,
                  N_("the daemon named a second relay"));
        break;
    }
    return NEXT_NONE;
}

/* The next thing to do, within `limit`; messages on the way are taken. */
static enum next next_order(struct sender *sender, usec_t limit, struct job *job)
{
    enum next next = NEXT_NONE;
    bool end = false;
    while (next == NEXT_NONE && !error_is_set(&sender->fault) && wait_for_order(sender, limit)) {
        struct order order;
        if (!order_receive(SENDER_SOCKET_FD, &order, &end, &sender->fault) || end)
            break;
        next = take_order(sender, &order, job);
        order_clear(&order);
    }
    return next;
}

static bool next_job(void *user, struct job *job, const struct message **message)
{
    struct sender *sender = user;
    enum next next = next_order(sender, IDLE, job);
    if (next == NEXT_CHECK)
        error_set(&sender->fault, EX_PROTOCOL, NOWHERE, NULL,
                  N_("the daemon asked for a check in the middle of work"));
    *message = sender->message;
    return next == NEXT_JOB;
}

/* --- the process ---------------------------------------------------------------------------------
 */

/* The relay's password is in this memory: no core file, no debugger of the same user. */
static bool harden(struct error *error)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_set_errno(error, NOWHERE, N_("the sender can't be locked in"));
    return true;
}

/* SIGTERM must not cut a transaction: it is looked at between two. SIGINT comes from a terminal to
 * the daemon's whole group, SIGHUP is the daemon's business. */
static bool take_signals(int *stop_fd, struct error *error)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    if (sigprocmask(SIG_SETMASK, &stops, NULL) < 0 ||
        (*stop_fd = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
        return error_set_errno(error, NOWHERE, N_("signals can't be received"));
    return true;
}

static bool receive_relay(struct sender *sender, struct error *error)
{
    bool end = false;
    if (!order_receive(SENDER_SOCKET_FD, &sender->relay, &end, error))
        return false;
    if (end || sender->relay.kind != ORDER_RELAY)
        return error_set(error, EX_PROTOCOL, NOWHERE,
                         N_("fensongd starts this program; it is not for people"),
                         N_("the daemon named no relay"));
    return true;
}

static void say_why(const struct sender *sender, const struct session_end *end)
{
    static const char *const reasons[] = {
        [GONE_DONE] = "done",
        [GONE_CONNECT] = "no connection",
        [GONE_GREETING] = "turned away",
        [GONE_TLS] = "no TLS",
        [GONE_LOGIN] = "login refused",
        [GONE_LOST] = "connection lost",
        [GONE_OURS] = "our own fault",
    };
    struct log_about about = {.relay = sender->relay.relay.host, .smtp_code = end->reply.code};
    AUTO(text) char *words = reply_line(&end->reply);
    log_line(LOG_NOTICE, about, "%s: %s%s%s", sender->relay.relay.host, reasons[end->why],
             *words ? ": " : "", words);
    AUTO(texts) char **lines = g_strsplit(end->transcript ? end->transcript : "", "\n", -1);
    for (size_t i = 0; lines[i] && *lines[i]; i++)
        log_line(LOG_INFO, about, "%s", lines[i]);
}

/* A fault of ours counts where the connection itself ended well. */
static void tell_end(struct sender *sender, struct session_end *end)
{
    if (error_is_set(&sender->fault) && (end->why == GONE_DONE || end->why == GONE_OURS)) {
        AUTO(text) char *line = error_line_english(&sender->fault);
        reply_clear(&end->reply);
        end->why = GONE_OURS;
        end->reply = reply_new(0, line);
    }
    if (end->why != GONE_DONE)
        say_why(sender, end);
    tell_gone(sender, end);
    order_refuse_rest(SENDER_SOCKET_FD);
}

static void work(struct sender *sender)
{
    const struct session_work to_tell = {sender, next_job, tell_ready, mark_end, tell_outcome};
    struct job job = {0};
    struct session_end end = {.why = GONE_DONE};
    enum next next = next_order(sender, FOR_EVER, &job);
    if (next != NEXT_NONE)
        end = session_run(&sender->relay.relay, sender->stop_fd, next == NEXT_JOB ? &job : NULL,
                          sender->message, &to_tell);
    tell_end(sender, &end);
    session_end_clear(&end);
}

static void free_held(void *pointer)
{
    struct held *held = pointer;
    message_free(held->message);
    error_clear(&held->error);
    g_free(held);
}

int main(int argc, char *argv[])
{
    log_open("fensong-sender");
    if (argc > 1 && g_str_equal(argv[1], "--quiet"))
        log_set_level(LOG_EMERG);
    struct sender sender = {.stop_fd = -1, .relay = {.message_fd = -1}};
    struct error error = {0};
    sender.messages = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_held);
    bool good =
        harden(&error) && take_signals(&sender.stop_fd, &error) && receive_relay(&sender, &error);
    if (good)
        work(&sender);
    else
        log_error(LOG_ERR, (struct log_about){0}, &error);
    int status = error.exit_class;
    g_hash_table_unref(sender.messages);
    order_clear(&sender.relay);
    error_clear(&sender.fault);
    error_clear(&error);
    return status;
}
