/* What the dispatch does with the queue: claims, outcomes, ends. Nothing here commits but
 * queue_commit(). */
#pragma once
#include "queue/queue.h"

struct claim { /* a delivery that is ours to try; the strings are the caller's (claim_clear) */
    int64_t delivery, issue;
    struct address *address;
    char *name;
    int attempts;      /* counted so far */
    int unknown_tries; /* how often its end of data had no answer */
    int losses;        /* how often the connection was lost under it */
    bool alone;        /* only in a transaction of its own */
};
void claim_clear(struct claim *claim);

/* Which recipients share a limit: the name of the lane of an address, NULL for none. A first try of
 * a lane is put aside when the cursor comes to it, and what is due of a lane is claimed apart. What
 * was tried before waits in a lane of its own, its name with QUEUE_AGAIN: so neither retries nor
 * first tries starve each other. Without such a function there are no lanes. */
#define QUEUE_AGAIN '+'
typedef const char *queue_lane_of(void *user, const struct address *address);
void queue_set_lanes(struct queue *queue, queue_lane_of *lane_of, void *user);

struct due {          /* what has a next attempt */
    const char *lane; /* interned; NULL: what is in none */
    usec_t next;
};
struct work { /* an issue that is being sent */
    int64_t issue;
    const char *publication; /* the queue's own */
    bool personal, is_notice;
    bool has_first; /* deliveries that were never looked at */
    GArray *due;    /* of struct due */
    usec_t accepted_at;
};
/* Of struct work, the oldest issue first; the caller frees the array. */
MUST bool queue_work(struct queue *queue, GArray **work, struct error *error);

/* Is there an issue that goes out just now? */
bool queue_is_sending(const struct queue *queue);

/* Marks up to `room` deliveries of an issue as sending: first tries in order, or what is due of a
 * lane (NULL: of none), the longest due first (one that goes alone comes alone). None claimed: all
 * that were looked at went to other lanes, and there may be more. Hand out none before
 * queue_commit(), or a crash sends twice (RFC 1047). Those whose relay is barred are the caller's
 * to know. */
MUST bool queue_claim_first(struct queue *queue, int64_t issue, size_t room, struct claim claims[],
                            size_t *claimed, struct error *error);
MUST bool queue_claim_due(struct queue *queue, int64_t issue, const char *lane, usec_t now,
                          size_t room, struct claim claims[], size_t *claimed, struct error *error);

struct outcome { /* what became of a claimed delivery; borrowed */
    int64_t delivery, issue;
    enum delivery_event event;
    const char *relay;
    const struct reply *reply; /* NULL: none */
    usec_t at, next_attempt;   /* next_attempt 0: none */
    bool counts;               /* as an attempt */
    bool lost;                 /* the connection was lost under it */
    bool alone;                /* from now on */
};
MUST bool queue_record(struct queue *queue, const struct outcome *outcome, struct error *error);

/* Fails what is neither sent nor in flight, of an issue that is too old, and tries nothing again
 * that is unknown; *count says how many. */
MUST bool queue_give_up(struct queue *queue, int64_t issue, enum give_up_reason why, usec_t now,
                        int64_t *count, struct error *error);

/* Ends an issue that has nothing left to try (sent, finished, cancelled), or holds it where only
 * unknown ones are left; *changed: it did. */
MUST bool queue_conclude(struct queue *queue, int64_t issue, usec_t now, bool *changed,
                         struct error *error);

/* All deliveries that are marked as sending, after a start: the recovery's work. */
typedef bool queue_claim_visit(void *user, const struct claim *claim, struct error *error);
MUST bool queue_claimed(struct queue *queue, queue_claim_visit *visit, void *user,
                        struct error *error);

/* An answer to MAIL or the end of data bars an issue from a relay until a person releases it
 * (RFC 5321 §4.2.5). */
MUST bool queue_bar(struct queue *queue, int64_t issue, const char *relay,
                    const struct reply *reply, struct error *error);
/* All relays may be tried again. */
MUST bool queue_unbar(struct queue *queue, int64_t issue, struct error *error);
/* The answer that barred it; NULL: none. The caller frees. */
MUST bool queue_bar_answer(struct queue *queue, int64_t issue, char **answer, struct error *error);
/* What each transaction of an issue needs of it; the strings are the queue's own, as long as it is
 * open. */
struct envelope {
    const char *key; /* "2023-25" */
    const char *parcel, *message_id, *from;
    bool is_notice;
    int64_t sent; /* deliveries so far */
};
MUST bool queue_envelope(struct queue *queue, int64_t issue, struct envelope *envelope,
                         struct error *error);
/* Its key alone; NULL: it is not open. */
const char *queue_issue_key(struct queue *queue, int64_t issue);
MUST bool queue_is_barred(struct queue *queue, int64_t issue, const char *relay, bool *barred,
                          struct error *error);

/* What a limit has left and what was learnt of it, so that a restart knows it. */
struct queue_valve {
    const char *name;             /* "relay office", "domain qq.com" */
    int64_t recipients, messages; /* thousandths of what may go */
    int64_t learnt, well;         /* thousandths of recipients a minute; 0: nothing was learnt */
    int64_t connections, lot;     /* learnt; 0: nothing */
    usec_t at;                    /* by the wall clock */
};
MUST bool queue_save_valve(struct queue *queue, const struct queue_valve *valve,
                           struct error *error);
/* *found: there was one of this name, which is kept. */
MUST bool queue_load_valve(struct queue *queue, const char *name, struct queue_valve *valve,
                           bool *found, struct error *error);
