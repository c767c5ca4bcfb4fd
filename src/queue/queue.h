/* The durable queue: issues, their deliveries, what became of each, the stop list, the history.
 * SQLite stands behind it and does not show. One thread; one process has it open for writing.
 * Changes gather until queue_commit() makes them durable together; what only reads sees them at
 * once. Strings in what it returns are the caller's to free with the struct. */
#pragma once
#include "parcel/parcel.h"
#include "queue/state.h"
#include "smtp/reply.h"

struct queue; /* opaque */

/* Opens or makes state_dir/queue.db, takes its lock. EX_TEMPFAIL: another daemon has it; the
 * sentence says which. */
MUST bool queue_open(struct queue **queue, const char *state_dir, struct error *error);
/* For looking only, while the daemon is down. EX_NOINPUT: there is none. */
MUST bool queue_open_reading(struct queue **queue, const char *state_dir, struct error *error);
void queue_close(struct queue *queue); /* commits nothing; NULL is fine */
AUTO_DEFINE(queue, struct queue, queue_close)

/* Makes everything since the last commit durable. */
MUST bool queue_commit(struct queue *queue, struct error *error);
/* Did SQLite fail? Then nothing more is written until it is opened anew, and only then it is known
 * whether the last commit took hold. */
bool queue_has_failed(const struct queue *queue);
/* Is there something to commit? */
bool queue_is_dirty(const struct queue *queue);

/* --- issues --- */

struct counts {
    int64_t recipients, queued, sending, sent, deferred, unknown, failed, suppressed, cancelled;
};

struct queue_issue {
    int64_t id;
    char *publication, *key, *kind, *title, *date, *document, *document_sha256;
    char *parcel; /* its folder's name in spool/parcels */
    char *message_id, *envelope_from;
    int total_number;
    bool personal;
    enum issue_state state;
    enum hold_reason why;
    char *why_text; /* a relay's answer or a person's words; NULL: none */
    usec_t accepted_at, finished_at, next_attempt_at; /* 0: none */
    bool filed, reported; /* the original is in sending/; the report is out */
    struct counts counts;
};
void queue_issue_free(struct queue_issue *issue);
AUTO_DEFINE(queue_issue, struct queue_issue, queue_issue_free)

/* Takes a small parcel in: the issue and all its deliveries, the suppressed ones marked, in one
 * durable step (it commits). For a large one, see admission.h. EX_DATAERR: the same publication, issue and kind was admitted before; *issue is
 * then the id of that one. `parcel_name` is its folder's name in spool/parcels. */
MUST bool queue_admit(struct queue *queue, const struct parcel *parcel, const char *parcel_name,
                      usec_t now, int64_t *issue, struct error *error);

/* All issues but notices, the newest first, of struct queue_issue; `most` 0: all. */
MUST bool queue_issues(struct queue *queue, size_t most, GPtrArray **issues, struct error *error);
/* The open ones (held or sending) and those that are ended but not yet reported, notices too, the
 * oldest first. */
MUST bool queue_open_issues(struct queue *queue, GPtrArray **issues, struct error *error);
MUST bool queue_issue(struct queue *queue, int64_t id, struct queue_issue **issue,
                      struct error *error);
/* By `2023-25` or `weekly/2023-25`. EX_NOINPUT: there is none; EX_DATAERR: several publications have
 * it, the sentence names them. */
MUST bool queue_find(struct queue *queue, const char *name, struct queue_issue **issue,
                     struct error *error);

/* Up to `most` issues of the same publication that went out before it, the newest first, of struct
 * queue_issue. */
MUST bool queue_issues_before(struct queue *queue, const struct queue_issue *issue, size_t most,
                              GPtrArray **issues, struct error *error);

struct group_counts {
    char *group, *name;
    struct counts counts; /* a recipient in several groups counts in each */
};
/* In the order of the 分送 lines; of struct group_counts. */
MUST bool queue_group_counts(struct queue *queue, int64_t issue, GPtrArray **groups,
                             struct error *error);

/* Does an issue, ended or not, have this folder of spool/parcels? */
MUST bool queue_has_parcel(struct queue *queue, const char *parcel, bool *has,
                           struct error *error);
