#include "smtp/session.h"
#include "smtp/wire.h"

#include <auth-client.h>
#include <errno.h>
#include <libesmtp.h>
#include <poll.h>
#include <string.h>

/* What the library sends as a message; the wire throws it away and puts the real one there. It has
 * the fields that the library would add by itself. */
static const char stub[] = "Date: 0\r\nFrom: 0\r\nMessage-Id: 0\r\n";

struct session {
    const struct relay_order *relay;
    const struct session_work *work;
    int stop_fd;
    struct wire *wire;
    smtp_session_t library;
    struct job job; /* the one that runs */
    GString *header;
    bool checking; /* no mail, only a look */
    bool ready;
    unsigned messages; /* given to the library */
    size_t recipients; /* of these */
    bool stub_given;
    struct reply login_refusal; /* at MAIL or RCPT; code 0: none */
};

void session_end_clear(struct session_end *end)
{
    reply_clear(&end->reply);
    g_free(end->transcript);
    *end = (struct session_end){0};
}

/* --- a job for the library --- */

/* errno must stay 0: the library takes it for a failure of ours. */
static const char *give_stub(void **context, int *length, void *user)
{
    (void)context;
    struct session *session = user;
    if (!length) { /* from the beginning */
        session->stub_given = false;
        return NULL;
    }
    if (session->stub_given)
        wire_stub_ended(session->wire);
    *length = session->stub_given ? 0 : (int)strlen(stub);
    session->stub_given = true;
    errno = 0;
    return stub;
}

static void no_memory(const void *made)
{
    if (!made)
        g_error("libesmtp has no memory left");
}

static void add_message(struct session *session, const char *mail_from, size_t size)
{
    smtp_message_t message = smtp_add_message(session->library);
    no_memory(message);
    (void)smtp_set_reverse_path(message, mail_from);
    (void)smtp_set_messagecb(message, give_stub, session);
    (void)smtp_size_set_estimate(message, size);
    for (size_t i = 0; i < session->job.count; i++)
        no_memory(smtp_add_recipient(message, address_text(session->job.recipients[i].address)));
    if (session->job.count == 0)
        no_memory(smtp_add_recipient(message, "nobody@invalid")); /* for a check; never said */
    session->messages++;
    session->recipients += session->job.count;
}

static void leave(struct session *session, enum gone_why why, const char *words)
{
    struct reply reply = reply_new(0, words);
    wire_leave(session->wire, why, &reply);
    reply_clear(&reply);
}

static bool add_job(struct session *session, const struct message *message)
{
    struct error error = {0};
    g_string_truncate(session->header, 0);
    if (!message_add_header(session->header, message, session->job.personal_header, &error)) {
        AUTO(text) char *line = error_line_english(&error);
        leave(session, GONE_OURS, line);
        error_clear(&error);
        return false;
    }
    size_t body_length;
    const char *body = message_body(message, &body_length);
    wire_next(session->wire, session->job.count, session->header->str, session->header->len, body,
              body_length);
    add_message(session, address_text(session->job.mail_from), session->header->len + body_length);
    return true;
}

/* --- what the wire tells --- */

static bool is_stopped(const struct session *session)
{
    struct pollfd stop = {.fd = session->stop_fd, .events = POLLIN};
    return session->stop_fd >= 0 && poll(&stop, 1, 0) > 0;
}

/* The first MAIL of a connection: the library would go on without a login that was refused. */
static bool is_let_in(struct session *session)
{
    if (session->relay->user && !wire_is_logged_in(session->wire)) {
        wire_leave(session->wire, GONE_LOGIN, wire_login_reply(session->wire));
        return false;
    }
    session->ready = true;
    session->work->ready(session->work->user, wire_greeting(session->wire),
                         wire_capabilities(session->wire), wire_size_max(session->wire));
    if (session->checking || is_stopped(session)) {
        leave(session, GONE_DONE, NULL);
        return false;
    }
    return true;
}

static bool before_mail(void *user)
{
    struct session *session = user;
    return session->ready || is_let_in(session);
}

static bool before_end(void *user)
{
    struct session *session = user;
    if (session->work->ending(session->work->user, &session->job))
        return true;
    leave(session, GONE_OURS, "the journal can't be written");
    return false;
}

static void note_login_refusal(struct session *session, const struct reply *reply)
{
    if (session->login_refusal.code == 0 && reply_is_login(reply))
        session->login_refusal = reply_copy(reply);
}

