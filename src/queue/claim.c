/* Claims and outcomes: the work of the dispatch. */
#include "queue/claim.h"
#include "queue/sql.h"

#include <string.h>

void claim_clear(struct claim *claim)
{
    address_free(claim->address);
    g_free(claim->name);
    *claim = (struct claim){0};
}

static bool claim_of(sqlite3_stmt *row, int64_t issue, struct claim *claim, struct error *error)
{
    AUTO(text) char *address = sql_text(row, 1);
    *claim = (struct claim){.delivery = sqlite3_column_int64(row, 0), .issue = issue};
    if (!address_parse(&claim->address, address, NOWHERE, NULL, error))
        return false;
    claim->name = sql_text(row, 2);
    claim->attempts = sqlite3_column_int(row, 3);
    claim->unknown_tries = sqlite3_column_int(row, 4);
    claim->losses = sqlite3_column_int(row, 5);
    claim->alone = sqlite3_column_int(row, 6);
    return true;
}

static struct sort *sort_of(sqlite3_stmt *row, struct open_issue *issue)
{
    return open_issue_sort(issue, (const char *)sqlite3_column_text(row, 7));
}

static const char *lane_of(struct queue *queue, const struct claim *claim)
{
    return queue->lane_of ? queue->lane_of(queue->lane_user, claim->address) : NULL;
}

/* --- claims --- */

#define LOOK_MOST 1000 /* deliveries that one claim looks at: many may go to lanes */

struct moving { /* deliveries that go to another lane, after the walk that found them */
    int64_t id;
    char *lane; /* NULL: out of all lanes */
};

static void moving_clear(void *pointer)
{
    g_free(((struct moving *)pointer)->lane);
}

static GArray *moving_new(void)
{
    GArray *moving = g_array_new(FALSE, FALSE, sizeof(struct moving));
    g_array_set_clear_func(moving, moving_clear);
    return moving;
}

static void move_later(GArray *moving, int64_t id, const char *lane, bool again)
{
    const char mark[] = {again ? QUEUE_AGAIN : '\0', '\0'};
    struct moving one = {id, lane ? g_strconcat(lane, mark, NULL) : NULL};
    g_array_append_val(moving, one);
}

static bool walk_first(struct queue *queue, struct open_issue *issue, size_t room,
                       struct claim claims[], size_t *claimed, GArray *moving, struct error *error)
{
    size_t look = queue->lane_of ? LOOK_MOST : room, looked = 0;
    sqlite3_stmt *row = sql_get(queue, SQL_CLAIM_FIRST, error);
    if (row)
        sql_bind(row, "iii", issue->cursor, issue->last, (int64_t)look);
    while (row && *claimed < room && looked < look && sql_row(queue, row, error)) {
        struct claim claim = {0};
        enum delivery_state to;
        if (!claim_of(row, issue->id, &claim, error))
            break;
        const char *lane = lane_of(queue, &claim);
        looked++;
        issue->cursor = claim.delivery;
        if (lane) {
            move_later(moving, claim.delivery, lane, false);
            claim_clear(&claim);
            continue;
        }
        claims[(*claimed)++] = claim;
        struct sort *sort = sort_of(row, issue);
        open_issue_fly(issue, claim.delivery, sort);
        if (!open_issue_count(issue, sort, QUEUED, ON_CLAIMED, &to, error))
            break;
    }
    if (row)
        sqlite3_reset(row);
    /* The suppressed at the end are passed by. */
    if (*claimed < room && looked < look && !error_is_set(error))
        issue->cursor = issue->last;
    issue->dirty = true;
    return !error_is_set(error);
}

bool queue_claim_first(struct queue *queue, int64_t id, size_t room, struct claim claims[],
                       size_t *claimed, struct error *error)
{
    struct open_issue *issue;
    *claimed = 0;
    if (!open_issue_get(queue, id, &issue, error) || !change_begin(queue, error))
        return false;
    GArray *moving = moving_new();
    bool good = walk_first(queue, issue, room, claims, claimed, moving, error);
    for (guint i = 0; good && i < moving->len; i++) {
        const struct moving *one = &g_array_index(moving, struct moving, i);
        good = sql_run(queue, error, SQL_PUT_ASIDE, "iti", one->id, one->lane,
                       (int64_t)DUE_SINCE_EVER);
    }
    g_array_unref(moving);
    return good;
}

