/* Octets to and from a relay, in clear or through TLS, with a time limit on everything. Broken
 * once, broken for good: after an error nothing goes out any more. */
#pragma once
#include "base/clock.h"

#include <openssl/ssl.h>
#include <stdbool.h>

#define STREAM_ROOM (64 * 1024)

enum stream_state {
    STREAM_GOOD,
    STREAM_CLOSED,  /* by the other side */
    STREAM_LATE,    /* a time limit */
    STREAM_STOPPED, /* we were told to end */
    STREAM_BROKEN,  /* see error_number, or TLS */
};

struct stream {
    int fd;
    SSL *ssl;           /* NULL: in clear */
    int stop_fd;        /* readable: told to end; -1: none */
    bool interruptible; /* by stop_fd */
    enum stream_state in_state, out_state;
    int error_number;
    char *in; /* STREAM_ROOM octets, of which these are unread */
    size_t in_at, in_end;
};

/* `fd` may be -1: not connected yet. */
void stream_init(struct stream *stream, int fd, int stop_fd);
/* Closes it, with TLS's notice where it is good. */
void stream_close(struct stream *stream);

/* Waits until it can be read or written (POLLIN, POLLOUT), or for the deadline, a time of
 * clock_monotonic(). *ready is what of `events` is so. */
enum stream_state stream_wait(struct stream *stream, short events, usec_t deadline, short *ready);

/* Reads at least one octet into `in`. */
enum stream_state stream_fill(struct stream *stream, usec_t deadline);
/* Reads what is there without waiting. Is something unread? */
bool stream_has_input(struct stream *stream);
static inline size_t stream_unread(const struct stream *stream)
{
    return stream->in_end - stream->in_at;
}

/* Writes all of it, each block of 64 KiB within `block_limit`, reading meanwhile into `in` what
 * comes, so that two full pipes don't wait for each other (RFC 2920 §3.1). `more`: more follows at
 * once. *sent (may be NULL) says how much surely or perhaps went out. */
enum stream_state stream_send(struct stream *stream, const char *octets, size_t length,
                              usec_t block_limit, bool more, size_t *sent);

/* In words, English. */
const char *stream_trouble(const struct stream *stream, enum stream_state state);
/* Holds back what is not a full packet until it is let go: for TLS, whose writes can't say `more`.
 */
void stream_cork(struct stream *stream, bool on);
