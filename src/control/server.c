/* libmicrohttpd without threads of its own, on the daemon's event loop. */
#include "control/control.h"

#include <microhttpd.h>
#include <string.h>

#include "base/log.h"
#include "control/peer.h"
#include "control/resource.h"
#include "control/socket.h"

#define BODY_MOST        ((size_t)1 << 20)
#define CONNECTIONS_MOST 64U
#define IDLE_SECONDS     30U

AUTO_DEFINE(control, struct control, control_stop)

struct control {
    struct control_parts parts;
    struct MHD_Daemon *http;
    sd_event_source *readable, *timer;
    char *path;
    gid_t members;
};

struct exchange { /* one request, while it comes in */
    char *target;
    char *who; /* NULL: nobody has looked yet */
    GString *body;
    bool too_long;
};

/* --- requests ----------------------------------------------------------------------------------
 */

/* Called first of all, with the target as it was sent: the only place where %2F is still no slash.
 */
static void *begin_exchange(void *user, const char *target, struct MHD_Connection *connection)
{
    (void)user;
    (void)connection;
    struct exchange *exchange = g_new0(struct exchange, 1);
    exchange->target = g_strdup(target);
    exchange->body = g_string_new(NULL);
    return exchange;
}

static void end_exchange(void *user, struct MHD_Connection *connection, void **pointer,
                         enum MHD_RequestTerminationCode how)
{
    (void)user;
    (void)connection;
    (void)how;
    struct exchange *exchange = *pointer;
    if (!exchange)
        return;
    g_free(exchange->target);
    g_free(exchange->who);
    g_string_free(exchange->body, TRUE);
    g_free(exchange);
    *pointer = NULL;
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, json_t *body)
{
    AUTO(text) char *text = json_pretty(body);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", "application/json");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_error(struct MHD_Connection *connection, const struct error *error)
{
    unsigned status;
    AUTO(json) json_t *body = resource_error(error, &status);
    return answer(connection, status, body);
}

/* Sets exchange->who where whoever asks may. */
static bool admit(const struct control *control, struct MHD_Connection *connection,
                  struct exchange *exchange, struct error *error)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct peer peer;
    if (!info || !peer_of(&peer, info->connect_fd, error))
        return error_set(error, EX_NOPERM, NOWHERE, NULL, N_("can't see who asks"));
    bool allowed = peer_is_allowed(&peer, geteuid(), control->members);
    AUTO(text) char *name = peer_name(&peer);
    peer_clear(&peer);
    if (!allowed) {
        log_line(LOG_WARNING, (struct log_about){0}, "refused %s at the control socket", name);
        return error_set(error, EX_NOPERM, NOWHERE,
                         N_("ask an administrator to make you a member of the group fensong"),
                         N_("%s may not ask the daemon for anything"), name);
    }
    exchange->who = TAKE(name);
    return true;
}

static void take_body(struct exchange *exchange, const char *octets, size_t length)
{
    exchange->too_long = exchange->too_long || exchange->body->len + length > BODY_MOST;
    if (!exchange->too_long)
        g_string_append_len(exchange->body, octets, (gssize)length);
}

static enum MHD_Result answer_exchange(const struct control *control,
                                       struct MHD_Connection *connection, const char *method,
                                       const struct exchange *exchange)
{
    AUTO(error) struct error error = {0};
    if (exchange->too_long) {
        error_set(&error, EX_USAGE, NOWHERE, N_("name fewer addresses at once"),
                  N_("the request is longer than 1 MiB"));
        return answer_error(connection, &error);
    }
    unsigned status;
    AUTO(json)
    json_t *body = resource_answer(&control->parts, method, exchange->target, exchange->body->str,
                                   exchange->body->len, exchange->who, &status);
    return answer(connection, status, body);
}

