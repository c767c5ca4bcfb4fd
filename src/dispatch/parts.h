/* What the files of dispatch/ share; nobody outside includes this. */
#pragma once
#include "dispatch/decide.h"
#include "dispatch/lanes.h"
#include "dispatch/link.h"
#include "dispatch/relays.h"
#include "dispatch/watch.h"
#include "queue/claim.h"

struct handed { /* a job that a sender has, or will have after the next commit */
    uint64_t id;
    int64_t issue;
    struct claim *claims;
    size_t count;
    struct lane *lane; /* NULL: none */
    bool is_personal, was_sent_to_sender;
    struct verdict *verdicts; /* `count` that wait for the sender to say why it goes; NULL: none */
};

struct sender {
    struct dispatch *dispatch;
    struct relay_state *relay;
    struct link link;
    sd_event_source *readable, *child;
    GQueue jobs;          /* of struct handed, the oldest first */
    size_t done, pace;    /* jobs since the last commit; as many as between two */
    size_t given;         /* jobs in all */
    size_t recipients;    /* of these */
    GHashTable *messages; /* ids of issues whose message it has */
    GHashTable *carried;  /* struct lane to how many messages it got for it */
    bool is_ending;       /* gets no more jobs */
    bool is_ready, is_gone, killed_by_us;
    enum gone_why why;
    uint64_t faulty_job; /* GONE_OURS: the one at fault; 0: none */
    char *why_text;
    bool was_too_many; /* it is gone because the relay has enough connections */
    usec_t last_sign;  /* monotonic */
};

struct dispatch {
    sd_event *loop;
    const struct conf *conf;
    struct queue *queue;
    const struct answers *answers;
    GPtrArray *relays;  /* of struct relay_state */
    GPtrArray *senders; /* of struct sender */
    sd_event_source *turn, *timer;
    char *journals;          /* folder */
    GHashTable *touched;     /* ids of issues whose deliveries changed since the last commit */
    GPtrArray *old_journals; /* paths, to be taken away after the next commit */
    size_t uncommitted;      /* outcomes since the last commit */
    usec_t uncommitted_since;
    uint64_t last_job;
    struct lanes *lanes;
    int64_t last_issue; /* that got something: round robin goes on behind it */
    GHashTable *turns;  /* issue to which of its streams is next, for those that are being sent */
    GHashTable *waits;  /* issue to struct wait */
    struct watch watch;
    bool could_go;        /* seen in this turn: something that nothing but trouble holds back */
    struct error trouble; /* what the watch found */
    int told_year;        /* that the workdays do not know */
    bool is_draining;
    void (*drained)(void *user);
    void *drained_user;
    void (*ended)(void *user, int64_t issue);
    void *ended_user;
    void (*troubled)(void *user, const struct error *trouble);
    void *troubled_user;
};

struct wait {
    enum wait_reason why;
    usec_t until; /* wall clock */
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
/* Is one of its transactions between its end of data and the answer? Its journal knows. */
bool sender_waits_for_end(const struct sender *sender);

/* --- pick.c --- */

enum relay_choice { CHOICE_FOUND, CHOICE_ALL_REST, CHOICE_ALL_BARRED };
/* The first healthy relay that has not refused this issue. *next: when one has rested. */
MUST bool pick_relay(struct dispatch *dispatch, int64_t issue, struct relay_state **chosen,
                     enum relay_choice *choice, usec_t *next, struct error *error);
/* A sender of this relay that takes one more job, which may be a new one; NULL: none now, an
 * outcome will tell. `lane` NULL: the job is of none. */
struct sender *pick_sender(struct dispatch *dispatch, struct relay_state *relay, bool personal,
                           struct lane *lane);
/* How many senders have jobs of this lane. */
unsigned lane_senders(const struct dispatch *dispatch, const struct lane *lane);

/* --- limits.c --- */

/* What the limits had left and had learnt before the restart. */
MUST bool limits_load(struct dispatch *dispatch, struct error *error);
/* Adds what changed to the transaction. */
MUST bool limits_save(struct dispatch *dispatch, struct error *error);

/* --- trouble.c --- */

/* After a turn: does it stand still? */
void trouble_look(struct dispatch *dispatch);

/* --- outcomes.c --- */

/* What became of a job: records each verdict, blames whom it must. `lost`: the connection went
 * under it. Verdicts for deliveries that are not of this job are an error. */
MUST bool outcomes_apply(struct dispatch *dispatch, struct relay_state *relay,
                         const struct handed *job, const struct verdict verdicts[], size_t count,
                         bool lost, struct error *error);
/* A sender is gone and has not told of this job: what its journal (recovery_read_journal) knows,
 * else nothing was sent. */
MUST bool outcomes_of_lost_job(struct dispatch *dispatch, struct relay_state *relay,
                               const struct handed *job, GHashTable *journal, bool lost,
                               struct error *error);

/* --- recovery.c --- */

/* After a start: what the journals of former senders know becomes outcomes, what was claimed and is
 * in none of them is due again. Waits a while for senders that outlived their daemon. */
MUST bool recovery_run(struct dispatch *dispatch, struct error *error);
/* The last entries of a journal by delivery: a table of struct verdict. */
MUST bool recovery_read_journal(const char *path, GHashTable **verdicts, struct error *error);