/* One that goes alone comes alone: the lot ends before it, or is it. */
static bool fits_lot(const struct claim *claim, size_t claimed)
{
    return claimed == 0 || !claim->alone;
}

/* "qq.com" and "qq.com+" are one. */
static bool is_lane(const char *stored, const char *lane)
{
    if (!stored || !lane)
        return stored == lane;
    size_t length = strlen(stored);
    length -= length && stored[length - 1] == QUEUE_AGAIN;
    return strlen(lane) == length && strncmp(stored, lane, length) == 0;
}

struct walk_due {
    struct open_issue *issue;
    const char *lane;
    size_t room, claimed;
    struct claim *claims;
    enum delivery_state *from;
    GArray *moving;
};

static void take_due(struct queue *queue, struct walk_due *walk, sqlite3_stmt *row,
                     struct claim *claim)
{
    enum delivery_state state = (enum delivery_state)sqlite3_column_int(row, 8);
    const char *lane = lane_of(queue, claim);
    if (is_lane(walk->lane, lane) && fits_lot(claim, walk->claimed)) {
        walk->from[walk->claimed] = state;
        open_issue_fly(walk->issue, claim->delivery, sort_of(row, walk->issue));
        walk->claims[walk->claimed++] = *claim;
        return;
    }
    /* The limits were others when it got its lane. */
    if (!is_lane(walk->lane, lane))
        move_later(walk->moving, claim->delivery, lane, state != QUEUED);
    claim_clear(claim);
}

static bool collect_due(struct queue *queue, sqlite3_stmt *row, struct walk_due *walk,
                        struct error *error)
{
    while (walk->claimed < walk->room && sql_row(queue, row, error)) {
        struct claim claim = {0};
        if (!claim_of(row, walk->issue->id, &claim, error))
            return false;
        bool alone = claim.alone && walk->claimed == 0;
        take_due(queue, walk, row, &claim);
        if (alone && walk->claimed)
            break;
    }
    sqlite3_reset(row);
    return !error_is_set(error);
}

static bool mark_due(struct queue *queue, const struct walk_due *walk, struct error *error)
{
    for (guint i = 0; i < walk->moving->len; i++) {
        const struct moving *one = &g_array_index(walk->moving, struct moving, i);
        if (!sql_run(queue, error, SQL_SET_LANE, "it", one->id, one->lane))
            return false;
    }
    for (size_t i = 0; i < walk->claimed; i++) {
        enum delivery_state to;
        int64_t id = walk->claims[i].delivery;
        struct sort *sort = open_issue_sort_of(queue, walk->issue, id, error);
        if (!sort || !open_issue_count(walk->issue, sort, walk->from[i], ON_CLAIMED, &to, error) ||
            !sql_run(queue, error, SQL_CLAIM_MARK, "i", id))
            return false;
    }
    return true;
}

bool queue_claim_due(struct queue *queue, int64_t id, const char *lane, usec_t now, size_t room,
                     struct claim claims[], size_t *claimed, struct error *error)
{
    struct open_issue *issue;
    *claimed = 0;
    if (!open_issue_get(queue, id, &issue, error) || !change_begin(queue, error))
        return false;
    sqlite3_stmt *row = sql_get(queue, SQL_CLAIM_DUE, error);
    if (!row)
        return false;
    sql_bind(row, "iiit", id, now, (int64_t)room, lane);
    struct walk_due walk = {.issue = issue,
                            .lane = lane,
                            .room = room,
                            .claims = claims,
                            .from = g_new0(enum delivery_state, room + 1),
                            .moving = moving_new()};
    bool good = collect_due(queue, row, &walk, error) && mark_due(queue, &walk, error);
    *claimed = walk.claimed;
    g_free(walk.from);
    g_array_unref(walk.moving);
    return good;
}