/* libmicrohttpd calls it once with the headers, then with each part of the body, then once more. */
static enum MHD_Result handle(void *user, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *octets,
                              size_t *length, void **pointer)
{
    (void)url;
    (void)version;
    const struct control *control = user;
    struct exchange *exchange = *pointer;
    AUTO(error) struct error error = {0};
    if (!exchange->who)
        return admit(control, connection, exchange, &error) ? MHD_YES
                                                            : answer_error(connection, &error);
    if (*length) {
        take_body(exchange, octets, *length);
        *length = 0;
        return MHD_YES;
    }
    return answer_exchange(control, connection, method, exchange);
}

/* --- on the loop -------------------------------------------------------------------------------
 */

static int set_timer(struct control *control)
{
    MHD_UNSIGNED_LONG_LONG wait;
    if (MHD_get_timeout(control->http, &wait) != MHD_YES)
        return sd_event_source_set_enabled(control->timer, SD_EVENT_OFF);
    int result = sd_event_source_set_time_relative(control->timer, wait * USEC_PER_MSEC);
    return result < 0 ? result : sd_event_source_set_enabled(control->timer, SD_EVENT_ONESHOT);
}

static int run(struct control *control)
{
    MHD_run(control->http);
    return set_timer(control);
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)fd;
    (void)events;
    return run(user);
}

static int on_time(sd_event_source *source, uint64_t now, void *user)
{
    (void)source;
    (void)now;
    return run(user);
}

static void log_http(void *user, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static void log_http(void *user, const char *format, va_list arguments)
{
    (void)user;
    AUTO(text) char *message = g_strdup_vprintf(format, arguments);
    log_line(LOG_DEBUG, (struct log_about){0}, "control: %s", g_strchomp(message));
}

static bool start_http(struct control *control, int listening, struct error *error)
{
    control->http = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle, control,
        MHD_OPTION_EXTERNAL_LOGGER, log_http, NULL, MHD_OPTION_LISTEN_SOCKET, listening,
        MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, NULL, MHD_OPTION_NOTIFY_COMPLETED,
        end_exchange, NULL, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MOST,
        MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_END);
    return control->http || error_set(error, EX_OSERR, NOWHERE, NULL,
                                      N_("can't answer on the control socket %s"), control->path);
}

static bool join_loop(struct control *control, sd_event *loop, struct error *error)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(control->http, MHD_DAEMON_INFO_EPOLL_FD);
    if (info &&
        sd_event_add_io(loop, &control->readable, info->epoll_fd, EPOLLIN, on_readable, control) >=
            0 &&
        sd_event_add_time_relative(loop, &control->timer, CLOCK_MONOTONIC, 0, USEC_PER_MSEC,
                                   on_time, control) >= 0)
        return true;
    return error_set(error, EX_OSERR, NOWHERE, NULL, N_("can't answer on the control socket %s"),
                     control->path);
}

bool control_start(struct control **control, sd_event *loop, const struct control_parts *parts,
                   struct error *error)
{
    AUTO(control) struct control *fresh = g_new0(struct control, 1);
    AUTO(fd) int listening = -1;
    fresh->parts = *parts;
    fresh->members = peer_members();
    if (!socket_listen(&listening, parts->conf->control, fresh->members, error))
        return false;
    fresh->path = g_strdup(parts->conf->control);
    if (!start_http(fresh, listening, error))
        return false;
    take_fd(&listening); /* libmicrohttpd's now */
    if (!join_loop(fresh, loop, error))
        return false;

    *control = TAKE(fresh);
    return true;
}

void control_set_parts(struct control *control, const struct control_parts *parts)
{
    control->parts = *parts;
}

void control_stop(struct control *control)
{
    if (!control)
        return;
    sd_event_source_disable_unref(control->readable);
    sd_event_source_disable_unref(control->timer);
    if (control->http)
        MHD_stop_daemon(control->http);
    if (control->path)
        (void)unlink(control->path);
    g_free(control->path);
    g_free(control);
}
