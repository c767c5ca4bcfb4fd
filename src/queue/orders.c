/* What people ask of an issue: hold, release, cancel, retry, settle. */
#include "queue/sql.h"

static const char *name_of(enum hold_reason why)
{
    return hold_reason_name(why) ? hold_reason_name(why) : "";
}

static bool is_open(const struct open_issue *issue)
{
    return issue->state == ISSUE_SENDING || issue->state == ISSUE_HELD;
}

static bool refuse_ended(struct error *error)
{
    return error_set(
        error, EX_DATAERR, NOWHERE,
        N_("\"fensong retry\" opens an ended issue again for those who do not have it"),
        N_("this issue has ended already"));
}

/* What waits for a person's word waits for it already, unless it ends by itself or by a retry. */
static bool is_held_anyway(const struct open_issue *issue, enum hold_reason why)
{
    bool lasts = issue->why != HOLD_SCHEDULED && issue->why != HOLD_UNKNOWN;
    return issue->state == ISSUE_HELD && (issue->why == why || (why == HOLD_BY_HAND && lasts));
}

bool queue_hold(struct queue *queue, int64_t id, enum hold_reason why, const char *words,
                const char *who, struct error *error)
{
    struct open_issue *issue;
    if (!open_issue_get(queue, id, &issue, error))
        return false;
    if (!is_open(issue))
        return refuse_ended(error);
    if (words && !*words)
        words = NULL;
    if (!words && is_held_anyway(issue, why))
        return true; /* as it is, with the reason that was given */
    if (!change_begin(queue, error))
        return false;
    issue->state = ISSUE_HELD;
    issue->why = why;
    g_free(issue->why_text);
    issue->why_text = g_strdup(words);
    issue->dirty = true;
    AUTO(text)
    char *detail = words ? g_strdup_printf("%s: %s", name_of(why), words) : g_strdup(name_of(why));
    return history_add(queue, clock_now(), who, "held", id, NULL, detail, error) &&
           queue_commit(queue, error);
}

static void let_go(struct open_issue *issue)
{
    issue->state = ISSUE_SENDING;
    issue->why = HOLD_NONE;
    g_clear_pointer(&issue->why_text, g_free);
    issue->dirty = true;
}

bool queue_release(struct queue *queue, int64_t id, const char *who, struct error *error)
{
    struct open_issue *issue;
    if (!open_issue_get(queue, id, &issue, error))
        return false;
    if (issue->state != ISSUE_HELD)
        return error_set(error, EX_DATAERR, NOWHERE, NULL, N_("this issue is not held"));
    if (!change_begin(queue, error))
        return false;
    let_go(issue);
    return sql_run(queue, error, SQL_BARS_CLEAR, "i", id) &&
           history_add(queue, clock_now(), who, "released", id, NULL, NULL, error) &&
           queue_commit(queue, error);
}

/* --- one change to many deliveries --- */

struct sweep {
    struct queue *queue;
    struct open_issue *issue;
    enum delivery_event event;
    const char *address; /* NULL: all */
    usec_t next_attempt, sent_at;
    enum give_up_reason gave_up;
    int64_t found, changed;
    enum delivery_state state; /* of the last one that needed no change */
};

/* In flight: its outcome decides. */
static bool is_in_flight(const struct sweep *sweep, int64_t id, int state, usec_t next_attempt)
{
    return state == SENDING || (state == QUEUED && id <= sweep->issue->cursor && next_attempt == 0);
}

struct found { /* by a sweep */
    int64_t id;
    enum delivery_state state;
    struct sort *sort;
};

