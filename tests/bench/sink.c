/* A fast SMTP sink for measuring: takes everything, keeps nothing but counts. One thread, epoll;
 * PIPELINING, no CHUNKING. Made to cost less than whoever sends to it.
 *
 *     sink [--log FILE]     listens on a free loopback port, prints it; ends with its standard
 * input
 *
 * On SIGUSR1 it prints "messages recipients octets first last": when the first RCPT came and when
 * the last message was taken, in microseconds of CLOCK_MONOTONIC, 0 for never. With --log it
 * appends "MICROSECONDS ADDRESS" for each recipient of each message taken, before it answers. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROOM (256 * 1024)

struct client {
    int fd;
    bool in_data;
    size_t have, answers; /* octets in `in`, in `out` */
    size_t recipients;
    char *addresses; /* for the log: each ends in a line feed */
    size_t addresses_length, addresses_room;
    char in[ROOM], out[ROOM];
};

static unsigned long messages, recipients, octets;
static uint64_t first_rcpt, last_taken; /* microseconds */
static FILE *log_file;

static uint64_t now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static void answer(struct client *client, const char *line)
{
    size_t length = strlen(line);
    memcpy(client->out + client->answers, line, length);
    client->answers += length;
}

static void keep_address(struct client *client, const char *line, size_t length)
{
    const char *from = memchr(line, '<', length), *to = memchr(line, '>', length);
    if (!log_file || !from || !to)
        return;
    size_t more = (size_t)(to - from);
    if (client->addresses_length + more + 1 > client->addresses_room) {
        client->addresses_room = (client->addresses_length + more + 1) * 2;
        client->addresses = realloc(client->addresses, client->addresses_room);
        if (!client->addresses)
            abort();
    }
    memcpy(client->addresses + client->addresses_length, from + 1, more - 1);
    client->addresses_length += more - 1;
    client->addresses[client->addresses_length++] = '\n';
}

static void write_log(const struct client *client)
{
    const char *line = client->addresses, *end = line + client->addresses_length;
    while (line < end) {
        const char *next = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
        (void)fprintf(log_file, "%lu ", (unsigned long)last_taken);
        (void)fwrite(line, 1, (size_t)(next - line), log_file);
        line = next;
    }
    (void)fflush(log_file);
}

static void take_message(struct client *client)
{
    messages++;
    recipients += client->recipients;
    last_taken = now();
    if (log_file && client->addresses)
        write_log(client);
    answer(client, "250 2.0.0 taken\r\n");
    client->in_data = false;
}

static void command(struct client *client, const char *line, size_t length)
{
    if (strncasecmp(line, "EHLO", 4) == 0) {
        answer(client, "250-sink\r\n250-PIPELINING\r\n250 SIZE 104857600\r\n");
    } else if (strncasecmp(line, "MAIL", 4) == 0) {
        client->recipients = client->addresses_length = 0;
        answer(client, "250 2.1.0 ok\r\n");
    } else if (strncasecmp(line, "RCPT", 4) == 0) {
        client->recipients++;
        if (!first_rcpt)
            first_rcpt = now();
        keep_address(client, line, length);
        answer(client, "250 2.1.5 ok\r\n");
    } else if (strncasecmp(line, "DATA", 4) == 0) {
        client->in_data = true;
        answer(client, "354 go\r\n");
    } else if (strncasecmp(line, "QUIT", 4) == 0) {
        answer(client, "221 2.0.0 bye\r\n");
    } else {
        answer(client, "250 2.0.0 ok\r\n");
    }
}

/* How much of what is there is used up. */
static size_t use(struct client *client, const char *at, size_t length)
{
    if (client->in_data) {
        const char *end = memmem(at, length, "\r\n.\r\n", 5);
        if (!end)
            return length > 4 ? length - 4 : 0;
        take_message(client);
        return (size_t)(end + 5 - at);
    }
    const char *end = memchr(at, '\n', length);
    if (!end)
        return 0;
    command(client, at, (size_t)(end - at));
    return (size_t)(end + 1 - at);
}

static void print_counts(void)
{
    printf("%lu %lu %lu %lu %lu\n", messages, recipients, octets, (unsigned long)first_rcpt,
           (unsigned long)last_taken);
    (void)fflush(stdout);
}

static bool serve(struct client *client)
{
    ssize_t got = read(client->fd, client->in + client->have, ROOM - client->have);
    if (got <= 0)
        return false;
    octets += (unsigned long)got;
    client->have += (size_t)got;
    size_t at = 0, used;
    while (at < client->have && client->answers < ROOM - 128 &&
           (used = use(client, client->in + at, client->have - at)) > 0)
        at += used;
    memmove(client->in, client->in + at, client->have - at);
    client->have -= at;
    size_t sent = 0;
    while (sent < client->answers) {
        ssize_t wrote = write(client->fd, client->out + sent, client->answers - sent);
        if (wrote <= 0)
            return false;
        sent += (size_t)wrote;
    }
    client->answers = 0;
    return true;
}

static void watch(int epoll, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        abort();
}

static void welcome(int epoll, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), on = 1;
    if (fd < 0)
        return;
    struct client *client = calloc(1, sizeof *client);
    if (!client)
        abort();
    client->fd = fd;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    answer(client, "220 sink ESMTP\r\n");
    if (write(fd, client->out, client->answers) < 0)
        abort();
    client->answers = 0;
    watch(epoll, fd, client);
}

static void farewell(struct client *client)
{
    close(client->fd);
    free(client->addresses);
    free(client);
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 256) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        abort();
    printf("%d\n", ntohs(address.sin_port));
    (void)fflush(stdout);
    return fd;
}

int main(int argc, char *argv[])
{
    static int for_listener, for_signal, for_input;
    if (argc == 3 && strcmp(argv[1], "--log") == 0)
        log_file = fopen(argv[2], "a");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    int epoll = epoll_create1(EPOLL_CLOEXEC), signals = signalfd(-1, &set, SFD_CLOEXEC);
    int listener = listen_somewhere();
    watch(epoll, listener, &for_listener);
    watch(epoll, signals, &for_signal);
    watch(epoll, STDIN_FILENO, &for_input);
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            void *what = events[i].data.ptr;
            struct signalfd_siginfo info;
            if (what == &for_input)
                return 0;
            if (what == &for_listener)
                welcome(epoll, listener);
            else if (what == &for_signal && read(signals, &info, sizeof info) > 0)
                print_counts();
            else if (what != &for_signal && !serve(what))
                farewell(what);
        }
    }
}
