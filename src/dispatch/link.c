#include "dispatch/link.h"
#include "base/file.h"
#include "base/program.h"
#include "base/spawn.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* The lock is on the open file, which the sender inherits: a daemon that starts after a kill sees by
 * it that the sender still works. */
static bool open_journal(struct link *link, const char *journals, int *fd, struct error *error)
{
    link->journal = g_strdup_printf("%s/%" G_GINT64_FORMAT "-%08x.journal", journals, clock_now(),
                                    g_random_int());
    *fd = open(link->journal, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0640);
    if (*fd < 0 || flock(*fd, LOCK_EX | LOCK_NB) < 0)
        return error_set_errno(error, (struct place){link->journal, 0, 0}, N_("can't be created"));
    return true;
}

static bool tell_relay(struct link *link, const struct conf *conf, const struct relay *relay,
                       struct error *error)
{
    char *password = NULL;
    if (!conf_password(&password, relay, error))
        return false;
    struct order order = {
        .kind = ORDER_RELAY,
        .message_fd = -1,
        .relay = {.host = relay->host, .ca_file = relay->ca_file, .user = relay->user,
                  .password = password, .hostname = conf->hostname, .port = relay->port,
                  .tls = relay->tls, .messages_per_connection = relay->limits.messages_per_connection,
                  .connect_timeout = relay->connect_timeout, .timeout = relay->timeout},
    };
    bool good = order_send(link->socket, &order, error);
    conf_password_free(password);
    return good;
}

static bool make_pair(int pair[2], bool blocking, struct error *error)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return error_set_errno(error, NOWHERE, N_("no socket for a sender"));
    int room = JOB_MESSAGE_MAX * 2;
    for (int i = 0; i < 2; i++)
        (void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (!blocking && fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0)
        return error_set_errno(error, NOWHERE, N_("no socket for a sender"));
    return true;
}

static bool run_sender(struct link *link, int socket, int journal, bool quiet, struct error *error)
{
    AUTO(text) char *program = program_helper("fensong-sender");
    char *arguments[] = {program, quiet ? (char *)"--quiet" : NULL, NULL};
    const int descriptors[] = {socket, journal};
    return spawn(&link->pid, program, arguments, descriptors, 2, error);
}

bool link_start(struct link *link, const struct conf *conf, const struct relay *relay,
                const char *journals, bool blocking, struct error *error)
{
    int pair[2];
    AUTO(fd) int journal = -1;
    *link = (struct link){.socket = -1};
    if (!make_pair(pair, blocking, error))
        return false;
    AUTO(fd) int theirs = pair[1];
    link->socket = pair[0];
    bool good = true;
    if (journals)
        good = open_journal(link, journals, &journal, error);
    else
        journal = open("/dev/null", O_WRONLY | O_CLOEXEC);
    /* Told before it runs: the order waits in the socket. */
    if (good && tell_relay(link, conf, relay, error) && run_sender(link, theirs, journal, !journals, error))
        return true;
    if (link->journal)
        (void)unlink(link->journal);
    link_close(link);
    return false;
}

void link_close(struct link *link)
{
    if (link->socket >= 0)
        close(link->socket);
    link->socket = -1;
    g_clear_pointer(&link->journal, g_free);
}
