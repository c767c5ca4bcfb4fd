#include "smtp/wire_stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define BLOCK (64 * 1024)

void stream_init(struct stream *stream, int fd, int stop_fd)
{
    *stream = (struct stream){
        .fd = fd, .stop_fd = stop_fd, .interruptible = true, .in = g_malloc(STREAM_ROOM)};
}

void stream_close(struct stream *stream)
{
    if (stream->ssl) {
        if (stream->in_state == STREAM_GOOD && stream->out_state == STREAM_GOOD)
            (void)SSL_shutdown(stream->ssl); /* a notice; its answer is not waited for */
        SSL_free(stream->ssl);
    }
    if (stream->fd >= 0)
        close(stream->fd);
    g_free(stream->in);
    *stream = (struct stream){.fd = -1, .stop_fd = -1};
}

/* --- waiting -----------------------------------------------------------------------------------
 */

/* Linux forgets it by itself; without it a server's small answers wait for our delayed ACK. */
static void acknowledge_quickly(int fd)
{
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

enum stream_state stream_wait(struct stream *stream, short events, usec_t deadline, short *ready)
{
    *ready = 0;
    if (events & POLLIN)
        acknowledge_quickly(stream->fd);
    struct pollfd fds[] = {
        {.fd = stream->fd, .events = events},
        {.fd = stream->interruptible ? stream->stop_fd : -1, .events = POLLIN},
    };
    for (;;) {
        usec_t left = deadline - clock_monotonic();
        if (left <= 0)
            return STREAM_LATE;
        /* Rounded up: a wait of less than a millisecond must not spin. */
        int msec = (int)MIN((left + USEC_PER_MSEC - 1) / USEC_PER_MSEC, INT_MAX);
        int count = poll(fds, G_N_ELEMENTS(fds), msec);
        if (count < 0 && errno != EINTR) {
            stream->error_number = errno;
            return STREAM_BROKEN;
        }
        if (count <= 0)
            continue;
        if (fds[1].revents)
            return STREAM_STOPPED;
        /* An error is found by the read or the write that follows. */
        *ready = fds[0].revents & (POLLERR | POLLHUP | POLLNVAL) ? events : fds[0].revents;
        return STREAM_GOOD;
    }
}

/* --- one read, one write: what they return when the kernel has no more --- */

#define WANTS_IN  (-1)
#define WANTS_OUT (-2)
#define FAILED    (-3)

static ssize_t after_tls(struct stream *stream, int result, enum stream_state *state)
{
    switch (SSL_get_error(stream->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return WANTS_IN;
    case SSL_ERROR_WANT_WRITE:
        return WANTS_OUT;
    case SSL_ERROR_ZERO_RETURN:
        *state = STREAM_CLOSED;
        return FAILED;
    case SSL_ERROR_SYSCALL:
        stream->error_number = errno;
        *state = errno ? STREAM_BROKEN : STREAM_CLOSED;
        return FAILED;
    default:
        stream->error_number = 0;
        *state = STREAM_BROKEN;
        return FAILED;
    }
}

static ssize_t after_call(struct stream *stream, short wants, enum stream_state *state)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return wants;
    stream->error_number = errno;
    *state = STREAM_BROKEN;
    return FAILED;
}

static ssize_t read_once(struct stream *stream, char *to, size_t room)
{
    if (stream->ssl) {
        ERR_clear_error();
        errno = 0;
        int got = SSL_read(stream->ssl, to, (int)room);
        return got > 0 ? got : after_tls(stream, got, &stream->in_state);
    }
    ssize_t got;
    do
        got = recv(stream->fd, to, room, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        return got;
    if (got < 0)
        return after_call(stream, WANTS_IN, &stream->in_state);
    stream->in_state = STREAM_CLOSED;
    return FAILED;
}

static ssize_t write_once(struct stream *stream, const char *octets, size_t length, bool more)
{
    if (stream->ssl) {
        ERR_clear_error();
        errno = 0;
        int put = SSL_write(stream->ssl, octets, (int)length);
        return put > 0 ? put : after_tls(stream, put, &stream->out_state);
    }
    ssize_t put;
    do
        put = send(stream->fd, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    while (put < 0 && errno == EINTR);
    return put >= 0 ? put : after_call(stream, WANTS_OUT, &stream->out_state);
}

/* --- reading -----------------------------------------------------------------------------------
 */

static ssize_t fill_once(struct stream *stream)
{
    if (stream->in_at > 0) {
        memmove(stream->in, stream->in + stream->in_at, stream_unread(stream));
        stream->in_end -= stream->in_at;
        stream->in_at = 0;
    }
    if (stream->in_end == STREAM_ROOM)
        return 0;
    ssize_t got = read_once(stream, stream->in + stream->in_end, STREAM_ROOM - stream->in_end);
    if (got > 0)
        stream->in_end += (size_t)got;
    return got;
}

enum stream_state stream_fill(struct stream *stream, usec_t deadline)
{
    while (stream->in_state == STREAM_GOOD) {
        ssize_t got = fill_once(stream);
        if (got >= 0)
            return STREAM_GOOD;
        if (got == FAILED)
            break;
        short ready;
        enum stream_state state =
            stream_wait(stream, got == WANTS_IN ? POLLIN : POLLOUT, deadline, &ready);
        if (state != STREAM_GOOD)
            stream->in_state = state;
    }
    return stream->in_state;
}

bool stream_has_input(struct stream *stream)
{
    if (stream_unread(stream) == 0 && stream->in_state == STREAM_GOOD)
        (void)fill_once(stream);
    return stream_unread(stream) > 0;
}

/* --- writing -----------------------------------------------------------------------------------
 */

/* The kernel's buffer is full: waits for room, and takes in meanwhile what the other side, whose
 * buffer may be full as well, has to say. */
static enum stream_state make_room(struct stream *stream, ssize_t wants, usec_t deadline)
{
    bool can_take = stream->in_state == STREAM_GOOD && stream_unread(stream) < STREAM_ROOM;
    short events = wants == WANTS_OUT ? POLLOUT : 0;
    if (can_take || wants == WANTS_IN)
        events |= POLLIN;
    short ready;
    enum stream_state state = stream_wait(stream, events, deadline, &ready);
    if (state == STREAM_GOOD && (ready & POLLIN) && can_take)
        (void)fill_once(stream);
    return state;
}

static enum stream_state send_block(struct stream *stream, const char *octets, size_t length,
                                    usec_t limit, bool more, size_t *sent)
{
    usec_t deadline = 0;
    size_t done = 0;
    while (done < length && stream->out_state == STREAM_GOOD) {
        ssize_t put = write_once(stream, octets + done, length - done, more);
        if (put > 0) {
            done += (size_t)put;
            *sent += (size_t)put;
            continue;
        }
        if (put == FAILED)
            break;
        if (deadline == 0)
            deadline = clock_monotonic() + limit;
        enum stream_state state = make_room(stream, put, deadline);
        if (state != STREAM_GOOD)
            stream->out_state = state;
    }
    return stream->out_state;
}

enum stream_state stream_send(struct stream *stream, const char *octets, size_t length,
                              usec_t block_limit, bool more, size_t *sent)
{
    size_t done = 0;
    while (done < length && stream->out_state == STREAM_GOOD) {
        size_t block = MIN(length - done, BLOCK);
        size_t before = done;
        (void)send_block(stream, octets + before, block, block_limit,
                         more || before + block < length, &done);
    }
    if (sent) /* what TLS was given may stand in its buffer, or be out */
        *sent = stream->ssl ? length : done;
    return stream->out_state;
}

void stream_cork(struct stream *stream, bool on)
{
    int value = on;
    if (stream->ssl)
        (void)setsockopt(stream->fd, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

const char *stream_trouble(const struct stream *stream, enum stream_state state)
{
    switch (state) {
    case STREAM_GOOD:
        return "nothing is wrong";
    case STREAM_CLOSED:
        return "the server closed the connection";
    case STREAM_LATE:
        return "the server took too long";
    case STREAM_STOPPED:
        return "told to end";
    case STREAM_BROKEN:
        break;
    }
    return stream->error_number ? strerror(stream->error_number) : "TLS failed";
}
