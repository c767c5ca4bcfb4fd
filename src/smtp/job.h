/* What the daemon and a sender say to each other over a SOCK_SEQPACKET pair: one message a packet,
 * at most JOB_MESSAGE_MAX octets. Both sides take the other's for foreign: whatever does not decode
 * is an error, never a crash. */
#pragma once
#include "base/address.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "smtp/reply.h"

#include <stdint.h>

#define JOB_MESSAGE_MAX    (512 * 1024)
#define JOB_RECIPIENTS_MAX 1000

#define SENDER_SOCKET_FD  3 /* where a sender finds its end of the pair */
#define SENDER_JOURNAL_FD 4 /* … and its journal, open for appending */

/* --- to a sender -------------------------------------------------------------------------------
 */

struct job_recipient {
    int64_t delivery;
    struct address *address;
};
struct job { /* one transaction */
    uint64_t id;
    int64_t issue;
    struct address *mail_from;
    char *personal_header; /* complete lines with CRLF that stand in place of the message's lines
                              of the same names; "": none */
    size_t count;
    struct job_recipient *recipients;
};
void job_clear(struct job *job);

enum order_kind {
    ORDER_RELAY,   /* first and once: which relay, how */
    ORDER_MESSAGE, /* the descriptor of a message.eml for an issue (SCM_RIGHTS); once an issue */
    ORDER_JOB,
    ORDER_CHECK, /* connect, TLS, login, QUIT; no mail; answered by GONE */
};
/* No more orders: the daemon shuts its side down; the sender finishes what it has and ends. */

/* A sender that was given so many recipients ends its connection, as after messages_per_connection:
 * libesmtp keeps 0.27 KiB of each until then. */
#define CONNECTION_RECIPIENTS_MOST 20000

struct order {
    enum order_kind kind;
    struct relay_order {                                   /* ORDER_RELAY */
        char *host, *ca_file, *user, *password, *hostname; /* NULL: none */
        uint16_t port;
        enum tls_mode tls;
        unsigned messages_per_connection;
        usec_t connect_timeout, timeout; /* timeout 0: RFC 5321's */
    } relay;
    int64_t issue;  /* ORDER_MESSAGE */
    int message_fd; /* ORDER_MESSAGE; else -1 */
    struct job job; /* ORDER_JOB */
};
void order_clear(struct order *order);

/* --- from a sender -----------------------------------------------------------------------------
 */

enum verdict_kind {
    VERDICT_SENT,      /* 2xx at the end of data */
    VERDICT_REFUSED,   /* `stage` and `reply` say where and how: 4xx or 5xx */
    VERDICT_UNTOUCHED, /* surely not sent, and no answer for it */
    VERDICT_UNKNOWN,   /* the end of data was sent, no answer came (RFC 1047) */
};
struct verdict {
    int64_t delivery;
    uint64_t job; /* as read from a journal; else 0 */
    enum verdict_kind kind;
    enum smtp_stage stage;
    struct reply reply;
};

enum gone_why {
    GONE_DONE,     /* as much as one connection carries, told to end, or idle */
    GONE_CONNECT,  /* no connection: name, route, time */
    GONE_GREETING, /* refused by the greeting or the EHLO, or 421 */
    GONE_TLS,      /* handshake, certificate, or not offered */
    GONE_LOGIN,
    GONE_LOST, /* the connection was lost, or an answer was none */
    GONE_OURS, /* our own fault: a message that is not clean, a broken order */
};

enum event_kind {
    EVENT_READY,   /* connected and logged in; `reply` is the greeting. The first MAIL goes out */
    EVENT_OUTCOME, /* `job`: all verdicts. The next job follows at once */
    EVENT_GONE,    /* the last: why, and `reply` or words */
};
struct event {
    enum event_kind kind;
    uint64_t job;
    struct reply reply;
    enum gone_why why;
    unsigned capabilities; /* READY: a set of enum capability */
    uint64_t size_max;     /* READY: SIZE, 0 for none */
    size_t count;
    struct verdict *verdicts;
};
void event_clear(struct event *event);
enum capability {
    CAN_PIPELINING = 1,
    CAN_8BITMIME = 2,
    CAN_CHUNKING = 4,
    CAN_TLS = 8,
    CAN_AUTH = 16,
    CAN_SIZE = 32,
    CAN_DSN = 64
};

/* --- the wire between them ---------------------------------------------------------------------
 */

/* Sends one; the descriptor of ORDER_MESSAGE stays the caller's. EX_TEMPFAIL: no room now (the
 * socket does not block). EX_UNAVAILABLE: nobody is there any more. */
MUST bool order_send(int socket, const struct order *order, struct error *error);
MUST bool event_send(int socket, const struct event *event, struct error *error);

/* Receives one; *order is then the caller's to clear. *end: the other side has nothing more to
 * say. EX_TEMPFAIL: nothing there now. EX_PROTOCOL: not one of ours. */
MUST bool order_receive(int socket, struct order *order, bool *end, struct error *error);
MUST bool event_receive(int socket, struct event *event, bool *end, struct error *error);

/* A sender's last act: takes no more orders and throws away those that it has not read, so that
 * the daemon reads its last events before it learns that it is gone. */
void order_refuse_rest(int socket);

/* For tests and fuzzing: a packet's octets alone. */
MUST bool order_decode(struct order *order, const void *octets, size_t length, struct error *error);
MUST bool event_decode(struct event *event, const void *octets, size_t length, struct error *error);

/* --- the journal -------------------------------------------------------------------------------
 */

/* A sender appends a mark before an end of data goes out, and a record with the answers after it
 * came, each before the daemon is told. It outlives a kill of any process. A torn last line of a
 * mark means that the end of data was not sent; of a record, that its mark alone counts. */
MUST bool journal_mark(int fd, const struct job *job, struct error *error);
MUST bool journal_record(int fd, uint64_t job, const struct verdict verdicts[], size_t count,
                         struct error *error);

/* Called for each delivery whose last entry is a mark (VERDICT_UNKNOWN) or a record. */
typedef bool journal_visit(void *user, const struct verdict *verdict, struct error *error);
MUST bool journal_read(const char *path, journal_visit *visit, void *user, struct error *error);
