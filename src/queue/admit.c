/* Admission: a parcel becomes an issue and its deliveries (admission.h). */
#include "queue/admit.h"

#include <string.h>

#define ALL_AT_ONCE (24 * 60 * USEC_PER_MINUTE)

/* --- recipients --------------------------------------------------------------------------------
 */

static bool read_suppressed(struct queue *queue, usec_t now, GHashTable *suppressed,
                            struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_SUPPRESSIONS, error);
    while (row && sql_row(queue, row, error)) {
        usec_t until = sqlite3_column_int64(row, 4);
        if (!until || until > now)
            g_hash_table_add(suppressed, sql_text(row, 0));
    }
    return !error_is_set(error);
}

/* Two addresses may share a hash: the rows say whether they are one. */
static bool is_new(struct queue_admission *admission, const char *address, struct error *error)
{
    sqlite3_stmt *row = sql_get(admission->queue, SQL_DELIVERY_SAME, error);
    if (!row)
        return false;
    sql_bind(row, "iit", admission->first, admission->next - 1, address);
    bool same = sql_row(admission->queue, row, error);
    sqlite3_reset(row);
    if (same)
        return error_set(error, EX_DATAERR, NOWHERE, NULL,
                         N_("this parcel names a recipient twice: %s"), address);
    return !error_is_set(error);
}

static struct sort *sort_of(struct queue_admission *admission, unsigned number, const char *groups)
{
    if (number == admission->by_number->len)
        g_ptr_array_add(admission->by_number, sorts_get(admission->sorts, groups));
    return admission->by_number->pdata[number];
}

static bool refuse_count(struct error *error)
{
    return error_set(error, EX_DATAERR, NOWHERE, NULL,
                     N_("this parcel has not as many recipients as its manifest says"));
}

static bool admit_recipient(void *user, const struct parcel_recipient *recipient,
                            struct error *error)
{
    struct queue_admission *admission = user;
    const char *address = address_text(recipient->address);
    unsigned number;
    if (admission->next > admission->last)
        return refuse_count(error);
    if (!census_add(admission->census, address, recipient->groups, &number) &&
        !is_new(admission, address, error))
        return false;
    enum delivery_state state =
        g_hash_table_contains(admission->suppressed, address) ? SUPPRESSED : QUEUED;
    struct sort *sort = sort_of(admission, number, recipient->groups);
    sort->counts[state]++;
    sort->dirty = true;
    return sql_run(admission->queue, error, SQL_DELIVERY_ADD, "iisssssis", admission->next++,
                   admission->issue, address, recipient->name, recipient->title, recipient->unit,
                   recipient->groups, (int64_t)state, recipient->origin);
}

/* --- the issue ---------------------------------------------------------------------------------
 */

static bool add_groups(struct queue *queue, int64_t issue, const GPtrArray *groups,
                       struct error *error)
{
    for (guint i = 0; i < groups->len; i++) {
        const struct parcel_group *group = groups->pdata[i];
        if (!sql_run(queue, error, SQL_GROUP_ADD, "iitt", issue, (int64_t)i, group->id,
                     group->name))
            return false;
    }
    return true;
}

/* Its ids are reserved with it: other issues get theirs behind them. */
static bool reserve_ids(struct queue_admission *admission, struct error *error)
{
    sqlite3_stmt *row = sql_get(admission->queue, SQL_DELIVERY_MAX, error);
    if (!row || !sql_row(admission->queue, row, error))
        return false;
    admission->first = admission->next = sqlite3_column_int64(row, 0) + 1;
    admission->last = admission->first + admission->facts->recipients - 1;
    sqlite3_reset(row);
    return true;
}