static bool is_evidence(enum delivery_event event)
{
    return event != ON_TAKEN && event != ON_PUT_BACK && event != ON_PUT_BACK_DEFERRED &&
           event != ON_PUT_BACK_UNKNOWN;
}

/* One that came to the stop list while it was in flight, and did not arrive, is tried no more. */
static bool stop_if_suppressed(struct queue *queue, struct open_issue *issue, struct sort *sort,
                               const struct outcome *outcome, enum delivery_state state,
                               struct error *error)
{
    if (state != QUEUED && state != DEFERRED && state != UNKNOWN)
        return true;
    sqlite3_stmt *row = sql_get(queue, SQL_IS_SUPPRESSED, error);
    if (!row)
        return false;
    sql_bind(row, "ii", outcome->delivery, outcome->at);
    bool stopped = sql_row(queue, row, error);
    sqlite3_reset(row);
    enum delivery_state to;
    return !error_is_set(error) &&
           (!stopped || (open_issue_count(issue, sort, state, ON_SUPPRESSED, &to, error) &&
                         sql_run(queue, error, SQL_CHANGE, "iizzz", outcome->delivery, (int64_t)to,
                                 (usec_t)0, (usec_t)0, (int64_t)0)));
}

static bool write_outcome(struct queue *queue, const struct outcome *outcome,
                          const struct reply *reply, enum delivery_state to, struct error *error)
{
    if (to == SENT)
        return sql_run(queue, error, SQL_RECORD_SENT, "iitztti", outcome->delivery,
                       (int64_t)outcome->counts, outcome->relay, (int64_t)reply->code,
                       reply->enhanced, reply->text, outcome->at);
    return sql_run(queue, error, SQL_RECORD, "iiitzttziii", outcome->delivery, (int64_t)to,
                   (int64_t)outcome->counts, outcome->relay, (int64_t)reply->code, reply->enhanced,
                   reply->text, outcome->next_attempt,
                   (int64_t)(outcome->event == ON_LOST_AFTER_END), (int64_t)outcome->lost,
                   (int64_t)outcome->alone);
}

bool queue_record(struct queue *queue, const struct outcome *outcome, struct error *error)
{
    struct open_issue *issue;
    enum delivery_state to;
    if (!open_issue_get(queue, outcome->issue, &issue, error) || !change_begin(queue, error))
        return false;
    struct sort *sort = open_issue_sort_of(queue, issue, outcome->delivery, error);
    if (!sort || !open_issue_count(issue, sort, SENDING, outcome->event, &to, error))
        return false;
    open_issue_land(issue, outcome->delivery);
    static const struct reply none = {0};
    const struct reply *reply = outcome->reply ? outcome->reply : &none;
    if (!write_outcome(queue, outcome, reply, to, error) ||
        !stop_if_suppressed(queue, issue, sort, outcome, to, error))
        return false;
    return !is_evidence(outcome->event) ||
           sql_run(queue, error, SQL_ATTEMPT_ADD, "iitiztt", outcome->delivery, outcome->at,
                   outcome->relay, (int64_t)outcome->event, (int64_t)reply->code, reply->enhanced,
                   reply->text);
}

/* --- ends --- */

static bool settle_end(struct queue *queue, struct open_issue *issue, usec_t now,
                       enum issue_state state, struct error *error)
{
    issue->state = state;
    issue->finished_at = now;
    issue->dirty = true;
    return history_add(queue, now, "fensongd", issue_state_name(state), issue->id, NULL, NULL,
                       error);
}

static enum issue_state end_of(const struct open_issue *issue)
{
    if (issue->cancelling)
        return ISSUE_CANCELLED;
    return issue->counts[FAILED] || issue->counts[CANCELLED] ? ISSUE_FINISHED : ISSUE_SENT;
}