MUST bool queue_set_filed(struct queue *queue, int64_t issue, struct error *error);
MUST bool queue_set_reported(struct queue *queue, int64_t issue, struct error *error);

/* --- deliveries --- */

struct queue_delivery {
    int64_t id, issue;
    char *address, *name, *title, *unit, *groups; /* groups: ids apart by blanks */
    enum delivery_state state;
    int attempts;
    char *relay; /* the last one tried; NULL: none */
    struct reply reply; /* the last answer */
    enum give_up_reason gave_up; /* of a failed one */
    usec_t sent_at, next_attempt_at;
    char *origin; /* "leaders.csv:12"; NULL: not known */
};
typedef bool queue_visit(void *user, const struct queue_delivery *delivery, struct error *error);
/* Every delivery of an issue in order; `state` -1: all, else those. */
MUST bool queue_deliveries(struct queue *queue, int64_t issue, int state, queue_visit *visit,
                           void *user, struct error *error);
/* A page of them, for who may not read all in one turn: at most `most`, beginning after the id
 * `after` (0: the first). *next is where the next page goes on, 0 where there is none. It looks at a
 * bounded number of deliveries, so that a page may hold fewer, even none, while more follow. */
MUST bool queue_deliveries_page(struct queue *queue, int64_t issue, int state, int64_t after,
                                size_t most, queue_visit *visit, void *user, int64_t *next,
                                struct error *error);
/* Those of an issue whose address or name holds these words, at most `most`. */
MUST bool queue_deliveries_like(struct queue *queue, int64_t issue, const char *words, size_t most,
                                queue_visit *visit, void *user, struct error *error);

/* --- what people ask for. `who` goes into the history; each commits. --- */

/* `words` NULL: no more is said; where it is held already, nothing changes then. */
MUST bool queue_hold(struct queue *queue, int64_t issue, enum hold_reason why, const char *words,
                     const char *who, struct error *error);
/* EX_DATAERR: it is not held. */
MUST bool queue_release(struct queue *queue, int64_t issue, const char *who, struct error *error);
/* What is not sent and not in flight is cancelled; *count says how many. */
MUST bool queue_cancel(struct queue *queue, int64_t issue, const char *who, int64_t *count,
                       struct error *error);
/* Makes deferred, failed and unknown ones due now: all of them, or that address (EX_NOINPUT: not
 * there). A finished issue is sending again. EX_DATAERR: there is none to try; the sentence says why.
 */
MUST bool queue_retry(struct queue *queue, int64_t issue, const char *address, const char *who,
                      usec_t now, int64_t *count, struct error *error);
/* An `unknown` one: what a person found out. EX_DATAERR: it is not unknown. */
MUST bool queue_settle(struct queue *queue, int64_t issue, const char *address, bool sent,
                       const char *who, usec_t now, struct error *error);

struct suppression {
    char *address, *why, *who;
    usec_t at, until; /* until 0: for good */
};
/* What is not yet sent there of open issues is stopped too; what is in flight decides by itself, and
 * is not tried again. *issues (may be NULL) is of int64_t: in which it was stopped; the caller's. */
MUST bool queue_suppress(struct queue *queue, const struct address *address, const char *why,
                         const char *who, usec_t now, usec_t until, GArray **issues,
                         struct error *error);
/* Addresses in the lists, as they were last noted, that are this one but for the case of the local
 * part; of char *, the caller's. *listed: is it in a list itself? *known: were lists noted at all? */
MUST bool queue_lookalikes(struct queue *queue, const struct address *address, bool *known,
                           bool *listed, GPtrArray **alike, struct error *error);
/* EX_NOINPUT: it is not on the list. */
MUST bool queue_unsuppress(struct queue *queue, const struct address *address, const char *who,
                           usec_t now, struct error *error);
/* Of struct suppression, by address. */
MUST bool queue_suppressions(struct queue *queue, GPtrArray **list, struct error *error);

struct history_entry {
    usec_t at;
    char *who, *what, *issue, *address, *detail; /* NULL: none; issue is "weekly/2023-25" */
};
MUST bool queue_history_add(struct queue *queue, const struct history_entry *entry,
                            struct error *error);
/* Of struct history_entry, the oldest first; `issue` 0: of everything. */
MUST bool queue_history(struct queue *queue, int64_t issue, GPtrArray **entries,
                        struct error *error);