static bool add_issue(struct queue_admission *admission, struct error *error)
{
    const struct parcel_facts *facts = admission->facts;
    if (!reserve_ids(admission, error) ||
        !sql_run(admission->queue, error, SQL_ISSUE_ADD, "ttttttttttiiiiiii", facts->publication,
                 facts->issue, facts->kind, facts->title, facts->date, facts->document,
                 facts->document_sha256, admission->parcel_name, facts->message_id,
                 facts->envelope_from, (int64_t)facts->total_number, (int64_t)facts->personal,
                 (int64_t)ISSUE_ADMITTING, admission->now, admission->first, admission->last,
                 admission->first - 1))
        return false;
    admission->issue = sqlite3_last_insert_rowid(admission->queue->db);
    return add_groups(admission->queue, admission->issue, facts->groups, error);
}

static bool find_same(struct queue *queue, const struct parcel_facts *facts, int64_t *id,
                      struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_ISSUE_SAME, error);
    *id = 0;
    if (row) {
        sql_bind(row, "tt", facts->publication, facts->issue);
        if (sql_row(queue, row, error)) {
            *id = sqlite3_column_int64(row, 0);
            sqlite3_reset(row);
        }
    }
    return !error_is_set(error);
}

/* --- the last commit ---------------------------------------------------------------------------
 */

static int64_t count_of(const struct queue_admission *admission, enum delivery_state state)
{
    int64_t count = 0;
    for (guint i = 0; i < admission->by_number->len; i++)
        count += ((const struct sort *)admission->by_number->pdata[i])->counts[state];
    return count;
}

static bool set_sizes(const struct queue_admission *admission, struct error *error)
{
    const GPtrArray *groups = admission->facts->groups;
    for (guint i = 0; i < groups->len; i++) {
        const struct parcel_group *group = groups->pdata[i];
        if (!sql_run(admission->queue, error, SQL_GROUP_SET_SIZE, "iti", admission->issue,
                     group->id, sorts_size(admission->sorts, group->id)))
            return false;
    }
    return true;
}

static bool open_it(const struct queue_admission *admission, struct error *error)
{
    return sql_run(admission->queue, error, SQL_ISSUE_OPEN, "iiii", admission->issue,
                   admission->now, count_of(admission, QUEUED), count_of(admission, SUPPRESSED)) &&
           set_sizes(admission, error) &&
           sorts_save(admission->queue, admission->issue, admission->sorts, error) &&
           history_add(admission->queue, admission->now, "fensongd", "accepted", admission->issue,
                       NULL, admission->facts->document, error);
}

/* By the same commit: an issue that is to be held is never seen without its hold. */
static bool hold_as_said(const struct queue_admission *admission, struct open_issue *issue,
                         struct error *error)
{
    const char *lists = hold_reason_name(HOLD_LISTS);
    if (g_strcmp0(admission->facts->hold, lists) != 0)
        return true;
    issue->state = ISSUE_HELD;
    issue->why = HOLD_LISTS;
    issue->why_text = g_strdup(admission->facts->hold_words);
    issue->dirty = true;
    return history_add(admission->queue, admission->now, "fensongd", "held", issue->id, NULL, lists,
                       error);
}

/* Nothing of it is visible yet: there is no moment in which it could be sent. */
static bool pass_guard(const struct queue_admission *admission, struct open_issue *issue,
                       struct error *error)
{
    const char *alarm = admission->alarm;
    if (!alarm)
        return true;
    AUTO(text) char *text = comparison_to_text(admission->comparison);
    AUTO(text) char *detail = g_strdup_printf("%s: %s", hold_reason_name(HOLD_GUARD), alarm);
    /* Where a list is to be mended first, that is the reason, and this is said with it. */
    char *former = issue->why_text;
    issue->why_text = former ? g_strdup_printf("%s; %s", former, alarm) : g_strdup(alarm);
    issue->why = issue->state == ISSUE_HELD ? issue->why : HOLD_GUARD;
    issue->state = ISSUE_HELD;
    issue->dirty = true;
    g_free(former);
    return sql_run(admission->queue, error, SQL_COMPARISON_SAVE, "it", issue->id, text) &&
           history_add(admission->queue, admission->now, "fensongd", "held", issue->id, NULL,
                       detail, error);
}

