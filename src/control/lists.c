/* What is told of the lists: what groups were, what changed, where somebody stands. */
#include "control/tables.h"

#include <string.h>

#include "queue/rolls.h"
#include "report/report.h"

/* What was sent lately. */
#define LATELY       (31 * 24 * 60 * USEC_PER_MINUTE)
#define ISSUES_LEAST 5     /* are looked through, however old they are … */
#define ISSUES_MOST  40    /* … and these in the end */
#define FOUND_MOST   100   /* persons */
#define LOOKED_MOST  20000 /* recipients of whole issues in one answer */

/* --- a group then ------------------------------------------------------------------------------
 */

struct roll_rows {
    json_t *rows;
    const char *group;
};

static bool add_member(void *user, const struct roll_member *member, struct error *error)
{
    (void)error;
    const struct roll_rows *rows = user;
    json_array_append_new(rows->rows, json_pack("{s:o, s:o, s:n, s:n, s:[s], s:o}", "address",
                                                json_text(member->address), "name",
                                                json_text(member->name), "title", "unit", "groups",
                                                rows->group, "origin", json_text(member->list)));
    return true;
}

json_t *table_roll(struct queue *queue, const struct queue_issue *issue, const char *group,
                   struct error *error)
{
    AUTO(json) json_t *array = json_array();
    struct roll_rows rows = {array, group};
    bool known;
    if (!queue_roll_at(queue, group, issue->accepted_at, &known, add_member, &rows, error))
        return NULL;
    return json_pack("{s:b, s:O}", "known", known, "recipients", array);
}

json_t *table_list_history(struct queue *queue, const struct roll_question *question,
                           struct error *error)
{
    AUTO(array) GPtrArray *changes = NULL;
    if (!queue_roll_changes(queue, question, &changes, error))
        return NULL;
    json_t *array = json_array();
    for (guint i = 0; i < changes->len; i++) {
        const struct roll_change *change = changes->pdata[i];
        json_array_append_new(
            array, json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "at",
                             json_time(change->at), "what", change->what, "group",
                             json_text(change->group), "group_name", json_text(change->group_name),
                             "list", json_text(change->list), "address", json_text(change->address),
                             "name", json_text(change->name), "why", json_text(change->why)));
    }
    return json_pack("{s:o}", "history", array);
}

/* --- finding -----------------------------------------------------------------------------------
 */

struct finding {
    const struct answers *answers;
    const char *issue;      /* whose deliveries are being read */
    json_t *found;          /* rows */
    GHashTable *by_address; /* address to its row, borrowed */
};

static json_t *row_of(struct finding *finding, const char *address)
{
    json_t *row = g_hash_table_lookup(finding->by_address, address);
    if (row || json_array_size(finding->found) >= FOUND_MOST)
        return row;
    row = json_pack("{s:o, s:n, s:n, s:[]}", "address", json_text(address), "name", "suppressed",
                    "deliveries");
    json_array_append_new(finding->found, row);
    g_hash_table_insert(finding->by_address, g_strdup(address), row);
    return row;
}

static char *words_of(const struct finding *finding, const struct queue_delivery *delivery)
{
    char *reason = report_reason(finding->answers, delivery);
    return reason ? reason : g_strdup(delivery->reply.text);
}

static bool add_delivery(void *user, const struct queue_delivery *delivery, struct error *error)
{
    (void)error;
    struct finding *finding = user;
    json_t *row = row_of(finding, delivery->address);
    if (!row)
        return true;
    AUTO(text) char *answer = words_of(finding, delivery);
    if (delivery->name && *delivery->name && json_is_null(json_object_get(row, "name")))
        json_object_set_new(row, "name", json_text(delivery->name));
    json_array_append_new(json_object_get(row, "deliveries"),
                          json_pack("{s:s, s:s, s:o, s:o}", "issue", finding->issue, "state",
                                    delivery_state_name(delivery->state), "sent_at",
                                    json_time(delivery->sent_at), "answer", json_text(answer)));
    return true;
}

/* As the stop list compares addresses. */
static bool mark_found(const struct finding *finding, const struct suppression *one)
{
    bool any = false;
    size_t i;
    json_t *row;
    json_array_foreach (finding->found, i, row) {
        if (g_ascii_strcasecmp(json_get_text(row, "address"), one->address) != 0)
            continue;
        json_object_set_new(row, "suppressed", table_suppression(one));
        any = true;
    }
    return any;
}

/* Who was found already is marked; who is on the stop list alone is found by his address. */
static bool add_suppressed(struct queue *queue, struct finding *finding, const char *words,
                           struct error *error)
{
    AUTO(array) GPtrArray *list = NULL;
    AUTO(text) char *lower = g_ascii_strdown(words, -1);
    if (!queue_suppressions(queue, &list, error))
        return false;
    for (guint i = 0; i < list->len; i++) {
        const struct suppression *one = list->pdata[i];
        AUTO(text) char *address = g_ascii_strdown(one->address, -1);
        bool known = mark_found(finding, one);
        json_t *row = !known && strstr(address, lower) ? row_of(finding, one->address) : NULL;
        if (row)
            json_object_set_new(row, "suppressed", table_suppression(one));
    }
    return true;
}

static bool is_lately(const struct queue_issue *issue, guint index)
{
    return index < ISSUES_LEAST || clock_now() - issue->accepted_at <= LATELY;
}

/* *next: where the search goes on; {0} where it is over. */
static bool search(struct queue *queue, const GPtrArray *issues, const char *words,
                   const struct find_place *from, struct finding *finding, struct find_place *next,
                   struct error *error)
{
    int64_t looked = 0;
    for (guint i = 0; i < issues->len && is_lately(issues->pdata[i], i); i++) {
        const struct queue_issue *issue = issues->pdata[i];
        if (from->issue && issue->id > from->issue)
            continue;
        *next = (struct find_place){issue->id, issue->id == from->issue ? from->after : 0};
        if (looked > LOOKED_MOST)
            return true;
        finding->issue = issue->key;
        if (!queue_deliveries_like(queue, issue->id, words, next->after, FOUND_MOST, add_delivery,
                                   finding, &next->after, error))
            return false;
        if (next->after)
            return true;
        looked += issue->counts.recipients;
    }
    *next = (struct find_place){0};
    return true;
}

json_t *table_find(struct queue *queue, const struct answers *answers, const char *words,
                   const struct find_place *from, struct error *error)
{
    AUTO(array) GPtrArray *issues = NULL;
    AUTO(json) json_t *found = json_array();
    AUTO(table)
    GHashTable *by_address = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct finding finding = {.answers = answers, .found = found, .by_address = by_address};
    struct find_place next = {0};
    if (!queue_issues(queue, ISSUES_MOST, &issues, error) ||
        !search(queue, issues, words, from, &finding, &next, error) ||
        !add_suppressed(queue, &finding, words, error))
        return NULL;
    json_t *place = next.issue ? json_pack("{s:I, s:I}", "issue", (json_int_t)next.issue, "after",
                                           (json_int_t)next.after)
                               : json_null();
    return json_pack("{s:O, s:o}", "found", found, "next", place);
}