bool queue_conclude(struct queue *queue, int64_t id, usec_t now, bool *changed, struct error *error)
{
    struct open_issue *issue;
    *changed = false;
    if (!open_issue_get(queue, id, &issue, error))
        return false;
    const int64_t *n = issue->counts;
    bool open = issue->state == ISSUE_SENDING || issue->state == ISSUE_HELD;
    if (!open || n[QUEUED] || n[SENDING] || n[DEFERRED])
        return true;
    if (n[UNKNOWN]) {
        usec_t due;
        if (issue->state == ISSUE_HELD || !open_issue_next(queue, id, &due, error) || due)
            return !error_is_set(error);
        *changed = true;
        return queue_hold(queue, id, HOLD_UNKNOWN, NULL, "fensongd", error);
    }
    *changed = true;
    return change_begin(queue, error) && settle_end(queue, issue, now, end_of(issue), error);
}

bool queue_claimed(struct queue *queue, queue_claim_visit *visit, void *user, struct error *error)
{
    GHashTableIter iter;
    void *pointer;
    g_hash_table_iter_init(&iter, queue->open);
    while (g_hash_table_iter_next(&iter, NULL, &pointer)) {
        const struct open_issue *issue = pointer;
        sqlite3_stmt *row = sql_get(queue, SQL_CLAIMED, error);
        if (row)
            sql_bind(row, "iii", issue->first, issue->last, issue->cursor);
        while (row && sql_row(queue, row, error)) {
            struct claim claim = {0};
            bool good = claim_of(row, issue->id, &claim, error) && visit(user, &claim, error);
            claim_clear(&claim);
            if (!good)
                break;
        }
        if (row)
            sqlite3_reset(row);
        if (error_is_set(error))
            return false;
    }
    return true;
}

bool queue_bar(struct queue *queue, int64_t issue, const char *relay, const struct reply *reply,
               struct error *error)
{
    AUTO(text) char *answer = reply_line(reply);
    return change_begin(queue, error) &&
           sql_run(queue, error, SQL_BAR_ADD, "itt", issue, relay, answer);
}

bool queue_unbar(struct queue *queue, int64_t issue, struct error *error)
{
    return change_begin(queue, error) && sql_run(queue, error, SQL_BARS_CLEAR, "i", issue);
}

bool queue_bar_answer(struct queue *queue, int64_t issue, char **answer, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_BAR_ANSWER, error);
    if (!row)
        return false;
    sql_bind(row, "i", issue);
    *answer = NULL;
    if (sql_row(queue, row, error)) {
        *answer = sql_text(row, 0);
        sqlite3_reset(row);
    }
    return !error_is_set(error);
}

bool queue_envelope(struct queue *queue, int64_t id, struct envelope *envelope, struct error *error)
{
    struct open_issue *issue;
    if (!open_issue_get(queue, id, &issue, error))
        return false;
    *envelope = (struct envelope){.key = issue->key,
                                  .parcel = issue->parcel,
                                  .message_id = issue->message_id,
                                  .from = issue->envelope_from,
                                  .is_notice = issue->is_notice,
                                  .sent = issue->counts[SENT]};
    return true;
}

const char *queue_issue_key(struct queue *queue, int64_t id)
{
    const struct open_issue *issue = g_hash_table_lookup(queue->open, &id);
    return issue ? issue->key : NULL;
}

static bool read_bars(struct queue *queue, struct open_issue *issue, struct error *error)
{
    AUTO(array) GPtrArray *bars = g_ptr_array_new_with_free_func(g_free);
    sqlite3_stmt *row = sql_get(queue, SQL_BARS, error);
    if (row)
        sql_bind(row, "i", issue->id);
    while (row && sql_row(queue, row, error))
        g_ptr_array_add(bars, sql_text(row, 0));
    if (error_is_set(error))
        return false;
    g_clear_pointer(&issue->bars, g_ptr_array_unref);
    issue->bars = TAKE(bars);
    issue->bars_seen = queue->bars_seen;
    return true;
}

bool queue_is_barred(struct queue *queue, int64_t id, const char *relay, bool *barred,
                     struct error *error)
{
    struct open_issue *issue;
    if (!open_issue_get(queue, id, &issue, error) ||
        (issue->bars_seen != queue->bars_seen && !read_bars(queue, issue, error)))
        return false;
    *barred = g_ptr_array_find_with_equal_func(issue->bars, relay, g_str_equal, NULL);
    return true;
}