static bool finish(struct queue_admission *admission, struct error *error)
{
    struct queue *queue = admission->queue;
    struct open_issue *issue;
    if (!queue->in_chunk && !chunk_begin(queue, error))
        return false;
    /* Whether a commit that failed took hold is known only when the queue is opened anew. */
    queue->in_chunk = false;
    if (open_it(admission, error) && open_issue_get(queue, admission->issue, &issue, error) &&
        hold_as_said(admission, issue, error) && pass_guard(admission, issue, error) &&
        queue_commit(queue, error)) {
        admission->phase = ADMITTED_ALL;
        return true;
    }
    change_rollback(queue);
    g_hash_table_remove(queue->open, &admission->issue);
    return false;
}

/* --- parts -------------------------------------------------------------------------------------
 */

static bool put_by(struct queue_admission *admission, struct error *error)
{
    if (!admission->queue->in_chunk)
        return true;
    if (!chunk_commit(admission->queue, error))
        return false;
    admission->is_stored = true;
    return true;
}

/* The names of those who came and went cost two walks more: only where people will ask for them. */
static bool begin_comparing(struct queue_admission *admission, struct error *error)
{
    const struct compared compared = {admission->facts->publication, admission->issue,
                                      admission->first, admission->last, admission->census};
    /* The rows' states may be older than memory's. */
    return open_issues_save(admission->queue, error) &&
           comparing_begin(&admission->comparing, admission->queue, &compared, admission->guard,
                           admission->alarm ? PERSONS_KEPT : 0, error);
}

/* *done: nothing more is to be compared. */
static bool compare(struct queue_admission *admission, bool *done, struct error *error)
{
    bool compared = false;
    *done = admission->guard == UNGUARDED;
    if (*done)
        return true;
    if ((!admission->comparing && !begin_comparing(admission, error)) ||
        !comparing_step(admission->comparing, &compared, error))
        return false;
    if (!compared)
        return true;
    comparison_free(admission->comparison);
    admission->comparison = comparing_take(admission->comparing);
    g_clear_pointer(&admission->comparing, comparing_free);
    *done = admission->alarm != NULL;
    if (!*done)
        admission->alarm = comparison_alarm(admission->comparison);
    *done |= !admission->alarm;
    return true;
}

static bool compare_part(struct queue_admission *admission, usec_t until, struct error *error)
{
    bool done;
    do { /* some of it in any case */
        if (!compare(admission, &done, error))
            return false;
    } while (!done && clock_monotonic() < until);
    return done ? finish(admission, error) : put_by(admission, error);
}

static bool read_part(struct queue_admission *admission, usec_t until, struct error *error)
{
    bool end = false;
    if (!chunk_begin(admission->queue, error) ||
        (!admission->issue && !add_issue(admission, error)))
        return false;
    do { /* some of it in any case */
        if (!parcel_reader_next(admission->reader, &end, error))
            return false;
    } while (!end && clock_monotonic() < until);
    if (!end)
        return put_by(admission, error);
    if (admission->next != admission->last + 1)
        return refuse_count(error);
    admission->phase = COMPARING;
    return compare_part(admission, until, error);
}

static bool clear_part(struct queue_admission *admission, usec_t until, struct error *error)
{
    bool clear;
    if (!leftovers_clear(admission->queue, until, &clear, error))
        return false;
    if (!clear)
        return true;
    admission->phase = READING;
    return !error_is_set(&admission->failure) || error_pass(error, &admission->failure);
}

static bool take_part(struct queue_admission *admission, usec_t until, struct error *error)
{
    switch (admission->phase) {
    case CLEARING:
        return clear_part(admission, until, error);
    case READING:
        return read_part(admission, until, error);
    case COMPARING:
        return compare_part(admission, until, error);
    case ADMITTED_ALL:
        break;
    }
    return true;
}