static bool change_one(struct sweep *sweep, const struct found *one, struct error *error)
{
    enum delivery_state from = one->state, to;
    AUTO(error) struct error none = {0};
    if (!delivery_change(from, sweep->event, &to, &none)) {
        sweep->state = from;
        return true; /* does not concern one in this state */
    }
    sweep->changed += to != from || sweep->event != ON_GIVEN_UP;
    return open_issue_count(sweep->issue, one->sort, from, sweep->event, &to, error) &&
           sql_run(sweep->queue, error, SQL_CHANGE, "iizzz", one->id, (int64_t)to, sweep->next_attempt,
                   sweep->sent_at, (int64_t)(to == FAILED ? sweep->gave_up : GAVE_UP_NOT));
}

/* Who came to the stop list after he failed is not tried again by a word that names all. */
static bool is_stopped(const struct sweep *sweep, int64_t id, struct error *error)
{
    if (sweep->event != ON_RETRY_BY_HAND)
        return false;
    sqlite3_stmt *row = sql_get(sweep->queue, SQL_IS_SUPPRESSED, error);
    if (!row)
        return false;
    sql_bind(row, "ii", id, sweep->next_attempt);
    bool stopped = sql_row(sweep->queue, row, error);
    sqlite3_reset(row);
    return stopped;
}

/* Reads the ids first: the rows change under the walk. */
static bool sweep_run(struct sweep *sweep, struct error *error)
{
    sqlite3_stmt *row = sql_get(sweep->queue, SQL_STATE_OF, error);
    if (!row || !change_begin(sweep->queue, error))
        return false;
    sql_bind(row, "iit", sweep->issue->first, sweep->issue->last, sweep->address);
    GArray *found = g_array_new(FALSE, FALSE, sizeof(struct found));
    while (sql_row(sweep->queue, row, error)) {
        struct found one = {sqlite3_column_int64(row, 0),
                            (enum delivery_state)sqlite3_column_int(row, 1),
                            open_issue_sort(sweep->issue,
                                            (const char *)sqlite3_column_text(row, 3))};
        sweep->found++;
        if (is_in_flight(sweep, one.id, (int)one.state, sqlite3_column_int64(row, 2)))
            sweep->state = SENDING;
        else
            g_array_append_val(found, one);
    }
    bool good = !error_is_set(error);
    for (guint i = 0; good && i < found->len; i++) {
        const struct found *one = &g_array_index(found, struct found, i);
        if (is_stopped(sweep, one->id, error))
            sweep->state = SUPPRESSED;
        else
            good = !error_is_set(error) && change_one(sweep, one, error);
    }
    g_array_unref(found);
    return good;
}

bool open_issue_suppress(struct queue *queue, struct open_issue *issue, const char *address,
                         bool *stopped, struct error *error)
{
    struct sweep sweep = {
        .queue = queue, .issue = issue, .event = ON_SUPPRESSED, .address = address};
    if (!sweep_run(&sweep, error))
        return false;
    *stopped = sweep.changed;
    return true;
}

bool queue_cancel(struct queue *queue, int64_t id, const char *who, int64_t *count,
                  struct error *error)
{
    struct open_issue *issue;
    if (!open_issue_get(queue, id, &issue, error))
        return false;
    if (!is_open(issue))
        return refuse_ended(error);
    struct sweep sweep = {.queue = queue, .issue = issue, .event = ON_CANCELLED};
    if (!sweep_run(&sweep, error))
        return false;
    let_go(issue); /* so that it ends */
    issue->cancelling = true;
    issue->cursor = issue->last;
    *count = sweep.changed;
    AUTO(text) char *detail = g_strdup_printf("%" G_GINT64_FORMAT, sweep.changed);
    return history_add(queue, clock_now(), who, "cancelled", id, NULL, detail, error) &&
           queue_commit(queue, error);
}

