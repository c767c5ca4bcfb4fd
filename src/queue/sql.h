/* SQLite behind the queue; nobody outside src/queue includes this. SQL texts stand in one table by
 * name, are prepared once and reset on every way out; values are only ever bound. */
#pragma once
#include "queue/claim.h"

#include <sqlite3.h>

enum sql {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_ISSUE_ADD,
    SQL_ISSUE_OPEN,
    SQL_ISSUE_ADMITTING,
    SQL_ISSUE_REMOVE,
    SQL_GROUPS_REMOVE,
    SQL_DELIVERIES_REMOVE,
    SQL_ISSUE_SAVE,
    SQL_ISSUE_SAME,
    SQL_ISSUE_OF_PARCEL,
    SQL_ISSUE_BY_ID,
    SQL_ISSUES,
    SQL_ISSUES_OPEN,
    SQL_ISSUES_NAMED,
    SQL_ISSUE_SET_FILED,
    SQL_ISSUE_SET_REPORTED,
    SQL_GROUP_ADD,
    SQL_GROUPS,
    SQL_GROUP_SET_SIZE,
    SQL_GROUP_SMALLEST,
    SQL_ISSUE_BEFORE,
    SQL_ISSUES_BEFORE,
    SQL_PERSONS,
    SQL_DELIVERY_MAX,
    SQL_DELIVERY_FIRST,
    SQL_DELIVERY_SAME,
    SQL_DELIVERY_ADD,
    SQL_DELIVERIES,
    SQL_DELIVERIES_IN,
    SQL_GROUPS_OF,
    SQL_COMPARISON,
    SQL_COMPARISON_SAVE,
    SQL_TALLIES,
    SQL_TALLY_SAVE,
    SQL_CLAIM_FIRST,
    SQL_CLAIM_DUE,
    SQL_CLAIM_MARK,
    SQL_PUT_ASIDE,
    SQL_SET_LANE,
    SQL_NEXT_LANE,
    SQL_CLAIMED,
    SQL_NEXT_DUE,
    SQL_RECORD,
    SQL_RECORD_SENT,
    SQL_ATTEMPT_ADD,
    SQL_STATE_OF,
    SQL_CHANGE,
    SQL_BAR_ADD,
    SQL_BARS,
    SQL_BAR_ANSWER,
    SQL_BARS_CLEAR,
    SQL_SUPPRESSION_ADD,
    SQL_SUPPRESSION_REMOVE,
    SQL_SUPPRESSIONS,
    SQL_IS_SUPPRESSED,
    SQL_HISTORY_ADD,
    SQL_HISTORY,
    SQL_VALVE,
    SQL_VALVE_SAVE,
    SQL_ROLL,
    SQL_ROLLS,
    SQL_ROLL_ADD,
    SQL_ROLL_SAVE,
    SQL_ROLL_END,
    SQL_ROLL_CHANGES,
    SQL_MEMBERS,
    SQL_MEMBER_ADD,
    SQL_MEMBER_END,
    SQL_MEMBERS_END,
    SQL_MEMBERS_AT,
    SQL_MEMBERS_ALIKE,
    SQL_MEMBERS_ANY,
    SQL_LATELY,
    SQL_VERIFY,
    SQL_COUNT
};

/* The next attempt of a first try that was put aside: always, whatever a clock says. Nobody is told
 * of it. */
#define DUE_SINCE_EVER 1

/* Those of an issue's recipients who are in just the same groups: counted together, so that nobody
 * has to read the deliveries to know how a group stands. */
struct sort {
    char *groups;                    /* ids apart by blanks, as the deliveries have them */
    int64_t counts[DELIVERY_STATES]; /* by state */
    bool dirty;
};

/* An issue that can still change, as it is in memory; written with each commit. */
struct open_issue {
    int64_t id, first, last,
        cursor; /* delivery ids; cursor: the last one claimed for a first try */
    char *publication, *key, *parcel, *message_id, *envelope_from;
    enum issue_state state;
    enum hold_reason why;
    char *why_text;
    bool personal, is_notice, cancelling;
    usec_t accepted_at, finished_at;
    int64_t counts[DELIVERY_STATES]; /* by state */
    GHashTable *sorts;               /* their groups to struct sort */
    GHashTable *in_flight;           /* ids of claimed deliveries to struct sort */
    bool dirty;
    /* As read last, and what queue->seen then was: another by now, and they are read anew. */
    GArray *due;     /* of struct due */
    GPtrArray *bars; /* names of relays */
    uint64_t due_seen, bars_seen;
};

struct queue {
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_COUNT];
    int lock; /* -1: reading only */
    bool in_transaction;
    bool in_chunk; /* the transaction holds a part of an admission and nothing else */
    struct queue_admission *admission; /* the one that goes on; NULL: none */
    struct error failure; /* the first of SQLite's; {0}: none */
    GHashTable *open;     /* id to struct open_issue */
    /* Raised, from 1, by each statement that may change what is due, or the bars. */
    uint64_t due_seen, bars_seen;
    queue_lane_of *lane_of;
    void *lane_user;
};

