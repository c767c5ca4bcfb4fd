#include "smtp/wire_connect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

static const struct addrinfo hints = {
    .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};

static bool no_name(struct error *error, const char *host, const char *reason)
{
    return error_set(error, EX_UNAVAILABLE, NOWHERE, N_("check host of the relay, and DNS"),
                     N_("the name %s can't be looked up: %s"), host, reason);
}

/* glibc looks up on a thread of its own, which touches nothing of ours and is left behind if it
 * does not come back: the process ends soon after. So it outlives this function's frame. */
static bool look_up_by_name(struct addrinfo **found, const char *host, const char *service,
                            usec_t limit, struct error *error)
{
    struct gaicb *request = g_new0(struct gaicb, 1);
    request->ar_name = g_strdup(host);
    request->ar_service = g_strdup(service);
    request->ar_request = &hints;
    struct gaicb *requests[] = {request};
    int result = getaddrinfo_a(GAI_NOWAIT, requests, 1, NULL);
    usec_t deadline = clock_monotonic() + limit;
    while (result == 0 && gai_error(request) == EAI_INPROGRESS) {
        usec_t left = MAX(deadline - clock_monotonic(), 0);
        struct timespec wait = {left / USEC_PER_SEC, (left % USEC_PER_SEC) * 1000};
        if (left == 0 || gai_suspend((const struct gaicb *const *)requests, 1, &wait) == EAI_AGAIN)
            return no_name(error, host, "no answer in time");
    }
    if (result == 0)
        result = gai_error(request);
    *found = request->ar_result;
    g_free((char *)request->ar_name);
    g_free((char *)request->ar_service);
    g_free(request);
    return result == 0 || no_name(error, host, gai_strerror(result));
}

static bool look_up(struct addrinfo **found, const char *host, uint16_t port, usec_t limit,
                    struct error *error)
{
    AUTO(text) char *service = g_strdup_printf("%u", port);
    struct addrinfo numeric = hints;
    numeric.ai_flags |= AI_NUMERICHOST;
    if (getaddrinfo(host, service, &numeric, found) == 0)
        return true;
    return look_up_by_name(found, host, service, limit, error);
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        return (ntohl(in->sin_addr.s_addr) >> 24) == 127;
    }
    const struct sockaddr_in6 *in6 = (const void *)address;
    return address->sa_family == AF_INET6 &&
           (IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) ||
            (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) && in6->sin6_addr.s6_addr[12] == 127));
}

/* The outcome of a connect() that did not wait; stream->error_number says what is wrong. */
static enum stream_state finish(struct stream *stream, usec_t deadline)
{
    short ready;
    enum stream_state state = stream_wait(stream, POLLOUT, deadline, &ready);
    if (state != STREAM_GOOD)
        return state;
    socklen_t length = sizeof stream->error_number;
    if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &stream->error_number, &length) < 0)
        stream->error_number = errno;
    return stream->error_number ? STREAM_BROKEN : STREAM_GOOD;
}

static enum stream_state connect_to(struct stream *stream, const struct addrinfo *address,
                                    usec_t limit)
{
    stream->error_number = 0;
    stream->fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                        address->ai_protocol);
    int on = 1;
    if (stream->fd < 0 || setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        (connect(stream->fd, address->ai_addr, address->ai_addrlen) < 0 && errno != EINPROGRESS)) {
        stream->error_number = errno;
        return STREAM_BROKEN;
    }
    return finish(stream, clock_monotonic() + limit);
}

bool connect_host(struct stream *stream, const char *host, uint16_t port, usec_t limit,
                  bool *loopback, struct error *error)
{
    struct addrinfo *found = NULL;
    if (!look_up(&found, host, port, limit, error))
        return false;
    enum stream_state state = STREAM_BROKEN;
    for (const struct addrinfo *at = found; at; at = at->ai_next) {
        state = connect_to(stream, at, limit);
        if (state == STREAM_GOOD)
            *loopback = is_loopback(at->ai_addr);
        if (state == STREAM_GOOD || state == STREAM_STOPPED)
            break;
        if (stream->fd >= 0)
            close(stream->fd);
        stream->fd = -1;
    }
    freeaddrinfo(found);
    if (state == STREAM_GOOD)
        return true;
    stream->in_state = stream->out_state = state;
    return error_set(error, EX_UNAVAILABLE, NOWHERE, N_("check host and port of the relay"),
                     N_("no connection to %s, port %u: %s"), host, port,
                     stream_trouble(stream, state));
}
