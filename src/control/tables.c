#include "control/tables.h"

#include "conf/window.h"

#include "report/report.h"

/* --- issues ------------------------------------------------------------------------------------
 */

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

/* One that is in flight is still to be sent, for who looks: so the numbers add up. */
static void set_counts(json_t *object, const struct counts *counts)
{
    set(object, "recipients", json_integer(counts->recipients));
    set(object, "sent", json_integer(counts->sent));
    set(object, "deferred", json_integer(counts->deferred));
    set(object, "failed", json_integer(counts->failed));
    set(object, "suppressed", json_integer(counts->suppressed));
    set(object, "queued", json_integer(counts->queued + counts->sending));
    set(object, "unknown", json_integer(counts->unknown));
    set(object, "cancelled", json_integer(counts->cancelled));
}

static json_t *groups_of(struct queue *queue, int64_t issue, struct error *error)
{
    AUTO(array) GPtrArray *groups = NULL;
    if (!queue_group_counts(queue, issue, &groups, error))
        return NULL;
    json_t *array = json_array();
    for (guint i = 0; i < groups->len; i++) {
        const struct group_counts *group = groups->pdata[i];
        json_t *row = json_object();
        set(row, "group", json_text(group->group));
        set(row, "name", json_text(group->name));
        set_counts(row, &group->counts);
        json_array_append_new(array, row);
    }
    return array;
}

/* While the daemon is down, the window alone is known. */
static enum wait_reason waits_of(const struct control_parts *parts, const struct queue_issue *issue,
                                 usec_t *until)
{
    *until = 0;
    if (issue->state != ISSUE_SENDING)
        return WAIT_NOT;
    if (parts->dispatch)
        return dispatch_waits(parts->dispatch, issue->id, until);
    const struct publication *publication =
        parts->conf ? conf_publication(parts->conf, issue->publication) : NULL;
    if (publication)
        *until = window_opens(&publication->window, parts->conf->workdays, clock_now());
    return *until ? WAIT_WINDOW : WAIT_NOT;
}

static void set_wait(json_t *row, const struct control_parts *parts,
                     const struct queue_issue *issue)
{
    static const char *const words[] = {
        [WAIT_NOT] = NULL, [WAIT_WINDOW] = "window", [WAIT_LIMIT] = "limit"};
    usec_t until;
    enum wait_reason why = waits_of(parts, issue, &until);
    set(row, "waits_until", json_time(why == WAIT_NOT ? 0 : until));
    set(row, "waits_for", json_text(words[why]));
}

json_t *table_issue(const struct control_parts *parts, const struct queue_issue *issue,
                    struct error *error)
{
    json_t *groups = groups_of(parts->queue, issue->id, error);
    if (!groups)
        return NULL;
    json_t *row = json_object();
    set(row, "issue", json_text(issue->key));
    set(row, "publication", json_text(issue->publication));
    set(row, "title", json_text(issue->title));
    set(row, "total_number", json_number_or_null(issue->total_number));
    set(row, "date", json_text(issue->date));
    set(row, "state", json_text(issue_state_name(issue->state)));
    set(row, "why", json_text(hold_reason_name(issue->why)));
    set(row, "why_text", json_text(issue->why_text));
    set_counts(row, &issue->counts);
    set(row, "accepted_at", json_time(issue->accepted_at));
    set(row, "finished_at", json_time(issue->finished_at));
    set(row, "next_attempt_at",
        json_time(issue->state == ISSUE_SENDING ? issue->next_attempt_at : 0));
    set_wait(row, parts, issue);
    set(row, "groups", groups);
    return row;
}

json_t *table_issues(const struct control_parts *parts, struct error *error)
{
    AUTO(array) GPtrArray *issues = NULL;
    if (!queue_issues(parts->queue, 0, &issues, error))
        return NULL;
    AUTO(json) json_t *array = json_array();
    for (guint i = 0; i < issues->len; i++) {
        json_t *row = table_issue(parts, issues->pdata[i], error);
        if (!row)
            return NULL;
        json_array_append_new(array, row);
    }
    return json_pack("{s:O}", "issues", array);
}

/* --- recipients --------------------------------------------------------------------------------
 */

struct listing {
    const struct answers *answers;
    const struct page *page;
    bool held; /* nothing of it is tried, however due it is */
    json_t *rows;
};