/* What other turns have committed of it is taken away in turns too. */
static bool fail(struct queue_admission *admission, struct error *error)
{
    struct queue *queue = admission->queue;
    if (queue->in_chunk)
        change_rollback(queue);
    queue->in_chunk = false;
    if (!admission->is_stored || admission->phase == CLEARING || queue_has_failed(queue))
        return false;
    admission->is_stored = false;
    admission->phase = CLEARING;
    return !error_pass(&admission->failure, error);
}

bool queue_admission_step(struct queue_admission *admission, usec_t most, int64_t *issue,
                          struct error *error)
{
    usec_t until = clock_monotonic() + most;
    *issue = 0;
    if (!take_part(admission, until, error))
        return fail(admission, error);
    if (admission->phase == ADMITTED_ALL)
        *issue = admission->issue;
    return true;
}

/* --- begin and end -----------------------------------------------------------------------------
 */

static bool refuse_same(const struct parcel_facts *facts, struct error *error)
{
    return error_set(error, EX_DATAERR, NOWHERE, NULL, N_("issue %s was accepted before"),
                     facts->issue);
}

static struct queue_admission *admission_new(struct queue *queue, const struct parcel *parcel)
{
    struct queue_admission *admission = g_new0(struct queue_admission, 1);
    admission->queue = queue;
    admission->facts = parcel_facts(parcel);
    admission->suppressed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    admission->sorts = sorts_new();
    admission->by_number = g_ptr_array_new();
    admission->census = census_new(admission->facts->recipients);
    /* A notice may come between the parts of another one. */
    admission->phase = queue->admission ? READING : CLEARING;
    if (!queue->admission)
        queue->admission = admission;
    return admission;
}

bool queue_admission_begin(struct queue_admission **admission, struct queue *queue,
                           const struct parcel *parcel, const char *parcel_name, unsigned guard,
                           usec_t now, int64_t *issue, struct error *error)
{
    const struct parcel_facts *facts = parcel_facts(parcel);
    *issue = 0;
    if (facts->recipients < 0 || facts->recipients > INT32_MAX)
        return refuse_count(error);
    if (!queue_commit(queue, error) || !find_same(queue, facts, issue, error))
        return false;
    if (*issue)
        return refuse_same(facts, error);
    AUTO(queue_admission) struct queue_admission *fresh = admission_new(queue, parcel);
    fresh->parcel_name = g_strdup(parcel_name);
    fresh->guard = guard;
    fresh->now = now;
    if (!read_suppressed(queue, now, fresh->suppressed, error) ||
        !parcel_reader_open(&fresh->reader, parcel, admit_recipient, fresh, error))
        return false;
    *admission = TAKE(fresh);
    return true;
}

void queue_admission_free(struct queue_admission *admission)
{
    if (!admission)
        return;
    if (admission->queue->admission == admission)
        admission->queue->admission = NULL;
    comparing_free(admission->comparing);
    comparison_free(admission->comparison);
    g_free(admission->alarm);
    parcel_reader_free(admission->reader);
    census_free(admission->census);
    g_ptr_array_unref(admission->by_number);
    g_hash_table_unref(admission->sorts);
    g_hash_table_unref(admission->suppressed);
    error_clear(&admission->failure);
    g_free(admission->parcel_name);
    g_free(admission);
}

bool queue_admit_guarded(struct queue *queue, const struct parcel *parcel, const char *parcel_name,
                         unsigned guard, usec_t now, int64_t *issue, struct error *error)
{
    AUTO(queue_admission) struct queue_admission *admission = NULL;
    bool good = queue_admission_begin(&admission, queue, parcel, parcel_name, guard, now, issue,
                                      error);
    while (good && !*issue)
        good = queue_admission_step(admission, ALL_AT_ONCE, issue, error);
    return good;
}

bool queue_admit(struct queue *queue, const struct parcel *parcel, const char *parcel_name,
                 usec_t now, int64_t *issue, struct error *error)
{
    return queue_admit_guarded(queue, parcel, parcel_name, UNGUARDED, now, issue, error);
}
