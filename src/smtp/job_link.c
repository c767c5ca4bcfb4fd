/* Packets over the socket pair, and the message's descriptor with them. */
#include "smtp/job_packet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define DESCRIPTORS_MAX 8 /* room to see that there are too many */

/* --- sending -----------------------------------------------------------------------------------
 */

static ssize_t send_once(int socket, const GByteArray *packet, const int *fd)
{
    struct iovec octets = {packet->data, packet->len};
    union {
        struct cmsghdr header; /* for its alignment */
        char octets[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &octets, .msg_iovlen = 1};
    if (fd) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control.octets;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), fd, sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

static bool send_packet(int socket, const GByteArray *packet, const int *fd, struct error *error)
{
    ssize_t sent;
    bool enlarged = false;
    for (;;) {
        sent = send_once(socket, packet, fd);
        if (sent >= 0)
            return true;
        if (errno == EINTR)
            continue;
        if (errno != EMSGSIZE || enlarged)
            break;
        /* A thousand long addresses are more than a socket's buffer as Linux makes it. */
        int size = JOB_MESSAGE_MAX;
        (void)setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        enlarged = true;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return error_set(error, EX_TEMPFAIL, NOWHERE, NULL,
                         N_("there is no room in the socket between daemon and sender"));
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
        return error_set(error, EX_UNAVAILABLE, NOWHERE, NULL,
                         N_("the other end of the socket between daemon and sender is gone"));
    return error_set_errno(error, NOWHERE,
                           N_("can't send over the socket between daemon and sender"));
}

bool order_send(int socket, const struct order *order, struct error *error)
{
    GByteArray *packet = g_byte_array_new();
    order_encode(packet, order);
    bool good = send_packet(socket, packet,
                            order->kind == ORDER_MESSAGE ? &order->message_fd : NULL, error);
    if (order->kind == ORDER_RELAY)
        explicit_bzero(packet->data, packet->len); /* the password */
    g_byte_array_unref(packet);
    return good;
}

bool event_send(int socket, const struct event *event, struct error *error)
{
    GByteArray *packet = g_byte_array_new();
    event_encode(packet, event);
    bool good = send_packet(socket, packet, NULL, error);
    g_byte_array_unref(packet);
    return good;
}

/* --- receiving ---------------------------------------------------------------------------------
 */

struct packet { /* on the stack: no page of it is touched but what a packet fills */
    int fds[DESCRIPTORS_MAX];
    size_t fd_count, length;
    uint8_t octets[JOB_MESSAGE_MAX + 1];
};

static void packet_clear(struct packet *packet)
{
    explicit_bzero(packet->octets, packet->length);
    for (size_t i = 0; i < packet->fd_count; i++)
        close(packet->fds[i]);
}

static bool not_received(struct error *error)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return error_set(error, EX_TEMPFAIL, NOWHERE, NULL,
                         N_("nothing has come over the socket between daemon and sender"));
    return error_set_errno(error, NOWHERE,
                           N_("can't receive over the socket between daemon and sender"));
}

/* Linux tells once, before what still stands there to be read, that the other end was closed with
 * packets of ours unread: that is no reason to lose its last words. */
static bool is_worth_another_try(void)
{
    return errno == EINTR || errno == ECONNRESET;
}

static void take_descriptors(struct packet *packet, struct msghdr *message)
{
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count && packet->fd_count < DESCRIPTORS_MAX; i++)
            memcpy(&packet->fds[packet->fd_count++], CMSG_DATA(header) + i * sizeof(int),
                   sizeof(int));
    }
}

static bool receive_packet(int socket, struct packet *packet, bool *end, struct error *error)
{
    packet->length = packet->fd_count = 0;
    struct iovec octets = {packet->octets, sizeof packet->octets};
    union {
        struct cmsghdr header; /* for its alignment */
        char octets[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = &octets,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control.octets};
    ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && is_worth_another_try())
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got < 0)
        return not_received(error);
    packet->length = (size_t)got;
    take_descriptors(packet, &message);
    *end = got == 0;
    if (got > JOB_MESSAGE_MAX || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return error_set(error, EX_PROTOCOL, NOWHERE, NULL,
                         N_("a packet between daemon and sender is too large"));
    return true;
}

static bool wrong_descriptors(struct error *error)
{
    return error_set(error, EX_PROTOCOL, NOWHERE, NULL,
                     N_("a packet between daemon and sender bears a wrong number of open files"));
}

static bool take_order(struct order *order, struct packet *packet, struct error *error)
{
    struct order fresh;
    if (!order_decode(&fresh, packet->octets, packet->length, error))
        return false;
    if (packet->fd_count != (fresh.kind == ORDER_MESSAGE)) {
        order_clear(&fresh);
        return wrong_descriptors(error);
    }
    if (packet->fd_count) {
        fresh.message_fd = packet->fds[0];
        packet->fd_count = 0;
    }
    *order = fresh;
    return true;
}

bool order_receive(int socket, struct order *order, bool *end, struct error *error)
{
    struct packet packet;
    *end = false;
    bool good =
        receive_packet(socket, &packet, end, error) && (*end || take_order(order, &packet, error));
    packet_clear(&packet);
    return good;
}

bool event_receive(int socket, struct event *event, bool *end, struct error *error)
{
    struct packet packet;
    *end = false;
    bool good = receive_packet(socket, &packet, end, error);
    if (good && packet.fd_count > 0)
        good = wrong_descriptors(error);
    if (good && !*end)
        good = event_decode(event, packet.octets, packet.length, error);
    packet_clear(&packet);
    return good;
}

void order_refuse_rest(int socket)
{
    (void)shutdown(socket, SHUT_RD);
    struct error error = {0};
    for (bool end = false; !end;) {
        struct packet packet;
        end = !receive_packet(socket, &packet, &end, &error) || end;
        packet_clear(&packet);
    }
    error_clear(&error);
}