static json_t *group_ids(const char *groups)
{
    AUTO(texts) char **ids = g_strsplit(groups ? groups : "", " ", -1);
    json_t *array = json_array();
    for (char **id = ids; *id; id++)
        if (**id)
            json_array_append_new(array, json_text(*id));
    return array;
}

static bool is_wanted(const struct page *page, const struct queue_delivery *delivery)
{
    if (!page->group)
        return true;
    AUTO(texts) char **ids = g_strsplit(delivery->groups ? delivery->groups : "", " ", -1);
    return g_strv_contains((const char *const *)ids, page->group);
}

static bool list_delivery(void *user, const struct queue_delivery *delivery, struct error *error)
{
    (void)error;
    struct listing *listing = user;
    if (!is_wanted(listing->page, delivery))
        return true;
    AUTO(text) char *reason = report_reason(listing->answers, delivery);
    json_t *row = json_object();
    set(row, "address", json_text(delivery->address));
    set(row, "name", json_text(delivery->name));
    set(row, "groups", group_ids(delivery->groups));
    set(row, "state", json_text(delivery_state_name(delivery->state)));
    set(row, "attempts", json_integer(delivery->attempts));
    set(row, "relay", json_text(delivery->relay));
    set(row, "code", json_number_or_null(delivery->reply.code));
    set(row, "enhanced", json_text(delivery->reply.enhanced));
    set(row, "answer", json_text(delivery->reply.text));
    set(row, "sent_at", json_time(delivery->sent_at));
    set(row, "next_attempt_at", json_time(listing->held ? 0 : delivery->next_attempt_at));
    set(row, "reason", json_text(reason));
    if (listing->page->details) {
        set(row, "title", json_text(delivery->title));
        set(row, "unit", json_text(delivery->unit));
        set(row, "origin", json_text(delivery->origin));
    }
    json_array_append_new(listing->rows, row);
    return true;
}

json_t *table_recipients(struct queue *queue, const struct answers *answers,
                         const struct queue_issue *issue, const struct page *page,
                         struct error *error)
{
    AUTO(json) json_t *rows = json_array();
    struct listing listing = {
        .answers = answers, .page = page, .held = issue->state == ISSUE_HELD, .rows = rows};
    int64_t next = 0;
    if (!queue_deliveries_page(queue, issue->id, page->state, page->after, page->most,
                               list_delivery, &listing, &next, error))
        return NULL;
    return json_pack("{s:O, s:o}", "recipients", rows, "next", json_number_or_null(next));
}

/* --- the others --------------------------------------------------------------------------------
 */

json_t *table_history(struct queue *queue, const struct queue_issue *issue, struct error *error)
{
    AUTO(array) GPtrArray *entries = NULL;
    if (!queue_history(queue, issue ? issue->id : 0, &entries, error))
        return NULL;
    json_t *array = json_array();
    for (guint i = 0; i < entries->len; i++) {
        const struct history_entry *entry = entries->pdata[i];
        json_t *row = json_object();
        set(row, "at", json_time(entry->at));
        set(row, "who", json_text(entry->who));
        set(row, "what", json_text(entry->what));
        set(row, "issue", json_text(entry->issue));
        set(row, "address", json_text(entry->address));
        set(row, "detail", json_text(entry->detail));
        json_array_append_new(array, row);
    }
    return json_pack("{s:o}", "history", array);
}

json_t *table_suppression(const struct suppression *suppression)
{
    json_t *row = json_object();
    set(row, "address", json_text(suppression->address));
    set(row, "why", json_text(suppression->why));
    set(row, "who", json_text(suppression->who));
    set(row, "at", json_time(suppression->at));
    set(row, "until", json_time(suppression->until));
    return row;
}

json_t *table_suppressions(struct queue *queue, struct error *error)
{
    AUTO(array) GPtrArray *list = NULL;
    if (!queue_suppressions(queue, &list, error))
        return NULL;
    json_t *array = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(array, table_suppression(list->pdata[i]));
    return json_pack("{s:o}", "suppressed", array);
}

json_t *table_problem(const struct error *error)
{
    AUTO(text) char *local = error_line(error);
    AUTO(text) char *english = error_line_english(error);
    json_t *problem = json_object();
    set(problem, "exit", json_integer(error->exit_class));
    set(problem, "message", json_text(local));
    set(problem, "english", json_text(english));
    set(problem, "todo", json_text(error->todo.local));
    return problem;
}