static void tell_outcome(struct session *session)
{
    const struct transaction *transaction = wire_transaction(session->wire);
    size_t count = session->job.count;
    struct verdict *verdicts = g_new0(struct verdict, count);
    note_login_refusal(session, &transaction->mail);
    for (size_t i = 0; i < count; i++) {
        verdicts[i] = transaction_verdict(transaction, i);
        verdicts[i].delivery = session->job.recipients[i].delivery;
        note_login_refusal(session, &transaction->rcpts[i]);
    }
    session->work->outcome(session->work->user, &session->job, verdicts);
    for (size_t i = 0; i < count; i++)
        reply_clear(&verdicts[i].reply);
    g_free(verdicts);
    job_clear(&session->job);
}

static bool is_used_up(const struct session *session)
{
    return session->messages >= session->relay->messages_per_connection ||
           session->recipients >= CONNECTION_RECIPIENTS_MOST;
}

/* A transaction is over. What is added here goes out next on the same connection. */
static void over(void *user)
{
    struct session *session = user;
    tell_outcome(session);
    const struct message *message;
    if (session->login_refusal.code != 0 || is_used_up(session) || is_stopped(session))
        return;
    if (session->work->next(session->work->user, &session->job, &message))
        (void)add_job(session, message);
}

/* --- the library --- */

static int give_login(auth_client_request_t request, char **result, int fields, void *user)
{
    const struct relay_order *relay = user;
    for (int i = 0; i < fields; i++) {
        if (request[i].flags & AUTH_USER)
            result[i] = relay->user;
        else if (request[i].flags & AUTH_PASS)
            result[i] = relay->password;
        else
            return 0;
    }
    return 1;
}

static auth_context_t new_login(const struct relay_order *relay)
{
    if (!relay->user)
        return NULL;
    auth_client_init();
    auth_context_t login = auth_create_context();
    no_memory(login);
    (void)auth_set_mechanism_flags(login, AUTH_PLUGIN_PLAIN, 0);
    (void)auth_set_interact_cb(login, give_login, (void *)relay);
    return login;
}

static void run_library(struct session *session)
{
    auth_context_t login = new_login(session->relay);
    /* Never connected to: the wire stands for it. Its time limits are the wire's. */
    (void)smtp_set_server(session->library, "127.0.0.1:25");
    (void)smtp_set_hostname(session->library, session->relay->hostname);
    if (login)
        (void)smtp_auth_set_context(session->library, login);
    wire_attach(session->wire);
    (void)smtp_start_session(session->library);
    if (login) {
        (void)smtp_auth_set_context(session->library, NULL);
        (void)auth_destroy_context(login);
        auth_client_exit();
    }
}

/* At some refusals of the login the library leaves by itself, at others it would go on. */
static bool is_login_refused(const struct session *session)
{
    return session->relay->user && !wire_is_logged_in(session->wire) &&
           wire_login_reply(session->wire)->code != 0;
}

/* Its state once the library has come to its end. */
static struct session_end end_of(const struct session *session)
{
    struct session_end end = {.transcript = wire_transcript(session->wire)};
    const struct reply *hello = wire_hello_reply(session->wire);
    if (session->login_refusal.code != 0) {
        end.why = GONE_LOGIN;
        end.reply = reply_copy(&session->login_refusal);
    } else if (wire_is_gone(session->wire)) {
        end.why = wire_why(session->wire);
        end.reply = reply_copy(wire_why_reply(session->wire));
    } else if (session->ready) {
        end.why = GONE_DONE;
    } else if (is_login_refused(session)) {
        end.why = GONE_LOGIN;
        end.reply = reply_copy(wire_login_reply(session->wire));
    } else if (hello->code != 0) {
        end.why = GONE_GREETING;
        end.reply = reply_copy(hello);
    } else {
        end.why = GONE_OURS;
        end.reply = reply_new(0, "libesmtp ended before the first message");
    }
    return end;
}

static void work(struct session *session, const struct message *message)
{
    session->library = smtp_create_session();
    no_memory(session->library);
    if (session->checking)
        add_message(session, "nobody@invalid", 0);
    if (session->checking || add_job(session, message))
        run_library(session);
    if (wire_is_open(session->wire))
        tell_outcome(session);
    (void)smtp_destroy_session(session->library);
}

struct session_end session_run(const struct relay_order *relay, int stop_fd, struct job *first,
                               const struct message *message, const struct session_work *to_tell)
{
    struct session session = {.relay = relay,
                              .work = to_tell,
                              .stop_fd = stop_fd,
                              .checking = !first,
                              .header = g_string_new(NULL)};
    const struct wire_hooks hooks = {&session, before_mail, before_end, over};
    if (first) {
        session.job = *first;
        *first = (struct job){0};
    }
    session.wire = wire_new(relay, stop_fd, &hooks);
    if (wire_connect(session.wire))
        work(&session, message);
    struct session_end end = end_of(&session);
    wire_free(session.wire);
    g_string_free(session.header, TRUE);
    reply_clear(&session.login_refusal);
    job_clear(&session.job);
    return end;
}