/* The statement, prepared, with no values. NULL and an error where SQLite refuses. */
sqlite3_stmt *sql_get(struct queue *queue, enum sql which, struct error *error);
/* Binds by letters: i int64_t, z int64_t (0 as NULL), t const char * (NULL as NULL), s the same,
 * but borrowed until the statement has run. */
void sql_bind(sqlite3_stmt *statement, const char *letters, ...);
/* Steps to the next row. False: no more, or an error, which is then set; the statement is reset. */
MUST bool sql_row(struct queue *queue, sqlite3_stmt *statement, struct error *error);
/* Gets, binds and runs one that gives no rows. */
MUST bool sql_run(struct queue *queue, struct error *error, enum sql which, const char *letters,
                  ...);
/* Sets the error from SQLite's last one: EX_TEMPFAIL for a full disk, EX_IOERR else. */
bool sql_failed(struct queue *queue, struct error *error);
/* SQLite may have rolled back what memory has counted already: from a failure on nothing may be
 * written until the queue is opened anew, whoever met it. False: it failed, and this was its error.
 */
MUST bool queue_is_sound(const struct queue *queue, struct error *error);
char *sql_text(sqlite3_stmt *statement, int column); /* NULL stays NULL; the caller frees */

/* Begins a transaction where there is none. */
MUST bool change_begin(struct queue *queue, struct error *error);
/* Takes back what the transaction did; for an admission that failed. */
void change_rollback(struct queue *queue);

/* A transaction for a part of an admission alone, after a commit of what others have gathered:
 * where it fails by a full disk, it is taken back, and the queue stays sound. One that need not be
 * durable waits for no disk: the next commit that must be makes it so too, for they stand one
 * behind the other in one file. */
MUST bool chunk_begin(struct queue *queue, bool durable, struct error *error);
MUST bool chunk_commit(struct queue *queue, struct error *error);
void chunk_rollback(struct queue *queue); /* where there is one */

/* Makes the schema, or brings an older one up to date (user_version). */
MUST bool schema_update(struct queue *queue, struct error *error);
/* For who only reads: is it of this version? */
MUST bool schema_check(struct queue *queue, struct error *error);

/* The open issue, read in where it is not there yet (an ended one that opens again). */
MUST bool open_issue_get(struct queue *queue, int64_t id, struct open_issue **issue,
                         struct error *error);
MUST bool open_issues_load(struct queue *queue, struct error *error);
MUST bool open_issues_save(struct queue *queue, struct error *error);
void open_issue_free(void *issue);
/* Moves one delivery from state to state by the table, in the counts. */
MUST bool open_issue_count(struct open_issue *issue, struct sort *sort, enum delivery_state from,
                           enum delivery_event on, enum delivery_state *to, struct error *error);
/* The sort of these groups, made where there is none; the issue's own. */
struct sort *open_issue_sort(struct open_issue *issue, const char *groups);
/* A delivery was claimed; its outcome will ask for its sort. */
void open_issue_fly(struct open_issue *issue, int64_t delivery, struct sort *sort);
/* The sort of a delivery that was claimed, or by its row. NULL and an error: there is none. */
struct sort *open_issue_sort_of(struct queue *queue, struct open_issue *issue, int64_t delivery,
                                struct error *error);
void open_issue_land(struct open_issue *issue, int64_t delivery);

/* The sorts of an issue, out of the rows and into them (those that changed). */
MUST bool sorts_load(struct queue *queue, struct open_issue *issue, struct error *error);
MUST bool sorts_save(struct queue *queue, int64_t issue, GHashTable *sorts, struct error *error);
GHashTable *sorts_new(void);
struct sort *sorts_get(GHashTable *sorts, const char *groups);
/* How many of them are in this group. */
int64_t sorts_size(GHashTable *sorts, const char *group);
/* Is this one of the ids that stand in `groups` apart by blanks? */
bool groups_have(const char *groups, const char *id);
/* One of an issue's deliveries, by its address, is stopped; *stopped: was there one to stop? */
MUST bool open_issue_suppress(struct queue *queue, struct open_issue *issue, const char *address,
                              bool *stopped, struct error *error);
/* Of all its lanes together; 0: nothing has a next attempt. */
MUST bool open_issue_next(struct queue *queue, int64_t id, usec_t *next, struct error *error);
/* "weekly/2023-25" for the history. The caller frees. */
char *open_issue_name(struct queue *queue, int64_t id);

/* Adds a line to the history inside the transaction. */
MUST bool history_add(struct queue *queue, usec_t at, const char *who, const char *what,
                      int64_t issue, const char *address, const char *detail, struct error *error);

/* An empty set of addresses as the stop list compares them: without case. Owns its strings. */
GHashTable *stopped_new(void);