/* Why nothing was there to be tried again. */
static bool refuse_retry(const struct sweep *sweep, struct error *error)
{
    const char *who = sweep->address;
    if (!who)
        return error_set(error, EX_DATAERR, NOWHERE, NULL,
                         N_("nobody's delivery of this issue is deferred, failed or unknown"));
    if (sweep->state == QUEUED)
        return error_set(error, EX_DATAERR, NOWHERE, NULL,
                         N_("%s is not tried yet: it comes by itself"), who);
    if (sweep->state == SENDING)
        return error_set(error, EX_DATAERR, NOWHERE, NULL, N_("%s is being sent just now"), who);
    if (sweep->state == SENT)
        return error_set(error, EX_DATAERR, NOWHERE, NULL, N_("%s has it already"), who);
    if (sweep->state == CANCELLED)
        return error_set(error, EX_DATAERR, NOWHERE, NULL,
                         N_("the delivery to %s was cancelled"), who);
    return error_set(error, EX_DATAERR, NOWHERE, NULL, N_("%s is on the stop list"), who);
}

bool queue_retry(struct queue *queue, int64_t id, const char *address, const char *who, usec_t now,
                 int64_t *count, struct error *error)
{
    struct open_issue *issue;
    if (!open_issue_get(queue, id, &issue, error))
        return false;
    struct sweep sweep = {.queue = queue,
                          .issue = issue,
                          .event = ON_RETRY_BY_HAND,
                          .address = address,
                          .next_attempt = now};
    if (!sweep_run(&sweep, error))
        return false;
    if (address && sweep.found == 0)
        return error_set(error, EX_NOINPUT, NOWHERE, NULL,
                         N_("%s is not among the recipients of this issue"), address);
    if (sweep.changed == 0)
        return refuse_retry(&sweep, error);
    *count = sweep.changed;
    if (!is_open(issue)) {
        let_go(issue);
        issue->cancelling = false;
        issue->finished_at = 0;
        if (!sql_run(queue, error, SQL_ISSUE_SET_REPORTED, "ii", id, (int64_t)0))
            return false;
    } else if (issue->why == HOLD_UNKNOWN) {
        let_go(issue);
    }
    AUTO(text) char *detail = g_strdup_printf("%" G_GINT64_FORMAT, sweep.changed);
    return sql_run(queue, error, SQL_BARS_CLEAR, "i", id) &&
           history_add(queue, now, who, "retried", id, address, detail, error) &&
           queue_commit(queue, error);
}

bool queue_settle(struct queue *queue, int64_t id, const char *address, bool sent, const char *who,
                  usec_t now, struct error *error)
{
    struct open_issue *issue;
    if (!open_issue_get(queue, id, &issue, error))
        return false;
    struct sweep sweep = {.queue = queue,
                          .issue = issue,
                          .address = address,
                          .event = sent ? ON_SETTLED_SENT : ON_SETTLED_FAILED,
                          .gave_up = GAVE_UP_SETTLED,
                          .sent_at = sent ? now : 0};
    if (!sweep_run(&sweep, error))
        return false;
    if (sweep.found == 0)
        return error_set(error, EX_NOINPUT, NOWHERE, NULL,
                         N_("%s is not among the recipients of this issue"), address);
    if (sweep.changed == 0)
        return error_set(error, EX_DATAERR, NOWHERE, NULL, N_("whether %s has it is not unknown"),
                         address);
    return history_add(queue, now, who, sent ? "settled as sent" : "settled as failed", id, address,
                       NULL, error) &&
           queue_commit(queue, error);
}

bool queue_give_up(struct queue *queue, int64_t id, enum give_up_reason why, usec_t now,
                   int64_t *count, struct error *error)
{
    struct open_issue *issue;
    if (!open_issue_get(queue, id, &issue, error))
        return false;
    struct sweep sweep = {.queue = queue, .issue = issue, .event = ON_GIVEN_UP, .gave_up = why};
    if (!sweep_run(&sweep, error))
        return false;
    *count = sweep.changed;
    if (!sweep.changed)
        return true;
    issue->cursor = issue->last;
    issue->dirty = true;
    AUTO(text) char *detail = g_strdup_printf("%" G_GINT64_FORMAT, sweep.changed);
    return history_add(queue, now, "fensongd", "given up", id, NULL, detail, error);
}
