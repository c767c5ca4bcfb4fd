/* Deliveries as people see them. */
#include "queue/sql.h"

#define LOOK_MOST 20000 /* deliveries in one page: some milliseconds */

/* A first try in flight has no mark in its row: it stands behind the cursor. */
static enum delivery_state state_of(const struct open_issue *issue, int64_t id, int stored,
                                    usec_t next_attempt)
{
    return stored == QUEUED && id <= issue->cursor && !next_attempt ? SENDING
                                                                    : (enum delivery_state)stored;
}

static void delivery_of(sqlite3_stmt *row, const struct open_issue *issue,
                        struct queue_delivery *delivery)
{
    *delivery = (struct queue_delivery){
        .id = sqlite3_column_int64(row, 0),
        .issue = issue->id,
        .address = sql_text(row, 1),
        .name = sql_text(row, 2),
        .title = sql_text(row, 3),
        .unit = sql_text(row, 4),
        .groups = sql_text(row, 5),
        .attempts = sqlite3_column_int(row, 7),
        .relay = sql_text(row, 8),
        .reply = {sqlite3_column_int(row, 9), sql_text(row, 10), sql_text(row, 11)},
        .sent_at = sqlite3_column_int64(row, 12),
        .next_attempt_at = sqlite3_column_int64(row, 13),
        .gave_up = (enum give_up_reason)sqlite3_column_int(row, 15),
        .origin = sql_text(row, 14),
    };
    delivery->state =
        state_of(issue, delivery->id, sqlite3_column_int(row, 6), delivery->next_attempt_at);
    if (delivery->next_attempt_at == DUE_SINCE_EVER)
        delivery->next_attempt_at = 0;
}

static void delivery_clear(struct queue_delivery *delivery)
{
    g_free(delivery->address);
    g_free(delivery->name);
    g_free(delivery->title);
    g_free(delivery->unit);
    g_free(delivery->groups);
    g_free(delivery->relay);
    g_free(delivery->origin);
    reply_clear(&delivery->reply);
}

/* How much of an issue is walked in one call. */
struct walk {
    int state;         /* -1: all */
    int64_t from;      /* the first id */
    size_t look, most; /* how many are looked at, how many are visited */
    int64_t next;      /* the last id looked at, 0 where the walk came to the end */
};

static bool walk_row(sqlite3_stmt *row, const struct open_issue *issue, struct walk *walk,
                     queue_visit *visit, void *user, struct error *error)
{
    walk->next = sqlite3_column_int64(row, 0);
    walk->look--;
    enum delivery_state state =
        state_of(issue, walk->next, sqlite3_column_int(row, 6), sqlite3_column_int64(row, 13));
    if (walk->state >= 0 && (int)state != walk->state)
        return true;
    struct queue_delivery delivery;
    delivery_of(row, issue, &delivery);
    walk->most--;
    bool goes_on = visit(user, &delivery, error);
    delivery_clear(&delivery);
    return goes_on;
}

static bool walk_issue(struct queue *queue, const struct open_issue *issue, struct walk *walk,
                       queue_visit *visit, void *user, struct error *error)
{
    /* What is in trouble is found at once; of the rest there is no index. */
    bool indexed = walk->state > SENT;
    sqlite3_stmt *row = sql_get(queue, indexed ? SQL_DELIVERIES_IN : SQL_DELIVERIES, error);
    if (row)
        sql_bind(row, indexed ? "iiii" : "ii", MAX(issue->first, walk->from), issue->last,
                 (int64_t)walk->state, issue->id);
    bool goes_on = true;
    while (row && goes_on && walk->look && walk->most && sql_row(queue, row, error))
        goes_on = walk_row(row, issue, walk, visit, user, error);
    if (row)
        sqlite3_reset(row);
    if (walk->next == issue->last || (walk->look && walk->most))
        walk->next = 0;
    return goes_on && !error_is_set(error);
}

bool queue_deliveries(struct queue *queue, int64_t id, int state, queue_visit *visit, void *user,
                      struct error *error)
{
    struct open_issue *issue;
    struct walk walk = {.state = state, .look = SIZE_MAX, .most = SIZE_MAX};
    return open_issue_get(queue, id, &issue, error) &&
           walk_issue(queue, issue, &walk, visit, user, error);
}

bool queue_deliveries_page(struct queue *queue, int64_t id, int state, int64_t after, size_t most,
                           queue_visit *visit, void *user, int64_t *next, struct error *error)
{
    struct open_issue *issue;
    struct walk walk = {.state = state, .from = after + 1, .look = LOOK_MOST, .most = most};
    if (!open_issue_get(queue, id, &issue, error) ||
        !walk_issue(queue, issue, &walk, visit, user, error))
        return false;
    *next = walk.next;
    return true;
}

bool queue_deliveries_like(struct queue *queue, int64_t id, const char *words, size_t most,
                           queue_visit *visit, void *user, struct error *error)
{
    struct open_issue *issue;
    struct walk walk = {.state = -1, .look = SIZE_MAX, .most = SIZE_MAX};
    AUTO(text) char *lower = g_ascii_strdown(words, -1);
    if (!open_issue_get(queue, id, &issue, error))
        return false;
    sqlite3_stmt *row = sql_get(queue, SQL_LATELY, error);
    if (row)
        sql_bind(row, "iiti", issue->first, issue->last, lower, (int64_t)most);
    bool goes_on = row;
    while (goes_on && sql_row(queue, row, error))
        goes_on = walk_row(row, issue, &walk, visit, user, error);
    if (row)
        sqlite3_reset(row);
    return goes_on && !error_is_set(error);
}
