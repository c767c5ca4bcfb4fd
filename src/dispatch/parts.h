/* What the files of dispatch/ share; nobody outside includes this. */
#pragma once
#include "dispatch/decide.h"
#include "dispatch/link.h"
#include "dispatch/relays.h"
#include "queue/claim.h"

struct handed { /* a job that a sender has, or will have after the next commit */
    uint64_t id;
    int64_t issue;
    struct claim *claims;
    size_t count;
    bool is_personal, was_sent_to_sender, is_started, end_was_sent;
    struct verdict *verdicts; /* `count` that wait for the sender to say why it goes; NULL: none */
};

struct sender {
    struct dispatch *dispatch;
    struct relay_state *relay;
    struct link link;
    sd_event_source *readable, *child;
    GQueue jobs;           /* of struct handed, the oldest first */
    GHashTable *messages;  /* ids of issues whose message it has */
    bool is_ending;        /* gets no more jobs */
    bool is_ready, is_gone, killed_by_us;
    enum gone_why why;
    uint64_t faulty_job; /* GONE_OURS: the one at fault; 0: none */
    char *why_text;
    usec_t last_sign; /* monotonic */
};

struct dispatch {
    sd_event *loop;
    const struct conf *conf;
    struct queue *queue;
    const struct answers *answers;
    GPtrArray *relays;  /* of struct relay_state */
    GPtrArray *senders; /* of struct sender */
    sd_event_source *turn, *timer;
    char *journals; /* folder */
    GHashTable *touched;     /* ids of issues whose deliveries changed since the last commit */
    GPtrArray *old_journals; /* paths, to be taken away after the next commit */
    size_t uncommitted;      /* outcomes since the last commit */
    usec_t uncommitted_since;
    uint64_t last_job;
    guint next_issue; /* round robin */
    bool is_draining;
    void (*drained)(void *user);
    void *drained_user;
    void (*ended)(void *user, int64_t issue);
    void *ended_user;
};

/* --- senders.c --- */

MUST bool sender_start(struct dispatch *dispatch, struct relay_state *relay, struct error *error);
/* Gives it the jobs that the last commit made ours. */
MUST bool sender_send_jobs(struct sender *sender, struct error *error);
/* No more jobs: it finishes what it has. */
void sender_end(struct sender *sender);
void sender_kill(struct sender *sender, int signal);
void sender_free(struct sender *sender);
void handed_free(struct handed *job);
/* Is one of its transactions between its end of data and the answer? */
bool sender_waits_for_end(const struct sender *sender);

/* --- outcomes.c --- */

/* What became of a job: records each verdict, blames whom it must. `lost`: the connection went under
 * it. Verdicts for deliveries that are not of this job are an error. */
MUST bool outcomes_apply(struct dispatch *dispatch, struct relay_state *relay,
                         const struct handed *job, const struct verdict verdicts[], size_t count,
                         bool lost, struct error *error);
/* A sender is gone and has not told of this job: what its journal knows, else nothing was sent. */
MUST bool outcomes_of_lost_job(struct dispatch *dispatch, struct sender *sender,
                               const struct handed *job, bool lost, struct error *error);

/* --- recovery.c --- */

/* After a start: what the journals of former senders know becomes outcomes, what was claimed and is
 * in none of them is due again. Waits a while for senders that outlived their daemon. */
MUST bool recovery_run(struct dispatch *dispatch, struct error *error);
/* The last entries of a journal by delivery: a table of struct verdict. */
MUST bool recovery_read_journal(const char *path, GHashTable **verdicts, struct error *error);
