/* The library's four calls. A descriptor that libesmtp makes for its connection is never connected:
 * it is a handle, and what is meant for it goes to the wire. All else goes to the system. */
#undef _FORTIFY_SOURCE /* its inline read() and poll() would stand in the way of ours */
#include "smtp/wire_parts.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* The one static state of the program: libc's calls have no argument for it. */
static struct {
    struct wire *wire; /* NULL: none is attached */
    int handle;        /* WIRE_HANDLE_NONE: the library has not connected yet */
} attached = {.handle = WIRE_HANDLE_NONE};

void wire_attach(struct wire *wire)
{
    attached.wire = wire;
    attached.handle = WIRE_HANDLE_NONE;
    wire->outstanding_at = 0;
    g_byte_array_set_size(wire->outstanding, 0);
    /* The greeting was read by ourselves; the library has yet to see one. */
    g_string_assign(wire->answer, "220 ready\r\n");
}

void wire_detach(const struct wire *wire)
{
    if (attached.wire == wire)
        attached.wire = NULL;
}

static bool is_handle(int fd)
{
    return attached.wire && fd >= 0 && fd == attached.handle;
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    if (!attached.wire || attached.handle != WIRE_HANDLE_NONE)
        return (int)syscall(SYS_connect, fd, address, length);
    attached.handle = fd;
    return 0;
}

ssize_t read(int fd, void *octets, size_t room)
{
    if (!is_handle(fd))
        return syscall(SYS_read, fd, octets, room);
    return dialogue_read(attached.wire, octets, room);
}

ssize_t write(int fd, const void *octets, size_t length)
{
    if (!is_handle(fd))
        return syscall(SYS_write, fd, octets, length);
    return dialogue_write(attached.wire, octets, length);
}

/* The library asks to write when it has something to flush, and then never waits here for the
 * answers; it asks without waiting (0) while it has more to say. Only what is left may wait. */
static int poll_handle(struct wire *wire, struct pollfd fds[], nfds_t count, int timeout)
{
    bool wants_out = false;
    for (nfds_t i = 0; i < count; i++)
        wants_out |= (fds[i].events & POLLOUT) != 0;
    int ready = 0;
    for (nfds_t i = 0; i < count; i++) {
        fds[i].revents = 0;
        if ((fds[i].events & POLLIN) && dialogue_is_readable(wire, timeout != 0 && !wants_out))
            fds[i].revents |= POLLIN;
        fds[i].revents |= fds[i].events & POLLOUT;
        ready += fds[i].revents != 0;
    }
    return ready;
}

/* glibc 2.36 declares that poll() only writes to its argument, and gcc believes it. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (count > 0 && is_handle(fds[0].fd))
        return poll_handle(attached.wire, fds, count, timeout);
    return (int)syscall(SYS_poll, fds, count, timeout);
}
