/* Senders without the daemon: a check of the relays, a trial copy. */
#include "dispatch/dispatch.h"
#include "dispatch/link.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

static void wait_for(struct link *link)
{
    (void)shutdown(link->socket, SHUT_WR);
    while (waitpid(link->pid, NULL, 0) < 0 && errno == EINTR) {
        /* again */
    }
    link_close(link);
}

/* --- a check --- */

static const char *const troubles[] = {
    [GONE_DONE] = NULL,
    [GONE_CONNECT] = N_("relay %s can't be reached: %s"),
    [GONE_GREETING] = N_("relay %s does not take us: %s"),
    [GONE_TLS] = N_("relay %s: no secure connection: %s"),
    [GONE_LOGIN] = N_("relay %s refuses the login: %s"),
    [GONE_LOST] = N_("relay %s: the connection was lost: %s"),
    [GONE_OURS] = N_("relay %s: the sender failed: %s"),
};

static const char *const mends[] = {
    [GONE_DONE] = NULL,
    [GONE_CONNECT] = N_("see that host and port are right, that the name is known to DNS, and that no "
                        "firewall is in between"),
    [GONE_GREETING] = N_("ask the relay's administrator to let this machine send"),
    [GONE_TLS] = N_("see that tls is what the relay wants, that host is the name in its certificate, "
                    "and that ca_file holds who signed it"),
    [GONE_LOGIN] = N_("see that user and password are right, and that the mailbox may send by SMTP"),
    [GONE_LOST] = N_("try again; if it stays so, ask the relay's administrator"),
    [GONE_OURS] = N_("try again, and look at the log of the service"),
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static bool refuse(const struct relay *relay, enum gone_why why, const char *words,
                   struct error *error)
{
    return error_set(error, EX_UNAVAILABLE, NOWHERE, mends[why], troubles[why], relay->name,
                     words ? words : "");
}
#pragma GCC diagnostic pop

static bool hear_gone(struct link *link, const struct relay *relay, struct error *error)
{
    for (;;) {
        struct event event = {0};
        bool end = false;
        if (!event_receive(link->socket, &event, &end, error))
            return false;
        if (end)
            return refuse(relay, GONE_OURS, "it ended by itself", error);
        bool gone = event.kind == EVENT_GONE;
        bool good = gone && event.why == GONE_DONE;
        if (gone && !good)
            refuse(relay, event.why, event.reply.text, error);
        event_clear(&event);
        if (gone)
            return good;
    }
}

static bool check_relay(const struct conf *conf, const struct relay *relay, struct error *error)
{
    struct link link;
    if (!link_start(&link, conf, relay, NULL, true, error))
        return false;
    struct order order = {.kind = ORDER_CHECK, .message_fd = -1};
    bool good = order_send(link.socket, &order, error) && hear_gone(&link, relay, error);
    wait_for(&link);
    return good;
}

void dispatch_check_relays(const struct conf *conf, struct problems *problems)
{
    for (guint i = 0; i < conf->relays->len; i++) {
        AUTO(error) struct error error = {0};
        if (!check_relay(conf, conf->relays->pdata[i], &error))
            problems_take(problems, "relay", &error);
    }
}

/* --- a trial copy --- */

static void verdict_free(void *pointer)
{
    struct verdict *verdict = pointer;
    reply_clear(&verdict->reply);
    g_free(verdict);
}

static bool send_orders(struct link *link, const struct address *mail_from, int message,
                        const GPtrArray *addresses, struct error *error)
{
    struct order order = {.kind = ORDER_MESSAGE, .issue = 1, .message_fd = message};
    if (!order_send(link->socket, &order, error))
        return false;
    struct job_recipient *recipients = g_new0(struct job_recipient, addresses->len);
    for (guint i = 0; i < addresses->len; i++)
        recipients[i] = (struct job_recipient){(int64_t)i + 1, addresses->pdata[i]};
    order = (struct order){.kind = ORDER_JOB,
                           .message_fd = -1,
                           .job = {.id = 1, .issue = 1, .mail_from = (struct address *)mail_from,
                                   .personal_header = (char *)"", .count = addresses->len,
                                   .recipients = recipients}};
    bool good = order_send(link->socket, &order, error);
    g_free(recipients);
    return good;
}

static void take_verdicts(GPtrArray *verdicts, struct event *event)
{
    for (size_t i = 0; i < event->count; i++) {
        struct verdict *kept = g_memdup2(&event->verdicts[i], sizeof *kept);
        kept->reply = reply_copy(&event->verdicts[i].reply);
        g_ptr_array_add(verdicts, kept);
    }
}

/* Its events until it is gone. False: it never came to a transaction. */
static bool hear_verdicts(struct link *link, const struct relay *relay, GPtrArray *verdicts,
                          struct error *error)
{
    bool gone = false;
    while (!gone) {
        struct event event = {0};
        bool end = false;
        if (!event_receive(link->socket, &event, &end, error))
            return false;
        gone = end || event.kind == EVENT_GONE;
        if (event.kind == EVENT_OUTCOME && !end)
            take_verdicts(verdicts, &event);
        if (gone && !verdicts->len)
            refuse(relay, end ? GONE_OURS : event.why, end ? "" : event.reply.text, error);
        event_clear(&event);
    }
    return verdicts->len > 0;
}

static bool send_through(const struct conf *conf, const struct relay *relay,
                         const struct address *mail_from, int message, const GPtrArray *addresses,
                         GPtrArray *verdicts, struct error *error)
{
    struct link link;
    if (!link_start(&link, conf, relay, NULL, true, error))
        return false;
    bool good = send_orders(&link, mail_from, message, addresses, error);
    (void)shutdown(link.socket, SHUT_WR);
    good = good && hear_verdicts(&link, relay, verdicts, error);
    wait_for(&link);
    return good;
}

bool dispatch_send_trial(const struct conf *conf, const struct address *mail_from,
                         const char *message_file, const GPtrArray *addresses,
                         GPtrArray **verdicts, struct error *error)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(verdict_free);
    for (guint i = 0; i < conf->relays->len; i++) {
        AUTO(fd) int message = open(message_file, O_RDONLY | O_CLOEXEC);
        if (message < 0)
            return error_set_errno(error, (struct place){message_file, 0, 0},
                                   N_("can't be opened"));
        error_clear(error);
        if (send_through(conf, conf->relays->pdata[i], mail_from, message, addresses, all,
                         error)) {
            *verdicts = TAKE(all);
            return true;
        }
    }
    return false;
}
