/* libesmtp behind a small face: one connection that takes jobs one after the other. */
#pragma once
#include "smtp/job.h"
#include "smtp/message.h"

struct session_work { /* what the session asks and tells, in order; `user` is handed to each */
    void *user;
    /* The next job, then the session's to clear, and its message, borrowed until the next call.
     * False: there is none, and the connection ends. */
    bool (*next)(void *user, struct job *job, const struct message **message);
    /* Connected and logged in. */
    void (*ready)(void *user, const struct reply *greeting, unsigned capabilities,
                  uint64_t size_max);
    /* The message is out. False: its end of data must not follow (the mark can't be written). */
    bool (*ending)(void *user, const struct job *job);
    /* All verdicts, in the order of the recipients; lent. */
    void (*outcome)(void *user, const struct job *job, const struct verdict verdicts[]);
};

struct session_end {
    enum gone_why why;
    struct reply reply; /* or words with code 0 */
    char *transcript;   /* what was said last */
};
void session_end_clear(struct session_end *end);

/* Connects and works until there is no next job, a connection has carried what it may, stop_fd is
 * readable, or the connection is lost. `first` (moved from) and its message; NULL: only connects,
 * logs in and leaves. One at a time in a process. */
struct session_end session_run(const struct relay_order *relay, int stop_fd, struct job *first,
                               const struct message *message, const struct session_work *work);
